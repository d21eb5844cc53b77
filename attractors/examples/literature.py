"""What is known about the examples of `attractors`: exact values, published ones, and independent computations.

Each `Example` says how to make the map, where to start and how long to wait, so that it can be run as it stands;
each `Literature` names a quantity, its value, how far that may be off, and its source.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Literal

from attractors.examples import flows
from attractors.examples import maps as examples
from attractors.system import DiscreteMap

Quantity = Literal[
    "lyapunov_exponents", "lyapunov_sum", "kaplan_yorke_dimension", "correlation_dimension", "rotation_number"
]

SPROTT = "J. C. Sprott, Chaos and Time-Series Analysis (Oxford, 2003), appendix A"
PESIN = "exact: mean log slope over the invariant density"
DETERMINANT = "exact: log |det J|, which is the same everywhere"
EQUAL_SITES = "exact: H. Fujisaka, T. Yamada, Prog. Theor. Phys. 69, 32 (1983)"
DIVERGENCE = "exact for the flow: the divergence of its field; Runge-Kutta steps are off by less"
COMPUTED = "computed with pynamicalsys 1.7.0, modified Gram-Schmidt, 10^8 steps from another start"


@dataclass(frozen=True)
class Literature:
    """A known value.

    Attributes
    ----------
    quantity : str
        Its name: exponents in nats per step, of flows per unit of time, descending; rotation numbers in turns per step.
    value : tuple of float
        One number, or all exponents; -inf where the Jacobian is singular.
    tolerance : float
        How far the value itself may be off: its stated error or its last digits; 0 if it is exact.
    source : str
        Who says so.
    """

    quantity: Quantity
    value: tuple[float, ...]
    tolerance: float
    source: str


@dataclass(frozen=True)
class Example:
    """A map at given parameters, ready to run.

    Attributes
    ----------
    make : callable
        Makes the map; takes no arguments.
    start : tuple of float
        A state from which the orbit reaches the attractor (or stays in the chaotic sea) that the values are about.
    n_transient : int
        Steps to discard before measuring.
    literature : tuple of Literature
        What is known.

    Examples
    --------
    >>> from attractors import lyapunov_spectrum
    >>> henon = EXAMPLES["henon"]
    >>> spectrum = lyapunov_spectrum(henon.make(), henon.start, n_steps=6_400, n_transient=henon.n_transient)
    >>> known = henon.literature[0]
    >>> known.quantity, known.value
    ('lyapunov_exponents', (0.41922, -1.62319))
    >>> bool((abs(spectrum.exponents - known.value) < 3.0 * spectrum.standard_errors + known.tolerance).all())
    True
    """

    make: Callable[[], DiscreteMap]
    start: tuple[float, ...]
    n_transient: int
    literature: tuple[Literature, ...]


def _exact(quantity: Quantity, *value: float, source: str) -> Literature:
    return Literature(quantity, value, 0.0, source)


def _skew_tent_exponent(peak: float) -> float:
    return -peak * math.log(peak) - (1.0 - peak) * math.log(1.0 - peak)


def _equal_sites(epsilon: float, n_sites: int) -> tuple[float, ...]:
    """Exponents of n equal sites at r = 4, descending: log 2 + log |1 - eps (1 - cos(2 pi k / n))|."""
    shares = [abs(1.0 - epsilon * (1.0 - math.cos(2.0 * math.pi * k / n_sites))) for k in range(n_sites)]
    return tuple(sorted((math.log(2.0 * share) for share in shares), reverse=True))


CAT_STRETCH = math.log((3.0 + math.sqrt(5.0)) / 2.0)
LOCKED_EXPONENT = math.log(1.0 - math.sqrt(0.9**2 - (2.0 * math.pi * 0.1) ** 2))

EXAMPLES: Mapping[str, Example] = MappingProxyType(
    {
        "logistic": Example(
            examples.logistic,
            (0.3,),
            100,
            (
                _exact("lyapunov_exponents", math.log(2.0), source="exact: conjugate to the symmetric tent map"),
                _exact("kaplan_yorke_dimension", 1.0, source=PESIN),
            ),
        ),
        "logistic, period 2": Example(
            partial(examples.logistic, 3.2),
            (0.3,),
            1_000,
            (_exact("lyapunov_exponents", math.log(0.4), source="exact: 1/2 log |4 + 2 r - r^2| on the 2-cycle"),),
        ),
        "tent": Example(
            examples.tent,
            (0.1,),
            100,
            (
                _exact("lyapunov_exponents", _skew_tent_exponent(examples.GOLDEN), source=PESIN),
                _exact("correlation_dimension", 1.0, source="exact: uniform density on an interval"),
            ),
        ),
        "henon": Example(
            examples.henon,
            (0.1, 0.1),
            1_000,
            (
                Literature("lyapunov_exponents", (0.41922, -1.62319), 5e-5, SPROTT),
                _exact("lyapunov_sum", math.log(0.3), source=DETERMINANT),
                Literature("kaplan_yorke_dimension", (1.25827,), 5e-5, SPROTT),
                Literature(
                    "correlation_dimension", (1.21,), 0.01, "P. Grassberger, I. Procaccia, Physica D 9, 189 (1983)"
                ),
            ),
        ),
        "lozi": Example(
            examples.lozi,
            (0.1, 0.1),
            1_000,
            (
                Literature("lyapunov_exponents", (0.4702, -1.1633), 1e-4, SPROTT),
                _exact("lyapunov_sum", math.log(0.5), source=DETERMINANT),
                Literature("kaplan_yorke_dimension", (1.4042,), 1e-4, SPROTT),
            ),
        ),
        "ikeda": Example(
            examples.ikeda,
            (0.1, 0.1),
            1_000,
            (
                Literature("lyapunov_exponents", (0.5076, -0.7183), 1e-4, SPROTT),
                _exact("lyapunov_sum", 2.0 * math.log(0.9), source=DETERMINANT),
                Literature("kaplan_yorke_dimension", (1.7066,), 1e-4, SPROTT),
            ),
        ),
        "standard": Example(
            examples.standard,
            (1.0, 0.5),
            1_000,
            (
                Literature(
                    "lyapunov_exponents",
                    (math.log(3.45), -math.log(3.45)),
                    0.03,
                    "log(K/2) for large K, B. V. Chirikov, Phys. Rep. 52, 263 (1979); the next term is of order 1/K^2",
                ),
                Literature("lyapunov_exponents", (1.264, -1.264), 3e-3, COMPUTED),
                _exact("lyapunov_sum", 0.0, source=DETERMINANT),
                _exact("kaplan_yorke_dimension", 2.0, source="exact: areas are preserved"),
            ),
        ),
        "standard, K = 1": Example(
            partial(examples.standard, 1.0),
            (0.1, 0.1),
            1_000,
            (Literature("lyapunov_exponents", (0.10497, -0.10497), 1e-3, SPROTT),),  # islands slow convergence
        ),
        "coupled_standard": Example(
            examples.coupled_standard,
            (0.1, 0.2, 0.3, 0.4),
            1_000,
            (
                Literature(
                    "lyapunov_exponents",
                    (1.40625, 1.13752, -1.13752, -1.40625),
                    6e-4,
                    "computed with NumPy's Householder QR, the average over 4,000 starts with 5,000 steps each",
                ),
                _exact("lyapunov_sum", 0.0, source="exact: symplectic, exponents in pairs of opposite sign"),
                _exact("kaplan_yorke_dimension", 4.0, source="exact: volumes are preserved"),
            ),
        ),
        "cat": Example(
            examples.cat,
            (0.1, 0.2),
            100,
            (
                _exact("lyapunov_exponents", CAT_STRETCH, -CAT_STRETCH, source="exact: eigenvalues of the matrix"),
                _exact("correlation_dimension", 2.0, source="exact: uniform density on the torus"),
            ),
        ),
        "circle": Example(
            partial(examples.circle, examples.GOLDEN, 0.0),
            (0.1,),
            100,
            (
                _exact("lyapunov_exponents", 0.0, source="exact: a rotation"),
                _exact("rotation_number", examples.GOLDEN, source="exact: a rotation"),
                _exact("correlation_dimension", 1.0, source="exact: uniform density on a circle"),
            ),
        ),
        "circle, locked at 0": Example(
            partial(examples.circle, 0.1, 0.9),
            (0.3,),
            1_000,
            (
                _exact(
                    "lyapunov_exponents", LOCKED_EXPONENT, source="exact: log(1 - sqrt(K^2 - (2 pi Omega)^2)) at rest"
                ),
                _exact("rotation_number", 0.0, source="exact: a fixed point, for |Omega| <= K / (2 pi)"),
            ),
        ),
        "circle, locked at 1/2": Example(
            partial(examples.circle, 0.5, 0.9),
            (0.3,),
            1_000,
            (_exact("rotation_number", 0.5, source="exact: by the symmetry x -> -x"),),
        ),
        "circle, critical": Example(
            partial(examples.circle, 0.60666106347, 1.0),
            (0.0,),
            1_000,
            (Literature("rotation_number", (examples.GOLDEN,), 1e-10, "S. J. Shenker, Physica D 5, 405 (1982)"),),
        ),
        "delayed_logistic": Example(
            examples.delayed_logistic,
            (0.5, 0.5),
            1_000,
            (
                Literature("lyapunov_exponents", (0.1831, -1.2420), 2e-4, SPROTT),
                Literature("kaplan_yorke_dimension", (1.1474,), 1e-4, SPROTT),
            ),
        ),
        "generalised_henon": Example(
            examples.generalised_henon,
            (0.1, 0.2, 0.3),
            1_000,
            (
                Literature("lyapunov_exponents", (0.22440, 0.18734, -2.71432), 1e-4, COMPUTED),
                _exact("lyapunov_sum", math.log(0.1), source=DETERMINANT),
            ),
        ),
        "coupled_logistic": Example(
            examples.coupled_logistic,
            (0.3, 0.4),
            1_000,
            (Literature("lyapunov_exponents", (0.3990, 0.3001), 2e-4, COMPUTED),),
        ),
        "coupled_logistic, synchronous": Example(
            partial(examples.coupled_logistic, 4.0, 0.35),
            (0.3, 0.4),
            1_000,
            (_exact("lyapunov_exponents", *_equal_sites(0.35, 2), source=EQUAL_SITES),),
        ),
        "coupled_logistic, four equal sites": Example(
            partial(examples.coupled_logistic, 4.0, 0.1, 4),
            (0.3, 0.3, 0.3, 0.3),
            1_000,
            (_exact("lyapunov_exponents", *_equal_sites(0.1, 4), source=EQUAL_SITES),),
        ),
        "lorenz": Example(
            flows.lorenz,
            (1.0, 1.0, 1.0),
            5_000,
            (
                Literature("lyapunov_exponents", (0.9056, 0.0, -14.5723), 1e-4, SPROTT),
                Literature("lyapunov_sum", (-41.0 / 3.0,), 1e-5, DIVERGENCE),
                Literature("kaplan_yorke_dimension", (2.06215,), 1e-5, SPROTT),
            ),
        ),
        "rossler": Example(
            flows.rossler,
            (1.0, 1.0, 1.0),
            5_000,
            (
                Literature("lyapunov_exponents", (0.0714, 0.0, -5.3943), 1e-4, SPROTT),
                Literature("kaplan_yorke_dimension", (2.0132,), 1e-4, SPROTT),
            ),
        ),
        "coupled_lorenz, apart": Example(
            partial(flows.coupled_lorenz, 0.0, 28.0),
            (1.0, 1.0, 1.0, 0.5, -1.0, 2.0),
            5_000,
            (
                Literature(
                    "lyapunov_exponents",
                    (0.9056, 0.9056, 0.0, 0.0, -14.5723, -14.5723),
                    1e-4,
                    f"two Lorenz systems side by side: {SPROTT}",
                ),
                Literature("lyapunov_sum", (-82.0 / 3.0,), 1e-4, DIVERGENCE),
            ),
        ),
        "hopfield": Example(
            examples.hopfield,
            (0.1, 0.3),
            1_000,
            (
                Literature(
                    "lyapunov_exponents",
                    (0.39755, -math.inf),
                    5e-5,
                    "computed: W has rank one, u = x_1 - x_2 obeys u' = sinh(20 g u) / (cosh(5 g u) cosh(25 g u)); on "
                    "average over 1,000 starts with 10^6 steps each; the other direction is annihilated",
                ),
            ),
        ),
    }
)
