"""Lines of the rule that say chaos, each with what λ_2 makes of it."""

from collections.abc import Callable
from typing import NamedTuple

from attractors.labels.evidence import Evidence
from attractors.labels.exponent import Exponent
from attractors.labels.label import Label
from attractors.labels.limits import LIMITS
from attractors.labels.line import Line

BY_ROUNDING = 1.0 + 1e-9  # a limit is not passed by rounding


class Average(NamedTuple):
    """Exponents, and the steps that they are averaged over."""

    exponents: tuple[Exponent, ...]
    n_steps: int


def settled(evidence: Evidence) -> Average:
    """Return the average over what comes after the transient."""
    return Average(evidence.exponents, evidence.n_steps)


def whole(evidence: Evidence) -> Average:
    """Return the average over all steps."""
    return Average(evidence.whole, evidence.spectrum.n_steps if evidence.spectrum is not None else 0)


def is_positive(average: Average, bounded_sum: float) -> bool:
    """Whether λ_1 is above its band, and by one error above what the sums on a torus can swing."""
    first = average.exponents[0]
    return first.value > first.band and first.value - first.error > bounded_sum / average.n_steps


def lines_of_chaos(
    name: str,
    when: str,
    holds: Callable[[Evidence], bool],
    why: Callable[[Evidence], str],
    decided_by: str,
    *,
    group: str = "chaos",
    average: Callable[[Evidence], Average] = settled,
    above: Callable[[Exponent], float] = lambda first: 0.0,
    unless: tuple[Line, ...] = (),
    of_whole: bool = False,
) -> tuple[Line, ...]:
    """Return the lines of one reason for λ_1 > 0: hyperchaos, what may be that, and chaos.

    `why` says that reason with its numbers; λ_1 has to be above `above`, with the probability of which the label is
    right. `average` gives the exponents that are looked at.
    """

    def is_hyper(evidence: Evidence) -> bool:
        (_, *others), n = average(evidence)
        errors, nats = evidence.limits.hyper, evidence.limits.hyper_sum
        return bool(others) and others[0].value > BY_ROUNDING * max(errors * others[0].error, nats / n)

    def may_be_hyper(evidence: Evidence) -> bool:
        (_, *others), n = average(evidence)
        return bool(others) and others[0].value > BY_ROUNDING * (evidence.limits.regular_sum / n)

    def of_first(evidence: Evidence) -> float:
        first = average(evidence).exponents[0]
        return 1.0 - first.probability_below(above(first))

    def of_both(evidence: Evidence) -> float:
        return of_first(evidence) * (1.0 - average(evidence).exponents[1].probability_below(0.0))

    def of_first_alone(evidence: Evidence) -> float:
        (_, *others), n = average(evidence)
        neutral = evidence.limits.regular_sum / n
        return of_first(evidence) * (others[0].probability_below(neutral) if others else 1.0)

    def second(evidence: Evidence) -> str:
        (_, *others), _ = average(evidence)
        return f", {others[0]} is not" if others else "; λ2 was not computed"

    return (
        Line(
            name=f"{name}: hyperchaos",
            when=f"{when}, and λ_2 > {LIMITS.hyper:g} se_2 and {LIMITS.hyper_sum:g}/N",
            holds=lambda evidence: holds(evidence) and is_hyper(evidence),
            label=Label.hyperchaotic,
            reason=lambda evidence: f"{why(evidence)}, and {average(evidence).exponents[1]} is positive",
            group=group,
            probability=of_both,
            decided_by=decided_by,
            of_whole=of_whole,
        ),
        Line(
            name=f"{name}: open",
            when=f"the same, and λ_2 > {LIMITS.regular_sum:g}/N",
            holds=lambda evidence: holds(evidence) and may_be_hyper(evidence),
            label=Label.undetermined,
            reason=lambda evidence: (
                f"{why(evidence)}, but {average(evidence).exponents[1]} may be 0 or positive; increase n_steps"
            ),
            unless=unless,
            of_whole=of_whole,
        ),
        Line(
            name=f"{name}: chaos",
            when="the same, whatever λ_2",
            holds=holds,
            label=Label.chaotic,
            reason=lambda evidence: why(evidence) + second(evidence),
            group=group,
            probability=of_first_alone,
            decided_by=decided_by,
            of_whole=of_whole,
        ),
    )


def above_its_band(average: Callable[[Evidence], Average]) -> Callable[[Evidence], str]:
    """Return what says, with its numbers, that λ_1 is above its band."""

    def why(evidence: Evidence) -> str:
        first = average(evidence).exponents[0]
        return f"{first} is above the band around 0 of {first.band:.2g}"

    return why


INTERMITTENCY = lines_of_chaos(
    "intermittency",
    "something was left out as a transient, but with it λ_1 > band_1 and 10/N + se_1: it comes again",
    lambda evidence: evidence.transient is not None and is_positive(whole(evidence), evidence.limits.bounded_sum),
    above_its_band(whole),
    "exponents",
    average=whole,
    above=lambda first: first.band,
    of_whole=True,
)


def _above_band(evidence: Evidence) -> bool:
    nothing_but_settling = evidence.is_settling and evidence.samples is None
    return is_positive(settled(evidence), evidence.limits.bounded_sum) and not nothing_but_settling


def _above_errors(evidence: Evidence) -> bool:
    first = evidence.exponents[0]
    return evidence.samples is not None and first.value > evidence.limits.agreed * first.error


def _as_in_chaos(evidence: Evidence) -> bool:
    """Tell whether averages converge no better than by chance, which excludes what is regular."""
    first = evidence.exponents[0]
    return (
        _above_errors(evidence)
        and first.value - first.error > evidence.limits.bounded_sum / evidence.n_steps
        and evidence.digits <= evidence.limits.digits
        and not (evidence.has_a_phase or evidence.is_approaching)
    )


def _grows_evenly(evidence: Evidence) -> bool:
    """Tell from sums that swing one that grows evenly, much further than it ever strays from a straight line."""
    limits = evidence.limits
    return _above_errors(evidence) and evidence.total > max(limits.even * evidence.swings, limits.even_sum)


def may_be_chaos(evidence: Evidence) -> bool:
    """Whether λ_1 is as far above 0 as the 0-1 test needs to say chaos."""
    first, limits = evidence.exponents[0], evidence.limits
    return first.value > limits.errors * first.error and evidence.total > limits.nats


CHAOS = (
    *lines_of_chaos(
        "exponents",
        "λ_1 > band_1 and 10/N + se_1",
        _above_band,
        above_its_band(settled),
        "exponents",
        above=lambda first: first.band,
        unless=INTERMITTENCY,
    ),
    *lines_of_chaos(
        "averages",
        f"λ_1 > {LIMITS.agreed:g} se_1 and 10/N + se_1, averages converge by no more than {LIMITS.digits:g} digit "
        "beyond those of chance, in every component, and the orbit does not come closer to repeating",
        _as_in_chaos,
        lambda evidence: f"{evidence.exponents[0]} is above 0, and averages converge as in chaos",
        "averages",
        unless=INTERMITTENCY,
    ),
    *lines_of_chaos(
        "even growth",
        f"λ_1 > {LIMITS.agreed:g} se_1 and {LIMITS.even_sum:g}/N, and its sum is more than {LIMITS.even:g} times "
        "as large as it strays from a straight line",
        _grows_evenly,
        lambda evidence: f"{evidence.exponents[0]} is above 0, and its sum grows evenly",
        "exponents",
        unless=INTERMITTENCY,
    ),
)
OPINION_OF_CHAOS = lines_of_chaos(
    "0-1 test",
    f"λ_1 > {LIMITS.errors:g} se_1 and {LIMITS.nats:g}/N, and the walker of the 0-1 test grows by more than "
    f"{LIMITS.diffuses:g}",
    lambda evidence: may_be_chaos(evidence) and evidence.growth > evidence.limits.diffuses,
    lambda evidence: f"{evidence.exponents[0]} is above 0, and the 0-1 test says chaos, {evidence.growth:.2f}",
    "0-1 test",
    group="opinion",
    unless=INTERMITTENCY,
)
