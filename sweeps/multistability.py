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

from attractors import (
    Attractors,
    Blocks,
    Branches,
    Classification,
    classify_evidence,
    distinguish_attractors,
    find_period,
    spectrum_from_stretching,
)
from attractors.continuation.following import follow
from attractors.multistability.attractors import run_on
from attractors.multistability.distinction import Orbits
from attractors.recurrence.period import rest_at_zero
from attractors.system import SmoothSystem, System
from sweeps.config import Config, ConfigError
from sweeps.files import written_whole
from sweeps.models.made import blocks_of, family_of, starts_of, system_of
from sweeps.models.model import Family, State
from sweeps.run import progress

WINDOW = 4096  # last samples that tell attractors apart
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
    orbits = run_on(run(starts_of(config, family, system)), run, clock_period=system.clock_period)
    return distinguish_attractors(orbits.windows, orbits.answers, clock_period=system.clock_period)


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

    The transient is lengthened to whole turns of the clock, so that an orbit ends at the phase at which it began.
    `count` is called with the number of map steps done, summed over orbits, now and then.
    """
    blocks = blocks_of(config)
    extra = -(config.run.n_transient + config.run.n_steps) % system.clock_period
    blocks = blocks._replace(n_before=blocks.n_before + extra)
    parts = [states[first : first + TOGETHER] for first in range(0, len(states), TOGETHER)]
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
        found = list(pool.map(lambda part: _run(config, family, system, part, blocks, count), parts))
    return Orbits(
        np.concatenate([orbits.windows for orbits in found]),
        tuple(answer for orbits in found for answer in orbits.answers),
        tuple(end for orbits in found for end in orbits.ends),
    )


def _run(
    config: Config,
    family: Family,
    system: System,
    states: Sequence[State],
    blocks: Blocks,
    count: Callable[[int], None],
) -> Orbits:
    """Run some orbits in the lanes of one thread."""
    lanes = family.side_by_side([system] * len(states), states, [()] * len(states))
    lanes.advance(blocks.n_before, progress=count)
    result = lanes.stretching(
        n_exponents=config.n_exponents,
        n_blocks=blocks.n_blocks,
        block_length=blocks.block_length,
        n_settle=blocks.n_settle,
        n_tail=min(WINDOW, blocks.n_blocks * blocks.block_length),
        progress=count,
    )
    tails = np.ascontiguousarray(rest_at_zero(result.tail, config.model.scale).transpose(1, 0, 2))
    answers: list[Classification] = []
    for tail, sums, unresolved in zip(tails, result.log_factors, result.unresolved, strict=True):
        spectrum = spectrum_from_stretching(sums, blocks.block_length, unresolved)
        if not np.isfinite(tail).all():
            answers.append(classify_evidence(spectrum, None, finite=False))
            continue
        answers.append(classify_evidence(spectrum, find_period(tail), samples=tail, clock_period=system.clock_period))
    return Orbits(tails, tuple(answers), tuple(lanes.states()))


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
