"""Bifurcations over two parameters: curves, and the points where they meet or change."""

from attractors.continuation.two_parameters.curves import BifurcationCurve, continue_bifurcation
from attractors.continuation.two_parameters.staircase import Staircase, StaircaseStatus, devils_staircase

__all__ = [
    "BifurcationCurve",
    "Staircase",
    "StaircaseStatus",
    "continue_bifurcation",
    "devils_staircase",
]
