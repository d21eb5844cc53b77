"""The rotation number of an angle: its mean advance, and whether it is locked."""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attractors.results import Result
from attractors.series import as_series
from attractors.tori.birkhoff import birkhoff_weights
from attractors.tori.resonances import FREQUENCY_ROUNDING, RESONANCE_SIGMAS, TorusStatus, _locked, simplest_fraction


@dataclass(frozen=True, eq=False)
class RotationNumber(Result):
    """Average advance of an angle.

    Attributes
    ----------
    value, error : float
        Turns per step; and the largest difference between the first, the middle and the last half.
    resonance : Fraction
        The simplest fraction within 5 errors.
    excluded_order : int
        Every resonance r ρ = p with r up to this is excluded, at 5 errors.
    status : TorusStatus
        QUASIPERIODIC, LOCKED, or NO_TORUS if the average does not converge.
    """

    value: float
    error: float
    resonance: Fraction
    excluded_order: int
    status: TorusStatus

    def headline(self) -> str:
        """Return the rotation number with its error, and what it tells."""
        return (
            f"{self.value:.12g} ± {self.error:.1g}, no resonance up to order {self.excluded_order}; {self.status.words}"
        )


def rotation_number(angles: npt.ArrayLike, *, turn: float = 1.0) -> RotationNumber:
    """Rotation number of an angle that is followed without jumps (a lift).

    Parameters
    ----------
    angles : array-like, shape (n,)
        The angle along the orbit, not reduced to one turn.
    turn : float
        A full turn: 1, or 2π.

    Returns
    -------
    RotationNumber

    Raises
    ------
    ValueError
        If there are fewer than 200 angles, more than one column, or `turn` is not positive.

    Notes
    -----
    ρ = Σ w_i (x_{i+1} - x_i)/turn with the weights of a Birkhoff average, which converge faster than any power of 1/n
    where the motion is smooth; then digits are limited by rounding, some 10⁻¹⁵.

    Examples
    --------
    >>> x = [0.0]
    >>> for _ in range(10_000):
    ...     x.append(x[-1] + 0.3 - 0.5 / (2 * np.pi) * np.sin(2 * np.pi * x[-1]))
    >>> answer = rotation_number(x)
    >>> answer.status.name, bool(answer.error < 1e-9)
    ('QUASIPERIODIC', True)
    """
    samples = as_series(angles, at_least=200, name="angles")
    if samples.shape[1] != 1:
        raise ValueError(f"angles must be one column, got {samples.shape[1]}")
    if not turn > 0.0:
        raise ValueError(f"turn must be positive, 1 or 2π, got {turn}")
    steps = np.diff(samples[:, 0]) / turn
    n, half = len(steps), len(steps) // 2
    weights = birkhoff_weights(half)
    parts = [float(weights @ steps[first : first + half]) for first in (0, (n - half) // 2, n - half)]
    value = float(birkhoff_weights(n) @ steps)
    error = max(parts) - min(parts) + FREQUENCY_ROUNDING * max(1.0, abs(value))
    resonance = simplest_fraction(value - RESONANCE_SIGMAS * error, value + RESONANCE_SIGMAS * error)
    if error > 1e-3 / n**0.5:  # no better than chance would do, by far
        status = TorusStatus.NO_TORUS
    else:
        status = TorusStatus.LOCKED if _locked(resonance, error) else TorusStatus.QUASIPERIODIC
    return RotationNumber(value, error, resonance, resonance.denominator - 1, status)
