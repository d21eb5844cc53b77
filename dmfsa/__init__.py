"""Mean-field map of a self-attention network, one at a time or many side by side.

`Features` are the network, a `MeanFieldMap` is the network at one β, γ, ε and context, a `Window` its state; an
`Ensemble` advances many parameter points and starts together. numba is loaded with the first compiled step.
"""

from dmfsa.ensemble import Ensemble
from dmfsa.features import Features
from dmfsa.mean_field import MeanFieldMap, Trajectory
from dmfsa.window import Window

__all__ = ["Ensemble", "Features", "MeanFieldMap", "Trajectory", "Window"]
