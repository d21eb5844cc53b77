"""The truth that labels are measured against, on points where it is known from textbooks."""

import math
import sys
from importlib import import_module
from pathlib import Path

import pytest
import systems

HERE = Path(__file__).resolve().parents[1] / "benchmarks" / "labels"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def benchmark():
    """Modules of the benchmark by name; it is a program, not a package."""
    sys.path.insert(0, str(HERE))
    try:
        yield {name: import_module(name) for name in ("families", "points", "scoring", "truth")}
    finally:
        sys.path.remove(str(HERE))


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
