"""Cycles continued in one parameter: bifurcations located to ten digits, normal forms, ends, other branches."""

import math

import numpy as np
import pytest
import systems
from bifurcations import VALUES, cubic, delayed_family, known, network, on_cycle
from systems import examples

from attractors import (
    BranchEnd,
    CascadeStatus,
    ContinuationStatus,
    Criticality,
    DiscreteMap,
    Kind,
    LocationStatus,
    continue_cycle,
    feigenbaum_ratios,
    follow_cascade,
    switch_branch,
)


def kinds(branch):
    return [str(point.kind) for point in branch.bifurcations]


@pytest.mark.long
def test_flip_of_the_logistic_map_and_the_branch_that_crosses_it():
    branch = continue_cycle(systems.logistic(2.5), [0.6], 1, 0, (0.5, 3.9))
    assert kinds(branch) == ["BP", "PD"]  # at r = 1 the fixed point 0 is met
    meeting, flip = branch.bifurcations
    assert meeting.parameter == pytest.approx(1.0, abs=1e-10)
    assert flip.parameter == pytest.approx(3.0, abs=1e-13)
    assert flip.coefficient == pytest.approx(9.0, rel=1e-9)
    assert flip.criticality is Criticality.SUPERCRITICAL
    assert branch.status is ContinuationStatus.OK
    assert branch.ends == (BranchEnd.EDGE, BranchEnd.EDGE)
    np.testing.assert_allclose(branch.points[:, 0, 0], 1.0 - 1.0 / branch.parameters, atol=1e-12)
    np.testing.assert_allclose(branch.multipliers[:, 0], 2.0 - branch.parameters, atol=1e-11)
    np.testing.assert_array_equal(branch.stable, np.abs(2.0 - branch.parameters) < 1.0)


@pytest.mark.long
def test_branches_at_a_branch_point():
    flip = continue_cycle(systems.logistic(2.5), [0.6], 1, 0, (0.5, 3.9)).bifurcations[0]
    found = switch_branch(systems.logistic(2.5), flip, 0, (0.5, 3.9))
    ends = sorted((round(b.parameters[-1], 6), round(b.points[-1, 0, 0], 6)) for b in found)
    assert ends == [(0.5, -1.0), (0.5, 0.0), (3.9, 0.0), (3.9, round(1 - 1 / 3.9, 6))]


@pytest.mark.parametrize("name", ["logistic_window_3_3.8288", "logistic_window_5_3.7383", "logistic_window_6_3.6266"])
def test_windows_of_the_logistic_map(name):
    period, fold, flip = (known(name, key) for key in ("period", "fold_r", "flip_r"))
    system = systems.logistic(0.5 * (fold + flip))
    branch = continue_cycle(system, system.orbit([0.3], 5_000)[1], int(period), 0, (fold - 1e-3, flip + 1e-3))
    assert kinds(branch) == ["LP", "PD"]
    assert [point.parameter for point in branch.bifurcations] == pytest.approx([fold, flip], abs=1e-12)


def test_normal_forms_at_each_point_of_a_cycle():
    """Coefficients of the second and third iterate; at another point of the cycle they scale with |q|."""
    system = systems.logistic(3.4)
    (flip,) = continue_cycle(system, system.orbit([0.3], 2_000)[1], 2, 0, (3.1, 3.6)).bifurcations
    assert flip.parameter == pytest.approx(1.0 + math.sqrt(6.0), abs=1e-13)
    place = np.argmin(np.abs(np.roll(flip.points[:, 0], 1) - 0.43996))
    assert flip.coefficients[place] == pytest.approx(69.7026080424553787706752986333, rel=1e-8)
    system = systems.logistic(3.835)
    fold = continue_cycle(system, system.orbit([0.3], 2_000)[1], 3, 0, (3.8, 3.85)).bifurcations[0]
    place = np.argmin(np.abs(np.roll(fold.points[:, 0], 1) - 0.15993))
    assert abs(fold.coefficients[place]) == pytest.approx(88.91012989367949, rel=1e-9)


@pytest.mark.long
def test_henon_fold_and_flip():
    branch = continue_cycle(systems.henon(0.2), [0.8, 0.2], 1, 0, (-0.2, 0.6))
    fold, flip = branch.bifurcations
    assert (fold.parameter, flip.parameter) == pytest.approx((-0.1225, 0.3675), abs=1e-13)
    assert abs(fold.coefficient) == pytest.approx(0.0902567076458392658447653399973, rel=1e-10)
    assert flip.coefficient == pytest.approx(0.13615913902611150317572335921, rel=1e-9)


def test_ikeda_flip_needs_complex_functions():
    def step(x, p, out):
        w = 0.4 - 6.0 / (1.0 + x[0] * x[0] + x[1] * x[1])
        out[0] = p[0] + 0.9 * (x[0] * math.cos(w) - x[1] * math.sin(w))
        out[1] = 0.9 * (x[0] * math.sin(w) + x[1] * math.cos(w))

    name = "normal form Ikeda x'=A+0.9(x cos w-y sin w), y'=0.9(x sin w+y cos w), w=0.4-6/(1+x^2+y^2)"
    branch = continue_cycle(DiscreteMap(step, None, [0.66], 2), [0.3615, 0.2822], 1, 0, (0.65, 0.68))
    (flip,) = [point for point in branch.bifurcations if point.kind is Kind.PD]
    assert flip.parameter == pytest.approx(known(name, "A"), abs=1e-11)
    assert flip.coefficient == pytest.approx(known(name, "c"), rel=1e-6)
    assert "Cauchy" in branch.accuracy


def test_neimark_sacker_of_the_delayed_logistic_map():
    branch = continue_cycle(delayed_family(1.9, 0.0), [0.5, 0.5], 1, "p0", (1.5, 2.5))
    (point,) = branch.bifurcations
    assert point.kind is Kind.NS
    assert point.parameter == pytest.approx(2.0, abs=1e-10)
    assert point.angle == pytest.approx(math.pi / 3.0, abs=1e-10)
    assert point.coefficient == pytest.approx(-1.0, rel=1e-6)
    assert point.criticality is Criticality.SUPERCRITICAL


def test_a_branch_that_turns_at_its_parents_flip_has_no_fold_there():
    system = systems.logistic(3.2)
    branch = continue_cycle(system, system.orbit([0.3], 2_000)[1], 2, 0, (2.9, 3.4))
    assert kinds(branch) == []
    assert BranchEnd.PARENT in branch.ends
    assert branch.parameters.min() == pytest.approx(3.0, abs=1e-2)


def test_the_doubled_branch():
    flip = continue_cycle(systems.logistic(2.5), [0.6], 1, 0, (2.0, 3.6)).bifurcations[0]
    (doubled,) = switch_branch(systems.logistic(2.5), flip, 0, (2.0, 3.6))
    assert doubled.period == 2
    r = doubled.parameters
    exact = np.sqrt((r + 1.0) * (r - 3.0)) / r  # distance of its points
    np.testing.assert_allclose(np.abs(np.diff(doubled.points[:, :, 0], axis=1))[:, 0], exact, atol=1e-9)
    assert doubled.bifurcations[0].parameter == pytest.approx(1.0 + math.sqrt(6.0), abs=1e-12)
    # amplitude² = (d(-μ)/dr) Δr / c at the flip: no formula of second order is needed for it
    near = 0.25 * exact[0] ** 2 / (r[0] - 3.0)
    assert near * flip.coefficient == pytest.approx(1.0, abs=2e-3)


def test_cascade_of_the_logistic_map():
    cascade = follow_cascade(systems.logistic(2.5), [0.6], 1, 0, (2.0, 4.0), max_period=128)
    found = {flip.period: flip.parameter for flip in cascade.flips}
    expected = {
        v["period"]: float(v["r"])
        for name, v in VALUES.items()
        if name.startswith("logistic flip")
        if v["period"] <= 128
    }
    assert found.keys() >= expected.keys()
    assert [found[p] for p in expected] == pytest.approx(list(expected.values()), abs=1e-13)
    assert cascade.limit == pytest.approx(3.569945671870945, abs=1e-8)
    assert cascade.status is CascadeStatus.PERIOD


def test_feigenbaums_numbers():
    ratios = feigenbaum_ratios(systems.logistic(3.0), 0.5, 0, (1.5, 3.6), max_period=4096 if systems.JIT else 512)
    precise = 1.0 if systems.JIT else 1e3
    assert ratios.delta == pytest.approx(4.669201609102990671853, abs=1e-8 * precise)
    assert ratios.alpha == pytest.approx(-2.502907875095892822283, abs=1e-8 * precise)
    assert abs(ratios.delta - 4.669201609102990671853) < 3.0 * ratios.delta_error
    assert ratios.limit == pytest.approx(3.569945671870945, abs=1e-12)


@pytest.mark.slow
def test_the_network_loses_stability_to_a_torus():
    branch = continue_cycle(network(1.2434), on_cycle(1.2434), 4, "beta", (1.23, 1.26))
    (point,) = branch.bifurcations
    assert point.kind is Kind.NS
    assert point.parameter == pytest.approx(known("network period 4 NS", "beta"), abs=1e-14)
    assert point.angle == pytest.approx(known("network period 4 NS", "theta"), abs=1e-13)
    assert point.coefficient == pytest.approx(known("network period 4 NS", "l1"), rel=1e-10)


@pytest.mark.slow
def test_the_networks_period_16_is_a_closed_loop():
    branch = continue_cycle(network(1.2496), on_cycle(1.2496), 16, "beta", (1.24, 1.26), confirm=False)
    assert branch.ends == (BranchEnd.CLOSED, BranchEnd.CLOSED)
    assert kinds(branch) == ["LP", "LP"]
    assert min(p.parameter for p in branch.bifurcations) == pytest.approx(1.24949116832454, abs=1e-13)


@pytest.mark.slow
def test_the_networks_period_28():
    branch = continue_cycle(network(1.2675), on_cycle(1.2675), 28, "beta", (1.26, 1.282), confirm=False)
    found = {(str(p.kind), round(p.parameter, 5)): p for p in branch.bifurcations}
    for name, value in VALUES.items():
        if name.startswith("network 28 "):
            point = found[value["type"], round(float(value["beta"]), 5)]
            assert point.parameter == pytest.approx(float(value["beta"]), abs=1e-12)
            if "coefficient" in value and "unstable" not in name:
                assert point.coefficient == pytest.approx(float(value["coefficient"]), rel=1e-6)
            assert (point.criticality is Criticality.SUBCRITICAL) == (value.get("coefficient", "1")[0] == "-")


@pytest.mark.long
@pytest.mark.slow
def test_the_networks_cascade():
    cascade = follow_cascade(
        network(1.2737), on_cycle(1.2737, 60_000, seed=1), 32, "beta", (1.26, 1.28), max_period=256
    )
    expected = [known(f"network {p} PD {b}", "beta") for p, b in ((32, 1.27384), (64, 1.27444), (256, 1.27461))]
    found = [flip.parameter for flip in cascade.flips]
    assert [found[0], found[1], found[3]] == pytest.approx(expected, abs=1e-12)


def test_a_kink_is_said():
    """x' = p - 1.5 |x| has the fixed points p / 2.5 and -2 p, for p > 0 alone: they meet where the map has its kink."""

    def step(x, p, out):
        out[0] = p[0] - 1.5 * abs(x[0])

    branch = continue_cycle(DiscreteMap(step, None, [1.0], 1), [0.4], 1, 0, (-1.0, 2.0), confirm=False)
    assert branch.status is ContinuationStatus.BRACKETED
    assert branch.bifurcations[0].parameter == pytest.approx(0.0, abs=1e-4)
    assert branch.bifurcations[0].status is LocationStatus.KINK
    assert "differences" in branch.accuracy
    assert branch.parameters.min() == pytest.approx(0.0, abs=1e-2)


def test_no_cycle_and_divergence():
    for start in ([0.3], [7.0]):
        branch = continue_cycle(systems.logistic(4.5), start, 3, 0, (4.0, 5.0))
        assert len(branch.parameters) == 0 or branch.period == 3

    def shift(x, p, out):
        out[0] = x[0] + p[0]

    divergent = DiscreteMap(shift, None, [1.0], 1)
    branch = continue_cycle(divergent, [0.0], 1, 0, (0.5, 2.0))
    assert branch.status is ContinuationStatus.NO_CYCLE
    assert branch.ends == (BranchEnd.NOWHERE, BranchEnd.NOWHERE)


def test_messages():
    logistic = systems.logistic(2.5)
    with pytest.raises(ValueError, match=r"one of the map's \('p0', or their numbers\), got 'q'"):
        continue_cycle(logistic, [0.6], 1, "q", (2.0, 3.0))
    with pytest.raises(ValueError, match=r"hold the value 2.5 of p0 to begin at, got \(3.0, 4.0\)"):
        continue_cycle(logistic, [0.6], 1, 0, (3.0, 4.0))
    with pytest.raises(ValueError, match=r"span of epsilon must be within 0.0 and 1.0"):
        continue_cycle(network(1.2434), on_cycle(1.2434), 4, "epsilon", (-0.5, 0.5))
    with pytest.raises(ValueError, match="multiple of the clock's period 4, got 3"):
        continue_cycle(network(1.2434), on_cycle(1.2434), 3, "beta", (1.2, 1.3))
    with pytest.raises(TypeError, match=r"must offer delay_form\(\)"):
        continue_cycle(systems.Driven([1.0]), (0.0, 0), 1, 0, (0.0, 1.0))
    found = continue_cycle(cubic(0.0, 2.0), [1.0], 1, 0, (-1.0, 1.0), confirm=False).bifurcations
    (fold, *_) = [point for point in found if point.kind is Kind.LP]
    with pytest.raises(ValueError, match=r"flip \(PD\) or a branch point"):
        switch_branch(cubic(0.0, 2.0), fold, 0, (-1.0, 1.0))


def test_derivatives_of_forms():
    """Each against differences of what it is the derivative of; with and without a Jacobian."""
    rng = np.random.default_rng(0)
    forms = [
        (examples.henon().delay_form(), 1e-8),
        (examples.ikeda().delay_form(), 1e-7),
        (delayed_family(2.0, 0.3).delay_form(), 1e-7),
        (examples.lozi().delay_form(), 1e-6),
        (network(1.27).delay_form(), 1e-6),
    ]
    for form, allowed in forms:
        shape = (3, form.memory, form.width)
        history, direction = rng.uniform(0.05, 0.4, shape), rng.normal(size=shape)
        phases, values, h = np.arange(3), form.values, 1e-5
        image, D, E = form.derivatives(history, phases, values)
        np.testing.assert_allclose(image, form.image(history, phases, values), atol=1e-14)
        up, down = (form.derivatives(history + s * direction, phases, values) for s in (h, -h))
        np.testing.assert_allclose(np.einsum("naLb,nLb->na", D, direction), (up[0] - down[0]) / (2 * h), atol=1e-6)
        bent, mixed = form.bend(history, phases, values, direction)
        scale = max(1.0, np.abs(bent).max(), np.abs(mixed).max())
        np.testing.assert_allclose(bent, (up[1] - down[1]) / (2 * h), atol=allowed * scale)
        np.testing.assert_allclose(mixed, (up[2] - down[2]) / (2 * h), atol=allowed * scale)
        for k in range(len(values)):
            step = np.zeros(len(values))
            step[k] = h * max(1.0, abs(values[k]))
            slope = (
                (form.image(history, phases, values + step) - form.image(history, phases, values - step)) / 2 / step[k]
            )
            np.testing.assert_allclose(E[..., k], slope, atol=1e-6)
