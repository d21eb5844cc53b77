"""Commands for clusters of any engine: `sweep submit`; what `resume` and `status` do with a submitted sweep."""

import argparse
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, print_json, sweep_of
from sweeps.config import ConfigError
from sweeps.config.cluster import ENGINES

if TYPE_CHECKING:
    from sweeps.cluster.submission import Submitted

NUMBERS = ("cpus_per_task", "max_running", "tasks")


def add_submit(actions: Any) -> argparse.ArgumentParser:
    """Add `submit` to the actions, but for what all of them take."""
    parser = add_command(
        actions,
        "submit",
        _submit,
        "run on a cluster with Slurm",
        "dmfsa sweep submit cfgs/paper_fig3a.yaml --time 1:00:00 --mem 2G",
        "Cut a sweep into tasks by a short measurement and the cluster's limits, and submit them as arrays, with a\n"
        "job after them that collects. Every option can stand in the config's section `cluster` or `slurm`; anything\n"
        "else that sbatch knows, in its own environment variables: SBATCH_GRES, SBATCH_RESERVATION, ….",
    )
    takes_options(parser)
    parser.add_argument("--tasks", metavar="N", help="number of tasks; as a measurement advises if not given")
    return parser


def takes_options(parser: argparse.ArgumentParser) -> None:
    """Give a command what it may ask of a cluster."""
    for key, (metavar, about) in _options().items():
        parser.add_argument(f"--{key.replace('_', '-')}", metavar=metavar, help=about)
    parser.add_argument(
        "--dry-run", action="store_true", help="print what would be submitted; write and submit nothing"
    )


def _options() -> dict[str, tuple[str, str]]:
    """Return the options of all engines, each once: what stands for it, what it is."""
    return {key: option for section in ENGINES.values() for key, option in section.OPTIONS.items()}


def was_submitted(folder: Path) -> bool:
    """Whether the sweep in a folder was given to a cluster."""
    from sweeps.cluster.record import NAME

    return (folder / NAME).exists()


def check_options(given: argparse.Namespace, folder: Path) -> None:
    """Refuse options of `resume` that would be overlooked, or do harm.

    Raises
    ------
    ConfigError
        If options of a cluster are given for a sweep that runs here, or the other way round.
    """
    asked = [f"--{key.replace('_', '-')}" for key in (*_asked(given), *(["dry_run"] if given.dry_run else []))]
    if asked and not was_submitted(folder):
        raise ConfigError(f"{', '.join(asked)}: only for a sweep that was submitted, and {folder} was not.")
    if given.workers and was_submitted(folder):
        raise ConfigError(
            f"--workers: {folder} was submitted, its tasks have --cpus-per-task; `dmfsa sweep run` goes on here."
        )
    if given.failed and given.dry_run:
        raise ConfigError("--failed removes what failed, so it does not go with --dry-run.")


def _submit(given: argparse.Namespace) -> int:
    config, out = sweep_of(given)
    from sweeps.cluster.submission import submit

    return _print_submission(given, submit(config, out, _asked(given), dry_run=given.dry_run, tell=_print_to_stderr))


def resume(given: argparse.Namespace, out: Path) -> int:
    """Submit what is missing of a sweep that was submitted."""
    from sweeps.cluster.submission import resume

    return _print_submission(given, resume(out, _asked(given), dry_run=given.dry_run, tell=_print_to_stderr))


def next_round(out: Path) -> bool:
    """Submit the next round of a refinement; return whether there was one. Where nodes may not submit, say so."""
    from sweeps.cluster.engine import ClusterError
    from sweeps.cluster.submission import next_round

    try:
        done = next_round(out, tell=_print_to_stderr)
    except ClusterError as error:
        _print_to_stderr(f"the next round could not be submitted from here: {error}")
        return False
    if done is not None:
        _print_to_stderr(f"the next round: {done.n_tasks} tasks, jobs {' '.join(done.jobs)}")
    return done is not None


def queue_of(folder: Path) -> dict[str, Any]:
    """Return what the queue holds of a sweep: a line for people, counts by state, what of it will do its work."""
    from sweeps.cluster.engine import ClusterError, counts, describe, engine_of
    from sweeps.cluster.record import read_record

    record = read_record(folder)
    if record is None:
        return {}
    try:
        found = engine_of(folder, record.wishes).queue(record.token)
    except ClusterError as error:
        return {"line": f"cannot be told: {error}"}
    will_run = [one for one in found if one.will_run]
    n_tasks = sum(one.task is not None for one in will_run)
    return {
        "line": describe(found),
        "states": counts(found),
        "n_tasks": n_tasks,
        "collects": len(will_run) > n_tasks,
    }


def _asked(given: argparse.Namespace) -> dict[str, object]:
    """Return what was given, by the keys of the config's section; numbers as numbers."""
    options: dict[str, object] = {}
    for key in (*_options(), "tasks"):
        if (text := getattr(given, key, None)) is not None:
            options[key] = int(text) if key in NUMBERS and text.isdecimal() else text
    return options


def _print_to_stderr(line: str) -> None:
    print(line, file=sys.stderr)


def _print_submission(given: argparse.Namespace, done: "Submitted") -> int:
    if given.json:
        print_json({**asdict(done), "folder": str(done.folder), "dry_run": given.dry_run})
        return 0
    would = "would be " * given.dry_run
    if done.jobs:
        print(f"{would}submitted: {done.n_tasks} tasks, jobs {' '.join(done.jobs)}; the last one collects")
    elif done.n_missing:
        print("nothing to submit: all that is missing is in the queue")
    else:
        print("nothing to submit: all points are computed")
    if done.n_waiting:
        print(
            f"{done.n_waiting} tasks more have no room now: `dmfsa sweep resume {done.folder}` when these are through"
        )
    return 0
