"""The rule that makes a label of the evidence: short, and in the order in which it is read."""

import math
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from attractors.exponents.spectrum import BOUNDED_SUM, LyapunovSpectrum, SpectrumStatus
from attractors.labels.evidence import Evidence
from attractors.labels.label import Label
from attractors.recurrence.period import Period, PeriodStatus
from attractors.tori.birkhoff import BY_CHANCE, FAR_FROM_CHANCE

# Limits that are no definition are those that `python benchmarks/labels fit` chooses, from training families alone.
NEUTRAL = 1e-9  # nats per step: a cycle attracting less than that cannot have been reached in any run
REGULAR_SUM = 2.0  # nats: how far the sum of log stretching may be from 0 at the end on a torus
LARGER_SUM, MANY_DIGITS = 10.0, 5.0  # where averages converge to so many digits beyond those of chance
SMOOTH_SUM = 0.5  # nats: or where the sum is that small with smooth weights, under which what swings drops out
CONTRACTS = 1.0  # nats: a cycle that shrinks differences by so much attracts, however uneven its blocks are
DIGITS = BY_CHANCE  # of averages beyond those of chance, where the other exponents are negative
SAFE_DIGITS = FAR_FROM_CHANCE  # where a second one may be 0, for chaos sticks to islands, or after a transient
HYPER, HYPER_SUM = 1.0, 7.0  # standard errors of λ_2 above 0, and nats of its sum; between 0 and that it is open
AGREED = 2.0  # standard errors of λ_1 above 0, instead of 3, where averages converge as in chaos
STEADY = 3.0  # times by which a sum is larger than its swings beside a cycle that repels, at least; not fitted
EVEN, EVEN_SUM = 3.0, 4.0  # times by which a sum is larger than its swings, and nats, that no torus has
ERRORS, NATS = 1.5, 6.0  # of λ_1 above 0, and of its sum: enough where the 0-1 test says chaos
DIFFUSES = 0.1  # growth of its walker, 0 to 1: more in chaos, less on a torus
LINES = 0.9  # of the variance: a torus has more in lines
SPREAD = 0.001  # of the extent: pieces smaller than that are those of cycles and cascades
# Shares of right labels among those that met the conditions, whose probability is a factor: of each training family
# with thresholds chosen from the others.
RIGHT = {"cycle": 0.9999, "chaos": 0.9998, "torus": 0.9902, "opinion": 0.9302}


class Verdict(NamedTuple):
    """What the rule says, by which of its lines, and how probable it is that the conditions named in the reason hold.

    If it is intermittent, the label rests on the average over all steps, and nothing of it was a transient.
    """

    label: Label
    reason: str
    line: str = ""
    probability: float = 1.0
    period: int | None = None
    torus_dimension: int | None = None
    decided_by: str = ""
    intermittent: bool = False

    @property
    def confidence(self) -> float:
        """That probability times the share of right labels of the line; 0 if undetermined."""
        return 0.0 if self.label is Label.undetermined else RIGHT.get(self.line, 1.0) * self.probability


class Exponent(NamedTuple):
    """Exponent i with its doubt; -inf is exact and has error 0."""

    name: str
    value: float
    error: float
    band: float

    def __str__(self) -> str:
        return f"{self.name} = {self.value:.4g} ± {self.error:.1g}"

    def probability_below(self, limit: float) -> float:
        """P(λ < limit) for λ normal around the value with the standard error; a step function without error."""
        if self.error == 0.0 or math.isinf(self.value):
            return 1.0 if self.value < limit else 0.0
        return 0.5 * math.erfc((self.value - limit) / (self.error * math.sqrt(2.0)))


def exponents_of(spectrum: LyapunovSpectrum | None) -> list[Exponent]:
    """Exponents with their errors and bands."""
    if spectrum is None:
        return []
    errors = np.where(np.isnan(spectrum.standard_errors), 0.0, spectrum.standard_errors)
    columns = zip(spectrum.exponents.tolist(), errors.tolist(), spectrum.zero_band.tolist(), strict=True)
    return [Exponent(f"λ{i}", *column) for i, column in enumerate(columns, start=1)]


def verdict(evidence: Evidence) -> Verdict:
    """Walk down the table of `classify_evidence`."""
    spectrum, recurrence = evidence.spectrum, evidence.recurrence
    diverged = spectrum is not None and spectrum.status is SpectrumStatus.DIVERGED
    if not evidence.finite or diverged or (recurrence and recurrence.status is PeriodStatus.NON_FINITE):
        return Verdict(Label.divergent, "the orbit did not stay finite", decided_by="divergence")
    if evidence.cycle is not None and evidence.cycle.period is not None:
        return _of_repeating_orbit(evidence, evidence.cycle, evidence.cycle.period)._replace(decided_by="recurrence")
    exponents = exponents_of(evidence.settled)
    if not exponents:
        return Verdict(Label.undetermined, "no period was found and there are no exponents: ask for n_exponents >= 1")
    found = _of_open_orbit(evidence, exponents)
    if found.label is Label.undetermined and spectrum is not None and evidence.transient is not None:
        whole = exponents_of(spectrum)
        if _is_positive(whole[0], spectrum):  # what looked like a transient comes again
            return _of_chaotic_orbit(whole, spectrum.n_steps)._replace(intermittent=True)
    return found


def _of_open_orbit(evidence: Evidence, exponents: list[Exponent]) -> Verdict:
    """Verdict on an orbit that does not repeat."""
    first, recurrence = exponents[0], evidence.recurrence
    settling = recurrence is not None and recurrence.status is PeriodStatus.SETTLING
    if first.value > 0.0 and (moving := _on_its_way(first, evidence)):
        return moving
    if evidence.settled and _is_positive(first, evidence.settled) and not (settling and evidence.samples is None):
        return _of_chaotic_orbit(exponents, evidence.settled.n_steps)
    expands = _expands(first, evidence)
    if evidence.settled and expands is not None:
        return _of_chaotic_orbit(exponents, evidence.settled.n_steps, *expands)
    if recurrence is None:
        return Verdict(Label.undetermined, f"{first}, and no period was looked for: hand over the last samples")
    if settling:
        return _of_settling_orbit(first, recurrence)
    return _of_regular_orbit(evidence, exponents, recurrence)


def _on_its_way(first: Exponent, evidence: Evidence) -> Verdict | None:
    """Verdict on an orbit whose λ_1 is that of what it has left, or is about to leave; None if it is not."""
    if evidence.ends_on_a_cycle is not None:
        why = f"the last samples come ever closer to a cycle of period {evidence.ends_on_a_cycle}: chaos has ended"
    elif _grows_as_along_a_cycle(first, evidence) and evidence.is_departing:
        why = "the orbit goes ever farther from where it was: it leaves what repels it"
    else:
        return None
    reason = f"{first} is positive, but {why}; increase n_transient"
    return Verdict(Label.transient, reason, "cycle", decided_by="recurrence")


def _grows_as_along_a_cycle(first: Exponent, evidence: Evidence) -> bool:
    """Whether the sum of log stretching is as even as beside a cycle that repels; most chaos is not."""
    total = first.value * evidence.settled.n_steps if evidence.settled else 0.0
    return STEADY * evidence.swings < total and evidence.swings < BOUNDED_SUM


def _is_positive(first: Exponent, spectrum: LyapunovSpectrum) -> bool:
    """Whether λ_1 is above its band, and by one error above what the sums on a torus can swing."""
    return first.value > first.band and first.value - first.error > BOUNDED_SUM / spectrum.n_steps


def _expands(first: Exponent, evidence: Evidence) -> tuple[str, str] | None:
    """Say why λ_1 is positive although its errors leave it open, and by what evidence; None if nothing says so.

    Averages that converge no better than by chance exclude what is regular. And a sum that grows evenly, much further
    than it ever strays from a straight line, is none of those that swing.
    """
    spectrum = evidence.settled
    if spectrum is None or evidence.samples is None or first.value <= AGREED * first.error:
        return None
    n = spectrum.n_steps
    if (
        first.value - first.error > BOUNDED_SUM / n
        and evidence.digits <= DIGITS
        and not (evidence.has_a_phase or evidence.is_approaching)
    ):
        return f"{first} is above 0, and averages converge as in chaos", "averages"
    if first.value * n > max(EVEN * evidence.swings, EVEN_SUM):
        return f"{first} is above 0, and its sum grows evenly", "exponents"
    return None


def _of_repeating_orbit(evidence: Evidence, cycle: Period, p: int) -> Verdict:
    """Verdict on an orbit whose last samples repeat with period p."""
    period = math.lcm(p, evidence.clock_period)
    label = Label.fixed_point if period == 1 else Label.periodic
    turns = f", {period // evidence.clock_period} turns of the clock" if evidence.clock_period > 1 else ""
    repeats = f"the last {cycle.n_checked} samples repeat with period {p}{turns}"
    exponents = exponents_of(evidence.settled)
    if not exponents:
        no_exponents = evidence.spectrum is None or not evidence.spectrum.exponents.size
        why = "no exponents were asked for" if no_exponents else "it has settled too late for exponents of its own"
        return Verdict(label, f"{repeats}; {why}", "" if no_exponents else "cycle", period=period)
    first = exponents[0]
    if first.value > first.band:
        reason = (
            f"the exponents' average says chaos, {first}, but {repeats}: the average still contains "
            "a transient; increase n_transient"
        )
        return Verdict(Label.undetermined, reason)
    contraction = -first.value * evidence.settled.n_steps if evidence.settled else 0.0
    clearly = first.value < -max(3.0 * first.error, NEUTRAL)
    if clearly or contraction > CONTRACTS:
        why = f"{first} is negative" if clearly else f"differences shrank by {contraction:.2g} nats; {first}"
        return Verdict(label, f"{repeats}, and {why}", "cycle", first.probability_below(0.0), period=period)
    if evidence.attracts:
        return Verdict(label, f"{repeats}, and the orbit came ever closer to that; {first}", "cycle", period=period)
    reason = (
        f"{repeats}, but {first} is not clearly negative: near a bifurcation; more n_transient and n_steps "
        "would decide, or a neighbouring parameter"
    )
    return Verdict(Label.undetermined, reason)


def _of_settling_orbit(first: Exponent, recurrence: Period) -> Verdict:
    """Verdict on an orbit of which only the end repeats, or which nearly does."""
    settles = (
        f"the last samples repeat with period {recurrence.settling_period}, "
        f"but not all {recurrence.n_checked} of them closely enough"
    )
    if first.value > first.band:
        reason = (
            f"{settles}, yet {first} is positive: a chaotic transient or intermittency; "
            "increase n_transient and n_window"
        )
        return Verdict(Label.undetermined, reason)
    reason = f"{settles}: the orbit is still settling; increase n_transient"
    return Verdict(Label.transient, reason, "cycle", decided_by="recurrence")


def _of_chaotic_orbit(
    exponents: list[Exponent],
    n_steps: int,
    reason: str | None = None,
    decided_by: str = "exponents",
    line: str = "chaos",
) -> Verdict:
    """Verdict on an orbit without a period, λ_1 above its band, or above 0 for another reason."""
    first = exponents[0]
    limit = 0.0 if reason else first.band
    reason = reason or f"{first} is above the band around 0 of {first.band:.2g}"
    probability = 1.0 - first.probability_below(limit)
    if len(exponents) == 1:
        return Verdict(Label.chaotic, f"{reason}; λ2 was not computed", line, probability, decided_by=decided_by)
    second, neutral = exponents[1], REGULAR_SUM / n_steps
    if second.value > max(HYPER * second.error, HYPER_SUM / n_steps) * (1.0 + 1e-9):  # not by rounding
        reason = f"{reason}, and {second} is positive"
        probability *= 1.0 - second.probability_below(0.0)
        return Verdict(Label.hyperchaotic, reason, line, probability, decided_by=decided_by)
    if second.value > neutral * (1.0 + 1e-9):
        return Verdict(Label.undetermined, f"{reason}, but {second} may be 0 or positive; increase n_steps")
    probability *= second.probability_below(neutral)
    return Verdict(Label.chaotic, f"{reason}, {second} is not", line, probability, decided_by=decided_by)


def _of_regular_orbit(evidence: Evidence, exponents: list[Exponent], recurrence: Period) -> Verdict:
    """Verdict on an orbit without a period, λ_1 not above its band."""
    no_period = f"{recurrence.n_checked} samples show no period"
    nearly = evidence.nearly_repeats if evidence.samples is not None else None
    if nearly is not None:
        reason = f"{no_period}, but all nearly repeat, with {nearly}: the orbit is still settling; increase n_transient"
        return Verdict(Label.transient, reason, "cycle", decided_by="recurrence")
    doubt = next(_doubts_of_a_torus(evidence, exponents), None)
    if evidence.is_approaching and not (evidence.levels_off and doubt is None):
        reason = f"{no_period}, but the orbit comes back ever more closely: it is still settling; increase n_transient"
        return Verdict(Label.transient, reason, "cycle", decided_by="recurrence")
    if doubt is not None:
        undecided = Verdict(Label.undetermined, f"{no_period}, and {doubt}")
        return _second_opinion(evidence, exponents, no_period) or undecided
    if evidence.samples is None:
        return _on_a_torus(exponents, no_period, "", "exponents")
    converged = f"; averages have converged to {evidence.digits:.1f} digits more than in chaos"
    return _on_a_torus(exponents, no_period, converged, "averages")


def _on_a_torus(exponents: list[Exponent], no_period: str, why: str, decided_by: str, line: str = "torus") -> Verdict:
    """Verdict on an orbit that nothing speaks against being quasi-periodic."""
    probability, dimension = 1.0, 0
    for exponent in exponents:
        below = exponent.probability_below(-exponent.band)
        if abs(exponent.value) <= exponent.band:
            dimension += 1
            probability *= exponent.probability_below(exponent.band) - below
        else:
            probability *= below
    first = exponents[0]
    reason = f"{no_period}, and {first} lies within the band around 0 of {first.band:.2g}: {dimension} in all do{why}"
    return Verdict(Label.quasiperiodic, reason, line, probability, torus_dimension=dimension, decided_by=decided_by)


def _second_opinion(evidence: Evidence, exponents: list[Exponent], no_period: str) -> Verdict | None:
    """Ask the 0-1 test and the lines of the spectrum where exponents and averages leave it open; None if they do too.

    A torus that turns slowly makes the walker diffuse, so that alone says nothing; and chaos that sticks to islands has
    lines. Few lines decide nothing: a torus about to lock has few.
    """
    first, spectrum = exponents[0], evidence.settled
    assert spectrum is not None
    total = first.value * spectrum.n_steps
    if first.value > ERRORS * first.error and total > NATS:
        if evidence.growth > DIFFUSES:
            reason = f"{first} is above 0, and the 0-1 test says chaos, {evidence.growth:.2f}"
            return _of_chaotic_orbit(exponents, spectrum.n_steps, reason, "0-1 test", "opinion")
        return None
    may_be_one = abs(total) < LARGER_SUM and evidence.spread >= SPREAD
    if may_be_one and evidence.growth < DIFFUSES and evidence.line_share > LINES:
        shares = f"{evidence.growth:.2f}, and lines hold {evidence.line_share:.0%} of the variance"
        why = f"; the 0-1 test says regular, {shares}"
        return _on_a_torus(exponents, no_period, why, "0-1 test and lines", "opinion")
    return None


def _doubts_of_a_torus(evidence: Evidence, exponents: list[Exponent]) -> Iterator[str]:
    """Say what speaks against a torus, and what would decide: the cheap first, for only the first is asked for."""
    first, spectrum = exponents[0], evidence.settled
    assert spectrum is not None
    n, sums = spectrum.n_steps, spectrum.log_factors[:, 0]
    scatter = float(np.std(sums, ddof=1)) if np.isfinite(sums).all() else math.inf
    if first.value < -first.band:
        yield (
            f"{first} says that the orbit repeats: the period is longer than the search, or not yet reached; increase "
            "n_window and n_transient"
        )
    if abs(first.value) > max(2.0 * first.error, BOUNDED_SUM / n) or scatter > BOUNDED_SUM:
        yield (
            f"{first} is not far enough from 0 for its noise (sums over blocks scatter by {scatter:.2g} nats): weak "
            "chaos, a torus or a long cycle; increase n_steps"
        )
    if evidence.samples is None:
        neutral = [exponent for exponent in exponents if abs(exponent.value) <= exponent.band]
        if len(neutral) > 1 and any(x.value < -max(3.0 * x.error, 1.0 / n) for x in neutral):
            yield (
                f"{' and '.join(map(str, neutral))} are near 0 but negative: a slow approach to a cycle or a torus; "
                "increase n_transient and n_steps"
            )
        return
    near_zero = sum(abs(exponent.value) <= exponent.band for exponent in exponents)
    swings = evidence.digits > MANY_DIGITS or abs(evidence.smooth_sum) < SMOOTH_SUM
    if abs(first.value) * n > (LARGER_SUM if swings else REGULAR_SUM):
        yield f"{first} is further from 0 than a torus needs: weak chaos, or a long cycle; increase n_steps"
    needed = DIGITS if near_zero == 1 and evidence.transient is None else SAFE_DIGITS
    if np.isnan(evidence.digits):
        yield "these samples are too few for averages to converge; increase n_steps and n_window"
    elif not (evidence.has_a_phase or evidence.digits > needed):
        yield (
            f"averages converge to no more than {evidence.digits:.1f} digits beyond those of chaos: weak chaos, or a "
            "torus that is hardly seen; increase n_steps"
        )
    if evidence.spread < SPREAD:
        yield (
            "the orbit stays within many small pieces: a cycle that is longer than the search, or a torus about to "
            "lock; increase n_window"
        )
