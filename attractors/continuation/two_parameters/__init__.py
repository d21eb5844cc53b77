"""Bifurcations over two parameters: curves, and the points where they meet or change."""

from attractors.continuation.two_parameters.curves import BifurcationCurve, continue_bifurcation
from attractors.continuation.two_parameters.resonances import Resonance, resonant_points
from attractors.continuation.two_parameters.staircase import Staircase, StaircaseStatus, devils_staircase

__all__ = [
    "BifurcationCurve",
    "Resonance",
    "Staircase",
    "StaircaseStatus",
    "continue_bifurcation",
    "devils_staircase",
    "resonant_points",
]
