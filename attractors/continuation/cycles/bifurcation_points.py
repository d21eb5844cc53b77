"""Bifurcation points of cycles: found between two neighbouring points of a branch, located, and described."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.critical import CriticalEquations, Kind, Solved, solved
from attractors.continuation.cycles.equations import Complex, CycleEquations, relative_size
from attractors.continuation.cycles.normal_forms import Criticality, normal_form, resonance_near
from attractors.results import Result
from attractors.status import Status, doubt, sure

ACROSS = 1e-3  # relative distance over which a Jacobian may change
ROUGH = 1e-6  # change of it that may be rounding


class LocationStatus(Status):
    """How well a bifurcation point is known; the value says what to do."""

    LOCATED = sure("The point solves its equations to rounding.")
    KINK = doubt(
        "The map has a kink or a jump there, and a point of the cycle passes it (a border collision): no smooth "
        "bifurcation, and the coefficient means nothing."
    )
    BRACKETED = doubt(
        "It lies between two points of the branch, but Newton's method does not come to it: a degenerate point, "
        "another bifurcation, or a kink of the map (a border collision) is there. Take smaller steps, or look at it."
    )


@dataclass(frozen=True, eq=False)
class BifurcationPoint(Result):
    """A bifurcation of a cycle.

    Attributes
    ----------
    kind : Kind
        LP, PD, NS, BP on branches; also CP, GPD, CH, R1 … R4, LPPD, LPNS, PDNS, NSNS on curves.
    parameters : array, shape (1,) or (2,)
        Where, of the parameters that are free.
    error : float
        Relative length of the last Newton step, which bounds the error left.
    period : int
    points : array, shape (p, m)
        The cycle; row t is made at the step from phase t of the clock.
    multipliers : complex array, shape (d,)
        The largest modulus first.
    angle : float
        θ of the critical pair in radians per period of the cycle, between 0 and π; NaN without one.
    coefficient : float
        Of the normal form: a of LP, c of PD, l1 of NS, at that state of phase 0 whose newest vector has the largest
        first component. NaN where there is none.
    coefficients : array, shape (p / T,)
        The same at each state of phase 0: those before rows 0, T, 2 T, … of the points.
    criticality : Criticality
    resonance : Kind or None
        The strong resonance that a Neimark-Sacker point is near.
    status : LocationStatus
    """

    kind: Kind
    parameters: FloatArray
    error: float
    period: int
    points: FloatArray
    multipliers: Complex
    angle: float
    coefficient: float
    coefficients: FloatArray
    criticality: Criticality
    resonance: Kind | None
    status: LocationStatus

    @property
    def parameter(self) -> float:
        """Where, of the first free parameter."""
        return float(self.parameters[0])


class Seen(NamedTuple):
    """What tells bifurcations apart at a point of a branch: does it go up, and which multipliers are outside."""

    speed: float  # of the parameter along the branch
    above: int  # real multipliers above 1
    below: int  # real multipliers below -1
    outside: int  # all outside of the unit circle


def seen(speed: float, multipliers: Complex) -> Seen:
    """Count multipliers; a pair that is complex by rounding alone counts as two real ones anyway."""
    real = multipliers.imag == 0.0
    return Seen(
        speed,
        int((real & (multipliers.real > 1.0)).sum()),
        int((real & (multipliers.real < -1.0)).sum()),
        int((np.abs(multipliers) > 1.0).sum()),
    )


def events(a: Seen, b: Seen) -> tuple[list[Kind], bool]:
    """Return which bifurcations lie between two points, and whether the branch turns where no multiplier passes 1.

    That is where it touches another branch: a doubled one its parent, say.
    """
    turns = (a.speed > 0.0) != (b.speed > 0.0)
    passes = (a.above - b.above) % 2 == 1
    flips = (a.below - b.below) % 2 == 1
    found = [Kind.LP if turns else Kind.BP] if passes else []
    if flips:
        found.append(Kind.PD)
    if abs(a.outside - b.outside) > passes + flips:
        found.append(Kind.NS)
    return found, turns and not passes


def near_circle(multipliers: Complex, kind: Kind) -> complex:
    """Return the multiplier that is closest to being critical."""
    if kind is Kind.NS:
        pairs = multipliers[multipliers.imag > 0.0]
        if len(pairs):
            return complex(pairs[np.argmin(np.abs(np.abs(pairs) - 1.0))])
        return complex(multipliers[np.argmin(np.abs(np.abs(multipliers) - 1.0))])
    target = -1.0 if kind is Kind.PD else 1.0
    return complex(multipliers[np.argmin(np.abs(multipliers - target))])


def located(
    equations: CycleEquations, kind: Kind, points: FloatArray, values: FloatArray, free: int, angle: float
) -> tuple[BifurcationPoint, FloatArray] | None:
    """Run Newton's method from near a bifurcation; return the point, and all parameters there; None if it fails."""
    system = CriticalEquations(equations, kind, values, (free,))
    answer = solved(system, system.pack(points, values, angle))
    if not answer.converged:
        return None
    theta = abs(math.remainder(answer.z[-1], 2.0 * math.pi))
    if kind is Kind.NS and min(theta, math.pi - theta) < 1e-6:
        return None  # a fold or a flip in disguise
    return described(system, answer), system.unpack(answer.z)[1]


def described(system: CriticalEquations, answer: Solved, kind: Kind | None = None) -> BifurcationPoint:
    """Describe a solution of the equations of a critical multiplier; a point of higher codimension has its own kind."""
    equations, critical = system.equations, system.critical
    assert critical is not None
    points, values, theta = system.unpack(answer.z)
    coefficients, criticality = np.full(equations.period // equations.form.clock_period, np.nan), Criticality.NONE
    if system.kind is not Kind.BP:
        with np.errstate(all="ignore"):
            form = normal_form(equations, system.kind, critical, points, values)
        coefficients, criticality = form.coefficients, form.criticality
    angle = abs(math.remainder(theta, 2.0 * math.pi)) if system.kind is Kind.NS else math.nan
    newest = points[np.arange(0, equations.period, equations.form.clock_period) - 1, 0]
    return BifurcationPoint(
        kind=kind or system.kind,
        parameters=values[list(system.free)],
        error=answer.error,
        period=equations.period,
        points=points,
        multipliers=equations.multipliers(critical.linear.D),
        angle=angle,
        coefficient=float(coefficients[np.argmax(newest)]),
        coefficients=coefficients,
        criticality=criticality,
        resonance=resonance_near(angle) if system.kind is Kind.NS else None,
        status=LocationStatus.KINK if _has_kink(system, points, values) else LocationStatus.LOCATED,
    )


def _has_kink(system: CriticalEquations, points: FloatArray, values: FloatArray) -> bool:
    """Whether the Jacobian changes across the cycle by as much over a tenth of a distance as over all of it."""
    assert system.critical is not None
    equations, v = system.equations, np.real(system.critical.v)
    v = v / max(float(np.abs(v).max()), 1e-300) * relative_size(points)
    at = equations.linearised
    near, far = (
        float(np.abs(at(points + h * v, values).D - at(points - h * v, values).D).max()) for h in (0.1 * ACROSS, ACROSS)
    )
    return near > 0.5 * far > 0.5 * ROUGH


def bracketed(
    equations: CycleEquations, kind: Kind, points: FloatArray, parameters: FloatArray, multipliers: Complex
) -> BifurcationPoint:
    """Describe a bifurcation that is known to lie near a point of the branch, and no better."""
    nothing = np.full(equations.period // equations.form.clock_period, np.nan)
    return BifurcationPoint(
        kind, parameters, math.nan, equations.period, points, multipliers, math.nan, math.nan, nothing,
        Criticality.UNDETERMINED, None, LocationStatus.BRACKETED,
    )  # fmt: skip
