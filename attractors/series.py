"""A recorded series as the analyses take it: rows are samples, columns are components, all numbers finite."""

import numpy as np
import numpy.typing as npt

from attractors.system import FloatArray


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
        Double precision, contiguous; a view where the input already is that.

    Raises
    ------
    ValueError
        If the shape is another, samples are too few, or one of them is not finite: its row is named.

    Examples
    --------
    >>> as_series([1, 2, 4]).shape
    (3, 1)
    >>> as_series([1.0, float("nan"), 2.0])
    Traceback (most recent call last):
        ...
    ValueError: series[1] is not finite: cut an orbit that diverged before that row, and fill gaps in a recording
    """
    samples = np.ascontiguousarray(series, dtype=np.float64)
    if samples.ndim == 1:
        samples = samples[:, None]
    if samples.ndim != 2 or samples.shape[1] == 0:
        raise ValueError(f"{name} must have shape (n,) or (n, m), got {samples.shape}")
    if len(samples) < at_least:
        raise ValueError(f"{name} must have at least {at_least} samples, got {len(samples)}")
    if not np.isfinite(samples).all():
        row = int(np.argmin(np.isfinite(samples).all(axis=1)))
        raise ValueError(
            f"{name}[{row}] is not finite: cut an orbit that diverged before that row, and fill gaps in a recording"
        )
    return samples
