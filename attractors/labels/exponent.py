"""A Lyapunov exponent with its doubt, as the rule reads it."""

import math
from typing import NamedTuple

import numpy as np

from attractors.exponents.spectrum import LyapunovSpectrum
from attractors.labels.limits import Limits


class Exponent(NamedTuple):
    """Exponent i with its doubt; -inf is exact and has error 0."""

    name: str
    value: float
    error: float
    band: float

    def __str__(self) -> str:
        return f"{self.name} = {self.value:.4g} ± {self.error:.1g}"

    @property
    def may_be_zero(self) -> bool:
        """Whether it lies within its band."""
        return abs(self.value) <= self.band

    def probability_below(self, limit: float) -> float:
        """P(λ < limit) for λ normal around the value with the standard error; a step function without error."""
        if self.error == 0.0 or math.isinf(self.value):
            return 1.0 if self.value < limit else 0.0
        return 0.5 * math.erfc((self.value - limit) / (self.error * math.sqrt(2.0)))


def exponents_of(spectrum: LyapunovSpectrum | None, limits: Limits) -> tuple[Exponent, ...]:
    """Return the exponents of a spectrum with their errors and bands, λ_1 first; none if there are none."""
    if spectrum is None:
        return ()
    errors = np.where(np.isnan(spectrum.standard_errors), 0.0, spectrum.standard_errors)
    bands = spectrum.band(limits.band_errors, limits.bounded_sum)
    columns = zip(spectrum.exponents.tolist(), errors.tolist(), bands.tolist(), strict=True)
    return tuple(Exponent(f"λ{i}", *column) for i, column in enumerate(columns, start=1))
