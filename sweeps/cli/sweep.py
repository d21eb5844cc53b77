"""Commands for sweeps: `sweep run | submit | task | status | resume | collect`, and `plot` of their results."""

import argparse
import sys
import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli import cluster
from sweeps.cli.arguments import add_command, at_least_one, print_json, stem, sweep_of, takes_config, whole
from sweeps.config import Config, ConfigError

if TYPE_CHECKING:
    import xarray as xr

    from sweeps.run.local import Outcome

WORK_LEFT = 75  # exit code where points are left to be done: "try again" in sysexits.h


def add_sweep_commands(commands: Any) -> None:
    """Add the commands to those of `dmfsa`."""
    sweep = commands.add_parser(
        "sweep",
        help="run a config over all its points",
        description="Sweeps over parameters. A sweep is a folder; every action takes it, or the config.",
        epilog="example:\n  dmfsa sweep run cfgs/paper_zoom.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = sweep.add_subparsers(metavar="ACTION", required=True)
    run = add_command(
        actions,
        "run",
        _run,
        "run on this machine, on all cores",
        "dmfsa sweep run cfgs/paper_zoom.yaml --out results/zoom",
        "Run a sweep on this machine, or go on with one that was interrupted.",
    )
    resume = add_command(
        actions,
        "resume",
        _resume,
        "compute what is missing or damaged",
        "dmfsa sweep resume results/paper-zoom --failed",
        "Compute those points of a sweep that are missing or damaged, and no others.",
    )
    resume.add_argument("--failed", action="store_true", help="try points that failed again, too")
    task = add_command(
        actions,
        "task",
        _task,
        "run one share of the points",
        "dmfsa sweep task --index 0 --of 100 cfgs/paper_fig3a.yaml --out results/fig3a",
        "Run one share of a sweep's shards: all that a task of a cluster does. SIGUSR1: finish the shards that have\n"
        f"begun, and end; SIGTERM: end now. Both keep what is done; the exit code is {WORK_LEFT} if something is left.",
    )
    task.add_argument("--index", type=whole, required=True, metavar="I", help="which share, from 0")
    task.add_argument("--of", type=at_least_one, required=True, metavar="N", help="of how many")
    status = add_command(
        actions, "status", _status, "how far a sweep is", "dmfsa sweep status results/paper-zoom --json"
    )
    status.add_argument("--verify", action="store_true", help="check every bit of every shard, not only their ends")
    collect = add_command(
        actions,
        "collect",
        _collect,
        "make one dataset of all shards there are",
        "dmfsa sweep collect results/paper-zoom",
        "Make one dataset of the shards: sweep.nc, or partial.nc if points are missing.",
    )
    collect.add_argument(
        "--next-round",
        action="store_true",
        help="of a refinement that was submitted: submit the round that follows from what is there",
    )
    submit = cluster.add_submit(actions)
    cluster.takes_options(resume)
    for action in (run, resume, task, status, collect, submit):
        takes_config(action, or_folder=True)
        action.add_argument("--out", type=Path, metavar="DIR", help="folder of results; results/NAME if not given")
    for action in (run, resume, task):
        action.add_argument("--workers", type=at_least_one, metavar="N", help="threads; one for each core if not given")
    plot = add_command(
        commands,
        "plot",
        _plot,
        "figures of a sweep, finished or not",
        "dmfsa plot results/paper-zoom --kind lyapunov",
    )
    plot.add_argument("folder", type=Path, metavar="DIR", help="folder of results")
    plot.add_argument(
        "--kind",
        choices=["orbit", "section", "lyapunov", "phase", "hysteresis", "regimes"],
        help="the figure; what fits if not given",
    )
    plot.add_argument("--out", type=stem, metavar="STEM", help="files STEM.png and STEM.pdf; into DIR if not given")


def _run(given: argparse.Namespace) -> int:
    config, out = sweep_of(given)
    return _run_here(given, config, out)


def _resume(given: argparse.Namespace) -> int:
    config, out = sweep_of(given)
    from sweeps.files import StoreError
    from sweeps.run.inputs import inputs_of
    from sweeps.store.folder import SweepFolder

    if not (out / "config.yaml").exists():
        raise StoreError(f"{out} holds no sweep to go on with: `dmfsa sweep run` begins one.")
    cluster.check_options(given, out)
    folder = SweepFolder.claim(out, config, inputs_of(config))
    if given.failed:
        folder.forget_failed()
    if cluster.was_submitted(out):
        return cluster.resume(given, out)
    return _run_here(given, config, out)


def _run_here(given: argparse.Namespace, config: Config, out: Path) -> int:
    from sweeps.run.local import run_sweep
    from sweeps.run.stopping import on_signals

    # It draws, so it loads long: while the sweep runs.
    threading.Thread(target=import_module, args=["sweeps.summary"]).start()
    found: list[xr.Dataset] = []
    files: list[Path] = []

    def summarise(dataset: "xr.Dataset", folder: Path) -> None:
        from sweeps.summary import write_summary

        found.append(dataset)
        files.extend(write_summary(dataset, folder))

    with on_signals() as stop:
        folder = run_sweep(config, out, workers=given.workers, beside=summarise, stop=stop)
    files.insert(0, folder / "sweep.nc")
    return _print_sweep(given, found[0], folder, files)


def _print_sweep(given: argparse.Namespace, dataset: "xr.Dataset", folder: Path, files: list[Path]) -> int:
    """Print what a sweep found; the exit code says whether points failed."""
    from sweeps.summary import print_summary, summary

    if given.json:
        print_json(summary(dataset) | {"folder": str(folder), "files": [str(file) for file in files]})
    else:
        print_summary(dataset)
        for file in files:
            print(f"wrote {file}")
    return 1 if dataset.attrs["n_failed"] else 0


def _task(given: argparse.Namespace) -> int:
    config, out = sweep_of(given)
    if given.index >= given.of:
        raise ConfigError(f"--index {given.index} must be less than --of {given.of}: shares are counted from 0")
    from attractors.results import plain
    from sweeps.run.local import run_task
    from sweeps.run.stopping import on_signals

    with on_signals() as stop:
        outcome = run_task(config, given.index, given.of, out, workers=given.workers, stop=stop)
    if given.json:
        print_json({**{name: plain(value) for name, value in vars(outcome).items()}, "folder": str(out)})
    else:
        print(f"share {given.index} of {given.of}: {_in_words(outcome)}")
    return WORK_LEFT if outcome.stopped else 0


def _in_words(outcome: "Outcome") -> str:
    done = f"{outcome.n_done} of {outcome.n_points} points done, {outcome.n_before} of them before"
    failed = f"; {outcome.n_failed} could not be computed: {'; '.join(outcome.failures)}" if outcome.n_failed else ""
    return done + failed + "; stopped on a signal, the rest is to be done" * outcome.stopped


def _status(given: argparse.Namespace) -> None:
    _, out = sweep_of(given)
    from sweeps.run.status import in_words, status_of
    from sweeps.store.folder import SweepFolder

    folder = SweepFolder.open(out)
    queue = cluster.queue_of(out)  # before the files: what has ended meanwhile has written
    waiting = {"n_queued": queue.get("n_tasks", 0), "collects": queue.get("collects", False)}
    status = status_of(folder, thorough=given.verify, **waiting)
    if given.json:
        print_json(status.to_dict() | {"queue": queue})
        return
    print(in_words(status))
    if queue:
        print(f"in the queue: {queue['line']}")


def _collect(given: argparse.Namespace) -> int:
    config, out = sweep_of(given)
    from sweeps.run.inputs import inputs_of
    from sweeps.store.folder import SweepFolder, open_sweep

    if not (out / "config.yaml").exists():
        SweepFolder.open(out)
    folder = SweepFolder.claim(out, config, inputs_of(config))
    found: list[xr.Dataset] = []
    files: list[Path] = []

    def summarise(dataset: "xr.Dataset", path: Path) -> None:
        from sweeps.summary import write_summary

        found.append(dataset)
        files.extend(write_summary(dataset, path))

    if folder.complete:
        summarise(open_sweep(out), out)
        files.insert(0, out / "sweep.nc")
    else:
        files.insert(0, folder.collect(summarise, partly=True))
    code = _print_sweep(given, found[0], out, files)
    if n_missing := found[0].attrs["n_missing"]:
        if given.next_round and cluster.next_round(out):
            return code
        print(
            f"{n_missing} of {found[0].attrs['n_points']} points are missing: this is a part of the sweep; "
            "`dmfsa sweep resume` computes the rest",
            file=sys.stderr,
        )
        return WORK_LEFT
    return code


def _plot(given: argparse.Namespace) -> None:
    from sweeps.figures import sweep as figures
    from sweeps.figures.column import save_sharp, section_diagram
    from sweeps.figures.regimes import regimes_figure
    from sweeps.store.folder import open_sweep

    dataset = open_sweep(given.folder)
    kinds = figures.KINDS | {"regimes": regimes_figure, "section": section_diagram}
    kind = given.kind or figures.default_kind(dataset)
    if kind is None:
        raise ValueError(f"{given.folder} has no figure: one needs 1 or 2 axes, and labels, orbits or exponents")
    stem = given.out or given.folder / kind
    write = save_sharp if kind == "section" else figures.save_both
    for file in write(kinds[kind](dataset), stem):
        print(f"wrote {file}")
