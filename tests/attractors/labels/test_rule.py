"""The rule as a table: which of its lines speaks, what it asks for, and its thresholds."""

import inspect
import math
import re
import sys
from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest
import systems
from systems import GOLDEN

from attractors import Label, Period, PeriodStatus, classify, classify_evidence, find_period, spectrum_from_stretching
from attractors.labels.evidence import MEASURED, Evidence
from attractors.labels.label import in_words
from attractors.labels.limits import LIMITS, Limits
from attractors.labels.lines_of_tori import SECOND_OPINIONS
from attractors.labels.rule import RIGHT, RULE, rows, verdict
from attractors.labels.settle import settled_label

ROOT = Path(__file__).resolve().parents[3]
TIMES = np.arange(4_000)
TORUS = np.stack([np.cos(GOLDEN * TIMES), np.sin(GOLDEN * TIMES)], axis=1)
NOISE = np.random.default_rng(0).normal(size=(4_000, 2))
NO_PERIOD = Period(None, 0.1, 300, PeriodStatus.NONE)
PERIOD_4 = Period(4, 0.0, 300, PeriodStatus.FOUND)
OF_CHAOS = ("hyperchaos", "open", "chaos")
OPEN_SECOND = {"hyperchaos": 8.0, "open": 4.0, "chaos": -1.0}  # nats of λ_2


def blocks(total, scatter, second=-5_000.0, n=64, length=78):
    """A spectrum whose λ_1 has this sum over all steps and this scatter, and λ_2 that sum."""
    sums = scatter * np.random.default_rng(1).normal(size=n)
    sums += total / n - sums.mean()
    return spectrum_from_stretching(np.stack([sums, np.full(n, second / n)], axis=1), length)


def said(spectrum, samples):
    """Name of the line that speaks of samples."""
    return classify_evidence(spectrum, find_period(samples), samples=samples).line


def test_names_are_unique_and_groups_known():
    lines = [*RULE, *SECOND_OPINIONS]
    assert len({line.name for line in lines}) == len(lines) == len(rows())
    assert {line.group for line in lines} - {""} == set(RIGHT)
    assert {opinion.name for line in lines for opinion in line.unless} <= {line.name for line in SECOND_OPINIONS}
    assert all(line.decided_by for line in lines if line.label is not Label.undetermined)
    assert all(line.label is Label.undetermined for line in lines if line.unless)
    assert RULE[-1].holds(Evidence(None, None))


@pytest.mark.parametrize("kind", OF_CHAOS)
@pytest.mark.parametrize(
    ("name", "spectrum"),
    [("exponents", (400.0, 1.0)), ("averages", (115.0, 6.0)), ("even growth", (9.0, 1e-3)), ("0-1 test", (70.0, 6.0))],
)
def test_lines_of_chaos(name, spectrum, kind):
    """Each reason for chaos, with the second exponent clearly positive, between, and not positive."""
    assert said(blocks(*spectrum, second=OPEN_SECOND[kind]), NOISE) == f"{name}: {kind}"


@pytest.mark.parametrize("kind", OF_CHAOS)
def test_lines_of_intermittency(kind):
    """Quiet for a last quarter, after bursts that make the whole average positive."""
    bursts = np.repeat([1.0, 0.0], [48, 16])
    sums = np.stack([40.0 * bursts, OPEN_SECOND[kind] / 48 * bursts], axis=1)
    spectrum = spectrum_from_stretching(sums, 78)
    answer = classify_evidence(spectrum, find_period(NOISE), samples=NOISE)
    assert answer.line == f"intermittency: {kind}"
    assert answer.transient is None
    assert answer.spectrum is spectrum


def test_lines_of_cycles():
    cycle = (TIMES % 3)[:, None] * 1.0
    approached = cycle + 1e-3 * np.exp(-5e-3 * TIMES)[:, None]
    late = np.concatenate([NOISE[:3_900, :1], cycle[:100]])
    assert classify_evidence(None, PERIOD_4).line == "cycle, no exponents"
    assert said(blocks(50.0, 0.1), late) == "cycle, late"
    assert said(blocks(500.0, 0.1), cycle) == "cycle, repelling"
    assert said(blocks(-50.0, 0.1), cycle) == "cycle"
    assert said(blocks(-1.5, 0.5), cycle) == "cycle, contracting"
    assert said(blocks(3.5, 0.5), approached) == "cycle, approached"
    assert said(blocks(3.5, 0.5), cycle) == "cycle, marginal"


def test_lines_of_what_is_nowhere_yet():
    leaves = (1e-5 * np.exp(2e-3 * TIMES))[:, None] * TORUS
    closer = 0.1 * (-1.0) ** TIMES + 0.1 * np.exp(-14.0 * TIMES / 2_040)
    arrives = np.concatenate([NOISE[:1_960, :1], closer[:2_040, None]])
    assert said(blocks(8.0, 1e-3), leaves) == "departure"
    assert said(blocks(100.0, 1.0), arrives) == "chaos ended"
    assert said(None, NOISE) == "no exponents"
    assert classify_evidence(blocks(math.nan, 0.0), None).line == "divergence"
    assert classify_evidence(blocks(-100.0, 1.0), None).line == "no search"


def test_lines_of_tori():
    pair = spectrum_from_stretching(np.full((64, 2), -4.0 / 64), 78)
    assert classify_evidence(pair, NO_PERIOD).line == "pair below 0"
    assert classify_evidence(blocks(0.0, 0.1), NO_PERIOD).line == "torus, no samples"
    assert said(blocks(0.0, 0.1), TORUS) == "torus"
    assert said(blocks(0.0, 0.1), TORUS[:150]) == "few samples"
    assert said(blocks(0.0, 0.1), NOISE) == "slow averages"
    assert said(blocks(-50.0, 0.1), NOISE) == "long cycle"
    assert said(blocks(0.0, 100.0), NOISE) == "noise"
    assert said(blocks(5.0, 0.5), NOISE) == "distance"
    assert said(blocks(0.0, 0.1), ((TIMES % 4)[:, None] + 1.2e-3 * TORUS)[:700]) == "pieces"
    steady = np.full(64, 4.0 / 64) + 0.05 * (-1.0) ** np.arange(64)
    wide = spectrum_from_stretching(np.stack([steady, np.full(64, -78.0)], axis=1), 78)
    assert said(wide, TORUS + 3e-3 * NOISE) == "lines"


def test_the_json_does_not_depend_on_who_looks():
    """What the rule asked belongs to the answer; looking at more of the evidence changes nothing that is said."""
    for system, start in ((systems.henon(), [0.1, 0.1]), (systems.circle(0.6, GOLDEN), [0.1])):
        answer = classify(system, start, n_transient=0, n_steps=4_000)
        before = answer.to_dict()
        for name in MEASURED:
            getattr(answer.evidence, name)
        assert set(vars(answer.evidence)) >= set(MEASURED) > set(answer.asked)
        assert answer.to_dict() == before


def test_a_verdict_asks_for_no_more_than_it_needs():
    cycle = classify(systems.logistic(3.5), [0.3], n_transient=1_000, n_steps=6_400)
    assert (cycle.line, cycle.asked) == ("cycle", ())
    torus = classify(systems.circle(0.6, GOLDEN), [0.1], n_transient=0, n_steps=4_000)
    assert torus.asked == ("is_approaching", "nearly_repeats", "digits_of_components", "spread")


def test_limits_are_what_the_rule_goes_by():
    evidence = Evidence(blocks(5.0, 0.5), find_period(TORUS), TORUS)
    assert verdict(evidence).line.name == "torus"
    assert verdict(replace(evidence, limits=replace(LIMITS, larger_sum=4.0))).line.name == "distance"
    strict = replace(LIMITS, bounded_sum=1.0, noise_errors=1.0, lines=2.0)
    assert verdict(replace(evidence, limits=strict)).line.name == "noise"
    cautious = replace(LIMITS, digits=20.0, safe_digits=20.0, phase=20.0, diffuses=0.0)
    assert verdict(replace(evidence, limits=cautious)).line.name == "slow averages"


def test_every_limit_is_described_and_used():
    """Each has its entry in the docstring, and is read by name somewhere in the labels."""
    folder = ROOT / "attractors" / "labels"
    code = "".join(path.read_text() for path in folder.glob("*.py"))
    described = " ".join(re.findall(r"^([\w, ]+) : (?:int|float)$", inspect.getdoc(Limits), re.MULTILINE))
    for field in fields(Limits):
        assert field.name in described.replace(",", " ").split(), field.name
        assert re.search(rf"(limits|LIMITS|self)\.{field.name}\b", code), field.name


def test_the_tables_are_those_of_the_rule():
    """`python docs/extensions/rule_table.py` writes them."""
    sys.path.insert(0, str(ROOT / "docs" / "extensions"))
    try:
        import rule_table  # noqa: PLC0415
    finally:
        sys.path.pop(0)
    for place in rule_table.PLACES:
        assert rule_table.written(place) == place.read_text(encoding="utf-8"), place
    assert all(line.name in classify_evidence.__doc__ for line in RULE)


def test_groups_of_labels():
    groups = {
        "is_cycle": "fixed_point periodic",
        "is_chaos": "chaotic hyperchaotic",
        "is_regular": "fixed_point periodic quasiperiodic",
        "is_aperiodic": "quasiperiodic chaotic hyperchaotic",
        "is_open": "transient undetermined",
    }
    for group, names in groups.items():
        assert " ".join(label for label in Label if getattr(label, group)) == names
    assert [in_words(Label.periodic, 28), in_words("failed", 0)] == ["periodic 28", "failed"]


def test_name_and_leading_exponent_of_an_answer():
    answer = classify(systems.logistic(3.5), [0.3], n_transient=1_000, n_steps=6_400)
    assert answer.name == "periodic 4"
    assert answer.leading == (answer.spectrum.exponents[0], answer.spectrum.standard_errors[0])
    nothing = classify_evidence(None, PERIOD_4)
    assert np.isnan(nothing.leading).all()


def test_settled_label_is_the_label_of_its_steps():
    """What has decayed to 0 rests there; an orbit that is not there has diverged."""
    decaying = 10.0 ** -np.linspace(16.0, 30.0, 600)[:, None]
    spectrum = blocks(-500.0, 0.1)
    assert settled_label(spectrum, decaying, scale=1.0, clock_period=1).label is Label.fixed_point
    assert settled_label(spectrum, decaying, scale=1e-16, clock_period=1).label is not Label.fixed_point
    assert settled_label(spectrum, decaying, scale=1.0, clock_period=3).name == "periodic 3"
    assert settled_label(spectrum, None, scale=1.0, clock_period=1).label is Label.divergent
