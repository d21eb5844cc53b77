"""Delay embedding: states out of one recorded component, with the delay and the dimension it takes."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_one_component, as_series, constant_columns
from attractors.status import Status, doubt, sure

MOST_SAMPLES = 20_000  # samples used, the last
FEWEST_FOR_DELAYS = 40  # samples that mutual information takes, and more than false neighbours do
SAMPLES_PER_CELL = 20  # samples in a cell of the joint histogram
MOST_BINS = 32
REFERENCE_POINTS = 2_000  # points whose neighbours are tested
FAR_RATIO, FAR_STDS = (
    15.0,
    2.0,
)  # a neighbour is false if one more coordinate makes it so many times as far, or so many std far
FALSE_SHARE = 0.01  # share of false neighbours that is none
SPARE_NEIGHBOURS = 16  # neighbours looked at to find one that is not close in time


class InformationStatus(Status):
    """How far a delay can be trusted; the value says what to do."""

    OK = sure("The first minimum is clear.")
    NO_MINIMUM = doubt(
        "The information falls without a minimum, as for maps and noise: the delay is where it has fallen to 1/e of "
        "its value at lag 1. For a map take 1."
    )
    CONSTANT = doubt("The series does not vary beyond rounding: it carries no information.")


class NeighboursStatus(Status):
    """How far an embedding dimension can be trusted; the value says what to do."""

    OK = sure("Fewer than 1 % of the neighbours are false.")
    NOT_REACHED = doubt(
        "More than 1 % of the neighbours are false in every dimension tried: noise, or too few samples."
    )
    CONSTANT = doubt("The series does not vary beyond rounding: nothing to embed.")


@dataclass(frozen=True, eq=False)
class MutualInformation(Result):
    """What a value tells about the one some steps later.

    Attributes
    ----------
    delay : int
        First minimum; 0 for a constant.
    information, standard_error : arrays, shape (n_lags + 1,)
        Nats, at lags 0, 1, ..., without the bias of finite counts.
    n_bins : int
        On each axis, equally filled.
    status : InformationStatus
        How far the delay can be trusted.
    """

    delay: int
    information: FloatArray
    standard_error: FloatArray
    n_bins: int
    status: InformationStatus

    def headline(self) -> str:
        """Return the delay."""
        return f"delay {self.delay}; {self.status.words}"


@dataclass(frozen=True, eq=False)
class FalseNeighbours(Result):
    """Neighbours that are close only because a dimension is missing.

    Attributes
    ----------
    dimension : int
        The first in which fewer than 1 % are false; 0 if there is none.
    shares, standard_error : arrays, shape (n_dimensions,)
        Of false neighbours in dimensions 1, 2, ...; binomial errors.
    delay : int
        Samples between coordinates.
    status : NeighboursStatus
        How far it can be trusted.
    """

    dimension: int
    shares: FloatArray
    standard_error: FloatArray
    delay: int
    status: NeighboursStatus

    def headline(self) -> str:
        """Return the embedding dimension."""
        return f"dimension {self.dimension} at delay {self.delay}; {self.status.words}"


def embed(series: npt.ArrayLike, delay: int, dimension: int) -> FloatArray:
    """Delay vectors (x_t, x_{t+τ}, ..., x_{t+(d-1)τ}).

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples.
    delay, dimension : int
        τ and d, 1 or more.

    Returns
    -------
    array, shape (n - (d - 1) τ, d m)

    Raises
    ------
    ValueError
        If delay or dimension are less than 1, or the series is not finite or shorter than two vectors.

    Examples
    --------
    >>> embed([1, 2, 3, 4, 5], delay=2, dimension=2)
    array([[1., 3.],
           [2., 4.],
           [3., 5.]])
    """
    if delay < 1 or dimension < 1:
        raise ValueError(f"delay and dimension must be at least 1, got {delay} and {dimension}")
    samples = as_series(series, at_least=(dimension - 1) * delay + 2)
    n = len(samples) - (dimension - 1) * delay
    return np.hstack([samples[i * delay : i * delay + n] for i in range(dimension)])


def mutual_information(series: npt.ArrayLike, *, n_lags: int | None = None) -> MutualInformation:
    """Mutual information of a component with itself later, and its first minimum: a delay for embedding.

    Parameters
    ----------
    series : array-like, shape (n,)
        One component; of a long series the last 20,000 samples are used.
    n_lags : int, optional
        Largest lag; a tenth of the series, 100 at most, if not given.

    Returns
    -------
    MutualInformation

    Raises
    ------
    ValueError
        If there is more than one component, fewer than 40 samples, or a lag out of range.

    Notes
    -----
    I = Σ p_ij log(p_ij / (p_i p_j)) over bins between quantiles of the series, as many as leave 20 samples for each
    cell, 32 at most; so it does not change if the series is bent monotonically. Finite counts raise I by about
    (k - a - b + 1)/(2 n) if k cells of a rows and b columns are occupied (Miller, Madow), which is taken
    off. Its variance is that of log(p_ij / (p_i p_j)), over n, and of those counts. A minimum counts if I rises again
    by three standard errors before it falls lower, or to nothing. Cost: some 0.2 ms for each lag.

    References
    ----------
    .. [1] A. M. Fraser, H. L. Swinney, Phys. Rev. A 33, 1134 (1986).

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=20_000)
    >>> wave = np.sin(2 * np.pi * 0.0123 * np.arange(20_000)) + 0.3 * noise
    >>> abs(mutual_information(wave).delay - 0.25 / 0.0123) < 2  # a quarter of a period
    True
    """
    x = as_one_component(series, at_least=40)[-MOST_SAMPLES:]
    n = len(x)
    longest = min(n // 10, 100) if n_lags is None else n_lags
    if not 1 <= longest <= n // 2:
        raise ValueError(f"n_lags must be from 1 to {n // 2}, got {longest}")
    n_bins = min(MOST_BINS, max(2, int(math.sqrt(n / SAMPLES_PER_CELL))))
    if constant_columns(x[:, None])[0]:
        nothing = np.full(longest + 1, math.nan)
        return MutualInformation(0, nothing, nothing, n_bins, InformationStatus.CONSTANT)
    edges = np.unique(np.quantile(x, np.arange(1, n_bins) / n_bins))
    bins = np.searchsorted(edges, x, side="right")
    found = [_information(bins[: n - lag], bins[lag:], len(edges) + 1) for lag in range(longest + 1)]
    information, errors = np.array(found).T
    delay = _first_minimum(information, errors)
    status = InformationStatus.OK
    if not delay:
        status = InformationStatus.NO_MINIMUM
        low = np.flatnonzero(information[1:] <= information[1] / math.e)
        delay = int(low[0]) + 1 if low.size else longest
    return MutualInformation(delay, information, errors, n_bins, status)


def _information(a: npt.NDArray[np.int64], b: npt.NDArray[np.int64], n_bins: int) -> tuple[float, float]:
    """Information of two rows of bins without its bias, and its standard error."""
    n = len(a)
    joint = np.bincount(a * n_bins + b, minlength=n_bins * n_bins).reshape(n_bins, n_bins) / n
    of_a, of_b = joint.sum(axis=1), joint.sum(axis=0)
    i, j = np.nonzero(joint)
    p = joint[i, j]
    gain = np.log(p / (of_a[i] * of_b[j]))
    mean = float(p @ gain)
    bias = (len(p) - np.count_nonzero(of_a) - np.count_nonzero(of_b) + 1) / (2.0 * n)
    variance = max(float(p @ gain**2) - mean**2, 0.0) / n
    return mean - bias, math.sqrt(
        variance + max(bias, 0.0) / n
    )  # the second part is what is left without any information


def _first_minimum(values: FloatArray, errors: FloatArray) -> int:
    """First lag after which the values rise by three errors before they fall lower or to nothing; 0 if none."""
    lowest = 1
    for lag in range(2, len(values)):
        if values[lag] <= 3.0 * errors[lag]:
            return 0
        if values[lag] < values[lowest]:
            lowest = lag
        elif values[lag] > values[lowest] + 3.0 * math.hypot(errors[lag], errors[lowest]):
            return lowest if lowest > 1 else 0
    return 0


def false_neighbours(
    series: npt.ArrayLike, *, delay: int = 1, max_dimension: int = 8, theiler: int | None = None
) -> FalseNeighbours:
    """Find the dimension in which delay vectors that are neighbours stay neighbours.

    Parameters
    ----------
    series : array-like, shape (n,)
        One component; of a long series the last 20,000 samples are used.
    delay : int
        Between coordinates; see `mutual_information`.
    max_dimension : int
        The largest that is tried.
    theiler : int, optional
        Neighbours up to so many samples apart in time do not count; the delay if not given.

    Returns
    -------
    FalseNeighbours

    Raises
    ------
    ValueError
        If there is more than one component, the series is too short or not finite, or a number out of range.

    Notes
    -----
    The nearest neighbour (scikit-learn's tree, Euclidean) in dimension d is false if the next coordinate differs by
    more than 15 times their distance, or if they then are more than 2 standard deviations apart [1]_. 2,000
    points are tested. Cost: some 0.1 s for each dimension.

    References
    ----------
    .. [1] M. B. Kennel, R. Brown, H. D. I. Abarbanel, Phys. Rev. A 45, 3403 (1992).

    Examples
    --------
    >>> x, y = [0.1], 0.1
    >>> for _ in range(3000):
    ...     x.append(1.0 - 1.4 * x[-1] ** 2 + y)
    ...     y = 0.3 * x[-2]
    >>> false_neighbours(x).dimension  # the Hénon map
    2
    """
    window = delay if theiler is None else theiler
    if delay < 1 or max_dimension < 1 or window < 0:
        raise ValueError(
            f"delay and max_dimension must be at least 1, theiler at least 0, got {delay}, {max_dimension}, {window}"
        )
    x = as_one_component(series, at_least=max_dimension * delay + 2 * window + SPARE_NEIGHBOURS + 2)[-MOST_SAMPLES:]
    if constant_columns(x[:, None])[0]:
        nothing = np.full(max_dimension, math.nan)
        return FalseNeighbours(0, nothing, nothing, delay, NeighboursStatus.CONSTANT)
    vectors = embed(x, delay, max_dimension + 1)
    tested = np.unique(np.linspace(0, len(vectors) - 1, REFERENCE_POINTS).astype(int))
    found = [_false(vectors[:, : d + 1], tested, window, float(x.std())) for d in range(1, max_dimension + 1)]
    shares, errors = np.array(found).T
    few = np.flatnonzero(shares < FALSE_SHARE)
    return FalseNeighbours(
        dimension=int(few[0]) + 1 if few.size else 0,
        shares=shares,
        standard_error=errors,
        delay=delay,
        status=NeighboursStatus.OK if few.size else NeighboursStatus.NOT_REACHED,
    )


def _gives_delays(recording: Recording) -> bool:
    return len(recording.samples) >= FEWEST_FOR_DELAYS


@analyses("information", "mutual information", thorough=True, applies=_gives_delays)
def _information_of(recording: Recording) -> MutualInformation:
    return mutual_information(recording.first)


@analyses("neighbours", "false neighbours", thorough=True, applies=_gives_delays)
def _neighbours_of(recording: Recording) -> FalseNeighbours:
    return false_neighbours(recording.first)


def _false(vectors: FloatArray, tested: npt.NDArray[np.int64], window: int, spread: float) -> tuple[float, float]:
    """Share of false neighbours in all coordinates but the last, and its binomial error."""
    from sklearn.neighbors import NearestNeighbors  # noqa: PLC0415 - takes a while to import

    n_neighbours = min(len(vectors), 2 * window + 1 + SPARE_NEIGHBOURS)
    distances, neighbours = (
        NearestNeighbors(n_neighbors=n_neighbours).fit(vectors[:, :-1]).kneighbors(vectors[tested, :-1])
    )
    apart = np.abs(neighbours - tested[:, None]) > window
    first = np.argmax(apart, axis=1)
    rows = np.arange(len(tested))
    distance, other = distances[rows, first], neighbours[rows, first]
    further = np.abs(vectors[other, -1] - vectors[tested, -1])
    false = (further > FAR_RATIO * distance) | (np.hypot(distance, further) > FAR_STDS * spread)
    share = float(false[apart.any(axis=1)].mean())
    n = len(tested)
    return share, math.sqrt((share * (1.0 - share) + 0.25 / n) / n)
