"""Drawings of attractors side by side: where they are, and what share of starts reaches each."""

import matplotlib as mpl
from matplotlib.axes import Axes

from attractors.drawing.figure import Figure
from attractors.drawing.style import GREY, STYLE
from attractors.labels.label import Label
from attractors.multistability.distinction import Attractors
from attractors.results import draws

SEVERAL = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9", "#000000")  # of Okabe and Ito, but yellow


@draws(Attractors)
def draw_shares(axes: Axes, attractors: Attractors) -> None:
    """Draw the share of starts of each attractor with its 95 % interval, and of those that are undetermined."""
    for y, attractor in enumerate(attractors.attractors):
        axes.barh(y, attractor.share, color=SEVERAL[y % len(SEVERAL)], height=0.6, alpha=0.6)
        axes.plot(attractor.interval, [y, y], color="black", marker="|", ms=6)
    names = [kind_in_words(a.label, a.period or 0) for a in attractors.attractors]
    if attractors.n_undetermined:
        axes.barh(len(names), attractors.n_undetermined / attractors.n_starts, color=GREY, height=0.6, alpha=0.6)
        names.append("undetermined")
    axes.set(xlabel=f"share of {attractors.n_starts} starts", xlim=(0.0, 1.0), yticks=range(len(names)))
    axes.set_yticklabels(names)
    axes.set_ylim(len(names) - 0.4, -0.6)


def draw_attractors(axes: Axes, attractors: Attractors, symbols: tuple[str, str]) -> None:
    """Draw two components of each attractor over each other, in the colours of `draw_shares`."""
    for i, attractor in enumerate(attractors.attractors):
        samples, size = attractor.window, 5.0 if attractor.period else 1.2
        x, y = (samples[:, 0], samples[:, 1]) if samples.shape[1] > 1 else (samples[:-1, 0], samples[1:, 0])
        axes.plot(x, y, ".", color=SEVERAL[i % len(SEVERAL)], ms=size, mew=0, rasterized=True)
    axes.set(xlabel=symbols[0], ylabel=symbols[1])


def attractors_page(attractors: Attractors, *, symbols: tuple[str, str], title: str = "") -> Figure:
    """Draw the attractors at one parameter: where they are, and their shares."""
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(7.2, 3.2), layout="constrained")
        left, right = figure.subplots(1, 2)
        draw_attractors(left, attractors, symbols)
        draw_shares(right, attractors)
        left.set_title(title, loc="left")
    return figure


def kind_in_words(label: Label, period: int) -> str:
    """Return the period of a cycle, and the label of what has none."""
    return f"period {period}" if label is Label.periodic else label.replace("_", " ")
