"""`dmfsa` as the tests' cluster runs it: small shards, a note of each that is begun, some that wait.

In the folder $STAGE: `begun` gets a line for each shard that is begun; while `hold-FIRST` is there, the shard that
begins with point FIRST waits, after `held-FIRST-NODE-PID` has been made; `signal-NUMBER-PID` tells of a signal heard.
"""

import os
import signal
import sys
import time
from pathlib import Path

from sweeps.cli import main
from sweeps.grid import shard as shards
from sweeps.run import local as run

N_POINTS = 4  # in a shard
LONGEST = 600  # seconds to wait: what is left behind if the tests are killed ends some time


def noted(run_it, stage):
    """Wrap `run_shard`."""

    def run_shard(experiment, shard, before, count):
        first, node = shard.first, os.environ["SLURMD_NODENAME"]
        with (stage / "begun").open("a") as file:
            file.write(f"{first} {node} {os.getpid()}\n")
        hold = stage / f"hold-{first}"
        end = time.monotonic() + LONGEST
        while hold.exists() and time.monotonic() < end:
            (stage / f"held-{first}-{node}-{os.getpid()}").touch()
            count(0)  # hears SIGTERM
            time.sleep(0.05)
        return run_it(experiment, shard, before, count)

    return run_shard


def heard(install, stage):
    """Wrap `signal.signal`."""

    def install_noting(number, handler):
        def both(number, frame):
            (stage / f"signal-{number}-{os.getpid()}").touch()
            handler(number, frame)

        return install(number, both if callable(handler) else handler)

    return install_noting


if __name__ == "__main__":
    stage = Path(os.environ["STAGE"])
    shards.POINTS = N_POINTS
    run.run_shard = noted(run.run_shard, stage)
    signal.signal = heard(signal.signal, stage)
    sys.exit(main())
