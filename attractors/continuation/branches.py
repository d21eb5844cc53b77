"""Branches: an attractor over a range of a parameter, with where it begins, changes and ends."""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.bifurcations import MOST_POINTS, Bifurcation, bifurcation_at
from attractors.continuation.torus_bifurcations import end_of_torus
from attractors.labels.classification import Classification, Label
from attractors.multistability.basin_shares import share_interval
from attractors.multistability.distinction import UNKNOWN, IntArray
from attractors.results import Result
from attractors.status import Status, doubt, sure
from attractors.system import SmoothSystem


class FollowingStatus(Status):
    """How far branches can be trusted; the value says what to do."""

    OK = sure("Every attractor could be continued to both neighbours, or is seen to have none there.")
    BROKEN = doubt(
        "Some continuations ended on nothing that could be told, so branches may be cut in two. Raise n_transient, and "
        "n_steps if labels ask for it."
    )
    UNDETERMINED_STARTS = doubt(
        "At some parameters random starts are on no attractor that could be told; the intervals of shares allow for "
        "them. Raise n_transient, and n_steps if labels ask for it."
    )
    UNCLEAR = doubt("At some parameters it is not clear which orbits share an attractor. Raise n_window.")


@dataclass(frozen=True, eq=False)
class Branch(Result):
    """One attractor over a range of the parameter.

    Attributes
    ----------
    indices : int array, shape (n,)
        Which of the parameters, consecutive.
    parameters : array, shape (n,)
        Their values.
    labels : tuple of Label
        What it is at each.
    periods : int array, shape (n,)
        0 where it has none.
    shares, intervals : arrays, shape (n,) and (n, 2)
        Of random starts, with 95 % intervals; 0 where only continuation found it: its basin is small.
    exponents : array, shape (n,)
        λ_1, nats per step.
    windows : tuple of arrays (n_window, m)
        Last samples of an orbit on it.
    begins, ends : Bifurcation
        What happens at the lower and at the upper end.
    changes : tuple of Bifurcation
        Where label or period change along it.
    """

    indices: IntArray
    parameters: FloatArray
    labels: tuple[Label, ...]
    periods: IntArray
    shares: FloatArray
    intervals: FloatArray
    exponents: FloatArray
    windows: tuple[FloatArray, ...]
    begins: Bifurcation
    ends: Bifurcation
    changes: tuple[Bifurcation, ...]


@dataclass(frozen=True, eq=False)
class Branches(Result):
    """All branches of attractors over a parameter.

    Attributes
    ----------
    parameters : array, shape (n,)
        Ascending.
    branches : tuple of Branch
        By where they begin, then by share.
    undetermined : array, shape (n,)
        Share of random starts of which the attractor is not known.
    n_starts : int array, shape (n,)
        Random starts.
    up, down : int array, shape (n,)
        The branch on which the attractor of most starts at the lower (upper) end stays while the parameter is slowly
        raised (lowered); -1 where that is not known.
    hysteresis : array, shape (k, 2)
        Ranges in which these two differ.
    status : FollowingStatus
        Whether to trust them; the first that applies of UNCLEAR, BROKEN, UNDETERMINED_STARTS.
    """

    parameters: FloatArray
    branches: tuple[Branch, ...]
    undetermined: FloatArray
    n_starts: IntArray
    up: IntArray
    down: IntArray
    hysteresis: FloatArray
    status: FollowingStatus


@dataclass(eq=False)
class Node:
    """An attractor at one parameter; where its continuation to either side leads: nothing yet, nowhere, or a node."""

    index: int
    window: FloatArray
    answer: Classification
    end: Any
    n_random: int
    links: dict[int, "Node | None"] = field(default_factory=dict)
    branch: int = UNKNOWN


def branch_of(
    chain: list[Node],
    values: FloatArray,
    n_starts: IntArray,
    n_undetermined: IntArray,
    make: Callable[[float], SmoothSystem],
) -> Branch:
    """Describe a chain of attractors at consecutive values."""
    indices = np.array([node.index for node in chain])
    answers = [node.answer for node in chain]
    spectra = [answer.spectrum for answer in answers]
    changes = [j for j in range(len(chain) - 1) if _kind(answers[j]) != _kind(answers[j + 1])]
    counts = [(node.n_random, int(n_starts[node.index]), int(n_undetermined[node.index])) for node in chain]
    return Branch(
        indices=indices,
        parameters=values[indices],
        labels=tuple(answer.label for answer in answers),
        periods=np.array([answer.period or 0 for answer in answers]),
        shares=np.array([k / n for k, n, _ in counts]),
        intervals=np.array([share_interval(*count) for count in counts]),
        exponents=np.array([s.exponents[0] if s is not None and s.exponents.size else np.nan for s in spectra]),
        windows=tuple(node.window for node in chain),
        begins=_end(chain, 0, -1, values, make),
        ends=_end(chain, len(chain) - 1, 1, values, make),
        changes=tuple(_change(chain, j, values, make) for j in changes),
    )


def _kind(answer: Classification) -> tuple[Label, int | None]:
    return answer.label, answer.period


def _change(chain: list[Node], j: int, values: FloatArray, make: Callable[[float], SmoothSystem]) -> Bifurcation:
    """Say what happens between the j-th attractor of a branch and the next; from the other side if that tells more.

    The multipliers of a cycle tell most; what is seen of a torus beside it is asked after both.
    """
    forwards = _event(chain, j, 1, values, make)
    if forwards.kind != "unknown":
        return forwards
    backwards = _event(chain, j + 1, -1, values, make)
    if backwards.kind == "unknown":
        tori = (_torus_ends(chain, j, 1, chain[j + 1], values), _torus_ends(chain, j + 1, -1, chain[j], values))
        kind, estimate = next((found for found in tori if found[0] != "unknown"), tori[0])
        backwards = replace(backwards, kind=kind, estimate=estimate)
    return replace(backwards, between=forwards.between, before=forwards.before, after=forwards.after)


def _end(
    chain: list[Node], j: int, side: int, values: FloatArray, make: Callable[[float], SmoothSystem]
) -> Bifurcation:
    """Say what ends a branch at its j-th attractor; of a torus, by where its orbit goes on."""
    event, other = _event(chain, j, side, values, make), chain[j].links.get(side)
    if event.kind != "unknown" or other is None or chain[j].answer.label is not Label.quasiperiodic:
        return event
    if other.answer.label is Label.divergent or other.links.get(-side) is not None:  # it was there before
        return replace(event, kind="jump")
    kind, estimate = _torus_ends(chain, j, side, other, values)
    return replace(event, kind=kind, estimate=estimate)


def _torus_ends(chain: list[Node], j: int, side: int, other: Node, values: FloatArray) -> tuple[str, float]:
    """Ask the orbits of a torus, and of what follows it; unknown if the j-th attractor is none."""
    if chain[j].answer.label is not Label.quasiperiodic:
        return "unknown", np.nan
    nodes = _same_kind(chain, j, side)
    period = other.answer.period or 0
    return end_of_torus(
        [float(values[node.index]) for node in nodes],
        [node.window for node in nodes],
        other.window,
        other.answer.label,
        period,
        float(values[chain[j].index + side]),
    )


def _same_kind(chain: list[Node], j: int, side: int) -> list[Node]:
    """Attractors of a branch with one label and period, from the j-th away from a side; no more than are looked at."""
    nodes: list[Node] = []
    for node in chain[j::-1] if side > 0 else chain[j:]:
        if _kind(node.answer) != _kind(chain[j].answer) or len(nodes) == MOST_POINTS:
            break
        nodes.append(node)
    return nodes


def _event(
    chain: list[Node], j: int, side: int, values: FloatArray, make: Callable[[float], SmoothSystem]
) -> Bifurcation:
    """Say what happens between the j-th attractor of a branch and the next value on that side."""
    beyond, other, following = chain[j].index + side, chain[j].links.get(side), j + side
    return bifurcation_at(
        make,
        chain[j].answer,
        [(float(values[node.index]), node.end) for node in _same_kind(chain, j, side)],
        beyond=float(values[beyond]) if 0 <= beyond < len(values) else None,
        leads_to=UNKNOWN if other is None else other.branch,
        becomes=chain[following].answer if 0 <= following < len(chain) else None,
    )
