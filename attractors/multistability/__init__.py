"""Which attractors are there, and how often is each reached? Many starts, told apart, and their shares."""

from attractors._moved import names_from
from attractors.multistability.attractors import find_attractors
from attractors.multistability.distinction import Attractor, Attractors, distinguish_attractors

__all__ = [
    "Attractor",
    "Attractors",
    "distinguish_attractors",
    "find_attractors",
]

__getattr__ = names_from(__name__, "attractors.multistability.attractors")
