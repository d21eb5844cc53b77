"""Power laws: over which range they hold, with what exponent, and how sure that is."""

import math
from typing import NamedTuple

import numpy as np

from attractors.arrays import FloatArray

SLOPE_TOLERANCE = 0.03  # relative difference of the slopes of both halves of a range, beside their statistical error
LEAST_TOLERANCE = 0.02  # the same, absolute
SLOPE_NOISE = 0.05  # relative statistical error of a slope that can still be judged, if not told otherwise
SLOPE_ROUNDING = 1e-6  # to which a local slope is known, at best
SHORTEST_RANGE = math.log(8.0)  # a range spans this factor, at least
INDEPENDENT_RANGE = math.log(4.0)  # local slopes so far apart count as independent


class PowerLaw(NamedTuple):
    """Straight part of a curve y over x, both logarithms.

    Attributes
    ----------
    slope, standard_error : float
        NaN where there is no straight part.
    first, last : int
        The range: rows first ... last of the curve; both 0 if there is none.
    trend : float
        Of the local slopes along the range, in its standard errors: large where the curve bends all along.
    """

    slope: float
    standard_error: float
    first: int
    last: int
    trend: float


NONE = PowerLaw(math.nan, math.nan, 0, 0, math.nan)


def power_law(
    x: FloatArray, curve: FloatArray, parts: FloatArray, *, inflation: float = 1.0, noise: float = SLOPE_NOISE
) -> PowerLaw:
    """Find the longest range over which a curve is straight, and its slope there.

    Parameters
    ----------
    x : array, shape (k,)
        Ascending, evenly spaced: log of the scale.
    curve : array, shape (k,)
        log of what scales, from all samples.
    parts : array, shape (k, b)
        The same from b disjoint parts of the samples.
    inflation : float
        Standard error of the slope of the whole, times √b, over the scatter of those of the parts.
    noise : float
        Relative statistical error of the slope above which a range is not judged.

    Returns
    -------
    PowerLaw

    Notes
    -----
    A range is straight if the slopes of its lower and its upper half (least squares) differ by no more than 3 %, or
    0.02, beside two standard errors of the difference, and if the statistical error of its slope is below `noise`. Of
    those with a factor of 8 and more the longest is taken whose whole standard error is below `noise` as well: a longer
    one may only add steps, as small distances of a regular orbit do. If there is none, the longest is taken.

    The standard error is the root of the sum of squares of

    - the scatter of the slopes of the parts, over √b, times `inflation`;
    - the difference of both halves less its standard error, but at least half of it: what a bend shifts the slope by
      between the middle of the range, where it is taken, and the smallest scale, where it is wanted;
    - the scatter of the local slopes along the range, as far as it exceeds their statistical error, over the root of
      its number of factors of 4: oscillations, which all fractals have.
    """
    spacing = float(x[1] - x[0]) if len(x) > 1 else 1.0
    fewest = math.ceil(SHORTEST_RANGE / spacing)
    columns = np.column_stack([curve, parts])
    longest = NONE
    for length in range(len(x) - 1, max(fewest, 3) - 1, -1):
        found = [_judged(x, columns, first, first + length, inflation, noise) for first in range(len(x) - length)]
        best = min((law for law in found if law is not None), key=lambda law: law.standard_error, default=NONE)
        if best.standard_error <= max(noise * abs(best.slope), LEAST_TOLERANCE):
            return best
        longest = best if longest is NONE else longest
    return longest


def _judged(
    x: FloatArray, columns: FloatArray, first: int, last: int, inflation: float, noise: float
) -> PowerLaw | None:
    middle = (first + last) // 2
    if not np.isfinite(columns[first : last + 1]).all():
        return None
    whole = slope_of(x[first : last + 1], columns[first : last + 1])
    difference = slope_of(x[middle : last + 1], columns[middle : last + 1]) - slope_of(
        x[first : middle + 1], columns[first : middle + 1]
    )
    slope, parts = float(whole[0]), columns.shape[1] - 1
    root = inflation / math.sqrt(parts)
    statistical, of_difference = (root * float(np.std(v[1:], ddof=1)) for v in (whole, difference))
    allowed = max(SLOPE_TOLERANCE * abs(slope), LEAST_TOLERANCE)
    if statistical > max(noise * abs(slope), LEAST_TOLERANCE) or abs(difference[0]) > allowed + 2.0 * of_difference:
        return None
    local = np.diff(columns[first : last + 1], axis=0) / np.diff(x[first : last + 1])[:, None]
    by_chance = root**2 * float(np.var(local[:, 1:], axis=1, ddof=1).mean())
    excess = max(float(np.var(local[:, 0])) - by_chance, 0.0)
    oscillation = math.sqrt(excess / max(1.0, float(x[last] - x[first]) / INDEPENDENT_RANGE))
    bend = max(abs(float(difference[0])) - of_difference, 0.5 * abs(float(difference[0])))
    error = math.hypot(statistical, bend, oscillation)
    return PowerLaw(slope, error, first, last, _trend(0.5 * (x[first:last] + x[first + 1 : last + 1]), local, root))


def _trend(x: FloatArray, local: FloatArray, root: float) -> float:
    """Slope of local slopes (k, 1 + b), weighted, over its error; that is from their scatter if it is the larger."""
    weights = 1.0 / np.maximum(root**2 * np.var(local[:, 1:], axis=1, ddof=1), SLOPE_ROUNDING**2)
    dx, y = x - np.average(x, weights=weights), local[:, 0] - np.average(local[:, 0], weights=weights)
    curvature = float(weights @ dx**2)
    trend = float(weights @ (dx * y)) / curvature
    scatter = float(weights @ (y - trend * dx) ** 2) / (len(x) - 2)
    return trend * math.sqrt(curvature / max(scatter, 1.0))


def slope_of(x: FloatArray, y: FloatArray) -> FloatArray:
    """Least-squares slopes of columns y (k, c) over x (k,)."""
    dx = x - x.mean()
    return np.asarray(dx @ (y - y.mean(axis=0)) / (dx @ dx))
