"""Sweeps, run and stored: what is in the dataset, that nothing but the config decides it, and folders in any state."""

import datetime
import itertools
import os
import platform
import re
import subprocess
import sys
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, RECORDS, SHORT, TOTAL, shard_names, small

from attractors import classify, lyapunov_spectrum
from dmfsa import Window
from sweeps import StoreError, load_config, open_sweep, progress, provenance, run_sweep, store, work
from sweeps import run as running
from sweeps import shards as blocks_of_points
from sweeps.config import Config, ConfigError
from sweeps.dataset import RUN_VARIABLES, SHARD_VARIABLES, VARIABLES, axes_of, without_run
from sweeps.experiment import Experiment
from sweeps.files import reason, written_whole
from sweeps.grid import grid_of
from sweeps.network import features_of, full, map_of, starts_of
from sweeps.points import run_points
from sweeps.shards import read_shard, write_shard
from sweeps.store import SweepFolder

BETAS = [1.27, 1.4, 1.255, 3.0, 1.0]  # neither sorted nor evenly spaced
SWEEP = {"beta": {"values": BETAS}}


def swept(folder, workers=2, **sections):
    config = small(**{"model": None, "sweep": SWEEP, **sections})
    return config, open_sweep(run_sweep(config, folder, workers=workers, quiet=True))


def assert_same(left, right):
    """Bit for bit, but for when and where it was run; attributes and types too."""
    left, right = without_run(left), without_run(right)
    xr.testing.assert_identical(left, right)
    for name, values in left.variables.items():
        assert values.dtype == right[name].dtype


def contents_of(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.fixture
def chunks_of_2(monkeypatch):
    monkeypatch.setattr(blocks_of_points, "POINTS", 2)


@pytest.fixture(scope="module")
def along_beta(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("sweep") / "beta")


@pytest.fixture(scope="module")
def beta_config(along_beta):
    return along_beta[0]


@pytest.fixture(scope="module")
def beta_sweep(along_beta):
    return along_beta[1]


# The dataset


def test_dimensions_and_coordinates(beta_sweep):
    sizes = {"beta": 5, "exponent": 2, "sample": 16, "pattern": 3, "age": 4, "bin": 4000, "shard": 1}
    assert dict(beta_sweep.sizes) == sizes
    np.testing.assert_array_equal(beta_sweep["beta"], BETAS)
    np.testing.assert_array_equal(beta_sweep["exponent"], [1, 2])
    np.testing.assert_array_equal(beta_sweep["sample"], np.arange(-15, 1))
    np.testing.assert_array_equal(beta_sweep["pattern"], [0, 1, 2])
    np.testing.assert_array_equal(beta_sweep["age"], [0, 1, 2, 3])
    shapes = {
        "label": ("beta",),
        "period": ("beta",),
        "torus_dimension": ("beta",),
        "confidence": ("beta",),
        "reason": ("beta",),
        "lyapunov_exponent": ("beta", "exponent"),
        "lyapunov_standard_error": ("beta", "exponent"),
        "lyapunov_resolved": ("beta", "exponent"),
        "kaplan_yorke_dimension": ("beta",),
        "orbit": ("beta", "sample", "pattern"),
        "orbit_density": ("beta", "bin"),
        "window": ("beta", "age", "pattern"),
        "clock_phase": ("beta",),
        "core_seconds": ("beta",),
        "failure": ("beta",),
        **dict.fromkeys(SHARD_VARIABLES, ("shard",)),
    }
    assert {name: values.dims for name, values in beta_sweep.data_vars.items()} == shapes
    assert axes_of(beta_sweep) == ("beta",)


def test_everything_has_a_name_and_a_unit(beta_sweep):
    for name, variable in VARIABLES.items():
        if name in beta_sweep:
            assert beta_sweep[name].attrs["long_name"] == variable.long_name
            assert beta_sweep[name].attrs["units"] == variable.units
    assert all(values.attrs["long_name"] for values in beta_sweep.data_vars.values())
    assert all(beta_sweep[name].attrs["long_name"] for name in beta_sweep.coords)
    units = {name: beta_sweep[name].attrs["units"] for name in ("lyapunov_exponent", "period", "core_seconds", "beta")}
    assert units == {"lyapunov_exponent": "nat/step", "period": "step", "core_seconds": "s", "beta": "1"}
    assert not any("_FillValue" in values.encoding for values in beta_sweep.data_vars.values())


def test_labels_are_codes_with_meanings(beta_sweep):
    label = beta_sweep["label"]
    assert label.attrs["flag_meanings"].split() == ["missing", *shard_names()]
    np.testing.assert_array_equal(label.attrs["flag_values"], np.arange(-1, 8))
    assert label.attrs["flag_values"].dtype == label.dtype == np.int8
    assert (label >= 0).all()
    assert all(str(reason) for reason in beta_sweep["reason"].values)


def test_where_it_comes_from(beta_config, beta_sweep, tmp_path):
    attributes = beta_sweep.attrs
    (tmp_path / "again.yaml").write_text(attributes["config"], encoding="utf-8")
    assert load_config(tmp_path / "again.yaml") == beta_config
    assert attributes["title"] == "small"
    assert re.fullmatch(r"dmfsa \S+, numba \S+, numpy \S+, xarray \S+, python \S+", attributes["versions"])
    assert re.fullmatch(r"[0-9a-f]{40}|unknown", attributes["git_commit"])
    assert attributes["git_dirty"] in ("yes", "no", "unknown")
    made = datetime.datetime.fromisoformat(attributes["created"])
    assert abs(datetime.datetime.now(datetime.UTC) - made) < datetime.timedelta(minutes=10)
    assert attributes["command"]
    assert (beta_sweep["core_seconds"] > 0).all()


def test_commit_and_dirty_flag(tmp_path, monkeypatch):
    source = tmp_path / "provenance.py"
    source.write_text("a")
    monkeypatch.setattr(provenance, "__file__", str(source))
    commit, dirty = provenance._git()
    assert (commit, dirty) == ("unknown", "unknown")
    identity = ["-c", "user.name=x", "-c", "user.email=x@example.org", "-c", "commit.gpgsign=false"]

    def git(*arguments):
        command = ["git", "-C", str(tmp_path), *identity, *arguments]
        return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()

    git("init", "--quiet")
    git("add", ".")
    git("commit", "--quiet", "-m", "first")
    assert provenance._git() == (git("rev-parse", "HEAD"), "no")
    source.write_text("b")
    assert provenance._git() == (git("rev-parse", "HEAD"), "yes")
    monkeypatch.setenv("PATH", "")
    assert provenance._git() == ("unknown", "unknown")


# The numbers


def networks(config):
    features = features_of(config)
    grid = grid_of(config)
    return [map_of(config, features, **point) for point in grid.parameters(np.arange(grid.n_points))]


def test_orbits_are_those_of_the_map(beta_config, beta_sweep):
    for i, network in enumerate(networks(beta_config)):
        orbit = network.trajectory(Window.paper_beta3(), SHORT["n_steps"] + 1, n_transient=SHORT["n_transient"])
        assert np.ptp(orbit.m_o_semantic, axis=0).max() > 1e-3
        np.testing.assert_allclose(beta_sweep["orbit"][i], orbit.m_o_semantic[1:], rtol=0, atol=1e-6)
        assert beta_sweep["orbit"].dtype == np.float32


def test_exponents_are_those_of_the_analysis(beta_config, beta_sweep):
    for i, network in enumerate(networks(beta_config)):
        alone = lyapunov_spectrum(network, Window.paper_beta3(), **SHORT)
        error = np.hypot(alone.standard_errors, beta_sweep["lyapunov_standard_error"][i])
        assert (np.abs(alone.exponents - beta_sweep["lyapunov_exponent"][i]) <= 3 * error + 1e-9).all()
        np.testing.assert_allclose(beta_sweep["lyapunov_exponent"][i], alone.exponents, rtol=0, atol=1e-6)
        np.testing.assert_allclose(beta_sweep["lyapunov_standard_error"][i], alone.standard_errors, rtol=1e-3)
        np.testing.assert_allclose(beta_sweep["kaplan_yorke_dimension"][i], alone.kaplan_yorke_dimension, rtol=1e-3)
        np.testing.assert_array_equal(beta_sweep["lyapunov_resolved"][i], alone.resolved)


@pytest.mark.slow
def test_labels_and_exponents_of_settled_orbits(tmp_path):
    run = {"n_transient": 30_000, "n_steps": 16_000, "n_exponents": 2}
    config, dataset = swept(tmp_path / "long", sweep={"beta": {"values": [1.27, 1.255, 1.279, 3.0]}}, run=run)
    for i, network in enumerate(networks(config)):
        answer = classify(network, Window.paper_beta3(), **run)
        assert shard_names()[int(dataset["label"][i])] == answer.label
        assert int(dataset["period"][i]) == (answer.period or 0)
        assert int(dataset["torus_dimension"][i]) == (answer.torus_dimension or 0)
        error = np.hypot(answer.spectrum.standard_errors, dataset["lyapunov_standard_error"][i])
        assert (np.abs(answer.spectrum.exponents - dataset["lyapunov_exponent"][i]) <= 3 * error + 1e-9).all()
    assert [shard_names()[code] for code in dataset["label"].values] == [
        "periodic",
        "quasiperiodic",
        "chaotic",
        "periodic",
    ]
    assert dataset["period"].values.tolist() == [28, 0, 0, 24]
    assert dataset["torus_dimension"].values.tolist() == [0, 1, 0, 0]


def test_the_end_of_an_orbit_can_be_gone_on_from(beta_config, beta_sweep, tmp_path):
    for i, network in enumerate(networks(beta_config)):
        long = network.trajectory(Window.paper_beta3(), TOTAL + 8)
        window = Window(beta_sweep["window"].values[i], int(beta_sweep["clock_phase"][i]))
        assert window.phase == (3 + TOTAL) % 4
        np.testing.assert_allclose(network.trajectory(window, 8).attention, long.attention[-8:], rtol=0, atol=1e-8)
    np.savez(tmp_path / "w.npz", attention=window.attention, phase=window.phase)
    run = {"n_transient": 0, "n_steps": 8, "n_exponents": 0}
    start = {"checkpoint": tmp_path / "w.npz"}
    _, rest = swept(tmp_path / "rest", model={"beta": BETAS[-1]}, sweep=None, start=start, run=run)
    np.testing.assert_allclose(rest["window"], long.end.attention, rtol=0, atol=1e-8)
    assert rest["clock_phase"] == long.end.phase


# Nothing but the config decides the results


@pytest.mark.parametrize(("workers", "chunk"), [(1, 2), (3, 1), (3, 3)])
def test_the_number_of_workers_and_the_size_of_chunks_change_nothing(beta_sweep, tmp_path, monkeypatch, workers, chunk):
    monkeypatch.setattr(blocks_of_points, "POINTS", chunk)
    assert_same(swept(tmp_path / "again", workers=workers)[1], beta_sweep)


def test_the_order_of_chunks_changes_nothing(beta_config, beta_sweep, tmp_path, chunks_of_2):
    folder = SweepFolder.claim(tmp_path / "new", beta_config)
    for points in ([4], [2, 3], [0, 1]):
        folder.write(run_points(Experiment.of(beta_config), np.array(points)))
    folder.collect()
    assert_same(open_sweep(tmp_path / "new"), beta_sweep)


@pytest.mark.slow
def test_a_neighbour_without_live_directions_changes_nothing(tmp_path, monkeypatch):
    """ε = 1 kills all directions by its structure; those of its neighbours that get short are not dead."""
    run = {"n_transient": 64, "n_steps": 16, "n_exponents": 12}
    model = {"beta": 1.5, "gamma": 3000}  # strong attention: rounding decides over the last directions
    given = {"sweep": {"epsilon": {"values": [0.05, 0.02, 1]}}, "model": model, "run": run}
    results = []
    for chunk in (3, 1):
        monkeypatch.setattr(blocks_of_points, "POINTS", chunk)
        results.append(swept(tmp_path / str(chunk), **given)[1])
    assert_same(*results)
    assert (results[0]["lyapunov_resolved"][0] == 0).any()
    assert np.isneginf(results[0]["lyapunov_exponent"]).sum("exponent").values.tolist() == [0, 0, 12]


def test_interrupted_and_continued(beta_config, beta_sweep, tmp_path, monkeypatch, chunks_of_2):
    written = []

    def write_one(self, points, write=SweepFolder.write):
        if written:
            raise KeyboardInterrupt
        write(self, points)
        written.append(points["point"])

    out = tmp_path / "a folder, 50 %"
    with monkeypatch.context() as patch:
        patch.setattr(SweepFolder, "write", write_one)
        with pytest.raises(KeyboardInterrupt) as caught:
            run_sweep(beta_config, out, workers=1, quiet=True)
    n_kept = len(written[0])
    assert str(caught.value) == (
        f"interrupted: {n_kept} of 5 points are kept in {out}; the same command goes on from there"
    )
    assert [path.name for path in (out / "shards").iterdir()] == [f"{written[0][0]:08d}.npz"]
    assert not (out / "sweep.nc").exists()
    half = open_sweep(out)
    np.testing.assert_array_equal(np.flatnonzero(half["label"] >= 0), written[0])
    assert np.isnan(half["orbit"].values[half["label"].values < 0]).all()
    assert load_config(out / "config.yaml") == beta_config

    points_run = []
    monkeypatch.setattr(work, "run_points", lambda *given: points_run.append(given[1]) or run_points(*given))
    run_sweep(beta_config, out, quiet=True)
    assert sum(map(len, points_run)) == 5 - n_kept
    assert sorted(path.name for path in out.iterdir()) == ["config.yaml", "sweep.nc"]
    assert_same(open_sweep(out), beta_sweep)
    run_sweep(beta_config, out, quiet=True)  # finished: nothing is run again
    assert sum(map(len, points_run)) == 5 - n_kept


def test_interrupted_after_the_last_point(tmp_path, monkeypatch):
    def interrupt(self, *given, **options):
        raise KeyboardInterrupt

    config = small(run=NO_EXPONENTS)
    for method in ("collect", "tidy"):
        with monkeypatch.context() as patch:
            patch.setattr(SweepFolder, method, interrupt)
            with pytest.raises(KeyboardInterrupt, match=r"^interrupted: 1 of 1 points are kept in "):
                run_sweep(config, tmp_path / "x", quiet=True)
        assert len(list((tmp_path / "x" / "shards").iterdir())) == 1
    assert contents_of(run_sweep(config, tmp_path / "x", quiet=True)) == ["config.yaml", "sweep.nc"]


def test_a_look_at_the_dataset_beside_its_writing(beta_config, tmp_path):
    seen = []
    for _ in range(2):  # run, and read
        run_sweep(beta_config, tmp_path / "x", quiet=True, beside=lambda *given: seen.append(given))
    assert [folder for _, folder in seen] == [tmp_path / "x"] * 2
    for dataset, folder in seen:
        xr.testing.assert_equal(dataset, open_sweep(folder))


def test_a_mistake_in_a_look_loses_no_dataset(beta_config, tmp_path):
    def fail(dataset, folder):
        raise ValueError("no such figure")

    with pytest.raises(ValueError, match="no such figure"):
        run_sweep(beta_config, tmp_path / "x", quiet=True, beside=fail)
    assert contents_of(tmp_path / "x") == ["config.yaml", "sweep.nc"]


def test_a_lack_of_memory_ends_the_run(beta_config, tmp_path, monkeypatch, chunks_of_2):
    def fail(*given):
        raise MemoryError

    monkeypatch.setattr(work, "run_points", fail)
    with pytest.raises(MemoryError):
        run_sweep(beta_config, tmp_path / "new", quiet=True)
    assert not (tmp_path / "new" / "sweep.nc").exists()


def test_workers_are_counted_from_1(beta_config, tmp_path):
    for workers in (0, -1):
        with pytest.raises(ValueError, match=f"workers must be at least 1, got {workers}"):
            run_sweep(beta_config, tmp_path / "new", workers=workers)
    assert not (tmp_path / "new").exists()
    assert running.cores() >= 1


# Axes, starts, records


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


@pytest.mark.parametrize("record", [some for n in (1, 2, 3) for some in itertools.combinations(RECORDS, n)], ids=str)
def test_what_is_recorded(beta_sweep, tmp_path, record):
    _, dataset = swept(tmp_path / "x", record=list(record))
    kept = {name for name, variable in VARIABLES.items() if variable.record in ("", *record)}
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
    monkeypatch.setattr("sweeps.dataset.ORBIT_SAMPLES", 5)
    config, dataset = swept(tmp_path / "x")
    np.testing.assert_array_equal(dataset["sample"], [-4, -3, -2, -1, 0])
    orbit = networks(config)[0].trajectory(Window.paper_beta3(), TOTAL + 1).m_o_semantic
    np.testing.assert_allclose(dataset["orbit"][0], orbit[-5:], rtol=0, atol=1e-6)


# Folders


def test_results_go_where_the_name_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = small(name="a.name", sweep=None, run=NO_EXPONENTS)
    assert run_sweep(config, quiet=True) == Path("results", "a.name")
    assert (tmp_path / "results" / "a.name" / "sweep.nc").is_file()


def claim(path, config):
    return SweepFolder.claim(path, config)


def test_a_folder_of_another_config_is_refused_with_the_keys(beta_config, tmp_path):
    claim(tmp_path / "x", beta_config)
    other = small(model=None, sweep={"beta": {"values": BETAS[:2]}}, run={**SHORT, "n_steps": 72}, record=["label"])
    with pytest.raises(StoreError) as caught:
        run_sweep(other, tmp_path / "x", quiet=True)
    lines = str(caught.value).splitlines()
    assert lines[0] == f"{tmp_path / 'x'} holds results of another config:"
    assert lines[-1] == "Choose another --out."
    assert [line.split(":")[0].strip() for line in lines[1:-1]] == ["record", "run.n_steps", "sweep.beta.values"]
    assert lines[2] == "  run.n_steps: 16 there, 72 asked for"
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["config.yaml"]
    assert load_config(tmp_path / "x" / "config.yaml") == beta_config


@pytest.mark.parametrize("links", [True, False])
def test_of_many_configs_at_the_same_moment_one_has_the_folder(tmp_path, monkeypatch, links):
    if not links:  # a file system without hard links: then the last one may win, but nothing is half-written
        monkeypatch.setattr("os.link", lambda *_: (_ for _ in ()).throw(PermissionError(1, "not permitted")))
    configs = [small(model={"beta": 1.0 + i}) for i in range(8)]
    together = threading.Barrier(len(configs))

    def one(config):
        together.wait()
        try:
            return claim(tmp_path / "x", config).config
        except StoreError:
            return None

    with ThreadPoolExecutor(len(configs)) as pool:
        got = [config for config in pool.map(one, configs) if config]
    assert load_config(tmp_path / "x" / "config.yaml") in configs
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["config.yaml"]
    if links:
        assert got == [load_config(tmp_path / "x" / "config.yaml")]


@pytest.mark.parametrize("moment", ["config.yaml", "inputs.json"])
def test_who_comes_at_the_last_moment_is_refused(tmp_path, monkeypatch, moment):
    """Another process takes the folder just before a file of it is written: for other content of a checkpoint."""
    checkpoint, write = tmp_path / "w.npz", store.write_first
    config = small(start={"checkpoint": checkpoint})

    def late(path, text):
        if path.name == moment:
            monkeypatch.setattr(store, "write_first", write)
            np.savez(checkpoint, attention=np.ones((4, 3)), phase=0)
            claim(tmp_path / "x", config)
        write(path, text)

    np.savez(checkpoint, attention=np.zeros((4, 3)), phase=0)
    monkeypatch.setattr(store, "write_first", late)
    with pytest.raises(StoreError, match=r"start\.checkpoint: content [0-9a-f]{16} there, content [0-9a-f]{16} asked"):
        claim(tmp_path / "x", config)
    assert claim(tmp_path / "x", config).inputs  # as the other has it


def test_keys_that_one_config_lacks_are_named_too(tmp_path):
    claim(tmp_path / "x", small())
    with pytest.raises(StoreError, match=r"  sweep\.gamma\.n: absent there, 2 asked for\n"):
        claim(tmp_path / "x", small(sweep={"gamma": {"from": 0, "to": 1, "n": 2}}))


def test_folders_that_cannot_be_used(beta_config, tmp_path, monkeypatch):
    occupied = tmp_path / "occupied"
    occupied.mkdir()
    (occupied / "thesis.tex").write_text("precious")
    a_file = tmp_path / "file"
    a_file.write_text("x")
    damaged = tmp_path / "damaged"
    damaged.mkdir()
    (damaged / "config.yaml").write_text("model: [")
    remedy = r"choose another folder with --out\.$"
    for path, message in [
        (occupied, f"is not empty and holds no sweep: {remedy}"),
        (a_file, f"cannot be written: Not a directory; {remedy}"),
        (a_file / "deeper" / "down", f"cannot be written: Not a directory; {remedy}"),
        (Path("/proc/nothing/here"), f"cannot be written: No such file or directory; {remedy}"),
        (damaged, f"holds a damaged config .*: {remedy}"),
    ]:
        with pytest.raises(StoreError, match=f"^{re.escape(str(path))} {message}"):
            run_sweep(beta_config, path, quiet=True)
    assert [path.name for path in occupied.iterdir()] == ["thesis.tex"]
    assert a_file.read_text() == "x"

    def refuse(self, *given, **options):
        raise PermissionError(13, "Permission denied", str(self))

    monkeypatch.setattr(Path, "mkdir", refuse)  # the tests may run as root, who may write anywhere
    with pytest.raises(StoreError, match=f"new cannot be written: Permission denied; {remedy}"):
        run_sweep(beta_config, tmp_path / "new", quiet=True)


def test_a_bad_start_leaves_no_folder(tmp_path):
    config = small(start={"checkpoint": tmp_path / "none.npz"})
    with pytest.raises(ConfigError, match="does not exist"):
        run_sweep(config, tmp_path / "new", quiet=True)
    assert not (tmp_path / "new").exists()


def test_an_empty_folder_and_hidden_files_are_no_obstacle(tmp_path):
    (tmp_path / ".config.yaml.123").write_text("left by a run that was killed")
    claim(tmp_path, small())
    assert (tmp_path / "config.yaml").exists()


def test_a_full_disk_is_told_of_whatever_netcdf_says(tmp_path):

    def write(error, onto):
        with written_whole(tmp_path / "sweep.nc") as unfinished:
            unfinished.symlink_to(onto)
            raise error

    for error in (PermissionError(13, "Permission denied"), RuntimeError("NetCDF: HDF error")):
        with pytest.raises(StoreError, match=r"sweep\.nc cannot be written: No space left on device\.$"):
            write(error, "/dev/full")
        with pytest.raises(StoreError, match=f"cannot be written: {reason(error)}"):
            write(error, "/dev/null")
    assert list(tmp_path.iterdir()) == []


def test_a_full_disk_keeps_what_is_there(tmp_path, monkeypatch, chunks_of_2):
    beta_config, beta_sweep = swept(tmp_path / "good", run=NO_EXPONENTS)
    full_disk = OSError(28, "No space left on device")
    n_written = []

    def fill(path, content, write_bytes=Path.write_bytes):
        if len(n_written) == 2:
            write_bytes(path, content[:1000])
            raise full_disk
        n_written.append(path)
        write_bytes(path, content)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "write_bytes", fill)
        with pytest.raises(StoreError, match=r"shards/\d+\.npz cannot be written: No space left on device\.$"):
            run_sweep(beta_config, tmp_path / "x", workers=1, quiet=True)
    assert len(list((tmp_path / "x" / "shards").iterdir())) == 2
    assert not (tmp_path / "x" / "sweep.nc").exists()
    for error, words in [
        (full_disk, "No space left on device"),
        (RuntimeError("NetCDF: HDF error"), "NetCDF: HDF error"),
    ]:

        def fill_whole(self, path, error=error, **options):
            Path(path).write_bytes(b"half of it")
            raise error

        with monkeypatch.context() as patch:
            patch.setattr(xr.Dataset, "to_netcdf", fill_whole)
            with pytest.raises(StoreError, match=rf"sweep\.nc cannot be written: {words}\.$"):
                run_sweep(beta_config, tmp_path / "x", quiet=True)
        assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["config.yaml", "shards"]
        assert len(list((tmp_path / "x" / "shards").iterdir())) == 3
    run_sweep(beta_config, tmp_path / "x", quiet=True)
    assert_same(open_sweep(tmp_path / "x"), beta_sweep)


@pytest.fixture
def half_done(beta_config, tmp_path, chunks_of_2):
    """A folder with points 0 and 1, and 2 and 3."""
    folder = claim(tmp_path / "half", beta_config)
    for points in ([0, 1], [2, 3]):
        folder.write(run_points(Experiment.of(beta_config), np.array(points)))
    return folder


@pytest.mark.parametrize("how", ["truncated", "flipped", "empty", "no zip"])
def test_a_damaged_shard_is_told_of_and_computed_again(how, half_done, beta_config, beta_sweep, capsys, chunks_of_2):
    shard = half_done.path / "shards" / "00000002.npz"
    content = bytearray(shard.read_bytes())
    content[20_000] ^= 1  # in the density
    damaged = {"truncated": content[:3000], "flipped": content, "empty": b"", "no zip": b"something else"}
    shard.write_bytes(damaged[how])
    assert (open_sweep(half_done.path)["label"] >= 0).values.tolist() == [True, True, False, False, False]
    assert re.search(r"00000002\.npz is damaged \(.+\): its points count as missing\n", capsys.readouterr().err)
    run_sweep(beta_config, half_done.path, quiet=True)
    assert capsys.readouterr().err.count("is damaged") == 1
    assert_same(open_sweep(half_done.path), beta_sweep)


def test_a_shard_of_another_config_is_told_of_and_computed_again(
    half_done, beta_config, beta_sweep, capsys, chunks_of_2
):
    shard = half_done.path / "shards" / "00000002.npz"
    _, points, origin = read_shard(shard)
    points["window"] = 0
    write_shard(shard, points, "another", origin)
    run_sweep(beta_config, half_done.path, quiet=True)
    assert "00000002.npz is of another config: its points count as missing\n" in capsys.readouterr().err
    assert_same(open_sweep(half_done.path), beta_sweep)


def test_shards_of_other_chunks_are_not_taken_for_whole(half_done, beta_config, beta_sweep, monkeypatch):
    (half_done.path / "shards" / "00000002.npz").unlink()
    monkeypatch.setattr(blocks_of_points, "POINTS", 3)
    run_sweep(beta_config, half_done.path, quiet=True)
    assert_same(open_sweep(half_done.path), beta_sweep)


def test_what_a_killed_run_leaves_is_never_read_and_goes_away(half_done, beta_config, beta_sweep, chunks_of_2):
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    for name in (".sweep.nc", "shards/.00000004.npz"):
        (half_done.path / f"{name}~{platform.node()}~{done.pid}~12345678").write_bytes(b"half of it")
    assert (open_sweep(half_done.path)["label"] >= 0).sum() == 4
    run_sweep(beta_config, half_done.path, quiet=True)
    assert sorted(path.name for path in half_done.path.iterdir()) == ["config.yaml", "sweep.nc"]
    assert_same(open_sweep(half_done.path), beta_sweep)


def test_shards_left_beside_the_whole_go_away(along_beta, half_done, beta_config, beta_sweep, tmp_path):
    run_sweep(beta_config, tmp_path / "x", quiet=True)
    (half_done.path / "shards").rename(tmp_path / "x" / "shards")
    run_sweep(beta_config, tmp_path / "x", quiet=True)
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["config.yaml", "sweep.nc"]
    assert_same(open_sweep(tmp_path / "x"), beta_sweep)


def test_a_sweep_with_points_missing_is_not_collected(half_done):
    with pytest.raises(StoreError, match=r"1 of 5 points are missing in .*half: run it again\.$"):
        half_done.collect()
    assert len(list((half_done.path / "shards").iterdir())) == 2
    assert not half_done.complete


def test_a_truncated_sweep_is_refused_with_a_remedy(beta_config, tmp_path):
    config = small(sweep=None, run=NO_EXPONENTS)
    whole = run_sweep(config, tmp_path / "x", quiet=True) / "sweep.nc"
    whole.write_bytes(whole.read_bytes()[:5000])
    remedy = r"sweep\.nc is damaged \(.+\): remove it, and run the sweep again\.$"
    with pytest.raises(StoreError, match=remedy):
        open_sweep(tmp_path / "x")
    with pytest.raises(StoreError, match=remedy):
        run_sweep(config, tmp_path / "x", quiet=True)
    whole.unlink()
    assert open_sweep(run_sweep(config, tmp_path / "x", quiet=True))["label"] >= 0


def test_a_sweep_of_another_config_than_its_folder_is_refused(tmp_path):
    config = small(sweep=None, run=NO_EXPONENTS)
    run_sweep(config, tmp_path / "x", quiet=True)
    other = small(sweep=None, run={**NO_EXPONENTS, "n_steps": 8})
    (tmp_path / "x" / "config.yaml").write_text(other.to_yaml())
    with pytest.raises(StoreError, match=r"sweep\.nc is of another config than config\.yaml beside it: remove it"):
        run_sweep(other, tmp_path / "x", quiet=True)


def test_folders_that_are_no_sweep(tmp_path):
    with pytest.raises(StoreError, match=r"none is no folder: give the folder of results that `dmfsa sweep run` named"):
        open_sweep(tmp_path / "none")
    with pytest.raises(StoreError, match=r"holds neither sweep\.nc nor config\.yaml: give the folder"):
        open_sweep(tmp_path)
    (tmp_path / "config.yaml").write_text("runs: 3\nmodel: {beta: 1}")
    with pytest.raises(StoreError, match=r"holds no sweep that can be read: .*runs is not a key here"):
        open_sweep(tmp_path)


def test_a_folder_without_any_point_yet(tmp_path, beta_config):
    claim(tmp_path / "x", beta_config)
    dataset = open_sweep(tmp_path / "x")
    assert (dataset["label"] == -1).all()
    assert np.isnan(dataset["core_seconds"]).all()
    assert dataset.sizes["beta"] == 5


# Progress


def test_the_meter_tells_points_rate_and_time_left(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    meter = progress.Meter(n_points=10, n_steps=1000)
    assert str(meter) == "0/10 points, 0 points/s, -:--:-- left"
    now[0] += 4
    meter.add(1500)
    meter.add(1000)
    assert str(meter) == "2/10 points, 0.625 points/s, 0:00:12 left"
    now[0] += 9996
    assert str(meter) == "2/10 points, 0.00025 points/s, 8:20:00 left"
    meter.add(7500)
    assert str(meter) == "10/10 points, 0.001 points/s, 0:00:00 left"


def test_a_run_counts_all_its_steps(tmp_path, monkeypatch):
    meters = []

    class Kept(progress.Meter):
        def __init__(self, *given):
            super().__init__(*given)
            meters.append(self)

    monkeypatch.setattr(progress, "Meter", Kept)
    for i, n_exponents in enumerate((0, 2)):
        swept(tmp_path / str(i), run={"n_transient": 8, "n_steps": 19, "n_exponents": n_exponents})
        assert (meters[i].n_points, meters[i].points_done) == (5, 5)


def test_lines_where_there_is_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(progress, "EVERY", 0.02)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    meter = progress.Meter(n_points=4, n_steps=10)
    with progress.shown(meter):
        progress.time.sleep(0.3)
        meter.add(40)
    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert printed.out == ""
    assert len(lines) >= 3
    assert all(re.fullmatch(r"\d/4 points, \S+ points/s, \S+ left", line) for line in lines)
    assert lines[0].startswith("0/4 points, 0 points/s, -:--:-- left")
    assert lines[-1].startswith("4/4 points, ")
    assert lines[-1].endswith(" 0:00:00 left")


def test_a_bar_on_a_terminal_and_nothing_if_quiet(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    meter = progress.Meter(n_points=4, n_steps=10)
    meter.add(40)
    with progress.shown(meter):
        pass
    assert "4/4 points" in capsys.readouterr().err
    with progress.shown(meter, quiet=True):
        pass
    monkeypatch.delenv("FORCE_COLOR")
    with progress.shown(meter, quiet=True):
        pass
    assert capsys.readouterr() == ("", "")


def test_progress_ends_with_an_exception():
    n_threads = progress.threading.active_count()
    with pytest.raises(ValueError, match="x"), progress.shown(progress.Meter(1, 1)):
        raise ValueError("x")
    assert progress.threading.active_count() == n_threads


def test_no_environment_is_needed(tmp_path):
    assert os.fspath(run_sweep(small(run=NO_EXPONENTS), str(tmp_path / "x"), quiet=True))


@pytest.mark.use_numba
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
