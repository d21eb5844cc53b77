"""Families of maps: their equations, and the lines through their parameters and starts along which points lie."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

from attractors import DiscreteMap, examples
from dmfsa import Features, MeanFieldMap, Window

GOLDEN, TURN = examples.GOLDEN, examples.TURN
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


def logistic_step(x, p, out):
    out[0] = p[0] * x[0] * (1.0 - x[0])


def logistic_jacobian(x, p, out):
    out[0, 0] = p[0] * (1.0 - 2.0 * x[0])


def circle_step(x, p, out):
    out[0] = (x[0] + p[1] - p[0] / TURN * math.sin(TURN * x[0])) % 1.0


def circle_jacobian(x, p, out):
    out[0, 0] = 1.0 - p[0] * math.cos(TURN * x[0])


def coupled_step(x, p, out):
    """Two logistic maps: x' = (1 - ε) f(x) + ε f(y), and the same for y."""
    f, g = p[0] * x[0] * (1.0 - x[0]), p[0] * x[1] * (1.0 - x[1])
    out[0], out[1] = (1.0 - p[1]) * f + p[1] * g, (1.0 - p[1]) * g + p[1] * f


def coupled_jacobian(x, p, out):
    f, g = p[0] * (1.0 - 2.0 * x[0]), p[0] * (1.0 - 2.0 * x[1])
    out[0, 0], out[0, 1] = (1.0 - p[1]) * f, p[1] * g
    out[1, 0], out[1, 1] = p[1] * f, (1.0 - p[1]) * g


def delayed_henon_step(x, p, out):
    """Generalised Hénon map in three dimensions: x' = a - y² - b z, y' = x, z' = y."""
    out[0], out[1], out[2] = p[0] - x[1] ** 2 - p[1] * x[2], x[0], x[1]


def delayed_henon_jacobian(x, p, out):
    for a in range(3):
        for b in range(3):
            out[a, b] = 0.0
    out[0, 1], out[0, 2], out[1, 0], out[2, 1] = -2.0 * x[1], -p[1], 1.0, 1.0


def cubic_step(x, p, out):
    out[0] = p[0] * x[0] * (1.0 - x[0] ** 2)


def cubic_jacobian(x, p, out):
    out[0, 0] = p[0] * (1.0 - 3.0 * x[0] ** 2)


def sharp_step(x, p, out):
    """Tent of slopes ±p0 below and above the peak p1 = 1/2, or the skew tent of full height where p0 = 0."""
    if p[0] > 0.0:
        out[0] = p[0] * min(x[0], 1.0 - x[0])
    else:
        out[0] = x[0] / p[1] if x[0] < p[1] else (1.0 - x[0]) / (1.0 - p[1])


def sharp_jacobian(x, p, out):
    if p[0] > 0.0:
        out[0, 0] = p[0] if x[0] < 0.5 else -p[0]
    else:
        out[0, 0] = 1.0 / p[1] if x[0] < p[1] else -1.0 / (1.0 - p[1])


def sine_step(x, p, out):
    out[0] = p[0] * math.sin(math.pi * x[0])


def sine_jacobian(x, p, out):
    out[0, 0] = p[0] * math.pi * math.cos(math.pi * x[0])


def holmes_step(x, p, out):
    """Holmes' cubic map, a Duffing oscillator seen once a period: x' = y, y' = -b x + a y - y³."""
    out[0], out[1] = x[1], -p[1] * x[0] + p[0] * x[1] - x[1] ** 3


def holmes_jacobian(x, p, out):
    out[0, 0], out[0, 1] = 0.0, 1.0
    out[1, 0], out[1, 1] = -p[1], p[0] - 3.0 * x[1] ** 2


def gopy_step(x, p, out):
    """The map of Grebogi, Ott, Pelikan and Yorke: x' = 2 σ cos(2πθ) tanh x, θ' = θ + golden mean."""
    out[0] = 2.0 * p[0] * math.tanh(x[0]) * math.cos(TURN * x[1])
    out[1] = (x[1] + GOLDEN) % 1.0


def gopy_jacobian(x, p, out):
    out[0, 0] = 2.0 * p[0] * math.cos(TURN * x[1]) / math.cosh(x[0]) ** 2
    out[0, 1] = -2.0 * TURN * p[0] * math.sin(TURN * x[1]) * math.tanh(x[0])
    out[1, 0], out[1, 1] = 0.0, 1.0


def forced_step(x, p, out):
    """Logistic map, forced quasi-periodically: x' = (a + ε cos 2πθ) x (1 - x)."""
    out[0] = (p[0] + p[1] * math.cos(TURN * x[1])) * x[0] * (1.0 - x[0])
    out[1] = (x[1] + GOLDEN) % 1.0


def forced_jacobian(x, p, out):
    out[0, 0] = (p[0] + p[1] * math.cos(TURN * x[1])) * (1.0 - 2.0 * x[0])
    out[0, 1] = -TURN * p[1] * math.sin(TURN * x[1]) * x[0] * (1.0 - x[0])
    out[1, 0], out[1, 1] = 0.0, 1.0


def birth_step(x, p, out):
    """Normal form of the Neimark-Sacker bifurcation with shear: z' = z (1 + μ - |z|²) e^{i (p1 + p2 |z|²)}."""
    square = x[0] ** 2 + x[1] ** 2
    size, angle = 1.0 + p[0] - square, p[1] + p[2] * square
    c, s = math.cos(angle), math.sin(angle)
    out[0], out[1] = size * (x[0] * c - x[1] * s), size * (x[0] * s + x[1] * c)


def birth_jacobian(x, p, out):
    square = x[0] ** 2 + x[1] ** 2
    size, angle = 1.0 + p[0] - square, p[1] + p[2] * square
    c, s = math.cos(angle), math.sin(angle)
    a, b = x[0] * c - x[1] * s, x[0] * s + x[1] * c
    for i in range(2):
        out[0, i] = size * ((c, -s)[i] - b * p[2] * 2.0 * x[i]) - 2.0 * x[i] * a
        out[1, i] = size * ((s, c)[i] + a * p[2] * 2.0 * x[i]) - 2.0 * x[i] * b


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


ex = examples
INFINITE = 3.569945671870944901842  # Feigenbaum's accumulation
FAMILIES: tuple[Family, ...] = (
    Family(
        "logistic",
        True,
        logistic_step,
        logistic_jacobian,
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
        cubic_step,
        cubic_jacobian,
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
        sharp_step,
        sharp_jacobian,
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
        ex._henon_step,
        ex._henon_jacobian,
        2,
        (along(0.9, 1.43, 0.3, start=[0.1, 0.1]), along(0.9, 1.43, -0.3, start=[0.1, 0.1])),
        shaken=(0, 1),
    ),
    Family(
        "delayed logistic",
        False,
        ex._delayed_logistic_step,
        ex._delayed_logistic_jacobian,
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
        circle_step,
        circle_jacobian,
        1,
        (*(circle_line(k) for k in (0.3, 0.6, 0.8, 0.9, 0.95)), *locked_edges(0.5), *locked_edges(0.9)),
        turn=1.0,
    ),
    Family(
        "circle, K > 1",
        False,
        circle_step,
        circle_jacobian,
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
        coupled_step,
        coupled_jacobian,
        2,
        tuple(along(2.9, 4.0, e, start=[0.3, 0.41]) for e in (0.04, 0.09, 0.2, 0.45)),
        shaken=(0, 1),
        many_positive=True,
    ),
    Family(
        "Ikeda",
        False,
        ex._ikeda_step,
        ex._ikeda_jacobian,
        2,
        (along(0.4, 0.99, 0.4, 6.0, start=[0.1, 0.1]), along(0.5, 0.95, 0.4, 7.0, start=[0.1, 0.1])),
        shaken=(0, 1),
    ),
    Family(
        "standard map",
        False,
        ex._standard_step,
        ex._standard_jacobian,
        2,
        tuple(standard_line(k, x) for k in (0.6, 0.97, 1.5, 2.5) for x in (0.1, 3.0)),
        turn=TURN,
        shaken=(0, 1),
    ),
    Family(
        "birth of tori",
        True,
        birth_step,
        birth_jacobian,
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
        gopy_step,
        gopy_jacobian,
        2,
        (along(0.3, 2.5, start=[0.5, 0.1]), *both(1.0, 0.1, start=[0.5, 0.1])),
        exact=exact_gopy,
    ),
    Family(
        "forced logistic",
        False,
        forced_step,
        forced_jacobian,
        2,
        tuple(along(2.8, 4.0 - e, e, start=[0.4, 0.1]) for e in (0.02, 0.1, 0.3)),
    ),
    Family(
        "generalised Hénon",
        False,
        delayed_henon_step,
        delayed_henon_jacobian,
        3,
        (along(0.6, 1.8, 0.1, start=[0.1, 0.1, 0.1]), along(0.6, 1.6, 0.3, start=[0.1, 0.1, 0.1])),
        shaken=(0, 1, 2),
        many_positive=True,
    ),
    Family(
        "transients beyond crises",
        False,
        ex._henon_step,
        ex._henon_jacobian,
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
        sine_step,
        sine_jacobian,
        1,
        (along(0.3, 1.0, start=[0.4]), along(0.84, 1.0, start=[0.4])),
    ),
    Family(
        "Holmes",
        False,
        holmes_step,
        holmes_jacobian,
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
