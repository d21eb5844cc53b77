"""How long a shard takes: a small part of the steps, at points from all over the grid, with the code that tasks run."""

import time

import numpy as np

from sweeps.config import Config
from sweeps.grid.shard import Shard
from sweeps.run.experiment import Experiment
from sweeps.run.points import run_points

LONG_ENOUGH = 1.0  # seconds, so that what is done once for each point does not count for much
SMALLEST = 4_096  # steps that are kept, of the shortest run


def seconds_per_shard(config: Config, shard: Shard) -> float:
    """Measure what a shard like this one takes on one core; of a continuation, without the way from its origin.

    The first run compiles, which is kept on disk and spares every task the same. Then the part of the steps is doubled
    until it takes a second, and what the whole takes is in proportion: a little too much, as labels and the like are
    made once for each point, whatever the number of steps.
    """
    part = min(1.0, SMALLEST / config.run.n_steps)
    _run(config, shard, part)
    while True:
        began = time.perf_counter()
        n_times = _run(config, shard, part)
        seconds = time.perf_counter() - began
        if seconds >= LONG_ENOUGH or part == 1.0:
            return n_times * seconds / part
        part = min(1.0, 2 * part)


def _run(config: Config, shard: Shard, part: float) -> int:
    """Run points, as many as a shard runs side by side, for a part of their steps; return how often a shard does so."""
    steps = {"n_transient": int(part * config.run.n_transient), "n_steps": int(part * config.run.n_steps)}
    experiment = Experiment.of(config.model_copy(update={"run": config.run.model_copy(update=steps)}))
    chains = experiment.grid.chains
    n_times = 1 if chains is None else len(np.unique(chains.locate(shard.points)[1]))
    run_points(experiment, np.linspace(0, experiment.grid.n_points - 1, shard.n // n_times).astype(np.int64))
    return n_times
