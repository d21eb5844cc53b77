"""Autocorrelation of series: how long they remember, and whether beyond the context window."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, first_of
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

SOKAL_TIMES = 5.0  # integrate up to the first lag that is this many integrated times
MOST_LAGS = 10_000  # lags, if not told otherwise: a quarter of the series, but not more
LATE_VARIANCES = 9.0  # times Bartlett's variance: a mean of ρ² over late lags above that is no chance


class CorrelationStatus(Status):
    """How far an autocorrelation can be read; the value says what to do."""

    OK = sure("Correlations, bands and times can be used.")
    NO_DECAY = doubt(
        "A component stays correlated over all lags looked at, as on a cycle or a torus, or the series is too short "
        "for its memory: it has no integrated time. Look at its lines (power_spectrum), or take a longer series."
    )
    CONSTANT = doubt("A component does not vary beyond rounding, so it has no autocorrelation: its values are NaN.")


@dataclass(frozen=True, eq=False)
class Memory(Result):
    """What is left of the correlation beyond the context window.

    Attributes
    ----------
    context : int
        Tokens in the window, L.
    lag : int array, shape (m,)
        Lag beyond L with the largest correlation against its band.
    correlation, standard_error : arrays, shape (m,)
        The correlation there, and Bartlett's standard error.
    p_value : array, shape (m,)
        Probability that the largest of so many lags is so large by chance, if correlations beyond L vanish.
    """

    context: int
    lag: npt.NDArray[np.int64]
    correlation: FloatArray
    standard_error: FloatArray
    p_value: FloatArray

    def headline(self) -> str:
        """Return the largest correlation of the first component beyond the window, and how likely it is by chance."""
        return (
            f"{first_of(self.correlation):+.3f} at lag {first_of(self.lag):.0f}, p = {first_of(self.p_value):.2g}, "
            f"beyond {self.context} steps"
        )


@dataclass(frozen=True, eq=False)
class Autocorrelation(Result):
    """Correlation of a series with itself, later.

    Attributes
    ----------
    correlation : array, shape (n_lags + 1, m)
        ρ(k) for lags k = 0 ... n_lags.
    standard_error : array, shape (n_lags + 1, m)
        Of ρ(k), if correlations vanish from k on (Bartlett); ±1.96 of it is a 95 % band around 0.
    integrated_time, integrated_time_error : arrays, shape (m,)
        τ = 1 + 2 Σ ρ(k), steps: n/τ samples are independent, and white noise has 1. With its standard error; NaN
        without decay.
    decay_time : array, shape (m,)
        First lag with |ρ| < 1/e, between lags linear; NaN if there is none.
    first_zero : array, shape (m,)
        First lag where ρ changes its sign, between lags linear; NaN if there is none.
    memory : Memory or None
        Beyond the context window, if one was given.
    status : CorrelationStatus
        How far it can be read.
    """

    correlation: FloatArray
    standard_error: FloatArray
    integrated_time: FloatArray
    integrated_time_error: FloatArray
    decay_time: FloatArray
    first_zero: FloatArray
    memory: Memory | None
    status: CorrelationStatus

    def headline(self) -> str:
        """Return how long the first component remembers, and what of that is beyond the context window."""
        time, error = first_of(self.integrated_time), first_of(self.integrated_time_error)
        known = f"integrated time {time:.4g} ± {error:.1g} steps" if time > 0.0 else "no integrated time"
        beyond = f"; memory {self.memory.headline()}" if self.memory else ""
        return f"{known}{beyond}; {self.status.words}"


def autocorrelation(
    series: npt.ArrayLike, *, n_lags: int | None = None, context: int | None = None, biased: bool = False
) -> Autocorrelation:
    """Autocorrelation of each component, with its bands and times.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals.
    n_lags : int, optional
        Largest lag; a quarter of the series, 10,000 at most, if not given.
    context : int, optional
        Tokens in the context window, L: correlations beyond it are singled out.
    biased : bool
        Divide by n in place of n - k: smaller errors at large lags, and values that belong to a spectrum that is
        nowhere negative, but all too small by the factor 1 - k/n.

    Returns
    -------
    Autocorrelation

    Raises
    ------
    ValueError
        If the series is too short or not finite, or a lag out of range.

    Notes
    -----
    ρ(k) = c(k)/c(0), c(k) = 1/(n-k) Σ_t (x_t - mean)(x_{t+k} - mean), by FFT of the padded series. The mean is that
    of the series, which lowers all ρ by some τ/n.

    Bartlett: var ρ(k) = (1 + 2 Σ_{j<k} ρ(j)²)/(n-k) where ρ vanishes from k on. Integrated time: up to the first lag
    W >= 5 τ(W) and 5/τ(W) (Sokal), var τ = 2 (2 W + 1) τ²/n (Madras and Sokal); none if ρ² over the last half of the
    lags is on average more than 9 times what Bartlett allows. Cost: O(n log n), some 3 ms for 75,000 samples.

    References
    ----------
    .. [1] M. S. Bartlett, J. R. Stat. Soc. Suppl. 8, 27 (1946).
    .. [2] N. Madras, A. D. Sokal, J. Stat. Phys. 50, 109 (1988), appendix C.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=100_000)
    >>> x = np.zeros(100_000)
    >>> for t in range(1, 100_000):
    ...     x[t] = 0.5 * x[t - 1] + noise[t]
    >>> answer = autocorrelation(x, n_lags=100)
    >>> answer.correlation[:4, 0].round(2)
    array([1.  , 0.5 , 0.25, 0.12])
    >>> abs(answer.integrated_time[0] - 3.0) < 2 * answer.integrated_time_error[0]
    np.True_
    """
    samples = as_series(series)
    n = len(samples)
    longest = max(1, min(n // 4, MOST_LAGS)) if n_lags is None else n_lags
    if not 1 <= longest < n:
        raise ValueError(f"n_lags must be from 1 to {n - 1}, one less than the samples, got {longest}")
    if context is not None and not 1 <= context < longest:
        raise ValueError(f"context must be from 1 to {longest - 1}, one less than the largest lag, got {context}")
    columns = np.ascontiguousarray(samples.T)  # along rows of memory numpy adds and compares many times faster
    varying = columns - columns.mean(axis=1, keepdims=True)
    still = constant_columns(samples)
    rho = _correlation(varying, longest, biased=biased)
    rho[:, still] = np.nan
    counts = n - np.arange(longest + 1.0)
    earlier = np.concatenate([np.zeros((2, rho.shape[1])), np.cumsum(rho[1:-1] ** 2, axis=0)])[: longest + 1]
    errors = np.sqrt((1.0 + 2.0 * earlier) / counts[:, None])
    errors[0] = np.where(still, np.nan, 0.0)
    time, time_error = _integrated(rho, errors, n)
    if still.any():
        status = CorrelationStatus.CONSTANT
    else:
        status = CorrelationStatus.NO_DECAY if np.isnan(time).any() else CorrelationStatus.OK
    return Autocorrelation(
        correlation=rho,
        standard_error=errors,
        integrated_time=time,
        integrated_time_error=time_error,
        decay_time=_first_below(np.abs(rho), 1.0 / math.e),
        first_zero=_first_below(rho, 0.0),
        memory=None if context is None else _memory(rho, errors, context),
        status=status,
    )


@analyses("correlation", "autocorrelation")
def _correlation_of(recording: Recording) -> Autocorrelation:
    return autocorrelation(recording.samples, context=recording.context)


def _correlation(varying: FloatArray, n_lags: int, *, biased: bool) -> FloatArray:
    """ρ(k), (n_lags + 1, m), of components without mean (m, n); anything where one does not vary."""
    from scipy import fft  # noqa: PLC0415 - only who needs a transform waits for it

    n = varying.shape[1]
    padded = fft.next_fast_len(n + n_lags, real=True)
    transformed = fft.rfft(varying, padded)
    power = transformed.real**2 + transformed.imag**2
    products = fft.irfft(power, padded)[:, : n_lags + 1].T
    counts = np.full(n_lags + 1, float(n)) if biased else n - np.arange(n_lags + 1.0)
    covariance = products / counts[:, None]
    variance = covariance[0].copy()
    variance[variance == 0.0] = 1.0
    return np.asarray(covariance / variance)


def _integrated(rho: FloatArray, errors: FloatArray, n: int) -> tuple[FloatArray, FloatArray]:
    """τ up to the first window W >= 5 τ(W) and 5/τ(W), with its standard error; NaN where there is none."""
    sums = 1.0 + 2.0 * np.cumsum(rho[1:], axis=0)
    windows = np.arange(1, len(rho))
    scale = np.maximum(sums, 1.0 / n)
    enough = windows[:, None] >= SOKAL_TIMES * np.maximum(scale, 1.0 / scale)
    first = np.argmax(enough, axis=0)
    columns = np.arange(rho.shape[1])
    late = np.mean(rho[len(rho) // 2 :] ** 2, axis=0)
    found = enough[first, columns] & (late <= LATE_VARIANCES * errors[windows[first], columns] ** 2)
    time = np.where(found, scale[first, columns], np.nan)
    return time, time * np.sqrt(2.0 * (2.0 * windows[first] + 1.0) / n)


def _first_below(values: FloatArray, limit: float) -> FloatArray:
    """Lag at which each column first comes below a limit, between lags linear; NaN if never."""
    below = values < limit
    first = np.argmax(below, axis=0)
    columns = np.arange(values.shape[1])
    after, before = values[first, columns], values[np.maximum(first - 1, 0), columns]
    with np.errstate(invalid="ignore", divide="ignore"):
        lag = first - 1 + (before - limit) / (before - after)
    return np.where(below[first, columns], lag, np.nan)


def _memory(rho: FloatArray, errors: FloatArray, context: int) -> Memory:
    """Largest correlation beyond the context window, and how likely it is by chance among so many lags."""
    from scipy.special import ndtr  # noqa: PLC0415 - only who asks for it waits

    beyond, n_beyond = slice(context + 1, None), len(rho) - context - 1
    band = errors[context + 1]  # if correlations vanish beyond L, what is seen there does not widen the band
    scores = np.abs(rho[beyond]) / band
    largest = np.argmax(np.where(np.isnan(scores), -1.0, scores), axis=0)
    columns = np.arange(rho.shape[1])
    return Memory(
        context=context,
        lag=context + 1 + largest,
        correlation=rho[beyond][largest, columns],
        standard_error=band,
        p_value=-np.expm1(n_beyond * np.log1p(-2.0 * ndtr(-scores[largest, columns]))),
    )
