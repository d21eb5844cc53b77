"""Drawings of tori: frequencies, rotation numbers, averages."""

import numpy as np
from matplotlib.axes import Axes

from attractors.drawing.style import COLOURS, GREY
from attractors.results import draws
from attractors.tori.birkhoff import BY_CHANCE, FAR_FROM_CHANCE, BirkhoffAverage
from attractors.tori.frequencies import Torus
from attractors.tori.rotation import RotationNumber


@draws(Torus)
def draw_torus(axes: Axes, answer: Torus) -> None:
    """Draw the share of the variance in each line, and name the frequencies of the basis."""
    if len(answer.lines):
        axes.stem(answer.lines[:, 0], answer.lines[:, 2], basefmt=" ", linefmt=COLOURS[0])
        axes.set_yscale("log")
    for f, error in zip(answer.frequencies, answer.errors, strict=True):
        axes.axvline(f, color=COLOURS[1], ls=":", label=f"$f$ = {f:.9g} ± {error:.1g}")
    axes.set(xlabel="frequency (cycles per step)", ylabel="share of the variance", xlim=(0.0, 0.51))
    axes.set_title(f"{answer.status.words}, {answer.pieces} pieces", loc="left", fontsize=8)
    if answer.frequencies.size:
        axes.legend(loc="upper right", fontsize=7)


@draws(BirkhoffAverage)
def draw_digits(axes: Axes, answer: BirkhoffAverage) -> None:
    """Draw the digits to which the average of each component has converged, and where chaos and regular motion lie."""
    chance = answer.digits_by_chance
    axes.bar(np.arange(1, len(answer.digits) + 1), np.nan_to_num(answer.digits), width=0.6, color=COLOURS[0])
    axes.axhspan(0.0, chance + BY_CHANCE, color=GREY, alpha=0.3, lw=0, label="as by chance")
    axes.axhline(chance + FAR_FROM_CHANCE, color=COLOURS[1], ls="--", label="regular from here on")
    axes.set(xlabel="component", ylabel="digits of its average", xticks=np.arange(1, len(answer.digits) + 1))
    axes.set_title(f"Birkhoff average: {answer.status.name.lower()}", loc="left", fontsize=8)
    axes.legend(loc="upper right", fontsize=7)


@draws(RotationNumber)
def draw_rotation(axes: Axes, answer: RotationNumber) -> None:
    """Draw a rotation number with 5 errors on each side, among the fractions p/r up to the one that is not excluded."""
    orders = np.arange(1, min(answer.resonance.denominator, 200) + 1)
    axes.plot(orders, np.abs(np.round(answer.value * orders) / orders - answer.value), ".", color=COLOURS[0], ms=3)
    axes.axhspan(0.0, 5.0 * answer.error, color=COLOURS[1], alpha=0.4, lw=0, label="5 errors")
    axes.set_yscale("log")
    axes.set(xlabel="order $r$ of the resonance", ylabel=r"$|\rho - p/r|$")
    axes.set_title(rf"$\rho$ = {answer.value:.9g}: {answer.status.name.lower()}", loc="left", fontsize=8)
    axes.legend(loc="upper right", fontsize=7)
