"""Drawings of branches over a parameter, with the shares of their basins."""

from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D

from attractors.arrays import FloatArray
from attractors.continuation.branches import Branches
from attractors.drawing.figure import Figure
from attractors.drawing.multistability import SEVERAL, kind_in_words
from attractors.drawing.style import GREY, STYLE
from attractors.results import draws

OTHERS = "#B0B0B0"
POINTS_PER_VALUE = 200  # samples of a branch that are drawn at each value of the parameter


@draws(Branches)
def draw_branches(axes: Axes, branches: Branches, symbol: str = "$x_1$") -> None:
    """Draw where each branch is, in its colour: full where starts find it, hollow where only continuation does.

    Ranges of hysteresis are shaded.
    """
    size = float(np.clip(120 / len(branches.parameters), 1.6, 4.0))
    for low, high in branches.hysteresis:
        axes.axvspan(low, high, color=GREY, alpha=0.12, lw=0)
    for colour, branch in zip(_colours(branches), branches.branches, strict=True):
        if not np.isfinite(branch.windows[0]).all():
            continue
        for value, share, window in zip(branch.parameters, branch.shares, branch.windows, strict=True):
            points = np.unique(window[-POINTS_PER_VALUE:, 0].round(12))
            style: Any = {"ms": size, "mew": 0} if share > 0.0 else {"ms": 1.5 * size, "mew": 0.4, "mfc": "none"}
            marker = "." if share > 0.0 else "o"
            axes.plot(np.full(len(points), value), points, marker, color=colour, ls="", rasterized=True, **style)
    axes.set_ylabel(symbol)


def draw_basins(axes: Axes, branches: Branches) -> None:
    """Draw the shares of starts of all branches, stacked; undetermined ones hatched on top."""
    edges = _edges(branches.parameters)
    below = np.zeros(len(branches.parameters))
    for colour, branch in zip(_colours(branches), branches.branches, strict=True):
        shares = np.zeros(len(below))
        shares[branch.indices] = branch.shares
        axes.stairs(below + shares, edges, baseline=below, fill=True, color=colour, alpha=0.75, lw=0)
        below = below + shares
    axes.stairs(below + branches.undetermined, edges, baseline=below, fill=False, color=GREY, lw=0.5, hatch="////")
    axes.set(ylabel="share of starts", ylim=(0.0, 1.0), xlim=(edges[0], edges[-1]))


def branches_page(
    branches: Branches,
    *,
    name: str = "parameter",
    symbol: str = "$x_1$",
    title: str = "",
) -> Figure:
    """Draw all branches on one page.

    Parameters
    ----------
    branches : Branches
        What `follow_attractors` found.
    name, symbol : str
        Of the parameter, and of the orbits' first component, which is drawn.
    title : str
        Stands above.

    Returns
    -------
    Figure
        Where the branches are, with ranges of hysteresis shaded and bifurcations marked; shares of their basins; λ_1.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 6.4), layout="constrained")
        above, middle, below = figure.subplots(3, 1, sharex=True, height_ratios=(2.2, 1.0, 1.0))
        draw_branches(above, branches, symbol)
        above.set_title(title, loc="left")
        draw_basins(middle, branches)
        for colour, branch in zip(_colours(branches), branches.branches, strict=True):
            below.plot(branch.parameters, branch.exponents, color=colour, marker=".", ms=3)
            for event in (branch.begins, *branch.changes, branch.ends):
                if np.isfinite(event.estimate):
                    above.axvline(event.estimate, color=colour, ls=":", lw=0.7)
                    above.annotate(
                        event.kind,
                        (event.estimate, 1.0),
                        xycoords=("data", "axes fraction"),
                        xytext=(1, -2),
                        textcoords="offset points",
                        rotation=90,
                        va="top",
                        fontsize=6,
                        color=colour,
                    )
        below.axhline(0.0, color="black", lw=0.5)
        below.set(xlabel=name, ylabel=r"$\lambda_1$ (nats per step)")
        below.ticklabel_format(axis="x", useOffset=False)
        figure.legend(handles=_named(branches), loc="outside lower center", ncols=3, fontsize=7)
    return figure


def _colours(branches: Branches) -> list[str]:
    """Colours of branches: those of the most values have their own, all others share one."""
    longest = sorted(range(len(branches.branches)), key=lambda i: -len(branches.branches[i].indices))
    own = dict(zip(longest, SEVERAL, strict=False))
    return [own.get(number, OTHERS) for number in range(len(branches.branches))]


def _named(branches: Branches) -> list[Line2D]:
    """Say of each branch what it is, for a legend."""
    handles, colours = [], _colours(branches)
    for colour, branch in zip(colours, branches.branches, strict=True):
        if colour != OTHERS:
            kinds = list(dict.fromkeys(map(kind_in_words, branch.labels, branch.periods.tolist())))
            text = ", ".join(kinds[:3]) + ", …" * (len(kinds) > 3)
            handles.append(Line2D([], [], ls="", marker="s", color=colour, label=text))
    n_others = colours.count(OTHERS)
    if n_others:
        handles.append(Line2D([], [], ls="", marker="s", color=OTHERS, label=f"{n_others} short branches more"))
    return handles


def _edges(values: FloatArray) -> FloatArray:
    """Borders of cells around ascending values."""
    if len(values) == 1:
        return np.array([values[0] - 0.5, values[0] + 0.5])
    middle = 0.5 * (values[1:] + values[:-1])
    return np.concatenate([[1.5 * values[0] - 0.5 * values[1]], middle, [1.5 * values[-1] - 0.5 * values[-2]]])
