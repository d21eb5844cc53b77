"""What kind of attractor is it? One short rule on evidence that fails in different places."""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.exponents.runs import Blocks, end_of_transient, spectrum_and_end
from attractors.exponents.spectrum import LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching
from attractors.labels.evidence import Evidence
from attractors.labels.label import Label
from attractors.labels.rule import verdict
from attractors.labels.transients import Transient, later, transient_before
from attractors.recurrence.period import Period, find_period, rest_at_zero
from attractors.results import Result, json_number
from attractors.system import System
from attractors.tori.frequencies import torus

LOOKED_BACK = 1_024  # discarded steps from which on it is worth to see what happened in them
FIRST_STEPS = 16  # whose largest value is the scale of the orbit
REGULAR = {Label.fixed_point, Label.periodic, Label.quasiperiodic}

__all__ = ["Classification", "Label", "classify", "classify_evidence"]


@dataclass(frozen=True, eq=False)
class Classification(Result):
    """The kind of an attractor, how sure that is, and why.

    Attributes
    ----------
    label : Label
        The kind.
    period : int or None
        Steps, for `periodic` (with a clock: of state and clock together) and `fixed_point`.
    torus_dimension : int or None
        Number of exponents that may be 0, for `quasiperiodic`.
    confidence : float
        Probability that the label is right, for maps like those of benchmarks/labels: the probability that the
        conditions on the exponents hold, if their errors are normal with the given standard errors, times the share
        of right labels that these conditions had there. It knows nothing of other attractors. 0 for `undetermined`.
    reason : str
        The evidence that decided, with its numbers; for `undetermined`, what would decide it.
    decided_by : str
        Which evidence decided: "divergence", "recurrence", "exponents", "averages", "0-1 test", "0-1 test and lines",
        or "lines" for a noisy series; empty for `undetermined`.
    transient : Transient or None
        What came before the attractor, as far as it was looked at. Its steps are counted from the start for `classify`,
        from the first one averaged for `classify_evidence`.
    spectrum : LyapunovSpectrum or None
        Exponents of what the label names, averaged after the transient; None if there are none, or if the orbit has
        settled too late to have exponents of its own.
    evidence : Evidence
        What was looked at.
    """

    label: Label
    period: int | None
    torus_dimension: int | None
    confidence: float
    reason: str
    decided_by: str
    transient: Transient | None
    spectrum: LyapunovSpectrum | None
    evidence: Evidence

    @property
    def recurrence(self) -> Period | None:
        """Search for a period in the last samples."""
        return self.evidence.recurrence

    def to_dict(self) -> dict[str, Any]:
        """Return the answer and its evidence for JSON: NaN becomes null, infinities the strings "-inf" and "inf"."""
        exponents = {"exponents": [], "standard_errors": []} if self.spectrum is None else self.spectrum.to_dict()
        transient = {"transient": self.transient.to_dict() if self.transient else None}
        return {
            "label": str(self.label),
            "period": self.period,
            "confidence": json_number(self.confidence),
            "reason": self.reason,
            "decided_by": self.decided_by,
            "torus_dimension": self.torus_dimension,
            "evidence": exponents | self.evidence.to_dict() | transient,
        }


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
        elif discarded >= LOOKED_BACK and found.label in REGULAR and found.spectrum is not None:
            found = replace(found, transient=_looked_back(system, start, discarded, found.spectrum))
        discarded = done = done + n_steps
        undecided = found.label in {Label.undetermined, Label.transient}
        if n_max is None or not undecided or done + 2 * n_steps > n_max:
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
    blocks = Blocks.of(n_steps, n_transient, clock_period=system.clock_period)
    aligning = max(0, blocks.n_settle - (n_steps - blocks.n_blocks * blocks.block_length))
    before, finite = end_of_transient(system, start, n_transient - aligning)
    if not finite:
        nothing = np.full((blocks.n_blocks, n_exponents or system.dimension), np.nan)
        return classify_evidence(spectrum_from_stretching(nothing, blocks.block_length), None, finite=False), before
    spectrum, _ = spectrum_and_end(
        system, before, n_steps=n_steps, n_transient=aligning, n_exponents=n_exponents, n_blocks=blocks.n_blocks
    )
    n_window = min(n_window, n_steps)
    late, finite = end_of_transient(system, before, aligning + n_steps - n_window)
    if spectrum.status is SpectrumStatus.DIVERGED or not finite:
        return classify_evidence(spectrum, None, finite=False), late
    samples, end = system.orbit(late, n_window)
    samples = rest_at_zero(samples, scale)
    found = classify_evidence(
        spectrum, find_period(samples), samples=samples, clock_period=system.clock_period, frequencies=frequencies
    )
    return found, end


def classify_evidence(
    spectrum: LyapunovSpectrum | None,
    recurrence: Period | None,
    *,
    samples: FloatArray | None = None,
    finite: bool = True,
    clock_period: int = 1,
    frequencies: bool = False,
) -> Classification:
    """Kind of an attractor from its exponents λ_1 >= λ_2 >= ..., the search for a period, and the last samples.

    Parameters
    ----------
    spectrum : LyapunovSpectrum or None
        Exponents along the orbit; None or an empty one leaves only the recurrence.
    recurrence : Period or None
        Search for a period in the orbit's last samples; None if there was none.
    samples : array (n, m), optional
        Those samples. Without them there is no more to go by than exponents and recurrence.
    finite : bool
        Whether the orbit stayed finite.
    clock_period : int
        Period of the drive. State and clock repeat together after the least common multiple, which is the
        period reported; only an autonomous map has fixed points.
    frequencies : bool
        Whether to look for the frequencies of a torus.

    Returns
    -------
    Classification

    Notes
    -----
    First, the transient is found and left out of the averages (`settled_spectrum`; the samples' own end, where only
    that repeats), and exponents of a cycle are averaged over whole turns. Then, with se_i the standard errors and
    band_i = max(3 se_i, 10/N) (`LyapunovSpectrum.zero_band`: on a torus the sum of log stretching is bounded, so λ_i is
    off 0 by O(1)/N), the first line that holds gives the label:

    ==================================  ===========================================================
    the orbit is not finite             divergent
    its end repeats, λ_1 > band_1       undetermined: it stays on a cycle that repels
    its end repeats, λ_1 < -3 se_1 and  periodic, or fixed_point
    -1e-9, or N λ_1 < -1, or too late,
    or it came ever closer to that
    its end repeats                     undetermined: marginal, near a bifurcation
    λ_1 > 0, but its last part comes    transient
    ever closer to a cycle, or it goes
    ever farther from where it was
    λ_1 > band_1 and 10/N + se_1, and   hyperchaotic
    λ_2 > se_2 and 7/N
    the same, λ_2 > 2/N                 undetermined: chaos, or hyperchaos
    λ_1 > band_1 and 10/N + se_1        chaotic
    λ_1 > 2 se_1 and 10/N + se_1, and   chaotic, or hyperchaotic, by λ_2 as above
    averages converge as in chaos
    λ_1 > 2 se_1 and 4/N, and its sum   the same
    strays from a line by a third
    all samples nearly repeat           transient
    it comes ever closer to repeating,  transient
    and its amplitude will not remain
    λ_1 < -band_1                       undetermined: the period is longer, or not yet reached
    abs(λ_1) > max(2 se_1, 10/N), or    undetermined: weak chaos or a torus
    > 2/N; 10/N with many digits, or
    where smooth weights leave 0.5/N
    averages converge by no more than   undetermined: weak chaos, or a torus that is hardly seen
    1 digit beyond those of chance (3,
    if λ_2 is in its band, or after a
    transient)
    many small pieces                   undetermined: a long cycle, or a torus about to lock
    else                                quasiperiodic, dimension = number of λ_i within their band
    ==================================  ===========================================================

    An orbit that approaches a torus still counts as quasi-periodic, if nothing else speaks against that: its amplitude
    is extrapolated to what remains of it (`remaining_amplitude`), which is nothing on the way to a cycle.

    Where λ_1's noise, its distance from 0, or averages leave it open, the 0-1 test and the lines of the spectrum are
    asked, of a smooth bump over each component, which an angle modulo a turn does not harm, without what the clock does
    in each phase. With λ_1 > 1.5 se_1 and 6/N, a walker that grows by more than 0.1 means chaos; one that grows by
    less, with 90 % of the variance in lines and abs(λ_1) < 10/N, a torus. Few lines, or growth without λ_1 > 0, decide
    nothing: a torus that turns slowly has both.

    Where one component is clearly quasi-periodic (6 digits), as a phase that drives others, the averages of other
    components are not asked: a strange non-chaotic attractor counts as quasiperiodic. An undetermined orbit whose whole
    average, transient and all, is above its band is chaotic after all: what looked like a transient is intermittency. A
    torus is also refused if the sums over blocks of log stretching scatter by more than 10 nats: they do that in chaos,
    where they diffuse. Without samples, two exponents just below 0 speak against a torus in place of the lines on
    returns, averages and pieces. Without exponents a period is taken for what it seems, and nothing else has a label.

    Cost, with samples of (4096, 3): some 0.2 ms for a cycle or chaos, 1 ms where neither is plain.
    """
    evidence = Evidence(spectrum, recurrence, samples, finite, clock_period)
    found = verdict(evidence)
    if frequencies and found.label is Label.quasiperiodic and samples is not None:
        evidence = replace(evidence, torus=torus(samples, clock_period=clock_period))
    doubted = spectrum is not None and spectrum.status is SpectrumStatus.FEW_BLOCKS
    none_before = found.intermittent or found.label is Label.divergent
    return Classification(
        label=found.label,
        period=found.period,
        torus_dimension=found.torus_dimension,
        confidence=found.confidence,
        transient=None if none_before else evidence.transient,
        spectrum=spectrum if none_before else evidence.settled,
        decided_by=found.decided_by if found.label is not Label.undetermined else "",
        reason=found.reason + ("; the standard errors may be too small" if doubted else ""),
        evidence=evidence,
    )
