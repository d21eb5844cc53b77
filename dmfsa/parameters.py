"""β, γ, ε and the context: what they may be."""

import math

import numpy as np
import numpy.typing as npt

from dmfsa.features import Features
from dmfsa.window import Array


def checked_parameters(
    features: Features, *, beta: npt.ArrayLike, gamma: npt.ArrayLike, epsilon: npt.ArrayLike, context: int
) -> dict[str, Array]:
    """Cast β, γ, ε to arrays of one or n_points numbers, or say what is wrong with them or the context."""
    longest = 2**features.positional_bits
    if not hasattr(context, "__index__") or not 1 <= context <= longest:
        raise ValueError(f"context must be an integer from 1 to 2**positional_bits = {longest}, got {context!r}")
    parameters = {"beta": (beta, 0.0, math.inf), "gamma": (gamma, -math.inf, math.inf), "epsilon": (epsilon, 0.0, 1.0)}
    return {name: _checked(name, *given) for name, given in parameters.items()}


def _checked(name: str, values: npt.ArrayLike, low: float, high: float) -> Array:
    """Cast a parameter to one or n_points numbers, or say what is wrong with it."""
    given = np.asarray(values)
    if given.dtype.kind in "cSU":
        raise ValueError(f"{name} must be a real number, got {values!r}")
    array = np.atleast_1d(given.astype(np.float64))
    allowed = f"from {low:g} to {high:g}" if high < math.inf else "finite" + (", >= 0" if low == 0 else "")
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a number or have shape (n_points,), got shape {array.shape}")
    wrong = array[~(np.isfinite(array) & (low <= array) & (array <= high))]
    if wrong.size:
        raise ValueError(f"{name} must be {allowed}, got {wrong[0]}")
    return array
