"""What a sweep found, in tables and figures."""

import math
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr
from rich.console import Console
from rich.table import Table

from sweeps.figures import sweep as figures
from sweeps.files import written_whole
from sweeps.regimes import Regime, has_regimes, label_counts, regimes, regimes_csv
from sweeps.store.dataset import axes_of

SHORTEST = 3  # points of a regime that the printed table shows; regimes.csv has all of them
FAILURES = 5  # reasons for failures that are printed
WIDTH = 120  # columns of the printed tables where there is no terminal


def summary(dataset: xr.Dataset) -> dict[str, Any]:
    """Return counts of labels, and regimes of a sweep along one parameter, for JSON."""
    document: dict[str, Any] = {"name": dataset.attrs["title"], "labels": label_counts(dataset)}
    if failures := failures_of(dataset):
        document["failures"] = failures
    if has_regimes(dataset):
        document["regimes"] = [
            {"label": r.label, "from": r.first, "to": r.last, "n_points": r.n_points, "periods": list(r.periods)}
            | ({"direction": r.direction} if r.direction else {})
            for r in regimes(dataset)
        ]
    return document


def failures_of(dataset: xr.Dataset) -> dict[str, int]:
    """Count the reasons why points could not be computed, the most frequent first."""
    reasons, counts = np.unique(dataset["failure"].values.astype(str), return_counts=True)
    found = {str(reason): int(count) for reason, count in zip(reasons, counts, strict=True) if reason}
    return dict(sorted(found.items(), key=lambda item: -item[1]))


def write_summary(dataset: xr.Dataset, folder: Path) -> list[Path]:
    """Write regimes.csv and the figure that fits the sweep; return the files."""
    files: list[Path] = []
    if has_regimes(dataset):
        table = folder / "regimes.csv"
        with written_whole(table) as unfinished:
            unfinished.write_text(regimes_csv(dataset), encoding="utf-8")
        files.append(table)
    kind = figures.default_kind(dataset)
    if kind is not None:
        files += figures.save_both(figures.KINDS[kind](dataset), folder / kind)
    return files


def terminal() -> Console:
    """Return where tables are printed; wide if that is no terminal."""
    console = Console()
    console.width = console.width if console.is_terminal else WIDTH
    return console


def print_summary(dataset: xr.Dataset, console: Console | None = None) -> None:
    """Print how many points carry which label, and where the label changes."""
    console = console or terminal()
    counts = label_counts(dataset)
    total = sum(counts.values())
    table = Table(title=f"{dataset.attrs['title']}: {total} points")
    table.add_column("label")
    table.add_column("points", justify="right")
    table.add_column("share", justify="right")
    for label, count in counts.items():
        table.add_row(label, str(count), f"{count / total:.1%}")
    console.print(table)
    for failure, count in list(failures_of(dataset).items())[:FAILURES]:
        console.print(f"{count} could not be computed: {failure}", markup=False, highlight=False)
    if has_regimes(dataset):
        _print_regimes(dataset, console)


def _print_regimes(dataset: xr.Dataset, console: Console) -> None:
    name = axes_of(dataset)[0]
    found = regimes(dataset)
    shown = [regime for regime in found if regime.n_points >= SHORTEST]
    for way in dict.fromkeys(regime.direction for regime in found):
        _print_way(name, way, [regime for regime in shown if regime.direction == way], console)
    if len(shown) < len(found):
        console.print(
            f"{len(found) - len(shown)} regimes of fewer than {SHORTEST} points are not shown; regimes.csv has all."
        )


def _print_way(name: str, way: str, shown: list[Regime], console: Console) -> None:
    table = Table(title=f"regimes along {name}" + f", to the {way}" * bool(way))
    for column in (f"{name} from", "to", "label", "points", "periods", "λ1"):
        table.add_column(column, justify="left" if column in ("label", "periods") else "right")
    for regime in shown:
        low, high = regime.lyapunov
        exponents = "" if math.isnan(low) else f"{low:+.4f} … {high:+.4f}"
        periods = " ".join(map(str, regime.periods[:6])) + (" …" if len(regime.periods) > 6 else "")
        table.add_row(
            f"{regime.first:.9g}", f"{regime.last:.9g}", regime.label, str(regime.n_points), periods, exponents
        )
    console.print(table)
