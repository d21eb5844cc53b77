"""Curves of solutions followed by pseudo-arclength, through turns, with steps that mind the angle."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.equations import CycleEquations
from attractors.continuation.cycles.linear_solving import solve

Equations = Callable[[FloatArray], tuple[FloatArray, FloatArray]]  # z (n + 1,) -> values (n,), derivatives (n, n + 1)

ITERATIONS = 6
CLOSE = 1e-8  # Newton steps below this, relative, are the last: the error is their square
GOOD = 1e-6  # below this the point is on the curve where rounding lets steps shrink no further
COSINE = 0.9  # between tangents of neighbouring points; below, the step is halved
STRAIGHT = 0.98  # above, it may grow
GROWTH = 1.5
SMALLEST = 1e-7  # of the largest step: where steps are shorter, the curve has no tangent


class OnCurve(NamedTuple):
    """A point of a curve, and its tangent, of length 1 in the weighted norm."""

    z: FloatArray
    tangent: FloatArray


class Curve:
    """A curve of solutions.

    Parameters
    ----------
    equations : callable
        Values and derivatives of n equations of n + 1 unknowns.
    weights : array, shape (n + 1,)
        Of the scalar product Σ weights x y in which steps and angles are measured.
    refresh : callable
        Called with each point that is accepted; may change the weights.
    """

    def __init__(
        self, equations: Equations, weights: FloatArray, refresh: Callable[[FloatArray], None] = lambda z: None
    ) -> None:
        self.equations, self.weights, self.refresh = equations, weights, refresh

    def dot(self, x: FloatArray, y: FloatArray) -> float:
        """Scalar product of two directions."""
        return float(np.sum(self.weights * x * y))

    def length(self, x: FloatArray) -> float:
        """Length of a direction."""
        return float(np.sqrt(self.dot(x, x)))

    def tangent(self, J: FloatArray, like: FloatArray) -> FloatArray | None:
        """Return the unit null vector of the derivatives J (n, n + 1) that points where another direction does."""
        matrix = np.vstack([J, self.weights * like])
        last = np.zeros(len(like))
        last[-1] = 1.0
        try:
            found = solve(matrix, last)
        except np.linalg.LinAlgError:
            return None
        length = self.length(found)
        return found / length if np.isfinite(length) and length > 0.0 else None

    def corrected(self, guess: FloatArray, direction: FloatArray) -> OnCurve | None:
        """Run Newton's method in the plane through a guess across a direction; None if it does not converge fast."""
        z, row = guess.copy(), self.weights * direction
        size, before = max(1.0, float(np.abs(guess[:-2]).max(initial=0.0))), np.inf
        last = np.zeros(len(z))
        last[-1] = 1.0
        with np.errstate(all="ignore"):
            for _ in range(ITERATIONS):
                F, J = self.equations(z)
                if not np.isfinite(F).all():
                    return None
                right = np.column_stack([-np.append(F, row @ (z - guess)), last])
                try:
                    step, tangent = solve(np.vstack([J, row]), right).T
                except np.linalg.LinAlgError:
                    return None
                z = z + step
                change = self.length(step) / size
                if not np.isfinite(change):
                    return None
                if change < CLOSE or (change < GOOD and change > 0.1 * before):
                    length = self.length(tangent)
                    return OnCurve(z, tangent / length) if np.isfinite(length) and length > 0.0 else None
                if change > 0.5 * before:
                    return None
                before = change
        return None

    def follow(self, start: OnCurve, largest: float) -> Iterator[tuple[OnCurve, float]]:
        """Go along the curve; yield each point with the step that led to it. Ends where no step leads on.

        Steps are measured in the weighted norm, at most `largest`. One is halved if Newton's method needs more than six
        iterations or the tangent turns by more than 26 degrees.
        """
        here, step = start, 0.25 * largest
        while step > SMALLEST * largest:
            there = self.corrected(here.z + step * here.tangent, here.tangent)
            cosine = -1.0 if there is None else self.dot(there.tangent, here.tangent)
            if there is None or cosine < COSINE:
                step *= 0.5
                continue
            yield there, step
            self.refresh(there.z)
            here = OnCurve(there.z, there.tangent / self.length(there.tangent))
            if cosine > STRAIGHT:
                step = min(largest, step * GROWTH)


def passes(curve: Curve, equations: CycleEquations, first: OnCurve, here: FloatArray, there: FloatArray) -> bool:
    """Whether a step goes through the cycle where the walk began, the same way, up to turns of the clock."""
    n, chord = equations.size, there - here
    length = curve.length(chord)
    cycles = equations.shifted(first.z[:n].reshape(equations.period, -1)).reshape(-1, n)
    headings = equations.shifted(first.tangent[:n].reshape(equations.period, -1)).reshape(-1, n)
    rest = np.broadcast_to(first.z[n:], (len(cycles), len(first.z) - n))
    turns = np.broadcast_to(first.tangent[n:], rest.shape)
    z, tangents = np.hstack([cycles, rest]), np.hstack([headings, turns])
    weighted = curve.weights * chord
    along = (z - here) @ weighted / length**2
    off = np.sqrt(((z - here - along[:, None] * chord) ** 2) @ curve.weights)
    return bool(((along >= 0.0) & (along <= 1.0) & (off < 0.2 * length) & (tangents @ weighted > 0.5 * length)).any())
