"""Orbits at some values of β side by side, for one column of a journal; and the published points beside ours."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.lines import Line2D

from attractors import Autocorrelation, Label, PowerSpectrum
from attractors.drawing.figure import Figure
from attractors.drawing.spectra import draw_autocorrelation, draw_spectrum
from attractors.drawing.time_series import draw_plane, draw_series
from sweeps.config.registry import Observable
from sweeps.figures.style import COLUMN, style_of
from sweeps.figures.sweep import COLOURS, Floats

SERIES = 100  # steps of a series that are drawn
LAGS = 60  # of the autocorrelation that are drawn
LARGE_MARKS = 1_000  # points of a cycle, up to which they are drawn large
MARK: Any = {"color": "#D55E00", "ls": "--", "lw": 0.7}  # the end of the context window, in each panel


@dataclass(frozen=True, eq=False)
class Orbit:
    """A piece of an orbit, on its attractor.

    Attributes
    ----------
    beta : float
    label : str
        Kind of the attractor, with the period if there is one.
    observed, samples : arrays, shape (n, M)
        What is seen of the states, and the states themselves.
    """

    beta: float
    label: str
    observed: Floats
    samples: Floats

    @property
    def colour(self) -> str:
        """That of the label."""
        return COLOURS[self.label.split()[0]]


@dataclass(frozen=True, eq=False)
class Remembered:
    """What the first observable of an orbit remembers: spectrum, share of power below 1/L, autocorrelation."""

    orbit: Orbit
    context: int
    spectrum: PowerSpectrum
    slow_share: float
    correlation: Autocorrelation


def planes_figure(orbits: Sequence[Orbit], quantity: str, symbols: Sequence[str]) -> Figure:
    """Draw components 2 and 3 over component 1, a row for each orbit.

    Parameters
    ----------
    orbits : sequence of Orbit
        With three components or more.
    quantity : {"observed", "samples"}
        What is drawn.
    symbols : sequence of str
        What its components are called.
    """
    with mpl.rc_context(style_of(COLUMN)):
        figure = Figure(figsize=(COLUMN, 0.2 + 1.3 * len(orbits)), layout="constrained")
        panels = figure.subplots(len(orbits), 2, squeeze=False)
        for i, (row, orbit) in enumerate(zip(panels, orbits, strict=True)):
            x: Floats = getattr(orbit, quantity)
            for axes, component in zip(row, (1, 2), strict=True):
                names = symbols[0], symbols[component]
                draw_plane(axes, x[:, 0], x[:, component], names)
                (points,) = axes.lines
                periodic = orbit.label.startswith((Label.periodic, Label.fixed_point))
                points.set(color=orbit.colour, markersize=2.5 if periodic else 0.6)
                axes.locator_params(axis="x", nbins=3, steps=[1, 2, 3, 4, 5, 10])
                axes.locator_params(axis="y", nbins=4)
                if i < len(orbits) - 1:
                    axes.set_xlabel("")
            row[0].set_title(rf"$\beta$ = {orbit.beta:.10g}: {orbit.label}", loc="left", fontsize=6.5, pad=3)
    return figure


def memory_figure(found: Sequence[Remembered], first: Observable) -> Figure:
    """Draw series, spectrum and autocorrelation of the first observable, the end of memory marked."""
    with mpl.rc_context(style_of(COLUMN)):
        figure = Figure(figsize=(COLUMN, 4.6), layout="constrained")
        panels = figure.subplots(3, len(found), squeeze=False, sharey="row")
        for column, one in zip(panels.T, found, strict=True):
            series, spectrum, correlation = column
            draw_series(series, one.orbit.observed[:SERIES, :1], [first.drawn])
            series.axvspan(0, one.context, color=MARK["color"], alpha=0.35, lw=0)
            series.get_legend().remove()
            title = f"$\\beta$ = {one.orbit.beta:.10g}:\n{one.orbit.label}"
            series.set_title(title, loc="left", fontsize=6.5, color=one.orbit.colour)
            draw_spectrum(spectrum, one.spectrum)
            spectrum.axvline(1 / one.context, **MARK)
            spectrum.set_ylim(top=10.0 * spectrum.get_ylim()[1])
            share = f"below $1/L$: {one.slow_share:.1%}\nof the variance"
            spectrum.set_title(share, loc="left", fontsize=6.5)
            draw_autocorrelation(correlation, one.correlation, n_lags=LAGS)
            correlation.get_legend().remove()
            correlation.set_title("")
            spectrum.lines[1].set_markersize(2.5)
            for axes in column:
                axes.set_ylabel("")
        panels[0, 0].set_ylabel(first.label)
        panels[1, 0].set_ylabel("power (part of the variance)")
        panels[2, 0].set(ylim=(-1.05, 1.05), yticks=np.linspace(-1, 1, 5), ylabel=r"autocorrelation $\rho(k)$")
        context = Line2D([], [], label=f"context window, $L$ = {found[0].context} steps; frequency $1/L$", **MARK)
        figure.legend(handles=[context], loc="outside upper left", borderaxespad=0.1)
    return figure


def published_figure(beta: Floats, published: Floats, ours: Floats, there: Floats) -> Figure:
    """Draw λ_1 (n,) as published, from the same start, and going on from where the published orbits ended, over β."""
    with mpl.rc_context(style_of(COLUMN)):
        figure = Figure(figsize=(COLUMN, 2.6), layout="constrained")
        axes = figure.subplots()
        axes.axhline(0, color="black", lw=0.5, zorder=0)
        marks: Any = {"ls": "", "mew": 0.8}
        axes.plot(beta, ours, "x", color="#999999", ms=3.5, label="ours, from the paper's start", **marks)
        axes.plot(beta, published, "o", mfc="none", color="#D55E00", ms=5, label="published average", **marks)
        axes.plot(beta, there, ".", color="#0072B2", ms=4, label="ours, going on from their end", ls="")
        axes.set(xlabel=r"$\beta$", ylabel=r"$\lambda_1$ (nats per step)")
        axes.ticklabel_format(axis="x", useOffset=False)
        axes.locator_params(axis="x", nbins=5)
        figure.legend(loc="outside upper left", ncols=1, borderaxespad=0.1)
    return figure
