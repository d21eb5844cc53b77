"""A cluster in virtual time that answers as Slurm does: tasks write real shards without physics, and many are killed.

It takes the place of `sweeps.cluster.slurm.commands.ask`, so what runs on it is the real `submit` and `resume`.
"""

import heapq
import random
import re
from collections import Counter, deque
from dataclasses import dataclass, field
from functools import cached_property

from sweeps.cluster.plan import ranges
from sweeps.cluster.slurm.commands import SlurmError
from sweeps.grid.shard import share_numbers
from sweeps.store.dataset import empty_points
from sweeps.store.folder import SweepFolder

COMPUTING, WRITING = 10.0, 5.0  # seconds that a shard takes, the second of them on a slow disk


@dataclass
class Job:
    """A call of sbatch: what of it waits and runs."""

    said: str  # its comment
    after: set[int]
    throttle: float
    pending: deque = field(default_factory=deque)  # indices; None for a job that is no array
    running: dict = field(default_factory=dict)  # index -> shards to do

    @property
    def left(self):
        return len(self.pending) + len(self.running)


class SimulatedSlurm:
    """A cluster with one sweep on it.

    Parameters
    ----------
    folder : Path
        The sweep's.
    n_slots, max_array_size : int
        Tasks that run at a time, and Slurm's bound of the index.
    killed, requeued : float
        Share of tasks that are killed, at a random moment, also inside a write; and share of those that run again.
    """

    def __init__(self, folder, *, n_slots, max_array_size, killed=0.05, requeued=0.5, seed=0):
        self.folder, self.n_slots, self.max_array_size = folder, n_slots, max_array_size
        self.killed, self.requeued, self.random = killed, requeued, random.Random(seed)
        self.calls, self.n_killed, self.most_at_once = 0, 0, 0
        self.written = Counter()  # by first point
        self.collected = []  # how many shards were missing each time
        self._jobs, self._events, self._now, self._last = {}, [], 0.0, 0
        self._shares = {}

    def ask(self, program, *words, environment=None):
        """Answer as Slurm's commands do."""
        if program == "sbatch":
            self.calls += 1
            return self._sbatch(dict(word[2:].split("=", 1) for word in words if re.match(r"--[\w-]+=", word)))
        if program == "squeue":
            return "".join(self._lines())
        if program == "scancel":
            for word in words:
                self._jobs.pop(int(word))
            return ""
        if words[-1] == "config":
            return f"MaxArraySize = {self.max_array_size}\nMaxJobCount = 200000\n"
        if words[-1] == "partition":
            return "PartitionName=main Default=YES MaxTime=UNLIMITED\n"
        raise SlurmError(f"{program} is not here")

    def _sbatch(self, options):
        self._last += 1
        spec, _, throttle = options.get("array", "").partition("%")
        job = Job(
            options["comment"], {*map(int, re.findall(r"\d+", options.get("dependency", "")))}, float(throttle or "inf")
        )
        for part in spec.split(",") if spec else ():
            first, _, last = part.partition("-")
            job.pending += range(int(first), int(last or first) + 1)
        if spec and max(job.pending) >= self.max_array_size:
            raise SlurmError("sbatch failed: Invalid job array specification")
        self._jobs[self._last] = job if spec else Job(job.said, job.after, 1.0, deque([None]))
        return f"{self._last}\n"

    def _lines(self):
        """What waits in one line, what runs in one each."""
        for number, job in self._jobs.items():
            for index in job.running:
                yield f"{number}|{'N/A' if index is None else index}|RUNNING|None|{job.said}\n"
            if job.pending:
                waiting = "N/A" if job.pending[0] is None else f"{ranges(sorted(job.pending))}%{job.throttle}"
                yield f"{number}|{waiting}|PENDING|None|{job.said}\n"

    @property
    def n_tasks(self):
        """Tasks that wait or run."""
        return sum(job.left for job in self._jobs.values() if job.said.split(":")[2] != "collect")

    def run(self, until=-1):
        """Let time pass until no more than so many tasks are left; by default, until nothing is."""
        self._begin()
        while self._events and self.n_tasks > until:
            self._now, _, number, index, killed = heapq.heappop(self._events)
            job = self._jobs[number]
            shards = job.running[index]
            if killed:
                self.n_killed += 1
                del job.running[index]
                if self.random.random() < self.requeued:
                    job.pending.append(index)
            elif shards:
                self._write(shards.popleft())
            if index in job.running and not shards:
                del job.running[index]
                if index is None:
                    self.collected.append(len(self.sweep.missing(self.sweep.shards())))
            if not job.left:
                del self._jobs[number]
            self._begin()

    def _begin(self):
        """Begin what may begin."""
        free = self.n_slots - sum(len(job.running) for job in self._jobs.values())
        for number, job in self._jobs.items():
            while free > 0 and job.pending and len(job.running) < job.throttle and not job.after & self._jobs.keys():
                free -= 1
                self._start(number, job, job.pending.popleft())
        self.most_at_once = max(self.most_at_once, self.n_slots - free)

    def _start(self, number, job, index):
        """Put the ends of all its writes into the calendar, or those before the moment at which it is killed."""
        shards = [] if index is None else self._share(job.said, index)
        todo = job.running[index] = deque(shard for shard in shards if self.sweep.look(shard)[1] is None)
        ends = [self._now + (COMPUTING + WRITING) * (i + 1) for i in range(len(todo))] or [self._now]
        killed_at = float("inf")
        if todo and self.random.random() < self.killed:
            killed_at = self.random.uniform(self._now, ends[-1])
            ends = [end for end in ends if end < killed_at]
            self._note(killed_at, number, index, True)
        for end in ends:
            self._note(end, number, index, False)

    def _note(self, when, number, index, killed):
        heapq.heappush(self._events, (when, len(self._events) + self.random.random(), number, index, killed))

    def _write(self, shard):
        points = empty_points(self.sweep.config, shard.points)
        points["core_seconds"] = COMPUTING / shard.n
        self.written[shard.first] += 1
        self.sweep.write(points)

    @cached_property
    def sweep(self):
        return SweepFolder.open(self.folder)

    def _share(self, said, index):
        of, offset = map(int, said.split(":")[2:])
        if of not in self._shares:
            shards = self.sweep.shards()
            self._shares[of] = [[] for _ in range(of)]
            for shard, task in zip(shards, share_numbers(shards, of), strict=True):
                self._shares[of][task].append(shard)
        return self._shares[of][offset + index]
