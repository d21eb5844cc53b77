"""The command `report`: a sweep as one page of HTML."""

import argparse
from pathlib import Path
from typing import Any

from sweeps.cli.arguments import add_command, file_ending


def add_report_command(commands: Any) -> None:
    """Add the command to those of `dmfsa`."""
    report = add_command(
        commands,
        "report",
        _report,
        "one page of HTML to look around in a sweep, finished or not",
        "dmfsa report results/paper-zoom",
        "Write one HTML file that shows a sweep, finished or not: it holds all it needs, and fetches nothing.",
    )
    report.add_argument("folder", type=Path, metavar="DIR", help="folder of results")
    report.add_argument(
        "--out", type=file_ending(".html"), metavar="FILE", help="the page, .html; DIR/report.html if not given"
    )


def _report(given: argparse.Namespace) -> None:
    from sweeps.report import write_report

    file = write_report(given.folder, given.out or given.folder / "report.html")
    print(f"wrote {file} ({file.stat().st_size / 1e6:.3g} MB)")
