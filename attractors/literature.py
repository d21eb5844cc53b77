"""What is known about the shipped maps: the public face of `attractors.examples.literature`."""

from attractors.examples.literature import EXAMPLES, Example, Literature

__all__ = ["EXAMPLES", "Example", "Literature"]
