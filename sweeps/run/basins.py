"""The random starts of one point: run side by side, once more where chaos may be a transient, and told apart."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np
import numpy.typing as npt

from attractors import Blocks, LyapunovSpectrum, spectrum_from_stretching
from attractors.labels.settle import settled_label
from attractors.multistability.attractors import settled_attractors
from attractors.multistability.distinction import Orbits
from dmfsa import Ensemble, MeanFieldMap, Window
from sweeps.arrays import Array, Numbers
from sweeps.config import Config
from sweeps.grid.shard import Points
from sweeps.network import SCALE, blocks_of, side_by_side

WINDOW = 4096  # last samples, in which a period is looked for, and that tell attractors apart

Observer = Callable[[Array, npt.NDArray[np.int64]], None]


def blocks_of_starts(config: Config) -> Blocks:
    """Cut the steps of a start into blocks.

    The transient is lengthened to whole turns of the clock, so that an orbit ends at the phase at which it began.
    """
    blocks = blocks_of(config)
    extra = -(config.run.n_transient + config.run.n_steps) % 2**config.model.positional_bits
    return blocks._replace(n_before=blocks.n_before + extra)


def stretched(
    config: Config, ensemble: Ensemble, blocks: Blocks, count: Callable[[int], None], observer: Observer | None = None
) -> tuple[Array, list[LyapunovSpectrum]]:
    """Average over blocks after the transient; return the last samples, (n, n_points, M), and the spectra."""
    result = ensemble.stretching(
        n_exponents=config.n_exponents,
        n_blocks=blocks.n_blocks,
        block_length=blocks.block_length,
        n_settle=blocks.n_settle,
        n_tail=min(WINDOW, blocks.n_blocks * blocks.block_length),
        observer=observer,
        progress=count,
    )
    each = zip(result.log_factors, result.unresolved, strict=True)
    return result.tail, [spectrum_from_stretching(logs, blocks.block_length, counts) for logs, counts in each]


def orbits_of_starts(
    config: Config, network: MeanFieldMap, windows: Sequence[Window], count: Callable[[int], None]
) -> Orbits:
    """Run orbits of one map in lanes for as long as a config says, and label them."""
    blocks = blocks_of_starts(config)
    ensemble = side_by_side(network, windows, n_live_directions=network.n_live_directions)
    ensemble.advance(blocks.n_before, progress=count)
    tails, spectra = stretched(config, ensemble, blocks, count)
    answers = tuple(
        settled_label(spectrum, tail, scale=SCALE, clock_period=network.clock_period)
        for spectrum, tail in zip(spectra, tails.transpose(1, 0, 2), strict=True)
    )
    return Orbits(np.array([answer.evidence.samples for answer in answers]), answers, tuple(ensemble.windows()))


def compare_starts(
    maps: Sequence[MeanFieldMap],
    config: Config,
    orbits: Orbits,
    result: Points,
    rows: Numbers,
    count: Callable[[int], None],
) -> Orbits:
    """Tell the attractors of each point apart, and fill in number and share of that of each start.

    Only for points of which all starts are there: the shares of others are not known.

    Parameters
    ----------
    maps : sequence of MeanFieldMap
        That of each start.
    config : Config
    orbits : Orbits
        What is known of the starts, point after point.
    result : structured array
        As `empty_points` makes it.
    rows : array of int
        Entries of the starts.
    count : callable
        Called with 0 now and then: a second run is not among the steps that were announced.

    Returns
    -------
    Orbits
        What became of them: where chaos stands beside other attractors, after its second run.
    """
    n_starts = config.start.random.n if config.start.random else 1
    answers, ends = list(orbits.answers), list(orbits.ends)
    places = result["point"][rows] // n_starts
    for place in np.unique(places):
        here = np.flatnonzero(places == place)
        if len(here) < n_starts:  # others failed
            continue
        network = maps[int(here[0])]
        run = partial(orbits_of_starts, config, network, count=lambda n_steps: count(0))
        together = Orbits(
            np.ascontiguousarray(orbits.windows[here]), tuple(answers[i] for i in here), tuple(ends[i] for i in here)
        )
        settled, found = settled_attractors(together, run, clock_period=network.clock_period)
        for i, answer, end in zip(here, settled.answers, settled.ends, strict=True):
            answers[i], ends[i] = answer, end
        for number, attractor in enumerate(found.attractors):
            reached = rows[here[attractor.starts]]
            result["attractor"][reached] = number
            result["attractor_share"][reached] = attractor.share
            result["attractor_share_low"][reached], result["attractor_share_high"][reached] = attractor.interval
    return orbits._replace(answers=tuple(answers), ends=tuple(ends))
