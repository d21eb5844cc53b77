"""How noise moves finite networks between attractors that coexist in the mean field."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors import Attractor, distinguish_attractors
from attractors.multistability import run_on
from dmfsa import FiniteNetwork, MeanFieldMap, Window
from dmfsa.finite_network import Replicas
from sweeps.config import Config
from sweeps.config.finite import Finite
from sweeps.grid import Array
from sweeps.multistability import orbits_in_lanes
from sweeps.network import side_by_side

LOOKS = 24  # times, evenly spaced in their logarithm, at which one sees in which basin a replica stands
FIRST_LOOK = 8  # steps
SETTLING = 20_000  # steps of the mean field that lead a replica's window to an attractor, at most
TAIL = 64  # steps by which the attractor is recognised
CLOSE = 0.05  # of the attractors' extent: farther off it is none of them


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
        Steps, summed over replicas, until then or until the end.
    rate, low, high : arrays, shape (n_sizes, n_attractors)
        n_left/steps per step, and its 95 % interval (Poisson, exact).
    to : array, shape (n_sizes, n_attractors, n_attractors)
        Where those that left were seen first: shares; NaN where none left.
    """

    attractors: tuple[str, ...]
    n_spins: Array
    n_left: Array
    steps: Array
    rate: Array
    low: Array
    high: Array
    to: Array


def switching_of(config: Config, asked: Finite, limit: MeanFieldMap, make: Callable[[int], FiniteNetwork]) -> Switching:
    """Find the attractors of random starts, and how soon replicas of every size leave each of them.

    Now and then the mean field is started from a replica's window: the attractor that it leads to says in which basin
    the replica stands. It left, then, halfway between two looks; what comes back between two looks is not seen.
    """
    from scipy.stats import chi2  # noqa: PLC0415 - loads long

    starts = Window.random(limit.context, limit.features.n_patterns, seed=asked.seed, n=asked.n_random)
    orbits = run_on(
        orbits_in_lanes(config, limit, starts),
        lambda windows: orbits_in_lanes(config, limit, windows),
        clock_period=limit.clock_period,
    )
    known = distinguish_attractors(orbits.windows, orbits.answers, clock_period=limit.clock_period).attractors
    names = tuple(f"{one.label} {one.period}" if one.period else str(one.label) for one in known)
    sizes, n = np.array(asked.n_spins, dtype=np.float64), len(known)
    n_left, steps, to = np.zeros((len(sizes), n)), np.zeros((len(sizes), n)), np.zeros((len(sizes), n, n))
    if n > 1:
        basins = Basins(limit, known, min(SETTLING, max(config.run.n_transient, TAIL)))
        looks = sorted({round(x) for x in np.geomspace(min(FIRST_LOOK, asked.n_watch), asked.n_watch, LOOKS)})
        for i, n_spins in enumerate(asked.n_spins):
            for a, one in enumerate(known):
                replicas = make(n_spins).replicas(orbits.ends[one.representative], asked.n_replicas)
                to[i, a], steps[i, a] = watch(replicas, a, basins, looks)
        n_left = to.sum(axis=2)
    with np.errstate(invalid="ignore", divide="ignore"):
        low, high = np.nan_to_num(chi2.ppf(0.025, 2 * n_left) / 2), chi2.ppf(0.975, 2 * n_left + 2) / 2
        rates = (n_left / steps, low / steps, high / steps)
        return Switching(names, sizes, n_left, steps, *rates, to / n_left[:, :, None])


def watch(replicas: Replicas, home: int, basins: "Basins", looks: Sequence[int]) -> tuple[Array, float]:
    """Count in which basin replicas are first seen outside of that of `home`, and sum their steps until then."""
    to, steps, before = np.zeros(basins.n), 0.0, 0
    still = np.arange(replicas.n_replicas)
    for look in looks:
        replicas.advance(look - before)
        windows = replicas.windows()
        basin = basins([windows[r] for r in still])
        gone = (basin != home) & (basin >= 0)
        to += np.bincount(basin[gone], minlength=basins.n)
        steps += float(gone.sum()) * 0.5 * (before + look)
        still, before = still[~gone], look
        if not len(still):
            break
    return to, steps + float(before * len(still))


class Basins:
    """Tells the attractor that the mean field leads a window to, by the distance to samples of all of them.

    Attributes
    ----------
    n : int
        Attractors.
    """

    def __init__(self, limit: MeanFieldMap, known: Sequence[Attractor], n_steps: int) -> None:
        from scipy.spatial import KDTree  # noqa: PLC0415 - loads long

        self.n = len(known)
        self._limit, self._n_steps = limit, n_steps
        self._trees = [KDTree(one.window) for one in known]
        self._close = CLOSE * max(float(np.ptp(one.window, axis=0).max()) for one in known)

    def __call__(self, windows: Sequence[Window]) -> npt.NDArray[np.int64]:
        """Return the numbers of attractors, -1 for none of those known."""
        tail = side_by_side(self._limit, windows).advance(self._n_steps, n_tail=TAIL)
        far = np.array([tree.query(tail)[0].mean(axis=0) for tree in self._trees])
        return np.where(far.min(axis=0) < self._close, far.argmin(axis=0), -1)
