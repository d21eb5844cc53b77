"""The work on one shard: independent points all at once, those of a continuation step by step; failures kept apart."""

from collections.abc import Callable

import numpy as np

from sweeps.arrays import Numbers
from sweeps.config.sweep import Continuation
from sweeps.grid.chains import Chains
from sweeps.grid.shard import Points, Shard
from sweeps.models.model import State, shape_of
from sweeps.run.experiment import Experiment
from sweeps.run.points import carried, keep_states, run_points
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
        first = step == 0
        states = (
            _first_states(experiment, chains, numbers, count) if first else _last_states(experiment, before, numbers)
        )
        parts.append(_run(experiment, numbers, states, count))
    return np.concatenate(parts)


def _run(experiment: Experiment, numbers: Numbers, states: list[State] | None, count: Count) -> Points:
    try:
        return run_points(experiment, numbers, states, count)
    except (Stopped, MemoryError):
        raise
    except Exception:  # whatever it is, it is one point's: find out which
        return _run_apart(experiment, numbers, states, count, experiment.grid.together)


def _run_apart(
    experiment: Experiment, numbers: Numbers, states: list[State] | None, count: Count, together: int
) -> Points:
    """Run points in groups that are compared with each other; those of a group that fails, one by one."""
    parts = [slice(first, first + together) for first in range(0, len(numbers), together)]
    each = [(numbers[part], None if states is None else states[part]) for part in parts]
    return np.concatenate([_run_group(experiment, *part, count) for part in each])


def _run_group(experiment: Experiment, numbers: Numbers, states: list[State] | None, count: Count) -> Points:
    try:
        return run_points(experiment, numbers, states, lambda n_steps: count(0))
    except (Stopped, MemoryError):
        raise
    except Exception as error:
        if len(numbers) > 1:
            return _run_apart(experiment, numbers, states, count, 1)
        failed = empty_points(experiment.config, numbers)
        failed["failure"] = " ".join(f"{type(error).__name__}: {error}".split())[:200]
        if states is not None:  # the next one of the chain starts where this one should have
            family = experiment.network(experiment.grid.parameters(numbers)[0]).family
            keep_states(failed, np.array([0]), family.to_arrays(states))
        return failed


def _first_states(experiment: Experiment, chains: Chains, numbers: Numbers, count: Count) -> list[State]:
    """Return where chains begin: the config's start, or, with an origin, what became of it on the way to their end."""
    states = [point.state for point in experiment.points(numbers)]
    continuation = experiment.config.sweep and experiment.config.sweep.continuation
    if not continuation or continuation.origin is None:
        return states
    which = chains.locate(numbers)[0]
    ways = chains.ways[which]
    parameters = experiment.grid.parameters(numbers)
    for way in np.unique(ways):
        lanes = np.flatnonzero(ways == way)
        for stage, value in enumerate(_lead_in(experiment, continuation, int(way))):
            places = [{**parameters[i], str(continuation.along): value} for i in lanes]
            moved = carried(experiment, places, [states[i] for i in lanes], which[lanes], stage, count)
            for i, state in zip(lanes, moved, strict=True):
                states[i] = state
    return states


def _lead_in(experiment: Experiment, continuation: Continuation, way: int) -> list[float]:
    """Return the values from the origin to the end at which a chain begins, without that end."""
    values = np.sort(experiment.grid.axes[str(continuation.along)])
    origin = float(continuation.origin or 0.0)
    end = values[0] if way == 1 else values[-1]
    if origin == end:
        return []
    between = values[(values > end) & (values < origin)] if way == 1 else values[(values < end) & (values > origin)]
    return [origin, *(between[::-1] if way == 1 else between).tolist()]


def _last_states(experiment: Experiment, before: Points | None, numbers: Numbers) -> list[State]:
    """Return the states at the end of the step before, of as many chains; an orbit that diverged begins anew."""
    if before is None:
        raise ValueError("the shard before in the chain is needed")
    found = []
    for values, end in zip(experiment.grid.parameters(numbers), before[-len(numbers) :], strict=True):
        network = experiment.network(values)
        model = network.config.model
        arrays = {one.name: end[one.name][tuple(slice(n) for n in shape_of(model, one.dims))] for one in model.state}
        if all(np.isfinite(array).all() for array in arrays.values()):
            found.append(network.family.from_arrays(arrays))
        else:
            found.append(experiment.point(values).state)
    return found
