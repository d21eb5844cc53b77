"""Covariant vectors: eigenvectors, exact ones of a skew product, intersections of subspaces, and what can go wrong."""

import math

import naive_lyapunov
import numpy as np
import pytest
import systems
from scipy.linalg import subspace_angles
from systems import examples

from attractors import DiscreteMap, Stretching, lyapunov_spectrum
from attractors.exponents import covariant
from attractors.exponents.covariant import CovariantStatus, covariant_vectors
from attractors.recurrence.cycles import refine_cycle
from dmfsa import Features, MeanFieldMap, Window

SKEWED = np.random.default_rng(1).normal(size=(4, 4))


class Products:
    """Tangent vectors pushed by Jacobians from a list (period, d, d), used in turn; the state is the position in it."""

    clock_period = 1

    def __init__(self, jacobians):
        self.jacobians = np.array(jacobians)
        self.dimension = len(self.jacobians[0])

    def orbit(self, start, n_steps):
        return np.arange(start + 1.0, start + n_steps + 1)[:, None], start + n_steps

    def tangent(self, start, vectors, n_steps):
        rows = np.array(vectors)
        for t in range(start, start + n_steps):
            rows = rows @ self.jacobians[t % len(self.jacobians)].T
        return rows, start + n_steps

    def stretching(self, start, *, n_exponents, n_blocks, block_length, n_settle=0, frame=None):
        Q, sums = np.array(frame), np.zeros((n_blocks, n_exponents))
        for t in range(n_blocks * block_length):
            R, Q = self._lower(self.tangent(start + t, Q, 1)[0])
            sums[t // block_length] += np.log(np.abs(np.diag(R)))
        return Stretching(sums, np.zeros(n_exponents, dtype=np.int64), start + n_blocks * block_length, Q)

    @staticmethod
    def _lower(V):
        Q, R = np.linalg.qr(V.T)
        return R.T, Q.T

    def to_vector(self, state):
        return np.full(self.dimension, float(state))

    def from_vector(self, vector, like):
        return like


def off(rows, others):
    """Largest sine of the angles between vectors (..., d) and others, whatever their signs."""
    rows, others = (x / np.linalg.norm(x, axis=-1, keepdims=True) for x in (rows, others))
    return np.linalg.norm(rows - np.sum(rows * others, axis=-1, keepdims=True) * others, axis=-1).max()


def eigenvectors(matrix):
    """Rows, the largest modulus first."""
    values, columns = np.linalg.eig(matrix)
    return columns.real.T[np.argsort(-np.abs(values))]


# ---- exact vectors -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "matrix",
    [
        [[2.0, 1.0], [1.0, 1.0]],
        [[2.0, 5.0, 1.0], [0.0, 1.2, 3.0], [0.0, 0.0, 0.5]],
        [[1.0, 100.0], [0.0, 0.9]],
        SKEWED @ np.diag([4.0, 2.0, 1.0, 0.2]) @ np.linalg.inv(SKEWED),
    ],
    ids=["cat", "triangular", "nearly parallel", "random"],
)
def test_eigenvectors_of_a_linear_map(matrix):
    found = covariant_vectors(systems.linear(matrix), np.zeros(len(matrix)), n_steps=50)
    assert off(found.vectors, eigenvectors(matrix)) < 1e-11
    moduli = np.abs(np.linalg.eigvals(matrix))
    np.testing.assert_allclose(found.exponents, np.sort(np.log(moduli))[::-1], atol=1e-10)
    assert found.converged.all()
    assert found.status is CovariantStatus.OK


def test_small_angles_keep_their_digits():
    """Eigenvectors of [[1, 10⁵], [0, 0.9]] are (1, 0) and (1, -10⁻⁶): arccos would leave four digits of that angle."""
    found = covariant_vectors(systems.linear([[1.0, 1e5], [0.0, 0.9]]), [0.0, 0.0], n_steps=10)
    np.testing.assert_allclose(found.angle(0, 1), math.atan(1e-6), rtol=1e-8)
    np.testing.assert_allclose(found.splitting_angle(1), math.atan(1e-6), rtol=1e-8)


def _skew_step(x, p, out):
    c = p[0]
    out[0] = x[0] / c if x[0] < c else (1.0 - x[0]) / (1.0 - c)
    out[1] = p[1] * x[1] + p[2] * x[0]


def _skew_jacobian(x, p, out):
    c = p[0]
    out[0, 0] = 1.0 / c if x[0] < c else -1.0 / (1.0 - c)
    out[1, 0], out[1, 1] = p[2], p[1]


def test_a_skew_product_over_the_tent_map():
    """y' = a y + b x: the stable vector is (0, 1), the unstable one (1, h) with h' = (b + a h)/slope."""
    c, a, b = 0.3, 0.4, 2.0
    system = DiscreteMap(_skew_step, _skew_jacobian, [c, a, b], 2)
    found = covariant_vectors(system, [0.123, 0.0], n_steps=400)
    slopes = np.where(found.states[:, 0] < c, 1 / c, -1 / (1 - c))
    h = np.zeros(400)
    for t in range(399):
        h[t + 1] = (b + a * h[t]) / slopes[t]
    unstable = np.stack([np.ones(400), h], axis=1)
    known = slice(60, 399)  # h forgets its beginning by 0.4/slope per step
    assert off(found.vectors[known, 0], unstable[known]) < 1e-12
    assert off(found.vectors[:, 1], np.array([0.0, 1.0])) < 1e-12
    np.testing.assert_allclose(found.growth[:, 1], math.log(a), atol=1e-12)
    lengths = np.linalg.norm(unstable, axis=1)
    expected = np.log(np.abs(slopes[:-1]) * lengths[1:] / lengths[:-1])
    np.testing.assert_allclose(found.growth[60:398, 0], expected[60:398], atol=1e-11)


@pytest.mark.parametrize("period", [1, 2])
def test_unstable_cycles_of_henons_map(period):
    """Held on the cycle, the vectors are the eigenvectors of the derivative of F^p at each of its points."""
    start = {1: [0.63, 0.19], 2: [-0.4758, 0.2927]}[period]
    cycle = refine_cycle(systems.henon(), start, period)
    assert (cycle.period, cycle.stability) == (period, "unstable")
    jacobians = [np.array([[-2.8 * x, 1.0], [0.3, 0.0]]) for x, _ in cycle.points]
    found = covariant_vectors(Products(jacobians), 0, n_steps=4 * period, n_align=60 * period)
    for t in range(period):
        around = np.linalg.multi_dot([np.eye(2), *[jacobians[(t + i) % period] for i in range(period)][::-1]])
        position = int((found.states[t, 0]) % period)
        assert position == t
        assert off(found.vectors[t::period], eigenvectors(around)) < 1e-11
    np.testing.assert_allclose(found.exponents, cycle.exponents / period, atol=1e-10)


# ---- independent computations ----------------------------------------------------------------------------------


@pytest.mark.parametrize(("name", "n"), [("henon", 14), ("ikeda", 30), ("lozi", 14)])
def test_vectors_are_intersections_of_subspaces(name, n):
    """Products of n Jacobians on either side: what is left of the frame's beginning is exp(-n (λ_1 - λ_2))."""
    system = getattr(examples, name)()
    found = covariant_vectors(system, [0.1, 0.1], n_steps=100, n_transient=500)
    jacobians = [system.tangent(x, np.eye(2), 1)[0].T for x in found.states]
    for t in (30, 50, 69):
        naive = naive_lyapunov.covariant_vectors(jacobians[t - n : t], jacobians[t : t + n])
        assert off(found.vectors[t], naive) < 1e-5


@pytest.mark.use_numba
def test_vectors_and_splittings_of_random_products():
    """Three dimensions, neighbouring exponents 1.4 apart; and the general loop, which is not `DiscreteMap`'s."""
    draw = np.random.default_rng(5)
    jacobians = [np.diag([4.0, 1.0, 0.25]) @ (np.eye(3) + 0.4 * draw.normal(size=(3, 3))) for _ in range(400)]
    found = covariant_vectors(Products(jacobians), 0, n_steps=60, n_align=100)
    assert found.status is CovariantStatus.OK
    for t in (0, 20, 59):
        here = int(found.states[t, 0])
        naive = naive_lyapunov.covariant_vectors(jacobians[here - 14 : here], jacobians[here : here + 14])
        assert off(found.vectors[t], naive) < 1e-5
    for n_first in (1, 2):
        expected = [subspace_angles(v[:n_first].T, v[n_first:].T).min() for v in found.vectors]
        np.testing.assert_allclose(found.splitting_angle(n_first), expected, rtol=1e-9, atol=1e-12)


class StepByStep:
    """The same map, by the methods that every smooth system has."""

    def __init__(self, system):
        self.dimension, self.clock_period = system.dimension, system.clock_period
        self.orbit, self.stretching, self.tangent = system.orbit, system.stretching, system.tangent
        self.to_vector, self.from_vector = system.to_vector, system.from_vector


@pytest.mark.parametrize("interval", [1, 3])
@pytest.mark.parametrize("name", ["henon", "coupled_standard", "generalised_henon"])
def test_the_compiled_loop_and_the_general_one_agree(name, interval, monkeypatch):
    system = getattr(examples, name)()
    start, options = np.full(system.dimension, 0.2), {"n_steps": 100, "n_align": 100, "interval": interval}
    compiled = covariant_vectors(system, start, **options)
    monkeypatch.setattr(covariant, "JACOBIAN_ENTRIES", 50 * system.dimension**2)  # several blocks, the last one short
    general = covariant_vectors(StepByStep(system), start, **options)
    np.testing.assert_array_equal(general.states, compiled.states)
    np.testing.assert_allclose(general.vectors, compiled.vectors, atol=1e-12)
    np.testing.assert_allclose(general.growth, compiled.growth, atol=1e-12)


@pytest.mark.use_numba
@pytest.mark.slow
@pytest.mark.parametrize("interval", [1, 4])
def test_the_network_has_the_same_vectors_step_by_step(interval):
    """Of a stable cycle, where two orbits that differ by rounding stay together."""
    network = MeanFieldMap(Features.segments(), beta=1.27)
    _, start = network.orbit(Window.paper_beta3(), 5_000)
    options = {"n_steps": 112, "n_vectors": 4, "n_align": 300, "interval": interval}
    at_once = covariant_vectors(network, start, **options)
    step_by_step = covariant_vectors(StepByStep(network), start, **options)
    assert at_once.status is step_by_step.status
    np.testing.assert_allclose(at_once.states, step_by_step.states, rtol=0, atol=1e-12)
    np.testing.assert_allclose(at_once.exponents, step_by_step.exponents, rtol=0, atol=1e-9)
    np.testing.assert_allclose(at_once.growth[:, 0], step_by_step.growth[:, 0], rtol=0, atol=1e-9)
    assert off(at_once.vectors[:, 0], step_by_step.vectors[:, 0]) < 1e-9


# ---- what vectors are ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["henon", "ikeda", "coupled_standard"])
def test_the_map_takes_vectors_onto_the_next_ones(name):
    system = getattr(examples, name)()
    found = covariant_vectors(system, np.full(system.dimension, 0.2), n_steps=200, n_transient=100)
    for t in range(199):
        pushed, _ = system.tangent(found.states[t], found.vectors[t], 1)
        assert off(pushed, found.vectors[t + 1]) < 1e-11
        np.testing.assert_allclose(np.log(np.linalg.norm(pushed, axis=1)), found.growth[t], atol=1e-11)


@pytest.mark.parametrize("name", ["henon", "ikeda", "coupled_standard"])
def test_growth_adds_up_to_the_exponents(name):
    """Sums of growth and of log |R_ii| over the same steps differ by log volumes at the ends, a few nats in all."""
    system, n = getattr(examples, name)(), systems.affordable(20_000)
    start = system.orbit(np.full(system.dimension, 0.2), 500)[1]
    found = covariant_vectors(system, start, n_steps=n)
    of_frame = system.stretching(
        start, n_exponents=system.dimension, n_blocks=1, block_length=n - 1, n_settle=1_000
    ).log_factors[0]
    np.testing.assert_allclose(found.exponents, of_frame / (n - 1), atol=30 / n)
    first, last = (math.log(abs(np.linalg.det(found.vectors[t]))) for t in (0, -1))
    assert found.growth[:-1].sum() + last - first == pytest.approx(of_frame.sum(), abs=1e-8 * n)


def test_a_longer_interval_has_the_same_vectors():
    fine = covariant_vectors(systems.henon(), [0.1, 0.1], n_steps=40, n_transient=300, n_align=120)
    coarse = covariant_vectors(systems.henon(), [0.1, 0.1], n_steps=40, n_transient=300, n_align=120, interval=4)
    np.testing.assert_array_equal(coarse.states, fine.states[::4])
    assert off(coarse.vectors, fine.vectors[::4]) < 1e-9
    np.testing.assert_allclose(coarse.growth, fine.growth.reshape(10, 4, 2).sum(axis=1), atol=1e-9)
    np.testing.assert_allclose(coarse.exponents, fine.exponents, atol=1e-9)


def test_a_map_without_a_jacobian():
    """Central differences are right to some 10⁻¹⁰: vectors to that, over the angle between them."""
    given = examples.henon()
    made = DiscreteMap(examples._henon_step, None, given.parameters, 2)
    exact, found = (covariant_vectors(x, [0.1, 0.1], n_steps=200, n_transient=100) for x in (given, made))
    assert off(found.vectors, exact.vectors) < 1e-6
    np.testing.assert_allclose(found.exponents, exact.exponents, atol=1e-7)


def test_henon_is_not_hyperbolic_and_the_cat_map_is():
    """Tangencies: the smallest of n angles goes to 0; for the cat map all are right angles."""
    n = systems.affordable(50_000)
    found = covariant_vectors(systems.henon(), [0.1, 0.1], n_steps=n, n_transient=500)
    assert found.splitting_angle(1).min() < 0.02
    np.testing.assert_allclose(found.splitting_angle(1), found.angle(0, 1), atol=1e-12)
    cat = covariant_vectors(systems.cat(), [0.1, 0.2], n_steps=100)
    np.testing.assert_allclose(cat.splitting_angle(1), math.pi / 2, atol=1e-12)


@pytest.mark.slow
def test_the_network():
    """β = 1.4: covariant, as the network's own tangent vectors say; growth is that of the exponents."""
    network = MeanFieldMap(Features.segments(), beta=1.4)
    start = network.trajectory(Window.paper_beta3(), 1, n_transient=2_000).end
    found = covariant_vectors(network, start, n_steps=1_000, n_vectors=3, n_align=500)
    assert found.status is CovariantStatus.OK
    spectrum = lyapunov_spectrum(network, start, n_steps=1_000, n_transient=500, n_exponents=3)
    np.testing.assert_allclose(found.exponents, spectrum.exponents, atol=20 / 1_000)
    _, state = network.orbit(start, 500)
    for t in range(20):
        np.testing.assert_array_equal(network.to_vector(state), found.states[t])
        pushed, state = network.tangent(state, found.vectors[t], 1)
        assert off(pushed, found.vectors[t + 1]) < 1e-9


# ---- degenerate input ------------------------------------------------------------------------------------------


def test_equal_exponents_have_no_vectors_but_a_space():
    """A rotation beside a contraction: two vectors are arbitrary, the plane that they span is not."""
    turn = [[math.cos(0.3), -math.sin(0.3), 0.0], [math.sin(0.3), math.cos(0.3), 0.0], [0.0, 0.0, 0.5]]
    found = covariant_vectors(systems.linear(turn), np.zeros(3), n_steps=50)
    assert found.status is CovariantStatus.NOT_CONVERGED
    assert found.converged.tolist() == [False, False, True]
    assert np.isnan(found.angle(0, 2)).all()
    assert np.isnan(found.splitting_angle(1)).all()
    np.testing.assert_allclose(found.splitting_angle(2), math.pi / 2, atol=1e-12)


def test_too_short_an_alignment_is_told_with_its_size():
    """Against vectors aligned over 204 steps. Where the map is nearly tangent, both beginnings may be off alike."""
    ratios = []
    for n_transient in (250, 300, 301, 310, 320, 350):
        found = covariant_vectors(systems.henon(), [0.1, 0.1], n_steps=20, n_transient=n_transient, n_align=4)
        assert found.status is CovariantStatus.NOT_CONVERGED
        assert found.splitting_errors[0] == pytest.approx(found.errors.max())  # one vector on either side
        exact = covariant_vectors(systems.henon(), [0.1, 0.1], n_steps=n_transient - 180, n_align=204)
        assert exact.states[-20].tolist() == found.states[0].tolist()
        truth = [off(found.vectors[0, 0], exact.vectors[-20, 0]), off(found.vectors[-1, 1], exact.vectors[-1, 1])]
        ratios.append(truth / found.errors)
    assert np.max(ratios) < 30
    assert 0.5 < np.median(ratios, axis=0)[0] < 2


def test_annihilated_directions_have_no_vectors():
    found = covariant_vectors(examples.hopfield(), [0.1, 0.3], n_steps=100)
    assert found.status is CovariantStatus.UNRESOLVED
    assert found.exponents[1] == -math.inf
    assert np.isnan(found.vectors[:, 1]).all()
    assert np.isfinite(found.vectors[:, 0]).all()
    assert np.isnan(found.angle(0, 1)).all()
    assert np.isnan(found.splitting_angle(1)).all()
    nothing = covariant_vectors(systems.linear(np.zeros((2, 2))), [0.0, 0.0], n_steps=10)
    assert nothing.status is CovariantStatus.UNRESOLVED
    assert nothing.exponents.tolist() == [-math.inf, -math.inf]


@pytest.mark.parametrize("n_transient", [0, 5_000])
def test_divergence(n_transient):
    found = covariant_vectors(systems.logistic(4.5), [0.3], n_steps=100, n_transient=n_transient)
    assert found.status is CovariantStatus.DIVERGED
    assert np.isnan(found.exponents).all()


def test_divergence_within_the_kept_steps():
    """r just above 4: the orbit leaves through a gap of width 2 · 10⁻⁵ or so, after some 10⁴ steps."""
    found = covariant_vectors(systems.logistic(4.0 + 1e-4), [0.3], n_steps=4_000, n_align=1)
    assert found.status is CovariantStatus.DIVERGED


def test_one_dimension_and_one_step():
    found = covariant_vectors(systems.logistic(4.0), [0.3], n_steps=1, n_align=1)
    assert found.vectors.shape == (1, 1, 1)
    assert abs(found.vectors[0, 0, 0]) == 1.0
    assert np.isnan(found.standard_errors).all()
    assert found.status is CovariantStatus.OK
    assert found.to_dict()["status"] == "ok"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_vectors": 3}, "n_vectors must be between 1 and the dimension 2, got 3"),
        ({"n_steps": 0}, "n_steps at least the interval"),
        ({"n_align": 0}, "n_align and interval be at least 1"),
        ({"n_transient": -1}, "n_transient must not be negative"),
        ({"n_steps": 10**9}, "megabytes = 1000.0 do not hold the vectors, which need 96000: take fewer steps"),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        covariant_vectors(systems.henon(), [0.1, 0.1], **({"n_steps": 100} | change))


def test_angles_need_two_sides():
    found = covariant_vectors(systems.cat(), [0.1, 0.2], n_steps=10)
    for call, message in (
        (lambda: found.angle(0, 2), "i and j must be two different numbers from 0 to 1, got 0 and 2"),
        (lambda: found.angle(1, 1), "two different numbers"),
        (lambda: found.splitting_angle(2), "n_first must be between 1 and 1"),
    ):
        with pytest.raises(ValueError, match=message):
            call()
