"""Drawings of spectra and correlations."""

import numpy as np
from matplotlib.axes import Axes

from attractors.drawing.style import COLOURS, GREY
from attractors.results import draws
from attractors.spectra.correlation import Autocorrelation
from attractors.spectra.periodogram import PowerSpectrum

LINES_MARKED = 6  # lines of a spectrum that are marked


@draws(PowerSpectrum)
def draw_spectrum(axes: Axes, spectrum: PowerSpectrum, component: int = 0) -> None:
    """Draw the power of one component over frequency, its strongest lines marked."""
    power, total = spectrum.power[1:, component], spectrum.power[:, component].sum()
    floor = max(power.max(initial=0.0) * 1e-14, 1e-300)
    axes.semilogy(spectrum.frequencies[1:], np.maximum(power, floor), color=COLOURS[0], lw=0.5, rasterized=True)
    lines = [line for line in spectrum.lines if line.component == component][:LINES_MARKED]
    axes.plot([line.frequency for line in lines], [line.power for line in lines], "v", color=COLOURS[1], ms=4)
    share = spectrum.line_share[component]
    known = total > 0.0 and np.isfinite(share)
    axes.set(xlabel="frequency (cycles per step)", ylabel="power (part of the variance)", xlim=(0.0, 0.51))
    axes.set_title(f"{share:.1%} of the variance in lines" if known else "", loc="left", fontsize=8)


@draws(Autocorrelation)
def draw_autocorrelation(axes: Axes, answer: Autocorrelation, component: int = 0, n_lags: int = 200) -> None:
    """Draw the correlation of one component over the lag, its 95 % band around 0, and the end of the context."""
    rho, errors = answer.correlation[: n_lags + 1, component], answer.standard_error[: n_lags + 1, component]
    lags = np.arange(len(rho))
    axes.fill_between(lags, -1.96 * errors, 1.96 * errors, color=GREY, alpha=0.3, lw=0, label="95 % of no correlation")
    axes.plot(lags, rho, color=COLOURS[0], marker="." if len(rho) < 60 else "", ms=3)
    if answer.memory is not None:
        axes.axvline(answer.memory.context, color=COLOURS[1], ls="--", label="end of the context window")
    time, error = answer.integrated_time[component], answer.integrated_time_error[component]
    axes.set(
        xlabel="lag $k$ (steps)", ylabel=r"autocorrelation $\rho(k)$", ylim=(-1.1, 1.7), yticks=(-1, -0.5, 0, 0.5, 1)
    )
    if np.isfinite(time):
        axes.set_title(rf"$\tau$ = {time:.3g} ± {error:.1g} steps", loc="left", fontsize=8)
    axes.legend(loc="upper right", fontsize=7, borderaxespad=0.1)
