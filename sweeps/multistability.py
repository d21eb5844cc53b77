"""All attractors of the network at one point or along a swept parameter: random starts side by side in lanes."""

import csv
import io
import os
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import numpy as np

from attractors import Attractors, Branches
from attractors.continuation.following import follow
from attractors.multistability.attractors import settled_attractors
from attractors.multistability.distinction import Orbits
from dmfsa import MeanFieldMap, Window
from sweeps.config import Config, ConfigError
from sweeps.config.sweep import CONTINUOUS
from sweeps.files import written_whole
from sweeps.network import features_of, map_of, starts_of
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
    network = map_of(config)
    run = partial(orbits_in_lanes, config, network)
    return settled_attractors(run(starts_of(config, network)), run, clock_period=network.clock_period)[1]


def branches_of(config: Config, *, quiet: bool = False) -> Branches:
    """Find the attractors at each value of the swept parameter of a config, and follow them.

    Progress of the random starts is shown on stderr; to follow what they reach takes about as long again.

    Raises
    ------
    ConfigError
        If the config does not have random starts, exponents, or one swept parameter out of β, γ, ε.
    """
    _check(config)
    if list(config.axes) not in [[name] for name in CONTINUOUS]:
        swept = ", ".join(config.axes) or "nothing"
        raise ConfigError(f"sweep = {swept} must be one of {', '.join(CONTINUOUS)}: attractors are followed along it.")
    ((name, values),) = config.axes.items()
    features = features_of(config)

    def make(value: float) -> MeanFieldMap:
        return map_of(config, features, **{name: value})

    starts = starts_of(config, make(float(values[0])))
    meter = progress.Meter(len(values) * len(starts), config.run.n_transient + config.run.n_steps)

    def explore(parameter: float, seeds: Sequence[Window] | None) -> Orbits:
        if seeds is None:
            return orbits_in_lanes(config, make(parameter), starts, meter.add)
        return orbits_in_lanes(config, make(parameter), seeds)

    with progress.shown(meter, quiet=quiet):
        return follow(np.sort(values), explore, make)


def _check(config: Config) -> None:
    if config.is_noisy:
        raise ConfigError(
            "model.n_spins must be absent here: noise moves orbits between attractors; see `dmfsa finite`."
        )
    if config.start.random is None or config.start.random.n < 2:
        raise ConfigError("start must be random with n of at least 2: attractors are found by many starts.")
    if config.n_exponents == 0:
        raise ConfigError("run.n_exponents = 0 must be at least 1 here: attractors are labelled by exponents.")


def orbits_in_lanes(
    config: Config,
    network: MeanFieldMap,
    windows: Sequence[Window],
    count: Callable[[int], None] = lambda n_steps: None,
) -> Orbits:
    """Run orbits of one map side by side for as long as a config says, on all cores, and label them.

    An orbit ends at the phase at which it began (`blocks_of_starts`). `count` is called with the number of map steps
    done, summed over orbits, now and then.
    """
    parts = [windows[first : first + TOGETHER] for first in range(0, len(windows), TOGETHER)]
    with ThreadPoolExecutor(min(len(parts), os.cpu_count() or 1)) as pool:
        found = list(pool.map(lambda part: orbits_of_starts(config, network, part, count), parts))
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
