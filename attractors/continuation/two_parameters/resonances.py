"""Resonant points of a Neimark-Sacker curve: the tips of Arnold's tongues."""

import math
from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.arclength import Curve
from attractors.continuation.cycles.critical import CriticalEquations, Kind
from attractors.continuation.cycles.equations import CycleEquations
from attractors.continuation.cycles.starts import form_of, number_of
from attractors.continuation.two_parameters.curves import BifurcationCurve


@dataclass(frozen=True)
class Resonance:
    """A point of a Neimark-Sacker curve at which the pair of multipliers is a root of 1.

    Attributes
    ----------
    p, q : int
        θ / 2π = p/q per period of the cycle.
    period : int
        Of the cycles in the tongue whose tip this is: q times that of the curve.
    parameters : array, shape (2,)
    points : array, shape (n, m)
        The cycle.
    """

    p: int
    q: int
    period: int
    parameters: FloatArray
    points: FloatArray


def resonant_points(system: Any, curve: BifurcationCurve, *, max_order: int = 12) -> tuple[Resonance, ...]:
    """Locate the resonances up to an order on a Neimark-Sacker curve.

    Parameters
    ----------
    system : object with `delay_form()`
        That of which the curve is.
    curve : BifurcationCurve
        Of kind NS.
    max_order : int
        Largest q; 5 and above are weak, 1 to 4 strong resonances.

    Returns
    -------
    tuple of Resonance
        In the order of the curve.

    Raises
    ------
    ValueError
        If the curve is of another kind.

    Notes
    -----
    Between two of its points on both sides of p/q, Newton's method solves the curve's equations at this angle. Near the
    tip a tongue is as wide as amplitude^(q - 2): from q = 7 on, its edges cannot be told apart near the tip in double
    precision.
    """
    if curve.kind is not Kind.NS:
        raise ValueError(f"curve must be one of Neimark-Sacker points, got {curve.kind}: others have no angle")
    form = form_of(system)
    numbers = number_of(form, curve.names[0]), number_of(form, curve.names[1])
    equations = CycleEquations(form, curve.period)
    fractions = [(p, q) for q in range(2, max_order + 1) for p in range(1, q // 2 + 1) if gcd(p, q) == 1]
    found = []
    for i in range(len(curve.angle) - 1):
        low, high = curve.angle[i : i + 2] / (2.0 * math.pi)
        inside = sorted((abs(p / q - low), p, q) for p, q in fractions if (p / q - low) * (p / q - high) < 0.0)
        for _, p, q in inside:
            share = (p / q - low) / (high - low)
            answer = _at_angle(equations, curve, numbers, i, share, 2.0 * math.pi * p / q)
            if answer is not None:
                points, values = answer
                found.append(Resonance(p, q, q * curve.period, values[list(numbers)], points))
    return tuple(found)


def _at_angle(
    equations: CycleEquations, curve: BifurcationCurve, numbers: tuple[int, int], i: int, share: float, angle: float
) -> tuple[FloatArray, FloatArray] | None:
    """Find the point of the curve at an angle, between its points i and i + 1."""
    values = equations.form.values.copy()
    values[list(numbers)] = curve.parameters[i] + share * (curve.parameters[i + 1] - curve.parameters[i])
    points = curve.points[i] + share * (curve.points[i + 1] - curve.points[i])
    system = CriticalEquations(equations, Kind.NS, values, numbers)
    z = system.pack(points, values, angle)
    system.begin(z)
    fixed = np.zeros(len(z))
    fixed[-1] = 1.0
    at = Curve(system, np.ones(len(z)) / np.maximum(1.0, z**2)).corrected(z, fixed)
    if at is None:
        return None
    points, values, _ = system.unpack(at.z)
    return points, values
