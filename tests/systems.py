"""Maps whose exponents, periods and labels are known, each as five lines, and how many steps a test can afford."""

import math
import os

import numpy as np

from attractors import DiscreteMap, Stretching

JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}
GOLDEN = (math.sqrt(5.0) - 1.0) / 2.0


def affordable(n_steps):
    """Steps for a statistical test: without the JIT a step costs some 10 microseconds."""
    return n_steps if JIT else max(n_steps // 16, 640)


def _linear_step(x, p, out):
    for a in range(x.size):
        out[a] = 0.0
        for b in range(x.size):
            out[a] += p[a * x.size + b] * x[b]


def _linear_jacobian(x, p, out):
    for a in range(x.size):
        for b in range(x.size):
            out[a, b] = p[a * x.size + b]


def linear(matrix, **options):
    """x -> A x, row by row; from x = 0 it goes nowhere while its tangent vectors do."""
    return DiscreteMap(_linear_step, _linear_jacobian, np.ravel(matrix), len(matrix), **options)


def _cat_step(x, p, out):
    out[0] = (2.0 * x[0] + x[1]) % 1.0
    out[1] = (x[0] + x[1]) % 1.0


def _cat_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = 2.0, 1.0, 1.0, 1.0


def cat():
    """Arnold's cat map: exponents ±log((3 + sqrt 5) / 2) exactly."""
    return DiscreteMap(_cat_step, _cat_jacobian, [], 2)


def _henon_step(x, p, out):
    out[0] = 1.0 - p[0] * x[0] ** 2 + x[1]
    out[1] = p[1] * x[0]


def _henon_jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = -2.0 * p[0] * x[0], 1.0, p[1], 0.0


def henon(a=1.4, b=0.3, **options):
    """Henon's map: the exponents sum to log b exactly."""
    return DiscreteMap(_henon_step, _henon_jacobian, [a, b], 2, **options)


def _logistic_step(x, p, out):
    for a in range(x.size):
        out[a] = p[a] * x[a] * (1.0 - x[a])


def _logistic_jacobian(x, p, out):
    for a in range(x.size):
        out[a, a] = p[a] * (1.0 - 2.0 * x[a])


def logistic(*r):
    """One logistic map for each r, side by side without coupling; log 2 at r = 4; diverges for r > 4."""
    return DiscreteMap(_logistic_step, _logistic_jacobian, r, len(r))


def _circle_step(x, p, out):
    for a in range(x.size):
        out[a] = (x[a] + p[1 + a] - p[0] / (2.0 * math.pi) * math.sin(2.0 * math.pi * x[a])) % 1.0


def _circle_jacobian(x, p, out):
    for a in range(x.size):
        out[a, a] = 1.0 - p[0] * math.cos(2.0 * math.pi * x[a])


def circle(coupling, *frequencies):
    """Sine circle maps side by side: a torus of as many dimensions as incommensurate frequencies, for |K| < 1."""
    return DiscreteMap(_circle_step, _circle_jacobian, [coupling, *frequencies], len(frequencies))


class Driven:
    """x -> x / 2 + drive[phase], phase -> phase + 1: a system with a clock, in plain Python; state (x, phase)."""

    dimension = 1

    def __init__(self, drive):
        self.drive = np.asarray(drive, dtype=float)
        self.clock_period = len(drive)
        self.requests = []

    def orbit(self, start, n_steps):
        x, phase = start
        rows = np.empty((n_steps, 1))
        for t in range(n_steps):
            rows[t, 0] = x = x / 2.0 + self.drive[phase]
            phase = (phase + 1) % self.clock_period
        return rows, (x, phase)

    def stretching(self, start, *, n_exponents, n_blocks, block_length, n_settle=0):
        self.requests.append({"n_blocks": n_blocks, "block_length": block_length, "n_settle": n_settle})
        _, end = self.orbit(start, n_settle + n_blocks * block_length)
        log_factors = np.full((n_blocks, 1), -block_length * math.log(2.0))
        return Stretching(log_factors, np.zeros(1, dtype=np.int64), end)
