"""The benchmark of labels: `python benchmarks/labels [N ...]`, by default at 5,000 and 1,000 samples.

`python benchmarks/labels fit [NAME ...]` shows where the constants of the rule come from: training families.
"""

import sys
from collections import Counter
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

from baselines import BASELINES, kind
from changes import changes
from cost import cost
from families import FAMILIES
from family import Family, Network, network_start
from fit import fit
from held_out import HELD_OUT
from network_truth import NetworkJudge
from points import Point, points_of
from scoring import DEFINITE, Score, is_judged, outcome, score
from tested import TESTED
from timing import table
from training import TRAINING

from attractors import classify

ALIGNS = 1_000  # steps of the network before the samples in which its tangent vectors align


class Answer(NamedTuple):
    """What was said of a point."""

    outcome: str
    definite: bool
    confidence: float
    label: str
    decided_by: str
    baselines: dict[str, bool]


def main(numbers: list[int]) -> None:
    for n in numbers or [5_000, 1_000]:
        families = {family.name: judged(family, n) for family in FAMILIES}
        report(n, families)
        changes(FAMILIES, n)
    cost()


def judged(family: Family, n: int, *, others: bool = True) -> list[tuple[Point, Answer]]:
    """Label all points of a family from n samples each."""
    points = [(i, point) for i, point in enumerate(points_of(family)) if point.truth.kind != "dropped"]
    starts: list[Any] = [np.array(point.x0) for _, point in points]
    n_before = family.n_before
    if isinstance(family, Network):  # side by side, which is much faster
        run = NetworkJudge(family).ensemble(np.array([point.p for _, point in points]), [network_start()] * len(points))
        run.advance(n_before - ALIGNS)
        starts, n_before = run.windows(), ALIGNS
    return [
        (point, answer_of(family.system(point.p), start, n_before, n, point, i if others else None))
        for start, (i, point) in zip(starts, points, strict=True)
    ]


def answer_of(system: Any, start: Any, n_before: int, n: int, point: Point, i: int | None) -> Answer:
    """Label a point by `classify`, and by the baselines that are due at the i-th one."""
    found = classify(system, start, n_transient=n_before, n_steps=n)
    label, others = found.label.value, {}
    if i is not None and found.spectrum is not None and point.truth.stand == "settled":
        samples = system.orbit(start, n_before + n)[0][n_before:]
        if np.isfinite(samples).all():
            for name, (method, known, every) in BASELINES.items():
                if i % every == 0:
                    others[name] = method(found.spectrum, samples) == kind(point.truth.kind, known)
    result = outcome(point, label, found.period)
    return Answer(result, label in DEFINITE, found.confidence, label, found.decided_by, others)


def report(n: int, families: dict[str, list[tuple[Point, Answer]]]) -> None:
    header = ["", "points", "wrong %", "undetermined %", "calibration error"]
    rows, counted = [], {name: [(p, a) for p, a in pairs if is_judged(p)] for name, pairs in families.items()}
    roles = {"training": TRAINING, "test": TESTED, "held out": HELD_OUT}
    for role, members in roles.items():
        rows += [[f"{family.name} ({role})", *scored(counted[family.name]).cells()] for family in members]
    for role, members in roles.items():
        together = [pair for family in members for pair in counted[family.name]]
        rows.append([f"**all {role} families**", *scored(together).cells()])
    every = [pair for pairs in counted.values() for pair in pairs]
    rows.append(["beside boundaries", *scored([pair for pair in every if pair[0].beside]).cells()])
    rows.append(["**all**", *scored(every).cells()])
    table(f"Labels from {n:,} samples", header, rows)
    hidden = [a for pairs in families.values() for p, a in pairs if p.truth.stand == "elsewhere"]
    called = [
        sum(a.label in kinds for a in hidden) for kinds in ({"chaotic", "hyperchaotic"}, {"transient", "undetermined"})
    ]
    dropped = sum(p.truth.kind == "dropped" for family in FAMILIES for p in points_of(family))
    print(
        f"Not in the table: {dropped} points dropped because their truth could not be had, and {len(hidden)} whose "
        f"chaotic transient outlasts the run, of which {called[0]} were called chaotic and {called[1]} undetermined or "
        "transient.\n"
    )
    deciders(n, every)
    others = []
    for name in BASELINES:
        right = [a.baselines[name] for _, a in every if name in a.baselines]
        if right:
            others.append([name, f"{len(right):,}", f"{100 * (1 - np.mean(right)):.2f}"])
    table(f"Other ways, from the same {n:,} samples, on settled orbits", ["", "points", "wrong %"], others)


def deciders(n: int, pairs: list[tuple[Point, Answer]]) -> None:
    """Print which evidence decided how many labels, and how many of these are wrong."""
    labels = Counter(a.decided_by for _, a in pairs if a.definite)
    wrong = Counter(a.decided_by for _, a in pairs if a.outcome == "wrong")
    rows = [
        [name, f"{count:,}", wrong[name], f"{100 * wrong[name] / count:.2f}"] for name, count in labels.most_common()
    ]
    table(f"What decided, from {n:,} samples", ["", "labels", "wrong", "wrong %"], rows)


def scored(pairs: list[tuple[Point, Answer]]) -> Score:
    return score([a.outcome for _, a in pairs], [a.definite for _, a in pairs], [a.confidence for _, a in pairs])


if __name__ == "__main__":
    if sys.argv[1:2] == ["fit"]:
        fit(TRAINING, sys.argv[2:])
    else:
        main([int(word) for word in sys.argv[1:]])
