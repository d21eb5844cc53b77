"""Covariant vectors of the network beside those of a compiled map of as many variables; cycles by Newton's method.

Targets: at most 3 times the cost per vector and step of the compiled map; a fixed point of the Hénon map in 2 ms, and
600 starts over its periods 1 to 7 in 2 s of processor time.
"""

import time

import numpy as np
from timing import median, ratio, rounds, spread, table

from attractors import DiscreteMap, covariant_vectors, refine_cycle
from attractors.arrays import FloatArray
from attractors.examples import henon
from dmfsa import Features, MeanFieldMap, Window

N_STEPS, N_ALIGN = 2_000, 1_000
N_STARTS, LONGEST = 600, 7


def main() -> None:
    vectors()
    cycles()


def vectors() -> None:
    network, other = MeanFieldMap(Features.segments(), beta=1.4), neurons(12)
    calls = {
        "network, M = 3, L = 4": lambda: covariant_vectors(
            network, Window.paper_beta3(), n_steps=N_STEPS, n_align=N_ALIGN
        ),
        "compiled map of 12 variables": lambda: covariant_vectors(
            other, np.linspace(-1.0, 1.0, 12), n_steps=N_STEPS, n_align=N_ALIGN
        ),
    }
    times = rounds(calls, n=9)
    mine, its = times.values()
    rows = [[name, f"{1e9 * median(taken) / (12 * N_STEPS):.0f}", ""] for name, taken in times.items()]
    rows.append(["**quotient**", f"**{ratio(mine, its):.2f}** ({spread(mine, its)})", "3"])
    table("Covariant vectors, 12 of 12 variables: ns per vector and step kept", ["", "", "at most"], rows)


def neurons(d: int) -> DiscreteMap:
    """x_a -> tanh(Σ_b W_ab x_b), chaotic with these weights."""

    def step(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
        for a in range(d):
            field = 0.0
            for b in range(d):
                field += p[d * a + b] * x[b]
            out[a] = np.tanh(field)

    def jacobian(x: FloatArray, p: FloatArray, out: FloatArray) -> None:
        for a in range(d):
            field = 0.0
            for b in range(d):
                field += p[d * a + b] * x[b]
            slope = 1.0 - np.tanh(field) ** 2
            for b in range(d):
                out[a, b] = slope * p[d * a + b]

    weights = np.random.default_rng(0).normal(scale=2.0 / d**0.5, size=d * d)
    return DiscreteMap(step, jacobian, parameters=weights, dimension=d)


def cycles() -> None:
    system, draw = henon(), np.random.default_rng(0)
    starts = draw.uniform([-1.2, -0.4], [1.2, 0.4], size=(N_STARTS, 2))
    one = rounds({"one": lambda: refine_cycle(system, [0.63, 0.19], 1)}, n=50)["one"]
    began = time.process_time()
    for i, x in enumerate(starts):
        refine_cycle(system, x, 1 + i % LONGEST)
    many = time.process_time() - began
    rows = [
        ["fixed point", f"{1e3 * median(one):.2f} ms", "2 ms"],
        [f"{N_STARTS} starts, periods 1 to {LONGEST}", f"{many:.2f} s", "2 s"],
    ]
    table("Cycles of the Hénon map", ["", "", "at most"], rows)


if __name__ == "__main__":
    main()
