"""Feigenbaum's numbers of a map of an interval, from the parameters at which its critical point lies on the cycle."""

from collections.abc import Callable
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.starts import checked_span, form_of, number_of
from attractors.results import Result
from attractors.status import Status, doubt, sure

LONG = (
    np.longdouble
)  # 64 bits of mantissa on x86, where the ratios come from differences of numbers that agree in ten digits
GRID = 400  # values of the parameter among which the first two are looked for
ITERATIONS = 60


class FeigenbaumStatus(Status):
    """How far the ratios can be trusted; the value says what to do."""

    OK = sure("The last three extrapolated values of each ratio agree within the error given.")
    SHORT = doubt(
        "Fewer than six superstable parameters were found: there is nothing to extrapolate from. Widen the span."
    )


@dataclass(frozen=True, eq=False)
class Feigenbaum(Result):
    """Ratios of a period-doubling cascade.

    Attributes
    ----------
    parameters : array, shape (n,)
        At which the critical point has period 1, 2, 4, ….
    delta, alpha : float
        Ratios of the gaps between these, and of the critical point's distances from the nearest point of its cycle.
    delta_error, alpha_error : float
        Largest difference between the last three extrapolated values.
    limit : float
        Where the cascade accumulates.
    status : FeigenbaumStatus
    """

    parameters: FloatArray
    delta: float
    delta_error: float
    alpha: float
    alpha_error: float
    limit: float
    status: FeigenbaumStatus


def feigenbaum_ratios(
    system: Any, critical: float, parameter: str | int, span: tuple[float, float], *, max_period: int = 4096
) -> Feigenbaum:
    """Find δ and α of a cascade of superstable cycles.

    Parameters
    ----------
    system : DiscreteMap of one dimension
        At a value of the parameter within the span.
    critical : float
        Where the map's derivative is 0, whatever the parameter.
    parameter : str or int
    span : tuple of float
        From below the superstable fixed point to beyond the accumulation, or the other way round is not asked for: the
        cascade is taken to go up.
    max_period : int
        A power of 2.

    Returns
    -------
    Feigenbaum

    Raises
    ------
    ValueError
        If the map has more than one dimension, or the parameter or span are not allowed.

    Notes
    -----
    f^p(x_c) = x_c is solved for the parameter by the secant method in extended precision (of plain Python's arithmetic;
    functions of `math` bring it down to double precision). Cost: some 8 p calls of the map for the last period.

    Examples
    --------
    >>> from attractors.examples import logistic
    >>> ratios = feigenbaum_ratios(logistic(3.0), 0.5, 0, (1.5, 3.6))
    >>> round(ratios.delta, 7), round(ratios.alpha, 7)
    (4.6692016, -2.5029079)
    """
    form = form_of(system)
    if form.width != 1 or form.memory != 1 or not hasattr(form, "one_step"):
        raise ValueError(f"the map must be a DiscreteMap of one dimension, got {form.width} x {form.memory}")
    k = number_of(form, parameter)
    low, high = checked_span(form, k, span)
    iterate = _iterate(form, k, critical)
    found: list[Any] = []
    period = 1
    while period <= max_period:
        value = _superstable(iterate, period, found, (low, high))
        if value is None or not low <= value <= high:
            break
        found.append(value)
        period *= 2
    distances = [iterate(value, 2 ** (n - 1)) - LONG(critical) for n, value in enumerate(found) if n > 0]
    at = np.array([float(value) for value in found])
    if len(found) < 6:
        return Feigenbaum(at, np.nan, np.nan, np.nan, np.nan, np.nan, FeigenbaumStatus.SHORT)
    gaps = [b - a for a, b in pairwise(found)]
    delta, delta_error = _extrapolated([a / b for a, b in pairwise(gaps)])
    alpha, alpha_error = _extrapolated([a / b for a, b in pairwise(distances)])
    limit = float(found[-1] + gaps[-1] / (LONG(delta) - 1))
    return Feigenbaum(at, delta, delta_error, alpha, alpha_error, limit, FeigenbaumStatus.OK)


def _iterate(form: Any, k: int, critical: float) -> Callable[[Any, int], Any]:
    """Return (value, n) -> f^n(x_c) in extended precision."""
    step, values = form.one_step, form.values.astype(LONG)

    def iterate(value: Any, n: int) -> Any:
        p, x, out = values.copy(), np.array([critical], dtype=LONG), np.zeros(1, dtype=LONG)
        p[k] = value
        for _ in range(n):
            step(x, p, out)
            x, out = out, x
        return x[0]

    return iterate


def _superstable(
    iterate: Callable[[Any, int], Any], period: int, found: list[Any], span: tuple[float, float]
) -> Any | None:
    """Find the next superstable parameter: predicted from the last two, or the first beyond the last on a grid."""
    centre = iterate(LONG(span[0]), 0)

    def miss(value: Any) -> Any:
        return iterate(value, period) - centre

    if len(found) > 2:
        gap = (found[-1] - found[-2]) / ((found[-2] - found[-3]) / (found[-1] - found[-2]))
        return _secant(miss, found[-1] + gap, found[-1] + LONG(1.01) * gap)
    values = np.linspace(found[-1] if found else span[0], span[1], GRID).astype(LONG)[1:]
    misses = [miss(value) for value in values]
    for a, b, left, right in zip(values, values[1:], misses, misses[1:], strict=False):
        if left * right <= 0.0:
            return _secant(miss, a, b)
    return None


def _secant(function: Callable[[Any], Any], a: Any, b: Any) -> Any | None:
    """Run the secant method to rounding."""
    left, right = function(a), function(b)
    for _ in range(ITERATIONS):
        if right == left:
            return b
        a, b, left = b, b - right * (b - a) / (right - left), right
        if not np.isfinite(b):
            return None
        if abs(b - a) <= 4 * np.finfo(LONG).eps * abs(b):
            return b
        right = function(b)
    return b


def _extrapolated(ratios: list[Any]) -> tuple[float, float]:
    """Aitken's extrapolation: of three of its values in a row, those that differ least, the last and the difference."""
    better = [
        c - (c - b) ** 2 / ((c - b) - (b - a)) if (c - b) != (b - a) else c
        for a, b, c in zip(ratios, ratios[1:], ratios[2:], strict=False)
    ]
    best = min(range(2, len(better)), key=lambda i: max(abs(better[i] - better[i - 1]), abs(better[i] - better[i - 2])))
    spread = max(abs(better[best] - better[best - 1]), abs(better[best] - better[best - 2]))
    return float(better[best]), float(spread)
