"""The dimension that a spectrum of Lyapunov exponents implies."""

import math

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray


def kaplan_yorke_dimension(exponents: npt.ArrayLike) -> float:
    """Kaplan-Yorke (Lyapunov) dimension, D = j + (λ_1 + ... + λ_j) / |λ_{j+1}|.

    Parameters
    ----------
    exponents : array-like, shape (k,)
        Lyapunov exponents in any order and unit; -inf allowed.

    Returns
    -------
    float
        With j the largest number of leading exponents whose sum is not negative: 0 if all are negative, NaN
        if any is NaN. If no partial sum is negative the formula has no j + 1: the value k then is only a
        lower bound, to be read as "volumes of every dimension looked at grow; ask for more exponents" (or,
        with all of them, no attractor).

    References
    ----------
    .. [1] P. Frederickson, J. Kaplan, E. Yorke, J. Yorke, J. Differential Equations 49, 185 (1983).

    Examples
    --------
    >>> kaplan_yorke_dimension([1.0, -1.0, -1.0])
    2.0
    >>> round(kaplan_yorke_dimension([0.4192, -1.6232]), 3)  # Henon
    1.258
    """
    ordered = -np.sort(-np.asarray(exponents, dtype=np.float64).ravel())
    if np.isnan(ordered).any():
        return math.nan
    j = n_growing(ordered)
    return j + float(ordered[:j].sum() / abs(ordered[j])) if 0 < j < len(ordered) else float(j)


def n_growing(ordered: FloatArray) -> int:
    """Largest number of leading exponents, of descending ones, before the first partial sum that is negative."""
    shrinking = np.flatnonzero(np.cumsum(ordered) < 0.0)
    return int(shrinking[0]) if shrinking.size else len(ordered)


def kaplan_yorke_gradient(ordered: FloatArray) -> FloatArray:
    """Derive the dimension by each exponent (k,), descending ones: 1/|λ_{j+1}|, and sum/λ_{j+1}² for that one.

    All 0 where the dimension is an integer that small errors do not change; NaN where it is only a lower bound.
    """
    j = n_growing(ordered)
    if j == len(ordered):
        return np.full(len(ordered), math.nan)
    gradient = np.zeros(len(ordered))
    if j and math.isfinite(ordered[j]):
        gradient[:j] = 1.0 / abs(ordered[j])
        gradient[j] = ordered[:j].sum() / ordered[j] ** 2
    return gradient
