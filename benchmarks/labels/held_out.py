"""Families made after the rule was frozen, and evaluated once."""

import math

import maps
from family import TURN, Family, Line, Numbers, along, both


def exact_lozi(p: Numbers) -> tuple[str, int] | None:
    """Multipliers with μ² + a μ = b at the fixed point, inside the circle if a < 1 - b; chaos where it is proven.

    M. Misiurewicz, Ann. N. Y. Acad. Sci. 357, 348 (1980).
    """
    a, b = p
    if a < 1.0 - b:
        return "fixed_point", 1
    proven = 0.0 < b < 1.0 and b + 1.0 < a < 2.0 - 0.5 * b and a * math.sqrt(2.0) > b + 2.0
    return ("chaotic", 0) if proven and b < (a * a - 1.0) / (2.0 * a + 1.0) else None


def rotor_line(k: float, b: float) -> Line:
    """A drive from 0 to a turn."""
    return lambda u: ([k, b, TURN * u], [0.3, 0.2])


def pair_line(k: float, c: float) -> Line:
    """One drive from 0 to half a turn, the other fixed."""
    return lambda u: ([k, c, 0.5 * TURN * u, 1.9], [0.4, 1.1])


HELD_OUT: tuple[Family, ...] = (
    Family(
        "Lozi",
        maps.lozi_step,
        maps.lozi_jacobian,
        2,
        (*(along(0.5, 1.79, b, start=[0.1, 0.1]) for b in (0.3, 0.5)), *both(0.7, 0.1, 0.3, start=[0.1, 0.1])),
        shaken=(0, 1),
        exact=exact_lozi,
    ),
    Family(
        "Gauss",
        maps.gauss_step,
        maps.gauss_jacobian,
        1,
        tuple(along(-1.0, 0.6, a, start=[0.1]) for a in (4.9, 6.2, 9.0)),
    ),
    Family(
        "Tinkerbell",
        maps.tinkerbell_step,
        maps.tinkerbell_jacobian,
        2,
        (
            along(0.0, 0.92, 0.5, start=[-0.72, -0.64]),
            along(0.2, 0.92, 0.45, start=[-0.72, -0.64]),
            along(0.2, 0.92, 0.55, start=[-0.72, -0.64]),
        ),
        shaken=(0, 1),
        many_positive=True,
    ),
    Family(
        "driven rotor",
        maps.rotor_step,
        maps.rotor_jacobian,
        2,
        (
            *(rotor_line(k, b) for k, b in ((0.5, 0.3), (0.9, 0.3), (0.6, 0.8))),
            *(along(0.2, 6.0, b, 2.3, start=[0.3, 0.2]) for b in (0.1, 0.3, 0.6)),
        ),
        turn=TURN,
        shaken=(0, 1),
    ),
    Family(
        "Burgers",
        maps.burgers_step,
        maps.burgers_jacobian,
        2,
        (
            along(1.2, 1.8, 0.75, start=[-0.1, 0.1]),
            along(1.5, 1.9, 0.2, start=[-0.1, 0.1]),
            along(1.6, 1.77, 0.75, start=[-0.1, 0.1]),
        ),
        shaken=(0, 1),
        many_positive=True,
    ),
    Family(
        "two circles",
        maps.pair_step,
        maps.pair_jacobian,
        2,
        (
            *(pair_line(k, c) for k, c in ((0.3, 0.2), (0.6, 0.3), (1.2, 0.3))),
            along(0.2, 5.0, 0.3, 0.8, 1.9, start=[0.4, 1.1]),
        ),
        turn=TURN,
        shaken=(0, 1),
        many_positive=True,
    ),
)
