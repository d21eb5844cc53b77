"""Cycles to rounding, by Newton's method: their points, multipliers and stability."""

import functools
import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.results import Result
from attractors.status import Status, doubt, sure
from attractors.system import SmoothSystem

EPS = np.finfo(np.float64).eps
ITERATIONS = 40
LONGEST_LEG = 64  # steps that an error may grow before Newton's method is told: longer cycles are shot in legs
ROUNDED = 1e-12  # relative residual that is as good as it gets
MARGINAL = 1e-6  # distance of a multiplier's modulus from 1 that is not told from 0
TOO_FAR = 0.1  # relative distance of the cycle found from the start that makes it another one


class CycleStatus(Status):
    """What Newton's method came to; the value says what to do."""

    CONVERGED = sure("The cycle is known to rounding.")
    OTHER = doubt(
        "Newton's method found a cycle, but not where it began: the start was too far from the cycle looked for. Give "
        "it a point closer by, such as the end of a longer orbit."
    )
    NO_CONVERGENCE = doubt(
        "Newton's method found no cycle of this period. Give it a start closer to one, and make sure of the period."
    )
    SINGULAR = doubt(
        "The equations are singular: cycles are not isolated here, or one is about to vanish (a multiplier of 1). Move "
        "the parameter a little."
    )


@dataclass(frozen=True, eq=False)
class Cycle(Result):
    """A cycle x_1 -> x_2 -> ... -> x_p -> x_1.

    Attributes
    ----------
    points : array, shape (p, d)
        The variables, from the point nearest to the start on; NaN if nothing was found.
    period : int
        The smallest one, a divisor of that asked for.
    residual : float
        Largest |F(x_i) - x_{i+1}|: the error of the points is of this order, times the condition of the equations.
    multipliers : complex array, shape (d,)
        Eigenvalues of D F^p, the largest modulus first.
    exponents : array, shape (d,)
        Logarithms of their moduli, p times the Lyapunov exponents; by QR along the cycle where the modulus is less than
        10⁻¹² of the largest, and the multiplier itself is rounding; -inf where a direction is annihilated, or shorter
        than double precision resolves.
    stability : str
        "stable", "unstable", or "marginal" if the largest modulus is within 10⁻⁶ of 1.
    bifurcation : str
        What lies nearest: of the multiplier whose modulus is closest to 1, "fold" near +1, "flip" near -1 (period
        doubling), "Neimark-Sacker" for a complex pair.
    status : CycleStatus
        Whether to trust it.
    """

    points: FloatArray
    period: int
    residual: float
    multipliers: npt.NDArray[np.complex128]
    exponents: FloatArray
    stability: str
    bifurcation: str
    status: CycleStatus


def refine_cycle(system: SmoothSystem, start: Any, period: int) -> Cycle:
    """Find the cycle near a state, stable or not, to rounding.

    Parameters
    ----------
    system : SmoothSystem
        The map.
    start : object
        A state near the cycle: the end of a long orbit, if it is stable.
    period : int
        p; the smallest period may be a divisor of it.

    Returns
    -------
    Cycle

    Raises
    ------
    ValueError
        If the period is less than 1, or no multiple of the clock's.

    Notes
    -----
    The cycle is cut into legs of at most 64 steps (multiple shooting), so that an error grows little before it is
    corrected; Newton's method solves F^{n_j}(y_j) - y_{j+1} = 0 for all their beginnings at once, with the derivative
    from `system.tangent`. Convergence is quadratic: some 5 iterations. Multipliers are eigenvalues of the product of
    the legs' derivatives. Cost of an iteration: p steps with d tangent vectors, and a linear system of d times the
    number of legs.

    Examples
    --------
    The fixed point 1 - 1/r of the logistic map is unstable at r = 4, with the multiplier 2 - r:

    >>> from attractors.examples import logistic
    >>> cycle = refine_cycle(logistic(4.0), [0.7], 1)
    >>> cycle.points.round(12).tolist(), cycle.multipliers.real.round(9).tolist(), cycle.stability
    ([[0.75]], [-2.0], 'unstable')
    """
    if period < 1 or period % system.clock_period:
        raise ValueError(
            f"period must be a positive multiple of the clock's period {system.clock_period}, got {period}: state and "
            "clock repeat together"
        )
    lengths = _legs(period)
    states = _beginnings(system, start, lengths)
    if states is None:
        return _nothing(system.dimension, period, CycleStatus.NO_CONVERGENCE)
    points = np.array([system.to_vector(state) for state in states])
    first, scale = points.copy(), 1.0
    status = CycleStatus.NO_CONVERGENCE
    with np.errstate(all="ignore"):
        for _ in range(ITERATIONS):
            maps, residuals = _shoot(system, points, states, lengths)
            if not np.isfinite(residuals).all():
                break
            scale = max(1.0, float(np.abs(points).max()))
            if np.abs(residuals).max() <= ROUNDED * scale:
                status = CycleStatus.CONVERGED
            step = _newton(maps, residuals)
            if step is None:
                status = CycleStatus.SINGULAR
                break
            points = points + step
            if status is CycleStatus.CONVERGED:  # one step more, for the last digits
                break
    if status is not CycleStatus.CONVERGED:
        return _nothing(system.dimension, period, status)
    if np.abs(points - first).max() > TOO_FAR * scale:
        status = CycleStatus.OTHER
    return _cycle(system, points, states, lengths, status)


def _legs(period: int) -> list[int]:
    """Lengths of the legs: as equal as may be, none longer than `LONGEST_LEG`."""
    n_legs = -(-period // LONGEST_LEG)
    return [len(leg) for leg in np.array_split(np.arange(period), n_legs)]


def _beginnings(system: SmoothSystem, start: Any, lengths: list[int]) -> list[Any] | None:
    """States at the beginning of each leg, with the clock's phases; None if the orbit diverges."""
    states = [start]
    for length in lengths[:-1]:
        orbit, end = system.orbit(states[-1], length)
        if not np.isfinite(orbit[-1]).all():
            return None
        states.append(end)
    return states


def _shoot(
    system: SmoothSystem, points: FloatArray, states: list[Any], lengths: list[int]
) -> tuple[list[FloatArray], FloatArray]:
    """Find the derivatives of the legs (d, d), and by how far each misses the beginning of the next, (n_legs, d)."""
    identity = np.eye(system.dimension)
    maps, ends = [], []
    for point, state, length in zip(points, states, lengths, strict=True):
        rows, end = system.tangent(system.from_vector(point, state), identity, length)
        maps.append(rows.T)  # row i is the image of e_i
        ends.append(system.to_vector(end))
    return maps, np.array(ends) - np.roll(points, -1, axis=0)


def _newton(maps: list[FloatArray], residuals: FloatArray) -> FloatArray | None:
    """Solve M_j s_j - s_{j+1} = -residual_j for the steps s (n_legs, d); None if there is no solution."""
    n_legs, d = residuals.shape
    blocks = np.zeros((n_legs, d, n_legs, d))
    for j, derivative in enumerate(maps):
        blocks[j, :, j, :] += derivative
        blocks[j, :, (j + 1) % n_legs, :] -= np.eye(d)
    if not np.isfinite(blocks).all():
        return None
    try:
        step = np.linalg.solve(blocks.reshape(n_legs * d, -1), -residuals.ravel())
    except np.linalg.LinAlgError:
        return None
    return np.asarray(step.reshape(n_legs, d)) if np.isfinite(step).all() else None


def _cycle(
    system: SmoothSystem, points: FloatArray, states: list[Any], lengths: list[int], status: CycleStatus
) -> Cycle:
    """Collect what is known of a cycle from the beginnings of its legs."""
    all_points = []
    for point, state, length in zip(points, states, lengths, strict=True):
        here = system.from_vector(point, state)
        for _ in range(length):
            all_points.append(system.to_vector(here))
            _, here = system.orbit(here, 1)
    rows = np.array(all_points)
    period = _smallest_period(rows, system.clock_period)
    steps, state = [], system.from_vector(rows[0], states[0])
    for i in range(period):
        derivative, end = system.tangent(state, np.eye(system.dimension), 1)
        steps.append(derivative.T)
        state = system.from_vector(rows[(i + 1) % period], end)
    residual = max(
        float(np.abs(system.to_vector(system.orbit(system.from_vector(x, s), n)[1]) - y).max())
        for x, s, n, y in zip(points, states, lengths, np.roll(points, -1, axis=0), strict=True)
    )
    product = functools.reduce(lambda before, step: step @ before, steps)
    multipliers = np.linalg.eigvals(product).astype(np.complex128)
    multipliers = multipliers[np.argsort(-np.abs(multipliers), kind="stable")]
    moduli = np.abs(multipliers)
    seen = moduli > ROUNDED * moduli[0]  # smaller ones drown in the product
    exponents = np.log(np.where(seen, moduli, 1.0))
    if not seen.all():  # some thousand QRs
        exponents = np.where(seen, exponents, _exponents(steps))
    nearest = multipliers[np.argmin(np.abs(moduli - 1.0))]
    return Cycle(
        points=rows[:period],
        period=period,
        residual=residual,
        multipliers=multipliers,
        exponents=exponents,
        stability=_stability(float(moduli[0])),
        bifurcation=_bifurcation(complex(nearest)),
        status=status,
    )


def _smallest_period(points: FloatArray, clock_period: int) -> int:
    """Smallest divisor of the period with which the points repeat, a multiple of the clock's."""
    p = len(points)
    close = 1e-9 * max(1.0, float(np.abs(points).max()))
    for q in range(clock_period, p, clock_period):
        if p % q == 0 and np.abs(points - np.roll(points, -q, axis=0)).max() <= close:
            return q
    return p


def _exponents(steps: list[FloatArray]) -> FloatArray:
    """Logarithms of the moduli of the multipliers: QR along the cycle, again and again until the frame returns.

    A residual of d ε times the largest entry of the Jacobian, or less, is rounding, and counts as annihilated: -inf.
    """
    d = len(steps[0])
    frame = np.eye(d)
    sums = np.zeros(d)
    turns = max(8, -(-512 // len(steps)))
    with np.errstate(divide="ignore"):
        for turn in range(2 * turns):
            for step in steps:
                frame, triangle = np.linalg.qr(step @ frame)
                residuals = np.abs(np.diag(triangle))
                residuals[residuals <= d * EPS * np.abs(step).max()] = 0.0
                if turn >= turns:
                    sums += np.log(residuals)
    return -np.sort(-sums / turns)


def _stability(largest: float) -> str:
    if abs(largest - 1.0) <= MARGINAL:
        return "marginal"
    return "stable" if largest < 1.0 else "unstable"


def _bifurcation(nearest: complex) -> str:
    """Name the way in which this multiplier would leave the unit circle."""
    if abs(nearest.imag) > 1e-9 * max(abs(nearest), 1e-300):
        return "Neimark-Sacker"
    return "fold" if nearest.real > 0.0 else "flip"


def _nothing(dimension: int, period: int, status: CycleStatus) -> Cycle:
    return Cycle(
        points=np.full((period, dimension), np.nan),
        period=period,
        residual=math.nan,
        multipliers=np.full(dimension, complex(math.nan, math.nan)),
        exponents=np.full(dimension, np.nan),
        stability="unknown",
        bifurcation="unknown",
        status=status,
    )
