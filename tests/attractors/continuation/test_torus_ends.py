"""How tori end: circles that shrink, lock, break down, or whose orbit goes elsewhere."""

import math

import numpy as np
import pytest
from systems import GOLDEN

from attractors import DiscreteMap, Label
from attractors.continuation.following import follow_attractors
from attractors.continuation.torus_bifurcations import end_of_torus

TIMES = np.arange(600)


def circle(radius, turns=GOLDEN, centre=0.0):
    angle = 2.0 * math.pi * turns * TIMES
    return centre + radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


NOISE = np.random.default_rng(0).uniform(-0.9, 0.9, size=(600, 2))


@pytest.mark.parametrize(
    ("radii", "other", "label", "period", "kind"),
    [
        ((0.1, 0.2), circle(0.0), Label.fixed_point, 1, "Neimark-Sacker"),  # r² = 0.01, 0.04: 0 at a third of a step
        ((0.2, 0.1), circle(0.0), Label.fixed_point, 1, "unknown"),  # it grows
        ((1.0, 1.02), circle(0.0), Label.fixed_point, 1, "unknown"),  # it would take long to shrink to nothing
        ((1.0, 1.0), circle(1.0, 2 / 5), Label.periodic, 5, "locking"),
        ((1.0, 1.0), circle(1.0, 1 / 3), Label.periodic, 3, "locking"),
        ((1.0, 1.0), circle(0.3, 2 / 5), Label.periodic, 5, "unknown"),  # inside of it
        ((1.0, 1.0), circle(1.0, 2 / 5, centre=0.4), Label.periodic, 5, "unknown"),  # beside it
        ((1.0, 1.0), NOISE, Label.chaotic, 0, "breakdown"),
        ((1.0, 1.0), 3.0 * NOISE, Label.chaotic, 0, "unknown"),
        ((1.0, 1.0), NOISE, Label.undetermined, 0, "unknown"),
    ],
)
def test_what_takes_the_place_of_a_torus(radii, other, label, period, kind):
    found, estimate = end_of_torus([0.3, 0.2], [circle(r) for r in radii], other, label, period, 0.4)
    assert found == kind
    if kind == "Neimark-Sacker":
        assert estimate == pytest.approx(0.3 + 0.1 / 3.0, rel=1e-2)
    else:
        assert math.isnan(estimate)


def test_a_torus_of_many_pieces_shrinks_to_a_cycle():
    """Three small circles: every third sample says how small."""
    corners = circle(1.0, 1 / 3)
    tori = [corners + circle(r) for r in (0.1, 0.2)]
    assert end_of_torus([0.3, 0.2], tori, corners, Label.periodic, 3, 0.4)[0] == "Neimark-Sacker"
    assert end_of_torus([0.3], tori[:1], corners, Label.periodic, 3, 0.4)[0] == "locking"  # one value tells no size


def _ring_step(x, p, out):
    """z' = 1 + (z - 1) (1 + 0.2 (μ + 2 |z - 1|² - |z - 1|⁴)) e^{1.234 i}."""
    u, v = x[0] - 1.0, x[1]
    square = u**2 + v**2
    size = 1.0 + 0.2 * (p[0] + 2.0 * square - square**2)
    c, s = math.cos(1.234), math.sin(1.234)
    out[0], out[1] = 1.0 + size * (c * u - s * v), size * (s * u + c * v)


def _ring_jacobian(x, p, out):
    u, v = x[0] - 1.0, x[1]
    square = u**2 + v**2
    size, slope = 1.0 + 0.2 * (p[0] + 2.0 * square - square**2), 0.8 * (1.0 - square)
    c, s = math.cos(1.234), math.sin(1.234)
    a, b = c * u - s * v, s * u + c * v
    out[0, 0], out[0, 1] = size * c + a * slope * u, -size * s + a * slope * v
    out[1, 0], out[1, 1] = size * s + b * slope * u, size * c + b * slope * v


def test_a_torus_that_folds_leaves_its_orbit_to_what_was_there():
    """The circle |z - 1|² = 1 + √(1 + μ) attracts for μ > -1, and so does its centre for μ < 0."""
    found = follow_attractors(
        lambda mu: DiscreteMap(_ring_step, _ring_jacobian, mu, 2),
        [-1.1, -0.8, -0.6],
        [[2.3, 0.1], [1.05, 0.02]],
        n_transient=400,
        n_steps=640,
        n_window=300,
    )
    torus = next(branch for branch in found.branches if Label.quasiperiodic in branch.labels)
    rest = next(branch for branch in found.branches if Label.fixed_point in branch.labels)
    assert torus.parameters.tolist() == [-0.8, -0.6]
    assert (torus.begins.kind, torus.ends.kind) == ("jump", "edge")
    assert found.branches[torus.begins.leads_to] is rest
