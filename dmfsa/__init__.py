"""Mean-field map of a self-attention network, one at a time or many side by side.

`Features` are the network, a `MeanFieldMap` is the network at one β, γ, ε and context, a `Window` its state; an
`Ensemble` advances many parameter points and starts together, a `FiniteNetwork` is the network of N spins, and
`linear_noise` predicts how it fluctuates. Of few spins the `TokenChain` is the network as a Markov chain, and
`ising_transitions` are those of kinetic Ising networks. numba is loaded with the first compiled step.
"""

from dmfsa.ensemble import Ensemble
from dmfsa.features import Features
from dmfsa.finite_network import FiniteNetwork
from dmfsa.ising_chain import ising_transitions
from dmfsa.linear_noise import LinearNoise, linear_noise
from dmfsa.mean_field import MeanFieldMap, Trajectory
from dmfsa.token_chain import TokenChain
from dmfsa.window import Window

__all__ = [
    "Ensemble",
    "Features",
    "FiniteNetwork",
    "LinearNoise",
    "MeanFieldMap",
    "TokenChain",
    "Trajectory",
    "Window",
    "ising_transitions",
    "linear_noise",
]


def __dir__() -> list[str]:
    return sorted(__all__)
