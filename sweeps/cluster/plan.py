"""Into how many tasks a sweep is cut, and in what arrays they are submitted. Pure: the same in, the same out."""

import math
from collections.abc import Iterable, Sequence, Set
from dataclasses import dataclass

from sweeps.config import ConfigError
from sweeps.config.cluster import Cluster
from sweeps.grid.shard import Shard, share_numbers

SHORTEST = 120.0  # seconds of a task: its start, some 5 s, does not count then
LONGEST = 3_600.0  # seconds of a task: what is lost with its node is at most one shard, but queues prefer short jobs
ENOUGH = 200  # tasks; beyond these they get longer, and only then more
DOUBT = 2.0  # limit of a task's time, over what the measurement says: nodes differ, and share their memory
LEAST_MINUTES = 10  # of a limit: compiling and slow disks
MOST_CALLS = 49  # arrays in a round; one more job collects


@dataclass(frozen=True)
class Limits:
    """What a cluster allows.

    Attributes
    ----------
    max_array_size : int
        The largest *index* of an array is one less.
    max_jobs : int
        Tasks of this user that may wait and run at a time.
    max_minutes : int or None
        Of a task. None: no limit.
    """

    max_array_size: int = 1_001
    max_jobs: int = 5_000
    max_minutes: int | None = None


@dataclass(frozen=True)
class Cut:
    """A sweep cut into tasks of equal shares.

    Attributes
    ----------
    n_tasks : int
        What `--of` is for all of them.
    seconds : float
        Of the longest task, by the measurement.
    minutes : int
        Limit of a task's time.
    note : str
        What a user should know, or nothing.
    """

    n_tasks: int
    seconds: float
    minutes: int
    note: str = ""


@dataclass(frozen=True)
class Array:
    """An array that is submitted by one call: tasks `offset + index` for each index.

    Attributes
    ----------
    offset : int
    indices : tuple of int
        Ascending, each less than `Limits.max_array_size`.
    max_running : int or None
        Elements of this array that run at a time.
    after : int or None
        The place, in the round, of an array that has to end before this one begins.

    Examples
    --------
    >>> Array(1000, (0, 1, 2, 7), max_running=2).spec
    '0-2,7%2'
    """

    offset: int
    indices: tuple[int, ...]
    max_running: int | None = None
    after: int | None = None

    @property
    def tasks(self) -> tuple[int, ...]:
        """Numbers of the tasks."""
        return tuple(self.offset + index for index in self.indices)

    @property
    def spec(self) -> str:
        """The indices as schedulers write them, `%` and how many run at a time behind them."""
        throttle = f"%{self.max_running}" if self.max_running is not None else ""
        return ranges(self.indices) + throttle


def cut(chains: Sequence[int], seconds_per_shard: float, wishes: Cluster, limits: Limits) -> Cut:
    """Choose the number of tasks and the limit of their time.

    Tasks take some 2 minutes, with up to 200 of them; a longer sweep has longer tasks, up to an hour or half the
    time that is asked for, and only then more.

    Parameters
    ----------
    chains : sequence of int
        Shards of each chain, in their order. A chain is not cut: no task has less than one.
    seconds_per_shard : float
        As measured, on one core.
    wishes : Cluster
        The config's section: `tasks`, `time`, `cpus_per_task`, `max_running`.
    limits : Limits

    Raises
    ------
    ConfigError
        If what is asked for is beyond what the cluster allows.
    """
    if wishes.time is not None and limits.max_minutes is not None and wishes.time > limits.max_minutes:
        raise ConfigError(
            f"{wishes.engine}.time = {wishes.time} minutes must be at most {limits.max_minutes} in this partition."
        )
    allowed = min(limits.max_jobs, MOST_CALLS * limits.max_array_size)
    if wishes.tasks is not None and wishes.tasks > allowed:
        raise ConfigError(f"{wishes.engine}.tasks = {wishes.tasks} must be at most {allowed} on this cluster.")
    ceiling = wishes.time or limits.max_minutes or math.inf
    total = sum(chains) * seconds_per_shard / wishes.cpus_per_task
    target = min(max(SHORTEST, total / ENOUGH), LONGEST, 60.0 * ceiling / DOUBT)
    n_tasks = min(wishes.tasks or max(1, math.ceil(total / target)), allowed, len(chains))
    shares = [chains[task::n_tasks] for task in range(n_tasks)]
    seconds = seconds_per_shard * max(max(math.ceil(sum(share) / wishes.cpus_per_task), *share) for share in shares)
    needed = max(LEAST_MINUTES, math.ceil(DOUBT * seconds / 60))
    minutes = wishes.time or min(needed, limits.max_minutes or needed)
    return Cut(n_tasks, seconds, minutes, _note(seconds, seconds_per_shard, minutes))


def _note(seconds: float, seconds_per_shard: float, minutes: int) -> str:
    if seconds <= 60 * minutes / DOUBT:
        return ""
    if seconds_per_shard > 60 * minutes / DOUBT:
        return (
            f"A shard alone takes some {seconds_per_shard / 60:.0f} of a task's {minutes} minutes, and what is not "
            "finished of it is lost: allow more time."
        )
    return (
        f"A task takes some {seconds / 60:.0f} minutes, by the measurement, and may use {minutes}: those that are "
        "stopped keep what they have finished, and `dmfsa sweep resume` goes on."
    )


def unfinished(
    shards: Sequence[Shard], missing: Iterable[Shard], of: int, queued: Set[tuple[int, int]]
) -> tuple[int, ...]:
    """Return the tasks, out of `of`, that have missing shards which nothing in the queue will do.

    Parameters
    ----------
    shards, missing : sequences of Shard
        All of the sweep, and those that are to be computed.
    of : int
    queued : set of (of, task)
        Tasks in the queue, each with the number of tasks that it is one of.
    """
    wanted = set(missing)
    for cut_into in {number for number, _ in queued}:
        numbers = share_numbers(shards, cut_into)
        wanted -= {shard for shard, task in zip(shards, numbers, strict=True) if (cut_into, task) in queued}
    numbers = share_numbers(shards, of)
    return tuple(sorted({task for shard, task in zip(shards, numbers, strict=True) if shard in wanted}))


def arrays(tasks: Iterable[int], limits: Limits, max_running: int | None = None) -> tuple[Array, ...]:
    """Pack tasks into arrays whose indices the cluster allows.

    Parameters
    ----------
    tasks : iterable of int
        Numbers of those to submit.
    limits : Limits
    max_running : int, optional
        Tasks that run at a time, in all arrays together.

    Returns
    -------
    tuple of Array
        At most `MOST_CALLS`, with at most `max_jobs` tasks: what is beyond waits for the next round.
    """
    blocks: dict[int, list[int]] = {}
    for task in sorted(set(tasks))[: limits.max_jobs]:
        blocks.setdefault(task // limits.max_array_size, []).append(task % limits.max_array_size)
    chosen = list(blocks.items())[:MOST_CALLS]
    shares = _shares(max_running, [len(indices) for _, indices in chosen])
    return tuple(
        Array(
            offset=block * limits.max_array_size,
            indices=tuple(indices),
            max_running=shares[place],
            after=place - max_running if max_running is not None and place >= max_running else None,
        )
        for place, (block, indices) in enumerate(chosen)
    )


def _shares(whole: int | None, sizes: Sequence[int]) -> list[int | None]:
    """Share a number out by sizes, at least 1 each, by largest remainders."""
    if whole is None:
        return [None] * len(sizes)
    spare = max(0, whole - len(sizes))
    exact = [spare * size / max(1, sum(sizes)) for size in sizes]
    shares = [int(share) for share in exact]
    by_remainder = sorted(range(len(sizes)), key=lambda i: shares[i] - exact[i])
    for i in by_remainder[: spare - sum(shares)]:
        shares[i] += 1
    return [1 + share for share in shares]


def ranges(numbers: Sequence[int]) -> str:
    """Write ascending numbers as ranges.

    Examples
    --------
    >>> ranges([0, 1, 2, 5, 7, 8])
    '0-2,5,7-8'
    """
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][1] + 1:
            runs[-1][1] = number
        else:
            runs.append([number, number])
    return ",".join(str(first) if first == last else f"{first}-{last}" for first, last in runs)
