"""Chains that remember several states and are driven by a clock: steady state and irreversibility of their paths."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, real
from attractors.markov.chain import ChainStatus, Integers, markov_chain
from attractors.markov.matrix import check_columns
from attractors.results import Result


@dataclass(frozen=True, eq=False)
class DrivenChain(Result):
    """What the kernels of a chain with memory, driven by a clock, imply.

    Attributes
    ----------
    entropy_production : float
        σ, nats per step, >= 0: relative entropy between paths and paths read backwards.
    stationary : array, shape (T, n^L)
        Distribution of the windows at each phase, over the periodic steady state.
    memory, clock_period : int
        L and T.
    status : ChainStatus
        Of one turn of the clock.
    """

    entropy_production: float
    stationary: FloatArray
    memory: int
    clock_period: int
    status: ChainStatus


def driven_chain(kernels: npt.ArrayLike) -> DrivenChain:
    """Steady state and irreversibility of a chain that remembers L states and is driven with a period.

    Parameters
    ----------
    kernels : array-like, shape (T, n, n^L)
        Of each phase φ of the clock: the probability of the next state (rows) after each window (columns). Window
        (x_t, x_{t-1}, …), newest first, has the number x_t + n x_{t-1} + n² x_{t-2} + ….

    Returns
    -------
    DrivenChain

    Raises
    ------
    ValueError
        If the shape is none of these, or a column does not sum to 1.

    Notes
    -----
    Paths are compared with paths read backwards, windows and the clock's protocol alike,

        σ = (1/T) Σ_φ < log [ k_φ(x_{t+1} | x_t, …, x_{t-L+1}) / k_φ(x_{t-L+1} | x_{t-L+2}, …, x_{t+1}) ] >,

    in the periodic steady state: each step is undone by the kernel that made it. That is the rate of a relative
    entropy, so σ >= 0; for L = T = 1 it is the entropy production of `markov_chain`. For L > 1 that of the chain of
    windows would be infinite, as no single step leads from a window back to the one before. Cost: O(n^{3L}) and T
    products of matrices.

    References
    ----------
    .. [1] É. Roldán, J. M. R. Parrondo, Phys. Rev. E 85, 031129 (2012): from relative entropy of paths to dissipation.

    Examples
    --------
    >>> ring = 0.3 * np.eye(3) + 0.6 * np.roll(np.eye(3), 1, axis=0) + 0.1 * np.roll(np.eye(3), -1, axis=0)
    >>> bool(abs(driven_chain([ring]).entropy_production - markov_chain(ring).entropy_production) < 1e-12)
    True
    """
    k = real(kernels, "kernels")
    memory = round(math.log(k.shape[2], k.shape[1])) if k.ndim == 3 and k.shape[1] > 1 and k.shape[2] else 0
    if memory < 1 or k.shape[1] ** memory != k.shape[2] or not len(k):
        raise ValueError(f"kernels must have shape (T, n, n^L), n > 1 states and a window of L of them, got {k.shape}")
    T, n, n_windows = k.shape
    for kernel in k:
        check_columns(kernel.sum(axis=0), np.zeros(0), kernel)
    by_oldest = k.reshape(T, n, n, n_windows // n)  # next state, oldest state, the others
    turn = np.eye(n_windows)
    for kernel in by_oldest:
        turn = np.einsum("xor,orw->rxw", kernel, turn.reshape(n, -1, n_windows)).reshape(n_windows, n_windows)
    one_turn = markov_chain(turn, n_times=0)
    p = np.empty((T, n_windows))
    p[0] = one_turn.stationary
    for phase in range(T - 1):
        p[phase + 1] = np.einsum("xor,or->rx", by_oldest[phase], p[phase].reshape(n, -1)).ravel()
    oldest, others = np.divmod(np.arange(n_windows), n_windows // n)
    back = _read_backwards(np.arange(n)[:, None] + n * others, n, memory)  # the next window, oldest first
    production = 0.0
    for phase in range(T):
        flow, undone = k[phase] * p[phase], k[phase][np.broadcast_to(oldest, back.shape), back]
        seen = flow > 0.0
        with np.errstate(divide="ignore"):
            production += float(np.sum(flow[seen] * np.log(k[phase][seen] / undone[seen]))) / T
    status = one_turn.status
    if status in {ChainStatus.OK, ChainStatus.ONE_WAY}:  # of paths, and not of the windows after a turn
        status = ChainStatus.ONE_WAY if math.isinf(production) else ChainStatus.OK
    return DrivenChain(production, p, memory, T, status)


def _read_backwards(window: Integers, n: int, memory: int) -> Integers:
    """Numbers of windows with their states in the opposite order."""
    turned = np.zeros_like(window)
    for _ in range(memory):
        turned, window = n * turned + window % n, window // n
    return turned
