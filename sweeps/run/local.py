"""Run a sweep on this machine: shards of points on all cores, each written as soon as it is done."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass, replace
from itertools import pairwise
from pathlib import Path

from sweeps.config import Config
from sweeps.files import StoreError, remove_abandoned
from sweeps.grid.shard import Points, Shard, in_share
from sweeps.run import progress
from sweeps.run.experiment import Experiment
from sweeps.run.inputs import inputs_of
from sweeps.run.shard import Stopped, run_shard
from sweeps.run.stopping import Stop
from sweeps.store.claims import Claiming, claims, remove_stale
from sweeps.store.folder import Beside, SweepFolder


@dataclass(frozen=True)
class Outcome:
    """What became of the shards that were to be run.

    Attributes
    ----------
    n_points, n_done, n_before : int
        Points in those shards, how many of them are done now, and how many were before.
    n_failed : int
        Points, of those done now and not before, that could not be computed.
    failures : tuple of str
        Why, each reason once.
    stopped : bool
        Whether the run was asked to stop before it was through.
    """

    n_points: int
    n_done: int
    n_before: int
    n_failed: int
    failures: tuple[str, ...]
    stopped: bool


def run_sweep(
    config: Config,
    out: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    quiet: bool = False,
    beside: Beside | None = None,
    stop: Stop | None = None,
) -> Path:
    """Run every point of a config that its folder does not hold yet.

    Parameters
    ----------
    config : Config
        What to run.
    out : path, optional
        The folder of results, by default results/NAME. One that holds a part of this very sweep is completed.
    workers : int, optional
        Threads, by default as many as there are cores for this process. Results do not depend on it.
    quiet : bool
        Whether to leave out the progress on stderr.
    beside : callable, optional
        Called with the dataset of all points and the folder while the dataset is written, in another thread: draws
        figures, say.
    stop : Stop, optional
        Asks the run to end before it is through.

    Returns
    -------
    Path
        The folder: sweep.nc holds all points; read it with `open_sweep`. Points that could not be computed say why in
        the variable `failure`.

    Raises
    ------
    StoreError
        If the folder cannot be written, or holds results of another config.
    ConfigError
        If the start cannot be made: a checkpoint is damaged, or an ensemble has no tokens.
    KeyboardInterrupt
        After Ctrl-C, or if `stop` asked for it. Finished shards are kept, and the next run goes on from them; the
        message says so.

    Notes
    -----
    Memory: some 10 MB for each worker, whatever the number of steps, and the dataset at the end.
    """
    n_workers = _checked(workers)
    experiment = Experiment.of(config)
    folder = SweepFolder.claim(folder_of(config, out), config, inputs_of(config))
    if folder.finished(beside):
        return folder.path
    try:
        stop = stop or Stop()
        while True:  # once, or once for each round of a refinement
            experiment = replace(experiment, grid=folder.grid)
            if run_shards(folder, experiment, folder.shards(), n_workers, quiet=quiet, stop=stop).stopped:
                raise KeyboardInterrupt
            if not folder.plan():
                break
        folder.collect(beside)
    except KeyboardInterrupt:
        kept = n_kept(folder)
        raise KeyboardInterrupt(
            f"interrupted: {kept} of {folder.n_points} points are kept in {folder.path}; "
            "the same command goes on from there"
        ) from None
    return folder.path


def run_task(
    config: Config,
    index: int,
    of: int,
    out: str | os.PathLike[str] | None = None,
    *,
    workers: int | None = None,
    quiet: bool = False,
    stop: Stop | None = None,
) -> Outcome:
    """Run one share of a config's shards, those left out that are done: all that a task of a cluster does.

    Parameters
    ----------
    config, out, workers, quiet, stop
        As for `run_sweep`.
    index, of : int
        Which share, from 0, of how many. Shares have no shard in common, and together they have all.

    Raises
    ------
    ValueError
        If there is no such share.
    StoreError, ConfigError
        As `run_sweep`.
    """
    n_workers = _checked(workers)
    in_share([], index, of)
    experiment = Experiment.of(config)
    folder = SweepFolder.claim(folder_of(config, out), config, inputs_of(config))
    experiment = replace(experiment, grid=folder.grid)
    shards = in_share(folder.shards(), index, of)
    outcome = run_shards(folder, experiment, shards, n_workers, quiet=quiet, stop=stop or Stop())
    if folder.grid.along and all(folder.look(shard)[1] for shard in folder.shards()):
        folder.plan()
    return outcome


def run_shards(
    folder: SweepFolder, experiment: Experiment, shards: list[Shard], n_workers: int, *, quiet: bool, stop: Stop
) -> Outcome:
    """Run those shards that are missing, each chain in its order; Ctrl-C gives up what has begun."""
    remove_abandoned(folder.path / "shards")
    remove_stale(folder.path)
    todo = folder.missing(shards)
    if todo:
        folder.check_writable()
    n_points = sum(shard.n for shard in shards)
    n_todo = sum(shard.n for shard in todo)
    config = experiment.config
    befores = _befores(folder.shards())
    meter = progress.Meter(n_todo, config.run.n_transient + config.run.n_steps)
    n_failed, failures = 0, dict[str, None]()

    def work(shard: Shard) -> Points | None:
        if stop.wanted or not folder.missing([shard], tell=False):  # another process has done it meanwhile
            return None
        before = befores.get(shard.first)
        last = None if before is None else folder.read(before)
        if before is not None and last is None:  # collected in this moment by another process, or damaged
            return None
        claim.begin(shard.first)
        try:
            return run_shard(experiment, shard, last, count)
        except Stopped:
            return None
        finally:
            claim.end(shard.first)

    def count(n_steps: int) -> None:
        if stop.now.is_set():
            raise Stopped
        meter.add(n_steps)

    with (
        Claiming(folder.path) as claim,
        progress.shown(meter, quiet=quiet or not todo),
        ThreadPoolExecutor(n_workers) as pool,
        _given_up(stop),  # before the pool waits for its threads
    ):
        for points in _in_chains(pool, work, _others_last(folder, todo), lambda: _note(claim, meter)):
            if points is not None:
                folder.write(points)
                reasons = [str(text) for text in points["failure"] if text]
                n_failed += len(reasons)
                failures |= dict.fromkeys(reasons)
    left = folder.missing(todo, tell=False) if stop.wanted else []
    n_left = sum(shard.n for shard in left)
    return Outcome(n_points, n_points - n_left, n_points - n_todo, n_failed, tuple(failures), bool(left))


def _befores(shards: list[Shard]) -> dict[int, Shard]:
    """Return the shard before each one in its chain, by first points."""
    return {after.first: shard for shard, after in pairwise(shards) if after.chain == shard.chain}


def _in_chains(
    pool: ThreadPoolExecutor, work: Callable[[Shard], Points | None], shards: Iterable[Shard], tick: Callable[[], None]
) -> Iterator[Points | None]:
    """Yield what `work` makes of shards as they end; the next of a chain begins when that before has been taken."""
    chains: dict[int, deque[Shard]] = {}
    for shard in shards:
        chains.setdefault(shard.chain, deque()).append(shard)
    running: dict[Future[Points | None], int] = {
        pool.submit(work, chain.popleft()): number for number, chain in chains.items()
    }
    while running:
        finished, _ = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
        for future in finished:
            number = running.pop(future)
            yield future.result()
            if chains[number]:
                running[pool.submit(work, chains[number].popleft())] = number
        tick()


@contextmanager
def _given_up(stop: Stop) -> Iterator[None]:
    """Let threads give up what they are at if the body fails: a full disk, Ctrl-C."""
    try:
        yield
    except BaseException:
        stop.now.set()
        raise


def _others_last(folder: SweepFolder, shards: list[Shard]) -> list[Shard]:
    """Put last what other processes seem to be at: it may be done when its turn comes."""
    theirs = {first for claim in claims(folder.path) if claim.live for first in claim.shards}
    busy = {shard.chain for shard in shards if shard.first in theirs}
    return sorted(shards, key=lambda shard: shard.chain in busy)


def _note(claim: Claiming, meter: progress.Meter) -> None:
    claim.points_done = meter.points_done


def n_kept(folder: SweepFolder) -> int:
    """Count the points that have a shard, or are in the whole dataset."""
    try:
        if folder.complete:
            return folder.n_points
    except StoreError:
        pass
    return sum(shard.n for shard in folder.shards() if folder.file(shard).exists())


def folder_of(config: Config, out: str | os.PathLike[str] | None) -> Path:
    """Return the folder of results, by default results/NAME."""
    return Path(out) if out is not None else Path("results", config.name)


def _checked(workers: int | None) -> int:
    n_workers = cores() if workers is None else workers
    if n_workers < 1:
        raise ValueError(f"workers must be at least 1, got {n_workers}")
    return n_workers


def cores() -> int:
    """Return the cores this process may use; not all of the machine's under Slurm or in a container."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
