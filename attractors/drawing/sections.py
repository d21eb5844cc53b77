"""Drawings of sections and returns."""

import numpy as np
from matplotlib.axes import Axes

from attractors.drawing.style import COLOURS, GREY
from attractors.results import draws
from attractors.sections.poincare import Section
from attractors.sections.returns import ReturnMap, ReturnTimes


@draws(Section)
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


@draws(ReturnMap)
def draw_return_map(axes: Axes, answer: ReturnMap, symbol: str = "x") -> None:
    """Draw each value of a section against the one before, with the diagonal."""
    x, y = answer.pairs.T
    low, high = float(x.min()), float(x.max())
    axes.plot([low, high], [low, high], color=GREY, lw=0.5)
    axes.plot(x, y, ".", color="black", ms=2, mew=0, rasterized=True)
    axes.set(xlabel=f"${symbol}_n$", ylabel=f"${symbol}_{{n+1}}$")
    scatter = f", scatter {answer.scatter:.2g}" if np.isfinite(answer.scatter) else ""
    axes.set_title(f"{answer.status.name.lower().replace('_', '-')}{scatter}", loc="left", fontsize=8)


@draws(ReturnTimes)
def draw_return_times(axes: Axes, answer: ReturnTimes) -> None:
    """Draw how often each return time occurs, and the mean."""
    share = answer.counts / answer.counts.sum()
    axes.plot(answer.values, share, "." if len(share) > 60 else "o-", color=COLOURS[0], ms=3)
    axes.axvline(answer.mean, color=COLOURS[1], ls="--", label=f"mean {answer.mean:.4g} ± {answer.standard_error:.1g}")
    axes.set(xlabel="return time (samples)", ylabel="share of the returns", yscale="log")
    axes.legend(loc="upper right", fontsize=7)
