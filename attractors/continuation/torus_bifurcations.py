"""How a torus ends between two values of a parameter, from the orbits on both sides."""

import math
from collections.abc import Sequence

import numpy as np

from attractors.arrays import FloatArray
from attractors.labels.label import Label

SLACK_STEPS = 0.5  # steps of the parameter by which an extrapolation may miss
ROOM_SHARE = 0.1  # of a torus' extent by which what takes its place may lie beyond it
COVERED_SHARE = 0.5  # of that extent, at least, that it takes: a cycle of three points on a circle takes three quarters


def end_of_torus(
    values: Sequence[float], windows: Sequence[FloatArray], other: FloatArray, label: Label, period: int, beyond: float
) -> tuple[str, float]:
    """Name what becomes of a torus, and where, by what is at the next value.

    Parameters
    ----------
    values : sequence of float, 1 or more
        The last value at which the torus is seen, the one before, and so on.
    windows : sequence of arrays (n, m)
        Samples along it there.
    other : array (n', m)
        Samples along what takes its place.
    label : Label
        What that is.
    period : int
        Its period, if it is a cycle.
    beyond : float
        The value there.

    Returns
    -------
    str
        "Neimark-Sacker": the torus shrinks to that cycle. "locking": the cycle lies on the torus. "breakdown": the
        chaos does. "unknown" otherwise.
    float
        The value where the torus has shrunk to nothing, extrapolated; NaN for the others.

    Notes
    -----
    Beside a Neimark-Sacker bifurcation the square of the torus' size, taken as the variance of every p-th sample for a
    cycle of period p, is linear in the parameter. It has to get to 0 between both values, with half a step's grace.
    """
    if label.is_cycle and len(values) > 1:
        sizes = [_variance(window, period) for window in windows[:2]]
        if sizes[0] < sizes[1]:
            estimate = values[0] - sizes[0] * (values[1] - values[0]) / (sizes[1] - sizes[0])
            low, high = sorted((values[0], beyond + SLACK_STEPS * (beyond - values[0])))
            if low <= estimate <= high:
                return "Neimark-Sacker", estimate
    if _replaces(other, windows[0]):
        return "locking" if label.is_cycle else "breakdown" if label.is_chaos else "unknown", math.nan
    return "unknown", math.nan


def _variance(window: FloatArray, period: int) -> float:
    """Mean over the p phases of a cycle of the variance of every p-th sample, summed over components."""
    turns = window[: len(window) // period * period].reshape(-1, period, window.shape[1])
    return float(turns.var(axis=0).mean(axis=0).sum())


def _replaces(other: FloatArray, torus: FloatArray) -> bool:
    """Whether an orbit takes the room of a torus: as a whole not beyond it by far, and not only a part of it."""
    extent = np.ptp(torus, axis=0)
    room = ROOM_SHARE * float(extent.max())
    inside = (other.min(axis=0) >= torus.min(axis=0) - room) & (other.max(axis=0) <= torus.max(axis=0) + room)
    return bool(inside.all() and np.ptp(other, axis=0).max() >= COVERED_SHARE * extent.max())
