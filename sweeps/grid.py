"""The points of a sweep: every combination of the swept values, and of the starts, in one fixed order."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from sweeps.config import Config

Array = npt.NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Grid:
    """Axes and their product.

    Attributes
    ----------
    axes : dict from name to array
        Swept values, in the order beta, gamma, epsilon; then `start`, the number of the start, if there are several.

    Examples
    --------
    >>> grid = Grid({"beta": np.array([1.0, 2.0]), "gamma": np.array([5.0, 6.0, 7.0])})
    >>> grid.shape, grid.n_points
    ((2, 3), 6)
    >>> grid.values("gamma", np.array([0, 1, 5]))
    array([5., 6., 7.])
    """

    axes: dict[str, Array]

    @property
    def dims(self) -> tuple[str, ...]:
        """Names of the axes; the last one changes fastest."""
        return tuple(self.axes)

    @property
    def shape(self) -> tuple[int, ...]:
        """Lengths of the axes."""
        return tuple(len(values) for values in self.axes.values())

    @property
    def n_points(self) -> int:
        """Number of points; 1 without axes."""
        return math.prod(self.shape)

    def values(self, name: str, points: npt.NDArray[np.int64]) -> Array:
        """Value of one axis at points, given by their numbers."""
        index = np.unravel_index(points, self.shape)[self.dims.index(name)]
        return self.axes[name][index]

    def parameters(self, points: npt.NDArray[np.int64]) -> list[dict[str, float]]:
        """Swept parameters of points, given by their numbers; without the start."""
        names = [name for name in self.dims if name != "start"]
        columns = {name: self.values(name, points).tolist() for name in names}
        return [{name: columns[name][i] for name in names} for i in range(len(points))]


def grid_of(config: Config) -> Grid:
    """Return the grid of a config; one point without axes if it sweeps nothing."""
    axes = dict(config.axes)
    if config.start.random is not None and config.start.random.n > 1:
        axes["start"] = np.arange(config.start.random.n, dtype=np.float64)
    return Grid(axes)
