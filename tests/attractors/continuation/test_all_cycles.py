"""All cycles in a box, and the plateaus of a circle map, against what is known of them."""

import math

import numpy as np
import pytest
import systems
from bifurcations import VALUES

from attractors import DiscreteMap, all_cycles, devils_staircase


def _lift_step(x, p, out):
    out[0] = x[0] + p[0] - p[1] / (2.0 * math.pi) * math.sin(2.0 * math.pi * x[0])


def lift(omega, k):
    """The sine circle map on a line."""
    return DiscreteMap(_lift_step, None, [omega, k], 1)


@pytest.mark.slow
def test_cycles_of_the_henon_map():
    found = all_cycles(systems.henon(6.0), [(-2.0, 2.0), (-0.6, 0.6)], 8, n_starts=100)
    assert found.counts.tolist() == VALUES["henon number of prime cycles of period 1..8 at a=6, b=0.3"]["counts"]
    assert not found.stable.any()
    assert found.status.name == "SATURATED"


def test_cycles_of_the_logistic_map_and_too_few_starts():
    found = all_cycles(systems.logistic(4.0), [(-0.1, 1.1)], 4, n_starts=40)
    assert found.counts.tolist() == [2, 1, 2, 3]
    fixed = sorted(points[0, 0] for points, period in zip(found.points, found.periods, strict=True) if period == 1)
    assert fixed == pytest.approx([0.0, 0.75], abs=1e-12)
    assert all_cycles(systems.logistic(4.0), [(-0.1, 1.1)], 5, n_starts=1).status.name == "SEEN_ONCE"
    with pytest.raises(ValueError, match=r"box must have shape \(m, 2\) = \(1, 2\)"):
        all_cycles(systems.logistic(4.0), [(1.0, 0.0)], 2)


SLOW = pytest.param("1", 8, marks=pytest.mark.slow)


@pytest.mark.long
@pytest.mark.parametrize(("k", "order"), [("0.5", 5), ("0.9", 3), SLOW])
def test_plateaus_of_the_circle_map(k, order):
    found = devils_staircase(lift(0.2, float(k)), 0, (-0.1, 0.55), max_order=order)
    rows = list(zip(found.numerators, found.denominators, strict=True))
    assert (np.diff(found.edges.ravel()) > -1e-12).all()  # plateaus do not overlap
    for name, value in VALUES.items():
        fraction = tuple(map(int, name.split()[-1].split("/"))) if name.startswith(f"circle K={k} ") else None
        if fraction is not None and fraction in rows:
            edges = found.edges[rows.index(fraction)]
            assert edges == pytest.approx([float(value["W_low"]), float(value["W_high"])], abs=1e-12)
