"""Refinement: new points where the label changes, round after round, until every change is known to a tolerance.

The points of a round lie halfway between neighbours with different labels, so they follow from the results of the
rounds before, whoever computed those. A round is noted in the sweep's folder (refined/01.npz) as soon as it is known.
"""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sweeps.arrays import Array
from sweeps.config.sweep import Refinement
from sweeps.files import written_whole
from sweeps.grid.axes import Grid, Refined
from sweeps.grid.shard import Points

MOST = 1_000_000  # points of all rounds together: where labels alternate without end, this is the end
BROKEN_ZIP = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
UNKNOWN = -1  # label of a point that failed


class Boundary(NamedTuple):
    """Neighbours with different labels."""

    line: int
    low: float
    high: float
    label_low: int
    label_high: int


class Known(NamedTuple):
    """All points there are on one line along the axis, sorted."""

    values: Array
    labels: npt.NDArray[np.int64]


def known_lines(grid: Grid, along: str, shards: Sequence[Points]) -> list[Known]:
    """Sort the points of all rounds by lines along an axis; those that no shard holds are left out."""
    points = np.concatenate([shard["point"] for shard in shards])
    labels = np.concatenate([shard["label"] for shard in shards]).astype(np.int64)
    values, lines = grid.values(along, points), grid.lines(along, points)
    order = np.lexsort((values, lines))
    cuts = np.searchsorted(lines[order], np.arange(1, grid.n_lines(along)))
    return [Known(values[part], labels[part]) for part in np.split(order, cuts)]


def boundaries(lines: Sequence[Known]) -> list[Boundary]:
    """Return all neighbours whose labels are known and differ, line by line."""
    found = []
    for number, (values, labels) in enumerate(lines):
        differ = (labels[1:] != labels[:-1]) & (labels[1:] != UNKNOWN) & (labels[:-1] != UNKNOWN)
        for i in np.flatnonzero(differ):
            ends = float(values[i]), float(values[i + 1])
            found.append(Boundary(number, *ends, int(labels[i]), int(labels[i + 1])))
    return found


def next_round(found: Sequence[Boundary], refinement: Refinement, n_before: int) -> Refined:
    """Return the points halfway between neighbours that are farther apart than the tolerance."""
    lines: list[int] = []
    values: list[float] = []
    for boundary in found:
        middle = 0.5 * (boundary.low + boundary.high)
        if boundary.high - boundary.low > refinement.label and boundary.low < middle < boundary.high:
            lines.append(boundary.line)
            values.append(middle)
    n = max(0, min(len(lines), MOST - n_before))
    return Refined(np.array(lines[:n], dtype=np.int64), np.array(values[:n], dtype=np.float64))


def write_round(folder: Path, number: int, refined: Refined, fingerprint: str) -> None:
    """Note the points of a round, counted from 1, in a sweep's folder."""
    path = folder / "refined" / f"{number:02d}.npz"
    path.parent.mkdir(exist_ok=True)
    with written_whole(path) as unfinished, unfinished.open("wb") as file:
        np.savez(file, lines=refined.lines, values=refined.values, fingerprint=np.array(fingerprint))


def read_rounds(folder: Path, fingerprint: str) -> tuple[Refined, ...]:
    """Read the points of all rounds, up to the first that is not there, or damaged: that is found again."""
    rounds: list[Refined] = []
    while True:
        try:
            with np.load(folder / "refined" / f"{len(rounds) + 1:02d}.npz", allow_pickle=False) as file:
                if str(file["fingerprint"]) != fingerprint:
                    return tuple(rounds)
                rounds.append(Refined(file["lines"], file["values"]))
        except BROKEN_ZIP:
            return tuple(rounds)


def boundary_table(grid: Grid, along: str, shards: Sequence[Points], flags: dict[str, Any]) -> dict[str, Any]:
    """Return the variables that say where the label changes, along the dimension `boundary`."""
    found = boundaries(known_lines(grid, along, shards))
    lines = np.array([boundary.line for boundary in found], dtype=np.int64)
    variables: dict[str, Any] = {}
    for side, words in (
        ("low", "last value with the label on its low side"),
        ("high", "first with that on its high side"),
    ):
        ends = np.array([getattr(boundary, side) for boundary in found], dtype=np.float64)
        variables[f"boundary_{along}_{side}"] = ("boundary", ends, {"long_name": words, "units": "1"})
        codes = np.array([getattr(boundary, f"label_{side}") for boundary in found], dtype="i1")
        variables[f"boundary_label_{side}"] = ("boundary", codes, {"long_name": f"label on the {side} side", **flags})
    for dim, values in grid.of_lines(along, lines).items():
        units = {} if dim in grid.words else {"units": "1"}
        variables[f"boundary_{dim}"] = ("boundary", values, {"long_name": f"{dim} of the boundary", **units})
    return variables
