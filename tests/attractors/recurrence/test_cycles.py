"""Cycles by Newton's method: exact ones, unstable ones, those of the network, and what can go wrong."""

import math

import numpy as np
import pytest
import systems
from systems import examples

from attractors import DiscreteMap, lyapunov_spectrum
from attractors.recurrence import cycles
from attractors.recurrence.cycles import CycleStatus, refine_cycle
from dmfsa import Features, MeanFieldMap, Window


@pytest.mark.parametrize("r", [3.2, 3.4, 3.9])
def test_the_2_cycle_of_the_logistic_map(r):
    """x = (r + 1 ± √((r - 3)(r + 1))) / 2r, with the multiplier 4 + 2r - r²."""
    cycle = refine_cycle(systems.logistic(r), [(r + 1 + math.sqrt((r - 3) * (r + 1))) / (2 * r) + 1e-3], 2)
    root = math.sqrt((r - 3) * (r + 1))
    np.testing.assert_allclose(
        np.sort(cycle.points.ravel()), [(r + 1 - root) / 2 / r, (r + 1 + root) / 2 / r], atol=1e-14
    )
    assert cycle.multipliers[0] == pytest.approx(4 + 2 * r - r**2, abs=1e-11)
    assert cycle.exponents[0] == pytest.approx(math.log(abs(4 + 2 * r - r**2)), abs=1e-10)
    assert cycle.stability == ("stable" if r < 1 + math.sqrt(6) else "unstable")
    assert cycle.residual < 1e-14
    assert cycle.status is CycleStatus.CONVERGED


def test_the_fixed_points_of_henons_map():
    """X = (-(1 - b) ± √((1 - b)² + 4a)) / 2a, multipliers those of [[-2aX, 1], [b, 0]]."""
    a, b = 1.4, 0.3
    for sign in (1, -1):
        x = (b - 1 + sign * math.sqrt((1 - b) ** 2 + 4 * a)) / (2 * a)
        cycle = refine_cycle(examples.henon(), [x + 1e-3, b * x], 1)
        np.testing.assert_allclose(cycle.points, [[x, b * x]], atol=1e-14)
        expected = np.linalg.eigvals([[-2 * a * x, 1], [b, 0]])
        np.testing.assert_allclose(np.sort(cycle.multipliers.real), np.sort(expected), atol=1e-12)
        assert cycle.stability == "unstable"


def test_a_period_that_is_too_long_is_told():
    cycle = refine_cycle(systems.logistic(3.2), [0.51], 6)
    assert cycle.period == 2
    assert cycle.points.shape == (2, 1)


def test_a_long_cycle_is_shot_in_legs():
    """Period 128 on the way to chaos, r = 3.5699: legs of 64 steps; the exponent is that of the orbit, times 128."""
    orbit, end = systems.logistic(3.5699).orbit([0.3], 400_000)
    cycle = refine_cycle(systems.logistic(3.5699), end, 128)
    assert cycle.status is CycleStatus.CONVERGED
    assert cycle.period == 128
    assert cycle.residual < 1e-14
    spectrum = lyapunov_spectrum(systems.logistic(3.5699), end, n_steps=128 * 64)
    assert cycle.exponents[0] / 128 == pytest.approx(spectrum.exponents[0], abs=1e-6)
    assert np.abs(np.sort(orbit[-128:], axis=0) - np.sort(cycle.points, axis=0)).max() < 1e-9


@pytest.mark.parametrize(
    ("r", "name"),
    [(3.0 + 1e-4, "flip"), (1 + math.sqrt(8) + 1e-4, "fold")],
)
def test_the_nearest_bifurcation_of_the_logistic_map(r, name):
    period = 1 if name == "flip" else 3
    start = [1 - 1 / r] if name == "flip" else systems.logistic(r).orbit([0.5], 3_000)[1]
    assert refine_cycle(systems.logistic(r), start, period).bifurcation == name


def test_a_neimark_sacker_bifurcation():
    """The delayed logistic map x' = a x (1 - y), y' = x has it at a = 2, with multipliers exp(±iπ/3)."""
    cycle = refine_cycle(examples.delayed_logistic(2.0), [0.49, 0.51], 1)
    np.testing.assert_allclose(cycle.points, [[0.5, 0.5]], atol=1e-12)
    np.testing.assert_allclose(
        np.sort_complex(cycle.multipliers), np.exp([-1j * math.pi / 3, 1j * math.pi / 3]), atol=1e-9
    )
    assert cycle.bifurcation == "Neimark-Sacker"
    assert cycle.stability == "marginal"


@pytest.mark.slow
def test_the_cycle_of_the_network_has_a_period_of_its_clock():
    """β = 1.27: period 28 = 7 turns of the clock; exponents are those of a long run."""
    network = MeanFieldMap(Features.segments(), beta=1.27, gamma=220.0, epsilon=0.02, context=4)
    start = Window(np.random.default_rng(3).uniform(-1, 1, (4, 3)), phase=0)
    spectrum = lyapunov_spectrum(network, start, n_steps=5_600, n_transient=systems.affordable(60_000))
    _, end = network.orbit(start, systems.affordable(60_000))
    found = [refine_cycle(network, end, p) for p in (28, 56)]
    cycle = next(cycle for cycle in found if cycle.status is CycleStatus.CONVERGED)
    assert cycle.period in {28, 56}
    assert cycle.stability == "stable"
    assert cycle.exponents[0] / cycle.period == pytest.approx(spectrum.exponents[0], abs=10 / 5_600)
    with pytest.raises(ValueError, match="multiple of the clock's period 4, got 7"):
        refine_cycle(network, end, 7)


def test_what_can_go_wrong():
    far = refine_cycle(systems.logistic(3.2), [0.9], 1)
    assert far.status is CycleStatus.OTHER
    shift = examples.circle(0.3, 0.0)  # θ + Ω: no cycle of period 1, and a derivative of 1 everywhere
    assert refine_cycle(shift, [0.2], 1).status is CycleStatus.SINGULAR
    wild = refine_cycle(systems.logistic(4.5), [50.0], 40)
    assert wild.status in {CycleStatus.NO_CONVERGENCE, CycleStatus.OTHER}
    superstable = refine_cycle(systems.logistic(2.0), [0.49], 1)
    assert superstable.multipliers[0] == 0
    assert superstable.exponents[0] == -math.inf
    with pytest.raises(ValueError, match="period must be a positive multiple"):
        refine_cycle(systems.logistic(3.2), [0.5], 0)


def test_multipliers_that_drown_in_the_product_have_exponents_all_the_same():
    """(x, y, z) -> (r x (1 - x), 10⁻⁹ y + x, 10⁻⁵ z + y), two steps: 10⁻¹⁸ is rounding of the product, 10⁻¹⁰ is not."""

    def step(x, p, out):
        out[0], out[1], out[2] = 3.2 * x[0] * (1.0 - x[0]), 1e-9 * x[1] + x[0], 1e-5 * x[2] + x[1]

    def jacobian(x, p, out):
        out[0, 0], out[1, 0], out[1, 1], out[2, 1], out[2, 2] = 3.2 * (1.0 - 2.0 * x[0]), 1.0, 1e-9, 1.0, 1e-5

    cycle = refine_cycle(DiscreteMap(step, jacobian, dimension=3), [0.5130, 0.8, 0.5], 2)
    assert cycle.status is CycleStatus.CONVERGED
    np.testing.assert_allclose(cycle.exponents, np.log([0.16, 1e-10, 1e-18]), rtol=0, atol=0.01)


def test_no_decompositions_where_the_multipliers_tell_all(monkeypatch):
    monkeypatch.delattr(cycles, "_exponents")
    cycle = refine_cycle(examples.henon(), [0.63, 0.19], 1)
    np.testing.assert_array_equal(cycle.exponents, np.log(np.abs(cycle.multipliers)))


def test_json():
    document = refine_cycle(systems.logistic(3.2), [0.51], 2).to_dict()
    assert document["multipliers"] == [{"real": pytest.approx(0.16), "imag": 0.0}]
    assert document["status"] == "converged"
