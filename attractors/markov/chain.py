"""Markov chains from their transition matrix alone: where they stay, how fast they forget, how irreversible they are.

Columns sum to 1 everywhere: W[i, j] is the probability of the step from state j to state i, and p' = W p.
"""

import math
from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, real
from attractors.markov.matrix import DENSE, SUMS, as_transitions, check_columns
from attractors.markov.modes import period_of, relaxation_times
from attractors.results import Result
from attractors.status import Status, doubt, sure

BALANCED = 1e-9  # nats: affinities that are rounding
Integers = npt.NDArray[np.int64]


class ChainStatus(Status):
    """What is to be known of a chain before its numbers are used; the value says what to do."""

    OK = sure("The chain has one stationary vector, and every transition can be undone by one step.")
    REDUCIBLE = doubt(
        "The chain ends in one of several classes of states that it cannot leave, so there are several stationary "
        "vectors. This is the one that is reached from a start drawn evenly among all states; hand over a class alone "
        "for its own."
    )
    TRANSIENT = doubt(
        "Some states are left for good: the stationary vector is the only one, and 0 there. What is said of "
        "transitions is said of the others."
    )
    ONE_WAY = doubt(
        "A transition that happens is never undone by one step, so the entropy production is infinite. Where states "
        "are windows of a longer memory, hand over its kernels to driven_chain, which reads paths backwards."
    )


@dataclass(frozen=True, eq=False)
class MarkovChain(Result):
    """What a transition matrix implies.

    Attributes
    ----------
    stationary : array, shape (n,)
        p = W p, non-negative, with sum 1.
    entropy_production : float
        σ, nats per step, >= 0; 0 where there is detailed balance, inf where a transition cannot be undone.
    affinity : float
        Largest |log F_ij / F_ji| of the flows F_ij = W_ij p_j, nats.
    detailed_balance : bool
        Whether all flows are undone at the same rate: affinities below 10⁻⁹.
    relaxation_times : array, shape (k,)
        -1 / log|λ| of the slowest modes, steps, descending; those that never decay, one for each class and state of its
        period, are left out. 0 where λ = 0.
    period : int
        Steps between visits of a state are multiples of it; of several classes the least common multiple. Above 1, the
        stationary vector is an average over time and no limit.
    classes : array of int, shape (n,)
        Number of the closed class of each state, -1 for a state that is left for good.
    status : ChainStatus
        The first that applies of REDUCIBLE, TRANSIENT, ONE_WAY.
    """

    stationary: FloatArray
    entropy_production: float
    affinity: float
    detailed_balance: bool
    relaxation_times: FloatArray
    period: int
    classes: Integers
    status: ChainStatus


class SteadyStates(NamedTuple):
    """Steady states of many chains.

    Attributes
    ----------
    stationary : array, shape (m, n)
    entropy_production : array, shape (m,)
        Nats per step.
    """

    stationary: FloatArray
    entropy_production: FloatArray


def markov_chain(transitions: Any, *, n_times: int = 8) -> MarkovChain:
    """Analyse a chain given by its transition matrix.

    Parameters
    ----------
    transitions : array-like or SciPy sparse matrix, shape (n, n)
        W[i, j], from j to i: every column sums to 1.
    n_times : int
        k, at most so many relaxation times.

    Returns
    -------
    MarkovChain

    Raises
    ------
    ValueError
        If the matrix is not square, an entry is negative or not finite, or a column does not sum to 1 to 10⁻⁹.

    Notes ----- σ = Σ_{i<j} (F_ij - F_ji) log(F_ij / F_ji), F_ij = W_ij p_j, of which no term is negative; a transition
    that never happens, either way, adds exactly 0. Classes are the strongly connected components. The stationary vector
    of a class of at most 1,024 states comes from elimination without subtraction [1]_, each entry right to some n ε of
    itself; that of a larger one from a sparse factorisation, right to rounding of the largest. Cost: O(n³) below, above
    what fills in.

    References
    ----------
    .. [1] W. Grassmann, M. Taksar, D. Heyman, Oper. Res. 33, 1107 (1985).
    .. [2] J. Schnakenberg, Rev. Mod. Phys. 48, 571 (1976): entropy production.

    Examples
    --------
    Round a ring of three, forward with 0.6 and back with 0.1: each step forward adds log 6, one in two.

    >>> ring = 0.3 * np.eye(3) + 0.6 * np.roll(np.eye(3), 1, axis=0) + 0.1 * np.roll(np.eye(3), -1, axis=0)
    >>> chain = markov_chain(ring)
    >>> print(chain.stationary.round(3), chain.detailed_balance)
    [0.333 0.333 0.333] False
    >>> print(round(chain.entropy_production / (0.5 * np.log(6.0)), 12))
    1.0
    """
    W = as_transitions(transitions)
    n = W.shape[0]
    if n_times < 0:
        raise ValueError(f"n_times must not be negative, got {n_times}")
    classes = _classes(W)
    members = [np.flatnonzero(classes == c) for c in range(classes.max() + 1)]
    blocks = [W[states][:, states] for states in members]
    p = np.zeros(n)
    for states, block, weight in zip(members, blocks, _weights(W, classes), strict=True):
        p[states] = weight * _stationary(block)
    production, affinity = _irreversibility(W, p)
    periods = [period_of(block) for block in blocks]
    if len(members) > 1:
        status = ChainStatus.REDUCIBLE
    elif (classes < 0).any():
        status = ChainStatus.TRANSIENT
    else:
        status = ChainStatus.ONE_WAY if math.isinf(affinity) else ChainStatus.OK
    return MarkovChain(
        stationary=p,
        entropy_production=production,
        affinity=affinity,
        detailed_balance=affinity <= BALANCED,
        relaxation_times=relaxation_times(blocks, periods, n_times),
        period=math.lcm(*periods),
        classes=classes,
        status=status,
    )


def steady_states(transitions: npt.ArrayLike) -> SteadyStates:
    """Stationary vectors and entropy production of many chains, by compiled code.

    Parameters
    ----------
    transitions : array-like, shape (m, n, n)
        A matrix for each chain, W[i, j] from j to i. Each chain must have one stationary vector.

    Returns
    -------
    SteadyStates

    Raises
    ------
    ValueError
        If the shape is another, a column does not sum to 1, or a chain has several stationary vectors.

    Notes
    -----
    As `markov_chain`, without its other answers. Cost: n³/3 multiplications a chain, 40 µs for 64 states.

    Examples
    --------
    >>> steady_states([[[0.5, 0.25], [0.5, 0.75]]]).stationary.round(12)
    array([[0.33333333, 0.66666667]])
    """
    from attractors.markov import _kernels  # noqa: PLC0415 - numba takes half a second to load

    W = np.ascontiguousarray(real(transitions, "transitions"))
    if W.ndim != 3 or W.shape[1] != W.shape[2] or not W.shape[1]:
        raise ValueError(f"transitions must have shape (m, n, n), a square matrix for each chain, got {W.shape}")
    if not _kernels.positive(W):
        for one in W:
            check_columns(one.sum(axis=0), one.sum(axis=1), one)
    p, production = np.empty(W.shape[:2]), np.empty(len(W))
    with np.errstate(all="ignore"):
        _kernels.stationary(W.copy(), p)
    several = np.flatnonzero(~np.isfinite(p).all(axis=1))
    if several.size:
        k = several[0]
        raise ValueError(f"transitions[{k}] has several stationary vectors: markov_chain(transitions[{k}]) tells which")
    with np.errstate(all="ignore"):
        _kernels.entropy_production(W, p, production)
    return SteadyStates(p, production)


def time_reversed(transitions: Any, stationary: npt.ArrayLike) -> Any:
    """Return the matrix of the chain seen backwards in its steady state, W~_ij = W_ji p_i / p_j.

    Parameters
    ----------
    transitions : array-like or SciPy sparse matrix, shape (n, n)
        As in `markov_chain`.
    stationary : array-like, shape (n,)
        p of that chain.

    Returns
    -------
    array or SciPy sparse array, shape (n, n)
        As was given. Columns of states that are never visited are 0: nothing is seen to go on from there.

    Raises
    ------
    ValueError
        If the matrix is refused by `markov_chain`, or p is not stationary: |W p - p| above 10⁻⁹.

    Examples
    --------
    >>> time_reversed([[0.0, 0.0, 1.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0]], [1 / 3, 1 / 3, 1 / 3])
    array([[0., 1., 0.],
           [0., 0., 1.],
           [1., 0., 0.]])
    """
    from scipy import sparse  # noqa: PLC0415 - it takes a while to load

    W, p = as_transitions(transitions), real(stationary, "stationary")
    if p.shape != (W.shape[0],) or not np.abs(W @ p - p).max() <= SUMS or not abs(p.sum() - 1.0) <= SUMS:
        raise ValueError("stationary must be the stationary vector of this matrix: take that of markov_chain")
    with np.errstate(divide="ignore"):
        inverse = np.where(p > 0.0, 1.0 / p, 0.0)
    backwards = sparse.csr_array(sparse.diags_array(p) @ W.T @ sparse.diags_array(inverse))
    return backwards if sparse.issparse(transitions) else backwards.toarray()


def _classes(W: Any) -> Integers:
    """Return the number of the closed class of each state, -1 where there is a way out without return."""
    from scipy.sparse.csgraph import connected_components  # noqa: PLC0415 - it takes a while to load

    n_components, component = connected_components(W, connection="strong")
    entries = W.tocoo()
    leaves = np.zeros(n_components, dtype=bool)
    leaves[component[entries.col][component[entries.col] != component[entries.row]]] = True
    number = np.where(leaves, -1, np.cumsum(~leaves) - 1)
    return np.asarray(number[component], dtype=np.int64)


def _weights(W: Any, classes: Integers) -> FloatArray:
    """Probability to end in each closed class from a start drawn evenly among all states."""
    from scipy import sparse  # noqa: PLC0415 - it takes a while to load

    n, n_classes = len(classes), classes.max() + 1
    if n_classes == 1:
        return np.ones(1)
    arrived = np.full(n, 1.0 / n)
    passing = np.flatnonzero(classes < 0)
    if passing.size:
        stays = sparse.csc_array(sparse.eye_array(passing.size) - W[passing][:, passing])
        visits = sparse.linalg.spsolve(stays, arrived[passing])
        arrived += W[:, passing] @ np.atleast_1d(visits)
    return np.bincount(classes[classes >= 0], arrived[classes >= 0], minlength=n_classes).astype(np.float64)


def _stationary(W: Any) -> FloatArray:
    """Stationary vector (n,) of an irreducible sparse matrix."""
    n = W.shape[0]
    if n <= DENSE:
        from attractors.markov import _kernels  # noqa: PLC0415 - numba takes half a second to load

        p = np.empty((1, n))
        _kernels.stationary(np.ascontiguousarray(W.toarray())[None], p)
        return np.asarray(p[0])
    from scipy import sparse  # noqa: PLC0415 - it takes a while to load
    from scipy.sparse.linalg import splu  # noqa: PLC0415

    last = n - 1  # p of it is 1: (1 - W) p = W e_last for the others, an M-matrix that needs no pivots
    others = sparse.csc_array(sparse.eye_array(last) - W[:last, :last])
    factors = splu(others, permc_spec="MMD_AT_PLUS_A", diag_pivot_thresh=0.0, options={"SymmetricMode": True})
    unscaled = np.append(np.maximum(factors.solve(W[:last, [last]].toarray().ravel()), 0.0), 1.0)
    return np.asarray(unscaled / unscaled.sum())


def _irreversibility(W: Any, p: FloatArray) -> tuple[float, float]:
    """Entropy production and the largest affinity, nats; inf where a flow is not undone."""
    F = (W * p).tocsr()
    F.eliminate_zeros()
    forth = F.tocoo()
    back = np.asarray(F.T.tocsr()[forth.row, forth.col]).ravel()
    with np.errstate(divide="ignore"):
        affinity = np.log(forth.data / back)
    return float(0.5 * np.sum((forth.data - back) * affinity)), float(np.abs(affinity).max(initial=0.0))
