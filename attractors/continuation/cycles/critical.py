"""Cycles with a critical multiplier as solutions of equations: fold, flip, Neimark-Sacker and branch points.

The cycle's equations F = 0 get a companion g = 0, the defect of the matrix J(μ) of directions with v_{t+p} = μ v_t:

    ( J(μ)  b ) ( v )   ( 0 )
    ( cᵀ    0 ) ( g ) = ( 1 ),   and w from the transposed one; g vanishes where J(μ) is singular, and g_z = -wᵀ J_z v.

The derivative needs one second derivative along the direction v, whatever the number of unknowns. With the borders b
and c near the null vectors the matrix is regular, at the bifurcation too.
"""

from enum import Enum
from typing import NamedTuple

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.equations import (
    CycleEquations,
    Linearised,
    modulus_one,
    relative_size,
    unit,
)
from attractors.continuation.cycles.linear_solving import DENSE, last_of_inverse, solve
from attractors.delay_form import Numbers

ITERATIONS = 12
ROUNDED = 1e-11  # relative size of a Newton step after which the next one ends
SMALL_DIFFERENCE = 1e-5


class Kind(Enum):
    """Which bifurcation: the names are those of the literature, the values say them in words."""

    LP = "fold (limit point)"
    PD = "flip (period doubling)"
    NS = "Neimark-Sacker"
    BP = "branch point"
    CP = "cusp"
    GPD = "degenerate flip (generalised period doubling)"
    CH = "Chenciner (degenerate Neimark-Sacker)"
    R1 = "resonance 1:1"
    R2 = "resonance 1:2"
    R3 = "resonance 1:3"
    R4 = "resonance 1:4"
    LPPD = "fold and flip"
    LPNS = "fold and Neimark-Sacker"
    PDNS = "flip and Neimark-Sacker"
    NSNS = "two Neimark-Sacker"

    def __str__(self) -> str:
        return self.name


class Critical(NamedTuple):
    """What belongs to a critical multiplier at one cycle.

    Attributes
    ----------
    multiplier : complex
        μ = 1, -1 or e^{iθ}.
    v, w : arrays, shape (p, m)
        Null vectors of J(μ) and its transpose; complex if μ is. Of any length.
    defect : complex
        g.
    linear : Linearised
    """

    multiplier: complex
    v: Numbers
    w: Numbers
    defect: complex
    linear: Linearised


class CriticalEquations:
    """The cycle's equations with those of a critical multiplier, for Newton's method and for curves.

    Unknowns z: the points (p·m), the free parameters, then θ for Neimark-Sacker, or a slack for a branch point, where
    F + s b = 0 and wᵀ F_λ = 0 are asked beside g = 0.

    Parameters
    ----------
    equations : CycleEquations
    kind : Kind
        LP, PD, NS or BP.
    values : array, shape (k,)
        All parameters; those that are not free keep their values.
    free : tuple of int
        Which parameters are unknown: one, or two on a curve.
    """

    def __init__(self, equations: CycleEquations, kind: Kind, values: FloatArray, free: tuple[int, ...]) -> None:
        self.equations, self.kind, self.values, self.free = equations, kind, np.array(values, float), free
        self.borders: tuple[Numbers, Numbers] | None = None
        self.slack: FloatArray = np.zeros(0)
        self.critical: Critical | None = None

    def pack(self, points: FloatArray, values: FloatArray, theta: float = 0.0) -> FloatArray:
        """Return the unknowns of a cycle."""
        more = {Kind.NS: [theta], Kind.BP: [0.0]}.get(self.kind, [])
        return np.concatenate([points.ravel(), values[list(self.free)], more])

    def unpack(self, z: FloatArray) -> tuple[FloatArray, FloatArray, float]:
        """Return points (p, m), all parameters, and θ (or the slack; 0 if there is neither)."""
        n = self.equations.size
        values = self.values.copy()
        values[list(self.free)] = z[n : n + len(self.free)]
        more = float(z[-1]) if self.kind in {Kind.NS, Kind.BP} else 0.0
        return z[:n].reshape(self.equations.period, -1), values, more

    def multiplier(self, theta: float) -> complex:
        """μ at the bifurcation."""
        return {Kind.PD: -1.0, Kind.NS: modulus_one(theta)}.get(self.kind, 1.0)

    def begin(self, z: FloatArray) -> None:
        """Take the borders from the singular vectors of the matrix at z."""
        points, values, theta = self.unpack(z)
        linear = self.equations.linearised(points, values)
        matrix = self.equations.matrix(linear.D, self.multiplier(theta))
        if len(matrix) <= DENSE:
            left, _, right = np.linalg.svd(matrix)
            self.borders = left[:, -1], right[-1].conj()
        else:
            generic = unit(1.0 + np.arange(len(matrix)) * 0.6180339887498949 % 1.0).astype(matrix.dtype)
            self.borders = generic, generic
            for _ in range(2):
                self(z)
                self.adapt()
        self.slack = np.real(self.borders[0])

    def adapt(self) -> None:
        """Take the borders from the null vectors last found."""
        assert self.critical is not None
        self.borders = unit(self.critical.w.ravel().conj()), unit(self.critical.v.ravel())

    def __call__(self, z: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Return the equations' values at z, and their derivatives by z."""
        assert self.borders is not None
        equations, n, free = self.equations, self.equations.size, list(self.free)
        points, values, more = self.unpack(z)
        linear = equations.linearised(points, values)
        mu = self.multiplier(more)
        matrix = equations.matrix(linear.D, mu)
        b, c = self.borders
        bordered = np.zeros((n + 1, n + 1), dtype=matrix.dtype)
        bordered[:n, :n], bordered[:n, n], bordered[n, :n] = matrix, b, c.conj()
        column, row = last_of_inverse(bordered)
        v, w, g = column[:n], row[:n], column[n]
        self.critical = Critical(mu, v.reshape(points.shape), w.reshape(points.shape), complex(g), linear)
        along = self._gradient(points, values, mu, v.reshape(points.shape), w.reshape(points.shape))
        F = [linear.residual.ravel(), np.real(g)]
        J = np.zeros((len(z) - len(free) + 1, len(z)))
        J[:n, :n] = equations.matrix(linear.D) if self.kind in {Kind.PD, Kind.NS} else matrix
        J[:n, n : n + len(free)] = -linear.E.reshape(n, -1)[:, free]
        J[n, : len(along)] = along.real
        if self.kind is Kind.NS:
            F.append(np.imag(g))
            turn = -(w @ equations.matrix_by_multiplier(linear.D, mu) @ v) * 1j * mu
            J[n + 1, : len(along)] = along.imag
            J[n, -1], J[n + 1, -1] = turn.real, turn.imag
        if self.kind is Kind.BP:
            F[0] = F[0] + more * self.slack
            J[:n, -1] = self.slack
            F.append(-w @ linear.E.reshape(n, -1)[:, free[0]])
            J[n + 1, : n + 1] = self._gradient_of_range(points, values, bordered, w)
        return np.concatenate([np.atleast_1d(part) for part in F]), J

    def _gradient(self, points: FloatArray, values: FloatArray, mu: complex, v: Numbers, w: Numbers) -> Numbers:
        """g_z = Σ_t w_t D²G_t[v, ·], by points and free parameters."""
        equations = self.equations
        D, E = equations.bend(points, values, equations.histories(v, mu))
        return np.concatenate([contracted(equations, D, w).ravel(), np.einsum("pa,pak->k", w, E)[list(self.free)]])

    def _gradient_of_range(
        self, points: FloatArray, values: FloatArray, bordered: FloatArray, w: FloatArray
    ) -> FloatArray:
        """Differentiate wᵀ F_λ by points and λ; mixed derivatives are differences: they steer Newton's method alone."""
        equations, k = self.equations, self.free[0]
        h = SMALL_DIFFERENCE * max(1.0, abs(values[k]))
        shift = np.zeros(len(values))
        shift[k] = h
        up, down = equations.linearised(points, values + shift), equations.linearised(points, values - shift)
        E = equations.linearised(points, values).E[:, :, k]
        answer = solve(bordered, -np.append(E, 0.0))[:-1].reshape(
            points.shape
        )  # of the points to the parameter, but for the null vector
        D, along = equations.bend(points, values, equations.histories(answer))
        left = w.reshape(points.shape)
        by_points = contracted(equations, D - (up.D - down.D) / (2.0 * h), left).ravel()
        by_parameter = np.einsum("pa,pa->", left, along[:, :, k] - (up.E - down.E)[:, :, k] / (2.0 * h))
        return np.append(by_points, by_parameter)


def contracted(equations: CycleEquations, D: Numbers, w: Numbers) -> Numbers:
    """Return Σ_t w_t D_t[·] as a function of the points: what falls on each of them, (p, m)."""
    parts = np.einsum("pa,paLb->pLb", w, D)
    total = np.zeros(w.shape, dtype=parts.dtype)
    for d in range(equations.form.memory):
        np.add.at(total, equations.lag[:, d], parts[:, d])
    return total


class Solved(NamedTuple):
    """A solution of extended equations, and the length of the last Newton step, relative: its error."""

    z: FloatArray
    error: float
    converged: bool


def solved(system: CriticalEquations, z: FloatArray) -> Solved:
    """Run Newton's method from unknowns near a bifurcation; the borders are those of the start, then adapted."""
    system.begin(z)
    error = np.inf
    with np.errstate(all="ignore"):
        for _ in range(ITERATIONS):
            F, J = system(z)
            if not (np.isfinite(F).all() and np.isfinite(J).all()):
                return Solved(z, np.inf, converged=False)
            try:
                step = solve(J, -F)
            except np.linalg.LinAlgError:
                return Solved(z, np.inf, converged=False)
            before, error = error, float(np.abs(step).max()) / relative_size(z[: system.equations.size])
            z = z + step
            if error > 1.0:
                return Solved(z, error, converged=False)
            if error < ROUNDED or (error < np.sqrt(ROUNDED) and error > 0.1 * before):
                break
            system.adapt()
        system(z)
        system.adapt()
    return Solved(z, error, converged=error < 1e-9)
