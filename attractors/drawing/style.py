"""Colours, sizes and settings of all drawings, and how a power law is marked in them."""

from contextlib import AbstractContextManager
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from attractors.arrays import FloatArray

SIZE = (4.8, 3.2)  # inches, of a figure with one drawing
COLOURS = ("#0072B2", "#D55E00", "#009E73")  # of Okabe and Ito, told apart with any kind of colour vision


GREY = "#808080"


STYLE: Any = {
    "font.size": 8,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "lines.linewidth": 0.8,
    "pdf.fonttype": 42,  # letters stay letters: journals ask for it
}


def _draw_power(axes: Axes, x: FloatArray, y: FloatArray, exponent: float, ends: tuple[float, float]) -> None:
    """Draw a power law through the middle of the points between two ends."""
    inside = (x >= ends[0]) & (x <= ends[1])
    if inside.any() and np.isfinite(exponent):
        log_x, log_y = np.log(x[inside]), np.log(y[inside])
        axes.plot(x[inside], np.exp(log_y.mean() + exponent * (log_x - log_x.mean())), color=COLOURS[1])


def _exponent_as_title(axes: Axes, name: str, value: float, error: float, ends: tuple[float, float]) -> None:
    """Shade the range, and give the exponent with its error above."""
    if np.isfinite(value) and ends[1] > ends[0]:
        axes.axvspan(*ends, color=COLOURS[1], alpha=0.15, lw=0)
    text = f"{value:.3f} ± {error:.1g}" if np.isfinite(value) else "no range"
    axes.set_title(f"{name}: {text}", loc="left", fontsize=8)


def styled() -> AbstractContextManager[None]:
    """Return the context in which drawings are made."""
    context: AbstractContextManager[None] = mpl.rc_context(STYLE)
    return context


def axes_of_a_new_figure() -> Axes:
    """Return axes in the style of drawings, of a figure that a notebook shows."""
    from matplotlib import pyplot  # noqa: PLC0415 - it chooses a window system, which files do not need

    # Outside of the style: what a notebook sets when its first figure is made must not end with the style.
    figure = pyplot.figure(figsize=SIZE, layout="constrained")
    with styled():
        return figure.subplots()
