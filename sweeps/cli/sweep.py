"""Commands for sweeps: `sweep run`, and `plot` of its results."""

import argparse
import threading
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, at_least_one, print_json, stem, takes_config
from sweeps.config import load_config

if TYPE_CHECKING:
    import xarray as xr


def add_sweep_commands(commands: Any) -> None:
    """Add the commands to those of `dmfsa`."""
    sweep = commands.add_parser(
        "sweep",
        help="run a config over all its points",
        description="Sweeps over parameters.",
        epilog="example:\n  dmfsa sweep run cfgs/paper_zoom.yaml",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    actions = sweep.add_subparsers(metavar="ACTION", required=True)
    run = add_command(
        actions,
        "run",
        _sweep_run,
        "run on this machine, on all cores",
        "dmfsa sweep run cfgs/paper_zoom.yaml --out results/zoom",
        "Run a sweep on this machine, or go on with one that was interrupted.",
    )
    takes_config(run)
    run.add_argument("--out", type=Path, metavar="DIR", help="folder of results; results/NAME if not given")
    run.add_argument("--workers", type=at_least_one, metavar="N", help="threads; one for each core if not given")
    plot = add_command(
        commands,
        "plot",
        _plot,
        "figures of a sweep, finished or not",
        "dmfsa plot results/paper-zoom --kind lyapunov",
    )
    plot.add_argument("folder", type=Path, metavar="DIR", help="folder of results")
    plot.add_argument("--kind", choices=["orbit", "lyapunov", "phase"], help="the figure; what fits if not given")
    plot.add_argument("--out", type=stem, metavar="STEM", help="files STEM.png and STEM.pdf; into DIR if not given")


def _sweep_run(given: argparse.Namespace) -> None:
    config = load_config(given.config, given.set)
    from sweeps.run import run_sweep

    # It draws, so it loads long: while the sweep runs.
    threading.Thread(target=import_module, args=["sweeps.summary"]).start()
    found: list[xr.Dataset] = []
    files: list[Path] = []

    def look(dataset: "xr.Dataset", folder: Path) -> None:
        from sweeps.summary import write_summary

        found.append(dataset)
        files.extend(write_summary(dataset, folder))

    folder = run_sweep(config, given.out, workers=given.workers, beside=look)
    from sweeps.summary import print_summary, summary

    files.insert(0, folder / "sweep.nc")
    if given.json:
        print_json(summary(found[0]) | {"folder": str(folder), "files": [str(file) for file in files]})
        return
    print_summary(found[0])
    for file in files:
        print(f"wrote {file}")


def _plot(given: argparse.Namespace) -> None:
    from sweeps import figures
    from sweeps.store import open_sweep

    dataset = open_sweep(given.folder)
    kind = given.kind or figures.default_kind(dataset)
    if kind is None:
        raise ValueError(f"{given.folder} has no figure: one needs 1 or 2 axes, and labels, orbits or exponents")
    stem = given.out or given.folder / kind
    for file in figures.save_both(figures.KINDS[kind](dataset), stem):
        print(f"wrote {file}")
