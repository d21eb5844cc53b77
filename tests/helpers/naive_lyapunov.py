"""Lyapunov exponents and periods, slowly: straight from their definitions, sharing nothing with the package."""

import math

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


def covariant_vectors(before, after):
    """Covariant vectors (d, d), rows, between Jacobians before (n, d, d) and after: intersections of two filtrations.

    The i-th is in the space of the i directions that grew most from far away to here, and in that of the d - i + 1
    that grow least from here on: left and right singular vectors of the products.
    """
    d = len(before[0])
    past, future = np.linalg.multi_dot([*before[::-1], np.eye(d)]), np.linalg.multi_dot([*after[::-1], np.eye(d)])
    grown, shrinking = np.linalg.svd(past)[0], np.linalg.svd(future)[2]
    rows = []
    for i in range(d):
        first, last = grown[:, : i + 1], shrinking[i:].T
        left, _, _ = np.linalg.svd(first.T @ last)  # the common direction has the largest cosine, 1
        rows.append(first @ left[:, 0])
    return np.array(rows)


def gali(jacobians, frame):
    """GALI_2 ... GALI_k (n, k - 1): push each vector, divide by its length, multiply the singular values."""
    w, rows = np.array(frame, dtype=float), []
    for J in jacobians:
        w = np.array([J @ v / np.linalg.norm(J @ v) for v in w])
        rows.append([np.prod(np.linalg.svd(w[:k], compute_uv=False)) for k in range(2, len(w) + 1)])
    return np.array(rows)


def log_gali_of_integers(matrix, vectors, n):
    """log GALI_2 (n,) of two integer vectors under an integer matrix of determinant ±1, by whole numbers."""
    rows, (v, w) = [], vectors
    area = (v[0] * w[1] - v[1] * w[0]) ** 2
    for _ in range(n):
        v, w = ([sum(a * x for a, x in zip(row, u, strict=True)) for row in matrix] for u in (v, w))
        squares = sum(x * x for x in v) * sum(x * x for x in w)
        rows.append(0.5 * (math.log(area) - math.log(squares)))
    return np.array(rows)
