"""The benchmark of labels: `python benchmarks/labels [N ...]`, by default at 5,000 and 1,000 samples.

`python benchmarks/labels fit` prints the constants `RIGHT` of attractors/rule.py, from the training families alone.
"""

import sys
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

sys.path.append(str(Path(__file__).resolve().parents[1]))

from baselines import BASELINES, kind
from changes import changes
from families import FAMILIES
from family import Family, Network, network_start
from network_truth import NetworkJudge
from points import Point, points_of
from scoring import DEFINITE, Score, is_judged, outcome, score
from timing import table

from attractors import classify
from attractors.rule import RIGHT

ALIGNS = 1_000  # steps of the network before the samples in which its tangent vectors align


class Answer(NamedTuple):
    """What was said of a point."""

    outcome: str
    definite: bool
    confidence: float
    label: str
    baselines: dict[str, bool]


LINES = {  # which line of the rule gives a label
    "cycle": {"fixed_point", "periodic"},
    "chaos": {"chaotic", "hyperchaotic"},
    "torus": {"quasiperiodic"},
}


def fit() -> None:
    """Share of right labels, over the probability of the conditions, line by line."""
    pairs = [pair for n in (5_000, 1_000) for f in FAMILIES if f.training for pair in judged(f, n, others=False)]
    for line, labels in LINES.items():
        answers = [a for p, a in pairs if is_judged(p) and a.label in labels]
        right = sum(a.outcome == "right" for a in answers)
        probability = sum(a.confidence for a in answers) / RIGHT[line]
        print(f"{line}: {min(right / probability, 1.0 - 1.0 / len(answers)):.4f} of {len(answers)}")


def main(numbers: list[int]) -> None:
    for n in numbers or [5_000, 1_000]:
        families = {family.name: judged(family, n) for family in FAMILIES}
        report(n, families)
        changes(FAMILIES, n)


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
    return Answer(outcome(point, label, found.period), label in DEFINITE, found.confidence, label, others)


def report(n: int, families: dict[str, list[tuple[Point, Answer]]]) -> None:
    header = ["", "points", "wrong %", "undetermined %", "calibration error"]
    rows, counted = [], {name: [(p, a) for p, a in pairs if is_judged(p)] for name, pairs in families.items()}
    training = {family.name for family in FAMILIES if family.training}
    for name, pairs in counted.items():
        rows.append([name + (" (training)" if name in training else ""), *scored(pairs).cells()])
    every = [pair for pairs in counted.values() for pair in pairs]
    seen = [pair for name, pairs in counted.items() if name in training for pair in pairs]
    unseen = [pair for name, pairs in counted.items() if name not in training for pair in pairs]
    beside = [pair for pair in every if pair[0].beside]
    for name, pairs in {
        "all training families": seen,
        "all test families": unseen,
        "beside boundaries": beside,
        "**all**": every,
    }.items():
        rows.append([name, *scored(pairs).cells()])
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
    others = []
    for name in BASELINES:
        right = [a.baselines[name] for _, a in every if name in a.baselines]
        if right:
            others.append([name, f"{len(right):,}", f"{100 * (1 - np.mean(right)):.2f}"])
    table(f"Other ways, from the same {n:,} samples, on settled orbits", ["", "points", "wrong %"], others)


def scored(pairs: list[tuple[Point, Answer]]) -> Score:
    return score([a.outcome for _, a in pairs], [a.definite for _, a in pairs], [a.confidence for _, a in pairs])


if __name__ == "__main__":
    if sys.argv[1:] == ["fit"]:
        fit()
    else:
        main([int(word) for word in sys.argv[1:]])
