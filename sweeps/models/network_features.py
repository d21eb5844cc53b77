"""The `model.features` section of a config of the network: the ensembles that its matrices are drawn from."""

from __future__ import annotations

from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from sweeps.config.errors import Problems, problem
from sweeps.config.values import NotNegative, Section, Seed, Signs, Size, default_if_empty, one_of, shape, whole

ORDER = ("ensemble", "n_patterns", "n_segments", "n_columns", "scale", "seed")  # of the keys in written configs
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

    @model_serializer(mode="wrap")
    def _in_order(self, serialize: SerializerFunctionWrapHandler) -> dict[str, Any]:
        values = serialize(self)
        return {key: values[key] for key in ORDER if key in values}


class Iid(Drawn):
    """Every sign a fair coin."""

    ensemble: Literal["iid"] = "iid"


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
    """

    ensemble: Literal["gaussian"] = "gaussian"
    scale: NotNegative = 0.5


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


class Positional(Section):
    """Signs of the positional columns.

    Attributes
    ----------
    o, v, q, k : rows of signs
        A row for each pattern, with ``positional_bits`` signs.
    """

    o: Signs
    v: Signs
    q: Signs
    k: Signs


class Arrays(Section):
    """Features written out.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    o, v, q, k : rows of signs
        The matrices W^o, W^v, W^q, W^k, of one shape: a row for each pattern, with a sign for each column.
    positional : Positional
        Their positional columns.
    """

    ensemble: Literal["arrays"] = "arrays"
    o: Signs
    v: Signs
    q: Signs
    k: Signs
    positional: Positional

    @property
    def n_patterns(self) -> int:
        """Number of rows."""
        return len(self.o)

    @model_validator(mode="after")
    def _same_shape(self) -> Self:
        found = Problems()
        rows, columns = shape(self.o)
        for role, matrix in (("v", self.v), ("q", self.q), ("k", self.k)):
            if shape(matrix) != (rows, columns):
                height, width = shape(matrix)
                found.add(f"has shape ({height}, {width}) but must have that of o, ({rows}, {columns})", role)
        found.raise_if_any()
        return self


ENSEMBLES = ("arrays", "cycle", "gaussian", "iid", "segments", "uniform_means")


def _known_ensemble(value: object) -> object:
    """Take features without an ensemble as the paper's."""
    if not isinstance(value, dict):
        raise problem("must be a mapping, such as {ensemble: segments, seed: 1}", value=value)
    ensemble = value.get("ensemble", "segments")
    found = Problems()
    with found.inside("ensemble"):
        one_of(*ENSEMBLES)(ensemble)
    found.raise_if_any()
    return {**value, "ensemble": ensemble}


Features = Annotated[
    Segments | Iid | Gaussian | UniformMeans | Cycle | Arrays,
    Field(discriminator="ensemble"),
    BeforeValidator(_known_ensemble),
    BeforeValidator(default_if_empty),
]
