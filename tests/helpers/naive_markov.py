"""Markov chains, information and flows, slowly: from the definitions, sharing nothing with the package."""

import itertools
import math

import numpy as np


def stationary(W):
    """p = W p by least squares, with sum 1."""
    n = len(W)
    return np.linalg.lstsq(np.vstack([W - np.eye(n), np.ones(n)]), np.append(np.zeros(n), 1.0), rcond=None)[0]


def entropy_production(W, p):
    """Σ p(s',s) log[ w(s'|s) p(s) / (w(s|s') p(s')) ], a term for each pair of states."""
    terms = []
    for s, after in itertools.product(range(len(W)), repeat=2):
        if W[after, s] > 0.0:
            terms.append(W[after, s] * p[s] * math.log(W[after, s] * p[s] / (W[s, after] * p[after])))
    return math.fsum(terms)


def information(joint, x, y, given=()):
    """Σ p(x,b,y) log[ p(x,y|b) / (p(x|b) p(y|b)) ], a term for each cell, marginals in dictionaries."""
    marginals = [{}, {}, {}, {}]
    for cell, p in np.ndenumerate(joint):
        parts = [tuple(cell[i] for i in part) for part in (x, given, y)]
        for marginal, key in zip(marginals, _keys(*parts), strict=True):
            marginal[key] = marginal.get(key, 0.0) + float(p)
    everything, of_xb, of_by, of_b = marginals
    return math.fsum(
        p * math.log(p * of_b[b] / (of_xb[a, b] * of_by[b, c])) for (a, b, c), p in everything.items() if p > 0.0
    )


def _keys(x, b, y):
    return (x, b, y), (x, b), (b, y), b


def sequential(J, beta, states):
    """w(s'|s) of one spin, drawn at random, set anew: every pair of states looked at."""
    n = len(J)
    W = np.zeros((len(states), len(states)))
    for j, s in enumerate(states):
        h = [beta * sum(J[i][k] * s[k] for k in range(n)) for i in range(n)]
        for i, after in enumerate(states):
            changed = [k for k in range(n) if s[k] != after[k]]
            if len(changed) == 1:
                (k,) = changed
                W[i, j] = math.exp(after[k] * h[k]) / (2.0 * math.cosh(h[k])) / n
            elif not changed:
                W[i, j] = sum(math.exp(s[k] * h[k]) / (2.0 * math.cosh(h[k])) for k in range(n)) / n
    return W


def path_log_ratio(kernels, memory, path, phase):
    """Mean of log k_φ(next | window) / k_φ(oldest | the window after it, read backwards) along a path."""
    n = len(kernels[0])
    total = 0.0
    for t in range(memory - 1, len(path) - 1):
        k = kernels[(phase + t) % len(kernels)]
        window = sum(int(path[t - d]) * n**d for d in range(memory))
        back = sum(int(path[t - memory + 2 + d]) * n**d for d in range(memory))
        total += math.log(k[path[t + 1], window] / k[path[t - memory + 1], back])
    return total / (len(path) - memory)


def runge_kutta(f, x, dt, n):
    """n classical steps of x' = f(x)."""
    x = np.asarray(x, dtype=float)
    for _ in range(n):
        k1 = f(x)
        k2 = f(x + 0.5 * dt * k1)
        k3 = f(x + 0.5 * dt * k2)
        k4 = f(x + dt * k3)
        x = x + dt / 6.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
    return x


def lorenz(x, sigma=10.0, rho=28.0, beta=8.0 / 3.0):
    return np.array([sigma * (x[1] - x[0]), x[0] * (rho - x[2]) - x[1], x[0] * x[1] - beta * x[2]])
