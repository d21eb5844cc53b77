"""Shards: runs of numbers of points that are computed and kept together."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

POINTS = 64  # in a shard: a few times as many as there are lanes, and seconds of work


Points = npt.NDArray[np.void]  # structured: an entry for each point, with the fields of `dataset.empty_points`


class Shard(NamedTuple):
    """One contiguous block of a sweep's points.

    Attributes
    ----------
    first, n : int
        Number of its first point, and how many there are.
    chain : int
        Shards of one chain are run one after the other, in order; different chains know nothing of each other.
    """

    first: int
    n: int
    chain: int

    @property
    def points(self) -> npt.NDArray[np.int64]:
        """Numbers of its points."""
        return np.arange(self.first, self.first + self.n)

    @property
    def file_name(self) -> str:
        """Name of its file, which sorts as the points do."""
        return f"{self.first:08d}.npz"


def blocks(first: int, n: int, multiple_of: int = 1) -> list[Shard]:
    """Cut `n` independent points, numbered from `first`, into shards, of so many points or a multiple.

    Examples
    --------
    >>> blocks(0, 100)
    [Shard(first=0, n=64, chain=0), Shard(first=64, n=36, chain=64)]
    """
    size = max(1, POINTS // multiple_of) * multiple_of
    return [Shard(at, min(size, first + n - at), at) for at in range(first, first + n, size)]


def share_numbers(shards: Sequence[Shard], of: int) -> list[int]:
    """Return which share, out of `of`, each shard belongs to: whole chains, dealt like cards.

    Examples
    --------
    >>> share_numbers(blocks(0, 300), 2)
    [0, 1, 0, 1, 0]
    """
    chains = {chain: place for place, chain in enumerate(dict.fromkeys(shard.chain for shard in shards))}
    return [chains[shard.chain] % of for shard in shards]


def in_share(shards: Sequence[Shard], index: int, of: int) -> list[Shard]:
    """Return the shards of one share out of `of`, numbered from 0.

    Raises
    ------
    ValueError
        If there is no such share.

    Examples
    --------
    >>> [shard.first for shard in in_share(blocks(0, 300), 1, 2)]
    [64, 192]
    """
    if of < 1 or not 0 <= index < of:
        raise ValueError(f"index must be from 0 to of - 1, got index {index} of {of}")
    return [shard for shard, number in zip(shards, share_numbers(shards, of), strict=True) if number == index]
