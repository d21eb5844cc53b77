"""Lyapunov exponents from a recorded series alone, through nolds: how fast neighbours in delay space part."""

import math
import warnings
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.dimensions.power_law import slope_of
from attractors.recurrence.period import find_period
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_one_component, constant_columns
from attractors.status import Status, doubt, sure
from attractors.time_series._nolds import nolds

PARTS_FOR_ERROR = 8  # of the series, for the error
LONGEST_PART = 1_000  # samples in a part: nolds compares all pairs
ANALYSED_DIMENSION = 3  # of the delay vectors of which `analyse` takes the largest exponent
STEPS_FOLLOWED = 20  # steps for which neighbours are followed
RISE_FITTED = 0.6  # share of the way to saturation that is fitted
FEWEST_POINTS = 4  # points of the curve that make a line
POSITIVE_SIGMAS = 3.0  # standard errors by which an exponent that is positive is above 0
SPURIOUS_RATIO = 1.5  # times the rate at which neighbours part


class DivergenceStatus(Status):
    """How far an exponent from a series can be trusted; the value says what to do."""

    OK = sure("Neighbours part at this rate. Where the map is known, its own spectrum (lyapunov_spectrum) is better.")
    NOT_POSITIVE = doubt(
        "The largest exponent is not above 0 by three standard errors and 1/n: no chaos is seen. A series alone does "
        "not tell 0 from negative."
    )
    NO_RANGE = doubt(
        "Neighbours part within three steps, or as soon as all samples of a delay vector are new, or not at all: "
        "noise, a cycle, or too few samples. Take a longer series."
    )
    SPURIOUS = doubt(
        "The largest exponent is more than 1.5 times the rate at which neighbours part: an artefact of more dimensions "
        "than the attractor has, or of noise. Take a smaller dimension, or largest_exponent."
    )
    SHORT = doubt(
        "A part of the series is shorter than nolds needs. Take a longer series, or a smaller dimension and delay."
    )
    CONSTANT = doubt("The series does not vary beyond rounding: there is nothing to part.")
    FINITE = sure("The series repeats exactly: on a cycle all that parts is rounding.")


@dataclass(frozen=True, eq=False)
class SeriesExponents(Result):
    """Exponents that a series shows.

    Attributes
    ----------
    exponents, standard_errors : arrays, shape (k,)
        Nats per sample, means over 8 parts of the series with their scatter; one by Rosenstein's method, as many as the
        dimension by Eckmann's, of which those beyond the dimension of the attractor mean nothing.
    divergence : array, shape (n_steps,)
        Mean log distance of neighbours after 0, 1, ... steps.
    fitted : int
        Steps over which the slope was taken; 0 for Eckmann's, which takes none.
    dimension, delay, theiler : int
        Of the delay vectors, and how far apart in time neighbours are at least.
    n_used, n_needed : int
        Samples in a part, and what nolds needs.
    warnings : tuple of str
        What nolds had to say.
    status : DivergenceStatus
        How far they can be trusted.
    """

    exponents: FloatArray
    standard_errors: FloatArray
    divergence: FloatArray
    fitted: int
    dimension: int
    delay: int
    theiler: int
    n_used: int
    n_needed: int
    warnings: tuple[str, ...]
    status: DivergenceStatus

    def headline(self) -> str:
        """Return the exponents with their errors."""
        pairs = zip(self.exponents, self.standard_errors, strict=True)
        return f"{', '.join(f'{x:.4g} ± {error:.1g}' for x, error in pairs)}; {self.status.words}"


def largest_exponent(
    series: npt.ArrayLike, *, dimension: int = 3, delay: int = 1, theiler: int = 10
) -> SeriesExponents:
    """Largest Lyapunov exponent by the method of Rosenstein, Collins and De Luca (`nolds.lyap_r`).

    Parameters
    ----------
    series : array-like, shape (n,)
        One component. It is cut into 8 parts, of which the last 1,000 samples each are used.
    dimension, delay : int
        Of the delay vectors; see `false_neighbours` and `mutual_information`.
    theiler : int
        Neighbours are more than so many samples apart in time.

    Returns
    -------
    SeriesExponents

    Raises
    ------
    ValueError
        If there is more than one component, the series is not finite, or a number out of range.

    Notes
    -----
    The mean over points of log |x_{i+k} - x_{j(i)+k}|, j the nearest neighbour of i, rises as λ k until the distance is
    that of the attractor. The slope is taken from k = 1 up to 0.6 of the rise, the plateau being the mean of the last
    quarter; not if that takes no more steps than `dimension`, which is how noise rises. The error is the scatter over
    the parts, and half the difference between the slopes of both halves of the fit. It is a rough method: on known maps
    it is off by some 10 %. Cost: some 0.5 s.

    References
    ----------
    .. [1] M. T. Rosenstein, J. J. Collins, C. J. De Luca, Physica D 65, 117 (1993).

    Examples
    --------
    >>> x = [0.3]
    >>> for _ in range(4000):
    ...     x.append(4.0 * x[-1] * (1.0 - x[-1]))
    >>> answer = largest_exponent(x, dimension=2)  # log 2 = 0.693
    >>> answer.status.name, bool(abs(answer.exponents[0] - 0.693) < 0.1)
    ('OK', True)
    """
    parts = _parts(series, dimension, delay, theiler)
    library = nolds()
    needed = library.lyap_r_len(emb_dim=dimension, lag=delay, trajectory_len=STEPS_FOLLOWED, min_tsep=theiler)
    unfit = _unfit(parts, needed)
    if unfit is not None:
        return _nothing(1, dimension, delay, theiler, parts.shape[1], needed, unfit)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        curves = _divergence(parts, dimension, delay, theiler)
    mean, last = curves.mean(axis=0), _risen(curves, dimension if delay == 1 else 1)
    if last < FEWEST_POINTS:
        status = DivergenceStatus.NO_RANGE
        value = error = math.nan
    else:
        k = np.arange(1.0, last + 1)
        fitted = curves[:, 1 : last + 1].T
        slopes = slope_of(k, fitted)
        middle = len(k) // 2
        bend = float(slope_of(k[middle:], mean[middle + 1 : last + 1, None])[0]) - float(
            slope_of(k[: middle + 1], mean[1 : middle + 2, None])[0]
        )
        value, error = (
            float(slopes.mean()),
            math.hypot(float(slopes.std(ddof=1)) / math.sqrt(PARTS_FOR_ERROR), 0.5 * bend),
        )
        status = _judged(value, error, parts.shape[1])
    return SeriesExponents(
        exponents=np.array([value]),
        standard_errors=np.array([error]),
        divergence=mean,
        fitted=last,
        dimension=dimension,
        delay=delay,
        theiler=theiler,
        n_used=len(parts[0]),
        n_needed=needed,
        warnings=_sentences(said),
        status=status,
    )


def exponents_of_series(series: npt.ArrayLike, *, dimension: int = 2, theiler: int = 10) -> SeriesExponents:
    """Lyapunov exponents by the method of Eckmann, Kamphorst, Ruelle and Ciliberto (`nolds.lyap_e`).

    Parameters
    ----------
    series : array-like, shape (n,)
        One component of a map. It is cut into 8 parts, of which the last 1,000 samples each are used.
    dimension : int
        Of the delay vectors and of the matrices, 2 or more; the delay is 1.
    theiler : int
        Neighbours are more than so many samples apart in time.

    Returns
    -------
    SeriesExponents

    Raises
    ------
    ValueError
        If there is more than one component, the series is not finite, or a number out of range.

    Notes
    -----
    The tangent map is fitted to the neighbours of each point, and its products are made orthogonal as for a known
    map. In more dimensions than the attractor needs, spurious exponents appear, also positive ones: the status is
    SPURIOUS if the largest is more than 1.5 times the rate at which neighbours part (`divergence`). The matrices that
    are fitted to noise have positive exponents as well (1.6 for white noise), so one is only believed if neighbours
    need more steps than `dimension` for 0.6 of the way, in logarithms, to the distance at which they stay: noise parts
    them as soon as all samples of a vector are new, and the status is NO_RANGE. Cost: some 2.5 s.

    References
    ----------
    .. [1] J.-P. Eckmann, S. O. Kamphorst, D. Ruelle, S. Ciliberto, Phys. Rev. A 34, 4971 (1986).
    """
    if dimension < 2:
        raise ValueError(f"dimension must be at least 2, got {dimension}")
    parts = _parts(series, dimension, 1, theiler)
    library = nolds()
    n_neighbours = min(2 * dimension, dimension + 4)  # nolds' own choice
    needed = max(
        library.lyap_e_len(emb_dim=dimension, matrix_dim=dimension, min_nb=n_neighbours, min_tsep=theiler),
        library.lyap_r_len(emb_dim=dimension, lag=1, trajectory_len=STEPS_FOLLOWED, min_tsep=theiler),
    )
    unfit = _unfit(parts, needed)
    if unfit is not None:
        return _nothing(dimension, dimension, 1, theiler, parts.shape[1], needed, unfit)
    with warnings.catch_warnings(record=True) as said:
        warnings.simplefilter("always")
        found = np.array(
            [library.lyap_e(part, emb_dim=dimension, matrix_dim=dimension, min_tsep=theiler) for part in parts]
        )
        curves = _divergence(parts, dimension, 1, theiler)
    known = np.isfinite(found).all()
    found = np.where(known, found, np.nan)  # nolds gives infinities where matrices are singular
    exponents, errors = found.mean(axis=0), found.std(axis=0, ddof=1) / math.sqrt(PARTS_FOR_ERROR)
    status = _judged(float(exponents[0]), float(errors[0]), parts.shape[1]) if known else DivergenceStatus.NO_RANGE
    if status is DivergenceStatus.OK:
        status = _believed(float(exponents[0]), curves, dimension)
    return SeriesExponents(
        exponents=exponents,
        standard_errors=errors,
        divergence=curves.mean(axis=0),
        fitted=0,
        dimension=dimension,
        delay=1,
        theiler=theiler,
        n_used=len(parts[0]),
        n_needed=needed,
        warnings=_sentences(said),
        status=status,
    )


@analyses("exponent", "largest exponent, from neighbours", thorough=True)
def _exponent_of(recording: Recording) -> SeriesExponents:
    return largest_exponent(recording.first, dimension=ANALYSED_DIMENSION)


@analyses("exponents", "exponents, from fitted Jacobians", thorough=True)
def _exponents_of(recording: Recording) -> SeriesExponents:
    return exponents_of_series(recording.first)


def _divergence(parts: FloatArray, dimension: int, delay: int, theiler: int) -> FloatArray:
    """Mean log distance of neighbours after 0, 1, ... steps in each part, shape (8, n_steps); NaN where unknown."""
    curves = np.full((PARTS_FOR_ERROR, STEPS_FOLLOWED), np.nan)
    library = nolds()
    for part, curve in zip(parts, curves, strict=True):
        _, (steps, logs, _) = library.lyap_r(
            part,
            emb_dim=dimension,
            lag=delay,
            min_tsep=theiler,
            trajectory_len=STEPS_FOLLOWED,
            fit="poly",
            debug_data=True,
        )
        curve[steps] = logs
    return curves


def _risen(curves: FloatArray, overlap: int) -> int:
    """Count the steps after which the distance has risen by 0.6 of what it will.

    0 if it does not rise, or has risen while vectors share samples with those from which they started, as noise has.
    """
    mean = curves.mean(axis=0)
    if not np.isfinite(mean).all():
        return 0
    plateau = float(mean[-STEPS_FOLLOWED // 4 :].mean())
    last = int(np.argmax(mean > mean[0] + RISE_FITTED * (plateau - mean[0]))) if plateau > mean[0] else 0
    return last if last > overlap else 0


def _parts(series: npt.ArrayLike, dimension: int, delay: int, theiler: int) -> FloatArray:
    """Return 8 parts of a series, and of each the last 1,000 samples, shape (8, n)."""
    if dimension < 1 or delay < 1 or theiler < 0:
        raise ValueError(
            f"dimension and delay must be at least 1, theiler at least 0, got {dimension}, {delay}, {theiler}"
        )
    x = as_one_component(series, at_least=PARTS_FOR_ERROR)
    length = len(x) // PARTS_FOR_ERROR
    return x[len(x) - PARTS_FOR_ERROR * length :].reshape(PARTS_FOR_ERROR, length)[:, -LONGEST_PART:]


def _unfit(parts: FloatArray, needed: int) -> DivergenceStatus | None:
    """Say what is wrong with the parts, if anything is."""
    if constant_columns(parts.reshape(-1, 1))[0]:
        return DivergenceStatus.CONSTANT
    if parts.shape[1] < needed:
        return DivergenceStatus.SHORT
    if constant_columns(parts.T).any():
        return DivergenceStatus.CONSTANT
    repeat = all(find_period(part).period is not None for part in parts)
    return DivergenceStatus.FINITE if repeat else None


def _judged(value: float, error: float, n: int) -> DivergenceStatus:
    """Positive is what three standard errors, and one e-fold over a part, do not explain."""
    return DivergenceStatus.OK if value > max(POSITIVE_SIGMAS * error, 1.0 / n) else DivergenceStatus.NOT_POSITIVE


def _believed(value: float, curves: FloatArray, dimension: int) -> DivergenceStatus:
    """Whether neighbours part gradually, and as fast as a positive exponent of fitted matrices says."""
    last = _risen(curves, dimension)
    if not last:
        return DivergenceStatus.NO_RANGE
    mean = curves.mean(axis=0)
    rate = float(mean[last] - mean[1]) / (last - 1)
    return DivergenceStatus.SPURIOUS if value > SPURIOUS_RATIO * rate else DivergenceStatus.OK


def _nothing(
    k: int, dimension: int, delay: int, theiler: int, n_used: int, needed: int, status: DivergenceStatus
) -> SeriesExponents:
    unknown = np.full(k, math.nan)
    return SeriesExponents(unknown, unknown, np.empty(0), 0, dimension, delay, theiler, n_used, needed, (), status)


def _sentences(said: list[warnings.WarningMessage]) -> tuple[str, ...]:
    """Each warning once."""
    return tuple(dict.fromkeys(str(warning.message) for warning in said))
