"""What is known about the shipped maps: the public face of `attractors.examples.literature`."""

from attractors._moved import names_from
from attractors.examples.literature import EXAMPLES, Example, Literature

__all__ = ["EXAMPLES", "Example", "Literature"]

__getattr__ = names_from(__name__, "attractors.examples.literature")
