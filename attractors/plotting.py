"""Drawings of results, each into axes that are given; and one page of them all."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D

from attractors.analysis import Analysis
from attractors.autocorrelation import Autocorrelation
from attractors.cycles import Cycle
from attractors.exponents import LyapunovSpectrum
from attractors.quasiperiodicity import Torus
from attractors.spectra import PowerSpectrum
from attractors.system import FloatArray
from attractors.zero_one import ZeroOneTest

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
FEW = 300  # samples of the series that are drawn
CLOUD = 20_000  # samples of a portrait
NAMED = 6  # lines of a spectrum that are marked


def draw_series(axes: Axes, samples: FloatArray, symbols: Sequence[str]) -> None:
    """Draw the last samples of the first three components of a series (n, m)."""
    t = np.arange(len(samples))[-FEW:]
    for x, colour, symbol in zip(samples.T, COLOURS, symbols, strict=False):
        axes.plot(t, x[-FEW:], color=colour, label=symbol)
    axes.set(xlabel="step $t$", ylabel="series")
    axes.margins(x=0.01)
    axes.ticklabel_format(axis="x", useOffset=False)
    axes.legend(ncols=3, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)


def draw_plane(axes: Axes, x: FloatArray, y: FloatArray, symbols: tuple[str, str]) -> None:
    """Draw points of one component (n,) over another."""
    axes.plot(x[-CLOUD:], y[-CLOUD:], ".", color="black", ms=1.2, mew=0, rasterized=True)
    axes.set(xlabel=symbols[0], ylabel=symbols[1])


def draw_portrait(axes: Axes3D, samples: FloatArray, symbols: Sequence[str]) -> None:
    """Draw points of three components (n, 3) in space, the third also as a colour."""
    x, y, z = samples[-CLOUD:, :3].T
    axes.scatter(x, y, z, c=z, s=0.6, cmap="cividis", lw=0, rasterized=True)
    axes.set(xlabel=symbols[0], ylabel=symbols[1], zlabel=symbols[2])
    for axis in (axes.xaxis, axes.yaxis, axes.zaxis):
        axis.set_major_locator(MaxNLocator(3))
        axis.labelpad = -8.0  # labels stand far outside of the box, and would leave the figure
    axes.tick_params(labelsize=6, pad=-3)
    axes.set_box_aspect((1.0, 1.0, 0.9), zoom=0.85)


def draw_spectrum(axes: Axes, spectrum: PowerSpectrum, component: int = 0) -> None:
    """Draw the power of one component over frequency, its strongest lines marked."""
    power, total = spectrum.power[1:, component], spectrum.power[:, component].sum()
    floor = max(power.max(initial=0.0) * 1e-14, 1e-300)
    axes.semilogy(spectrum.frequencies[1:], np.maximum(power, floor), color=COLOURS[0], lw=0.5, rasterized=True)
    lines = [line for line in spectrum.lines if line.component == component][:NAMED]
    axes.plot([line.frequency for line in lines], [line.power for line in lines], "v", color=COLOURS[1], ms=4)
    share = spectrum.line_share[component]
    known = total > 0.0 and np.isfinite(share)
    axes.set(xlabel="frequency (cycles per step)", ylabel="power (part of the variance)", xlim=(0.0, 0.5))
    axes.set_title(f"{share:.1%} of the variance in lines" if known else "", loc="left", fontsize=8)


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


def draw_growth(axes: Axes, answer: ZeroOneTest) -> None:
    """Draw K_c of the 0-1 test over the angle, with the median's interval for each component."""
    for k, interval, colour in zip(answer.by_angle.T, answer.interval, COLOURS, strict=False):
        axes.plot(answer.angles, k, ".", color=colour, ms=3)
        if np.isfinite(interval).all():
            axes.axhspan(*interval, color=colour, alpha=0.3)
    axes.set(xlabel="angle $c$ (radians per sample)", ylabel="growth $K_c$", ylim=(-1.1, 1.1))
    axes.set_title(f"0-1 test: {answer.status.name.lower()}", loc="left", fontsize=8)


def draw_torus(axes: Axes, answer: Torus) -> None:
    """Draw the share of the variance in each line, and name the frequencies of the basis."""
    if len(answer.lines):
        axes.stem(answer.lines[:, 0], answer.lines[:, 2], basefmt=" ", linefmt=COLOURS[0])
        axes.set_yscale("log")
    for f, error in zip(answer.frequencies, answer.errors, strict=True):
        axes.axvline(f, color=COLOURS[1], ls=":", label=f"$f$ = {f:.9g} ± {error:.1g}")
    axes.set(xlabel="frequency (cycles per step)", ylabel="share of the variance", xlim=(0.0, 0.51))
    axes.set_title(f"{answer.status.name.lower().replace('_', ' ')}, {answer.pieces} pieces", loc="left", fontsize=8)
    if answer.frequencies.size:
        axes.legend(loc="upper right", fontsize=7)


def draw_history(axes: Axes, spectrum: LyapunovSpectrum) -> None:
    """Draw how the running averages of the exponents settled, with two standard errors on each side."""
    history = spectrum.history()
    colours = mpl.colormaps["inferno"](np.linspace(0, 0.8, max(3, len(spectrum.exponents))))
    for x, error, colour in zip(history.exponents.T, history.standard_errors.T, colours, strict=False):
        axes.plot(history.n_steps, x, color=colour)
        axes.fill_between(history.n_steps, x - 2 * error, x + 2 * error, color=colour, alpha=0.25, lw=0)
    axes.axhline(0.0, color="black", lw=0.5)
    axes.set(xlabel="steps averaged", ylabel=r"$\lambda$ (nats per step)")


def draw_multipliers(axes: Axes, cycle: Cycle) -> None:
    """Draw the multipliers of a cycle in the complex plane, with the unit circle."""
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    axes.plot(np.cos(angle), np.sin(angle), color=GREY)
    axes.plot(cycle.multipliers.real, cycle.multipliers.imag, "o", color=COLOURS[1], ms=4)
    axes.set(xlabel=r"Re $\mu$", ylabel=r"Im $\mu$", aspect="equal")
    axes.set_title(f"period {cycle.period}, {cycle.stability}; nearest: {cycle.bifurcation}", loc="left", fontsize=8)


def page(samples: FloatArray, analysis: Analysis, *, symbols: Sequence[str] = (), title: str = "") -> Figure:
    """Draw a series (n, m) and what was found in it on one page.

    Parameters
    ----------
    samples : array, shape (n, m)
        The series.
    analysis : Analysis
        What `analyse` says of it.
    symbols : sequence of str
        Names of the components; $x_1$, $x_2$, … if not given.
    title : str
        Stands above; what the analyses say together is added.

    Returns
    -------
    Figure
        Series; two planes (successive samples, if there is one component), and a portrait of three; spectrum and
        autocorrelation of the first component, and the 0-1 test.
    """
    m = samples.shape[1]
    names = [*symbols] or [f"$x_{i + 1}$" for i in range(m)]
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 7.4), layout="constrained")
        grid = figure.add_gridspec(3, 3, height_ratios=(0.8, 1.1, 1.0))
        series = figure.add_subplot(grid[0, :])
        draw_series(series, samples, names)
        said = analysis.status.name.lower()
        if analysis.period.period:
            said += f", period {analysis.period.period}"
        series.set_title(": ".join(part for part in (title, said) if part), loc="left")
        returns = f"{names[0]}$(t)$", f"{names[0]}$(t+1)$"
        draw_plane(figure.add_subplot(grid[1, 0]), samples[:-1, 0], samples[1:, 0], returns)
        if m > 1:
            draw_plane(figure.add_subplot(grid[1, 1]), samples[:, 0], samples[:, 1], (names[0], names[1]))
        if m > 2:
            draw_portrait(figure.add_subplot(grid[1, 2], projection="3d"), samples, names)
        draw_spectrum(figure.add_subplot(grid[2, 0]), analysis.spectrum)
        draw_autocorrelation(figure.add_subplot(grid[2, 1]), analysis.correlation)
        draw_growth(figure.add_subplot(grid[2, 2]), analysis.growth)
    return figure
