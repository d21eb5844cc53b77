"""All cycles up to a period in a box: many starts, Newton's method for each, and each cycle once."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.continuation.cycles.equations import Complex, CycleEquations
from attractors.continuation.cycles.starts import form_of
from attractors.results import Result
from attractors.status import Status, doubt, sure

ITERATIONS = 40
SAME = 1e-6  # relative distance between two cycles that are one
AGAIN = 3  # times that every cycle should have been found
TOGETHER = 2_000  # starts that are solved side by side


class AllCyclesStatus(Status):
    """How likely it is that these are all; the value says what to do."""

    SATURATED = sure(
        "Each cycle was found from several starts: it is likely, though not proven, that there are no others."
    )
    SEEN_ONCE = doubt("Some cycles were found from one or two starts only, so there may be others. Raise n_starts.")


@dataclass(frozen=True, eq=False)
class AllCycles(Result):
    """Cycles of a map.

    Attributes
    ----------
    counts : int array, shape (max_period,)
        Of cycles whose smallest period is 1, 2, …; 0 where the clock allows none.
    periods : int array, shape (n,)
        Of each cycle.
    points : tuple of arrays (p, m)
    multipliers : tuple of complex arrays (d,)
    stable : bool array, shape (n,)
    n_found : int array, shape (n,)
        From how many starts.
    status : AllCyclesStatus
    """

    counts: npt.NDArray[np.int64]
    periods: npt.NDArray[np.int64]
    points: tuple[FloatArray, ...]
    multipliers: tuple[Complex, ...]
    stable: npt.NDArray[np.bool_]
    n_found: npt.NDArray[np.int64]
    status: AllCyclesStatus


def all_cycles(system: Any, box: npt.ArrayLike, max_period: int, *, n_starts: int = 1_000, seed: int = 0) -> AllCycles:
    """Look for all cycles up to a period, stable or not, with all points in a box.

    Parameters
    ----------
    system : object with `delay_form()`
    box : array-like, shape (m, 2)
        Lowest and highest value of each number of a vector.
    max_period : int
    n_starts : int
        For each period and point of the cycle: points drawn at random in the box, all p of them independently.
    seed : int

    Returns
    -------
    AllCycles

    Raises
    ------
    ValueError
        If the box is none, or a count is less than 1.

    Notes
    -----
    Newton's method for all points of a cycle at once converges from far away, because no iterate of the map is formed:
    its steps are damped to half the box. Starts are independent points, so that unstable cycles are found as easily as
    stable ones. Cycles that are one but for where they begin are merged. Cost: p · n_starts starts of each period p,
    some ten linear systems of p·m unknowns for each, many side by side.

    Examples
    --------
    The logistic map at r = 4 has 2, 1, 2, 3 cycles of periods 1 to 4:

    >>> from attractors.examples import logistic
    >>> all_cycles(logistic(4.0), [(-0.1, 1.1)], 4, n_starts=100).counts.tolist()
    [2, 1, 2, 3]
    """
    form = form_of(system)
    limits = np.asarray(box, dtype=np.float64)
    if limits.shape != (form.width, 2) or not np.isfinite(limits).all() or (limits[:, 0] >= limits[:, 1]).any():
        raise ValueError(
            f"box must have shape (m, 2) = ({form.width}, 2), lowest before highest, got {limits.tolist()}"
        )
    if max_period < 1 or n_starts < 1:
        raise ValueError(f"max_period and n_starts must be at least 1, got {max_period} and {n_starts}")
    rng = np.random.default_rng(seed)
    found: list[tuple[int, FloatArray, Complex, int]] = []
    for period in range(form.clock_period, max_period + 1, form.clock_period):
        equations = CycleEquations(form, period)
        cycles: list[FloatArray] = []
        counts: list[int] = []
        for first in range(0, n_starts * period, TOGETHER):
            n = min(TOGETHER, n_starts * period - first)
            starts = limits[:, 0] + np.diff(limits)[:, 0] * rng.random((n, period, form.width))
            for points in _solutions(equations, starts, limits):
                if _is_prime(points, form.clock_period):
                    _merge(equations, points, cycles, counts)
        for points, n in zip(cycles, counts, strict=True):
            multipliers = equations.multipliers(equations.linearised(points, form.values).D)
            found.append((period, points, multipliers, n))
    periods = np.array([period for period, *_ in found], dtype=np.int64)
    often = np.array([n for *_, n in found], dtype=np.int64)
    return AllCycles(
        counts=np.bincount(periods, minlength=max_period + 1)[1:],
        periods=periods,
        points=tuple(points for _, points, _, _ in found),
        multipliers=tuple(multipliers for _, _, multipliers, _ in found),
        stable=np.array([abs(multipliers[0]) < 1.0 for _, _, multipliers, _ in found], dtype=np.bool_),
        n_found=often,
        status=AllCyclesStatus.SEEN_ONCE if (often < AGAIN).any() else AllCyclesStatus.SATURATED,
    )


def _solutions(equations: CycleEquations, starts: FloatArray, limits: FloatArray) -> FloatArray:
    """Run Newton's method from many starts (n, p, m) side by side; return what converged inside of the limits."""
    form, p = equations.form, equations.period
    extent = np.diff(limits)[:, 0]
    points, active = starts.copy(), np.ones(len(starts), dtype=np.bool_)
    done = np.zeros(len(starts), dtype=np.bool_)
    with np.errstate(all="ignore"):
        for _ in range(ITERATIONS):
            now = np.flatnonzero(active)
            if not len(now):
                break
            x = points[now]
            histories = x[:, equations.lag].reshape(len(now) * p, form.memory, form.width)
            image, D, _ = form.derivatives(histories, np.tile(equations.phases, len(now)), form.values)
            residual = x - image.reshape(x.shape)
            blocks = D.reshape(len(now), p, form.width, form.memory, form.width)
            steps = np.zeros((len(now), p, p, form.width, form.width))
            for d in range(form.memory):
                steps[:, np.arange(p), equations.lag[:, d]] -= blocks[:, :, :, d]
            matrices = steps.transpose(0, 1, 3, 2, 4).reshape(len(now), equations.size, equations.size)
            matrices = matrices + np.eye(equations.size)
            good = _regular(matrices, residual)
            active[now[~good]] = False
            now, matrices, residual = now[good], matrices[good], residual[good]
            if not len(now):
                break
            step = -np.linalg.solve(matrices, residual.reshape(len(now), -1)[..., None])[..., 0].reshape(residual.shape)
            longest = np.abs(step / extent).max(axis=(1, 2))
            step *= np.minimum(1.0, 0.5 / np.maximum(longest, 1e-300))[:, None, None]
            points[now] += step
            ended = longest < 1e-11
            done[now[ended]] = True
            away = np.abs(points[now] - limits.mean(axis=1)).max(axis=1) > 3.0 * extent
            active[now[ended]] = False
            active[now[np.asarray(away.any(axis=1))]] = False
    inside = np.asarray(((points >= limits[:, 0]) & (points <= limits[:, 1])).all(axis=(1, 2)))
    return np.asarray(points[done & inside])


def _regular(matrices: FloatArray, residual: FloatArray) -> npt.NDArray[np.bool_]:
    """Which of the linear systems are finite and have a solution, shape (n,)."""
    finite = np.asarray(np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(residual).all(axis=(1, 2)))
    determinants = np.linalg.det(np.where(finite[:, None, None], matrices, 0.0))
    return np.asarray(determinants != 0.0, dtype=np.bool_)


def _is_prime(points: FloatArray, clock_period: int) -> bool:
    """Whether the cycle has no smaller period."""
    p, close = len(points), SAME * max(1.0, float(np.abs(points).max()))
    smaller = (q for q in range(clock_period, p, clock_period) if p % q == 0)
    return all(np.abs(points - np.roll(points, q, axis=0)).max() > close for q in smaller)


def _merge(equations: CycleEquations, points: FloatArray, cycles: list[FloatArray], counts: list[int]) -> None:
    """Count a cycle that is known, wherever it begins, or add it."""
    close = SAME * max(1.0, float(np.abs(points).max()))
    for i, known in enumerate(cycles):
        if np.abs(equations.shifted(points) - known).max(axis=(1, 2)).min() < close:
            counts[i] += 1
            return
    cycles.append(points)
    counts.append(1)
