"""Folders of sweeps in any state: whose they are, full disks, damage, what a killed run leaves."""

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
from experiments import BETAS, NO_EXPONENTS, SHORT, assert_same, small, swept

from sweeps import StoreError, load_config, open_sweep, run_sweep
from sweeps.config import ConfigError
from sweeps.files import reason, written_whole
from sweeps.grid import shard as blocks_of_points
from sweeps.run.experiment import Experiment
from sweeps.run.inputs import inputs_of
from sweeps.run.points import run_points
from sweeps.store import folder as store
from sweeps.store.folder import SweepFolder
from sweeps.store.shards import read_shard, write_shard


def test_results_go_where_the_name_says(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    config = small(name="a.name", sweep=None, run=NO_EXPONENTS)
    assert run_sweep(config, quiet=True) == Path("results", "a.name")
    assert (tmp_path / "results" / "a.name" / "sweep.nc").is_file()


def claim(path, config):
    return SweepFolder.claim(path, config, inputs_of(config))


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

    def fill(path, mode="r", *given, open_file=Path.open, **options):
        if mode == "wb" and path.parent.name == "shards":
            if len(n_written) == 2:
                path.write_text("half of it")
                raise full_disk
            n_written.append(path)
        return open_file(path, mode, *given, **options)

    with monkeypatch.context() as patch:
        patch.setattr(Path, "open", fill)
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
