"""Figures of Markov blankets: percentile bands against β, information over time, each beside what was published."""

from collections.abc import Sequence
from typing import Any, Protocol

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.lines import Line2D
from matplotlib.patches import Patch

from attractors.arrays import FloatArray
from attractors.drawing.figure import Figure
from sweeps.figures.style import STYLE, WIDE

COLOURS = ["#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]  # of Okabe and Ito
INFORMATION, PRODUCTION = r"$I(x;y\,|\,b)$ / nats", r"$\sigma$ / nats per step"
PUBLISHED: Any = {"color": "black", "ls": (0, (3, 2)), "lw": 0.7}
ROW = 2.2  # inches
ANY = -4  # in place of the number of a γ, where it decides nothing
LEFT = 0.5  # share of trajectories beyond the bins from which on a histogram tells nothing


class Banded(Protocol):
    """Percentiles 5, 25, 50, 75, 95 against β; see `sweeps.blanket.curves.Curves`."""

    @property
    def parameters(self) -> dict[str, float]:
        """What the networks have in common."""

    @property
    def title(self) -> str:
        """The same in words."""

    @property
    def beta(self) -> FloatArray:
        """Abscissa (n,)."""

    @property
    def information(self) -> FloatArray:
        """Percentiles (5, n), nats."""

    @property
    def entropy_production(self) -> FloatArray:
        """Percentiles (5, n), nats per step."""


class Timed(Protocol):
    """Information over time; see `sweeps.blanket.lorenz.LorenzCurve`."""

    @property
    def title(self) -> str:
        """What it is of."""

    @property
    def times(self) -> FloatArray:
        """Abscissa (n,)."""

    @property
    def nats(self) -> FloatArray:
        """Corrected for its bias (n,)."""

    @property
    def plug_in_nats(self) -> FloatArray:
        """Not corrected (n,)."""

    @property
    def alone(self) -> FloatArray:
        """Share of trajectories alone in their cell (n,)."""

    @property
    def outside(self) -> FloatArray:
        """Share of trajectories beyond the bins (n,)."""


def ising_figure(curves: Sequence[Banded], published: Sequence[Banded | None]) -> Figure:
    """Draw information above entropy production, a column for each case, what was published dashed."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(max(4.0, WIDE / 3 * len(curves)), 2 * ROW), layout="constrained")
        axes = figure.subplots(2, len(curves), squeeze=False, sharex=True)
        for column, (one, known) in enumerate(zip(curves, published, strict=True)):
            for row, name in enumerate(("information", "entropy_production")):
                _bands(axes[row, column], one.beta, getattr(one, name), COLOURS[column % len(COLOURS)])
                if known is not None:
                    axes[row, column].plot(known.beta, getattr(known, name).T, **PUBLISHED)
                axes[row, column].set_ylim(bottom=0.0)
            axes[0, column].set_title(_words(one.parameters), loc="left", fontsize=8, y=1.0, pad=14)
            axes[1, column].set_xlabel(r"$\beta$")
        axes[0, 0].set_ylabel(INFORMATION)
        axes[1, 0].set_ylabel(PRODUCTION)
        handles: list[Any] = [
            Line2D([], [], color="#555555", label="median"),
            Patch(color="#555555", alpha=0.45, lw=0, label="25–75 %"),
            Patch(color="#555555", alpha=0.2, lw=0, label="5–95 %"),
        ]
        if any(published):
            handles.append(Line2D([], [], label="published", **PUBLISHED))
        figure.legend(handles=handles, loc="outside lower center", ncols=4, fontsize=8)
    return figure


def attention_figure(curves: Sequence[Banded]) -> Figure:
    """Draw information above entropy production, a column for each L and ε, a line for each γ with its quartiles."""
    columns = list(dict.fromkeys((one.parameters["context"], one.parameters["epsilon"]) for one in curves))
    gammas = list(dict.fromkeys(one.parameters["gamma"] for one in curves))
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(max(4.0, WIDE / 3 * len(columns)), 2 * ROW), layout="constrained")
        axes = figure.subplots(2, len(columns), squeeze=False, sharex=True, sharey="row")
        for one in curves:
            column = columns.index((one.parameters["context"], one.parameters["epsilon"]))
            order = gammas.index(one.parameters["gamma"]) if one.parameters["context"] > 1 else ANY
            for row, values in enumerate((one.information, one.entropy_production)):
                colour = COLOURS[order % len(COLOURS)] if order != ANY else "#555555"
                axes[row, column].fill_between(one.beta, values[1], values[3], color=colour, alpha=0.15, lw=0)
                style = ["-", "--", ":", "-."][order % 4]
                axes[row, column].plot(one.beta, values[2], color=colour, ls=style)
        for column, (context, epsilon) in enumerate(columns):
            title = rf"$L$ = {context:g}, $\epsilon$ = {epsilon:g}" + (r", any $\gamma$" if context == 1 else "")
            axes[0, column].set_title(title, loc="left", fontsize=8)
            axes[1, column].set_xlabel(r"$\beta$")
            for row in range(2):
                axes[row, column].set_ylim(bottom=0.0)
        axes[0, 0].set_ylabel(INFORMATION)
        axes[1, 0].set_ylabel(PRODUCTION)
        handles: list[Any] = [
            Line2D(
                [],
                [],
                color=COLOURS[i % len(COLOURS)],
                ls=["-", "--", ":", "-."][i % 4],
                label=rf"$\gamma$ = {gamma:g}",
            )
            for i, gamma in enumerate(gammas)
        ]
        handles.append(Patch(color="#555555", alpha=0.2, lw=0, label="25–75 % of networks"))
        figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8)
    return figure


def lorenz_figure(curves: Sequence[Timed], published: FloatArray | None) -> Figure:
    """Draw information over time, corrected and not, what was published dashed; below it, how far to trust that."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDE, 3 * ROW), layout="constrained")
        above, below = figure.subplots(2, 1, sharex=True, height_ratios=(2, 1))
        for i, one in enumerate(curves):
            colour = COLOURS[i % len(COLOURS)]
            kept = slice(np.flatnonzero(one.outside <= LEFT).max(initial=0) + 1)  # then most have left for good
            above.plot(one.times[kept], one.nats[kept], color=colour, marker=".", ms=3)
            above.plot(one.times[kept], one.plug_in_nats[kept], color=colour, lw=0.6, ls=":")
            below.plot(one.times, one.alone, color=colour)
            below.plot(one.times, one.outside, color=colour, ls=":")
        handles = [Line2D([], [], color=COLOURS[i % len(COLOURS)], label=one.title) for i, one in enumerate(curves)]
        handles += [Line2D([], [], color="#555555", lw=0.6, ls=":", label="the same, bias not corrected")]
        if published is not None:
            above.plot(*published.T, **PUBLISHED)
            handles.append(Line2D([], [], label="published, bias not corrected", **PUBLISHED))
        above.legend(handles=handles, fontsize=7)
        above.set(ylabel=INFORMATION, ylim=(0.0, None))
        below.set(xlabel="time", ylabel="share of trajectories", ylim=(0.0, 1.0))
        shares = [Line2D([], [], color="#555555", label="alone in their cell")]
        shares.append(Line2D([], [], color="#555555", ls=":", label="beyond the bins"))
        below.legend(handles=shares, fontsize=7)
    return figure


def _bands(axes: Axes, beta: FloatArray, percentiles: FloatArray, colour: str) -> None:
    """Draw the median, and bands between the other percentiles."""
    axes.fill_between(beta, percentiles[0], percentiles[4], color=colour, alpha=0.2, lw=0)
    axes.fill_between(beta, percentiles[1], percentiles[3], color=colour, alpha=0.25, lw=0)
    axes.plot(beta, percentiles[2], color=colour)
    if np.abs(percentiles).max() < 1e-2:
        axes.ticklabel_format(axis="y", style="sci", scilimits=(0, 0), useMathText=True)


def _words(parameters: dict[str, float]) -> str:
    symbols = {"j0": "$J_0$", "dj": r"$\Delta J$"}
    return ", ".join(f"{symbols[name]} = {value:g}" for name, value in parameters.items())
