"""Drawings of a recorded series, and of what it alone tells."""

from collections.abc import Sequence

import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D

from attractors.arrays import FloatArray
from attractors.drawing.style import COLOURS, GREY, _draw_power, _exponent_as_title
from attractors.results import draws
from attractors.time_series.embedding import FalseNeighbours, MutualInformation
from attractors.time_series.entropy import SampleEntropy
from attractors.time_series.fluctuations import FluctuationExponent
from attractors.time_series.lyapunov_from_data import SeriesExponents

SAMPLES_DRAWN = 300  # samples of the series that are drawn


POINTS_DRAWN = 20_000  # samples of a portrait


def draw_series(axes: Axes, samples: FloatArray, symbols: Sequence[str]) -> None:
    """Draw the last samples of the first three components of a series (n, m)."""
    t = np.arange(len(samples))[-SAMPLES_DRAWN:]
    for x, colour, symbol in zip(samples.T, COLOURS, symbols, strict=False):
        axes.plot(t, x[-SAMPLES_DRAWN:], color=colour, label=symbol)
    axes.set(xlabel="step $t$", ylabel="series")
    axes.margins(x=0.01)
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)


def draw_plane(axes: Axes, x: FloatArray, y: FloatArray, symbols: tuple[str, str]) -> None:
    """Draw points of one component (n,) over another."""
    axes.plot(x[-POINTS_DRAWN:], y[-POINTS_DRAWN:], ".", color="black", ms=1.2, mew=0, rasterized=True)
    axes.set(xlabel=symbols[0], ylabel=symbols[1])


def draw_portrait(axes: Axes3D, samples: FloatArray, symbols: Sequence[str]) -> None:
    """Draw points of three components (n, 3) in space, the third also as a colour."""
    x, y, z = samples[-POINTS_DRAWN:, :3].T
    axes.scatter(x, y, z, c=z, s=0.6, cmap="cividis", lw=0, rasterized=True)
    axes.set(xlabel=symbols[0], ylabel=symbols[1], zlabel=symbols[2])
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(3))
        axis.labelpad = -8.0  # labels stand far outside of the box, and would leave the figure
    axes.tick_params(labelsize=6, pad=-3)
    axes.set_box_aspect((1.0, 1.0, 0.9), zoom=0.85)


@draws(FluctuationExponent)
def draw_fluctuations(axes: Axes, answer: FluctuationExponent) -> None:
    """Draw fluctuations over the size of the window, and the line through the range that was chosen."""
    axes.loglog(answer.sizes, answer.fluctuations, ".", color=COLOURS[0], ms=4)
    axes.set(xlabel="window $s$ (samples)", ylabel="fluctuation $F(s)$")
    axes.tick_params(axis="both", which="minor", labelbottom=False, labelleft=False)
    _draw_power(axes, answer.sizes.astype(np.float64), answer.fluctuations, answer.value, answer.range)
    _exponent_as_title(axes, "exponent", answer.value, answer.standard_error, answer.range)


@draws(MutualInformation)
def draw_information(axes: Axes, answer: MutualInformation) -> None:
    """Draw mutual information over the lag, with two standard errors, and the delay."""
    lags = np.arange(len(answer.information))[1:]
    low, high = (answer.information + sign * 2.0 * answer.standard_error for sign in (-1.0, 1.0))
    axes.fill_between(lags, low[1:], high[1:], color=COLOURS[0], alpha=0.3, lw=0)
    axes.plot(lags, answer.information[1:], ".-", color=COLOURS[0], ms=3)
    axes.axvline(answer.delay, color=COLOURS[1], ls="--")
    axes.set(xlabel="lag (samples)", ylabel="mutual information (nats)", ylim=(0.0, None))
    axes.set_title(f"delay {answer.delay}, {answer.status.words}", loc="left", fontsize=8)


@draws(FalseNeighbours)
def draw_false_neighbours(axes: Axes, answer: FalseNeighbours) -> None:
    """Draw the share of false neighbours over the dimension, with the 1 % below which there are none."""
    d = np.arange(1, len(answer.shares) + 1)
    axes.errorbar(d, answer.shares, 2.0 * answer.standard_error, fmt="o-", color=COLOURS[0], ms=3, capsize=2)
    axes.axhline(0.01, color=GREY, ls=":")
    axes.set(xlabel="dimension", ylabel="false neighbours", xticks=d, ylim=(-0.02, 1.05))
    known = f"dimension {answer.dimension}" if answer.dimension else "not reached"
    axes.set_title(f"delay {answer.delay}: {known}", loc="left", fontsize=8)


@draws(SeriesExponents)
def draw_divergence(axes: Axes, answer: SeriesExponents) -> None:
    """Draw how far neighbours part in k steps, and the slope that was taken."""
    k = np.arange(len(answer.divergence))
    axes.plot(k, answer.divergence, "o-", color=COLOURS[0], ms=3)
    if answer.fitted:
        fitted, y = k[1 : answer.fitted + 1], answer.divergence[1 : answer.fitted + 1]
        axes.plot(fitted, y.mean() + answer.exponents[0] * (fitted - fitted.mean()), color=COLOURS[1], lw=1.5)
    axes.set(xlabel="steps $k$", ylabel="mean log distance")
    value, error = answer.exponents[0], answer.standard_errors[0]
    known = rf"$\lambda_1$ = {value:.3f} ± {error:.1g}" if np.isfinite(value) else "no range"
    axes.set_title(known, loc="left", fontsize=8)


@draws(SampleEntropy)
def draw_matches(axes: Axes, answer: SampleEntropy) -> None:
    """Draw how many pairs of templates match, and how many of them go on to match."""
    names = [f"{answer.dimension} values", f"{answer.dimension + 1} values"]
    axes.bar(names, answer.matches, width=0.5, color=COLOURS[:2])
    axes.set(xlabel="templates of", ylabel="pairs that match", yscale="log")
    axes.set_title(f"sample entropy {answer.value:.3g} ± {answer.standard_error:.1g} nats", loc="left", fontsize=8)
