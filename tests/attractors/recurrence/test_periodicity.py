"""Exact recurrence: what repeats is found, what nearly repeats is not, and it is fast."""

import math
import timeit

import naive_lyapunov
import numpy as np
import pytest
import systems
from hypothesis import given, settings
from hypothesis import strategies as st

from attractors import PeriodStatus, find_period


@pytest.mark.parametrize("p", [1, 2, 3, 7, 28, 133])
def test_an_exact_cycle(p):
    cycle = np.random.default_rng(p).normal(size=(p, 3))
    found = find_period(np.tile(cycle, (400 // p + 1, 1))[:400])
    assert (found.period, found.error, found.status) == (p, 0.0, PeriodStatus.FOUND)
    assert found.n_checked == 400


def test_a_period_of_100_000_steps():
    cycle = np.random.default_rng(0).normal(size=100_000)
    series = np.tile(cycle, 3)
    assert find_period(series).period == 100_000
    series[150_000] += 1e-6
    assert find_period(series).period is None


def test_three_repeats_are_needed_and_enough():
    cycle = np.random.default_rng(0).normal(size=10)
    assert find_period(np.tile(cycle, 3)).period == 10
    assert find_period(np.tile(cycle, 3)[1:]).period is None


def test_all_components_count():
    t = np.arange(120)
    assert find_period(np.column_stack([t % 4, t % 6])).period == 12
    assert find_period(t % 4).period == 4


def test_an_orbit_that_visits_a_state_twice_in_a_cycle():
    assert find_period(np.tile([0.0, 1.0, 0.0, 2.0], 20)).period == 4


def test_a_constant_orbit_up_to_rounding():
    assert find_period(np.ones((30, 2))).period == 1
    assert find_period(np.zeros(30)).period == 1
    assert find_period(0.7 * (1.0 + 1e-15 * np.random.default_rng(1).normal(size=30))).period == 1


def test_tolerance_is_relative_to_the_extent():
    cycle = np.tile([0.0, 1.0, 3.0], 30) * 1e-5
    noisy = cycle + 3e-5 * 0.9e-9 * np.sin(np.arange(90.0) ** 2) / 2
    found = find_period(noisy)
    assert found.period == 3
    assert 1e-11 < found.error < 1e-9
    assert find_period(noisy, tolerance=1e-11).period is None
    assert find_period(noisy + 4e-14 * np.sin(np.arange(90)) * 1e3).period is None


def test_a_torus_has_no_period_and_its_closest_return_is_told():
    wave = np.sin(2 * math.pi * systems.GOLDEN * np.arange(4096))
    found = find_period(np.column_stack([np.zeros(4096), wave]))
    assert (found.period, found.status) == (None, PeriodStatus.NONE)
    assert 1e-9 < found.error < 1e-2


def test_an_orbit_still_settling_is_told_from_one_without_period():
    t = np.arange(900)
    found = find_period(np.column_stack([t % 5 + 3.0 * 0.95**t, t % 5]))
    assert (found.period, found.settling_period, found.status) == (None, 5, PeriodStatus.SETTLING)
    slow = find_period(t % 5 + 0.999**t)
    assert (slow.period, slow.settling_period, slow.status) == (None, None, PeriodStatus.NONE)


@pytest.mark.parametrize("glitch", [0, 1, 50, 100, 199, 298, 299])
def test_one_wrong_sample_is_seen_wherever_it_is(glitch):
    orbit = np.tile([1.0, 2.0, 1.0], 100)
    orbit[glitch] += 1e-3
    assert find_period(orbit).period is None


@pytest.mark.parametrize("bad", [math.nan, math.inf, -math.inf])
def test_a_diverging_orbit_is_a_status(bad):
    orbit = np.zeros((30, 2))
    orbit[3, 1] = bad
    found = find_period(orbit)
    assert (found.period, found.status) == (None, PeriodStatus.NON_FINITE)
    assert math.isnan(found.error)


def test_values_too_large_to_subtract():
    assert find_period([1e308, -1e308] * 10).status is PeriodStatus.NON_FINITE


def test_a_shorter_search_misses_the_longer_period():
    orbit = np.tile(np.arange(6.0), 10)
    assert find_period(orbit, max_period=5).period is None
    assert find_period(orbit, max_period=6).period == 6


@pytest.mark.parametrize(
    ("orbit", "options", "message"),
    [
        ([1.0, 2.0], {}, "at least 3 samples to be seen 3 times, got 2 samples"),
        (np.zeros(29), {"max_period": 10}, "a period of 10 needs an orbit of at least 30 samples.* got 29"),
        (np.zeros(29), {"max_period": 0}, "max_period = 0"),
        (np.zeros((3, 3, 3)), {}, r"orbit must have shape \(n,\) or \(n, m\), got \(3, 3, 3\)"),
        (np.zeros((30, 0)), {}, r"got \(30, 0\)"),
    ],
)
def test_input_is_checked(orbit, options, message):
    with pytest.raises(ValueError, match=message):
        find_period(orbit, **options)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.integers(0, 2), min_size=1, max_size=9),
    st.lists(st.tuples(st.integers(0, 44), st.integers(0, 2)), max_size=2),
)
def test_agrees_with_the_definition(cycle, changes):
    """Few distinct values make many false candidates; changed samples contradict some of them."""
    orbit = np.resize(np.array(cycle, dtype=float), (45, 1))
    for t, value in changes:
        orbit[t] = value
    assert find_period(orbit).period == naive_lyapunov.smallest_period(orbit, 1e-8)


@pytest.mark.parametrize("kind", ["cycle", "long cycle", "constant with a glitch", "settling", "noise"])
def test_speed_does_not_depend_on_luck(kind):
    rng = np.random.default_rng(5)
    t = np.arange(4096)[:, None] * np.ones(12)
    orbit = {
        "cycle": np.tile(rng.normal(size=(28, 12)), (147, 1))[:4096],
        "long cycle": np.tile(rng.normal(size=(1300, 12)), (4, 1))[:4096],
        "constant with a glitch": np.where(t == 1500, 2.0, 1.0),
        "settling": 0.5 + 0.9**t,
        "noise": rng.normal(size=(4096, 12)),
    }[kind]
    assert min(timeit.repeat(lambda: find_period(orbit), number=1, repeat=5)) < 0.02  # 1 ms, on a busy machine


def test_a_window_too_short_to_be_halved_again():
    assert find_period([1.0, 2.0, 4.0, 8.0]).status is PeriodStatus.NONE


def test_a_spiral_into_a_cycle_is_settling_and_not_a_longer_cycle():
    """Damped by 1e-7 a step and turning by 0.0589 of a turn: 0.0589 * 4 * 17 is nearly 4."""
    t = np.arange(4096)
    spiral = 3e-9 * np.exp(-1e-7 * t)[:, None] * np.column_stack([np.cos(t), np.sin(t)]) * [1.0, 0.5]
    cycle = np.tile([[0.0, 1.0], [0.5, 0.2], [1.0, 0.4], [0.3, 0.9]], (1024, 1))
    found = find_period(cycle + spiral)
    assert (found.period, found.settling_period, found.status) == (None, 4, PeriodStatus.SETTLING)
    assert find_period(cycle + 1e-3 * spiral).period == 4


@pytest.mark.parametrize("size", [1.0, 1e3, 1e6, 1e8])
def test_a_small_component_has_to_repeat_as_well(size):
    """Next to a cycle of 2 of any size, one of 4 from 0 to 1 makes a cycle of 4, and chaos makes none."""
    large = size * systems.logistic(3.2).orbit([0.5130445095326298], 600)[0]
    for r, period in ((3.5, 4), (4.0, None)):
        small = systems.logistic(r).orbit([0.3], 5_000)[0][-600:]
        found = find_period(np.hstack([large, small]))
        assert (found.period, found.settling_period) == (period, None)


def test_a_small_component_may_be_rounding():
    noise = 1e-14 * np.random.default_rng(0).normal(size=600)
    assert find_period(np.column_stack([np.arange(600) % 2, noise, np.full(600, 3.0)])).period == 2
