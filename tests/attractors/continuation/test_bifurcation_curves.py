"""Bifurcations over two parameters: exact curves, and points of codimension two."""

import math

import numpy as np
import pytest
import systems
from bifurcations import VALUES, cubic, delayed_family, known, network, on_cycle
from scipy.interpolate import CubicSpline

from attractors import BranchEnd, Kind, continue_bifurcation, continue_cycle, resonant_points


def special(curve):
    return {str(point.kind): point.parameters for point in curve.special}


def points(system, start, period, span, kind):
    return [x for x in continue_cycle(system, start, period, 0, span, confirm=False).bifurcations if x.kind is kind]


@pytest.mark.long
def test_folds_and_flips_of_the_henon_map():
    (flip,) = points(systems.henon(0.2), [0.8, 0.2], 1, (-0.2, 0.6), Kind.PD)
    curve = continue_bifurcation(systems.henon(0.2), flip, (0, 1), ((-1.0, 4.0), (-1.5, 0.5)))
    a, b = curve.parameters.T
    np.testing.assert_allclose(a, 0.75 * (1.0 - b) ** 2, atol=1e-12)
    np.testing.assert_allclose(special(curve)["R2"], [3.0, -1.0], atol=1e-10)
    (fold,) = points(systems.henon(0.2), [0.8, 0.2], 1, (-0.2, 0.6), Kind.LP)
    curve = continue_bifurcation(systems.henon(0.2), fold, (0, 1), ((-3.0, 4.0), (-1.5, 0.5)))
    a, b = curve.parameters.T
    np.testing.assert_allclose(a, -0.25 * (1.0 - b) ** 2, atol=1e-12)
    np.testing.assert_allclose(special(curve)["R1"], [-1.0, -1.0], atol=1e-10)
    assert curve.ends == (BranchEnd.EDGE, BranchEnd.EDGE)


def test_folds_of_period_3_of_the_henon_map():
    """A cycle of its window of the logistic map, b = 0, is where Newton's method begins."""
    system = systems.henon(1.757, 0.0)
    start = system.orbit([0.1, 0.1], 3_000)[1]
    (fold,) = points(system, start, 3, (1.7, 1.76), Kind.LP)
    curve = continue_bifurcation(system, fold, (0, 1), ((1.0, 6.0), (-0.5, 0.9)))
    a, b = curve.parameters.T
    np.testing.assert_allclose(a, (7.0 + 10.0 * b + 7.0 * b**2) / 4.0, atol=1e-10)
    assert b.max() > 0.89


@pytest.mark.long
def test_cusp_and_degenerate_flips_of_the_cubic_map():
    branch = continue_cycle(cubic(0.0, 2.0), [1.0], 1, 0, (-2.0, 2.0), confirm=False)
    fold = next(point for point in branch.bifurcations if point.kind is Kind.LP)
    cusp = continue_bifurcation(cubic(0.0, 2.0), fold, (0, 1), ((-2.0, 2.0), (-1.5, 3.0)))
    np.testing.assert_allclose(special(cusp)["CP"], [0.0, 1.0], atol=1e-10)
    flip = next(point for point in branch.bifurcations if point.kind is Kind.PD)
    curve = continue_bifurcation(cubic(0.0, 2.0), flip, (0, 1), ((-2.0, 2.0), (-1.2, 3.0)))
    degenerate = sorted(point.parameters.tolist() for point in curve.special if point.kind is Kind.GPD)
    np.testing.assert_allclose(degenerate, [[-16 / 27, -2 / 3], [16 / 27, -2 / 3]], atol=1e-8)
    np.testing.assert_allclose(3.0 * curve.points[:, 0, 0] ** 2, curve.parameters[:, 1] + 1.0, atol=1e-10)
    x = curve.points[:, 0, 0]
    np.testing.assert_allclose(curve.coefficient, 9.0 * x**2 - 1.0, atol=1e-4)


@pytest.mark.long
def test_strong_resonances_of_the_delayed_logistic_family():
    system = delayed_family(1.9, 0.0)
    (point,) = points(system, [0.5, 0.5], 1, (1.5, 2.5), Kind.NS)
    curve = continue_bifurcation(system, point, (0, 1), ((1.5, 6.0), (-0.5, 1.5)))
    r, s = curve.parameters.T
    np.testing.assert_allclose(s, 1.0 - 1.0 / (r - 1.0), atol=1e-10)
    expected = {"R4": (3.0, 0.5), "R3": (4.0, 2 / 3), "R2": (5.0, 0.75)}
    assert special(curve).keys() == expected.keys()
    for kind, place in expected.items():
        np.testing.assert_allclose(special(curve)[kind], place, atol=1e-9)
    assert BranchEnd.RESONANCE in curve.ends


@pytest.mark.slow
def test_neimark_sacker_curve_of_the_network():
    (point,) = points(network(1.2434), on_cycle(1.2434), 4, (1.23, 1.26), Kind.NS)
    curve = continue_bifurcation(
        network(1.2434), point, ("beta", "gamma"), ((0.9, 1.3), (0.0, 4_000.0)), largest_step=0.02
    )
    found = special(curve)
    np.testing.assert_allclose(found["R4"], [1.240215743218, 495.079882570], rtol=1e-10)
    beta, gamma = (known("network Chenciner 1", key) for key in ("beta", "gamma"))
    first = min((p.parameters for p in curve.special if p.kind is Kind.CH), key=lambda x: x[1])
    np.testing.assert_allclose(first, [beta, gamma], rtol=1e-9)
    np.testing.assert_allclose(found["R3"], [1.1110319935, 3931.118960], rtol=1e-8)
    for value in VALUES.values():
        if value.get("type") == "NS curve":
            gamma, order = float(value["gamma"]), np.argsort(curve.parameters[:, 1])
            gammas = curve.parameters[order, 1]
            turns = CubicSpline(gammas, curve.angle[order] / (2.0 * math.pi))(gamma)
            assert turns == pytest.approx(float(value["turns_per_clock"]), abs=1e-6)
            assert CubicSpline(gammas, curve.coefficient[order])(gamma) == pytest.approx(float(value["l1"]), rel=1e-3)


def test_messages():
    (flip,) = points(systems.henon(0.2), [0.8, 0.2], 1, (0.0, 0.6), Kind.PD)
    with pytest.raises(ValueError, match="parameters must be two, got 0 twice"):
        continue_bifurcation(systems.henon(0.2), flip, (0, 0), ((0.0, 1.0), (0.0, 1.0)))
    curve = continue_bifurcation(systems.henon(0.2), flip, (0, 1), ((-1.0, 4.0), (-1.5, 0.5)), max_points=40)
    other = next(iter(curve.special), None)
    if other is not None:
        with pytest.raises(ValueError, match="others have no curve"):
            continue_bifurcation(systems.henon(0.2), other, (0, 1), ((-1.0, 4.0), (-1.5, 0.5)))


@pytest.mark.long
def test_resonances_of_the_delayed_logistic_family():
    """On s = 1 - 1/(r-1) the determinant is 1 and the trace 3 - r, so that cos θ = (3 - r) / 2."""
    system = delayed_family(1.9, 0.0)
    (point,) = points(system, [0.5, 0.5], 1, (1.5, 2.5), Kind.NS)
    curve = continue_bifurcation(system, point, (0, 1), ((1.5, 6.0), (-0.5, 1.5)))
    found = resonant_points(system, curve, max_order=7)
    assert {(x.p, x.q) for x in found} >= {(1, 5), (1, 4), (2, 7), (1, 3), (2, 5), (3, 7)}
    for x in found:
        r, s = x.parameters
        assert s == pytest.approx(1.0 - 1.0 / (r - 1.0), abs=1e-10)
        assert math.cos(2.0 * math.pi * x.p / x.q) == pytest.approx((3.0 - r) / 2.0, abs=1e-9)


@pytest.mark.slow
@pytest.mark.long
def test_tips_of_the_networks_tongues():
    (point,) = points(network(1.2434), on_cycle(1.2434), 4, (1.23, 1.26), Kind.NS)
    curve = continue_bifurcation(
        network(1.2434), point, ("beta", "gamma"), ((1.14, 1.3), (0.0, 2_700.0)), largest_step=0.02
    )
    found = {f"{x.p}/{x.q}": x for x in resonant_points(network(1.2434), curve, max_order=33)}
    tips = [value for value in VALUES.values() if value.get("type") == "resonance"]
    assert len(tips) >= 7
    for tip in tips:
        x = found[tip["turns_per_clock"]]
        assert x.period == tip["period"]
        np.testing.assert_allclose(x.parameters, [float(tip["beta"]), float(tip["gamma"])], rtol=1e-9)
