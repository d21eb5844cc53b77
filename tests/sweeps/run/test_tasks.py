"""Tasks of a cluster, stops, failures and kills: whatever happens, the bytes are those of a run in one go."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, small

from sweeps import StoreError, open_sweep, run_sweep
from sweeps.cli import main
from sweeps.grid import shard as shards
from sweeps.regimes import label_counts
from sweeps.run import shard as work
from sweeps.run.inputs import inputs_of
from sweeps.run.local import run_task
from sweeps.run.points import run_points
from sweeps.run.status import State, status_of
from sweeps.run.stopping import Stop
from sweeps.store.dataset import RUN_ATTRIBUTES, RUN_VARIABLES, without_run
from sweeps.store.folder import SweepFolder

ROOT = Path(__file__).parents[3]
CONFIG = small(model=None, sweep={"beta": {"from": 1, "to": 2, "n": 11}}, run=NO_EXPONENTS)


@pytest.fixture(autouse=True)
def shards_of_2(monkeypatch):
    monkeypatch.setattr(shards, "POINTS", 2)


@pytest.fixture(scope="module")
def at_once(tmp_path_factory):
    """The sweep, run in one go."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shards, "POINTS", 2)
        return run_sweep(CONFIG, tmp_path_factory.mktemp("once") / "x", quiet=True)


def bytes_of(folder):
    """The dataset's file without when and where it was run."""
    path = folder.parent / f"{folder.name}-bare.nc"
    without_run(open_sweep(folder)).to_netcdf(path)
    return path.read_bytes()


def run(capsys, *words):
    code = main([str(word) for word in words])
    printed = capsys.readouterr()
    return code, printed.out, printed.err


# Tasks


@pytest.mark.parametrize("of", [1, 3, 50])
def test_tasks_make_the_bytes_of_a_run(at_once, tmp_path, of):
    outcomes = [run_task(CONFIG, index, of, tmp_path / "x", quiet=True) for index in reversed(range(of))]
    assert sum(outcome.n_done for outcome in outcomes) == sum(outcome.n_points for outcome in outcomes) == 11
    assert not any(outcome.n_before or outcome.n_failed or outcome.stopped for outcome in outcomes)
    SweepFolder.open(tmp_path / "x").collect()
    assert bytes_of(tmp_path / "x") == bytes_of(at_once)


def test_what_says_when_and_where_is_all_that_differs(at_once, tmp_path, monkeypatch):
    monkeypatch.setattr("sweeps.store.provenance.platform.node", lambda: "elsewhere")
    monkeypatch.setenv("SLURM_ARRAY_JOB_ID", "12")
    monkeypatch.setenv("SLURM_ARRAY_TASK_ID", "3")
    run_task(CONFIG, 0, 1, tmp_path / "x", quiet=True)
    SweepFolder.open(tmp_path / "x").collect()
    here, there = open_sweep(at_once), open_sweep(tmp_path / "x")
    assert set(there["shard_host"].values) == {"elsewhere"}
    assert set(there["shard_job"].values) == {"12_3"}
    assert there["shard_first"].values.tolist() == [0, 2, 4, 6, 8, 10]
    assert there["shard_points"].values.tolist() == [2, 2, 2, 2, 2, 1]
    assert (there["shard_seconds"] > 0).all()
    assert all(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", str(ended)) for ended in there["shard_ended"].values)
    assert set(here.variables) == set(there.variables) == {*without_run(here).variables, *RUN_VARIABLES}
    assert set(here.attrs) == {*without_run(here).attrs, *RUN_ATTRIBUTES}


def test_a_task_leaves_out_what_is_done(tmp_path, monkeypatch):
    run_task(CONFIG, 1, 2, tmp_path / "x", quiet=True)
    ran = []
    monkeypatch.setattr(work, "run_points", lambda *given: ran.extend(given[1]) or run_points(*given))
    outcome = run_task(CONFIG, 0, 1, tmp_path / "x", quiet=True)
    assert sorted(ran) == [0, 1, 4, 5, 8, 9]
    assert (outcome.n_points, outcome.n_done, outcome.n_before) == (11, 11, 5)
    SweepFolder.open(tmp_path / "x").collect()
    ran.clear()
    assert run_task(CONFIG, 0, 1, tmp_path / "x", quiet=True).n_done == 11
    assert ran == []


def test_a_damaged_shard_is_computed_by_its_task_again(at_once, tmp_path):
    folder = SweepFolder.claim(tmp_path / "x", CONFIG, inputs_of(CONFIG))
    run_task(CONFIG, 0, 1, tmp_path / "x", quiet=True)
    path = folder.file(folder.shards()[2])
    content = bytearray(path.read_bytes())
    content[1000] ^= 4
    path.write_bytes(content)
    assert run_task(CONFIG, 0, 2, tmp_path / "x", quiet=True).n_before == 4
    folder.collect()
    assert bytes_of(tmp_path / "x") == bytes_of(at_once)


def test_another_process_does_a_shard_meanwhile(at_once, tmp_path, monkeypatch):
    ran = []

    def twin(experiment, numbers, *given):
        if not ran:  # while the first shard is computed, an orphan writes all others
            ran.extend(numbers)
            with monkeypatch.context() as patch:
                patch.setattr(work, "run_points", run_points)
                run_task(CONFIG, 0, 1, tmp_path / "x", quiet=True)
        else:
            ran.extend(numbers)
        return run_points(experiment, numbers, *given)

    monkeypatch.setattr(work, "run_points", twin)
    run_task(CONFIG, 0, 1, tmp_path / "x", workers=1, quiet=True)
    assert ran == [0, 1]
    SweepFolder.open(tmp_path / "x").collect()
    assert bytes_of(tmp_path / "x") == bytes_of(at_once)


# Commands


def test_task_status_resume_and_collect(at_once, tmp_path, capsys):
    (tmp_path / "c.yaml").write_text(CONFIG.to_yaml())
    out = tmp_path / "a folder, 'quoted' $HOME"
    words = [tmp_path / "c.yaml", "--out", out]
    code, printed, _ = run(capsys, "sweep", "task", "--index", 0, "--of", 3, *words)
    assert (code, printed) == (0, "share 0 of 3: 4 of 4 points done, 0 of them before\n")
    code, printed, _ = run(capsys, "sweep", "status", *words, "--json")
    assert code == 0
    assert json.loads(printed) | {"n_done": 4, "n_missing": 7, "status": "interrupted"} == json.loads(printed)
    code, printed, err = run(capsys, "sweep", "collect", out)
    assert code == 75
    assert "7 of 11 points are missing: this is a part of the sweep; `dmfsa sweep resume` computes the rest" in err
    assert f"wrote {out / 'partial.nc'}" in printed
    with xr.open_dataset(out / "partial.nc") as part:
        assert (part.attrs["n_points"], part.attrs["n_missing"]) == (11, 7)
        assert label_counts(part.load())["missing"] == 7
    code, printed, _ = run(capsys, "sweep", "resume", out, "--json")
    assert code == 0
    assert json.loads(printed)["folder"] == str(out)
    assert not (out / "partial.nc").exists()
    assert bytes_of(out) == bytes_of(at_once)
    assert run(capsys, "sweep", "collect", *words)[0] == 0
    code, printed, _ = run(capsys, "sweep", "status", out)
    assert State.FINISHED.value in printed


@pytest.mark.parametrize(
    ("words", "code", "message"),
    [
        (["task", "--index", "3", "--of", "3"], 2, "--index 3 must be less than --of 3"),
        (["status"], 1, "x is no folder: give the folder of results"),
        (["resume"], 1, "x holds no sweep to go on with: `dmfsa sweep run` begins one."),
        (["collect"], 1, "x is no folder: give the folder of results"),
    ],
)
def test_commands_that_have_nothing_to_do(tmp_path, capsys, words, code, message):
    (tmp_path / "c.yaml").write_text(CONFIG.to_yaml())
    found, printed, err = run(capsys, "sweep", *words, tmp_path / "c.yaml", "--out", tmp_path / "x")
    assert (found, printed) == (code, "")
    assert message in err
    assert not (tmp_path / "x").exists()


def test_folders_that_cannot_be_named(tmp_path, capsys):
    assert "holds no config.yaml" in run(capsys, "sweep", "status", tmp_path)[2]
    (tmp_path / "config.yaml").write_text(CONFIG.to_yaml())
    assert "does not go with" in run(capsys, "sweep", "status", tmp_path, "--out", tmp_path)[2]


@pytest.mark.parametrize("refusing", [(Path, "mkdir"), (tempfile, "TemporaryFile")])
def test_a_read_only_folder_is_told_of_before_anything_is_computed(tmp_path, monkeypatch, refusing):
    """Root may write anywhere, so the system's refusal is made up."""
    SweepFolder.claim(tmp_path / "x", CONFIG, inputs_of(CONFIG))
    monkeypatch.setattr(work, "run_points", lambda *given: pytest.fail("a point was run"))

    def refuse(*given, **options):
        raise OSError(30, "Read-only file system")

    monkeypatch.setattr(*refusing, refuse)
    with pytest.raises(StoreError, match=r"x/shards cannot be written: Read-only file system\."):
        run_task(CONFIG, 0, 1, tmp_path / "x", workers=1, quiet=True)


# Stops


def test_a_warning_finishes_what_has_begun(tmp_path, monkeypatch):
    stop = Stop()
    monkeypatch.setattr(work, "run_points", lambda *given: stop.soon.set() or run_points(*given))
    outcome = run_task(CONFIG, 0, 1, tmp_path / "x", workers=1, quiet=True, stop=stop)
    assert (outcome.n_done, outcome.stopped) == (2, True)
    assert status_of(SweepFolder.open(tmp_path / "x")).n_done == 2


def test_an_end_gives_up_what_has_begun(tmp_path, monkeypatch):
    stop = Stop()
    monkeypatch.setattr(work, "run_points", lambda *given: stop.now.set() or run_points(*given))
    outcome = run_task(CONFIG, 0, 1, tmp_path / "x", workers=1, quiet=True, stop=stop)
    assert (outcome.n_done, outcome.stopped) == (0, True)
    assert (run_sweep(CONFIG, tmp_path / "x", quiet=True) / "sweep.nc").exists()


PROGRAM = "import sys; from sweeps.cli import main; sys.exit(main())"


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGUSR1, signal.SIGTERM], ids=lambda number: number.name)
def test_signals_stop_a_task_at_a_shard(tmp_path, number):
    config = small(
        model=None, sweep={"beta": {"from": 1, "to": 2, "n": 1280}}, run={**NO_EXPONENTS, "n_steps": 200_000}
    )
    (tmp_path / "c.yaml").write_text(config.to_yaml())
    words = ["sweep", "task", "--index", "0", "--of", "1", "c.yaml", "--out", "x", "--workers", "1", "--json"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
        cwd=tmp_path, env=environment,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not list((tmp_path / "x" / "shards").glob("0*.npz")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.01)
    process.send_signal(number)
    printed, err = process.communicate(timeout=60)
    assert process.returncode == 75, err
    assert "Traceback" not in err
    outcome = json.loads(printed)
    assert outcome["stopped"]
    assert 64 <= outcome["n_done"] < 1280
    files = list((tmp_path / "x" / "shards").iterdir())
    assert len(files) * 64 == outcome["n_done"]
    assert not (tmp_path / "x" / "running").exists()


@pytest.mark.slow
def test_25_kills_lose_nothing():
    """SIGKILL at random moments, many in the middle of a write; benchmarks/kills.py has 500 of them."""
    command = [sys.executable, str(ROOT / "benchmarks" / "kills.py"), "25", "7"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT, timeout=600)
    assert done.returncode == 0, done.stderr
    assert done.stdout.startswith("25 kills: ")


# Failures


@pytest.fixture
def one_fails(monkeypatch):
    """Point 5 cannot be computed, whatever shares its lanes."""
    fails = [True]

    def run_some(experiment, numbers, *given):
        if fails[0] and 5 in numbers:
            raise ZeroDivisionError("no such\n point")
        return run_points(experiment, numbers, *given)

    monkeypatch.setattr(work, "run_points", run_some)
    return fails


def test_a_point_that_fails_is_recorded_and_the_others_go_on(at_once, one_fails, tmp_path, capsys):
    (tmp_path / "c.yaml").write_text(CONFIG.to_yaml())
    code, printed, _ = run(capsys, "sweep", "run", tmp_path / "c.yaml", "--out", tmp_path / "x")
    assert code == 1
    assert re.search(r"failed +│ +1 │", printed)
    dataset, good = open_sweep(tmp_path / "x"), open_sweep(at_once)
    assert dataset["failure"].values.tolist() == [
        "ZeroDivisionError: no such point" if i == 5 else "" for i in range(11)
    ]
    assert dataset.attrs["n_failed"] == 1
    others = [i for i in range(11) if i != 5]
    xr.testing.assert_identical(
        without_run(dataset).isel(beta=others).drop_attrs(), without_run(good).isel(beta=others).drop_attrs()
    )
    assert int(dataset["label"][5]) == -1
    status = status_of(SweepFolder.open(tmp_path / "x"))
    assert (status.n_done, status.n_failed, status.status) == (11, 1, State.FAILED)
    assert run(capsys, "sweep", "resume", tmp_path / "x")[0] == 1  # nothing is missing
    one_fails[0] = False
    assert run(capsys, "sweep", "resume", tmp_path / "x", "--failed")[0] == 0
    assert bytes_of(tmp_path / "x") == bytes_of(at_once)
    assert not (tmp_path / "x" / "shards").exists()


def test_a_task_tells_of_failures(one_fails, tmp_path, capsys):
    (tmp_path / "c.yaml").write_text(CONFIG.to_yaml())
    words = ["sweep", "task", "--index", 0, "--of", 1, tmp_path / "c.yaml", "--out", tmp_path / "x"]
    code, printed, _ = run(capsys, *words)
    assert code == 0
    assert printed.endswith("1 could not be computed: ZeroDivisionError: no such point\n")


# The dataset is looked at before the shards go


def test_shards_stay_until_the_dataset_has_been_verified(tmp_path, monkeypatch):
    folder = SweepFolder.claim(tmp_path / "x", CONFIG, inputs_of(CONFIG))
    run_task(CONFIG, 0, 1, tmp_path / "x", quiet=True)
    n_shards = len(list((tmp_path / "x" / "shards").iterdir()))

    def wrong(self, path, to_netcdf=xr.Dataset.to_netcdf, **options):
        self = self.copy(deep=True)
        self["window"][3, 0, 0] += 1e-12
        to_netcdf(self, path, **options)

    with monkeypatch.context() as patch:
        patch.setattr(xr.Dataset, "to_netcdf", wrong)
        with pytest.raises(StoreError, match=r"was not written right \(window differs\): the shards are kept"):
            folder.collect()
    assert not (tmp_path / "x" / "sweep.nc").exists()
    assert len(list((tmp_path / "x" / "shards").iterdir())) == n_shards
    folder.collect()
    assert not (tmp_path / "x" / "shards").exists()


# The content of files that a config names


def test_a_checkpoint_of_other_content_is_another_config(tmp_path):
    window = np.full((4, 3), 0.1)
    np.savez(tmp_path / "w.npz", attention=window, phase=0)
    config = small(start={"checkpoint": tmp_path / "w.npz"}, run=NO_EXPONENTS)
    run_sweep(config, tmp_path / "x", quiet=True)
    first = open_sweep(tmp_path / "x")
    (tmp_path / "moved").mkdir()
    (tmp_path / "w.npz").rename(tmp_path / "moved" / "w.npz")
    assert open_sweep(tmp_path / "x").identical(first)  # needs the file no more
    moved = small(start={"checkpoint": tmp_path / "moved" / "w.npz"}, run=NO_EXPONENTS)
    run_sweep(moved, tmp_path / "x", quiet=True)  # the same content elsewhere is the same sweep
    np.savez(tmp_path / "moved" / "w.npz", attention=2 * window, phase=0)
    with pytest.raises(StoreError, match=r"start\.checkpoint: content [0-9a-f]{16} there, content [0-9a-f]{16} asked"):
        run_sweep(moved, tmp_path / "x", quiet=True)


def test_any_number_of_processes_may_claim_a_folder_at_once(tmp_path):
    wrong = []

    def claim():
        try:
            SweepFolder.claim(tmp_path / "x", CONFIG, inputs_of(CONFIG))
        except Exception as error:
            wrong.append(error)

    threads = [threading.Thread(target=claim) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong
    assert [path.name for path in (tmp_path / "x").iterdir()] == ["config.yaml"]
