"""Thresholds of the rule, and the shares of right labels that it takes for confidences, from training families alone.

Thresholds are fields of `Limits`. Digits beyond those of chance (`digits`, `safe_digits`, `phase`) are levels of
significance, and not fitted.

A wrong label costs as much as six undetermined ones: 0.5 % of the former are allowed with 3 % of the latter. Each
threshold is varied while the others stay as they are. Of its values, the more cautious first, the first one is chosen
whose cost is above the least by no more than one standard error of the difference, the square root of the sum of its
squares over points (the one-standard-error rule of L. Breiman et al., Classification and Regression Trees, 1984).

Shares of right labels are those of families that the thresholds do not know: each is labelled with thresholds chosen
from the others. Growth by less than 3 nats in all is not tried as evidence of chaos (`even_sum`), for a torus may swing
by that: with values down to 0.5, families without Hénon's islands choose 1, and chaos has the share 0.98.
"""

from collections.abc import Iterator, Sequence
from dataclasses import fields, replace

import numpy as np
from family import Family
from points import Point, points_of
from scoring import is_judged, outcome
from timing import table

from attractors import classify
from attractors.labels.evidence import Evidence
from attractors.labels.limits import LIMITS, Limits
from attractors.labels.rule import RIGHT, Verdict, verdict

LENGTHS = (5_000, 1_000)  # samples
OPEN = "undetermined"
COST = {"right": 0.0, OPEN: 1.0, "wrong": 6.0}
GIVEN = {field.name for field in fields(Evidence)}
VALUES: dict[str, tuple[float, ...]] = {  # the more cautious first
    "regular_sum": (1.0, 1.5, 2.0, 2.5, 3.0, 3.5, 4.0, 5.0),
    "larger_sum": (3.0, 4.0, 5.0, 6.0, 7.0, 10.0),
    "many_digits": (8.0, 7.0, 6.0, 5.0, 4.5, 4.0, 3.0),
    "smooth_sum": (0.0, 0.1, 0.2, 0.3, 0.5, 0.7, 1.0, 1.5, 2.0, 3.0, 5.0),
    "hyper": (2.0, 1.5, 1.0, 0.5),
    "hyper_sum": (10.0, 7.0, 5.0, 4.0, 3.0, 2.0),
    "even": (30.0, 20.0, 15.0, 10.0, 7.0, 5.0, 3.0, 2.0, 1.0),
    "even_sum": (10.0, 7.0, 5.0, 4.0, 3.0),  # less than that any torus may have
    "agreed": (2.8, 2.5, 2.2, 2.0, 1.8, 1.5, 1.0),
    "contracts": (20.0, 10.0, 7.0, 5.0, 3.0, 2.0, 1.0),  # less than a factor e is no contraction
    "spread": (0.1, 0.03, 0.01, 0.005, 0.003, 0.001, 0.0003),
    "errors": (3.0, 2.5, 2.0, 1.5, 1.0, 0.5),
    "nats": (15.0, 12.0, 10.0, 8.0, 7.0, 6.0, 5.0, 4.0, 3.0, 2.0),
    "diffuses": (0.5, 0.4, 0.3, 0.2, 0.15, 0.1, 0.07, 0.05, 0.02),
    "lines": (0.999, 0.99, 0.95, 0.9, 0.8, 0.5, -1.0),
}


def fit(families: Sequence[Family], names: Sequence[str] = ()) -> None:
    """Print what the training families say of each threshold (or those named), and of each share."""
    asked = {name: VALUES[name] for name in names or VALUES}
    costs: dict[str, list[np.ndarray]] = {name: [] for name in asked}
    n_points = 0
    for family in families:
        known = list(evidence_of(family))
        n_points += len(known)
        for name, values in asked.items():
            costs[name].append(np.array([costs_with(name, value, known) for value in values]))
    rows = []
    for name, values in asked.items():
        cost = np.concatenate(costs[name], axis=1)
        chosen = values[choice(cost)]
        used = getattr(LIMITS, name)
        each = ", ".join(f"{value:g}: {total:.0f}" for value, total in zip(values, cost.sum(axis=1), strict=True))
        rows.append([name, f"{used:g}", f"{chosen:g}" + ("" if chosen == used else " (another!)"), each])
    table(f"Thresholds, from {n_points:,} training runs", ["", "used", "chosen", "value: cost"], rows)
    if not names:
        shares(families, costs)


def shares(families: Sequence[Family], costs: dict[str, list[np.ndarray]]) -> None:
    """Print the share of right labels, over the probability of the conditions, line by line of the rule."""
    answers: list[tuple[str, str, float]] = []
    for i, family in enumerate(families):
        limits = replace(LIMITS, **{name: values[choice(of_others(costs[name], i))] for name, values in VALUES.items()})
        for point, found in evidence_of(family):
            said = verdict(held_against(limits, found))
            answers.append((said.line.group, outcome_of(point, said, found), said.probability))
    rows = []
    for line, used in RIGHT.items():
        here = [(result, probability) for key, result, probability in answers if key == line and result != OPEN]
        right, expected = sum(result == "right" for result, _ in here), sum(probability for _, probability in here)
        share = min(right / expected, 1.0 - 1.0 / len(here)) if here else float("nan")
        rows.append([line, len(here), f"{used:.4f}", f"{share:.4f}"])
    table("Shares of right labels, the constants `RIGHT`", ["", "labels", "used", "fitted"], rows)


def of_others(costs: list[np.ndarray], i: int) -> np.ndarray:
    """Costs (values, points) of all families but one."""
    return np.concatenate(costs[:i] + costs[i + 1 :], axis=1)


def evidence_of(family: Family) -> Iterator[tuple[Point, Evidence]]:
    """Evidence of all points of a family, from runs of each length."""
    for n in LENGTHS:
        for point in points_of(family):
            if is_judged(point):
                start = np.array(point.x0)
                yield point, classify(family.system(point.p), start, n_transient=family.n_before, n_steps=n).evidence


def held_against(limits: Limits, found: Evidence) -> Evidence:
    """Hold evidence against other limits of the rule, on which nothing depends that was measured."""
    other = replace(found, limits=limits)
    vars(other).update({name: value for name, value in vars(found).items() if name not in GIVEN})
    return other


def outcome_of(point: Point, said: Verdict, found: Evidence) -> str:
    return outcome(point, said.label.value, found.period if said.label.is_cycle else None)


def costs_with(name: str, value: float, known: list[tuple[Point, Evidence]]) -> list[float]:
    limits = replace(LIMITS, **{name: value})
    return [COST[outcome_of(point, verdict(held_against(limits, found)), found)] for point, found in known]


def choice(cost: np.ndarray) -> int:
    """First of the values (n, points) that is not worse than the best by more than one standard error."""
    more = cost - cost[np.argmin(cost.sum(axis=1))]
    return int(np.flatnonzero(more.sum(axis=1) <= np.sqrt((more**2).sum(axis=1)))[0])
