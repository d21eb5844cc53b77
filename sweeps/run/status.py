"""How far a sweep is: what is done, running, failed and missing, how fast, and for how long still."""

import time
from dataclasses import dataclass

from attractors.results import Result
from attractors.status import Status, doubt, sure
from sweeps.grid.shard import Shard
from sweeps.run.progress import clock
from sweeps.store.claims import claims
from sweeps.store.folder import SweepFolder
from sweeps.store.shards import Condition, Header

RECENT = 600.0  # seconds of the past that the rate is measured over, or the last shards if they are older
FEW_SHARDS = 16


class State(Status):
    """What to do about a sweep."""

    FINISHED = sure("All points are in sweep.nc.")
    FAILED = doubt("Some points could not be computed: `dmfsa sweep resume --failed` tries them again.")
    COLLECTABLE = sure("All points are computed: `dmfsa sweep collect` makes one dataset of them.")
    COLLECTING = sure("All points are computed: a job in the queue makes one dataset of them.")
    RUNNING = sure("Processes are at work.")
    QUEUED = sure("Tasks are in the queue: they go on when their turn comes.")
    INTERRUPTED = doubt("Nobody seems to be at work: `dmfsa sweep resume` goes on.")


@dataclass(frozen=True, eq=False)
class Worker(Result):
    """A process at work."""

    host: str
    pid: int
    job: str
    n_shards: int
    seconds_since_beat: float


@dataclass(frozen=True, eq=False)
class SweepStatus(Result):
    """The state of a sweep.

    Attributes
    ----------
    n_points, n_done, n_running, n_failed, n_missing : int
        Points in all; in good shards; in shards that processes are at; of those done, those that could not be
        computed; in none of these.
    n_shards, n_shards_done, n_shards_damaged, n_shards_other : int
        Shards in all, and how many are done, damaged, of another config.
    rate : float
        Points a second, all processes together, of late; NaN if it cannot be told.
    seconds_left : float
        By that rate; NaN if it cannot be told.
    core_seconds : float
        Time taken so far, on one core.
    n_bytes : int
        Size of the shards, or of sweep.nc.
    workers : tuple of Worker
        Processes at work.
    status : State
    """

    folder: str
    n_points: int
    n_done: int
    n_running: int
    n_failed: int
    n_missing: int
    n_shards: int
    n_shards_done: int
    n_shards_damaged: int
    n_shards_other: int
    rate: float
    seconds_left: float
    core_seconds: float
    n_bytes: int
    workers: tuple[Worker, ...]
    status: State


def status_of(folder: SweepFolder, *, thorough: bool = False, n_queued: int = 0, collects: bool = False) -> SweepStatus:
    """Look at a folder.

    Parameters
    ----------
    folder : SweepFolder
    thorough : bool
        Whether to look at every bit of the shards, not only at their ends.
    n_queued : int
        Tasks of the sweep in the queue of a cluster, as it was before this look.
    collects : bool
        Whether a job that collects is there.
    """
    shards = folder.shards()
    whole = folder.whole()
    conditions: dict[Condition, list[Shard]] = {condition: [] for condition in Condition}
    headers: list[Header] = []
    for shard in shards if whole is None else ():
        condition, header = folder.look(shard, thorough=thorough)
        conditions[condition].append(shard)
        if header is not None:
            headers.append(header)
    live = [claim for claim in claims(folder.path) if claim.live]
    busy = {first for claim in live for first in claim.shards}
    n_points = folder.n_points if whole is None else int(whole["n_points"])
    if whole is not None:
        n_done, n_failed, seconds = n_points, int(whole["n_failed"]), float(whole["core_seconds"])
        n_shards_done, n_bytes = len(shards), (folder.path / "sweep.nc").stat().st_size
    else:
        n_done, n_failed = sum(header.n for header in headers), sum(header.n_failed for header in headers)
        seconds, n_bytes = sum(header.seconds for header in headers), sum(header.size for header in headers)
        n_shards_done = len(headers)
    n_running = sum(
        s.n for name in Condition if name is not Condition.DONE for s in conditions[name] if s.first in busy
    )
    rate = _rate(headers)
    return SweepStatus(
        folder=str(folder.path),
        n_points=n_points,
        n_done=n_done,
        n_running=n_running,
        n_failed=n_failed,
        n_missing=n_points - n_done - n_running,
        n_shards=len(shards),
        n_shards_done=n_shards_done,
        n_shards_damaged=len(conditions[Condition.DAMAGED]),
        n_shards_other=len(conditions[Condition.OTHER]),
        rate=rate,
        seconds_left=0.0 if n_done == n_points else (n_points - n_done) / rate if rate > 0 else float("nan"),
        core_seconds=seconds,
        n_bytes=n_bytes,
        workers=tuple(
            Worker(claim.host, claim.pid, claim.job, len(claim.shards), max(0.0, time.time() - claim.beat))
            for claim in live
        ),
        status=(
            (State.FAILED if n_failed else State.FINISHED)
            if whole is not None
            else _state(n_done == n_points, bool(live), n_queued, collects)
        ),
    )


def _state(all_done: bool, live: bool, n_queued: int, collects: bool) -> State:
    """Say how it goes on with a sweep whose dataset is not there."""
    if live:
        return State.RUNNING
    if all_done:
        return State.COLLECTING if collects else State.COLLECTABLE
    return State.QUEUED if n_queued else State.INTERRUPTED


def _rate(headers: list[Header]) -> float:
    """Points a second between the first and the last of those shards that ended of late."""
    ordered = sorted(headers, key=lambda header: header.ended)
    if len(ordered) < 2:
        return float("nan")
    recent = [header for header in ordered if header.ended > ordered[-1].ended - RECENT]
    recent = recent if len(recent) >= 2 else ordered[-FEW_SHARDS:]
    took = recent[-1].ended - recent[0].ended
    return sum(header.n for header in recent[1:]) / took if took > 0 else float("nan")


def in_words(status: SweepStatus) -> str:
    """Say in a few lines how far a sweep is."""
    share = status.n_done / status.n_points
    lines = [
        f"{status.folder}: {status.n_done} of {status.n_points} points done ({share:.1%}), "
        f"{status.n_running} running, {status.n_failed} failed, {status.n_missing} missing",
        f"  {status.n_shards_done} of {status.n_shards} shards"
        + f", {status.n_shards_damaged} damaged" * bool(status.n_shards_damaged)
        + f", {status.n_shards_other} of another config" * bool(status.n_shards_other)
        + f"; {status.n_bytes / 1e6:.3g} MB; {clock(status.core_seconds)} on one core",
    ]
    if status.rate > 0 and status.n_done < status.n_points:
        lines.append(f"  {status.rate:.3g} points/s of late, {clock(status.seconds_left)} left at that rate")
    for worker in status.workers:
        where = f"{worker.host}, process {worker.pid}" + f", job {worker.job}" * bool(worker.job)
        lines.append(f"  at work: {where}, at {worker.n_shards} shards, {worker.seconds_since_beat:.0f} s ago")
    return "\n".join([*lines, status.status.value])
