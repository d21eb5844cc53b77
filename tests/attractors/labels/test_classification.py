"""Labels of known maps, and every line of the rule."""

import json
import math
from dataclasses import replace

import numpy as np
import pytest
import systems
from systems import GOLDEN, affordable

from attractors import (
    DiscreteMap,
    Label,
    Period,
    PeriodStatus,
    SpectrumStatus,
    classify,
    classify_evidence,
    find_period,
    spectrum_from_stretching,
)
from attractors.indicators.zero_one import zero_one_test
from attractors.labels.evidence import Evidence
from attractors.labels.rule import RIGHT

NO_PERIOD = Period(None, 0.1, 300, PeriodStatus.NONE)
PERIOD_4 = Period(4, 0.0, 300, PeriodStatus.FOUND)
PERIOD_1 = Period(1, 0.0, 300, PeriodStatus.FOUND)
SETTLING = Period(None, 0.1, 300, PeriodStatus.SETTLING, 7)


def spectrum(*exponents, error=0.0, block_length=1_000):
    """64 blocks with these averages, scatter that would be this standard error, and this standard error."""
    scatter = np.tile([1.0, -1.0], 32) * error * math.sqrt(63)
    found = spectrum_from_stretching((np.array(exponents) + scatter[:, None]) * block_length, block_length)
    return replace(found, standard_errors=np.where(np.isfinite(found.exponents), error, math.nan))


@pytest.mark.parametrize(
    ("r", "label", "period"),
    [
        (2.8, Label.fixed_point, 1),
        (3.2, Label.periodic, 2),
        (3.5, Label.periodic, 4),
        (3.83, Label.periodic, 3),
        (4.0, Label.chaotic, None),
    ],
)
def test_logistic_map(r, label, period):
    answer = classify(systems.logistic(r), [0.3], n_transient=1_000, n_steps=affordable(32_000), n_window=300)
    assert (answer.label, answer.period) == (label, period)
    assert answer.confidence > 0.99


def test_henon_map_is_chaotic():
    answer = classify(systems.henon(), [0.1, 0.1], n_transient=500, n_steps=affordable(64_000))
    assert (answer.label, answer.torus_dimension) == (Label.chaotic, None)
    assert answer.confidence > 0.99


@pytest.mark.parametrize(
    ("system", "dimension"),
    [
        (systems.circle(0.0, GOLDEN), 1),
        (systems.circle(0.6, GOLDEN), 1),
        (systems.circle(0.0, GOLDEN, math.sqrt(2.0) - 1.0), 2),
    ],
    ids=["rotation", "circle map", "two rotations"],
)
def test_tori(system, dimension):
    start = np.linspace(0.1, 0.4, system.dimension)
    answer = classify(system, start, n_transient=500, n_steps=affordable(64_000))
    assert (answer.label, answer.torus_dimension, answer.period) == (Label.quasiperiodic, dimension, None)
    assert answer.confidence > 0.9
    assert answer.spectrum.kaplan_yorke_dimension == dimension


def test_a_mode_locked_circle_map_is_periodic():
    answer = classify(systems.circle(0.9, 0.5), [0.1], n_transient=500, n_steps=3_200)
    assert (answer.label, answer.period) == (Label.periodic, 2)


def _gopy_step(x, p, out):
    out[0] = 2.0 * p[0] * math.tanh(x[0]) * math.cos(2.0 * math.pi * x[1])
    out[1] = (x[1] + 0.6180339887498949) % 1.0


def _gopy_jacobian(x, p, out):
    out[0, 0] = 2.0 * p[0] * math.cos(2.0 * math.pi * x[1]) / math.cosh(x[0]) ** 2
    out[0, 1] = -4.0 * math.pi * p[0] * math.sin(2.0 * math.pi * x[1]) * math.tanh(x[0])
    out[1, 1] = 1.0


def test_a_strange_non_chaotic_attractor_counts_as_quasiperiodic():
    """C. Grebogi, E. Ott, S. Pelikan, J. A. Yorke, Physica D 13, 261 (1984): strange for σ > 1, never chaotic."""
    system = DiscreteMap(_gopy_step, _gopy_jacobian, 1.05, 2)
    answer = classify(system, [0.5, 0.1], n_transient=500, n_steps=affordable(48_000))
    assert answer.label is Label.quasiperiodic
    assert answer.evidence.digits < 1.0 < answer.evidence.digits_of_components.max()


def test_two_chaotic_maps_side_by_side_are_hyperchaotic():
    pair = systems.logistic(3.9, 4.0)
    n_steps = affordable(64_000)
    answer = classify(pair, [0.3, 0.4], n_transient=100, n_steps=n_steps)
    assert answer.label is Label.hyperchaotic
    assert answer.confidence > 0.99
    single = classify(pair, [0.3, 0.4], n_transient=100, n_steps=n_steps, n_exponents=1)
    assert single.label is Label.chaotic
    assert "λ2 was not computed" in single.reason
    assert single.spectrum.exponents[0] == pytest.approx(answer.spectrum.exponents[0], abs=1e-3)


def _tent_and_circle_step(x, p, out):
    out[0] = x[0] / 0.7 if x[0] < 0.7 else (1.0 - x[0]) / 0.3
    out[1] = (x[1] + GOLDEN - p[0] / (2.0 * math.pi) * math.sin(2.0 * math.pi * x[1])) % 1.0


def _tent_and_circle_jacobian(x, p, out):
    out[0, 0] = 1.0 / 0.7 if x[0] < 0.7 else -1.0 / 0.3
    out[1, 1] = 1.0 - p[0] * math.cos(2.0 * math.pi * x[1])


@pytest.mark.slow
def test_chaos_beside_a_torus_is_not_hyperchaotic():
    """λ_2 is 0; close to where the circle map is singular its sum swings by 4 nats."""
    system = DiscreteMap(_tent_and_circle_step, _tent_and_circle_jacobian, [0.97], 2)
    starts = np.random.default_rng(3).uniform(0.0, 1.0, (150, 2))
    labels = [classify(system, start, n_transient=1_000, n_steps=2_000).label for start in starts]
    assert labels.count(Label.hyperchaotic) <= 1
    assert labels.count(Label.chaotic) > 100


@pytest.mark.parametrize("n_transient", [0, 1_000])
def test_a_diverging_map(n_transient):
    answer = classify(systems.logistic(4.5), [0.3], n_transient=n_transient, n_steps=640)
    assert (answer.label, answer.confidence, answer.recurrence) == (Label.divergent, 1.0, None)
    assert answer.spectrum.status is SpectrumStatus.DIVERGED


def test_a_system_with_a_clock_is_periodic_at_least_with_it():
    driven = classify(systems.Driven([0.0, 1.0, 0.0, -1.0]), (0.3, 0), n_transient=100, n_steps=640, n_window=60)
    assert (driven.label, driven.period) == (Label.periodic, 4)
    idle = classify(systems.Driven([0.0, 0.0, 0.0]), (0.0, 0), n_transient=12, n_steps=640, n_window=60)
    assert idle.recurrence.period == 1
    assert (idle.label, idle.period) == (Label.periodic, 3)


def test_a_transient_that_is_too_short_is_seen():
    answer = classify(systems.logistic(2.8), [0.01], n_transient=0, n_steps=64, n_window=600)
    assert answer.label is Label.transient
    assert "increase n_transient" in answer.reason


@pytest.mark.parametrize(
    ("exponents", "error", "recurrence", "label", "told"),
    [
        ([-0.05], 1e-5, PERIOD_1, Label.fixed_point, "period 1"),
        ([-0.05], 1e-5, PERIOD_4, Label.periodic, "period 4"),
        ([-1e-5], 1e-6, PERIOD_4, Label.periodic, "period 4"),  # inside the band, yet clearly negative
        ([-1e-5], 1e-5, PERIOD_4, Label.undetermined, "near a bifurcation"),
        ([1e-5], 1e-6, PERIOD_4, Label.undetermined, "near a bifurcation"),
        ([-1e-12], 0.0, PERIOD_4, Label.undetermined, "near a bifurcation"),
        ([-1.5e-4], 1e-4, PERIOD_4, Label.periodic, "period 4"),  # 10 nats in all, however uneven
        ([-math.inf], 0.0, PERIOD_4, Label.periodic, "-inf"),
        ([0.05], 1e-5, PERIOD_4, Label.undetermined, "still contains a transient; increase n_transient"),
        ([-0.05], 1e-5, SETTLING, Label.transient, "with period 7"),
        ([0.05], 1e-5, SETTLING, Label.undetermined, "intermittency"),
        ([0.05, 0.04], 1e-3, NO_PERIOD, Label.hyperchaotic, "λ2 = 0.04"),
        ([0.05, 0.002], 1e-3, NO_PERIOD, Label.hyperchaotic, "λ2 = 0.002"),
        ([0.05, 0.0005], 1e-3, NO_PERIOD, Label.undetermined, "may be 0 or positive"),
        ([0.05, 5e-5], 1e-6, NO_PERIOD, Label.undetermined, "may be 0 or positive"),  # 3.2 nats, as tori may have
        ([0.05, 1.2e-4], 1e-6, NO_PERIOD, Label.hyperchaotic, "λ2 = 0.00012"),
        ([0.05, -0.002], 1e-3, NO_PERIOD, Label.chaotic, "λ2 = -0.002"),
        ([0.05, -math.inf], 1e-3, NO_PERIOD, Label.chaotic, "-inf"),
        ([0.05, -1.0], 1e-3, None, Label.chaotic, "λ1 = 0.05"),
        ([-0.05, -1.0], 1e-3, NO_PERIOD, Label.undetermined, "increase n_window and n_transient"),
        ([-0.05, -1.0], 1e-3, None, Label.undetermined, "hand over the last samples"),
        ([1.7e-4, -1.0], 3e-5, NO_PERIOD, Label.undetermined, "weak chaos"),  # 11 ± 2 nats, where a torus may have 10
        ([1e-6, -1.0], 1e-5, NO_PERIOD, Label.quasiperiodic, "1 in all"),
        ([1e-5, -1e-5, -1.0], 1e-5, NO_PERIOD, Label.quasiperiodic, "2 in all"),
        ([2.5e-3, -1.0], 1e-3, NO_PERIOD, Label.undetermined, "weak chaos, a torus"),
        ([-2.5e-3, -1.0], 1e-3, NO_PERIOD, Label.undetermined, "weak chaos, a torus"),
        ([1e-4, -1.0], 2e-3, NO_PERIOD, Label.undetermined, "scatter by 16 nats"),
    ],
)
def test_every_line_of_the_rule(exponents, error, recurrence, label, told):
    answer = classify_evidence(spectrum(*exponents, error=error), recurrence)
    assert answer.label is label
    assert told in answer.reason
    assert (answer.confidence == 0.0) == (label is Label.undetermined)


def test_standard_errors_in_doubt_are_told():
    drift = 0.05 + np.linspace(-1e-3, 1e-3, 64)[:, None]
    answer = classify_evidence(spectrum_from_stretching(drift * 1_000, 1_000), NO_PERIOD)
    assert answer.label is Label.chaotic
    assert answer.reason.endswith("the standard errors may be too small")


def test_without_exponents_only_a_period_says_something():
    assert classify_evidence(None, PERIOD_4).label is Label.periodic
    assert classify_evidence(spectrum(), PERIOD_1).label is Label.fixed_point
    nothing = classify_evidence(None, NO_PERIOD)
    assert nothing.label is Label.undetermined
    assert "n_exponents" in nothing.reason


def test_divergence_comes_first():
    assert classify_evidence(spectrum(-0.1), PERIOD_1, finite=False).label is Label.divergent
    assert classify_evidence(spectrum(-0.1), find_period([math.inf] * 9)).label is Label.divergent
    assert classify_evidence(spectrum(math.nan), None).label is Label.divergent


def test_a_pair_just_below_zero_is_a_slow_approach_and_no_torus():
    """Near a Neimark-Sacker bifurcation a spiral into the cycle has λ1 = λ2 < 0, within 10/N of 0."""
    steps = spectrum(0.0).n_steps
    pair = classify_evidence(spectrum(-4.0 / steps, -4.0 / steps, error=1e-9), NO_PERIOD)
    assert pair.label is Label.undetermined
    assert "slow approach" in pair.reason
    torus = classify_evidence(spectrum(0.5 / steps, -0.5 / steps, error=1e-9), NO_PERIOD)
    assert (torus.label, torus.torus_dimension) == (Label.quasiperiodic, 2)


def test_no_period_and_nothing_but_dead_directions_is_undetermined():
    answer = classify_evidence(spectrum(-math.inf, -math.inf), NO_PERIOD)
    assert answer.label is Label.undetermined


def test_confidence_is_the_probability_of_the_conditions():
    """λ1 one standard error above its band of three, λ2 = 0 no more than 2 nats in 64,000 steps: P(z > -1) P(z < 2/64).

    Times the share of right labels under these conditions, in the benchmark.
    """
    one = 0.8413447460685429
    three = 0.9986501019683699
    chaotic = classify_evidence(spectrum(4e-3, 0.0, error=1e-3), NO_PERIOD)
    assert chaotic.confidence == pytest.approx(RIGHT["chaos"] * one * 0.512465, rel=1e-5)
    hyperchaotic = classify_evidence(spectrum(4e-3, 4e-3, error=1e-3), NO_PERIOD)
    assert hyperchaotic.confidence == pytest.approx(RIGHT["chaos"] * one * (1 - 3.167124183312e-5), rel=1e-6)
    periodic = classify_evidence(spectrum(-4e-3, error=1e-3), PERIOD_4)
    assert periodic.confidence == pytest.approx(RIGHT["cycle"] * (1 - 3.167124183312e-5), rel=1e-9)
    torus = classify_evidence(spectrum(0.0, -4e-3, error=1e-3), NO_PERIOD)
    assert torus.confidence == pytest.approx(RIGHT["torus"] * (2 * three - 1) * one, rel=1e-6)


TIMES = np.arange(4_000)
TORUS = np.stack([np.cos(GOLDEN * TIMES), np.sin(GOLDEN * TIMES)], axis=1)
NOISE = np.random.default_rng(0).normal(size=(4_000, 2))
SLOWLY = (1.0 + 0.05 * np.exp(-1e-3 * TIMES))[:, None] * TORUS  # an approach to a torus
SPIRAL = np.exp(-1e-4 * TIMES)[:, None] * TORUS  # an approach to a point
NEARLY = np.cos(2.0 * np.pi * (1.0 / 7.0 + 1e-10) * TIMES)[:, None]


def blocks_of(mean, scatter, n=64, length=78):
    """Blocks whose sums have this mean over all steps and this scatter, λ2 = -1 beside it."""
    sums = scatter * np.random.default_rng(1).normal(size=n)
    sums += mean / n - sums.mean()
    return spectrum_from_stretching(np.stack([sums, np.full(n, -1.0 * length)], axis=1), length)


@pytest.mark.parametrize(
    ("samples", "sum_and_scatter", "label", "told"),
    [
        (NOISE, (115.0, 6.0), Label.chaotic, "averages converge as in chaos"),  # 2.7 errors above 0
        (TORUS, (70.0, 6.0), Label.undetermined, "weak chaos"),
        (NOISE, (70.0, 6.0), Label.chaotic, "the 0-1 test says chaos"),  # 1.7 errors
        (NOISE, (40.0, 6.0), Label.undetermined, "weak chaos"),  # 0.9 errors
        (NOISE, (6.0, 1e-3), Label.chaotic, "grows evenly"),
        (NOISE, (3.5, 1e-3), Label.undetermined, "weak chaos"),
        (NOISE, (5.0, 0.5), Label.undetermined, "weak chaos"),
        (TORUS, (0.0, 0.1), Label.quasiperiodic, "digits more than in chaos"),
        (SLOWLY, (0.0, 0.1), Label.quasiperiodic, "digits more than in chaos"),
        (SPIRAL, (-0.4, 0.01), Label.transient, "ever more closely"),
        (NEARLY, (0.0, 0.1), Label.transient, "nearly repeat, with 7"),
    ],
)
def test_lines_that_ask_the_samples(samples, sum_and_scatter, label, told):
    answer = classify_evidence(blocks_of(*sum_and_scatter), find_period(samples), samples=samples)
    assert answer.label is label, answer.reason
    assert told in answer.reason


@pytest.mark.parametrize(
    ("size", "falls", "settling", "period"), [(2e-8, 5e-4, 2, 2), (2e-8, 0.0, 2, None), (1e-3, 5e-3, 4, 2)]
)
def test_a_flip_that_dies_out_has_the_period_of_its_cycle(size, falls, settling, period):
    """It repeats closely only with twice that, in all samples or those at the end; if it stays, nothing is said."""
    flip = size * (-1.0) ** (TIMES // 2) * np.exp(-falls * TIMES)
    samples = (TIMES % 2 + flip)[:, None]
    found = find_period(samples)
    assert (found.status, found.settling_period) == (PeriodStatus.SETTLING, settling)
    answer = classify_evidence(blocks_of(-2.5, 1e-3), found, samples=samples)
    assert (answer.label, answer.period) == (Label.periodic if period else Label.transient, period)


def test_an_orbit_that_came_ever_closer_to_its_cycle_is_attracted():
    """Where the exponent does not say so: its blocks scatter."""
    samples = (TIMES % 3 + 1e-3 * np.exp(-5e-3 * TIMES))[:, None]
    answer = classify_evidence(blocks_of(3.5, 0.5), find_period(samples), samples=samples)
    assert (answer.label, answer.period) == (Label.periodic, 3)
    assert "came ever closer" in answer.reason
    there = classify_evidence(blocks_of(3.5, 0.5), find_period(samples[3_000:]), samples=samples[3_000:] + 0.0)
    assert there.label is Label.periodic
    marginal = (TIMES % 3)[:, None] * 1.0
    assert classify_evidence(blocks_of(3.5, 0.5), find_period(marginal), samples=marginal).label is Label.undetermined


def test_sums_that_swing_are_judged_with_smooth_weights():
    """Four nats at the end, in a swing that comes back: a torus; of four nats of steady growth the 0-1 test says it."""
    n = 64
    swing = np.diff(4.0 * np.sin(np.linspace(0.0, 8.5 * np.pi, n + 1)))
    steady = np.full(n, 4.0 / n) + 0.05 * (-1.0) ** np.arange(n)
    samples = TORUS + 3e-3 * NOISE
    for sums, decided_by, line in ((swing, "averages", "torus"), (steady, "0-1 test and lines", "opinion")):
        found = spectrum_from_stretching(np.stack([sums, np.full(n, -78.0)], axis=1), 78)
        assert found.exponents[0] * found.n_steps == pytest.approx(4.0)
        answer = classify_evidence(found, find_period(samples), samples=samples)
        assert answer.evidence.digits < 5.0
        assert (answer.label, answer.decided_by) == (Label.quasiperiodic, decided_by), answer.reason
        assert (answer.to_dict()["evidence"]["line_share"] is None) == (decided_by == "averages")
        assert 0.95 * RIGHT[line] < answer.confidence <= RIGHT[line]


def test_lines_that_wander_are_no_torus():
    """A phase that noise moves: the walker hardly diffuses, but less than 90 % of the variance are in lines."""
    steady = np.full(64, 4.0 / 64) + 0.05 * (-1.0) ** np.arange(64)
    found = spectrum_from_stretching(np.stack([steady, np.full(64, -78.0)], axis=1), 78)
    for size, label in ((0.01, Label.quasiperiodic), (0.015, Label.undetermined)):
        phase = GOLDEN * TIMES + size * np.cumsum(np.random.default_rng(3).normal(size=len(TIMES)))
        samples = np.stack([np.cos(phase), np.sin(phase)], axis=1)
        answer = classify_evidence(found, find_period(samples), samples=samples)
        assert answer.label is label, answer.reason
        assert answer.evidence.growth < 0.1
        assert (answer.evidence.line_share > 0.9) == (label is Label.quasiperiodic)


def test_second_opinions_see_through_angles_and_past_the_clock():
    """An angle jumps when a turn is full, which the raw 0-1 test takes for chaos; the clock is no line of a torus."""
    angle = (GOLDEN / 9.0 * TIMES)[:, None] % 1.0
    assert zero_one_test(angle).growth[0] > 0.3
    turning = Evidence(None, None, angle)
    assert turning.growth < 0.05
    assert turning.line_share > 0.999
    driven = np.cos(0.5 * np.pi * TIMES)[:, None] + 1e-2 * NOISE[:, :1]
    assert Evidence(None, None, driven).line_share > 0.99
    beside = Evidence(None, None, driven, clock_period=4)
    assert beside.line_share < 0.1
    assert beside.growth > 0.8
    still = Evidence(None, None, np.tile(np.arange(4.0), 1_000)[:, None], clock_period=4)
    assert math.isnan(still.growth)
    assert math.isnan(still.line_share)


def test_codes_of_labels_are_fixed():
    """They stand in files: append, never reorder."""
    names = "fixed_point periodic quasiperiodic chaotic hyperchaotic transient divergent undetermined"
    assert [(str(label), label.code) for label in Label] == [(s, i) for i, s in enumerate(names.split())]


def test_the_dictionary_is_plain_json():
    answer = classify_evidence(spectrum(0.05, -math.inf, error=1e-3), NO_PERIOD)
    document = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert list(document) == ["label", "period", "confidence", "reason", "decided_by", "torus_dimension", "evidence"]
    assert document["label"] == "chaotic"
    assert document["period"] is None
    evidence = document["evidence"]
    assert evidence["exponents"] == [pytest.approx(0.05), "-inf"]
    assert evidence["standard_errors"] == [pytest.approx(1e-3), None]
    assert evidence["kaplan_yorke_dimension"] == 1.0
    assert evidence["recurrence_error"] == 0.1
    assert evidence["n_steps"] == 64_000


def test_the_dictionary_without_evidence():
    document = classify_evidence(None, None, finite=False).to_dict()
    assert json.loads(json.dumps(document, allow_nan=False)) == document
    evidence = document["evidence"]
    assert (evidence.pop("exponents"), evidence.pop("standard_errors")) == ([], [])
    assert set(evidence.values()) == {None}


def test_a_window_too_short_is_refused():
    with pytest.raises(ValueError, match="n_window must be at least 3"):
        classify(systems.logistic(3.2), [0.3], n_transient=0, n_steps=64, n_window=2)
