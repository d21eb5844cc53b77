"""The 0-1 test against its definition, published answers, and its known traps."""

import math

import numpy as np
import pytest
import systems
from naive_indicators import growth, standard_map

from attractors.indicators.zero_one import ZeroOneStatus, zero_one_test


def logistic(r, n=8_000):
    orbit, _ = systems.logistic(r).orbit([0.3], n + 1_000)
    return orbit[1_000:]


def test_the_definition():
    x = logistic(3.9, 300).ravel()
    answer = zero_one_test(x)
    assert (answer.n_samples, answer.thinning) == (200, 1)
    for i in (0, 1, 24):  # of the first segment
        assert answer.by_angle[i, 0] == pytest.approx(growth(x[:200], answer.angles[i]), abs=1e-9)
    assert answer.by_angle[99, 0] == pytest.approx(growth(x[-200:], answer.angles[99]), abs=1e-9)


@pytest.mark.parametrize(("r", "status"), [(3.55, ZeroOneStatus.REGULAR), (3.97, ZeroOneStatus.CHAOTIC)])
def test_the_published_example(r, status):
    """G. A. Gottwald, I. Melbourne (2009): the logistic map has K = 0 at 3.55, and 1 at 3.97."""
    answer = zero_one_test(logistic(r))
    assert answer.status is status
    assert answer.growth[0] == pytest.approx(0.0 if r < 3.6 else 1.0, abs=0.03)


def test_quasiperiodic_with_several_frequencies_and_a_clock():
    t = np.arange(20_000)
    x = np.cos(2 * math.pi * systems.GOLDEN * t) + np.cos(2 * math.pi * math.sqrt(2) * t) + np.cos(math.pi / 2 * t)
    answer = zero_one_test(x)
    assert answer.status is ZeroOneStatus.REGULAR
    assert answer.interval[0, 0] <= answer.growth[0] <= answer.interval[0, 1]


def test_an_angle_on_a_line_does_not_matter():
    """Resonance: there the walker marches off, K_c = 1, but the median stays."""
    angle = np.random.default_rng(0).uniform(math.pi / 5, 4 * math.pi / 5, 100)[0]
    answer = zero_one_test(np.cos(angle * np.arange(8_000)))
    assert answer.by_angle[0, 0] > 0.9
    assert answer.status is ZeroOneStatus.REGULAR


def test_a_flow_sampled_too_densely_is_thinned():
    """Chaos held for 20 samples, smoothed: taken as it is the walker goes round and round."""
    chaos = logistic(4.0, 3_000).ravel()
    t = np.arange(60_000) / 20
    smooth = np.interp(t[:-20], np.arange(3_000), chaos)
    answer = zero_one_test(smooth)
    assert answer.thinning > 5
    assert answer.status is ZeroOneStatus.CHAOTIC
    assert zero_one_test(smooth, thinning=1).growth[0] < answer.growth[0]


def test_the_standard_map_has_islands_and_a_sea():
    assert zero_one_test(standard_map(3.1, 0.2, 1.0, 10_000)).status is ZeroOneStatus.REGULAR
    assert zero_one_test(standard_map(0.1, 0.1, 1.0, 10_000)).status is ZeroOneStatus.CHAOTIC


def test_components_that_disagree_are_not_decided():
    answer = zero_one_test(np.hstack([logistic(4.0), logistic(3.5)]))
    assert answer.status is ZeroOneStatus.UNDETERMINED
    assert answer.growth == pytest.approx([1.0, 0.0], abs=0.05)


def test_an_offset_does_not_hide_growth():
    x = logistic(4.0)
    np.testing.assert_allclose(zero_one_test(x + 1e6).growth, zero_one_test(x).growth, atol=1e-6)


def test_the_seed_is_the_answer():
    x = logistic(3.7)
    assert (zero_one_test(x).by_angle == zero_one_test(x).by_angle).all()
    assert (zero_one_test(x, seed=1).angles != zero_one_test(x).angles).all()


def test_degenerate_series():
    for series, status in (
        (np.full(1_000, 0.1), ZeroOneStatus.CONSTANT),
        ([1.0, 2.0], ZeroOneStatus.SHORT),
        (np.arange(199.0), ZeroOneStatus.SHORT),
        (np.tile([0.0, 1.0], 500), ZeroOneStatus.REGULAR),
    ):
        assert zero_one_test(series).status is status
    assert np.isnan(zero_one_test([1.0, 2.0]).growth).all()
    for arguments, message in (
        ({"series": [1.0]}, "at least 2 samples"),
        ({"series": [1.0, math.nan]}, r"series\[1\] is not finite"),
        ({"series": np.arange(300.0), "thinning": 0}, "thinning must be at least 1, got 0"),
    ):
        with pytest.raises(ValueError, match=message):
            zero_one_test(**arguments)
