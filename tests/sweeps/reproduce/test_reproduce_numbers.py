"""Numbers that were known, beside those measured: tables, and why they differ."""

import csv
import math
from pathlib import Path

import numpy as np
import pytest
from experiments import finding, small

from attractors import Label, classify_evidence
from dmfsa import Window
from sweeps import load_config
from sweeps.models.network import map_of
from sweeps.reproduce import comparison, known
from sweeps.reproduce.reproduction import config_file

DATA = Path(__file__).parents[2] / "data" / "published_run_public.npz"
P, C = "periodic", "chaotic"


def test_published_numbers_are_those_of_the_run():
    with np.load(DATA) as file:
        given = dict(file)
    points = known.published_points()
    np.testing.assert_array_equal([point.beta for point in points], given["beta"])
    np.testing.assert_array_equal([point.exponent for point in points], given["exponents"][:, 0])
    np.testing.assert_array_equal([point.end.phase for point in points], given["clock_phase_of_newest"])
    for point, tail in zip(points, given["attention_tail"], strict=True):
        np.testing.assert_array_equal(point.end.attention, tail[:-5:-1])
        repeats = [p for p in range(1, 61) if np.abs(tail[p:] - tail[:-p]).max() < 1e-5]
        assert point.period == (repeats or [0])[0]
    assert load_config(config_file("published_run")).axes["beta"].tolist() == given["beta"].tolist()


def answer(exponent, period):
    """A made-up answer for a cycle."""
    found = classify_evidence(None, None)
    object.__setattr__(found, "label", Label.periodic if period else Label.chaotic)
    object.__setattr__(found, "period", period)
    return found


@pytest.mark.parametrize(
    ("published", "there", "period", "why"),
    [
        (-0.0346, -0.0345, 28, "the same orbit"),
        (0.0667, -0.0334, 28, "a chaotic transient in their average"),
        (-0.0029, -0.0326, 28, "a chaotic transient in their average"),
        (-0.0346, -0.0005, 32, "not the same"),
        (0.0667, 0.0600, 0, "not the same"),
    ],
)
def test_why_a_published_average_is_another(published, there, period, why):
    point = known.PublishedPoint(1.27, published, 28, Window.paper_beta3())
    assert comparison._why_published(point, there, answer(there, period)).startswith(why)


@pytest.mark.parametrize(
    ("ours", "kind", "why"),
    [
        (-0.03341, "periodic 28", "the same cycle"),
        (math.nan, "periodic 28", "the same cycle, which our run reached too late for an average"),
        (-0.0005, "periodic 64", "another attractor: periodic 64 beside periodic 28"),
        (0.1366, "chaotic", "chaotic to the end: a transient that outlasts the run, or chaos beside periodic 28"),
    ],
)
def test_why_ours_is_another(ours, kind, why):
    assert comparison._why_ours(ours, kind, -0.0334, "periodic 28") == why


@pytest.mark.parametrize(
    ("number", "beta", "given", "value", "why"),
    [
        (1, 1.27, "-0.0478", -0.04779, "the same, to the digits given"),
        (1, 1.28, "0.148", 0.1401, "the same within 3 errors"),
        (1, 1.28, "0.148", 0.1301, "differs by 8.9 of our errors"),
        (2, 1.26405, "-0.0107", -0.05, "the earlier average holds the end of the approach"),
    ],
)
def test_why_an_exponent_is_another(number, beta, given, value, why):
    row = comparison._exponent_row(number, beta, given, value, 2e-3)
    assert row.explanation.startswith(why)
    assert row.difference == pytest.approx(value - float(given))


def test_exponents_are_compared_where_they_were_known():
    axes = {"beta": {"values": [1.27, 1.3]}}
    dataset = finding([P, C], axes=axes, exponents=[[-0.0478, -0.0478], [0.1, -1]], periods=[28, 0])
    rows = comparison.exponent_rows(dataset)
    assert [(row.quantity, row.known, row.measured) for row in rows] == [
        ("attractor", "periodic 28", "periodic 28"),
        ("λ1", "-0.0478", "-0.047800"),
        ("λ2", "-0.0478", "-0.047800"),
    ]
    other = comparison.exponent_rows(finding([C, C], axes=axes, exponents=np.zeros((2, 2))))
    assert other[0].explanation.startswith("not the same")


def test_the_last_chaos():
    dataset = finding([C, P, C, P], axes={"beta": {"values": [2.0, 2.4, 2.5, 3.0]}}, exponents=np.zeros((4, 2)))
    row = comparison.last_chaos_row(dataset)
    assert (row.measured, round(row.difference, 9)) == ("2.5", 0.02)
    none = comparison.last_chaos_row(finding([P, P], axes={"beta": {"values": [2, 3]}}, exponents=np.zeros((2, 2))))
    assert none.measured == "nan"
    assert none.explanation.startswith("no chaos")


def test_tables_keep_what_is_known_and_leave_out_what_is_not():
    row = comparison.Row("λ, one", None, "0.1", "earlier", "0.2", float("nan"), 0.1, 'because "so"')
    (read,) = csv.DictReader(comparison.rows_csv([row]).splitlines())
    assert list(read.values()) == ["λ, one", "", "0.1", "earlier", "0.2", "", "0.1", 'because "so"']
    assert row.to_dict()["standard_error"] is None


@pytest.mark.slow
def test_stability_ends_where_it_must_without_a_clock():
    """With ε = 0 the state A = 0 loses its stability where A_t = (β/L) Σ_d K A_(t-d) does."""
    config = small(model={"epsilon": 0.0, "beta": 1.2}, run={"n_transient": 20_000, "n_steps": 16, "n_exponents": 2})
    beta, cycle = comparison.stability_limit(config, (1.2, 1.24))
    network = map_of(config, beta=1.0)
    K = np.einsum("aj,jb->ab", network.features.coefficients[1], network.features.signs)
    companion = np.zeros((12, 12))
    companion[:3] = np.tile(beta / 4 * K, 4)
    companion[3:, :9] = np.eye(9)
    assert abs(np.linalg.eigvals(companion)).max() == pytest.approx(1.0, abs=1e-10)
    assert (cycle.period, cycle.bifurcation, round(beta, 5)) == (1, "Neimark-Sacker", 1.22124)
    with pytest.raises(ValueError, match="sign"):
        comparison.stability_limit(config, (1.0, 1.1))


@pytest.mark.slow
def test_where_the_papers_cycle_of_period_4_ends():
    """Orbits on both sides of it: distance from the cycle falls below, grows above, at rates that give the same β."""
    config = load_config(config_file("paper_fig3b"), ["run.n_transient=20000"])
    beta, cycle = comparison.stability_limit(config, known.CLOCKED[4][0])
    assert comparison.clocked_row(config).measured == f"{beta:.10g}" == "1.243444548"
    rates = []
    for near in (beta - 2e-4, beta + 2e-4):
        network = map_of(config, beta=near)
        fixed = comparison._clocked_cycle(
            config, Window(cycle.points[0].reshape(4, 3), cycle_phase(cycle, network)), near
        )
        start = fixed.points[0] + 1e-7 * np.eye(12)[0]
        orbit, _ = network.orbit(Window(start.reshape(4, 3), cycle_phase(cycle, network)), 40_000)
        distance = np.linalg.norm(orbit[3::4] - fixed.points[0].reshape(4, 3)[0], axis=1)
        early, late = distance[1_000:2_000].max(), distance[-1_000:].max()
        rates.append(np.log(late / early) / (4 * (len(distance) - 2_000)))
    assert rates[0] < 0 < rates[1]
    crossing = beta - 2e-4 + 4e-4 * -rates[0] / (rates[1] - rates[0])
    assert crossing == pytest.approx(beta, abs=2e-5)


def cycle_phase(cycle, network):
    """Phase of the clock at the first point of a cycle: the only one with which it closes."""
    for phase in range(network.clock_period):
        window = Window(cycle.points[0].reshape(4, 3), phase)
        for _ in range(network.clock_period):
            window = network.step(window)
        if np.abs(window.attention.ravel() - cycle.points[0]).max() < 1e-4:
            return phase
    raise AssertionError("no phase closes the cycle")


@pytest.mark.slow
def test_two_published_points_one_after_a_chaotic_transient():
    axes = {"beta": {"values": [1.27382, 1.2738349999999998]}}
    dataset = finding([P, C], axes=axes, exponents=[[-0.0346, -1], [0.13, -1]], periods=[28, 0])
    config = load_config(config_file("published_run"), ["run.n_steps=20000"])
    found = comparison.continued(dataset, config)
    rows = comparison.published_rows(found)
    assert (rows[0].known, rows[0].measured) == ("1 β", "1 cycles")
    same, ours, transient, _ = rows[1:]
    assert same.explanation == "the same orbit; their end repeats after 28"
    assert ours.explanation == "the same cycle"
    assert transient.explanation == "a chaotic transient in their average; their end repeats after 28"
    assert transient.measured.endswith("periodic 28")
    assert abs(same.difference) < 2e-4
    assert transient.difference < -0.09
