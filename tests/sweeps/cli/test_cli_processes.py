"""The command line as a process: its own stdout, a closed pipe, Ctrl-C and SIGKILL."""

import json
import platform
import re
import signal
import subprocess
import sys
import time

import numpy as np
import pytest
import xarray as xr
from command import ENVIRONMENT, PROGRAM, ROOT, contents, dmfsa
from experiments import NO_EXPONENTS, small

from sweeps import open_sweep, run_sweep
from sweeps.store.dataset import without_run


def test_a_process_with_its_own_stdout(cfg, tmp_path):
    done = dmfsa("sweep", "run", cfg(run=NO_EXPONENTS), "--out", tmp_path / "x", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["labels"]
    assert "1/1 points" in done.stderr
    done = dmfsa("classify", tmp_path / "none.yaml", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"dmfsa: {tmp_path / 'none.yaml'}: there is no such file.\n"


def test_a_reader_who_has_seen_enough(cfg):
    program = f"""
import subprocess, sys
done = subprocess.Popen([sys.executable, "-c", {PROGRAM!r}, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
done.stdout.close()
print(done.stderr.read().decode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "Traceback" not in done.stdout


LONG = {"n_transient": 500_000, "n_steps": 700_000, "n_exponents": 0}


@pytest.fixture(scope="module")
def long_config(tmp_path_factory):
    """Four chunks of about half a second each, and what comes out of them without an interruption."""
    config = small(model=None, sweep={"beta": {"from": 1, "to": 2, "n": 128}}, run=LONG, record=["label"])
    folder = tmp_path_factory.mktemp("long")
    (folder / "long.yaml").write_text(config.to_yaml())
    return folder / "long.yaml", open_sweep(run_sweep(config, folder / "uninterrupted", quiet=True))


def started(config, out):
    """A running sweep with at least one finished chunk."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sweep", "run", str(config), "--out", str(out), "--workers", "1", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not list((out / "shards").glob("*.npz")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


def assert_completed(run, config, out, expected):
    code, _, err = run("sweep", "run", config, "--out", out, "--json")
    assert code == 0, err
    assert contents(out) == ["config.yaml", "regimes.csv", "sweep.nc"]
    assert "is damaged" not in err
    result = open_sweep(out)
    xr.testing.assert_identical(without_run(result), without_run(expected))
    assert np.isfinite(result["core_seconds"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(run, long_config, tmp_path, times):
    config, expected = long_config
    out = tmp_path / "out"
    process = started(config, out)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.002)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1, stderr
    assert stdout == ""
    *progress, message = stderr.splitlines()
    kept = re.fullmatch(
        rf"dmfsa: interrupted: (\d+) of 128 points are kept in {re.escape(str(out))}; "
        "the same command goes on from there",
        message,
    )
    assert kept, stderr
    assert all(re.fullmatch(r"\d+/128 points, .* left", line) for line in progress)
    shards = sorted((out / "shards").iterdir())
    assert 64 <= int(kept[1]) == 64 * len(shards) < 128
    assert contents(out) == ["config.yaml", "shards", *(f"shards/{path.name}" for path in shards)]
    assert all(re.fullmatch(r"\d{8}\.npz", path.name) for path in shards)
    times_written = {path: path.stat().st_mtime_ns for path in shards}
    assert (open_sweep(out)["label"] >= 0).sum() == int(kept[1])
    assert {path: path.stat().st_mtime_ns for path in shards} == times_written
    assert_completed(run, config, out, expected)


@pytest.mark.slow
def test_kill_9_keeps_what_is_done_and_the_next_run_goes_on(run, long_config, tmp_path):
    config, expected = long_config
    out = tmp_path / "out"
    process = started(config, out)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "sweep.nc").exists()
    (first, *_) = (out / "shards").glob("*.npz")
    for name in ("shards/.00000064.npz", ".sweep.nc"):
        (out / f"{name}~{platform.node()}~{process.pid}~00000000").write_bytes(first.read_bytes()[:5000])
    assert_completed(run, config, out, expected)
