"""A walk along a branch of cycles: its points, the bifurcations on the way, and why it ends."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.continuation.cycles.arclength import Curve, OnCurve, passes
from attractors.continuation.cycles.bifurcation_points import (
    BifurcationPoint,
    LocationStatus,
    Seen,
    bracketed,
    events,
    located,
    near_circle,
    seen,
)
from attractors.continuation.cycles.critical import Kind
from attractors.continuation.cycles.equations import Complex, CycleEquations, Linearised
from attractors.results import Result
from attractors.status import Status, doubt, sure

SMALLEST_SIZE = 1e-3  # of a cycle, for the length of steps
HALVINGS = 12  # of a step in which a bifurcation is looked for


class BranchEnd(Status):
    """Why a branch is followed no further; the value says what that means."""

    EDGE = sure("The parameter comes to the end of the range.")
    CLOSED = sure("The branch is a closed loop: it came back to where it began, up to turns of the clock.")
    PARENT = sure("The branch ends at a flip of the cycle of half the period, from which it was born.")
    STOPPED = doubt(
        "No step leads on, however short: the map has a kink where a point of the cycle meets it (a border collision), "
        "the cycle goes off to infinity, or derivatives are too rough."
    )
    POINTS = doubt("The largest number of points is reached. Raise max_points, or largest_step.")
    RESONANCE = sure("The Neimark-Sacker curve ends where the pair of multipliers meets at 1 or -1 (R1 or R2).")
    FOUND = sure("The bifurcation that was looked for is passed.")
    NOWHERE = doubt("There was no cycle to begin with.")


class ContinuationStatus(Status):
    """How far a branch can be trusted; the value says what to do."""

    OK = sure("Two runs with different steps find the same bifurcations.")
    ONE_RUN = sure(
        "The branch was followed with one size of steps. Ask for confirm=True to see whether another one agrees."
    )
    STEPS = doubt(
        "Two runs with different steps find different bifurcations; these are those of the smaller steps. Lower "
        "largest_step until two runs agree."
    )
    BRACKETED = doubt(
        "Some bifurcations could not be located, only bracketed, as where the map has a kink: see their status."
    )
    NO_CYCLE = doubt(
        "Newton's method found no cycle of this period at the start. Give it a state closer to one: the end of a long "
        "orbit if the cycle attracts, a point of `all_cycles` if it does not; and make sure of the period."
    )


@dataclass(frozen=True, eq=False)
class CycleBranch(Result):
    """A cycle over a parameter.

    Attributes
    ----------
    name : str
        Of the parameter.
    period : int
        p.
    parameters : array, shape (n,)
        Values, in the order in which the branch runs through them: it may turn.
    points : array, shape (n, p, m)
        The cycle at each; row t is made at the step from phase t of the clock.
    multipliers : complex array, shape (n, d)
        The largest modulus first.
    stable : bool array, shape (n,)
        Whether all are inside the unit circle.
    bifurcations : tuple of BifurcationPoint
        In the order of the branch.
    places : int array, shape (k,)
        The bifurcation i lies after point places[i].
    ends : tuple of BranchEnd
        Why it is followed no further, at the first and at the last point.
    accuracy : str
        How the map's derivatives are made.
    status : ContinuationStatus
    """

    name: str
    period: int
    parameters: FloatArray
    points: FloatArray
    multipliers: Complex
    stable: npt.NDArray[np.bool_]
    bifurcations: tuple[BifurcationPoint, ...]
    places: npt.NDArray[np.int64]
    ends: tuple[BranchEnd, BranchEnd]
    accuracy: str
    status: ContinuationStatus


class _Node(NamedTuple):
    """A point on the way, with what is seen there."""

    at: OnCurve
    multipliers: Complex
    seen: Seen


class Walk:
    """A walk along a branch of cycles: the curve, what happens on it, and when it ends."""

    def __init__(
        self,
        equations: CycleEquations,
        values: FloatArray,
        k: int,
        span: tuple[float, float],
        largest: float,
        max_points: int,
        until: Kind | None = None,
    ) -> None:
        self.until = until
        self.equations, self.values, self.k, self.span = equations, np.array(values, float), k, span
        self.largest, self.max_points = largest, max_points
        self.linear: Linearised | None = None

    def both_ways(self, points: FloatArray) -> CycleBranch:
        """Follow the branch through a cycle to both sides."""
        z = self._begin(points)
        along = np.zeros(len(z))
        along[-1] = 1.0
        _, J = self._equations(z)
        tangent = self.curve.tangent(J, along)
        if tangent is None:
            return no_branch(self.equations, self.equations.form.names[self.k])
        first = self._node(OnCurve(z, tangent))
        forward, events_forward, end = self._one_way(first)
        if end is BranchEnd.CLOSED:
            return self._branch([first, *forward], events_forward, (end, end))
        other = _Node(OnCurve(z, -tangent), first.multipliers, first.seen._replace(speed=-first.seen.speed))
        backward, events_backward, beginning = self._one_way(other)
        n = len(backward)
        found = [(n - 1 - i, event) for i, event in events_backward][::-1] + [(n + i, e) for i, e in events_forward]
        return self._branch([*backward[::-1], first, *forward], found, (beginning, end))

    def away(self, points: FloatArray, direction: FloatArray, amplitude: float) -> CycleBranch | None:
        """Follow the branch that leaves a cycle in a direction (p·m + 1,); None if there is none at that distance."""
        z = self._begin(points)
        direction = direction / self.curve.length(direction)
        guess = z + amplitude * self.largest * direction
        at = self.curve.corrected(guess, direction)
        if at is None or self.curve.length(at.z - guess) > 0.5 * self.curve.length(guess - z):
            return None
        first = self._node(at)
        forward, found, end = self._one_way(first)
        return self._branch([first, *forward], found, (BranchEnd.PARENT, end))

    def _begin(self, points: FloatArray) -> FloatArray:
        """Set the curve's weights after the size of a cycle; return the unknowns."""
        self.curve = Curve(self._equations, self._weights(points.ravel()), self._rescale)
        return np.append(points.ravel(), self.values[self.k])

    def _weights(self, points: FloatArray) -> FloatArray:
        """Weigh points (p·m,) by the largest of their numbers, the parameter by its range."""
        size = max(float(np.abs(points).max()), SMALLEST_SIZE)
        weights = np.full(points.size + 1, 1.0 / (self.equations.period * size**2))
        weights[-1] = 1.0 / (self.span[1] - self.span[0]) ** 2
        return weights

    def _rescale(self, z: FloatArray) -> None:
        """Weigh anew where the cycle is twice as large as before, or half as large."""
        weights = self._weights(z[:-1])
        if not 0.25 < weights[0] / self.curve.weights[0] < 4.0:
            self.curve.weights = weights

    def _equations(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        equations = self.equations
        values = self.values.copy()
        values[self.k] = z[-1]
        self.linear = equations.linearised(z[:-1].reshape(equations.period, -1), values)
        J = np.empty((equations.size, equations.size + 1))
        J[:, :-1], J[:, -1] = equations.matrix(self.linear.D), -self.linear.E[:, :, self.k].ravel()
        return self.linear.residual.ravel(), J

    def _node(self, at: OnCurve) -> _Node:
        self._equations(at.z)
        assert self.linear is not None
        multipliers = self.equations.multipliers(self.linear.D)
        return _Node(at, multipliers, seen(float(at.tangent[-1]), multipliers))

    def _one_way(self, first: _Node) -> tuple[list[_Node], list[tuple[int, BifurcationPoint]], BranchEnd]:
        nodes: list[_Node] = []
        found: list[tuple[int, BifurcationPoint]] = []
        here, gone = first, 0.0
        for at, step in self.curve.follow(first.at, self.largest):
            there, end = self._node(at), None
            if not self.span[0] <= at.z[-1] <= self.span[1]:
                at_edge, end = self._at_edge(here, at), BranchEnd.EDGE
                if at_edge is None:
                    return nodes, found, BranchEnd.EDGE
                there = at_edge
            in_step, touches = self._events(here, there)
            if touches and self._meets_parent(here, there):
                return nodes, found, BranchEnd.PARENT
            found += [(len(nodes), event) for event in in_step]
            nodes.append(there)
            if end is None and any(event.kind is self.until for event in in_step):
                end = BranchEnd.FOUND
            if end is not None:
                return nodes, found, end
            gone += step
            if gone > 4.0 * self.largest and passes(self.curve, self.equations, first.at, here.at.z, there.at.z):
                return nodes, found, BranchEnd.CLOSED
            if len(nodes) >= self.max_points:
                return nodes, found, BranchEnd.POINTS
            here = there
        return nodes, found, BranchEnd.STOPPED

    def _at_edge(self, here: _Node, beyond: OnCurve) -> _Node | None:
        """Find the cycle where the parameter leaves the range, between two points."""
        edge = self.span[0] if beyond.z[-1] < self.span[0] else self.span[1]
        rise = beyond.z[-1] - here.at.z[-1]
        if rise == 0.0:
            return None
        guess = here.at.z + (edge - here.at.z[-1]) / rise * (beyond.z - here.at.z)
        fixed = np.zeros(len(guess))
        fixed[-1] = np.sign(rise)
        at = self.curve.corrected(guess, fixed)
        return None if at is None else self._node(at)

    def _events(self, a: _Node, b: _Node, depth: int = 0) -> tuple[list[BifurcationPoint], bool]:
        """Locate what happens between two points, in order; say whether another branch is touched."""
        kinds, touches = events(a.seen, b.seen)
        if not kinds:
            return [], touches
        found: list[tuple[float, BifurcationPoint]] = []
        chord = b.at.z - a.at.z
        length = self.curve.length(chord)
        for kind in kinds:
            answer = self._located(kind, a, b)
            if answer is not None:
                point, z = answer
                along = self.curve.dot(z - a.at.z, chord) / length**2
                off = self.curve.length(z - a.at.z - along * chord) / length
                if -1e-3 < along < 1.001 and off < 0.5:
                    found.append((along, point))
                    continue
            return self._halved(kinds, a, b, depth, touches)
        return [point for _, point in sorted(found, key=lambda pair: pair[0])], touches

    def _halved(
        self, kinds: list[Kind], a: _Node, b: _Node, depth: int, touches: bool
    ) -> tuple[list[BifurcationPoint], bool]:
        """Look in both halves of a step."""
        middle = self.curve.corrected(0.5 * (a.at.z + b.at.z), b.at.z - a.at.z)
        if middle is None or depth == HALVINGS:
            values = np.array([0.5 * (a.at.z[-1] + b.at.z[-1])])
            points = a.at.z[:-1].reshape(self.equations.period, -1)
            return [bracketed(self.equations, kind, points, values, a.multipliers) for kind in kinds], touches
        between = self._node(middle)
        first, one = self._events(a, between, depth + 1)
        second, other = self._events(between, b, depth + 1)
        return first + second, one or other

    def _located(self, kind: Kind, a: _Node, b: _Node) -> tuple[BifurcationPoint, FloatArray] | None:
        """Run Newton's method from where the test function is 0 on the chord."""
        tests = [self._test(kind, node) for node in (a, b)]
        share = tests[0] / (tests[0] - tests[1]) if tests[0] * tests[1] < 0.0 else 0.5
        z = a.at.z + share * (b.at.z - a.at.z)
        values = self.values.copy()
        values[self.k] = z[-1]
        critical = near_circle(a.multipliers if abs(tests[0]) < abs(tests[1]) else b.multipliers, kind)
        points = z[:-1].reshape(self.equations.period, -1)
        answer = located(self.equations, kind, points, values, self.k, float(np.angle(critical)))
        if answer is None:
            return None
        return answer[0], np.append(answer[0].points.ravel(), answer[1][self.k])

    def _test(self, kind: Kind, node: _Node) -> float:
        if kind is Kind.LP:
            return node.seen.speed
        mu = near_circle(node.multipliers, kind)
        return abs(mu) - 1.0 if kind is Kind.NS else mu.real - (-1.0 if kind is Kind.PD else 1.0)

    def _meets_parent(self, a: _Node, b: _Node) -> bool:
        """Whether the cycle passes through one of half the period: its halves change places there."""
        p = self.equations.period
        if p % 2 or (p // 2) % self.equations.form.clock_period or np.any(self.equations.gain):
            return False
        halves = [node.at.z[:-1].reshape(2, -1) for node in (a, b)]
        before, after = (half[0] - half[1] for half in halves)
        return bool(before @ after < 0.0)

    def _branch(
        self, nodes: list[_Node], found: list[tuple[int, BifurcationPoint]], ends: tuple[BranchEnd, BranchEnd]
    ) -> CycleBranch:
        z = np.array([node.at.z for node in nodes])
        multipliers = np.array([node.multipliers for node in nodes])
        is_bracketed = any(event.status is not LocationStatus.LOCATED for _, event in found)
        return CycleBranch(
            name=self.equations.form.names[self.k],
            period=self.equations.period,
            parameters=z[:, -1],
            points=z[:, :-1].reshape(len(z), self.equations.period, -1),
            multipliers=multipliers,
            stable=np.abs(multipliers).max(axis=1) < 1.0,
            bifurcations=tuple(event for _, event in found),
            places=np.array([place for place, _ in found], dtype=np.int64),
            ends=ends,
            accuracy=self.equations.form.accuracy,
            status=ContinuationStatus.BRACKETED if is_bracketed else ContinuationStatus.ONE_RUN,
        )


def no_branch(equations: CycleEquations, name: str) -> CycleBranch:
    """Return a branch without points, where there is no cycle to begin with."""
    p, m, d = equations.period, equations.form.width, equations.form.width * equations.form.memory
    return CycleBranch(
        name, p, np.zeros(0), np.zeros((0, p, m)), np.zeros((0, d), np.complex128), np.zeros(0, np.bool_), (),
        np.zeros(0, np.int64), (BranchEnd.NOWHERE, BranchEnd.NOWHERE), equations.form.accuracy,
        ContinuationStatus.NO_CYCLE,
    )  # fmt: skip
