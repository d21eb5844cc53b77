"""Where an orbit spends its time: a histogram that grows as the orbit goes on, in flat memory."""

import numpy as np
import numpy.typing as npt

from attractors.system import FloatArray


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
