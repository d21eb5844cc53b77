"""What files cost: status of 10^4 shards, a dataset of 10^6 points, and the share of a run that is not stepping.

    python benchmarks/sweep_machinery.py [status | collect | overhead] [N]

Status and collect are synthetic: shards are made up, no orbit is computed. N points, a million if not given; status
takes N shards, ten thousand if not given.
"""

import resource
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

import numpy as np
from process import DMFSA
from process import run as run_command

from sweeps.config import Config
from sweeps.grid.shard import Points
from sweeps.run import shard as work
from sweeps.run.experiment import Experiment
from sweeps.run.inputs import inputs_of
from sweeps.run.local import run_shards
from sweeps.run.points import run_points
from sweeps.run.stopping import Stop
from sweeps.store.dataset import empty_points
from sweeps.store.folder import SweepFolder
from sweeps.store.shards import write_shard


def made_up(path: Path, n_points: int) -> SweepFolder:
    """Fill a folder with shards that no orbit stands behind: labels and two exponents."""
    config = Config.from_dict(
        {
            "name": "made-up",
            "sweep": {"beta": {"from": 1, "to": 2, "n": n_points}},
            "run": {"n_exponents": 2},
            "record": ["label", "lyapunov"],
        }
    )
    folder = SweepFolder.claim(path, config, inputs_of(config))
    rng = np.random.default_rng(0)
    origin = {"host": "here", "job": "", "versions": "none", "commit": "none", "ended": time.time(), "seconds": 1.0}
    for shard in folder.shards():
        points = empty_points(config, shard.points)
        points["label"] = rng.integers(0, 8, shard.n)
        points["period"] = rng.integers(0, 200, shard.n)
        points["lyapunov_exponent"] = rng.normal(size=(shard.n, 2))
        points["window"] = rng.normal(size=points["window"].shape)
        points["reason"] = [f"4096 samples show no period, and λ1 = {x:.6f} ± 0.0001" for x in rng.normal(size=shard.n)]
        points["core_seconds"] = 1.0
        write_shard(folder.file(shard), points, folder.fingerprint, origin)
    return folder


def status(n_shards: int = 10_000) -> None:
    with tempfile.TemporaryDirectory() as where:
        folder = made_up(Path(where, "x"), 64 * n_shards)
        folder.file(folder.shards()[n_shards // 2]).unlink()
        cost = run_command([*DMFSA, "sweep", "status", str(folder.path)])
        print(cost.stdout.replace(f"{folder.path}: ", ""))
        print(f"status of {n_shards} shards: {cost.wall:.2f} s wall, {cost.cpu:.2f} s of the processor")


def collect(n_points: int = 1_000_000) -> None:
    with tempfile.TemporaryDirectory() as where:
        folder = made_up(Path(where, "x"), n_points)
        began, cpu = time.perf_counter(), time.process_time()
        before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        folder.collect()
        wall, cpu = time.perf_counter() - began, time.process_time() - cpu
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e3
        size = (folder.path / "sweep.nc").stat().st_size / 1e6
        print(
            f"collect of {n_points} points: {wall:.1f} s wall, {cpu:.1f} s of the processor, "
            f"peak {peak:.0f} MB ({before:.0f} MB before), {size:.0f} MB written"
        )


def overhead(n_shards: int = 12) -> None:
    """Processor time of runs outside of their points, over that in them; 64 points a shard, one thread.

    Runs of three shards: what is done once for each run, 3 ms, counts more than in any task of a cluster.
    """
    for words, run, record in [
        ("all 12 exponents", {"n_exponents": "all"}, ["orbit", "section", "label", "lyapunov"]),
        ("no exponents", {"n_exponents": 0}, ["orbit", "label"]),
    ]:
        config = Config.from_dict(
            {
                "sweep": {"beta": {"from": 1, "to": 2, "n": 64 * n_shards}},
                "start": {"window": "paper_beta3"},
                "run": {"n_transient": 100_000, "n_steps": 75_000, **run},
                "record": record,
            }
        )
        with tempfile.TemporaryDirectory() as where:
            folder = SweepFolder.claim(Path(where, "x"), config, inputs_of(config))
            experiment = Experiment.of(config)
            shards = folder.shards()
            run_shards(folder, experiment, shards[:1], 1, quiet=True, stop=Stop())  # compiles
            shares = []
            for few in zip(*[iter(shards[1:])] * 3, strict=False):
                stepping = 0.0

                def timed(*given: object) -> Points:
                    nonlocal stepping
                    began = time.process_time()
                    found = run_points(*given)
                    stepping += time.process_time() - began
                    return found

                began = time.process_time()
                with mock.patch.object(work, "run_points", timed):
                    run_shards(folder, experiment, list(few), 1, quiet=True, stop=Stop())
                shares.append((time.process_time() - began) / stepping - 1.0)
        print(f"overhead with {words}: {np.median(shares):.1%} of the time in its points (median of {len(shares)})")


if __name__ == "__main__":
    chosen = {"status": status, "collect": collect, "overhead": overhead}
    names = sys.argv[1:2] or list(chosen)
    for name in names:
        chosen[name](*map(int, sys.argv[2:3]))
