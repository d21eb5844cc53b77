"""Lines of the rule about orbits that may be on a torus: what speaks against it, and second opinions on that."""

import math
from collections.abc import Callable

from attractors.labels.evidence import Evidence
from attractors.labels.label import Label
from attractors.labels.limits import LIMITS
from attractors.labels.line import Line
from attractors.labels.lines_of_chaos import INTERMITTENCY, OPINION_OF_CHAOS, may_be_chaos


def no_period(evidence: Evidence) -> str:
    """Say that the samples do not repeat."""
    return f"{evidence.recurrence.n_checked if evidence.recurrence else 0} samples show no period"


def _on_a_torus(evidence: Evidence) -> str:
    first, dimension = evidence.exponents[0], evidence.n_neutral
    lies = f"{first} lies within the band around 0 of {first.band:.2g}: {dimension} in all do"
    return f"{no_period(evidence)}, and {lies}"


def _may_be_zero(evidence: Evidence) -> float:
    """Probability that those exponents lie within their bands that do, and the others below."""
    probability = 1.0
    for exponent in evidence.exponents:
        below = exponent.probability_below(-exponent.band)
        probability *= exponent.probability_below(exponent.band) - below if exponent.may_be_zero else below
    return probability


def _has_lines(evidence: Evidence) -> bool:
    """Few lines decide nothing: a torus about to lock has few."""
    limits = evidence.limits
    return (
        not may_be_chaos(evidence)
        and abs(evidence.total) < limits.larger_sum
        and evidence.spread >= limits.spread
        and evidence.growth < limits.diffuses
        and evidence.line_share > limits.lines
    )


# A torus that turns slowly makes the walker diffuse, so that alone says nothing; and chaos that sticks to islands has
# lines.
SECOND_OPINIONS = (
    *OPINION_OF_CHAOS,
    Line(
        "lines",
        f"it grows by less, lines hold {LIMITS.lines:.0%} of the variance, abs(λ_1) < {LIMITS.larger_sum:g}/N, and "
        "the orbit is in one piece",
        _has_lines,
        Label.quasiperiodic,
        lambda evidence: (
            f"{_on_a_torus(evidence)}; the 0-1 test says regular, {evidence.growth:.2f}, and lines hold "
            f"{evidence.line_share:.0%} of the variance"
        ),
        "opinion",
        _may_be_zero,
        decided_by="0-1 test and lines",
    ),
    *INTERMITTENCY,
)


def _is_noisy(evidence: Evidence) -> bool:
    first, limits = evidence.exponents[0], evidence.limits
    far = max(limits.noise_errors * first.error, limits.bounded_sum / evidence.n_steps)
    return abs(first.value) > far or evidence.scatter > limits.bounded_sum


def _is_a_pair(evidence: Evidence) -> bool:
    limits, n = evidence.limits, evidence.n_steps
    neutral = [exponent for exponent in evidence.exponents if exponent.may_be_zero]
    return (
        evidence.samples is None
        and len(neutral) > 1
        and any(x.value < -max(limits.band_errors * x.error, limits.slow_sum / n) for x in neutral)
    )


def _is_far(evidence: Evidence) -> bool:
    if evidence.samples is None:
        return False
    limits = evidence.limits
    swings = evidence.digits > limits.many_digits or abs(evidence.smooth_sum) < limits.smooth_sum
    return abs(evidence.total) > (limits.larger_sum if swings else limits.regular_sum)


def _converges_as_chaos(evidence: Evidence) -> bool:
    limits = evidence.limits
    alone = evidence.n_neutral == 1 and evidence.transient is None
    needed = limits.digits if alone else limits.safe_digits
    return evidence.samples is not None and not (evidence.has_a_phase or evidence.digits > needed)


def _doubt(name: str, when: str, holds: Callable[[Evidence], bool], says: Callable[[Evidence], str]) -> Line:
    """Return a line that speaks against a torus, and says what would decide."""
    return Line(
        name,
        when,
        holds,
        Label.undetermined,
        lambda evidence: f"{no_period(evidence)}, and {says(evidence)}",
        unless=SECOND_OPINIONS,
    )


DOUBTS = (
    _doubt(
        "long cycle",
        "λ_1 < -band_1: the period is longer than the search, or not yet reached",
        lambda evidence: evidence.exponents[0].value < -evidence.exponents[0].band,
        lambda evidence: (
            f"{evidence.exponents[0]} says that the orbit repeats: the period is longer than the search, or not yet "
            "reached; increase n_window and n_transient"
        ),
    ),
    _doubt(
        "noise",
        f"abs(λ_1) > {LIMITS.noise_errors:g} se_1 and {LIMITS.bounded_sum:g}/N, or its sums over blocks scatter by "
        f"more than {LIMITS.bounded_sum:g} nats, as in chaos, where they diffuse",
        _is_noisy,
        lambda evidence: (
            f"{evidence.exponents[0]} is not far enough from 0 for its noise (sums over blocks scatter by "
            f"{evidence.scatter:.2g} nats): weak chaos, a torus or a long cycle; increase n_steps"
        ),
    ),
    _doubt(
        "pair below 0",
        f"there are no samples, and one of several λ_i within their bands is below -{LIMITS.band_errors:g} se_i and "
        f"-{LIMITS.slow_sum:g}/N: a slow approach",
        _is_a_pair,
        lambda evidence: (
            f"{' and '.join(str(x) for x in evidence.exponents if x.may_be_zero)} are near 0 but negative: a slow "
            "approach to a cycle or a torus; increase n_transient and n_steps"
        ),
    ),
    _doubt(
        "distance",
        f"abs(λ_1) > {LIMITS.regular_sum:g}/N, or {LIMITS.larger_sum:g}/N where averages converge to more than "
        f"{LIMITS.many_digits:g} digits beyond those of chance, or smooth weights leave less than "
        f"{LIMITS.smooth_sum:g}/N of it: weak chaos, or a long cycle",
        _is_far,
        lambda evidence: (
            f"{evidence.exponents[0]} is further from 0 than a torus needs: weak chaos, or a long cycle; increase "
            "n_steps"
        ),
    ),
    _doubt(
        "few samples",
        "the samples are too few for averages to converge",
        lambda evidence: evidence.samples is not None and math.isnan(evidence.digits),
        lambda evidence: "these samples are too few for averages to converge; increase n_steps and n_window",
    ),
    _doubt(
        "slow averages",
        f"averages converge by no more than {LIMITS.digits:g} digit beyond those of chance ({LIMITS.safe_digits:g}, if "
        f"another λ_i is within its band, or after a transient), and those of no component by {LIMITS.phase:g}: weak "
        "chaos, or a torus that is hardly seen",
        _converges_as_chaos,
        lambda evidence: (
            f"averages converge to no more than {evidence.digits:.1f} digits beyond those of chaos: weak chaos, or a "
            "torus that is hardly seen; increase n_steps"
        ),
    ),
    _doubt(
        "pieces",
        f"it stays within pieces of less than {LIMITS.spread:g} of its extent: a long cycle, or a torus about to lock",
        lambda evidence: evidence.samples is not None and evidence.spread < evidence.limits.spread,
        lambda evidence: (
            "the orbit stays within many small pieces: a cycle that is longer than the search, or a torus about to "
            "lock; increase n_window"
        ),
    ),
)
TORI = (
    Line(
        "torus, no samples",
        "there are no samples that could speak against a torus",
        lambda evidence: evidence.samples is None,
        Label.quasiperiodic,
        _on_a_torus,
        "torus",
        _may_be_zero,
        decided_by="exponents",
    ),
    Line(
        "torus",
        "nothing speaks against a torus; its dimension is the number of λ_i within their bands",
        lambda evidence: True,
        Label.quasiperiodic,
        lambda evidence: (
            f"{_on_a_torus(evidence)}; averages have converged to {evidence.digits:.1f} digits more than in chaos"
        ),
        "torus",
        _may_be_zero,
        decided_by="averages",
    ),
)
