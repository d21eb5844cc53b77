"""The command `attractors`: all attractors at one point, or followed along a swept parameter."""

import argparse
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, file_ending, print_json, takes_config
from sweeps.config import load_config

if TYPE_CHECKING:
    from attractors import Attractors, Branches


def add_attractors_command(commands: Any) -> None:
    """Add the command to those of `dmfsa`."""
    parser = add_command(
        commands,
        "attractors",
        _attractors,
        "all attractors at one point, or along a parameter",
        "dmfsa attractors cfgs/paper.yaml --set 'start={random: {n: 40, seed: 0}}' --set run.n_exponents=2",
        "All attractors that random starts reach, with their shares; along a swept parameter, followed both ways.",
    )
    takes_config(parser)
    parser.add_argument(
        "--out", type=file_ending(".csv"), metavar="FILE", help="write a table: .csv; along a parameter only"
    )
    parser.add_argument(
        "--plot", type=file_ending(".png", ".pdf", ".svg"), metavar="FILE", help="draw them: .png, .pdf or .svg"
    )


def _attractors(given: argparse.Namespace) -> None:
    config = load_config(given.config, given.set)
    from sweeps import multistability

    if config.sweep is None:
        if given.out:
            raise ValueError("--out needs a swept parameter: one point is printed, or asked for with --json")
        found = multistability.attractors_of(config)
        if given.plot:
            from sweeps.figures.branches import save_attractors

            save_attractors(given.plot, found, config)
        document: dict[str, Any] = found.to_dict()
    else:
        branches = multistability.branches_of(config)
        (name,) = config.axes
        if given.out:
            multistability.write_csv(given.out, name, branches)
        if given.plot:
            from sweeps.figures.branches import save_branches

            save_branches(given.plot, branches, config)
        document = branches.to_dict()
    files = [str(file) for file in (given.out, given.plot) if file]
    if given.json:
        print_json(document | {"files": files})
        return
    if config.sweep is None:
        from sweeps.models.made import in_words

        _print_attractors(found, in_words(config))
    else:
        _print_branches(branches, name)
    for file in files:
        print(f"wrote {file}")


def _print_attractors(found: "Attractors", title: str) -> None:
    """Print a line for each attractor."""
    from rich.table import Table

    from sweeps.summary import terminal

    table = Table(title=f"{title}: {found.n_starts} random starts, {found.n_undetermined} undetermined")
    for column in ("attractor", "starts", "share", "95 %", "λ1"):
        table.add_column(column, justify="left" if column == "attractor" else "right")
    for one in found.attractors:
        low, high = one.interval
        exponent = f"{one.exponents[0]:+.4f} ± {one.standard_errors[0]:.0e}" if one.exponents.size else ""
        table.add_row(one.name, str(len(one.starts)), f"{one.share:.3f}", f"{low:.3f} … {high:.3f}", exponent)
    terminal().print(table)
    print(f"an attractor with more than {found.unseen_bound:.1%} of all starts would have been seen (95 %)")
    print(found.status.value)


def _print_branches(found: "Branches", name: str) -> None:
    """Print a line for each branch."""
    from rich.table import Table

    from attractors.labels.label import in_words
    from sweeps.summary import terminal

    table = Table(
        title=f"{len(found.branches)} branches along {name}, {found.n_starts.min()} random starts at each value"
    )
    for column in ("branch", f"{name} from", "to", "attractor", "share", "begins", "ends"):
        table.add_column(column, justify="left" if column in ("attractor", "begins", "ends") else "right")
    for number, branch in enumerate(found.branches):
        kinds = dict.fromkeys(
            in_words(label, period) for label, period in zip(branch.labels, branch.periods, strict=True)
        )
        ends = [
            event.kind + f" ({event.estimate:.7g})" * (event.estimate == event.estimate)
            for event in (branch.begins, branch.ends)
        ]
        table.add_row(
            str(number),
            f"{branch.parameters[0]:.9g}",
            f"{branch.parameters[-1]:.9g}",
            ", ".join(list(kinds)[:4]) + ", …" * (len(kinds) > 4),
            f"{branch.shares.min():.2f} … {branch.shares.max():.2f}",
            *ends,
        )
    terminal().print(table)
    for low, high in found.hysteresis:
        print(f"hysteresis: {name} from {low:.9g} to {high:.9g}")
    print(found.status.value)
