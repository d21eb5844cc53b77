"""The work on one shard: independent points all at once, those of a continuation step by step; failures kept apart."""

from collections.abc import Callable

import numpy as np

from dmfsa import Window
from sweeps.arrays import Numbers
from sweeps.config.sweep import Continuation
from sweeps.grid.chains import Chains
from sweeps.grid.shard import Points, Shard
from sweeps.run.experiment import Experiment
from sweeps.run.points import carried, run_points
from sweeps.store.dataset import empty_points

Count = Callable[[int], None]  # is told of map steps done, and may raise `Stopped`


class Stopped(Exception):  # noqa: N818 - it is no error
    """Raised in a shard when the run is to end."""


def run_shard(experiment: Experiment, shard: Shard, before: Points | None, count: Count) -> Points:
    """Run the points of a shard; those that cannot be computed are marked so, and the others do not notice.

    Parameters
    ----------
    experiment, shard
        What to run.
    before : structured array or None
        The shard before in the same chain; None for the first, and where shards do not depend on each other.
    count : callable
        Called with the number of map steps done, now and then.
    """
    chains = experiment.grid.chains
    if chains is None:
        return _run(experiment, shard.points, None, count)
    steps = chains.locate(shard.points)[1]
    parts: list[Points] = []
    for step in np.unique(steps):
        numbers = shard.points[steps == step]
        before = parts[-1] if parts else before
        windows = _first_windows(experiment, chains, numbers, count) if step == 0 else _last_windows(before, numbers)
        parts.append(_run(experiment, numbers, windows, count))
    return np.concatenate(parts)


def _run(experiment: Experiment, numbers: Numbers, windows: list[Window] | None, count: Count) -> Points:
    try:
        return run_points(experiment, numbers, windows, count)
    except (Stopped, MemoryError):
        raise
    except Exception:  # whatever it is, it is one point's: find out which
        return _run_apart(experiment, numbers, windows, count, experiment.grid.together)


def _run_apart(
    experiment: Experiment, numbers: Numbers, windows: list[Window] | None, count: Count, together: int
) -> Points:
    """Run points in groups that are compared with each other; those of a group that fails, one by one."""
    parts = [slice(first, first + together) for first in range(0, len(numbers), together)]
    each = [(numbers[part], None if windows is None else windows[part]) for part in parts]
    return np.concatenate([_run_group(experiment, *part, count) for part in each])


def _run_group(experiment: Experiment, numbers: Numbers, windows: list[Window] | None, count: Count) -> Points:
    try:
        return run_points(experiment, numbers, windows, lambda n_steps: count(0))
    except (Stopped, MemoryError):
        raise
    except Exception as error:
        if len(numbers) > 1:
            return _run_apart(experiment, numbers, windows, count, 1)
        failed = empty_points(experiment.config, numbers)
        failed["failure"] = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        if windows is not None:  # the next one of the chain starts where this one should have
            context, n_patterns = windows[0].attention.shape
            failed["window"][0, :context, :n_patterns] = windows[0].attention
            failed["clock_phase"] = windows[0].phase
        return failed


def _first_windows(experiment: Experiment, chains: Chains, numbers: Numbers, count: Count) -> list[Window]:
    """Return where chains begin: the config's start, or, with an origin, what became of it on the way to their end."""
    windows = [point.window for point in experiment.points(numbers)]
    continuation = experiment.config.sweep and experiment.config.sweep.continuation
    if not continuation or continuation.origin is None:
        return windows
    which = chains.locate(numbers)[0]
    ways = chains.ways[which]
    parameters = experiment.grid.parameters(numbers)
    for way in np.unique(ways):
        lanes = np.flatnonzero(ways == way)
        for stage, value in enumerate(_lead_in(experiment, continuation, int(way))):
            places = [{**parameters[i], str(continuation.along): value} for i in lanes]
            moved = carried(experiment, places, [windows[i] for i in lanes], which[lanes], stage, count)
            for i, window in zip(lanes, moved, strict=True):
                windows[i] = window
    return windows


def _lead_in(experiment: Experiment, continuation: Continuation, way: int) -> list[float]:
    """Return the values from the origin to the end at which a chain begins, without that end."""
    values = np.sort(experiment.grid.axes[str(continuation.along)])
    origin = float(continuation.origin or 0.0)
    end = values[0] if way == 1 else values[-1]
    if origin == end:
        return []
    between = values[(values > end) & (values < origin)] if way == 1 else values[(values < end) & (values > origin)]
    return [origin, *(between[::-1] if way == 1 else between).tolist()]


def _last_windows(before: Points | None, numbers: Numbers) -> list[Window]:
    """Return the windows at the end of the step before, of as many chains."""
    if before is None:
        raise ValueError("the shard before in the chain is needed")
    ends = before[-len(numbers) :]
    return [Window(attention, int(phase)) for attention, phase in zip(ends["window"], ends["clock_phase"], strict=True)]
