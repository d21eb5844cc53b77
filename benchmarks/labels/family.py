"""What a family of maps is, and lines through parameters and starts along which its points lie."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import maps
import numpy as np

from attractors import DiscreteMap
from dmfsa import Features, MeanFieldMap, Window

TURN = maps.TURN
BEFORE = 10_000  # steps discarded before the samples
Numbers = list[float]
Line = Callable[[float], tuple[Numbers, Numbers]]


@dataclass(frozen=True)
class Family:
    """Maps of one kind.

    `lines` go from u in [0, 1] to parameters and a start. Coordinates with a `turn` are angles; `shaken` are those in
    which two starts differ when sensitivity is looked for. `exact` gives the truth where mathematics does.
    """

    name: str
    step: Callable[..., None]
    jacobian: Callable[..., None]
    dimension: int
    lines: tuple[Line, ...]
    turn: float = 0.0
    shaken: tuple[int, ...] = (0,)
    exact: Callable[[Numbers], tuple[str, int] | None] = lambda p: None
    many_positive: bool = False
    n_before: int = BEFORE

    def system(self, p: Numbers) -> Any:
        return DiscreteMap(self.step, self.jacobian, p, self.dimension)


@dataclass(frozen=True)
class Network(Family):
    """The mean-field network: parameters β and γ, the start a window newest first."""

    def system(self, p: Numbers) -> MeanFieldMap:
        return MeanFieldMap(Features.segments(), beta=p[0], gamma=p[1], epsilon=0.02, context=4)


def along(low: float, high: float, *others: float, start: Numbers) -> Line:
    """Line through the first parameter."""
    return lambda u: ([low + (high - low) * u, *others], list(start))


def near(centre: float, side: float, widest: float, *others: float, start: Numbers) -> Line:
    """Line that crowds at a boundary: distances from `widest` down to 1e-4 of it."""
    return lambda u: ([centre + side * widest * 10.0 ** (-4.0 * u), *others], list(start))


def both(centre: float, widest: float, *others: float, start: Numbers) -> tuple[Line, Line]:
    return near(centre, 1.0, widest, *others, start=start), near(centre, -1.0, widest, *others, start=start)


def circle_line(k: float) -> Line:
    return lambda u: ([k, u], [0.1234])


def network_start() -> Window:
    return Window.paper_beta3()


def positions(n: int, seed: int) -> np.ndarray:
    """Sorted positions in [0, 1): one in each of n equal parts, at random."""
    return (np.arange(n) + np.random.default_rng(seed).random(n)) / n
