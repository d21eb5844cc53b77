"""The designed network of slots, slowly: every sign vector of the base patterns in turn, straight from its equations.

Routes and codes are lists for each role o, v, q, k. G is what the softmax sees: it is not divided by √K. Numbers may be
complex: the Jacobian is a complex step.
"""

import itertools
import math

import numpy as np


class Slots:
    """M_s base patterns in K slots; row a of a role reads slot `routes[role][a]`, and answers to phase `codes`."""

    def __init__(self, patterns, routes, codes, n_bits):
        self.patterns, self.routes, self.codes, self.n_bits = patterns, routes, codes, n_bits
        self.n_slots, self.n_base = len(patterns), max(patterns) + 1

    def overlap(self, m, A, beta):
        """μ_m = 2^-M_s Σ_σ σ_m tanh(β Σ_k σ_p(k) A_b^o(k))."""
        total = 0.0
        for sigma in itertools.product((-1, 1), repeat=self.n_base):
            field = sum(sigma[self.patterns[k]] * A[self.routes["o"][k]] for k in range(self.n_slots))
            total += sigma[m] * np.tanh(beta * field)
        return total / 2**self.n_base

    def bits(self, number):
        return [2 * (number >> (self.n_bits - 1 - j) & 1) - 1 for j in range(self.n_bits)]

    def clock_part(self, role, row, phase):
        """max(0, w·p / P)."""
        code, now = self.bits(self.codes[role][row]), self.bits(phase % 2**self.n_bits)
        return max(0.0, sum(w * p for w, p in zip(code, now, strict=True)) / self.n_bits)

    def mean_field(self, role, A, phase, beta, epsilon):
        return np.array(
            [
                (1 - epsilon) * self.overlap(self.patterns[self.routes[role][row]], A, beta)
                + epsilon * self.clock_part(role, row, phase)
                for row in range(self.n_slots)
            ]
        )

    def new_attention(self, window, phase, *, beta, G, epsilon):
        q = self.mean_field("q", window[0], phase, beta, epsilon)
        z = [G * (q @ self.mean_field("k", A, phase - d, beta, epsilon)) for d, A in enumerate(window)]
        w = [np.exp(one - max(z, key=lambda x: x.real)) for one in z]
        values = [self.mean_field("v", A, phase - d, beta, epsilon) for d, A in enumerate(window)]
        return sum(share * v for share, v in zip(w, values, strict=True)) / sum(w)

    def trajectory(self, window, phase, n_steps, context, **parameters):
        """The attention vectors that the steps make, (n_steps, K)."""
        window, made = [np.asarray(A) for A in window], []
        for t in range(n_steps):
            made.append(self.new_attention(window, phase + t, **parameters))
            window = [made[-1], *window][:context]
        return np.array(made)

    def jacobian(self, window, phase, **parameters):
        """∂A_new/∂window by complex steps, (K, L K), newest token first."""
        flat, h = np.asarray(window, dtype=complex).ravel(), 1e-30
        columns = []
        for i in range(len(flat)):
            moved = flat.copy()
            moved[i] += 1j * h
            columns.append(self.new_attention(moved.reshape(-1, self.n_slots), phase, **parameters).imag / h)
        return np.array(columns).T


def random_slots(rng):
    """A network of 1 to 4 base patterns, up to 6 slots and 1 to 3 bits; half of its routes are permutations."""
    n_base = int(rng.integers(1, 5))
    n_slots, n_bits = int(rng.integers(n_base, 7)), int(rng.integers(1, 4))
    patterns = [*range(n_base), *rng.integers(0, n_base, n_slots - n_base).tolist()]
    rng.shuffle(patterns)
    routes, codes = {}, {}
    for role in "ovqk":
        mixed = rng.integers(0, n_slots, n_slots) if rng.random() < 0.5 else rng.permutation(n_slots)
        routes[role], codes[role] = mixed.tolist(), rng.integers(0, 2**n_bits, n_slots).tolist()
    return Slots(patterns, routes, codes, n_bits)


def gamma_of(G, n_slots):
    """γ = G √K, in the words of the rest of the package."""
    return G * math.sqrt(n_slots)
