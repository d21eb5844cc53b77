"""Elementary functions of the compiled code against correctly rounded ones."""

import math

import numpy as np
import pytest
from numba import njit

from dmfsa import _elementary_kernels as elementary
from dmfsa._lanes import copysign, in_lanes

ULP = 4  # units in the last place that an elementary function may be off


WIDTH = 16


def over(name, x):
    """The function at every x, `WIDTH` of them at a time, as in the map."""
    padded = np.resize(x, (-(-x.size // WIDTH), WIDTH))
    out = np.empty_like(padded)
    with np.errstate(all="ignore"):
        LOOPS[name](padded, out)
    return out.ravel()[: x.size]


@njit(**elementary.OPTIONS)
def exp_loop(x, out):
    given, values = in_lanes(x, WIDTH), in_lanes(out, WIDTH)
    for i in range(len(given)):
        values[i] = elementary.exp(given[i])


@njit(**elementary.OPTIONS)
def tanh_loop(x, out):
    given, values = in_lanes(x, WIDTH), in_lanes(out, WIDTH)
    for i in range(len(given)):
        values[i] = elementary.tanh(given[i], elementary.exp(-2.0 * copysign(given[i], 1.0)))


@njit(**elementary.OPTIONS)
def log_loop(x, out):
    given, values = in_lanes(x, WIDTH), in_lanes(out, WIDTH)
    for i in range(len(given)):
        values[i] = elementary.log(given[i])


LOOPS = {"exp": exp_loop, "tanh": tanh_loop, "log": log_loop}


def correctly_rounded(name, x):
    """In extended precision, then rounded to double."""
    with np.errstate(under="ignore"):
        return getattr(np, name)(x.astype(np.longdouble)).astype(np.float64)


@pytest.mark.use_numba
@pytest.mark.parametrize(
    ("name", "ranges"),
    [
        ("exp", [(-708.0, 709.0), (-1.0, 1.0), (-1e-9, 1e-9)]),
        ("tanh", [(-30.0, 30.0), (-1.0, 1.0), (0.6, 0.65), (-1e-9, 1e-9)]),
        ("log", [(1e-300, 1e-290), (0.0, 10.0), (0.99, 1.01), (1e250, 1e300)]),
    ],
)
def test_elementary_functions_are_right_to_a_few_units_in_the_last_place(name, ranges):
    n = 20_000
    rng = np.random.default_rng(1)
    x = np.concatenate([rng.uniform(*bounds, size=n) for bounds in ranges])
    exact = correctly_rounded(name, x)
    error = np.abs(over(name, x) - exact) / np.spacing(np.abs(exact))
    assert error.max() <= ULP


@pytest.mark.use_numba
def test_elementary_functions_at_the_ends_of_their_range():
    assert over("exp", np.array([0.0, -0.0, -709.0, -1e300])).tolist() == [1.0, 1.0, 0.0, 0.0]
    assert over("exp", np.array([800.0]))[0] == pytest.approx(math.exp(709.0), rel=1e-14)
    assert over("tanh", np.array([0.0, 400.0, -400.0])).tolist() == [0.0, 1.0, -1.0]
    assert over("log", np.array([0.0, 1.0])).tolist() == [-math.inf, 0.0]
    for name in ("exp", "tanh"):
        assert np.isnan(over(name, np.array([math.nan]))[0])
