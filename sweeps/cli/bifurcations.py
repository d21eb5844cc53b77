"""The command `bifurcations`: cycles continued along the swept parameter, and what happens to them, with digits."""

import argparse
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, file_ending, print_json, takes_config
from sweeps.config import load_config

if TYPE_CHECKING:
    from sweeps.bifurcations import Bifurcations


def add_bifurcations_command(commands: Any) -> None:
    """Add the command to those of `dmfsa`."""
    parser = add_command(
        commands,
        "bifurcations",
        _bifurcations,
        "cycles along a parameter, stable or not, and their bifurcations to ten digits",
        "dmfsa bifurcations cfgs/paper_zoom.yaml --plot bifurcations.pdf",
        "Every cycle that orbits of the config's first start end on, continued over the swept range, through folds.",
    )
    takes_config(parser)
    parser.add_argument(
        "--plot", type=file_ending(".png", ".pdf", ".svg"), metavar="FILE", help="draw them: .png, .pdf or .svg"
    )


def _bifurcations(given: argparse.Namespace) -> None:
    config = load_config(given.config, given.set)
    from sweeps.bifurcations import bifurcations_of

    found = bifurcations_of(config)
    if given.plot:
        from sweeps.figures.bifurcations import save_bifurcations

        save_bifurcations(given.plot, found, config)
    if given.json:
        print_json(found.to_dict() | {"files": [str(given.plot)] if given.plot else []})
        return
    _print(found)
    if given.plot:
        print(f"wrote {given.plot}")


def _print(found: "Bifurcations") -> None:
    """Print a line for each bifurcation, then what is between values whose orbits end differently."""
    from rich.table import Table

    from sweeps.summary import terminal

    table = Table(title=f"{len(found.branches)} cycles along {found.name}")
    for column in ("cycle", "period", "kind", found.name, "coefficient", "θ/2π", "criticality"):
        table.add_column(column, justify="left" if column in ("kind", "criticality") else "right")
    for number, branch in enumerate(found.branches):
        for point in branch.bifurcations:
            table.add_row(
                str(number),
                str(point.period),
                str(point.kind),
                f"{point.parameter:.13g}",
                f"{point.coefficient:.7g}" if point.coefficient == point.coefficient else "",
                f"{point.angle / 6.283185307179586:.10f}" if point.angle == point.angle else "",
                point.criticality.name.lower() if point.criticality.name != "NONE" else "",
            )
    terminal().print(table)
    for number, branch in enumerate(found.branches):
        ends = " and ".join(dict.fromkeys(end.name.lower() for end in branch.ends))
        low, high = float(branch.parameters.min()), float(branch.parameters.max())
        print(f"cycle {number}, period {branch.period}: {found.name} {low:.10g} to {high:.10g}, ends: {ends}")
    for change in found.changes:
        names = ", ".join(f"{x.kind} of cycle {i} at {x.parameter:.10g}" for i, x in change.points)
        before, after = (f"period {p}" if p else "no short period" for p in (change.before, change.after))
        low, high = change.between
        what = names or "no local bifurcation of a cycle that was followed"
        print(f"{low:.7g} … {high:.7g}: {before} -> {after}: {what}")
