"""Poincaré sections of the orbit of a map: its points in a thin slab around a surface, moved onto it, with errors."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

FLAT_NEIGHBOURS = 10  # of a point, for the flat within which it is moved to the surface
WIDER_FLAT = 4  # times as many, for another flat
RIDGE_VARIANCE = 0.05  # λ, of the neighbours' variance: directions with less do not belong to the flat
STEEP_WIDTHS = 10.0  # times as far as the slab is wide no point is moved: there the flat runs along the surface
FEWEST_POINTS = 32  # points, if the width is free
MOST_POINTS = 2048  # points, if the width is free: noise of 1/45, less than a picture shows
SLOPE_POINTS = 256  # points of which the slopes, and those of wider flats, are measured
SAMPLES_PER_POINT = 4  # of so many samples at most one is in the slab, if the width is free; else it is not thin
THICK_SLABS = 3.0  # slabs' worth of samples among which neighbours are looked for
FEWEST_CANDIDATES = 4096  # of them at least: in a thin slab alone, neighbours lie along it and show no slope
FLAT_VARIANCE = 1e-24  # relative variance across the slab that is rounding
MOVED_SHARE = 0.9  # share of the points that have a flat, at least
NUMBERS_AT_ONCE = 2_000_000  # numbers of neighbours in memory


class SectionStatus(Status):
    """How far a section can be read; the value says what to do."""

    OK = sure("Points lie on the surface, each within its error.")
    NOT_CROSSED = doubt("The series does not cross this surface. Choose a level between the extremes of the component.")
    NO_FLAT = doubt(
        "Neighbours of a point do not differ across the slab, as on a cycle, or are too few: more than a tenth of the "
        "points could not be moved to the surface and stay where they were, with an error of NaN."
    )
    FEW = doubt(
        "A quarter of the series or more lies in the slab, so points are moved far between few neighbours: errors may "
        "be too small. Take a longer series or a smaller half_width."
    )
    EMPTY = doubt("No sample lies in the slab. Take a larger half_width or a longer series.")
    COARSE = doubt(
        "The series is not sampled densely enough to be interpolated: it changes sides within 4 samples. Sample the "
        "flow more often; cut a map by a slab (poincare_section)."
    )


@dataclass(frozen=True, eq=False)
class Section(Result):
    """Points of an orbit on a surface.

    Attributes
    ----------
    points : array, shape (n_points, m)
        On the surface, in the order of time.
    times : array, shape (n_points,)
        When, in samples from the first; between samples where the series is interpolated.
    error : array, shape (n_points,)
        How far a point may be off, in the unit of the series: an upper estimate.
    displacement : float
        Root mean square of the distance by which points were moved along the surface: what they would be smeared
        by, had they been left where they were sampled.
    level : float
        Where the surface is.
    half_width : float
        Of the slab; 0 where the series is interpolated.
    status : SectionStatus
        How far it can be read.
    """

    points: FloatArray
    times: FloatArray
    error: FloatArray
    displacement: float
    level: float
    half_width: float
    status: SectionStatus

    def headline(self) -> str:
        """Return how many points the section has, how thin its slab is, and how far points were moved."""
        return (
            f"{len(self.times)} points within {self.half_width:.2g} of {self.level:.4g}, moved by "
            f"{self.displacement:.1g}; {self.status.words}"
        )


def poincare_section(
    series: npt.ArrayLike, *, across: int = 1, level: float | None = None, half_width: float | None = None
) -> Section:
    """Cut a series by the slab |x_b - level| < w, and move its points to the surface in the middle.

    Parameters
    ----------
    series : array-like, shape (n, m)
        Samples of a map, two components or more.
    across : int
        b, the component across which the slab stands.
    level : float, optional
        Where; 0 if the component changes its sign, its median if not.
    half_width : float, optional
        w, in the unit of that component. If not given, chosen from the data.

    Returns
    -------
    Section

    Raises
    ------
    ValueError
        If the series has one component, or is not finite; if `across` is none of its components, or w not positive.

    Notes
    -----
    A map jumps over a surface. Points within w of it are off by some slope times w. Here each is moved to the surface
    by the shortest way within the flat through its 10 nearest neighbours (in units of standard deviations, among the
    4,096 samples closest to the surface, and all within 3 w): x ← x - (x_b - level) u/u_b, u = C (C + λ)⁻¹ e_b, with
    their covariance C, and λ a twentieth of its trace. That is the tangent plane of a torus or a leaf of a chaotic
    attractor, and e_b itself where points fill the space. By Heun's correction half of the way is taken in the flat at
    its end. Where the flat runs along the surface (slopes above 10) no point is moved.

    `error` is what that correction changes, and |x_b - level| times a slope, in a sum of squares: the root mean square
    of the slopes by which flats of four times as many neighbours differ, or flats at the other end, over all points
    (256 of them, if there are more), since two flats agree here and there by chance. An upper estimate: on tori of
    1,000 samples and more above 95 % of the points are within it. On fewer, flats are as wide as their surface is
    curved, all of them are wrong alike, and a slab with a quarter of the series is flagged.

    Width: averages over a section of N points have a relative error of 1/√N, and the slab holds N = ρ w. It smears
    them by c w, c = median slope / (√3 extent), the extent being the standard deviation of the points. The sum of both
    squares is smallest at w³ = 1/(2 ρ c²). ρ and c are measured on the n^⅔ samples that are closest to the
    surface. At least 32 points are kept, and at most 2,048 or a quarter of the series.

    Cost: some 10 ms for 75,000 samples of 3 components.

    Examples
    --------
    A torus, sheared so that a slab smears it. The points come to lie on circles of radius 1.

    >>> a, b = np.random.default_rng(0).uniform(0, 2 * np.pi, (2, 20_000))
    >>> y = (3 + np.cos(b)) * np.sin(a)
    >>> x, z = (3 + np.cos(b)) * np.cos(a) + 0.7 * y, np.sin(b)
    >>> section = poincare_section(np.column_stack([x, y, z]))
    >>> radius = np.hypot(np.abs(section.points[:, 0]) - 3, section.points[:, 2])
    >>> bool(section.displacement > 0.03), bool(np.sqrt(np.mean((radius - 1) ** 2)) < 0.01)
    (True, True)
    """
    samples = as_series(series)
    m = samples.shape[1]
    if m < 2:
        raise ValueError("series must have two components or more to be cut, got 1: try embed(series, 1, 2)")
    if not 0 <= across < m:
        raise ValueError(f"across must be a component from 0 to {m - 1}, got {across}")
    if half_width is not None and not half_width > 0.0:
        raise ValueError(f"half_width must be positive, got {half_width}")
    x = samples[:, across]
    if level is None:
        level = 0.0 if x.min() < 0.0 < x.max() else float(np.median(x))
    if not x.min() <= level <= x.max():
        return _empty(m, level, half_width, SectionStatus.NOT_CROSSED)
    height = x - level
    unit = np.ascontiguousarray(samples.T).std(axis=1)
    unit[constant_columns(samples)] = 1.0
    width = _width(samples, height, across, unit) if half_width is None else half_width
    hits = np.flatnonzero(np.abs(height) < width)
    if not hits.size:
        return _empty(m, level, half_width, SectionStatus.EMPTY)
    moves, error = _moves(samples, height, hits, across, unit, THICK_SLABS * width)
    moved = np.asarray(np.isfinite(moves).all(axis=1))
    move = np.where(moved[:, None], moves, 0.0)
    points = samples[hits] - move
    points[moved, across] = level
    sideways = np.delete(move, across, axis=1)
    return Section(
        points=points,
        times=hits.astype(np.float64),
        error=error,
        displacement=float(np.sqrt(np.mean(np.sum(sideways**2, axis=1)))) if moved.any() else math.nan,
        level=level,
        half_width=float(width),
        status=_status(moved, len(samples)),
    )


@analyses("section", "section", applies=lambda recording: recording.samples.shape[1] > 1)
def _section_of(recording: Recording) -> Section:
    return poincare_section(recording.samples)


def _status(moved: npt.NDArray[np.bool_], n: int) -> SectionStatus:
    if moved.mean() < MOVED_SHARE:
        return SectionStatus.NO_FLAT
    return SectionStatus.FEW if len(moved) >= max(n // SAMPLES_PER_POINT, FEWEST_POINTS) else SectionStatus.OK


def _empty(m: int, level: float, half_width: float | None, status: SectionStatus) -> Section:
    width = math.nan if half_width is None else half_width
    return Section(np.empty((0, m)), np.empty(0), np.empty(0), math.nan, level, width, status)


def _width(samples: FloatArray, height: FloatArray, across: int, unit: FloatArray) -> float:
    """w³ = 1/(2 ρ c²), such that from 32 samples to a quarter of all lie within."""
    n = len(height)
    ordered = np.sort(np.abs(height))
    narrowest, widest, pilot = (
        float(ordered[min(n, k) - 1])
        for k in (
            FEWEST_POINTS,
            min(max(n // SAMPLES_PER_POINT, FEWEST_POINTS), MOST_POINTS),
            min(max(FEWEST_POINTS, math.ceil(n ** (2 / 3))), MOST_POINTS),
        )
    )
    hits = np.flatnonzero(np.abs(height) <= pilot)
    some = hits[:: math.ceil(len(hits) / SLOPE_POINTS)]
    some = some[height[some] != 0.0]
    sideways = np.delete(_moves(samples, height, some, across, unit, THICK_SLABS * pilot)[0], across, axis=1)
    slopes = np.linalg.norm(sideways, axis=1) / np.abs(height[some])
    slopes = slopes[np.isfinite(slopes)]
    extent = math.sqrt(float(np.delete(samples[hits], across, axis=1).var(axis=0).sum()))
    chosen = pilot
    if slopes.size and extent > 0.0 and np.median(slopes) > 0.0:
        c = float(np.median(slopes)) / (math.sqrt(3.0) * extent)
        chosen = (pilot / (2.0 * len(hits) * c * c)) ** (1 / 3)
    return float(np.nextafter(min(max(chosen, narrowest), widest), math.inf))


def _moves(
    samples: FloatArray,
    height: FloatArray,
    hits: npt.NDArray[np.int64],
    across: int,
    unit: FloatArray,
    reach: float,
) -> tuple[FloatArray, FloatArray]:
    """Vectors (n_hits, m) from the surface to the hits, and how far they may be off; NaN where there is no flat."""
    from scipy.spatial import KDTree  # noqa: PLC0415 - only who cuts waits for it

    far = np.abs(height)
    candidates = min(FEWEST_CANDIDATES, len(far)) - 1
    near = np.flatnonzero(far <= max(reach, float(np.partition(far, candidates)[candidates])))
    moves, changes = (np.full((len(hits), samples.shape[1]), np.nan) for _ in range(2))
    most = WIDER_FLAT * FLAT_NEIGHBOURS
    if len(near) <= most or not hits.size:
        return moves, changes[:, 0]
    scaled = samples[near] / unit
    tree = KDTree(scaled, balanced_tree=False)
    n_at_once = max(1, NUMBERS_AT_ONCE // (most * samples.shape[1]))
    for first in range(0, len(hits), n_at_once):
        some = slice(first, first + n_at_once)
        here, heights = samples[hits[some]] / unit, height[hits[some], None] / unit[across]
        straight = heights * _direction(scaled[tree.query(here, FLAT_NEIGHBOURS)[1]], across)
        there = np.where(np.isfinite(straight), here - straight, here)
        behind = heights * _direction(scaled[tree.query(there, FLAT_NEIGHBOURS)[1]], across)
        moves[some], changes[some] = unit * 0.5 * (straight + behind), unit * 0.5 * (behind - straight)
    few = np.linspace(0, len(hits) - 1, min(len(hits), SLOPE_POINTS)).astype(np.int64)
    heights = height[hits[few], None]
    wide = heights / unit[across] * _direction(scaled[tree.query(samples[hits[few]] / unit, most)[1]], across) * unit
    off = np.sum(changes[few] ** 2 + (moves[few] - changes[few] - wide) ** 2, axis=1)
    known = np.isfinite(off)
    total = float(np.sum(heights[known] ** 2))
    slope = float(np.sum(off[known])) / total if total > 0.0 else math.nan
    return moves, np.sqrt(np.sum(changes**2, axis=1) + slope * height[hits] ** 2)


def _direction(around: FloatArray, across: int) -> FloatArray:
    """u/u_b, u = C (C + λ)⁻¹ e_b with the covariance C of neighbours (n, k, m): the shortest way within their flat.

    With the neighbours as rows of X, C = Xᵀ X/k, and u = Xᵀ (X Xᵀ + k λ)⁻¹ X e_b: the smaller matrix is taken.
    """
    k, m = around.shape[1:]
    part = around - np.einsum("nkm->nm", around)[:, None] / k  # einsum: sums over short axes, without numpy's overhead
    variance = np.einsum("nkm,nkm->nm", part, part) / k
    still = variance[:, across] <= FLAT_VARIANCE
    ridge = RIDGE_VARIANCE * np.where(still, 1.0, variance.sum(axis=1))[:, None, None]
    other = part.transpose(0, 2, 1)
    if m <= k:
        covariance = other @ part / k
        u = np.linalg.solve(covariance + ridge * np.eye(m), covariance[:, :, across, None])[:, :, 0]
    else:
        u = (other @ np.linalg.solve(part @ other + k * ridge * np.eye(k), part[:, :, across, None]))[:, :, 0]
    still |= STEEP_WIDTHS * u[:, across] < np.linalg.norm(u, axis=1)
    return np.asarray(np.where(still[:, None], np.nan, u / np.where(still, 1.0, u[:, across])[:, None]))
