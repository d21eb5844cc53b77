"""The map and its Jacobian as plain numba code for one point, the way one would write them first.

The state is the window, newest token first, and the clock's phase as its last number; parameters are β, γ' = γ/√M, ε.
"""

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from numba import njit

from dmfsa import Features
from dmfsa.roles import KEY, QUERY, VALUE


def constants(features: Features) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Signs (J, M), coefficients (3, M, J) and positional parts (3, T, M) for values, queries and keys."""
    roles = [VALUE, QUERY, KEY]
    clock = np.array([features.clock(phase) for phase in range(2**features.positional_bits)])
    positional = np.einsum("rap,tp->rta", features.positional[roles], clock) / features.positional_bits
    return features.signs, np.ascontiguousarray(features.coefficients[roles]), np.ascontiguousarray(positional)


def functions_of(  # noqa: PLR0915 - equations
    features: Features, context: int
) -> tuple[Callable[..., Any], Callable[..., Any]]:
    """step(u, p) -> next u and jacobian(u, p, *others) -> matrix; the network is compiled in as constants."""
    signs, (Cv, Cq, Ck), (Pv, Pq, Pk) = constants(features)
    (J, M), L, T = signs.shape, context, len(Pv)

    @njit
    def mean_fields(u, d, beta, epsilon, theta, v, q, k):
        """θ and the mean fields of the token of age d."""
        phase = (int(u[L * M]) - d) % T
        for j in range(J):
            x = 0.0
            for b in range(M):
                x += signs[j, b] * u[d * M + b]
            theta[d, j] = math.tanh(beta * x)
        for a in range(M):
            v[d, a] = q[d, a] = k[d, a] = 0.0
            for j in range(J):
                v[d, a] += Cv[a, j] * theta[d, j]
                q[d, a] += Cq[a, j] * theta[d, j]
                k[d, a] += Ck[a, j] * theta[d, j]
            v[d, a] = (1.0 - epsilon) * v[d, a] + epsilon * Pv[phase, a]
            q[d, a] = (1.0 - epsilon) * q[d, a] + epsilon * Pq[phase, a]
            k[d, a] = (1.0 - epsilon) * k[d, a] + epsilon * Pk[phase, a]

    @njit
    def softmax(q, k, gamma, w):
        top = -np.inf
        for d in range(L):
            w[d] = 0.0
            for a in range(M):
                w[d] += gamma * q[0, a] * k[d, a]
            top = max(top, w[d])
        total = 0.0
        for d in range(L):
            w[d] = math.exp(w[d] - top)
            total += w[d]
        for d in range(L):
            w[d] /= total

    @njit
    def step(u, p):
        beta, gamma, epsilon = p[0], p[1], p[2]
        theta, w = np.empty((L, J)), np.empty(L)
        v, q, k = np.empty((L, M)), np.empty((L, M)), np.empty((L, M))
        for d in range(L):
            mean_fields(u, d, beta, epsilon, theta, v, q, k)
        softmax(q, k, gamma, w)
        new = np.empty(L * M + 1)
        for a in range(M):
            new[a] = 0.0
            for d in range(L):
                new[a] += w[d] * v[d, a]
        for i in range(M, L * M):
            new[i] = u[i - M]
        new[L * M] = (u[L * M] + 1.0) % T
        return new

    @njit
    def jacobian(u, p, *others):
        beta, gamma, epsilon = p[0], p[1], p[2]
        theta, w = np.empty((L, J)), np.empty(L)
        v, q, k = np.empty((L, M)), np.empty((L, M)), np.empty((L, M))
        for d in range(L):
            mean_fields(u, d, beta, epsilon, theta, v, q, k)
        softmax(q, k, gamma, w)
        matrix = np.zeros((L * M + 1, L * M + 1))
        for i in range(M, L * M):
            matrix[i, i - M] = 1.0
        matrix[L * M, L * M] = 1.0
        for a in range(M):
            A = 0.0
            for d in range(L):
                A += w[d] * v[d, a]
            for d in range(L):
                strength = gamma * w[d] * (v[d, a] - A)
                for j in range(J):
                    slope = (1.0 - epsilon) * beta * (1.0 - theta[d, j] ** 2)
                    pull = w[d] * Cv[a, j]
                    for c in range(M):
                        pull += strength * q[0, c] * Ck[c, j]
                    for b in range(M):
                        matrix[a, d * M + b] += slope * signs[j, b] * pull
                for j in range(J):
                    slope = (1.0 - epsilon) * beta * (1.0 - theta[0, j] ** 2)
                    pull = 0.0
                    for c in range(M):
                        pull += strength * k[d, c] * Cq[c, j]
                    for b in range(M):
                        matrix[a, b] += slope * signs[j, b] * pull
        return matrix

    return step, jacobian


def ring_of(features: Features, context: int) -> Callable[..., Any]:
    """Return advance(window, phase, p, n): n steps in place, each token's mean fields computed once and kept."""
    signs, C, positional = constants(features)
    (J, M), L, T = signs.shape, context, positional.shape[1]

    @njit(fastmath=True, error_model="numpy")
    def advance(window, phase, p, n):  # noqa: PLR0912 - a sum is a loop
        beta, gamma, epsilon = p[0], p[1], p[2]
        A, query, w, theta = np.empty(M), np.empty(M), np.empty(L), np.empty(J)
        values, keys = np.empty((L, M)), np.empty((L, M))
        for t in range(phase - L + 1, phase + n + 1):
            if t <= phase:
                for a in range(M):
                    A[a] = window[phase - t, a]
            else:
                top = -1e300
                for d in range(L):
                    w[d] = 0.0
                    for a in range(M):
                        w[d] += query[a] * keys[d, a]
                    w[d] *= gamma
                    top = max(top, w[d])
                total = 0.0
                for d in range(L):
                    w[d] = math.exp(w[d] - top)
                    total += w[d]
                for a in range(M):
                    A[a] = 0.0
                    for d in range(L):
                        A[a] += w[d] * values[d, a]
                    A[a] /= total
            slot = t % L
            for j in range(J):
                x = 0.0
                for b in range(M):
                    x += signs[j, b] * A[b]
                theta[j] = math.tanh(beta * x)
            for a in range(M):
                value, ask, key = 0.0, 0.0, 0.0
                for j in range(J):
                    value += C[0, a, j] * theta[j]
                    ask += C[1, a, j] * theta[j]
                    key += C[2, a, j] * theta[j]
                values[slot, a] = (1.0 - epsilon) * value + epsilon * positional[0, t % T, a]
                query[a] = (1.0 - epsilon) * ask + epsilon * positional[1, t % T, a]
                keys[slot, a] = (1.0 - epsilon) * key + epsilon * positional[2, t % T, a]
            if t > phase + n - L:
                for a in range(M):
                    window[phase + n - t, a] = A[a]

    return advance
