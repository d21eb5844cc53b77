"""Labelled points: along each line some at random, and more beside every boundary found between neighbours."""

import hashlib
import pickle
import sys
import tempfile
import time
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from families import FAMILIES
from family import Family, Network, positions
from network_truth import NetworkJudge
from truth import Judge, Truth

PER_FAMILY = 800  # on all lines together, evenly
BESIDE = 700  # at most, beside boundaries
HALVINGS = 10
SOURCES = (
    "maps.py",
    "family.py",
    "training.py",
    "tested.py",
    "held_out.py",
    "truth.py",
    "network_truth.py",
    "points.py",
)
HERE = Path(__file__).resolve().parent


class Point(NamedTuple):
    """One map and start, what it is, and whether it was put beside a boundary."""

    p: list[float]
    x0: list[float]
    truth: Truth
    beside: bool


def points_of(family: Family) -> list[Point]:
    """Make the points of a family, or take them from where an earlier run has left them."""
    sources = b"".join((HERE / name).read_bytes() for name in SOURCES)
    folder = Path(tempfile.gettempdir()) / f"dmfsa-labels-{hashlib.sha256(sources).hexdigest()[:12]}"
    file = folder / f"{family.name}.pickle"
    if file.exists():
        points: list[Point] = pickle.loads(file.read_bytes())
        return points
    began = time.monotonic()
    points = made(family)
    folder.mkdir(exist_ok=True)
    file.write_bytes(pickle.dumps(points))
    print(f"{family.name}: {len(points)} points, {time.monotonic() - began:.0f} s", file=sys.stderr, flush=True)
    return points


def made(family: Family) -> list[Point]:
    judge: Any = NetworkJudge(family) if isinstance(family, Network) else Judge(family)
    n = PER_FAMILY // len(family.lines)
    on_lines = [(i, u) for i in range(len(family.lines)) for u in positions(n, seed=i)]
    truths = judge([family.lines[i](u) for i, u in on_lines])
    points = [Point(*family.lines[i](u), truth, False) for (i, u), truth in zip(on_lines, truths, strict=True)]
    between = [
        (i, u, v, a, b)
        for ((i, u), a), ((j, v), b) in zip(
            zip(on_lines[:-1], truths[:-1], strict=True), zip(on_lines[1:], truths[1:], strict=True), strict=True
        )
        if i == j and a[:2] != b[:2]
    ]
    chosen = np.random.default_rng(0).permutation(len(between))[: BESIDE // HALVINGS]
    pairs = [between[k] for k in chosen]
    for _ in range(HALVINGS):  # the middle takes the place of the end that it is like, or of the second one
        middles = [(i, 0.5 * (u + v)) for i, u, v, _, _ in pairs]
        truths = judge([family.lines[i](m) for i, m in middles])
        points += [Point(*family.lines[i](m), truth, True) for (i, m), truth in zip(middles, truths, strict=True)]
        pairs = [
            (i, m, v, c, b) if c[:2] == a[:2] else (i, u, m, a, c)
            for (i, u, v, a, b), (_, m), c in zip(pairs, middles, truths, strict=True)
        ]
    return points


def main() -> None:
    """Make all points, and say how many of which kind."""
    for family in FAMILIES:
        points = points_of(family)
        kinds, counts = np.unique([f"{point.truth.kind} {point.truth.stand}" for point in points], return_counts=True)
        print(f"{family.name}: {len(points)}: ", ", ".join(f"{n} {k}" for k, n in zip(kinds, counts, strict=True)))


if __name__ == "__main__":
    from points import main as listed  # the module's own name, by which the files refer to `Point`

    listed()
