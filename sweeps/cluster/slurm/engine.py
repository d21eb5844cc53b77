"""Slurm as an engine of sweeps."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.cluster.engine import Element
from sweeps.cluster.plan import Array, Limits
from sweeps.cluster.slurm import scripts
from sweeps.cluster.slurm.commands import ask
from sweeps.cluster.slurm.limits import read_limits
from sweeps.cluster.slurm.queue import read_queue
from sweeps.config.slurm import Slurm


@dataclass(frozen=True)
class SlurmEngine:
    """The five verbs by Slurm's own commands; see `sweeps.cluster.engine.Engine`."""

    folder: Path
    wishes: Slurm
    cancels: str = "scancel"

    def limits(self) -> Limits:
        """Return what the cluster allows, if tasks would find this program."""
        scripts.program()
        return read_limits(self.wishes.partition)

    def queue(self, token: str) -> list[Element]:
        """Return the jobs whose comment holds the token."""
        return read_queue(token)

    def array_call(self, array: Array, of: int, token: str) -> scripts.Call:
        """Return the call of sbatch that submits an array."""
        return scripts.array_call(array, of, self.folder, self.wishes, token)

    def collect_call(self, token: str, *, refines: bool) -> scripts.Call:
        """Return the call of sbatch that submits what collects."""
        return scripts.collect_call(self.folder, self.wishes, token, refines=refines)

    def cancel(self, jobs: Sequence[str]) -> None:
        """Cancel jobs."""
        ask(self.cancels, *jobs)
