"""Exact recurrence: whether an orbit repeats, and after how many steps."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, real
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import LARGEST_VALUE
from attractors.status import Status, doubt, sure

ROUNDING = 1e-12  # relative to the largest value: some thousand units of rounding, as a weakly attracting cycle shows
TOLERANCE = 1e-9  # relative to the extent of the orbit
LEAST_REPEATS = 3
SMALLEST = 1e-290  # an orbit that moves less than that, around 0, is at rest: doubles are not normal there
AT_REST = 1e-15  # of an orbit's scale: what is less and still decays goes to 0, where it would never come to rest
DECAYS = 0.99  # last over first third, of what is not at rest but on its way to 0
OWN = 1e-3  # relative to its own extent, every component has to repeat, be it much smaller than another
NEARLY = 1e3  # times the allowance: an orbit that winds into a cycle this closely comes back in many other ways


class PeriodStatus(Status):
    """What the search for a period found; the value says what to do."""

    FOUND = sure("The whole window repeats.")
    NONE = sure("No period up to the longest one tried. Use a longer window if a longer period is possible.")
    SETTLING = doubt(
        "The last third of the window repeats, or all of it nearly does, but not within the tolerance: the orbit "
        "is still settling. Increase n_transient."
    )
    NON_FINITE = doubt("The window holds NaN or infinite values, or too large ones: the orbit diverged.")


@dataclass(frozen=True)
class Period(Result):
    """Period of an orbit, and the evidence.

    Attributes
    ----------
    period : int or None
        Smallest number of steps after which the whole window repeats; None if there is none.
    error : float
        Largest |x_t - x_{t-p}| over the window and all components, relative to the orbit's extent (its
        largest range in any component; absolute if that is 0). Without a period: the closest return of the
        last sample.
    n_checked : int
        Samples in the window.
    status : PeriodStatus
        What was found, and the remedy.
    settling_period : int or None
        Period of the last third of the window, if only that repeats; or with which all of it nearly does.
    """

    period: int | None
    error: float
    n_checked: int
    status: PeriodStatus
    settling_period: int | None = None

    def headline(self) -> str:
        """Return the period, and what the search found."""
        return f"period {self.period}; {self.status.words}" if self.period else f"no period; {self.status.words}"


def find_period(
    orbit: npt.ArrayLike,
    *,
    max_period: int | None = None,
    tolerance: float = TOLERANCE,
    rounding: float = ROUNDING,
    own: float = OWN,
    nearly: float = NEARLY,
) -> Period:
    """Smallest period with which the whole given window of an orbit repeats.

    Parameters
    ----------
    orbit : array-like, shape (n,) or (n, m)
        States at consecutive steps, transient removed. Give all components: one of them can repeat earlier
        than the state does.
    max_period : int, optional
        Longest period tried; n // 3 if not given. A period counts only if the window holds it three times.
    tolerance : float
        Largest difference |x_t - x_{t-p}| allowed, relative to the orbit's extent.
    rounding : float
        What comes on top of it, relative to the largest value: an orbit that moves less than that stands still.
    own : float
        A component may not differ by more than that, relative to its own extent, unless that is rounding, too.
    nearly : float
        Times the allowance within which an orbit nearly repeats: see Notes.

    Returns
    -------
    Period

    Raises
    ------
    ValueError
        If the window is shorter than 3 * max_period or the array is not of the said shape.

    Notes
    -----
    The lags at which the last sample recurs are the candidates. They are tried in increasing order over the
    whole window; where one fails, the samples that contradict it strike out others as well. So the cost is
    that of a few passes over the window, about 1 ms for (4096, 12), also for a cycle with one glitch or a
    long approach. If no period is found, the last third of the window is tried alone: an orbit that repeats
    there but not before is still settling, and its status says so. So is one that winds into a cycle: it misses
    the cycle's period by a little (`nearly` tolerances are allowed here), and fulfils a longer one by chance. The
    rule is exact recurrence: a torus that nearly returns has no period.

    Examples
    --------
    >>> find_period([0.2, 0.9, 0.4, 0.7] * 10).period
    4
    >>> import numpy as np
    >>> find_period(np.sin(np.arange(1000))).status.name
    'NONE'
    """
    samples = real(orbit, "orbit")
    if samples.ndim not in {1, 2} or (samples.ndim == 2 and samples.shape[1] == 0):
        raise ValueError(f"orbit must have shape (n,) or (n, m), got {samples.shape}")
    n = len(samples)
    longest = n // LEAST_REPEATS if max_period is None else max_period
    if longest < 1 or n < LEAST_REPEATS * longest:
        raise ValueError(
            f"a period of {max(longest, 1)} needs an orbit of at least {LEAST_REPEATS * max(longest, 1)} samples "
            f"to be seen {LEAST_REPEATS} times, got {n} samples and max_period = {max_period}"
        )
    x = np.ascontiguousarray(samples.T.reshape(-1, n))
    with np.errstate(over="ignore", invalid="ignore"):
        high, low = x.max(axis=1), x.min(axis=1)
        extent, largest = float(np.max(high - low)), float(max(high.max(), -low.min()))
    if not (math.isfinite(extent) and largest <= LARGEST_VALUE):
        return Period(None, math.nan, n, PeriodStatus.NON_FINITE)

    if extent < SMALLEST:
        return Period(1, 0.0, n, PeriodStatus.FOUND)
    allowed = allowance(low, high, tolerance, rounding=rounding, own=own)
    unit = extent if extent > 0.0 else 1.0
    period, error = smallest_period(x, longest, allowed)
    if period is not None:
        more = allowance(low, high, tolerance, nearly, rounding=rounding, own=own)
        shorter, how_nearly = smallest_period(x, period - 1, more)
        if shorter is not None:
            return Period(None, how_nearly / unit, n, PeriodStatus.SETTLING, shorter)
        return Period(period, error / unit, n, PeriodStatus.FOUND)
    third = n // 3
    settling, _ = smallest_period(x[:, -third:], min(longest, third // LEAST_REPEATS), allowed)
    status = PeriodStatus.NONE if settling is None else PeriodStatus.SETTLING
    return Period(None, error / unit, n, status, settling)


@analyses("period", "recurrence")
def _period_of(recording: Recording) -> Period:
    return find_period(recording.samples)


def rest_at_zero(orbit: FloatArray, scale: float, *, at_rest: float = AT_REST, decays: float = DECAYS) -> FloatArray:
    """Set to 0 what has decayed to less than `at_rest`, 10⁻¹⁵, of an orbit's scale, and goes on decaying.

    It does if the largest value of its last third is less than `decays` times that of its first third. Relative to
    itself such an orbit never comes to rest. What lives at such values stays as it is, each component by
    itself; what is so small that doubles are not normal is 0. Any shape (n, ...).
    """
    least = max(at_rest * scale, SMALLEST)
    if not (np.abs(orbit[-1]) < least).any():  # as almost always
        return orbit
    size = np.abs(orbit)
    third = max(1, len(orbit) // 3)
    goes_on = size[-third:].max(axis=0) < decays * size[:third].max(axis=0)
    return np.where((size < SMALLEST) | (goes_on & (size < least)), 0.0, orbit)


def allowance(
    low: FloatArray,
    high: FloatArray,
    tolerance: float = TOLERANCE,
    times: float = 1.0,
    *,
    rounding: float = ROUNDING,
    own: float = OWN,
) -> FloatArray:
    """How far x_t and x_{t-p} may be apart (m, 1), or so many times as far; least and largest x of each component.

    `tolerance`, `rounding` and `own` are those of `find_period`.
    """
    extents = high - low
    rounded = times * rounding * float(max(high.max(), -low.min()))
    joint = times * tolerance * float(extents.max()) + rounded
    return np.asarray(np.minimum(joint, np.maximum(own * extents, rounded)))[:, None]


def smallest_period(x: FloatArray, max_period: int, allowed: FloatArray) -> tuple[int | None, float]:
    """Smallest p <= max_period with |x_t - x_{t-p}| <= allowed, (m, 1), for all t of x (m, n); the largest difference.

    Without one: None, and the smallest difference at which the last sample recurs.
    """
    if max_period < 1:
        return None, math.inf
    last = x.shape[1] - 1
    lags = np.arange(1, max_period + 1)
    returns = np.abs(x[:, last - max_period : last] - x[:, last, None])[:, ::-1]
    candidates = lags[(returns <= allowed).all(axis=0)]
    while candidates.size:
        p, candidates = int(candidates[0]), candidates[1:]
        difference = np.abs(x[:, p:] - x[:, :-p])
        against = np.flatnonzero((difference > allowed).any(axis=0))
        if not against.size:
            return p, float(difference.max())
        later = p + int(against[-1])
        for witness in (later, later - p):  # the odd one of the two contradicts other candidates as well
            partners = np.where(candidates <= witness, witness - candidates, witness + candidates)
            distances = np.abs(x[:, partners] - x[:, witness, None])
            candidates = candidates[(distances <= allowed).all(axis=0)]
    return None, float(returns.max(axis=0).min())
