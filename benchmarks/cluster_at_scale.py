"""A million points on a simulated cluster where 5 % of the tasks are killed: the planner and the state, no physics.

    python benchmarks/cluster_at_scale.py [--points 1000000] [--max-array-size 1001]

Writes every shard for real, so it takes some minutes; the time of the cluster itself is virtual.
"""

import argparse
import os
import sys
import tempfile
import time
from pathlib import Path
from unittest import mock

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests"))
from experiments import NO_EXPONENTS, small  # noqa: E402
from simulated_slurm import SimulatedSlurm  # noqa: E402

from sweeps.cluster import submission  # noqa: E402
from sweeps.cluster.slurm import engine, limits, queue, scripts  # noqa: E402


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--points", type=int, default=1_000_000)
    parser.add_argument("--max-array-size", type=int, default=1_001)
    given = parser.parse_args()
    axis = {"from": 1.0, "to": 2.0, "n": given.points}
    config = small(model=None, sweep={"beta": axis}, run=NO_EXPONENTS, record=["label"])
    os.environ["DMFSA"] = "dmfsa"
    with tempfile.TemporaryDirectory() as name, mock.patch.object(submission, "seconds_per_shard", return_value=600.0):
        slurm = SimulatedSlurm(Path(name, "sweep"), n_slots=500, max_array_size=given.max_array_size)
        for module in (engine, limits, queue, scripts):
            mock.patch.object(module, "ask", slurm.ask).start()
        rounds(slurm, config)


def rounds(slurm: SimulatedSlurm, config) -> None:
    """Submit, and resume until nothing is missing; print a line for each round."""
    calls, killed, began = 0, 0, time.perf_counter()
    done = submission.submit(config, slurm.folder, {}, tell=print)
    while done.n_missing:
        print(f"{done.n_missing} shards missing: {done.n_tasks} tasks in {slurm.calls - calls} calls of sbatch")
        print(f"  found and submitted in {time.perf_counter() - began:.1f} s")
        assert slurm.calls - calls <= 50
        calls, killed = slurm.calls, slurm.n_killed
        slurm.run(until=slurm.n_tasks // 100)
        print(f"  {slurm.n_killed - killed} tasks killed, {slurm.n_tasks} still in the queue")
        began = time.perf_counter()
        done = submission.resume(slurm.folder, {}, tell=lambda line: None)
    slurm.run()
    n_shards = len(slurm.sweep.shards())
    assert not slurm.sweep.missing(slurm.sweep.shards())
    assert len(slurm.written) == n_shards
    assert set(slurm.written.values()) == {1}
    print(f"complete: {n_shards} shards, each written once; {slurm.n_killed} tasks killed")


if __name__ == "__main__":
    main()
