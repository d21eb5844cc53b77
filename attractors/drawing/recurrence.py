"""Drawings of cycles: how they recur, and whether they attract."""

import numpy as np
import numpy.typing as npt
from matplotlib.axes import Axes

from attractors.drawing.style import COLOURS, GREY
from attractors.recurrence.cycles import Cycle
from attractors.recurrence.period import Period
from attractors.results import draws
from attractors.series import as_series


@draws(Cycle)
def draw_multipliers(axes: Axes, cycle: Cycle) -> None:
    """Draw the multipliers of a cycle in the complex plane, with the unit circle."""
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    axes.plot(np.cos(angle), np.sin(angle), color=GREY)
    axes.plot(cycle.multipliers.real, cycle.multipliers.imag, "o", color=COLOURS[1], ms=4)
    axes.set(xlabel=r"Re $\mu$", ylabel=r"Im $\mu$", aspect="equal")
    axes.set_title(f"period {cycle.period}, {cycle.stability}; nearest: {cycle.bifurcation}", loc="left", fontsize=8)


@draws(Period)
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
