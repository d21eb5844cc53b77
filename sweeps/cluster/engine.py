"""What a sweep asks of a cluster, whatever program hands out its nodes: five verbs.

An engine is one entry: a section of the config that `sweeps.config.cluster.engine` registers, and the class that the
section names as `MADE_BY`, called with the folder of a sweep and the section. What is done is known from the files of
a sweep alone, so an engine keeps no accounts: it has to tell what still waits or runs, and no more.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from pkgutil import resolve_name
from typing import Protocol

from sweeps.cluster.plan import Array, Limits
from sweeps.config.cluster import Cluster

LOGS = "logs"  # in the folder of the sweep, one for each task


class ClusterError(OSError):
    """An engine is not there, does not answer, or refuses; the message says which."""


@dataclass(frozen=True)
class Element:
    """A job of a sweep in the queue, or an element of an array.

    Attributes
    ----------
    job : str
        Name of the job, as the engine's verbs give and take it; of an array, that of all its elements.
    task, of : int or None
        Which task of how many. None: it collects.
    state, reason : str
        PENDING, RUNNING, or a word of the engine's own; why it waits.
    will_run : bool
        Whether it does its work, now or later.
    """

    job: str
    task: int | None
    of: int | None
    state: str
    reason: str
    will_run: bool = True


class Call(Protocol):
    """One submission, to be made or to be shown."""

    def submit(self, after: Sequence[str] = ()) -> str:
        """Submit it, to begin when these jobs have ended, well or not; return the name of the job."""

    def line(self, after: Sequence[str] = ()) -> str:
        """Return it as a line for a shell."""


class Engine(Protocol):
    """A cluster, as a sweep in a folder sees it. Each verb raises a `ClusterError` where the engine does not do it.

    Attributes
    ----------
    cancels : str
        The command by which a person would do what `cancel` does.
    """

    cancels: str

    def limits(self) -> Limits:
        """Return what the cluster allows; asked for before anything is written."""

    def queue(self, token: str) -> list[Element]:
        """Return the jobs that wait or run of those that were submitted with this token."""

    def array_call(self, array: Array, of: int, token: str) -> Call:
        """Return the call that submits an array: `dmfsa sweep task --index TASK --of OF FOLDER` for each task of it."""

    def collect_call(self, token: str, *, refines: bool) -> Call:
        """Return the call that submits, after others, `dmfsa sweep collect FOLDER`, `--next-round` if it refines."""

    def cancel(self, jobs: Sequence[str]) -> None:
        """Take jobs out of the queue."""


def engine_of(folder: Path, wishes: Cluster) -> Engine:
    """Return the engine that a section of the config names, for the sweep in a folder."""
    engine: Engine = resolve_name(wishes.MADE_BY)(folder, wishes)
    return engine


def counts(elements: Sequence[Element]) -> dict[str, int]:
    """Count tasks by their state."""
    return dict(sorted(Counter(element.state for element in elements if element.task is not None).items()))


def describe(elements: Sequence[Element]) -> str:
    """Say in a line what is in the queue, and why what waits does.

    Examples
    --------
    >>> describe([Element("7", 0, 2, "RUNNING", "None"), Element("7", 1, 2, "PENDING", "Resources")])
    '1 pending, 1 running (Resources)'
    """
    reasons = sorted(
        {element.reason for element in elements if element.state == "PENDING" and element.task is not None}
    )
    parts = [f"{count} {state.lower()}" for state, count in counts(elements).items()]
    return (", ".join(parts) + (f" ({', '.join(reasons)})" if reasons else "")) or "no tasks"
