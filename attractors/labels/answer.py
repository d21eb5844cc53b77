"""What kind of attractor is it? The answer, by one short rule on evidence that fails in different places."""

import math
from dataclasses import dataclass, replace
from typing import Any

from attractors.arrays import FloatArray
from attractors.exponents.spectrum import LyapunovSpectrum, SpectrumStatus
from attractors.labels.evidence import Evidence
from attractors.labels.label import Label, in_words
from attractors.labels.rule import verdict
from attractors.labels.transients import Transient
from attractors.recurrence.period import Period
from attractors.results import Result, json_number
from attractors.tori.frequencies import torus


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
    line : str
        Name of the line of the rule that spoke: see `classify_evidence`; of a noisy series, of its table.
    asked : tuple of str
        Evidence that was computed on demand for that: names of attributes of `evidence`.
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
    line: str
    asked: tuple[str, ...] = ()

    @property
    def recurrence(self) -> Period | None:
        """Search for a period in the last samples."""
        return self.evidence.recurrence

    @property
    def name(self) -> str:
        """The label in words with its period, such as "periodic 28"."""
        return in_words(self.label, self.period)

    @property
    def leading(self) -> tuple[float, float]:
        """λ_1 and its standard error, nats per step; NaN if there is none."""
        if self.spectrum is None or not self.spectrum.exponents.size:
            return math.nan, math.nan
        return float(self.spectrum.exponents[0]), float(self.spectrum.standard_errors[0])

    def contents(self) -> dict[str, Any]:
        """Return the parts that are shown: of the evidence, what was asked for."""
        return super().contents() | {"evidence": self.evidence.to_dict(self.asked)}

    def headline(self) -> str:
        """Return the label with its period, and how sure it is."""
        return f"{self.name}, confidence {self.confidence:.4f}"

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
            "evidence": exponents | self.evidence.to_dict(self.asked) | transient,
        }


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
    off 0 by O(1)/N), the first line that holds gives the label; the last ones are opinions, asked where a line says so.

    =========================  ============================================================  ===========================
    divergence                 the orbit is not finite                                       divergent
    cycle, no exponents        its end repeats, and there are no exponents                   periodic, or fixed_point
    cycle, late                its end repeats, too late for exponents of its own            periodic, or fixed_point
    cycle, repelling           its end repeats, and λ_1 > band_1: it stays on a cycle that   undetermined
                               repels, or chaos is still in the average
    cycle                      its end repeats, and λ_1 < -3 se_1 and -1e-09                 periodic, or fixed_point
    cycle, contracting         its end repeats, and λ_1 < -1/N                               periodic, or fixed_point
    cycle, approached          its end repeats, and it came ever closer to that              periodic, or fixed_point
    cycle, marginal            its end repeats: near a bifurcation                           undetermined
    no exponents               it does not repeat, and there are no exponents                undetermined
    chaos ended                λ_1 > 0, but its last part comes ever closer to a cycle       transient
    departure                  λ_1 > 0, and its sum is more than 3 times as large as its     transient
                               swings, of less than 10 nats, but it goes ever farther from
                               where it was
    exponents: hyperchaos      λ_1 > band_1 and 10/N + se_1, and λ_2 > 1 se_2 and 7/N        hyperchaotic
    exponents: open            the same, and λ_2 > 2/N                                       undetermined, unless told
                                                                                             by intermittency
    exponents: chaos           the same, whatever λ_2                                        chaotic
    averages: hyperchaos       λ_1 > 2 se_1 and 10/N + se_1, averages converge by no more    hyperchaotic
                               than 1 digit beyond those of chance, in every component, and
                               the orbit does not come closer to repeating, and λ_2 > 1
                               se_2 and 7/N
    averages: open             the same, and λ_2 > 2/N                                       undetermined, unless told
                                                                                             by intermittency
    averages: chaos            the same, whatever λ_2                                        chaotic
    even growth: hyperchaos    λ_1 > 2 se_1 and 4/N, and its sum is more than 3 times as     hyperchaotic
                               large as it strays from a straight line, and λ_2 > 1 se_2
                               and 7/N
    even growth: open          the same, and λ_2 > 2/N                                       undetermined, unless told
                                                                                             by intermittency
    even growth: chaos         the same, whatever λ_2                                        chaotic
    no search                  no period was looked for                                      undetermined, unless told
                                                                                             by intermittency
    settling, expanding        its end repeats, but not closely enough, and λ_1 > band_1: a  undetermined, unless told
                               chaotic transient, or intermittency                           by intermittency
    settling                   its end repeats, but not closely enough                       transient
    near return                all samples nearly repeat                                     transient
    approach                   it comes ever closer to repeating, and either its amplitude   transient
                               will not remain, or a line below speaks against a torus
    long cycle                 λ_1 < -band_1: the period is longer than the search, or not   undetermined, unless told
                               yet reached                                                   by 0-1 test, lines,
                                                                                             intermittency
    noise                      abs(λ_1) > 2 se_1 and 10/N, or its sums over blocks scatter   undetermined, unless told
                               by more than 10 nats, as in chaos, where they diffuse         by 0-1 test, lines,
                                                                                             intermittency
    pair below 0               there are no samples, and one of several λ_i within their     undetermined, unless told
                               bands is below -3 se_i and -1/N: a slow approach              by 0-1 test, lines,
                                                                                             intermittency
    distance                   abs(λ_1) > 2/N, or 10/N where averages converge to more than  undetermined, unless told
                               5 digits beyond those of chance, or smooth weights leave      by 0-1 test, lines,
                               less than 0.5/N of it: weak chaos, or a long cycle            intermittency
    few samples                the samples are too few for averages to converge              undetermined, unless told
                                                                                             by 0-1 test, lines,
                                                                                             intermittency
    slow averages              averages converge by no more than 1 digit beyond those of     undetermined, unless told
                               chance (3, if another λ_i is within its band, or after a      by 0-1 test, lines,
                               transient), and those of no component by 6: weak chaos, or a  intermittency
                               torus that is hardly seen
    pieces                     it stays within pieces of less than 0.001 of its extent: a    undetermined, unless told
                               long cycle, or a torus about to lock                          by 0-1 test, lines,
                                                                                             intermittency
    torus, no samples          there are no samples that could speak against a torus         quasiperiodic
    torus                      nothing speaks against a torus; its dimension is the number   quasiperiodic
                               of λ_i within their bands
    0-1 test: hyperchaos       λ_1 > 1.5 se_1 and 6/N, and the walker of the 0-1 test grows  hyperchaotic
                               by more than 0.1, and λ_2 > 1 se_2 and 7/N
    0-1 test: open             the same, and λ_2 > 2/N                                       undetermined, unless told
                                                                                             by intermittency
    0-1 test: chaos            the same, whatever λ_2                                        chaotic
    lines                      it grows by less, lines hold 90% of the variance, abs(λ_1) <  quasiperiodic
                               10/N, and the orbit is in one piece
    intermittency: hyperchaos  something was left out as a transient, but with it λ_1 >      hyperchaotic
                               band_1 and 10/N + se_1: it comes again, and λ_2 > 1 se_2 and
                               7/N
    intermittency: open        the same, and λ_2 > 2/N                                       undetermined
    intermittency: chaos       the same, whatever λ_2                                        chaotic
    =========================  ============================================================  ===========================

    An orbit that approaches a torus still counts as quasi-periodic, if nothing else speaks against that: its amplitude
    is extrapolated to what remains of it (`remaining_amplitude`), which is nothing on the way to a cycle.

    The 0-1 test and the lines of the spectrum are asked of a smooth bump over each component, which an angle modulo a
    turn does not harm, without what the clock does in each phase. Few lines, or growth without λ_1 > 0, decide nothing:
    a torus that turns slowly has both.

    Where one component is clearly quasi-periodic, as a phase that drives others, the averages of other components are
    not asked: a strange non-chaotic attractor counts as quasiperiodic. Without exponents a period is taken for what it
    seems, and nothing else has a label.

    Cost, with samples of (4096, 3): some 0.2 ms for a cycle or chaos, 1 ms where neither is plain.
    """
    evidence = Evidence(spectrum, recurrence, samples, finite, clock_period)
    found = verdict(evidence)
    if frequencies and found.label is Label.quasiperiodic and samples is not None:
        evidence = replace(evidence, torus=torus(samples, clock_period=clock_period))
    doubted = spectrum is not None and spectrum.status is SpectrumStatus.FEW_BLOCKS
    return Classification(
        label=found.label,
        period=evidence.period if found.label.is_cycle else None,
        torus_dimension=evidence.n_neutral if found.label is Label.quasiperiodic else None,
        confidence=found.confidence,
        transient=None if found.line.of_whole else evidence.transient,
        spectrum=spectrum if found.line.of_whole else evidence.settled,
        decided_by=found.line.decided_by if found.label is not Label.undetermined else "",
        reason=found.reason + ("; the standard errors may be too small" if doubted else ""),
        evidence=evidence,
        line=found.line.name,
        asked=found.asked,
    )
