"""Chains of a continuation: points of which each starts where the one before has ended."""

from dataclasses import dataclass

import numpy as np

from sweeps.arrays import Numbers
from sweeps.grid.shard import Shard, blocks


@dataclass(frozen=True, eq=False)
class Chains:
    """The order of a continuation: along one axis point after point, side by side over all others.

    A chain is all points along that axis, for one combination of the others. As many chains as share lanes make a
    group, `GROUP` of them; points are numbered group by group, in a group step by step along the axis, and at each step
    chain by chain. So a shard is some steps of one group, and starts from the windows at the end of that before.

    Attributes
    ----------
    shape : tuple of int
        Lengths of all axes of the grid.
    axis : int
        Which of them is followed.
    forward, backward : array of int
        Indices on that axis in the order they are visited to the right and to the left.
    ways : array of int, shape (n_chains,)
        Of each chain, 1 if it goes to the right, and 0 if to the left.
    """

    shape: tuple[int, ...]
    axis: int
    forward: Numbers
    backward: Numbers
    ways: Numbers

    GROUP = 16  # chains side by side: the lanes of a run with tangent vectors

    @property
    def n_along(self) -> int:
        """Points of a chain."""
        return self.shape[self.axis]

    @property
    def n_chains(self) -> int:
        """Number of chains."""
        return len(self.ways)

    def locate(self, points: Numbers) -> tuple[Numbers, Numbers]:
        """Return chain and step of points, given by their numbers."""
        group, inside = np.divmod(points, self.GROUP * self.n_along)
        size = np.minimum(self.GROUP, self.n_chains - group * self.GROUP)
        step, lane = np.divmod(inside, size)
        return group * self.GROUP + lane, step

    def places(self, points: Numbers) -> Numbers:
        """Return where points stand on the axes."""
        chain, step = self.locate(points)
        others = [n for i, n in enumerate(self.shape) if i != self.axis]
        index = list(np.unravel_index(chain, others)) if others else []
        index.insert(self.axis, np.where(self.ways[chain] == 1, self.forward[step], self.backward[step]))
        return np.ravel_multi_index(tuple(index), self.shape).astype(np.int64)

    def shards(self) -> list[Shard]:
        """Cut the groups of chains into shards, some steps each."""
        found = []
        for group in range(0, self.n_chains, self.GROUP):
            size = min(self.GROUP, self.n_chains - group)
            first = group * self.n_along
            found += [shard._replace(chain=first) for shard in blocks(first, size * self.n_along, multiple_of=size)]
        return found
