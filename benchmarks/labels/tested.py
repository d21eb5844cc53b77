"""Families that no threshold is fitted on; their errors were looked at while the rule was written."""

import maps
from family import TURN, Family, Line, Network, Numbers, along, both, circle_line


def exact_delayed(p: Numbers) -> tuple[str, int] | None:
    """The fixed point 1 - 1/a has multipliers of modulus √(a - 1)."""
    return ("fixed_point", 1) if p[0] < 2.0 else None


def exact_gopy(p: Numbers) -> tuple[str, int] | None:
    """The line x = 0 has the exponent log σ; beyond 1 the attractor is strange and not chaotic, λ = 0."""
    return ("quasiperiodic", 0)


def standard_line(k: float, x: float) -> Line:
    return lambda u: ([k], [x, TURN * u])


TESTED: tuple[Family, ...] = (
    Family(
        "cubic",
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
        "delayed logistic",
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
        "circle, K > 1",
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
        "Ikeda",
        maps.ikeda_step,
        maps.ikeda_jacobian,
        2,
        (along(0.4, 0.99, 0.4, 6.0, start=[0.1, 0.1]), along(0.5, 0.95, 0.4, 7.0, start=[0.1, 0.1])),
        shaken=(0, 1),
    ),
    Family(
        "standard map",
        maps.standard_step,
        maps.standard_jacobian,
        2,
        tuple(standard_line(k, x) for k in (0.6, 0.97, 1.5, 2.5) for x in (0.1, 3.0)),
        turn=TURN,
        shaken=(0, 1),
    ),
    Family(
        "GOPY, strange non-chaotic",
        maps.gopy_step,
        maps.gopy_jacobian,
        2,
        (along(0.3, 2.5, start=[0.5, 0.1]), *both(1.0, 0.1, start=[0.5, 0.1])),
        exact=exact_gopy,
    ),
    Family(
        "forced logistic",
        maps.forced_step,
        maps.forced_jacobian,
        2,
        tuple(along(2.8, 4.0 - e, e, start=[0.4, 0.1]) for e in (0.02, 0.1, 0.3)),
    ),
    Family(
        "generalised Hénon",
        maps.delayed_henon_step,
        maps.delayed_henon_jacobian,
        3,
        (along(0.6, 1.8, 0.1, start=[0.1, 0.1, 0.1]), along(0.6, 1.6, 0.3, start=[0.1, 0.1, 0.1])),
        shaken=(0, 1, 2),
        many_positive=True,
    ),
    Family(
        "transients beyond crises",
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
        maps.sine_step,
        maps.sine_jacobian,
        1,
        (along(0.3, 1.0, start=[0.4]), along(0.84, 1.0, start=[0.4])),
    ),
    Family(
        "Holmes",
        maps.holmes_step,
        maps.holmes_jacobian,
        2,
        (along(1.5, 2.77, 0.2, start=[0.3, 0.2]), along(1.2, 2.6, -0.2, start=[0.3, 0.2])),
        shaken=(0, 1),
    ),
)
