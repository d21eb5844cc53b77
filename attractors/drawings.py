"""Which drawing belongs to which answer: what `plot` of an answer calls."""

from collections.abc import Callable
from typing import Any

import matplotlib as mpl
from matplotlib.axes import Axes

from attractors import branch_plotting, number_plotting, plotting
from attractors.alignment import Alignment
from attractors.autocorrelation import Autocorrelation
from attractors.birkhoff import BirkhoffAverage
from attractors.box_counting import BoxCountingDimension
from attractors.branches import Branches
from attractors.complexity import SampleEntropy
from attractors.covariant import CovariantVectors
from attractors.cycles import Cycle
from attractors.dimensions import CorrelationDimension
from attractors.distinction import Attractors
from attractors.divergence import SeriesExponents
from attractors.embedding import FalseNeighbours, MutualInformation
from attractors.exponents import LyapunovSpectrum
from attractors.finite_time import FiniteTimeExponents
from attractors.fluctuations import FluctuationExponent
from attractors.periodicity import Period
from attractors.poincare import Section
from attractors.quasiperiodicity import RotationNumber, Torus
from attractors.results import Result
from attractors.returns import ReturnMap, ReturnTimes
from attractors.spectra import PowerSpectrum
from attractors.zero_one import ZeroOneTest

SIZE = (4.8, 3.2)  # inches

DRAWINGS: dict[type[Result], Callable[..., None]] = {
    Alignment: plotting.draw_alignment,
    Attractors: branch_plotting.draw_shares,
    Autocorrelation: plotting.draw_autocorrelation,
    BirkhoffAverage: number_plotting.draw_digits,
    BoxCountingDimension: plotting.draw_box_counts,
    Branches: branch_plotting.draw_branches,
    CorrelationDimension: plotting.draw_dimension,
    CovariantVectors: plotting.draw_angles,
    Cycle: plotting.draw_multipliers,
    FalseNeighbours: plotting.draw_false_neighbours,
    FiniteTimeExponents: plotting.draw_finite_time,
    FluctuationExponent: plotting.draw_fluctuations,
    LyapunovSpectrum: plotting.draw_history,
    MutualInformation: plotting.draw_information,
    Period: number_plotting.draw_recurrence,
    PowerSpectrum: plotting.draw_spectrum,
    ReturnMap: plotting.draw_return_map,
    ReturnTimes: plotting.draw_return_times,
    RotationNumber: number_plotting.draw_rotation,
    SampleEntropy: number_plotting.draw_matches,
    Section: plotting.draw_section,
    SeriesExponents: plotting.draw_divergence,
    Torus: plotting.draw_torus,
    ZeroOneTest: plotting.draw_growth,
}


def draw(answer: Result, axes: Axes | None, **options: Any) -> Axes:
    """Draw an answer into axes, or into a new figure; see `Result.plot`."""
    drawing = DRAWINGS.get(type(answer))
    if drawing is None:
        drawn = ", ".join(sorted(kind.__name__ for kind in DRAWINGS))
        raise ValueError(
            f"answers of this kind, {type(answer).__name__}, have no drawing of their own; these have one: {drawn}. "
            "An Analysis holds several of them, and attractors.plotting.page(series, answer) draws it whole"
        )
    if axes is None:
        from matplotlib import pyplot  # noqa: PLC0415 - it chooses a window system, which files do not need

        # Outside of the style: what a notebook sets when its first figure is made must not end with the style.
        figure = pyplot.figure(figsize=SIZE, layout="constrained")
        with mpl.rc_context(plotting.STYLE):
            axes = figure.subplots()
    with mpl.rc_context(plotting.STYLE):
        drawing(axes, answer, **options)
    return axes
