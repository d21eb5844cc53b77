"""Branches over a parameter: maps whose folds, flips, pitchforks, tori and crises are known exactly."""

import math
from dataclasses import replace

import numpy as np
import pytest
import systems
from systems import examples

from attractors import DiscreteMap, Label, classify_evidence
from attractors.continuation.branches import FollowingStatus
from attractors.continuation.following import follow, follow_attractors
from attractors.multistability.attractors import orbits_of
from attractors.recurrence.cycles import CycleStatus, refine_cycle

SHORT = {"n_transient": 600, "n_steps": 320, "n_window": 120}


def _imperfect_step(x, p, out):
    out[0] = x[0] + 0.2 * (p[0] + x[0] - x[0] ** 3)


def _imperfect_jacobian(x, p, out):
    out[0, 0] = 1.0 + 0.2 * (1.0 - 3.0 * x[0] ** 2)


def imperfect(r):
    """x' = x + (r + x - x³)/5: two attracting fixed points for |r| < 2/√27, one of them beyond."""
    return DiscreteMap(_imperfect_step, _imperfect_jacobian, r, 1)


def _shifted_cubic_step(x, p, out):
    out[0] = 1.0 + p[0] * (x[0] - 1.0) - (x[0] - 1.0) ** 3


def _shifted_cubic_jacobian(x, p, out):
    out[0, 0] = p[0] - 3.0 * (x[0] - 1.0) ** 2


def shifted_cubic(r):
    """The odd cubic map around 1."""
    return DiscreteMap(_shifted_cubic_step, _shifted_cubic_jacobian, r, 1)


def test_hysteresis_between_two_folds():
    """Both folds at |r| = 2/√27 = 0.3849; beyond the middle each branch has less of the starts, and none of some."""
    values = np.linspace(-0.5, 0.5, 21)
    found = follow_attractors(imperfect, values, [[0.01], [0.5], [1.5]], **SHORT)
    lower, upper = found.branches
    critical = 2 / math.sqrt(27)
    assert (lower.parameters[0], upper.parameters[-1]) == (-0.5, 0.5)
    assert lower.parameters[-1] == values[values < critical][-1]
    assert upper.parameters[0] == values[values > -critical][0]
    for end, sign in [(lower.ends, 1), (upper.begins, -1)]:
        assert end.kind == "fold"
        assert sign * end.estimate == pytest.approx(critical, abs=0.01)
        assert 0.7 < end.multiplier.real < 1.0
    assert (lower.begins.kind, upper.ends.kind) == ("edge", "edge")
    assert (lower.ends.leads_to, upper.begins.leads_to) == (1, 0)
    np.testing.assert_array_equal(found.hysteresis, [[upper.parameters[0], lower.parameters[-1]]])
    np.testing.assert_array_equal(found.up == 0, values < critical)
    np.testing.assert_array_equal(found.down == 1, values > -critical)
    # Starts are above 0 only: for r > 0 none of them reaches the lower branch, which is known by continuation alone.
    assert (lower.shares[lower.parameters > 0.05] == 0.0).all()
    assert (lower.parameters > 0.05).sum() > 5
    assert found.status is FollowingStatus.OK


def test_the_slow_way_begins_on_the_attractor_of_most_starts():
    """Where both branches are there all along, two of three starts are above: both ways stay there."""
    found = follow_attractors(imperfect, [-0.1, 0.0, 0.1], [[0.5], [1.0], [-1.0]], **SHORT)
    above = next(i for i, branch in enumerate(found.branches) if branch.windows[0][-1] > 0)
    assert found.branches[above].shares.tolist() == [2 / 3] * 3
    assert found.up.tolist() == found.down.tolist() == [above] * 3


def test_a_flip_does_not_end_a_branch():
    """The logistic map's period doubles at r = 3 and r = 1 + √6 = 3.449."""
    found = follow_attractors(
        systems.logistic, np.linspace(2.85, 3.52, 11), [[0.3], [0.6]], n_transient=2_000, n_steps=320, n_window=120
    )
    (branch,) = found.branches
    assert branch.periods.tolist() == [1] * 3 + [2] * 6 + [4] * 2
    assert [change.kind for change in branch.changes] == ["flip", "flip"]
    assert [f"{change.before} -> {change.after}" for change in branch.changes] == [
        "fixed_point -> periodic 2",
        "periodic 2 -> periodic 4",
    ]
    # 1 - |μ| is linear in r for the fixed point, μ = 2 - r, and nearly so for the 2-cycle, μ = 4 + 2r - r².
    assert branch.changes[0].estimate == pytest.approx(3.0, abs=1e-9)
    assert branch.changes[1].estimate == pytest.approx(1 + math.sqrt(6), abs=0.01)
    assert branch.shares.tolist() == [1.0] * 11
    assert len(found.hysteresis) == 0
    assert found.status is FollowingStatus.OK


def test_the_multiplier_that_matters_is_the_one_closest_to_the_circle():
    """Hénon's fixed point doubles its period at a = 3 (1 - b)²/4 = 0.3675; its other multiplier is 0.3 then."""
    run = {"n_transient": 3_000, "n_steps": 320, "n_window": 120}
    found = follow_attractors(examples.henon, [0.34, 0.35, 0.36, 0.38], [[0.5, 0.15]], **run)
    (change,) = found.branches[0].changes
    assert change.kind == "flip"
    assert change.estimate == pytest.approx(0.3675, abs=2e-4)
    ax = (-0.7 + math.sqrt(0.49 + 4 * 0.36)) / 2  # a x at a = 0.36; multipliers solve μ² + 2 a x μ = b
    assert change.multiplier.real == pytest.approx(-ax - math.sqrt(ax**2 + 0.3), abs=1e-9)


def test_a_cycle_is_born_at_a_fold():
    """Chaos gives way to period 3 in the logistic map at r = 1 + √8 = 3.82843: told from the cycle's side."""
    values = 1 + math.sqrt(8) + np.array([-0.002, -0.001, 0.0005, 0.0015, 0.0025])
    found = follow_attractors(systems.logistic, values, [[0.3]], n_transient=1_000, n_steps=1_920, n_window=300)
    (branch,) = found.branches
    (change,) = branch.changes
    assert (change.before, change.after, change.kind) == ("chaotic", "periodic 3", "fold")
    assert change.between == (values[1], values[2])
    assert change.estimate == pytest.approx(1 + math.sqrt(8), abs=1e-4)


def test_partners_part_at_a_pitchfork():
    """x' = 1 + r (x - 1) - (x - 1)³: 1 for r < 1, 1 ± √(r - 1) beyond, with the multiplier 3 - 2r."""
    found = follow_attractors(
        shifted_cubic, np.linspace(0.91, 1.31, 9), [[0.5], [1.5]], n_transient=4_000, n_steps=320, n_window=120
    )
    assert sorted(len(branch.indices) for branch in found.branches) == [7, 9]
    partner = next(branch for branch in found.branches if len(branch.indices) == 7)
    whole = next(branch for branch in found.branches if len(branch.indices) == 9)
    assert partner.begins.kind == "pitchfork"
    assert partner.begins.estimate == pytest.approx(1.0, abs=1e-6)
    assert found.branches[partner.begins.leads_to] is whole
    assert partner.shares.tolist() == [0.5] * 7
    assert whole.shares.tolist() == [1.0] * 2 + [0.5] * 7


def test_a_torus_is_born():
    """x' = a x (1 - y), y' = x: a Neimark-Sacker bifurcation at a = 2, where |μ|² = a - 1."""
    values = np.array([1.91, 1.94, 1.97, 2.02, 2.05])
    found = follow_attractors(
        examples.delayed_logistic, values, [[0.5, 0.51]], n_transient=1_000, n_steps=1_920, n_window=600
    )
    (branch,) = found.branches
    assert [str(label) for label in branch.labels] == ["fixed_point"] * 3 + ["quasiperiodic"] * 2
    (change,) = branch.changes
    assert change.kind == "Neimark-Sacker"
    assert change.estimate == pytest.approx(2.0, abs=0.01)
    assert abs(change.multiplier) == pytest.approx(math.sqrt(values[2] - 1), abs=1e-9)


@pytest.mark.slow
def test_a_torus_locks_and_breaks_down():
    """The delayed logistic map locks with period 7 at 2.17640, where Newton's method loses the cycle; chaos at 2.25."""
    run = {"n_transient": 20_000, "n_steps": 6_400, "n_window": 2_048}
    locks = follow_attractors(examples.delayed_logistic, [2.17, 2.1765, 2.177, 2.1775], [[0.5, 0.51]], **run)
    (change,) = locks.branches[0].changes
    assert (change.kind, change.before, change.after) == ("fold", "quasiperiodic", "periodic 7")
    assert change.estimate == pytest.approx(2.17640, abs=1e-5)
    seven = examples.delayed_logistic(2.1765).orbit([0.5, 0.51], 30_000)[1]
    for a, is_there in ((2.17641, True), (2.17638, False)):
        cycle = refine_cycle(examples.delayed_logistic(a), seven, 7)
        assert (cycle.status is CycleStatus.CONVERGED) == is_there
    breaks = follow_attractors(examples.delayed_logistic, [2.17, 2.25], [[0.5, 0.51]], **run)
    (change,) = breaks.branches[0].changes
    assert (change.kind, change.before, change.after) == ("breakdown", "quasiperiodic", "chaotic")


@pytest.mark.slow
def test_chaos_ends_in_a_crisis():
    """x' = r x - x³: two chaotic attractors below r = 3√3/2 = 2.598, one beyond; 2 comes to lie in 1."""
    run = {"n_transient": 2_000, "n_steps": 3_200, "n_window": 2_048}
    starts = np.linspace(-1.4, 1.4, 4)[:, None]
    found = follow_attractors(systems.cubic, np.linspace(2.55, 2.69, 8), starts, **run)
    assert sorted(len(branch.indices) for branch in found.branches) in ([3, 8], [3, 3, 5])
    short = [branch for branch in found.branches if branch.indices[0] == 0 and len(branch.indices) == 3]
    assert all(branch.ends.kind == "crisis" for branch in short)
    assert short[0].ends.between == pytest.approx((2.59, 2.61))


def test_divergence_is_a_branch():
    """x' = r x (1 - x) diverges for all starts beyond r = 4."""
    found = follow_attractors(systems.logistic, [3.9, 4.1, 4.2], [[0.3]], n_transient=500, n_steps=640, n_window=200)
    assert [[str(label) for label in branch.labels] for branch in found.branches] == [["chaotic"], ["divergent"] * 2]
    assert found.branches[0].ends.kind == "crisis"
    assert found.branches[0].ends.leads_to == 1


def test_a_single_value_and_wrong_input():
    found = follow_attractors(systems.logistic, [3.2], [[0.3]], **SHORT)
    assert (found.branches[0].begins.kind, found.branches[0].ends.kind) == ("edge", "edge")
    assert found.to_dict()["branches"][0]["begins"]["kind"] == "edge"
    for parameters in ([], [3.2, 3.1], [3.2, math.nan], [[3.2]]):
        with pytest.raises(ValueError, match="parameters must be finite and ascend"):
            follow_attractors(systems.logistic, parameters, [[0.3]], **SHORT)


def test_continuations_that_are_lost_are_told():
    """Where a continuation ends on nothing that can be told, the branch is cut there, and the status says so."""

    def explore(parameter, seeds):
        orbits = orbits_of(systems.logistic(parameter), [[0.3]] if seeds is None else seeds, **SHORT)
        if parameter != 3.2 or seeds is None:
            return orbits
        return orbits._replace(answers=tuple(classify_evidence(answer.spectrum, None) for answer in orbits.answers))

    found = follow([3.1, 3.15, 3.2, 3.25], explore, systems.logistic)
    assert [branch.parameters.tolist() for branch in found.branches] == [[3.1, 3.15], [3.2], [3.25]]
    assert found.status is FollowingStatus.BROKEN
    assert found.branches[0].ends.leads_to == -1
    assert found.up.tolist() == [0, 0, 1, 2]
    assert found.branches[0].ends.kind == "unknown"


def test_what_the_starts_do_not_tell_apart_is_told():
    """Next to a resonance a torus hardly turns in the window: two starts look like two attractors."""

    def explore(omega, seeds):
        starts = [[0.1], [0.25]] if seeds is None else seeds
        orbits = orbits_of(examples.circle(omega, 0.0), starts, n_transient=0, n_steps=640, n_window=256)
        tori = (replace(answer, label=Label.quasiperiodic) for answer in orbits.answers)
        return orbits._replace(answers=tuple(tori))

    found = follow([1 / 3 - 1e-6], explore, lambda omega: examples.circle(omega, 0.0))
    assert found.status is FollowingStatus.UNCLEAR


def test_undetermined_starts_are_told():
    def explore(r, seeds):
        orbits = orbits_of(systems.logistic(r), [[0.3], [0.4]] if seeds is None else seeds, **SHORT)
        unknown = classify_evidence(orbits.answers[-1].spectrum, None)
        noise = np.random.default_rng(0).normal(size=orbits.windows[:1].shape)
        return orbits._replace(
            answers=(*orbits.answers[:1], *[unknown] * (len(orbits.answers) - 1)),
            windows=np.concatenate([orbits.windows[:1], *[noise] * (len(orbits.answers) - 1)]),
        )

    found = follow([3.1, 3.2], explore, systems.logistic)
    assert found.status is FollowingStatus.UNDETERMINED_STARTS
    assert found.undetermined.tolist() == [0.5, 0.5]
    assert found.branches[0].intervals[0, 1] == 1.0
