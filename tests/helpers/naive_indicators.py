"""Slow and obvious versions of the indicators of chaos."""

import math

import numpy as np


def growth(x, c):
    """K_c of the 0-1 test from its definition: two sums, a mean over times for each lag, a correlation."""
    n = len(x)
    d = x - np.mean(x)
    p, q = [0.0], [0.0]
    for j in range(1, n + 1):
        p.append(p[-1] + d[j - 1] * math.cos(j * c))
        q.append(q[-1] + d[j - 1] * math.sin(j * c))
    p, q = p[1:], q[1:]
    n_lags = n // 10
    lags = range(1, n_lags + 1)
    m = [np.mean([(p[t + k] - p[t]) ** 2 + (q[t + k] - q[t]) ** 2 for t in range(n - n_lags)]) for k in lags]
    return np.corrcoef(lags, m)[0, 1]


def standard_map(x, p, strength, n):
    """cos x and sin p along an orbit of the standard map."""
    rows = []
    for _ in range(n):
        p = (p + strength * math.sin(x)) % (2 * math.pi)
        x = (x + p) % (2 * math.pi)
        rows.append([math.cos(x), math.sin(p)])
    return np.array(rows)
