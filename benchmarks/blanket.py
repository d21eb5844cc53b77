"""Blankets at full size: published percentiles, timed; attention against 10⁷ tokens; the pair, 10⁷ trajectories.

python -m benchmarks.blanket [ising] [attention] [lorenz]
"""

import sys
import time

import numpy as np

from attractors import driven_chain
from dmfsa import Features, FiniteNetwork, TokenChain, Window
from sweeps.blanket import curves, ising, lorenz
from sweeps.config.blanket import Couplings, IsingBlanket, LorenzBlanket

PUBLISHED = {0.55: 0.266, 2.875: 0.399, 10.0: 0.280, 40.0: 0.157}


def of_ising():
    """10⁴ networks at 61 β: seconds, and the largest distance of a percentile in errors of its rank."""
    for case in (Couplings(j0=0.0, dj=0.3), Couplings(j0=1.0, dj=0.3)):
        config = IsingBlanket(cases=(case,))
        begin = time.perf_counter()
        (found,) = ising.blanket_curves(config)
        seconds = time.perf_counter() - begin
        known = curves.published(case)
        off = [
            np.abs(getattr(found, name) / np.maximum(getattr(known, name), 1e-7) - 1.0)[:, 20:].max()
            for name in curves.QUANTITIES
        ]
        print(f"J0 = {case.j0}, dJ = {case.dj}: {seconds:.0f} s; percentiles from β = 1.67 on off by {off} at most")


def of_attention():
    """Stationary distribution of state and clock against 10⁷ tokens; entropy production against 10⁷ steps."""
    for context, epsilon in ((1, 0.2), (2, 0.2), (2, 0.0)):
        features = Features.iid(n_patterns=2, n_columns=4, positional_bits=2, seed=3)
        network = FiniteNetwork(features, 4, 2.0, 3.0, epsilon, context, seed=1)
        chain = TokenChain(network)
        exact = driven_chain(chain.kernels)
        p = exact.stationary.reshape(chain.clock_period, -1, chain.n_tokens).sum(axis=1)
        tokens, phases = followed(network, chain, 25_000, 400)
        z, ratios = [], []
        for phase in range(chain.clock_period):
            rows = tokens[phases == phase]
            shares = np.array([np.bincount(group.ravel(), minlength=16) for group in np.split(rows, 40, axis=1)])
            shares = shares / shares.sum(axis=1, keepdims=True)
            z.append((shares.mean(axis=0) - p[phase]) / (shares.std(axis=0, ddof=1) / 40**0.5))
        steps = np.arange(context - 1, len(tokens) - 1)
        for t in steps:
            k = chain.kernels[phases[t]]
            window = sum(tokens[t - d] * 16**d for d in range(context))
            back = sum(tokens[t - context + 2 + d] * 16**d for d in range(context))
            ratios.append(np.log(k[tokens[t + 1], window] / k[tokens[t - context + 1], back]))
        each = np.mean(ratios, axis=0)
        error = each.std(ddof=1) / len(each) ** 0.5
        print(
            f"L = {context}, ε = {epsilon}: {tokens.size:.1e} tokens, largest deviation {np.abs(z).max():.1f} errors of"
            f" {np.size(z)}; σ = {exact.entropy_production:.5f}, along paths {each.mean():.5f} ± {error:.5f}"
        )


def followed(network, chain, n_steps, n_replicas):
    """Tokens (n, n_replicas) of a network that is followed, and their phases."""
    replicas = network.replicas(Window(np.full((network.context, 2), 0.1), 0), n_replicas)
    replicas.advance(1_000)
    apart, tokens, phases = np.random.default_rng(0).normal(size=8), [], []
    for _ in range(10):
        found = replicas.advance(n_steps // 10, n_kept=n_steps // 10)
        fields = np.concatenate([found.m_o, found.m_v, found.m_q, found.m_k], axis=-1) @ apart
        phase = found.phase % chain.clock_period
        numbers = np.empty(fields.shape, dtype=np.int64)
        for one in range(chain.clock_period):
            known = chain.fields(one).reshape(16, -1) @ apart
            order = np.argsort(known)
            numbers[phase == one] = order[np.searchsorted(known[order], fields[phase == one] - 1e-9)]
        tokens.append(numbers)
        phases.append(phase)
    return np.concatenate(tokens), np.concatenate(phases)


def of_lorenz(n=10**7):
    """The published recipe: plug-in information over log 25 beside what was published."""
    config = LorenzBlanket(n_trajectories=n, schemes=("euler",))
    begin = time.perf_counter()
    (found,) = lorenz.lorenz_curves(config)
    for t, value, one in zip(found.times, found.plug_in_nats / lorenz.UNIT, found.found, strict=True):
        known = PUBLISHED[round(t, 3)]
        print(f"t = {t:g}: {value:.4f}, published {known}, {value / known - 1.0:+.1%}; bias {one.bias_nats:.4f} nats")
    print(f"{n:.0e} trajectories: {time.perf_counter() - begin:.0f} s")


if __name__ == "__main__":
    wanted = sys.argv[1:] or ["ising", "attention", "lorenz"]
    for name in wanted:
        {"ising": of_ising, "attention": of_attention, "lorenz": of_lorenz}[name]()
