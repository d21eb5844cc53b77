"""The points of a sweep: every combination of the swept values, and of the starts, in one fixed order."""

import math
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sweeps.arrays import Array, Numbers
from sweeps.config import Config
from sweeps.grid.chains import Chains
from sweeps.grid.shard import Shard, blocks

DIRECTIONS = ("left", "right")  # of a continuation, in the order of the axis `direction`
NUMBERED = ("point", "start", "direction")  # axes that count, and are no parameter


class Refined(NamedTuple):
    """Points between those of the axes: on which line along the refined axis, and at which value of it."""

    lines: Numbers
    values: Array


@dataclass(frozen=True, eq=False)
class Grid:
    """Axes and their product.

    Points have numbers, in the order in which they are run: that of the axes, the last of them fastest; or, with a
    continuation, that of `Chains`.

    Attributes
    ----------
    axes : dict from name to array
        Swept values, in the order in which the model lists them; before them `point`, which counts the points of zipped
        parameters; after them `start`, the number of the start, and `direction`, 0 for left and 1 for right, if there
        are several or they have names.
    zipped : dict from name to array
        Values of the parameters that are walked along together, one for each number of the axis `point`.
    chains : Chains or None
        The order of a continuation.
    refinements : tuple of Refined
        Points of later rounds, each round numbered from where that before ends; they have no place on the axes.
    along : str
        The axis that they refine.
    words : dict from name to tuple of str
        What the numbers of an axis stand for, if they are no numbers to a reader: directions, starts with names.
    together : int
        Points in a row that must be in one shard: the starts of each point, where they are compared.

    Examples
    --------
    >>> grid = Grid({"beta": np.array([1.0, 2.0]), "gamma": np.array([5.0, 6.0, 7.0])})
    >>> grid.shape, grid.n_points
    ((2, 3), 6)
    >>> grid.values("gamma", np.array([0, 1, 5]))
    array([5., 6., 7.])
    """

    axes: dict[str, npt.NDArray[Any]]
    zipped: dict[str, npt.NDArray[Any]] = field(default_factory=dict)
    chains: "Chains | None" = None
    refinements: tuple[Refined, ...] = ()
    along: str = ""
    words: dict[str, tuple[str, ...]] = field(default_factory=dict)
    together: int = 1

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
        """Number of points on the axes; 1 without axes."""
        return math.prod(self.shape)

    @property
    def n_refined(self) -> int:
        """Number of points between those on the axes."""
        return sum(len(refined.lines) for refined in self.refinements)

    @property
    def parameters_swept(self) -> tuple[str, ...]:
        """Names of the swept parameters."""
        return tuple(self.zipped) + tuple(name for name in self.axes if name not in NUMBERED)

    def places(self, points: Numbers) -> Numbers:
        """Return where points stand on the axes: their numbers if the last axis changed fastest."""
        return points if self.chains is None else self.chains.places(points)

    def values(self, name: str, points: Numbers) -> npt.NDArray[Any]:
        """Value of one axis, or of a zipped parameter, at points, given by their numbers."""
        dim = "point" if name in self.zipped else name
        column = (self.axes | self.zipped)[name]
        between = points >= self.n_points
        if not between.any():
            values: npt.NDArray[Any] = column[np.unravel_index(self.places(points), self.shape)[self.dims.index(dim)]]
            return values
        found = np.empty(len(points), dtype=column.dtype)
        found[~between] = self.values(name, points[~between])
        later = points[between] - self.n_points
        if name == self.along:
            found[between] = np.concatenate([refined.values for refined in self.refinements])[later]
        else:
            lines = np.concatenate([refined.lines for refined in self.refinements])[later]
            found[between] = column[self._others(self.along, lines)[dim]]
        return found

    def n_lines(self, along: str) -> int:
        """Return the number of lines along an axis."""
        return self.n_points // len(self.axes[along])

    def lines(self, along: str, points: Numbers) -> Numbers:
        """Return the numbers of the lines along an axis that points lie on."""
        found = np.empty(len(points), dtype=np.int64)
        between = points >= self.n_points
        index = list(np.unravel_index(self.places(points[~between]), self.shape))
        at = self.dims.index(along)
        others = [n for i, n in enumerate(self.shape) if i != at]
        del index[at]
        found[~between] = np.ravel_multi_index(tuple(index), others) if others else 0
        if between.any():
            found[between] = np.concatenate([refined.lines for refined in self.refinements])[
                points[between] - self.n_points
            ]
        return found

    def of_lines(self, along: str, lines: Numbers) -> dict[str, npt.NDArray[Any]]:
        """Return the values of all other axes on lines along one of them, given by their numbers; see `as_read`."""
        return {dim: self.as_read(dim, self.axes[dim][index]) for dim, index in self._others(along, lines).items()}

    def as_read(self, name: str, values: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """Return values of an axis as a reader sees them: the words that they stand for, if they do."""
        return np.array(self.words[name], dtype=object)[values] if name in self.words else values

    def _others(self, along: str, lines: Numbers) -> dict[str, Numbers]:
        dims = [dim for dim in self.dims if dim != along]
        index = np.unravel_index(lines, [len(self.axes[dim]) for dim in dims]) if dims else ()
        return dict(zip(dims, index, strict=True))

    def parameters(self, points: Numbers) -> list[dict[str, float]]:
        """Swept parameters of points, given by their numbers; without the start."""
        columns = {name: self.values(name, points).tolist() for name in self.parameters_swept}
        return [{name: columns[name][i] for name in columns} for i in range(len(points))]

    def shards(self) -> list[Shard]:
        """Cut all points into shards, those on the axes and those of each round."""
        found = blocks(0, self.n_points, self.together) if self.chains is None else self.chains.shards()
        first = self.n_points
        for refined in self.refinements:
            found += blocks(first, len(refined.lines))
            first += len(refined.lines)
        return found


def grid_of(config: Config) -> Grid:
    """Return the grid of a config; one point without axes if it sweeps nothing."""
    values = {
        name: np.rint(array).astype(np.int64) if config.of[name].whole else array for name, array in config.axes.items()
    }
    zipped = {name: values.pop(name) for name in (config.sweep.zipped if config.sweep else ())}
    axes: dict[str, npt.NDArray[Any]] = {}
    if zipped:
        axes["point"] = np.arange(len(next(iter(zipped.values()))))
    axes |= values
    words = {"start": config.start.names} if config.start.names else {}
    if words or config.start.n > 1:
        axes["start"] = np.arange(config.start.n)
    continuation = config.sweep.continuation if config.sweep else None
    if continuation is None:
        refinement = config.sweep.refinement if config.sweep else None
        together = len(axes["start"]) if "attractors" in config.record else 1
        along = str(refinement.along) if refinement else ""
        return Grid(axes, zipped, along=along, words=words, together=together)
    if continuation.direction == "both":
        axes["direction"] = np.arange(len(DIRECTIONS))
        words["direction"] = DIRECTIONS
    shape = tuple(len(values) for values in axes.values())
    axis = list(axes).index(str(continuation.along))
    n_chains = math.prod(shape) // shape[axis]
    if continuation.direction == "both":
        ways = np.arange(n_chains) % 2  # the direction is the last axis
    else:
        ways = np.full(n_chains, DIRECTIONS.index(continuation.direction))
    forward = np.argsort(axes[str(continuation.along)], kind="stable")
    return Grid(axes, zipped, Chains(shape, axis, forward, forward[::-1], ways), words=words)
