"""The smallest engine: jobs wait in a list, and `work` does them one by one in this process.

To be copied: a section of the config, the class that it names, and the line that registers it, `engine(Toy)`.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, ClassVar, Literal

from pydantic import BeforeValidator

from sweeps.cli import main
from sweeps.cluster.engine import ClusterError, Element
from sweeps.cluster.plan import Limits
from sweeps.config.cluster import Cluster, word

WAITING: list["Job"] = []


class Toy(Cluster):
    """What is asked of the toy."""

    MADE_BY: ClassVar[str] = "toy_engine:ToyEngine"
    OPTIONS: ClassVar[dict] = {**Cluster.OPTIONS, "shelf": ("NAME", "shelf on which jobs wait")}

    engine: Literal["toy"] = "toy"
    shelf: Annotated[str, BeforeValidator(word("a shelf"))] | None = None


@dataclass
class Job:
    """A task, or what collects; as a call, that which puts it onto the list."""

    name: str
    token: str
    command: tuple[str, ...]
    tasks: tuple[int | None, ...] = (None,)
    of: int | None = None
    after: tuple[str, ...] = ()

    def submit(self, after=()):
        self.after = tuple(after)
        WAITING.append(self)
        return self.name

    def line(self, after=()):
        return f"after {','.join(after) or 'nothing'}: {' '.join(self.command)}"


@dataclass
class ToyEngine:
    """The five verbs."""

    folder: Path
    wishes: Toy
    cancels: str = "forget"
    made: ClassVar[int] = 0

    def limits(self):
        if self.wishes.shelf == "full":
            raise ClusterError("the shelf is full: choose another.")
        return Limits(max_array_size=3, max_jobs=100)

    def queue(self, token):
        return [
            Element(job.name, task, job.of, "PENDING", "Shelf")
            for job in WAITING
            if job.token == token
            for task in job.tasks
        ]

    def array_call(self, array, of, token):
        return self._job(token, "task", "--of", str(of), "--workers", "1", tasks=array.tasks, of=of)

    def collect_call(self, token, *, refines):
        return self._job(token, "collect", *["--next-round"] * refines)

    def cancel(self, jobs):
        WAITING[:] = [job for job in WAITING if job.name not in jobs]

    def _job(self, token, action, *options, **given):
        ToyEngine.made += 1
        return Job(f"toy{ToyEngine.made}", token, ("sweep", action, str(self.folder), *options), **given)


def work():
    """Do the first job that has nothing to wait for; return its exit codes."""
    waiting = {job.name for job in WAITING}
    job = next(job for job in WAITING if not waiting & {*job.after})
    codes = [main([*job.command, *(["--index", str(task)] if task is not None else [])]) for task in job.tasks]
    WAITING.remove(job)
    return codes
