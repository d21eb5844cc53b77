# mypy: ignore-errors
# (numba is partly typed, and differently in each version; the signatures in the decorators are checked by numba)
"""Compiled code of flows: steps of an ODE x' = f(x; q) over a time h, and their derivative, made of f and Df.

Both take the parameters of a map, p = (dt, n, q): n steps of the scheme, of the length dt each, make one step of the
map.
"""

import functools

import numpy as np


@functools.lru_cache(maxsize=64)
def euler_step(f):
    """x <- x + dt f(x), n times."""

    def step(x, p, out):
        d, q, k = x.size, p[2:], np.empty(x.size)
        for a in range(d):
            out[a] = x[a]
        for _ in range(int(p[1])):
            f(out, q, k)
            for a in range(d):
                out[a] += p[0] * k[a]

    return step


@functools.lru_cache(maxsize=64)
def euler_tangent(f, jacobian):
    """M <- (1 + dt Df(x)) M, n times from M = 1, along the steps of `euler_step`."""

    def tangent(x, p, M):
        d, q = x.size, p[2:]
        y, k, J, N = x.copy(), np.empty(x.size), np.zeros((x.size, x.size)), np.empty((x.size, x.size))
        for a in range(d):
            for b in range(d):
                M[a, b] = 1.0 if a == b else 0.0
        for _ in range(int(p[1])):
            f(y, q, k)
            jacobian(y, q, J)
            for a in range(d):
                y[a] += p[0] * k[a]
                for b in range(d):
                    total = 0.0
                    for c in range(d):
                        total += J[a, c] * M[c, b]
                    N[a, b] = M[a, b] + p[0] * total
            for a in range(d):
                for b in range(d):
                    M[a, b] = N[a, b]

    return tangent


@functools.lru_cache(maxsize=64)
def runge_kutta_step(f):
    """x <- x + dt (k_1 + 2 k_2 + 2 k_3 + k_4) / 6, k_i = f(x + c_i dt k_{i-1}), c = (0, 1/2, 1/2, 1), n times."""

    def step(x, p, out):
        d, q = x.size, p[2:]
        y, k, total = np.empty(d), np.empty(d), np.empty(d)
        for a in range(d):
            out[a] = x[a]
        for _ in range(int(p[1])):
            for a in range(d):
                k[a] = 0.0
                total[a] = 0.0
            for stage in range(4):
                ahead = 0.0 if stage == 0 else p[0] if stage == 3 else 0.5 * p[0]
                weight = 1.0 if stage in (0, 3) else 2.0
                for a in range(d):
                    y[a] = out[a] + ahead * k[a]
                f(y, q, k)
                for a in range(d):
                    total[a] += weight * k[a]
            for a in range(d):
                out[a] += p[0] / 6.0 * total[a]

    return step


@functools.lru_cache(maxsize=64)
def runge_kutta_tangent(f, jacobian):
    """M <- M + dt (K_1 + 2 K_2 + 2 K_3 + K_4) / 6, K_i = Df(y_i) (M + c_i dt K_{i-1}), with `runge_kutta_step`."""

    def tangent(x, p, M):
        d, q = x.size, p[2:]
        state, y, k, total = x.copy(), np.empty(d), np.empty(d), np.empty(d)
        J, N, K, sums = np.zeros((d, d)), np.empty((d, d)), np.empty((d, d)), np.empty((d, d))
        for a in range(d):
            for b in range(d):
                M[a, b] = 1.0 if a == b else 0.0
        for _ in range(int(p[1])):
            for a in range(d):
                k[a] = 0.0
                total[a] = 0.0
                for b in range(d):
                    K[a, b] = 0.0
                    sums[a, b] = 0.0
            for stage in range(4):
                ahead = 0.0 if stage == 0 else p[0] if stage == 3 else 0.5 * p[0]
                weight = 1.0 if stage in (0, 3) else 2.0
                for a in range(d):
                    y[a] = state[a] + ahead * k[a]
                    for b in range(d):
                        N[a, b] = M[a, b] + ahead * K[a, b]
                f(y, q, k)
                jacobian(y, q, J)
                for a in range(d):
                    total[a] += weight * k[a]
                    for b in range(d):
                        change = 0.0
                        for c in range(d):
                            change += J[a, c] * N[c, b]
                        K[a, b] = change
                        sums[a, b] += weight * change
            for a in range(d):
                state[a] += p[0] / 6.0 * total[a]
                for b in range(d):
                    M[a, b] += p[0] / 6.0 * sums[a, b]

    return tangent


SCHEMES = {"rk4": (runge_kutta_step, runge_kutta_tangent), "euler": (euler_step, euler_tangent)}
