"""Blankets of self-attention networks of few spins: the chain on their tokens, exactly, against β, γ, ε and L."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product

import numpy as np

from attractors.information import information_of
from attractors.markov import driven_chain
from dmfsa import Features, FiniteNetwork, TokenChain
from sweeps.blanket.curves import Curves, curves_of
from sweeps.blanket.ising import by_parts
from sweeps.config.blanket import AttentionBlanket
from sweeps.run.local import cores


def attention_curves(config: AttentionBlanket, progress: Callable[[int], None] = lambda n: None) -> list[Curves]:
    """Return a curve for every L, γ and ε, of L = 1 for one γ, which decides nothing there.

    `progress` is called with the number of networks done, from any thread.
    """
    beta = np.linspace(config.beta.first, config.beta.last, config.beta.n)
    seeds = range(config.seed, config.seed + config.n_networks)
    networks = [
        Features.iid(
            n_patterns=config.n_patterns,
            n_columns=config.parts.n_spins,
            positional_bits=config.positional_bits,
            seed=seed,
        )
        for seed in seeds
    ]
    found = []
    for context, gamma, epsilon in parameters_of(config):

        def at(b: float, context: int = context, gamma: float = gamma, epsilon: float = epsilon) -> list[list[float]]:
            both = [_of_network(features, config, b, gamma, epsilon, context) for features in networks]
            progress(len(both))
            return [list(values) for values in zip(*both, strict=True)]

        with ThreadPoolExecutor(cores()) as threads:
            values = list(threads.map(at, beta.tolist()))
        found.append(curves_of({"context": context, "gamma": gamma, "epsilon": epsilon}, beta, values))
    return found


def parameters_of(config: AttentionBlanket) -> list[tuple[int, float, float]]:
    """Return L, γ and ε of every curve: a window of one token has nothing to attend to, whatever γ."""
    every = product(config.context, config.gamma, config.epsilon)
    return [one for one in every if one[0] > 1 or one[1] == config.gamma[0]]


def _of_network(
    features: Features, config: AttentionBlanket, beta: float, gamma: float, epsilon: float, context: int
) -> tuple[float, float]:
    """Return the information in the newest token, averaged over the clock, and the entropy production."""
    network = FiniteNetwork(features, config.parts.n_spins, beta, gamma, epsilon, context)
    chain = driven_chain(TokenChain(network).kernels)
    newest = chain.stationary.reshape(chain.clock_period, -1, 2**config.parts.n_spins).sum(axis=1)
    return float(information_of(by_parts(newest, config.parts)).mean()), chain.entropy_production
