"""A series and all that it tells, on one page."""

from collections.abc import Sequence

import matplotlib as mpl

from attractors.arrays import FloatArray
from attractors.drawing.figure import Figure
from attractors.drawing.indicators import draw_growth
from attractors.drawing.sections import draw_section
from attractors.drawing.spectra import draw_autocorrelation, draw_spectrum
from attractors.drawing.style import STYLE
from attractors.drawing.time_series import draw_plane, draw_portrait, draw_series
from attractors.time_series.analysis import Analysis


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
