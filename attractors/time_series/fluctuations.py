"""Scaling of fluctuations with time: detrended fluctuation analysis and the Hurst exponent, through nolds."""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.dimensions.power_law import NONE, power_law
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_one_component, constant_columns
from attractors.status import Status, doubt, sure
from attractors.time_series._nolds import nolds

MOST_SAMPLES = 20_000  # samples used, the last
SMALLEST_WINDOW = 16  # samples in a window: below, the exponent of DFA is too large
WINDOWS_OF_LARGEST_SIZE = 24  # windows that the largest size leaves in the whole series, 3 in each part
PARTS_FOR_ERROR = 8  # of the series
NOISE_OF_EXPONENT = 0.1  # relative error of an exponent that is still worth telling
RATIO_OF_SIZES = math.sqrt(2.0)  # of neighbouring sizes
FEWEST_SAMPLES = 8 * SMALLEST_WINDOW * WINDOWS_OF_LARGEST_SIZE  # samples, for a range of a factor of 8

Fluctuations = Callable[[FloatArray, npt.NDArray[np.int64]], FloatArray]


class FluctuationStatus(Status):
    """How far an exponent can be trusted; the value says what to do."""

    OK = sure("A range of window sizes with a constant slope was found.")
    NO_SCALING_RANGE = doubt(
        "No range of a factor of 8 has a constant slope: a cycle or a torus, or a crossover. Look at the curve."
    )
    SHORT = doubt("Fewer than 3,072 samples do not give an exponent with its error. Take a longer series.")
    CONSTANT = doubt("The series does not vary beyond rounding: it does not fluctuate.")


@dataclass(frozen=True, eq=False)
class FluctuationExponent(Result):
    """How fluctuations grow with the length of time over which they are seen.

    Attributes
    ----------
    value, standard_error : float
        Slope of log fluctuation over log size; NaN without a range.
    range : tuple of int
        Window sizes between which the slope is constant, in samples; zeros without.
    sizes : int array, shape (k,)
        Samples in a window, ascending.
    fluctuations : array, shape (k,)
        What grows: root mean square over the 8 parts.
    n_used : int
        Samples used, the last of the series.
    status : FluctuationStatus
        How far it can be trusted.
    """

    value: float
    standard_error: float
    range: tuple[int, int]
    sizes: npt.NDArray[np.int64]
    fluctuations: FloatArray
    n_used: int
    status: FluctuationStatus

    def headline(self) -> str:
        """Return the exponent with its error."""
        return f"{self.value:.4g} ± {self.standard_error:.1g} of {self.n_used} samples; {self.status.words}"


def detrended_fluctuation(series: npt.ArrayLike) -> FluctuationExponent:
    """Exponent α of detrended fluctuation analysis: 1/2 for white noise, 3/2 for a random walk.

    Parameters
    ----------
    series : array-like, shape (n,)
        One component; of a long series the last 20,000 samples are used.

    Returns
    -------
    FluctuationExponent

    Raises
    ------
    ValueError
        If there is more than one component, or the series is not finite.

    Notes
    -----
    `nolds.dfa`: F(s) is the root mean square of the summed series about straight lines in half-overlapping windows of s
    samples, F ~ s^α. Windows from 16 samples to a 24th of the series. Range and error as in `power_law`, with the
    same in 8 parts of the series. Cost: some 1 s for 20,000 samples.

    References
    ----------
    .. [1] C.-K. Peng et al., Phys. Rev. E 49, 1685 (1994).

    Examples
    --------
    >>> answer = detrended_fluctuation(np.random.default_rng(0).normal(size=4000))
    >>> bool(abs(answer.value - 0.5) < 3 * answer.standard_error)
    True
    """
    return _exponent(series, _detrended)


def hurst_exponent(series: npt.ArrayLike) -> FluctuationExponent:
    """Hurst exponent H by rescaled ranges: 1/2 without memory, above with persistence.

    Parameters
    ----------
    series : array-like, shape (n,)
        One component, stationary; of a long series the last 20,000 samples are used.

    Returns
    -------
    FluctuationExponent

    Raises
    ------
    ValueError
        If there is more than one component, or the series is not finite.

    Notes
    -----
    `nolds.hurst_rs`: the range of the summed series in windows of s samples over their standard deviation, (R/S)_s ~
    s^H, over what white noise has (Anis, Lloyd, Peters), times √s. So the bias of small windows is gone for white noise
    and for it alone: an H away from 1/2 is drawn towards it, and short memory looks like long memory in windows that
    are not far beyond it. Cost: some 10 ms for 20,000 samples.

    References
    ----------
    .. [1] H. E. Hurst, Trans. Am. Soc. Civ. Eng. 116, 770 (1951).
    .. [2] A. A. Anis, E. H. Lloyd, Biometrika 63, 111 (1976).

    Examples
    --------
    >>> answer = hurst_exponent(np.random.default_rng(0).normal(size=4000))
    >>> bool(abs(answer.value - 0.5) < 3 * answer.standard_error)
    True
    """
    return _exponent(series, _rescaled)


@analyses("fluctuation", "detrended fluctuations", thorough=True)
def _fluctuation_of(recording: Recording) -> FluctuationExponent:
    return detrended_fluctuation(recording.first)


@analyses("hurst", "Hurst exponent", thorough=True)
def _hurst_of(recording: Recording) -> FluctuationExponent:
    return hurst_exponent(recording.first)


def _detrended(x: FloatArray, sizes: npt.NDArray[np.int64]) -> FloatArray:
    _, (_, logs, _) = nolds().dfa(x, nvals=sizes, fit_exp="poly", debug_data=True)
    return np.asarray(logs)


def _rescaled(x: FloatArray, sizes: npt.NDArray[np.int64]) -> FloatArray:
    library = nolds()
    _, (_, logs, _) = library.hurst_rs(x, nvals=sizes, fit="poly", debug_data=True)
    if len(logs) < len(sizes):
        return np.empty(0)
    expected = np.array([library.expected_rs(int(size)) for size in sizes])
    return np.asarray(logs - np.log(expected) + 0.5 * np.log(sizes))


def _exponent(series: npt.ArrayLike, log_fluctuations: Fluctuations) -> FluctuationExponent:
    x = as_one_component(series)[-MOST_SAMPLES:]
    n = len(x)
    if constant_columns(x[:, None])[0]:
        return _without(FluctuationStatus.CONSTANT, n)
    if n < FEWEST_SAMPLES:
        return _without(FluctuationStatus.SHORT, n)
    n_sizes = int(math.log(n / WINDOWS_OF_LARGEST_SIZE / SMALLEST_WINDOW) / math.log(RATIO_OF_SIZES) + 1e-9) + 1
    sizes = np.round(SMALLEST_WINDOW * RATIO_OF_SIZES ** np.arange(n_sizes)).astype(np.int64)
    found = [log_fluctuations(part, sizes) for part in np.array_split(x, PARTS_FOR_ERROR)]
    if any(len(part) < n_sizes for part in found):
        return _without(FluctuationStatus.NO_SCALING_RANGE, n)  # windows without fluctuation: parts that are constant
    parts = np.array(found).T
    curve = 0.5 * np.log(np.mean(np.exp(2.0 * parts), axis=1))
    law = power_law(np.log(sizes), curve, parts, noise=NOISE_OF_EXPONENT)
    known = law is not NONE
    return FluctuationExponent(
        value=law.slope,
        standard_error=law.standard_error,
        range=(int(sizes[law.first]), int(sizes[law.last])) if known else (0, 0),
        sizes=sizes,
        fluctuations=np.exp(curve),
        n_used=n,
        status=FluctuationStatus.OK if known else FluctuationStatus.NO_SCALING_RANGE,
    )


def _without(status: FluctuationStatus, n: int) -> FluctuationExponent:
    return FluctuationExponent(math.nan, math.nan, (0, 0), np.empty(0, dtype=np.int64), np.empty(0), n, status)
