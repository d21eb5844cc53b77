"""Conditional mutual information between parts of a whole, given the rest: of a distribution, and of samples.

I(x;y|b) = Σ p(x,b,y) log[ p(x,y|b) / (p(x|b) p(y|b)) ], nats; 0 exactly where b is a Markov blanket, which screens x
from y.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, real
from attractors.exponents.standard_errors import standard_errors
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

__all__ = [
    "SampledInformation",
    "SampledInformationStatus",
    "conditional_information_nats",
    "information_from_samples",
]

N_BLOCKS = 64  # of samples, for the standard error
FEWEST = 256  # samples
ALONE = 0.05  # share of samples alone in their cell above which cells are too many for the samples
MOST_CELLS = 2**62  # that can be numbered
PIECE = 50_000  # samples whose neighbours are counted at a time
SUMS = 1e-9  # by how much the sum of a distribution may differ from 1
Integers = npt.NDArray[np.int64]
Columns = int | Sequence[int]


class SampledInformationStatus(Status):
    """How far information from samples can be trusted; the value says what to do."""

    OK = sure("The information and its standard error can be trusted.")
    UNDERSAMPLED = doubt(
        "More than one sample in twenty is alone in its cell: there are too few samples for so many cells, and the "
        "correction of the bias is too small. Take more samples, fewer bins, or method='neighbours'."
    )
    TIED = doubt(
        "Samples coincide, and distances to neighbours mean nothing: take method='histogram' for discrete values."
    )
    FEW_BLOCKS = doubt("Neighbouring samples are correlated over too long a time for the error. Take more samples.")
    CONSTANT = doubt("x or y does not vary beyond rounding: nothing can be known of it, the information is 0.")
    SHORT = doubt("Fewer than 256 samples tell nothing of information. Take more samples.")


@dataclass(frozen=True, eq=False)
class SampledInformation(Result):
    """Conditional mutual information estimated from samples.

    Attributes
    ----------
    nats : float
        I(x;y|given), corrected for its bias; NaN if it was not measured.
    standard_error_nats : float
        One standard error, from blocks of consecutive samples; it does not know of what is left of the bias.
    plug_in_nats : float
        Before the correction.
    bias_nats : float
        What the correction took off; NaN for neighbours, which have none that is known.
    n_samples, n_cells : int
        Samples, and cells that hold some; 0 for neighbours.
    alone : float
        Share of samples that are alone in their cell; of samples that coincide with their k-th neighbour.
    method : str
        "histogram" or "neighbours".
    status : SampledInformationStatus
    """

    nats: float
    standard_error_nats: float
    plug_in_nats: float
    bias_nats: float
    n_samples: int
    n_cells: int
    alone: float
    method: str
    status: SampledInformationStatus


def conditional_information_nats(joint: npt.ArrayLike, x: Columns, y: Columns, given: Columns = ()) -> float:
    """Conditional mutual information I(x;y|given) of a joint distribution, nats.

    Parameters
    ----------
    joint : array-like
        Probabilities, an axis for each variable, however many values each has.
    x, y, given : int or sequence of int
        Axes of the parts. Those that are in none are summed over.

    Returns
    -------
    float
        Not negative but for rounding; exactly 0 for distributions on one axis of x or y.

    Raises
    ------
    ValueError
        If entries are no probabilities, do not sum to 1 to 10⁻⁹, or an axis is not there or in two parts.

    Notes
    -----
    Cells without probability add exactly 0. Cost: one pass over the array.

    Examples
    --------
    Two equal coins know all of each other, log 2; given their sum nothing is left to know.

    >>> coins = np.diag([0.5, 0.5])
    >>> print(round(conditional_information_nats(coins, 0, 1) / np.log(2.0), 12))
    1.0
    """
    p = real(joint, "joint")
    if not (p >= 0.0).all() or not abs(p.sum() - 1.0) <= SUMS:
        raise ValueError(f"joint must hold probabilities, not negative, with sum 1; the sum is {p.sum():.12g}")
    parts = _parts(p.ndim, x, y, given)
    named = [axis for part in parts for axis in part]
    kept = p.sum(axis=tuple(set(range(p.ndim)) - set(named)))
    grouped = kept.transpose(np.argsort(np.argsort(named)))
    shape = [math.prod(p.shape[axis] for axis in part) for part in parts]
    return float(information_of(grouped.reshape(1, *shape))[0])


def information_of(joint: FloatArray) -> FloatArray:
    """I(x;y|b) of many distributions (m, x, b, y), nats, shape (m,)."""
    of_x, of_y, of_b = joint.sum(axis=3, keepdims=True), joint.sum(axis=1, keepdims=True), joint.sum(axis=(1, 3))
    with np.errstate(divide="ignore", invalid="ignore"):
        ratio = joint * of_b[:, None, :, None] / (of_x * of_y)
        terms = np.where(joint > 0.0, joint * np.log(ratio), 0.0)
    return np.asarray(terms.sum(axis=(1, 2, 3)))


def information_from_samples(
    samples: npt.ArrayLike,
    x: Columns,
    y: Columns,
    given: Columns = (),
    *,
    method: str = "histogram",
    bins: int = 8,
    limits: tuple[float, float] | None = None,
    k: int = 4,
) -> SampledInformation:
    """Conditional mutual information I(x;y|given) of samples, nats, with its standard error.

    Parameters
    ----------
    samples : array-like, shape (n, m)
        A row for each; consecutive rows may be correlated.
    x, y, given : int or sequence of int
        Columns of the parts; others are not looked at.
    method : {"histogram", "neighbours"}
        Count cells, for many samples or discrete values; or look at the k nearest neighbours of each sample.
    bins : int
        Of every column, of equal width.
    limits : (float, float), optional
        Ends of the bins of every column; what is beyond counts in the outermost. Without, those of each column's
        samples.
    k : int
        Neighbours. More of them scatter less and see less detail.

    Returns
    -------
    SampledInformation

    Raises
    ------
    ValueError
        If a column is not there or in two parts, samples are not finite, or an option is not allowed.

    Notes ----- *Histogram.* Occupied cells are found by sorting their numbers, so that memory does not grow with
    bins^m. Each entropy is raised by (occupied cells - 1) / 2n [1]_, which takes (K_xby - K_xb - K_by + K_b) / 2n off
    the information. That is right as long as cells are well filled; if more than 5 % of the samples are alone, the
    status says UNDERSAMPLED.

    *Neighbours.* With ε_i the distance (largest component) of sample i to its k-th neighbour, and n_xb, n_yb, n_b the
    samples closer than it in those columns, I = ψ(k) + <ψ(n_b + 1) - ψ(n_xb + 1) - ψ(n_yb + 1)> [2]_ [3]_; without
    `given`, ψ(n) stands in place of ψ(n_b + 1). Columns are scaled to standard deviation 1 first.

    *Error.* I is a mean over samples, to first order; its blocks of consecutive samples are merged as long as they are
    correlated, as those of Lyapunov exponents are. Cost: histogram O(n log n), 0.3 s for 10⁶ samples of 6 columns;
    neighbours some 50 µs a sample.

    References
    ----------
    .. [1] G. Miller, in Information Theory in Psychology (1955), p. 95.
    .. [2] A. Kraskov, H. Stögbauer, P. Grassberger, Phys. Rev. E 69, 066138 (2004).
    .. [3] S. Frenzel, B. Pompe, Phys. Rev. Lett. 99, 204101 (2007).

    Examples
    --------
    Two noisy views of one number, with the correlation 1/2: I = -1/2 log(1 - 1/4) = 0.144; given it, none.

    >>> z, e, f = np.random.default_rng(1).normal(size=(3, 20_000))
    >>> views = np.column_stack([z + e, z + f, z])
    >>> found = information_from_samples(views, 0, 1, method="neighbours")
    >>> print(abs(found.nats - 0.144) < 3 * found.standard_error_nats < 0.03)
    True
    """
    data = as_series(samples, at_least=2, name="samples")
    parts = _parts(data.shape[1], x, y, given)
    if method not in {"histogram", "neighbours"}:
        raise ValueError(f"method must be 'histogram' or 'neighbours', got {method!r}")
    if bins < 2 or k < 1:
        raise ValueError(f"bins must be at least 2, and k at least 1, got {bins} and {k}")
    if limits is not None and not -math.inf < limits[0] < limits[1] < math.inf:
        raise ValueError(f"limits must be two finite numbers, the lower first, got {limits}")
    if bins ** sum(map(len, parts)) > MOST_CELLS:
        raise ValueError(f"{bins} bins of {sum(map(len, parts))} columns are too many cells to number: take fewer bins")
    still = constant_columns(data)
    if still[list(parts[0])].all() or still[list(parts[2])].all():
        return _nothing(0.0, len(data), method, SampledInformationStatus.CONSTANT)
    if len(data) < max(FEWEST, 4 * k):
        return _nothing(math.nan, len(data), method, SampledInformationStatus.SHORT)
    if method == "neighbours":
        scale = np.where(still, 1.0, data.std(axis=0))
        return _from_neighbours(data / scale, parts, k)
    return from_cells([_cells(data[:, list(part)], bins, limits) for part in parts], bins, parts)


class Parts(NamedTuple):
    """Axes or columns of the three parts, in the order in which a joint distribution holds them."""

    x: tuple[int, ...]
    given: tuple[int, ...]
    y: tuple[int, ...]


def _parts(n: int, x: Columns, y: Columns, given: Columns) -> Parts:
    """Return the three parts, or say which of n columns is not there, or in two of them."""
    parts = Parts(*(tuple(np.atleast_1d(np.asarray(part, dtype=np.int64)).tolist()) for part in (x, given, y)))
    if not parts.x or not parts.y:
        raise ValueError("x and y must each name at least one column")
    named = [column for part in parts for column in part]
    if not set(named) <= set(range(n)) or len(set(named)) < len(named):
        raise ValueError(
            f"x, y and given must be different columns from 0 to {n - 1}, got {parts.x}, {parts.y} and {parts.given}"
        )
    return parts


def _nothing(nats: float, n: int, method: str, status: SampledInformationStatus) -> SampledInformation:
    nothing = math.nan
    return SampledInformation(nats, 0.0 if nats == 0.0 else nothing, nats, nothing, n, 0, nothing, method, status)


def _cells(columns: FloatArray, bins: int, limits: tuple[float, float] | None) -> Integers:
    """Return the number of the cell of each row (n,) of some columns."""
    number = np.zeros(len(columns), dtype=np.int64)
    for values in columns.T:
        low, high = limits or (values.min(), values.max())
        width = (high - low) or 1.0
        number = number * bins + np.clip((values - low) * (bins / width), 0, bins - 1).astype(np.int64)
    return number


def from_cells(cells: Sequence[Integers], bins: int, parts: Parts) -> SampledInformation:
    """Information of samples that are given by the numbers of their cells in x, the given part, and y."""
    x, b, y = cells
    per_b, per_y = bins ** len(parts.given), bins ** len(parts.y)
    numbers, of_sample, counts = np.unique((x * per_b + b) * per_y + y, return_inverse=True, return_counts=True)
    n = len(x)
    xb, y_there = np.divmod(numbers, per_y)
    b_there = xb % per_b
    logs, n_cells = np.log(counts), [len(numbers)]
    for marginal, sign in ((xb, -1.0), (b_there * per_y + y_there, -1.0), (b_there, 1.0)):
        held, place = np.unique(marginal, return_inverse=True)
        logs = logs + sign * np.log(np.bincount(place, counts))[place]
        n_cells.append(len(held))
    plug_in = float(counts @ logs) / n
    bias = (n_cells[0] - n_cells[1] - n_cells[2] + n_cells[3]) / (2.0 * n)
    error, trusted = _error(logs[of_sample])
    alone = float(np.mean(counts == 1) * len(counts) / n)
    status = SampledInformationStatus.OK if trusted else SampledInformationStatus.FEW_BLOCKS
    if alone > ALONE:
        status = SampledInformationStatus.UNDERSAMPLED
    return SampledInformation(plug_in - bias, error, plug_in, bias, n, len(numbers), alone, "histogram", status)


def _from_neighbours(data: FloatArray, parts: Parts, k: int) -> SampledInformation:
    """Information from the k nearest neighbours of each sample."""
    from scipy.special import digamma  # noqa: PLC0415 - only who asks for neighbours waits for it
    from sklearn.neighbors import KDTree, NearestNeighbors  # noqa: PLC0415 - takes a while to import

    n = len(data)
    everything = data[:, [column for part in parts for column in part]]
    # k + 1 of the samples themselves: the first is the sample, or one that coincides with it
    reach = NearestNeighbors(n_neighbors=k + 1, metric="chebyshev").fit(everything).kneighbors(everything)[0][:, -1]
    tied = float(np.mean(reach == 0.0))
    inside = np.nextafter(reach, 0.0)  # closer than the k-th

    def psi(columns: tuple[int, ...]) -> FloatArray:
        """ψ(1 + samples that are closer) of each sample, which counts itself."""
        if not columns:
            return np.full(n, digamma(n))
        tree = KDTree(data[:, list(columns)], metric="chebyshev")
        pieces = [slice(first, first + PIECE) for first in range(0, n, PIECE)]
        counts = [tree.query_radius(data[piece][:, list(columns)], inside[piece], count_only=True) for piece in pieces]
        return np.asarray(digamma(np.maximum(np.concatenate(counts), 1)))

    local = digamma(k) + psi(parts.given) - psi(parts.x + parts.given) - psi(parts.y + parts.given)
    error, trusted = _error(local)
    status = SampledInformationStatus.OK if trusted else SampledInformationStatus.FEW_BLOCKS
    if tied > ALONE:
        status = SampledInformationStatus.TIED
    nats = float(local.mean())
    return SampledInformation(nats, error, nats, math.nan, n, 0, tied, "neighbours", status)


def _error(local: FloatArray) -> tuple[float, bool]:
    """Return the standard error of a mean over samples from blocks of consecutive ones, and whether to trust it."""
    length = len(local) // N_BLOCKS
    blocks = local[: N_BLOCKS * length].reshape(N_BLOCKS, length).mean(axis=1)
    found = standard_errors(blocks[:, None])
    return float(found.errors[0]), bool(found.trusted[0])
