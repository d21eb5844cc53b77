"""Coefficients of normal forms of cycles of maps, along the cycle: sub- or supercritical, and how strongly.

Conventions of Kuznetsov, Elements of Applied Bifurcation Theory: G is the p-th iterate at a state of the
cycle, q its critical eigenvector with |q| = 1, and ⟨p, q⟩ = 1 with that of the transpose. The value depends on the
state, the sign does not. The forms are evaluated along the cycle instead, where q and p are the directions v and w
with v_{t+p} = μ v_t: ⟨p, X⟩ of what a forcing f_t adds up to in a period is Σ_t w_t f_t, if wᵀ J_μ v = 1.
"""

import math
from dataclasses import dataclass

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.critical import Critical, Kind
from attractors.continuation.cycles.equations import CycleEquations
from attractors.continuation.cycles.linear_solving import solve
from attractors.delay_form import Numbers
from attractors.status import Status, doubt, sure

NEAR = (
    1e-3  # distance of e^{ikθ} from 1 below which a resonance is strong, and relative size of a coefficient that is 0
)
STRONG = {1: Kind.R1, 2: Kind.R2, 3: Kind.R3, 4: Kind.R4}


class Criticality(Status):
    """Which way what is born goes; the value says what that means."""

    SUPERCRITICAL = sure(
        "What is born attracts in the critical directions: it is born where the cycle has lost stability."
    )
    SUBCRITICAL = sure(
        "What is born repels in the critical directions: it vanishes there, and orbits leave for elsewhere."
    )
    UNDETERMINED = doubt(
        "The coefficient is too small beside the terms that it is made of, or its denominator is: a degenerate point "
        "is near, and terms of higher order decide. Move a second parameter."
    )
    RESONANT = doubt(
        "The angle is within 10⁻³ of a strong resonance (1:1, 1:2, 1:3 or 1:4): the coefficient alone does not decide "
        "what happens nearby."
    )
    NONE = sure("A fold has no criticality: two cycles meet and vanish.")


@dataclass(frozen=True)
class NormalForm:
    """Coefficient of a normal form.

    Attributes
    ----------
    coefficients : array, shape (p / T,)
        a of a fold, c of a flip, the first Lyapunov coefficient l1 of Neimark-Sacker, with |q| = 1 at each state of the
        cycle with phase 0: those before rows 0, T, 2 T, … of the points.
    terms : float
        Size of the largest of the terms that the first is the sum of.
    overlap : float
        |wᵀ J_μ v| of unit v and w: 0 where the multiplier is double.
    criticality : Criticality
    """

    coefficients: FloatArray
    terms: float
    overlap: float
    criticality: Criticality


def normal_form(
    equations: CycleEquations,
    kind: Kind,
    critical: Critical,
    points: FloatArray,
    values: FloatArray,
    *,
    rough: bool = False,
) -> NormalForm:
    """Find the coefficient at a located fold, flip, or Neimark-Sacker point.

    Notes
    -----
    a = ½ ⟨w, B(v, v)⟩; c = ⅙ ⟨w, C(v, v, v) + 3 B(v, h)⟩ with J(1) h = B(v, v);
    l1 = ½ Re e^{-iθ} ⟨w, C(v, v, v̄) + 2 B(v, h₁₁) + B(v̄, h₂₀)⟩, J(1) h₁₁ = B(v, v̄), J(e^{2iθ}) h₂₀ = B(v, v),
    where B and C are second and third derivatives of one step. Two to four linear systems of p·m unknowns; B to
    rounding if the map's derivatives are, C to some 10 digits. The sign of a depends on that of q: q's largest entry
    is positive.
    """
    mu = critical.multiplier
    along = equations.histories(critical.v, mu)
    scale = np.linalg.norm(along[0])
    v, along = critical.v / scale, along / scale
    first = along[0].ravel()
    turn = np.abs(first[np.argmax(np.abs(first))]) / first[np.argmax(np.abs(first))]
    v, along = v * turn, along * turn
    overlap = critical.w.ravel() @ equations.matrix_by_multiplier(critical.linear.D, mu) @ v.ravel()
    w = critical.w / overlap
    lengths = np.linalg.norm(along.reshape(len(along), -1), axis=1)[:: equations.form.clock_period]
    relative = float(abs(overlap)) / float(np.linalg.norm(critical.w) * np.linalg.norm(v))
    if kind is Kind.LP:
        bent, _ = equations.bend(points, values, along.real)
        a = 0.5 * float(np.sum(w.real * _applied(bent, along.real)))
        return NormalForm(a / lengths, abs(a), relative, Criticality.NONE)
    terms = _flip_terms if kind is Kind.PD else _turning_terms
    parts = terms(equations, critical, points, values, along, w, rough)
    coefficient, size = float(sum(parts)), max(map(abs, parts))
    return NormalForm(coefficient / lengths**2, size, relative, _criticality(kind, mu, coefficient, size, relative))


def _flip_terms(
    equations: CycleEquations,
    critical: Critical,
    points: FloatArray,
    values: FloatArray,
    along: Numbers,
    w: Numbers,
    rough: bool,
) -> list[float]:
    v = along.real
    bent, _ = equations.bend(points, values, v)
    forced = _answer(equations, critical.linear.D, _applied(bent, v), 1.0)
    cubic = _applied(equations.third(points, values, v, rough=rough), v)
    return [float(np.sum(w.real * cubic)) / 6.0, float(np.sum(w.real * _applied(bent, forced))) / 2.0]


def _turning_terms(
    equations: CycleEquations,
    critical: Critical,
    points: FloatArray,
    values: FloatArray,
    along: Numbers,
    w: Numbers,
    rough: bool,
) -> list[float]:
    mu, D = critical.multiplier, critical.linear.D
    bent, _ = equations.bend(points, values, along)
    level = _answer(equations, D, _applied(bent, along.conj()), 1.0)
    double = _answer(equations, D, _applied(bent, along), mu * mu)
    cubic = equations.third(points, values, np.ascontiguousarray(along.real), rough=rough)
    cubic = cubic + equations.third(
        points, values, np.ascontiguousarray(along.imag), rough=rough
    )  # C(v, v̄, ·) of v = a + i b
    parts = (_applied(cubic, along), 2.0 * _applied(bent, level), _applied(bent.conj(), double))
    return [0.5 * float(np.real(np.conj(mu) * np.sum(w * part))) for part in parts]


def _applied(D: Numbers, along: Numbers) -> Numbers:
    """Apply the derivative of each step (p, m, L, m) to histories (p, L, m): (p, m)."""
    return np.asarray(np.einsum("paLb,pLb->pa", D, along))


def _answer(equations: CycleEquations, D: FloatArray, forcing: Numbers, multiplier: complex) -> Numbers:
    """Solve J(μ) h = forcing; return the histories of h. At a resonance, where there is no solution, it is huge."""
    matrix = equations.matrix(D, multiplier)
    try:
        h = solve(matrix, forcing.ravel())
    except np.linalg.LinAlgError:
        h = np.linalg.lstsq(matrix, forcing.ravel() * 1e16, rcond=None)[0]
    return np.asarray(equations.histories(h.reshape(forcing.shape), multiplier))


def _criticality(kind: Kind, mu: complex, coefficient: float, terms: float, overlap: float) -> Criticality:
    if kind is Kind.NS and resonance_near(math.atan2(mu.imag, mu.real)) is not None:
        return Criticality.RESONANT
    if not abs(coefficient) > NEAR * terms or overlap < 1e-6:
        return Criticality.UNDETERMINED
    is_super = coefficient > 0.0 if kind is Kind.PD else coefficient < 0.0
    return Criticality.SUPERCRITICAL if is_super else Criticality.SUBCRITICAL


def resonance_near(theta: float, distance: float = NEAR) -> Kind | None:
    """Return the strong resonance that an angle is near, if any."""
    for order, kind in STRONG.items():
        if abs(complex(math.cos(order * theta), math.sin(order * theta)) - 1.0) < distance * order:
            return kind
    return None
