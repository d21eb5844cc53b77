"""What the compiled code is handed: arrays whose last axis are the W lanes, and those that are common to all lanes."""

from typing import NamedTuple

from dmfsa.window import Array


class Parameters(NamedTuple):
    """Each lane's own, of shape (1, W).

    Attributes
    ----------
    beta, epsilon : array
        β and ε.
    gamma : array
        γ' = γ/√M, what the softmax sees.
    """

    beta: Array
    gamma: Array
    epsilon: Array


class Network(NamedTuple):
    """The network that all lanes have in common.

    Attributes
    ----------
    signs : array, shape (J, M)
        Sign classes s_j.
    coefficients : array, shape (4, M, J)
        C^α_aj, roles in the order of `ROLES`.
    positional : array, shape (T, 4, M)
        W^α_pos p(φ)/P for each phase φ of the clock, roles in the same order.
    """

    signs: Array
    coefficients: Array
    positional: Array


class Recording(NamedTuple):
    """What is written down on the way.

    Attributes
    ----------
    tail : array, shape (n, M, W)
        Gets the last n attention vectors.
    outputs : array, shape (n_steps or 0, M, W)
        Gets the semantic mean field m^o of the newest token before each step, or nothing.
    """

    tail: Array
    outputs: Array


class Tangents(NamedTuple):
    """Tangent vectors, how they are kept apart, and what is counted of that.

    Attributes
    ----------
    frame : array, shape (K, L, M, W)
        The vectors, newest token first; changed in place.
    interval : int
        Steps between QR decompositions; there is one more at the end. 0: none at all.
    noise : float
        What is smaller, relative to the terms that cancel in it, is not resolved.
    n_mortal : int
        How many directions of a lane may die: those beyond the live ones.
    log_r, n_unresolved : arrays, shape (K, W)
        Sums of log R_ii and numbers of QRs at which a direction was not resolved; added to.
    n_dead : array, shape (1, W)
        Directions that have died; added to.
    """

    frame: Array
    interval: int
    noise: float
    n_mortal: int
    log_r: Array
    n_unresolved: Array
    n_dead: Array
