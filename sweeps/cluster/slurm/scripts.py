"""The calls of sbatch. Everything is an argument of its own: nothing becomes part of a script's text."""

import os
import shlex
import shutil
import sys
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sweeps.cluster.engine import LOGS
from sweeps.cluster.plan import Array
from sweeps.cluster.slurm.commands import SlurmError, ask
from sweeps.cluster.slurm.queue import comment
from sweeps.config.slurm import Slurm

ARRAY = Path(__file__).with_name("array.sbatch")
COLLECT = Path(__file__).with_name("collect.sbatch")


@dataclass(frozen=True)
class Call:
    """One call of sbatch: the words of the command, but for what it has to wait for."""

    words: tuple[str, ...]

    def command(self, after: Sequence[str]) -> list[str]:
        """Return the whole command, given the jobs that have to end before it begins, well or not."""
        waits = [f"--dependency=afterany:{':'.join(after)}", "--kill-on-invalid-dep=yes"] if after else []
        return [self.words[0], *waits, *self.words[1:]]

    def submit(self, after: Sequence[str] = ()) -> str:
        """Submit it; return the number of the job.

        Raises
        ------
        SlurmError
            If Slurm refuses.
        """
        return ask(*self.command(after), environment={**os.environ, **program()}).strip().split(";")[0]

    def line(self, after: Sequence[str] = ()) -> str:
        """Return it as a line for a shell."""
        settings = [f"{name}={shlex.quote(value)}" for name, value in program().items()]
        return " ".join([*settings, shlex.join(self.command(after))])


def array_call(array: Array, of: int, folder: Path, wishes: Slurm, token: str) -> Call:
    """Return the call that submits an array of tasks, out of `of`, of the sweep in a folder."""
    options = [f"--array={array.spec}", f"--comment={comment(token, of, array.offset)}", _log(folder, "%A_%a")]
    options.append(f"--cpus-per-task={wishes.cpus_per_task}")
    offset = ["--offset", str(array.offset)] if array.offset else []
    rest = [str(ARRAY), *offset, str(folder), "--of", str(of)]
    return Call(("sbatch", *_common(folder, wishes), *options, *rest))


def collect_call(folder: Path, wishes: Slurm, token: str, *, refines: bool = False) -> Call:
    """Return the call that submits what collects the sweep in a folder, and the next round if the sweep refines."""
    options = [f"--comment={comment(token)}", _log(folder, "collect-%j")]
    rest = [str(COLLECT), str(folder), *(["--next-round"] if refines else [])]
    return Call(("sbatch", *_common(folder, wishes), *options, *rest))


def _log(folder: Path, name: str) -> str:
    """Return the option that names a log, in which Slurm replaces %A, %a and %j; so % in the folder's name is %%."""
    if "\\" in str(folder):
        raise SlurmError(f"{folder} has a backslash, with which Slurm cannot name logs: choose another folder, --out.")
    return f"--output={str(folder).replace('%', '%%')}/{LOGS}/{name}.out"


def _common(folder: Path, wishes: Slurm) -> list[str]:
    named: Mapping[str, str | int | None] = {
        "job-name": wishes.job_name,
        "partition": wishes.partition,
        "account": wishes.account,
        "qos": wishes.qos,
        "constraint": wishes.constraint,
        "mem": wishes.mem,
        "time": wishes.time,
    }
    given = [f"--{name}={value}" for name, value in named.items() if value is not None]
    return ["--parsable", "--export=ALL", f"--chdir={folder}", *given]


def program() -> dict[str, str]:
    """Return the variable by which the scripts find this very program.

    Raises
    ------
    SlurmError
        If it is not installed as a command.
    """
    beside = Path(sys.executable).with_name("dmfsa")
    found = os.environ.get("DMFSA") or (str(beside) if beside.exists() else shutil.which("dmfsa"))
    if not found:
        raise SlurmError("the command dmfsa is not installed for this Python: tasks would not find it.")
    return {"DMFSA": found}
