"""The jobs of a sweep that are in the queue: known by their comment, as a lost job's number may be another's soon."""

import os
import re

from sweeps.cluster.engine import Element
from sweeps.cluster.slurm.commands import SlurmError, ask

ENDING = ("COMPLETING", "COMPLETED", "CANCELLED", "FAILED", "TIMEOUT", "NODE_FAIL", "OUT_OF_MEMORY")
NEVER = "DependencyNeverSatisfied"  # the reason of a job that waits for what can no longer come


def will_run(state: str, reason: str) -> bool:
    """Whether a job does its work, now or later."""
    return state not in ENDING and reason != NEVER


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
        runs = will_run(state, reason)
        if words[2:] == ["collect"]:
            found.append(Element(job, None, None, state, reason, runs))
            continue
        of, offset = map(int, words[2:])
        found += [Element(job, offset + index, of, state, reason, runs) for index in indices(written)]
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
