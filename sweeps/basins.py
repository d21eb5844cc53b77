"""The attractors that the random starts of one point of a sweep reach: told apart, and how often each is reached."""

from collections.abc import Sequence

import numpy as np

from attractors import Classification, distinguish_attractors
from sweeps.arrays import Array, Numbers
from sweeps.grid.shard import Points


def compare_starts(
    result: Points, rows: Numbers, tail: Array, answers: Sequence[Classification], n_starts: int, clock_period: int
) -> None:
    """Fill in number and share of the attractor of each start, for those points of which all starts are there.

    Parameters
    ----------
    result : structured array
        As `empty_points` makes it.
    rows : array of int
        Its entries that were run, start after start, point after point.
    tail : array, shape (n_tail, n_rows, M)
        Their last samples.
    answers : sequence of Classification
        Their labels.
    n_starts : int
        Starts of each point.
    clock_period : int
    """
    places = result["point"][rows] // n_starts
    for place in np.unique(places):
        here = np.flatnonzero(places == place)
        if len(here) < n_starts:  # others failed
            continue
        windows = tail[:, here].transpose(1, 0, 2)
        found = distinguish_attractors(windows, [answers[int(i)] for i in here], clock_period=clock_period)
        for number, attractor in enumerate(found.attractors):
            reached = rows[here[attractor.starts]]
            result["attractor"][reached] = number
            result["attractor_share"][reached] = attractor.share
            result["attractor_share_low"][reached], result["attractor_share_high"][reached] = attractor.interval
