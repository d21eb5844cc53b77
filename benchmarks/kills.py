"""Kill a sweep at random moments, as a machine that fails would, and see that nothing is lost and nothing is wrong.

    python benchmarks/kills.py [N] [SEED]

N kills (500 if not given). Each run is a process that is killed with SIGKILL after a random time; every second one
writes its files so slowly that many of the kills come in the middle of a write. After each, every shard that is read as
good must equal that of an undisturbed run; whenever a run gets through, the dataset must have the same bytes. Prints
where the kills came; exits with 1 at the first thing that is wrong.
"""

import os
import random
import shutil
import signal
import sys
import tempfile
import time
from pathlib import Path

import numpy as np
import xarray as xr

from sweeps import open_sweep, run_sweep
from sweeps.config import Config
from sweeps.store import shards
from sweeps.store.dataset import without_run
from sweeps.store.folder import SweepFolder

PIECE = 20_000  # bytes between two rests of a slow write
CONFIG = Config.from_dict(
    {
        "name": "killed",
        "start": {"window": "paper_beta3"},
        "sweep": {"beta": {"from": 1.0, "to": 2.0, "n": 24}, "order": {"continuation": {"direction": "both"}}},
        "run": {"n_transient": 500, "n_steps": 500, "n_exponents": 2},
    }
)


def main(n_kills: int, seed: int) -> None:
    shards.POINTS = 4
    rng = random.Random(seed)
    with tempfile.TemporaryDirectory() as where:
        run_sweep(CONFIG, Path(where, "compiles"), quiet=True)
        began = time.perf_counter()
        whole = open_sweep(run_sweep(CONFIG, Path(where, "undisturbed"), quiet=True, workers=2))
        longest = time.perf_counter() - began
        good = without_run(whole)
        good.to_netcdf(Path(where, "good.nc"))
        folder, came = Path(where, "killed"), dict.fromkeys(("computing", "in a shard", "in the dataset"), 0)
        n_done = n_through = 0
        while n_done < n_kills or not n_through:
            after = rng.uniform(0.0, longest) if n_done < n_kills else None
            if killed(folder, after, slowly=n_done % 2 == 0):
                n_done += 1
                came[where_it_came(folder)] += 1
                look(folder, good)
            else:
                n_through += 1
                again = without_run(open_sweep(folder))
                again.to_netcdf(Path(where, "again.nc"))
                xr.testing.assert_identical(again, good)
                if Path(where, "again.nc").read_bytes() != Path(where, "good.nc").read_bytes():
                    raise AssertionError("the dataset has other bytes")
                if left := [path.name for path in folder.iterdir() if path.name not in ("config.yaml", "sweep.nc")]:
                    raise AssertionError(f"left behind: {left}")
                shutil.rmtree(folder)
        print(f"{n_done} kills: {', '.join(f'{n} {name}' for name, n in came.items())}; {n_through} runs got through")


def killed(folder: Path, after: float | None, *, slowly: bool) -> bool:
    """Run the sweep in a child, and kill it after some seconds; False if it was through before."""
    child = os.fork()
    if child == 0:
        if slowly:
            Path.write_bytes = written_slowly
        try:
            run_sweep(CONFIG, folder, quiet=True, workers=2)
        except BaseException as error:  # the parent has to hear of it
            print(f"the run failed: {error!r}", file=sys.stderr)
            os._exit(1)
        os._exit(0)
    if after is not None:
        time.sleep(after)
        os.kill(child, signal.SIGKILL)
    _, status = os.waitpid(child, 0)
    if os.waitstatus_to_exitcode(status) == 1:
        raise AssertionError("a run failed after a kill")
    return os.waitstatus_to_exitcode(status) == -signal.SIGKILL


def written_slowly(path: Path, content: bytes) -> int:
    with path.open("wb", buffering=0) as file:
        for first in range(0, len(content), PIECE):
            file.write(content[first : first + PIECE])
            time.sleep(0.01)
    return len(content)


def where_it_came(folder: Path) -> str:
    if any((folder / "shards").glob(".*~*")):
        return "in a shard"
    return "in the dataset" if any(folder.glob(".sweep.nc~*")) else "computing"


def look(folder: Path, good: xr.Dataset) -> None:
    """See that whatever is read as good is right."""
    if not (folder / "config.yaml").exists():
        return
    if (folder / "sweep.nc").exists():
        xr.testing.assert_identical(without_run(open_sweep(folder)), good)
        return
    here = SweepFolder.open(folder)
    there = here.load()
    run = np.isfinite(there["core_seconds"].values)
    n_good = sum(shard.n for shard in here.shards() if here.read(shard) is not None)
    if run.sum() != n_good or there.attrs["n_missing"] != run.size - n_good:
        raise AssertionError(f"{run.sum()} points were read, {n_good} are in good shards")
    for name in ("lyapunov_exponent", "window", "label", "orbit"):
        np.testing.assert_array_equal(there[name].values[run], good[name].values[run], err_msg=name)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:2] or ["500"]), *map(int, sys.argv[2:3] or ["0"]))
