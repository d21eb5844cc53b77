"""All attractors of the network: in sweeps, along β, on the command line, in figures."""

import csv
import json

import numpy as np
import pytest
from experiments import finding, small

from attractors import CycleStatus, distinguish_attractors, refine_cycle
from dmfsa import Window
from sweeps import ConfigError, open_sweep, run_sweep
from sweeps.cli import main
from sweeps.figures.regimes import regimes_figure
from sweeps.grid.axes import grid_of
from sweeps.models.made import family_of
from sweeps.models.network import map_of, starts_of
from sweeps.multistability import attractors_of, branches_of, orbits_in_lanes

STARTS = {"random": {"n": 12, "seed": 0}}
RUN = {"n_transient": 20_000, "n_steps": 6_720, "n_exponents": 2}
RECORD = ["label", "attractors", "lyapunov"]
CFG = """
model: {beta: 1.27}
start: {random: {n: 12, seed: 0}}
run: {n_transient: 20000, n_steps: 6720, n_exponents: 2}
"""


@pytest.mark.slow
def test_the_record_of_a_sweep(tmp_path):
    """At β = 1.27 there are two attractors, at 1.28 one; numbers and shares are those found outside of the sweep."""
    config = small(start=STARTS, run=RUN, record=RECORD, sweep={"beta": {"values": [1.27, 1.28]}})
    dataset = open_sweep(run_sweep(config, tmp_path / "out", quiet=True, workers=2))
    here = dataset.sel(beta=1.27)
    found = attractors_of(small(start=STARTS, run=RUN))
    np.testing.assert_array_equal(here["attractor"], found.reached)
    np.testing.assert_array_equal(here["attractor_share"], [found.attractors[i].share for i in found.reached])
    np.testing.assert_array_equal(here["attractor_share_low"], [found.attractors[i].interval[0] for i in found.reached])
    np.testing.assert_array_equal(
        here["attractor_share_high"], [found.attractors[i].interval[1] for i in found.reached]
    )
    pairs = set(zip(here["attractor"].values.tolist(), here["period"].values.tolist(), strict=True))
    assert pairs == {(0, 28), (1, 56)}
    assert set(dataset["attractor"].sel(beta=1.28).values.tolist()) == {0}
    panels = regimes_figure(dataset).axes
    assert [axes.get_ylabel() for axes in panels] == ["share of starts", "attractors", r"$\lambda_1$ (nats per step)"]
    assert panels[1].patches[0].get_data().values.tolist() == [2, 1]


def test_starts_of_one_point_are_in_one_shard():
    config = small(
        start={"random": {"n": 40, "seed": 0}}, run=RUN, record=RECORD, sweep={"beta": {"values": [1.2, 1.3]}}
    )
    assert [shard.n for shard in grid_of(config).shards()] == [40, 40]
    assert [shard.n for shard in grid_of(config.model_copy(update={"record": ("label",)})).shards()] == [64, 16]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"start": {"window": "paper_beta3"}}, "start.random.n must be at least 2 to record attractors"),
        ({"start": {"random": {"n": 1}}}, "start.random.n must be at least 2 to record attractors"),
        ({"record": ["attractors"]}, "record must hold label beside attractors"),
        ({"run": {**RUN, "n_exponents": 0}}, "n_exponents must be at least 1"),
        ({"run": {**RUN, "n_steps": 31}}, "run.n_steps must be at least 32 to record attractors: 8 turns of the clock"),
        (
            {"sweep": {"beta": {"values": [1, 2]}, "order": {"continuation": {"along": "beta"}}}},
            "sweep must be independent and not refined to record attractors",
        ),
    ],
)
def test_what_does_not_go_with_the_record(changes, message):
    with pytest.raises(ConfigError, match=message):
        small(**{"start": STARTS, "run": RUN, "record": RECORD, **changes})


@pytest.mark.slow
def test_branches_and_hysteresis():
    """The cycle of period 28 ends between β = 1.27385 and 1.2739; that of period 32 goes on, and doubles.

    Where random starts find the first, the second is there as well.
    """
    axis = {"values": [1.2739, 1.27375, 1.2738, 1.27385]}  # in any order
    config = small(start=STARTS, run={**RUN, "n_transient": 300_000}, sweep={"beta": axis})
    found = branches_of(config)
    np.testing.assert_array_equal(found.parameters, np.sort(axis["values"]))
    cycles = {int(branch.periods[0]): branch for branch in found.branches if branch.periods[0]}
    assert cycles[28].parameters[cycles[28].periods == 28].tolist() == [1.27375, 1.2738, 1.27385]
    assert cycles[32].parameters.tolist() == [1.27375, 1.2738, 1.27385, 1.2739]
    assert cycles[32].periods.tolist() == [32, 32, 64, 64]
    assert [change.kind for change in cycles[32].changes] == ["flip"]
    assert 1.2738 < cycles[32].changes[0].estimate < 1.27385
    assert found.hysteresis[0, 0] == 1.27375
    assert found.hysteresis[0, 1] >= 1.27385


def test_a_third_attractor_that_few_starts_reach():
    """At β = 1.27 a cycle of period 16 is stable as well: 18 of 4,000 random windows reach it."""
    window = [
        [0.220191, 0.082914, 0.287677],
        [0.242077, 0.099021, -0.085723],
        [0.022226, 0.101223, -0.328091],
        [0.023688, 0.100011, -0.325105],
    ]
    cycle = refine_cycle(map_of(small()), Window(window, 0), 16)
    assert (cycle.status, cycle.period, cycle.stability) == (CycleStatus.CONVERGED, 16, "stable")
    assert cycle.exponents[0] / 16 == pytest.approx(-0.0189, abs=5e-5)


@pytest.mark.slow
def test_orbits_in_lanes_are_those_of_the_map():
    """Whatever the number of starts: orbits, ends, and labels; and all end at the phase at which they began."""
    config = small(start={"random": {"n": 20, "seed": 1}}, run={"n_transient": 101, "n_steps": 400, "n_exponents": 2})
    network = map_of(config)
    windows = starts_of(config, network)
    family = family_of(config)
    together = orbits_in_lanes(config, family, network, windows)
    alone = orbits_in_lanes(config, family, network, windows[17:18])
    np.testing.assert_array_equal(together.windows[17], alone.windows[0])
    assert together.answers[17].reason == alone.answers[0].reason
    orbit, end = network.orbit(windows[17], 504)
    n = together.windows.shape[1]
    np.testing.assert_allclose(together.windows[17], orbit[-n:], atol=1e-9)
    assert (together.ends[17].phase, end.phase % 4) == (0, 0)


@pytest.mark.slow
def test_the_command_at_one_point(tmp_path, capsys):
    cfg = tmp_path / "two.yaml"
    cfg.write_text(CFG)
    assert main(["attractors", str(cfg), "--json", "--plot", str(tmp_path / "two.png")]) == 0
    document = json.loads(capsys.readouterr().out)
    assert [one["period"] for one in document["attractors"]] == [28, 56]
    assert document["n_undetermined"] == 0
    assert document["files"] == [str(tmp_path / "two.png")]
    assert (tmp_path / "two.png").stat().st_size > 10_000
    assert main(["attractors", str(cfg)]) == 0
    printed = capsys.readouterr().out
    assert "periodic 28" in printed
    assert "an attractor with more than" in printed
    assert main(["attractors", str(cfg), "--out", str(tmp_path / "two.csv")]) == 1
    assert "--out needs a swept parameter" in capsys.readouterr().err


@pytest.mark.slow
def test_the_command_along_beta(tmp_path, capsys):
    cfg = tmp_path / "two.yaml"
    cfg.write_text(CFG + "sweep: {beta: {from: 1.2699, to: 1.2701, n: 3}}\n")
    out, plot = tmp_path / "two.csv", tmp_path / "two.pdf"
    assert main(["attractors", str(cfg), "--out", str(out), "--plot", str(plot)]) == 0
    printed = capsys.readouterr().out
    assert "branches along beta, 12 random starts at each value" in printed
    assert f"wrote {plot}" in printed
    rows = list(csv.DictReader(out.read_text().splitlines()))
    assert {row["beta"] for row in rows} == {"1.2699", "1.27", "1.2701"}
    assert {row["period"] for row in rows if row["beta"] == "1.27"} >= {"28", "56"}
    assert sum(float(row["share"]) for row in rows if row["beta"] == "1.27") == pytest.approx(1.0)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["two.csv", "two.pdf", "two.yaml"]


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ("start={window: paper_beta3}", "start must be random with n of at least 2"),
        ("run.n_exponents=0", "run.n_exponents = 0 must be at least 1 here"),
        ("sweep={beta: {values: [1, 2]}, gamma: {values: [1, 2]}}", "sweep = beta, gamma must be one of beta, gamma"),
        ("sweep={context: {values: [1, 2]}}", "sweep = context must be one of beta, gamma, epsilon"),
    ],
)
def test_what_the_command_refuses(tmp_path, capsys, change, message):
    cfg = tmp_path / "two.yaml"
    cfg.write_text(CFG)
    assert main(["attractors", str(cfg), "--set", change]) == 2
    assert message in capsys.readouterr().err


def test_regimes_along_a_parameter():
    """Shares by label, the sure part first: of two starts at 1.3 one is chaos, with a confidence of 0.6."""
    labels = [["periodic", "periodic"], ["periodic", "chaotic"], ["undetermined", "chaotic"]]
    start = {"random": {"n": 2, "seed": 0}}
    dataset = finding(labels, axes={"beta": {"values": [1.2, 1.3, 1.4]}}, start=start)
    dataset["confidence"].values[:] = [[1.0, 1.0], [1.0, 0.6], [0.0, 1.0]]
    (axes,) = regimes_figure(dataset).axes
    heights = [patch.get_data().values - patch.get_data().baseline for patch in axes.patches]
    expected = [[1, 0.5, 0], [0, 0, 0], [0, 0.3, 0.5], [0, 0.2, 0], [0, 0, 0], [0, 0, 0.5]]
    np.testing.assert_allclose(heights, expected, atol=1e-12)
    one = finding(["periodic", "chaotic"], axes={"beta": {"values": [1.2, 1.3]}})
    assert regimes_figure(one).axes[0].get_ylabel() == "confidence"


def test_regimes_over_two_parameters():
    """The colour is that of most starts, paler where fewer are on it or it is less sure; dots: several attractors."""
    labels = [[["periodic"] * 2, ["chaotic"] * 2], [["periodic", "chaotic"], ["chaotic"] * 2]]
    axes = {"beta": {"values": [1.2, 1.3]}, "gamma": {"values": [10, 20]}}
    dataset = finding(labels, axes=axes, start={"random": {"n": 2, "seed": 0}})
    dataset["confidence"].values[:] = 1.0
    dataset["confidence"].values[0, 1] = 0.5
    dataset["attractor"] = (dataset["label"].dims, [[[0, 0], [0, 0]], [[0, 1], [0, -1]]])
    (panel,) = regimes_figure(dataset).axes
    assert panel.lines[0].get_xydata().tolist() == [[1.3, 10.0]]
    colours = np.array(panel.collections[0].get_array()).reshape(2, 2, 3)  # gamma, beta
    paleness = colours.min(axis=2)
    assert paleness[0, 1] > paleness[0, 0] + 0.1
    assert paleness[1, 0] > paleness[1, 1] + 0.1
    with pytest.raises(ValueError, match="needs labels over one or two parameters; this is a sweep over nothing"):
        regimes_figure(finding("periodic"))


def test_the_distinction_of_starts_is_that_of_the_analysis():
    """`compare_starts` leaves points alone of which starts are missing."""
    from sweeps.basins import compare_starts  # noqa: PLC0415
    from sweeps.store.dataset import empty_points  # noqa: PLC0415

    config = small(
        start={"random": {"n": 2, "seed": 0}}, run=RUN, record=RECORD, sweep={"beta": {"values": [1.2, 1.3]}}
    )
    result = empty_points(config, np.arange(4))
    network = map_of(small(model={"beta": 1.24}))
    tail = np.tile(np.eye(4)[:, :3], (3, 1))
    answers = [_cycle_of(tail, network)] * 3
    compare_starts(result, np.arange(3), np.stack([tail, 2 * tail, tail], axis=1), answers, 2, 4)
    assert result["attractor"].tolist() == [0, 1, -1, -1]
    assert result["attractor_share"].tolist()[:2] == [0.5, 0.5]
    assert np.isnan(result["attractor_share"][2:]).all()
    found = distinguish_attractors([tail, 2 * tail], answers[:2], clock_period=4)
    np.testing.assert_array_equal(result["attractor_share_low"][:2], [one.interval[0] for one in found.attractors])


def _cycle_of(window, network):
    from attractors import classify_evidence, find_period, spectrum_from_stretching  # noqa: PLC0415

    spectrum = spectrum_from_stretching(np.full((16, 1), -1.0), 10)
    return classify_evidence(spectrum, find_period(window), clock_period=network.clock_period)
