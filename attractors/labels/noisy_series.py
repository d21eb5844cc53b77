"""What kind of motion is under the noise? A label from a series alone, where there is no map to differentiate."""

import math

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.labels.answer import Classification, classify_evidence
from attractors.labels.evidence import Evidence
from attractors.labels.label import Label
from attractors.recurrence.period import PeriodStatus, find_period
from attractors.series import as_series, without_clock
from attractors.tori.frequencies import IN_LINES, Torus, torus
from attractors.tori.resonances import TorusStatus

PIECES = 8  # of the record, whose phases are compared
FREQUENCIES = 41  # tried from one bin of the spectrum below its peak to one above
COHERENT = 0.98  # a line has more; of rotations that live for 1/20 of the record, 2 in 10,000
CARRY = f"lines carry {IN_LINES:.0%} of the variance"
OF_THE_CLOCK = "lines of the clock"
SIMPLEST = 64  # denominators up to here count as locked unless the record shows the drift past them


def classify_series(series: npt.ArrayLike, *, clock_period: int = 1) -> Classification:
    """Kind of a noisy motion, from the lines of its spectrum.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals along one orbit, transient removed.
    clock_period : int
        Period of the drive.

    Returns
    -------
    Classification
        `periodic` or `quasiperiodic` where that can be told, else `undetermined`: noise and chaos cannot be told apart.
        `confidence` is NaN, not known, or 0; `evidence.torus` has the frequencies.

    Raises
    ------
    ValueError
        If the series has fewer than 8 samples, or is not finite.

    Notes
    -----
    The whole series may repeat exactly: then it is periodic, or a fixed point. Else lines have to carry 98 % of the
    variance (`torus`). The average over each phase of the clock is taken off, and the strongest line of the rest is
    looked at in eight pieces of the record: their Fourier sums add up in phase if it is a line, and wander if it is a
    damped rotation that noise keeps up. Of those whose correlation falls by e in a twentieth of the record, 2 in 10,000
    records pass for lines, 0.002 % to 0.07 % with 95 % confidence; more, if they live longer.

    ============================================  ===============================================================
    it wanders, and is 2 % of the variance        periodic, with the period of the clock
    it is a line; all are at simple fractions     periodic, with the period of all of them
    it is a line; some are at other frequencies   quasiperiodic
    else                                          undetermined
    ============================================  ===============================================================

    A frequency that drifts past p/q, q <= 64, by less than 1/q turns in the whole record counts as neither.

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(0.0, 0.01, 4096)
    >>> t = np.arange(4096)
    >>> cycle, torus_ = np.cos(2 * np.pi * t / 12) + noise, np.cos(t) + noise
    >>> for x in (cycle, torus_, noise):
    ...     answer = classify_series(x)
    ...     print(answer.label, answer.period)
    periodic 12
    quasiperiodic None
    undetermined None
    """
    samples = as_series(series, at_least=8)
    exact = find_period(samples)
    if exact.status is PeriodStatus.FOUND:
        return classify_evidence(None, exact, samples=samples, clock_period=clock_period)
    lines = torus(samples, clock_period=clock_period)
    label, line, reason = _verdict(samples, lines, clock_period)
    period = dimension = None
    if line == OF_THE_CLOCK:
        period = clock_period
    elif label is Label.periodic:
        period = math.lcm(lines.pieces, *(fraction.denominator for fraction in lines.resonance))
    elif label is Label.quasiperiodic:
        dimension = len(lines.frequencies)
    undetermined = label is Label.undetermined
    return Classification(
        label=label,
        period=period,
        torus_dimension=dimension,
        confidence=0.0 if undetermined else math.nan,
        reason=reason,
        decided_by="" if undetermined else "lines",
        transient=None,
        spectrum=None,
        evidence=Evidence(None, exact, samples, True, clock_period, lines),
        line=line,
    )


def _verdict(samples: FloatArray, lines: Torus, clock_period: int) -> tuple[Label, str, str]:
    """Return the label of a series that does not repeat exactly, what decided, and that with its evidence."""
    if lines.status not in {TorusStatus.LOCKED, TorusStatus.QUASIPERIODIC}:
        return Label.undetermined, "no lines", f"no exponents, and of the spectrum: {lines.status.value}"
    rest = without_clock(samples, clock_period)
    if _coherence(rest) < COHERENT:
        if rest.var(axis=0).sum() < (1.0 - IN_LINES) * samples.var(axis=0).sum():
            return Label.periodic, OF_THE_CLOCK, f"{CARRY}, those of the clock; the rest is noise"
        wander = f"{CARRY}, but they wander: a damped rotation that noise keeps up, or chaos"
        return Label.undetermined, "wandering lines", wander
    if lines.status is TorusStatus.LOCKED:
        return Label.periodic, "locked lines", f"{CARRY}, at simple fractions; the rest is noise"
    if _may_be_locked(lines, len(samples)):
        close = "a frequency is close to a simple fraction: a longer series would decide"
        return Label.undetermined, "nearly locked lines", close
    free = f"{CARRY}, some at frequencies that no simple fraction explains; the rest is noise"
    return Label.quasiperiodic, "free lines", free


def _may_be_locked(lines: Torus, n_samples: int) -> bool:
    """Whether a frequency stays within 1/q turns of p/q through the whole record, for some q up to `SIMPLEST`."""
    q = np.arange(1, SIMPLEST + 1)
    turns = lines.frequencies[:, None] * q
    return bool((np.abs(turns - np.round(turns)) * n_samples < 1.0).any())


def _coherence(samples: FloatArray) -> float:
    """How well the strongest line's Fourier sums over pieces of the record add up: 1 if its phase advances evenly."""
    x = samples[:, int(samples.var(axis=0).argmax())]
    n = len(x)
    peak = int(np.abs(np.fft.rfft(x * np.hanning(n)))[1:].argmax()) + 1
    turns = np.outer(np.arange(n) / n, peak + np.linspace(-1.0, 1.0, FREQUENCIES))
    waves = x[:, None] * np.exp(-2j * np.pi * turns)
    pieces = np.array([piece.sum(axis=0) for piece in np.array_split(waves, PIECES)])
    return float((np.abs(pieces.sum(axis=0)) / np.maximum(np.abs(pieces).sum(axis=0), 1e-300)).max())
