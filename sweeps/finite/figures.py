"""Figures of the mean field against networks of N spins: one for each table."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import LogLocator, MaxNLocator

from attractors import DimensionStatus
from attractors.drawing.figure import Figure
from sweeps.figures.style import STYLE
from sweeps.figures.sweep import COLOURS, save_both
from sweeps.finite.comparison import LEFT, PATIENCE, Point
from sweeps.finite.switching import SwitchingStatus
from sweeps.models.catalogue import NETWORK

SHOWN = 60  # steps of a trajectory
BANDS = 3  # sizes whose trajectories are drawn
PER_ROW = 3
SIZES = mpl.colormaps["viridis"]
# Of points, in their order; marks tell them apart without colour.
POINTS = ["#0072B2", "#009E73", "#E69F00", "#D55E00", "#CC79A7", "#56B4E9", "#000000"]
MARKS = "os^Dv<>"
N = "spins $N$"
SURE = {DimensionStatus.OK, DimensionStatus.FINITE, DimensionStatus.FILLS_SPACE}
DIMENSION = "correlation dimension\n(crossed out: no plateau)"


def save_figures(points: Sequence[Point], folder: Path) -> list[Path]:
    """Draw all figures that have something to show, as PNG and PDF; return the files."""
    files = []
    with mpl.rc_context(STYLE):
        for name, draw in FIGURES.items():
            figure = draw(points)
            if figure is not None:
                files += save_both(figure, folder / name)
    return files


def title_of(point: Point) -> str:
    """Return where a point is and what the mean field does there."""
    place = ", ".join(f"{NETWORK[name].symbol} = {value:.7g}" for name, value in point.parameters.items())
    return f"{place}: {point.label}"


def colour_of_size(point: Point, i: int) -> tuple[float, float, float, float]:
    """Return a colour that darkens with the logarithm of N."""
    logs = np.log(point.networks.n_spins)
    extent = np.ptp(logs)
    return SIZES(0.9 - 0.9 * (logs[i] - logs.min()) / extent if extent else 0.0)


def panels(points: Sequence[Point], *, height: float = 2.2) -> tuple[Figure, list[Axes]]:
    """Return a figure with a panel for each point, titled."""
    columns = min(PER_ROW, len(points))
    rows = -(-len(points) // columns)
    width = max(4.2, 2.9 * columns)
    figure = Figure(figsize=(width, 0.5 + height * rows), layout="constrained")
    every = figure.subplots(rows, columns, squeeze=False).ravel()
    for axes in every[len(points) :]:
        axes.set_axis_off()
    for point, axes in zip(points, every, strict=False):
        axes.set_title(title_of(point), fontsize="small")
    return figure, list(every[: len(points)])


def power_of_ten(n: float) -> str:
    """Return a number of spins as people write it."""
    exponent = round(np.log10(n))
    return f"$10^{{{exponent}}}$" if abs(n - 10.0**exponent) < 1e-9 * n else f"{n:.4g}"


def trajectories_figure(points: Sequence[Point]) -> Figure:
    """Draw m^o_1 of the mean field, and the mean of networks with a band of one standard deviation."""
    figure, every = panels(points)
    for point, axes in zip(points, every, strict=True):
        found = point.networks
        n = min(SHOWN, len(found.limit))
        steps = np.arange(n)
        chosen = np.unique(np.linspace(0, len(found.n_spins) - 1, BANDS + 2).round().astype(int))[1:-1]
        for i in chosen if len(chosen) else range(len(found.n_spins)):
            low, high = (found.mean[i, :n] + sign * found.deviation[i, :n] for sign in (-1, 1))
            colour = colour_of_size(point, i)
            label = f"$N$ = {power_of_ten(found.n_spins[i])}"
            axes.fill_between(steps, low, high, color=colour, alpha=0.35, lw=0, label=label)
            axes.plot(steps, found.mean[i, :n], color=colour, lw=0.6)
        axes.plot(steps, found.limit[:n], color="black", lw=0.8, label=r"$N\to\infty$")
        axes.set(xlabel="step", ylabel="$m^o_1$", xlim=(0, n - 1))
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside lower center", ncols=BANDS + 1)
    return figure


def error_figure(points: Sequence[Point]) -> Figure:
    """Draw the error after some steps over N, and what linear noise predicts."""
    figure = Figure(figsize=(5.0, 3.6), layout="constrained")
    axes = figure.subplots()
    for number, point in enumerate(points):
        found, style = point.networks, mark(number)
        axes.errorbar(found.n_spins, found.error, found.error_standard_error, ls="", label=title_of(point), **style)
        axes.plot(found.n_spins, found.error_predicted, color=style["color"], lw=0.8)
    axes.set(xscale="log", yscale="log", xlabel=N, ylabel=r"rms of $A - A_{N\to\infty}$")
    axes.legend(title=r"lines: linear noise, $\propto N^{-1/2}$", fontsize="small", title_fontsize="small")
    return figure


def mark(number: int) -> dict[str, Any]:
    """Return colour and marker of a point."""
    colour = POINTS[number % len(POINTS)]
    return {"marker": MARKS[number % len(MARKS)], "ms": 4.0, "color": colour, "mfc": "none"}


def spread_figure(points: Sequence[Point]) -> Figure:
    """Draw √N times the rms of m^o about the mean field over time, for every N, and the prediction."""
    figure, every = panels(points)
    for point, axes in zip(points, every, strict=True):
        found = point.networks
        for i in range(len(found.n_spins)):
            colour = colour_of_size(point, i)
            axes.plot(found.spread[i], color=colour, lw=0.6, label=power_of_ten(found.n_spins[i]))
        axes.plot(found.spread_predicted, color="#D55E00", lw=1.0, ls="--", label="linear noise")
        shown = np.append(found.spread[found.spread > 0.0], found.spread_predicted[0])
        low, high = shown.min() / 2.0, shown.max() * 2.0
        axes.set(yscale="log", xlabel="step", ylabel=r"$\sqrt{N}$ rms of $\delta m^o$", ylim=(low, high))
        axes.set_xlim(0, len(found.spread_predicted) - 1)
    handles, labels = every[0].get_legend_handles_labels()
    figure.legend(handles, labels, loc="outside lower center", ncols=min(5, len(labels)), title="$N$")
    return figure


def leaving_figure(points: Sequence[Point]) -> Figure | None:
    """Draw how long replicas stay near the orbit over N, where all left it; and the slope that λ_1 predicts.

    A cycle is not left by going far from it for a moment, so cycles are not drawn.
    """
    shown = [
        (number, point)
        for number, point in enumerate(points)
        if not point.answer.label.is_cycle and np.isfinite(point.networks.leaving).any()
    ]
    if not shown:
        return None
    figure = Figure(figsize=(5.0, 3.6), layout="constrained")
    axes = figure.subplots()
    for number, point in shown:
        found, style = point.networks, mark(number)
        axes.errorbar(found.n_spins, found.leaving, found.leaving_standard_error, ls="", label=title_of(point), **style)
        exponent, _ = point.leading_exponent
        usable = np.flatnonzero(found.leaving > PATIENCE)
        if point.answer.label.is_chaos and exponent > 0 and len(usable):
            logs = np.log(found.n_spins[usable])
            line = found.leaving[usable].mean() + (logs - logs.mean()) / (2.0 * exponent)
            axes.plot(found.n_spins[usable], line, color=style["color"], lw=0.8)
    axes.set(xscale="log", xlabel=N, ylabel=f"steps until {LEFT:.0%} of the extent off the orbit")
    axes.set_ylim(bottom=0)
    note = "lines: $\\ln N / 2\\lambda_1$ + const.\nbars: of the starts, which all $N$ share"
    axes.legend(title=note, fontsize="small", title_fontsize="small")
    return figure


def labels_figure(points: Sequence[Point]) -> Figure:
    """Draw which labels replicas have, in parts of a cell for each point and N; the mean field's to the right."""
    sizes = points[0].networks.n_spins
    figure = Figure(figsize=(1.8 + 0.75 * (len(sizes) + 1), 1.0 + 0.5 * len(points)), layout="constrained")
    axes = figure.subplots()
    for row, point in enumerate(points):
        columns = [*point.networks.labels, [point.label]]
        for column, labels in enumerate(columns):
            x = column + (0.3 if column == len(sizes) else 0.0)
            for label, count in sorted(Counter(labels).items()):
                width = 0.94 * count / len(labels)
                kind, *period = label.split()
                axes.barh(row, width, left=x, height=0.9, color=COLOURS[kind], lw=0)
                text = " ".join(period)
                axes.text(x + width / 2, row, text, ha="center", va="center", color="white", fontsize="small")
                x += width
    axes.set_xticks(np.append(np.arange(len(sizes)) + 0.47, len(sizes) + 0.77))
    axes.set_xticklabels([*map(power_of_ten, sizes), r"$\infty$"])
    names = [", ".join(f"{NETWORK[name].symbol} = {x:.7g}" for name, x in point.parameters.items()) for point in points]
    axes.set_yticks(range(len(points)), names)
    axes.invert_yaxis()
    axes.set_xlabel(N)
    for spine in axes.spines.values():
        spine.set_visible(False)
    axes.tick_params(length=0)
    there = {
        label.split()[0] for point in points for labels in [*point.networks.labels, [point.label]] for label in labels
    }
    handles = [mpl.patches.Patch(color=COLOURS[name], label=name) for name in COLOURS if name in there]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    return figure


def switching_figure(points: Sequence[Point]) -> Figure | None:
    """Draw the rates at which replicas leave the basins of coexisting attractors over N, with 95 % intervals."""
    shown = [point for point in points if point.switching is not None and len(point.switching.attractors) > 1]
    if not shown:
        return None
    figure, every = panels(shown, height=3.0)
    for point, axes in zip(shown, every, strict=True):
        found = point.switching
        assert found is not None
        for a, name in enumerate(found.attractors):
            style = mark(a)
            status = np.array([row[a].name for row in found.status])
            fitted, none, uneven = (status == one.name for one in SwitchingStatus)
            rate, low, high = found.rate[:, a], found.low[:, a], found.high[:, a]
            bars = np.maximum([rate - low, high - rate], 0.0)[:, fitted]
            axes.errorbar(found.n_spins[fitted], rate[fitted], bars, ls="", label=f"from {a}: {name}", **style)
            axes.plot(found.n_spins[none], high[none], ls="", marker="$\\downarrow$", ms=8, color=style["color"])
            drawn = uneven & np.isfinite(rate)
            axes.plot(found.n_spins[drawn], rate[drawn], ls="", marker="x", ms=5, color=style["color"])
        axes.set(xscale="log", yscale="log", xlabel=N, ylabel="jumps per step")
        axes.set_xlim(found.n_spins.min() / 2, found.n_spins.max() * 2)
        axes.legend(fontsize="small", title="arrows: none seen, 95 %\ncrosses: no single rate", title_fontsize="small")
    return figure


def analyses_figure(points: Sequence[Point]) -> Figure | None:
    """Draw what the 0-1 test, the lines, the correlation dimension and the sample entropy say over N."""
    shown = [(number, point) for number, point in enumerate(points) if point.networks.series]
    if not shown:
        return None
    figure = Figure(figsize=(7.0, 5.0), layout="constrained")
    every = figure.subplots(2, 2, sharex=True).ravel()
    names = ("0–1 test, $K$ of $m^o_1$", "share of variance in lines", DIMENSION, "sample entropy")
    for number, point in shown:
        found, style = point.networks.series, mark(number)
        sizes = sorted(n for n in found if n)
        x = np.array([*sizes, sizes[-1] * 100.0])
        ordered = [found[n] for n in [*sizes, 0]]
        rows = (
            [one.quick.growth.growth[0] for one in ordered],
            [one.quick.spectrum.line_share[0] for one in ordered],
            [one.dimension.value for one in ordered],
            [one.entropy.value for one in ordered],
        )
        for axes, y in zip(every, rows, strict=True):
            axes.plot(x[:-1], y[:-1], lw=0.6, **style)
            axes.plot(x[-1:], y[-1:], ls="", **style, label=title_of(point))
        doubtful = np.array([one.dimension.status not in SURE for one in ordered])
        every[2].plot(x[doubtful], np.array(rows[2])[doubtful], ls="", marker="x", ms=8, color="grey", zorder=0)
    for axes, name in zip(every, names, strict=True):
        axes.set(xscale="log", ylabel=name)
        axes.xaxis.set_major_locator(LogLocator(numticks=8))
        axes.yaxis.set_major_locator(MaxNLocator(5))
    for axes in every[2:]:
        axes.set_xticks(x, [*map(power_of_ten, sizes), r"$\infty$"])
        axes.minorticks_off()
        axes.set_xlabel(N)
    figure.legend(*every[0].get_legend_handles_labels(), loc="outside lower center", ncols=2, fontsize="small")
    return figure


FIGURES: dict[str, Callable[[Sequence[Point]], Figure | None]] = {
    "trajectories": trajectories_figure,
    "error": error_figure,
    "spread": spread_figure,
    "leaving": leaving_figure,
    "labels": labels_figure,
    "switching": switching_figure,
    "analyses": analyses_figure,
}
