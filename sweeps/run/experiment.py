"""A config made into what runs: networks, grid, and the windows that points start from."""

from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from dmfsa import Features, MeanFieldMap, Window
from sweeps.arrays import Numbers
from sweeps.config import Config
from sweeps.config.sweep import CONTINUOUS
from sweeps.grid.axes import Grid, grid_of
from sweeps.network import features_of, from_token, full, given_starts, map_of
from sweeps.run.earlier_sweep import EarlierSweep

MOST_NETWORKS = 256  # kept in memory

Choice = tuple[tuple[str, float], ...]  # values of the swept parameters that make another network


class Network(NamedTuple):
    """One network of a sweep, whatever β, γ and ε."""

    config: Config
    features: Features
    starts: list[Window | str]  # words of tokens: their windows depend on ε


class Point(NamedTuple):
    """One point, ready to run: its network, its map, its first window."""

    network: Network
    map: MeanFieldMap
    window: Window


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
            If the start cannot be made: a checkpoint is damaged, an ensemble has no tokens, or an earlier sweep has no
            windows for these points.
        """
        earlier = None if config.start.sweep is None else EarlierSweep.read(config)
        experiment = cls(config, grid_of(config), earlier)
        experiment.points(np.array([0]))
        if earlier is not None:
            earlier.check(experiment.grid)
        return experiment

    def points(self, numbers: Numbers, windows: list[Window] | None = None) -> list[Point]:
        """Make points, given by their numbers; they start from `windows` if these are given."""
        starts = self.grid.values("start", numbers) if "start" in self.grid.axes else np.zeros(len(numbers), dtype=int)
        made = []
        for i, values in enumerate(self.grid.parameters(numbers)):
            made.append(self.point(values, int(starts[i]), None if windows is None else windows[i]))
        return made

    def point(self, values: dict[str, float], start: int = 0, window: Window | None = None) -> Point:
        """Make the point at some values of the swept parameters."""
        network = self._network(tuple(item for item in values.items() if item[0] not in CONTINUOUS))
        here = map_of(network.config, network.features, **{name: x for name, x in values.items() if name in CONTINUOUS})
        if window is None and self.earlier is not None:
            window = self.earlier.window(values)
        elif window is None:
            given = network.starts[start]
            window = from_token(here, given) if isinstance(given, str) else given
            if isinstance(given, str) and not network.config.is_noisy:  # there, windows grow with their noise
                window = full(here, window)
        return Point(network, here, window)

    def _network(self, choice: Choice) -> Network:
        """Make a network, or take it out of those that were made before."""
        found = self._networks.get(choice)
        if found is None:
            config = self.config.at(dict(choice))
            features = features_of(config)
            some = map_of(config, features, beta=1.0)
            found = Network(config, features, [] if self.earlier else given_starts(config, some))
            if len(self._networks) >= MOST_NETWORKS:
                self._networks.clear()
            self._networks[choice] = found
        return found
