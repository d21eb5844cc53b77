"""The command `reproduce`: the figures of the paper, and what was measured beside what was known."""

import argparse
import math
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, at_least_one, print_json
from sweeps.reproduce import CONFIGS

if TYPE_CHECKING:
    from sweeps.reproduce.comparison import Row


def add_reproduce_command(commands: Any) -> None:
    """Add the command to those of `dmfsa`."""
    parser = add_command(
        commands,
        "reproduce",
        _reproduce,
        "the paper's figures, beside what was known",
        "dmfsa reproduce fig3b --out results/reproduce",
        "Make figures of arXiv:2406.07247: run the sweeps that they need, draw PNG and PDF of one column, and compare\n"
        "with what was known. Sweeps that the folder holds are not run again; one that was interrupted goes on.",
    )
    parser.add_argument("name", choices=[*CONFIGS, "all"], metavar="NAME", help=", ".join([*CONFIGS, "all"]))
    parser.add_argument(
        "--out", type=Path, default=Path("results", "reproduce"), metavar="DIR", help="folder of it all"
    )
    parser.add_argument(
        "--set",
        action="append",
        default=[],
        metavar="KEY=VALUE",
        help="change a key of all its configs, such as run.n_steps=1e6; repeatable",
    )
    parser.add_argument("--workers", type=at_least_one, metavar="N", help="threads; one for each core if not given")
    parser.add_argument("--json", action="store_true", help="print one JSON document on stdout, and nothing else there")


def _reproduce(given: argparse.Namespace) -> int:
    from sweeps.reproduce.reproduction import reproduce
    from sweeps.run.stopping import on_signals

    names = list(CONFIGS) if given.name == "all" else [given.name]
    with on_signals() as stop:
        made = reproduce(names, given.out, given.set, workers=given.workers, stop=stop)
    if given.json:
        print_json({"name": given.name, **made.to_dict()})
    else:
        if made.rows:
            _print_rows(made.rows)
        for path in (*made.folders, *made.files):
            print(f"wrote {path}")
    return 1 if made.n_failed else 0


def _print_rows(rows: "Sequence[Row]") -> None:
    """Print a line for each number."""
    from rich.table import Table

    from sweeps.reproduce.known import SOURCES
    from sweeps.summary import terminal

    table = Table(title="measured beside known")
    for column in ("quantity", "β", "known", "measured", "± s.e.", "difference", "why"):
        table.add_column(column, justify="right" if column in ("β", "± s.e.", "difference") else "left")
    for row in rows:
        table.add_row(
            row.quantity,
            "" if row.beta is None else f"{row.beta:.10g}",
            f"{row.known} ({row.source})" if row.known else "",
            row.measured,
            "" if math.isnan(row.standard_error) else f"{row.standard_error:.1e}",
            "" if math.isnan(row.difference) else f"{row.difference:+.1e}",
            row.explanation,
        )
    console = terminal()
    console.print(table)
    for source in sorted({row.source for row in rows if row.source}):
        console.print(f"{source}: {SOURCES[source]}", highlight=False)
