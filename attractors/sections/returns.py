"""Returns to a section: the map from one point to the next, and the times between them."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.exponents.standard_errors import standard_errors
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

FEWEST_PAIRS = 64  # pairs of a return map, for two densities
AXIS_NEIGHBOURS = 8  # on the axis x_n, for a straight line
EXACT_SCATTER = 1e-9  # relative scatter that is rounding
CURVE_ORDER, CLOUD_ORDER = 1.0, 0.5  # orders at which the scatter falls: 2 about a smooth curve, 0 in a cloud
NORMAL_STDS = 1.4826  # from the median of |residuals| to the standard deviation of normal ones
MEAN_BLOCKS = 64  # of return times, for the error of their mean
ANALYSED_SAMPLES = 20_000  # the last ones, of which `analyse` draws a return map


class ReturnMapStatus(Status):
    """Whether the next value is a function of this one; the value says what to do."""

    ONE_DIMENSIONAL = sure(
        "The scatter about a curve falls as points get denser: a one-dimensional map, as far as seen."
    )
    SCATTERED = sure("The scatter does not fall as points get denser: a map of more dimensions, or noise.")
    UNDETERMINED = doubt(
        "The scatter falls, but not as about a smooth curve: a curve with width. Take a longer series."
    )
    FINITE = sure("The values repeat: a cycle, whose return map is a few points.")
    SHORT = doubt("Fewer than 64 returns do not tell a curve from a cloud. Take a longer series.")


@dataclass(frozen=True, eq=False)
class ReturnMap(Result):
    """Values of a section against the ones before.

    Attributes
    ----------
    scatter : float
        Of x_{n+1} about a straight line through the 8 neighbours on the axis x_n, in standard deviations of x: median
        of the absolute residuals, times 1.48. NaN if there are too few.
    order : float
        Power of the distance between neighbours with which the scatter falls: 2 about a smooth curve, 0 in a cloud.
    order_error : float
        Its standard error.
    pairs : array, shape (n, 2)
        (x_n, x_{n+1}), in the order of time.
    status : ReturnMapStatus
        What the scatter tells.
    """

    scatter: float
    order: float
    order_error: float
    pairs: FloatArray
    status: ReturnMapStatus

    def headline(self) -> str:
        """Return the scatter about a curve, and whether there is one."""
        return f"scatter {self.scatter:.2g}; {self.status.words}"


class ReturnTimesStatus(Status):
    """How far a mean return time can be used; the value says what to do."""

    OK = sure("The mean and its error can be used.")
    FEW = doubt("Fewer than 17 returns: their mean has no error. Take a longer series, or a larger set.")


@dataclass(frozen=True, eq=False)
class ReturnTimes(Result):
    """Times between visits.

    Attributes
    ----------
    mean, standard_error : float
        In samples; the error respects correlation. By Kac's lemma an ergodic map has the mean 1/measure of the set.
    times : array, shape (n,)
        All of them, in their order.
    values : array, shape (k,)
        The times that occur, ascending.
    counts : int array, shape (k,)
        How often each does.
    status : ReturnTimesStatus
        How far they can be used.
    """

    mean: float
    standard_error: float
    times: FloatArray
    values: FloatArray
    counts: npt.NDArray[np.int64]
    status: ReturnTimesStatus

    def headline(self) -> str:
        """Return the mean with its error."""
        return f"mean {self.mean:.6g} ± {self.standard_error:.1g} of {len(self.times)} returns; {self.status.words}"


def return_map(values: npt.ArrayLike) -> ReturnMap:
    """First-return map of successive values at a section, or of maxima, and whether it is one-dimensional.

    Parameters
    ----------
    values : array-like, shape (n,)
        In the order of time.

    Returns
    -------
    ReturnMap

    Raises
    ------
    ValueError
        If there is more than one column, fewer than 3 values, or one is not finite.

    Notes
    -----
    Each pair is compared with the straight line through its 8 neighbours on the axis x_n, itself left out. About a
    smooth curve the residuals are of second order in the distance of neighbours, in a cloud they do not depend on
    it. So the same is done with every second pair, where distances double: order = log₂ of the ratio. Above 1 it is
    a curve, below ½ a cloud, if two standard errors do not say otherwise. The median does not see a few jumps.

    Examples
    --------
    >>> x = [0.3]
    >>> for _ in range(1000):
    ...     x.append(4.0 * x[-1] * (1.0 - x[-1]))
    >>> answer = return_map(x)
    >>> answer.status.name, round(answer.order)
    ('ONE_DIMENSIONAL', 2)
    """
    samples = as_series(values, at_least=3, name="values")
    if samples.shape[1] != 1:
        raise ValueError(f"values must be one column, got {samples.shape[1]}")
    x = samples[:, 0]
    pairs = np.column_stack([x[:-1], x[1:]])
    spread = float(x.std())
    repeated = (
        bool(constant_columns(samples)[0])
        or spread <= EXACT_SCATTER * np.abs(x).max()
        or len(np.unique(np.round(x / (EXACT_SCATTER * spread)))) <= len(x) // 4
    )
    if repeated or len(pairs) < FEWEST_PAIRS:
        status = ReturnMapStatus.FINITE if repeated else ReturnMapStatus.SHORT
        return ReturnMap(math.nan, math.nan, math.nan, pairs, status)
    ordered = pairs[np.argsort(pairs[:, 0], kind="stable")]
    scatter = NORMAL_STDS * float(np.median(_residuals(ordered))) / spread
    halves = np.concatenate([_residuals(ordered[0::2]), _residuals(ordered[1::2])])
    coarse = NORMAL_STDS * float(np.median(halves)) / spread
    order = math.log2(coarse / scatter) if scatter > EXACT_SCATTER else math.nan
    error = 2.0 * 1.17 / math.sqrt(len(pairs)) / math.log(2.0)  # of a median of normal residuals: 1.17/√n, relative
    if scatter <= EXACT_SCATTER or (order - 2.0 * error > CLOUD_ORDER and order > CURVE_ORDER):
        status = ReturnMapStatus.ONE_DIMENSIONAL
    else:
        status = ReturnMapStatus.SCATTERED if order + 2.0 * error < CURVE_ORDER else ReturnMapStatus.UNDETERMINED
    return ReturnMap(scatter, order, error, pairs, status)


@analyses("returns", "return map", thorough=True)
def _returns_of(recording: Recording) -> ReturnMap:
    return return_map(recording.first[-ANALYSED_SAMPLES:])


def _residuals(ordered: FloatArray) -> FloatArray:
    """Return |y - line through the neighbours on the axis x| of each pair, ordered by x; at the ends from one side."""
    n, k = len(ordered), AXIS_NEIGHBOURS
    first = np.clip(np.arange(n) - k // 2, 0, n - k - 1)
    index = first[:, None] + np.arange(k + 1)
    others = index != np.arange(n)[:, None]
    x, y = ordered[index, 0] - ordered[:, :1], ordered[index, 1]
    mean_x, mean_y = (np.sum(v * others, axis=1, keepdims=True) / k for v in (x, y))
    dx, dy = (x - mean_x) * others, (y - mean_y) * others
    variance = np.sum(dx * dx, axis=1)
    slope = np.sum(dx * dy, axis=1) / np.where(variance > 0.0, variance, 1.0)
    return np.asarray(np.abs(ordered[:, 1] - (mean_y[:, 0] - slope * mean_x[:, 0])))


def return_times(times: npt.ArrayLike) -> ReturnTimes:
    """Find the times between successive visits: their mean with its error, and their distribution.

    Parameters
    ----------
    times : array-like, shape (n,)
        When the orbit was there, ascending: `Section.times`, or `np.flatnonzero(inside)`.

    Returns
    -------
    ReturnTimes

    Raises
    ------
    ValueError
        If there are fewer than 2 times, or they do not ascend.

    Notes
    -----
    The error is that of means of up to 64 blocks of returns (`standard_errors`), which merges correlated blocks and
    sees sums that telescope.

    References
    ----------
    .. [1] M. Kac, Bull. Am. Math. Soc. 53, 1002 (1947).

    Examples
    --------
    >>> x = np.arange(10_000) * 0.6180339887498949 % 1.0  # three times, as for any rotation
    >>> answer = return_times(np.flatnonzero(x < 0.1))
    >>> answer.values, bool(abs(answer.mean - 10.0) < 3 * answer.standard_error)
    (array([ 5.,  8., 13.]), True)
    """
    visits = as_series(times, name="times")
    if visits.shape[1] != 1 or not (np.diff(visits[:, 0]) > 0.0).all():
        raise ValueError(f"times must be one column and ascend, got shape {visits.shape}")
    between = np.diff(visits[:, 0])
    values, counts = np.unique(between, return_counts=True)
    length = max(1, len(between) // MEAN_BLOCKS)
    n_blocks = len(between) // length
    enough = len(between) > 16
    blocks = between[len(between) - n_blocks * length :].reshape(n_blocks, length).mean(axis=1)
    return ReturnTimes(
        mean=float(between.mean()),
        standard_error=float(standard_errors(blocks[:, None]).errors[0]) if enough else math.nan,
        times=between,
        values=values,
        counts=counts,
        status=ReturnTimesStatus.OK if enough else ReturnTimesStatus.FEW,
    )
