"""Lyapunov spectra against exact answers, and their standard errors against known noise."""

import math

import numpy as np
import pytest
import systems
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays
from systems import affordable

from attractors import (
    SpectrumStatus,
    lyapunov_spectrum,
    lyapunov_until,
    spectrum_from_stretching,
)
from attractors.exponents.standard_errors import variance_of_sum


def test_diagonal_map():
    spectrum = lyapunov_spectrum(systems.linear(np.diag([1.1, 0.8])), [0.0, 0.0], n_steps=7_680, n_transient=200)
    np.testing.assert_allclose(spectrum.exponents, np.log([1.1, 0.8]), rtol=0, atol=1e-12)
    assert (spectrum.standard_errors < 1e-12).all()
    assert spectrum.status is SpectrumStatus.OK


def test_cat_map():
    spectrum = lyapunov_spectrum(systems.cat(), [0.1, 0.2], n_steps=3_200, n_transient=100)
    stretch = math.log((3.0 + math.sqrt(5.0)) / 2.0)
    np.testing.assert_allclose(spectrum.exponents, [stretch, -stretch], rtol=0, atol=1e-12)


def test_henon_map():
    """Values: J. C. Sprott, Chaos and Time-Series Analysis (2003), 0.41922 and -1.62319 at a = 1.4, b = 0.3."""
    spectrum = lyapunov_spectrum(systems.henon(), [0.1, 0.1], n_steps=affordable(200_000), n_transient=500)
    assert abs(spectrum.exponents.sum() - math.log(0.3)) < 1e-10
    assert (abs(spectrum.exponents - [0.41922, -1.62319]) < 4 * spectrum.standard_errors).all()
    assert (spectrum.standard_errors < 0.02).all()
    assert spectrum.kaplan_yorke_dimension == pytest.approx(1.258, abs=0.02)


def test_logistic_map_at_4_where_errors_fall_as_1_over_n():
    spectrum = lyapunov_spectrum(systems.logistic(4.0), [0.3], n_steps=affordable(100_000), n_transient=50)
    assert abs(spectrum.exponents[0] - math.log(2.0)) < 4 * spectrum.standard_errors[0]
    assert abs(spectrum.exponents[0] - math.log(2.0)) < 40 / spectrum.n_steps
    assert spectrum.status is SpectrumStatus.OK


def test_rotation_is_neutral():
    spectrum = lyapunov_spectrum(systems.circle(0.0, systems.GOLDEN), [0.1], n_steps=1_000)
    assert spectrum.exponents.tolist() == [0.0]
    assert spectrum.standard_errors.tolist() == [0.0]
    assert spectrum.kaplan_yorke_dimension == 1.0


@pytest.mark.parametrize("null", [0, 1, 2])
def test_a_singular_map_has_minus_infinity_once_and_the_rest_right(null):
    factors = np.insert([1.5, 0.5], null, 0.0)
    spectrum = lyapunov_spectrum(systems.linear(np.diag(factors)), np.zeros(3), n_steps=640, n_transient=100)
    np.testing.assert_allclose(spectrum.exponents, [math.log(1.5), math.log(0.5), -math.inf], rtol=0, atol=1e-12)
    assert spectrum.resolved.tolist() == [True, True, False]
    assert np.isnan(spectrum.standard_errors).tolist() == [False, False, True]
    assert spectrum.status is SpectrumStatus.UNRESOLVED
    assert spectrum.kaplan_yorke_dimension == pytest.approx(1.0 + math.log(1.5) / math.log(2.0))


def test_fewer_exponents_are_the_largest_even_if_coordinates_do_not_mix():
    spectrum = lyapunov_spectrum(
        systems.linear(np.diag([0.5, 0.8, 1.1])), np.zeros(3), n_steps=640, n_transient=200, n_exponents=1
    )
    np.testing.assert_allclose(spectrum.exponents, [math.log(1.1)], atol=1e-12)


def test_a_superstable_fixed_point():
    spectrum = lyapunov_spectrum(systems.logistic(2.0), [0.5], n_steps=100)
    assert spectrum.exponents.tolist() == [-math.inf]
    assert spectrum.resolved.all()
    assert spectrum.status is SpectrumStatus.OK
    assert spectrum.kaplan_yorke_dimension == 0.0


@pytest.mark.parametrize("n_transient", [0, 50, 5_000])
def test_a_diverging_orbit_gives_nan_and_says_so(n_transient):
    spectrum = lyapunov_spectrum(systems.logistic(4.5), [0.3], n_steps=640, n_transient=n_transient)
    assert spectrum.status is SpectrumStatus.DIVERGED
    assert np.isnan(spectrum.exponents).all()
    assert math.isnan(spectrum.kaplan_yorke_dimension)


def test_leftover_steps_and_whole_periods_of_the_clock():
    driven = systems.Driven([0.0, 1.0, 0.0, -1.0])
    spectrum = lyapunov_spectrum(driven, (0.3, 0), n_steps=1_001, n_transient=10, n_blocks=20)
    assert driven.requests == [{"n_blocks": 20, "block_length": 48, "n_settle": 51}]
    assert spectrum.n_steps == 960
    np.testing.assert_allclose(spectrum.exponents, -math.log(2.0))


def test_the_transient_is_discarded_in_full(monkeypatch):
    """In chunks and a rest, then with the frame, then the leftover: the average begins exactly after it."""
    monkeypatch.setattr("attractors.exponents.runs.CHUNK_STEPS", 64)
    n_transient = 256 + 3 * 64 + 10
    orbit, _ = systems.logistic(3.9).orbit([0.3], n_transient + 5 + 320)
    spectrum = lyapunov_spectrum(systems.logistic(3.9), [0.3], n_steps=325, n_transient=n_transient, n_blocks=32)
    x = orbit[n_transient + 4 : -1, 0]
    expected = np.log(abs(3.9 * (1 - 2 * x))).reshape(32, 10).sum(axis=1)
    np.testing.assert_allclose(spectrum.log_factors[:, 0], expected, atol=1e-12)


@settings(max_examples=40, deadline=None)
@given(
    st.integers(1, 4).flatmap(lambda d: arrays(np.float64, (d, d), elements=st.floats(-2, 2, width=32))),
)
def test_exponents_sum_to_the_mean_log_determinant(matrix):
    singular = np.linalg.svd(matrix, compute_uv=False)
    assume(singular[-1] > 1e-3)
    spectrum = lyapunov_spectrum(systems.linear(matrix), np.zeros(len(matrix)), n_steps=32, n_blocks=4)
    assert spectrum.exponents.sum() == pytest.approx(np.linalg.slogdet(matrix)[1], abs=1e-9)
    assert (np.diff(spectrum.exponents) <= 0).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_exponents": 3}, "n_exponents must be between 1 and the dimension 2, got 3"),
        ({"n_exponents": 0}, "n_exponents must be between 1"),
        ({"n_transient": -1}, "n_transient must not be negative, got -1"),
        ({"n_steps": 1}, "n_steps must be at least 2"),
        ({"n_blocks": 1}, "n_blocks at least 2"),
    ],
)
def test_counts_are_checked(change, message):
    arguments = {"n_steps": 100} | change
    with pytest.raises(ValueError, match=message):
        lyapunov_spectrum(systems.henon(), [0.1, 0.1], **arguments)


# ---- how long ----------------------------------------------------------------------------------------------


def test_until_the_interval_is_narrow_enough():
    spectrum = lyapunov_until(systems.henon(), [0.1, 0.1], half_width=0.02, n_max=200_000, n_transient=500)
    low, high = spectrum.confidence_interval()[0]
    assert high - low <= 0.04
    assert spectrum.status is SpectrumStatus.OK
    assert spectrum.n_steps == 4_096 * round(spectrum.n_steps / 4_096) < 200_000
    assert low < 0.41919 < high


def test_until_the_largest_number_of_steps():
    spectrum = lyapunov_until(systems.henon(), [0.1, 0.1], half_width=1e-9, n_max=20_000, n_exponents=2)
    assert spectrum.status is SpectrumStatus.TOO_WIDE
    assert spectrum.n_steps == 19_968  # 39 pairs of pairs of blocks of 64 steps, twice
    assert len(spectrum.log_factors) == 39
    assert abs(spectrum.exponents.sum() - math.log(0.3)) < 1e-10


def test_going_on_is_the_same_as_one_run():
    """The frame goes on, so no step is lost: 4 times as many blocks of a quarter."""
    again = lyapunov_until(systems.henon(), [0.1, 0.1], half_width=1e-9, n_max=16_384, n_transient=300, n_exponents=2)
    once = lyapunov_spectrum(systems.henon(), [0.1, 0.1], n_steps=16_384, n_transient=300)
    np.testing.assert_allclose(again.log_factors, once.log_factors, atol=1e-8)


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"half_width": 0.0}, "half_width must be positive, got 0"),
        ({"half_width": math.nan}, "half_width must be positive, got nan"),
        ({"n_max": 1}, "n_steps must be at least 2"),
        ({"n_exponents": 3}, "n_exponents must be between 1 and the dimension 2, got 3"),
    ],
)
def test_what_until_is_asked_is_checked(change, message):
    with pytest.raises(ValueError, match=message):
        lyapunov_until(systems.henon(), [0.1, 0.1], **{"half_width": 0.1, "n_max": 10_000} | change)


@pytest.mark.parametrize("n_transient", [0, 5_000])
def test_until_divergence(n_transient):
    spectrum = lyapunov_until(systems.logistic(4.5), [0.3], half_width=0.1, n_max=10_000, n_transient=n_transient)
    assert spectrum.status is SpectrumStatus.DIVERGED


def test_until_on_a_cycle_and_on_a_superstable_one_stops_at_once():
    for r in (3.2, 2.0):
        spectrum = lyapunov_until(systems.logistic(r), [0.5], half_width=1e-6, n_max=10**9, n_transient=500)
        assert spectrum.n_steps == 4_096


def test_history_is_that_of_shorter_runs():
    spectrum = lyapunov_spectrum(systems.henon(), [0.1, 0.1], n_steps=6_400, n_transient=300, n_blocks=64)
    history = spectrum.history()
    assert history.n_steps.tolist() == list(range(1_600, 6_401, 100))
    for i in (0, 20, 48):
        part = spectrum_from_stretching(spectrum.log_factors[: 16 + i], 100)
        np.testing.assert_allclose(history.exponents[i], part.exponents, rtol=1e-12)
        np.testing.assert_allclose(history.standard_errors[i], part.standard_errors, rtol=1e-9)


# ---- standard errors ------------------------------------------------------------------------------------


def _autoregressive(a, n, k, seed):
    """k columns of x_t = a x_{t-1} + noise of variance 1, stationary; the mean of n has error 1 / ((1 - a) sqrt n)."""
    noise = np.random.default_rng(seed).normal(size=(n + 200, k))
    for t in range(1, n + 200):
        noise[t] += a * noise[t - 1]
    return noise[200:]


def test_standard_errors_of_independent_blocks():
    series = _autoregressive(0.0, 64, 2_000, seed=1)
    spectrum = spectrum_from_stretching(series * 10.0, block_length=10)
    assert np.sqrt(np.mean(spectrum.standard_errors**2)) == pytest.approx(1 / 8, rel=0.05)
    assert np.mean(spectrum.n_blocks == 64) > 0.95


def test_correlated_blocks_are_merged_until_the_error_is_right():
    series = _autoregressive(0.8, 1_024, 300, seed=2)
    true = 1 / (0.2 * math.sqrt(1_024))
    spectrum = spectrum_from_stretching(series, block_length=1)
    plain = series.std(ddof=1) / math.sqrt(1_024)
    assert plain < 0.4 * true
    assert np.sqrt(np.mean(spectrum.standard_errors**2)) == pytest.approx(true, rel=0.15)
    assert np.mean(abs(spectrum.exponents) < 3 * spectrum.standard_errors) > 0.98


def test_correlation_that_outlasts_the_blocks_is_reported():
    drift = np.linspace(0.0, 1.0, 64)[:, None]
    spectrum = spectrum_from_stretching(drift, block_length=5)
    assert spectrum.status is SpectrumStatus.FEW_BLOCKS
    assert spectrum.n_blocks.tolist() == [16]


def test_too_few_blocks_are_reported():
    noise = np.random.default_rng(3).normal(size=(15, 1))
    assert spectrum_from_stretching(noise, block_length=5).status is SpectrumStatus.FEW_BLOCKS


def test_sums_that_telescope_have_an_error_that_knows_it():
    """Each column is e_64 - e_0 over 64, with e of variance 1: its error is √2/64, where s/√n is √2/8."""
    noise = np.random.default_rng(4).normal(size=(65, 2_000))
    spectrum = spectrum_from_stretching(np.diff(noise, axis=0), block_length=1)
    assert np.sqrt(np.mean(spectrum.standard_errors**2)) == pytest.approx(math.sqrt(2) / 64, rel=0.25)
    assert spectrum.status is SpectrumStatus.OK
    low, high = spectrum.confidence_interval().T
    assert 0.93 < np.mean((low < 0) & (high > 0)) < 0.99  # a little steady noise cannot be excluded: wide by a tenth


@pytest.mark.parametrize("share", [0.1, 1.0, 10.0, 100.0])
def test_intervals_hold_where_sums_telescope_in_part(share):
    draw = np.random.default_rng(5)
    columns = draw.normal(size=(64, 3_000)) + math.sqrt(share) * np.diff(draw.normal(size=(65, 3_000)), axis=0)
    low, high = spectrum_from_stretching(columns, block_length=1).confidence_interval().T
    assert 0.92 < np.mean((low < 0) & (high > 0)) < 0.98


def test_the_likelihood_of_telescoping_sums_against_its_definition():
    """Mean of n D + 2 c over the residual likelihood, with the matrices written out."""
    n, blocks = 40, np.random.default_rng(6).normal(size=40).cumsum() * 0.1 + np.random.default_rng(7).normal(size=40)
    ends = 2.0 * np.eye(n) - np.eye(n, k=1) - np.eye(n, k=-1)
    likelihoods, variances = [], []
    for rho in 1.0 - np.append(np.geomspace(1.0, 1e-4, 33), 0.0):
        inverse = np.linalg.inv((1.0 - rho) * np.eye(n) + rho * ends)
        one = inverse.sum(axis=1)
        squares = blocks @ (inverse - np.outer(one, one) / one.sum()) @ blocks
        log_determinant = -np.linalg.slogdet(inverse)[1] + math.log(one.sum())
        likelihoods.append(-0.5 * log_determinant - 0.5 * (n - 1) * math.log(squares))
        variances.append(squares / (n - 1) * (n * (1.0 - rho) + 2.0 * rho))
    weights = np.exp(np.array(likelihoods) - max(likelihoods))
    expected = (1.0 + 8.0 / n) * np.average(variances, weights=weights)
    assert variance_of_sum(blocks[:, None])[0] == pytest.approx(expected, rel=1e-9)


def test_a_level_is_a_probability():
    spectrum = spectrum_from_stretching([[1.0], [2.0]] * 16, block_length=1)
    for level in (0.0, 1.0, 95):
        with pytest.raises(ValueError, match="level must be between 0 and 1"):
            spectrum.confidence_interval(level)


def test_intervals_are_those_of_student():
    """1, 2, 1, 2, … 16 times: s = 0.516, and t = 2.131 for 15 degrees of freedom."""
    spectrum = spectrum_from_stretching([[1.0], [2.0]] * 8, block_length=1)
    reach = 2.131449545559323 * math.sqrt(16 * 0.25 / 15) / 4
    np.testing.assert_allclose(spectrum.confidence_interval()[0], [1.5 - reach, 1.5 + reach], rtol=1e-12)


def test_rounding_is_not_taken_for_correlation():
    slope = -0.7 * (1.0 + np.linspace(0.0, 3e-15, 64))[:, None]
    spectrum = spectrum_from_stretching(slope, block_length=1)
    assert spectrum.status is SpectrumStatus.OK


def test_columns_are_sorted_together_with_their_evidence():
    spectrum = spectrum_from_stretching([[-1.0, 2.0], [-np.inf, 4.0]] * 16, block_length=2, unresolved=[3, 0])
    assert spectrum.exponents.tolist() == [1.5, -math.inf]
    assert spectrum.log_factors[0].tolist() == [2.0, -1.0]
    assert spectrum.resolved.tolist() == [True, False]
    assert spectrum.n_blocks.tolist() == [32, 0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (([1.0, 2.0], 1), r"log_factors must have shape \(n_blocks, k\) with at least 2 blocks, got \(2,\)"),
        (([[1.0]], 1), r"at least 2 blocks, got \(1, 1\)"),
        (([[1.0], [1.0]], 0), "block_length must be at least 1, got 0"),
        (([[1.0], [1.0]], 1, [0, 0]), r"unresolved must have shape \(1,\)"),
    ],
)
def test_evidence_is_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        spectrum_from_stretching(*arguments)
