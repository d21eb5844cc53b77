"""All attractors at one parameter: maps of which they and their basins are known exactly, and the network."""

import math
from collections import Counter
from dataclasses import replace
from functools import partial

import naive_multistability as naive
import numpy as np
import pytest
import systems
from hypothesis import given, settings
from hypothesis import strategies as st
from systems import GOLDEN, JIT, affordable, examples

from attractors import Label, classify_evidence, find_period, spectrum_from_stretching
from attractors.multistability.attractors import find_attractors, orbits_of, run_on
from attractors.multistability.basin_shares import share_interval
from attractors.multistability.distinction import MultistabilityStatus, distinguish_attractors
from attractors.multistability.same_attractor import (
    N_BLOCKS,
    _block_features,
    _distances,
    compare_measures,
    cycle_tolerance,
    same_cycle,
)
from attractors.recurrence.cycles import CycleStatus, refine_cycle
from dmfsa import Ensemble, Features, Window

N_STARTS = 16 if JIT else 8


def found_by(system, starts, n_transient=2_000, n_steps=6_400, n_window=2_048):
    counts = (affordable(n_transient), affordable(n_steps), n_window if JIT else n_window // 2)
    return find_attractors(system, starts, n_transient=counts[0], n_steps=counts[1], n_window=counts[2])


def answer(label, period=None, exponent=-0.5, error=0.0, window=None):
    """What an orbit may have been labelled as."""
    spectrum = spectrum_from_stretching(np.full((64, 1), exponent * 10.0), 10)
    spectrum.standard_errors[:] = error
    recurrence = None if window is None else find_period(window)
    return replace(classify_evidence(spectrum, recurrence), label=label, period=period, confidence=1.0)


# Cycles: how many, which, and where


@pytest.mark.parametrize(
    ("r", "label", "period"), [(1.5, "fixed_point", 1), (2.1, "periodic", 2), (2.5, "chaotic", None)]
)
def test_symmetric_partners_are_two(r, label, period):
    """x' = r x - x³ is odd; for 1 < r < 3√3/2 its attractors have one sign: two, with half of the starts each."""
    half = np.linspace(0.01, 1.5, N_STARTS // 2)
    found = found_by(systems.cubic(r), np.append(half, -half)[:, None])
    assert [(str(one.label), one.period) for one in found.attractors] == [(label, period)] * 2
    signs = [np.unique(np.sign(one.window)) for one in found.attractors]
    assert sorted(np.concatenate(signs)) == [-1.0, 1.0]
    assert [one.share for one in found.attractors] == [0.5, 0.5]
    assert found.status is MultistabilityStatus.OK


def test_two_chaotic_attractors_merge_at_the_crisis():
    """The critical value 2 (r/3)^(3/2) is mapped to 0, from where both signs can be reached, at r = 3√3/2 = 2.598."""
    starts = np.random.default_rng(1).uniform(-1.5, 1.5, (N_STARTS, 1))
    assert len(found_by(systems.cubic(2.58), starts).attractors) == 2
    assert len(found_by(systems.cubic(2.65), starts).attractors) == 1


@pytest.mark.parametrize(
    ("r", "periods"),
    [((3.2, 3.5), (2, 4)), ((3.5, 3.83), (4, 3)), ((3.5, 3.5), (4, 4)), ((3.55, 3.5), (8, 4)), ((3.83, 3.845), (3, 6))],
)
def test_pairs_of_cycles_side_by_side(r, periods):
    """Two maps without coupling, of periods p and q, have gcd(p, q) attractors of period lcm(p, q)."""
    found = found_by(systems.logistic(*r), np.random.default_rng(2).uniform(0.1, 0.9, (40, 2)), 3_000, 1_600, 240)
    assert len(found.attractors) == math.gcd(*periods)
    assert {one.period for one in found.attractors} == {math.lcm(*periods)}


def test_a_basin_that_is_a_third():
    """x' = x + (x - 1)(2 - x)(x - 4/3) increases on [1, 2], with a repelling fixed point at 4/3 between 1 and 2."""
    found = found_by(systems.bistable(4.0 / 3.0), 1.0 + (np.arange(60)[:, None] + 0.5) / 60, 400, 64, 240)
    assert [round(float(one.window[-1, 0]), 9) for one in found.attractors] == [2.0, 1.0]
    assert [len(one.starts) for one in found.attractors] == [40, 20]
    np.testing.assert_array_equal(found.attractors[1].interval, share_interval(20, 60))


def test_infinity_is_an_attractor():
    found = found_by(systems.bistable(1.5), np.linspace(-9.3, 1.9, 12)[:, None], 400, 64, 240)
    labels = {str(one.label): one for one in found.attractors}
    assert np.isnan(labels["divergent"].window).all()
    assert labels["divergent"].starts[0] == 0
    assert sum(one.share for one in found.attractors) == 1.0
    assert found.to_dict()["attractors"][0]["share"] > 0.0


def test_henons_map_has_a_strange_attractor_beside_a_cycle():
    """b = 0.3, a = 1.07; and two strange attractors at a = 1.08: Grebogi, Ott, Yorke, Physica D 7, 181 (1983)."""
    starts = np.random.default_rng(0).uniform([-1.0, -0.3], [1.0, 0.3], (30, 2))[10:]
    found = found_by(examples.henon(1.07), starts, 4_000, 6_400)
    by_label = {str(one.label): one for one in found.attractors}
    assert set(by_label) >= {"chaotic", "periodic"}
    cycle = refine_cycle(examples.henon(1.07), by_label["periodic"].window[-1], 6)
    assert (by_label["periodic"].period, cycle.stability, cycle.status) == (6, "stable", CycleStatus.CONVERGED)


@pytest.mark.slow
def test_henons_map_has_two_strange_attractors():
    starts = np.random.default_rng(0).uniform([-1.0, -0.3], [1.0, 0.3], (40, 2))
    found = found_by(examples.henon(1.08), starts, 4_000, 16_000, 4_096)
    assert [str(one.label) for one in found.attractors if one.label is not Label.divergent] == ["chaotic", "chaotic"]


def test_partners_under_a_shift_of_the_clock_are_two():
    """With a drive of period 4, the cycle one step on is met at other phases, so it is another attractor."""
    cycle = np.array([[0.0], [1.0], [2.0], [3.0]])
    assert same_cycle(cycle, np.roll(cycle, 1, axis=0), 1, 1e-9)
    assert not same_cycle(cycle, np.roll(cycle, 1, axis=0), 4, 1e-9)
    windows = np.array([np.tile(np.roll(cycle, s, axis=0), (3, 1)) for s in (0, 1, 0, 2)])
    found = distinguish_attractors(windows, [answer(Label.periodic, 4)] * 4, clock_period=4)
    assert found.reached.tolist() == [0, 1, 0, 2]
    assert len(distinguish_attractors(windows, [answer(Label.periodic, 4)] * 4, clock_period=2).attractors) == 2
    assert len(distinguish_attractors(windows, [answer(Label.periodic, 4)] * 4).attractors) == 1


@settings(max_examples=100, deadline=None)
@given(data=st.data())
def test_cycles_against_the_obvious_version(data):
    turns, clock = data.draw(st.integers(1, 5)), data.draw(st.sampled_from([1, 2, 3]))
    values = st.sampled_from([0.0, 1.0, 2.0])
    rows = st.lists(st.tuples(values, values), min_size=turns * clock, max_size=turns * clock)
    x = np.array(data.draw(rows))
    y = np.roll(x, data.draw(st.integers(0, 20)), axis=0) if data.draw(st.booleans()) else np.array(data.draw(rows))
    y = y + data.draw(st.sampled_from([0.0, 0.05, 0.2]))
    assert same_cycle(x, y, clock, 0.1) == naive.same_cycle(x.tolist(), y.tolist(), clock, 0.1)


@pytest.mark.parametrize("distance", [1e-2, 1e-3, pytest.param(1e-4, marks=pytest.mark.slow)])
def test_cycles_that_attract_weakly_are_not_split(distance):
    """Beyond the doubling at r = 3 the multiplier is 4 + 2r - r², some 1 - 4 (r - 3): the approach is under way."""
    starts = np.linspace(0.3, 0.9, 12)[:, None]
    system = systems.logistic(3.0 + distance)
    found = find_attractors(system, starts, n_transient=int(7 / distance), n_steps=640, n_window=60)
    assert len(found.attractors) == 1
    assert found.attractors[0].period == 2


def test_the_tolerance_holds_where_the_distance_is_known():
    """An orbit winds into 1: its distance must be within the tolerance, and the tolerance no more than 20 times it."""
    for rate in (1.5, 0.1, 1e-3):
        x = 1.0 + 1e-6 * np.exp(-rate * np.arange(40))[:, None]
        allowed = cycle_tolerance(x, 1, -rate)
        assert x[-1, 0] - 1.0 <= allowed
        assert allowed <= 20 * (x[-2, 0] - 1.0) + 1e-12 / rate
    assert cycle_tolerance(np.zeros((9, 1)), 1, -math.inf) == 0.0
    assert cycle_tolerance(np.tile([[0.0], [1.0]], (9, 1)), 2, math.nan) < 1e-9
    unsettled = np.tile([[0.0], [1.0]], (9, 1)) + np.linspace(0, 0.001, 18)[:, None]
    assert cycle_tolerance(unsettled, 2, -1e-9) <= 0.002  # never so much that anything is the same
    assert cycle_tolerance(np.linspace(0, 1, 18)[:, None], 2, -0.5) is None


def test_a_cycle_that_its_window_does_not_show_is_undetermined():
    cycle = np.tile([[0.0], [1.0]], (6, 1))
    transient = cycle + 0.1 * np.linspace(1, 0, 12)[:, None]
    found = distinguish_attractors([cycle, transient], [answer(Label.periodic, 2)] * 2)
    assert found.reached.tolist() == [0, -1]


# Tori and chaos


def test_distances_of_measures_against_the_definition():
    """The features of a block are its characteristic function at 64 wave vectors."""
    x, y = np.random.default_rng(3).normal(size=(2, 40, 2))
    directions = np.random.default_rng(0).normal(size=(2, 64))
    waves = (directions / np.linalg.norm(directions, axis=0) * np.geomspace(1 / 3, 30, 64)).T
    uneven = np.cumsum(1.0 + 0.3 * np.cos(np.arange(N_BLOCKS) ** 2))
    cuts = np.append(0, (uneven / uneven[-1] * 40).round()).astype(int)
    found = _distances(_block_features(x), _block_features(y))
    for i, j in [(0, 0), (3, 1), (7, 7)]:
        blocks = x[cuts[i] : cuts[i + 1]], y[cuts[j] : cuts[j + 1]]
        assert found[i, j] == pytest.approx(naive.characteristic_distance(*blocks, waves), abs=1e-12)


@pytest.mark.parametrize(
    ("system", "low", "high"),
    [
        (systems.logistic(4.0), 0.0, 1.0),
        (systems.logistic(3.7), 0.1, 0.9),
        (systems.logistic(3.6), 0.1, 0.9),  # two bands, visited in turn: starts are in either
        (examples.henon(), 0.0, 0.1),
        (examples.circle(GOLDEN, 0.9), 0.0, 1.0),
        (examples.circle((GOLDEN, math.sqrt(2.0) - 1.0), 0.5), 0.0, 1.0),
        (examples.delayed_logistic(2.1), 0.4, 0.6),
    ],
    ids=["logistic", "logistic 3.7", "two bands", "henon", "circle", "2-torus", "delayed logistic"],
)
def test_starts_on_one_attractor_are_not_split(system, low, high):
    found = found_by(system, np.random.default_rng(4).uniform(low, high, (N_STARTS, system.dimension)), 1_000, 6_400)
    assert len(found.attractors) == 1
    assert found.attractors[0].share + found.n_undetermined / found.n_starts == 1.0
    assert found.status in {MultistabilityStatus.OK, MultistabilityStatus.UNDETERMINED_STARTS}


def test_no_rotation_splits_a_torus():
    """Two orbits on one closed curve, from any points, for 75 rotation numbers, 50 of them near resonances.

    Next to a simple resonance an orbit hardly turns while it is watched: it may seem to be two, but that is noticed.
    """
    rng = np.random.default_rng(3)
    t = np.arange(1_024)
    near = np.concatenate([k / rng.integers(1, 600, 25) + rng.normal(size=25) * 1e-4 for k in (1, 2)])
    n_apart = n_incomplete = 0
    for rho in np.concatenate([rng.uniform(0, 0.5, 25), near]):
        angles = 2 * np.pi * (rho * t + rng.uniform(size=(2, 1)))
        curves = np.stack([np.cos(angles) + 0.3 * np.sin(3 * angles), np.sin(angles)], axis=2)
        found = compare_measures(curves)
        n_apart += found.distances[0, 1] > 1.0
        n_incomplete += found.incomplete.any()
        assert found.distances[0, 1] < 1.0 or found.incomplete.any(), rho
    assert n_apart < 10
    assert n_incomplete < 20


def test_combs_that_miss_each_other_are_one_torus():
    """Next to 3/70, an orbit of 4,096 points stays on a comb of 70 teeth, and another one between them."""
    angles = 2 * np.pi * ((3 / 70 + 1e-7) * np.arange(4_096) + np.array([[0.0], [1 / 140], [1 / 300]]))
    curves = np.stack([np.cos(angles) + 0.3 * np.sin(3 * angles), np.sin(angles)], axis=2)
    assert compare_measures(curves).distances.max() < 1.0


def test_a_torus_inside_another():
    """Circles of radius 1 and 1.1, with the same rotation, overlap in each coordinate; and three more of each."""
    angles = 2 * np.pi * (GOLDEN * np.arange(4_096) + np.random.default_rng(5).uniform(size=(8, 1)))
    radius = np.array([1.0, 1.1] * 4)[:, None]
    windows = np.stack([radius * np.cos(angles), radius * np.sin(angles)], axis=2)
    found = distinguish_attractors(windows, [answer(Label.quasiperiodic, exponent=0.0)] * 8)
    assert found.reached.tolist() == [0, 1] * 4


def test_chaotic_attractors_that_overlap():
    """Logistic maps at r = 3.9 and 3.93 cover nearly the same interval, yet have other measures."""
    starts = np.random.default_rng(6).uniform(0.1, 0.9, 8)
    orbits = [systems.logistic(r).orbit([x], 8_192)[0] for r, x in zip([3.8, 3.9] * 4, starts, strict=True)]
    found = distinguish_attractors(orbits, [answer(Label.chaotic, exponent=0.5)] * 8)
    assert found.reached.tolist() == [0, 1] * 4
    assert compare_measures(np.array(orbits[::2])).distances.max() < 1.0


def test_pieces_met_at_other_phases_of_the_clock_are_two():
    """An orbit that is near 0 in even steps and near 1 in odd ones, and its partner: the same points, other phases."""
    noise = 0.1 * np.random.default_rng(7).normal(size=(4, 2_048, 1))
    even = np.tile([[0.0], [1.0]], (1_024, 1))
    windows = noise + np.array([even, 1.0 - even, even, 1.0 - even])
    chaotic = [answer(Label.chaotic, exponent=0.5)] * 4
    assert distinguish_attractors(windows, chaotic, clock_period=2).reached.tolist() == [0, 1, 0, 1]
    assert distinguish_attractors(windows, chaotic, clock_period=1).reached.tolist() == [0, 0, 0, 0]
    windows[::2, 1::2] += 1.0  # what is seen differs in one phase only
    windows[1::2] = 1.0 - windows[1::2]
    assert distinguish_attractors(windows, chaotic, clock_period=2).reached.tolist() == [0, 1, 0, 1]


def test_the_label_of_an_attractor_is_that_of_most_starts():
    noise = np.random.default_rng(15).normal(size=(3, 2_048, 1))
    answers = [answer(Label.hyperchaotic, exponent=0.5)] + [answer(Label.chaotic, exponent=0.5)] * 2
    (attractor,) = distinguish_attractors(noise, answers).attractors
    assert attractor.label is Label.chaotic
    assert attractor.representative == 1
    assert attractor.starts.tolist() == [0, 1, 2]


def test_what_is_unclear_is_said():
    """A torus that turns by 1/40 while it is watched, and exponents that do not belong together."""
    angles = 2 * np.pi * ((1 / 3 - 1e-5) * np.arange(2_048) + np.arange(8)[:, None] / 24)
    tori = np.stack([np.cos(angles), np.sin(angles)], axis=2)
    found = distinguish_attractors(tori, [answer(Label.quasiperiodic, exponent=0.0)] * 8)
    assert found.status is MultistabilityStatus.UNCLEAR
    noise = np.random.default_rng(8).normal(size=(12, 2_048, 1))
    chaotic = [answer(Label.chaotic, exponent=0.5, error=0.01)] * 11
    odd = answer(Label.chaotic, exponent=0.6, error=0.01)
    assert distinguish_attractors(noise[1:], chaotic).status is MultistabilityStatus.OK
    assert distinguish_attractors(noise, [*chaotic, odd]).status is MultistabilityStatus.UNCLEAR
    both = np.concatenate([noise, 9.0 + noise[1:]])
    assert distinguish_attractors(both, [*chaotic, odd, *chaotic]).status is MultistabilityStatus.UNCLEAR
    with pytest.raises(ValueError, match="at least 8 turns of the clock"):
        distinguish_attractors(noise[:, :20], [*chaotic, odd], clock_period=3)


def test_chaos_that_is_left_is_no_attractor():
    """x' = r x (1 - x), r = 4 + ε, is left through a hole around 1/2 with the probability √ε/π at each step.

    With ε = 10⁻⁶ that is 1 in 3,142: some orbits have gone after 900 steps, and some of the others go in 900 more. So
    none is on an attractor.
    """
    run = partial(orbits_of, systems.logistic(4.0 + 1e-6), n_transient=0, n_steps=640, n_window=256)
    first = run(np.linspace(0.1, 0.48, 40)[:, None])
    labels = Counter(str(answer.label) for answer in first.answers)
    assert abs(labels["divergent"] - 40 * (1 - math.exp(-896 / 3_142))) < 3 * math.sqrt(40 * 0.25 * 0.75)
    assert labels["chaotic"] == 40 - labels["divergent"]
    second = run_on(first, run)
    labels = Counter(str(answer.label) for answer in second.answers)
    assert set(labels) == {"divergent", "transient"}
    found = distinguish_attractors(second.windows, second.answers)
    assert [str(one.label) for one in found.attractors] == ["divergent"]
    assert found.status is MultistabilityStatus.UNDETERMINED_STARTS


def test_chaos_that_lasts_is_not_run_again_for_nothing():
    """Two chaotic attractors last; a single one is not asked for."""
    run = partial(orbits_of, systems.cubic(2.5), n_transient=200, n_steps=640, n_window=600)
    first = run([[0.5], [-0.5], [0.6], [-0.6]])
    second = run_on(first, run)
    assert [str(answer.label) for answer in second.answers] == ["chaotic"] * 4
    assert (second.windows != first.windows).any()
    alone = run([[0.5], [0.6]])
    assert run_on(alone, run) is alone


# The network


def network_attractors(beta, n_transient, n=40):
    """The attractors of the paper's network from random windows, in lanes."""
    ensemble = Ensemble(Features.segments(), beta=beta, windows=Window.random(4, 3, seed=0, n=n))
    ensemble.advance(n_transient)
    run = ensemble.stretching(n_exponents=2, n_blocks=64, block_length=336, n_settle=336, n_tail=4_096)
    answers = [
        classify_evidence(spectrum_from_stretching(sums, 336), find_period(run.tail[:, i]), clock_period=4)
        for i, sums in enumerate(run.log_factors)
    ]
    return distinguish_attractors(run.tail.transpose(1, 0, 2), answers, clock_period=4)


@pytest.mark.slow
def test_two_attractors_of_the_network():
    """β = 1.27: λ_1 = -0.0478, period 28, and λ_1 = -0.0035, period 56."""
    found = network_attractors(1.27, 20_000)
    assert [one.period for one in found.attractors] == [28, 56]
    assert found.attractors[0].exponents[0] == pytest.approx(-0.0478, abs=1e-4)
    assert found.attractors[1].exponents[0] == pytest.approx(-0.0035, abs=1e-4)
    assert found.status is MultistabilityStatus.OK


@pytest.mark.slow
@pytest.mark.parametrize("beta", [1.27382375, 1.273835])
def test_cycles_of_period_28_beside_32(beta):
    found = network_attractors(beta, 800_000)
    assert sorted({one.period for one in found.attractors}) == [28, 32]
    assert found.n_undetermined == 0


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "label"), [(1.255, "quasiperiodic"), (1.28, "chaotic"), (1.4, "chaotic")])
def test_one_attractor_of_the_network(beta, label):
    found = network_attractors(beta, 20_000)
    assert [str(one.label) for one in found.attractors] == [label]
    assert found.status is MultistabilityStatus.OK
