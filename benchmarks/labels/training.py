"""Families that thresholds and confidences are fitted on."""

import math

import maps
from family import TURN, Family, Line, Numbers, along, both, circle_line


def exact_sharp(p: Numbers) -> tuple[str, int] | None:
    """λ = log p0, or -c log c - (1 - c) log(1 - c) > 0."""
    return ("fixed_point", 1) if 0.0 < p[0] < 1.0 else ("chaotic", 0)


def exact_birth(p: Numbers) -> tuple[str, int] | None:
    """Circle |z|² = μ with the rotation p1 + p2 μ, which is drawn at random: irrational; a fixed point below."""
    return ("fixed_point", 1) if p[0] < 0.0 else ("quasiperiodic", 0)


def locked_edges(k: float) -> tuple[Line, ...]:
    """Both sides of the edge of the tongue 0/1, at Ω = K / 2π."""
    edge = k / TURN
    return tuple(
        (lambda u, side=side: ([k, edge + side * 0.02 * 10.0 ** (-4.0 * u)], [0.1234])) for side in (1.0, -1.0)
    )


def island_line(c: float) -> Line:
    """Starts from the centre outwards, c the cosine of the rotation there."""
    return lambda u: ([c], [0.05 + 0.7 * u, 0.0])


def forced_line(k: float, e: float) -> Line:
    return lambda u: ([k, 0.5 * TURN * u, e], [0.4, 0.1])


INFINITE = 3.569945671870944901842  # Feigenbaum's accumulation
TRAINING: tuple[Family, ...] = (
    Family(
        "logistic",
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
        "tent",
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
        maps.henon_step,
        maps.henon_jacobian,
        2,
        (along(0.9, 1.43, 0.3, start=[0.1, 0.1]), along(0.9, 1.43, -0.3, start=[0.1, 0.1])),
        shaken=(0, 1),
    ),
    Family(
        "circle, K < 1",
        maps.circle_step,
        maps.circle_jacobian,
        1,
        (*(circle_line(k) for k in (0.3, 0.6, 0.8, 0.9, 0.95)), *locked_edges(0.5), *locked_edges(0.9)),
        turn=1.0,
    ),
    Family(
        "coupled logistic",
        maps.coupled_step,
        maps.coupled_jacobian,
        2,
        tuple(along(2.9, 4.0, e, start=[0.3, 0.41]) for e in (0.04, 0.09, 0.2, 0.45)),
        shaken=(0, 1),
        many_positive=True,
    ),
    Family(
        "birth of tori",
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
        "Hénon's islands and sea",
        maps.islands_step,
        maps.islands_jacobian,
        2,
        tuple(island_line(c) for c in (0.8, 0.4, 0.24, -0.01, -0.42)),
        shaken=(0, 1),
    ),
    Family(
        "predator and prey",
        maps.prey_step,
        maps.prey_jacobian,
        2,
        (
            along(2.6, 3.6, 3.6, start=[0.3, 0.3]),
            along(2.9, 3.9, 3.0, start=[0.3, 0.3]),
            *both(3.0, 0.1, 3.0, start=[0.3, 0.3]),
        ),
        shaken=(0, 1),
        many_positive=True,
    ),
    Family(
        "forced circle",
        maps.forced_circle_step,
        maps.forced_circle_jacobian,
        2,
        (
            *(forced_line(k, 0.5) for k in (0.6, 0.95, 1.3, 2.0)),
            along(0.5, 3.0, 1.7, 1.0, start=[0.4, 0.1]),
        ),
        turn=TURN,
    ),
)
