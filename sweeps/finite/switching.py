"""How noise moves finite networks between attractors that coexist in the mean field."""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from attractors import Attractor
from attractors.multistability.attractors import settled_attractors
from attractors.multistability.distinction import Orbits
from dmfsa import FiniteNetwork, MeanFieldMap, Window
from dmfsa.finite_network import Replicas
from sweeps.arrays import Array
from sweeps.config import Config
from sweeps.config.finite import Finite
from sweeps.models.network import MeanFieldFamily, network_in, side_by_side
from sweeps.multistability import orbits_in_lanes
from sweeps.run.shard import Count

LOOKS = 16  # times, evenly spaced in their logarithm, at which one sees in which basin a replica stands
SETTLING = 20_000  # steps of the mean field that lead a replica's window to an attractor, at most
FIRST_STEPS = 500  # of them, after which those that have arrived are known; then as many again as all before
TAIL = 16  # steps by which the attractor is recognised
CLOSE = 0.05  # of the attractors' extent: farther off it is none of them
ARRIVED = 5e-5  # of their extent: closer it has settled
DOUBT = 0.01  # chance of counts as uneven, below which leaving has no single rate


class SwitchingStatus(Enum):
    """What the number of jumps means; the value says why."""

    FITTED = "Replicas leave at one rate."
    NONE_LEFT = "No replica left: the rate is below `high`. More of them, or more steps, would tell."
    UNEVEN = (
        "Replicas do not leave at one rate: too soon to have forgotten their start, or they come back between two "
        "looks, unseen. `rate` is the most likely one, and its interval means little. Take larger networks."
    )


@dataclass(frozen=True, eq=False)
class Switching:
    """Rates at which replicas leave the basins of attractors.

    Attributes
    ----------
    attractors : tuple of str
        Labels, with periods; the one with the largest share of random starts first.
    n_spins : array, shape (n_sizes,)
    n_left : int array, shape (n_sizes, n_attractors)
        Replicas, of those that began on an attractor, that were seen in another basin.
    steps : array, shape (n_sizes, n_attractors)
        Steps, summed over replicas, through which none or only the last look saw them elsewhere.
    rate, low, high : arrays, shape (n_sizes, n_attractors)
        Chance per step to leave, of largest likelihood, and its 95 % interval.
    to : array, shape (n_sizes, n_attractors, n_attractors)
        Where those that left were seen first: shares; NaN where none left.
    status : list of lists of SwitchingStatus
    """

    attractors: tuple[str, ...]
    n_spins: Array
    n_left: Array
    steps: Array
    rate: Array
    low: Array
    high: Array
    to: Array
    status: list[list[SwitchingStatus]]


class Rate(NamedTuple):
    """A rate with its 95 % interval."""

    rate: float
    low: float
    high: float
    status: SwitchingStatus


def switching_of(
    config: Config,
    asked: Finite,
    limit: MeanFieldMap,
    make: Callable[[int], FiniteNetwork],
    count: Count = lambda n: None,
) -> Switching:
    """Find the attractors of random starts, and how soon replicas of every size leave each of them.

    Now and then the mean field is started from a replica's window: the attractor that it leads to says in which basin
    the replica stands. It left, then, between two looks; what comes back between them is not seen.
    """
    starts = Window.random(limit.context, limit.features.n_patterns, seed=asked.seed, n=asked.n_random)
    family = MeanFieldFamily(network_in(config))

    def run(windows: Sequence[Window]) -> Orbits:
        return orbits_in_lanes(config, family, limit, windows, lambda n: count(0))

    orbits, found = settled_attractors(run(starts), run, clock_period=limit.clock_period)
    known = found.attractors
    names = tuple(one.name for one in known)
    sizes, n = np.array(asked.n_spins, dtype=np.float64), len(known)
    to, steps = np.zeros((len(sizes), n, n)), np.zeros((len(sizes), n))
    rates = np.full((len(sizes), n, 3), np.nan)
    status = [[SwitchingStatus.NONE_LEFT] * n for _ in sizes]
    basins = Basins(limit, known, min(SETTLING, max(config.run.n_transient, TAIL)), count)
    looks = sorted({round(x) for x in np.geomspace(1, asked.n_watch, LOOKS)})
    for i, n_spins in enumerate(asked.n_spins):
        for a, one in enumerate(known if n > 1 else ()):
            replicas = make(n_spins).replicas(orbits.ends[one.representative], asked.n_replicas)
            to[i, a], left = watch(replicas, a, basins, looks, count)
            steps[i, a] = steps_watched(left, looks, asked.n_replicas)
            *rates[i, a], status[i][a] = rate_of(left, looks, asked.n_replicas)
        count(1)
    n_left = to.sum(axis=2)
    with np.errstate(invalid="ignore"):
        shares = to / n_left[:, :, None]
    return Switching(names, sizes, n_left, steps, rates[..., 0], rates[..., 1], rates[..., 2], shares, status)


def watch(
    replicas: Replicas, home: int, basins: "Basins", looks: Sequence[int], count: Count = lambda n: None
) -> tuple[Array, Array]:
    """Count in which basin replicas are first seen outside of that of `home`, and how many at each look."""
    to, left, before = np.zeros(basins.n), np.zeros(len(looks)), 0
    still = np.arange(replicas.n_replicas)
    for number, look in enumerate(looks):
        replicas.advance(look - before, progress=lambda n: count(0))
        windows = replicas.windows()
        basin = basins([windows[r] for r in still])
        gone = (basin != home) & (basin >= 0)
        to += np.bincount(basin[gone], minlength=basins.n)
        left[number] = gone.sum()
        still, before = still[~gone], look
        if not len(still):
            break
    return to, left


def steps_watched(left: Array, looks: Sequence[int], n_replicas: int) -> float:
    """Sum over replicas the steps until they were seen elsewhere, or to the end."""
    return float(left @ np.array(looks) + (n_replicas - left.sum()) * looks[-1])


def rate_of(left: Array, looks: Sequence[int], n_replicas: int) -> Rate:
    """Rate κ of leaving, from how many of n replicas were seen elsewhere first at each look.

    A replica is seen first at look k with the chance exp(-κ t_(k-1)) - exp(-κ t_k), and at none with exp(-κ t_last).
    `rate` makes that most likely; in the interval, twice the logarithm of the likelihood is at most 3.84 less. Where
    none left, or all at the first look, one end is that of the exact interval of a binomial.
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - loads long
    from scipy.stats import chi2  # noqa: PLC0415 - loads long

    ends = np.array(looks, dtype=np.float64)
    spans = np.diff(ends, prepend=0.0)
    stayed = n_replicas - np.cumsum(left)  # at each look
    if not left.any():
        return Rate(0.0, 0.0, -math.log(0.025) / (n_replicas * ends[-1]), SwitchingStatus.NONE_LEFT)
    if left[0] == n_replicas:
        return Rate(math.inf, -math.log(1.0 - 0.025 ** (1.0 / n_replicas)) / ends[0], math.inf, SwitchingStatus.UNEVEN)

    def log_likelihood(log_rate: float) -> float:
        risk = math.exp(log_rate) * spans
        return float(left @ np.log(-np.expm1(-risk)) - stayed @ risk)

    def slope(log_rate: float) -> float:
        risk = math.exp(log_rate) * spans
        return float(left @ (risk * np.exp(-risk) / -np.expm1(-risk)) - stayed @ risk)

    scale = math.log(left.sum() / steps_watched(left, looks, n_replicas))  # a little low
    best = brentq(slope, scale - 1.0, scale + 30.0)
    far = 0.5 * chi2.ppf(0.95, 1)
    low, high = (
        brentq(lambda x: log_likelihood(x) - log_likelihood(best) + far, best, best + side) for side in (-30.0, 30.0)
    )
    expected = n_replicas * -np.diff(np.exp(-math.exp(best) * ends), prepend=1.0)
    return Rate(math.exp(best), math.exp(low), math.exp(high), _evenness(left, expected, n_replicas))


def _evenness(left: Array, expected: Array, n_replicas: int) -> SwitchingStatus:
    """Hold how many left at each look against one rate, looks together so that five are expected.

    Of what most replicas did within the first step nothing is known.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - loads long

    pairs, seen, awaited = [], 0.0, 0.0
    for found, wanted in zip(left, expected, strict=True):
        seen, awaited = seen + found, awaited + wanted
        if awaited >= 5.0:
            pairs.append((seen, awaited))
            seen = awaited = 0.0
    pairs.append((n_replicas - left.sum() + seen, n_replicas - expected.sum() + awaited))  # the rest, and who stayed
    distance = sum((found - wanted) ** 2 / wanted for found, wanted in pairs)
    if left[0] > n_replicas / 2 or (len(pairs) > 2 and chi2.sf(distance, len(pairs) - 2) < DOUBT):
        return SwitchingStatus.UNEVEN
    return SwitchingStatus.FITTED


class Basins:
    """Tells the attractor that the mean field leads a window to, by the distance to samples of all of them.

    Attributes
    ----------
    n : int
        Attractors.
    """

    def __init__(self, limit: MeanFieldMap, known: Sequence[Attractor], n_steps: int, count: Count) -> None:
        from scipy.spatial import KDTree  # noqa: PLC0415 - loads long

        self.n = len(known)
        self._limit, self._n_steps, self._count = limit, n_steps, count
        self._trees = [KDTree(one.window[-(one.period or 0) :]) for one in known]  # a cycle's samples once: 10x faster
        self._extent = max(float(np.ptp(one.window, axis=0).max()) for one in known)

    def __call__(self, windows: Sequence[Window]) -> npt.NDArray[np.int64]:
        """Return the numbers of attractors, -1 for none of those known."""
        basin = np.full(len(windows), -1)
        under_way, taken = np.arange(len(windows)), 0
        while len(under_way):
            n_steps = min(max(taken, FIRST_STEPS), self._n_steps - taken)
            ensemble = side_by_side(self._limit, windows)
            tail = ensemble.advance(n_steps, n_tail=min(TAIL, n_steps), progress=lambda n: self._count(0))
            taken += n_steps
            far = np.array([tree.query(tail)[0].mean(axis=0) for tree in self._trees])
            nearest = np.where(far.min(axis=0) < CLOSE * self._extent, far.argmin(axis=0), -1)
            over = (far.min(axis=0) < ARRIVED * self._extent) | (taken >= self._n_steps)
            basin[under_way[over]] = nearest[over]
            after = ensemble.windows()
            under_way, windows = under_way[~over], [after[r] for r in np.flatnonzero(~over)]
        return basin
