"""Resonances: whether a frequency is a fraction, and which is the simplest that its error allows."""

import math
from fractions import Fraction

from attractors.status import Status, doubt, sure

FREQUENCY_ROUNDING = 1e-15  # what a frequency is known to at best
RESONANCE_SIGMAS = 5.0  # standard errors of a frequency within which it may be a fraction
LOCKED_BY_CHANCE = 1e-3  # probability that a fraction so simple lies so close by chance


class TorusStatus(Status):
    """What a series' frequencies tell; the value says what to do."""

    QUASIPERIODIC = sure("All lines are combinations of the frequencies, which no simple fraction explains.")
    LOCKED = sure("The frequencies are simple fractions as far as they are known: a cycle, or a torus that is locked.")
    NO_TORUS = sure("Lines do not carry the variance: chaos or noise, or an orbit that has not settled.")
    UNRESOLVED = doubt(
        "Lines carry the variance, but three frequencies do not explain them all: lines too close to each other, or a "
        "torus of more dimensions. Take a longer series."
    )
    SHORT = doubt("Fewer than 1,024 samples do not give frequencies with their errors. Take a longer series.")
    CONSTANT = doubt("Nothing varies beyond rounding: a fixed point.")


def simplest_fraction(low: float, high: float) -> Fraction:
    """Return the fraction with the smallest denominator in an interval, by continued fractions.

    Raises
    ------
    ValueError
        If low > high.

    Examples
    --------
    >>> simplest_fraction(3.1415, 3.1416)
    Fraction(333, 106)
    """
    if not low <= high:
        raise ValueError(f"low must not be above high, got {low} and {high}")
    return _simplest(Fraction(low), Fraction(high))


def _simplest(low: Fraction, high: Fraction) -> Fraction:
    whole = math.ceil(low)
    if whole <= high:
        return Fraction(whole)
    floor = math.floor(low)
    return floor + 1 / _simplest(1 / (high - floor), 1 / (low - floor))


def _locked(resonance: Fraction, error: float) -> bool:
    """Whether so simple a fraction is so close by less than chance: fractions up to order r have density 3 r²/π²."""
    return 3.0 / math.pi**2 * resonance.denominator**2 * 2.0 * RESONANCE_SIGMAS * error < LOCKED_BY_CHANCE
