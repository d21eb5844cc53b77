"""The truth that labels are measured against, on points where it is known from textbooks."""

import math
import sys
from dataclasses import replace
from importlib import import_module
from pathlib import Path

import numpy as np
import pytest
import systems

from attractors import Label, classify
from attractors.labels.limits import LIMITS
from attractors.labels.lines_of_chaos import CHAOS
from attractors.labels.rule import Verdict, verdict

SAID = Verdict(next(line for line in CHAOS if line.label is Label.chaotic), Label.chaotic, "", 1.0, ())
HERE = Path(__file__).resolve().parents[2] / "benchmarks" / "labels"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def benchmark():
    """Modules of the benchmark by name; it is a program, not a package."""
    folders = [str(HERE), str(HERE.parent)]
    sys.path[:0] = folders
    try:
        yield {name: import_module(name) for name in ("families", "fit", "points", "scoring", "truth")}
    finally:
        for folder in folders:
            sys.path.remove(folder)


def test_the_edges_of_tongues(benchmark):
    """Tongue 0/1 ends at Ω = K / 2π exactly; 1/2 is centred on 1/2; the golden mean is not locked."""
    exact = benchmark["truth"].exact_circle
    for k in (0.4, 0.9):
        edge = k / (2.0 * math.pi)
        assert exact([k, edge * (1.0 - 1e-6)]) == ("fixed_point", 1)
        assert exact([k, edge * (1.0 + 1e-6)])[0] != "fixed_point"
    assert exact([0.9, 0.5]) == ("periodic", 2)
    assert exact([0.0, systems.GOLDEN]) == ("quasiperiodic", 0)


def test_windows_of_the_logistic_map(benchmark):
    """Period 3 begins at 1 + √8; cycles of 1, 2, 4 lose their stability at 3, 1 + √6, 3.5440903…; chaos at the end."""
    family = next(family for family in benchmark["families"].FAMILIES if family.name == "logistic")
    judge = benchmark["truth"].Judge(family)
    known = {
        2.9: 1,
        3.1: 2,
        1.0 + math.sqrt(6.0) - 0.01: 2,
        1.0 + math.sqrt(6.0) + 0.01: 4,
        3.5440903 - 0.005: 4,
        3.5440903 + 0.005: 8,
        1.0 + math.sqrt(8.0) + 1e-3: 3,
    }
    for r, period in known.items():
        truth = judge([([r], [0.4])])[0]
        assert (truth.kind, truth.period) == ("fixed_point" if period == 1 else "periodic", period), r
    assert judge([([1.0 + math.sqrt(8.0) - 1e-3], [0.4])])[0][:2] == ("chaotic", 0)
    assert judge([([3.0 - 1e-5], [0.4])])[0] == ("fixed_point", 1, "approaching")


def test_outcomes(benchmark):
    points, scoring, truth = (benchmark[name] for name in ("points", "scoring", "truth"))

    def outcome(kind, period, stand, label, found):
        return scoring.outcome(points.Point([], [], truth.Truth(kind, period, stand), False), label, found)

    assert outcome("periodic", 4, "settled", "periodic", 4) == "right"
    assert outcome("periodic", 4, "settled", "periodic", 8) == "wrong"
    assert outcome("periodic", 4, "settled", "transient", None) == "undetermined"
    assert outcome("periodic", 4, "approaching", "transient", None) == "right"
    assert outcome("hyperchaotic", 0, "settled", "chaotic", None) == "wrong"
    assert outcome("chaotic", 0, "settled", "undetermined", None) == "undetermined"
    found = scoring.score(["right", "right", "wrong", "undetermined"], [True, True, True, False], [0.9, 0.9, 0.9, 0.0])
    assert found[:3] == (4, 1, 1)
    assert found.calibration_error == pytest.approx(0.9 - 2 / 3)


def test_a_threshold_is_as_cautious_as_one_standard_error_allows(benchmark):
    """Costs of values, the cautious first, at four points: what is within one error of the least is chosen."""
    choice = benchmark["fit"].choice
    least = [0.0, 0.0, 0.0, 1.0]
    assert choice(np.array([[1.0, 0.0, 0.0, 1.0], least])) == 0
    assert choice(np.array([[1.0, 1.0, 0.0, 1.0], least])) == 1
    assert choice(np.array([[1.0, 1.0, 0.0, 0.0], least])) == 0
    assert choice(np.array([[1.0, 1.0, 1.0, 2.0], least])) == 1
    assert choice(np.array([least, least])) == 0


def test_thresholds_that_are_fitted_are_limits_of_the_rule(benchmark):
    """Their values in use are among those that are tried, and nothing that is measured depends on any of them."""
    fit = benchmark["fit"]
    settled, chaos, torus, short = systems.logistic(3.5), systems.henon(), systems.circle(0.6, systems.GOLDEN), 600
    runs = [(settled, [0.3], 5_000), (chaos, [0.1, 0.1], 5_000), (torus, [0.1], 5_000), (torus, [0.1], short)]
    for system, start, n_steps in runs:
        found = classify(system, start, n_transient=0, n_steps=n_steps).evidence
        for name, values in fit.VALUES.items():
            assert getattr(LIMITS, name) in values
            for value in values[0], values[-1]:
                limits = replace(LIMITS, **{name: value})
                anew = verdict(replace(found, limits=limits))
                kept = verdict(fit.held_against(limits, found))
                assert (kept.line.name, kept.reason) == (anew.line.name, anew.reason), (name, value)


def test_shares_are_those_of_families_that_the_thresholds_do_not_know(benchmark, monkeypatch, capsys):
    """Of three families the one with slow chaos wants `regular_sum` at its largest; its own points must not say so."""
    fit, seen = benchmark["fit"], []
    costs = {name: [np.ones((len(values), 3)) for _ in range(3)] for name, values in fit.VALUES.items()}
    costs["regular_sum"][1][:-1] = 2.0
    point, found = benchmark["points"].Point([], [], benchmark["truth"].Truth("chaotic", 0, "settled"), False), object()
    monkeypatch.setattr(fit, "evidence_of", lambda family: [(point, family)])
    monkeypatch.setattr(fit, "held_against", lambda limits, family: seen.append((family, limits.regular_sum)) or found)
    monkeypatch.setattr(fit, "verdict", lambda evidence: SAID)
    fit.shares(["a", "b", "c"], costs)
    first, *_, last = fit.VALUES["regular_sum"]
    assert seen == [("a", last), ("b", first), ("c", last)]
    assert capsys.readouterr().out.count("nan") == len(fit.RIGHT) - 1


def test_jacobians_of_all_families(benchmark):
    """Against central differences, at a point of each line."""
    for family in benchmark["families"].FAMILIES:
        if family.step is None:
            continue
        for line in family.lines:
            p, x0 = line(0.37)
            x, d = np.array(x0) + 0.013, len(x0)
            jacobian = np.zeros((d, d))
            family.jacobian(x, np.array(p), jacobian)
            for b in range(d):
                high, low = np.empty(d), np.empty(d)
                family.step(x + 1e-6 * np.eye(d)[b], np.array(p), high)
                family.step(x - 1e-6 * np.eye(d)[b], np.array(p), low)
                change = high - low
                if family.turn:
                    change -= family.turn * np.round(change / family.turn)
                np.testing.assert_allclose(jacobian[:, b], change / 2e-6, atol=1e-7, err_msg=family.name)
