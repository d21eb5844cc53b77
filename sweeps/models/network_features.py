"""The `model.features` section of a config of the network: the ensembles that its matrices are drawn from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from sweeps.config.errors import Problems, problem
from sweeps.config.values import (
    NotNegative,
    Section,
    Seed,
    Size,
    default_if_empty,
    finite,
    list_of,
    one_of,
    whole,
)
from sweeps.models.network_written import Arrays, Correlations, File, Law, Slots, Zeros

ORDER = (  # of the keys in written configs
    *("ensemble", "n_patterns", "n_segments", "n_columns", "scale", "seed"),
    *("values", "probabilities", "weights", "zeros"),
)
FewPatterns = Annotated[int, BeforeValidator(whole(1, 16))]  # where all 2^(n_patterns - 1) sign classes are kept


class Drawn(Section):
    """Features that a seed fixes.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    n_patterns : int
        Features in each matrix, M.
    n_columns : int
        Semantic columns, N.
    seed : int
        Fixes the draw, to the bit that of the published code.
    """

    ensemble: str
    n_patterns: Size = 3
    n_columns: Size = 99
    seed: Seed = 1

    @property
    def reach(self) -> float:
        """What no component of m^o exceeds."""
        return 1.0

    @model_serializer(mode="wrap")
    def _in_order(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values = serialize(self)
        return {key: values[key] for key in ORDER if key in values}


Numbers = Annotated[tuple[float, ...], BeforeValidator(list_of(finite))]


class Iid(Drawn):
    """Every entry from one table, or without one a fair coin for its sign.

    Attributes
    ----------
    values : list of numbers
        What an entry may be: ``[-1, 0, 1]`` are ternary weights.
    probabilities : list of numbers
        How often each of the values is; without it all equally often.
    """

    ensemble: Literal["iid"] = "iid"
    values: Numbers | None = None
    probabilities: Numbers | None = None

    @property
    def reach(self) -> float:
        """The largest value."""
        return max(map(abs, self.values)) if self.values else 1.0

    @model_validator(mode="after")
    def _one_probability_each(self) -> Self:
        values, chances = self.values or (-1.0, 1.0), self.probabilities
        if len(set(values)) < len(values) or not any(values):
            raise problem("must be different numbers, and not 0 alone", "values", value=list(values))
        if chances is not None and len(chances) != len(values):
            raise problem(f"must have a number for each of {len(values)} values", "probabilities", value=list(chances))
        if chances is not None and (min(chances) < 0 or abs(sum(chances) - 1) > 1e-9):
            raise problem("must be 0 or larger and sum to 1", "probabilities", value=list(chances))
        return self


class Segments(Drawn):
    """The paper's features: constant on equal segments of the columns, each sign a fair coin.

    Attributes
    ----------
    n_segments : int
        Segments of the columns.
    n_columns : int
        Semantic columns, N, a multiple of the number of segments.
    """

    ensemble: Literal["segments"] = "segments"
    n_segments: Size = 3

    @model_validator(mode="after")
    def _equal_segments(self) -> Self:
        if self.n_columns % self.n_segments:
            sentence = f"must be a multiple of n_segments = {self.n_segments}: the segments are equal"
            raise problem(sentence, "n_columns", value=self.n_columns)
        return self


class DrawnAfterColumns(Drawn):
    """Correlations that are drawn after the semantic columns.

    Attributes
    ----------
    n_columns : int
        Semantic columns, N. They are drawn first: the correlations of a seed depend on N. Tokens are taken from them.
    """

    n_patterns: FewPatterns = 3


class Gaussian(DrawnAfterColumns):
    """Correlations drawn from a normal distribution, clipped to [-1, 1].

    Attributes
    ----------
    scale : float
        Standard deviation of the correlations.
    weights : str
        What W^o is made of at these correlations, see `dmfsa.Features.gaussian`; without it, as published.
    zeros : float
        Share of zeros of ternary weights; without it one half.
    """

    ensemble: Literal["gaussian"] = "gaussian"
    scale: NotNegative = 0.5
    weights: Law | None = None
    zeros: Zeros | None = None

    @model_validator(mode="after")
    def _zeros_are_ternary(self) -> Self:
        if self.zeros is not None and self.weights != "ternary":
            raise problem("goes only with weights: ternary", "zeros", value=self.zeros)
        return self


class UniformMeans(DrawnAfterColumns):
    """Correlations that are products of means, drawn uniformly between 0 and 1."""

    ensemble: Literal["uniform_means"] = "uniform_means"


class Cycle(Drawn):
    """Orthogonal patterns, each pointing to the next.

    Attributes
    ----------
    n_columns : int
        Semantic columns, N. They are drawn first: the positional columns of a seed depend on N; nothing else does.
    seed : int
        Fixes the positional columns.
    """

    ensemble: Literal["cycle"] = "cycle"
    n_patterns: FewPatterns = 3


ENSEMBLES = ("arrays", "correlations", "cycle", "file", "gaussian", "iid", "segments", "slots", "uniform_means")


def _known_ensemble(value: object) -> object:
    """Take features without an ensemble as the paper's."""
    if not isinstance(value, dict):
        raise problem("must be a mapping, such as {ensemble: segments, seed: 1}", value=value)
    ensemble = value.get("ensemble", "segments" if value.get("file") is None else "file")
    found = Problems()
    with found.inside("ensemble"):
        one_of(*ENSEMBLES)(ensemble)
    found.raise_if_any()
    return {**value, "ensemble": ensemble}


Features = Annotated[
    Segments | Iid | Gaussian | UniformMeans | Cycle | Slots | Arrays | Correlations | File,
    Field(discriminator="ensemble"),
    BeforeValidator(_known_ensemble),
    BeforeValidator(default_if_empty),
]
