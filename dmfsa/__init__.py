"""Mean-field map of a self-attention network, one at a time or many side by side.

`Features` are the network, a `MeanFieldMap` is the network at one β, γ, ε and context, a `Window` its state; an
`Ensemble` advances many parameter points and starts together, a `FiniteNetwork` is the network of N spins, and
`linear_noise` predicts how it fluctuates. Of few spins the `TokenChain` is the network as a Markov chain. Its neighbour
is `KineticIsing`: closures follow its moments, `infer_couplings` finds its couplings, `ising_transitions` make it a
chain. numba is loaded with the first compiled step.
"""

from dmfsa.closures import (
    CLOSURES,
    conditional_mean_field,
    mezard_sakellariou,
    naive_mean_field,
    plefka,
    plefka2,
    tap,
)
from dmfsa.ensemble import Ensemble
from dmfsa.features import Features
from dmfsa.finite_network import FiniteNetwork
from dmfsa.inference import Inference, InferenceStatus, infer_couplings
from dmfsa.ising_chain import ising_transitions
from dmfsa.kinetic_ising import KineticIsing, critical_beta
from dmfsa.linear_noise import LinearNoise, linear_noise
from dmfsa.mean_field import MeanFieldMap
from dmfsa.moments import ClosureStatus, Moments
from dmfsa.token_chain import TokenChain
from dmfsa.trajectory import Trajectory
from dmfsa.window import Window

__all__ = [
    "CLOSURES",
    "ClosureStatus",
    "Ensemble",
    "Features",
    "FiniteNetwork",
    "Inference",
    "InferenceStatus",
    "KineticIsing",
    "LinearNoise",
    "MeanFieldMap",
    "Moments",
    "TokenChain",
    "Trajectory",
    "Window",
    "conditional_mean_field",
    "critical_beta",
    "infer_couplings",
    "ising_transitions",
    "linear_noise",
    "mezard_sakellariou",
    "naive_mean_field",
    "plefka",
    "plefka2",
    "tap",
]

__version__: str


def __getattr__(name: str) -> object:
    """Look the version up when it is asked for, as that takes longer than it should take to import this."""
    if name == "__version__":
        from importlib import metadata  # noqa: PLC0415

        try:
            return metadata.version("dmfsa")
        except metadata.PackageNotFoundError:  # a folder of source on the path, not installed
            return "0+unknown"
    raise AttributeError(f"module 'dmfsa' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)
