"""The network of N spins as a model: finite networks, whose noise each has a stream of its own."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from attractors.system import System
from dmfsa import FiniteNetwork, MeanFieldMap, Window
from sweeps.arrays import Array
from sweeps.config import ConfigError
from sweeps.models.model import Lanes, LanesStretching, Observer, Orbit, Stream
from sweeps.models.network import MeanFieldFamily, recorded

PIECE = 4_096  # steps between two looks of the observer


def finite_network(limit: MeanFieldMap, n_spins: int, stream: Stream, key: str) -> FiniteNetwork:
    """Make the network of N spins of which a map is the limit, with the noise of a stream: seed and what follows it.

    Raises
    ------
    ConfigError
        If it has fewer spins than distinct columns; told with the `key` of the config that says how many.
    """
    parameters = {name: getattr(limit, name) for name in ("beta", "gamma", "epsilon", "context")}
    try:
        return FiniteNetwork(limit.features, n_spins, seed=stream, **parameters)
    except ValueError as error:
        raise ConfigError(f"{key} = {n_spins}: {error}.") from None


@dataclass(frozen=True, eq=False)
class SpinsFamily(MeanFieldFamily):
    """Networks of N spins, whatever β, γ and ε; what stands for each is the map that is its limit."""

    def network(self, limit: Any, stream: Stream) -> FiniteNetwork:
        """Make the network at a point."""
        seed = self.model.noise_seed or 0
        return finite_network(limit, self.model.n_spins or 0, (seed, *stream), "model.n_spins")

    def ready(self, system: Any, state: Window) -> Window:
        """Return the window as it is: it grows with its noise."""
        return state

    def side_by_side(
        self, systems: Sequence[Any], states: Sequence[Window], streams: Sequence[Stream], *, stretched: bool = True
    ) -> Lanes:
        """Make a network for each point."""
        return FiniteLanes([self.network(*each) for each in zip(systems, streams, strict=True)], states)

    def record(self, system: System, state: Window, n_steps: int, n_transient: int) -> Orbit:
        """Follow one replica."""
        return recorded(self.network(system, ()).trajectory(state, n_steps, n_transient=n_transient))


class FiniteLanes:
    """A finite network for each point, which advance as the points of an ensemble do."""

    def __init__(self, networks: Sequence[FiniteNetwork], windows: Sequence[Window]) -> None:
        self.n_points = len(networks)
        self._replicas = [network.replicas(window) for network, window in zip(networks, windows, strict=True)]
        self._drawn: Array = np.empty((0, self.n_points, networks[0].features.n_patterns))

    def states(self) -> list[Window]:
        """Return where every point stands."""
        return [replica.windows()[0] for replica in self._replicas]

    def advance(
        self,
        n_steps: int,
        *,
        n_tail: int = 0,
        observer: Observer | None = None,
        progress: Callable[[int], None] = lambda n_steps: None,
    ) -> Array:
        """Do what `Ensemble.advance` does."""
        tail = np.empty((n_tail, *self._drawn.shape[1:]))
        self._drawn = np.empty_like(tail)
        for i, replica in enumerate(self._replicas):
            for first in range(0, n_steps, PIECE):
                n = min(PIECE, n_steps - first)
                place = max(0, first - n_steps + n_tail)
                n_last = max(0, first + n - n_steps + n_tail) - place
                found = replica.advance(n, n_kept=n if observer else n_last)
                if observer:
                    observer(found.m_o_semantic.transpose(0, 2, 1), np.array([i]))
                if n_last:
                    tail[place : place + n_last, i] = found.attention[-n_last:, 0]
                    drawn = np.concatenate([found.m_o_semantic[:, 0], replica.newest().m_o_semantic[:, 0]])
                    self._drawn[place : place + n_last, i] = drawn[-n_last:]
                progress(n)
        return tail

    def stretching(self, **_: Any) -> LanesStretching:
        """Raise: noise is not differentiated."""
        raise NotImplementedError("noise leaves no exponents")

    def observed(self, tail: Array, point: int) -> Array:
        """Return the semantic m^o of the tokens drawn from the attention vectors of a point in the last tail."""
        return self._drawn[len(self._drawn) - len(tail) :, point]
