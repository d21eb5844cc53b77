"""Grids over any parameter: products, zips, logarithms, networks of different sizes, starts from earlier sweeps."""

import itertools

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, SHORT, small

from attractors import lyapunov_spectrum
from dmfsa import Features, MeanFieldMap, Window
from sweeps import StoreError, open_sweep, run_sweep
from sweeps.config import ConfigError
from sweeps.grid import shard as shards
from sweeps.grid.axes import grid_of
from sweeps.models.network import map_of
from sweeps.run.experiment import Experiment
from sweeps.store.dataset import without_run

TOTAL = NO_EXPONENTS["n_transient"] + NO_EXPONENTS["n_steps"]
RANDOM = {"random": {"seed": 3}}


@pytest.fixture(autouse=True)
def shards_of_3(monkeypatch):
    monkeypatch.setattr(shards, "POINTS", 3)


def swept(path, **sections):
    config = small(**{"run": NO_EXPONENTS, **sections})
    return config, open_sweep(run_sweep(config, path, quiet=True))


def values_of(**sections):
    return small(**{"run": NO_EXPONENTS, "start": RANDOM, **sections}).axes


def refused(**sections):
    with pytest.raises(ConfigError) as caught:
        small(**{"run": NO_EXPONENTS, "start": RANDOM, **sections})
    return str(caught.value)


# Values


def test_axes_come_in_one_order_and_their_values_as_written():
    sweep = {
        "features": {"seed": {"values": [7, 1]}, "n_columns": {"values": [9]}},
        "context": {"from": 2, "to": 4, "n": 3},
        "gamma": {"from": 10, "to": 1000, "n": 3, "log": True},
    }
    grid = grid_of(small(sweep=sweep, run=NO_EXPONENTS, start=RANDOM))
    assert {name: values.tolist() for name, values in grid.axes.items()} == {
        "gamma": [10, pytest.approx(100), 1000],
        "context": [2, 3, 4],
        "n_columns": [9],
        "seed": [7, 1],
    }
    assert grid.axes["context"].dtype == grid.axes["seed"].dtype == np.int64
    assert values_of(sweep=sweep)["gamma"][-1] == 1000.0


def test_numbers_by_ratio_over_the_whole_range_there_is():
    ends = {"from": 1e-300, "to": 1e300, "n": 2, "log": True}
    np.testing.assert_allclose(values_of(sweep={"gamma": ends})["gamma"], [1e-300, 1e300])


def test_whole_numbers_by_ratio():
    """Rounding of the ratio shows in none of them, nor which networks there are."""
    sweep = {
        "context": {"from": 1, "to": 16, "n": 5, "log": True},
        "features": {
            "n_columns": {"from": 6, "to": 6 * 2**20, "n": 21, "log": True},
            "seed": {"from": 4, "to": 9, "n": 3, "log": True},
        },
    }
    config = small(sweep=sweep, model={"beta": 1, "positional_bits": 4}, run=NO_EXPONENTS, start=RANDOM)
    axes = grid_of(config).axes
    assert axes["context"].tolist() == [1, 2, 4, 8, 16]
    assert axes["n_columns"].tolist() == [6 * 2**i for i in range(21)]
    assert axes["seed"].tolist() == [4, 6, 9]
    sizes = {(model.context, model.features.n_columns) for model in config.networks}
    assert sizes == {*itertools.product([1, 2, 4, 8, 16], [6 * 2**i for i in range(21)])}


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ({"gamma": {"from": 0, "to": 1, "n": 3, "log": True}}, "gamma.from = 0.0 must be larger than 0 where log"),
        ({"gamma": {"from": 1, "to": 2, "n": 3, "log": 1}}, "sweep.gamma.log = 1 must be true or false."),
        ({"gamma": {"values": [1, 2], "log": True}}, "sweep.gamma.values must not stand beside"),
        ({"context": {"values": [2, 2.5]}}, "sweep.context.values[1] = 2.5 must be a whole number."),
        ({"context": {"from": 1, "to": 4, "n": 3}}, "sweep.context.n = 3 must leave whole numbers"),
        ({"context": {"from": 1, "to": 4, "n": 4, "log": True}}, "sweep.context.n = 4 must leave whole numbers"),
        ({"context": {"from": 1.5, "to": 3, "n": 2, "log": True}}, "sweep.context.from = 1.5 must be a whole number."),
        ({"context": {"from": 1, "to": 1.7976931348623157e308, "n": 5, "log": True}},
         "sweep.context.to = 1.7976931348623157e+308 must be between 1 and"),
        ({"context": {"values": [0]}}, "sweep.context.values[0] = 0.0 must be between 1 and 10000000."),
        ({"features": {"seed": {"values": [2**32]}}}, "sweep.features.seed.values[0] = 4294967296.0 must be between 0"),
        ({"context": {"values": [4, 5]}}, "context = 5 must be at most 2**positional_bits = 4."),
        ({"features": {"scale": {"values": [1]}}}, "features.scale is not a key here; it goes with"),
        ({"features": {"n_columns": {"values": [9, 10]}}}, "n_columns = 10 must be a multiple of n_segments"),
        ({"features": {"sed": {"values": [1]}}}, "sweep.features.sed is not a key here; did you mean 'seed'?"),
        ({"beta": {"values": [1, 2]}, "zip": ["beta"]}, "sweep.zip = ['beta'] must name 2 swept parameters or more."),
        ({"beta": {"values": [1, 2]}, "zip": ["beta", "gamma"]}, "sweep.zip = 'gamma' must name swept parameters"),
        (
            {"beta": {"values": [1, 2]}, "gamma": {"values": [1]}, "zip": ["beta", "gamma"]},
            "sweep.zip must name axes of one length, got 1, 2.",
        ),
        ({"beta": {"values": [1, 1]}}, "sweep.beta.values[1] = 1.0 must not be there twice."),
        ({"beta": {"values": [1, 2]}, "refine": {"label": 0}}, "sweep.refine.label = 0 must be larger than 0."),
        ({"beta": {"values": [1]}, "gamma": {"values": [1]}, "refine": {"label": 0.1}}, "refine.along is missing"),
        (
            {"context": {"values": [2, 3]}, "refine": {"label": 0.1}},
            "sweep.refine.along = 'context' must be a swept parameter of the map, out of none.",
        ),
        (
            {"beta": {"values": [1, 2]}, "order": {"continuation": {"origin": 3}}},
            "sweep.order.continuation.origin = 3.0 must lie on the axis, from 1.0 to 2.0.",
        ),
        (
            {"beta": {"values": [1, 2]}, "order": {"continuation": {"direction": "up"}}},
            "sweep.order.continuation.direction = 'up' must be one of left, right, both.",
        ),
        (
            {"beta": {"values": [1, 2]}, "order": {"continuation": {}}, "refine": {"label": 0.1}},
            "sweep.refine must not stand beside a continuation",
        ),
        (
            {"beta": {"values": [1, 1]}, "gamma": {"values": [1, 2]}, "zip": ["beta", "gamma"],
             "order": {"continuation": {"along": "beta"}}},
            "sweep.order.continuation.along = 'beta' must not be zipped with others.",
        ),
    ],
)  # fmt: skip
def test_refused_sweeps(sweep, message):
    assert message in refused(sweep=sweep)


def test_what_does_not_fit_all_networks_is_refused():
    sweep = {"context": {"values": [2, 4]}}
    run = {**SHORT, "n_exponents": 8}
    assert "run.n_exponents = 8 must be at most context * n_patterns = 6." in refused(sweep=sweep, run=run)
    assert "start.window (paper_beta3) has shape (4, 3)" in refused(sweep=sweep, start={"window": "paper_beta3"})
    assert "needs labels: let record hold label" in refused(
        sweep={"beta": {"values": [1, 2]}, "refine": {"label": 0.1}}, record=["orbit"]
    )
    # Together they fit, each row by itself; their product would not.
    together = {"context": {"values": [4, 8]}, "positional_bits": {"values": [2, 3]}}
    assert "context = 8 must be at most" in refused(sweep=together)
    assert len(small(sweep={**together, "zip": ["context", "positional_bits"]}, start=RANDOM).networks) == 2


# Runs


def test_networks_of_different_sizes_in_one_sweep(tmp_path):
    sweep = {"context": {"values": [4, 2]}, "features": {"n_patterns": {"values": [2, 3]}, "seed": {"values": [5, 1]}}}
    _, dataset = swept(tmp_path / "x", sweep=sweep, start=RANDOM)
    assert dataset["label"].dims == ("context", "n_patterns", "seed")
    assert dataset["window"].shape == (2, 2, 2, 4, 3)
    for L, M, seed in itertools.product([4, 2], [2, 3], [5, 1]):
        at = dataset.sel(context=L, n_patterns=M, seed=seed)
        network = MeanFieldMap(Features.segments(n_patterns=M, seed=seed), beta=1.27, context=L)
        (start,) = Window.random(L, M, seed=3, n=1)
        end = network.trajectory(start, TOTAL).end
        np.testing.assert_allclose(at["window"][:L, :M], end.attention, rtol=0, atol=1e-8)
        assert np.isnan(at["window"][L:]).all()
        assert np.isnan(at["window"][:, M:]).all()
        assert np.isfinite(at["orbit"][:, :M]).all()
        assert np.isnan(at["orbit"][:, M:]).all()


def test_as_many_exponents_as_each_network_has(tmp_path):
    run = {**SHORT, "n_exponents": "all"}
    sweep = {"features": {"n_patterns": {"values": [3, 1]}}}
    config, dataset = swept(tmp_path / "x", sweep=sweep, start=RANDOM, run=run)
    assert config.n_exponents == dataset.sizes["exponent"] == 12
    for M in (1, 3):
        (start,) = Window.random(4, M, seed=3, n=1)
        network = map_of(config.at({"n_patterns": M}))
        alone = lyapunov_spectrum(network, start, **{**SHORT, "n_exponents": 4 * M})
        exponents = dataset["lyapunov_exponent"].sel(n_patterns=M).values
        np.testing.assert_allclose(exponents[: 4 * M], alone.exponents, rtol=0, atol=1e-6)
        assert np.isnan(exponents[4 * M :]).all()


def test_clocks_of_different_periods_in_one_sweep(tmp_path):
    _, dataset = swept(tmp_path / "x", sweep={"positional_bits": {"values": [3, 2]}}, start=RANDOM)
    for P in (2, 3):
        network = MeanFieldMap(Features.segments(positional_bits=P), beta=1.27)
        end = network.trajectory(Window.random(4, 3, seed=3, n=1)[0], TOTAL).end
        np.testing.assert_allclose(dataset["window"].sel(positional_bits=P), end.attention, rtol=0, atol=1e-8)
        assert dataset["clock_phase"].sel(positional_bits=P) == end.phase
    assert dataset["positional_bits"].values.tolist() == [3, 2]


def test_zipped_axes_are_walked_along_together(tmp_path):
    sweep = {
        "beta": {"values": [1.2, 1.3, 1.2]},
        "gamma": {"values": [100, 100, 220]},
        "zip": ["beta", "gamma"],
        "epsilon": {"values": [0.02, 0.1]},
    }
    config, dataset = swept(tmp_path / "x", sweep=sweep)
    assert dataset["label"].dims == ("point", "epsilon")
    assert dataset["beta"].dims == dataset["gamma"].dims == ("point",)
    for i, j in itertools.product(range(3), range(2)):
        at = dataset.isel(point=i, epsilon=j)
        values = {name: float(at[name]) for name in ("beta", "gamma", "epsilon")}
        assert list(values.values()) == [[1.2, 1.3, 1.2][i], [100, 100, 220][i], [0.02, 0.1][j]]
        end = map_of(config, **values).trajectory(Window.paper_beta3(), TOTAL).end
        np.testing.assert_allclose(at["window"], end.attention, rtol=0, atol=1e-8)


def test_a_seed_of_the_features_alone_is_an_axis_with_tokens(tmp_path):
    config, dataset = swept(tmp_path / "x", sweep={"features": {"seed": {"values": [1, 2]}}}, start={"token": "v1"})
    for i, seed in enumerate([1, 2]):
        network = MeanFieldMap(Features.segments(seed=seed), beta=1.27)
        point = Experiment.of(config).points(np.array([i]))[0]
        end = network.trajectory(point.state, TOTAL).end
        np.testing.assert_allclose(dataset["window"][i], end.attention, rtol=0, atol=1e-8)
    assert not np.allclose(dataset["window"][0], dataset["window"][1])


# Starts from an earlier sweep


EARLIER = {"sweep": {"gamma": {"values": [100, 220]}, "beta": {"values": [1.2, 1.3, 1.4]}}, "model": None}


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    config = small(**EARLIER, run=NO_EXPONENTS)
    return run_sweep(config, tmp_path_factory.mktemp("earlier") / "x", quiet=True)


def test_each_point_goes_on_from_the_same_point_of_an_earlier_sweep(earlier, tmp_path):
    """Twice so many steps are as many steps twice; the axes may come in another order, or be left out."""
    _, dataset = swept(tmp_path / "x", **EARLIER, start={"sweep": earlier})
    _, long = swept(tmp_path / "y", **EARLIER, run={**NO_EXPONENTS, "n_steps": NO_EXPONENTS["n_steps"] + TOTAL})
    np.testing.assert_allclose(dataset["window"], long["window"], rtol=0, atol=1e-8)
    np.testing.assert_array_equal(dataset["clock_phase"], long["clock_phase"])
    _, one = swept(tmp_path / "z", sweep={"gamma": {"values": [220]}}, model={"beta": 1.3}, start={"sweep": earlier})
    np.testing.assert_array_equal(one["window"][0], dataset["window"].sel(beta=1.3, gamma=220))


def test_an_earlier_sweep_may_be_zipped(tmp_path):
    pairs = {"beta": {"values": [1.2, 1.3, 1.2]}, "gamma": {"values": [100, 100, 220]}, "zip": ["beta", "gamma"]}
    _, first = swept(tmp_path / "s", sweep=pairs)
    start = {"sweep": tmp_path / "s"}
    config, again = swept(tmp_path / "x", sweep=pairs, start=start)
    _, product = swept(tmp_path / "y", sweep={"beta": {"values": [1.3]}}, model={"gamma": 100}, start=start)
    for i, (beta, gamma) in enumerate([(1.2, 100.0), (1.3, 100.0), (1.2, 220.0)]):
        window = Window(first["window"][i].values, int(first["clock_phase"][i]))
        end = map_of(config, beta=beta, gamma=gamma).trajectory(window, TOTAL).end
        np.testing.assert_allclose(again["window"][i], end.attention, rtol=0, atol=1e-8)
    np.testing.assert_allclose(product["window"][0], again["window"][1], rtol=0, atol=1e-8)
    missing = r"has no point at beta = 1\.3, gamma = 220; the nearest is beta = 1\.3, gamma = 100\. Set"
    with pytest.raises(ConfigError, match=missing):
        swept(tmp_path / "z", sweep={"beta": {"values": [1.3]}}, model={"gamma": 220}, start=start)


def test_the_nearest_point_will_do_if_it_is_asked_for(earlier, tmp_path):
    sweep = {"beta": {"values": [1.21, 1.38]}}
    start = {"sweep": earlier}
    with pytest.raises(
        ConfigError, match=r"has no point at beta = 1\.21; the nearest is 1\.2\. Set start\.nearest=true"
    ):
        swept(tmp_path / "x", sweep=sweep, start=start)
    assert not (tmp_path / "x").exists()
    config, dataset = swept(tmp_path / "x", sweep=sweep, start={**start, "nearest": True})
    before = open_sweep(earlier).sel(gamma=220)
    for beta, near in [(1.21, 1.2), (1.38, 1.4)]:
        window = Window(before["window"].sel(beta=near).values, int(before["clock_phase"].sel(beta=near)))
        end = map_of(config, beta=beta).trajectory(window, TOTAL).end
        np.testing.assert_allclose(dataset["window"].sel(beta=beta), end.attention, rtol=0, atol=1e-8)


def test_one_of_several_starts_and_directions(tmp_path):
    sweep = {"beta": {"values": [1.2, 1.3]}, "order": {"continuation": {"direction": "both"}}}
    _, several = swept(tmp_path / "s", sweep=sweep, start={"random": {"n": 2}})
    start = {"sweep": tmp_path / "s"}
    with pytest.raises(ConfigError, match=r"several windows at each point: start\.number must be 0 to 1\."):
        swept(tmp_path / "x", start={**start, "direction": "left"}, sweep=EARLIER["sweep"])
    with pytest.raises(ConfigError, match=r"several windows at each point: start\.direction must be left or right\."):
        swept(tmp_path / "x", start={**start, "number": 1}, sweep={"beta": {"values": [1.2]}})
    chosen = {**start, "number": 1, "direction": "right"}
    config, dataset = swept(tmp_path / "x", start=chosen, sweep={"beta": {"values": [1.3]}})
    before = several.sel(beta=1.3, start=1, direction="right")
    end = map_of(config, beta=1.3).trajectory(Window(before["window"].values, int(before["clock_phase"])), TOTAL).end
    np.testing.assert_allclose(dataset["window"][0], end.attention, rtol=0, atol=1e-8)


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"model": {"beta": 1.3, "context": 2}}, r"windows have shape \(4, 3\) but must have \(2, 3\)"),
        ({"start": {"sweep": "none"}}, "start.sweep = 'none' cannot be used: none is no folder"),
        ({"start": {"random": {}, "nearest": True}}, "start.nearest = True goes only with sweep"),
        ({"start": {"sweep": ""}}, "start.sweep = '' must be the name of a folder of results"),
    ],
)
def test_earlier_sweeps_that_cannot_be_used(earlier, tmp_path, sections, message):
    with pytest.raises(ConfigError, match=message):
        swept(tmp_path / "x", **{"start": {"sweep": earlier}, "model": {"beta": 1.3}, **sections})


def test_an_earlier_sweep_that_has_changed_is_another_start(tmp_path):
    for steps in (16, 17):
        swept(tmp_path / f"s{steps}", sweep=None, run={**NO_EXPONENTS, "n_steps": steps})
    swept(tmp_path / "x", sweep=None, start={"sweep": tmp_path / "s16"})
    with pytest.raises(StoreError, match=r"start\.sweep: content [0-9a-f]{16} there, content [0-9a-f]{16} asked for"):
        swept(tmp_path / "x", sweep=None, start={"sweep": tmp_path / "s17"})


def test_grouping_decides_nothing_with_networks_of_different_sizes(tmp_path, monkeypatch):
    sections = {"sweep": {"context": {"values": [2, 3, 4]}, "beta": {"values": [1.2, 1.3]}}, "start": RANDOM}
    _, first = swept(tmp_path / "a", **sections)
    monkeypatch.setattr(shards, "POINTS", 1)
    xr.testing.assert_identical(without_run(swept(tmp_path / "b", **sections)[1]), without_run(first))
