"""Drawings of dimensions: power laws and their ranges."""

import numpy as np
from matplotlib.axes import Axes

from attractors.dimensions.box_counting import BoxCountingDimension
from attractors.dimensions.correlation import CorrelationDimension
from attractors.drawing.style import COLOURS, _draw_power, _exponent_as_title
from attractors.results import draws


@draws(CorrelationDimension)
def draw_dimension(axes: Axes, answer: CorrelationDimension) -> None:
    """Draw the local slopes of the correlation sum over the radius, the range that was chosen, and the dimension."""
    middle = np.sqrt(answer.radii[1:] * answer.radii[:-1])
    axes.plot(middle, answer.local_slopes, ".-", color=COLOURS[0], ms=4)
    axes.set(xlabel="radius $r$", ylabel=r"d log $C$ / d log $r$", xscale="log", ylim=(0.0, None))
    _exponent_as_title(axes, "$D_2$", answer.value, answer.standard_error, answer.range)


@draws(BoxCountingDimension)
def draw_box_counts(axes: Axes, answer: BoxCountingDimension) -> None:
    """Draw the number of occupied boxes over their size, and the line through the range that was chosen."""
    axes.loglog(answer.sizes, answer.counts, ".", color=COLOURS[0], ms=4)
    axes.set(xlabel=r"size of a box $\epsilon$", ylabel=r"occupied boxes $N(\epsilon)$")
    _draw_power(axes, answer.sizes, answer.counts, -answer.value, answer.range)
    _exponent_as_title(axes, "$D_0$", answer.value, answer.standard_error, answer.range)
