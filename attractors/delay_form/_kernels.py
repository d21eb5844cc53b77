# mypy: ignore-errors
# (numba is partly typed, and differently in each version; the signatures in the decorators are checked by numba)
"""Compiled code of a user's own map at many points, in real and in complex arithmetic.

A function that is written with the operations of arithmetic and those of `math` is analytic: compiled for complex
numbers, with `cmath` in the place of `math`, it gives derivatives to rounding by complex steps.
"""

import cmath
import functools
import math
import types as python

from numba import complex128, config, float64, njit, types
from numba.core.errors import NumbaError

OPTIONS = {"error_model": "numpy", "nogil": True}
NOT_ANALYTIC = {"abs", "fabs", "max", "min", "floor", "ceil", "round", "int", "sign", "where", "maximum", "minimum"}
NOT_ANALYTIC |= {"real", "imag", "conj", "conjugate", "angle", "fmod", "copysign", "trunc", "atan2", "hypot", "clip"}

VECTOR, MATRIX, CUBE = float64[::1], float64[:, ::1], float64[:, :, ::1]
Z_VECTOR, Z_MATRIX, Z_CUBE = complex128[::1], complex128[:, ::1], complex128[:, :, ::1]
STEP = types.FunctionType(types.void(VECTOR, VECTOR, VECTOR))
JACOBIAN = types.FunctionType(types.void(VECTOR, VECTOR, MATRIX))
Z_STEP_SIGNATURE = types.void(Z_VECTOR, Z_VECTOR, Z_VECTOR)  # x (d,), p, out (d,)
Z_JACOBIAN_SIGNATURE = types.void(Z_VECTOR, Z_VECTOR, Z_MATRIX)  # x (d,), p, out (d, d)


@functools.lru_cache(maxsize=64)
def in_complex(function, signature):
    """Compile a user's function for complex numbers; None where it is not analytic, or cannot be read as such."""
    plain = getattr(function, "py_func", function)
    if not hasattr(plain, "__code__") or NOT_ANALYTIC & set(plain.__code__.co_names):
        return None
    names = {name: _for_complex(value) for name, value in plain.__globals__.items()}
    twin = python.FunctionType(plain.__code__, names, plain.__name__, plain.__defaults__, plain.__closure__)
    if config.DISABLE_JIT:
        return twin
    try:
        return njit(signature, **OPTIONS)(twin)
    except NumbaError:
        return None


def _for_complex(value):
    """Return what `math` and its functions are called for complex numbers."""
    if value is math:
        return cmath
    name = getattr(value, "__name__", "")
    return getattr(cmath, name, value) if value is getattr(math, name, None) else value


@njit([types.void(STEP, VECTOR, MATRIX, MATRIX)], cache=True, **OPTIONS)
def images(step, p, x, out):
    """x_n -> step(x_n; p), rows (n, d)."""
    for n in range(len(x)):
        step(x[n], p, out[n])


@njit([types.void(JACOBIAN, VECTOR, MATRIX, CUBE)], cache=True, **OPTIONS)
def jacobians(jacobian, p, x, out):
    """x_n -> J(x_n; p), rows (n, d) to (n, d, d)."""
    for n in range(len(x)):
        jacobian(x[n], p, out[n])


@njit([types.void(types.FunctionType(Z_STEP_SIGNATURE), Z_VECTOR, Z_MATRIX, Z_MATRIX)], cache=True, **OPTIONS)
def complex_images(step, p, x, out):
    """x_n -> step(x_n; p) in complex arithmetic, rows (n, d)."""
    for n in range(len(x)):
        step(x[n], p, out[n])


@njit([types.void(types.FunctionType(Z_JACOBIAN_SIGNATURE), Z_VECTOR, Z_MATRIX, Z_CUBE)], cache=True, **OPTIONS)
def complex_jacobians(jacobian, p, x, out):
    """x_n -> J(x_n; p) in complex arithmetic, rows (n, d) to (n, d, d)."""
    for n in range(len(x)):
        jacobian(x[n], p, out[n])
