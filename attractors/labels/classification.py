"""What kind of attractor does the orbit of a start end on? It is run, and labelled as every other orbit is."""

from dataclasses import replace
from typing import Any

import numpy as np

from attractors.exponents.runs import Blocks, end_of_transient, spectrum_and_end
from attractors.exponents.spectrum import LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching
from attractors.labels.answer import Classification, classify_evidence
from attractors.labels.label import Label
from attractors.labels.settle import settled_label
from attractors.labels.transients import Transient, later, transient_before
from attractors.system import System

LOOKED_BACK = 1_024  # discarded steps from which on it is worth to see what happened in them
FIRST_STEPS = 16  # whose largest value is the scale of the orbit

__all__ = ["Classification", "Label", "classify", "classify_evidence"]


def classify(
    system: System,
    start: Any,
    *,
    n_transient: int,
    n_steps: int,
    n_exponents: int | None = None,
    n_window: int = 4096,
    n_max: int | None = None,
    frequencies: bool = False,
) -> Classification:
    """Kind of the attractor that the orbit of a start ends on.

    Parameters
    ----------
    system : System
        The map.
    start : object
        A state of the system.
    n_transient : int
        Steps discarded first. What is left of a transient is found and left out; of a regular orbit, what these
        steps went through is told (`transient`).
    n_steps : int
        Steps over which the exponents are averaged. Weak chaos is told from a torus only if
        λ_1 is above 10 / n_steps.
    n_exponents : int, optional
        Exponents computed, all if not given. One cannot tell hyperchaos, and tori only up to as many
        dimensions.
    n_window : int
        The last samples of those steps (all, if that is less), in which a period is looked for, up to a third.
    n_max : int, optional
        Largest number of steps, all in all, that the orbit may be followed while the label is `undetermined` or
        `transient`: each time the steps so far are discarded, and twice as many averaged. It is not, if not given.
    frequencies : bool
        Whether to look for the frequencies of a torus (`evidence.torus`); some 0.1 s.

    Returns
    -------
    Classification
        By the rule of `classify_evidence`.

    Raises
    ------
    ValueError
        If a count is out of range. A diverging orbit does not raise: its label is `divergent`.

    Examples
    --------
    >>> def step(x, p, out):
    ...     out[0] = p[0] * x[0] * (1.0 - x[0])
    >>> def jacobian(x, p, out):
    ...     out[0, 0] = p[0] * (1.0 - 2.0 * x[0])
    >>> from attractors import DiscreteMap
    >>> logistic = DiscreteMap(step, jacobian, parameters=[3.5], dimension=1)
    >>> answer = classify(logistic, [0.3], n_transient=1000, n_steps=6400, n_window=300)
    >>> answer.label.value, answer.period
    ('periodic', 4)
    >>> answer.reason
    'the last 300 samples repeat with period 4, and λ1 = -0.8725 ± 0 is negative'
    """
    for name, n in (("n_window", n_window), ("n_steps", n_steps)):
        if n < 3:
            raise ValueError(f"{name} must be at least 3 samples to hold a period three times, got {n}")
    state, done, discarded = start, n_transient, n_transient
    scale = scale_of(system, start)
    while True:
        found, state = _classify_once(system, state, n_transient, n_steps, n_exponents, n_window, frequencies, scale)
        if found.transient is not None:
            found = replace(found, transient=later(found.transient, discarded))
        elif discarded >= LOOKED_BACK and found.label.is_regular and found.spectrum is not None:
            found = replace(found, transient=_looked_back(system, start, discarded, found.spectrum))
        discarded = done = done + n_steps
        if n_max is None or not found.label.is_open or done + 2 * n_steps > n_max:
            return found
        n_transient, n_steps = 0, 2 * n_steps


def scale_of(system: System, start: Any) -> float:
    """Return the largest value that an orbit has in its first steps."""
    return float(np.abs(system.orbit(start, FIRST_STEPS)[0]).max())


def _looked_back(system: System, start: Any, n_steps: int, settled: LyapunovSpectrum) -> Transient | None:
    """Find in the steps that were discarded when the orbit came to stretch as it does on the attractor."""
    blocks = Blocks.of(n_steps, 0, clock_period=system.clock_period)
    found = system.stretching(start, n_exponents=1, n_blocks=blocks.n_blocks, block_length=blocks.block_length)
    return transient_before(found.log_factors[:, 0], blocks.block_length, settled)


def _classify_once(
    system: System,
    start: Any,
    n_transient: int,
    n_steps: int,
    n_exponents: int | None,
    n_window: int,
    frequencies: bool,
    scale: float,
) -> tuple[Classification, Any]:
    """Follow the orbit once, for its exponents and, along the same steps, for its last samples; return its end too."""
    how: dict[str, Any] = {"scale": scale, "clock_period": system.clock_period}
    blocks = Blocks.of(n_steps, n_transient, clock_period=system.clock_period)
    aligning = max(0, blocks.n_settle - (n_steps - blocks.n_blocks * blocks.block_length))
    before, finite = end_of_transient(system, start, n_transient - aligning)
    if not finite:
        nothing = np.full((blocks.n_blocks, n_exponents or system.dimension), np.nan)
        return settled_label(spectrum_from_stretching(nothing, blocks.block_length), None, **how), before
    spectrum, _ = spectrum_and_end(
        system, before, n_steps=n_steps, n_transient=aligning, n_exponents=n_exponents, n_blocks=blocks.n_blocks
    )
    n_window = min(n_window, n_steps)
    late, finite = end_of_transient(system, before, aligning + n_steps - n_window)
    if spectrum.status is SpectrumStatus.DIVERGED or not finite:
        return settled_label(spectrum, None, **how), late
    samples, end = system.orbit(late, n_window)
    return settled_label(spectrum, samples, frequencies=frequencies, **how), end
