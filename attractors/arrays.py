"""Arrays of numbers: their type, and the check that every door of the analysis makes."""

import math
from typing import Any

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]


def real(values: npt.ArrayLike, name: str) -> FloatArray:
    """Cast to double precision; complex numbers are refused: ValueError."""
    if np.iscomplexobj(values):
        raise ValueError(f"{name} must be real, got complex numbers: hand over real and imaginary parts as columns")
    return np.asarray(values, dtype=np.float64)


def first_of(values: npt.NDArray[Any]) -> float:
    """Return the first of some numbers (n,), NaN if there are none."""
    return float(values[0]) if len(values) else math.nan
