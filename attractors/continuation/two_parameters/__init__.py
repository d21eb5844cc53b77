"""Bifurcations over two parameters: curves, and the points where they meet or change."""

from attractors.continuation.two_parameters.curves import BifurcationCurve, continue_bifurcation

__all__ = [
    "BifurcationCurve",
    "continue_bifurcation",
]
