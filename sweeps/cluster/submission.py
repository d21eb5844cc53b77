"""Submit a sweep, or what is missing of it: measure, cut, pack into arrays, and let one more job collect."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from sweeps.cluster.measure import seconds_per_shard
from sweeps.cluster.plan import Cut, arrays, cut, unfinished
from sweeps.cluster.record import Record, read_record
from sweeps.cluster.slurm.commands import SlurmError, ask
from sweeps.cluster.slurm.limits import Limits, read_limits
from sweeps.cluster.slurm.queue import Element, describe, read_queue
from sweeps.cluster.slurm.scripts import LOGS, Call, array_call, collect_call, program
from sweeps.config import Config
from sweeps.config.slurm import Slurm
from sweeps.files import StoreError
from sweeps.grid.shard import Shard
from sweeps.run.inputs import inputs_of
from sweeps.run.local import folder_of
from sweeps.store.folder import SweepFolder

Tell = Callable[[str], None]


@dataclass(frozen=True)
class Submitted:
    """What a round submitted.

    Attributes
    ----------
    folder : Path
    n_tasks, n_waiting : int
        Tasks submitted, and those for which there is no room now: a job for the next `resume`.
    n_missing : int
        Shards that are missing or damaged, those that tasks in the queue will do included.
    jobs : tuple of str
        Numbers of the jobs; that which collects comes last.
    """

    folder: Path
    n_tasks: int
    n_waiting: int
    n_missing: int
    jobs: tuple[str, ...]


def submit(
    config: Config, out: Path | None, options: Mapping[str, object], *, dry_run: bool = False, tell: Tell = print
) -> Submitted:
    """Cut a sweep into tasks and submit them; what its folder holds already is left alone.

    Parameters
    ----------
    config : Config
    out : Path, optional
        The folder of results, by default results/NAME.
    options : mapping
        Keys of the config's section `slurm` that take the place of those written there.
    dry_run : bool
        Whether to tell what would be submitted, and write and submit nothing.
    tell : callable
        Takes the lines that say what is done.

    Raises
    ------
    SlurmError
        If Slurm is not here or refuses, or tasks of the sweep are in the queue: to submit what is missing beside
        them is `resume`.
    StoreError, ConfigError
        As `run_sweep`; and if the cluster does not allow what is asked for.
    """
    asked = (config.slurm or Slurm()).with_options(options)
    wishes = asked.model_copy(update={"job_name": asked.job_name or config.name})
    program()
    limits = read_limits(wishes.partition)
    path = folder_of(config, out).absolute()
    there = (path / "config.yaml").exists()
    claimed = there or not dry_run
    folder = SweepFolder.claim(path, config, inputs_of(config)) if claimed else SweepFolder(path, config)
    with _alone(path, dry_run=dry_run):
        before = read_record(path)
        queued = read_queue(before.token) if before else []
        if working := [one for one in queued if one.will_run and one.task is not None]:
            raise SlurmError(
                f"{describe(working)} of this sweep: `dmfsa sweep resume {path}` submits what is missing beside them; "
                f"to cut the sweep anew, scancel {' '.join(sorted({str(one.job) for one in working}))} first."
            )
        if folder.complete:
            return Submitted(path, 0, 0, 0, ())
        shards = folder.shards()
        missing = folder.missing(shards)
        by_chain = Counter(shard.chain for shard in missing)
        chains = [by_chain[chain] for chain in dict.fromkeys(shard.chain for shard in shards)]
        seconds = seconds_per_shard(config, shards[0]) if missing else 0.0
        found = cut(chains, seconds, wishes, limits)
        tell(_said(found, len(missing), len(shards), seconds))
        record = Record(found.n_tasks, wishes.model_copy(update={"time": found.minutes}))
        record = replace(record, token=before.token, jobs=before.jobs) if before else record
        return _round(folder, record, limits, missing, queued, dry_run=dry_run, tell=tell)


def resume(path: Path, options: Mapping[str, object], *, dry_run: bool = False, tell: Tell = print) -> Submitted:
    """Submit the tasks of a sweep that have something missing or damaged and are not in the queue.

    Parameters
    ----------
    path : Path
        The folder of a sweep that was submitted.
    options, dry_run, tell
        As for `submit`. Into how many tasks the sweep is cut stays as it is.

    Raises
    ------
    SlurmError, StoreError, ConfigError
        As `submit`; and if the sweep was not submitted.
    """
    folder = SweepFolder.open(path.absolute())
    with _alone(folder.path, dry_run=dry_run):
        record = read_record(folder.path)
        if record is None:
            raise StoreError(f"{path} was not submitted: use `dmfsa sweep submit`, or `dmfsa sweep run` to go on here.")
        record = replace(record, wishes=record.wishes.with_options(options))
        limits, queued = read_limits(record.wishes.partition), read_queue(record.token)
        missing = folder.missing(folder.shards())  # after the queue: what has ended meanwhile has written
        return _round(folder, record, limits, missing, queued, dry_run=dry_run, tell=tell)


def next_round(path: Path, *, tell: Tell = print) -> Submitted | None:
    """Submit the round of a refinement that is known by now and was not submitted; None if there is none.

    A round that was submitted and failed is left to `resume`: this is for the job that collects, and has an end.

    Raises
    ------
    SlurmError, StoreError, ConfigError
        As `resume`.
    """
    folder = SweepFolder.open(path.absolute())
    record = read_record(folder.path)
    n_submitted = max((int(job.get("rounds", 0)) for job in record.jobs), default=0) if record else 0
    if record is None or len(folder.grid.refinements) <= n_submitted:
        return None
    return resume(path, {}, tell=tell)


def _round(
    folder: SweepFolder,
    record: Record,
    limits: Limits,
    missing: Sequence[Shard],
    queued: Sequence[Element],
    *,
    dry_run: bool,
    tell: Tell,
) -> Submitted:
    """Submit the tasks that nothing in the queue will do, and what collects after all of them."""
    working = [one for one in queued if one.will_run and one.task is not None]
    busy = {(one.of, one.task) for one in queued if one.will_run and one.of is not None and one.task is not None}
    tasks = unfinished(folder.shards(), missing, record.of, busy)
    room = replace(limits, max_jobs=max(0, limits.max_jobs - len(working)))
    packed = arrays(tasks, room, record.wishes.max_running)
    collecting = [one for one in queued if one.task is None]
    if working:
        tell(f"in the queue: {describe(working)}")
    calls = [array_call(array, record.of, folder.path, record.wishes, record.token) for array in packed]
    if packed or (not any(one.will_run for one in collecting) and not folder.complete):
        after = tuple(sorted({str(one.job) for one in working}))
        refines = bool(folder.grid.along)
        calls.append(collect_call(folder.path, record.wishes, record.token, after, range(len(packed)), refines=refines))
    jobs = _show(calls, tell) if dry_run else _send(calls, folder, record)
    if not dry_run and calls and (old := [str(one.job) for one in collecting if one.state == "PENDING"]):
        ask("scancel", *old)  # they would collect too early
    n_submitted = sum(len(array.indices) for array in packed)
    return Submitted(folder.path, n_submitted, len(tasks) - n_submitted, len(missing), tuple(jobs))


def _show(calls: Sequence[Call], tell: Tell) -> list[str]:
    """Tell the calls as they would be typed, with JOB1, JOB2, … for the numbers that Slurm would give."""
    jobs: list[str] = []
    for call in calls:
        tell(call.line(jobs))
        jobs.append(f"JOB{len(jobs) + 1}")
    return jobs


def _send(calls: Sequence[Call], folder: SweepFolder, record: Record) -> list[str]:
    """Submit, and write down each job as soon as it has a number."""
    path, rounds = folder.path, len(folder.grid.refinements)
    (path / LOGS).mkdir(exist_ok=True)
    record.write(path)
    jobs: list[str] = []
    for call in calls:
        try:
            jobs.append(call.submit(jobs))
        except SlurmError as error:
            raise SlurmError(
                f"{error}\n{len(jobs)} of {len(calls)} calls went through (jobs {', '.join(jobs) or 'none'}): "
                f"`dmfsa sweep resume {path}` submits the rest."
            ) from None
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        record = record.with_job(job=jobs[-1], **call.what, rounds=rounds, submitted=when)
        record.write(path)
    return jobs


@contextmanager
def _alone(path: Path, *, dry_run: bool) -> Iterator[None]:
    """Keep out whoever submits the same sweep at the same time."""
    if dry_run:
        yield
        return
    lock = FileLock(path / ".slurm.lock", timeout=0)
    try:
        with lock:
            yield
    except Timeout:
        raise SlurmError(f"{path} is being submitted by another process: see what it says.") from None


def _said(found: Cut, n_missing: int, n_shards: int, seconds: float) -> str:
    """Say what was measured, and what follows."""
    lines = [
        f"{n_missing} of {n_shards} shards are to be computed, of some {seconds:.2g} s each on one core",
        f"{found.n_tasks} tasks of up to {found.seconds:.3g} s by the measurement, limit {found.minutes} min",
        *([found.note] if found.note else []),
    ]
    return "\n".join(lines)
