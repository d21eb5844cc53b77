"""Cycles continued in one parameter, stable or not, through folds, with the bifurcations on their way."""

from dataclasses import replace
from typing import Any

import numpy.typing as npt

from attractors.continuation.cycles.equations import CycleEquations
from attractors.continuation.cycles.starts import checked_span, form_of, number_of, orbit_points, settled_points
from attractors.continuation.cycles.walks import ContinuationStatus, CycleBranch, Walk, no_branch

FINER = 3.0  # by which the steps of the second run are smaller
AGREE = 1e-8  # between two runs' points, of the range


def continue_cycle(
    system: Any,
    start: Any,
    period: int,
    parameter: str | int,
    span: tuple[float, float],
    *,
    largest_step: float = 0.01,
    max_points: int = 2_000,
    gain: npt.ArrayLike = 0.0,
    confirm: bool = True,
) -> CycleBranch:
    """Follow a cycle along a parameter, both ways, by pseudo-arclength.

    Parameters
    ----------
    system : object with `delay_form()`
        The map at the parameters where the cycle is known: a `DiscreteMap`, a network, anything that offers a
        `DelayForm`.
    start : state
        Near the cycle, which may be unstable.
    period : int
        p, a multiple of the clock's period.
    parameter : str or int
        Which parameter varies: its name, or its number.
    span : tuple of float
        Range of it, in which the system's own value lies.
    largest_step : float
        Of the arclength, in which the range counts as 1 and the largest number in the points as 1.
    max_points : int
        In each direction.
    gain : array-like, shape (m,)
        What variables gain in a period: whole turns, if they are angles on a line.
    confirm : bool
        Whether to follow it again with steps of a third, and to compare the bifurcations.

    Returns
    -------
    CycleBranch

    Raises
    ------
    ValueError
        If the map has no such parameter, the range does not hold its value or goes beyond what is allowed, or the
        period is no positive multiple of the clock's.

    Notes
    -----
    Unknown are the p·m numbers of `CycleEquations` and the parameter. A step is halved until Newton's method converges
    in six iterations and the tangent turns by less than 26 degrees. What happens in a step is told by the multipliers
    and by whether the branch turns, and located by Newton's method on extended equations (`CriticalEquations`), to
    rounding. A point costs some three linear systems of p·m unknowns: 1.5 ms for 28 steps of the paper's network.

    Examples
    --------
    The logistic map's fixed point doubles its period at r = 3:

    >>> from attractors.examples import logistic
    >>> branch = continue_cycle(logistic(2.5), [0.6], 1, 0, (2.0, 3.4))
    >>> [(str(point.kind), round(point.parameter, 12), round(point.coefficient, 9)) for point in branch.bifurcations]
    [('PD', 3.0, 9.0)]
    """
    form = form_of(system)
    k = number_of(form, parameter)
    low, high = checked_span(form, k, span)
    equations = CycleEquations(form, period, gain)
    points = settled_points(equations, orbit_points(equations, start), form.values)
    if points is None:
        return no_branch(equations, form.names[k])
    walk = Walk(equations, form.values, k, (low, high), largest_step, max_points)
    branch = walk.both_ways(points)
    if not confirm or branch.status is ContinuationStatus.BRACKETED:
        return branch
    finer = Walk(equations, form.values, k, (low, high), largest_step / FINER, int(max_points * FINER)).both_ways(
        points
    )
    if _agree(branch, finer, high - low):
        return replace(branch, status=ContinuationStatus.OK)
    return replace(finer, status=ContinuationStatus.STEPS)


def _agree(one: CycleBranch, other: CycleBranch, width: float) -> bool:
    """Whether two branches have the same bifurcations in the same order."""
    pairs = list(zip(one.bifurcations, other.bifurcations, strict=False))
    return len(one.bifurcations) == len(other.bifurcations) and all(
        a.kind is b.kind and abs(a.parameter - b.parameter) <= AGREE * width for a, b in pairs
    )
