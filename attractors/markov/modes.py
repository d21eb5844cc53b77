"""Modes of a chain: those that never decay, as many as its period, and how fast the others do."""

from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.markov.matrix import DENSE


def period_of(W: Any) -> int:
    """Greatest common divisor of the lengths of all closed ways of an irreducible chain."""
    from scipy.sparse.csgraph import breadth_first_order  # noqa: PLC0415 - it takes a while to load

    order, before = breadth_first_order(W.T, 0)
    level = np.zeros(W.shape[0], dtype=np.int64)
    for state in order[1:]:
        level[state] = level[before[state]] + 1
    steps = W.tocoo()
    return int(np.gcd.reduce(level[steps.col] + 1 - level[steps.row]))


def relaxation_times(blocks: list[Any], periods: list[int], n_times: int) -> FloatArray:
    """Return the longest times -1 / log|λ|, without the modes that never decay."""
    sizes = [
        np.sort(np.abs(_eigenvalues(block, period + n_times)))[::-1][period:] if n_times else np.empty(0)
        for block, period in zip(blocks, periods, strict=True)
    ]
    slowest = np.sort(np.concatenate(sizes))[::-1][:n_times]
    with np.errstate(divide="ignore"):
        return np.asarray(-1.0 / np.log(np.clip(slowest, 0.0, 1.0)))


def _eigenvalues(W: Any, k: int) -> npt.NDArray[Any]:
    """All eigenvalues of a small matrix, the k largest of a large one."""
    if W.shape[0] <= max(DENSE, k + 2):
        return np.linalg.eigvals(W.toarray())
    from scipy.sparse.linalg import ArpackNoConvergence, eigs  # noqa: PLC0415 - it takes a while to load

    try:
        return np.asarray(eigs(W, k=k, v0=np.ones(W.shape[0]), return_eigenvectors=False))
    except ArpackNoConvergence as error:  # those that have converged
        return np.asarray(error.eigenvalues)
