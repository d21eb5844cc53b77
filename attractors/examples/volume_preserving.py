"""Known maps that preserve volumes, for `attractors.examples`: the standard map, two of them coupled, the cat map."""

import math

from attractors.arrays import FloatArray
from attractors.system import DiscreteMap

TURN = 2.0 * math.pi


def _standard_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    momentum = x[1] + p[0] * math.sin(x[0])
    out[0] = (x[0] + momentum) % TURN
    out[1] = momentum % TURN


def _standard_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    kick = p[0] * math.cos(x[0])
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = 1.0 + kick, 1.0, kick, 1.0


def standard(k: float = 6.9) -> DiscreteMap:
    """Chirikov's standard map, y' = y + K sin x, x' = x + y', both modulo 2 pi; it preserves areas.

    Parameters
    ----------
    k : float
        K, strength of the kicks. The last torus that divides the chaos breaks at 0.9716.

    References
    ----------
    .. [1] B. V. Chirikov, Phys. Rep. 52, 263 (1979).
    """
    return DiscreteMap(_standard_step, _standard_jacobian, k, 2)


def _coupled_standard_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    together = p[2] * math.sin(x[0] + x[1])
    for a in range(2):
        momentum = x[2 + a] + p[a] * math.sin(x[a]) + together
        out[a] = (x[a] + momentum) % TURN
        out[2 + a] = momentum % TURN


def _coupled_standard_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    together = p[2] * math.cos(x[0] + x[1])
    for a in range(2):
        b = 1 - a
        kick = p[a] * math.cos(x[a]) + together
        out[a, a], out[a, b], out[a, 2 + a] = 1.0 + kick, together, 1.0
        out[2 + a, a], out[2 + a, b], out[2 + a, 2 + a] = kick, together, 1.0


def coupled_standard(k_1: float = 6.9, k_2: float = 6.9, b: float = 1.0) -> DiscreteMap:
    """Two coupled standard maps, y_i' = y_i + K_i sin x_i + b sin(x_1 + x_2), x_i' = x_i + y_i', modulo 2 pi.

    A symplectic map in four dimensions, state (x_1, x_2, y_1, y_2): exponents come in pairs of opposite sign.

    Parameters
    ----------
    k_1, k_2 : float
        K_1 and K_2, strengths of the kicks.
    b : float
        Coupling; at 0 there are two standard maps side by side.

    References
    ----------
    .. [1] C. Froeschlé, Astron. Astrophys. 16, 172 (1972).
    """
    return DiscreteMap(_coupled_standard_step, _coupled_standard_jacobian, [k_1, k_2, b], 4)


def _cat_step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0] = (2.0 * x[0] + x[1]) % 1.0
    out[1] = (x[0] + x[1]) % 1.0


def _cat_jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = 2.0, 1.0, 1.0, 1.0


def cat() -> DiscreteMap:
    """Arnold's cat map, x' = 2 x + y, y' = x + y, both modulo 1: the same stretching everywhere.

    Fractions with denominator 2^n, n > 1, have period 3 * 2^(n-2): short for a start such as (1/4, 1/2), beyond any
    run for decimals such as 0.1, of which doubles keep some 50 binary digits.

    References
    ----------
    .. [1] V. I. Arnold, A. Avez, Problèmes ergodiques de la mécanique classique (1967).
    """
    return DiscreteMap(_cat_step, _cat_jacobian, [], 2)
