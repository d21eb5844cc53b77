"""The devil's staircase of a map of a circle: where the rotation number stands still, with located edges."""

from dataclasses import dataclass
from math import gcd
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.continuation.cycles.bifurcation_points import located
from attractors.continuation.cycles.critical import Kind
from attractors.continuation.cycles.equations import CycleEquations
from attractors.continuation.cycles.linear_solving import solve
from attractors.continuation.cycles.starts import checked_span, form_of, number_of
from attractors.results import Result
from attractors.status import Status, doubt, sure

PLACES = 12  # of a point of the cycle around a q-th of the circle, among which the edges are looked for
CLOSER = 8  # times that the places are taken closer together around the best of them
NARROW = 1e-13  # relative width below which both edges are one number


class StaircaseStatus(Status):
    """How complete the staircase is; the value says what to do."""

    LOCATED = sure(
        "Both edges of every plateau are located as folds, or its width is below what double precision resolves."
    )
    MISSING = doubt(
        "Some plateaus could not be found: cycles of that rotation number do not exist in the range, or there are "
        "several of them, as beyond the critical coupling. Their edges are NaN."
    )


@dataclass(frozen=True, eq=False)
class Staircase(Result):
    """Plateaus of the rotation number.

    Attributes
    ----------
    numerators, denominators : int array, shape (n,)
        Of the rotation numbers, ascending.
    edges : array, shape (n, 2)
        Of the parameter; NaN where there is no plateau.
    widths : array, shape (n,)
        0 where double precision does not resolve it.
    status : StaircaseStatus
    """

    numerators: npt.NDArray[np.int64]
    denominators: npt.NDArray[np.int64]
    edges: FloatArray
    widths: FloatArray
    status: StaircaseStatus


def devils_staircase(
    system: Any, parameter: str | int, span: tuple[float, float], *, max_order: int = 8, turn: float = 1.0
) -> Staircase:
    """Locate the plateaus of the rotation number of a map of a circle.

    Parameters
    ----------
    system : object with `delay_form()`
        The lift of the map, on a line: x' (x + turn) = x' (x) + turn, without a remainder.
    parameter : str or int
        By which the rotation number rises.
    span : tuple of float
        Range of it.
    max_order : int
        Largest denominator q.
    turn : float
        Length of the circle.

    Returns
    -------
    Staircase

    Raises
    ------
    ValueError
        If the map has more than one variable, or the parameter, its range or the order are not allowed.

    Notes
    -----
    A cycle of rotation number p/q through a given first point exists at one value of the parameter, which Newton's
    method finds with its points; as the first point goes round, that value goes up and down over the plateau. From its
    highest and lowest of 12 q the edges are located as folds, to rounding.

    Examples
    --------
    The plateau of 1/2 of the sine circle map at K = 1:

    >>> from attractors import DiscreteMap
    >>> import math
    >>> def step(x, p, out):
    ...     out[0] = x[0] + p[0] - 0.5 / math.pi * math.sin(2.0 * math.pi * x[0])
    >>> found = devils_staircase(DiscreteMap(step, parameters=[0.4]), 0, (0.4, 0.6), max_order=2)
    >>> found.numerators.tolist(), found.denominators.tolist(), found.edges.round(10).tolist()
    ([1], [2], [[0.4630172234, 0.5369827766]])
    """
    form = form_of(system)
    if form.width != 1 or form.memory != 1:
        raise ValueError(f"the map must have one variable, an angle, got {form.width * form.memory}")
    if max_order < 1 or not turn > 0.0:
        raise ValueError(f"max_order must be at least 1 and turn positive, got {max_order} and {turn}")
    k = number_of(form, parameter)
    low, high = checked_span(form, k, span)
    fractions = [
        (p, q)
        for q in range(1, max_order + 1)
        for p in range(_turns(form, k, low, q, turn), _turns(form, k, high, q, turn) + 2)
        if gcd(p, q) == 1
    ]
    tried = [(p, q, _edges(form, k, p, q, turn, (low, high))) for p, q in fractions]
    rows = [(p, q, both) for p, q, both in tried if both is not None]
    rows.sort(key=lambda row: row[0] / row[1])
    edges = np.array([row[2] for row in rows]).reshape(-1, 2)
    widths = np.where(np.diff(edges)[:, 0] < NARROW * np.abs(edges).max(initial=1.0), 0.0, np.diff(edges)[:, 0])
    missing = np.isnan(edges).any()
    return Staircase(
        numerators=np.array([p for p, _, _ in rows], dtype=np.int64),
        denominators=np.array([q for _, q, _ in rows], dtype=np.int64),
        edges=edges,
        widths=widths,
        status=StaircaseStatus.MISSING if missing else StaircaseStatus.LOCATED,
    )


def _turns(form: Any, k: int, value: float, q: int, turn: float) -> int:
    """Whole turns that an orbit makes in q steps, after some steps that let it settle."""
    values = form.values.copy()
    values[k] = value
    x, zero = np.zeros((1, 1, 1)), np.zeros(1, dtype=np.int64)
    n = 64 * q
    for _ in range(n):
        x = form.image(x, zero, values)[:, None]
    return int(np.floor(float(x[0, 0, 0]) / turn / n * q))


def _edges(form: Any, k: int, p: int, q: int, turn: float, span: tuple[float, float]) -> tuple[float, float] | None:
    """Find the edges of the plateau of p/q; None where it lies outside of the range."""
    equations = CycleEquations(form, q, gain=p * turn)
    points, value = np.arange(1 - q, 1) * (p * turn / q), float(np.mean(span))
    found = []  # first point, value of the parameter, cycle
    for place in np.arange(PLACES * q) / (PLACES * q) * turn:
        answer = _through(equations, k, points - points[-1] + place, value)
        if answer is not None:
            points, value = answer[0][:, 0], answer[1]
            found.append((place, value, points))
    if not found:
        return np.nan, np.nan
    values = [value for _, value, _ in found]
    if max(values) < span[0] or min(values) > span[1]:
        return None
    edges = [_edge(equations, k, found, sign, turn / (PLACES * q)) for sign in (-1.0, 1.0)]
    return edges[0], edges[1]


def _edge(
    equations: CycleEquations, k: int, found: list[tuple[float, float, FloatArray]], sign: float, apart: float
) -> float:
    """Go from the best of the places to the highest (lowest) value between its neighbours, and locate the fold."""
    place, value, points = max(found, key=lambda answer: sign * answer[1])
    for _ in range(CLOSER):
        for there in place + apart * np.array([-0.6, -0.3, 0.3, 0.6]):
            answer = _through(equations, k, points - points[-1] + there, value)
            if answer is not None and sign * answer[1] > sign * value:
                place, value, points = there, answer[1], answer[0][:, 0]
        apart *= 0.5
    values = equations.form.values.copy()
    values[k] = value
    fold = located(equations, Kind.LP, points[:, None], values, k, 0.0)
    return fold[0].parameter if fold is not None and abs(fold[0].parameter - value) < apart else np.nan


def _through(equations: CycleEquations, k: int, points: FloatArray, value: float) -> tuple[FloatArray, float] | None:
    """Find the cycle whose last point is given, and the value of the parameter at which it exists."""
    n, x = equations.size, points[:, None].copy()
    values = equations.form.values.copy()
    matrix = np.zeros((n + 1, n + 1))
    matrix[n, n - 1] = 1.0
    for _ in range(40):
        values[k] = value
        linear = equations.linearised(x, values)
        matrix[:n, :n], matrix[:n, n] = equations.matrix(linear.D), -linear.E[:, :, k].ravel()
        try:
            step = solve(matrix, -np.append(linear.residual, 0.0))
        except np.linalg.LinAlgError:
            return None
        if not np.isfinite(step).all():
            return None
        x, value = x + step[:n, None], value + float(step[n])
        if np.abs(step).max() < 1e-13 * max(1.0, float(np.abs(x).max())):
            break
    return (x, value) if np.abs(step).max() < 1e-10 else None
