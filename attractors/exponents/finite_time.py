"""Finite-time Lyapunov exponents: how growth over windows of T steps is distributed, and how that narrows with T."""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.exponents.runs import SETTLING_STEPS, end_of_transient
from attractors.exponents.standard_errors import ROUNDED_SCATTER, standard_errors
from attractors.results import Result
from attractors.status import Status, doubt, sure
from attractors.system import System

FEWEST_WINDOWS = 32  # of a length: the variance is then known to a quarter
NO_DIFFUSION = 0.1  # share of T var(λ_T) below which D must be known to be for windows to telescope
MOST_BLOCKS = 512  # windows merged for the standard errors of means: those cost the square of their number
FEWER_BLOCKS = 128  # the same for D: products of neighbouring windows are correlated, and longer blocks are less so
DIFFUSION_SIGMAS = 3.0  # standard errors of D within which it may be 0
CHANCE = (
    1.5  # correlation of windows with the next but one that is chance, in units of 1/√n: in 13 % of cases it is more
)
CONFIDENCE = 0.95


class FiniteTimeStatus(Status):
    """How far the distribution can be trusted; the value says what to do."""

    OK = sure("Means, variances and diffusion coefficients can be trusted.")
    CORRELATED = doubt(
        "Windows remember each other however long they are, so that there is no diffusion coefficient yet. Take more "
        "windows."
    )
    FEW_WINDOWS = doubt("Fewer than 64 windows do not tell how the variance scales. Take more windows.")
    UNRESOLVED = doubt(
        "Some directions were annihilated, or are shorter than double precision resolves: NaN stands for what depends "
        "on them. Ask for fewer exponents."
    )
    DIVERGED = doubt("The orbit did not stay finite. Start elsewhere or change the parameters.")


@dataclass(frozen=True, eq=False)
class FiniteTimeExponents(Result):
    """Lyapunov exponents over consecutive windows of one orbit.

    Attributes
    ----------
    mean, standard_errors : arrays, shape (k,)
        Mean exponents, nats per step, in the order of the data, and their standard errors.
    variance, variance_errors : arrays, shape (k,)
        Variance of the exponent over one window, and its standard error.
    diffusion, diffusion_errors : arrays, shape (k,)
        D = lim T var(λ_T), nats² per step, and its standard error; may come out below 0 where it is 0.
    telescopes : bool array, shape (k,)
        Whether the variance falls as 1/T² (or is 0), not as 1/T: what grows in one window shrinks in the next.
    negative_share : array, shape (k,)
        Share of windows with a negative exponent.
    negative_interval : array, shape (k, 2)
        95 % interval of that share.
    exponents : array, shape (n, k)
        The finite-time exponents themselves, for histograms.
    window : int
        T, steps in a window.
    windows : int array, shape (m,)
        T, 2 T, 4 T, … as long as 32 windows remain.
    variances : array, shape (m, k)
        Variance of the exponents over windows of these lengths.
    status : FiniteTimeStatus
        What can be trusted, and the remedy.
    """

    mean: FloatArray
    standard_errors: FloatArray
    variance: FloatArray
    variance_errors: FloatArray
    diffusion: FloatArray
    diffusion_errors: FloatArray
    telescopes: npt.NDArray[np.bool_]
    negative_share: FloatArray
    negative_interval: FloatArray
    exponents: FloatArray
    window: int
    windows: npt.NDArray[np.int64]
    variances: FloatArray
    status: FiniteTimeStatus


def finite_time_exponents(
    system: System,
    start: Any,
    *,
    window: int,
    n_windows: int = 4_096,
    n_transient: int = 1_000,
    n_exponents: int | None = None,
) -> FiniteTimeExponents:
    """Finite-time Lyapunov exponents of a map, and their distribution.

    Parameters
    ----------
    system : System
        The map.
    start : object
        A state of the system.
    window : int
        T, steps in a window: a multiple of the clock's period.
    n_windows : int
        Consecutive windows of one orbit.
    n_transient : int
        Steps discarded before; the last 256 of them align the tangent vectors.
    n_exponents : int, optional
        k, the largest k exponents; all of them if not given.

    Returns
    -------
    FiniteTimeExponents

    Raises
    ------
    ValueError
        If a count is out of range, or the window no multiple of the clock's period.

    Notes
    -----
    λ_T is the mean of log |R_ii| over the window, with tangent vectors that are carried on from window to window; so
    those of the largest exponent have forgotten how they began, and are those of the covariant vector.
    What `finite_time_from_stretching` finds in these follows.

    Examples
    --------
    The cat map stretches the same everywhere:

    >>> from attractors.examples import cat
    >>> found = finite_time_exponents(cat(), [0.1, 0.2], window=10, n_windows=64)
    >>> found.mean.round(6), found.variance.round(12)
    (array([ 0.962424, -0.962424]), array([0., 0.]))
    """
    k = system.dimension if n_exponents is None else n_exponents
    if not 1 <= k <= system.dimension:
        raise ValueError(f"n_exponents must be between 1 and the dimension {system.dimension}, got {n_exponents}")
    if window < 1 or window % system.clock_period:
        raise ValueError(
            f"window must be a positive multiple of the clock's period {system.clock_period}, got {window}"
        )
    if n_windows < 2 or n_transient < 0:
        raise ValueError(
            "n_windows must be at least 2 and n_transient not negative, "
            f"got n_windows = {n_windows} and n_transient = {n_transient}"
        )
    n_settle = min(n_transient, SETTLING_STEPS)
    state, finite = end_of_transient(system, start, n_transient - n_settle)
    if not finite:
        return finite_time_from_stretching(np.full((n_windows, k), np.nan), window)
    stretching = system.stretching(state, n_exponents=k, n_blocks=n_windows, block_length=window, n_settle=n_settle)
    return finite_time_from_stretching(stretching.log_factors, window)


def finite_time_from_stretching(log_factors: npt.ArrayLike, window: int) -> FiniteTimeExponents:
    """Distribution of finite-time exponents from sums of log stretching over consecutive windows.

    Parameters
    ----------
    log_factors : array-like, shape (n, k)
        Sums over windows of log |R_ii|, nats; of a `LyapunovSpectrum` or a `Stretching`.
    window : int
        T, steps in each.

    Returns
    -------
    FiniteTimeExponents

    Raises
    ------
    ValueError
        If `log_factors` is not two-dimensional with at least 2 windows, or the window less than 1.

    Notes
    -----
    *Diffusion.* D = T (var(λ_T) + 2 cov), cov the covariance of neighbouring windows, holds for windows longer than the
    memory of the orbit. It is the mean of products of each deviation with the three around it, and has the standard
    error of that, or √(6/n) T var(λ_T), that of independent windows, if it is larger. Windows are merged in pairs until
    the correlation of next neighbours but one is within chance, 1.5/√n, and once more for what chance may hide; then
    further as long as D is within 3 errors of 0. That it is where windows telescope: sums are differences
    g(x_{t+T}) - g(x_t) of a function of the state, as for the logistic map at r = 4, and var(λ_T) falls as 1/T².
    `telescopes` says that D is within 3 errors of 0, and these less than a tenth of T var(λ_T); or, where windows
    remember each other for ever, as on a torus, that T var(λ_T) falls below a twentieth of what it is.

    *Standard errors* of means are those of `standard_errors`: from blocks, for windows that are correlated. So are
    those of variances, as means of squares; the mean's own error s adds √2 s².

    *Negative share.* The exact (Clopper-Pearson) interval of a binomial share, with as many windows as would give the
    mean, or the share, its standard error if they were independent.

    References
    ----------
    .. [1] P. Grassberger, R. Badii, A. Politi, J. Stat. Phys. 51, 135 (1988): the distribution, and D.
    .. [2] A. Prasad, R. Ramaswamy, Phys. Rev. E 60, 2761 (1999): shapes in different kinds of motion.

    Examples
    --------
    >>> noise = np.random.default_rng(1).normal(size=(4096, 1))
    >>> found = finite_time_from_stretching(5.0 + 3.0 * noise, window=10)  # λ_T = 0.5 ± 0.3, D = 0.9
    >>> bool(abs(found.diffusion[0] - 0.9) < 3 * found.diffusion_errors[0]), found.telescopes.tolist()
    (True, [False])
    """
    sums = np.array(log_factors, dtype=np.float64)
    if sums.ndim != 2 or len(sums) < 2:
        raise ValueError(f"log_factors must have shape (n_windows, k) with at least 2 windows, got {sums.shape}")
    if window < 1:
        raise ValueError(f"window must be at least 1, got {window}")
    n, k = sums.shape
    exponents = sums / window
    lengths = 2 ** np.arange(max(1, int(math.log2(n / FEWEST_WINDOWS)) + 1))
    live = np.isfinite(sums).all(axis=0)
    columns = exponents[:, live]
    diffusions = [_diffusion(column, window, len(lengths)) for column in columns.T]
    found = FiniteTimeExponents(
        mean=np.full(k, np.nan),
        standard_errors=np.full(k, np.nan),
        variance=np.full(k, np.nan),
        variance_errors=np.full(k, np.nan),
        diffusion=np.full(k, np.nan),
        diffusion_errors=np.full(k, np.nan),
        telescopes=np.zeros(k, dtype=bool),
        negative_share=np.full(k, np.nan),
        negative_interval=np.full((k, 2), np.nan),
        exponents=exponents,
        window=window,
        windows=window * lengths,
        variances=np.full((len(lengths), k), np.nan),
        status=_status(sums, [diffusion.settled for diffusion in diffusions]),
    )
    if not live.any():
        return found
    found.mean[live], found.standard_errors[live] = columns.mean(axis=0), _errors(columns)
    found.variance[live] = columns.var(axis=0, ddof=1)
    of_squares = _errors((columns - columns.mean(axis=0)) ** 2)
    found.variance_errors[live] = np.hypot(of_squares, math.sqrt(2.0) * found.standard_errors[live] ** 2)
    found.variances[:, live] = [_merged(columns, length).var(axis=0, ddof=1) for length in lengths.tolist()]
    found.diffusion[live] = [diffusion.value for diffusion in diffusions]
    found.diffusion_errors[live] = [diffusion.error for diffusion in diffusions]
    found.telescopes[live] = [diffusion.telescopes for diffusion in diffusions]
    found.negative_share[live], found.negative_interval[live] = _negative(columns, found.standard_errors[live])
    return found


class _Diffusion(NamedTuple):
    value: float
    error: float
    telescopes: bool
    settled: bool


def _diffusion(exponents: FloatArray, window: int, n_lengths: int) -> _Diffusion:
    """D of one column; see `finite_time_from_stretching`."""
    if np.ptp(exponents) <= 2.0 * ROUNDED_SCATTER * np.abs(exponents).max():
        return _Diffusion(0.0, 0.0, True, True)
    if len(exponents) < 2 * FEWEST_WINDOWS:
        return _Diffusion(math.nan, math.nan, False, False)
    first, settled = 0, False
    for first in range(n_lengths):
        deviations = _merged(exponents[:, None], 2**first)[:, 0]
        deviations -= deviations.mean()
        beyond, squares = deviations[2:] @ deviations[:-2], deviations @ deviations
        settled = bool(abs(beyond) * math.sqrt(len(deviations)) <= CHANCE * squares)
        if settled:
            break
    longest = n_lengths - 1
    if settled:
        first, settled = min(first + 1, longest), first < longest
    value, error = _with_neighbours(exponents, window, 2**first)
    while first < longest and abs(value) <= DIFFUSION_SIGMAS * error:
        first += 1
        value, error = _with_neighbours(exponents, window, 2**first)
    scatter, at_last = (2**j * float(_merged(exponents[:, None], 2**j).var(ddof=1)) for j in (0, longest))
    bounded = at_last < 0.5 * NO_DIFFUSION * scatter  # whatever is correlated: known to a quarter, so by 4 errors
    telescopes = abs(value) <= DIFFUSION_SIGMAS * error and (
        bounded or (settled and DIFFUSION_SIGMAS * error < NO_DIFFUSION * window * scatter)
    )
    return _Diffusion(value, error, telescopes, settled or bounded)


def _with_neighbours(exponents: FloatArray, window: int, length: int) -> tuple[float, float]:
    """T (var + 2 cov) of windows merged to this length, cov the covariance of neighbours, and its standard error."""
    deviations = _merged(exponents[:, None], length)[:, 0]
    n = len(deviations)
    deviations -= deviations.mean()
    products = window * length * deviations[1:-1] * (deviations[:-2] + deviations[1:-1] + deviations[2:])
    of_blocks = float(_errors(products[:, None], FEWER_BLOCKS)[0])
    of_noise = math.sqrt(6.0 / n) * window * length * float(deviations @ deviations) / n  # if windows are independent
    return float(products.mean()) / (1.0 - 3.0 / n), max(of_blocks, of_noise)


def _merged(columns: FloatArray, length: int) -> FloatArray:
    """Means over so many neighbouring windows; what is left over at the beginning is left out."""
    n = len(columns) // length
    return np.asarray(columns[len(columns) - n * length :].reshape(n, length, -1).mean(axis=1))


def _errors(columns: FloatArray, most: int = MOST_BLOCKS) -> FloatArray:
    """Find the standard errors of the means of columns, from at most so many blocks."""
    return standard_errors(_merged(columns, -(-len(columns) // most))).errors


def _negative(columns: FloatArray, errors: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Shares of negative exponents (k,) and their intervals (k, 2)."""
    from scipy.special import betaincinv  # noqa: PLC0415 - only who asks for intervals waits for it

    n = len(columns)
    negative = (columns < 0.0).astype(np.float64)
    share = negative.mean(axis=0)
    with np.errstate(divide="ignore", invalid="ignore"):
        of_mean, of_share = columns.var(axis=0) / errors**2, share * (1.0 - share) / _errors(negative) ** 2
    independent = np.clip(np.fmin(np.fmin(of_mean, of_share), n), 2.0, n)
    hits, beyond = share * independent, 0.5 * (1.0 - CONFIDENCE)
    low = np.where(hits > 0.0, betaincinv(np.maximum(hits, 1e-300), independent - hits + 1.0, beyond), 0.0)
    others = independent - hits
    high = np.where(others > 0.0, betaincinv(hits + 1.0, np.maximum(others, 1e-300), 1.0 - beyond), 1.0)
    return share, np.stack([low, high], axis=1)


def _status(sums: FloatArray, settled: list[bool]) -> FiniteTimeStatus:
    if np.isnan(sums).any() or np.isposinf(sums).any():
        return FiniteTimeStatus.DIVERGED
    if len(sums) < 2 * FEWEST_WINDOWS:
        return FiniteTimeStatus.FEW_WINDOWS
    if np.isneginf(sums).any():
        return FiniteTimeStatus.UNRESOLVED
    return FiniteTimeStatus.OK if all(settled) else FiniteTimeStatus.CORRELATED
