"""Drawings of indicators of chaos."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from attractors.drawing.style import COLOURS
from attractors.indicators.alignment import Alignment
from attractors.indicators.zero_one import ZeroOneTest
from attractors.results import draws


@draws(ZeroOneTest)
def draw_growth(axes: Axes, answer: ZeroOneTest) -> None:
    """Draw K_c of the 0-1 test over the angle, with the median's interval for each component."""
    for k, interval, colour in zip(answer.by_angle.T, answer.interval, COLOURS, strict=False):
        axes.plot(answer.angles, k, ".", color=colour, ms=3)
        if np.isfinite(interval).all():
            axes.axhspan(*interval, color=colour, alpha=0.3)
    axes.set(xlabel="angle $c$ (radians per sample)", ylabel="growth $K_c$", ylim=(-1.1, 1.1))
    axes.set_title(f"0-1 test: {answer.status.name.lower()}", loc="left", fontsize=8)


@draws(Alignment)
def draw_alignment(axes: Axes, answer: Alignment) -> None:
    """Draw the alignment indices: over log t, where power laws are lines, or over t, where exponentials are."""
    colours = mpl.colormaps["inferno"](np.linspace(0, 0.8, max(3, answer.log_gali.shape[1])))
    exponential = answer.status.name in {"CHAOTIC", "ALIGNED"}
    for i, (logarithm, colour) in enumerate(zip(answer.log_gali.T, colours, strict=False)):
        law = f"rate {answer.rates[i]:.3g} ± {answer.rate_errors[i]:.1g}" if exponential else ""
        if answer.status.name == "REGULAR":
            law = rf"$t^{{{-answer.powers[i]:.2f} \pm {answer.power_errors[i]:.2f}}}$"
        axes.plot(answer.time, logarithm / np.log(10.0), color=colour, label=f"GALI$_{i + 2}$ {law}")
    if not exponential:
        axes.set_xscale("log")
    axes.set(xlabel="step $t$", ylabel=r"$\log_{10}$ GALI$_k$")
    axes.set_title(answer.status.name.lower(), loc="left", fontsize=8)
    axes.legend(loc="lower left", fontsize=7, borderaxespad=0.1)
