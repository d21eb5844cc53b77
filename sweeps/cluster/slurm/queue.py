"""The jobs of a sweep that are in the queue: known by their comment, as a lost job's number may be another's soon."""

import os
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from sweeps.cluster.slurm.commands import SlurmError, ask

ENDING = ("COMPLETING", "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")
NEVER = "DependencyNeverSatisfied"  # the reason of a job that waits for what can no longer come


@dataclass(frozen=True)
class Element:
    """A job of a sweep in the queue, or an element of an array.

    Attributes
    ----------
    job : int
        Number of the job; of an array, that of all its elements.
    task, of : int or None
        Which task of how many. None: it collects.
    state, reason : str
        As Slurm has them: PENDING, RUNNING, …; why it waits.
    """

    job: int
    task: int | None
    of: int | None
    state: str
    reason: str

    @property
    def will_run(self) -> bool:
        """Whether it does its work, now or later."""
        return self.state not in ENDING and self.reason != NEVER


def comment(token: str, of: int | None = None, offset: int = 0) -> str:
    """Return the comment by which a sweep's jobs are known: arrays of `of` tasks from `offset`, or what collects."""
    return f"dmfsa:{token}:{'collect' if of is None else f'{of}:{offset}'}"


def read_queue(token: str) -> list[Element]:
    """Return the jobs of a sweep that are in the queue.

    Raises
    ------
    SlurmError
        If Slurm does not tell.
    """
    # Not --array: what it makes of indices with a stride, 0-28:2, lacks the last one (22.05).
    shown = ask(
        "squeue",
        "--noheader",
        f"--user={os.getuid()}",
        "--format=%F|%K|%T|%r|%k",
        environment={**os.environ, "SLURM_BITSTR_LEN": "0"},  # all indices, however many
    )
    found: list[Element] = []
    for line in shown.splitlines():
        job, written, state, reason, said = line.split("|", 4)
        words = said.strip().split(":")
        if words[:2] != ["dmfsa", token]:
            continue
        if words[2:] == ["collect"]:
            found.append(Element(int(job), None, None, state, reason))
            continue
        of, offset = map(int, words[2:])
        found += [Element(int(job), offset + index, of, state, reason) for index in indices(written)]
    return found


def indices(written: str) -> list[int]:
    """Return the indices of an array as squeue writes them.

    Examples
    --------
    >>> indices("0-2,5,8-12:2%4")
    [0, 1, 2, 5, 8, 10, 12]
    """
    found: list[int] = []
    for part in written.partition("%")[0].split(","):
        match = re.fullmatch(r"(\d+)(?:-(\d+)(?::(\d+))?)?", part)
        if match is None:
            raise SlurmError(f"squeue writes the indices of an array in a way that is not understood: {written}")
        first, last, stride = match.groups()
        found += range(int(first), int(last or first) + 1, int(stride or 1))
    return found


def counts(elements: Sequence[Element]) -> dict[str, int]:
    """Count tasks by their state."""
    return dict(sorted(Counter(element.state for element in elements if element.task is not None).items()))


def describe(elements: Sequence[Element]) -> str:
    """Say in a line what is in the queue, and why what waits does.

    Examples
    --------
    >>> describe([Element(7, 0, 2, "RUNNING", "None"), Element(7, 1, 2, "PENDING", "Resources")])
    '1 pending, 1 running (Resources)'
    """
    reasons = sorted(
        {element.reason for element in elements if element.state == "PENDING" and element.task is not None}
    )
    parts = [f"{count} {state.lower()}" for state, count in counts(elements).items()]
    return (", ".join(parts) + (f" ({', '.join(reasons)})" if reasons else "")) or "no tasks"
