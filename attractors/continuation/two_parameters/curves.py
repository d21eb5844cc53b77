"""Curves of folds, flips and Neimark-Sacker points in two parameters, with the points of codimension two on them."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.arclength import Curve, OnCurve, passes
from attractors.continuation.cycles.bifurcation_points import BifurcationPoint, described
from attractors.continuation.cycles.critical import Critical, CriticalEquations, Kind, Solved, solved
from attractors.continuation.cycles.equations import Complex, CycleEquations, unit
from attractors.continuation.cycles.normal_forms import normal_form
from attractors.continuation.cycles.starts import checked_span, form_of, number_of
from attractors.continuation.cycles.walks import BranchEnd
from attractors.results import Result

ANGLES = {Kind.R1: 0.0, Kind.R2: math.pi, Kind.R3: 2.0 * math.pi / 3.0, Kind.R4: math.pi / 2.0}


@dataclass(frozen=True, eq=False)
class BifurcationCurve(Result):
    """A bifurcation over two parameters.

    Attributes
    ----------
    kind : Kind
        LP, PD or NS.
    names : tuple of str
        Of both parameters.
    period : int
    parameters : array, shape (n, 2)
        In the order of the curve.
    points : array, shape (n, p, m)
    multipliers : complex array, shape (n, d)
    angle : array, shape (n,)
        θ of NS, radians per period of the cycle; NaN otherwise.
    coefficient : array, shape (n,)
        Of the normal form, as `BifurcationPoint.coefficients` has it before row 0.
    special : tuple of BifurcationPoint
        Points of codimension two: CP, GPD, CH, R1 … R4, LPPD, LPNS, PDNS, NSNS, in the order of the curve.
    ends : tuple of BranchEnd
    """

    kind: Kind
    names: tuple[str, str]
    period: int
    parameters: FloatArray
    points: FloatArray
    multipliers: Complex
    angle: FloatArray
    coefficient: FloatArray
    special: tuple[BifurcationPoint, ...]
    ends: tuple[BranchEnd, BranchEnd]


def continue_bifurcation(
    system: Any,
    point: BifurcationPoint,
    parameters: tuple[str | int, str | int],
    spans: tuple[tuple[float, float], tuple[float, float]],
    *,
    largest_step: float = 0.01,
    max_points: int = 2_000,
) -> BifurcationCurve:
    """Follow a fold, flip, or Neimark-Sacker point along two parameters, both ways.

    Parameters
    ----------
    system : object with `delay_form()`
        The map at the parameters where the point was found, but for the first of the two.
    point : BifurcationPoint
        LP, PD or NS, of `continue_cycle` over the first parameter.
    parameters : tuple of str or int
        Both.
    spans : tuple of ranges
        Of both.
    largest_step, max_points
        As for `continue_cycle`.

    Returns
    -------
    BifurcationCurve

    Raises
    ------
    ValueError
        As `continue_cycle`; or if the point is of another kind.

    Notes
    -----
    The equations are those that locate the point, with one more unknown. What happens on the way is told by functions
    that change sign: the fold's coefficient (CP), wᵀ J_μ v (R1 on folds, R2 on flips), the flip's coefficient times
    what its poles are the zeros of (GPD), l1 (CH), θ (R1 … R4), and the other multipliers. Each is a root along the
    curve, to rounding, or to the accuracy of third derivatives.

    Examples
    --------
    The Hénon map's fixed point doubles its period on a = 3 (1 - b)² / 4, up to the resonance 1:2 at b = -1:

    >>> from attractors import continue_cycle
    >>> from attractors.examples import henon
    >>> flip = continue_cycle(henon(0.2, 0.3), [0.8, 0.2], 1, 0, (0.1, 0.6)).bifurcations[0]
    >>> curve = continue_bifurcation(henon(0.2, 0.3), flip, (0, 1), ((-1.0, 4.0), (-1.5, 0.5)))
    >>> error = curve.parameters[:, 0] - 0.75 * (1.0 - curve.parameters[:, 1]) ** 2
    >>> bool(np.abs(error).max() < 1e-12), [(str(x.kind), x.parameters.round(9).tolist()) for x in curve.special]
    (True, [('R2', [3.0, -1.0])])
    """
    if point.kind not in {Kind.LP, Kind.PD, Kind.NS}:
        raise ValueError(f"point must be a fold, flip or Neimark-Sacker point, got {point.kind}: others have no curve")
    form = form_of(system)
    numbers = number_of(form, parameters[0]), number_of(form, parameters[1])
    if numbers[0] == numbers[1]:
        raise ValueError(f"parameters must be two, got {parameters[0]!r} twice")
    values = form.values.copy()
    values[numbers[0]] = point.parameter
    box = np.array([checked_span(form, k, span, value=values[k]) for k, span in zip(numbers, spans, strict=True)])
    equations = CycleEquations(form, point.period)
    return CurveWalk(equations, point.kind, values, numbers, box, largest_step, max_points).both_ways(
        point.points, point.angle
    )


class _Node(NamedTuple):
    at: OnCurve
    multipliers: Complex
    tests: dict[Kind, float]
    coefficient: float


class CurveWalk:
    """A walk along a curve of bifurcations."""

    def __init__(
        self,
        equations: CycleEquations,
        kind: Kind,
        values: FloatArray,
        numbers: tuple[int, int],
        box: FloatArray,
        largest: float,
        max_points: int,
    ) -> None:
        self.equations, self.kind, self.numbers, self.box = equations, kind, numbers, box
        self.values, self.largest, self.max_points = values, largest, max_points
        self.system = CriticalEquations(equations, kind, values, numbers)

    def both_ways(self, points: FloatArray, angle: float) -> BifurcationCurve:
        """Follow the curve from a point, to both sides."""
        one = CriticalEquations(self.equations, self.kind, self.values, (self.numbers[0],))
        answer = solved(one, one.pack(points, self.values, 0.0 if math.isnan(angle) else angle))
        if not answer.converged:
            return self._curve([], [], (BranchEnd.NOWHERE, BranchEnd.NOWHERE))
        z = self.system.pack(*one.unpack(answer.z))
        self.system.begin(z)
        weights = np.full(len(z), 1.0 / math.pi**2)
        n = self.equations.size
        weights[:n] = 1.0 / (len(points) * max(float(np.abs(points).max()), 1e-3) ** 2)
        weights[n : n + 2] = 1.0 / (self.box[:, 1] - self.box[:, 0]) ** 2
        self.curve = Curve(self.system, weights, lambda z: self.system.adapt())
        _, J = self.system(z)
        for direction in (n + 1, n, len(z) - 1):
            along = np.zeros(len(z))
            along[direction] = 1.0
            tangent = self.curve.tangent(J, along)
            if tangent is not None:
                break
        else:
            return self._curve([], [], (BranchEnd.NOWHERE, BranchEnd.NOWHERE))
        self.system.adapt()
        first = self._node(OnCurve(z, tangent))
        borders = self.system.borders
        forward, found, end = self._one_way(first)
        if end is BranchEnd.CLOSED:
            return self._curve([first, *forward], found, (end, end))
        self.system.borders = borders
        backward, more, beginning = self._one_way(first._replace(at=OnCurve(z, -tangent)))
        return self._curve([*backward[::-1], first, *forward], more[::-1] + found, (beginning, end))

    def _node(self, at: OnCurve, *, rough: bool = True) -> _Node:
        system = self.system
        _, J = system(at.z)
        critical = system.critical
        assert critical is not None
        points, values, theta = system.unpack(at.z)
        multipliers = self.equations.multipliers(critical.linear.D)
        with np.errstate(all="ignore"):
            form = normal_form(self.equations, self.kind, critical, points, values, rough=rough)
        coefficient = float(form.coefficients[0])
        rest = _without(multipliers, critical.multiplier)
        tests = _of_the_rest(rest, self.kind)
        if self.kind is Kind.NS:
            tests[Kind.CH] = coefficient
            turned = math.remainder(theta, 2.0 * math.pi)
            tests |= {kind: (abs(turned) if kind in {Kind.R3, Kind.R4} else theta) - x for kind, x in ANGLES.items()}
        else:
            overlap = _overlap(self.equations, critical)
            double, degenerate = (Kind.R1, Kind.CP) if self.kind is Kind.LP else (Kind.R2, Kind.GPD)
            tests[double] = overlap
            if degenerate is Kind.CP:
                tests[Kind.CP] = float(J[-1, : self.equations.size] @ critical.v.ravel()) / _size(critical)
            else:
                tests[Kind.GPD] = coefficient * overlap * float(np.real(np.prod(1.0 - rest)))
        return _Node(at, multipliers, tests, coefficient)

    def _one_way(self, first: _Node) -> tuple[list[_Node], list[BifurcationPoint], BranchEnd]:
        nodes: list[_Node] = []
        found: list[BifurcationPoint] = []
        here, gone, n = first, 0.0, self.equations.size
        for at, step in self.curve.follow(first.at, self.largest):
            there = self._node(at)
            in_step = self._special(here, there)
            found += in_step
            outside = (at.z[n : n + 2] < self.box[:, 0]) | (at.z[n : n + 2] > self.box[:, 1])
            if outside.any():
                return nodes, [point for point in found if self._inside(point)], BranchEnd.EDGE
            if self.kind is Kind.NS and _at_double(here, there):
                return nodes, found, BranchEnd.RESONANCE
            nodes.append(there)
            gone += step
            if gone > 4.0 * self.largest and passes(self.curve, self.equations, first.at, here.at.z, at.z):
                return nodes, found, BranchEnd.CLOSED
            if len(nodes) >= self.max_points:
                return nodes, found, BranchEnd.POINTS
            here = there
        return nodes, found, BranchEnd.STOPPED

    def _inside(self, point: BifurcationPoint) -> bool:
        return bool(((point.parameters >= self.box[:, 0]) & (point.parameters <= self.box[:, 1])).all())

    def _special(self, a: _Node, b: _Node) -> list[BifurcationPoint]:
        """Locate the points of codimension two between two points of the curve, in order."""
        found = []
        for kind in a.tests.keys() & b.tests.keys():
            if a.tests[kind] * b.tests[kind] < 0.0 and not self._is_pole(kind, a, b):
                is_double = self.kind is Kind.NS and kind in {Kind.R1, Kind.R2}
                located = self._double(kind, a, b) if is_double else self._root(kind, a, b)
                if located is not None:
                    found.append(located)
        return [point for _, point in sorted(found, key=lambda pair: pair[0])]

    def _is_pole(self, kind: Kind, a: _Node, b: _Node) -> bool:
        """Whether l1 changes sign at the resonance 1:3, where it is infinite."""
        return kind is Kind.CH and a.tests[Kind.R3] * b.tests[Kind.R3] <= 0.0

    def _double(self, kind: Kind, a: _Node, b: _Node) -> tuple[float, BifurcationPoint] | None:
        """Find where the pair meets at 1 or -1: on the curve of folds or flips, which crosses there."""
        chord = b.at.z - a.at.z
        share = a.tests[kind] / (a.tests[kind] - b.tests[kind])
        points, values, _ = self.system.unpack(a.at.z + share * chord)
        crossing = Kind.LP if kind is Kind.R1 else Kind.PD
        found = CurveWalk(self.equations, crossing, values, self.numbers, self.box, self.largest, 30).both_ways(
            points, math.nan
        )
        near = [point for point in found.special if point.kind is kind]
        return (share, near[0]) if near else None

    def _root(self, kind: Kind, a: _Node, b: _Node) -> tuple[float, BifurcationPoint] | None:
        """Find where a test function is 0 along the curve between two of its points."""
        chord = b.at.z - a.at.z
        borders = self.system.borders
        last: dict[float, _Node] = {}

        def test(s: float) -> float:
            self.system.borders = borders
            at = self.curve.corrected(a.at.z + s * chord, chord)
            if at is None:
                raise ArithmeticError
            last[s] = self._node(at, rough=False)
            return last[s].tests.get(kind, math.nan)

        from scipy.optimize import brentq  # noqa: PLC0415 - only who follows curves waits for it

        try:
            with np.errstate(all="ignore"):
                s = brentq(test, 0.0, 1.0, xtol=1e-15, rtol=1e-14, maxiter=60) if _differ(test) else math.nan
        except (ArithmeticError, ValueError, RuntimeError):
            self.system.borders = borders
            return None
        if math.isnan(s):
            return None
        if s not in last:
            test(s)
        node = last[s]
        if abs(node.tests[kind]) > 0.1 * max(abs(a.tests[kind]), abs(b.tests[kind])):
            return None  # a jump: another multiplier has taken the place of the one that was watched
        self.system.borders = borders
        self.system(node.at.z)
        return s, described(self.system, Solved(node.at.z, abs(node.tests[kind]), converged=True), kind)

    def _curve(
        self, nodes: list[_Node], found: list[BifurcationPoint], ends: tuple[BranchEnd, BranchEnd]
    ) -> BifurcationCurve:
        n, p, names = self.equations.size, self.equations.period, self.equations.form.names
        z = np.array([node.at.z for node in nodes]).reshape(len(nodes), -1 if nodes else n + 2)
        theta = np.abs(np.remainder(z[:, -1] + math.pi, 2.0 * math.pi) - math.pi)
        return BifurcationCurve(
            kind=self.kind,
            names=(names[self.numbers[0]], names[self.numbers[1]]),
            period=p,
            parameters=z[:, n : n + 2],
            points=z[:, :n].reshape(len(z), p, -1),
            multipliers=np.array([node.multipliers for node in nodes]),
            angle=theta if self.kind is Kind.NS else np.full(len(z), np.nan),
            coefficient=np.array([node.coefficient for node in nodes]),
            special=tuple(found),
            ends=ends,
        )


def _at_double(a: _Node, b: _Node) -> bool:
    """Whether θ passes 0 or π, from where on the curve would be run through backwards."""
    return any(a.tests[kind] * b.tests[kind] <= 0.0 for kind in (Kind.R1, Kind.R2))


def _differ(test: Callable[[float], float]) -> bool:
    return test(0.0) * test(1.0) < 0.0


def _without(multipliers: Complex, critical: complex) -> Complex:
    """Leave out the critical multiplier, and its conjugate if it is complex."""
    rest = multipliers
    for mu in {critical, critical.conjugate() if isinstance(critical, complex) else critical}:
        rest = np.delete(rest, np.argmin(np.abs(rest - mu)))
    return rest


def _of_the_rest(rest: Complex, kind: Kind) -> dict[Kind, float]:
    """Say how far the other multipliers are from being critical; an entry is missing where none can be."""
    tests: dict[Kind, float] = {}
    real, pairs = rest[rest.imag == 0.0].real, rest[rest.imag > 0.0]
    with_fold = {Kind.PD: Kind.LPPD, Kind.NS: Kind.LPNS}.get(kind)
    with_flip = {Kind.LP: Kind.LPPD, Kind.NS: Kind.PDNS}.get(kind)
    with_pair = {Kind.LP: Kind.LPNS, Kind.PD: Kind.PDNS, Kind.NS: Kind.NSNS}[kind]
    if with_fold is not None and len(real):
        tests[with_fold] = float(real[np.argmin(np.abs(real - 1.0))]) - 1.0
    if with_flip is not None and len(real):
        tests[with_flip] = float(real[np.argmin(np.abs(real + 1.0))]) + 1.0
    if len(pairs):
        tests[with_pair] = float(np.abs(pairs[np.argmin(np.abs(np.abs(pairs) - 1.0))])) - 1.0
    return tests


def _size(critical: Critical) -> float:
    return float(np.linalg.norm(critical.w) * np.linalg.norm(critical.v) ** 2)


def _overlap(equations: CycleEquations, critical: Critical) -> float:
    """Return wᵀ J_μ v of unit v and w: 0 where the multiplier is double."""
    by = equations.matrix_by_multiplier(critical.linear.D, critical.multiplier)
    return float(np.real(unit(critical.w.ravel()) @ by @ unit(critical.v.ravel())))
