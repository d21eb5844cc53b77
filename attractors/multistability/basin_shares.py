"""Shares of starts with their doubt: exact intervals, and what may have been missed."""

import numpy as np

from attractors.arrays import FloatArray

LEVEL = 0.95


def share_interval(n_reached: int, n_starts: int, n_undetermined: int = 0) -> FloatArray:
    """95 % interval (2,) of a share: n_reached of n_starts, and any number of the undetermined besides.

    Examples
    --------
    >>> share_interval(20, 40).round(3)
    array([0.338, 0.662])
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - the analysis stays light to import

    k, n, tail = n_reached, n_starts, 0.5 * (1.0 - LEVEL)
    highest = k + n_undetermined
    low = float(betaincinv(k, n - k + 1, tail)) if k > 0 else 0.0
    high = float(betaincinv(highest + 1, n - highest, 1.0 - tail)) if highest < n else 1.0
    return np.array([low, high])


def share_bound(n_reached: int, n_starts: int) -> float:
    """Largest share of which no more than n_reached of n_starts are seen with a probability of 5 %.

    Examples
    --------
    >>> round(share_bound(0, 100), 3)  # the rule of three
    0.03
    """
    from scipy.special import betaincinv  # noqa: PLC0415 - as above

    return float(betaincinv(n_reached + 1, n_starts - n_reached, LEVEL)) if n_reached < n_starts else 1.0
