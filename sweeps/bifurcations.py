"""Bifurcations along the swept parameter of a config: the cycles that orbits end on, continued, and what they do."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors import BifurcationPoint, ContinuationStatus, CycleBranch, continue_cycle, find_period
from attractors.status import Status
from sweeps.arrays import Array
from sweeps.config import Config, ConfigError
from sweeps.models.made import family_of, starts_of, system_of

LONGEST = 128  # steps of a cycle that is continued
WINDOW = 4 * LONGEST  # samples in which it has to repeat
MOST_POINTS = 1_000  # of a branch, in each direction
ALMOST = 1e-4  # relative distance after a period at which an orbit is on its way to a cycle
NEAR = 1e-2  # relative distance from a branch at which a cycle is on it


@dataclass(frozen=True)
class Change:
    """Two neighbouring values whose orbits end differently, and the bifurcations of the cycles between them.

    Attributes
    ----------
    between : tuple of float
    before, after : int
        Periods; 0 where the orbit repeats in no more than 128 steps, or not at all.
    points : tuple of (int, BifurcationPoint)
        Branch and point, between them or, if there is none, within one value more on both sides. Empty: there is no
        local bifurcation of a cycle that was followed.
    """

    between: tuple[float, float]
    before: int
    after: int
    points: tuple[tuple[int, BifurcationPoint], ...]


@dataclass(frozen=True, eq=False)
class Bifurcations:
    """What the cycles of a config do along its parameter.

    Attributes
    ----------
    name : str
        Of the parameter.
    values : array, shape (n,)
    periods : int array, shape (n,)
        Of the orbit from the first start at each.
    samples : array, shape (n, 512, m)
        Its last samples.
    branches : tuple of CycleBranch
        In the order in which their cycles were met.
    changes : tuple of Change
    """

    name: str
    values: Array
    periods: npt.NDArray[np.int64]
    samples: Array
    branches: tuple[CycleBranch, ...]
    changes: tuple[Change, ...]

    def to_dict(self) -> dict[str, Any]:
        """Return what is printed as JSON."""
        points = [
            {"branch": i, **_plain(point)} for i, branch in enumerate(self.branches) for point in branch.bifurcations
        ]
        branches = [
            {
                "period": branch.period,
                "from": float(branch.parameters.min()),
                "to": float(branch.parameters.max()),
                "n_points": len(branch.parameters),
                "ends": [end.name.lower() for end in branch.ends],
                "status": _name(branch.status),
            }
            for branch in self.branches
        ]
        changes = [
            {
                "between": list(change.between),
                "before": change.before,
                "after": change.after,
                "points": [{"branch": i, "kind": str(x.kind), "parameter": x.parameter} for i, x in change.points],
            }
            for change in self.changes
        ]
        return {"parameter": self.name, "points": points, "branches": branches, "changes": changes}


def bifurcations_of(config: Config) -> Bifurcations:
    """Follow every cycle that orbits of a sweep's start end on, over the whole range, and locate what happens to it.

    At each value an orbit runs from the config's first start, through its transient. If it ends on a cycle of at most
    128 steps that lies on no branch yet, the branch is followed over the range, stable or not.

    Raises
    ------
    ConfigError
        If the config does not sweep one parameter of a model whose maps have a delay form.
    """
    if list(config.axes) not in [[name] for name in config.of.followed]:
        swept, followed = ", ".join(config.axes) or "nothing", ", ".join(config.of.followed)
        raise ConfigError(f"sweep = {swept} must be one of {followed}: cycles are continued along it.")
    ((name, along),) = config.axes.items()
    values: Array = np.unique(np.asarray(along, dtype=np.float64))
    if len(values) < 2:
        raise ConfigError(f"sweep.{name} must have at least two values, got {values.tolist()}: cycles need a range.")
    family = family_of(config)
    branches: list[CycleBranch] = []
    periods, samples = [], []
    for value in values:
        system: Any = system_of(config, family, **{name: float(value)})
        if not hasattr(system, "delay_form"):
            raise ConfigError(f"model: its maps offer no delay_form(): cycles cannot be continued along {name}.")
        _, state = system.orbit(starts_of(config, family, system)[0], config.run.n_transient)
        window, state = system.orbit(state, WINDOW)
        samples.append(window)
        period, exactly = _period_of(window, system.clock_period)
        periods.append(period if exactly else 0)
        if period and not any(_is_on(branch, float(value), window[-period:]) for branch in branches):
            branch = continue_cycle(
                system, state, period, name, (values[0], values[-1]), max_points=MOST_POINTS, confirm=False
            )
            if branch.status is not ContinuationStatus.NO_CYCLE:
                branches.append(branch)
    for i, period in enumerate(periods):
        if not period:  # the orbit may be on its way to a cycle that attracts slowly
            near = [b.period for b in branches if _is_on(b, float(values[i]), samples[i][-b.period :], stable=True)]
            periods[i] = near[0] if near else 0
    return Bifurcations(
        name, values, np.array(periods), np.array(samples), tuple(branches), _changes(values, periods, branches)
    )


def _period_of(window: Array, clock_period: int) -> tuple[int, bool]:
    """Return the period of samples, and whether they repeat exactly; 0 where they come nowhere near to repeating."""
    if not np.isfinite(window).all():
        return 0, False
    period = find_period(window).period or 0
    if 0 < period <= LONGEST and period % clock_period == 0:
        return period, True
    extent = float(np.ptp(window, axis=0).max())
    for lag in range(clock_period, LONGEST + 1, clock_period):
        if np.abs(window[lag:] - window[:-lag]).max() < ALMOST * extent:
            return lag, False
    return 0, False


def _is_on(branch: CycleBranch, value: float, points: Array, *, stable: bool = False) -> bool:
    """Whether a cycle (p, m), from any of its points on, lies on a branch; where that is stable, if asked for."""
    p = len(points)
    if branch.period != p:
        return False
    size = NEAR * np.abs(points).max()
    turned = points[(np.arange(p) + np.arange(p)[:, None]) % p]
    at = branch.parameters
    for i in np.flatnonzero((at[:-1] - value) * (at[1:] - value) <= 0.0):
        if stable and not branch.stable[i : i + 2].all():
            continue
        share = (value - at[i]) / (at[i + 1] - at[i]) if at[i + 1] != at[i] else 0.0
        there = branch.points[i] + share * (branch.points[i + 1] - branch.points[i])
        if np.abs(turned - there).max(axis=(1, 2)).min() < size:
            return True
    return False


def _changes(values: Array, periods: list[int], branches: list[CycleBranch]) -> tuple[Change, ...]:
    """Name the bifurcations of the branches where the period changes, first those that change their stability."""
    found = []
    for low, high, before, after in zip(values, values[1:], periods, periods[1:], strict=False):
        if before == after:
            continue
        points = _between(float(low), float(high), branches)
        if not points:  # near a bifurcation an orbit may take longer than the transient: look one value further
            points = _between(float(2.0 * low - high), float(2.0 * high - low), branches)
        found.append(Change((float(low), float(high)), before, after, points))
    return tuple(found)


def _between(low: float, high: float, branches: list[CycleBranch]) -> tuple[tuple[int, BifurcationPoint], ...]:
    """Return the branches and their bifurcations between two values, where the cycle is stable on one side."""
    return tuple(
        (i, point)
        for i, branch in enumerate(branches)
        for point, place in zip(branch.bifurcations, branch.places, strict=True)
        if low <= point.parameter <= high and branch.stable[place : place + 2].any()
    )


def _plain(point: BifurcationPoint) -> dict[str, Any]:
    """Return the numbers of a point that a table has."""
    known = {"coefficient": point.coefficient, "angle": point.angle}
    return {
        "kind": str(point.kind),
        "parameter": point.parameter,
        "period": point.period,
        **{key: float(x) if np.isfinite(x) else None for key, x in known.items()},
        "criticality": point.criticality.name.lower(),
        "resonance": None if point.resonance is None else str(point.resonance),
        "status": _name(point.status),
    }


def _name(status: Status) -> str:
    return status.name.lower()
