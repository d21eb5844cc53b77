"""Orbits that are not yet where they will be: leaving what repels them, on a cycle after chaos, on the way to 0."""

import math

import numpy as np
import pytest
import systems
from experiments import shard_names, small

from attractors import DiscreteMap, Label, classify, classify_evidence, find_period, spectrum_from_stretching
from attractors.continuation.following import follow_attractors
from attractors.labels.evidence import Evidence
from attractors.labels.transients import is_departing, repeats_from, transient_before
from attractors.multistability.attractors import find_attractors
from attractors.recurrence.period import rest_at_zero
from sweeps import open_sweep, run_sweep

CHAOS = spectrum_from_stretching(np.random.default_rng(0).normal(1.0, 0.3, (64, 1)), 64)  # 0.016 a step


def _step(x, p, out):
    out[0] = p[1] + p[0] * math.tanh(x[0] - p[1])


def _jacobian(x, p, out):
    out[0, 0] = p[0] * (1.0 - math.tanh(x[0] - p[1]) ** 2)


def pitchfork(r, centre=0.0):
    """y' = r tanh y, y = x - centre: for r <= 1 all is attracted by 0, beyond by either of two fixed points."""
    return DiscreteMap(_step, _jacobian, [r, centre], 1)


def _spiral_step(x, p, out):
    f = p[0] / (1.0 + x[0] ** 2 + x[1] ** 2)
    out[0] = f * (math.cos(1.0) * x[0] - math.sin(1.0) * x[1])
    out[1] = f * (math.sin(1.0) * x[0] + math.cos(1.0) * x[1])


@pytest.mark.parametrize(
    ("system", "start", "n_steps"),
    [
        (systems.logistic(3.01), [1.0 - 1.0 / 3.01 + 1e-10], 1_000),
        (pitchfork(1.01), [1e-9], 640),
        (pitchfork(1.01, 1.0), [1.0 + 1e-9], 640),
        (pitchfork(1.01, 1.0), [1.0 + 1e-9], 1_200),
        (pitchfork(1.05, 1.0), [1.0 + 1e-12], 400),
        (DiscreteMap(_spiral_step, None, [1.01], 2), [1e-9, 0.0], 1_000),
    ],
    ids=["cycle of 2", "at 0", "at 1", "seen for longer", "seen shortly", "spiral"],
)
def test_what_only_leaves_a_repelling_cycle_is_no_chaos(system, start, n_steps):
    """Its exponent is positive, exactly so, and says nothing of where it goes; seen for longer, it gets there."""
    found = classify(system, start, n_transient=100, n_steps=n_steps)
    assert found.label is Label.transient, found.reason
    assert "it leaves what repels it" in found.reason
    assert classify(system, start, n_transient=20_000, n_steps=3_000).label in {
        Label.periodic,
        Label.fixed_point,
        Label.quasiperiodic,
    }


def test_an_orbit_may_leave_and_arrive_within_the_samples():
    """Distances of returns then rise and fall; where they come and go, as in chaos, it leaves nothing."""
    t = np.arange(1024.0)
    way = np.tanh((t - 400.0) / 60.0)[:, None]
    assert is_departing(way)
    assert is_departing(np.exp(0.01 * t)[:, None])
    assert not is_departing(np.exp(-0.01 * t)[:, None])
    assert not is_departing(np.sin(t)[:, None])
    chaos = systems.logistic(4.0)
    assert not any(is_departing(chaos.orbit([x], 1024)[0]) for x in np.linspace(0.1, 0.2, 200))


def test_chaos_that_has_ended_within_the_samples():
    """By the average it is chaos; the last samples, fewer than a quarter of all steps, are on a cycle, with noise.

    What was before is five times as large: whether the cycle repeats is judged by its own extent.
    """
    rng = np.random.default_rng(0)
    samples = systems.logistic(4.0).orbit([0.3], 4096)[0]
    t = np.arange(2_700)
    samples[-len(t) :, 0] = 0.5 + 0.1 * (-1.0) ** t + 0.1 * np.exp(-0.02 * t) + 3e-12 * rng.normal(size=len(t))
    sums = rng.normal(30.0, 5.0, (64, 1))
    sums[-8:] = -6.0
    found = classify_evidence(spectrum_from_stretching(sums, 312), find_period(samples), samples=samples)
    assert (found.label, found.period) == (Label.periodic, 2), found.reason
    assert found.spectrum.exponents[0] == pytest.approx(-6.0 / 312)
    assert found.transient.exponent > 0.05


def test_an_orbit_repeats_by_the_extent_of_its_cycle():
    """Before, it moves a hundred times as far; by that extent it would repeat too early, and the rest not at all."""
    t = np.arange(600)
    orbit = np.where(t < 200, 100.0 * np.sin(t), np.cos(np.pi * t / 2.0) + np.exp(-0.05 * (t - 200)))[:, None]
    first = repeats_from(orbit, 4)
    assert find_period(orbit[first:], max_period=4).period == 4
    assert find_period(orbit[first - 1 :], max_period=4).period is None


@pytest.mark.parametrize("part", [2, 4, 8])
def test_chaos_that_is_about_to_end_is_a_transient(part):
    """The average is that of the chaos before; the last samples come ever closer to a cycle, not yet close enough."""
    n = 4096
    chaos = systems.logistic(4.0).orbit([0.3], n)[0]
    t = np.arange(n // part + 40)
    chaos[-len(t) :, 0] = 0.5 + 0.1 * (-1.0) ** t + 0.1 * np.exp(-14.0 * t / len(t))
    found = classify_evidence(CHAOS, find_period(chaos), samples=chaos)
    assert found.label is Label.transient
    assert "closer to a cycle of period 2" in found.reason
    assert Evidence(CHAOS, find_period(chaos[: -len(t)]), chaos[: -len(t)]).ends_on_a_cycle is None


@pytest.mark.parametrize(("r", "n_transient"), [(0.5, 200), (0.9, 200), (0.9, 2_000), (0.9, 8_000)])
def test_what_decays_to_0_is_at_rest_there(r, n_transient):
    """At once, after so long that numbers are not normal any more, and from both sides."""
    run = {"n_transient": n_transient, "n_steps": 640, "n_window": 600}
    assert classify(pitchfork(r), [0.5], **run).label is Label.fixed_point
    found = find_attractors(pitchfork(r), [[0.5], [-0.5], [1.0], [-0.2]], **run)
    ((attractor, share),) = [(one.label, one.share) for one in found.attractors]
    assert (attractor, share) == (Label.fixed_point, 1.0)


@pytest.mark.slow
@pytest.mark.parametrize("n_transient", [2_000, 8_000])
def test_a_sweep_of_what_decays_to_0(tmp_path, n_transient):
    """Without positional encoding and below the threshold nothing is left of any start."""
    run = {"n_transient": n_transient, "n_steps": 2_304, "n_exponents": 2}
    config = small(model={"epsilon": 0.0}, sweep={"beta": {"values": [0.6, 0.9]}}, run=run, record=["label"])
    dataset = open_sweep(run_sweep(config, tmp_path, quiet=True))
    assert {shard_names()[code] for code in dataset["label"].values} == {"fixed_point"}
    assert (dataset["period"] == 1).all()


def test_what_lives_at_small_values_stays():
    """Only what goes on decaying is on its way to 0, and each component by itself."""
    x = np.column_stack([1e-20 * np.sin(np.arange(90.0)), np.exp(-np.arange(90.0)), np.full(90, 1e-300)])
    rested = rest_at_zero(x, 1.0)
    np.testing.assert_array_equal(rested[:, 0], x[:, 0])
    np.testing.assert_array_equal(rested[:, 1], np.where(x[:, 1] < 1e-15, 0.0, x[:, 1]))
    np.testing.assert_array_equal(rested[:, 2], 0.0)


def _far_step(x, p, out):
    inside = p[0] * x[0] * (1.0 - x[0]) if 0.0 <= x[0] <= 1.0 else 0.5 * abs(x[0])
    out[0] = 0.5 * x[0] if abs(x[0]) > 10.0 else inside


def test_a_start_far_away_does_not_make_the_attractor_a_point():
    found = classify(DiscreteMap(_far_step, None, [3.2], 1), [1e18], n_transient=2_000, n_steps=4_000)
    assert (found.label, found.period) == (Label.periodic, 2)


def test_branches_do_not_depend_on_where_0_is():
    """A pitchfork at the origin and at 1. Seeds are moved from the origin, too."""
    values, starts = np.linspace(0.61, 1.41, 5), np.array([[0.5], [-0.7], [1.0], [-1.2]])
    run = {"n_transient": 3_000, "n_steps": 320, "n_window": 300}
    at_0, at_1 = (follow_attractors(lambda r, c=c: pitchfork(r, c), values, starts + c, **run) for c in (0.0, 1.0))
    assert at_0.status is at_1.status
    for one, other in zip(at_0.branches, at_1.branches, strict=True):
        np.testing.assert_array_equal(one.parameters, other.parameters)
        np.testing.assert_array_equal(one.shares, other.shares)
        assert (one.begins.kind, one.ends.kind) == (other.begins.kind, other.ends.kind)
        assert {*one.labels} == {Label.fixed_point}


def test_no_transient_is_told_where_the_map_is_singular():
    sums = np.full(64, -math.inf)
    settled = spectrum_from_stretching(np.full((64, 1), -math.inf), 10)
    assert transient_before(sums, 10, settled) is None


def test_too_few_steps_are_named():
    with pytest.raises(ValueError, match="n_steps must be at least 3 samples"):
        classify(systems.logistic(3.2), [0.3], n_transient=0, n_steps=2)
