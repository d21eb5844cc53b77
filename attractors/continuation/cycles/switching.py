"""Other branches at a bifurcation: the doubled cycle at a flip, the branches that cross at a branch point; cascades."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.bifurcation_points import BifurcationPoint, located
from attractors.continuation.cycles.critical import CriticalEquations, Kind
from attractors.continuation.cycles.equations import CycleEquations, relative_size
from attractors.continuation.cycles.linear_solving import solve
from attractors.continuation.cycles.starts import checked_span, form_of, number_of, orbit_points, settled_points
from attractors.continuation.cycles.walks import ContinuationStatus, CycleBranch, Walk
from attractors.results import Result
from attractors.status import Status, doubt, sure

AMPLITUDES = (0.1, 0.03, 0.01, 3e-3, 1e-3, 3e-4, 1e-4)  # of the largest step: where the other branch is looked for
DELTA = 4.669201609102990


class CascadeStatus(Status):
    """Why a cascade ends; the value says what to do."""

    ARITHMETIC = sure(
        "The next flip would lie closer than double precision tells them apart: the cascade is as long as it gets."
    )
    PERIOD = sure("The largest period is reached. Raise max_period.")
    ENDS = doubt("The last cycle has no flip in the range beyond which its double could be followed.")
    NO_CYCLE = doubt(
        "No cycle, or no flip of it, was found to begin with. Give a start on a cycle that doubles within the range."
    )


@dataclass(frozen=True, eq=False)
class Cascade(Result):
    """Flips of a cycle, its double, the double of that, and so on.

    Attributes
    ----------
    flips : tuple of BifurcationPoint
        Each of twice the period of the one before.
    ratios : array, shape (n - 2,)
        (λ_n - λ_{n-1}) / (λ_{n+1} - λ_n), which approach δ = 4.6692.
    limit : float
        Where they accumulate, by Aitken's extrapolation; NaN with fewer than three.
    status : CascadeStatus
    """

    flips: tuple[BifurcationPoint, ...]
    ratios: FloatArray
    limit: float
    status: CascadeStatus


def switch_branch(
    system: Any,
    point: BifurcationPoint,
    parameter: str | int,
    span: tuple[float, float],
    *,
    largest_step: float = 0.01,
    max_points: int = 2_000,
    until: Kind | None = None,
) -> tuple[CycleBranch, ...]:
    """Follow the branches that leave a flip or a branch point.

    Parameters
    ----------
    system, parameter, span, largest_step, max_points
        As for `continue_cycle`.
    point : BifurcationPoint
        PD: the branch of twice the period (one: its two halves are the same cycles). BP: up to four half branches,
        those of the branch it was found on among them.
    until : Kind, optional
        A branch is followed no further than to the first bifurcation of this kind.

    Returns
    -------
    tuple of CycleBranch
        Each begins beside the point and goes away from it. Empty where none was found.

    Raises
    ------
    ValueError
        As `continue_cycle`; or if the point is of another kind.
    """
    form = form_of(system)
    k = number_of(form, parameter)
    low, high = checked_span(form, k, span)
    values = form.values.copy()
    values[k] = point.parameter
    if point.kind is Kind.PD:
        equations, starts = _doubled(CycleEquations(form, point.period), point, values, k)
    elif point.kind is Kind.BP:
        equations = CycleEquations(form, point.period)
        starts = _crossing(equations, point, values, k)
    else:
        raise ValueError(
            f"point must be a flip (PD) or a branch point (BP), got {point.kind}: nothing else branches off"
        )
    found = []
    for direction in starts:
        for amplitude in AMPLITUDES:
            walk = Walk(equations, values, k, (low, high), largest_step, max_points, until)
            branch = walk.away(np.resize(point.points, (equations.period, form.width)), direction, amplitude)
            if branch is not None:
                found.append(branch)
                break
    return tuple(found)


def _doubled(
    equations: CycleEquations, point: BifurcationPoint, values: FloatArray, k: int
) -> tuple[CycleEquations, list[FloatArray]]:
    """Return the equations of the doubled cycle, and the direction in which it leaves its parent: (v, -v)."""
    v = _null_vector(equations, point, values, k)
    return CycleEquations(equations.form, 2 * equations.period), [np.concatenate([v, -v, [0.0]])]


def _null_vector(equations: CycleEquations, point: BifurcationPoint, values: FloatArray, k: int) -> FloatArray:
    system = CriticalEquations(equations, point.kind, values, (k,))
    z = system.pack(point.points, values)
    system.begin(z)
    system(z)
    assert system.critical is not None
    return np.asarray(np.real(system.critical.v).ravel())


def _crossing(equations: CycleEquations, point: BifurcationPoint, values: FloatArray, k: int) -> list[FloatArray]:
    """Solve the algebraic bifurcation equation: directions (p·m + 1,), both ways, of the branches that cross.

    In the plane of null vectors n_i of (F_x, F_λ), wᵀ F''(d, d) = 0 for d = c n_1 + s n_2: two lines.
    """
    linear = equations.linearised(point.points, values)
    J = np.column_stack([equations.matrix(linear.D), -linear.E[:, :, k].ravel()])
    plane = np.linalg.svd(J)[2][-2:]
    w = np.linalg.svd(J)[0][:, -1].reshape(point.points.shape)
    h = 1e-5 * max(1.0, abs(values[k]))
    shift = np.zeros(len(values))
    shift[k] = h
    up, down = (equations.linearised(point.points, values + s * shift).E[:, :, k] for s in (1.0, -1.0))
    curved = float(np.sum(w * (up - down)) / (2.0 * h))
    form = np.empty((2, 2))
    for i, first in enumerate(plane):
        D, E = equations.bend(point.points, values, equations.histories(first[:-1].reshape(w.shape)))
        for j, second in enumerate(plane):
            along = equations.histories(second[:-1].reshape(w.shape))
            mixed = float(np.einsum("pa,paLb,pLb->", w, D, along)) + second[-1] * float(np.sum(w * E[:, :, k]))
            other = np.einsum("pa,pa->", w, equations.bend(point.points, values, along)[1][:, :, k]) * first[-1]
            form[i, j] = mixed + float(other) + curved * first[-1] * second[-1]
    discriminant = form[0, 1] ** 2 - form[0, 0] * form[1, 1]
    if discriminant <= 0.0:
        return []
    root = np.sqrt(discriminant)
    lines = [np.array([-form[0, 1] + sign * root, form[0, 0]]) for sign in (1.0, -1.0)]
    if abs(form[0, 0]) < 1e-9 * np.abs(form).max():
        lines = [np.array([1.0, 0.0]), np.array([-form[1, 1], 2.0 * form[0, 1]])]
    directions = [line / np.linalg.norm(line) @ plane for line in lines]
    return [sign * d for d in directions for sign in (1.0, -1.0)]


def follow_cascade(
    system: Any,
    start: Any,
    period: int,
    parameter: str | int,
    span: tuple[float, float],
    *,
    max_period: int = 1024,
    largest_step: float = 0.01,
) -> Cascade:
    """Follow a period-doubling cascade, flip by flip, until the arithmetic ends.

    Parameters
    ----------
    system, start, period, parameter, span, largest_step
        As for `continue_cycle`: a cycle whose stable stretch ends in a flip within the range.
    max_period : int
        Of the last cycle whose flip is looked for.

    Returns
    -------
    Cascade

    Notes
    -----
    The doubled branch is followed to its next flip, twice; from then on the flip is predicted from the two before with
    Feigenbaum's ratio, and Newton's method asked for it at once, from points that scale as the cycles before did. It
    ends where flips are closer than 10⁻¹² of the parameter. Linear systems beyond 400 unknowns are sparse.
    """
    form = form_of(system)
    k = number_of(form, parameter)
    low, high = checked_span(form, k, span)
    equations = CycleEquations(form, period)
    points = settled_points(equations, orbit_points(equations, start), form.values)
    if points is None:
        return Cascade((), np.zeros(0), np.nan, CascadeStatus.NO_CYCLE)
    branch = Walk(equations, form.values, k, (low, high), largest_step, 4_000).both_ways(points)
    flips = _flip_that_ends_stability(branch, float(form.values[k]))
    status = CascadeStatus.NO_CYCLE if not flips else CascadeStatus.PERIOD
    while flips and 2 * flips[-1].period <= max_period:
        following = _next_flip(system, flips, k, (low, high), largest_step)
        if following is None:
            status = CascadeStatus.ENDS
            break
        flips.append(following)
        if abs(flips[-1].parameter - flips[-2].parameter) < 1e-12 * relative_size(flips[-1].parameters):
            status = CascadeStatus.ARITHMETIC
            break
    at = np.array([flip.parameter for flip in flips])
    gaps = np.diff(at)
    limit = at[-1] + gaps[-1] / (gaps[-2] / gaps[-1] - 1.0) if len(at) > 2 else np.nan
    return Cascade(tuple(flips), gaps[:-1] / gaps[1:], float(limit), status)


def _flip_that_ends_stability(branch: CycleBranch, value: float) -> list[BifurcationPoint]:
    """Return the flip nearest to a value at which the branch changes from stable to unstable."""
    if branch.status is ContinuationStatus.NO_CYCLE:
        return []
    ends = [
        point
        for point, place in zip(branch.bifurcations, branch.places, strict=True)
        if point.kind is Kind.PD and branch.stable[place] != branch.stable[min(place + 1, len(branch.stable) - 1)]
    ]
    return sorted(ends, key=lambda point: abs(point.parameter - value))[:1]


def _next_flip(
    system: Any, flips: list[BifurcationPoint], k: int, span: tuple[float, float], largest_step: float
) -> BifurcationPoint | None:
    """Find the flip of the doubled cycle: predicted, once there are three; otherwise on the branch."""
    form = form_of(system)
    if len(flips) > 2:
        answer = _predicted_flip(form, flips, k)
        if answer is not None:
            return answer
    gap = abs(flips[-1].parameter - flips[-2].parameter) / (span[1] - span[0]) if len(flips) > 1 else 1.0
    # the points move as the square root of the parameter does: steps as fine as the next gap asks for
    step = largest_step * min(1.0, float(np.sqrt(gap)))
    branches = switch_branch(system, flips[-1], k, span, largest_step=step, until=Kind.PD)
    for branch in branches:
        for point in branch.bifurcations:
            if point.kind is Kind.PD:
                return point
            if point.kind is Kind.LP:
                break
    return None


def _predicted_flip(form: Any, flips: list[BifurcationPoint], k: int) -> BifurcationPoint | None:
    """Run Newton's method from the geometric continuation of the flips before."""
    last, before = flips[-1], flips[-2]
    gap = (last.parameter - before.parameter) / DELTA
    values = form.values.copy()
    equations = CycleEquations(form, 2 * last.period)
    half = CycleEquations(form, last.period)
    values[k] = last.parameter
    v = _null_vector(half, last, values, k).reshape(last.points.shape)
    # amplitude² = (d(-μ)/dλ) Δλ / c in the norm of the normal form, whose q is v at the history of row 0
    slope = _slope_of_multiplier(half, last, values, k)
    along = half.histories(v, -1.0)
    amplitude = np.sqrt(abs(slope * gap / last.coefficients[0])) / np.linalg.norm(along[0])
    points = np.concatenate([last.points + amplitude * v, last.points - amplitude * v])
    for share in (0.5, 0.75, 1.0):
        values[k] = last.parameter + share * gap
        settled = settled_points(equations, points, values)
        if settled is None:
            return None
        points = settled
    answer = located(equations, Kind.PD, points, values, k, 0.0)
    if answer is None or not 0.5 < (answer[0].parameter - last.parameter) / gap < 2.0:
        return None
    return answer[0]


def _slope_of_multiplier(equations: CycleEquations, flip: BifurcationPoint, values: FloatArray, k: int) -> float:
    """Differentiate the critical multiplier by the parameter, along the cycle's branch: dμ/dλ = -g_λ / g_μ."""
    system = CriticalEquations(equations, Kind.PD, values, (k,))
    z = system.pack(flip.points, values)
    system.begin(z)
    _, J = system(z)
    assert system.critical is not None
    n, critical = equations.size, system.critical
    tangent = np.append(solve(J[:n, :n], -J[:n, n]), 1.0)
    by_multiplier = -critical.w.ravel() @ equations.matrix_by_multiplier(critical.linear.D, -1.0) @ critical.v.ravel()
    return float(np.real(-(J[n] @ tangent) / by_multiplier))
