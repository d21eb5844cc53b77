"""Submit a sweep, or what is missing of it: measure, cut, pack into arrays, and let one more job collect."""

import datetime
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from filelock import FileLock, Timeout

from sweeps.cluster.engine import LOGS, Call, ClusterError, Element, Engine, describe, engine_of
from sweeps.cluster.measure import seconds_per_shard
from sweeps.cluster.plan import Array, Cut, Limits, arrays, cut, ranges, unfinished
from sweeps.cluster.record import Record, read_record
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
        Keys of the config's section `cluster` that take the place of those written there.
    dry_run : bool
        Whether to tell what would be submitted, and write and submit nothing.
    tell : callable
        Takes the lines that say what is done.

    Raises
    ------
    ClusterError
        If the cluster is not here or refuses, or tasks of the sweep are in the queue: to submit what is missing beside
        them is `resume`.
    StoreError, ConfigError
        As `run_sweep`; and if the cluster does not allow what is asked for.
    """
    asked = (config.cluster or config.slurm or Slurm()).with_options(options)
    wishes = asked.model_copy(update={"job_name": asked.job_name or config.name})
    path = folder_of(config, out).absolute()
    engine = engine_of(path, wishes)
    limits = engine.limits()
    there = (path / "config.yaml").exists()
    claimed = there or not dry_run
    folder = SweepFolder.claim(path, config, inputs_of(config)) if claimed else SweepFolder(path, config)
    with _alone(path, dry_run=dry_run):
        before = read_record(path)
        earlier = engine_of(path, before.wishes) if before else engine
        queued = earlier.queue(before.token) if before else []
        if working := [one for one in queued if one.will_run and one.task is not None]:
            raise ClusterError(
                f"{describe(working)} of this sweep: `dmfsa sweep resume {path}` submits what is missing beside them; "
                f"to cut the sweep anew, {earlier.cancels} {' '.join(sorted({one.job for one in working}))} first."
            )
        if before and before.wishes.engine != wishes.engine:
            queued = []  # what collects there does no harm, and is not known here
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
        return _round(folder, record, engine, limits, missing, queued, dry_run=dry_run, tell=tell)


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
    ClusterError, StoreError, ConfigError
        As `submit`; and if the sweep was not submitted.
    """
    folder = SweepFolder.open(path.absolute())
    with _alone(folder.path, dry_run=dry_run):
        record = read_record(folder.path)
        if record is None:
            raise StoreError(f"{path} was not submitted: use `dmfsa sweep submit`, or `dmfsa sweep run` to go on here.")
        record = replace(record, wishes=record.wishes.with_options(options))
        engine = engine_of(folder.path, record.wishes)
        limits, queued = engine.limits(), engine.queue(record.token)
        missing = folder.missing(folder.shards())  # after the queue: what has ended meanwhile has written
        return _round(folder, record, engine, limits, missing, queued, dry_run=dry_run, tell=tell)


def next_round(path: Path, *, tell: Tell = print) -> Submitted | None:
    """Submit the round of a refinement that is known by now and was not submitted; None if there is none.

    A round that was submitted and failed is left to `resume`: this is for the job that collects, and has an end.

    Raises
    ------
    ClusterError, StoreError, ConfigError
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
    engine: Engine,
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
    steps = [_step_of(array, engine, record) for array in packed]
    if packed or (not any(one.will_run for one in collecting) and not folder.complete):
        call = engine.collect_call(record.token, refines=bool(folder.grid.along))
        after = tuple(sorted({one.job for one in working}))
        steps.append(_Step(call, {"collects": True}, after, tuple(range(len(packed)))))
    jobs = _show(steps, tell) if dry_run else _send(steps, folder, record)
    if not dry_run and steps and (old := [one.job for one in collecting if one.state == "PENDING"]):
        engine.cancel(old)  # they would collect too early
    n_submitted = sum(len(array.indices) for array in packed)
    return Submitted(folder.path, n_submitted, len(tasks) - n_submitted, len(missing), tuple(jobs))


@dataclass(frozen=True)
class _Step:
    """One call of a round: what it submits, for the record, and the jobs and the steps before that have to end."""

    call: Call
    what: Mapping[str, object]
    after_jobs: tuple[str, ...] = ()
    after_steps: tuple[int, ...] = ()

    def after(self, jobs: Sequence[str]) -> list[str]:
        """Return all that has to end, given the jobs of the steps before."""
        return [*self.after_jobs, *(jobs[place] for place in self.after_steps)]


def _step_of(array: Array, engine: Engine, record: Record) -> _Step:
    """Return the step that submits an array."""
    what = {"tasks": ranges(array.tasks), "of": record.of}
    after = () if array.after is None else (array.after,)
    return _Step(engine.array_call(array, record.of, record.token), what, after_steps=after)


def _show(steps: Sequence[_Step], tell: Tell) -> list[str]:
    """Tell the calls as they would be typed, with JOB1, JOB2, … for the names that the engine would give."""
    jobs: list[str] = []
    for step in steps:
        tell(step.call.line(step.after(jobs)))
        jobs.append(f"JOB{len(jobs) + 1}")
    return jobs


def _send(steps: Sequence[_Step], folder: SweepFolder, record: Record) -> list[str]:
    """Submit, and write down each job as soon as it has a number."""
    path, rounds = folder.path, len(folder.grid.refinements)
    (path / LOGS).mkdir(exist_ok=True)
    record.write(path)
    jobs: list[str] = []
    for step in steps:
        try:
            jobs.append(step.call.submit(step.after(jobs)))
        except ClusterError as error:
            raise ClusterError(
                f"{error}\n{len(jobs)} of {len(steps)} calls went through (jobs {', '.join(jobs) or 'none'}): "
                f"`dmfsa sweep resume {path}` submits the rest."
            ) from None
        when = datetime.datetime.now(datetime.UTC).isoformat(timespec="seconds")
        record = record.with_job(job=jobs[-1], **step.what, rounds=rounds, submitted=when)
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
        raise ClusterError(f"{path} is being submitted by another process: see what it says.") from None


def _said(found: Cut, n_missing: int, n_shards: int, seconds: float) -> str:
    """Say what was measured, and what follows."""
    lines = [
        f"{n_missing} of {n_shards} shards are to be computed, of some {seconds:.2g} s each on one core",
        f"{found.n_tasks} tasks of up to {found.seconds:.3g} s by the measurement, limit {found.minutes} min",
        *([found.note] if found.note else []),
    ]
    return "\n".join(lines)
