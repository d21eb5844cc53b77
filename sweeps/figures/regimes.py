"""Regimes with their doubt: along one parameter, or over two; what the starts reach, and how sure the labels are."""

from typing import Any

import matplotlib as mpl
import numpy as np
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.colors import to_rgb
from matplotlib.ticker import MaxNLocator

from attractors import Label
from attractors.drawing.figure import Figure
from sweeps.figures.style import STYLE
from sweeps.figures.sweep import COLOURS, Floats, edges_of, label_axis, legend_of_labels
from sweeps.regimes import label_names
from sweeps.store.dataset import axes_of, in_order

NAMES = [str(label) for label in Label] + ["missing"]


def regimes_figure(dataset: xr.Dataset) -> Figure:
    """Draw labels along one parameter, or over two, with their confidence; several starts are put together.

    Parameters
    ----------
    dataset : xarray.Dataset
        A sweep over one or two parameters, from one start or many, with labels.

    Returns
    -------
    Figure
        Along one: shares of starts by label, the part that is sure in full colour; if recorded, how many attractors
        were found, and λ_1 of all starts. Over two: the label of most starts, paler the less of them are on it and the
        less sure they are; a white dot where more than one attractor was found.

    Raises
    ------
    ValueError
        If the sweep has no labels, or not one or two parameters.
    """
    names = [name for name in axes_of(dataset) if name != "start"]
    if "label" not in dataset or len(names) not in {1, 2} or "direction" in names:
        over = " x ".join(axes_of(dataset)) or "nothing"
        raise ValueError(f"this figure needs labels over one or two parameters; this is a sweep over {over}")
    dataset = in_order(dataset, *names)
    if "start" not in dataset.dims:
        dataset = dataset.expand_dims("start", axis=-1)
    dataset = dataset.transpose(*names, "start", ...)
    with mpl.rc_context(STYLE):
        return _along(dataset, names[0]) if len(names) == 1 else _over(dataset, *names)


def _along(dataset: xr.Dataset, name: str) -> Figure:
    x = dataset[name].values
    rows: list[tuple[float, Any]] = [(1.5, _draw_shares)]
    if "attractor" in dataset:
        rows.append((0.5, _draw_numbers))
    if "lyapunov_exponent" in dataset:
        rows.append((1.0, _draw_exponents))
    figure = Figure(figsize=(7.0, 1.2 + 1.4 * sum(height for height, _ in rows)), layout="constrained")
    panels = figure.subplots(len(rows), 1, sharex=True, height_ratios=[height for height, _ in rows], squeeze=False)
    for axes, (_, draw) in zip(panels[:, 0], rows, strict=True):
        draw(axes, dataset, x)
    label_axis(panels[-1, 0].xaxis, dataset, name)
    panels[-1, 0].set_xlim(edges_of(x)[[0, -1]])
    legend_of_labels(figure, dataset)
    return figure


def _draw_shares(axes: Axes, dataset: xr.Dataset, x: Floats) -> None:
    """Stack the shares of labels: what is sure in full colour, the rest of each pale."""
    below = np.zeros(len(x))
    for name, (share, sure) in _by_label(dataset).items():
        for part, alpha in ((sure, 1.0), (share - sure, 0.3)):
            axes.stairs(below + part, edges_of(x), baseline=below, fill=True, color=COLOURS[name], alpha=alpha, lw=0)
            below = below + part
    axes.set(ylim=(0.0, 1.0), ylabel="confidence" if dataset.sizes["start"] == 1 else "share of starts")


def _draw_numbers(axes: Axes, dataset: xr.Dataset, x: Floats) -> None:
    """Draw the number of attractors found."""
    axes.stairs(dataset["attractor"].values.max(axis=-1) + 1, edges_of(x), baseline=None, color="black")
    axes.set_ylabel("attractors")
    axes.set_ylim(bottom=0)
    axes.yaxis.set_major_locator(MaxNLocator(integer=True))


def _draw_exponents(axes: Axes, dataset: xr.Dataset, x: Floats) -> None:
    """Draw λ_1 of each start, in the colour of its label."""
    leading = dataset["lyapunov_exponent"].values[..., 0]
    names = label_names(dataset)
    for name in NAMES:
        here, start = np.nonzero((names == name) & np.isfinite(leading))
        axes.plot(x[here], leading[here, start], ".", color=COLOURS[name], ms=3, mew=0, rasterized=True)
    axes.axhline(0, color="black", lw=0.6, zorder=0)
    axes.set_ylabel(r"$\lambda_1$ (nats per step)")


def _over(dataset: xr.Dataset, first: str, second: str) -> Figure:
    x, y = dataset[first].values, dataset[second].values
    figure = Figure(figsize=(5.0, 4.4), layout="constrained")
    axes = figure.subplots()
    found = _by_label(dataset)
    shares = np.array([share for share, _ in found.values()])
    most = shares.argmax(axis=0)
    sure = np.take_along_axis(np.array([sure for _, sure in found.values()]), most[None], axis=0)[0]
    colours = np.array([to_rgb(COLOURS[name]) for name in found])[most]
    image = 1.0 - (0.15 + 0.85 * sure[..., None]) * (1.0 - colours)
    axes.pcolormesh(edges_of(x), edges_of(y), image.transpose(1, 0, 2), rasterized=True)
    if "attractor" in dataset:
        i, j = np.nonzero(dataset["attractor"].values.max(axis=-1) > 0)
        axes.plot(x[i], y[j], "o", color="white", ms=2, mew=0)
    label_axis(axes.xaxis, dataset, first)
    label_axis(axes.yaxis, dataset, second)
    legend_of_labels(figure, dataset)
    return figure


def _by_label(dataset: xr.Dataset) -> dict[str, tuple[Floats, Floats]]:
    """Share of starts with each label, and the sum of their confidence over the number of starts, at each point."""
    names, n = label_names(dataset), dataset.sizes["start"]
    confidence = np.nan_to_num(dataset["confidence"].values)
    found = {}
    for name in NAMES:
        here = names == name
        if here.any():
            found[name] = here.sum(axis=-1) / n, np.where(here, confidence, 0.0).sum(axis=-1) / n
    return found
