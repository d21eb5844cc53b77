"""Lyapunov exponents and periods, slowly: straight from their definitions, sharing nothing with the package."""

import numpy as np


def log_stretching(jacobians, frame):
    """log |R_ii| at every step (n, k) for Jacobians (n, d, d), by NumPy's (Householder) QR of J Q; frame (k, d)."""
    Q = np.array(frame).T
    rows = []
    for J in jacobians:
        Q, R = np.linalg.qr(J @ Q)
        rows.append([np.log(abs(R[i, i])) for i in range(R.shape[0])])
    return np.array(rows)


def smallest_period(orbit, allowance):
    """Smallest p <= n / 3 with all components of x_t and x_{t-p} closer than the allowance for every t; else None."""
    n = len(orbit)
    for p in range(1, n // 3 + 1):
        if all(abs(a - b) <= allowance for t in range(p, n) for a, b in zip(orbit[t], orbit[t - p], strict=True)):
            return p
    return None
