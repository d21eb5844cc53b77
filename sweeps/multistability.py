"""All attractors of a model at one point or along a swept parameter: random starts side by side in lanes."""

import csv
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path
from typing import cast

import numpy as np

from attractors import Attractors, Branches
from attractors.continuation.following import follow
from attractors.multistability.attractors import settled_attractors
from attractors.multistability.distinction import Orbits
from attractors.system import SmoothSystem, System
from sweeps.config import Config, ConfigError
from sweeps.files import written_whole
from sweeps.models.made import family_of, starts_of, system_of
from sweeps.models.model import Family, State
from sweeps.run import progress
from sweeps.run.basins import orbits_of_starts

TOGETHER = 16  # starts in one thread's lanes


def attractors_of(config: Config) -> Attractors:
    """Find the attractors at the one point of a config, from its random starts.

    Raises
    ------
    ConfigError
        If the config does not have random starts, exponents, or a single point.
    """
    _check(config)
    if config.sweep is not None:
        raise ConfigError("sweep must be absent to find the attractors of one point.")
    family = family_of(config)
    system = system_of(config, family)
    run = partial(orbits_in_lanes, config, family, system)
    starts = starts_of(config, family, system)
    return settled_attractors(run(starts), run, clock_period=system.clock_period)[1]


def branches_of(config: Config, *, quiet: bool = False) -> Branches:
    """Find the attractors at each value of the swept parameter of a config, and follow them.

    Progress of the random starts is shown on stderr; to follow what they reach takes about as long again.

    Raises
    ------
    ConfigError
        If the config does not have random starts, exponents, or one swept parameter of the map.
    """
    _check(config)
    if list(config.axes) not in [[name] for name in config.of.followed]:
        swept, followed = ", ".join(config.axes) or "nothing", ", ".join(config.of.followed)
        raise ConfigError(f"sweep = {swept} must be one of {followed}: attractors are followed along it.")
    ((name, values),) = config.axes.items()
    family = family_of(config)

    def make(value: float) -> SmoothSystem:
        return cast(SmoothSystem, system_of(config, family, **{name: value}))  # `follow` says if it is not

    starts = starts_of(config, family, make(float(values[0])))
    meter = progress.Meter(len(values) * len(starts), config.run.n_transient + config.run.n_steps)

    def explore(parameter: float, seeds: Sequence[State] | None) -> Orbits:
        if seeds is None:
            return orbits_in_lanes(config, family, make(parameter), starts, meter.add)
        return orbits_in_lanes(config, family, make(parameter), seeds)

    with progress.shown(meter, quiet=quiet):
        return follow(np.sort(values), explore, make)


def _check(config: Config) -> None:
    if config.is_noisy:
        raise ConfigError(
            f"model.{config.of.noise} must be absent here: noise moves orbits between attractors; see `dmfsa finite`."
        )
    if config.start.random is None or config.start.random.n < 2:
        raise ConfigError("start must be random with n of at least 2: attractors are found by many starts.")
    if config.n_exponents == 0:
        raise ConfigError("run.n_exponents = 0 must be at least 1 here: attractors are labelled by exponents.")


def orbits_in_lanes(
    config: Config,
    family: Family,
    system: System,
    states: Sequence[State],
    count: Callable[[int], None] = lambda n_steps: None,
) -> Orbits:
    """Run orbits of one map side by side for as long as a config says, on all cores, and label them.

    An orbit ends at the phase at which it began (`blocks_of_starts`). `count` is called with the number of map steps
    done, summed over orbits, now and then.
    """
    parts = [states[first : first + TOGETHER] for first in range(0, len(states), TOGETHER)]
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
        found = list(pool.map(lambda part: orbits_of_starts(config, family, system, part, count), parts))
    return Orbits(
        np.concatenate([orbits.windows for orbits in found]),
        tuple(answer for orbits in found for answer in orbits.answers),
        tuple(end for orbits in found for end in orbits.ends),
    )


def write_csv(path: Path, name: str, branches: Branches) -> None:
    """Write every branch at every value as CSV, every digit kept; the file is there whole or not at all."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([name, "branch", "label", "period", "share", "share_low", "share_high", "lyapunov_1"])
    for number, branch in enumerate(branches.branches):
        columns = (branch.parameters, branch.labels, branch.periods, branch.shares, branch.intervals, branch.exponents)
        for value, label, period, share, (low, high), exponent in zip(*columns, strict=True):
            table.writerow([value, number, label, period, share, low, high, exponent])
    with written_whole(path) as unfinished:
        unfinished.write_text(text.getvalue(), encoding="utf-8")
