"""The physics of some points of a sweep: orbits side by side, and what is kept of each."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np
import numpy.typing as npt

from attractors import (
    Blocks,
    Classification,
    LyapunovSpectrum,
    OrbitDensity,
    SlabSection,
    classify,
    classify_series,
)
from attractors.labels.settle import settled_label
from attractors.labels.transients import later, transient_before
from attractors.multistability.attractors import SECOND_RUN
from attractors.multistability.distinction import Orbits
from attractors.recurrence.period import rest_at_zero
from dmfsa import Ensemble, MeanFieldMap, Window
from sweeps.arrays import Array, Numbers
from sweeps.config import Config
from sweeps.grid.shard import Points
from sweeps.network import SCALE, blocks_of
from sweeps.run.basins import WINDOW, blocks_of_starts, compare_starts, stretched
from sweeps.run.experiment import Experiment, Point
from sweeps.run.noisy_points import OF_CARRIED, OF_POINTS, FinitePoints
from sweeps.store.dataset import BINS, SECTION_HALF_WIDTH, SECTION_HITS, empty_points

Stream = OrbitDensity | SlabSection


def run_points(
    experiment: Experiment,
    numbers: Numbers,
    windows: list[Window] | None = None,
    count: Callable[[int], None] = lambda n_steps: None,
) -> Points:
    """Run some points of a grid side by side.

    Parameters
    ----------
    experiment : Experiment
        The sweep.
    numbers : array of int
        Numbers of the points.
    windows : list of Window, optional
        What they start from, in place of the config's start.
    count : callable
        Called with the number of map steps done, summed over points, now and then.

    Returns
    -------
    structured array
        As `empty_points` makes it, filled.
    """
    points = experiment.points(numbers, windows)
    result = empty_points(experiment.config, numbers)
    for rows in _alike(points):
        _run_alike([points[i] for i in rows], result, rows, count)
    return result


def carried(
    experiment: Experiment,
    places: list[dict[str, float]],
    windows: list[Window],
    chains: Numbers,
    stage: int,
    count: Callable[[int], None],
) -> list[Window]:
    """Let orbits run at some values of the parameters, for as long as a point runs; return where they end.

    Noise depends on the chain that each of them will begin, and on how many such values were before.
    """
    run = experiment.config.run
    points = [experiment.point(values, window=window) for values, window in zip(places, windows, strict=True)]
    moved = list(windows)
    for rows in _alike(points):
        together = [points[i] for i in rows]
        streams = [(OF_CARRIED, int(chains[i]), stage) for i in rows]
        ensemble = FinitePoints(together, streams) if experiment.config.is_noisy else ensemble_of(together)
        ensemble.advance(run.n_transient + run.n_steps, progress=lambda n_steps: count(0))
        for i, window in zip(rows, ensemble.windows(), strict=True):
            moved[i] = window
    return moved


def _alike(points: list[Point]) -> list[Numbers]:
    """Sort points into those that an ensemble can hold: one network, one clock, one number of live directions."""
    alike: dict[tuple[int, int, int], list[int]] = {}
    for i, point in enumerate(points):
        n_live = point.map.n_live_directions if point.network.config.n_exponents else 0
        alike.setdefault((id(point.network), n_live, point.window.phase), []).append(i)
    return [np.array(rows) for rows in alike.values()]


def _label_of(
    config: Config, network: MeanFieldMap, spectrum: LyapunovSpectrum | None, samples: Array
) -> Classification:
    """Label a point."""
    if config.is_noisy:
        return classify_series(samples, clock_period=network.clock_period)
    return settled_label(spectrum, samples, scale=SCALE, clock_period=network.clock_period)


def _last_label(
    config: Config, network: MeanFieldMap, runs: tuple[Classification, ...], end: Window, n_run: int
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
        after = classify(network, end, n_transient=0, n_steps=n_steps, n_exponents=k, n_window=WINDOW, n_max=rest)
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


def ensemble_of(points: list[Point]) -> Ensemble:
    """Put points of one network, with one clock, into lanes."""
    config, maps = points[0].network.config, [point.map for point in points]
    return Ensemble(
        maps[0].features,
        beta=[network.beta for network in maps],
        gamma=[network.gamma for network in maps],
        epsilon=[network.epsilon for network in maps],
        context=config.model.context,
        windows=[point.window for point in points],
        n_live_directions=maps[0].n_live_directions if config.n_exponents else None,
    )


def _run_alike(points: list[Point], result: Points, rows: Numbers, count: Callable[[int], None]) -> None:
    """Run points of one network, and fill their rows; what is larger in other networks keeps fill values."""
    began = time.perf_counter()
    config = points[0].network.config
    maps = [point.map for point in points]
    streams = [(OF_POINTS, int(number)) for number in result["point"][rows]]
    ensemble = FinitePoints(points, streams) if config.is_noisy else ensemble_of(points)
    kept = {name: result[name] for name in result.dtype.names or ()}
    density = OrbitDensity(len(points), n_bins=BINS, low=-1.0, high=1.0) if "orbit_density" in kept else None
    section = (
        SlabSection(len(points), half_width=SECTION_HALF_WIDTH, n_kept=SECTION_HITS) if "section" in kept else None
    )
    tail, spectra = _advance(config, ensemble, count, [stream for stream in (density, section) if stream])
    if not config.is_noisy:
        tail = rest_at_zero(tail, SCALE)
    if density:
        kept["orbit_density"][rows] = density.counts
    if section:
        kept["section"][rows], kept["section_hits"][rows] = section.hits, section.n_hits
    final = ensemble.windows()
    context, n_patterns = config.model.context, config.model.features.n_patterns
    is_looked_at = not {"label", "transient_until", "lyapunov_exponent"}.isdisjoint(kept)
    if is_looked_at:
        tails = tail.transpose(1, 0, 2)
        answers = tuple(_label_of(config, *point) for point in zip(maps, spectra, tails, strict=True))
        orbits = Orbits(tails, answers, tuple(final))
        if "attractors" in config.record:
            orbits = compare_starts(maps, config, orbits, result, rows, count)
        n_before, n_settle, n_blocks, block_length = _blocks(config)
        n_run = n_before + n_settle + n_blocks * block_length
        for row, network, first, answer, end in zip(rows, maps, answers, orbits.answers, orbits.ends, strict=True):
            runs = (first,) if answer is first else (first, answer)
            _tell(_last_label(config, network, runs, end, n_run), kept, int(row))
    for i, (row, network) in enumerate(zip(rows, maps, strict=True)):
        if "orbit" in config.record:
            seen = slice(-kept["orbit"].shape[1], None)
            if isinstance(ensemble, FinitePoints):
                m = ensemble.m_o_semantic[seen, i]
            else:
                m = network.semantic_output(tail[seen, i])
            kept["orbit"][row, kept["orbit"].shape[1] - len(m) :, :n_patterns] = m
    kept["window"][rows, :context, :n_patterns] = np.array([window.attention for window in final])
    kept["clock_phase"][rows] = final[0].phase
    kept["core_seconds"][rows] = (time.perf_counter() - began) / len(points)


def _blocks(config: Config) -> Blocks:
    return blocks_of_starts(config) if "attractors" in config.record else blocks_of(config)


def _tell(answer: Classification, kept: dict[str, Array], row: int) -> None:
    """Fill in what a point's label is and rests on, and the exponents of what it names."""
    if "label" in kept:
        kept["label"][row] = answer.label.code
        kept["period"][row] = answer.period or 0
        kept["torus_dimension"][row] = answer.torus_dimension or 0
        kept["confidence"][row] = answer.confidence
        kept["reason"][row] = answer.reason
    if "transient_until" in kept and answer.transient is not None:
        kept["transient_until"][row] = answer.transient.until
        kept["transient_exponent"][row] = answer.transient.exponent
        kept["transient_lifetime"][row] = answer.transient.lifetime
    if "lyapunov_exponent" in kept and answer.spectrum is not None:
        n = len(answer.spectrum.exponents)
        kept["lyapunov_exponent"][row, :n] = answer.spectrum.exponents
        kept["lyapunov_standard_error"][row, :n] = answer.spectrum.standard_errors
        kept["lyapunov_resolved"][row, :n] = answer.spectrum.resolved
        kept["kaplan_yorke_dimension"][row] = answer.spectrum.kaplan_yorke_dimension


def _advance(
    config: Config, ensemble: Ensemble | FinitePoints, count: Callable[[int], None], streams: Sequence[Stream]
) -> tuple[Array, Sequence[LyapunovSpectrum | None]]:
    """Discard the transient, average over the rest; return the last samples, (n, n_points, M), and the spectra."""

    def show(block: Array, points: npt.NDArray[np.int64]) -> None:
        for stream in streams:
            stream(block, points)

    observer = show if streams else None
    blocks = _blocks(config)
    ensemble.advance(blocks.n_before, progress=count)
    if config.n_exponents == 0 or isinstance(ensemble, FinitePoints):
        n_tail = min(WINDOW, blocks.n_blocks * blocks.block_length)
        tail = ensemble.advance(blocks.block_length, n_tail=n_tail, observer=observer, progress=count)
        return tail, [None] * ensemble.n_points
    return stretched(config, ensemble, blocks, count, observer)
