"""Slow and obvious versions of what tells attractors apart."""

import cmath
import math


def same_cycle(x, y, clock_period, tolerance):
    """Whether y is x from another point on, met at the same phase of the clock: every shift, every number."""
    p = len(x)
    if len(y) != p:
        return False
    for shift in range(p):
        if shift % clock_period == 0 and all(
            abs(a - b) <= tolerance for t in range(p) for a, b in zip(x[(t + shift) % p], y[t], strict=True)
        ):
            return True
    return False


def characteristic_distance(x, y, wave_vectors):
    """√ mean_k |φ_x(ω_k) - φ_y(ω_k)|², from the definition."""

    def phi(samples, omega):
        waves = [cmath.exp(1j * sum(w * a for w, a in zip(omega, row, strict=True))) for row in samples]
        return sum(waves) / len(waves)

    squares = [abs(phi(x, omega) - phi(y, omega)) ** 2 for omega in wave_vectors]
    return math.sqrt(sum(squares) / len(squares))


def binomial_pmf(n, p):
    """Probability of each count."""
    return [math.comb(n, k) * p**k * (1 - p) ** (n - k) for k in range(n + 1)]
