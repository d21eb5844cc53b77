"""Continuation: each point starts where its neighbour ended. The naive version is a loop over the values."""

import itertools

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, SHORT, small
from hypothesis import given, settings
from hypothesis import strategies as st

from dmfsa import Features, FiniteNetwork, Window
from sweeps import open_sweep, run_sweep
from sweeps.figures import sweep as figures
from sweeps.grid import shard as shards
from sweeps.grid.axes import grid_of
from sweeps.grid.chains import Chains
from sweeps.models.network import map_of
from sweeps.regimes import has_regimes, regimes, regimes_csv
from sweeps.run import shard as work
from sweeps.run.local import run_task
from sweeps.run.points import run_points
from sweeps.store.dataset import without_run
from sweeps.store.folder import SweepFolder

TOTAL = NO_EXPONENTS["n_transient"] + NO_EXPONENTS["n_steps"]
BETAS = [1.3, 1.2, 1.45, 1.25]  # not sorted: the way goes by value


@pytest.fixture(autouse=True)
def shards_of_4(monkeypatch):
    monkeypatch.setattr(shards, "POINTS", 4)


def config_of(betas=BETAS, **continuation):
    sweep = {"beta": {"values": betas}, "gamma": {"values": [180, 220, 260]},
             "order": {"continuation": {"along": "beta", **continuation}}}  # fmt: skip
    return small(model=None, sweep=sweep, start={"random": {"n": 2}}, run=NO_EXPONENTS)


def naive(config, gamma, start, betas):
    """Ends at each value in turn."""
    window, ends = start, []
    for beta in betas:
        window = map_of(config, beta=beta, gamma=gamma).trajectory(window, TOTAL).end
        ends.append(window)
    return ends


STARTS = Window.random(4, 3, seed=0, n=2)


@pytest.mark.parametrize(
    ("origin", "way", "leads"),
    [
        (None, "right", []),
        (None, "left", []),
        (1.2, "right", []),
        (1.45, "right", [1.45, 1.3, 1.25]),
        (1.3, "left", [1.3]),
        (1.28, "right", [1.28, 1.25]),
        (1.28, "left", [1.28, 1.3]),
    ],
)
def test_every_point_starts_where_its_neighbour_ended(tmp_path, origin, way, leads):
    config = config_of(direction=way, **({} if origin is None else {"origin": origin}))
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    assert dataset["window"].dims[:3] == ("beta", "gamma", "start")
    assert set(dataset["failure"].values.ravel()) == {""}
    betas = sorted(BETAS, reverse=way == "left")
    for (i, gamma), (j, start) in itertools.product(enumerate([180, 220, 260]), enumerate(STARTS)):
        ends = naive(config, gamma, start, leads + betas)[len(leads) :]
        for beta, end in zip(betas, ends, strict=True):
            at = dataset["window"].sel(beta=beta).values[i, j]
            np.testing.assert_allclose(at, end.attention, rtol=0, atol=1e-7)
            assert int(dataset["clock_phase"].sel(beta=beta).values[i, j]) == end.phase


def test_both_ways_are_a_dimension(tmp_path):
    both = open_sweep(run_sweep(config_of(direction="both"), tmp_path / "both", quiet=True))
    assert both["label"].dims == ("beta", "gamma", "start", "direction")
    assert both["direction"].values.tolist() == ["left", "right"]
    for way in ("left", "right"):
        one = open_sweep(run_sweep(config_of(direction=way), tmp_path / way, quiet=True))
        for name in ("window", "orbit", "orbit_density", "label", "clock_phase"):
            np.testing.assert_array_equal(both[name].sel(direction=way), one[name])


@pytest.mark.parametrize(("size", "group"), [(1, 1), (7, 2), (64, 16), (64, 5)])
def test_shards_and_groups_and_tasks_change_nothing(tmp_path, monkeypatch, size, group):
    config = config_of(direction="both", origin=1.25)
    first = open_sweep(run_sweep(config, tmp_path / "first", quiet=True))
    monkeypatch.setattr(shards, "POINTS", size)
    monkeypatch.setattr(Chains, "GROUP", group)
    for index in (1, 0, 2):
        run_task(config, index, 3, tmp_path / "x", quiet=True)
    SweepFolder.open(tmp_path / "x").collect()
    xr.testing.assert_identical(without_run(open_sweep(tmp_path / "x")), without_run(first))


def test_a_chain_goes_on_where_it_was_interrupted(tmp_path, monkeypatch):
    config = config_of(direction="left")
    expected = open_sweep(run_sweep(config, tmp_path / "y", quiet=True))
    ran = []

    def run_some(experiment, numbers, *given):
        if len(ran) == 2:
            raise KeyboardInterrupt
        ran.append(list(numbers))
        return run_points(experiment, numbers, *given)

    monkeypatch.setattr(work, "run_points", run_some)
    with pytest.raises(KeyboardInterrupt, match=r"12 of 24 points are kept"):
        run_sweep(config, tmp_path / "x", workers=1, quiet=True)
    monkeypatch.setattr(work, "run_points", lambda *given: ran.append(list(given[1])) or run_points(*given))
    run_sweep(config, tmp_path / "x", workers=1, quiet=True)
    assert sorted(point for points in ran for point in points) == list(range(24))
    xr.testing.assert_identical(without_run(open_sweep(tmp_path / "x")), without_run(expected))


def test_a_damaged_shard_in_the_middle_of_a_chain_is_the_only_one_computed_again(tmp_path, monkeypatch):
    config = config_of(direction="left")
    expected = open_sweep(run_sweep(config, tmp_path / "y", quiet=True))
    run_task(config, 0, 1, tmp_path / "x", quiet=True)
    folder = SweepFolder.open(tmp_path / "x")
    middle = folder.shards()[1]
    folder.file(middle).write_bytes(b"nonsense")
    ran = []
    monkeypatch.setattr(work, "run_points", lambda *given: ran.extend(given[1]) or run_points(*given))
    run_sweep(config, tmp_path / "x", quiet=True)
    assert ran == middle.points.tolist()
    xr.testing.assert_identical(without_run(open_sweep(tmp_path / "x")), without_run(expected))


def test_a_point_that_fails_hands_its_start_on(tmp_path, monkeypatch):
    config = small(
        model=None, sweep={"beta": {"values": [1.2, 1.3, 1.4]}, "order": {"continuation": {}}}, run=NO_EXPONENTS
    )

    def run_some(experiment, numbers, *given):
        if 1 in numbers:
            raise ArithmeticError("no")
        return run_points(experiment, numbers, *given)

    monkeypatch.setattr(work, "run_points", run_some)
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    assert dataset["failure"].values.tolist() == ["", "ArithmeticError: no", ""]
    ends = naive(config, 220.0, Window.paper_beta3(), [1.2, 1.4])
    np.testing.assert_allclose(dataset["window"].values[[0, 2]], [end.attention for end in ends], rtol=0, atol=1e-7)


@given(shape=st.lists(st.integers(1, 5), min_size=1, max_size=3), data=st.data())
@settings(deadline=None)
def test_chains_have_every_place_once_and_follow_their_way(shape, data):
    axis = data.draw(st.integers(0, len(shape) - 1))
    n_chains = int(np.prod(shape)) // shape[axis]
    ways = np.array(data.draw(st.lists(st.integers(0, 1), min_size=n_chains, max_size=n_chains)))
    forward = np.array(data.draw(st.permutations(range(shape[axis]))))
    chains = Chains(tuple(shape), axis, forward, forward[::-1], ways)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Chains, "GROUP", data.draw(st.integers(1, 7)))
        patch.setattr(shards, "POINTS", data.draw(st.integers(1, 30)))
        points = np.arange(int(np.prod(shape)))
        places = chains.places(points)
        assert sorted(places.tolist()) == points.tolist()
        chain, step = chains.locate(points)
        index = np.unravel_index(places, shape)
        for number in range(n_chains):
            mine = np.flatnonzero(chain == number)
            assert step[mine].tolist() == list(range(shape[axis]))
            way = forward if ways[number] == 1 else forward[::-1]
            assert index[axis][mine].tolist() == way.tolist()
            assert all(len(set(index[other][mine].tolist())) == 1 for other in range(len(shape)) if other != axis)
        every = chains.shards()
        assert np.concatenate([shard.points for shard in every]).tolist() == points.tolist()
        group = chain // Chains.GROUP
        assert all(len(set(group[shard.points].tolist())) == 1 for shard in every)


# What is made of both ways


@pytest.fixture(scope="module")
def both_ways(tmp_path_factory):
    sweep = {"beta": {"values": [1.0, 1.2, 1.1]}, "order": {"continuation": {"direction": "both"}}}
    return open_sweep(run_sweep(small(model=None, sweep=sweep, run=SHORT), tmp_path_factory.mktemp("b"), quiet=True))


def test_regimes_of_both_ways(both_ways):
    found = both_ways.copy(deep=True)
    found["label"][:] = np.array([[1, 3], [1, 1], [3, 3]])  # beta = 1, 1.2, 1.1; left and right
    assert has_regimes(found)
    cut = [(r.direction, r.label, r.first, r.last) for r in regimes(found)]
    assert cut == [
        ("left", "periodic", 1.0, 1.0),
        ("left", "chaotic", 1.1, 1.1),
        ("left", "periodic", 1.2, 1.2),
        ("right", "chaotic", 1.0, 1.1),
        ("right", "periodic", 1.2, 1.2),
    ]
    lines = regimes_csv(found).splitlines()
    assert lines[0].startswith("direction,beta_from,beta_to,label,")
    assert lines[4].startswith("right,1.0,1.1,chaotic,2,")


def test_the_figure_shows_both_ways_over_their_parameter(both_ways):
    assert figures.default_kind(both_ways) == "hysteresis"
    figure = figures.hysteresis_diagram(both_ways)
    strips, above, below = figure.axes
    for drawn, way in zip(above.collections, ("left", "right"), strict=True):
        x, y = drawn.get_offsets().T
        m = both_ways["orbit"].sel(direction=way).sortby("beta")
        np.testing.assert_array_equal(x, np.repeat([1.0, 1.1, 1.2], m.sizes["sample"]))
        np.testing.assert_allclose(y, m.values[:, :, 0].ravel())
    assert len(below.lines) == 3  # and zero
    assert [tick.get_text() for tick in strips.get_yticklabels()] == ["left", "right"]


@pytest.mark.parametrize("make", [figures.phase_diagram, figures.orbit_diagram])
def test_other_figures_say_that_they_do_not_fit(both_ways, make):
    with pytest.raises(ValueError, match="this figure needs a sweep"):
        make(both_ways)


@pytest.mark.slow
def test_coexisting_attractors_are_found_by_the_two_ways(tmp_path):
    """At β = 1.27 the way to the right is on the published cycle of 28 steps, that to the left on another one."""
    sweep = {"beta": {"from": 1.264, "to": 1.276, "n": 61}, "order": {"continuation": {"direction": "both"}}}
    run = {"n_transient": 20_000, "n_steps": 20_000, "n_exponents": 2}
    config = small(model=None, sweep=sweep, run=run)
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    here = dataset.sel(beta=1.27, method="nearest")
    periods = dict(zip(here["direction"].values, here["period"].values.tolist(), strict=True))
    assert periods["right"] == 28
    assert periods["left"] not in (0, 28)
    published = here.sel(direction="right")
    error = 3 * float(published["lyapunov_standard_error"][0]) + 5e-5  # -0.0478 is quoted to four digits
    assert abs(float(published["lyapunov_exponent"][0]) + 0.0478) < error
    for way, period in periods.items():  # the map itself, one orbit, comes back to where it is, and not before
        window = Window(here["window"].sel(direction=way).values, int(here["clock_phase"].sel(direction=way)))
        orbit = map_of(config, beta=float(here["beta"])).trajectory(window, period).attention
        back = np.abs(orbit - window.attention[0]).max(axis=1) < 1e-9
        assert back.tolist() == [False] * (period - 1) + [True]
    assert (dataset["period"][-1] == dataset["period"][-1, 0]).all()  # where there is one only, both are on it


def test_the_grid_of_both_ways():
    grid = grid_of(config_of(direction="both"))
    assert grid.dims == ("beta", "gamma", "start", "direction")
    assert grid.chains.n_chains == 12
    assert len(grid.shards()) == 4


def test_noise_on_the_way_to_a_chain_is_its_own(tmp_path):
    """From the origin both ways lead over the next values: noise there is that of no other way, value or point."""
    values = [1.0, 1.1, 1.2, 1.3, 1.4]
    order = {"continuation": {"origin": 1.2, "direction": "both"}}
    config = small(model={"n_spins": 500}, sweep={"beta": {"values": values}, "order": order}, run=NO_EXPONENTS)
    dataset = open_sweep(run_sweep(config, tmp_path, quiet=True))
    ways = grid_of(config).chains.ways
    for chain, way in enumerate(ways):
        window = Window.paper_beta3()
        for stage, beta in enumerate([1.2, 1.1] if way else [1.2, 1.3]):
            network = FiniteNetwork(Features.segments(), 500, beta, seed=(0, 1, chain, stage))
            window = network.trajectory(window, TOTAL).end
        end = 0 if way else 4
        window = FiniteNetwork(Features.segments(), 500, values[end], seed=(0, 0, chain)).trajectory(window, TOTAL).end
        found = dataset["window"].sel(direction="right" if way else "left", beta=values[end])
        np.testing.assert_array_equal(found, window.attention)
