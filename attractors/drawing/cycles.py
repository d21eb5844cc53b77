"""Drawings of cycles continued: branches over a parameter, curves of bifurcations over two."""

from collections.abc import Sequence

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from attractors.arrays import FloatArray
from attractors.continuation.cycles.critical import Kind
from attractors.continuation.cycles.walks import CycleBranch
from attractors.continuation.two_parameters.curves import BifurcationCurve
from attractors.drawing.figure import Figure
from attractors.drawing.style import GREY, STYLE
from attractors.results import draws

MARKS = {Kind.LP: ("o", "#D55E00"), Kind.PD: ("s", "#0072B2"), Kind.NS: ("^", "#009E73"), Kind.BP: ("D", "#CC79A7")}
OTHER = ("*", "#000000")
STABLE = "#000000"


@draws(CycleBranch)
def draw_cycle_branch(axes: Axes, branch: CycleBranch, symbol: str = "$x_1$", name: str = "") -> None:
    """Draw the first variable of all points of a cycle over the parameter: stable full, unstable thin and grey."""
    draw_lines(axes, branch, branch.points[:, :, 0])
    axes.set(xlabel=name or branch.name, ylabel=symbol)


@draws(BifurcationCurve)
def draw_bifurcation_curve(axes: Axes, curve: BifurcationCurve, names: tuple[str, str] | None = None) -> None:
    """Draw a curve over both parameters, and the points of codimension two on it with their names."""
    _, colour = MARKS.get(curve.kind, OTHER)
    axes.plot(*curve.parameters.T, color=colour, label=f"{curve.kind}, period {curve.period}")
    for point in curve.special:
        axes.plot(*point.parameters, "o", color=colour, ms=3)
        at = (float(point.parameters[0]), float(point.parameters[1]))
        axes.annotate(str(point.kind), at, xytext=(3, 3), textcoords="offset points", fontsize=7)
    axes.set(xlabel=(names or curve.names)[0], ylabel=(names or curve.names)[1])


def draw_lines(axes: Axes, branch: CycleBranch, heights: FloatArray) -> None:
    """Draw heights (n, p) of a branch's cycles over the parameter, and its bifurcations where the branch has them."""
    edges = np.flatnonzero(np.diff(branch.stable)) + 1
    for part in np.split(np.arange(len(branch.stable)), edges):
        whole = np.append(part, part[-1] + 1) if part.size and part[-1] + 1 < len(branch.stable) else part
        is_stable = bool(part.size and branch.stable[part[0]])
        colour, width = (STABLE, 0.9) if is_stable else (GREY, 0.3)
        axes.plot(branch.parameters[whole], heights[whole], color=colour, lw=width, rasterized=True)
    for point, place in zip(branch.bifurcations, branch.places, strict=True):
        marker, colour = MARKS.get(point.kind, OTHER)
        here = heights[min(int(place), len(heights) - 1)]
        axes.plot(
            np.full(len(here), point.parameter),
            here,
            marker,
            color=colour,
            ms=2.2 if len(here) < 40 else 1.0,
            mew=0,
            ls="",
        )


def bifurcations_page(
    branches: Sequence[CycleBranch],
    heights: Sequence[FloatArray],
    *,
    orbit: tuple[FloatArray, FloatArray] | None = None,
    name: str = "parameter",
    symbol: str = "$x_1$",
    title: str = "",
) -> Figure:
    """Draw branches of cycles over the orbit diagram.

    Parameters
    ----------
    branches : sequence of CycleBranch
    heights : sequence of arrays (n, p)
        What is drawn of each: one number for each point of its cycles.
    orbit : tuple of arrays (k,), (k,), optional
        Parameter and height of orbits' samples, drawn below.
    name, symbol, title : str
        Of the parameter, of the heights, and what stands above.

    Returns
    -------
    Figure
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 4.6), layout="constrained")
        axes = figure.subplots()
        if orbit is not None:
            axes.plot(*orbit, ",", color="#9ECAE9", rasterized=True, zorder=0)
            axes.set_xlim(float(orbit[0].min()), float(orbit[0].max()))
            extent = np.ptp(orbit[1])
            axes.set_ylim(float(orbit[1].min() - 0.1 * extent), float(orbit[1].max() + 0.1 * extent))
        for branch, rows in zip(branches, heights, strict=True):
            draw_lines(axes, branch, rows)
        kinds = {point.kind for branch in branches for point in branch.bifurcations}
        handles = [
            Line2D([], [], ls="", marker=MARKS[kind][0], color=MARKS[kind][1], ms=4, mew=0, label=kind.value)
            for kind in MARKS
            if kind in kinds
        ]
        handles += [Line2D([], [], color=STABLE, label="stable"), Line2D([], [], color=GREY, lw=0.4, label="unstable")]
        figure.legend(handles=handles, loc="outside lower center", ncols=6, fontsize=7)
        axes.set(xlabel=name, ylabel=symbol)
        axes.ticklabel_format(axis="x", useOffset=False)
        axes.set_title(title, loc="left")
    return figure
