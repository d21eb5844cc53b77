"""Lines of the rule about orbits that repeat at their end, leave a cycle, or come to one."""

from attractors.labels.evidence import Evidence
from attractors.labels.label import Label
from attractors.labels.limits import LIMITS
from attractors.labels.line import Line
from attractors.labels.lines_of_chaos import INTERMITTENCY
from attractors.labels.lines_of_tori import DOUBTS, no_period


def _repeats(evidence: Evidence) -> bool:
    return evidence.period is not None


def _how(evidence: Evidence) -> str:
    cycle, clock = evidence.cycle, evidence.clock_period
    assert cycle is not None
    assert evidence.period is not None
    turns = f", {evidence.period // clock} turns of the clock" if clock > 1 else ""
    return f"the last {cycle.n_checked} samples repeat with period {cycle.period}{turns}"


def _has_no_spectrum(evidence: Evidence) -> bool:
    return evidence.spectrum is None or not evidence.spectrum.exponents.size


def _is_negative(evidence: Evidence) -> bool:
    first, limits = evidence.exponents[0], evidence.limits
    return first.value < -max(limits.band_errors * first.error, limits.neutral)


CYCLES = (
    Line(
        "cycle, no exponents",
        "its end repeats, and there are no exponents",
        lambda evidence: _repeats(evidence) and _has_no_spectrum(evidence),
        Label.periodic,
        lambda evidence: f"{_how(evidence)}; no exponents were asked for",
        decided_by="recurrence",
    ),
    Line(
        "cycle, late",
        "its end repeats, too late for exponents of its own",
        lambda evidence: _repeats(evidence) and not evidence.exponents,
        Label.periodic,
        lambda evidence: f"{_how(evidence)}; it has settled too late for exponents of its own",
        "cycle",
        decided_by="recurrence",
    ),
    Line(
        "cycle, repelling",
        "its end repeats, and λ_1 > band_1: it stays on a cycle that repels, or chaos is still in the average",
        lambda evidence: _repeats(evidence) and evidence.exponents[0].value > evidence.exponents[0].band,
        Label.undetermined,
        lambda evidence: (
            f"the exponents' average says chaos, {evidence.exponents[0]}, but {_how(evidence)}: the average still "
            "contains a transient; increase n_transient"
        ),
    ),
    Line(
        "cycle",
        f"its end repeats, and λ_1 < -{LIMITS.band_errors:g} se_1 and -{LIMITS.neutral:g}",
        lambda evidence: _repeats(evidence) and _is_negative(evidence),
        Label.periodic,
        lambda evidence: f"{_how(evidence)}, and {evidence.exponents[0]} is negative",
        "cycle",
        lambda evidence: evidence.exponents[0].probability_below(0.0),
        decided_by="recurrence",
    ),
    Line(
        "cycle, contracting",
        f"its end repeats, and λ_1 < -{LIMITS.contracts:g}/N",
        lambda evidence: _repeats(evidence) and -evidence.total > evidence.limits.contracts,
        Label.periodic,
        lambda evidence: (
            f"{_how(evidence)}, and differences shrank by {-evidence.total:.2g} nats; {evidence.exponents[0]}"
        ),
        "cycle",
        lambda evidence: evidence.exponents[0].probability_below(0.0),
        decided_by="recurrence",
    ),
    Line(
        "cycle, approached",
        "its end repeats, and it came ever closer to that",
        lambda evidence: _repeats(evidence) and evidence.attracts,
        Label.periodic,
        lambda evidence: f"{_how(evidence)}, and the orbit came ever closer to that; {evidence.exponents[0]}",
        "cycle",
        decided_by="recurrence",
    ),
    Line(
        "cycle, marginal",
        "its end repeats: near a bifurcation",
        _repeats,
        Label.undetermined,
        lambda evidence: (
            f"{_how(evidence)}, but {evidence.exponents[0]} is not clearly negative: near a bifurcation; more "
            "n_transient and n_steps would decide, or a neighbouring parameter"
        ),
    ),
)


def _grows_as_along_a_cycle(evidence: Evidence) -> bool:
    """Whether the sum of log stretching is as even as beside a cycle that repels; most chaos is not."""
    limits = evidence.limits
    return limits.steady * evidence.swings < evidence.total and evidence.swings < limits.bounded_sum


def _nearly_settled(evidence: Evidence) -> str:
    found = evidence.recurrence
    assert found is not None
    return (
        f"the last samples repeat with period {found.settling_period}, but not all {found.n_checked} of them closely "
        "enough"
    )


def _comes_closer(evidence: Evidence) -> bool:
    doubted = any(line.holds(evidence) for line in DOUBTS)
    return evidence.is_approaching and not (evidence.levels_off and not doubted)


LEAVING = (
    Line(
        "chaos ended",
        "λ_1 > 0, but its last part comes ever closer to a cycle",
        lambda evidence: evidence.exponents[0].value > 0.0 and evidence.ends_on_a_cycle is not None,
        Label.transient,
        lambda evidence: (
            f"{evidence.exponents[0]} is positive, but the last samples come ever closer to a cycle of period "
            f"{evidence.ends_on_a_cycle}: chaos has ended; increase n_transient"
        ),
        "cycle",
        decided_by="recurrence",
    ),
    Line(
        "departure",
        f"λ_1 > 0, and its sum is more than {LIMITS.steady:g} times as large as its swings, of less than "
        f"{LIMITS.bounded_sum:g} nats, but it goes ever farther from where it was",
        lambda evidence: (
            evidence.exponents[0].value > 0.0 and _grows_as_along_a_cycle(evidence) and evidence.is_departing
        ),
        Label.transient,
        lambda evidence: (
            f"{evidence.exponents[0]} is positive, but the orbit goes ever farther from where it was: it leaves what "
            "repels it; increase n_transient"
        ),
        "cycle",
        decided_by="recurrence",
    ),
)
ARRIVING = (
    Line(
        "no search",
        "no period was looked for",
        lambda evidence: evidence.recurrence is None,
        Label.undetermined,
        lambda evidence: f"{evidence.exponents[0]}, and no period was looked for: hand over the last samples",
        unless=INTERMITTENCY,
    ),
    Line(
        "settling, expanding",
        "its end repeats, but not closely enough, and λ_1 > band_1: a chaotic transient, or intermittency",
        lambda evidence: evidence.is_settling and evidence.exponents[0].value > evidence.exponents[0].band,
        Label.undetermined,
        lambda evidence: (
            f"{_nearly_settled(evidence)}, yet {evidence.exponents[0]} is positive: a chaotic transient or "
            "intermittency; increase n_transient and n_window"
        ),
        unless=INTERMITTENCY,
    ),
    Line(
        "settling",
        "its end repeats, but not closely enough",
        lambda evidence: evidence.is_settling,
        Label.transient,
        lambda evidence: f"{_nearly_settled(evidence)}: the orbit is still settling; increase n_transient",
        "cycle",
        decided_by="recurrence",
    ),
    Line(
        "near return",
        "all samples nearly repeat",
        lambda evidence: evidence.samples is not None and evidence.nearly_repeats is not None,
        Label.transient,
        lambda evidence: (
            f"{no_period(evidence)}, but all nearly repeat, with {evidence.nearly_repeats}: the orbit is still "
            "settling; increase n_transient"
        ),
        "cycle",
        decided_by="recurrence",
    ),
    Line(
        "approach",
        "it comes ever closer to repeating, and either its amplitude will not remain, or a line below speaks against a "
        "torus",
        _comes_closer,
        Label.transient,
        lambda evidence: (
            f"{no_period(evidence)}, but the orbit comes back ever more closely: it is still settling; increase "
            "n_transient"
        ),
        "cycle",
        decided_by="recurrence",
    ),
)
