"""Labels from noisy series: cycles and tori under noise, and what only looks like them."""

import math

import numpy as np
import pytest
from scipy.signal import lfilter

from attractors import classify_series

T = np.arange(4096)
CLOCK = np.cos(np.pi * T / 2)  # of period 4


def noise(size, seed=0, m=1):
    return np.random.default_rng(seed).normal(0.0, size, (len(T), m))


def damped_rotation(lifetime, seed):
    """A rotation at 0.0605 turns per step that noise keeps up."""
    z = np.random.default_rng(seed).normal(size=(2, len(T) + 1000))
    pole = np.exp(-1 / lifetime + 2j * np.pi * 0.0605)
    return lfilter([1.0], [1.0, -pole], z[0] + 1j * z[1])[1000:].real


def logistic(n):
    x = [0.3]
    for _ in range(n + 99):
        x.append(3.9 * x[-1] * (1 - x[-1]))
    return np.array(x[100:])


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("size", [1e-7, 1e-4, 0.05])
def test_a_cycle_under_noise_keeps_its_period(size, seed):
    """Period 12, and of state and clock together 12; a multiple of the clock's where they differ."""
    cycle = (np.cos(2 * np.pi * T / 12) + 0.5 * np.cos(2 * np.pi * T / 3 + 1))[:, None] + noise(size, seed)
    answer = classify_series(cycle, clock_period=4)
    assert (answer.label, answer.period) == ("periodic", 12)
    assert math.isnan(answer.confidence)
    odd = np.cos(2 * np.pi * T / 7)[:, None] + CLOCK[:, None] + noise(size, seed)
    assert classify_series(odd, clock_period=4).period == 28
    assert classify_series(np.cos(2 * np.pi * T / 7)[:, None] + noise(size, seed), clock_period=4).period == 28


@pytest.mark.parametrize("size", [1e-7, 1e-4, 0.05])
def test_a_torus_under_noise_keeps_its_label(size):
    answer = classify_series((np.cos(0.4023 * T) + CLOCK)[:, None] + noise(size), clock_period=4)
    assert (answer.label, answer.period, answer.torus_dimension) == ("quasiperiodic", None, 1)


@pytest.mark.parametrize("lifetime", [20, 100, 200])
@pytest.mark.parametrize("seed", range(5))
def test_a_rotation_that_noise_keeps_up_is_no_torus(lifetime, seed):
    """Small beside the clock's cycle it leaves the label to that; large, nothing can be said."""
    rotation = damped_rotation(lifetime, seed)
    rotation /= rotation.std()
    small = classify_series(CLOCK + 0.01 * rotation, clock_period=4)
    assert (small.label, small.period) == ("periodic", 4)
    assert classify_series(CLOCK + rotation, clock_period=4).label == "undetermined"


def test_chaos_noise_and_short_series_are_undetermined():
    for series in (logistic(4096), noise(1.0, m=3), noise(1.0)[:50]):
        answer = classify_series(series)
        assert (answer.label, answer.confidence, answer.period) == ("undetermined", 0.0, None)


def test_what_repeats_exactly_has_its_period():
    assert classify_series(np.resize([0.1, 0.5, 0.7], 99)).period == 3
    assert classify_series(np.full(99, 0.3)).label == "fixed_point"
    drifting = classify_series(np.cos(2 * np.pi * (1 / 12 + 1.5e-5) * T))  # by 0.06 turns in all, less than 1/12
    assert drifting.label == "undetermined"
    assert drifting.reason.startswith("a frequency is close to a simple fraction")


@pytest.mark.parametrize("size", [0.0, 1e-300, 5e-324])
def test_nothing_is_seen_where_nothing_varies(size):
    assert classify_series(size * noise(1.0, m=2)).label in {"fixed_point", "undetermined"}
    assert classify_series(np.hstack([noise(1.0), noise(size)])).label == "undetermined"


def test_a_series_that_is_too_short_is_told():
    with pytest.raises(ValueError, match="at least 8"):
        classify_series([1.0, 2.0])
