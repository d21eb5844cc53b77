"""The random starts of one point: run side by side, once more where chaos may be a transient, and told apart."""

from collections.abc import Callable, Sequence
from functools import partial

import numpy as np

from attractors import Attractors, Blocks, Classification, LyapunovSpectrum, spectrum_from_stretching
from attractors.labels.settle import settled_label
from attractors.multistability.attractors import settled_attractors
from attractors.multistability.distinction import Orbits
from attractors.system import System
from sweeps.arrays import Array, Numbers
from sweeps.config import Config
from sweeps.models.made import blocks_of
from sweeps.models.model import Family, Lanes, Observer, State

WINDOW = 4096  # last samples, in which a period is looked for, and that tell attractors apart


def blocks_of_starts(config: Config) -> Blocks:
    """Cut the steps of a start into blocks.

    The transient is lengthened to whole turns of the clock, so that an orbit ends at the phase at which it began.
    """
    blocks = blocks_of(config)
    extra = -(config.run.n_transient + config.run.n_steps) % config.model.clock_period
    return blocks._replace(n_before=blocks.n_before + extra)


def stretched(
    config: Config, lanes: Lanes, blocks: Blocks, count: Callable[[int], None], observer: Observer | None = None
) -> tuple[Array, list[LyapunovSpectrum]]:
    """Average over blocks after the transient; return the last samples, (n, n_points, m), and the spectra."""
    result = lanes.stretching(
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


def label_of(config: Config, system: System, spectrum: LyapunovSpectrum | None, tail: Array) -> Classification:
    """Label an orbit that is not noisy by its exponents and its last samples, (n, m)."""
    samples = tail if np.isfinite(tail).all() else None
    return settled_label(spectrum, samples, scale=config.model.scale, clock_period=system.clock_period)


def orbits_of_starts(
    config: Config, family: Family, system: System, states: Sequence[State], count: Callable[[int], None]
) -> Orbits:
    """Run orbits of one map in lanes for as long as a config says, and label them."""
    blocks = blocks_of_starts(config)
    lanes = family.side_by_side([system] * len(states), states, [()] * len(states))
    lanes.advance(blocks.n_before, progress=count)
    tail, spectra = stretched(config, lanes, blocks, count)
    tails = tail.transpose(1, 0, 2)
    answers = tuple(label_of(config, system, *one) for one in zip(spectra, tails, strict=True))
    rested = [answer.evidence.samples for answer in answers]  # None of an orbit that did not stay finite
    windows = [one if samples is None else samples for one, samples in zip(tails, rested, strict=True)]
    return Orbits(np.array(windows), answers, tuple(lanes.states()))


def compare_starts(
    config: Config,
    family: Family,
    systems: Sequence[System],
    orbits: Orbits,
    numbers: Numbers,
    count: Callable[[int], None],
) -> tuple[Orbits, list[tuple[Numbers, Attractors]]]:
    """Tell the attractors of each point apart.

    Only for points of which all starts are there: the shares of others are not known.

    Parameters
    ----------
    config : Config
    family : Family
    systems : sequence of System
        The map of each start.
    orbits : Orbits
        What is known of the starts, point after point.
    numbers : array of int
        Their numbers in the sweep: all starts of a point have consecutive ones.
    count : callable
        Called with 0 now and then: a second run is not among the steps that were announced.

    Returns
    -------
    orbits : Orbits
        What became of them: where chaos stands beside other attractors, after its second run.
    found : list of (array of int, Attractors)
        The starts of each such point, and what they have reached.
    """
    n_starts = config.start.random.n if config.start.random else 1
    answers, ends = list(orbits.answers), list(orbits.ends)
    told: list[tuple[Numbers, Attractors]] = []
    places = numbers // n_starts
    for place in np.unique(places):
        here = np.flatnonzero(places == place)
        if len(here) < n_starts:  # others failed
            continue
        system = systems[int(here[0])]
        run = partial(orbits_of_starts, config, family, system, count=lambda n_steps: count(0))
        together = Orbits(
            np.ascontiguousarray(orbits.windows[here]), tuple(answers[i] for i in here), tuple(ends[i] for i in here)
        )
        settled, found = settled_attractors(together, run, clock_period=system.clock_period)
        for i, answer, end in zip(here, settled.answers, settled.ends, strict=True):
            answers[i], ends[i] = answer, end
        told.append((here, found))
    return orbits._replace(answers=tuple(answers), ends=tuple(ends)), told
