"""Sweeps that go on while a label is open, and what they tell of transients."""

from dataclasses import replace

import numpy as np
import pytest
from experiments import shard_names, small

from attractors import Label, classify
from attractors.labels.settle import settled_label
from dmfsa import Features, MeanFieldMap, Window
from sweeps import open_sweep, run_sweep
from sweeps.run import basins

BETAS = [1.27, 1.2739, 1.242, 1.4]  # cycles after short and longer chaos; one that attracts slowly; chaos
RUN = {"n_transient": 0, "n_steps": 2_400, "n_exponents": 1}
DONE = RUN["n_transient"] + RUN["n_steps"]
N_MAX = 300_000
RECORD = ["label", "transient", "lyapunov"]
OPEN = {Label.transient, Label.undetermined}
pytestmark = pytest.mark.slow


def swept(folder, **run):
    config = small(model=None, sweep={"beta": {"values": BETAS}}, run={**RUN, **run}, record=RECORD)
    return open_sweep(run_sweep(config, folder, quiet=True))


@pytest.fixture(scope="module")
def short(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("short") / "sweep")


@pytest.fixture(scope="module")
def long(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("long") / "sweep", n_max=N_MAX)


def labels(dataset):
    return [Label(shard_names()[code]) for code in dataset["label"].values]


def network_and_end(dataset, i):
    window = Window(dataset["window"].values[i], int(dataset["clock_phase"][i]))
    return MeanFieldMap(Features.segments(), beta=BETAS[i]), window


def test_a_run_goes_on_while_a_label_is_open(short, long):
    """Those that are decided stay; the others go on from where they stood, as `classify` does from there."""
    before, after = labels(short), labels(long)
    assert [label in OPEN for label in before] == [False, True, True, False]
    for i, (first, last) in enumerate(zip(before, after, strict=True)):
        np.testing.assert_array_equal(short["window"][i], long["window"][i])
        if first not in OPEN:
            assert (last, short["reason"][i].item()) == (first, long["reason"][i].item())
            continue
        network, end = network_and_end(short, i)
        alone = classify(network, end, n_transient=0, n_steps=2 * RUN["n_steps"], n_exponents=1, n_max=N_MAX - DONE)
        assert (last, long["period"][i].item(), long["reason"][i].item()) == (alone.label, alone.period, alone.reason)
        assert last is Label.periodic
        if alone.transient is not None:
            assert long["transient_until"][i] == alone.transient.until + DONE
    assert alone.transient is not None


def test_a_run_does_not_go_on_beyond_its_largest_length(short, tmp_path):
    bounded = swept(tmp_path / "bounded", n_max=DONE + 2 * RUN["n_steps"] - 1)
    assert labels(bounded) == labels(short)


def test_a_transient_is_told_from_the_start_of_the_point(short, long):
    """Its exponent is that of a vector stretched up to its end in the same chaos; where none was seen, that is said."""
    assert long["transient_until"][3] == -1
    assert np.isnan([long["transient_exponent"][3], long["transient_lifetime"][3]]).all()
    spared = DONE - 64 * 36  # steps before those that are averaged: 64 blocks of 36
    for i in (0, 1):
        until, exponent = int(long["transient_until"][i]), float(long["transient_exponent"][i])
        assert spared < until < DONE
        network, _ = network_and_end(short, i)
        start = network.orbit(Window.paper_beta3(), spared)[1]
        alone = network.stretching(start, n_exponents=1, n_blocks=(until - spared) // 4, block_length=4)
        same_chaos = pytest.approx(alone.log_factors.sum() / (until - spared), abs=0.03)  # from another last digit on
        assert exponent == same_chaos


def test_a_lifetime_is_that_of_a_chaotic_transient(long):
    """Two orbits are chaotic first; the third just comes closer to its cycle, for longer than the steps kept."""
    assert (long["transient_exponent"][:2] > 0.05).all()
    np.testing.assert_array_equal(long["transient_lifetime"][:2], long["transient_until"][:2])
    assert long["transient_until"][2] > DONE
    assert long["transient_exponent"][2] < 0.0
    assert np.isnan(long["transient_lifetime"][2])


def test_exponents_are_those_of_the_attractor(short, long):
    """Averaged after the transient, however long that took, as `classify` does; chaos is averaged over all."""
    assert "after a transient" in long["lyapunov_exponent"].attrs["comment"]
    leading = long["lyapunov_exponent"].values[:, 0]
    assert leading[0] == pytest.approx(-0.0478, abs=1e-3)  # of the published average at 1.27
    assert (leading[:3] < 0.0).all()
    assert leading[3] == short["lyapunov_exponent"][3, 0] > 0.05
    network, end = network_and_end(short, 1)
    alone = classify(network, end, n_transient=0, n_steps=2 * RUN["n_steps"], n_exponents=1, n_max=N_MAX - DONE)
    assert leading[1] == alone.spectrum.exponents[0]
    assert long["lyapunov_standard_error"][1, 0] == alone.spectrum.standard_errors[0]


def test_an_orbit_that_settles_too_late_has_no_exponents(tmp_path, monkeypatch):
    """What `settled_label` says of one (test_transients.py) is said of all here."""

    def too_late(*evidence, **given):
        return replace(settled_label(*evidence, **given), spectrum=None)

    monkeypatch.setattr(basins, "settled_label", too_late)
    dataset = swept(tmp_path / "late")
    assert np.isnan(dataset["lyapunov_exponent"]).all()
    assert np.isnan(dataset["kaplan_yorke_dimension"]).all()
    assert (dataset["lyapunov_resolved"] == 0).all()
    assert (dataset["failure"] == "").all()
