"""Shares of starts, their intervals, and from how many it follows that there is no other attractor."""

import math

import naive_multistability as naive
import numpy as np
import pytest
import systems
from scipy.stats import binomtest
from test_multistability import answer

from attractors import Label
from attractors.multistability.attractors import find_attractors, orbits_of
from attractors.multistability.basin_shares import share_bound, share_interval
from attractors.multistability.distinction import MultistabilityStatus, distinguish_attractors


@pytest.mark.parametrize("n", [1, 7, 40])
def test_intervals_are_those_of_clopper_and_pearson(n):
    for k in range(n + 1):
        low, high = binomtest(k, n).proportion_ci(0.95, "exact")
        np.testing.assert_allclose(share_interval(k, n), [low, high], atol=1e-12)
        assert share_bound(k, n) == pytest.approx(
            binomtest(k, n, alternative="less").proportion_ci(0.95).high, abs=1e-12
        )
    assert share_bound(0, 100) == pytest.approx(1 - 0.05**0.01, abs=1e-12)


@pytest.mark.parametrize("n", [8, 40])
def test_intervals_hold_the_share_with_at_least_95_percent(n):
    """Exactly, for each share: the probability, by the binomial distribution, of the counts whose interval holds it."""
    intervals = [share_interval(k, n) for k in range(n + 1)]
    for p in np.linspace(0.005, 0.995, 100):
        covered = [low <= p <= high for low, high in intervals]
        assert np.dot(naive.binomial_pmf(n, p), covered) >= 0.95


def test_intervals_hold_the_share_when_starts_are_lost():
    """Even if just the starts of one attractor are those that stay undetermined; to ignore them would not do."""
    rng = np.random.default_rng(5)
    hits = rng.binomial(40, 0.3, 2_000)
    lost = rng.binomial(hits, 0.4)
    allowed = np.array([share_interval(k - u, 40, u) for k, u in zip(hits, lost, strict=True)])
    ignored = np.array([share_interval(k - u, 40 - u) for k, u in zip(hits, lost, strict=True)])
    assert np.mean((allowed[:, 0] <= 0.3) & (allowed[:, 1] >= 0.3)) >= 0.95 - 3 * math.sqrt(0.05 * 0.95 / 2_000)
    assert np.mean((ignored[:, 0] <= 0.3) & (ignored[:, 1] >= 0.3)) < 0.9


def test_what_may_have_been_missed():
    """No more than 5 % of all sets of starts miss an attractor whose share is the bound."""
    cycle = np.tile([[0.0], [1.0]], (6, 1))
    found = distinguish_attractors([cycle] * 20, [answer(Label.periodic, 2)] * 20)
    assert (1.0 - found.unseen_bound) ** 20 == pytest.approx(0.05)
    assert found.unseen_share == 0.0
    with_another = distinguish_attractors([cycle] * 19 + [2 * cycle], [answer(Label.periodic, 2)] * 20)
    assert with_another.unseen_share == 1 / 20
    assert with_another.status is MultistabilityStatus.SEEN_ONCE


def test_undetermined_starts_are_not_distributed():
    cycle = np.tile([[0.0], [1.0]], (6, 1))
    noise = np.random.default_rng(9).normal(size=(12, 1))
    known = [answer(Label.periodic, 2, window=cycle)] * 8
    unknown = [answer(Label.undetermined, exponent=0.2, window=noise)] * 2
    found = distinguish_attractors([cycle] * 8 + [noise] * 2, known + unknown)
    assert found.attractors[0].share == 0.8
    np.testing.assert_allclose(found.attractors[0].interval, [share_interval(8, 10)[0], share_interval(10, 10)[1]])
    assert found.reached.tolist() == [0] * 8 + [-1] * 2
    assert found.unseen_bound == share_bound(2, 10)
    assert found.status is MultistabilityStatus.UNDETERMINED_STARTS


def test_an_orbit_on_a_known_cycle_counts_though_its_average_holds_a_transient():
    cycle = np.tile([[0.0], [1.0]], (6, 1))
    other = np.tile([[0.0], [2.0]], (6, 1))
    answers = [
        answer(Label.periodic, 2, window=cycle),
        answer(Label.undetermined, exponent=0.1, window=cycle),
        answer(Label.undetermined, exponent=0.1, window=other),
    ]
    found = distinguish_attractors([cycle, np.roll(cycle, 1, axis=0), other], answers)
    assert found.reached.tolist() == [0, 0, -1]
    assert found.attractors[0].label is Label.periodic
    assert found.status is MultistabilityStatus.UNDETERMINED_STARTS


def test_few_starts_and_wrong_input():
    cycle = np.tile([[0.0], [1.0]], (6, 1))
    assert distinguish_attractors([cycle], [answer(Label.periodic, 2)]).status is MultistabilityStatus.FEW_STARTS
    with pytest.raises(ValueError, match=r"got shape \(12, 1\) and 1 labels"):
        distinguish_attractors(cycle, [answer(Label.periodic, 2)])
    with pytest.raises(ValueError, match="clock_period must be at least 1, got 0"):
        distinguish_attractors([cycle], [answer(Label.periodic, 2)], clock_period=0)
    with pytest.raises(ValueError, match="at least one state"):
        find_attractors(systems.logistic(4.0), [], n_transient=1, n_steps=10)
    with pytest.raises(ValueError, match="n_window must be at least 3"):
        find_attractors(systems.logistic(4.0), [[0.3]], n_transient=1, n_steps=10, n_window=2)


def test_a_system_with_a_clock():
    """x' = x/2 + drive has one cycle, of the period of the drive, from everywhere."""
    driven = systems.Driven([0.0, 1.0, 0.0, 2.0])
    found = find_attractors(driven, [(x, 0) for x in np.linspace(-5, 5, 9)], n_transient=64, n_steps=128, n_window=40)
    assert [(one.period, one.share) for one in found.attractors] == [(4, 1.0)]


def test_orbits_end_at_the_phase_at_which_they_began():
    """So that they can go on beside the same starts: 3 + 16 + 13 steps are eight turns, 5 + 16 + 13 are made nine."""
    driven = systems.Driven([0.0, 1.0, 0.0, 2.0])
    for n_transient in (3, 5):
        orbits = orbits_of(driven, [(1.0, 1), (-1.0, 1)], n_transient=n_transient, n_steps=16, n_window=13)
        assert [phase for _, phase in orbits.ends] == [1, 1]
