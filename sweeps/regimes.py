"""Where along a swept parameter does the kind of attractor change? Counts and regimes, as tables."""

import csv
import io
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import xarray as xr

from attractors import Label
from sweeps.records import MISSING
from sweeps.store.dataset import axes_of, in_order

UNLABELLED = "unlabelled"  # a point that was run without recording a label
FAILED = "failed"  # a point that could not be computed


@dataclass(frozen=True)
class Regime:
    """Consecutive values of the swept parameter with one label.

    Attributes
    ----------
    label : str
    first, last : float
        Values of the parameter at both ends; the change to the next regime lies between `last` and its `first`.
    n_points : int
    periods : tuple of int
        Those that occur, ascending; empty if not periodic.
    lyapunov : tuple of float
        Smallest and largest leading exponent, nats per step; NaN where none was computed.
    direction : str
        Way of a continuation in both directions; empty otherwise.
    """

    label: str
    first: float
    last: float
    n_points: int
    periods: tuple[int, ...]
    lyapunov: tuple[float, float]
    direction: str = ""


def label_names(dataset: xr.Dataset) -> npt.NDArray[np.str_]:
    """Labels as text, in the shape of the sweep; "missing", "failed", or "unlabelled" where there is none."""
    if "label" not in dataset:
        names = np.where(np.isnan(dataset["core_seconds"].values), "missing", UNLABELLED)
    else:
        codes = dataset["label"].values.astype(int) - MISSING
        names = np.array(["missing", *(str(label) for label in Label)])[codes]
    return np.where(dataset["failure"].values != "", FAILED, names)


def label_counts(dataset: xr.Dataset) -> dict[str, int]:
    """Return how many points carry which label, in the order of the labels; only those that occur."""
    names = label_names(dataset)
    counts = {str(label): int((names == label).sum()) for label in ["missing", FAILED, *Label, UNLABELLED]}
    return {label: count for label, count in counts.items() if count}


def has_regimes(dataset: xr.Dataset) -> bool:
    """Whether there are labels along one parameter, and perhaps in two directions; the number of a start is none."""
    axes = axes_of(dataset)
    return "label" in dataset and axes != ("start",) and (len(axes) == 1 or axes[1:] == ("direction",))


def regimes(dataset: xr.Dataset) -> list[Regime]:
    """Cut a sweep over one parameter where the label changes; a continuation in both directions one after the other.

    Raises
    ------
    ValueError
        If the sweep has no labels, or not exactly one axis, a parameter.
    """
    axes = axes_of(dataset)
    if not has_regimes(dataset):
        over = " x ".join(axes) or "nothing"
        unlabelled = "" if "label" in dataset else ", without labels"
        raise ValueError(f"regimes are labels along one parameter; this is a sweep over {over}{unlabelled}")
    if len(axes) == 1:
        return _along(dataset, axes[0], "")
    ways = dataset["direction"].values
    return [regime for i, way in enumerate(ways) for regime in _along(dataset.isel(direction=i), axes[0], str(way))]


def _along(dataset: xr.Dataset, name: str, direction: str) -> list[Regime]:
    ordered = in_order(_with_refined(dataset, name), name)
    parameter, labels, periods = ordered[name].values, label_names(ordered), ordered["period"].values
    leading = np.full(len(labels), np.nan)
    if "lyapunov_exponent" in ordered:
        leading = ordered["lyapunov_exponent"].values[:, 0]
    cuts = np.flatnonzero(labels[1:] != labels[:-1]) + 1
    found = []
    for part in np.split(np.arange(len(labels)), cuts):
        known = tuple(int(period) for period in np.unique(periods[part]) if period)
        extent = float(np.fmin.reduce(leading[part])), float(np.fmax.reduce(leading[part]))
        ends = float(parameter[part[0]]), float(parameter[part[-1]])
        found.append(Regime(str(labels[part[0]]), *ends, len(part), known, extent, direction))
    return found


def _with_refined(dataset: xr.Dataset, name: str) -> xr.Dataset:
    """Put the points of a refinement among those of the axis; of the variables, those that regimes need."""
    wanted = [v for v in ("label", "period", "failure", "core_seconds", "lyapunov_exponent") if v in dataset]
    if "refined" not in dataset.dims:
        return dataset
    columns = {v: dataset[f"refined_{v}"].rename(refined=name) for v in wanted if f"refined_{v}" in dataset}
    columns["core_seconds"] = xr.zeros_like(columns["label"], dtype=float)
    between = xr.Dataset(columns).assign_coords({name: dataset[f"refined_{name}"].values})
    return xr.concat([dataset[wanted], between], name)


def regimes_csv(dataset: xr.Dataset) -> str:
    """Return the regimes as CSV, every digit kept."""
    name = axes_of(dataset)[0]
    ways = ["direction"] if "direction" in axes_of(dataset) else []
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    columns = [f"{name}_from", f"{name}_to", "label", "n_points", "periods", "lyapunov_1_min", "lyapunov_1_max"]
    table.writerow(ways + columns)
    for regime in regimes(dataset):
        periods = " ".join(map(str, regime.periods))
        row = [regime.first, regime.last, regime.label, regime.n_points, periods, *regime.lyapunov]
        table.writerow([regime.direction] * len(ways) + row)
    return text.getvalue()
