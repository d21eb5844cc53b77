"""The command `finite`: the mean field against networks of N spins."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, print_json, takes_config
from sweeps.config import load_config

if TYPE_CHECKING:
    from sweeps.finite.comparison import Point


def add_finite_command(commands: Any) -> None:
    """Add the command to those of `dmfsa`."""
    parser = add_command(
        commands,
        "finite",
        _finite,
        "the mean field against networks of N spins",
        "dmfsa finite cfgs/finite.yaml --out results/finite",
        "Run networks of several N beside the mean field: how its error falls, how they fluctuate against what linear\n"
        "noise predicts, how long they follow a chaotic orbit, which labels survive, how they jump among attractors.\n"
        "Writes a table (.csv) and a figure (.png, .pdf) of each; the config's section `finite` says which networks.",
    )
    takes_config(parser)
    parser.add_argument("--out", type=Path, metavar="DIR", help="folder for them; results/NAME-finite if not given")


def _finite(given: argparse.Namespace) -> None:
    config = load_config(given.config, given.set)
    from sweeps.finite.comparison import compare
    from sweeps.finite.tables import document, write_tables

    folder = given.out or Path("results", f"{config.name}-finite")
    points: list[Point] = []
    try:
        for point in compare(config):
            points = sorted([*points, point], key=lambda one: one.number)
            folder.mkdir(parents=True, exist_ok=True)
            files = write_tables(points, folder)  # of all points so far: an interruption leaves them
    except KeyboardInterrupt:
        kept = f"the tables of {len(points)} points are in {folder}" if points else "no point was done"
        raise KeyboardInterrupt(f"interrupted: {kept}; the same command begins anew") from None
    from sweeps.finite.figures import save_figures

    files += save_figures(points, folder)
    if given.json:
        print_json(document(points) | {"files": [str(file) for file in files]})
        return
    _print_points(points)
    for file in files:
        print(f"wrote {file}")


def _print_points(points: "Sequence[Point]") -> None:
    """Print a line for each point."""
    from rich.table import Table

    from sweeps.summary import terminal

    table = Table(
        title=f"networks of {points[0].networks.n_spins[0]:.3g} to {points[0].networks.n_spins[-1]:.3g} spins"
    )
    for column in (
        "point",
        "mean field",
        "error falls as N to the",
        "from N",
        "stays: steps per e-fold of N",
        "1/(2 λ1)",
        "label kept from N",
    ):
        table.add_column(column, justify="left" if column in ("point", "mean field") else "right")
    for point in points:
        exponent, _ = point.leading_exponent
        chaotic = point.answer.label.is_chaos
        kept, linear = point.label_kept_from(), point.linear_from()
        table.add_row(
            point.name,
            point.label,
            _with_error(point.slope_of_error(), 3),
            f"{linear:.3g}" if linear else "none of these",
            _with_error(point.slope_of_leaving(), 2) if chaotic else "",
            f"{1.0 / (2.0 * exponent):.2f}" if chaotic else "",
            f"{kept:.3g}" if kept else "none of these",
        )
    terminal().print(table)
    for point in points:
        if point.switching and len(point.switching.attractors) > 1:
            print(
                f"{point.name}: {len(point.switching.attractors)} attractors, {', '.join(point.switching.attractors)}"
            )


def _with_error(found: tuple[float, float], digits: int) -> str:
    """Write a number with its error; nothing where there is none."""
    value, error = found
    return f"{value:.{digits}f} ± {error:.{digits}f}" if math.isfinite(value) else ""
