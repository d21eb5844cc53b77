"""Closures of the kinetic Ising model: how far they are off, forward and backward, and what a step costs.

Targets: nMF 3.3e-2, 2.3e-2, 1.5e-2 at N = 10 within 30 %; 128 steps of the conditional mean field at N = 512 within
60 s on 2 cores, its C and D at β_c at least 5 times closer than those of TAP and MS; J from exact moments of N = 10 to
1e-4.

Errors are mean squares. With names of parts (small, large, inverse, bridge) it runs only those.
"""

import sys
import time

import numpy as np
from timing import table

from dmfsa import (
    CLOSURES,
    Features,
    FiniteNetwork,
    InferenceStatus,
    KineticIsing,
    Moments,
    Window,
    critical_beta,
    infer_couplings,
    linear_noise,
)

BETA = critical_beta()
UP = np.ones(512)
HALF = 5_000  # replicas in each of two independent halves, whose noise does not add up in a product


def main(asked: list[str]) -> None:
    print(f"β_c = {BETA:.10f} (1.1108400410)\n")
    for part in (small, large, inverse, bridge):
        if not asked or part.__name__ in asked:
            part()


def small() -> None:
    found = {name: [] for name in CLOSURES}
    for seed in range(40):
        network = KineticIsing.draw(10, BETA, seed=seed)
        exact = network.enumerate(UP[:10], 40)
        for name, closure in CLOSURES.items():
            followed = network.follow(closure, UP[:10], 40)
            found[name].append((*followed.errors(exact), followed.n_valid == 40))
    rows = []
    for name, errors in found.items():
        each = np.array(errors)
        rows.append(
            [
                name,
                *(f"{x:.1e}" for x in each[:, :3].mean(axis=0)),
                *(f"{x:.1e}" for x in np.median(each[:, :3], axis=0)),
                f"{each[:, 3].sum():.0f}",
            ]
        )
    header = ["", "m", "C", "D", "median: m", "C", "D", "valid throughout"]
    table("N = 10 at β_c, steps 1 … 40 from all up, against enumeration; means over 40 networks", header, rows)


def large() -> None:
    for ratio in (1.0, 0.9, 1.1):
        network = KineticIsing.draw(512, ratio * BETA, seed=0)  # fields point up on average, as its start does
        options = {"n_steps": 1, "n_transient": 126}
        halves = [network.sample(UP, n_replicas=HALF, seed=seed, **options) for seed in (1, 2)]
        rows = []
        for name, closure in CLOSURES.items():
            began = time.process_time()
            answer = network.follow(closure, UP, **options)
            took = time.process_time() - began
            away = [[getattr(answer, x) - getattr(half, x) for half in halves] for x in "mCD"]
            rows.append([name, *(f"{(a * b).mean():.1e}" for a, b in away), answer.status.name, f"{took:.1f}"])
        noise = [((getattr(halves[0], x) - getattr(halves[1], x)) ** 2).mean() / 2 for x in "mCD"]
        rows.append(["noise of a half", *(f"{x:.1e}" for x in noise), "", ""])
        title = f"N = 512, β = {ratio} β_c, t = 127 from all up, against two halves of {HALF:,} replicas"
        table(title, ["", "m", "C", "D", "status", "processor s for 127 steps"], rows)


def inverse() -> None:
    small, large = range(20), range(2)
    answers = {
        10: lambda n: n.enumerate(UP[:10], 127),
        100: lambda n: n.sample(UP[:100], 127, n_replicas=20_000, seed=1),
    }
    rows = []
    for N, seeds in ((10, small), (100, large)):
        found = {name: [] for name in CLOSURES}
        for seed in seeds:
            network = KineticIsing.draw(N, BETA, seed=seed)
            seen = answers[N](network)
            before, after = (Moments(seen.m[a:b], seen.C[a:b], seen.D[a:b]).mean() for a, b in ((1, 126), (2, 127)))
            for name, closure in CLOSURES.items():
                one = infer_couplings(closure, before, after, field_bound=5.0 if name == "TAP" else np.inf)
                errors = [((x - y) ** 2).mean() for x, y in ((one.J, network.J), (one.H, network.H))]
                found[name].append((*errors, len(one.errors), one.status is InferenceStatus.CONVERGED))
        for name, each in found.items():
            median = np.median(np.array(each), axis=0)
            ended = f"{sum(row[3] for row in each)} of {len(each)}"
            rows.append([N, name, f"{median[0]:.1e}", f"{median[1]:.1e}", f"{median[2]:.0f}", ended])
        variance = np.mean([KineticIsing.draw(N, BETA, seed=s).J.var() for s in seeds])
        rows.append([N, "variance of J itself", f"{variance:.1e}", "", "", ""])
    header = ["N", "", "J", "H", "rounds", "converged"]
    table("J and H from moments averaged over t = 3 … 127 at β_c, medians over networks", header, rows)


def bridge() -> None:
    """The paper's network with a window of one token and 498 spins, 166 of each column, beside linear noise."""
    network = FiniteNetwork(Features.segments(), 498, beta=1.0, context=1)
    model, start = KineticIsing.of(network), Window([[0.3, -0.2, 0.1]])
    signs = np.repeat(network.columns.signs[:, 0], 166, axis=0)
    first = np.tanh(network.beta * signs @ start.attention[0])
    options = {"n_steps": 1, "n_transient": 29}
    halves = [model.sample(first, n_replicas=4 * HALF, seed=seed, **options)[0] for seed in (1, 2)]
    answers = {name: model.follow(closure, first, **options)[0] for name, closure in CLOSURES.items()}
    linear = linear_noise(network, start, 1, n_transient=29)
    m = np.tanh(network.beta * signs @ linear.orbit.attention[0])
    slope = network.beta * (1.0 - m**2)[:, None] * signs
    answers["linear noise"] = Moments(m, slope @ linear.attention_covariance[0] @ slope.T / 498, np.nan)
    off = ~np.eye(498, dtype=bool)
    rows = []
    for name, answer in answers.items():
        a, b = ((answer.m - half.m, (answer.C - half.C)[off]) for half in halves)
        rows.append([name, *(f"{(x * y).mean():.1e}" for x, y in zip(a, b, strict=True))])
    noise = [((x - y) ** 2).mean() / 2 for x, y in zip(a, b, strict=True)]
    rows.append(["noise of a half", *(f"{x:.1e}" for x in noise)])
    known = "(4.7e-6, 1.5e-4; TAP 1.9e-6, 7.4e-5; CMS 1.8e-6, 1.1e-6; linear noise 4.7e-6, 3.3e-6 with noise)"
    table(f"Attention, N = 498, β = 1, L = 1, after 30 steps {known}", ["", "m", "C, off the diagonal"], rows)


if __name__ == "__main__":
    main(sys.argv[1:])
