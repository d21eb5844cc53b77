"""Drawings of Lyapunov exponents, and of the directions that belong to them."""

import matplotlib as mpl
import numpy as np
from matplotlib.axes import Axes

from attractors.drawing.style import COLOURS
from attractors.exponents.covariant import CovariantVectors
from attractors.exponents.finite_time import FiniteTimeExponents
from attractors.exponents.spectrum import LyapunovSpectrum
from attractors.results import draws


@draws(LyapunovSpectrum)
def draw_history(axes: Axes, spectrum: LyapunovSpectrum) -> None:
    """Draw how the running averages of the exponents settled, with two standard errors on each side."""
    history = spectrum.history()
    colours = mpl.colormaps["inferno"](np.linspace(0, 0.8, max(3, len(spectrum.exponents))))
    for x, error, colour in zip(history.exponents.T, history.standard_errors.T, colours, strict=False):
        axes.plot(history.n_steps, x, color=colour)
        axes.fill_between(history.n_steps, x - 2 * error, x + 2 * error, color=colour, alpha=0.25, lw=0)
    axes.axhline(0.0, color="black", lw=0.5)
    axes.set(xlabel="steps averaged", ylabel=r"$\lambda$ (nats per step)")


@draws(FiniteTimeExponents)
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
    axes.set_title(answer.status.words, loc="left", fontsize=8)
    if drawn:
        axes.legend(fontsize=7, ncols=4, loc="lower right", bbox_to_anchor=(1.0, 1.0), borderaxespad=0.1)


@draws(CovariantVectors)
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
        axes.set_title(answer.status.words, loc="left", fontsize=8)
        return
    axes.hist(angle, np.linspace(0.0, np.pi / 2, 91).tolist(), density=True, color=COLOURS[0], alpha=0.6)
    axes.set_title(
        f"first {min(max(first, 1), k - 1)} of {k} against the rest: smallest {angle.min():.2g}", loc="left", fontsize=8
    )
