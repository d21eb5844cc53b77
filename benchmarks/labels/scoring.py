"""How labels are judged: right, wrong, or undetermined."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
from points import Point

DEFINITE = {"fixed_point", "periodic", "quasiperiodic", "chaotic", "hyperchaotic", "divergent"}
BINS = 10


class Score(NamedTuple):
    """Counts of judged points, and the expected calibration error of definite labels."""

    n: int
    wrong: int
    undetermined: int
    calibration_error: float

    def cells(self) -> list[str]:
        n = max(self.n, 1)
        return [
            f"{self.n:,}",
            f"{100 * self.wrong / n:.2f}",
            f"{100 * self.undetermined / n:.2f}",
            f"{self.calibration_error:.3f}",
        ]


def is_judged(point: Point) -> bool:
    """Whether the truth is known, and the run of 5,000 samples has come to where it can be seen."""
    return point.truth.kind != "dropped" and point.truth.stand != "elsewhere"


def outcome(point: Point, label: str, period: int | None) -> str:
    """`transient` is right for an orbit that is still approaching, else undetermined; a period has to be right too."""
    kind, right_period, stand = point.truth
    if label not in DEFINITE:
        return "right" if label == "transient" and stand == "approaching" else "undetermined"
    right = label == kind and (kind not in {"fixed_point", "periodic"} or period == right_period)
    return "right" if right else "wrong"


def score(outcomes: Sequence[str], definite: Sequence[bool], confidence: Sequence[float]) -> Score:
    found, sure = np.array(outcomes), np.array(confidence, dtype=float)
    given = np.array(definite, dtype=bool)
    bins = np.minimum((sure * BINS).astype(int), BINS - 1)
    error = 0.0
    for b in range(BINS):
        here = given & (bins == b)
        if here.any():
            error += here.sum() / given.sum() * abs(float(np.mean(found[here] == "right")) - float(sure[here].mean()))
    return Score(len(found), int(np.sum(found == "wrong")), int(np.sum(found == "undetermined")), error)
