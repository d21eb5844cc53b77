"""The physics of some points of a sweep: orbits side by side, and what is kept of each."""

import time
from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors import (
    Attractors,
    Blocks,
    Classification,
    LyapunovSpectrum,
    classify,
    classify_series,
)
from attractors.labels.transients import later, transient_before
from attractors.multistability.attractors import SECOND_RUN
from attractors.multistability.distinction import Orbits
from attractors.recurrence.period import rest_at_zero
from attractors.system import System
from sweeps.arrays import Array, Numbers
from sweeps.config import Config
from sweeps.grid.shard import Points
from sweeps.models.made import blocks_of
from sweeps.models.model import Lanes, State, Stream
from sweeps.records import Ran, asked_for
from sweeps.run.basins import WINDOW, blocks_of_starts, compare_starts, label_of, stretched
from sweeps.run.experiment import Experiment, Point
from sweeps.store.dataset import empty_points

OF_POINTS, OF_CARRIED = 0, 1  # streams of the noise: of points, and of orbits that are carried to where one begins


def run_points(
    experiment: Experiment,
    numbers: Numbers,
    states: list[State] | None = None,
    count: Callable[[int], None] = lambda n_steps: None,
) -> Points:
    """Run some points of a grid side by side.

    Parameters
    ----------
    experiment : Experiment
        The sweep.
    numbers : array of int
        Numbers of the points.
    states : list, optional
        What they start from, in place of the config's start.
    count : callable
        Called with the number of map steps done, summed over points, now and then.

    Returns
    -------
    structured array
        As `empty_points` makes it, filled.
    """
    points = experiment.points(numbers, states)
    result = empty_points(experiment.config, numbers)
    for rows in _alike(points):
        _run_alike([points[i] for i in rows], result, rows, count)
    return result


def carried(
    experiment: Experiment,
    places: list[dict[str, float]],
    states: list[State],
    chains: Numbers,
    stage: int,
    count: Callable[[int], None],
) -> list[State]:
    """Let orbits run at some values of the parameters, for as long as a point runs; return where they end.

    Noise depends on the chain that each of them will begin, and on how many such values were before.
    """
    run = experiment.config.run
    points = [experiment.point(values, state=state) for values, state in zip(places, states, strict=True)]
    moved = list(states)
    for rows in _alike(points):
        together = [points[i] for i in rows]
        streams = [(OF_CARRIED, int(chains[i]), stage) for i in rows]
        lanes = lanes_of(together, streams)
        lanes.advance(run.n_transient + run.n_steps, progress=lambda n_steps: count(0))
        for i, state in zip(rows, lanes.states(), strict=True):
            moved[i] = state
    return moved


def _alike(points: list[Point]) -> list[Numbers]:
    """Sort points into those that can advance side by side: of one family, and what else that asks for."""
    alike: dict[Hashable, list[int]] = {}
    for i, point in enumerate(points):
        family, stretched = point.network.family, point.network.config.n_exponents > 0
        alike.setdefault((id(point.network), family.lane(point.map, point.state, stretched=stretched)), []).append(i)
    return [np.array(rows) for rows in alike.values()]


def lanes_of(points: list[Point], streams: Sequence[Stream]) -> Lanes:
    """Put points of one family side by side."""
    network = points[0].network
    return network.family.side_by_side(
        [point.map for point in points],
        [point.state for point in points],
        streams,
        stretched=network.config.n_exponents > 0,
    )


def _label_of(config: Config, system: System, spectrum: LyapunovSpectrum | None, samples: Array) -> Classification:
    """Label a point."""
    if config.is_noisy:
        return classify_series(samples, clock_period=system.clock_period)
    return label_of(config, system, spectrum, samples)


def _last_labels(
    config: Config, systems: Sequence[System], first: Sequence[Classification], orbits: Orbits
) -> list[Classification]:
    """Return the labels of orbits after their last runs: the first, and a second one of those that have made it."""
    n_before, n_settle, n_blocks, block_length = _blocks(config)
    n_run = n_before + n_settle + n_blocks * block_length
    last = []
    for system, before, answer, end in zip(systems, first, orbits.answers, orbits.ends, strict=True):
        runs = (before,) if answer is before else (before, answer)
        last.append(_last_label(config, system, runs, end, n_run))
    return last


def _last_label(
    config: Config, system: System, runs: tuple[Classification, ...], end: State, n_run: int
) -> Classification:
    """Return the label of an orbit's last run, of `n_run` steps each; while it is open it goes on, if that is allowed.

    Not where others of its starts have shown that its chaos is a transient: alone, it would pass for an attractor.
    The transient that the label tells of is counted from the start of the point.
    """
    answer, done = runs[-1], len(runs) * n_run
    spectrum = answer.evidence.spectrum
    if spectrum is None:
        return answer
    before, n_steps, rest = done - spectrum.n_steps, 2 * config.run.n_steps, (config.run.n_max or 0) - done
    if answer.label.is_open and answer.line != SECOND_RUN and rest >= n_steps:
        k = len(spectrum.exponents)
        after = classify(system, end, n_transient=0, n_steps=n_steps, n_exponents=k, n_window=WINDOW, n_max=rest)
        return _since_start(after, done, spectrum, before)
    return _since_start(answer, before, runs[-2].evidence.spectrum if len(runs) > 1 else None, before - n_run)


def _since_start(
    answer: Classification, before: int, earlier: LyapunovSpectrum | None, before_earlier: int
) -> Classification:
    """Count a transient from the start of a point; what saw none in its own steps may have had one in earlier ones."""
    found = answer.transient
    if found is None and earlier is not None and answer.label.is_regular and answer.spectrum is not None:
        length = earlier.n_steps // len(earlier.log_factors)
        found, before = transient_before(earlier.log_factors[:, 0], length, answer.spectrum), before_earlier
    return answer if found is None else replace(answer, transient=later(found, before))


def _run_alike(points: list[Point], result: Points, rows: Numbers, count: Callable[[int], None]) -> None:
    """Run points of one family, and fill their rows; what is larger in other families keeps fill values."""
    began = time.perf_counter()
    family, config = points[0].network.family, points[0].network.config
    lanes = lanes_of(points, [(OF_POINTS, int(number)) for number in result["point"][rows]])
    records = asked_for(config)
    watched = {one.name: one.watch(len(points), config.model) for one in records if one.watch is not None}
    tail, spectra = _advance(config, lanes, count, list(watched.values()))
    if not config.is_noisy:
        tail = rest_at_zero(tail, config.model.scale)
    ends = lanes.states()
    answers: Sequence[Classification] = ()
    attractors: list[tuple[Numbers, Attractors]] = []
    if any(one.labelled for one in records):
        systems, tails = [point.map for point in points], tail.transpose(1, 0, 2)
        first = tuple(_label_of(config, *one) for one in zip(systems, spectra, tails, strict=True))
        orbits = Orbits(tails, first, tuple(ends))
        if "attractors" in config.record:
            orbits, attractors = compare_starts(config, family, systems, orbits, result["point"][rows], count)
        answers = _last_labels(config, systems, first, orbits)
    ran = Ran(config, config.model, rows, answers, attractors, tail, lanes.observed, watched)
    for one in records:
        one.collect(ran, result)
    keep_states(result, rows, family.to_arrays(ends))
    result["core_seconds"][rows] = (time.perf_counter() - began) / len(points)


def _blocks(config: Config) -> Blocks:
    return blocks_of_starts(config) if "attractors" in config.record else blocks_of(config)


def keep_states(result: Points, rows: Numbers, arrays: Mapping[str, npt.NDArray[Any]]) -> None:
    """Write states, arrays by name, into rows of points that may have room for larger ones."""
    for name, values in arrays.items():
        room: tuple[Any, ...] = (rows, *(slice(n) for n in values.shape[1:]))
        result[name][room] = values


def _advance(
    config: Config, lanes: Lanes, count: Callable[[int], None], streams: Sequence[Any]
) -> tuple[Array, Sequence[LyapunovSpectrum | None]]:
    """Discard the transient, average over the rest; return the last samples, (n, n_points, m), and the spectra."""

    def show(block: Array, points: npt.NDArray[np.int64]) -> None:
        for stream in streams:
            stream(block, points)

    observer = show if streams else None
    blocks = _blocks(config)
    lanes.advance(blocks.n_before, progress=count)
    if config.n_exponents == 0:
        n_tail = min(WINDOW, blocks.n_blocks * blocks.block_length)
        tail = lanes.advance(blocks.block_length, n_tail=n_tail, observer=observer, progress=count)
        return tail, [None] * lanes.n_points
    return stretched(config, lanes, blocks, count, observer)
