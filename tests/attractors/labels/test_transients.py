"""Where orbits have settled, what they did before, and what they are about to do."""

import math

import numpy as np
import pytest
import systems

from attractors import Label, classify, classify_evidence, refine_cycle, spectrum_from_stretching
from attractors.labels.transients import (
    TransientKind,
    closest_return,
    is_approaching,
    over_whole_turns,
    remaining_amplitude,
    repeats_from,
    settled_spectrum,
    settling_cycle,
    spread_of_piece,
)

TIMES = np.arange(4_000)


def blocks(*pieces, length=100):
    """A spectrum from pieces (number of blocks, exponent), with a little noise that is the same everywhere."""
    averages = np.concatenate([np.full(n, exponent) for n, exponent in pieces])
    noise = 1e-4 * np.cos(7.0 * np.arange(len(averages)))
    return spectrum_from_stretching(((averages + noise) * length)[:, None], length)


def test_a_chaotic_transient_is_cut_off_and_told():
    settled, found = settled_spectrum(blocks((20, 0.1), (44, -0.05)))
    assert settled.n_steps == 4_400
    assert settled.exponents[0] == pytest.approx(-0.05, abs=1e-4)
    assert (found.until, found.status) == (2_000, TransientKind.CHAOTIC)
    assert found.exponent == pytest.approx(0.1, abs=1e-4)
    assert found.lifetime == 2_000
    # of an exponential law with mean m, one event lies below m/40 or above 3.7 m in 2.5 % each
    low, high = found.interval
    assert math.exp(-found.lifetime / low) == pytest.approx(0.025, rel=1e-3)
    assert 1.0 - math.exp(-found.lifetime / high) == pytest.approx(0.025, rel=1e-3)


def test_an_approach_has_no_lifetime():
    settled, found = settled_spectrum(blocks((4, -0.5), (60, -0.05)))
    assert settled.n_steps == 6_000
    assert (found.until, found.status) == (400, TransientKind.APPROACH)
    assert math.isnan(found.lifetime)


def test_what_rounding_was_is_held_against_what_is_left():
    """Directions lost 3 times: within the error of 6,400 steps, far beyond that of a quiet end."""
    whole = blocks((20, 0.1), (44, -0.05))
    counted = spectrum_from_stretching(whole.log_factors, 100, unresolved=[3])
    settled, _ = settled_spectrum(counted)
    assert counted.resolved.tolist() == [True]
    assert settled.resolved.tolist() == [False]
    assert settled_spectrum(whole)[0].resolved.tolist() == [True]
    turns = over_whole_turns(spectrum_from_stretching(np.tile([-1.0, -3.0], 32)[:, None], 1, unresolved=[1]), 2, 64)
    assert turns.unresolved.tolist() == [1]


def test_what_comes_again_was_no_transient():
    """Chaos, long rests, chaos and a rest at the end: the label rests on all of it, and so do the exponents."""
    whole = blocks((20, 0.3), (12, 0.0), (8, 0.3), (24, 0.0))
    assert settled_spectrum(whole)[1] is not None
    answer = classify_evidence(whole, None)
    assert (answer.label, answer.transient, answer.spectrum) == (Label.chaotic, None, whole)


def test_nothing_is_cut_off_where_nothing_changes():
    spectrum = blocks((64, 0.1))
    assert settled_spectrum(spectrum) == (spectrum, None)
    dead = spectrum_from_stretching(np.full((64, 1), -np.inf), 100)
    assert settled_spectrum(dead) == (dead, None)
    short = blocks((4, 0.1), (3, -0.1))
    assert settled_spectrum(short) == (short, None)


def test_an_orbit_repeats_from_the_first_sample_that_does():
    orbit = np.concatenate([np.linspace(0.0, 0.2, 50), np.tile([0.3, 0.9, 0.5], 40)])[:, None]
    assert repeats_from(orbit, 3) == 50
    assert repeats_from(orbit[50:], 3) == 0


def test_the_closest_return_is_a_multiple_of_the_clock():
    x = np.tile([0.0, 1.0, 0.1, 0.9, 0.2, 0.8], 100)[:, None] + 1e-6 * np.arange(600)[:, None]
    assert closest_return(x, 70, 1) == 6
    assert closest_return(x, 70, 4) == 12


ROTATION = np.exp(2j * np.pi * systems.GOLDEN * TIMES)


@pytest.mark.parametrize(
    ("size", "approaching"),
    [
        (np.exp(-1e-3 * TIMES), True),
        (1.0 / np.sqrt(10_000.0 + TIMES), True),
        (1.0 + 0.1 * np.cos(TIMES), False),
        (np.exp(1e-3 * TIMES), False),
    ],
    ids=["spiral", "algebraic", "torus", "receding"],
)
def test_only_what_comes_closer_approaches(size, approaching):
    z = size * ROTATION
    assert is_approaching(np.stack([z.real, z.imag], axis=1)) is approaching


def test_a_flip_that_dies_out_approaches_and_an_angle_that_turns_does_not():
    flip = ((-1.0) ** TIMES / np.sqrt(10_000.0 + TIMES))[:, None]
    assert is_approaching(flip)
    assert not is_approaching((systems.GOLDEN * TIMES % 1.0)[:, None])
    assert not is_approaching(np.random.default_rng(0).normal(size=(4_000, 2)))


def test_pieces_are_wide_on_a_torus_and_narrow_on_a_cycle():
    torus = np.stack([ROTATION.real, ROTATION.imag], axis=1)
    assert spread_of_piece(torus) > 0.1
    cycle = np.tile(np.random.default_rng(1).random(32), 125)[:, None]
    assert spread_of_piece(cycle + 1e-6 * torus[:, :1]) < 1e-5


@pytest.mark.parametrize(
    ("size", "remains"),
    [
        (1.0 + 0.05 * np.exp(-1e-3 * TIMES), 1.0 - 0.05 * math.exp(-10.0 / 3.0)),
        (np.exp(-1e-3 * TIMES), 0.0),
        (np.ones(4_000), 1.0),
        (1.0 / np.sqrt(1e4 + TIMES), 0.7),
        (1.0 / np.sqrt(1e5 + TIMES), 2.0 / 3.0),  # 1 - (1/2) / (3/2), to first order in the step over the time
        (np.exp(-0.02 * TIMES) + 0.1 * np.exp(-1e-3 * TIMES), math.exp(-4.0 / 3.0)),  # what remained of a third
        (2.0 - 1e-8 * TIMES**2, -math.inf),
    ],
    ids=["torus", "spiral", "torus at once", "algebraic", "long algebraic", "fast, then slow", "ever faster"],
)
def test_what_remains_of_an_amplitude(size, remains):
    """Of a rotation with the given amplitude, and of two of them at every other step, seen at every second step."""
    for lag, x in ((1, size * ROTATION), (2, size * ROTATION**2 + 10.0 * (-1.0) ** TIMES)):
        found = remaining_amplitude(np.stack([x.real, x.imag], axis=1), lag)
        assert found == pytest.approx(remains, abs=0.015)


def test_an_amplitude_that_dies_out_leaves_nothing():
    x = np.concatenate([np.random.default_rng(2).normal(size=800), np.zeros(400)])[:, None]
    assert remaining_amplitude(x, 1) == 0.0


@pytest.mark.parametrize(
    ("orbit", "period", "cycle"),
    [
        ((-0.995) ** TIMES, 2, 1),
        ((-0.995) ** TIMES, 8, 1),
        ((-1.0) ** TIMES * (1e-3 + 0.98**TIMES), 4, 2),
        (0.1 * (TIMES % 4) ** 2 + (-1.0) ** (TIMES // 4) / np.sqrt(1e4 + TIMES), 8, 4),
        ((-1.0) ** TIMES, 2, None),
        (np.cos(TIMES), 44, None),
    ],
    ids=["a flip", "again doubled", "after the doubling", "algebraic", "a cycle", "a torus"],
)
def test_the_shortest_cycle_that_is_approached(orbit, period, cycle):
    assert settling_cycle(orbit[:, None], period) == cycle


def test_over_whole_turns_the_exponents_of_a_cycle_are_exact():
    """Of a cycle with log stretching (1, -2, 0.3, 0.1, 0) in turn, in blocks of 7: five blocks are whole turns."""
    stretching = np.tile([1.0, -2.0, 0.3, 0.1, 0.0], 70)
    start = np.concatenate([np.full(70, 0.5), stretching])  # ten blocks of something else first
    blocks_of_7 = start.reshape(-1, 7).sum(axis=1)[:, None]
    plain = spectrum_from_stretching(blocks_of_7, 7)
    found = over_whole_turns(plain, 5, n_repeating=350)
    assert found.exponents[0] == pytest.approx(-0.12, abs=1e-12)
    assert found.standard_errors[0] < 1e-12
    assert abs(plain.exponents[0] + 0.12) > 0.01
    assert over_whole_turns(plain, 5, n_repeating=34).exponents[0] != found.exponents[0]  # less than a turn is known
    assert over_whole_turns(plain, 61, n_repeating=350) is plain  # 61 blocks
    assert over_whole_turns(plain, 7, n_repeating=350) is plain  # blocks are whole turns already


def test_where_the_frame_turns_at_its_own_pace_whole_turns_are_no_better():
    """Near a complex pair of multipliers: what swings drops out of the sum of all blocks, not of five at a time."""
    swings = np.diff(np.cos(0.9 * np.arange(65)))
    plain = spectrum_from_stretching((swings - 0.05)[:, None], 7)
    assert over_whole_turns(plain, 5, n_repeating=448) is plain


@pytest.mark.parametrize(("r", "period"), [(3.739, 5), (3.70165, 7)])
def test_exponents_of_a_labelled_cycle_agree_with_its_multiplier(r, period):
    """To 1e-9, where the blocks of 78 steps that hold no whole turns miss it by a thousand times that."""
    system = systems.logistic(r)
    answer = classify(system, [0.4], n_transient=2_000, n_steps=5_000)
    assert (answer.label, answer.period) == (Label.periodic, period)
    multiplier = refine_cycle(system, system.orbit([0.4], 7_000)[1], period)
    assert answer.spectrum.exponents[0] == pytest.approx(multiplier.exponents[0] / period, abs=1e-9)
    assert abs(answer.evidence.spectrum.exponents[0] - multiplier.exponents[0] / period) > 1e-6


def late_cycle():
    """Logistic map in a narrow window, where chaos lasts for 2,846 steps before this orbit finds a cycle of 11."""
    return systems.logistic(3.7894368)


def test_an_orbit_that_settles_has_the_label_of_what_it_reached():
    """Seen without averages: the orbit repeats to 1e-9 from some step on, and had not done so 200 steps before."""
    system, start, n = late_cycle(), [0.3], 32_000
    orbit, _ = system.orbit(start, n)
    settled = repeats_from(orbit, 11)
    assert 2_846 < settled < n // 2
    answer = classify(system, start, n_transient=0, n_steps=n)
    assert (answer.label, answer.period) == (Label.periodic, 11)
    assert answer.transient.status is TransientKind.CHAOTIC
    assert 2_846 < answer.transient.until <= settled + n // 64
    assert answer.spectrum.exponents[0] < 0.0
    discarded = classify(system, start, n_transient=n // 2, n_steps=n // 2)
    assert (discarded.label, discarded.period) == (Label.periodic, 11)
    assert discarded.transient.status is TransientKind.CHAOTIC
    assert abs(discarded.transient.until - answer.transient.until) <= n // 64


def test_an_orbit_that_settles_at_the_very_end_is_not_chaotic():
    system, start = late_cycle(), [0.3]
    settled = repeats_from(system.orbit(start, 32_000)[0], 11)
    answer = classify(system, start, n_transient=0, n_steps=settled + 300)
    assert (answer.label, answer.period) == (Label.periodic, 11)
    assert answer.transient.status is TransientKind.CHAOTIC
    late = classify(system, start, n_transient=0, n_steps=settled + 60)
    assert (late.label, late.period) == (Label.periodic, 11)
    assert late.evidence.spectrum.exponents[0] > 0.1
    assert late.spectrum is None  # its last two blocks still hold chaos
    assert late.to_dict()["evidence"]["exponents"] == []


def test_an_orbit_that_settles_just_before_the_last_samples_is_averaged_from_there_on():
    """The last quarter of the blocks still holds chaos."""
    system, start = late_cycle(), [0.3]
    settled = repeats_from(system.orbit(start, 32_000)[0], 11)
    answer = classify(system, start, n_transient=0, n_steps=settled + 550, n_window=500)
    assert answer.recurrence.period == 11
    assert (answer.label, answer.period) == (Label.periodic, 11)
    assert answer.spectrum.n_steps <= 500
    assert answer.transient.status is TransientKind.CHAOTIC
    assert 0 <= answer.transient.until - settled <= 50


def test_a_run_goes_on_while_it_is_undecided():
    """Near the doubling at r = 3 the fixed point attracts with the multiplier 2 - r."""
    system, run = systems.logistic(2.995), {"n_transient": 0, "n_steps": 256}
    assert classify(system, [0.4], **run).label is Label.transient
    assert classify(system, [0.4], **run, n_max=2_000).label is Label.transient
    longer = classify(system, [0.4], **run, n_max=100_000)
    assert (longer.label, longer.period) == (Label.fixed_point, 1)


def test_an_orbit_that_decays_to_zero_comes_to_rest():
    answer = classify(systems.logistic(0.97), [0.4], n_transient=1_500, n_steps=1_000)
    assert (answer.label, answer.period) == (Label.fixed_point, 1)
