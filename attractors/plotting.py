"""Drawings of results, each into axes that are given; and one page of them all."""

from collections.abc import Sequence
from typing import Any

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes
from matplotlib.ticker import MaxNLocator
from mpl_toolkits.mplot3d import Axes3D

from attractors.alignment import Alignment
from attractors.analysis import Analysis
from attractors.autocorrelation import Autocorrelation
from attractors.box_counting import BoxCountingDimension
from attractors.covariant import CovariantVectors
from attractors.cycles import Cycle
from attractors.dimensions import CorrelationDimension
from attractors.divergence import SeriesExponents
from attractors.embedding import FalseNeighbours, MutualInformation
from attractors.exponents import LyapunovSpectrum
from attractors.figure import Figure
from attractors.finite_time import FiniteTimeExponents
from attractors.fluctuations import FluctuationExponent
from attractors.poincare import Section
from attractors.quasiperiodicity import Torus
from attractors.returns import ReturnMap, ReturnTimes
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
    axes.set(xlabel="frequency (cycles per step)", ylabel="power (part of the variance)", xlim=(0.0, 0.51))
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


def draw_finite_time(axes: Axes, answer: FiniteTimeExponents, exponent: int = 0) -> None:
    """Draw the density of a finite-time exponent, and the normal one with its mean and the variance D/T."""
    values = answer.exponents[:, exponent]
    mean, diffusion = answer.mean[exponent], answer.diffusion[exponent]
    axes.set(xlabel=rf"$\lambda_{exponent + 1}$ over {answer.window} steps (nats per step)", ylabel="density")
    if not np.isfinite(mean):
        axes.set_title(answer.status.name.lower(), loc="left", fontsize=8)
        return
    reach = float(np.ptp(values))
    if reach <= 1e-12 * max(abs(mean), 1.0):
        axes.axvline(mean, color=COLOURS[0], lw=2)
        axes.set_yticks([])
        axes.set_title(f"{mean:.6g} in all of {len(values)} windows", loc="left", fontsize=8)
        return
    edges = np.linspace(values.min() - 0.02 * reach, values.max() + 0.02 * reach, 61)
    axes.hist(values, edges.tolist(), density=True, color=COLOURS[0], alpha=0.5, label=f"{len(values)} windows")
    variance = diffusion / answer.window
    if not answer.telescopes[exponent] and variance > 0.0:
        x = np.linspace(edges[0], edges[-1], 400)
        normal = np.exp(-((x - mean) ** 2) / (2.0 * variance)) / np.sqrt(2.0 * np.pi * variance)
        axes.plot(x, normal, color=COLOURS[1], label="normal, variance $D/T$")
    if values.min() < 0.0 < values.max():
        axes.axvline(0.0, ymax=0.74, color="black", lw=0.5)
    axes.set_ylim(0.0, 1.35 * axes.get_ylim()[1])
    axes.set_title(f"{answer.negative_share[exponent]:.1%} negative", loc="left", fontsize=8)
    axes.legend(loc="upper left", fontsize=7, borderaxespad=0.1)


def draw_diffusion(axes: Axes, answer: FiniteTimeExponents) -> None:
    """Draw T var(λ_T) over T, with D and its error: level where windows diffuse, falling where they telescope."""
    colours = mpl.colormaps["inferno"](np.linspace(0, 0.8, max(3, len(answer.mean))))
    windows = answer.windows
    known = np.sqrt(2.0 * windows / (windows[0] * len(answer.exponents)))  # relative error of a variance of n numbers
    drawn = [i for i in range(len(answer.mean)) if np.isfinite(answer.variances[:, i]).all() and answer.variance[i] > 0]
    for i in drawn:
        colour, scaled = colours[i], windows * answer.variances[:, i]
        line = {"color": colour, "ls": ("-", "--")[i % 2], "marker": ".", "lw": 1.6 - 0.8 * (i % 2)}
        axes.errorbar(windows, scaled, scaled * known, label=rf"$\lambda_{i + 1}$", elinewidth=0.5, **line)
        if not answer.telescopes[i] and np.isfinite(answer.diffusion[i]):
            value, error = answer.diffusion[i], answer.diffusion_errors[i]
            axes.axhspan(max(value - error, 0.0), value + error, color=colour, alpha=0.2, lw=0)
    axes.set_xscale("log")
    if drawn and answer.telescopes[drawn].all():
        axes.set_yscale("log")
    else:
        axes.set_ylim(0.0, None)
    axes.set(xlabel="window $T$ (steps)", ylabel=r"$T\,\mathrm{var}(\lambda_T)$ (nats² per step)")
    axes.set_title(answer.status.name.lower().replace("_", " "), loc="left", fontsize=8)
    if drawn:
        axes.legend(fontsize=7, ncols=4, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)


def draw_angles(axes: Axes, answer: CovariantVectors, n_first: int | None = None) -> None:
    """Draw the density of the angle between the first covariant vectors and the rest.

    Without a number the first are those with a positive exponent.
    """
    k = len(answer.exponents)
    first = int(np.sum(answer.exponents > 0.0)) if n_first is None else n_first
    angle = answer.splitting_angle(min(max(first, 1), k - 1)) if k > 1 and len(answer.vectors) else np.empty(0)
    axes.set(xlabel="angle (radians)", ylabel="density", xlim=(0.0, np.pi / 2))
    axes.set_xticks([0.0, np.pi / 4, np.pi / 2], ["0", r"$\pi/4$", r"$\pi/2$"])
    if not (angle.size and np.isfinite(angle).all()):
        axes.set_title(answer.status.name.lower().replace("_", " "), loc="left", fontsize=8)
        return
    axes.hist(angle, np.linspace(0.0, np.pi / 2, 91).tolist(), density=True, color=COLOURS[0], alpha=0.6)
    axes.set_title(
        f"first {min(max(first, 1), k - 1)} of {k} against the rest: smallest {angle.min():.2g}", loc="left", fontsize=8
    )


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


def draw_multipliers(axes: Axes, cycle: Cycle) -> None:
    """Draw the multipliers of a cycle in the complex plane, with the unit circle."""
    angle = np.linspace(0.0, 2.0 * np.pi, 361)
    axes.plot(np.cos(angle), np.sin(angle), color=GREY)
    axes.plot(cycle.multipliers.real, cycle.multipliers.imag, "o", color=COLOURS[1], ms=4)
    axes.set(xlabel=r"Re $\mu$", ylabel=r"Im $\mu$", aspect="equal")
    axes.set_title(f"period {cycle.period}, {cycle.stability}; nearest: {cycle.bifurcation}", loc="left", fontsize=8)


def draw_section(
    axes: Axes, section: Section, components: tuple[int, int] = (0, -1), symbols: tuple[str, str] | None = None
) -> None:
    """Draw two components of the points of a section; those with an error above 1 % of the extent in grey."""
    x, y = section.points[:, components[0]], section.points[:, components[1]]
    first, second = (f"$x_{{{i % section.points.shape[1] + 1}}}$" for i in components)
    symbols = symbols or (first, second)
    extent = np.hypot(np.ptp(x), np.ptp(y)) if len(x) else 0.0
    unsure = section.error > 0.01 * extent
    size = 3.0 if len(x) < 4_000 else 1.2
    axes.plot(x[unsure], y[unsure], ".", color=GREY, ms=size, mew=0, rasterized=True)
    axes.plot(x[~unsure], y[~unsure], ".", color="black", ms=size, mew=0, rasterized=True)
    axes.set(xlabel=symbols[0], ylabel=symbols[1])
    for values, limit in ((x, axes.set_xlim), (y, axes.set_ylim)):
        largest = float(np.abs(values).max(initial=0.0))
        if largest > 0.0 and np.ptp(values) <= 1e-9 * largest:  # a cycle: an axis of its rounding would say nothing
            middle = float(values.mean())
            limit(middle - 0.5 * largest, middle + 0.5 * largest)
    axes.set_title(f"section: {len(x)} points", loc="left", fontsize=8)


def draw_return_map(axes: Axes, answer: ReturnMap, symbol: str = "x") -> None:
    """Draw each value of a section against the one before, with the diagonal."""
    x, y = answer.pairs.T
    low, high = float(x.min()), float(x.max())
    axes.plot([low, high], [low, high], color=GREY, lw=0.5)
    axes.plot(x, y, ".", color="black", ms=2, mew=0, rasterized=True)
    axes.set(xlabel=f"${symbol}_n$", ylabel=f"${symbol}_{{n+1}}$")
    scatter = f", scatter {answer.scatter:.2g}" if np.isfinite(answer.scatter) else ""
    axes.set_title(f"{answer.status.name.lower().replace('_', '-')}{scatter}", loc="left", fontsize=8)


def draw_return_times(axes: Axes, answer: ReturnTimes) -> None:
    """Draw how often each return time occurs, and the mean."""
    share = answer.counts / answer.counts.sum()
    axes.plot(answer.values, share, "." if len(share) > 60 else "o-", color=COLOURS[0], ms=3)
    axes.axvline(answer.mean, color=COLOURS[1], ls="--", label=f"mean {answer.mean:.4g} ± {answer.standard_error:.1g}")
    axes.set(xlabel="return time (samples)", ylabel="share of the returns", yscale="log")
    axes.legend(loc="upper right", fontsize=7)


def draw_dimension(axes: Axes, answer: CorrelationDimension) -> None:
    """Draw the local slopes of the correlation sum over the radius, the range that was chosen, and the dimension."""
    middle = np.sqrt(answer.radii[1:] * answer.radii[:-1])
    axes.plot(middle, answer.local_slopes, ".-", color=COLOURS[0], ms=4)
    axes.set(xlabel="radius $r$", ylabel=r"d log $C$ / d log $r$", xscale="log", ylim=(0.0, None))
    _say_exponent(axes, "$D_2$", answer.value, answer.standard_error, answer.range)


def draw_box_counts(axes: Axes, answer: BoxCountingDimension) -> None:
    """Draw the number of occupied boxes over their size, and the line through the range that was chosen."""
    axes.loglog(answer.sizes, answer.counts, ".", color=COLOURS[0], ms=4)
    axes.set(xlabel=r"size of a box $\epsilon$", ylabel=r"occupied boxes $N(\epsilon)$")
    _draw_power(axes, answer.sizes, answer.counts, -answer.value, answer.range)
    _say_exponent(axes, "$D_0$", answer.value, answer.standard_error, answer.range)


def draw_fluctuations(axes: Axes, answer: FluctuationExponent) -> None:
    """Draw fluctuations over the size of the window, and the line through the range that was chosen."""
    axes.loglog(answer.sizes, answer.fluctuations, ".", color=COLOURS[0], ms=4)
    axes.set(xlabel="window $s$ (samples)", ylabel="fluctuation $F(s)$")
    axes.tick_params(axis="both", which="minor", labelbottom=False, labelleft=False)
    _draw_power(axes, answer.sizes.astype(np.float64), answer.fluctuations, answer.value, answer.range)
    _say_exponent(axes, "exponent", answer.value, answer.standard_error, answer.range)


def _draw_power(axes: Axes, x: FloatArray, y: FloatArray, exponent: float, ends: tuple[float, float]) -> None:
    """Draw a power law through the middle of the points between two ends."""
    inside = (x >= ends[0]) & (x <= ends[1])
    if inside.any() and np.isfinite(exponent):
        log_x, log_y = np.log(x[inside]), np.log(y[inside])
        axes.plot(x[inside], np.exp(log_y.mean() + exponent * (log_x - log_x.mean())), color=COLOURS[1])


def _say_exponent(axes: Axes, name: str, value: float, error: float, ends: tuple[float, float]) -> None:
    """Shade the range, and give the exponent with its error above."""
    if np.isfinite(value) and ends[1] > ends[0]:
        axes.axvspan(*ends, color=COLOURS[1], alpha=0.15, lw=0)
    text = f"{value:.3f} ± {error:.1g}" if np.isfinite(value) else "no range"
    axes.set_title(f"{name}: {text}", loc="left", fontsize=8)


def draw_information(axes: Axes, answer: MutualInformation) -> None:
    """Draw mutual information over the lag, with two standard errors, and the delay."""
    lags = np.arange(len(answer.information))[1:]
    low, high = (answer.information + sign * 2.0 * answer.standard_error for sign in (-1.0, 1.0))
    axes.fill_between(lags, low[1:], high[1:], color=COLOURS[0], alpha=0.3, lw=0)
    axes.plot(lags, answer.information[1:], ".-", color=COLOURS[0], ms=3)
    axes.axvline(answer.delay, color=COLOURS[1], ls="--")
    axes.set(xlabel="lag (samples)", ylabel="mutual information (nats)", ylim=(0.0, None))
    axes.set_title(f"delay {answer.delay}, {answer.status.name.lower().replace('_', ' ')}", loc="left", fontsize=8)


def draw_false_neighbours(axes: Axes, answer: FalseNeighbours) -> None:
    """Draw the share of false neighbours over the dimension, with the 1 % below which there are none."""
    d = np.arange(1, len(answer.shares) + 1)
    axes.errorbar(d, answer.shares, 2.0 * answer.standard_error, fmt="o-", color=COLOURS[0], ms=3, capsize=2)
    axes.axhline(0.01, color=GREY, ls=":")
    axes.set(xlabel="dimension", ylabel="false neighbours", xticks=d, ylim=(-0.02, 1.05))
    known = f"dimension {answer.dimension}" if answer.dimension else "not reached"
    axes.set_title(f"delay {answer.delay}: {known}", loc="left", fontsize=8)


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
        autocorrelation of the first component; the section across the second of three, or the 0-1 test.
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
        third = figure.add_subplot(grid[2, 2])
        if m > 2 and analysis.section is not None:
            draw_section(third, analysis.section, (0, 2), (names[0], names[2]))
        else:
            draw_growth(third, analysis.growth)
    return figure
