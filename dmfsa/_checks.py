"""What features may be: whole numbers, ±1, real numbers, one matrix for each role; else a sentence that says so."""

import operator
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from dmfsa.roles import ROLES
from dmfsa.window import Array

Positional = npt.ArrayLike | Mapping[str, npt.ArrayLike]


def one_per_role(name: str, columns: Positional, *, signs: bool = True) -> Array:
    """Stack four equally shaped matrices, of ±1 or of real numbers, in the order of ROLES; shape (4, M, N)."""
    checked = plus_minus_one if signs else real_numbers
    if isinstance(columns, Mapping):
        if set(columns) != set(ROLES):
            raise ValueError(f"{name} must have the roles o, v, q, k, got {', '.join(map(str, columns))}")
        matrices = {role: checked(f"{name} {role}", columns[role], (None, None)) for role in ROLES}
        shapes = {role: matrix.shape for role, matrix in matrices.items()}
        if len(set(shapes.values())) > 1:
            raise ValueError(f"{name} o, v, q, k must have one shape, got {shapes}")
        columns = np.stack(list(matrices.values()))
    return checked(name, columns, (4, None, None))


def plus_minus_one(name: str, values: npt.ArrayLike, shape: tuple[int | None, ...]) -> Array:
    """Cast to a new array of ±1; None in `shape` stands for any length but 0. Or say what is wrong, where."""
    array = _shaped(name, values, shape, "-1 and +1")
    return _all(name, array, np.abs(array) == 1, "-1 and +1 only")


def real_numbers(name: str, values: npt.ArrayLike, shape: tuple[int | None, ...]) -> Array:
    """Cast to a new array of finite numbers, in the same way."""
    array = _shaped(name, values, shape, "numbers")
    return _all(name, array, np.isfinite(array), "finite numbers only")


def correlations(name: str, array: Array) -> Array:
    """Return an array if it holds correlations."""
    bad = array[~(np.abs(array) <= 1)]  # NaN too
    if bad.size:
        raise ValueError(f"{name} must hold numbers from -1 to 1, got {bad[0]}")
    return array


def whole_number(name: str, value: int, least: int = 1, most: int | None = None) -> int:
    """Return a whole number within its range."""
    allowed = f"an integer >= {least}" if most is None else f"an integer from {least} to {most}"
    if not hasattr(value, "__index__") or value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return operator.index(value)


def plain(array: Array) -> list[object]:
    """Return an array as nested lists, of whole numbers where all are."""
    whole = bool((array == np.rint(array)).all())
    found: list[object] = (array.astype(int) if whole else array).tolist()
    return found


def _shaped(name: str, values: npt.ArrayLike, shape: tuple[int | None, ...], words: str) -> Array:
    wanted = "(" + ", ".join("*" if length is None else str(length) for length in shape) + ")"
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of {words}, shape {wanted}: {error}") from None
    fits = array.ndim == len(shape) and array.size > 0
    if not fits or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{name} must have shape {wanted}, no length 0, got {array.shape}")
    return array


def _all(name: str, array: Array, good: npt.NDArray[np.bool_], words: str) -> Array:
    wrong = np.argwhere(~good)
    if len(wrong):
        at = tuple(wrong[0].tolist())
        raise ValueError(f"{name} must hold {words}, got {array[at]} at index {at}")
    return array
