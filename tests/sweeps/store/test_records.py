"""What a sweep holds of axes, starts and records."""

import itertools

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, SHORT, TOTAL, networks, swept

from dmfsa import Window
from sweeps import open_sweep, records, run_sweep
from sweeps.config import Config, registry
from sweeps.models.network import full, map_of, starts_of
from sweeps.records import RECORDS, Record, Variable
from sweeps.store.dataset import RUN_VARIABLES, SHARD_VARIABLES, axes_of, variables_of


def test_two_axes(tmp_path, chunks_of_2):
    sweep = {"gamma": {"values": [100, 220]}, "beta": {"from": 1, "to": 2, "n": 3}}
    config, dataset = swept(tmp_path / "two", sweep=sweep, run=NO_EXPONENTS)
    assert dataset["label"].dims == ("beta", "gamma")
    np.testing.assert_array_equal(dataset["beta"], [1, 1.5, 2])
    np.testing.assert_array_equal(dataset["gamma"], [100, 220])
    parameters = itertools.product([1, 1.5, 2], [100, 220])
    for network, (beta, gamma) in zip(networks(config), parameters, strict=True):
        assert (network.beta, network.gamma) == (beta, gamma)
        end = network.trajectory(Window.paper_beta3(), TOTAL).end
        at = dataset.sel(beta=beta, gamma=gamma)
        np.testing.assert_allclose(at["window"], end.attention, rtol=0, atol=1e-8)


def test_random_starts_are_an_axis(tmp_path, chunks_of_2):
    start = {"random": {"n": 3, "seed": 1}}
    sweep, given = {"epsilon": {"values": [0.1, 0]}}, {"start": start, "run": NO_EXPONENTS}
    config, dataset = swept(tmp_path / "starts", sweep=sweep, model={"beta": 1.3}, **given)
    assert dataset["label"].dims == ("epsilon", "start")
    np.testing.assert_array_equal(dataset["start"], [0, 1, 2])
    for (i, epsilon), (j, window) in itertools.product(
        enumerate([0.1, 0]), enumerate(Window.random(4, 3, seed=1, n=3))
    ):
        end = map_of(config, epsilon=epsilon).trajectory(window, TOTAL).end
        np.testing.assert_allclose(dataset["window"][i, j], end.attention, rtol=0, atol=1e-8)
    _, alone = swept(tmp_path / "alone", sweep=None, model={"beta": 1.3, "epsilon": 0.1}, **given)
    assert alone["label"].dims == ("start",)
    np.testing.assert_array_equal(alone["window"], dataset["window"][0])


def test_token_starts_grow_each_in_its_own_map(tmp_path, chunks_of_2):
    sweep, run = {"epsilon": {"values": [0, 0.3]}}, {"n_transient": 0, "n_steps": 8, "n_exponents": 0}
    config, dataset = swept(tmp_path / "token", start={"token": "k2"}, sweep=sweep, model={"beta": 1.3}, run=run)
    for i, epsilon in enumerate([0, 0.3]):
        network = map_of(config, epsilon=epsilon)
        (one_token,) = starts_of(config, network)
        assert one_token.context == 1
        orbit = network.trajectory(full(network, one_token), 9)
        np.testing.assert_allclose(dataset["orbit"][i], orbit.m_o_semantic[1:], rtol=0, atol=1e-6)
        np.testing.assert_allclose(dataset["window"][i], network.trajectory(one_token, 3 + 8).end.attention, atol=1e-9)
    assert (dataset["clock_phase"] == 3).all()


def test_a_single_point_from_a_window_written_out(tmp_path):
    rows = Window.paper_beta3().attention
    config, dataset = swept(tmp_path / "x", sweep=None, model={"beta": 1.27}, start={"window": rows, "phase": 1})
    assert dataset["label"].shape == ()
    assert axes_of(dataset) == ()
    end = map_of(config).trajectory(Window(rows, 1), TOTAL).end
    np.testing.assert_allclose(dataset["window"], end.attention, rtol=0, atol=1e-8)
    assert dataset["clock_phase"] == end.phase
    assert str(dataset["reason"].values)


@pytest.mark.parametrize(
    "record", [some for n in (1, 2, 3) for some in itertools.combinations(("orbit", "label", "lyapunov"), n)], ids=str
)
def test_what_is_recorded(beta_sweep, tmp_path, record):
    config, dataset = swept(tmp_path / "x", record=list(record))
    always = {"window", "clock_phase", "core_seconds", "failure"}
    kept = {name for one in RECORDS if one.name in record for name in one.variables} | always
    assert set(variables_of(config)) == kept
    assert set(dataset.data_vars) == kept | SHARD_VARIABLES.keys()
    for name in kept - set(RUN_VARIABLES):
        xr.testing.assert_identical(dataset[name], beta_sweep[name])


@pytest.mark.parametrize("n_steps", [3, 13, 16])
def test_without_exponents(tmp_path, n_steps):
    _, dataset = swept(tmp_path / "x", run={**NO_EXPONENTS, "n_steps": n_steps})
    assert "exponent" not in dataset.dims
    assert not [name for name in dataset if name.startswith(("lyapunov", "kaplan"))]
    assert dataset.sizes["sample"] == n_steps
    assert (dataset["label"] >= 0).all()


@pytest.mark.parametrize("n_steps", [8, 9, 19])
def test_steps_that_do_not_fill_the_blocks_lengthen_the_transient(tmp_path, n_steps):
    config, dataset = swept(tmp_path / "x", run={**SHORT, "n_steps": n_steps})
    assert dataset.sizes["sample"] == n_steps // 4 * 4
    for i, network in enumerate(networks(config)):
        orbit = network.trajectory(Window.paper_beta3(), 4 + n_steps + 1).m_o_semantic[1:]
        np.testing.assert_allclose(dataset["orbit"][i], orbit[-dataset.sizes["sample"] :], rtol=0, atol=1e-6)


def test_a_long_orbit_keeps_its_last_samples(tmp_path, monkeypatch):
    monkeypatch.setattr("sweeps.store.dataset.ORBIT_SAMPLES", 5)
    config, dataset = swept(tmp_path / "x")
    np.testing.assert_array_equal(dataset["sample"], [-4, -3, -2, -1, 0])
    orbit = networks(config)[0].trajectory(Window.paper_beta3(), TOTAL + 1).m_o_semantic
    np.testing.assert_allclose(dataset["orbit"][0], orbit[-5:], rtol=0, atol=1e-6)


def test_density_and_section_are_those_of_all_kept_steps(tmp_path):
    config = Config.from_dict(
        {
            "start": {"window": "paper_beta3"},
            "sweep": {"beta": {"values": [1.0, 1.255]}},
            "run": {"n_transient": 50, "n_steps": 1000, "n_exponents": 0},
            "record": ["orbit", "section"],
        }
    )
    dataset = open_sweep(run_sweep(config, tmp_path / "sweep", quiet=True))
    for i, beta in enumerate([1.0, 1.255]):
        network = map_of(config, beta=beta)
        m = network.trajectory(Window.paper_beta3(), 1000, n_transient=50).m_o_semantic
        np.testing.assert_array_equal(dataset["orbit_density"][i], np.histogram(m[:, 0], 4000, (-1, 1))[0])
        inside = m[np.abs(m[:, 1]) < 1e-3, 0]
        assert dataset["section_hits"][i] == len(inside)
        np.testing.assert_allclose(dataset["section"][i, : len(inside)], inside, rtol=0, atol=1e-7)
        assert len(inside) > 5 or beta < 1.2
        assert np.isnan(dataset["section"][i, len(inside) :]).all()


def test_a_new_record_is_one_entry(tmp_path, monkeypatch):
    """Configs ask for it, datasets have it, and it sees labels and samples of every point."""

    def keep(ran, result):
        result["half_mean"][ran.rows] = ran.observed(ran.tail[-8:, 0], 0).mean() / 2

    mean = Record("mean", {"half_mean": Variable((), "f8", np.nan, "half the mean of {first}")}, keep, labelled=False)
    monkeypatch.setattr(records, "RECORDS", (*RECORDS, mean))
    monkeypatch.setattr(registry, "_RECORDS", [*registry.records(), "mean"])
    config, dataset = swept(tmp_path / "x", sweep=None, model={"beta": 1.27}, record=["mean"])
    orbit = map_of(config).trajectory(Window.paper_beta3(), TOTAL + 1).m_o_semantic
    assert dataset["half_mean"].item() == pytest.approx(orbit[-8:].mean() / 2, abs=1e-6)
    assert dataset["half_mean"].attrs == {"long_name": "half the mean of m^o_1", "units": "1"}
