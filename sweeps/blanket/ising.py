"""Blankets of kinetic Ising networks: information between x and y given b, and entropy production, against β."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from attractors.arrays import FloatArray
from attractors.information import information_of
from attractors.markov import steady_states
from dmfsa.ising_chain import ising_transitions
from sweeps.blanket.curves import Curves, curves_of
from sweeps.config.blanket import Couplings, IsingBlanket, Parts
from sweeps.run.local import cores

TOGETHER = 50  # networks, whose matrices of 64 states fit the cache


def couplings_of(config: IsingBlanket, case: Couplings, number: int) -> FloatArray:
    """Draw the couplings (n_networks, N, N) of a case, the one of this number in the config; none between x and y."""
    parts, n = config.parts, config.parts.n_spins
    n_networks = config.n_networks if case.dj else 1
    rng = np.random.default_rng([config.seed, number])
    J = case.j0 / n + case.dj / np.sqrt(n) * rng.normal(size=(n_networks, n, n))
    J[:, : parts.x, n - parts.y :] = 0.0
    J[:, n - parts.y :, : parts.x] = 0.0
    if not config.self_couplings:
        J[:, np.arange(n), np.arange(n)] = 0.0
    return np.asarray(J)


def blanket_curves(config: IsingBlanket, progress: Callable[[int], None] = lambda n: None) -> list[Curves]:
    """Return the curves of every case; `progress` is called with the number of networks done, from any thread."""
    beta = np.linspace(config.beta.first, config.beta.last, config.beta.n)
    found = []
    for number, case in enumerate(config.cases):
        J = couplings_of(config, case, number)
        with ThreadPoolExecutor(cores()) as threads:

            def one(b: float, J: FloatArray = J) -> FloatArray:
                return _at(b, J, config, progress)

            values = list(threads.map(one, beta))
        found.append(curves_of({"j0": case.j0, "dj": case.dj}, beta, values))
    return found


def _at(beta: float, J: FloatArray, config: IsingBlanket, progress: Callable[[int], None]) -> FloatArray:
    """Return information and entropy production (2, n_networks) at one β."""
    values = np.empty((2, len(J)))
    for first in range(0, len(J), TOGETHER):
        some = slice(first, first + TOGETHER)
        W = ising_transitions(beta * J[some], parallel=config.updates == "parallel")
        states = steady_states(W)
        values[0, some] = information_of(by_parts(states.stationary, config.parts))
        values[1, some] = states.entropy_production
        progress(len(W))
    return values


def by_parts(p: FloatArray, parts: Parts) -> FloatArray:
    """Return distributions (m, 2^N) of spins, the first in the lowest bit, as (m, x, b, y)."""
    return np.ascontiguousarray(p.reshape(len(p), 2**parts.y, 2**parts.b, 2**parts.x).transpose(0, 3, 2, 1))
