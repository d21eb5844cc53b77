"""Finite networks in sweeps and single orbits, and the command that holds them against their limit."""

import csv
import json
import math
import threading
from types import SimpleNamespace

import numpy as np
import pytest
from conftest import JIT
from experiments import small

import sweeps.finite.comparison
import sweeps.finite.tables
from attractors import classify_series
from dmfsa import Features, FiniteNetwork, MeanFieldMap, Window
from sweeps import open_sweep, run_sweep
from sweeps.cli import main
from sweeps.config import ConfigError
from sweeps.finite.comparison import Point, compare, slope, times_of_leaving, typical
from sweeps.finite.figures import FIGURES
from sweeps.finite.switching import Basins, SwitchingStatus, rate_of, steps_watched, watch
from sweeps.finite.tables import document, tables
from sweeps.store.dataset import without_run

RUN = {"n_transient": 5, "n_steps": 40, "n_exponents": "all"}
SIZES = {"values": [100, 1001, 10**12]}


def noisy(**sections):
    sections = {"model": {"beta": 1.27, "n_spins": 500}, "run": RUN, **sections}
    return small(**sections)


# ---- sweeps and single orbits --------------------------------------------------------------------------------


def test_points_of_a_sweep_are_networks_with_noise_of_their_own(tmp_path):
    config = noisy(sweep={"n_spins": SIZES, "beta": {"values": [1.1, 3.0]}}, record=["orbit", "label", "section"])
    dataset = open_sweep(run_sweep(config, tmp_path / "a", quiet=True, workers=2))
    assert dict(dataset["label"].sizes) == {"beta": 2, "n_spins": 3}
    assert "lyapunov_exponent" not in dataset
    number = 0
    for i, beta in enumerate((1.1, 3.0)):
        for j, n_spins in enumerate(SIZES["values"]):
            here = dataset.isel(beta=i, n_spins=j)
            network = FiniteNetwork(Features.segments(), n_spins, beta, seed=(0, 0, number))
            orbit = network.trajectory(Window.paper_beta3(), 45)
            np.testing.assert_array_equal(here["window"], orbit.end.attention)
            # The orbit holds tokens drawn from the attention vectors of the last steps, as in the mean field.
            drawn = np.vstack([orbit.m_o_semantic[6:], here["orbit"].values[-1:]])
            np.testing.assert_array_equal(here["orbit"], drawn.astype(np.float32))
            answer = classify_series(orbit.attention[5:], clock_period=4)
            assert here["label"] == answer.label.code
            assert int(here["orbit_density"].sum()) == 40
            number += 1
    alone = open_sweep(run_sweep(config, tmp_path / "b", quiet=True, workers=1))
    assert without_run(alone).identical(without_run(dataset))


def test_noise_has_a_seed_and_continuations_go_on(tmp_path):
    axes = {"noise_seed": {"values": [1, 2]}}
    dataset = open_sweep(run_sweep(noisy(sweep=axes, record=["orbit"]), tmp_path / "a", quiet=True))
    for number, seed in enumerate((1, 2)):
        network = FiniteNetwork(Features.segments(), 500, 1.27, seed=(seed, 0, number))
        expected = network.trajectory(Window.paper_beta3(), 45).end.attention
        np.testing.assert_array_equal(dataset["window"][number], expected)
    order = {"continuation": {"origin": 1.2, "direction": "both"}}
    config = noisy(sweep={"beta": {"values": [1.1, 1.2, 1.3]}, "order": order}, start={"token": "o0"})
    dataset = open_sweep(run_sweep(config, tmp_path / "b", quiet=True))
    assert np.isfinite(dataset["window"]).all()
    assert (dataset["failure"] == "").all()


def test_the_window_of_a_token_grows_with_noise(tmp_path):
    config = noisy(
        sweep={"beta": {"values": [1.4]}}, start={"token": "o0"}, run={**RUN, "n_transient": 0, "n_steps": 8}
    )
    dataset = open_sweep(run_sweep(config, tmp_path, quiet=True))
    network = FiniteNetwork(Features.segments(), 500, 1.4, seed=(0, 0, 0))
    token = np.concatenate([Features.segments().semantic[0, 0], -np.ones(2)])
    orbit = network.trajectory(network.start_from_token(token), 8)
    np.testing.assert_array_equal(dataset["window"][0], orbit.end.attention)


def test_commands_for_one_orbit(tmp_path, capsys):
    file = tmp_path / "c.yaml"
    file.write_text(noisy(run={"n_transient": 40, "n_steps": 1_100 if JIT else 60}).to_yaml())
    assert (
        main(["trajectory", str(file), "--set", "start={token: o0}", "--out", str(tmp_path / "o.npz"), "--json"]) == 0
    )
    printed = json.loads(capsys.readouterr().out)
    with np.load(tmp_path / "o.npz") as orbit:
        spins = orbit["m_o_semantic"] / 0.98 * 500
    np.testing.assert_allclose(spins, np.round(spins), rtol=0, atol=1e-9)
    assert printed["n_steps"] == len(spins)
    assert main(["trajectory", str(file)]) == 0
    assert "500 spins" in capsys.readouterr().out
    assert main(["classify", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["label"] == "undetermined"
    large = ["--set", "model.beta=1", "--set", "model.n_spins=1e14", "--set", f"run.n_transient={2_000 if JIT else 9}"]
    assert main(["classify", str(file), *large]) == 0
    assert (": periodic, period 4 (confidence not known)" if JIT else "undetermined") in capsys.readouterr().out


@pytest.mark.parametrize(
    ("sections", "says"),
    [
        ({"model": {"beta": 1, "n_spins": 0}}, "model.n_spins = 0 must be at least 1"),
        ({"model": {"beta": 1, "n_spins": 2**53 + 2}}, "model.n_spins = 9007199254740994 must be at most"),
        (
            {"model": {"beta": 1, "n_spins": 99, "features": {"ensemble": "gaussian"}}},
            "model.n_spins = 99 must be absent with ensemble gaussian",
        ),
        ({"run": {"n_exponents": 2}}, "run.n_exponents = 2 must be 0 or all with n_spins"),
        ({"run": {"n_steps": 7}}, "run.n_steps = 7 must be at least 8 to record a label of a noisy orbit"),
        (
            {"record": ["label", "attractors"], "start": {"random": {"n": 3}}},
            "record must not hold attractors with n_spins",
        ),
        ({"finite": {"n_spins": [10, 10]}}, r"finite.n_spins\[1\] = 10 must not be there twice"),
        ({"finite": {"n_replicas": 1}}, "finite.n_replicas = 1 must be at least 2"),
    ],
)
def test_what_a_config_cannot_be(sections, says):
    with pytest.raises(ConfigError, match=says):
        noisy(**sections)


@pytest.mark.parametrize(
    ("command", "changed", "says"),
    [
        ("lyapunov", [], "model.n_spins must be absent here: noise leaves no Lyapunov exponents"),
        ("attractors", ["start={random: {n: 4}}"], "model.n_spins must be absent here: noise moves orbits"),
        ("finite", [], "model.n_spins must be absent here: finite.n_spins lists the networks"),
        ("trajectory", ["model.n_spins=2"], "n_spins must be at least 3, the number of distinct columns"),
        ("trajectory", ["model.n_spins=", "sweep={n_spins: {values: [10, 20]}}"], "model.n_spins is missing"),
        ("finite", ["model.n_spins=", "finite.n_spins=[2, 99]"], "finite.n_spins = 2: n_spins must be at least 3"),
        ("finite", ["model.n_spins=", "run.n_exponents=0"], "run.n_exponents = 0 must be at least 1 here"),
        ("finite", ["model.n_spins=", "start={random: {n: 3}}"], "start has 3 starts, and must have 1 here"),
        ("finite", ["model.n_spins=", "sweep={features: {seed: {values: [3, 4]}}}"], "sweep.seed must be absent here"),
        ("finite", ["model.n_spins=", "model.features={ensemble: cycle}"], "has no matrices that define its map"),
    ],
)
def test_what_commands_refuse(command, changed, says, tmp_path, capsys):
    file = tmp_path / "c.yaml"
    file.write_text(noisy().to_yaml())
    assert main([command, str(file), *(word for change in changed for word in ("--set", change))]) == 2
    assert says in capsys.readouterr().err


# ---- the pieces of the comparison ----------------------------------------------------------------------------


def test_times_of_leaving():
    distance = np.array([[0.0, 0.3, 0.0], [0.2, 0.0, 0.0], [0.0, 0.0, 0.2], [0.9, 0.0, 0.9]])
    assert times_of_leaving(distance, 0.1).tolist() == [2.0, 1.0, 3.0]
    np.testing.assert_array_equal(times_of_leaving(distance, 0.5), [4.0, math.nan, 4.0])


def test_slopes_and_typical_errors():
    x = np.arange(6.0)
    found, error = slope(x, 3.0 - 0.5 * x)
    assert (found, error) == pytest.approx((-0.5, 0.0), abs=1e-9)
    assert all(map(math.isnan, slope(x[:2], x[:2])))
    squares = np.random.default_rng(1).normal(size=(4_000, 3)) ** 2 * [1.0, 1e4, 1e-4]
    found, error = typical(squares)
    assert found == pytest.approx(1.0, abs=4 * error)
    assert error == pytest.approx(1 / (2 * 4_000 * 3) ** 0.5, rel=0.1)
    assert typical(np.zeros((3, 2))) == (0.0, 0.0)


class Jumper:
    """Replicas, of which one more leaves home at each of the steps 3, 5 and 20, to basins 1, 1, 2; one is in none."""

    n_replicas = 5

    def __init__(self):
        self.time = 0

    def advance(self, n_steps, progress):
        self.time += n_steps

    def windows(self):
        return [basin if self.time >= when else 0 for when, basin in ((3, 1), (5, 1), (20, 2), (99, 1), (3, -1))]


class Asked:
    n = 3

    def __call__(self, windows):
        return np.array(windows)


def test_jumps_are_counted_once_at_the_look_that_sees_them():
    looks = [4, 16, 36]
    to, left = watch(Jumper(), 0, Asked(), looks)
    assert to.tolist() == [0, 2, 1]
    assert left.tolist() == [1, 1, 1]
    assert steps_watched(left, looks, 5) == 4 + 16 + 36 + 2 * 36


@pytest.mark.parametrize(("rate", "most"), [(0.12, 40), (0.004, 400), (1e-5, 20_000)])
def test_rates_hold_their_intervals(rate, most):
    """Replicas that leave at one rate, 400 times 100 of them: 95 % of the intervals have it, 99 % are called fitted."""
    rng = np.random.default_rng(1)
    looks = sorted({round(x) for x in np.geomspace(1, most, 24)})
    found = []
    for _ in range(400):
        times = rng.exponential(1 / rate, 100)
        seen = np.searchsorted(looks, times)
        found.append(rate_of(np.bincount(seen, minlength=len(looks) + 1)[:-1].astype(float), looks, 100))
    inside = np.mean([one.low <= rate <= one.high for one in found])
    assert inside == pytest.approx(0.95, abs=4 * (0.95 * 0.05 / 400) ** 0.5)
    assert np.mean([one.status is SwitchingStatus.UNEVEN for one in found]) < 0.01 + 4 * (0.01 / 400) ** 0.5
    rates = np.array([one.rate for one in found])
    assert rates.mean() == pytest.approx(rate, abs=4.5 * rates.std() / 20 + 0.01 * rate)  # the bias is 1/100


def test_rates_that_are_none_are_told():
    looks = [1, 4, 16, 64]
    still = rate_of(np.zeros(4), looks, 50)
    assert still.status is SwitchingStatus.NONE_LEFT
    assert (still.rate, still.low) == (0.0, 0.0)
    assert math.exp(-still.high * 64 * 50) == pytest.approx(0.025)
    gone = rate_of(np.array([50.0, 0, 0, 0]), looks, 50)
    assert gone.status is SwitchingStatus.UNEVEN
    assert (gone.rate, gone.high) == (math.inf, math.inf)
    assert (1 - math.exp(-gone.low)) ** 50 == pytest.approx(0.025)
    assert rate_of(np.array([0.0, 30, 0, 0]), looks, 50).status is SwitchingStatus.UNEVEN
    assert rate_of(np.array([32.0, 17, 1, 0]), looks, 50).status is SwitchingStatus.UNEVEN  # most within the first step
    # One look alone: 1 - exp(-4 κ) is the share that left.
    assert rate_of(np.array([30.0]), [4], 50).rate == pytest.approx(math.log(50 / 20) / 4)


class Drifting:
    """Orbits that are where a function of time says: (time, place)."""

    def __init__(self, limit, windows):
        self.orbits = windows

    def advance(self, n_steps, n_tail, progress):
        self.orbits = [(time + n_steps, place) for time, place in self.orbits]
        return np.tile([[place(time)] for time, place in self.orbits], (n_tail, 1, 1))

    def windows(self):
        return self.orbits


def test_a_basin_is_told_when_an_orbit_has_arrived_and_not_when_it_passes_by(monkeypatch):
    monkeypatch.setattr("sweeps.finite.switching.side_by_side", Drifting)
    known = [SimpleNamespace(window=np.array(ends)[:, None], period=None) for ends in ([0.0, 1.0], [3.0, 4.0])]
    last = []
    places = [
        lambda time: 1.00001 if time == 500 else last.append(time),  # there at once, and not asked again
        lambda time: 0.03 if time < 2_000 else 3.0,  # passes by the first
        lambda time: 0.03,  # comes no closer
        lambda time: 0.08 if time < 2_001 else 0.04,
        lambda time: 2.0,
    ]
    basins = Basins(None, known, 3_000, lambda n: None)
    assert basins([(0, place) for place in places]).tolist() == [0, 1, 0, 0, -1]
    assert last == []


@pytest.mark.slow
def test_basins_and_jumps_between_the_cycles_of_the_network(monkeypatch):
    """At β = 1.27 a cycle of 28 steps and one of 56, half as stable: noise takes orbits from one to the other."""
    monkeypatch.setattr("sweeps.finite.series.ANALYSED", 1_000)
    config = small(
        run={"n_transient": 20_000, "n_steps": 2_000, "n_exponents": 2},
        finite={
            "n_spins": [10**5, 10**12],
            "n_replicas": 20,
            "n_starts": 2,
            "n_follow": 30,
            "n_watch": 300,
            "n_random": 8,
            "analyse": [10**4],
        },
    )
    (point,) = compare(config, quiet=True)
    found = point.switching
    assert set(found.attractors) <= {"periodic 28", "periodic 56", "periodic 16", "periodic 112"}
    assert len(found.attractors) == 2
    assert found.n_left.shape == (2, 2)
    assert (found.n_left[0] > 10).all()
    assert (found.n_left[1] == 0).all()
    assert (found.steps[1] == 300 * 20).all()
    assert found.status[1] == [SwitchingStatus.NONE_LEFT] * 2
    np.testing.assert_allclose(found.high[1], 3.688879 / 6_000, rtol=1e-6)  # -log(0.025) events
    assert (found.low[1] == 0.0).all()
    assert (found.low[0] < found.rate[0]).all()
    assert (found.rate[0] < found.high[0]).all()
    assert found.to[0, 0, 1] == 1.0
    # What the same run says of the rest: linear at 10^12, label kept, nobody leaves.
    networks = point.networks
    assert networks.error[1] == pytest.approx(networks.error_predicted[1], rel=0.25)
    assert networks.error[1] < 1e-3 * networks.error[0]
    assert networks.labels[1] == ["periodic 28"] * 5
    assert point.label == "periodic 28"
    assert point.label_kept_from() == 1e12
    assert networks.left[1] == 0.0
    np.testing.assert_allclose(networks.limit[28:30], networks.limit[:2], atol=1e-9)
    assert networks.mean[1] == pytest.approx(networks.limit, abs=1e-4)
    assert sorted(networks.series) == [0, 10**4]
    assert set(tables([point])) == {"trajectories", "error", "spread", "leaving", "labels", "switching", "analyses"}
    assert json.dumps(document([point]), allow_nan=False)
    nothing = [name for name, draw in FIGURES.items() if draw([point]) is None]
    assert nothing == ["leaving"]  # not all replicas of either size left within 30 steps


def test_a_label_is_kept_from_where_all_replicas_have_it():
    labels = [["chaotic"] * 3, ["periodic 4"] * 3, ["periodic 4", "undetermined", "periodic 4"], ["periodic 4"] * 3]

    class Some(Point):
        label = "periodic 4"

    networks = SimpleNamespace(n_spins=np.array([1e3, 1e8, 1e5, 1e6]), labels=labels)
    assert Some({}, None, networks, None).label_kept_from() == 1e6
    networks = SimpleNamespace(n_spins=np.array([1e3, 1e4, 1e5, 1e6]), labels=labels[::-1])
    assert Some({}, None, networks, None).label_kept_from() is None


# ---- the command ---------------------------------------------------------------------------------------------


@pytest.mark.slow
def test_the_command_writes_tables_and_figures(tmp_path, capsys, monkeypatch):
    monkeypatch.setattr("sweeps.finite.comparison.LABELLED", 40)
    monkeypatch.setattr("sweeps.finite.comparison.APART", 2)
    monkeypatch.setattr("sweeps.finite.figures.FIGURES", {"error": FIGURES["error"], "switching": FIGURES["switching"]})
    file, out = tmp_path / "c.yaml", tmp_path / "out"
    few = {"n_spins": [100, 10**7, 10**9], "n_replicas": 6, "n_starts": 2, "n_error": 4, "n_follow": 12, "n_watch": 0}
    run = {"n_transient": 8, "n_steps": 16, "n_exponents": 1}
    config = small(run=run, sweep={"beta": {"values": [1.0, 1.4]}}, finite=few)
    file.write_text(config.to_yaml())
    assert main(["finite", str(file), "--out", str(out), "--json"]) == 0
    captured = capsys.readouterr()
    printed = json.loads(captured.out)
    assert captured.err.splitlines()[-1].startswith("2/2 points")
    names = ["trajectories", "error", "spread", "leaving", "labels"]
    expected = {f"{name}.csv" for name in names} | {"error.png", "error.pdf"}
    assert {path.name for path in out.iterdir()} == expected
    assert set(printed["files"]) == {str(out / name) for name in expected}
    with (out / "error.csv").open() as table:
        rows = list(csv.DictReader(table))
    assert [(row["beta"], row["n_spins"]) for row in rows[:2]] == [("1.0", "100"), ("1.0", "10000000")]
    assert len(rows) == 6
    assert printed["tables"]["error"][2]["error"] == float(rows[2]["error"])
    assert [point["beta"] for point in printed["points"]] == [1.0, 1.4]
    network = FiniteNetwork(Features.segments(), 10**9, 1.0, seed=(0, 0, 10**9))
    limit = MeanFieldMap(Features.segments(), 1.0)
    window = limit.trajectory(Window.paper_beta3(), 0, n_transient=24).end
    starts = [window, limit.trajectory(window, 0, n_transient=8).end]
    found = network.replicas(starts * 3).advance(12, n_kept=12)
    exact = np.array([network.limit.orbit(start, 12)[0] for start in starts]).transpose(1, 0, 2)
    away = found.attention - np.tile(exact, (1, 3, 1))
    each = [(away[3, s::2] ** 2).mean() for s in range(2)]
    assert float(rows[2]["error"]) == pytest.approx(math.exp(np.mean(np.log(each)) / 2), rel=1e-9)
    monkeypatch.setattr("sweeps.finite.figures.FIGURES", {})
    assert main(["finite", str(file), "--out", str(out), "--set", "sweep.beta.values=[1.4]"]) == 0
    assert "label kept from N" in " ".join(capsys.readouterr().out.split())


def test_an_interruption_leaves_the_tables_of_the_points_before(tmp_path, monkeypatch, capsys):
    config = small(
        sweep={"beta": {"values": [0.5, 0.6]}},
        run={"n_transient": 500, "n_steps": 200, "n_exponents": 1},
        finite={"n_spins": [1000], "n_replicas": 2, "n_starts": 1, "n_follow": 8, "n_watch": 0},
    )
    (tmp_path / "two.yaml").write_text(config.to_yaml())
    follow = sweeps.finite.comparison.follow

    def interrupted(asked, limit, make, window, count):
        if limit.beta == 0.6:
            assert first_written.wait(30)
            raise KeyboardInterrupt
        return follow(asked, limit, make, window, count)

    first_written = threading.Event()
    write = sweeps.finite.tables.write_tables

    def written(points, folder):
        files = write(points, folder)
        first_written.set()
        return files

    monkeypatch.setattr("sweeps.finite.tables.write_tables", written)

    monkeypatch.setattr("sweeps.finite.comparison.follow", interrupted)
    assert main(["finite", str(tmp_path / "two.yaml"), "--out", str(tmp_path / "out")]) == 1
    assert f"interrupted: the tables of 1 points are in {tmp_path / 'out'}" in capsys.readouterr().err
    rows = list(csv.DictReader((tmp_path / "out" / "error.csv").read_text().splitlines()))
    assert [row["beta"] for row in rows] == ["0.5"]
