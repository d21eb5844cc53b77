"""Correlation dimension of an attractor, by the correlation sum of Grassberger and Procaccia."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.dimensions.power_law import NONE, PowerLaw, power_law
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.spectra.correlation import autocorrelation
from attractors.status import Status, doubt, sure

MOST_SAMPLES = 20_000  # samples used, if not told otherwise
FEWEST_POINTS = 200  # that show a dimension
REFERENCE_PARTS = 8  # stretches of reference points, for the error
REFERENCE_POINTS = 5_000  # points from which pairs are counted
RADII_PER_OCTAVE = 2  # of the correlation sum
LARGEST_RADIUS = 0.5  # radius, in standard deviations of the component with the largest one
MOST_OCTAVES = 26  # down from there, as long as there are pairs
ENOUGH_PAIRS = 200  # at a radius, for it to count
STEPPED_ERROR = 0.25  # relative error above which it is no use to compare with the dimension of the space
PAIRS_PER_TIE = 10.0  # times the pairs at distance 0 there must be
BENT_SIGMAS = 5.0  # standard errors of the trend of local slopes; neighbouring ones are not independent
SAME_DISTANCE = 1e-9  # relative distance that is rounding or slow convergence
REPEATED_TIMES = 8  # times that each state is seen, on average, in a finite set
LONGEST_THEILER = 100  # samples between two of a pair, at most, for them to count as close in time
ANALYSED_SAMPLES = 10_000  # at most, of which `analyse` takes a dimension: the cost grows faster than they
ANALYSED_NUMBERS = 160_000  # samples times components, the same: trees do not help in many components


class DimensionStatus(Status):
    """How far a dimension can be trusted; the value says what to do."""

    OK = sure("A range of radii with a constant slope was found.")
    FILLS_SPACE = doubt(
        "The dimension is that of the space, within its error: points fill it, as noise does. Embed in more components "
        "(embed): a dimension that grows with them is that of noise."
    )
    TOO_FEW = doubt(
        "The dimension is above 2 log10 n, more than n points can show. Take a longer series, or do not believe it."
    )
    NO_SCALING_RANGE = doubt(
        "No range of a factor of 8 has a constant slope: too few points, too much noise, or an object without scaling. "
        "Take a longer series and look at the local slopes."
    )
    STEPPED = doubt(
        "The correlation sum grows in steps, and the error is above a quarter of the dimension: few distances differ, "
        "as of a regular orbit that is short. Take a longer series."
    )
    BENT = doubt(
        "The local slopes change steadily all along the range: the slope for vanishing radii is beyond the error, on "
        "the side to which they tend. Look at local_slopes, and take a longer series."
    )
    FINITE = sure("The samples are few states again and again: a cycle, or rounded data. A finite set has dimension 0.")
    CONSTANT = doubt("Nothing varies beyond rounding: a point, of dimension 0.")
    SHORT = doubt("Fewer than 200 points do not show a dimension. Take a longer series.")


@dataclass(frozen=True, eq=False)
class CorrelationDimension(Result):
    """How the number of pairs of points grows with their distance.

    Attributes
    ----------
    value, standard_error : float
        D₂, and its error: over reference points, over the range, and from the bend; NaN without a range.
    range : tuple of float
        The radii between which the slope is constant, in the unit of the series; chosen by the program.
    radii : array, shape (k,)
        Ascending, in the maximum norm.
    correlation_sum : array, shape (k,)
        C(r), share of the pairs closer than r.
    local_slopes : array, shape (k - 1,)
        Between neighbouring radii.
    theiler : int
        Pairs up to so many samples apart in time were left out.
    n_used : int
        Points used, at random times if the series has more.
    status : DimensionStatus
        How far it can be trusted.
    """

    value: float
    standard_error: float
    range: tuple[float, float]
    radii: FloatArray
    correlation_sum: FloatArray
    local_slopes: FloatArray
    theiler: int
    n_used: int
    status: DimensionStatus

    def headline(self) -> str:
        """Return the dimension with its error."""
        return f"{self.value:.4g} ± {self.standard_error:.1g} of {self.n_used} samples; {self.status.words}"


def correlation_dimension(
    series: npt.ArrayLike, *, theiler: int | None = None, n_most: int = MOST_SAMPLES, seed: int = 0
) -> CorrelationDimension:
    """Correlation dimension D₂ of the points of a series.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        States; of one component, embed it first.
    theiler : int, optional
        Leave out pairs up to so many samples apart, which are close in time and not only in space; three times the
        longest decay time of the autocorrelation if not given, 1 to 100.
    n_most : int
        Of a longer series so many samples are drawn, at random times: an even stride would make a lattice of a torus.
    seed : int
        Of those times.

    Returns
    -------
    CorrelationDimension

    Raises
    ------
    ValueError
        If the series is not finite, `theiler` negative or not shorter than a quarter of the points used, or n_most
        less than 200.

    Notes
    -----
    C(r) is the share of pairs |i - j| > theiler with max_a |x_i - x_j|_a <= r, counted exactly by a tree; C ~ r^D₂.
    Radii have the ratio √2, from half a standard deviation down to where 200 pairs are left. The range is the longest
    of a factor of 8 and more over which the slope is constant; see `power_law`, also for the error. Pairs are
    counted from M = 5,000 reference points or all; the error of a slope is √(1 + 3 M/n) times what the scatter of 8
    stretches of them says, since they also are in the neighbourhoods of each other.

    What the error does not know: near the edges of an attractor points lack neighbours, which bends C(r) at large r, so
    that D₂ comes from below (1.98 for a square). Where the density has poles C(r) is no power law: 0.90 in place of 1
    for the logistic map at r = 4. The status is BENT if the trend of the local slopes along the range is more than five
    of its standard errors.

    The n samples of a quasi-periodic orbit have n different distances and no more, however many pairs: how far two are
    apart depends on the time between them. So C(r) grows in steps where n C(r) is below some 30. With two frequencies a
    factor of 8 is left above that if there are 75,000 samples (2.00 ± 0.05), but not with 10,000, and the error or the
    status says so.

    Cost: some 0.5 s for 20,000 points; with more than 10 components as if all pairs were looked at.

    References
    ----------
    .. [1] P. Grassberger, I. Procaccia, Physica D 9, 189 (1983).
    .. [2] J. Theiler, Phys. Rev. A 34, 2427 (1986).
    .. [3] J.-P. Eckmann, D. Ruelle, Physica D 56, 185 (1992): no dimension above 2 log10 n.

    Examples
    --------
    >>> angle = np.random.default_rng(0).uniform(0, 2 * np.pi, 2000)  # points on a circle
    >>> answer = correlation_dimension(np.column_stack([np.cos(angle), np.sin(angle)]))
    >>> bool(abs(answer.value - 1.0) < 0.03), answer.status.name
    (True, 'OK')
    """
    samples = as_series(series)
    if n_most < FEWEST_POINTS:
        raise ValueError(f"n_most must be at least {FEWEST_POINTS}, got {n_most}")
    if theiler is not None and not 0 <= theiler < len(samples) // 4:
        raise ValueError(f"theiler must be from 0 to {len(samples) // 4 - 1}, a quarter of the series, got {theiler}")
    n, m = min(len(samples), n_most), samples.shape[1]
    times = np.arange(n)
    if n < len(samples):
        times = np.sort(np.random.default_rng(seed).choice(len(samples), n, replace=False))
    points = samples[times]
    scale = float(points.std(axis=0).max())
    if constant_columns(points).all():
        return _without(DimensionStatus.CONSTANT, 0.0, n)
    if n < FEWEST_POINTS:
        return _without(DimensionStatus.SHORT, math.nan, n)
    if len(np.unique(np.round(points / (SAME_DISTANCE * scale)), axis=0)) * REPEATED_TIMES <= n:
        return _without(DimensionStatus.FINITE, 0.0, n)
    window = _theiler(samples) if theiler is None else theiler
    radii = LARGEST_RADIUS * scale * 2.0 ** (np.arange(-MOST_OCTAVES * RADII_PER_OCTAVE, 1) / RADII_PER_OCTAVE)
    step = math.ceil(n / REFERENCE_POINTS)
    counts, pairs = pair_counts(points, times, radii, window, step)
    total = counts.sum(axis=1)
    ties, _ = pair_counts(points, times, radii[-1:] * SAME_DISTANCE, window, step)
    used = total >= max(
        2 * ENOUGH_PAIRS, PAIRS_PER_TIE * float(ties.sum())
    )  # most pairs are counted from both their ends
    radii, counts, total = radii[used], counts[used], total[used]
    with np.errstate(divide="ignore"):
        x, curve, parts = np.log(radii), np.log(total / pairs.sum()), np.log(counts / pairs)
    law = power_law(x, curve, parts, inflation=math.sqrt(1.0 + 3.0 / step)) if len(x) > 1 else NONE
    return CorrelationDimension(
        value=law.slope,
        standard_error=law.standard_error,
        range=(float(radii[law.first]), float(radii[law.last])) if law is not NONE else (math.nan, math.nan),
        radii=radii,
        correlation_sum=total / pairs.sum(),
        local_slopes=np.diff(curve) / np.diff(x),
        theiler=window,
        n_used=n,
        status=_status(law, n, m),
    )


@analyses("dimension", "correlation dimension", thorough=True)
def _dimension_of(recording: Recording) -> CorrelationDimension:
    n_most = max(FEWEST_POINTS, min(ANALYSED_SAMPLES, ANALYSED_NUMBERS // recording.samples.shape[1]))
    return correlation_dimension(recording.samples, n_most=n_most)


def _status(law: PowerLaw, n: int, m: int) -> DimensionStatus:
    if law is NONE:
        return DimensionStatus.NO_SCALING_RANGE
    if law.standard_error > STEPPED_ERROR * law.slope:
        return DimensionStatus.STEPPED
    if law.slope > 2.0 * math.log10(n):
        return DimensionStatus.TOO_FEW
    if law.slope > m - 2.0 * law.standard_error:
        return DimensionStatus.FILLS_SPACE
    return DimensionStatus.BENT if abs(law.trend) > BENT_SIGMAS else DimensionStatus.OK


def _without(status: DimensionStatus, value: float, n: int) -> CorrelationDimension:
    nothing = np.empty(0)
    error = 0.0 if value == 0.0 else math.nan
    return CorrelationDimension(value, error, (math.nan, math.nan), nothing, nothing, nothing, 0, n, status)


def _theiler(samples: FloatArray) -> int:
    """Three decay times of the component that remembers longest; at least 1."""
    decay = autocorrelation(samples).decay_time
    longest = float(np.max(decay[np.isfinite(decay)], initial=0.0))
    return min(max(1, math.ceil(3.0 * longest)), LONGEST_THEILER, len(samples) // 8)


def pair_counts(
    points: FloatArray,
    times: npt.NDArray[np.int64],
    radii: FloatArray,
    theiler: int,
    step: int = 1,
    n_parts: int = REFERENCE_PARTS,
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Count pairs of points closer than each radius, by the stretch of time in which the first of both lies.

    Parameters
    ----------
    points : array, shape (n, m)
    times : int array, shape (n,)
        Of the points, ascending.
    radii : array, shape (k,)
        Ascending.
    theiler : int
        Pairs up to so far apart in time do not count, nor does a point with itself.
    step : int
        The first of both is every so many-th point, the second any.
    n_parts : int
        Consecutive stretches of time.

    Returns
    -------
    counts : int array, shape (k, n_parts)
        Pairs (i, j) with max |x_i - x_j| <= r, both orders.
    pairs : int array, shape (n_parts,)
        All there are.
    """
    from scipy.spatial import cKDTree  # noqa: PLC0415 - only who counts waits for it

    n, k = len(points), len(radii)
    references = np.arange(0, n, step)
    owner = np.arange(len(references)) * n_parts // len(references)
    tree = cKDTree(points, balanced_tree=False)
    counts = np.empty((k, n_parts), dtype=np.int64)
    for part in range(n_parts):
        first = cKDTree(points[references[owner == part]], balanced_tree=False)
        counts[:, part] = first.count_neighbors(tree, radii, p=np.inf)
    pairs = np.bincount(owner, minlength=n_parts) * n
    close = np.zeros((k + 1, n_parts), dtype=np.int64)
    for lag in range(theiler + 1):
        found = 0
        for side in (lag, -lag)[: 2 if lag else 1]:
            there = (references + side >= 0) & (references + side < n)
            here, other, whose = references[there], references[there] + side, owner[there]
            near = np.abs(times[other] - times[here]) <= theiler
            found += int(np.count_nonzero(near))
            apart = np.abs(points[other[near]] - points[here[near]]).max(axis=1)
            np.add.at(close, (np.searchsorted(radii, apart), whose[near]), 1)
            pairs = pairs - np.bincount(whose[near], minlength=n_parts)
        if not found:
            break
    return counts - np.cumsum(close, axis=0)[:k], pairs
