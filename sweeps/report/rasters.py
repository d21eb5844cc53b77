"""Where orbits go, as levels of ink: few enough for a page, as fine as it has room for."""

from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from sweeps.records import BINS
from sweeps.report.arrays import packed
from sweeps.store.dataset import config_of

LEVELS = 31  # of ink, above none: more cannot be told apart
CELLS = 8_000_000  # of a raster at most: some 1 MB, or 4 where all is chaos
COARSEST = 64  # rows with which a raster still says something


def rasters(dataset: xr.Dataset) -> dict[str, Any]:
    """Return the levels of `density` and `section`, those that were recorded, points by rows, and their extent.

    A level is that of the orbit diagram: the square root of the share of the row that is visited most often. Bins are
    joined until all points have room; what has none even so is left out.
    """
    if "orbit_density" not in dataset:
        return {}
    seen = config_of(dataset).model.observable(0)
    width = (seen.high - seen.low) / BINS
    counts = dataset["orbit_density"].values.reshape(-1, BINS)
    visited = np.flatnonzero(counts.any(axis=0))
    if not visited.size:
        return {}
    first, last = int(visited[0]), int(visited[-1]) + 1
    together = max(1, -(-(last - first) * len(counts) // CELLS))
    starts = np.arange(first, last, together)
    if len(starts) < min(COARSEST, last - first):
        return {}
    found: dict[str, Any] = {
        "low": seen.low + first * width,
        "high": seen.low + (first + len(starts) * together) * width,
        "levels": LEVELS,
        "density": packed(levels(np.add.reduceat(counts[:, first:last], starts - first, axis=1)), "u1"),
        "steps": int(counts.sum(axis=1, dtype=np.int64).max()),
    }
    if "section" in dataset:
        hits = dataset["section"].values.reshape(len(counts), -1)
        edges = np.append(starts, starts[-1] + together) * width + seen.low
        found["section"] = packed(levels(np.array([np.histogram(one, edges)[0] for one in hits])), "u1")
        found["hits"] = packed(dataset["section_hits"].values.ravel(), "i4")
    return found


def levels(counts: npt.NDArray[Any]) -> npt.NDArray[np.uint8]:
    """Return levels 0 to 31 of counts (n_points, n_rows): 0 is never visited, 31 visited most often at this point.

    Examples
    --------
    >>> levels(np.array([[0, 1, 25, 100], [0, 0, 0, 0]]))
    array([[ 0,  4, 16, 31],
           [ 0,  0,  0,  0]], dtype=uint8)
    """
    share = counts / np.maximum(counts.max(axis=1, keepdims=True), 1)
    return np.asarray(np.ceil(LEVELS * np.sqrt(share)), dtype=np.uint8)
