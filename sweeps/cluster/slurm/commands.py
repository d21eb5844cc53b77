"""Slurm's own commands. Arguments are handed over as they are: no shell sees them."""

import subprocess
from collections.abc import Mapping

from sweeps.cluster.engine import ClusterError

PATIENCE = 120  # seconds; a busy controller takes its time, and sbatch repeats by itself


class SlurmError(ClusterError):
    """Slurm is not there, does not answer, or refuses; the message says which."""


def ask(*command: str, environment: Mapping[str, str] | None = None) -> str:
    """Run a command; return what it prints.

    Raises
    ------
    SlurmError
        If it is not there, fails, or takes longer than two minutes.
    """
    try:
        done = subprocess.run(
            command,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            text=True,
            errors="replace",
            timeout=PATIENCE,
            check=False,
            env=environment,
        )
    except FileNotFoundError:
        raise SlurmError(
            f"{command[0]} is not here: run this where jobs are submitted, or use `dmfsa sweep run` on this machine."
        ) from None
    except subprocess.TimeoutExpired:
        raise SlurmError(f"{command[0]} did not answer within {PATIENCE} s: try again later.") from None
    if done.returncode:
        said = (done.stderr or done.stdout).strip() or f"exit code {done.returncode}"
        raise SlurmError(f"{command[0]} failed: {said}")
    return done.stdout
