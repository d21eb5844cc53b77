"""Drawings of answers that are single numbers: what each was compared with, into axes that are given."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from attractors.birkhoff import BY_CHANCE, FAR_FROM_CHANCE, BirkhoffAverage
from attractors.complexity import SampleEntropy
from attractors.periodicity import Period
from attractors.plotting import COLOURS, GREY
from attractors.quasiperiodicity import RotationNumber
from attractors.series import as_series


def draw_digits(axes: Axes, answer: BirkhoffAverage) -> None:
    """Draw the digits to which the average of each component has converged, and where chaos and regular motion lie."""
    chance = answer.digits_by_chance
    axes.bar(np.arange(1, len(answer.digits) + 1), np.nan_to_num(answer.digits), width=0.6, color=COLOURS[0])
    axes.axhspan(0.0, chance + BY_CHANCE, color=GREY, alpha=0.3, lw=0, label="as by chance")
    axes.axhline(chance + FAR_FROM_CHANCE, color=COLOURS[1], ls="--", label="regular from here on")
    axes.set(xlabel="component", ylabel="digits of its average", xticks=np.arange(1, len(answer.digits) + 1))
    axes.set_title(f"Birkhoff average: {answer.status.name.lower()}", loc="left", fontsize=8)
    axes.legend(loc="upper right", fontsize=7)


def draw_recurrence(axes: Axes, answer: Period, samples: npt.ArrayLike | None = None) -> None:
    """Draw by how much the samples (n,) or (n, m) differ from those a period before; without one, from the last."""
    if samples is None:
        raise ValueError("a Period does not keep the series: give it to be drawn, answer.plot(samples=series)")
    samples = as_series(samples, at_least=answer.n_checked)
    p = answer.period or answer.settling_period
    difference = samples[p:] - samples[:-p] if p else samples[:-1] - samples[-1]
    size = np.abs(difference).max(axis=1)
    floor = max(float(size.max(initial=0.0)) * 1e-18, 1e-300)
    axes.semilogy(np.arange(len(size)), np.maximum(size, floor), ".", color="black", ms=1.5, mew=0, rasterized=True)
    axes.set(xlabel="step $t$", ylabel=rf"$|x_{{t+{p}}} - x_t|$" if p else r"$|x_t - x_n|$")
    said = f"period {answer.period}" if answer.period else answer.status.name.lower()
    axes.set_title(said, loc="left", fontsize=8)


def draw_rotation(axes: Axes, answer: RotationNumber) -> None:
    """Draw a rotation number with 5 errors on each side, among the fractions p/r up to the one that is not excluded."""
    orders = np.arange(1, min(answer.resonance.denominator, 200) + 1)
    axes.plot(orders, np.abs(np.round(answer.value * orders) / orders - answer.value), ".", color=COLOURS[0], ms=3)
    axes.axhspan(0.0, 5.0 * answer.error, color=COLOURS[1], alpha=0.4, lw=0, label="5 errors")
    axes.set_yscale("log")
    axes.set(xlabel="order $r$ of the resonance", ylabel=r"$|\rho - p/r|$")
    axes.set_title(rf"$\rho$ = {answer.value:.9g}: {answer.status.name.lower()}", loc="left", fontsize=8)
    axes.legend(loc="upper right", fontsize=7)


def draw_matches(axes: Axes, answer: SampleEntropy) -> None:
    """Draw how many pairs of templates match, and how many of them go on to match."""
    names = [f"{answer.dimension} values", f"{answer.dimension + 1} values"]
    axes.bar(names, answer.matches, width=0.5, color=COLOURS[:2])
    axes.set(xlabel="templates of", ylabel="pairs that match", yscale="log")
    axes.set_title(f"sample entropy {answer.value:.3g} ± {answer.standard_error:.1g} nats", loc="left", fontsize=8)
