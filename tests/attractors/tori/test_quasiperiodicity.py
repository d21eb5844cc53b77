"""Rotation numbers against exact and Farey values, and frequencies of tori from series alone."""

import math
from fractions import Fraction

import numpy as np
import pytest
import systems
from hypothesis import given
from hypothesis import strategies as st

from attractors.tori.frequencies import torus
from attractors.tori.resonances import TorusStatus, simplest_fraction
from attractors.tori.rotation import rotation_number

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


def lift(omega, k, n, x=0.1):
    """θ' = θ + Ω - K/2π sin 2πθ, not reduced."""
    rows = [x]
    for _ in range(n):
        x += omega - k / (2 * math.pi) * math.sin(2 * math.pi * x)
        rows.append(x)
    return np.array(rows)


@pytest.mark.parametrize("omega", [GOLDEN, 0.1, -0.3, math.pi])
def test_a_rigid_rotation_has_its_own_number(omega):
    answer = rotation_number(omega * np.arange(10_000))
    assert answer.value == pytest.approx(omega, abs=1e-12)
    assert answer.status is (TorusStatus.LOCKED if omega in {0.1, -0.3} else TorusStatus.QUASIPERIODIC)


@pytest.mark.parametrize(("p", "q"), [(1, 2), (1, 3), (2, 5), (0, 1), (3, 8)])
def test_farey_tongues_have_exact_rationals(p, q):
    """At K = 0.95 the tongue p/q holds Ω near p/q by symmetry of 1/2, and where a cycle of q steps turns p times."""
    omega = next(
        omega
        for omega in np.linspace(p / q - 0.02, p / q + 0.02, 401)
        if abs(math.remainder(np.ptp(lift(omega, 0.95, 4_000 + q)[[4_000, 4_000 + q]]) - p, 1e9)) < 1e-12
    )
    answer = rotation_number(lift(omega, 0.95, 24_000)[4_000:])
    assert answer.value == pytest.approx(p / q, abs=1e-10)
    assert answer.resonance == Fraction(p, q)
    assert answer.status is TorusStatus.LOCKED


def test_between_tongues_against_a_long_plain_average():
    """|x_N - x_0 - N ρ| < 1 always, so a plain average over N steps is right to 1/N."""
    x = lift(0.3, 0.5, systems.affordable(1_000_000))
    answer = rotation_number(x[:20_001])
    assert answer.error < 1e-10
    assert abs(answer.value - (x[-1] - x[0]) / (len(x) - 1)) < 1.0 / (len(x) - 1)
    again = rotation_number(x[20_000:40_001])
    assert abs(answer.value - again.value) < 1e-10
    assert answer.status is TorusStatus.QUASIPERIODIC


def test_the_rotation_number_of_the_conjugated_rotation_is_analytic():
    """θ = φ + a sin 2πφ / 2π turns a rigid rotation of φ into a nonlinear one with the same number."""
    phi = GOLDEN * np.arange(20_000)
    answer = rotation_number(phi + 0.4 * np.sin(2 * np.pi * phi) / (2 * np.pi))
    assert answer.value == pytest.approx(GOLDEN, abs=1e-12)
    assert answer.excluded_order > 1_000


def test_turns_may_be_radians():
    assert rotation_number(2 * np.pi * 0.3 * np.arange(1_000), turn=2 * np.pi).value == pytest.approx(0.3, abs=1e-12)


def test_chaos_has_no_rotation_number_worth_the_name():
    steps = np.random.default_rng(0).choice([0.0, 1.0], 10_000)
    assert rotation_number(np.cumsum(steps)).status is TorusStatus.NO_TORUS


@given(st.fractions(min_value=-5, max_value=5, max_denominator=300), st.floats(0, 0.01))
def test_simplest_fraction(centre, width):
    low, high = float(centre) - width, float(centre) + width
    found = simplest_fraction(low, high)
    assert Fraction(low) <= found <= Fraction(high)
    for q in range(1, min(found.denominator, 400)):
        assert math.floor(Fraction(high) * q) < math.ceil(Fraction(low) * q)


# ---- from a series ------------------------------------------------------------------------------------------------


def wave(n, *frequencies):
    return 2 * np.pi * np.outer(frequencies, np.arange(n))


def test_one_frequency_with_harmonics():
    (angle,) = wave(20_000, GOLDEN)
    answer = torus(np.exp(np.cos(angle)) + 0.3 * np.sin(3 * angle))
    assert answer.status is TorusStatus.QUASIPERIODIC
    assert answer.frequencies == pytest.approx([1 - GOLDEN], abs=1e-12)
    assert answer.pieces == 1
    assert answer.excluded_order[0] > 1_000


def test_two_frequencies():
    first, second = wave(20_000, GOLDEN, math.sqrt(2))
    answer = torus(np.stack([np.exp(np.cos(first) + np.sin(second)), np.cos(first)], axis=1))
    assert answer.status is TorusStatus.QUASIPERIODIC
    assert sorted(answer.frequencies) == pytest.approx([1 - GOLDEN, math.sqrt(2) - 1], abs=1e-12)


def test_the_clock_is_no_frequency_of_the_torus():
    slow, clock = wave(20_000, 0.06403494, 0.25)
    answer = torus(np.cos(slow) * (1 + 0.5 * np.cos(clock)) + 0.3 * np.cos(2 * clock), clock_period=4)
    assert answer.frequencies.size == 1
    assert answer.pieces == 4


def test_pieces_that_are_visited_in_turn():
    slow, turn = wave(20_000, GOLDEN / 3, 1 / 3)
    assert torus(np.cos(slow) * (1 + 0.5 * np.cos(turn))).pieces == 3


@pytest.mark.parametrize("period", [2, 17, 48])
def test_cycles_are_locked(period):
    pattern = np.random.default_rng(period).normal(size=period)
    answer = torus(np.tile(pattern, 9_600 // period))
    assert answer.status is TorusStatus.LOCKED
    assert answer.pieces == period
    assert answer.frequencies.size == 0


def test_a_cycle_too_long_to_be_a_number_of_pieces_is_a_simple_fraction():
    answer = torus(np.cos(wave(20_000, 5 / 97)[0]))
    assert answer.status is TorusStatus.LOCKED
    assert answer.resonance == (Fraction(5, 97),)
    assert answer.excluded_order.tolist() == [96]


def test_errors_in_noise():
    """Amplitude 1 in noise of variance 0.01: 5 times the difference of both halves covers the truth."""
    draw = np.random.default_rng(1)
    missed = 0
    for _ in range(60):
        answer = torus(np.cos(wave(2_048, 0.1234)[0] + draw.uniform(0, 6)) + 0.1 * draw.normal(size=2_048))
        missed += abs(answer.lines[0, 0] - 0.1234) > 5 * answer.lines[0, 1]
    assert missed <= 4


def test_noise_chaos_and_constants():
    noise = np.random.default_rng(2).normal(size=4_000)
    chaos, _ = systems.logistic(4.0).orbit([0.3], 4_000)
    assert torus(noise).status is TorusStatus.NO_TORUS
    assert torus(chaos).status is TorusStatus.NO_TORUS
    assert torus(np.full(2_000, 0.1)).status is TorusStatus.CONSTANT
    assert torus([1.0, 2.0]).status is TorusStatus.SHORT
    assert torus(np.stack([np.ones(4_000), np.cos(wave(4_000, GOLDEN)[0])], axis=1)).frequencies.size == 1


def test_more_frequencies_than_three_are_not_resolved():
    angles = wave(20_000, GOLDEN, math.sqrt(2), math.sqrt(3), math.sqrt(5), math.sqrt(7))
    assert torus(np.cos(angles).sum(axis=0)).status is TorusStatus.UNRESOLVED


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: torus([1.0, math.nan]), r"series\[1\] is not finite"),
        (lambda: torus(np.ones(10), clock_period=0), "clock_period must be at least 1, got 0"),
        (lambda: rotation_number(np.ones(10)), "angles must have at least 200 samples, got 10"),
        (lambda: rotation_number(np.ones((300, 2))), "angles must be one column, got 2"),
        (lambda: rotation_number(np.ones(300), turn=0), "turn must be positive"),
        (lambda: simplest_fraction(1, 0), "low must not be above high"),
    ],
)
def test_mistakes(call, message):
    with pytest.raises(ValueError, match=message):
        call()
