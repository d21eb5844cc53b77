"""Sweeps, run and stored: what is in the dataset, and that nothing but the config decides it."""

import datetime
import os
import re
import subprocess

import numpy as np
import pytest
import xarray as xr
from experiments import BETAS, NO_EXPONENTS, SHORT, TOTAL, assert_same, networks, shard_names, small, swept

from attractors import classify, lyapunov_spectrum
from dmfsa import Window
from sweeps import load_config, open_sweep, run_sweep
from sweeps.grid import shard as blocks_of_points
from sweeps.run import local as running
from sweeps.run import shard as work
from sweeps.run.experiment import Experiment
from sweeps.run.inputs import inputs_of
from sweeps.run.local import run_shards
from sweeps.run.points import run_points
from sweeps.run.stopping import Stop
from sweeps.store import provenance
from sweeps.store.dataset import SHARD_VARIABLES, axes_of, variables_of
from sweeps.store.folder import SweepFolder


def contents_of(folder):
    return sorted(path.name for path in folder.iterdir())


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


def test_everything_has_a_name_and_a_unit(beta_config, beta_sweep):
    for name, variable in variables_of(beta_config).items():
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
    folder = SweepFolder.claim(tmp_path / "new", beta_config, inputs_of(beta_config))
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


def test_another_process_collects_first(beta_config, beta_sweep, tmp_path, chunks_of_2):
    """Both have run all points; the second finds shards gone, and one that it has written since. Nothing is missing."""
    folder = SweepFolder.claim(tmp_path, beta_config, inputs_of(beta_config))
    run_shards(folder, Experiment.of(beta_config), folder.shards(), 1, quiet=True, stop=Stop())
    first, *_ = folder.shards()
    late = folder.file(first).read_bytes()
    folder.collect()
    folder.file(first).parent.mkdir()
    folder.file(first).write_bytes(late)
    seen = []
    assert (
        folder.collect(lambda dataset, path: seen.append((int(dataset.attrs["n_missing"]), path)))
        == tmp_path / "sweep.nc"
    )
    assert seen == [(0, tmp_path)]
    assert sorted(path.name for path in tmp_path.iterdir()) == ["config.yaml", "sweep.nc"]
    assert_same(open_sweep(tmp_path), beta_sweep)


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


def test_no_environment_is_needed(tmp_path):
    assert os.fspath(run_sweep(small(run=NO_EXPONENTS), str(tmp_path / "x"), quiet=True))
