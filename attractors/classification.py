"""What kind of attractor is it? One short rule on two kinds of evidence: the exponents, and exact recurrence."""

import math
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, NamedTuple

import numpy as np

from attractors.exponents import BOUNDED_SUM, LyapunovSpectrum, SpectrumStatus
from attractors.lyapunov import spectrum_and_end
from attractors.periodicity import Period, PeriodStatus, find_period
from attractors.results import json_number
from attractors.system import System

NEUTRAL = 1e-9  # nats per step: a cycle attracting less than that cannot have been reached in any run


class Label(StrEnum):
    """Kinds of attractor; the order is that of the integer codes in files, so new ones go to the end."""

    fixed_point = "fixed_point"
    periodic = "periodic"
    quasiperiodic = "quasiperiodic"
    chaotic = "chaotic"
    hyperchaotic = "hyperchaotic"
    transient = "transient"
    divergent = "divergent"
    undetermined = "undetermined"

    @property
    def code(self) -> int:
        """Position in the order of definition, from 0."""
        return list(Label).index(self)


class _Verdict(NamedTuple):
    """What the rule says; the confidence is that of the conditions named in the reason."""

    label: Label
    reason: str
    confidence: float = 0.0
    period: int | None = None
    torus_dimension: int | None = None


@dataclass(frozen=True, eq=False)
class Classification:
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
        Probability that the conditions of the label on the exponents hold, if their errors are independent
        and normal with the given standard errors. It measures the noise of the averages only; it is not yet
        calibrated against a benchmark and knows nothing of transients, other attractors or drifts. 0 for
        `undetermined`.
    reason : str
        The evidence that decided, with its numbers; for `undetermined`, what would decide it.
    spectrum : LyapunovSpectrum or None
        The exponents looked at.
    recurrence : Period or None
        The search for a period.
    """

    label: Label
    period: int | None
    torus_dimension: int | None
    confidence: float
    reason: str
    spectrum: LyapunovSpectrum | None
    recurrence: Period | None

    def to_dict(self) -> dict[str, Any]:
        """Return the answer and its evidence for JSON: NaN becomes null, infinities the strings "-inf" and "inf"."""
        evidence = self.spectrum.to_dict() if self.spectrum else {"exponents": [], "standard_errors": []}
        recurrence_error = json_number(self.recurrence.error) if self.recurrence else None
        return {
            "label": str(self.label),
            "period": self.period,
            "confidence": json_number(self.confidence),
            "reason": self.reason,
            "torus_dimension": self.torus_dimension,
            "evidence": evidence | {"recurrence_error": recurrence_error},
        }


def classify(
    system: System,
    start: Any,
    *,
    n_transient: int,
    n_steps: int,
    n_exponents: int | None = None,
    n_window: int = 4096,
) -> Classification:
    """Kind of the attractor that the orbit of a start ends on.

    Parameters
    ----------
    system : System
        The map.
    start : object
        A state of the system.
    n_transient : int
        Steps discarded first. Too few are the usual reason for `undetermined` and `transient`.
    n_steps : int
        Steps over which the exponents are averaged. Weak chaos is told from a torus only if
        λ_1 is above 10 / n_steps.
    n_exponents : int, optional
        Exponents computed, all if not given. One cannot tell hyperchaos, and tori only up to as many
        dimensions.
    n_window : int
        Samples after those steps in which a period is looked for, up to n_window / 3.

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
    if n_window < 3:
        raise ValueError(f"n_window must be at least 3 samples to hold a period three times, got {n_window}")
    spectrum, end = spectrum_and_end(
        system, start, n_steps=n_steps, n_transient=n_transient, n_exponents=n_exponents, n_blocks=64
    )
    if spectrum.status is SpectrumStatus.DIVERGED:
        return classify_evidence(spectrum, None, finite=False)
    window, _ = system.orbit(end, n_window)
    return classify_evidence(spectrum, find_period(window), clock_period=system.clock_period)


def classify_evidence(
    spectrum: LyapunovSpectrum | None,
    recurrence: Period | None,
    *,
    finite: bool = True,
    clock_period: int = 1,
) -> Classification:
    """Kind of an attractor from its exponents λ_1 >= λ_2 >= ... and the search for a period.

    Parameters
    ----------
    spectrum : LyapunovSpectrum or None
        Exponents along the orbit; None or an empty one leaves only the recurrence.
    recurrence : Period or None
        Search for a period in the orbit's last samples; None if there was none.
    finite : bool
        Whether the orbit stayed finite.
    clock_period : int
        Period of the drive. State and clock repeat together after the least common multiple, which is the
        period reported; only an autonomous map has fixed points.

    Returns
    -------
    Classification

    Notes
    -----
    With se_i the standard errors and band_i = max(3 se_i, 10/N) (`LyapunovSpectrum.zero_band`: on a torus the
    sum of log stretching is bounded, so λ_i is off 0 by O(1)/N), the first line that holds gives the label:

    ==================================  ===========================================================
    the orbit is not finite             divergent
    a period, λ_1 > band_1              undetermined: the average still contains a chaotic transient
    a period, λ_1 < -3 se_1, -1e-9      periodic, or fixed_point
    a period                            undetermined: marginal, near a bifurcation
    only the window's end repeats       transient; undetermined if λ_1 > band_1
    λ_1 > band_1 and λ_2 > band_2       hyperchaotic
    λ_1 > band_1                        chaotic
    λ_1 < -band_1                       undetermined: the period is longer, or not yet reached
    abs(λ_1) > max(2 se_1, 10/N)        undetermined: weak chaos or a torus
    two or more λ_i in their bands, one
    of them below -max(3 se_i, 1/N)     undetermined: a slow approach, as to a cycle near a bifurcation
    else                                quasiperiodic, dimension = number of λ_i within their band
    ==================================  ===========================================================

    A torus is also refused if the sums over blocks of log stretching scatter by more than 10 nats: they do
    that in chaos, where they diffuse, and the exponent is then near 0 only for lack of steps. Without
    exponents a period is taken for what it seems; everything else is undetermined.
    """
    verdict = _verdict(spectrum, recurrence, finite, clock_period)
    doubted = spectrum is not None and spectrum.status is SpectrumStatus.FEW_BLOCKS
    return Classification(
        label=verdict.label,
        period=verdict.period,
        torus_dimension=verdict.torus_dimension,
        confidence=verdict.confidence,
        reason=verdict.reason + ("; the standard errors may be too small" if doubted else ""),
        spectrum=spectrum,
        recurrence=recurrence,
    )


class _Exponent(NamedTuple):
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


def _exponents(spectrum: LyapunovSpectrum) -> list[_Exponent]:
    errors = np.nan_to_num(spectrum.standard_errors)
    columns = zip(spectrum.exponents.tolist(), errors.tolist(), spectrum.zero_band.tolist(), strict=True)
    return [_Exponent(f"λ{i}", *column) for i, column in enumerate(columns, start=1)]


def _verdict(spectrum: LyapunovSpectrum | None, recurrence: Period | None, finite: bool, clock_period: int) -> _Verdict:
    """Walk down the table of `classify_evidence`."""
    diverged = spectrum is not None and spectrum.status is SpectrumStatus.DIVERGED
    if not finite or diverged or (recurrence is not None and recurrence.status is PeriodStatus.NON_FINITE):
        return _Verdict(Label.divergent, "the orbit did not stay finite", confidence=1.0)
    exponents = [] if spectrum is None else _exponents(spectrum)
    if recurrence is not None and recurrence.period is not None:
        return _of_repeating_orbit(exponents, recurrence.n_checked, recurrence.period, clock_period)
    if spectrum is None or not exponents:
        reason = "no period was found and there are no exponents: ask for n_exponents >= 1"
    elif recurrence is not None and recurrence.status is PeriodStatus.SETTLING:
        return _of_settling_orbit(exponents[0], recurrence)
    elif exponents[0].value > exponents[0].band:
        return _of_chaotic_orbit(exponents)
    elif recurrence is not None:
        sums = spectrum.log_factors[:, 0]
        scatter = float(np.std(sums, ddof=1)) if np.isfinite(sums).all() else math.inf
        return _of_regular_orbit(exponents, recurrence.n_checked, spectrum.n_steps, scatter)
    else:
        reason = f"{exponents[0]}, and no period was looked for: hand over the last samples"
    return _Verdict(Label.undetermined, reason)


def _of_repeating_orbit(exponents: list[_Exponent], n_checked: int, p: int, clock_period: int) -> _Verdict:
    """Verdict on an orbit whose last samples all repeat with period p."""
    period = math.lcm(p, clock_period)
    label = Label.fixed_point if period == 1 else Label.periodic
    repeats = f"the last {n_checked} samples repeat with period {p}"
    if not exponents:
        return _Verdict(label, f"{repeats}; no exponents were asked for", 1.0, period)
    first = exponents[0]
    if first.value > first.band:
        reason = (
            f"the exponents' average says chaos, {first}, but {repeats}: the average still contains "
            "a transient; increase n_transient"
        )
        return _Verdict(Label.undetermined, reason)
    if first.value < -max(3.0 * first.error, NEUTRAL):
        reason = f"{repeats}, and {first} is negative"
        return _Verdict(label, reason, first.probability_below(0.0), period)
    reason = (
        f"{repeats}, but {first} is not clearly negative: near a bifurcation; more n_transient and n_steps "
        "would decide, or a neighbouring parameter"
    )
    return _Verdict(Label.undetermined, reason)


def _of_settling_orbit(first: _Exponent, recurrence: Period) -> _Verdict:
    """Verdict on an orbit of which only the last third of the window repeats."""
    settles = (
        f"the last samples repeat with period {recurrence.settling_period}, "
        f"but not all {recurrence.n_checked} of them closely enough"
    )
    if first.value > first.band:
        reason = (
            f"{settles}, yet {first} is positive: a chaotic transient or intermittency; "
            "increase n_transient and n_window"
        )
        return _Verdict(Label.undetermined, reason)
    return _Verdict(Label.transient, f"{settles}: the orbit is still settling; increase n_transient", confidence=1.0)


def _of_chaotic_orbit(exponents: list[_Exponent]) -> _Verdict:
    """Verdict on an orbit without a period, λ_1 above its band."""
    first = exponents[0]
    reason = f"{first} is above the band around 0 of {first.band:.2g}"
    confidence = 1.0 - first.probability_below(first.band)
    if len(exponents) == 1:
        return _Verdict(Label.chaotic, f"{reason}; λ2 was not computed", confidence)
    second = exponents[1]
    below = second.probability_below(second.band)
    if second.value > second.band:
        return _Verdict(Label.hyperchaotic, f"{reason}, and so is {second}", confidence * (1.0 - below))
    return _Verdict(Label.chaotic, f"{reason}, {second} is not", confidence * below)


def _of_regular_orbit(exponents: list[_Exponent], n_checked: int, n_steps: int, scatter: float) -> _Verdict:
    """Verdict on an orbit without a period, λ_1 not above its band; scatter of its block sums in nats."""
    first = exponents[0]
    no_period = f"{n_checked} samples show no period"
    if first.value < -first.band:
        reason = (
            f"{first} says that the orbit repeats, but {no_period}: it is longer than the search, or not yet "
            "reached; increase n_window and n_transient"
        )
        return _Verdict(Label.undetermined, reason)
    if abs(first.value) > max(2.0 * first.error, BOUNDED_SUM / n_steps) or scatter > BOUNDED_SUM:
        reason = (
            f"{no_period}, and {first} is not far enough from 0 for its noise (sums over blocks scatter by "
            f"{scatter:.2g} nats): weak chaos, a torus or a long cycle; increase n_steps"
        )
        return _Verdict(Label.undetermined, reason)
    near_zero = [exponent for exponent in exponents if abs(exponent.value) <= exponent.band]
    slow = [exponent for exponent in near_zero if exponent.value < -max(3.0 * exponent.error, 1.0 / n_steps)]
    if len(near_zero) > 1 and slow:
        reason = (
            f"{no_period}, and {' and '.join(map(str, near_zero))} are near 0 but negative: a slow approach to "
            "a cycle or a torus; increase n_transient and n_steps"
        )
        return _Verdict(Label.undetermined, reason)
    confidence = 1.0
    dimension = 0
    for exponent in exponents:
        probability = exponent.probability_below(-exponent.band)
        if abs(exponent.value) <= exponent.band:
            dimension += 1
            probability = exponent.probability_below(exponent.band) - probability
        confidence *= probability
    reason = f"{no_period}, and {first} lies within the band around 0 of {first.band:.2g}: {dimension} in all do"
    return _Verdict(Label.quasiperiodic, reason, confidence, torus_dimension=dimension)
