"""Where an orbit has settled, found from the orbit itself; and what it did before."""

import itertools
import math
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.exponents.spectrum import LyapunovSpectrum, spectrum_from_stretching
from attractors.labels.limits import LIMITS, Limits
from attractors.recurrence.period import allowance
from attractors.results import Result
from attractors.status import Status, sure

ONE_EVENT = (1.0 / 3.6889, 1.0 / 0.025318)  # 95 % interval of the mean of an exponential law over its only event


class TransientKind(Status):
    """What an orbit did before it settled; the value says how to read the lifetime."""

    CHAOTIC = sure(
        "A chaotic transient. Its lifetime is one event of an exponential law: an order of magnitude, with the 95 % "
        "interval of its mean. More starts tell more."
    )
    APPROACH = sure("A regular approach, as along a spiral: how long it lasts depends on how close one has to be.")


@dataclass(frozen=True, eq=False)
class Transient(Result):
    """What came before the attractor.

    Attributes
    ----------
    until : int
        Steps after which the orbit has settled, counted from the first one that was looked at; known to a block.
    exponent : float
        λ_1 up to then, nats per step.
    lifetime : float
        Estimate of the mean lifetime in steps; NaN for an approach.
    interval : tuple of float
        Its 95 % interval; NaN for an approach.
    status : TransientKind
        What it was.
    """

    until: int
    exponent: float
    lifetime: float
    interval: tuple[float, float]
    status: TransientKind


def settled_spectrum(spectrum: LyapunovSpectrum, limits: Limits = LIMITS) -> tuple[LyapunovSpectrum, Transient | None]:
    """Leave out of an average the blocks before the orbit settled.

    Parameters
    ----------
    spectrum : LyapunovSpectrum
        With its blocks of log stretching.
    limits : Limits
        `last`, `sigmas`, `change` and `bounded_sum` are asked.

    Returns
    -------
    LyapunovSpectrum, Transient or None
        The average over the settled blocks; and what was left out.

    Notes
    -----
    The last quarter of the blocks says how much λ_1 stretches once settled: mean m and scatter s. The last block that
    is farther from m than max(8 s, 1 nat) ends the transient. It was chaotic if its sum of log stretching ever grew by
    more than 10 nats.
    """
    sums = spectrum.log_factors[:, 0] if spectrum.log_factors.shape[1] else np.empty(0)
    n = len(sums)
    if n < 2 * limits.last or not np.isfinite(sums).all():
        return spectrum, None
    first = settles_at(sums, sums[n - n // limits.last :], limits)
    if not first:
        return spectrum, None
    return spectrum.since(first), transient_of(sums[:first], first * (spectrum.n_steps // n), limits)


def settles_at(sums: FloatArray, last: FloatArray, limits: Limits = LIMITS) -> int:
    """First of some blocks from which on they are all like the `last` ones; 0 if all are."""
    allowed = max(limits.sigmas * float(last.std(ddof=1)) if len(last) > 1 else 0.0, limits.change)
    away = np.flatnonzero(~(np.abs(sums - last.mean()) <= allowed))
    return int(away[-1]) + 1 if away.size else 0


def over_whole_turns(spectrum: LyapunovSpectrum, period: int, n_repeating: int) -> LyapunovSpectrum:
    """Average over whole turns of a cycle, whose exponents that gives exactly: blocks cut its turns anywhere.

    m blocks hold whole turns if the period divides them. Averages are taken over m blocks at a time, of those within
    the last `n_repeating` steps, or of all if those are less than m; their scatter, which is what is left of the
    approach, gives the standard errors. With fewer than m blocks the spectrum stays as it is, and where that is no
    better: near a complex pair of multipliers the frame turns, whatever the cycle's period.
    """
    n = len(spectrum.log_factors)
    length = spectrum.n_steps // n
    m = math.lcm(period, length) // length
    if m == 1 or n < m:
        return spectrum
    within = min(n, n_repeating // length)
    first = n - within if within >= m else 0
    starts = np.linspace(first, n - m, max((n - first) // m, 2)).round().astype(int)
    turns = np.array([spectrum.log_factors[start : start + m].sum(axis=0) for start in starts])
    found = spectrum_from_stretching(turns, m * length, spectrum.unresolved)
    if not found.standard_errors[0] < spectrum.standard_errors[0]:
        return spectrum
    return replace(
        spectrum,
        exponents=found.exponents,
        standard_errors=found.standard_errors,
        n_blocks=found.n_blocks,
        unresolved=found.unresolved,
    )


def transient_before(
    sums: FloatArray, length: int, settled: LyapunovSpectrum, limits: Limits = LIMITS
) -> Transient | None:
    """Find in earlier blocks of log stretching, of `length` steps, when the orbit came to stretch as it does now.

    None if it always did, or if either is so strong that it has no number: where the map is singular.
    """
    last = settled.log_factors[:, 0] * (length * len(settled.log_factors) / settled.n_steps)
    if not (np.isfinite(sums).all() and np.isfinite(last).all()):
        return None
    first = settles_at(sums, last, limits)
    return transient_of(sums[:first], first * length, limits) if first else None


def later(found: Transient, n_steps: int) -> Transient:
    """Count a transient from so many steps earlier, which belong to it."""
    until = found.until + n_steps
    chaotic = found.status is TransientKind.CHAOTIC
    interval = (ONE_EVENT[0] * until, ONE_EVENT[1] * until) if chaotic else found.interval
    return replace(found, until=until, lifetime=float(until) if chaotic else math.nan, interval=interval)


def transient_of(sums: FloatArray, until: int, limits: Limits = LIMITS) -> Transient:
    """Describe what came before step `until` by its blocks of log stretching: chaotic if their sum ever grew by far."""
    exponent = float(sums.sum()) / until if until else math.nan
    if np.max(np.cumsum(sums), initial=0.0) > limits.bounded_sum:
        interval = (ONE_EVENT[0] * until, ONE_EVENT[1] * until)
        return Transient(until, exponent, float(until), interval, TransientKind.CHAOTIC)
    return Transient(until, exponent, math.nan, (math.nan, math.nan), TransientKind.APPROACH)


def repeats_from(orbit: npt.ArrayLike, period: int, limits: Limits = LIMITS) -> int:
    """First row of an orbit (n, m) from which all of it repeats with a period, as closely as `find_period` asks.

    Relative to the cycle on which it ends, not to what was before: `find_period` finds the rest to be periodic.
    """
    x = np.asarray(orbit, dtype=np.float64).T
    last = x[:, -2 * period :]
    allowed = allowance(last.min(axis=1), last.max(axis=1), limits.tolerance, rounding=limits.rounding, own=limits.own)
    differs = np.flatnonzero((np.abs(x[:, period:] - x[:, :-period]) > allowed).any(axis=0))
    return int(differs[-1]) + 1 if differs.size else 0


def closest_return(x: FloatArray, longest: int, clock_period: int) -> int:
    """Lag, a multiple of the clock's period, after which the last row of x (n, m) is nearest to where it was."""
    lags = np.arange(clock_period, max(longest, clock_period) + 1, clock_period)
    distances = np.abs(x[len(x) - 1 - lags] - x[-1]).max(axis=1)
    return int(lags[np.argmin(distances)])


def is_approaching(x: FloatArray, clock_period: int = 1, lag: int | None = None, limits: Limits = LIMITS) -> bool:
    """Whether an orbit (n, m) comes ever closer to repeating itself.

    With p the lag, by default that of the closest return of its last sample, up to n/8, the geometric mean of
    |x_t - x_{t-p}| is taken over each eighth: an angle that passes a full turn now and then hardly counts. On a torus
    it stays, in chaos it comes and goes; it falls, from each part to the next, along any approach to a cycle,
    exponential or algebraic, and along spirals. What is below rounding counts as rounding.
    """
    lag = closest_return(x, len(x) // limits.parts, clock_period) if lag is None else lag
    parts = _distances_of_returns(x, lag, limits)
    return _falls(parts) and parts[-1] < limits.shrunk * parts[0]


def is_departing(x: FloatArray, clock_period: int = 1, limits: Limits = LIMITS) -> bool:
    """Whether an orbit (n, m) goes ever farther from repeating itself, as after a start beside a cycle that repels.

    As `is_approaching` against time, with the lag at which the first sample comes back most closely. It may come to
    rest elsewhere, on the way to which distances fall again: then they must have grown tenfold before.
    """
    back = x[::-1]
    parts = _distances_of_returns(back, closest_return(back, len(x) // limits.parts, clock_period), limits)[::-1]
    top = int(np.argmax(parts))
    grown = parts[0] < (limits.shrunk if top == limits.parts - 1 else limits.tenth) * parts[top]
    return grown and _falls(parts[top::-1]) and _falls(parts[top:])


def _distances_of_returns(x: FloatArray, lag: int, limits: Limits) -> list[float]:
    """Geometric means of |x_t - x_{t-lag}| over each eighth of an orbit (n, m)."""
    difference = np.abs(x[lag:] - x[:-lag]).max(axis=1)
    least = max(limits.rounding * float(np.abs(x).max()), float(np.finfo(np.float64).tiny))
    logarithms = np.log(np.maximum(difference, least))
    return [math.exp(float(part.mean())) for part in np.array_split(logarithms, limits.parts)]


def _falls(parts: list[float]) -> bool:
    return all(a >= b * (1.0 - 1e-9) for a, b in itertools.pairwise(parts))  # at rounding it stays


def remaining_amplitude(x: FloatArray, lag: int, limits: Limits = LIMITS) -> float:
    """Amplitude of every p-th sample of (n, m), p the lag, that remains in the end; that in the last third is 1.

    From the amplitudes in the three thirds, by Aitken's extrapolation, which is exact for a geometric approach: 1 for
    a torus, or an approach to one, however slow; 0 for an exponential approach to a cycle, and 2/3 for the slowest
    there is, where the distance from it falls as 1/√t, at any t. -inf if the fall does not slow down. And no more than
    what remained of the second third, for an approach may begin faster than it goes on.
    """
    amplitudes = []
    for part in np.array_split(x, 3):
        turns = part[: len(part) // lag * lag].reshape(-1, lag, x.shape[1])
        amplitudes.append(math.sqrt(float(turns.var(axis=0).mean(axis=0).sum())))
    first, second, last = amplitudes
    if second - last <= limits.level * last:
        return 1.0
    if last == 0.0:
        return 0.0
    slows = (first - second) - (second - last)
    remains = 1.0 - (second - last) ** 2 / (slows * last) if slows > 0.0 else -math.inf
    return min(remains, last / second)


def settling_cycle(x: FloatArray, period: int, limits: Limits = LIMITS) -> int | None:
    """Smallest divisor of a period with which an orbit (n, m) comes ever closer to repeating; None if none is."""
    for p in range(1, min(period, len(x) // limits.sampled) + 1):
        if (
            period % p == 0
            and is_approaching(x, lag=p, limits=limits)
            and remaining_amplitude(x, p, limits) < limits.stays
        ):
            return p
    return None


def spread_of_piece(x: FloatArray, clock_period: int = 1, limits: Limits = LIMITS) -> float:
    """Extent of every p-th sample relative to that of all (n, m), p the lag of the closest return up to 128.

    1 on a torus far from resonance, less near one; 0 along a cycle of that period and on the many small pieces of a
    cascade of period doublings.
    """
    lag = closest_return(x, min(limits.pieces, len(x) // limits.parts), clock_period)
    extent = float(np.ptp(x, axis=0).max())
    return float(np.ptp(x[::-lag], axis=0).max()) / extent if extent > 0.0 else 0.0
