"""A config made into what runs: families of maps, grid, and the states that points start from."""

from dataclasses import dataclass, field
from typing import Any, NamedTuple

import numpy as np

from attractors.system import System
from sweeps.arrays import Numbers
from sweeps.config import Config
from sweeps.grid.axes import Grid, grid_of
from sweeps.models.made import family_of, given_starts, system_of
from sweeps.models.model import Family, State
from sweeps.run.earlier_sweep import EarlierSweep

MOST_NETWORKS = 256  # kept in memory

Choice = tuple[tuple[str, float], ...]  # values of the swept parameters that make another network


class Network(NamedTuple):
    """One family of maps of a sweep, whatever its continuous parameters."""

    config: Config
    family: Family
    starts: list[Any]  # as `Family.begin` takes them: a state may depend on the map


class Point(NamedTuple):
    """One point, ready to run: its family, its map, its first state."""

    network: Network
    map: System
    state: State


@dataclass(frozen=True, eq=False)
class Experiment:
    """A config and what is made of it, for all its points.

    Attributes
    ----------
    config, grid
    """

    config: Config
    grid: Grid
    earlier: EarlierSweep | None
    _networks: dict[Choice, Network] = field(default_factory=dict)

    @classmethod
    def of(cls, config: Config) -> "Experiment":
        """Make the grid, and the first point, to see that it can be made.

        Raises
        ------
        ConfigError
            If the start cannot be made: a checkpoint is damaged, the model has none such, or an earlier sweep has no
            states for these points.
        """
        earlier = None if config.start.sweep is None else EarlierSweep.read(config)
        experiment = cls(config, grid_of(config), earlier)
        (first,) = experiment.points(np.array([0]))
        if earlier is not None:
            earlier.check(experiment.grid, first.network.family)
        return experiment

    def points(self, numbers: Numbers, states: list[State] | None = None) -> list[Point]:
        """Make points, given by their numbers; they start from `states` if these are given."""
        starts = self.grid.values("start", numbers) if "start" in self.grid.axes else np.zeros(len(numbers), dtype=int)
        made = []
        for i, values in enumerate(self.grid.parameters(numbers)):
            made.append(self.point(values, int(starts[i]), None if states is None else states[i]))
        return made

    def point(self, values: dict[str, float], start: int = 0, state: State = None) -> Point:
        """Make the point at some values of the swept parameters."""
        continuous = {name: x for name, x in values.items() if self.config.of[name].continuous}
        network = self.network(values)
        here = system_of(network.config, network.family, **continuous)
        if state is None and self.earlier is not None:
            state = self.earlier.state(values, network.family)
        elif state is None:
            state = network.family.ready(here, network.family.begin(here, network.starts[start]))
        return Point(network, here, state)

    def network(self, values: dict[str, float]) -> Network:
        """Make the family of some values of the swept parameters, or take it out of those that were made before."""
        choice = tuple(item for item in values.items() if not self.config.of[item[0]].continuous)
        found = self._networks.get(choice)
        if found is None:
            config = self.config.at(dict(choice))
            family = family_of(config)
            found = Network(config, family, [] if self.earlier else given_starts(config, family))
            if len(self._networks) >= MOST_NETWORKS:
                self._networks.clear()
            self._networks[choice] = found
        return found
