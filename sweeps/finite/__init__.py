"""The mean field beside networks of N spins."""

from attractors._moved import names_from
from sweeps.finite.comparison import Networks, Point, compare

__all__ = ["Networks", "Point", "compare"]

__getattr__ = names_from(__name__, "sweeps.finite.comparison")
