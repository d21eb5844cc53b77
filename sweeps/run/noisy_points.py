"""Finite networks at some points of a sweep, which advance as the points of an ensemble do."""

from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from dmfsa import Window
from sweeps.arrays import Array
from sweeps.network import finite_of
from sweeps.run.experiment import Point

PIECE = 4_096  # steps between two looks of the observer
OF_POINTS, OF_CARRIED = 0, 1  # streams of the noise

Observer = Callable[[Array, npt.NDArray[np.int64]], None]


class FinitePoints:
    """A finite network for each point.

    Parameters
    ----------
    points : sequence of Point
    streams : sequence of tuple of int
        What the noise of each depends on: whether it is a point or is carried to one, and which.

    Attributes
    ----------
    m_o_semantic : array, shape (n_tail, n_points, M)
        Semantic m^o of the tokens drawn from the attention vectors of the last tail.
    """

    def __init__(self, points: Sequence[Point], streams: Sequence[tuple[int, ...]]) -> None:
        self.n_points = len(points)
        self.m_o_semantic: Array = np.empty((0, self.n_points, points[0].network.features.n_patterns))
        self._replicas = [
            finite_of(point.network.config, point.map, *stream).replicas(point.window)
            for point, stream in zip(points, streams, strict=True)
        ]

    def windows(self) -> list[Window]:
        """Return where every point stands."""
        return [replica.windows()[0] for replica in self._replicas]

    def advance(
        self,
        n_steps: int,
        *,
        n_tail: int = 0,
        observer: Observer | None = None,
        progress: Callable[[int], None] = lambda n_steps: None,
    ) -> Array:
        """Do what `Ensemble.advance` does."""
        tail = np.empty((n_tail, *self.m_o_semantic.shape[1:]))
        self.m_o_semantic = np.empty_like(tail)
        for i, replica in enumerate(self._replicas):
            for first in range(0, n_steps, PIECE):
                n = min(PIECE, n_steps - first)
                place = max(0, first - n_steps + n_tail)
                n_last = max(0, first + n - n_steps + n_tail) - place
                found = replica.advance(n, n_kept=n if observer else n_last)
                if observer:
                    observer(found.m_o_semantic.transpose(0, 2, 1), np.array([i]))
                if n_last:
                    tail[place : place + n_last, i] = found.attention[-n_last:, 0]
                    drawn = np.concatenate([found.m_o_semantic[:, 0], replica.newest().m_o_semantic[:, 0]])
                    self.m_o_semantic[place : place + n_last, i] = drawn[-n_last:]
                progress(n)
        return tail
