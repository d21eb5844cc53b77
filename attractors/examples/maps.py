"""Known maps, ready to analyse: each is a step, a Jacobian, and a function that makes a `DiscreteMap` of them.

They are also patterns for a map of your own: plain Python functions that fill an array. What is known about them,
with sources and a start each, is in `attractors.literature`. Maps that preserve volumes stand in a file of their own.
"""

import math

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.examples.volume_preserving import cat, coupled_standard, standard
from attractors.system import DiscreteMap

__all__ = [
    "GOLDEN",
    "cat",
    "circle",
    "coupled_logistic",
    "coupled_standard",
    "delayed_logistic",
    "generalised_henon",
    "henon",
    "hopfield",
    "ikeda",
    "logistic",
    "lozi",
    "standard",
    "tent",
]

GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0
TURN = 2.0 * math.pi


def _logistic_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    for a in range(x.size):
        out[a] = p[a] * x[a] * (1.0 - x[a])


def _logistic_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    for a in range(x.size):
        out[a, a] = p[a] * (1.0 - 2.0 * x[a])


def logistic(r: npt.ArrayLike = 4.0) -> DiscreteMap:
    """Logistic map, x' = r x (1 - x), on [0, 1] for 0 <= r <= 4; beyond, almost every orbit diverges.

    Parameters
    ----------
    r : float or array-like, shape (d,)
        Growth rate; an array makes d maps side by side, without coupling.

    References
    ----------
    .. [1] R. M. May, Nature 261, 459 (1976).
    """
    rates = np.atleast_1d(np.asarray(r, dtype=np.float64))
    return DiscreteMap(_logistic_step, _logistic_jacobian, rates, rates.size)


def _tent_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = x[0] / p[0] if x[0] < p[0] else (1.0 - x[0]) / (1.0 - p[0])


def _tent_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0] = 1.0 / p[0] if x[0] < p[0] else -1.0 / (1.0 - p[0])


def tent(peak: float = GOLDEN) -> DiscreteMap:
    """Skew tent map, x' = x / c below the peak c, (1 - x) / (1 - c) above; its density on [0, 1] is uniform.

    Parameters
    ----------
    peak : float
        c, strictly between 0 and 1.

    Raises
    ------
    ValueError
        If the peak is not strictly between 0 and 1.

    Notes
    -----
    Beware of the symmetric map, c = 1/2: its slopes are powers of two, so that each step shifts one more binary
    digit out of x, and every orbit of doubles is exactly 0 after some 55 steps.
    """
    if not 0.0 < peak < 1.0:
        raise ValueError(f"peak must be strictly between 0 and 1, got {peak}")
    return DiscreteMap(_tent_step, _tent_jacobian, peak, 1)


def _henon_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = 1.0 - p[0] * x[0] ** 2 + x[1]
    out[1] = p[1] * x[0]


def _henon_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = -2.0 * p[0] * x[0], 1.0, p[1], 0.0


def henon(a: float = 1.4, b: float = 0.3) -> DiscreteMap:
    """Hénon's map, x' = 1 - a x^2 + y, y' = b x; areas shrink by |b| everywhere.

    Parameters
    ----------
    a, b : float
        Folding and contraction.

    References
    ----------
    .. [1] M. Hénon, Commun. Math. Phys. 50, 69 (1976).
    """
    return DiscreteMap(_henon_step, _henon_jacobian, [a, b], 2)


def _lozi_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = 1.0 - p[0] * abs(x[0]) + x[1]
    out[1] = p[1] * x[0]


def _lozi_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0] = -p[0] if x[0] > 0.0 else p[0]
    out[0, 1], out[1, 0], out[1, 1] = 1.0, p[1], 0.0


def lozi(a: float = 1.7, b: float = 0.5) -> DiscreteMap:
    """Lozi's map, x' = 1 - a |x| + y, y' = b x: Hénon's with straight branches; areas shrink by |b| everywhere.

    Parameters
    ----------
    a, b : float
        Folding and contraction.

    References
    ----------
    .. [1] R. Lozi, J. Phys. Colloques 39, C5-9 (1978).
    .. [2] M. Misiurewicz, Ann. N. Y. Acad. Sci. 357, 348 (1980): proof of its strange attractor.
    """
    return DiscreteMap(_lozi_step, _lozi_jacobian, [a, b], 2)


def _ikeda_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    angle = p[1] - p[2] / (1.0 + x[0] ** 2 + x[1] ** 2)
    c, s = math.cos(angle), math.sin(angle)
    out[0] = 1.0 + p[0] * (x[0] * c - x[1] * s)
    out[1] = p[0] * (x[0] * s + x[1] * c)


def _ikeda_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    size = 1.0 + x[0] ** 2 + x[1] ** 2
    angle = p[1] - p[2] / size
    c, s = math.cos(angle), math.sin(angle)
    turn_x, turn_y = 2.0 * p[2] * x[0] / size**2, 2.0 * p[2] * x[1] / size**2  # gradient of the angle
    across, along = -x[0] * s - x[1] * c, x[0] * c - x[1] * s  # derivatives by the angle
    out[0, 0], out[0, 1] = p[0] * (c + across * turn_x), p[0] * (-s + across * turn_y)
    out[1, 0], out[1, 1] = p[0] * (s + along * turn_x), p[0] * (c + along * turn_y)


def ikeda(u: float = 0.9, phase: float = 0.4, shift: float = 6.0) -> DiscreteMap:
    """Ikeda's map of light in a ring cavity, z' = 1 + u z exp(i (phase - shift / (1 + |z|^2))), z = x + i y.

    Parameters
    ----------
    u : float
        What a round trip leaves of the field; areas shrink by u^2 everywhere.
    phase, shift : float
        Phase of the empty cavity, and how strongly the light shifts it; radians.

    References
    ----------
    .. [1] K. Ikeda, Opt. Commun. 30, 257 (1979).
    .. [2] S. M. Hammel, C. K. R. T. Jones, J. V. Moloney, J. Opt. Soc. Am. B 2, 552 (1985): this form.
    """
    return DiscreteMap(_ikeda_step, _ikeda_jacobian, [u, phase, shift], 2)


def _circle_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    for a in range(x.size):
        out[a] = (x[a] + p[1 + a] - p[0] / TURN * math.sin(TURN * x[a])) % 1.0


def _circle_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    for a in range(x.size):
        out[a, a] = 1.0 - p[0] * math.cos(TURN * x[a])


def circle(omega: npt.ArrayLike = GOLDEN, k: float = 0.9) -> DiscreteMap:
    """Sine circle map, x' = x + Omega - K / (2 pi) sin(2 pi x) modulo 1: rotation, locking, and chaos beyond K = 1.

    Parameters
    ----------
    omega : float or array-like, shape (d,)
        Turns per step without coupling; an array makes d maps side by side, a torus of up to d dimensions.
    k : float
        K, the coupling; the map is one-to-one for |K| <= 1.

    Raises
    ------
    ValueError
        If omega has more than one dimension.

    References
    ----------
    .. [1] M. H. Jensen, P. Bak, T. Bohr, Phys. Rev. A 30, 1960 (1984).
    """
    turns = np.atleast_1d(np.asarray(omega, dtype=np.float64))
    if turns.ndim != 1:
        raise ValueError(f"omega must be a number or have shape (d,), got {turns.shape}")
    return DiscreteMap(_circle_step, _circle_jacobian, [k, *turns], turns.size)


def _delayed_logistic_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = p[0] * x[0] * (1.0 - x[1])
    out[1] = x[0]


def _delayed_logistic_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = p[0] * (1.0 - x[1]), -p[0] * x[0], 1.0, 0.0


def delayed_logistic(a: float = 2.27) -> DiscreteMap:
    """Delayed logistic map, x' = a x (1 - y), y' = x; a torus is born at a = 2 and breaks up to chaos.

    Parameters
    ----------
    a : float
        Growth rate.

    References
    ----------
    .. [1] D. G. Aronson, M. A. Chory, G. R. Hall, R. P. McGehee, Commun. Math. Phys. 83, 303 (1982).
    """
    return DiscreteMap(_delayed_logistic_step, _delayed_logistic_jacobian, a, 2)


def _generalised_henon_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    d = x.size
    out[0] = p[0] - x[d - 2] ** 2 - p[1] * x[d - 1]
    for a in range(1, d):
        out[a] = x[a - 1]


def _generalised_henon_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    d = x.size
    out[0, d - 2], out[0, d - 1] = -2.0 * x[d - 2], -p[1]
    for a in range(1, d):
        out[a, a - 1] = 1.0


def generalised_henon(a: float = 1.76, b: float = 0.1, dimension: int = 3) -> DiscreteMap:
    """Hénon's map in d dimensions, x_1' = a - x_(d-1)^2 - b x_d, x_i' = x_(i-1): up to d - 1 positive exponents.

    Parameters
    ----------
    a, b : float
        Folding and contraction; volumes shrink by |b| everywhere.
    dimension : int
        d, at least 2.

    Raises
    ------
    ValueError
        If the dimension is less than 2.

    References
    ----------
    .. [1] G. Baier, M. Klein, Phys. Lett. A 151, 281 (1990).
    """
    if dimension < 2:
        raise ValueError(f"dimension must be at least 2, got {dimension}")
    return DiscreteMap(_generalised_henon_step, _generalised_henon_jacobian, [a, b], dimension)


def _coupled_logistic_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    n = x.size
    for a in range(n):
        left, right = x[a - 1], x[(a + 1) % n]
        own = p[0] * x[a] * (1.0 - x[a])
        others = p[0] * left * (1.0 - left) + p[0] * right * (1.0 - right)
        out[a] = (1.0 - p[1]) * own + 0.5 * p[1] * others


def _coupled_logistic_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    n = x.size
    for a in range(n):
        for b in range(n):
            out[a, b] = 0.0
    for b in range(n):
        slope = p[0] * (1.0 - 2.0 * x[b])
        out[b, b] += (1.0 - p[1]) * slope
        out[b - 1, b] += 0.5 * p[1] * slope
        out[(b + 1) % n, b] += 0.5 * p[1] * slope


def coupled_logistic(r: float = 4.0, epsilon: float = 0.1, n_sites: int = 2) -> DiscreteMap:
    """Ring of coupled logistic maps, x_i' = (1 - eps) f(x_i) + eps/2 (f(x_(i-1)) + f(x_(i+1))), f = r x (1 - x).

    Parameters
    ----------
    r : float
        Growth rate, from 0 to 4.
    epsilon : float
        eps, the coupling, from 0 to 1.
    n_sites : int
        Sites of the ring; two are each other's neighbours on both sides.

    Notes
    -----
    Equal sites stay equal, and then the exponents are exact: that of one map plus log |1 - eps (1 - cos(2 pi k / n))|
    for k = 0 ... n - 1. The equal state attracts where all but the first of them are negative.

    References
    ----------
    .. [1] K. Kaneko, Prog. Theor. Phys. 72, 480 (1984): the lattice.
    .. [2] H. Fujisaka, T. Yamada, Prog. Theor. Phys. 69, 32 (1983): exponents of the equal state.
    """
    return DiscreteMap(_coupled_logistic_step, _coupled_logistic_jacobian, [r, epsilon], n_sites)


def _hopfield_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    for a in range(x.size):
        field = 0.0
        for b in range(x.size):
            field += p[a * x.size + b] * x[b]
        out[a] = math.tanh(field)


def _hopfield_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    for a in range(x.size):
        field = 0.0
        for b in range(x.size):
            field += p[a * x.size + b] * x[b]
        gain = 1.0 / math.cosh(field) ** 2
        for b in range(x.size):
            out[a, b] = gain * p[a * x.size + b]


def hopfield(weights: npt.ArrayLike = ((-5.0, 5.0), (-25.0, 25.0)), gain: float = 1.25) -> DiscreteMap:
    """Hopfield-type network in discrete time, all neurons at once: x' = tanh(g W x).

    Parameters
    ----------
    weights : array-like, shape (d, d)
        W; row a holds the weights of neuron a. Any square matrix: unsymmetric ones have more than fixed points and
        2-cycles.
    gain : float
        g. The default pair is that of Wang in the variables x = 2 y - 1, his mu being 4 g. The larger g, the
        closer to 0 its orbits come, where doubles are too coarse: at g = 3 they are cycles after some 10^5 steps.

    Raises
    ------
    ValueError
        If the weights are not square.

    References
    ----------
    .. [1] X. Wang, Complex Systems 5, 425 (1991): the default pair; its chaos, proven.
    """
    matrix = np.asarray(weights, dtype=np.float64)
    if matrix.ndim != 2 or matrix.shape[0] != matrix.shape[1]:
        raise ValueError(f"weights must be a square matrix, got shape {matrix.shape}")
    return DiscreteMap(_hopfield_step, _hopfield_jacobian, gain * matrix.ravel(), len(matrix))
