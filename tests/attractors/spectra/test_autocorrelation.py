"""Autocorrelation against the definition, exact answers, and known processes."""

import math

import numpy as np
import pytest
import systems
from naive_series import autocorrelation as naive
from scipy import signal

from attractors.spectra.correlation import CorrelationStatus, autocorrelation


def autoregressive(phi, n, m, seed):
    """m columns of x_t = φ x_{t-1} + noise, stationary."""
    noise = np.random.default_rng(seed).normal(size=(n + 500, m))
    return signal.lfilter([1.0], [1.0, -phi], noise, axis=0)[500:]


@pytest.mark.parametrize("biased", [False, True])
@pytest.mark.parametrize("n", [2, 5, 97, 300])
def test_the_definition(n, biased):
    series = np.random.default_rng(n).normal([0.0, 100.0], size=(n, 2))
    n_lags = n - 1
    answer = autocorrelation(series, n_lags=n_lags, biased=biased)
    for i in range(2):
        np.testing.assert_allclose(answer.correlation[:, i], naive(series[:, i], n_lags, biased), atol=1e-10)


def test_a_cosine_is_its_own_correlation():
    """Over whole periods the biased sums leave Σ cos cos = (n - k)/2 cos, and half of sin k over sin 1."""
    frequency = 0.05
    x = np.cos(2 * np.pi * frequency * np.arange(20_000))
    answer = autocorrelation(x, n_lags=200)
    np.testing.assert_allclose(answer.correlation[:, 0], np.cos(2 * np.pi * frequency * np.arange(201)), atol=1e-3)
    assert answer.status is CorrelationStatus.NO_DECAY
    assert math.isnan(answer.integrated_time[0])
    assert answer.first_zero[0] == pytest.approx(5.0, abs=0.01)


@pytest.mark.parametrize("phi", [-0.5, 0.0, 0.5, 0.9])
def test_the_integrated_time_of_an_autoregressive_process(phi):
    """τ = (1 + φ)/(1 - φ); its 95 % interval covers it, and ρ(k) = φ^k."""
    answer = autocorrelation(autoregressive(phi, 20_000, 400, seed=1), n_lags=400)
    tau = (1 + phi) / (1 - phi)
    assert answer.integrated_time.mean() == pytest.approx(tau, rel=0.02)
    covered = abs(answer.integrated_time - tau) < 1.96 * answer.integrated_time_error
    assert 0.92 < covered.mean() < 0.99
    np.testing.assert_allclose(answer.correlation[:10].mean(axis=1), phi ** np.arange(10.0), atol=0.01)


def test_decay_times():
    """|ρ| = 0.9^k is below 1/e from k = -1/log 0.9 on; linear between lags makes it a little longer."""
    answer = autocorrelation(autoregressive(0.9, 200_000, 1, seed=2), n_lags=200)
    assert answer.decay_time[0] == pytest.approx(-1 / math.log(0.9), rel=0.1)


def test_bands_of_bartlett():
    """A moving average over 2 samples: ρ(1) = 1/2 and 0 beyond, where var ρ = (1 + 2/4)/n."""
    noise = np.random.default_rng(3).normal(size=(4_001, 2_000))
    answer = autocorrelation(noise[1:] + noise[:-1], n_lags=20)
    assert answer.standard_error[2:].mean() == pytest.approx(math.sqrt(1.5 / 4_000), rel=0.02)
    assert answer.correlation[5].std() == pytest.approx(math.sqrt(1.5 / 4_000), rel=0.06)


@pytest.mark.parametrize(("delay", "seen"), [(3, False), (20, True)])
def test_memory_beyond_the_context_window(delay, seen):
    """x_t = ξ_t + ξ_{t-delay}/2 remembers `delay` steps, and a window of 4 tokens explains no more than 4."""
    noise = np.random.default_rng(4).normal(size=(5_100, 1))
    answer = autocorrelation(noise[100:] + 0.5 * noise[100 - delay : -delay], n_lags=200, context=4)
    assert (answer.memory.p_value[0] < 1e-6) == seen
    if seen:
        assert answer.memory.lag[0] == delay
        assert answer.memory.correlation[0] == pytest.approx(0.4, abs=0.05)


def test_chance_is_not_memory():
    """Of 1,000 series of noise 5 % have a p-value below 0.05, or fewer."""
    noise = np.random.default_rng(5).normal(size=(2_000, 1_000))
    memory = autocorrelation(noise, n_lags=100, context=4).memory
    assert 0.02 < np.mean(memory.p_value < 0.05) < 0.07


def test_uncorrelated_chaos():
    """The logistic map at r = 4 has ρ(k) = 0 for all k > 0: its density is symmetric, and its map even."""
    orbit, _ = systems.logistic(4.0).orbit([0.3], systems.affordable(50_000))
    answer = autocorrelation(orbit, n_lags=100)
    assert np.mean(abs(answer.correlation[1:]) < 1.96 * answer.standard_error[1:]) > 0.85
    assert answer.integrated_time[0] == pytest.approx(1.0, abs=4 * answer.integrated_time_error[0])


def test_constants_cycles_and_short_series():
    constant = autocorrelation(np.full(100, 0.1), context=3)
    assert constant.status is CorrelationStatus.CONSTANT
    assert np.isnan(constant.correlation).all()
    assert np.isnan(constant.integrated_time).all()
    assert np.isnan(constant.memory.p_value).all()
    cycle = autocorrelation(np.tile([0.0, 1.0], 200))
    assert cycle.status is CorrelationStatus.NO_DECAY
    assert autocorrelation([0.0, 1.0]).correlation.ravel().tolist() == [1.0, -1.0]


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"series": [1.0]}, "at least 2 samples"),
        ({"series": [1.0, math.inf]}, r"series\[1\] is not finite"),
        ({"n_lags": 0}, "n_lags must be from 1 to 99"),
        ({"n_lags": 100}, "n_lags must be from 1 to 99"),
        ({"context": 25}, "context must be from 1 to 24, one less than the largest lag, got 25"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(ValueError, match=message):
        autocorrelation(**{"series": np.arange(100.0)} | arguments)
