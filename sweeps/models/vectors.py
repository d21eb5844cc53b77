"""Maps of vectors: their states, and how points of any `System` of vectors advance, one after the other."""

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.system import System
from sweeps.arrays import Array
from sweeps.config import ConfigError
from sweeps.config.registry import ModelSection
from sweeps.models.model import Lanes, Observer, Orbit, Progress, Stream

PIECE = 2**16  # steps of which the samples are in memory at a time


class Stretched(NamedTuple):
    """How the orbits stretched tangent vectors; see `sweeps.models.model.LanesStretching`."""

    log_factors: Array
    unresolved: npt.NDArray[np.int64]
    tail: Array


@dataclass(frozen=True, eq=False)
class VectorFamily:
    """Maps of vectors, whatever their continuous parameters.

    Attributes
    ----------
    model : ModelSection
        Values of all parameters.
    make : callable, parameters by name -> System
    names : tuple of str
        Of the parameters.
    """

    model: ModelSection
    make: Callable[..., System]
    names: tuple[str, ...]

    def at(self, values: Mapping[str, float]) -> System:
        """Return the map at values of continuous parameters."""
        return self.make(**{name: values.get(name, getattr(self.model, name)) for name in self.names})

    def random(self, seed: int, n: int) -> list[Array]:
        """Draw states, uniform in the box of the observables."""
        seen = [self.model.observable(i) for i in range(self.model.n_observables)]
        low, high = [one.low for one in seen], [one.high for one in seen]
        return list(np.random.default_rng(seed).uniform(low, high, size=(n, len(seen))))

    def given(self, start: Any, key: str) -> Array:
        """Return a state that is written out."""
        if start.state is None:
            raise ConfigError(f"{key} says nothing.")
        return np.array(start.state, dtype=np.float64)

    def begin(self, system: System, given: Array) -> Array:
        """Return the state."""
        return given

    def ready(self, system: System, state: Array) -> Array:
        """Return the state."""
        return state

    def lane(self, system: System, state: Array, *, stretched: bool) -> Hashable:
        """All points can advance side by side."""
        return 0

    def side_by_side(
        self, systems: Sequence[System], states: Sequence[Array], streams: Sequence[Stream], *, stretched: bool = True
    ) -> Lanes:
        """Put points side by side."""
        return OneByOne(systems, states)

    def observe(self, system: System, samples: Array) -> Array:
        """Return the samples: all of a state is seen."""
        return samples

    def record(self, system: System, state: Array, n_steps: int, n_transient: int) -> Orbit:
        """Follow one orbit."""
        lanes = OneByOne([system], [state])
        lanes.advance(n_transient)
        samples = lanes.advance(n_steps, n_tail=n_steps)[:, 0]
        about = {"observed": "state after the step"}
        return Orbit({"observed": samples}, about, samples, samples, None, lanes.states()[0])

    def to_arrays(self, states: Sequence[Array]) -> dict[str, npt.NDArray[Any]]:
        """Return the states."""
        return {"state": np.array(states)}

    def from_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Array:
        """Return the state."""
        state = np.asarray(arrays["state"], dtype=np.float64)
        if not np.isfinite(state).all():
            raise ValueError(f"state must be finite, got {state[~np.isfinite(state)][0]}")
        return state


class OneByOne:
    """Points of any maps of vectors: each by itself, in compiled code if its map is."""

    def __init__(self, systems: Sequence[System], states: Sequence[Array]) -> None:
        self.n_points = len(systems)
        self._systems, self._states = systems, [np.asarray(state, dtype=np.float64) for state in states]

    def states(self) -> list[Array]:
        """Return where every point stands; what has left all bounds is not finite."""
        return list(self._states)

    def advance(
        self,
        n_steps: int,
        *,
        n_tail: int = 0,
        observer: Observer | None = None,
        progress: Progress = lambda n_steps: None,
    ) -> Array:
        """Take steps; return the last samples, shape (n_tail, n_points, d). See `sweeps.models.model.Lanes`."""
        tail = np.empty((n_tail, self.n_points, len(self._states[0])))
        for i in range(self.n_points):
            self._follow(i, n_steps, tail[:, i], observer, progress)
        return tail

    def stretching(
        self,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        n_tail: int = 0,
        observer: Observer | None = None,
        progress: Progress = lambda n_steps: None,
    ) -> Stretched:
        """Take steps, and tangent vectors with them: the orbit is run for itself and for its vectors."""
        logs = np.full((self.n_points, n_blocks, n_exponents), np.nan)
        unresolved = np.zeros((self.n_points, n_exponents), dtype=np.int64)
        tail = np.empty((n_tail, self.n_points, len(self._states[0])))
        for i, system in enumerate(self._systems):
            start = self._states[i]
            if np.isfinite(start).all():
                found = system.stretching(
                    start, n_exponents=n_exponents, n_blocks=n_blocks, block_length=block_length, n_settle=n_settle
                )
                logs[i], unresolved[i] = found.log_factors, found.unresolved
            self._follow(i, n_settle, tail[:0, i], None, progress)
            self._follow(i, n_blocks * block_length, tail[:, i], observer, progress)
        return Stretched(logs, unresolved, tail)

    def observed(self, tail: Array, point: int) -> Array:
        """Return the samples."""
        return tail

    def _follow(self, i: int, n_steps: int, tail: Array, observer: Observer | None, progress: Progress) -> None:
        """Let a point advance, and keep its last samples; an orbit that has left all bounds stays where it is."""
        for first in range(0, n_steps, PIECE):
            n = min(PIECE, n_steps - first)
            if np.isfinite(self._states[i]).all():
                samples, self._states[i] = self._systems[i].orbit(self._states[i], n)
            else:
                samples = np.full((n, len(self._states[i])), np.nan)
            place = first - n_steps + len(tail)  # of the first of these samples in the tail
            tail[max(place, 0) : max(place + n, 0)] = samples[max(-place, 0) :]
            if observer is not None and np.isfinite(samples[-1]).all():
                observer(np.ascontiguousarray(samples[:, :, None]), np.array([i]))
            progress(n)
