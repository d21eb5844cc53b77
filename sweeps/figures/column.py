"""The orbit diagram with its section, over labels and exponents, for one column of a journal.

An image has a column of its own for every value of the parameter; in a PDF all are there when one zooms in.
"""

import math
from pathlib import Path

import matplotlib as mpl
import numpy as np
import numpy.typing as npt
import xarray as xr
from matplotlib.axes import Axes
from matplotlib.image import AxesImage
from matplotlib.layout_engine import ConstrainedLayoutEngine

from attractors import Label
from attractors.drawing.figure import Figure
from sweeps.figures.style import COLUMN, style_of
from sweeps.figures.sweep import (
    Floats,
    axes_for,
    colours_of,
    draw_exponents,
    edges_of,
    label_axis,
    legend_of_labels,
    observable_of,
    save,
)
from sweeps.records import BINS, half_width
from sweeps.regimes import label_names
from sweeps.store.dataset import config_of, in_order

FINEST = 1_000  # rows of an orbit diagram
MARGIN_ROWS = 10  # rows above and below it
GREY = 0.45  # ink of what lies behind the section
DEEPEST = 4.0  # times the largest exponent: what lies lower is cut off where two exponents are drawn

Pixels = npt.NDArray[np.uint8]


def section_diagram(dataset: xr.Dataset) -> Figure:
    """Draw where the orbits go along one axis, with the points of the section; below, labels and exponents.

    Parameters
    ----------
    dataset : xarray.Dataset
        A sweep with one axis, and its orbit; see `sweeps.open_sweep`.

    Returns
    -------
    Figure
        One column wide. Where orbits are periodic: their points, in the colour of the label. Elsewhere: how often
        they are where, in grey, and the points of the section in the colour of the label; all of it in that colour if
        no section was recorded.

    Raises
    ------
    ValueError
        If the sweep has another number of axes, or no orbit was recorded.
    """
    (name,) = axes_for(dataset, 1, needs="orbit_density")
    dataset = in_order(dataset, name)
    x = dataset[name].values
    with mpl.rc_context(style_of(COLUMN)):
        figure = Figure(figsize=(COLUMN, 4.4), layout=ConstrainedLayoutEngine(h_pad=0.02, hspace=0.0))
        above, strip, below = figure.subplots(3, 1, sharex=True, height_ratios=(3.2, 0.14, 1.3))
        image, low, high = _orbit_image(dataset)
        _draw_image(above, x, np.linspace(low, high, len(image) + 1), image)
        above.set_ylabel(observable_of(dataset).label)
        if "section" in dataset:
            across, thin = observable_of(dataset, 1).drawn, half_width(config_of(dataset).model)
            across = f"$|{across.strip('$')}|$" if across.startswith("$") else f"|{across}|"
            words = f"Grey: all steps. Colour: those with {across} < {thin:g}, and cycles."
            above.set_title(words, loc="left", fontsize=6.5, pad=3)
        _draw_image(strip, x, np.array([0.0, 1.0]), (255 * colours_of(dataset)[None]).round().astype(np.uint8))
        strip.set(yticks=[0.5], yticklabels=["label"])
        strip.tick_params(axis="both", length=0)
        if "lyapunov_exponent" in dataset:
            draw_exponents(below, dataset, name, n_drawn=2)
            lowest, highest = below.get_ylim()
            lowest = max(lowest, -DEEPEST * highest) if highest > 0 else lowest
            below.set_ylim(lowest, highest + 0.2 * (highest - lowest))  # with room for the legend
            below.legend(ncols=2, loc="upper left", borderaxespad=0.1, handlelength=1.2)
        label_axis(below.xaxis, dataset, name)
        below.set_xlim(edges_of(x)[[0, -1]])
        legend_of_labels(figure, dataset)
    return figure


def save_sharp(figure: Figure, stem: Path) -> list[Path]:
    """Write PNG and PDF: images are averaged to the pixels of the one, and keep all of their own in the other."""
    files = []
    for ending, interpolation in (("png", "auto"), ("pdf", "none")):
        for image in figure.findobj(AxesImage):
            image.set_interpolation(interpolation)
        files.append(stem.with_name(f"{stem.name}.{ending}"))
        save(figure, files[-1], dpi=600)
    return files


def _draw_image(axes: Axes, x: Floats, rows: Floats, image: Pixels) -> None:
    """Draw an image with a column for each value, evenly spaced or not."""
    axes.pcolorfast(edges_of(x), rows, image)


def _orbit_image(dataset: xr.Dataset) -> tuple[Pixels, float, float]:
    """Return an image of all orbits, a column for each value, and the ends of its rows."""
    density, seen = dataset["orbit_density"].values, observable_of(dataset)
    visited = np.flatnonzero(density.any(axis=0))
    first, last = (visited[0], visited[-1] + 1) if visited.size else (BINS // 2, BINS // 2 + 1)
    together = max(1, math.ceil((last - first) / FINEST))
    first, last = max(0, first - MARGIN_ROWS * together), min(BINS, last + MARGIN_ROWS * together)
    n_rows = math.ceil((last - first) / together)
    counts = np.add.reduceat(density[:, first:last], np.arange(0, last - first, together), axis=1)
    image = np.ones((len(density), n_rows, 3), dtype=np.float32)
    colours = 1.0 - colours_of(dataset)[:, None].astype(np.float32)
    behind = _behind(dataset)
    image -= _ink(counts, 0.25)[..., None] * np.where(behind[:, None, None], np.float32(GREY), colours)
    if behind.any():
        hits = (dataset["section"].values[behind] - seen.low) * (BINS / (seen.high - seen.low))
        ink = _ink(_section_counts(hits, first, n_rows, together), 0.6)[..., None]
        image[behind] = np.where(ink > 0.0, 1.0 - ink * colours[behind], image[behind])
    width = (seen.high - seen.low) / BINS
    pixels = (255 * image).round().astype(np.uint8)
    return pixels.transpose(1, 0, 2), seen.low + first * width, seen.low + (first + n_rows * together) * width


def _behind(dataset: xr.Dataset) -> npt.NDArray[np.bool_]:
    """Where the orbit is drawn in grey, behind points of the section: where it is not a cycle."""
    if "section" not in dataset:
        return np.zeros(len(dataset["orbit_density"]), dtype=bool)
    return ~np.isin(label_names(dataset), [Label.periodic, Label.fixed_point])


def _section_counts(section: Floats, first: int, n_rows: int, together: int) -> npt.NDArray[np.int64]:
    """Count the points of the section, (n, hits), in bins, in the rows of the image."""
    point, hit = np.nonzero(np.isfinite(section))
    bins = np.clip(section[point, hit].astype(np.int64), 0, BINS - 1)
    rows = np.clip((bins - first) // together, 0, n_rows - 1)
    return np.bincount(point * n_rows + rows, minlength=len(section) * n_rows).reshape(len(section), n_rows)


def _ink(counts: npt.NDArray[np.integer], least: float) -> npt.NDArray[np.float32]:
    """Return ink between 0 and 1 for counts (n, rows), three rows high so that single points are seen in print."""
    share = counts / np.maximum(counts.max(axis=1, keepdims=True), 1)
    ink = np.where(counts > 0, least + (1.0 - least) * np.sqrt(share), 0.0).astype(np.float32)
    wide = ink.copy()
    np.maximum(wide[:, 1:], ink[:, :-1], out=wide[:, 1:])
    np.maximum(wide[:, :-1], ink[:, 1:], out=wide[:, :-1])
    return wide
