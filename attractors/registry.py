"""The analyses that `analyse` does of a series: each registers itself, in its own file."""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.results import Result
from attractors.series import constant_columns


@dataclass(frozen=True, eq=False)
class Recording:
    """A series that is analysed, and what has been found in it so far.

    Attributes
    ----------
    samples : array, shape (n, m)
        As `as_series` returns them.
    context : int or None
        Tokens in the context window.
    clock_period : int
        Period of the drive.
    """

    samples: FloatArray
    context: int | None = None
    clock_period: int = 1
    _found: dict[str, Result] = field(default_factory=dict)

    @cached_property
    def varying(self) -> npt.NDArray[np.bool_]:
        """Components (m,) that vary beyond rounding."""
        return ~constant_columns(self.samples)

    @property
    def first(self) -> FloatArray:
        """The first component that varies, (n,); the first of all if none does."""
        return self.samples[:, int(np.argmax(self.varying))]

    def answer(self, name: str) -> Any:
        """Return the answer of a registered analysis, which is done once however many others build on it."""
        if name not in self._found:
            self._found[name] = ANALYSES[name].function(self)
        return self._found[name]


OfRecording = Callable[[Recording], Result]


@dataclass(frozen=True)
class SeriesAnalysis:
    """One entry of the registry; `analyses` describes the fields."""

    name: str
    title: str
    function: OfRecording
    thorough: bool
    applies: Callable[[Recording], bool]


ANALYSES: dict[str, SeriesAnalysis] = {}


def analyses(
    name: str, title: str, *, thorough: bool = False, applies: Callable[[Recording], bool] = lambda _: True
) -> Callable[[OfRecording], OfRecording]:
    """Register a function of a `Recording` as one more analysis that `analyse` does, prints and turns into JSON.

    Parameters
    ----------
    name : str
        Attribute of `Analysis`, and key of its JSON, under which the answer stands.
    title : str
        Stands before the answer's line where it is printed.
    thorough : bool
        Whether it takes long, and is done only if asked for.
    applies : callable, optional
        Of the recording: whether it can be analysed so at all. Where it cannot, the answer is None.

    Raises
    ------
    ValueError
        If another analysis has this name.

    Examples
    --------
    >>> from attractors import SampleEntropy, sample_entropy
    >>> @analyses("coarse_entropy", "entropy of every second sample", applies=lambda x: len(x.samples) > 100)
    ... def coarse_entropy(recording: Recording) -> SampleEntropy:
    ...     return sample_entropy(recording.first[::2])
    >>> del ANALYSES["coarse_entropy"]
    """
    if name in ANALYSES:
        raise ValueError(f"an analysis named {name!r} is registered already, by {ANALYSES[name].function.__module__}")

    def register(function: OfRecording) -> OfRecording:
        ANALYSES[name] = SeriesAnalysis(name, title, function, thorough, applies)
        return function

    return register


def in_order() -> list[SeriesAnalysis]:
    """Return all analyses in the order in which answers stand: the quick ones first, each by folder and file."""
    return sorted(ANALYSES.values(), key=lambda entry: (entry.thorough, entry.function.__module__))
