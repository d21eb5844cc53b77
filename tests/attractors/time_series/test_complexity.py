"""Entropy, fluctuations, embedding and exponents from series: exact values, second versions, nolds."""

import math
import warnings

import numpy as np
import pytest
import systems
from naive_geometry import false_share, sample_entropy_matches
from naive_geometry import mutual_information as naive_information
from scipy import signal, stats

from attractors import examples
from attractors.time_series._nolds import nolds
from attractors.time_series.embedding import (
    InformationStatus,
    NeighboursStatus,
    embed,
    false_neighbours,
    mutual_information,
)
from attractors.time_series.entropy import EntropyStatus, sample_entropy
from attractors.time_series.fluctuations import FluctuationStatus, detrended_fluctuation, hurst_exponent
from attractors.time_series.lyapunov_from_data import DivergenceStatus, exponents_of_series, largest_exponent
from dmfsa import Features, MeanFieldMap, Window

CONSTANT = np.full(4_000, 0.3)


def autoregressive(phi, n, seed):
    """Stationary, of variance 1."""
    noise = np.random.default_rng(seed).normal(size=n + 300)
    return signal.lfilter([math.sqrt(1 - phi**2)], [1.0, -phi], noise)[300:]


def fractional_noise(n, h, seed):
    """Normal with the covariance of steps of fractional Brownian motion, exactly: R. B. Davies, D. S. Harte (1987)."""
    k = np.arange(n)
    row = 0.5 * ((k + 1.0) ** (2 * h) - 2.0 * k ** (2.0 * h) + np.abs(k - 1.0) ** (2 * h))
    power = np.fft.fft(np.concatenate([row, row[-2:0:-1]])).real.clip(0.0)
    z = np.random.default_rng(seed).normal(size=(2, len(power)))
    return np.fft.fft(np.sqrt(power / len(power)) * (z[0] + 1j * z[1])).real[:n]


def logistic(n, r=4.0):
    return examples.logistic(r).orbit([0.3], n)[0][:, 0]


# ---- sample entropy ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("m", [1, 2, 3])
def test_matches_are_counted_exactly(m):
    x = np.random.default_rng(m).integers(0, 9, 70) / 4.0
    answer = sample_entropy(x, dimension=m, tolerance=0.5)
    before, after = sample_entropy_matches(x, m, 0.5)
    assert answer.matches == (before, after)
    assert answer.value == -math.log(after / before)


def test_sample_entropy_of_nolds():
    x = autoregressive(0.6, 600, 0)
    answer = sample_entropy(x, tolerance=0.3)
    assert answer.value == pytest.approx(nolds().sampen(x, emb_dim=2, tolerance=0.3), rel=1e-12)


def box_probability(covariance, r):
    """Probability that all components of a normal vector lie within r."""
    d = len(covariance)
    law = stats.multivariate_normal(np.zeros(d), covariance, maxpts=1_000_000, abseps=1e-9, releps=1e-7)
    return law.cdf(np.full(d, r), lower_limit=np.full(d, -r))


def test_sample_entropy_of_autoregressive_processes():
    """Differences of two templates are normal with twice the covariance; so are matches box probabilities."""
    phi, scores = 0.8, []
    correlation = phi ** np.abs(np.subtract.outer(range(3), range(3)))
    exact = -math.log(box_probability(2 * correlation, 0.2) / box_probability(2 * correlation[:2, :2], 0.2))
    for seed in range(30):
        coloured = sample_entropy(autoregressive(phi, 1_500, seed), tolerance=0.2)
        white = sample_entropy(autoregressive(0.0, 1_500, seed), tolerance=0.2)
        scores += [(coloured.value - exact) / coloured.standard_error]
        scores += [(white.value + math.log(math.erf(0.1))) / white.standard_error]
    assert 0.65 < math.sqrt(np.mean(np.square(scores))) < 1.35


def test_regular_series_have_no_entropy():
    cycle = sample_entropy(np.tile([0.0, 1.0, 0.5, 2.0], 300))
    assert cycle.value == pytest.approx(0.0, abs=1e-2)  # 1,198 templates, of which the last phases lack one
    assert (sample_entropy(CONSTANT).value, sample_entropy(CONSTANT).status) == (0.0, EntropyStatus.CONSTANT)


def test_few_matches():
    answer = sample_entropy(np.arange(50.0), tolerance=0.5)
    assert (answer.matches, answer.status) == ((0, 0), EntropyStatus.FEW_MATCHES)
    assert math.isnan(answer.value)
    assert sample_entropy([0.0, 0.0, 9.0, 0.0, 0.0, 1.0], dimension=2, tolerance=0.5).value == math.inf


# ---- fluctuations --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("exponent", "value", "walk"), [(detrended_fluctuation, 0.5, False), (detrended_fluctuation, 1.5, True)]
)
def test_exponents_of_detrended_fluctuations(exponent, value, walk):
    scores = []
    for seed in range(6):
        noise = np.random.default_rng(seed).normal(size=5_000)
        answer = exponent(np.cumsum(noise) if walk else noise)
        assert answer.status is FluctuationStatus.OK
        scores.append((answer.value - value) / answer.standard_error)
    assert 0.2 < math.sqrt(np.mean(np.square(scores))) < 1.6


def test_hurst_exponent_of_white_noise():
    answers = [hurst_exponent(np.random.default_rng(seed).normal(size=8_000)) for seed in range(20)]
    scores = [
        (answer.value - 0.5) / answer.standard_error for answer in answers if answer.status is FluctuationStatus.OK
    ]
    assert len(scores) >= 18
    assert 0.4 < math.sqrt(np.mean(np.square(scores))) < 1.5


def test_the_bias_of_rescaled_ranges_is_taken_off():
    """Without the correction, R/S of white noise gives some 0.58 for windows of 16 to 300 samples."""
    answers = [hurst_exponent(np.random.default_rng(seed).normal(size=8_000)).value for seed in range(5)]
    assert np.nanmean(answers) == pytest.approx(0.5, abs=0.03)
    persistent = hurst_exponent(fractional_noise(8_000, 0.8, 0))
    assert 0.7 < persistent.value < 0.85


def test_fluctuations_are_those_of_nolds():
    x = np.random.default_rng(0).normal(size=8 * 500)
    answer = detrended_fluctuation(x)
    parts = [nolds().dfa(part, nvals=answer.sizes, fit_exp="poly", debug_data=True)[1][1] for part in np.split(x, 8)]
    np.testing.assert_allclose(answer.fluctuations, np.sqrt(np.mean(np.exp(2 * np.array(parts)), axis=0)))


@pytest.mark.parametrize("exponent", [detrended_fluctuation, hurst_exponent])
def test_series_that_do_not_fluctuate(exponent):
    assert exponent(CONSTANT).status is FluctuationStatus.CONSTANT
    assert exponent(np.arange(100.0)).status is FluctuationStatus.SHORT
    assert exponent(np.r_[np.zeros(3_000), np.arange(1_000.0)]).status is FluctuationStatus.NO_SCALING_RANGE
    with pytest.raises(ValueError, match="one component"):
        exponent(np.ones((5, 2)))


# ---- embedding -----------------------------------------------------------------------------------------------------


def test_delay_vectors():
    x = np.arange(12.0).reshape(6, 2)
    np.testing.assert_array_equal(embed(x, 2, 2), np.hstack([x[:4], x[2:]]))
    np.testing.assert_array_equal(embed(x[:, 0], 1, 3), nolds().measures.delay_embedding(x[:, 0], 3))
    with pytest.raises(ValueError, match="at least 8 samples"):
        embed(x, 3, 3)
    with pytest.raises(ValueError, match="at least 1"):
        embed(x, 0, 3)


def test_mutual_information_by_counting():
    x = autoregressive(0.7, 500, 0)
    answer = mutual_information(x, n_lags=3)
    assert answer.n_bins == 5
    edges = np.quantile(x, np.arange(1, 5) / 5)
    bins = np.searchsorted(edges, x, side="right").tolist()
    for lag in (1, 3):
        a, b = bins[:-lag], bins[lag:]
        occupied = len(set(zip(a, b, strict=True)))
        bias = (occupied - 5 - 5 + 1) / (2 * len(a))
        assert answer.information[lag] == pytest.approx(naive_information(a, b) - bias, abs=1e-12)


def test_mutual_information_of_normal_series():
    """-log(1 - ρ²)/2, less what bins cannot tell: within 3 errors and 3 %."""
    answer = mutual_information(autoregressive(0.9, 20_000, 0), n_lags=20)
    lags = np.arange(2, 21)
    exact = -0.5 * np.log(1 - 0.9 ** (2.0 * lags))
    spread = np.sqrt((1 + 0.9 ** (2.0 * lags)) / (1 - 0.9 ** (2.0 * lags)))  # neighbouring samples repeat each other
    assert (np.abs(answer.information[2:] - exact) < 3 * spread * answer.standard_error[2:] + 0.03 * exact + 0.01).all()


def test_information_does_not_care_how_a_series_is_bent():
    x = autoregressive(0.9, 3_000, 1)
    a, b = mutual_information(x), mutual_information(np.exp(3 * x))
    np.testing.assert_allclose(a.information, b.information, atol=1e-12)


def test_delays():
    noise = np.random.default_rng(0).normal(size=20_000)
    wave = np.sin(2 * np.pi / 48.3 * np.arange(20_000)) + 0.3 * noise
    assert mutual_information(wave).delay in {11, 12, 13}
    assert mutual_information(noise).status is InformationStatus.NO_MINIMUM
    assert mutual_information(logistic(20_000)).status is InformationStatus.NO_MINIMUM
    assert mutual_information(CONSTANT).status is InformationStatus.CONSTANT
    with pytest.raises(ValueError, match="n_lags must be from 1"):
        mutual_information(noise[:50], n_lags=26)


def test_false_neighbours_one_by_one():
    x = examples.henon().orbit([0.1, 0.1], 300)[0][:, 0]
    answer = false_neighbours(x, max_dimension=2, delay=2, theiler=3)
    n = len(x) - 2 * 2
    for d in (1, 2):
        assert answer.shares[d - 1] == pytest.approx(false_share(x[: n + d * 2], 2, d, range(n), 3), abs=0.02)


@pytest.mark.parametrize(
    ("series", "dimension"),
    [
        (logistic(3_000), 1),
        (examples.henon().orbit([0.1, 0.1], 3_000)[0][:, 0], 2),
        (examples.generalised_henon().orbit([0.1, 0.1, 0.1], 6_000)[0][:, 0], 3),
        (np.cos(2 * np.pi * systems.GOLDEN * np.arange(3_000)), 2),
        (np.tile([1.0, 2.0, 5.0], 500), 1),
    ],
)
def test_embedding_dimensions(series, dimension):
    answer = false_neighbours(series, max_dimension=4)
    assert (answer.dimension, answer.status) == (dimension, NeighboursStatus.OK)


def test_noise_has_no_embedding_dimension():
    noise = np.random.default_rng(0).normal(size=3_000)
    assert false_neighbours(noise, max_dimension=5).status is NeighboursStatus.NOT_REACHED
    assert false_neighbours(CONSTANT).status is NeighboursStatus.CONSTANT


# ---- exponents from neighbours -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("series", "value"),
    [
        (logistic(8_000), math.log(2)),
        (examples.henon().orbit([0.1, 0.1], 8_000)[0][:, 0], 0.41922),  # J. C. Sprott (2003), appendix A
    ],
)
def test_largest_exponents(series, value):
    rosenstein = largest_exponent(series, dimension=2)
    assert rosenstein.status is DivergenceStatus.OK
    assert abs(rosenstein.exponents[0] - value) < max(3 * rosenstein.standard_errors[0], 0.02 * value)
    assert rosenstein.standard_errors[0] < 0.03


def test_eckmann_against_the_map():
    answer = exponents_of_series(examples.henon().orbit([0.1, 0.1], 4_000)[0][:, 0], dimension=2)
    assert answer.exponents[0] == pytest.approx(0.41922, rel=0.05)
    assert answer.status is DivergenceStatus.OK
    assert not answer.warnings


def test_what_does_not_part():
    wave = np.cos(2 * np.pi * systems.GOLDEN * np.arange(2_400))
    assert largest_exponent(wave, dimension=2).status is DivergenceStatus.NO_RANGE
    assert exponents_of_series(wave[:1_200]).status is DivergenceStatus.NOT_POSITIVE
    noise = np.random.default_rng(0).normal(size=2_400)
    assert largest_exponent(noise).status is DivergenceStatus.NO_RANGE
    assert largest_exponent(noise, dimension=6).status is DivergenceStatus.NO_RANGE
    assert largest_exponent(CONSTANT).status is DivergenceStatus.CONSTANT
    assert exponents_of_series(CONSTANT).status is DivergenceStatus.CONSTANT


@pytest.mark.slow
def test_a_cycle_has_no_exponents_of_its_series():
    """Rounding, by which its turns differ, parts as noise or chaos would."""
    cycle = MeanFieldMap(Features.segments(), beta=1.27).orbit(Window.paper_beta3(), 40_000)[0][-4_000:, 0]
    for answer in (largest_exponent(cycle), exponents_of_series(cycle)):
        assert answer.status is DivergenceStatus.FINITE
        assert np.isnan(answer.exponents).all()


def test_the_lengths_that_nolds_needs():
    """One sample less than that, in each part, is too short; nolds itself refuses it."""
    x = np.random.default_rng(0).normal(size=8 * 200)
    needed = largest_exponent(x, dimension=3, theiler=5).n_needed
    assert needed == nolds().lyap_r_len(emb_dim=3, lag=1, trajectory_len=20, min_tsep=5)
    assert largest_exponent(x[: 8 * needed], dimension=3, theiler=5).status is not DivergenceStatus.SHORT
    short = x[: 8 * (needed - 1)]
    assert largest_exponent(short, dimension=3, theiler=5).status is DivergenceStatus.SHORT
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with pytest.raises(ValueError, match="Not enough data points"):
            nolds().lyap_r(short[: needed - 1], emb_dim=3, lag=1, min_tsep=5, trajectory_len=20, fit="poly")
    needed = exponents_of_series(x, dimension=3).n_needed
    lengths = [
        nolds().lyap_e_len(emb_dim=3, matrix_dim=3, min_nb=6, min_tsep=10),
        nolds().lyap_r_len(emb_dim=3, lag=1, trajectory_len=20, min_tsep=10),
    ]
    assert needed == max(lengths)
    assert exponents_of_series(x[: 8 * (needed - 1)], dimension=3).status is DivergenceStatus.SHORT


@pytest.mark.parametrize("dimension", [2, 3])
def test_matrices_fitted_to_noise(dimension):
    """They have positive exponents, which nothing but the parting of neighbours tells from chaos."""
    noise = np.random.default_rng(1).normal(size=2_400)
    red = noise.copy()
    for i in range(1, len(red)):
        red[i] += 0.9 * red[i - 1]
    for series in (noise, red):
        answer = exponents_of_series(series, dimension=dimension)
        assert answer.exponents[0] > 5 * answer.standard_errors[0]
        assert answer.status is DivergenceStatus.NO_RANGE


def test_matrices_of_more_dimensions_than_the_attractor():
    """In two dimensions the logistic map shows twice its exponent, log 2."""
    answer = exponents_of_series(logistic(4_000), dimension=2)
    assert answer.exponents[0] == pytest.approx(2 * math.log(2), rel=0.05)
    assert answer.status is DivergenceStatus.SPURIOUS


def test_a_cycle_without_rounding():
    answer = exponents_of_series(np.tile([0.0, 1.0, 0.5], 800))
    assert answer.status is DivergenceStatus.FINITE
    assert np.isnan(answer.exponents).all()


@pytest.mark.parametrize(
    "mistake",
    [
        lambda: sample_entropy(np.ones((9, 2))),
        lambda: sample_entropy(np.arange(9.0), tolerance=0.0),
        lambda: sample_entropy(np.arange(9.0), dimension=0),
        lambda: mutual_information(np.ones((99, 2))),
        lambda: false_neighbours(np.ones((99, 2))),
        lambda: false_neighbours(np.arange(99.0), delay=0),
        lambda: largest_exponent(np.ones((99, 2))),
        lambda: largest_exponent(np.arange(99.0), delay=0),
        lambda: exponents_of_series(np.arange(99.0), dimension=1),
        lambda: detrended_fluctuation([1.0, np.nan]),
    ],
)
def test_mistakes(mistake):
    with pytest.raises(ValueError, match=r"must|not finite"):
        mistake()
