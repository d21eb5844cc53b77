"""What happens to an attractor between two values of a parameter, from the multipliers of its cycle."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attractors.labels.classification import Classification, Label
from attractors.recurrence.cycles import CycleStatus, refine_cycle
from attractors.results import Result
from attractors.system import SmoothSystem

MOST_POINTS = 3  # values that are looked at
SLACK_STEPS = 0.5  # steps of the parameter by which an extrapolation may miss
LAWS = {"fold": 2, "pitchfork": 1, "flip": 1, "Neimark-Sacker": 1}  # (1 - |μ|)^law is linear in the parameter


@dataclass(frozen=True, eq=False)
class Bifurcation(Result):
    """An event on a branch of attractors.

    Attributes
    ----------
    kind : str
        "fold", "pitchfork" (or transcritical), "flip" (period doubling), "Neimark-Sacker": a multiplier of the cycle
        reaches 1, -1, or the unit circle as a pair. "crisis": chaos ends. "breakdown": a torus becomes chaos, or chaos
        a torus. "locking": a cycle on a torus takes its place, or the torus that of the cycle, where multipliers do not
        tell. "jump": a torus ends, and its orbit goes to what was there before, elsewhere. "edge": the range of the
        parameter ends. "unknown" otherwise.
    between : tuple of float
        The values between which it happens: that of the attractor, and the next one.
    estimate : float
        Value at which the multiplier gets there, extrapolated; NaN if not known.
    multiplier : complex
        Of the cycle, the one with the modulus nearest to 1, at the last value; NaN if there is none.
    leads_to : int
        Number of the branch on which the attractor's continuation ends, -1 if not known.
    before, after : str
        Label and period, on both sides of `between`; after is empty where the branch ends.
    """

    kind: str
    between: tuple[float, float]
    estimate: float
    multiplier: complex
    leads_to: int
    before: str
    after: str


def bifurcation_at(
    make: Callable[[float], SmoothSystem],
    answer: Classification,
    points: Sequence[tuple[float, Any]],
    *,
    beyond: float | None,
    leads_to: int,
    becomes: Classification | None,
) -> Bifurcation:
    """Say what happens to an attractor between the last value where it is seen and the next.

    Parameters
    ----------
    make : callable, parameter -> SmoothSystem
        The map at a value.
    answer : Classification
        The attractor's label.
    points : sequence of (parameter, state), 1 to 3
        States on it at the last value, the one before, and before that, as far as label and period are the same.
    beyond : float or None
        The next value; None if there is none.
    leads_to : int
        Branch of the attractor that its continuation reaches there.
    becomes : Classification or None
        Its label there, if it goes on.

    Returns
    -------
    Bifurcation

    Notes
    -----
    Near a bifurcation at p_c the multiplier approaches the unit circle as 1 - |μ| ~ |p - p_c|, at a fold as its square
    root. That law is extrapolated from the last two values; if it gets to 0 between the last value and the next, with
    half a step's grace, the bifurcation is said to be that. Which law holds for a multiplier near 1 is decided by the
    third value; without one, a fold is assumed.
    """
    last = points[0][0]
    before, after = _name(answer), "" if becomes is None else _name(becomes)
    nothing = complex(math.nan, math.nan)
    if beyond is None:
        return Bifurcation("edge", (last, last), math.nan, nothing, -1, before, after)
    kind, estimate, multiplier = "unknown", math.nan, nothing
    if answer.label.is_chaos and becomes is None:
        kind = "crisis"
    elif becomes is not None and _is_breakdown(answer.label, becomes.label):
        kind = "breakdown"
    elif answer.label.is_cycle and answer.period is not None:
        kind, estimate, multiplier = _from_multipliers(make, answer.period, points, beyond)
    return Bifurcation(kind, (last, beyond), estimate, multiplier, leads_to, before, after)


def _is_breakdown(one: Label, other: Label) -> bool:
    return (one is Label.quasiperiodic and other.is_chaos) or (one.is_chaos and other is Label.quasiperiodic)


def _from_multipliers(
    make: Callable[[float], SmoothSystem], period: int, points: Sequence[tuple[float, Any]], beyond: float
) -> tuple[str, float, complex]:
    """Name what the multipliers of a cycle head for, where that is, and the multiplier at the last value."""
    nearest = [_nearest_multiplier(make(value), state, period) for value, state in points]
    if nearest[0] is None:
        return "unknown", math.nan, complex(math.nan, math.nan)
    name, multiplier = nearest[0]
    alike = [pair is not None and pair[0] == name for pair in nearest]
    moduli = [abs(pair[1]) for pair in nearest if pair is not None and pair[0] == name]
    values = [value for (value, _), used in zip(points, alike, strict=True) if used]
    if name == "fold" and not _is_fold(moduli):
        name = "pitchfork"
    estimate = _extrapolated(values, [(1.0 - modulus) ** LAWS[name] for modulus in moduli])
    low, high = sorted((values[0], beyond + SLACK_STEPS * (beyond - values[0])))
    return (name, estimate, multiplier) if low <= estimate <= high else ("unknown", math.nan, multiplier)


def _name(answer: Classification) -> str:
    """Label with the period of a cycle; that of a fixed point goes without saying."""
    return answer.name if answer.label is Label.periodic else str(answer.label)


def _nearest_multiplier(system: SmoothSystem, state: Any, period: int) -> tuple[str, complex] | None:
    """Find the multiplier of the cycle with the modulus nearest to 1, and where it would leave the unit circle."""
    cycle = refine_cycle(system, state, period)
    if cycle.status is not CycleStatus.CONVERGED or cycle.stability == "unstable":
        return None
    nearest = cycle.multipliers[np.argmin(np.abs(np.abs(cycle.multipliers) - 1.0))]
    return cycle.bifurcation, complex(nearest)


def _is_fold(moduli: list[float]) -> bool:
    """Whether (1 - |μ|)², rather than 1 - |μ|, changes evenly over three values, the nearest first."""
    if len(moduli) < 3:
        return True
    bends = []
    for law in (LAWS["fold"], LAWS["pitchfork"]):
        first, second, third = ((1.0 - modulus) ** law for modulus in moduli)
        bends.append(abs(first - 2.0 * second + third) / max(abs(third - first), 1e-300))
    return bends[0] <= bends[1]


def _extrapolated(values: list[float], gaps: list[float]) -> float:
    """Value at which a straight line through the first two gaps is 0."""
    if len(values) < 2 or gaps[1] <= gaps[0]:
        return math.nan
    return values[0] - gaps[0] * (values[1] - values[0]) / (gaps[1] - gaps[0])
