"""Networks of few kinetic Ising spins as Markov chains: the matrix of all transitions among their 2^N states."""

import operator

import numpy as np
import numpy.typing as npt

from dmfsa.window import Array

MOST_SPINS = 12  # a matrix of 2^24 entries, 134 MB


def spin_states(n_spins: int) -> Array:
    """All states of N spins ±1, shape (2^N, N): spin i of state s is +1 where bit i of s is set.

    Raises
    ------
    ValueError
        If there are fewer spins than 1 or more than 12.
    """
    n = operator.index(n_spins)
    if not 1 <= n <= MOST_SPINS:
        raise ValueError(
            f"n_spins must be from 1 to {MOST_SPINS} to enumerate their 2^N states, got {n}: a matrix among 2^{n} "
            f"states would take {8.0 * 4.0**n:.2g} bytes. Follow replicas of a larger network instead"
        )
    return np.where(np.arange(2**n)[:, None] >> np.arange(n) & 1, 1.0, -1.0)


def ising_transitions(couplings: npt.ArrayLike, fields: npt.ArrayLike = 0.0, *, parallel: bool = False) -> Array:
    """Transition matrices of kinetic Ising networks, P(s_i' | s) = e^{s_i' h_i} / 2 cosh h_i, h_i = H_i + Σ_j J_ij s_j.

    Parameters
    ----------
    couplings : array-like, shape (..., N, N)
        J_ij, the effect of spin j on spin i, of one network or many; J_ii counts.
    fields : array-like, shape (..., N) or number
        H_i.
    parallel : bool
        All spins at once; otherwise one spin, drawn at random, at each step.

    Returns
    -------
    array, shape (..., 2^N, 2^N)
        W[i, j] is the probability of the step from state j to state i, states as in `spin_states`: columns sum to 1.

    Raises
    ------
    ValueError
        If couplings are not square or not finite, or there are more than 12 spins.

    Notes ----- One spin at a time there is detailed balance for J symmetric without self-couplings; these break it. At
    once there is for J symmetric, self-couplings included. Memory: 8 · 4^N bytes a network.

    References
    ----------
    .. [1] M. Aguilera, Á. Poc-López, C. Heins, C. L. Buckley, arXiv:2207.12914.

    Examples
    --------
    >>> ising_transitions([[0.0]])  # a spin that feels nothing
    array([[0.5, 0.5],
           [0.5, 0.5]])
    """
    J = np.asarray(couplings, dtype=np.float64)
    if J.ndim < 2 or J.shape[-1] != J.shape[-2]:
        raise ValueError(f"couplings must have shape (..., N, N), got {J.shape}")
    states = spin_states(J.shape[-1])
    h = np.einsum("...ij,sj->...si", J, states) + np.atleast_1d(np.asarray(fields, dtype=np.float64))[..., None, :]
    if not np.isfinite(h).all():
        raise ValueError("couplings and fields must be finite")
    n, n_states = J.shape[-1], len(states)
    if parallel:
        log_p = np.einsum("...si,ri->...rs", h, states) - np.logaddexp(h, -h).sum(axis=-1)[..., None, :]
        return np.asarray(np.exp(log_p))
    with np.errstate(over="ignore"):
        flips = 1.0 / (n * (1.0 + np.exp(2.0 * states * h)))  # (..., s, i)
        stays = 1.0 / (n * (1.0 + np.exp(-2.0 * states * h)))
    W = np.zeros((*J.shape[:-2], n_states, n_states))
    here = np.arange(n_states)
    for i in range(n):
        W[..., here ^ 1 << i, here] = flips[..., i]
    W[..., here, here] = stays.sum(axis=-1)
    return W
