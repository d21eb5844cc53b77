"""What a sweep must know of a model, and nobody else: the protocol that each model fills in.

A `Model` is one entry: what a config says of it (its section, what of it can be swept, how an orbit starts), and one
verb, `family`, which makes the maps that such a section describes. A `Family` makes maps that differ in continuous
parameters only, and knows their states; `Lanes` are some points that advance side by side.

A map of vectors is a model by `sweeps.models.MapModel` with nothing to write but the map; the network of the paper,
`sweeps.models.network`, fills in all of it by itself.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from sweeps.config.registry import Kind, ModelSection

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    import numpy as np
    import numpy.typing as npt

    from attractors.system import System
    from sweeps.arrays import Array
    from sweeps.config.start import Ways

Progress = Callable[[int], None]
Stream = tuple[int, ...]  # what the noise of an orbit depends on, beside the model's own seed
State = Any  # of a map: only its family looks into it


@dataclass(frozen=True, eq=False, kw_only=True)
class Model(Kind):
    """A model that a config can name.

    Attributes
    ----------
    family : callable, section -> Family
        Makes the maps that a section describes. Loaded late: who only reads a config has no need of what it imports.
    page : callable, (dataset, config) -> dict, or None
        Returns what the page of a sweep needs to iterate the map by itself; only of models that its JavaScript knows.
    """

    family: Callable[[Any], Family]
    page: Callable[[Any, Any], dict[str, Any]] | None = None


class Orbit(NamedTuple):
    """A recorded orbit.

    Attributes
    ----------
    columns : dict from name to array, shape (n_steps, n)
        All that is written of it.
    long_names : dict from name to str
        What these are.
    samples : array, shape (n_steps, m)
        By which it is labelled.
    observed : array, shape (n_steps, n_observables)
        What is analysed and drawn.
    phase : int array, shape (n_steps,), or None
        Phase of the clock, if there is one.
    end : object
        The state after the last step.
    """

    columns: Mapping[str, Array]
    long_names: Mapping[str, str]
    samples: Array
    observed: Array
    phase: npt.NDArray[np.int64] | None
    end: State


class LanesStretching(Protocol):
    """How orbits side by side stretched tangent vectors: what `dmfsa.ensemble.EnsembleStretching` is."""

    @property
    def log_factors(self) -> Array:
        """Sums over blocks of log |R_ii|, shape (n_points, n_blocks, n_exponents)."""

    @property
    def unresolved(self) -> npt.NDArray[np.int64]:
        """Number of residuals that were rounding noise, shape (n_points, n_exponents)."""

    @property
    def tail(self) -> Array:
        """The last samples, shape (n_tail, n_points, m)."""


Observer = Callable[["Array", "npt.NDArray[np.int64]"], None]


class Lanes(Protocol):
    """Some points that advance side by side. No orbit depends on its neighbours, nor on how a run is cut."""

    @property
    def n_points(self) -> int:
        """How many."""

    def states(self) -> Sequence[State]:
        """Return where every point stands."""

    def advance(
        self, n_steps: int, *, n_tail: int = 0, observer: Observer | None = None, progress: Progress = ...
    ) -> Array:
        """Take steps; return the last samples, shape (n_tail, n_points, m).

        `observer` is called with the observables of consecutive steps, shape (n, n_observables, n_some), and the
        numbers of the points they are of; `progress`, now and then, with the number of steps done, summed over points,
        and may raise to end the run.
        """

    def stretching(
        self,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        n_tail: int = 0,
        observer: Observer | None = None,
        progress: Progress = ...,
    ) -> LanesStretching:
        """Take steps, and tangent vectors with them; the observer does not see the steps before the first block."""

    def observed(self, tail: Array, point: int) -> Array:
        """Return the observables (n, n_observables) of samples (n, m) of a point, the last ones of its tail."""


class Family(Protocol):
    """Maps that differ in continuous parameters only."""

    def at(self, values: Mapping[str, float]) -> System:
        """Return the map at values of continuous parameters; those that are not given are as in the section."""

    def random(self, seed: int, n: int) -> Sequence[State]:
        """Draw states."""

    def given(self, start: Ways, key: str) -> Any:
        """Return what a start of the model's own ways means, whatever the values of continuous parameters.

        Raises `ConfigError`, about the `key` of the config, if it cannot be had.
        """

    def begin(self, system: System, given: Any) -> State:
        """Return the state that it means for one of the maps; of a state, itself."""

    def ready(self, system: System, state: State) -> State:
        """Return the state from which all of an orbit can be followed side by side with others, and stretched."""

    def lane(self, system: System, state: State, *, stretched: bool) -> Hashable:
        """Return a key: points can advance side by side if theirs are equal."""

    def side_by_side(
        self, systems: Sequence[System], states: Sequence[State], streams: Sequence[Stream], *, stretched: bool = True
    ) -> Lanes:
        """Put points side by side; `stretched` says whether tangent vectors will be asked for."""

    def observe(self, system: System, samples: Array) -> Array:
        """Return the observables (n, n_observables) of samples (n, m) of an orbit."""

    def record(self, system: System, state: State, n_steps: int, n_transient: int) -> Orbit:
        """Follow one orbit, and return all of it."""

    def to_arrays(self, states: Sequence[State]) -> Mapping[str, npt.NDArray[Any]]:
        """Return states as arrays (n, ...), one for each `StateArray` of the section, by its name."""

    def from_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> State:
        """Return the state that arrays hold, one for each `StateArray`; raises `ValueError` if they hold none."""


def shape_of(section: ModelSection, dims: Sequence[str]) -> tuple[int, ...]:
    """Return the lengths of dimensions of a state or of observables."""
    return tuple(section.sizes[dim] for dim in dims)
