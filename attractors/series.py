"""A recorded series as the analyses take it: rows are samples, columns are components, all numbers finite."""

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, real

LARGEST_VALUE = 1e100  # of which sums of cubes, and squares of sums of squares, are still numbers
SMALLEST_SPREAD = 1e-100  # the same for what is not 0
ROUNDED_SPREAD = 1e-14  # relative spread


def as_series(series: npt.ArrayLike, *, at_least: int = 2, name: str = "series") -> FloatArray:
    """Cast a series to shape (n, m), or say what is wrong with it.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals, oldest first; m components.
    at_least : int
        Samples that the caller cannot do without.
    name : str
        What the caller calls it; begins every message.

    Returns
    -------
    array, shape (n, m)
        Double precision, columns contiguous: sums along them take a tenth of the time.

    Raises
    ------
    ValueError
        If the shape is another, samples are complex or too few, or one of them is not finite or beyond 10¹⁰⁰, where
        squares overflow: its row is named.

    Examples
    --------
    >>> as_series([1, 2, 4]).shape
    (3, 1)
    >>> as_series([1.0, float("nan"), 2.0])
    Traceback (most recent call last):
        ...
    ValueError: series[1] is not finite: cut an orbit that diverged before that row, and fill gaps in a recording
    """
    samples = np.asfortranarray(real(series, name))
    if samples.ndim == 1:
        samples = samples[:, None]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise ValueError(f"{name} must have shape (n,) or (n, m), got {samples.shape}")
    if len(samples) < at_least:
        raise ValueError(f"{name} must have at least {at_least} samples, got {len(samples)}")
    if not np.abs(samples).max(initial=0.0) <= LARGEST_VALUE:
        within = np.abs(samples) <= LARGEST_VALUE
        row = int(np.argmin(within.all(axis=1)))
        value = samples[row, np.argmin(within[row])]
        if np.isfinite(samples[row]).all():
            raise ValueError(
                f"{name}[{row}] holds {value:g}, too large to be squared, beyond {LARGEST_VALUE:g}: cut an orbit that "
                "diverges before that row, or take a larger unit"
            )
        raise ValueError(
            f"{name}[{row}] is not finite: cut an orbit that diverged before that row, and fill gaps in a recording"
        )
    return samples


def as_one_component(series: npt.ArrayLike, *, at_least: int = 2) -> FloatArray:
    """Cast a series of one component to shape (n,), or say what is wrong with it, as `as_series` does."""
    samples = as_series(series, at_least=at_least)
    if samples.shape[1] != 1:
        raise ValueError(f"series must be one component, got {samples.shape[1]}")
    return samples[:, 0]


def constant_columns(samples: FloatArray) -> npt.NDArray[np.bool_]:
    """Columns (m,) of a series (n, m) that do not vary beyond rounding, 10⁻¹⁴ of their size, or by less than 10⁻¹⁰⁰.

    Squares of the latter would be 0 in double precision: in a smaller unit such a series is no constant.
    """
    low, high = samples.min(axis=0), samples.max(axis=0)
    spread = high - low
    return np.asarray((spread <= ROUNDED_SPREAD * np.maximum(np.abs(low), np.abs(high))) | (spread < SMALLEST_SPREAD))


def without_clock(samples: FloatArray, clock_period: int) -> FloatArray:
    """Take the average over each phase of the clock off; what is left over of the last turn is dropped."""
    turns = len(samples) // clock_period
    folded = samples[: turns * clock_period].reshape(turns, clock_period, -1)
    return np.asarray((folded - folded.mean(axis=0)).reshape(turns * clock_period, -1))
