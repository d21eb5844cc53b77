"""What looks at many orbits block by block, in flat memory: a histogram, and the hits of a thin slab."""

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray


class SlabSection:
    """Points of many orbits inside a thin slab |x_b| < w, fed block by block.

    A map jumps over a surface, so a slab of finite width takes its place, as in the published sections. A torus
    leaves a few short arcs in it, chaos a cloud.

    Parameters
    ----------
    n_points : int
        Orbits.
    half_width : float
        w > 0.
    across, component : int
        b, and the component that is kept.
    n_kept : int
        The last so many points of each orbit are kept.

    Attributes
    ----------
    n_hits : array of int, shape (n_points,)
        Steps on which the orbit was inside.

    Raises
    ------
    ValueError
        If w is not positive, or a count below 1.

    Notes
    -----
    Cost: about 1 ns a sample.

    Examples
    --------
    >>> section = SlabSection(1, half_width=0.1, n_kept=3)
    >>> section(np.array([[5.0, 0.0], [6.0, 0.3], [7.0, -0.05]]).reshape(3, 2, 1))
    >>> section.hits
    array([[ 5.,  7., nan]])
    """

    def __init__(
        self, n_points: int, *, half_width: float, across: int = 1, component: int = 0, n_kept: int = 1024
    ) -> None:
        if not half_width > 0 or n_points < 1 or n_kept < 1:
            raise ValueError(
                f"half_width must be positive, n_points and n_kept at least 1, got {half_width}, {n_points}, {n_kept}"
            )
        self.n_hits: npt.NDArray[np.int64] = np.zeros(n_points, dtype=np.int64)
        self._ring = np.full((n_points, n_kept), np.nan)
        self._half_width = float(half_width)
        self._across, self._component = across, component

    @property
    def hits(self) -> FloatArray:
        """Kept points (n_points, n_kept), oldest first, NaN where there were fewer."""
        columns = np.arange(self._ring.shape[1])
        start = np.where(self.n_hits > len(columns), self.n_hits, 0)
        return np.take_along_axis(self._ring, (columns + start[:, None]) % len(columns), axis=1)

    def __call__(self, block: FloatArray, points: npt.NDArray[np.int64] | None = None) -> None:
        """Take samples, shape (n_steps, m, n_some), of the orbits with the numbers `points`; without, of all."""
        from attractors import _kernels  # noqa: PLC0415 - only who cuts waits for the compiler

        rows = np.arange(len(self.n_hits)) if points is None else points
        _kernels.cross_slab(block, self._across, self._component, self._half_width, rows, self._ring, self.n_hits)


class OrbitDensity:
    """Histogram of one component of many orbits, fed block by block.

    Parameters
    ----------
    n_points : int
        Orbits.
    n_bins : int
        Equal bins between `low` and `high`; what lies beyond counts in the first and the last.
    low, high : float
        Ends of the histogram.
    component : int
        The component looked at.

    Attributes
    ----------
    counts : array of uint32, shape (n_points, n_bins)

    Raises
    ------
    ValueError
        If low >= high, or a count is below 1.

    Notes
    -----
    Cost: about 2 ns a sample. A NaN counts in the first bin.

    Examples
    --------
    >>> density = OrbitDensity(1, n_bins=4, low=0.0, high=1.0)
    >>> density(np.array([0.1, 0.6, 0.7, 0.7]).reshape(4, 1, 1))
    >>> density.counts
    array([[1, 0, 3, 0]], dtype=uint32)
    """

    def __init__(self, n_points: int, *, n_bins: int, low: float, high: float, component: int = 0) -> None:
        if not low < high or n_points < 1 or n_bins < 1:
            raise ValueError(
                f"low must be below high, n_points and n_bins at least 1, got {low}, {high}, {n_points}, {n_bins}"
            )
        self.counts: npt.NDArray[np.uint32] = np.zeros((n_points, n_bins), dtype=np.uint32)
        self._low = float(low)
        self._per_unit = n_bins / (high - low)
        self._component = component

    def __call__(self, block: FloatArray, points: npt.NDArray[np.int64] | None = None) -> None:
        """Count samples, shape (n_steps, m, n_some), of the orbits with the numbers `points`; without, of all."""
        from attractors import _kernels  # noqa: PLC0415 - only who counts waits for the compiler

        rows = np.arange(len(self.counts)) if points is None else points
        _kernels.count(block, self._component, self._low, self._per_unit, rows, self.counts)
