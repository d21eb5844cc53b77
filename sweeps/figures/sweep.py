"""Figures of sweeps and orbits, made for a paper: vector and high resolution, colours that all readers can tell."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.axis import Axis
from matplotlib.colors import CenteredNorm, ListedColormap, LogNorm, to_rgb
from matplotlib.image import AxesImage
from matplotlib.lines import Line2D
from matplotlib.ticker import LogLocator, MaxNLocator, NullFormatter, ScalarFormatter

from attractors import Label
from attractors.drawing.figure import Figure
from attractors.drawing.page import page
from attractors.time_series.analysis import Analysis
from sweeps.config import Config
from sweeps.config.registry import Observable
from sweeps.figures.style import COLUMN, STYLE, WIDE, style_of
from sweeps.files import written_whole
from sweeps.records import MISSING
from sweeps.regimes import FAILED, UNLABELLED, label_counts, label_names
from sweeps.store.dataset import axes_of, config_of, in_order

# The palette of Okabe and Ito, told apart with any kind of colour vision; grey for what is not known.
COLOURS = {
    "fixed_point": "#000000",
    "periodic": "#0072B2",
    "quasiperiodic": "#009E73",
    "chaotic": "#D55E00",
    "hyperchaotic": "#CC79A7",
    "transient": "#E69F00",
    "divergent": "#56B4E9",
    "undetermined": "#808080",
    "missing": "#E8E8E8",
    FAILED: "#C0C0C0",
    UNLABELLED: "#404040",
}
COUNTED = {"point": "number of the point", "start": "number of the start"}  # axes that are no parameters
# Marks of the two ways of a continuation, which tell them apart without colour, too.
WAYS: dict[str, dict[str, Any]] = {
    "left": {"marker": "o", "facecolors": "none", "color": "#56B4E9", "lw": 0.5, "ls": "--"},
    "right": {"marker": ".", "facecolors": "#222222", "color": "#222222", "lw": 0.0, "ls": "-"},
}
SAMPLES_DRAWN = 128  # of the orbit at each value, where single points are drawn
ROWS = 500  # pixels of the orbit diagram along the orbit's axis
PLAIN = 6  # exponents that are drawn at most in one panel with a legend
TILTED: Any = {"rotation": 30, "ha": "right", "rotation_mode": "anchor"}  # names below an axis
MARKED_POINTS = 30  # points of a line below which they are marked

Floats = npt.NDArray[np.float64]


def save(figure: Figure, path: Path, *, dpi: float = 300) -> None:
    """Write a figure; the ending of the name says as what."""
    style = style_of(figure.get_figwidth())  # ticks take their style when they are drawn
    with written_whole(path) as unfinished, mpl.rc_context(style):
        figure.savefig(unfinished, format=path.suffix[1:], dpi=dpi)


def save_both(figure: Figure, stem: Path) -> list[Path]:
    """Write a figure as PNG and PDF; return the files."""
    files = [stem.with_name(f"{stem.name}.{ending}") for ending in ("png", "pdf")]
    for file in files:
        save(figure, file)
        figure.set_layout_engine("none")  # what has found its place keeps it
    return files


def save_page(path: Path, samples: Floats, found: Analysis, symbols: Sequence[str], title: str) -> None:
    """Draw a series with all that was found in it, and write it."""
    save(page(samples, found, symbols=symbols, title=title), path)


def orbit_diagram(dataset: xr.Dataset) -> Figure:
    """Draw where the orbits go along one axis, coloured by label, over the two leading exponents.

    Parameters
    ----------
    dataset : xarray.Dataset
        A sweep with one axis, and its orbit; see `sweeps.open_sweep`.

    Raises
    ------
    ValueError
        If the sweep has another number of axes, or no orbit was recorded.
    """
    (name,) = axes_for(dataset, 1, needs="orbit_density")
    dataset = in_order(dataset, name)
    with_exponents = "lyapunov_exponent" in dataset
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDE, 5.2 if with_exponents else 3.6), layout="constrained")
        if with_exponents:
            above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2.2, 1))
            draw_exponents(below, dataset, name, n_drawn=2)
            label_axis(below.xaxis, dataset, name)
        else:
            above = figure.subplots()
            label_axis(above.xaxis, dataset, name)
        _density(above, dataset, name)
        legend_of_labels(figure, dataset)
    return figure


def lyapunov_figure(dataset: xr.Dataset, *, width: float = WIDE) -> Figure:
    """Draw all exponents along one axis, those that double precision does not resolve left out, shaded by label."""
    (name,) = axes_for(dataset, 1, needs="lyapunov_exponent")
    dataset = in_order(dataset, name)
    with mpl.rc_context(style_of(width)):
        figure = Figure(figsize=(width, 2.4 + 0.17 * width), layout="constrained")
        axes = figure.subplots()
        draw_exponents(axes, dataset, name, n_drawn=dataset.sizes["exponent"])
        if (np.isnan(resolved_exponents(dataset)) & ~np.isnan(dataset["lyapunov_exponent"].values)).any():
            words = r"Not drawn: $-\infty$, and what double precision does not resolve."
            axes.set_title(words, loc="left", fontsize=6.5, pad=3)
        shade_labels(axes, dataset, name)
        label_axis(axes.xaxis, dataset, name)
        legend_of_labels(figure, dataset)
    return figure


def phase_diagram(dataset: xr.Dataset, *, stacked: bool = False) -> Figure:
    """Draw the labels over two axes, the first of them across; λ_1 and the periods, if recorded, beside or below."""
    first, second = axes_for(dataset, 2, needs="label")
    dataset = in_order(dataset, first, second)
    panels = [_labels_over_two]
    if "lyapunov_exponent" in dataset:
        panels.append(_leading_exponent_over_two)
    if dataset["period"].values.any():
        panels.append(_periods_over_two)
    size = (COLUMN, 0.5 + 2.3 * len(panels)) if stacked else (max(5.0, 3.6 * len(panels)), 4.2)
    with mpl.rc_context(style_of(size[0])):
        figure = Figure(figsize=size, layout="constrained")
        n_rows = len(panels) if stacked else 1
        each = figure.subplots(n_rows, len(panels) // n_rows, sharex=True, sharey=True, squeeze=False).ravel()
        for axes, draw in zip(each, panels, strict=True):
            draw(axes, dataset, edges_of(dataset[first].values), edges_of(dataset[second].values))
            label_axis(axes.xaxis, dataset, first)
            label_axis(axes.yaxis, dataset, second)
            axes.label_outer()
            if len(panels) > 1 and axes.get_xscale() == "linear" and np.issubdtype(dataset[first].dtype, np.number):
                axes.xaxis.set_major_locator(
                    MaxNLocator(4, steps=[1, 2, 5, 10], integer=dataset[first].dtype.kind == "i")
                )
        legend_of_labels(figure, dataset)
    return figure


def hysteresis_diagram(dataset: xr.Dataset, *, width: float = WIDE) -> Figure:
    """Draw where the orbits go along one axis, for a continuation in both directions, over λ_1.

    Dots are the way to the right, circles the way to the left: where they part, attractors coexist. The two strips on
    top are the labels.
    """
    name, _ = axes_for(dataset, 2, needs="orbit", both_ways=True)
    dataset = in_order(dataset, name)
    x = dataset[name].values
    with mpl.rc_context(style_of(width)):
        figure = Figure(figsize=(width, 2.6 + 0.37 * width), layout="constrained")
        if "lyapunov_exponent" in dataset:
            strips, above, below = figure.subplots(3, 1, sharex=True, height_ratios=(0.25, 2.2, 1))
        else:
            strips, above = figure.subplots(2, 1, sharex=True, height_ratios=(0.25, 2.2))
            below = None
        size = float(np.clip(400 / len(x), 0.3, 6.0))
        for i, way in enumerate(dataset["direction"].values):
            mark = WAYS[str(way)]
            here = dataset.isel(direction=i)
            m = here["orbit"].values[:, -SAMPLES_DRAWN:, 0]
            above.scatter(np.repeat(x, m.shape[1]), m.ravel(), s=size, rasterized=True, **mark)
            if below is not None:
                below.plot(x, resolved_exponents(here)[:, 0], color=mark["color"], ls=mark["ls"])
            strips.pcolormesh(edges_of(x), [i, i + 1], colours_of(here)[None], rasterized=True)
        strips.set_yticks([0.5, 1.5], [str(way) for way in dataset["direction"].values], fontsize=6.5)
        strips.tick_params(length=0)
        above.set_ylabel(observable_of(dataset).label)
        lowest = above
        if below is not None:
            below.axhline(0, color="black", lw=0.6, zorder=0)
            below.set_ylabel(r"$\lambda_1$ (nats per step)")
            lowest = below
        label_axis(lowest.xaxis, dataset, name)
        handles = []
        for way, mark in WAYS.items():
            colours: Any = {"mfc": mark["facecolors"], "mec": mark["color"]}
            handles.append(Line2D([], [], ls="", marker=mark["marker"], ms=4, label=f"to the {way}", **colours))
        box: Any = {"ncols": 2 if width > COLUMN else 1, "frameon": True, "framealpha": 0.8, "edgecolor": "none"}
        above.legend(handles=handles, loc="upper left", **box)
        legend_of_labels(figure, dataset)
    return figure


KINDS = {
    "orbit": orbit_diagram,
    "lyapunov": lyapunov_figure,
    "phase": phase_diagram,
    "hysteresis": hysteresis_diagram,
}


def default_kind(dataset: xr.Dataset) -> str | None:
    """Choose the figure that fits: `orbit` or `lyapunov` for one axis, `hysteresis` or `phase` for two; or None."""
    axes = axes_of(dataset)
    if axes[-1:] == ("direction",):
        return "hysteresis" if len(axes) == 2 and "orbit" in dataset else None
    fitting = {1: {"orbit": "orbit_density", "lyapunov": "lyapunov_exponent"}, 2: {"phase": "label"}}
    kinds = fitting.get(len(axes), {})
    return next((kind for kind, needed in kinds.items() if needed in dataset), None)


def _labels_over_two(axes: Axes, dataset: xr.Dataset, x: Floats, y: Floats) -> None:
    colours = ListedColormap([COLOURS[name] for name in ("missing", *Label)])
    codes = dataset["label"].values.T - MISSING
    axes.pcolormesh(x, y, codes, cmap=colours, vmin=-0.5, vmax=len(Label) + 0.5, rasterized=True)


def _leading_exponent_over_two(axes: Axes, dataset: xr.Dataset, x: Floats, y: Floats) -> None:
    """Draw λ_1, white at 0, its scale cut at the 2nd and 98th percentile of its size; -∞ is grey."""
    leading = dataset["lyapunov_exponent"].values[..., 0].T
    finite = leading[np.isfinite(leading)]
    largest = float(np.percentile(np.abs(finite), 98)) if finite.size else 1.0
    image = axes.pcolormesh(
        x,
        y,
        np.where(np.isfinite(leading), leading, np.nan),
        cmap="RdBu_r",
        norm=CenteredNorm(halfrange=largest or 1.0),
        rasterized=True,
    )
    axes.set_facecolor(COLOURS["missing"])
    axes.figure.colorbar(image, ax=axes, location="bottom", extend="both", shrink=0.9, ticks=MaxNLocator(5)).set_label(
        r"$\lambda_1$ (nats per step)"
    )


def _periods_over_two(axes: Axes, dataset: xr.Dataset, x: Floats, y: Floats) -> None:
    """Draw the periods, those that are there, in steps of equal colour on a logarithmic scale."""
    periods = np.where(dataset["period"].values > 0, dataset["period"].values, np.nan).T.astype(float)
    low, high = np.nanmin(periods), np.nanmax(periods)
    norm = LogNorm(low, high if high > low else low * 2)
    image = axes.pcolormesh(x, y, periods, cmap="viridis", norm=norm, rasterized=True)
    axes.set_facecolor(COLOURS["missing"])
    bar = axes.figure.colorbar(image, ax=axes, location="bottom", shrink=0.9)
    bar.set_label("period (steps)")
    bar.ax.xaxis.set_major_locator(LogLocator(subs=(1, 2, 5)))
    bar.ax.xaxis.set_major_formatter(ScalarFormatter())
    bar.ax.xaxis.set_minor_formatter(NullFormatter())


def _density(axes: Axes, dataset: xr.Dataset, name: str) -> None:
    """Draw an image of one column for each value: how often the orbit is where, coloured by label."""
    density, centres = dataset["orbit_density"].values, dataset["bin"].values
    visited = np.flatnonzero(density.any(axis=0))
    first, last = (visited[0], visited[-1] + 1) if visited.size else (len(centres) // 2, len(centres) // 2 + 1)
    together = max(1, round(1.05 * (last - first) / ROWS))
    starts = np.arange(max(0, first - 10 * together), min(len(centres), last + 10 * together), together)
    counts = np.add.reduceat(density, starts, axis=1)
    counts[:, -1] = density[:, starts[-1] : starts[-1] + together].sum(axis=1)
    half = 0.5 * (centres[1] - centres[0])
    rows = np.append(centres[starts] - half, centres[starts[-1]] - half + 2 * half * together)
    share = counts / np.maximum(counts.max(axis=1, keepdims=True), 1)
    ink = np.where(counts > 0, 0.2 + 0.8 * np.sqrt(share), 0.0)
    colours = colours_of(dataset)
    image = 1.0 - ink[..., None] * (1.0 - colours[:, None, :])
    drawn = axes.pcolorfast(edges_of(dataset[name].values), rows, image.transpose(1, 0, 2))
    if type(drawn) is AxesImage:  # evenly spaced
        drawn.set_interpolation("auto")  # more columns than pixels are averaged, not left out
    axes.set_ylabel(f"{observable_of(dataset).label} ({density.sum(axis=1).max():,} steps each)")


def shade_labels(axes: Axes, dataset: xr.Dataset, name: str) -> None:
    """Shade the background by label, if there are labels."""
    if "label" in dataset:
        low, high = axes.get_ylim()
        colours = (255 - 63.75 * (1 - colours_of(dataset)[None])).round().astype(np.uint8)
        axes.pcolorfast(edges_of(dataset[name].values), [low, high], colours, zorder=-1)
        axes.set_ylim(low, high)


def colours_of(dataset: xr.Dataset) -> Floats:
    """Colours of the labels, red, green and blue along the last axis."""
    names = label_names(dataset)
    return np.array([to_rgb(COLOURS[str(name)]) for name in names.ravel()]).reshape(*names.shape, 3)


def draw_exponents(axes: Axes, dataset: xr.Dataset, name: str, n_drawn: int) -> None:
    """Draw the leading exponents, those that double precision does not resolve left out."""
    exponents = resolved_exponents(dataset)
    n_drawn = min(n_drawn, exponents.shape[1])
    colours = mpl.colormaps["inferno"](np.linspace(0, 0.8, max(n_drawn, 3)))
    marker = "o" if len(exponents) < MARKED_POINTS else ""
    for i in range(n_drawn):
        label = rf"$\lambda_{{{i + 1}}}$"
        axes.plot(
            _positions(dataset[name].values), exponents[:, i], marker=marker, ms=2.5, color=colours[i], label=label
        )
    axes.axhline(0, color="black", lw=0.6, zorder=0)
    axes.set_ylabel(r"$\lambda$ (nats per step)")
    if n_drawn <= PLAIN:
        axes.legend(ncols=n_drawn, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)
    else:
        axes.set_ylabel(rf"$\lambda_1 \geq \ldots \geq \lambda_{{{n_drawn}}}$ (nats per step)")


def resolved_exponents(dataset: xr.Dataset) -> Floats:
    """Return the exponents, NaN where they are -∞ or double precision does not resolve them."""
    exponents: Floats = dataset["lyapunov_exponent"].values.copy()
    exponents[(dataset["lyapunov_resolved"].values == 0) | np.isneginf(exponents)] = np.nan
    return exponents


def legend_of_labels(figure: Figure, dataset: xr.Dataset) -> None:
    """Say what was found, and how often; in as many columns as the width has room for."""
    handles = [
        Line2D([], [], ls="", marker="s", color=COLOURS[label], label=f"{label.replace('_', ' ')} ({count})")
        for label, count in label_counts(dataset).items()
    ]
    width = figure.get_figwidth()
    ncols, size = (5 if width > 6 else 3), (8.0 if width > 1.2 * COLUMN else 6.5)
    figure.legend(
        handles=handles, loc="outside upper left", ncols=ncols, handletextpad=0.1, columnspacing=1.0, fontsize=size
    )


def symbol_of(config: Config, name: str) -> str:
    """Return what an axis of a sweep is called in a figure."""
    return COUNTED.get(name) or config.of[name].symbol or name


def observable_of(dataset: xr.Dataset, number: int = 0) -> Observable:
    """Return one of the observables of a sweep, counted from 0."""
    return config_of(dataset).model.observable(number)


def label_axis(axis: Axis, dataset: xr.Dataset, name: str) -> None:
    """Label an axis with a swept parameter: every digit is in its ticks, counts are whole, names are written out."""
    values = dataset[name].values
    axis.set_label_text(symbol_of(config_of(dataset), name) if name != "direction" else name)
    if not np.issubdtype(values.dtype, np.number):
        axis.set_label_text(name)
        axis.set_ticks(_positions(values), list(values), **({} if axis is axis.axes.yaxis else TILTED))
    elif by_ratio(values):
        (axis.axes.set_xscale if axis is axis.axes.xaxis else axis.axes.set_yscale)("log")
        axis.set_major_locator(LogLocator(subs=(1, 2, 5)))
        axis.set_major_formatter(ScalarFormatter())
        axis.set_minor_formatter(NullFormatter())
    elif np.issubdtype(values.dtype, np.integer):
        axis.set_major_locator(MaxNLocator(integer=True))
    else:
        axis.set_major_formatter(ScalarFormatter(useOffset=False))


def _positions(values: npt.NDArray[Any]) -> Floats:
    """Return where values are drawn: names at 0, 1, 2, …, in their order."""
    return values if np.issubdtype(values.dtype, np.number) else np.arange(len(values), dtype=float)


def by_ratio(values: npt.NDArray[Any]) -> bool:
    """Whether sorted values are evenly spaced by their logarithms, and span a decade."""
    if len(values) < 3 or values[0] <= 0 or values[-1] < 10 * values[0]:
        return False
    return bool(np.ptp(np.diff(np.log(values))) < 1e-6)


def edges_of(centres: Floats) -> Floats:
    """Borders of cells around sorted values, halfway between them, or by ratio where they are spaced so."""
    centres = _positions(centres)
    if len(centres) == 1:
        return np.array([centres[0] - 0.5, centres[0] + 0.5])
    if by_ratio(centres):
        return np.exp(_halfway(np.log(centres)))
    return _halfway(centres)


def _halfway(centres: Floats) -> Floats:
    middle = 0.5 * (centres[1:] + centres[:-1])
    return np.concatenate([[centres[0] - (middle[0] - centres[0])], middle, [2 * centres[-1] - middle[-1]]])


def axes_for(dataset: xr.Dataset, n_axes: int, needs: str, *, both_ways: bool = False) -> tuple[str, ...]:
    """Return the names of the swept axes, or say what a figure lacks; `both_ways`: direction is one, the last."""
    if needs not in dataset:
        raise ValueError(f"this figure needs {needs}, which the sweep did not record: see `record` and `n_exponents`")
    axes = axes_of(dataset)
    if both_ways and "direction" not in axes:
        raise ValueError("this figure needs a sweep in both directions: sweep.order.continuation.direction = both")
    if len(axes) != n_axes:
        wanted = "1 axis" if n_axes == 1 else f"{n_axes} axes"
        raise ValueError(f"this figure needs a sweep with {wanted}; this one has {', '.join(axes) or 'none'}")
    if "direction" in axes and not both_ways:
        raise ValueError(f"this figure needs a sweep over parameters alone; this one has {', '.join(axes)}")
    return axes
