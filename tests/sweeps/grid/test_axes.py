"""Every parameter and the start as an axis: alone, in products, point by point; evenly, by ratio, as written."""

import itertools

import numpy as np
import pytest
from experiments import NO_EXPONENTS, small

from dmfsa import Features, Window
from sweeps import StoreError, open_sweep, run_sweep
from sweeps.config import ConfigError
from sweeps.figures.sweep import default_kind, lyapunov_figure, orbit_diagram, phase_diagram
from sweeps.grid import shard as shards
from sweeps.models.network import map_of
from sweeps.run.experiment import Experiment
from sweeps.store.dataset import empty_points, gridded

WINDOW = [[0.1, 0.2, 0.3]] * 4
TOTAL = NO_EXPONENTS["n_transient"] + NO_EXPONENTS["n_steps"]
# Of each axis: its three values, how they may be written in place of a list, the ensemble they need.
EVENLY = {"from": 1, "to": 3, "n": 3}
AXES = {
    "beta": ([1.0, 1.5, 2.0], {"from": 1, "to": 2, "n": 3}, "segments"),
    "gamma": ([10.0, 100.0, 1000.0], {"from": 10, "to": 1000, "n": 3, "log": True}, "segments"),
    "epsilon": ([0.01, 0.1, 1.0], {"from": 0.01, "to": 1, "n": 3, "log": True}, "segments"),
    "scale": ([0.25, 0.5, 0.75], {"from": 0.25, "to": 0.75, "n": 3}, "gaussian"),
    "context": ([1, 2, 3], EVENLY, "segments"),
    "positional_bits": ([2, 3, 4], {"from": 2, "to": 4, "n": 3}, "segments"),
    "n_patterns": ([1, 2, 3], EVENLY, "iid"),
    "n_columns": ([33, 66, 99], {"from": 33, "to": 99, "n": 3}, "segments"),
    "n_segments": ([1, 3, 9], None, "segments"),
    "seed": ([1, 2, 3], EVENLY, "gaussian"),
    "start": ([0, 1, 2], None, "segments"),
}
OF_FEATURES = ("scale", "n_patterns", "n_columns", "n_segments", "seed")


def experiment(*names, written="values", zipped=False):
    """An experiment over axes, and the values they should have."""
    ensemble = next((AXES[name][2] for name in names if AXES[name][2] != "segments"), "segments")
    sweep = {"zip": [name for name in names if name != "start"]} if zipped else {}
    for name in names:
        values, evenly, _ = AXES[name]
        if name != "start":
            section = sweep.setdefault("features", {}) if name in OF_FEATURES else sweep
            section[name] = {"values": values} if written == "values" or evenly is None else evenly
    start = {"random": {"n": 3, "seed": 4}} if "start" in names else {"random": {"seed": 4}}
    model = {"beta": 1.27, "features": {"ensemble": ensemble}}
    return Experiment.of(small(model=model, sweep=sweep or None, start=start, run=NO_EXPONENTS, record=["label"]))


def by_hand(made, values):
    """Compare a point with its map and its window, made here."""
    model = made.network.config.model
    sizes = {name: int(values[name]) for name in ("n_patterns", "n_columns", "n_segments", "seed") if name in values}
    scale = {"scale": values["scale"]} if "scale" in values else {}
    bits = int(values.get("positional_bits", 2))
    features = getattr(Features, model.features.ensemble)(positional_bits=bits, **sizes, **scale)
    np.testing.assert_array_equal(made.map.features.coefficients, features.coefficients)
    np.testing.assert_array_equal(made.map.features.positional, features.positional)
    there = [made.map.beta, made.map.gamma, made.map.epsilon, made.map.context]
    usual = {"beta": 1.27, "gamma": 220.0, "epsilon": 0.02, "context": 4}
    assert there == pytest.approx([values.get(name, x) for name, x in usual.items()], rel=1e-14)
    number = int(values.get("start", 0))
    (*_, window) = Window.random(made.map.context, features.n_patterns, seed=4, n=number + 1)
    np.testing.assert_array_equal(made.state.attention, window.attention)


def check(given, rows):
    """See that there are these points, in this order, and that each has its place in the dataset."""
    numbers = np.arange(len(rows))
    assert given.grid.n_points == len(rows)
    points = empty_points(given.config, numbers)
    points["core_seconds"] = numbers
    dataset = gridded(given.config, given.grid, [points])
    for number, (made, row) in enumerate(zip(given.points(numbers), rows, strict=True)):
        by_hand(made, row)
        index = {"point": number} if "point" in given.grid.dims else {name: row[name] for name in given.grid.dims}
        here = dataset.sel(index, method="nearest")
        assert float(here["core_seconds"]) == number
        for name in row:
            assert float(here[name]) == pytest.approx(row[name], rel=1e-14)


@pytest.mark.parametrize("written", ["values", "from"])
@pytest.mark.parametrize("name", AXES)
def test_alone(name, written):
    check(experiment(name, written=written), [{name: value} for value in AXES[name][0]])


@pytest.mark.parametrize("name", AXES)
def test_with_another(name):
    """All combinations, the axes in one order, whatever they are."""
    others = ("beta", "start") if name not in ("beta", "start") else ("gamma", name)
    names = [other for other in AXES if other in (name, *others)]
    rows = itertools.product(*(AXES[one][0] for one in names))
    check(experiment(*names), [dict(zip(names, row, strict=True)) for row in rows])


@pytest.mark.parametrize("name", [name for name in AXES if name not in ("beta", "start")])
def test_point_by_point(name):
    rows = zip(AXES[name][0], AXES["beta"][0], strict=True)
    check(experiment("beta", name, zipped=True), [{name: value, "beta": beta} for value, beta in rows])


# Starts that are listed


@pytest.fixture
def listed(tmp_path):
    np.savez(tmp_path / "left.npz", attention=np.full((4, 3), 0.25), phase=2)
    return [
        {"window": "paper_beta3"},
        {"token": "v1", "name": "a token"},
        {"window": WINDOW, "phase": 1},
        {"checkpoint": str(tmp_path / "left.npz")},
        {"random": {"n": 2, "seed": 5}},
    ]


NAMES = ["paper_beta3", "a token", "window 2", "left", "random 0", "random 1"]


def test_each_of_a_list_runs_from_its_own_start(listed, tmp_path, monkeypatch):
    """Side by side with other phases of the clock, and the same however they are grouped."""
    sweep = {"epsilon": {"values": [0.02, 0.3]}}
    config = small(start={"list": listed}, sweep=sweep, run=NO_EXPONENTS)
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    assert dataset["label"].dims == ("epsilon", "start")
    assert dataset["start"].values.tolist() == NAMES
    for epsilon in (0.02, 0.3):
        network = map_of(config, epsilon=epsilon)
        spins = np.concatenate([network.features.semantic[1, 1], [-1, -1]])
        token = network.trajectory(network.start_from_token(spins), 3).end  # grows to four tokens
        checkpoint = Window(np.full((4, 3), 0.25), 2)
        windows = [Window.paper_beta3(), token, Window(np.array(WINDOW), 1), checkpoint]
        windows += Window.random(4, 3, seed=5, n=2)
        for name, window in zip(NAMES, windows, strict=True):
            end = network.trajectory(window, TOTAL).end
            here = dataset.sel(epsilon=epsilon, start=name)
            np.testing.assert_allclose(here["window"], end.attention, rtol=0, atol=1e-8)
            assert here["clock_phase"] == end.phase
    monkeypatch.setattr(shards, "POINTS", 1)
    again = open_sweep(run_sweep(config, tmp_path / "y", quiet=True))
    np.testing.assert_array_equal(again["window"], dataset["window"])


def test_a_token_that_cannot_be_made_is_told_of_before_the_run():
    model = {"beta": 1.2, "features": {"ensemble": "cycle"}}
    config = small(start={"list": [{"window": "paper_beta3"}, {"token": "o0"}]}, model=model, run=NO_EXPONENTS)
    with pytest.raises(ConfigError, match=r"start\.list\[1\]\.token = 'o0' needs feature matrices"):
        Experiment.of(config)


def test_a_list_of_one_has_an_axis(tmp_path):
    config = small(start={"list": [{"window": "paper_beta3"}]}, run=NO_EXPONENTS)
    alone = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    assert alone["label"].dims == ("start",)


def test_a_continuation_follows_each_start_of_a_list(tmp_path):
    sweep = {"beta": {"values": [1.2, 1.3]}, "order": {"continuation": {"direction": "both"}}}
    starts = {"list": [{"window": "paper_beta3"}, {"window": WINDOW, "phase": 1, "name": "mine"}]}
    config = small(start=starts, sweep=sweep, run=NO_EXPONENTS)
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    first = map_of(config, beta=1.3).trajectory(Window(np.array(WINDOW), 1), TOTAL).end
    then = map_of(config, beta=1.2).trajectory(first, TOTAL).end
    here = dataset.sel(start="mine", direction="left")
    np.testing.assert_allclose(here["window"], [then.attention, first.attention], rtol=0, atol=1e-8)
    later = {"sweep": tmp_path / "x", "number": 1, "direction": "left"}
    config = small(start=later, sweep={"beta": {"values": [1.2]}}, run=NO_EXPONENTS)
    after = open_sweep(run_sweep(config, tmp_path / "y", quiet=True))
    end = map_of(config, beta=1.2).trajectory(then, TOTAL).end
    np.testing.assert_allclose(after["window"][0], end.attention, rtol=0, atol=1e-8)


def test_refined_points_and_boundaries_have_the_names_of_their_starts():
    sweep = {"beta": {"values": [1.0, 2.0]}, "refine": {"label": 0.6}}
    config = small(start={"list": [{"token": "o0"}, {"token": "o1"}]}, sweep=sweep, run=NO_EXPONENTS)
    grid = Experiment.of(config).grid
    points = empty_points(config, np.arange(4))
    points["label"] = [0, 1, 0, 3]  # of o0 and o1 at 1.0, of o0 and o1 at 2.0
    dataset = gridded(config, grid, [points])
    assert dataset["boundary_start"].values.tolist() == ["o1"]


def test_another_checkpoint_in_a_list_is_another_sweep(listed, tmp_path):
    config = small(start={"list": listed}, sweep={"beta": {"values": [1.2]}}, run=NO_EXPONENTS)
    run_sweep(config, tmp_path / "x", quiet=True)
    np.savez(tmp_path / "left.npz", attention=np.full((4, 3), 0.5), phase=2)
    with pytest.raises(StoreError, match=r"start\.list\[3\]\.checkpoint: content [0-9a-f]{16} there, content"):
        run_sweep(config, tmp_path / "x", quiet=True)
    (tmp_path / "left.npz").write_bytes(b"nothing")
    with pytest.raises(
        ConfigError, match=r"start\.list\[3\]\.checkpoint = '.*left\.npz' cannot be used: it is damaged"
    ):
        run_sweep(config, tmp_path / "y", quiet=True)


def test_figures_show_the_names_in_their_order():
    starts = {"list": [{"token": "o2"}, {"token": "o0"}, {"token": "o1"}]}
    for sweep, draw, axis in [
        (None, orbit_diagram, "xaxis"),
        (None, lyapunov_figure, "xaxis"),
        ({"beta": {"values": [1.3, 1.2]}}, phase_diagram, "yaxis"),
    ]:
        config = small(start=starts, sweep=sweep)
        grid = Experiment.of(config).grid
        points = empty_points(config, np.arange(grid.n_points))
        points["label"], points["lyapunov_exponent"] = 3, 0.1
        dataset = gridded(config, grid, [points]).assign_attrs(config=config.to_yaml())
        assert default_kind(dataset) == ("orbit" if sweep is None else "phase")
        panels = draw(dataset).axes
        shown = [[text.get_text() for text in getattr(panel, axis).get_ticklabels()] for panel in panels]
        assert ["o2", "o0", "o1"] in shown


def test_periods_within_a_decade_have_numbers_beside_their_colours():
    sweep = {"beta": {"values": [1.2, 1.3]}, "gamma": {"values": [100, 220]}}
    config = small(model=None, sweep=sweep, run=NO_EXPONENTS)
    points = empty_points(config, np.arange(4))
    points["label"], points["period"] = 1, [28, 28, 56, 28]
    dataset = gridded(config, Experiment.of(config).grid, [points])
    bar = phase_diagram(dataset.assign_attrs(config=config.to_yaml())).axes[-1]
    low, high = bar.get_xlim()
    assert sum(low <= tick <= high for tick in bar.get_xticks()) >= 3
