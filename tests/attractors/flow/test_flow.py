"""Flows as maps: orders of the schemes, tangents, exponents per unit of time, and how solutions can end."""

import math

import naive_markov
import numpy as np
import pytest
from systems import affordable

from attractors import (
    Flow,
    FlowStatus,
    classify,
    covariant_vectors,
    finite_time_exponents,
    lyapunov_spectrum,
    lyapunov_until,
    plane_crossings,
    power_spectrum,
    solve_flow,
)
from attractors.examples import coupled_lorenz, lorenz
from attractors.system import step_time_of

RATES = np.array([[-0.5, 2.0], [-2.0, -0.5]])  # a stable focus, exp(-t/2) at the frequency 2


def _focus(x, p, out):
    out[0] = p[0] * x[0] + p[1] * x[1]
    out[1] = p[2] * x[0] + p[3] * x[1]


def _focus_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = p[0], p[1], p[2], p[3]


def _cycle(x, p, out):
    """Radius 1 attracts at the rate 2, frequency p."""
    r = x[0] ** 2 + x[1] ** 2
    out[0] = x[0] * (1.0 - r) - p[0] * x[1]
    out[1] = x[1] * (1.0 - r) + p[0] * x[0]


def _square(x, p, out):
    out[0] = x[0] ** 2


def _fast(x, p, out):
    out[0] = -1e8 * (x[0] - 1.0)


def focus(**options):
    return Flow(_focus, _focus_jacobian, RATES.ravel(), 2, **options)


def exact_focus(x, t):
    c, s = math.cos(2.0 * t), math.sin(2.0 * t)
    return math.exp(-0.5 * t) * np.array([c * x[0] + s * x[1], -s * x[0] + c * x[1]])


@pytest.mark.parametrize(("scheme", "order"), [("rk4", 4), ("euler", 1)])
def test_the_error_falls_with_the_order_of_the_scheme(scheme, order):
    errors = [
        np.abs(focus(step_time=1.0, n_substeps=n, scheme=scheme).orbit([1.0, 0.5], 2)[1] - exact_focus([1.0, 0.5], 2.0))
        for n in (16, 32)
    ]
    assert math.log2(errors[0].max() / errors[1].max()) == pytest.approx(order, abs=0.25)


def test_a_step_is_that_of_the_slow_scheme():
    flow = lorenz(step_time=0.06, n_substeps=3)
    x = np.array([1.0, -2.0, 20.0])
    np.testing.assert_allclose(
        flow.orbit(x, 2)[1], naive_markov.runge_kutta(naive_markov.lorenz, x, 0.02, 6), rtol=1e-13
    )
    by_hand = x + 0.01 * naive_markov.lorenz(x)
    euler = Flow(_lorenz, None, [10.0, 28.0, 8.0 / 3.0], 3, step_time=0.01, scheme="euler")
    np.testing.assert_allclose(euler.orbit(x, 1)[1], by_hand, rtol=1e-14)
    np.testing.assert_allclose(flow.derivative(x), naive_markov.lorenz(x), rtol=1e-15)


def _lorenz(x, p, out):
    out[0] = p[0] * (x[1] - x[0])
    out[1] = x[0] * (p[1] - x[2]) - x[1]
    out[2] = x[0] * x[1] - p[2] * x[2]


@pytest.mark.parametrize("scheme", ["rk4", "euler"])
@pytest.mark.parametrize("given", [True, False])
def test_the_tangent_is_the_derivative_of_the_step(scheme, given):
    pair = coupled_lorenz(-0.3, step_time=0.03, n_substeps=3, scheme=scheme)
    if not given:
        from attractors.examples import flows  # noqa: PLC0415 - the plain function

        derivative, p = flows._coupled_lorenz_derivative, [-0.3, 32.0]
        pair = Flow(derivative, None, p, 6, step_time=0.03, n_substeps=3, scheme=scheme)
        assert pair.jacobian_source == "central differences"
    x = np.array([1.0, 2.0, 20.0, -3.0, 0.5, 15.0])
    images, _ = pair.tangent(x, np.eye(6), 1)
    h = 1e-5
    differences = [(pair.orbit(x + h * e, 1)[1] - pair.orbit(x - h * e, 1)[1]) / (2 * h) for e in np.eye(6)]
    np.testing.assert_allclose(images, differences, atol=1e-7)


def test_copies_of_a_pair_go_as_one_does():
    states = np.random.default_rng(0).normal(size=(3, 6))
    together = coupled_lorenz(n_copies=3).orbit(states.T.ravel(), 50)[1].reshape(6, 3).T
    alone = [coupled_lorenz().orbit(x, 50)[1] for x in states]
    np.testing.assert_allclose(together, alone, rtol=1e-12)


@pytest.mark.parametrize("h", [0.01, 0.1])
def test_exponents_are_per_unit_of_time(h):
    """A focus shrinks at 1/2 whatever the step; a cycle has 0 and -2. `lyapunov_until` counts alike."""
    spectrum = lyapunov_spectrum(focus(step_time=h), [1e-3, 0.0], n_steps=640, n_transient=64)
    np.testing.assert_allclose(spectrum.exponents, [-0.5, -0.5], atol=1e-6 if h < 0.05 else 1e-4)
    assert (spectrum.step_time, spectrum.duration) == (h, pytest.approx(640 * h))
    cycle = Flow(_cycle, None, [3.0], 2, step_time=h)
    found = lyapunov_spectrum(cycle, [0.5, 0.0], n_steps=1_280, n_transient=int(20 / h))
    np.testing.assert_allclose(found.exponents, [0.0, -2.0], atol=1e-3)
    assert found.kaplan_yorke_dimension == 1.0
    np.testing.assert_allclose(found.since(4).exponents, found.exponents, atol=1e-3)
    np.testing.assert_allclose(found.history().exponents[-1], found.exponents)
    until = lyapunov_until(cycle, [0.5, 0.0], half_width=0.01, n_max=2**13, n_transient=int(20 / h), n_exponents=2)
    np.testing.assert_allclose(until.exponents, [0.0, -2.0], atol=0.01)
    assert (step_time_of(cycle), step_time_of(until_of_a_map())) == (h, 1.0)


def until_of_a_map():
    from attractors.examples import henon  # noqa: PLC0415 - a map beside flows

    return henon()


@pytest.mark.slow
def test_intervals_of_lorenz_exponents_hold():
    """Of 30 short runs: the 95 % interval of λ_1 holds the published value in 25 or more (with p < 1e-3 fewer)."""
    starts = np.random.default_rng(1).normal(size=(30, 3)) + np.array([1.0, 1.0, 20.0])
    held = 0
    for x in starts:
        found = lyapunov_spectrum(lorenz(), x, n_steps=25_600, n_transient=2_000)
        low, high = found.confidence_interval()[0]
        held += low <= 0.9056 <= high
    assert held >= 25


@pytest.mark.slow
def test_published_exponents_of_lorenz():
    """To 1 %; within their errors they are, with those of Rössler, among the literature of the examples."""
    spectrum = lyapunov_spectrum(lorenz(), [1.0, 1.0, 1.0], n_steps=640_000, n_transient=10_000)
    np.testing.assert_allclose(spectrum.exponents, (0.9056, 0.0, -14.5723), rtol=0.01, atol=1e-3)
    assert spectrum.kaplan_yorke_dimension == pytest.approx(2.062, abs=1e-3)


def test_analyses_of_maps_take_flows():
    """A cycle of frequency 3: crossings at 2π/3, a line at 3 h / 2π, a closed curve, covariant vectors."""
    h = 0.05
    cycle = Flow(_cycle, None, [3.0], 2, step_time=h)
    orbit, end = cycle.orbit([1.0, 0.0], 4_096)
    section = plane_crossings(orbit, normal=1)
    np.testing.assert_allclose(np.diff(section.times) * h, 2 * np.pi / 3, atol=1e-5)
    assert power_spectrum(orbit[:, 0]).lines[0].frequency / h == pytest.approx(3 / (2 * np.pi), rel=1e-4)
    answer = classify(cycle, end, n_transient=100, n_steps=affordable(16_000), n_exponents=2)
    assert (answer.label, answer.torus_dimension) == ("quasiperiodic", 1)
    vectors = covariant_vectors(cycle, end, n_steps=20, n_align=100)
    along = cycle.derivative(vectors.states[5])
    assert abs(vectors.vectors[5, 0] @ along) == pytest.approx(np.linalg.norm(along), rel=1e-6)
    windows = finite_time_exponents(cycle, end, window=10, n_windows=160, n_transient=0)
    assert windows.status.name in {"OK", "FEW_WINDOWS", "CORRELATED"}


@pytest.mark.slow
def test_the_pair_synchronises_or_grows():
    """χ = -1/2: both the same, and chaotic as one; χ = 1/2: b_1 = -b_2 grows as √t, b² = 20 · 8/3 · 32 t."""
    end = coupled_lorenz(-0.5).orbit([1.0, 1.0, 1.0, 0.5, -1.0, 2.0], 10_000)[1]
    np.testing.assert_allclose(end[:3], end[3:], atol=1e-3)
    flow = coupled_lorenz(0.5, step_time=0.01, n_substeps=4)
    orbit, _ = flow.orbit([1.0, 1.0, 1.0, -1.0, -1.0, 1.0], 20_000)
    growth = orbit[[9_999, 19_999], 0] ** 2
    assert (growth[1] - growth[0]) / 100.0 == pytest.approx(20.0 * 8.0 / 3.0 * 32.0, rel=0.02)


def test_an_accurate_solution_is_exact_and_judges_the_scheme():
    solution = solve_flow(focus(step_time=0.1, n_substeps=4), [1.0, 0.5], 20)
    np.testing.assert_allclose(solution.end, exact_focus([1.0, 0.5], 2.0), atol=1e-9)
    assert (solution.status, solution.orbit.shape) == (FlowStatus.OK, (20, 2))
    coarse = solve_flow(focus(step_time=0.1, scheme="euler"), [1.0, 0.5], 20)
    assert coarse.status is FlowStatus.COARSE
    exact = exact_focus([1.0, 0.5], 0.1)
    assert coarse.step_error == pytest.approx(
        np.abs(np.array([1.0, 0.5]) + 0.1 * RATES @ [1.0, 0.5] - exact).max(), rel=0.2
    )


def test_solutions_that_do_not_reach_the_end():
    """x' = x² from 1 is infinite at t = 1; a rate of 10⁸ is too fast for an explicit scheme, not for Radau."""
    diverging = solve_flow(Flow(_square, step_time=0.1), [1.0], 30)
    assert diverging.status is FlowStatus.DIVERGED
    assert len(diverging.orbit) in {9, 10}
    np.testing.assert_allclose(diverging.orbit[:9, 0], 1.0 / (1.0 - 0.1 * np.arange(1, 10)), rtol=1e-8)
    fast = Flow(_fast, step_time=0.1)
    stiff = solve_flow(fast, [2.0], 3, max_evaluations=2_000)
    assert (stiff.status, len(stiff.orbit)) == (FlowStatus.STIFF, 0)
    np.testing.assert_array_equal(stiff.end, [2.0])
    assert "Radau" in stiff.status.value
    by_radau = solve_flow(fast, [2.0], 3, method="Radau", rtol=1e-6)
    np.testing.assert_allclose(by_radau.end, [1.0])
    assert lyapunov_spectrum(fast, [2.0], n_steps=640).status.name == "DIVERGED"  # of the explicit steps


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: focus(step_time=0.0), "step_time must be a positive time, got 0"),
        (lambda: focus(step_time=math.nan), "step_time must be a positive time, got nan"),
        (lambda: focus(n_substeps=0), "n_substeps must be a whole number of at least 1, got 0"),
        (lambda: focus(scheme="leapfrog"), "scheme must be one of rk4, euler, got 'leapfrog'"),
        (lambda: focus().orbit([1.0], 3), r"start must have shape \(2,\)"),
        (lambda: solve_flow(focus(), [1.0, math.inf], 3), "start must be finite"),
        (lambda: solve_flow(focus(), [1.0, 1.0], 0), "n_steps must be at least 1"),
        (lambda: solve_flow(focus(), [1.0, 1.0], 1, method="RK4"), "method must be one of RK23"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
