"""The attractors of one point: a sweep tells the same as the command."""

import numpy as np
import pytest
from experiments import shard_names, small

from attractors import Label
from sweeps import open_sweep, run_sweep
from sweeps.multistability import attractors_of
from sweeps.run import points

RECORD = ["label", "transient", "attractors", "lyapunov"]
pytestmark = pytest.mark.slow


def asked(beta, n, seed, **run):
    return {
        "model": {"beta": beta},
        "start": {"random": {"n": n, "seed": seed}},
        "run": {"n_transient": 500, "n_steps": 1_024, "n_exponents": 2, **run},
    }


def swept(folder, betas, n, seed, **run):
    sections = asked(None, n, seed, **run) | {"model": None, "sweep": {"beta": {"values": betas}}}
    return open_sweep(run_sweep(small(**sections, record=RECORD), folder, quiet=True, workers=1))


def assert_same(here, found):
    """One point of a sweep against what the command finds there: which start is where, with which share and name."""
    np.testing.assert_array_equal(here["attractor"], found.reached)
    names = np.array(shard_names())[here["label"].values]
    for number, attractor in enumerate(found.attractors):
        rows = np.flatnonzero(found.reached == number)
        assert names[attractor.representative] == attractor.label
        assert here["period"].values[attractor.representative] == (attractor.period or 0)
        np.testing.assert_array_equal(here["attractor_share"].values[rows], attractor.share)
        np.testing.assert_array_equal(here["attractor_share_low"].values[rows], attractor.interval[0])
        np.testing.assert_array_equal(here["attractor_share_high"].values[rows], attractor.interval[1])
        exponents = here["lyapunov_exponent"].values[attractor.representative]
        np.testing.assert_array_equal(exponents[: len(attractor.exponents)], attractor.exponents)
    assert {names[i] for i in np.flatnonzero(found.reached == -1)} <= {"transient", "undetermined"}
    return names


@pytest.mark.parametrize("seed", [0, 1, 2])
@pytest.mark.parametrize("n_transient", [500, 501])
def test_a_sweep_tells_the_attractors_that_the_command_tells(tmp_path, seed, n_transient):
    """Cycles, chaos and chaotic transients; more starts than lanes; also of a run that is no whole number of turns."""
    betas = np.sort(np.random.default_rng(seed).uniform(1.24, 1.28, 6)).tolist()
    dataset = swept(tmp_path / "out", betas, 20, seed, n_transient=n_transient)
    some = set()
    for i, beta in enumerate(betas):
        found = attractors_of(small(**asked(beta, 20, seed, n_transient=n_transient)))
        some |= set(assert_same(dataset.isel(beta=i), found).tolist())
    assert len(some) > 2


@pytest.mark.parametrize(
    ("beta", "names", "n_undetermined"),
    [
        (1.2735, {"periodic 28": 25}, 7),
        (1.2738, {"periodic 28": 14, "periodic 32": 1}, 17),
        (1.274, {"periodic 64": 5}, 27),
    ],
)
def test_chaos_that_ends_is_no_attractor(tmp_path, beta, names, n_undetermined):
    """Thirteen, and more, of these 32 starts are chaotic for 10,192 steps; in as many more some of them settle."""
    long = {"n_transient": 2_000, "n_steps": 8_192}
    found = attractors_of(small(**asked(beta, 32, 1, **long)))
    assert ({one.name: len(one.starts) for one in found.attractors}, found.n_undetermined) == (names, n_undetermined)
    here = swept(tmp_path / "out", [beta], 32, 1, **long).isel(beta=0)
    labels = assert_same(here, found)
    left = found.reached == -1
    assert set(labels[left]) == {"transient"}
    still = np.array(["chaos here is a transient" in reason for reason in here["reason"].values])
    assert still.sum() >= n_undetermined - 2  # others are about to settle
    assert (here["confidence"].values[still] == 0.0).all()
    assert np.isnan(here["attractor_share"].values[left]).all()


def test_chaos_that_ends_does_not_become_an_attractor_when_labels_go_on(tmp_path):
    """Of 7 starts whose chaos is a transient 3 are chaotic for 16,384 steps more, alone: with `run.n_max` too.

    Of others the chaos lasts through the first run, of 10,192 steps: to its last block at least of 5. It is told, and
    counted from their start, also of the one that had settled when the second run began to average.
    """
    run = {"n_transient": 2_000, "n_steps": 8_192}
    short = swept(tmp_path / "short", [1.2735], 32, 1, **run).isel(beta=0)
    long = swept(tmp_path / "long", [1.2735], 32, 1, **run, n_max=400_000).isel(beta=0)
    np.testing.assert_array_equal(short["attractor"], long["attractor"])
    np.testing.assert_array_equal(short["label"], long["label"])
    assert (long["label"].values == Label.transient.code).sum() == 7
    until = short["transient_until"].values
    late = until[(short["label"].values == Label.periodic.code) & (until >= 10_192 - 128)]
    assert (len(late), (late < 10_192 + 2_000).sum()) == (5, 1)


def test_one_start_that_fails_leaves_the_starts_of_other_points_together(tmp_path, monkeypatch):
    """Its own point has no attractors, for shares need all starts; that beside it has those it would have alone."""
    whole = swept(tmp_path / "whole", [1.24, 1.27], 8, 0)
    keep = points.keep_states

    def fails(result, rows, arrays):
        if 3 in result["point"][rows]:
            raise ValueError("this one")
        keep(result, rows, arrays)

    monkeypatch.setattr(points, "keep_states", fails)
    broken = swept(tmp_path / "broken", [1.24, 1.27], 8, 0)
    failed = broken["failure"].values != ""
    assert np.argwhere(failed).tolist() == [[0, 3]]
    assert (broken["attractor"].values[0] == -1).all()
    np.testing.assert_array_equal(broken["attractor"].values[1], whole["attractor"].values[1])
    np.testing.assert_array_equal(broken["attractor_share"].values[1], whole["attractor_share"].values[1])
