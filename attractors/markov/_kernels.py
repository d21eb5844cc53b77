# mypy: ignore-errors
# (numba is partly typed, and differently in each version; the signatures in the decorators are checked by numba)
"""Compiled code of Markov chains: stationary vectors without subtraction, and entropy production, of many matrices.

Columns of W (n, n) sum to 1: W[i, j] is the probability of the step from state j to state i.
"""

import numpy as np
from numba import boolean, float64, njit, types

OPTIONS = {"error_model": "numpy", "nogil": True, "cache": True}
MATRIX = float64[:, ::1]
STACK = float64[:, :, ::1]


@njit(types.void(STACK, MATRIX), **OPTIONS)
def stationary(W, p):
    """p_k: W p = p, Σ p = 1, for each of a stack of irreducible matrices; W is used up, its diagonal never read.

    Grassmann, Taksar and Heyman: state k is taken out, W_ij += W_ik W_kj / Σ_{i<k} W_ik, from the last to the second;
    then p_k = Σ_{j<k} W_kj p_j / Σ_{i<k} W_ik. Nothing is subtracted, so each p_k is right to some n ε of itself.
    """
    m, n, _ = W.shape
    leaves = np.empty(n)
    row = np.empty(n)
    for s in range(m):
        for k in range(n - 1, 0, -1):
            total = 0.0
            for i in range(k):
                total += W[s, i, k]
            leaves[k] = total
            for j in range(k):
                row[j] = W[s, k, j] / total
            for i in range(k):
                factor = W[s, i, k]
                if factor != 0.0:
                    target = W[s, i]  # a view: as W[s, i, j] the loop is not vectorised
                    for j in range(k):
                        target[j] += factor * row[j]
        p[s, 0] = total = 1.0
        for k in range(1, n):
            p[s, k] = 0.0
            for j in range(k):
                p[s, k] += W[s, k, j] * p[s, j]
            p[s, k] /= leaves[k]
            total += p[s, k]
        for k in range(n):
            p[s, k] /= total


@njit(types.void(STACK, MATRIX, float64[::1]), **OPTIONS)
def entropy_production(W, p, sigma):
    """σ = Σ_{i<j} (F_ij - F_ji) log(F_ij / F_ji), F_ij = W_ij p_j: no term is negative; inf where one F is 0 alone."""
    m, n, _ = W.shape
    for s in range(m):
        total = 0.0
        for i in range(n):
            for j in range(i):
                if W[s, i, j] != 0.0 or W[s, j, i] != 0.0:
                    forth, back = W[s, i, j] * p[s, j], W[s, j, i] * p[s, i]
                    if forth != back:
                        total += (forth - back) * np.log(forth / back)  # of 0 and of inf, too
        sigma[s] = total


@njit(boolean(STACK), **OPTIONS)
def positive(W):
    """Whether no entry is negative or NaN, and every column sums to 1 to 10⁻⁹."""
    m, n, _ = W.shape
    total = np.empty(n)
    for s in range(m):
        for j in range(n):
            total[j] = 0.0
        for i in range(n):
            for j in range(n):
                if not W[s, i, j] >= 0.0:
                    return False
                total[j] += W[s, i, j]
        for j in range(n):
            if not abs(total[j] - 1.0) <= 1e-9:
                return False
    return True
