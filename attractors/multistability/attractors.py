"""All attractors at one parameter: many starts, run until they have settled, and told apart."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

import numpy as np

from attractors.exponents.runs import spectrum_and_end
from attractors.exponents.spectrum import SpectrumStatus
from attractors.labels.classification import scale_of
from attractors.labels.label import Label
from attractors.labels.settle import settled_label
from attractors.multistability.distinction import UNKNOWN, Attractors, Orbits, distinguish_attractors
from attractors.system import System

SECOND_RUN = "second run"  # the line that speaks of an orbit which is still on a chaotic set that others have left
LEFT: dict[str, Any] = {
    "label": Label.transient,
    "confidence": 0.0,
    "reason": "an orbit that was on the same chaotic set has left it: chaos here is a transient; increase n_transient",
    "line": SECOND_RUN,
}

Run = Callable[[Sequence[Any]], Orbits]  # runs and labels orbits from given states


def find_attractors(
    system: System,
    starts: Sequence[Any],
    *,
    n_transient: int,
    n_steps: int,
    n_exponents: int | None = None,
    n_window: int = 4096,
) -> Attractors:
    """Find the attractors that a set of starts reaches, and their shares.

    Parameters
    ----------
    system : System
        The map.
    starts : sequence
        States of the system, at one phase of the clock; drawn from the distribution over which shares are to be
        understood.
    n_transient, n_steps, n_exponents, n_window
        As for `classify`, for each start.

    Returns
    -------
    Attractors

    Raises
    ------
    ValueError
        If there are no starts, or a count is out of range.

    Notes
    -----
    How attractors are told apart is said in `distinguish_attractors`; chaos beside other attractors has to last through
    a second run, see `run_on`. Cost: that of `classify` for each start, and once more for those.

    Examples
    --------
    x' = 1.5 x - x³ has the fixed points ±√(1/2), and either attracts half of the starts between -1.5 and 1.5:

    >>> def step(x, p, out):
    ...     out[0] = p[0] * x[0] - x[0] ** 3
    >>> from attractors import DiscreteMap
    >>> cubic = DiscreteMap(step, parameters=[1.5])
    >>> starts = np.random.default_rng(0).uniform(-1.5, 1.5, (20, 1))
    >>> found = find_attractors(cubic, starts, n_transient=200, n_steps=200, n_window=60)
    >>> for attractor in found.attractors:
    ...     print(attractor.label, attractor.window[-1].round(4), attractor.share, attractor.interval.round(2))
    fixed_point [0.7071] 0.7 [0.46 0.88]
    fixed_point [-0.7071] 0.3 [0.12 0.54]
    """
    run: Run = partial(
        orbits_of, system, n_transient=n_transient, n_steps=n_steps, n_exponents=n_exponents, n_window=n_window
    )
    return settled_attractors(run(starts), run, clock_period=system.clock_period)[1]


def settled_attractors(orbits: Orbits, run: Run, *, clock_period: int) -> tuple[Orbits, Attractors]:
    """Tell apart what the starts of one point have reached, once their chaos has stood a second run.

    Arguments as for `run_on`. Every way in which starts are run comes here: same starts, same answer.

    Returns
    -------
    Orbits, Attractors
        What became of the orbits, and the attractors that they are on.
    """
    orbits = run_on(orbits, run, clock_period=clock_period)
    return orbits, distinguish_attractors(orbits.windows, orbits.answers, clock_period=clock_period)


def orbits_of(
    system: System,
    starts: Sequence[Any],
    *,
    n_transient: int,
    n_steps: int,
    n_exponents: int | None = None,
    n_window: int = 4096,
) -> Orbits:
    """Run each start and label its orbit; arguments as for `find_attractors`.

    The transient is lengthened until all steps together are whole turns of the clock: an orbit ends at the phase at
    which it began, and can go on beside the same starts at another parameter.
    """
    if len(starts) == 0:
        raise ValueError("starts must hold at least one state, got none")
    if n_window < 3:
        raise ValueError(f"n_window must be at least 3 samples to hold a period three times, got {n_window}")
    n_transient += -(n_transient + n_steps + n_window) % system.clock_period
    width = system.orbit(starts[0], 1)[0].shape[1]
    windows, answers, ends = [], [], []
    for start in starts:
        spectrum, end = spectrum_and_end(
            system, start, n_steps=n_steps, n_transient=n_transient, n_exponents=n_exponents, n_blocks=64
        )
        diverged = spectrum.status is SpectrumStatus.DIVERGED
        tail, end = (None, end) if diverged else system.orbit(end, n_window)
        answer = settled_label(spectrum, tail, scale=scale_of(system, start), clock_period=system.clock_period)
        samples = answer.evidence.samples
        windows.append(np.full((n_window, width), np.nan) if samples is None else samples)
        answers.append(answer)
        ends.append(end)
    return Orbits(np.array(windows), tuple(answers), tuple(ends))


def run_on(orbits: Orbits, run: Run, *, clock_period: int = 1) -> Orbits:
    """Let the chaotic ones of many orbits run on, if others have reached something else.

    Parameters
    ----------
    orbits : Orbits
        What is known of them.
    run : callable, states -> Orbits
        Runs and labels orbits as before, from where they ended; its windows begin at the same phase of the clock.
    clock_period : int
        Period of the drive.

    Returns
    -------
    Orbits
        With what became of the chaotic ones. If one of an attractor's orbits has left it for another attractor, those
        that are still there are labelled `transient`: chaos that is left at all is left by almost every orbit.

    Notes
    -----
    A chaotic transient of mean lifetime τ passes for an attractor if none of its k orbits leaves it in the T steps of
    the second run, with the probability e^{-kT/τ}. Cost: one more run of the chaotic orbits, and none where everything
    is on one attractor.
    """
    found = distinguish_attractors(orbits.windows, orbits.answers, clock_period=clock_period)
    chaotic = [attractor for attractor in found.attractors if attractor.label.is_chaos]
    if len(found.attractors) < 2 or not chaotic:
        return orbits
    windows, answers, ends = orbits.windows.copy(), list(orbits.answers), list(orbits.ends)
    for attractor in chaotic:
        starts = attractor.starts.tolist()
        later = run([orbits.ends[i] for i in starts])
        known = [one for one in found.attractors if one is not attractor]
        both = (
            [*(one.window for one in known), *later.windows],
            [*(orbits.answers[one.representative] for one in known), *later.answers],
        )
        reached = distinguish_attractors(np.array(both[0]), both[1], clock_period=clock_period).reached
        left = np.isin(reached[len(known) :], reached[: len(known)]) & (reached[len(known) :] != UNKNOWN)
        for i, gone, window, answer, end in zip(starts, left, later.windows, later.answers, later.ends, strict=True):
            still = left.any() and not gone and answer.label.is_chaos
            windows[i], ends[i] = window, end
            answers[i] = replace(answer, **LEFT) if still else answer
    return Orbits(windows, tuple(answers), tuple(ends))
