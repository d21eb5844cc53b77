"""What goes into the analyses, and what comes out of them as JSON."""

import json
from dataclasses import dataclass
from enum import Enum

import numpy as np
import pytest

from attractors.results import Result
from attractors.series import as_series


def test_a_series_is_rows_of_samples():
    assert as_series([1, 2, 3]).shape == (3, 1)
    orbit = np.arange(6.0).reshape(3, 2)
    columns = np.asfortranarray(orbit)
    assert np.shares_memory(as_series(columns), columns)
    assert as_series(orbit).flags.f_contiguous


@pytest.mark.parametrize(
    ("series", "message"),
    [
        (np.zeros((2, 2, 2)), r"series must have shape \(n,\) or \(n, m\), got \(2, 2, 2\)"),
        (np.zeros((5, 0)), "series must have shape"),
        ([1.0], "at least 2 samples, got 1"),
        ([0.0, 1.0, np.inf], r"series\[2\] is not finite"),
        ([[0.0, 1.0], [np.nan, 1.0], [np.nan, 0.0]], r"series\[1\] is not finite"),
    ],
)
def test_what_is_no_series_is_told(series, message):
    with pytest.raises(ValueError, match=message):
        as_series(series)


class Weather(Enum):
    FINE = "Go out."


@dataclass(frozen=True, eq=False)
class Inner(Result):
    number: int


@dataclass(frozen=True, eq=False)
class Outer(Result):
    answer: float
    values: np.ndarray
    flags: np.ndarray
    long: np.ndarray
    multiplier: complex
    inner: Inner
    pair: tuple[float, ...]
    nothing: None
    status: Weather


def test_results_become_json():
    outer = Outer(
        float("nan"),
        np.array([1.5, -np.inf]),
        np.array([True, False]),
        np.zeros((50, 50)),
        1 + 2j,
        Inner(np.int64(3)),
        (np.float64(0.5), np.inf),
        None,
        Weather.FINE,
    )
    expected = {
        "answer": None,
        "values": [1.5, "-inf"],
        "flags": [True, False],
        "long": {"shape": [50, 50]},
        "multiplier": {"real": 1.0, "imag": 2.0},
        "inner": {"number": 3},
        "pair": [0.5, "inf"],
        "nothing": None,
        "status": "fine",
        "message": "Go out.",
    }
    assert outer.to_dict() == expected
    assert json.loads(json.dumps(outer.to_dict(), allow_nan=False)) == expected
