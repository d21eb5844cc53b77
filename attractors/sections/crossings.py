"""Sections of series that are sampled densely, as flows are; and sections by a clock."""

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.sections.poincare import Section, SectionStatus
from attractors.series import as_one_component, as_series

HALVINGS = 53  # of the interval between two samples: all digits of a double
SAMPLES_PER_SIDE = 4  # samples on one side of the surface, at least, in a series that can be interpolated


def plane_crossings(
    series: npt.ArrayLike, *, normal: int | npt.ArrayLike = 0, level: float = 0.0, direction: int = 1
) -> Section:
    """Points at which a densely sampled series crosses the plane normal · x = level.

    Parameters
    ----------
    series : array-like, shape (n, m)
        Samples of a flow, at least 4, many on each turn.
    normal : int or array-like, shape (m,)
        A component, for the plane x_b = level; or the normal vector of any plane.
    level : float
        Where the plane is.
    direction : {1, -1, 0}
        Upwards, downwards, or both.

    Returns
    -------
    Section

    Raises
    ------
    ValueError
        If the series is too short or not finite, the normal is 0 or has another shape, or the direction another value.

    Notes
    -----
    The cubic through the two samples before and the two behind the plane is followed to its root, with an error of
    fourth order in the sampling interval. The straight line between two samples, of second order, is the second
    answer: `error` is the distance between both, an upper estimate. A sample on the plane counts as above it.
    Cost: O(n).

    Examples
    --------
    >>> angle = 0.1 * np.arange(200)
    >>> section = plane_crossings(np.column_stack([np.sin(angle), np.cos(angle)]))
    >>> section.times.round(3), section.points[:, 1].round(5)
    (array([ 62.832, 125.664, 188.496]), array([1., 1., 1.]))
    """
    samples = as_series(series, at_least=4)
    n, m = samples.shape
    if direction not in {-1, 0, 1}:
        raise ValueError(f"direction must be 1 (upwards), -1 (downwards) or 0 (both), got {direction}")
    vector = _normal(normal, m)
    height = samples @ vector - level
    above = height >= 0.0
    changes = np.flatnonzero(above[1:] != above[:-1])
    wanted = changes if direction == 0 else changes[above[changes + 1] == (direction > 0)]
    first = np.clip(wanted - 1, 0, n - 4)
    start = (wanted - first).astype(np.float64)
    low = start.copy()
    for step in 0.5 ** np.arange(1, HALVINGS):
        middle = low + step
        same = (_cubic(height, first, middle) >= 0.0) == above[wanted]
        low = np.where(same, middle, low)
    points = _cubic(samples, first, low)
    share = height[wanted] / (height[wanted] - height[wanted + 1])
    straight = samples[wanted] + share[:, None] * (samples[wanted + 1] - samples[wanted])
    status = SectionStatus.OK if wanted.size else SectionStatus.NOT_CROSSED
    if changes.size > 1 and np.median(np.diff(changes)) < SAMPLES_PER_SIDE:
        status = SectionStatus.COARSE
    return Section(
        points=points,
        times=first + low,
        error=np.linalg.norm(points - straight, axis=1),
        displacement=0.0,
        level=float(level),
        half_width=0.0,
        status=status,
    )


def stroboscopic_section(series: npt.ArrayLike, *, period: int, phase: int = 0) -> Section:
    """Take the samples at one phase of a clock: rows t = phase, phase + T, ...

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples of a driven map.
    period : int
        T, of the drive, in samples.
    phase : int
        Row of the first point, 0 to T - 1.

    Returns
    -------
    Section
        Exact: no error, nothing moved. `level` is the phase.

    Raises
    ------
    ValueError
        If the series is not finite or shorter than a period, or the phase out of range.

    Examples
    --------
    >>> stroboscopic_section([0.0, 5.0, 0.1, 5.1, 0.2], period=2, phase=1).points.ravel()
    array([5. , 5.1])
    """
    samples = as_series(series, at_least=max(2, period))
    if period < 1 or not 0 <= phase < period:
        raise ValueError(f"period must be at least 1, and phase from 0 to period - 1, got {period} and {phase}")
    points = samples[phase::period]
    times = np.arange(phase, len(samples), period, dtype=np.float64)
    return Section(points, times, np.zeros(len(times)), 0.0, float(phase), 0.0, SectionStatus.OK)


def successive_maxima(series: npt.ArrayLike) -> Section:
    """Maxima of one densely sampled component, for return maps: where x changes from rising to falling.

    Parameters
    ----------
    series : array-like, shape (n,)
        Samples, at least 3.

    Returns
    -------
    Section
        `points` (n_maxima, 1) are the vertices of the parabolas through three samples; `error` is how far above the
        sample a vertex is.

    Raises
    ------
    ValueError
        If there is more than one component, or the series is too short or not finite.

    Examples
    --------
    >>> successive_maxima(np.cos(0.1 * np.arange(100))).times.round(3)
    array([62.832])
    """
    x = as_one_component(series, at_least=3)
    top = 1 + np.flatnonzero((x[1:-1] > x[:-2]) & (x[1:-1] >= x[2:]))
    before, here, behind = x[top - 1], x[top], x[top + 1]
    offset = 0.5 * (before - behind) / (before - 2.0 * here + behind)
    rise = -0.25 * (before - behind) * offset
    status = SectionStatus.OK if top.size else SectionStatus.NOT_CROSSED
    if top.size > 1 and np.median(np.diff(top)) < 2 * SAMPLES_PER_SIDE:
        status = SectionStatus.COARSE
    return Section((here + rise)[:, None], top + offset, np.abs(rise), 0.0, np.nan, 0.0, status)


def _normal(normal: npt.ArrayLike, m: int) -> FloatArray:
    """Return the normal vector (m,), of a component if a number is given."""
    vector = np.asarray(normal, dtype=np.float64)
    if vector.ndim == 0:
        if vector not in np.arange(m):
            raise ValueError(f"normal must be a component from 0 to {m - 1}, or a vector, got {vector}")
        return np.asarray(np.arange(m) == vector, dtype=np.float64)
    if vector.shape != (m,) or not np.isfinite(vector).all() or not vector.any():
        raise ValueError(f"normal must be a finite vector of shape ({m},) that is not 0, got {vector}")
    return vector


def _cubic(values: FloatArray, first: npt.NDArray[np.int64], u: FloatArray) -> FloatArray:
    """Cubic through rows first ... first + 3 of the values, at u from the first: Newton's forward differences."""
    u = u.reshape(-1, *[1] * (values.ndim - 1))
    f0, f1, f2, f3 = (values[first + i] for i in range(4))
    d1, d2, d3 = f1 - f0, f2 - 2.0 * f1 + f0, f3 - 3.0 * (f2 - f1) - f0
    return np.asarray(f0 + u * (d1 + 0.5 * (u - 1.0) * (d2 + (u - 2.0) / 3.0 * d3)))
