"""Slow and obvious versions of what is computed from series."""

import numpy as np


def periodogram(x):
    """One-sided: |Σ (x - mean) e^{-2πi k t/n}|²/n², doubled but at 0 and 1/2."""
    n = len(x)
    t = np.arange(n)
    power = []
    for k in range(n // 2 + 1):
        wave = np.exp(-2j * np.pi * k * t / n)
        factor = 1 if k == 0 or 2 * k == n else 2
        power.append(factor * abs(np.sum((x - x.mean()) * wave)) ** 2 / n**2)
    return np.array(power)


def autocorrelation(x, n_lags, biased=False):
    """Mean of products, lag by lag."""
    n, d = len(x), x - x.mean()
    c = [np.sum(d[: n - k] * d[k:]) / (n if biased else n - k) for k in range(n_lags + 1)]
    return np.array(c) / c[0]
