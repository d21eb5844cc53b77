"""Attractors followed over a parameter, in both directions: branches, where they begin and end, and hysteresis."""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.continuation.branches import Branches, FollowingStatus, Node, branch_of
from attractors.labels.classification import Label
from attractors.multistability.attractors import orbits_of, settled_attractors
from attractors.multistability.distinction import (
    UNKNOWN,
    IntArray,
    MultistabilityStatus,
    Orbits,
    distinguish_attractors,
)
from attractors.system import SmoothSystem

NUDGE = 1e-7  # relative: what seeds are moved by
LEAST_SIZE = 1e-3  # of the largest value on any attractor: what a seed at 0 counts as


class Explore(Protocol):
    """What `follow` asks of a family of maps."""

    def __call__(self, parameter: float, seeds: Sequence[Any] | None) -> Orbits:
        """Run from seeds, states of the neighbouring parameter's orbits; if None, from the random starts.

        All windows of one parameter begin at the same phase of the clock.
        """


class _Scan(NamedTuple):
    """Attractors at each parameter, and what the random starts said of them."""

    nodes: list[list[Node]]
    n_starts: IntArray
    n_undetermined: IntArray
    clear: bool


def follow_attractors(
    make: Callable[[float], SmoothSystem],
    parameters: npt.ArrayLike,
    starts: Sequence[Any],
    *,
    n_transient: int,
    n_steps: int,
    n_exponents: int | None = None,
    n_window: int = 4096,
) -> Branches:
    """Find the attractors at each value of a parameter and follow them; see `follow`.

    Parameters
    ----------
    make : callable, parameter -> SmoothSystem
        The map at a value.
    parameters : array-like, shape (n,)
        Ascending.
    starts : sequence
        States from which orbits begin at each value; random ones, for shares are theirs.
    n_transient, n_steps, n_exponents, n_window
        As for `find_attractors`.

    Returns
    -------
    Branches

    Examples
    --------
    x' = r + x - x³ has one fixed point, but for |r| < 2/√27 = 0.385 three, of which two attract: hysteresis.

    >>> def step(x, p, out):
    ...     out[0] = x[0] + 0.2 * (p[0] + x[0] - x[0] ** 3)
    >>> from attractors import DiscreteMap
    >>> found = follow_attractors(
    ...     lambda r: DiscreteMap(step, parameters=[r]),
    ...     np.linspace(-0.5, 0.5, 11),
    ...     np.linspace(-1.5, 1.5, 9)[:, None],
    ...     n_transient=400, n_steps=64, n_window=60)
    >>> for branch in found.branches:
    ...     print(branch.parameters[[0, -1]].round(1), branch.begins.kind, branch.ends.kind)
    [-0.5  0.3] edge fold
    [-0.3  0.5] fold edge
    >>> found.hysteresis.round(1)
    array([[-0.3,  0.3]])
    """

    def explore(parameter: float, seeds: Sequence[Any] | None) -> Orbits:
        begin = starts if seeds is None else seeds
        return orbits_of(
            make(parameter), begin, n_transient=n_transient, n_steps=n_steps, n_exponents=n_exponents, n_window=n_window
        )

    return follow(parameters, explore, make)


def follow(parameters: npt.ArrayLike, explore: Explore, make: Callable[[float], SmoothSystem]) -> Branches:
    """Find the attractors at each value of a parameter and follow them in both directions.

    Parameters
    ----------
    parameters : array-like, shape (n,)
        Ascending.
    explore : Explore
        Runs and labels orbits at one value, from random starts or from given states: in lanes, say.
    make : callable, parameter -> SmoothSystem
        The map at a value, for cycles by Newton's method and their multipliers.

    Returns
    -------
    Branches

    Raises
    ------
    ValueError
        If the parameters do not ascend, or there are none.

    Notes
    -----
    At each value the attractors of the random starts are told apart; chaos beside other attractors has to last through
    a second run (`multistability.run_on`). Then each is continued: an orbit on it goes on at the next value to the
    right, and at the next to the left, and reaches an attractor there, a known one or a new one, which is continued in
    its turn, until nothing new is found. Two attractors at neighbouring values belong to one
    branch if each leads to the other. So a branch ends where the continuation leads elsewhere, though the attractor
    might go on with a basin too small for the step: take smaller steps where that matters. Seeds are moved by 10⁻⁷ of
    their size, at least of a thousandth of that of the largest attractor, in a direction that is always the same, lest
    an orbit stays on what attracts no longer.

    The multipliers of the cycle say what happens at an end, and where label or period change
    (`bifurcations.bifurcation_at`). Cost: n calls of `explore` for the random starts, and some 2 n with a seed for
    each attractor. Memory: a window for each attractor and value.
    """
    values = np.array(parameters, dtype=np.float64)
    if values.ndim != 1 or not len(values) or not np.isfinite(values).all() or (np.diff(values) <= 0.0).any():
        raise ValueError(f"parameters must be finite and ascend, shape (n,) with n >= 1, got {values}")
    period = make(float(values[0])).clock_period
    scan = _random_starts(values, explore, period)
    pending, clear = True, scan.clear
    size = _size(scan.nodes)
    while pending:
        pending = False
        for side in (1, -1):
            for i in range(len(values))[::side]:
                seeds = [node for node in scan.nodes[i] if side not in node.links and node.answer.label != "divergent"]
                if seeds and 0 <= i + side < len(values):
                    starts = [_moved(make(float(values[i])), seed.end, LEAST_SIZE * size) for seed in seeds]
                    orbits = explore(float(values[i + side]), starts)
                    clear &= _link(seeds, orbits, scan.nodes[i + side], side, period)
                    pending = True
    number = _number(scan.nodes)
    up, down = (_slowly(scan.nodes, side) for side in (1, -1))
    chains: list[list[Node]] = [[] for _ in range(number)]
    for node in (node for nodes in scan.nodes for node in nodes):
        chains[node.branch].append(node)
    lost = any(other is None for nodes in scan.nodes for node in nodes for other in node.links.values())
    if not clear:
        status = FollowingStatus.UNCLEAR
    elif lost:
        status = FollowingStatus.BROKEN
    else:
        status = FollowingStatus.UNDETERMINED_STARTS if scan.n_undetermined.any() else FollowingStatus.OK
    return Branches(
        parameters=values,
        branches=tuple(branch_of(chain, values, scan.n_starts, scan.n_undetermined, make) for chain in chains),
        undetermined=scan.n_undetermined / scan.n_starts,
        n_starts=scan.n_starts,
        up=up,
        down=down,
        hysteresis=_ranges(values, (up != down) & (up != UNKNOWN) & (down != UNKNOWN)),
        status=status,
    )


def _random_starts(values: FloatArray, explore: Explore, clock_period: int) -> _Scan:
    """Find the attractors of the random starts at each value."""
    nodes, n_starts, n_undetermined, clear = [], [], [], True
    for i, value in enumerate(values):
        run = partial(explore, float(value))
        orbits, found = settled_attractors(run(None), run, clock_period=clock_period)
        nodes.append([_node(i, orbits, one.representative, len(one.starts)) for one in found.attractors])
        n_starts.append(found.n_starts)
        n_undetermined.append(found.n_undetermined)
        clear &= found.status is not MultistabilityStatus.UNCLEAR
    return _Scan(nodes, np.array(n_starts), np.array(n_undetermined), clear)


def _node(index: int, orbits: Orbits, start: int, n_random: int) -> Node:
    return Node(index, orbits.windows[start], orbits.answers[start], orbits.ends[start], n_random)


def _size(nodes: list[list[Node]]) -> float:
    """Return the largest value on any attractor; 1 if all are at 0."""
    sizes = [float(np.abs(node.window).max()) for found in nodes for node in found]
    return max((size for size in sizes if np.isfinite(size)), default=0.0) or 1.0


def _moved(system: SmoothSystem, state: Any, least: float) -> Any:
    """Move a state by a little of its size, which counts as no less than `least`."""
    vector = system.to_vector(state)
    direction = np.random.default_rng(0).normal(size=vector.size)
    return system.from_vector(vector + NUDGE * max(float(np.abs(vector).max()), least) * direction, state)


def _link(seeds: list[Node], orbits: Orbits, there: list[Node], side: int, clock_period: int) -> bool:
    """Link attractors to what the orbits from them reach, new attractors among it; return whether that is clear."""
    known = len(there)
    windows = np.concatenate([[node.window for node in there], orbits.windows]) if known else orbits.windows
    answers = [*(node.answer for node in there), *orbits.answers]
    found = distinguish_attractors(windows, answers, clock_period=clock_period)
    index = seeds[0].index + side
    for attractor in found.attractors:
        members = attractor.starts.tolist()
        if members[0] >= known:  # a new one
            there.append(_node(index, orbits, attractor.representative - known, 0))
            reached = there[-1]
        else:
            reached = there[members[0]]
        for member in members:
            if member >= known:
                seeds[member - known].links[side] = reached
    for seed in seeds:
        seed.links.setdefault(side, None)
    return found.status is not MultistabilityStatus.UNCLEAR


def _number(nodes: list[list[Node]]) -> int:
    """Give each attractor the number of its branch: that of its neighbour, if each leads to the other."""
    number = 0
    for i, here in enumerate(nodes):
        for node in here:
            if node.answer.label is Label.divergent and i + 1 < len(nodes):
                following = [other for other in nodes[i + 1] if other.answer.label is Label.divergent]
                for other in following:
                    node.links[1], other.links[-1] = other, node
        for node in sorted(here, key=lambda node: -node.n_random):
            before = node.links.get(-1)
            if before is not None and before.links.get(1) is node:
                node.branch = before.branch
            else:
                node.branch, number = number, number + 1
    return number


def _slowly(nodes: list[list[Node]], side: int) -> IntArray:
    """Branch at each value while the parameter is slowly moved; from the attractor of most starts on."""
    found = np.full(len(nodes), UNKNOWN, dtype=np.int64)
    here: Node | None = None
    for i in range(len(nodes))[::side]:
        if here is None and nodes[i]:
            here = max(nodes[i], key=lambda node: node.n_random)
        if here is not None:
            found[i] = here.branch
            here = here.links.get(side)
    return found


def _ranges(values: FloatArray, where: npt.NDArray[np.bool_]) -> FloatArray:
    """First and last value (k, 2) of each run of True."""
    edges = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(np.int8)))
    return np.array([[values[first], values[end - 1]] for first, end in edges.reshape(-1, 2)]).reshape(-1, 2)
