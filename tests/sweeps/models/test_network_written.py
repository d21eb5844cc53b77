"""Configs of weights of any kind: slots, tables, laws, correlations, files; and in which words they are refused."""

import numpy as np
import pytest
from experiments import small

from dmfsa import Features
from dmfsa.designs import PUBLISHED
from sweeps import load_config
from sweeps.config import Config, ConfigError
from sweeps.models.made import starts_of
from sweeps.models.network import MeanFieldFamily, features_of, map_of
from sweeps.models.network_written import DESIGNS
from sweeps.run.inputs import inputs_of

RNG = np.random.default_rng(1)
WEIGHTS = dict(zip("ovqk", RNG.normal(size=(4, 3, 7)), strict=True))
POSITIONAL = RNG.choice([-1.0, 1.0], (4, 3, 2))
BY_ROLE = {role: signs.astype(int).tolist() for role, signs in zip("ovqk", POSITIONAL, strict=True)}
C = RNG.uniform(-0.3, 0.3, (4, 3, 3))
C[0] = np.eye(3)
CORRELATIONS = {"ensemble": "correlations", "c": dict(zip("ovqk", C.tolist(), strict=True)), "positional": BY_ROLE}
WRITTEN = {"ensemble": "slots", "patterns": [0, 1, 0], "value": [1, 2, 0]}
ROUTES = {"o": [0, 0, 1], "q": [0, 1, 2], "k": [2, 1, 0]}
CODES = {"q": [0, 1, 2], "v": [1, 2, 3]}
RANDOM = {"random": {}}


def config_of(features, start=RANDOM, **model):
    return small(model={"beta": 1, "features": features, **model}, start=start)


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"ensemble": "slots", "design": "loop2"}, lambda: Features.slots("loop2")),
        (WRITTEN, lambda: Features.slots(patterns=[0, 1, 0], value=[1, 2, 0])),
        (
            {**WRITTEN, "routes": ROUTES, "codes": CODES},
            lambda: Features.slots(patterns=[0, 1, 0], value=[1, 2, 0], others=ROUTES, codes=CODES),
        ),
        (
            {"ensemble": "iid", "values": [-1, 0, 1], "probabilities": [0.2, 0.6, 0.2]},
            lambda: Features.iid(values=(-1, 0, 1), probabilities=(0.2, 0.6, 0.2)),
        ),
        (
            {"ensemble": "gaussian", "weights": "ternary", "zeros": 0.3, "seed": 4},
            lambda: Features.gaussian(weights="ternary", zeros=0.3, seed=4),
        ),
        (CORRELATIONS, lambda: Features.from_correlations(C, positional=POSITIONAL)),
        (
            {**CORRELATIONS, "weights": "ternary", "zeros": 0.2},
            lambda: Features.from_correlations(C, positional=POSITIONAL, weights="ternary", zeros=0.2),
        ),
    ],
)
def test_features_are_those_of_the_config(given, expected):
    config = config_of(given)
    made, wanted = features_of(config), expected()
    for name in ("signs", "coefficients", "positional", "drive"):
        np.testing.assert_array_equal(getattr(made, name), getattr(wanted, name))
    assert Config.from_dict(config.to_dict()) == config


def test_weights_come_from_a_file_beside_the_config_whose_content_counts(tmp_path):
    (tmp_path / "x.yaml").write_text("model: {beta: 1, features: {file: weights.npz}}\nstart: {random: {}}\n")
    np.savez(tmp_path / "weights.npz", **WEIGHTS, positional=POSITIONAL)
    config = load_config(tmp_path / "x.yaml")
    expected = Features.from_arrays(**WEIGHTS, positional=POSITIONAL)
    np.testing.assert_array_equal(features_of(config).signs, expected.signs)
    assert config.model.dimension == 12
    before = inputs_of(config)["model.features.file"]
    np.savez(tmp_path / "weights.npz", **WEIGHTS, positional=-POSITIONAL)
    assert inputs_of(config)["model.features.file"] != before
    reach = abs(WEIGHTS["o"]).mean(axis=1).max()
    assert config.model.observable(0).low == -max(1.0, reach)
    assert Config.from_dict(config.to_dict()).model.features.file == tmp_path / "weights.npz"


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ("rectified", "rectified"),
        ([[0, 1, 2], [1, 1, 1], [0, 0, 0], [3, 0, 1]], np.array([[0, 1, 2], [1, 1, 1], [0, 0, 0], [3, 0, 1]])),
        (np.arange(48).reshape(4, 12).tolist(), np.arange(48.0).reshape(4, 4, 3)),
    ],
)
def test_a_table_takes_the_place_of_the_positional_part(table, expected):
    made = features_of(config_of({"seed": 3}, positional={"table": table}))
    np.testing.assert_array_equal(made.table, Features.segments(seed=3).with_table(expected).table)


def test_a_slot_is_a_start():
    config = config_of({"ensemble": "slots", "design": "loop4"}, start={"list": [{"slot": 1}, {"slot": 3}]})
    family = MeanFieldFamily(config.model)
    found = [window.attention.tolist() for window in starts_of(config, family, map_of(config))]
    assert found == [[[1, 0, 0, 0]], [[0, 0, 1, 0]]]
    assert config.start.names == ("slot 1", "slot 3")


@pytest.mark.parametrize(
    ("features", "more", "message"),
    [
        ({"ensemble": "slots"}, {}, "features needs patterns and value, or the name of a design."),
        ({"ensemble": "slots", "design": "loop5"}, {}, "features.design = 'loop5' must be one of loop4, loop1"),
        ({**WRITTEN, "design": "loop4"}, {}, "design = 'loop4' must stand alone, without patterns, value."),
        ({**WRITTEN, "value": [1, 3, 0]}, {}, "features cannot be made: slots that v reads .* from 0 to 2, got 3."),
        ({**WRITTEN, "codes": {"q": [0], "v": [1, 2, 3]}}, {}, r"codes o must have 3 numbers, .* got \[0\]."),
        ({**WRITTEN, "codes": {"q": [0, 0, 4], "v": [1, 2, 3]}}, {}, "codes o must be an integer from 0 to 3, got 4."),
        ({"ensemble": "slots", "design": "six_slots"}, {}, "features needs positional_bits = 3, got 2."),
        ({"ensemble": "iid", "values": [0, 1], "probabilities": [1]}, {}, "probabilities = .* each of 2 values."),
        ({"ensemble": "iid", "probabilities": [0.4, 0.4]}, {}, "probabilities = .* must be 0 or larger and sum to 1."),
        ({"ensemble": "gaussian", "zeros": 0.4}, {}, "zeros = 0.4 goes only with weights: ternary."),
        ({**CORRELATIONS, "c": {**CORRELATIONS["c"], "v": [[1]]}}, {}, r"c.v has shape \(1, 1\) but must .* \(3, 3\)."),
        ({**CORRELATIONS, "weights": "gaussian", "d": [[0, 0, 0]] * 4}, {}, "cannot be used: d must be absent"),
        ({"file": "nowhere.npz"}, {}, "features.file = .* cannot be used: the file does not exist."),
        ({"file": "weights.csv"}, {}, "features.file = 'weights.csv' must be the name of a .npz file."),
        ({}, {"positional": {"table": "square"}}, "positional.table = 'square' must be one of linear, rectified"),
        ({}, {"positional": {"table": [[1, 2, 3]] * 8}}, r"table has shape \(8, 3\) but must .* \(4, 3\) or \(4, 12\)"),
        ({}, {"start": {"slot": 0}}, "start.slot = 0 goes only with ensemble slots."),
        ({**WRITTEN}, {"start": {"slot": 3}}, "start.slot = 3 must name one of the 3 slots, 0 to 2."),
    ],
)
def test_what_cannot_be_is_told_in_a_sentence(features, more, message):
    with pytest.raises(ConfigError, match=message):
        config_of(features, **more)


@pytest.mark.parametrize(
    ("arrays", "message"),
    [
        ({"o": np.full((3, 7), np.nan)}, r"matrix o must hold finite numbers only, got nan at index \(0, 0\)."),
        ({"q": np.zeros((3, 7))}, "matrix q must have no row of zeros, got one at row 0: leave it out."),
        ({role: W.T for role, W in WEIGHTS.items()}, r"must have shape \(M, N\), got \(7, 3\).*transpose them."),
        ({"v": None}, "has no array 'v'; it holds o, q, k, positional."),
        ({"positional": np.ones((4, 3, 3))}, "features has 3 positional columns but positional_bits = 2."),
    ],
)
def test_files_of_weights_that_cannot_be_meant_are_told(tmp_path, arrays, message):
    given = {**WEIGHTS, "positional": POSITIONAL, **arrays}
    np.savez(tmp_path / "weights.npz", **{name: array for name, array in given.items() if array is not None})
    with pytest.raises(ConfigError, match=message):
        config_of({"file": str(tmp_path / "weights.npz")})


def test_published_designs_have_the_sizes_that_configs_know():
    sizes = {name: (len(design.patterns), design.positional_bits) for name, design in PUBLISHED.items()}
    assert sizes == DESIGNS
