"""The network of the paper as a model: features, mean-field maps, windows side by side in lanes."""

from collections.abc import Hashable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.system import System
from dmfsa import Ensemble, Features, MeanFieldMap, Trajectory, Window
from sweeps.arrays import Array
from sweeps.config import Config, ConfigError
from sweeps.models import made
from sweeps.models.model import Lanes, Orbit, Stream
from sweeps.models.network_config import Network, NetworkStart
from sweeps.models.network_written import Correlations, File, Slots

LONG_NAMES = {
    "attention": "attention vector that the step made",
    "m_o": "mean field m^o of the newest token before the step",
    "m_o_semantic": "its semantic part, the factor 1-epsilon included",
    "m_v": "mean field m^v",
    "m_q": "mean field m^q",
    "m_k": "mean field m^k",
}


def network_in(config: Config) -> Network:
    """Return the section `model` of a config of the network.

    Raises
    ------
    ConfigError
        If it is of another model.
    """
    if not isinstance(config.model, Network):
        raise ConfigError("model.module must be absent here: this is about the self-attention network alone.")
    return config.model


def features_of(config: Config) -> Features:
    """Make the features of the network."""
    return features_in(network_in(config))


def features_in(model: Network) -> Features:
    """Make the features of a section `model`."""
    features, given = _as_usual(model), model.positional
    return features if given is None else features.with_table(given.array(features.n_patterns))


def _as_usual(model: Network) -> Features:
    """Make them with the positional part that they have by themselves."""
    if isinstance(model.features, Slots | Correlations | File):
        return model.features.make(model.positional_bits)
    values = model.features.model_dump(exclude_none=True)
    ensemble = values.pop("ensemble")
    if ensemble == "arrays":
        return Features.from_arrays(**values)
    make = getattr(Features, ensemble)
    features: Features = make(positional_bits=model.positional_bits, **values)
    return features


def map_of(config: Config, features: Features | None = None, **point: float) -> MeanFieldMap:
    """Make the mean-field map, with `point`'s values of beta, gamma and epsilon where they are given.

    Raises
    ------
    ConfigError
        If β is neither given nor in the config's model: a sweep is not a point.
    """
    family = MeanFieldFamily(network_in(config))
    if features is not None:
        family.__dict__["features"] = features
    system = made.system_of(config, family, **point)
    assert isinstance(system, MeanFieldMap)
    return system


def starts_of(config: Config, network: MeanFieldMap) -> list[Window]:
    """Make the windows that orbits of a map start from; that of a token has one token alone, and depends on ε."""
    return made.starts_of(config, MeanFieldFamily(network_in(config)), network)


def side_by_side(network: MeanFieldMap, windows: Sequence[Window], *, n_live_directions: int | None = None) -> Ensemble:
    """Let many windows of one map advance together."""
    return Ensemble(
        network.features,
        beta=network.beta,
        gamma=network.gamma,
        epsilon=network.epsilon,
        context=network.context,
        windows=windows,
        n_live_directions=n_live_directions,
    )


def full(network: MeanFieldMap, window: Window) -> Window:
    """Let a window that has fewer tokens than the context grow until it is full."""
    return network.trajectory(window, network.context - window.context).end


def from_token(network: MeanFieldMap, token: str) -> Window:
    """Start as published: a row of a feature matrix, its positional bits set to -1."""
    features = network.features
    if features.semantic is None:
        raise ValueError("a token is a row of a feature matrix, and these features have none")
    spins = features.semantic["ovqk".index(token[0]), int(token[1:])]
    return network.start_from_token(np.concatenate([spins, -np.ones(features.positional_bits)]))


class NetworkLanes(Ensemble):
    """Mean-field maps with one set of features, in the lanes of vector units."""

    def __init__(self, maps: Sequence[MeanFieldMap], windows: Sequence[Window], *, stretched: bool) -> None:
        super().__init__(
            maps[0].features,
            beta=[network.beta for network in maps],
            gamma=[network.gamma for network in maps],
            epsilon=[network.epsilon for network in maps],
            context=maps[0].context,
            windows=windows,
            n_live_directions=maps[0].n_live_directions if stretched else None,
        )
        self.maps = maps

    def states(self) -> list[Window]:
        """Return where every point stands."""
        return self.windows()

    def observed(self, tail: Array, point: int) -> Array:
        """Return the semantic m^o of attention vectors of a point."""
        return self.maps[point].semantic_output(tail)


@dataclass(frozen=True, eq=False)
class MeanFieldFamily:
    """Mean-field maps of one network, whatever β, γ and ε; their states are windows."""

    model: Network

    @cached_property
    def features(self) -> Features:
        """The network."""
        return features_in(self.model)

    def at(self, values: Mapping[str, float]) -> MeanFieldMap:
        """Return the map at values of β, γ and ε."""
        model = self.model
        given = {name: values.get(name, getattr(model, name)) for name in ("beta", "gamma", "epsilon")}
        return MeanFieldMap(self.features, context=model.context, **given)

    def random(self, seed: int, n: int) -> list[Window]:
        """Draw windows, uniform in the box that none ever leaves."""
        return Window.random(self.model.context, self.model.features.n_patterns, seed=seed, n=n)

    def given(self, start: Any, key: str) -> Window | str:
        """Return the window; of a token, whose window depends on ε, its word."""
        assert isinstance(start, NetworkStart)
        if start.token is not None:
            if self.features.semantic is None:
                raise ConfigError(
                    f"{key}.token = '{start.token}' needs feature matrices, which the ensemble "
                    f"'{self.model.features.ensemble}' does not have: start from a window, or at random."
                )
            return start.token
        if start.slot is not None:
            return self.features.start_from_slot(start.slot)
        if isinstance(start.window, str):
            return Window.paper_beta3()
        return Window(np.array(start.window), start.phase or 0)

    def begin(self, system: Any, given: Window | str) -> Window:
        """Return the window; that of a token has one token."""
        return from_token(system, given) if isinstance(given, str) else given

    def ready(self, system: Any, state: Window) -> Window:
        """Let a window grow until it is full."""
        return state if state.context == self.model.context else full(system, state)

    def lane(self, system: Any, state: Window, *, stretched: bool) -> Hashable:
        """Points that an ensemble can hold have one clock, and one number of live directions."""
        return system.n_live_directions if stretched else 0, state.phase

    def side_by_side(
        self, systems: Sequence[Any], states: Sequence[Window], streams: Sequence[Stream], *, stretched: bool = True
    ) -> Lanes:
        """Put points into lanes."""
        return NetworkLanes(systems, states, stretched=stretched)

    def observe(self, system: Any, samples: Array) -> Array:
        """Return the semantic m^o of attention vectors."""
        found: Array = system.semantic_output(samples)
        return found

    def record(self, system: System, state: Window, n_steps: int, n_transient: int) -> Orbit:
        """Follow one orbit of the map."""
        assert isinstance(system, MeanFieldMap)
        return recorded(system.trajectory(state, n_steps, n_transient=n_transient))

    def to_arrays(self, states: Sequence[Window]) -> dict[str, npt.NDArray[Any]]:
        """Return attention vectors and phases."""
        phases = np.array([window.phase for window in states])
        return {"window": np.array([window.attention for window in states]), "clock_phase": phases}

    def from_arrays(self, arrays: Mapping[str, npt.NDArray[Any]]) -> Window:
        """Return the window."""
        return Window(arrays["window"], int(arrays["clock_phase"]))


def recorded(orbit: Trajectory) -> Orbit:
    """Return an orbit with all its mean fields, by name."""
    columns = {name: getattr(orbit, name) for name in LONG_NAMES}
    return Orbit(columns, LONG_NAMES, orbit.attention, orbit.m_o_semantic, orbit.phase, orbit.end)
