"""The mean field beside networks of N spins."""

from sweeps.finite.comparison import Networks, Point, compare

__all__ = ["Networks", "Point", "compare"]
