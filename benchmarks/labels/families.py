"""Families of maps: their equations, and the lines through their parameters and starts along which points lie."""

import math
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
    training: bool
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


def exact_sharp(p: Numbers) -> tuple[str, int] | None:
    """λ = log p0, or -c log c - (1 - c) log(1 - c) > 0."""
    return ("fixed_point", 1) if 0.0 < p[0] < 1.0 else ("chaotic", 0)


def exact_delayed(p: Numbers) -> tuple[str, int] | None:
    """The fixed point 1 - 1/a has multipliers of modulus √(a - 1)."""
    return ("fixed_point", 1) if p[0] < 2.0 else None


def exact_gopy(p: Numbers) -> tuple[str, int] | None:
    """The line x = 0 has the exponent log σ; beyond 1 the attractor is strange and not chaotic, λ = 0."""
    return ("quasiperiodic", 0)


def exact_birth(p: Numbers) -> tuple[str, int] | None:
    """Circle |z|² = μ with the rotation p1 + p2 μ, which is drawn at random: irrational; a fixed point below."""
    return ("fixed_point", 1) if p[0] < 0.0 else ("quasiperiodic", 0)


def along(low: float, high: float, *others: float, start: Numbers) -> Line:
    """Line through the first parameter."""
    return lambda u: ([low + (high - low) * u, *others], list(start))


def near(centre: float, side: float, widest: float, *others: float, start: Numbers) -> Line:
    """Line that crowds at a boundary: distances from `widest` down to 1e-4 of it."""
    return lambda u: ([centre + side * widest * 10.0 ** (-4.0 * u), *others], list(start))


def both(centre: float, widest: float, *others: float, start: Numbers) -> tuple[Line, Line]:
    return near(centre, 1.0, widest, *others, start=start), near(centre, -1.0, widest, *others, start=start)


def standard_line(k: float, x: float) -> Line:
    return lambda u: ([k], [x, TURN * u])


def circle_line(k: float) -> Line:
    return lambda u: ([k, u], [0.1234])


def locked_edges(k: float) -> tuple[Line, ...]:
    """Both sides of the edge of the tongue 0/1, at Ω = K / 2π."""
    edge = k / TURN
    return tuple(
        (lambda u, side=side: ([k, edge + side * 0.02 * 10.0 ** (-4.0 * u)], [0.1234])) for side in (1.0, -1.0)
    )


INFINITE = 3.569945671870944901842  # Feigenbaum's accumulation
FAMILIES: tuple[Family, ...] = (
    Family(
        "logistic",
        True,
        maps.logistic_step,
        maps.logistic_jacobian,
        1,
        (
            along(2.6, 4.0, start=[0.4]),
            along(3.5, 3.9, start=[0.4]),
            *both(3.0, 0.05, start=[0.4]),
            *both(1.0 + math.sqrt(6.0), 0.02, start=[0.4]),
            *both(INFINITE, 0.02, start=[0.4]),
            *both(1.0 + math.sqrt(8.0), 0.01, start=[0.4]),
        ),
    ),
    Family(
        "cubic",
        False,
        maps.cubic_step,
        maps.cubic_jacobian,
        1,
        (
            along(0.5, 3.0, start=[0.3]),
            along(2.2, 3.0, start=[-0.35]),
            *both(1.0, 0.05, start=[0.3]),
            *both(2.0, 0.05, start=[0.3]),
        ),
    ),
    Family(
        "tent",
        True,
        maps.sharp_step,
        maps.sharp_jacobian,
        1,
        (
            along(0.8, 1.999, 0.5, start=[0.3]),
            lambda u: ([1.0 + 10.0 ** (-3.0 * u), 0.5], [0.3]),
            lambda u: ([0.0, 0.02 + 0.96 * u], [0.3]),
        ),
        exact=exact_sharp,
    ),
    Family(
        "Hénon",
        True,
        maps.henon_step,
        maps.henon_jacobian,
        2,
        (along(0.9, 1.43, 0.3, start=[0.1, 0.1]), along(0.9, 1.43, -0.3, start=[0.1, 0.1])),
        shaken=(0, 1),
    ),
    Family(
        "delayed logistic",
        False,
        maps.delayed_logistic_step,
        maps.delayed_logistic_jacobian,
        2,
        (
            along(1.6, 2.27, start=[0.4, 0.5]),
            along(2.0, 2.27, start=[0.4, 0.5]),
            *both(2.0, 0.1, start=[0.4, 0.5]),
        ),
        shaken=(0, 1),
        exact=exact_delayed,
    ),
    Family(
        "circle, K < 1",
        True,
        maps.circle_step,
        maps.circle_jacobian,
        1,
        (*(circle_line(k) for k in (0.3, 0.6, 0.8, 0.9, 0.95)), *locked_edges(0.5), *locked_edges(0.9)),
        turn=1.0,
    ),
    Family(
        "circle, K > 1",
        False,
        maps.circle_step,
        maps.circle_jacobian,
        1,
        (
            *(circle_line(k) for k in (1.1, 1.4, 2.0)),
            lambda u: ([0.8 + 2.4 * u, 0.606661], [0.1234]),
        ),
        turn=1.0,
    ),
    Family(
        "coupled logistic",
        True,
        maps.coupled_step,
        maps.coupled_jacobian,
        2,
        tuple(along(2.9, 4.0, e, start=[0.3, 0.41]) for e in (0.04, 0.09, 0.2, 0.45)),
        shaken=(0, 1),
        many_positive=True,
    ),
    Family(
        "Ikeda",
        False,
        maps.ikeda_step,
        maps.ikeda_jacobian,
        2,
        (along(0.4, 0.99, 0.4, 6.0, start=[0.1, 0.1]), along(0.5, 0.95, 0.4, 7.0, start=[0.1, 0.1])),
        shaken=(0, 1),
    ),
    Family(
        "standard map",
        False,
        maps.standard_step,
        maps.standard_jacobian,
        2,
        tuple(standard_line(k, x) for k in (0.6, 0.97, 1.5, 2.5) for x in (0.1, 3.0)),
        turn=TURN,
        shaken=(0, 1),
    ),
    Family(
        "birth of tori",
        True,
        maps.birth_step,
        maps.birth_jacobian,
        2,
        (
            along(-0.2, 0.4, 1.2345678, 0.3, start=[0.2, 0.1]),
            *both(0.0, 0.1, 0.7654321, 0.5, start=[0.2, 0.1]),
        ),
        shaken=(0, 1),
        exact=exact_birth,
    ),
    Family(
        "GOPY, strange non-chaotic",
        False,
        maps.gopy_step,
        maps.gopy_jacobian,
        2,
        (along(0.3, 2.5, start=[0.5, 0.1]), *both(1.0, 0.1, start=[0.5, 0.1])),
        exact=exact_gopy,
    ),
    Family(
        "forced logistic",
        False,
        maps.forced_step,
        maps.forced_jacobian,
        2,
        tuple(along(2.8, 4.0 - e, e, start=[0.4, 0.1]) for e in (0.02, 0.1, 0.3)),
    ),
    Family(
        "generalised Hénon",
        False,
        maps.delayed_henon_step,
        maps.delayed_henon_jacobian,
        3,
        (along(0.6, 1.8, 0.1, start=[0.1, 0.1, 0.1]), along(0.6, 1.6, 0.3, start=[0.1, 0.1, 0.1])),
        shaken=(0, 1, 2),
        many_positive=True,
    ),
    Family(
        "transients beyond crises",
        False,
        maps.henon_step,
        maps.henon_jacobian,
        2,
        (
            lambda u: ([1.4269212 + 10.0 ** (-1.0 - 3.0 * u), 0.3], [0.1, 0.1]),
            along(1.226, 1.2717, 0.3, start=[0.1, 0.1]),
            lambda u: ([1.2266, 0.3], [0.1 + 0.2 * u, 0.1]),
            along(1.0, 1.43, 0.3, start=[0.1, 0.1]),
        ),
        shaken=(0, 1),
        n_before=0,
    ),
    Network(
        "mean-field network",
        False,
        None,
        None,
        12,
        (
            lambda u: ([1.2 + 0.1 * u, 220.0], []),
            lambda u: ([1.24 + 0.04 * u, 220.0], []),
            lambda u: ([1.2 + 1.3 * u, 220.0], []),
            lambda u: ([1.3 + 0.5 * u, 100.0], []),
        ),
        many_positive=True,
        n_before=100_000,
    ),
    Family(
        "sine",
        False,
        maps.sine_step,
        maps.sine_jacobian,
        1,
        (along(0.3, 1.0, start=[0.4]), along(0.84, 1.0, start=[0.4])),
    ),
    Family(
        "Holmes",
        False,
        maps.holmes_step,
        maps.holmes_jacobian,
        2,
        (along(1.5, 2.77, 0.2, start=[0.3, 0.2]), along(1.2, 2.6, -0.2, start=[0.3, 0.2])),
        shaken=(0, 1),
    ),
)


def network_start() -> Window:
    return Window.paper_beta3()


def positions(n: int, seed: int) -> np.ndarray:
    """Sorted positions in [0, 1): one in each of n equal parts, at random."""
    return (np.arange(n) + np.random.default_rng(seed).random(n)) / n
