"""Weighted Birkhoff averages: along regular orbits they converge fast, along chaotic ones they do not."""

import functools
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, first_of
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

MOST_DIGITS = 16.0  # of a double
FAR_FROM_CHANCE = 3.0  # digits beyond those of chaos: chance gives them once in a million times
BY_CHANCE = 1.0  # digits beyond those of chaos: chance gives them once in a hundred times
SHORTEST = 200  # samples below which even regular averages do not converge better than chaotic ones


class BirkhoffStatus(Status):
    """What the convergence of an average tells; the value says what to do."""

    REGULAR = sure("All averages converge as along a cycle or a torus.")
    CHAOTIC = sure("An average converges no better than that of independent samples, as in chaos, or in noise.")
    UNDECIDED = doubt(
        "Averages converge better than chance and worse than along a torus: near a bifurcation, on a torus with nearly "
        "commensurate frequencies, or in weak chaos. Take a longer series."
    )
    SHORT = doubt("Fewer than 200 samples do not tell regular from chaotic convergence. Take a longer series.")
    CONSTANT = doubt("No component varies beyond rounding: a fixed point, or nothing measured.")


@dataclass(frozen=True, eq=False)
class BirkhoffAverage(Result):
    """Averages of the components of a series, and how far they have converged.

    Attributes
    ----------
    average : array, shape (m,)
        Weighted averages over the whole series.
    error : array, shape (m,)
        Largest difference of those of the first, the middle and the last half: an upper estimate of the error where
        convergence is fast.
    digits : array, shape (m,)
        -log10 of that difference over the standard deviation of the component: 16 at most, NaN for a constant.
    digits_by_chance : float
        What independent samples would give, -log10 √(2 Σ w²) with the weights of a half.
    status : BirkhoffStatus
        What the digits tell.
    """

    average: FloatArray
    error: FloatArray
    digits: FloatArray
    digits_by_chance: float
    status: BirkhoffStatus

    def headline(self) -> str:
        """Return to how many digits the first component's average has converged, and what that tells."""
        return f"{first_of(self.digits):.1f} digits; {self.status.words}"


@functools.lru_cache(maxsize=8)
def birkhoff_weights(n: int) -> FloatArray:
    """Weights w_i ~ exp(-1/(t(1-t))), t = (i + 1)/(n + 1), i = 0 ... n - 1, that add up to 1; not to be written to.

    Raises
    ------
    ValueError
        If n is less than 1.
    """
    if n < 1:
        raise ValueError(f"n must be at least 1, got {n}")
    t = np.arange(1, n + 1) / (n + 1.0)
    weights = np.exp(4.0 - 1.0 / (t * (1.0 - t)))  # 1 in the middle
    weights /= weights.sum()
    weights.flags.writeable = False
    return weights


def birkhoff_average(series: npt.ArrayLike) -> BirkhoffAverage:
    """Average the components of a series with smooth weights, and see how far the average has converged.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples of smooth functions along one orbit.

    Returns
    -------
    BirkhoffAverage

    Raises
    ------
    ValueError
        If the series is too short or not finite.

    Notes
    -----
    The average is Σ w_i x_i with `birkhoff_weights`. Along a quasi-periodic orbit with frequencies that are far from
    commensurate it converges faster than any power of 1/n; a clock is one more frequency. In chaos it does so as
    1/√n: halves of n/2 independent samples differ by σ √(2 Σ w²), with Σ w² of n/2 weights. REGULAR takes 3 digits more
    than that in every component that varies; CHAOTIC at most 1 more in one of them. A correlation time τ of
    the chaos costs log10 √τ digits. Cost: some 10 ms for 75,000 samples of three components.

    References
    ----------
    .. [1] S. Das, Y. Saiki, E. Sander, J. A. Yorke, Nonlinearity 30, 4111 (2017).
    .. [2] J. D. Meiss, E. Sander, Physica D 426, 133001 (2021): digits tell islands from the chaotic sea.

    Examples
    --------
    The average of exp(cos θ) over a rotation is the Bessel function I_0(1):

    >>> angle = 2 * np.pi * 0.6180339887498949 * np.arange(10_000)
    >>> answer = birkhoff_average(np.exp(np.cos(angle)))
    >>> float(answer.average[0].round(12)), answer.status.name
    (1.266065877752, 'REGULAR')
    """
    samples = as_series(series)
    n = len(samples)
    half = n // 2
    centre = samples.mean(axis=0)
    varying = samples - centre
    spread = varying.std(axis=0)
    still = constant_columns(samples)
    weights = birkhoff_weights(half)
    starts = (0, (n - half) // 2, n - half)
    difference = np.ptp([weights @ varying[start : start + half] for start in starts], axis=0)
    relative = difference / np.where(still, 1.0, spread)
    digits = np.where(still, np.nan, -np.log10(np.maximum(relative, 10.0**-MOST_DIGITS)))
    by_chance = float(-0.5 * np.log10(2.0 * np.sum(weights**2)))
    return BirkhoffAverage(
        average=centre + birkhoff_weights(n) @ varying,
        error=difference,
        digits=digits,
        digits_by_chance=by_chance,
        status=_status(digits[~still], by_chance, n),
    )


@analyses("average", "Birkhoff average")
def _average_of(recording: Recording) -> BirkhoffAverage:
    return birkhoff_average(recording.samples)


def _status(digits: FloatArray, by_chance: float, n: int) -> BirkhoffStatus:
    if not digits.size:
        return BirkhoffStatus.CONSTANT
    if n < SHORTEST:
        return BirkhoffStatus.SHORT
    if digits.min() < by_chance + BY_CHANCE:
        return BirkhoffStatus.CHAOTIC
    return BirkhoffStatus.REGULAR if digits.min() >= by_chance + FAR_FROM_CHANCE else BirkhoffStatus.UNDECIDED
