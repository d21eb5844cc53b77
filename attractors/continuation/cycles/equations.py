"""The equations of a cycle over all its points, x_t = G(x_{t-1}, …, x_{t-L}; φ_t, p), and their derivatives.

A cycle of p steps has p·m unknowns, whatever the memory L: one vector a step. Nothing here multiplies Jacobians but
`multipliers`: a direction v_t along the cycle with v_{t+p} = μ v_t is a null vector of `matrix`(D, μ), so that what
happens at a bifurcation is asked of matrices that do not grow with the period.
"""

import math
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.delay_form import DelayForm, Numbers, sixth_order

Complex = npt.NDArray[np.complex128]
HUGE = 1e4  # a multiplier in whose product with others the small ones drown: they are asked of a pencil then
ROUGH = 1e-6  # step of a rough one
THIRD = 1e-4  # relative step of the difference that makes third derivatives of exact second ones


class Linearised(NamedTuple):
    """The equations at a cycle: residual (p, m), derivatives by histories (p, m, L, m) and parameters (p, m, k)."""

    residual: FloatArray
    D: FloatArray
    E: FloatArray


class CycleEquations:
    """Equations of the cycles of one period.

    Parameters
    ----------
    form : DelayForm
        The map.
    period : int
        p, a multiple of the clock's period.
    gain : array-like, shape (m,), optional
        What the variables gain in a period: of angles on a line rather than on a circle, whole turns.

    Raises
    ------
    ValueError
        If the period is no positive multiple of the clock's.

    Notes
    -----
    Row t of the points (p, m) is x_t, made at the step from phase t: so the history of row 0 has phase 0, and is the
    state at which coefficients of normal forms are given.
    """

    def __init__(self, form: DelayForm, period: int, gain: npt.ArrayLike = 0.0) -> None:
        if period < 1 or period % form.clock_period:
            raise ValueError(
                f"period must be a positive multiple of the clock's period {form.clock_period}, got {period}: state "
                "and clock repeat together"
            )
        self.form, self.period, self.gain = form, period, np.broadcast_to(np.asarray(gain, float), (form.width,))
        self.size = period * form.width
        self.phases = np.arange(period, dtype=np.int64)
        ages = np.arange(period)[:, None] - 1 - np.arange(form.memory)
        self.lag, self.wrap = ages % period, ages // period  # v_{lag + wrap p} = μ^wrap v_lag
        self._gained = self.wrap[:, :, None] * self.gain

    def histories(self, points: Numbers, multiplier: complex = 1.0) -> Numbers:
        """Return what stands before each step, (p, L, m), of points or of directions with v_{t+p} = μ v_t."""
        factors = np.asarray(multiplier) ** self.wrap.astype(np.float64)
        return np.asarray(points[self.lag] * factors[:, :, None])

    def linearised(self, points: FloatArray, values: FloatArray) -> Linearised:
        """Return residual and derivatives at points (p, m) and parameters (k,)."""
        image, D, E = self.form.derivatives(points[self.lag] + self._gained, self.phases, values)
        return Linearised(points - image, D, E)

    def matrix(self, D: FloatArray, multiplier: complex = 1.0) -> Numbers:
        """Return the matrix (p·m, p·m) of v_t - D_t (v_{t-1}, …, v_{t-L}), where v_{t+p} = μ v_t."""
        return np.asarray(
            np.eye(self.size) - self._assembled(D, np.asarray(multiplier) ** self.wrap.astype(np.float64))
        )

    def matrix_by_multiplier(self, D: FloatArray, multiplier: complex) -> Numbers:
        """Differentiate `matrix` by μ."""
        wrap = self.wrap.astype(np.float64)
        return -self._assembled(D, wrap * np.asarray(multiplier) ** (wrap - 1.0))

    def _assembled(self, D: FloatArray, factors: Numbers) -> Numbers:
        p, m = self.period, self.form.width
        blocks = np.zeros((p, p, m, m), dtype=factors.dtype)
        rows = np.arange(p)
        for d in range(self.form.memory):
            blocks[rows, self.lag[:, d]] += D[:, :, d] * factors[:, d, None, None]
        return blocks.transpose(0, 2, 1, 3).reshape(self.size, self.size)

    def bend(self, points: FloatArray, values: FloatArray, direction: Numbers) -> tuple[Numbers, Numbers]:
        """Return second derivatives along histories (p, L, m), real or complex: by histories, and by parameters."""
        here = points[self.lag] + self._gained
        D, E = self.form.bend(here, self.phases, values, np.ascontiguousarray(direction.real))
        if np.iscomplexobj(direction):
            more, along = self.form.bend(here, self.phases, values, np.ascontiguousarray(direction.imag))
            return D + 1j * more, E + 1j * along
        return D, E

    def third(
        self, points: FloatArray, values: FloatArray, direction: FloatArray, *, rough: bool = False
    ) -> FloatArray:
        """Third derivatives, twice along real histories (p, L, m), (p, m, L, m); or six digits of them."""
        here = points[self.lag] + self._gained
        if rough:
            h = ROUGH / max(float(np.abs(direction).max()), 1e-300)
            up, down = (self.form.bend(here + s * direction, self.phases, values, direction)[0] for s in (h, -h))
            return np.asarray((up - down) / (2.0 * h))
        return sixth_order(
            lambda s: self.form.bend(here + s * direction, self.phases, values, direction)[0], here, direction, THIRD
        )

    def multipliers(self, D: FloatArray) -> Complex:
        """Eigenvalues (L·m,) of the product of the steps' derivatives, the largest modulus first.

        Where one is beyond 10⁴, those between 10⁻⁸ and that are the eigenvalues of the pencil `matrix` is made of,
        which has no product in it.
        """
        found = np.linalg.eigvals(self.product(D)).astype(np.complex128)
        if np.abs(found).max(initial=0.0) > HUGE and self.period >= self.form.memory:
            inside = np.where(self.wrap == 0, 1.0, 0.0)
            kept, wrapped = np.eye(self.size) - self._assembled(D, inside), self._assembled(D, 1.0 - inside)
            import scipy.linalg  # noqa: PLC0415 - only who follows cycles waits for it

            alpha, beta = scipy.linalg.eigvals(wrapped, kept, homogeneous_eigvals=True)  # wrapped v = μ kept v
            with np.errstate(all="ignore"):
                found = np.sort_complex(alpha / beta)
            found = found[np.argsort(-np.abs(found), kind="stable")][: self.form.memory * self.form.width]
        return np.asarray(found[np.argsort(-np.abs(found), kind="stable")])

    def product(self, D: FloatArray) -> FloatArray:
        """Return the derivative (L·m, L·m) of the p-th iterate at the history of row 0, newest vector first."""
        p, m, L = self.period, self.form.width, self.form.memory
        steps = np.zeros((p, L * m, L * m))
        steps[:, :m] = D.reshape(p, m, L * m)
        steps[:, np.arange(m, L * m), np.arange((L - 1) * m)] = 1.0
        while len(steps) > 1:
            pairs = steps[1::2] @ steps[: len(steps) // 2 * 2 : 2]
            steps = np.concatenate([pairs, steps[-1:]]) if len(steps) % 2 else pairs
        return np.asarray(steps[0])

    def shifted(self, points: FloatArray) -> FloatArray:
        """Return the same cycle begun at each other turn of the clock, (p / T, p, m)."""
        starts = np.arange(0, self.period, self.form.clock_period)
        return np.asarray(points[(np.arange(self.period) + starts[:, None]) % self.period])


def points_of(equations: CycleEquations, cycle_points: FloatArray, phase: int) -> FloatArray:
    """Return the points (p, m) of a cycle of states (p, L·m), the first of which has a phase, as the equations want."""
    newest = cycle_points[:, : equations.form.width]  # state i has the newest vector x_i at phase + i
    return np.roll(newest, phase - 1, axis=0) if equations.period > 1 else newest.copy()


def relative_size(points: FloatArray) -> float:
    """Size of the points that errors are compared with."""
    return max(1.0, float(np.abs(points).max(initial=0.0)))


def modulus_one(theta: float) -> complex:
    """Return e^{iθ}."""
    return complex(math.cos(theta), math.sin(theta))


def unit(vector: Any) -> Any:
    """Return a vector of length 1."""
    return vector / np.linalg.norm(vector)
