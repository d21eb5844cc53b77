"""The physics of some points of a sweep: orbits side by side, and what is kept of each."""

import time
from collections.abc import Callable, Sequence

import numpy as np
import numpy.typing as npt

from attractors import (
    LyapunovSpectrum,
    OrbitDensity,
    SlabSection,
    classify_evidence,
    find_period,
    spectrum_from_stretching,
)
from dmfsa import Ensemble, Features, MeanFieldMap, Window
from sweeps.config import Config
from sweeps.dataset import BINS, SECTION_HALF_WIDTH, SECTION_HITS, empty_points
from sweeps.grid import Array, Grid
from sweeps.network import blocks_of, full, map_of, starts_of
from sweeps.shards import Points

WINDOW = 4096  # last samples in which a period is looked for

Stream = OrbitDensity | SlabSection


def run_points(
    config: Config,
    features: Features,
    grid: Grid,
    starts: list[Window],
    points: npt.NDArray[np.int64],
    count: Callable[[int], None] = lambda n_steps: None,
) -> Points:
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
    structured array
        As `empty_points` makes it, filled.
    """
    maps = [map_of(config, features, **point) for point in grid.parameters(points)]
    n_live = np.array([network.n_live_directions if config.n_exponents else 0 for network in maps])
    parts = []
    for number in np.unique(n_live):  # ε = 0 beside ε > 0, for one: an ensemble has one number for all its points
        alike = np.flatnonzero(n_live == number)
        parts.append(_run_alike(config, grid, starts, points[alike], [maps[i] for i in alike], count))
    together = np.concatenate(parts)
    return together[np.argsort(together["point"])]


def _run_alike(
    config: Config,
    grid: Grid,
    starts: list[Window],
    points: npt.NDArray[np.int64],
    maps: list[MeanFieldMap],
    count: Callable[[int], None],
) -> Points:
    """Run points whose maps have the same number of live directions."""
    began = time.perf_counter()
    ensemble = _ensemble(config, grid, starts, points, maps)
    result = empty_points(config, points)
    kept = {name: result[name] for name in result.dtype.names or ()}
    density = OrbitDensity(len(points), n_bins=BINS, low=-1.0, high=1.0) if "orbit_density" in kept else None
    section = (
        SlabSection(len(points), half_width=SECTION_HALF_WIDTH, n_kept=SECTION_HITS) if "section" in kept else None
    )
    tail, spectra = _advance(config, ensemble, count, [stream for stream in (density, section) if stream])
    if density:
        kept["orbit_density"][:] = density.counts
    if section:
        kept["section"][:], kept["section_hits"][:] = section.hits, section.n_hits
    for i, (network, spectrum) in enumerate(zip(maps, spectra, strict=True)):
        if "label" in config.record:
            answer = classify_evidence(spectrum, find_period(tail[:, i]), clock_period=network.clock_period)
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
            kept["orbit"][i] = network.mean_fields(tail[-kept["orbit"].shape[1] :, i], 0).o_semantic
    final = ensemble.windows()
    kept["window"][:] = np.array([window.attention for window in final])
    kept["clock_phase"][:] = final[0].phase
    kept["core_seconds"][:] = (time.perf_counter() - began) / len(points)
    return result


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
