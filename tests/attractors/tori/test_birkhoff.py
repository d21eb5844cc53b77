"""Weighted Birkhoff averages: exact means, digits on tori, in chaos, on islands and in the sea."""

import math

import numpy as np
import pytest
import systems
from naive_indicators import standard_map
from scipy.special import i0

from attractors.tori.birkhoff import BirkhoffStatus, birkhoff_average, birkhoff_weights


def rotation(n, *frequencies):
    return 2 * math.pi * np.outer(np.arange(n), frequencies)


def test_weights():
    w = birkhoff_weights(9)
    t = np.arange(1, 10) / 10
    expected = np.exp(-1 / (t * (1 - t)))
    np.testing.assert_allclose(w, expected / expected.sum(), rtol=1e-12)
    assert birkhoff_weights(1).tolist() == [1.0]
    with pytest.raises(ValueError, match="n must be at least 1, got 0"):
        birkhoff_weights(0)


def test_a_rotation_converges_to_rounding_where_a_plain_mean_does_not():
    """The mean of exp(cos θ) is I_0(1)."""
    x = np.exp(np.cos(rotation(10_000, systems.GOLDEN)))
    answer = birkhoff_average(x)
    assert abs(answer.average[0] - i0(1.0)) < 1e-13
    assert abs(x.mean() - i0(1.0)) > 1e-6
    assert answer.digits[0] > 12
    assert answer.status is BirkhoffStatus.REGULAR


def test_two_frequencies_and_a_clock():
    angle = rotation(20_000, systems.GOLDEN, math.sqrt(2), 0.25)
    answer = birkhoff_average(np.cos(angle.sum(axis=1)) + np.cos(angle[:, 0]) * np.cos(angle[:, 1]))
    assert abs(answer.average[0]) < 1e-10
    assert answer.status is BirkhoffStatus.REGULAR


@pytest.mark.parametrize(("r", "status"), [(3.5, BirkhoffStatus.REGULAR), (3.83, BirkhoffStatus.REGULAR)])
def test_cycles(r, status):
    orbit, _ = systems.logistic(r).orbit([0.3], 6_000)
    answer = birkhoff_average(orbit[1_000:])
    assert answer.status is status
    assert answer.average[0] == pytest.approx(orbit[-12:].mean(), abs=1e-12)


def test_chance():
    """Independent samples: digits are by_chance but for 1 in 100, and never 3 more."""
    noise = np.random.default_rng(0).normal(size=(2_000, 3_000))
    answer = birkhoff_average(noise)
    beyond = answer.digits - answer.digits_by_chance
    assert np.mean(beyond > 1) < 0.02
    assert beyond.max() < 3
    assert np.std(noise.mean(axis=0)) < np.std(answer.average) < 2 * np.std(noise.mean(axis=0))


def test_chaos_of_the_logistic_map():
    """At r = 4 the density is 1/(π √(x(1-x))), with the mean 1/2."""
    orbit, _ = systems.logistic(4.0).orbit([0.3], 20_000)
    answer = birkhoff_average(orbit)
    assert answer.status is BirkhoffStatus.CHAOTIC
    assert answer.average[0] == pytest.approx(0.5, abs=0.02)


def test_the_standard_map_has_islands_and_a_sea():
    """K = 1: around the fixed point (π, 0) an island, at the other one the chaotic sea. Meiss and Sander (2021)."""
    assert birkhoff_average(standard_map(3.1, 0.2, 1.0, 10_000)).status is BirkhoffStatus.REGULAR
    assert birkhoff_average(standard_map(0.1, 0.1, 1.0, 10_000)).status is BirkhoffStatus.CHAOTIC


def test_degenerate_series():
    constant = birkhoff_average(np.full((1_000, 2), 0.1))
    assert constant.status is BirkhoffStatus.CONSTANT
    assert np.isnan(constant.digits).all()
    np.testing.assert_allclose(constant.average, 0.1)
    assert birkhoff_average([1.0, 2.0]).status is BirkhoffStatus.SHORT
    mixed = birkhoff_average(np.stack([np.ones(1_000), np.random.default_rng(0).normal(size=1_000)], axis=1))
    assert mixed.status is BirkhoffStatus.CHAOTIC
    for series, message in (([1.0], "at least 2 samples"), ([1.0, math.nan], r"series\[1\] is not finite")):
        with pytest.raises(ValueError, match=message):
            birkhoff_average(series)
