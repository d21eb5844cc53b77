"""Maps for the tests: the shipped examples as the tests call them, a few more, and how many steps a test can afford."""

import math
import os

import numpy as np

from attractors import DiscreteMap, Stretching
from attractors.examples import maps as examples

JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") in {"", "0"}
GOLDEN = examples.GOLDEN


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


cat = examples.cat


def henon(a=1.4, b=0.3, **options):
    """The shipped map, with options of `DiscreteMap`."""
    return DiscreteMap(examples._henon_step, examples._henon_jacobian, [a, b], 2, **options)


def logistic(*r):
    """One logistic map for each r, side by side without coupling; log 2 at r = 4; diverges for r > 4."""
    return examples.logistic(r)


def circle(coupling, *frequencies):
    """Sine circle maps side by side: a torus of as many dimensions as incommensurate frequencies, for |K| < 1."""
    return examples.circle(frequencies, coupling)


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

    def stretching(self, start, *, n_exponents, n_blocks, block_length, n_settle=0, frame=None):
        self.requests.append({"n_blocks": n_blocks, "block_length": block_length, "n_settle": n_settle})
        _, end = self.orbit(start, n_settle + n_blocks * block_length)
        log_factors = np.full((n_blocks, 1), -block_length * math.log(2.0))
        return Stretching(log_factors, np.zeros(1, dtype=np.int64), end, np.ones((1, 1)))


def _cubic_step(x, p, out):
    out[0] = p[0] * x[0] - x[0] ** 3


def _cubic_jacobian(x, p, out):
    out[0, 0] = p[0] - 3.0 * x[0] ** 2


def cubic(r):
    """x' = r x - x³, odd: two attractors of either sign for 1 < r < 3√3/2, on |x| <= √(r + 1)."""
    return DiscreteMap(_cubic_step, _cubic_jacobian, r, 1)


def _bistable_step(x, p, out):
    out[0] = x[0] + (x[0] - 1.0) * (2.0 - x[0]) * (x[0] - p[0])


def _bistable_jacobian(x, p, out):
    out[0, 0] = 1.0 + (2.0 - x[0]) * (x[0] - p[0]) - (x[0] - 1.0) * (x[0] - p[0]) + (x[0] - 1.0) * (2.0 - x[0])


def bistable(threshold):
    """x' = x + (x - 1)(2 - x)(x - c): 1 and 2 attract, c between them repels; far away all diverges."""
    return DiscreteMap(_bistable_step, _bistable_jacobian, threshold, 1)
