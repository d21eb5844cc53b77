"""The commands `blanket ising`, `blanket attention` and `blanket lorenz`: Markov blankets out of equilibrium."""

import argparse
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.cli.arguments import add_command, print_json, takes_config
from sweeps.config.blanket import AttentionBlanket, IsingBlanket, LorenzBlanket, load_blanket

if TYPE_CHECKING:
    from attractors.drawing.figure import Figure


def add_blanket_commands(commands: Any) -> None:
    """Add the commands to those of `dmfsa`."""
    parser = commands.add_parser(
        "blanket",
        help="Markov blankets out of equilibrium, and how irreversible networks are",
        description="How much parts of a network know of each other given what lies between, and how much entropy\n"
        "it produces. Each command writes a table (.csv) and a figure (.png, .pdf).",
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    kinds = parser.add_subparsers(metavar="KIND", required=True)
    for name, run, about in (
        ("ising", _ising, "kinetic Ising networks against β, beside the published curves"),
        ("attention", _attention, "self-attention networks of few spins against β, γ, ε and L"),
        ("lorenz", _lorenz, "two coupled Lorenz systems over time, beside the published curve"),
    ):
        example = f"dmfsa blanket {name} cfgs/blanket_{name}.yaml --out results/blanket-{name}"
        one = add_command(kinds, name, run, about, example)
        takes_config(one)
        one.add_argument("--out", type=Path, metavar="DIR", help="folder for the files; results/NAME if not given")


def _ising(given: argparse.Namespace) -> None:
    config = load_blanket(IsingBlanket, given.config, given.set)
    from sweeps.blanket import curves, ising
    from sweeps.figures.blanket import ising_figure

    n_networks = sum(config.n_networks if case.dj else 1 for case in config.cases)
    found = _shown(lambda progress: ising.blanket_curves(config, progress), n_networks, config.beta.n)
    of_paper = IsingBlanket()
    same = (config.parts, config.self_couplings, config.updates) == (of_paper.parts, True, "sequential")
    known = [curves.published(case) if same else None for case in config.cases]
    _end(
        given,
        config.name,
        curves.document(found),
        lambda path: curves.write_table(found, path),
        ising_figure(found, known),
    )


def _attention(given: argparse.Namespace) -> None:
    config = load_blanket(AttentionBlanket, given.config, given.set)
    from sweeps.blanket import attention, curves
    from sweeps.figures.blanket import attention_figure

    n_networks = config.n_networks * len(attention.parameters_of(config))
    found = _shown(lambda progress: attention.attention_curves(config, progress), n_networks, config.beta.n)
    _end(
        given,
        config.name,
        curves.document(found),
        lambda path: curves.write_table(found, path),
        attention_figure(found),
    )


def _lorenz(given: argparse.Namespace) -> None:
    config = load_blanket(LorenzBlanket, given.config, given.set)
    from sweeps.blanket import lorenz
    from sweeps.figures.blanket import lorenz_figure

    n_trajectories = config.n_trajectories * len(config.chi) * len(config.schemes)
    n_intervals = lorenz.intervals(config)[-1]
    found = _shown(lambda progress: lorenz.lorenz_curves(config, progress), n_trajectories, n_intervals)
    known = lorenz.published()["coupled"] * [1.0, lorenz.UNIT]
    figure = lorenz_figure(found, known)
    _end(given, config.name, lorenz.document(found), lambda path: lorenz.write_table(found, path), figure)
    for curve in found:
        if curve.status is not lorenz.LorenzStatus.BOUNDED and not given.json:
            print(f"{curve.title}: {curve.status.value}")


def _shown(compute: Callable[[Callable[[int], None]], Any], n: int, n_each: int) -> Any:
    """Compute with a meter on stderr: n things, of `n_each` parts."""
    from sweeps.run.progress import Meter, shown

    meter = Meter(n, n_each)
    with shown(meter):
        return compute(meter.add)


def _end(
    given: argparse.Namespace, name: str, document: dict[str, Any], table: Callable[[Path], Path], figure: "Figure"
) -> None:
    """Write the table and the figure, and tell of them."""
    from sweeps.figures.sweep import save_both

    folder: Path = given.out or Path("results", name)
    folder.mkdir(parents=True, exist_ok=True)
    files: Sequence[Path] = [table(folder / "blanket.csv"), *save_both(figure, folder / "blanket")]
    if given.json:
        print_json({"name": name, **document, "files": [str(file) for file in files]})
        return
    for file in files:
        print(f"wrote {file}")
