"""Run a sweep on this machine: chunks of points on all cores, each written as soon as it is done."""

import os
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xarray as xr

from attractors import (
    Classification,
    Label,
    LyapunovSpectrum,
    OrbitDensity,
    SlabSection,
    classify,
    classify_evidence,
    find_period,
    spectrum_from_stretching,
)
from dmfsa import Ensemble, Features, MeanFieldMap, Window
from sweeps import progress
from sweeps.config import Config
from sweeps.dataset import BINS, SECTION_HALF_WIDTH, SECTION_HITS, empty_points
from sweeps.grid import Array, Grid, grid_of
from sweeps.network import blocks_of, features_of, full, map_of, starts_of
from sweeps.store import Beside, SweepFolder, open_sweep

CHUNK = 64  # points advanced together and written together: a few times as many as there are lanes
WINDOW = 4096  # last samples in which a period is looked for

Stream = OrbitDensity | SlabSection


class Stopped(Exception):  # noqa: N818 - it is no error
    """Raised in a chunk when the run is to end."""


def run_sweep(
    config: Config,
    out: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    quiet: bool = False,
    beside: Beside | None = None,
) -> Path:
    """Run every point of a config that its folder does not hold yet.

    Parameters
    ----------
    config : Config
        What to run.
    out : path, optional
        The folder of results, by default results/NAME. One that holds a part of this very sweep is completed.
    workers : int, optional
        Threads, by default as many as there are cores for this process. Results do not depend on it.
    quiet : bool
        Whether to leave out the progress on stderr.
    beside : callable, optional
        Called with the dataset of all points and the folder while the dataset is written, in another thread: draws
        figures, say.

    Returns
    -------
    Path
        The folder: sweep.nc holds all points; read it with `open_sweep`.

    Raises
    ------
    StoreError
        If the folder cannot be written, or holds results of another config.
    ConfigError
        If the start cannot be made: a checkpoint is damaged, or an ensemble has no tokens.
    KeyboardInterrupt
        After Ctrl-C. Finished chunks are kept, and the next run goes on from them; the message says so.

    Notes
    -----
    Memory: some 10 MB for each worker, whatever the number of steps.
    """
    n_workers = _cores() if workers is None else workers
    if n_workers < 1:
        raise ValueError(f"workers must be at least 1, got {n_workers}")
    grid = grid_of(config)
    features = features_of(config)
    starts = starts_of(config, map_of(config, features, **grid.parameters(np.array([0]))[0]))
    folder = SweepFolder.claim(Path(out) if out is not None else Path("results", config.name), config, grid)
    if folder.complete:
        folder.tidy()
        if beside:
            beside(open_sweep(folder.path), folder.path)
        return folder.path
    chunks = [np.arange(first, min(first + CHUNK, grid.n_points)) for first in range(0, grid.n_points, CHUNK)]
    todo = [points for points in chunks if not folder.has(points)]
    meter = progress.Meter(sum(map(len, todo)), config.run.n_transient + config.run.n_steps)
    stop = threading.Event()

    def work(points: npt.NDArray[np.int64]) -> xr.Dataset:
        def count(n_steps: int) -> None:
            if stop.is_set():
                raise Stopped
            meter.add(n_steps)

        return run_points(config, features, grid, starts, points, count)

    try:
        with ThreadPoolExecutor(n_workers) as pool, progress.shown(meter, quiet=quiet):
            running: set[Future[xr.Dataset]] = {pool.submit(work, points) for points in todo}
            try:
                while running:
                    finished, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
                    for chunk in finished:
                        folder.write(chunk.result())
            except BaseException:
                stop.set()
                pool.shutdown(cancel_futures=True)
                raise
        folder.collect(beside)
    except KeyboardInterrupt:
        raise KeyboardInterrupt(
            f"interrupted: {folder.n_kept(chunks)} of {grid.n_points} points are kept in {folder.path}; "
            "the same command goes on from there"
        ) from None
    return folder.path


def run_points(
    config: Config,
    features: Features,
    grid: Grid,
    starts: list[Window],
    points: npt.NDArray[np.int64],
    count: Callable[[int], None] = lambda n_steps: None,
) -> xr.Dataset:
    """Run some points of a grid side by side.

    Parameters
    ----------
    config, features, grid
        The sweep, and what was made of it.
    points : array of int
        Numbers of the points.
    starts : list of Window
        Those of the grid's axis `start`, or a single one. That of a token is made anew for each point's ε.
    count : callable
        Called with the number of map steps done, summed over points, now and then.

    Returns
    -------
    xarray.Dataset
        With dimension ``point``; the variables are those of `empty_points`.
    """
    maps = [map_of(config, features, **point) for point in grid.parameters(points)]
    n_live = np.array([network.n_live_directions if config.n_exponents else 0 for network in maps])
    parts = []
    for number in np.unique(n_live):  # ε = 0 beside ε > 0, for one: an ensemble has one number for all its points
        alike = np.flatnonzero(n_live == number)
        parts.append(_run_alike(config, grid, starts, points[alike], [maps[i] for i in alike], count))
    return parts[0] if len(parts) == 1 else xr.concat(parts, "point").sortby("point")


def _run_alike(
    config: Config,
    grid: Grid,
    starts: list[Window],
    points: npt.NDArray[np.int64],
    maps: list[MeanFieldMap],
    count: Callable[[int], None],
) -> xr.Dataset:
    """Run points whose maps have the same number of live directions."""
    began = time.perf_counter()
    ensemble = _ensemble(config, grid, starts, points, maps)
    result = empty_points(config, points)
    kept = {str(name): variable.values for name, variable in result.items()}  # xarray takes 0.5 ms for an item
    density = OrbitDensity(len(points), n_bins=BINS, low=-1.0, high=1.0) if "orbit_density" in kept else None
    section = (
        SlabSection(len(points), half_width=SECTION_HALF_WIDTH, n_kept=SECTION_HITS) if "section" in kept else None
    )
    tail, spectra = _advance(config, ensemble, count, [stream for stream in (density, section) if stream])
    final = ensemble.windows()
    if density:
        kept["orbit_density"][:] = density.counts
    if section:
        kept["section"][:], kept["section_hits"][:] = section.hits, section.n_hits
    for i, (network, spectrum) in enumerate(zip(maps, spectra, strict=True)):
        if "label" in config.record:
            answer = _label_of(config, network, spectrum, np.ascontiguousarray(tail[:, i]), final[i])
            kept["label"][i] = answer.label.code
            kept["period"][i] = answer.period or 0
            kept["torus_dimension"][i] = answer.torus_dimension or 0
            kept["confidence"][i] = answer.confidence
            kept["reason"][i] = answer.reason
        if "lyapunov" in config.record and spectrum is not None:
            kept["lyapunov_exponent"][i] = spectrum.exponents
            kept["lyapunov_standard_error"][i] = spectrum.standard_errors
            kept["lyapunov_resolved"][i] = spectrum.resolved
            kept["kaplan_yorke_dimension"][i] = spectrum.kaplan_yorke_dimension
        if "orbit" in config.record:
            kept["orbit"][i] = network.mean_fields(tail[-result.sizes["sample"] :, i], 0).o_semantic
    kept["window"][:] = np.array([window.attention for window in final])
    kept["clock_phase"][:] = final[0].phase
    kept["core_seconds"][:] = (time.perf_counter() - began) / len(points)
    return result


def _label_of(
    config: Config, network: MeanFieldMap, spectrum: LyapunovSpectrum | None, samples: Array, end: Window
) -> Classification:
    """Label a point; while that is undetermined its orbit goes on alone, if the config allows it."""
    answer = classify_evidence(spectrum, find_period(samples), samples=samples, clock_period=network.clock_period)
    n_steps, n_max = 2 * config.run.n_steps, config.run.n_max
    rest = (n_max or 0) - config.run.n_transient - config.run.n_steps
    if answer.label not in {Label.undetermined, Label.transient} or spectrum is None or rest < n_steps:
        return answer
    return classify(
        network, end, n_transient=0, n_steps=n_steps, n_exponents=config.n_exponents, n_window=WINDOW, n_max=rest
    )


def _ensemble(
    config: Config, grid: Grid, starts: list[Window], points: npt.NDArray[np.int64], maps: list[MeanFieldMap]
) -> Ensemble:
    """Put the points into lanes; the one-token windows of token starts are made and grow each in its own map."""
    if config.start.token is not None:
        windows = [full(network, starts_of(config, network)[0]) for network in maps]
    else:
        chosen = grid.values("start", points).astype(int) if "start" in grid.dims else np.zeros(len(points), dtype=int)
        windows = [starts[number] for number in chosen]
    return Ensemble(
        maps[0].features,
        beta=[network.beta for network in maps],
        gamma=[network.gamma for network in maps],
        epsilon=[network.epsilon for network in maps],
        context=config.model.context,
        windows=windows,
        n_live_directions=maps[0].n_live_directions if config.n_exponents else None,
    )


def _advance(
    config: Config, ensemble: Ensemble, count: Callable[[int], None], streams: Sequence[Stream]
) -> tuple[Array, Sequence[LyapunovSpectrum | None]]:
    """Discard the transient, average over the rest; return the last samples, (n, n_points, M), and the spectra."""

    def show(block: Array, points: npt.NDArray[np.int64]) -> None:
        for stream in streams:
            stream(block, points)

    observer = show if streams else None
    blocks = blocks_of(config)
    n_tail = min(WINDOW, blocks.n_blocks * blocks.block_length)
    ensemble.advance(blocks.n_before, progress=count)
    if config.n_exponents == 0:
        tail = ensemble.advance(blocks.block_length, n_tail=n_tail, observer=observer, progress=count)
        return tail, [None] * ensemble.n_points
    result = ensemble.stretching(
        n_exponents=config.n_exponents,
        n_blocks=blocks.n_blocks,
        block_length=blocks.block_length,
        n_settle=blocks.n_settle,
        n_tail=n_tail,
        observer=observer,
        progress=count,
    )
    each = zip(result.log_factors, result.unresolved, strict=True)
    return result.tail, [spectrum_from_stretching(logs, blocks.block_length, counts) for logs, counts in each]


def _cores() -> int:
    """Return the cores this process may use; not all of the machine's under Slurm or in a container."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
