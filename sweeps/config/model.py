"""The `model` section of a config: the features of the network and its parameters."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, model_validator

from sweeps.config.errors import Problems, problem
from sweeps.config.values import (
    Fraction,
    NotNegative,
    Number,
    Section,
    Seed,
    Signs,
    Size,
    allowed_by,
    allowing,
    default_if_empty,
    one_of,
    shape,
    whole,
)

MOST_SPINS = 2**53  # whole numbers up to here are doubles
FewPatterns = Annotated[int, BeforeValidator(whole(1, 16))]  # where all 2^(n_patterns - 1) sign classes are kept


class Iid(Section):
    """Every sign a fair coin.

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

    ensemble: Literal["iid"] = "iid"
    n_patterns: Size = 3
    n_columns: Size = 99
    seed: Seed = 1


class Segments(Section):
    """The paper's features: constant on equal segments of the columns, each sign a fair coin.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    n_patterns : int
        Features in each matrix, M.
    n_segments : int
        Segments of the columns.
    n_columns : int
        Semantic columns, N, a multiple of the number of segments.
    seed : int
        Fixes the draw, to the bit that of the published code.
    """

    ensemble: Literal["segments"] = "segments"
    n_patterns: Size = 3
    n_segments: Size = 3
    n_columns: Size = 99
    seed: Seed = 1

    @model_validator(mode="after")
    def _equal_segments(self) -> Self:
        if self.n_columns % self.n_segments:
            sentence = f"must be a multiple of n_segments = {self.n_segments}: the segments are equal"
            raise problem(sentence, "n_columns", value=self.n_columns)
        return self


class Gaussian(Section):
    """Correlations drawn from a normal distribution, clipped to [-1, 1].

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    n_patterns : int
        Features in each matrix, M.
    n_columns : int
        Semantic columns, N. They are drawn first: the correlations of a seed depend on N. Tokens are taken from them.
    scale : float
        Standard deviation of the correlations.
    seed : int
        Fixes the draw, to the bit that of the published code.
    """

    ensemble: Literal["gaussian"] = "gaussian"
    n_patterns: FewPatterns = 3
    n_columns: Size = 99
    scale: NotNegative = 0.5
    seed: Seed = 1


class UniformMeans(Section):
    """Correlations that are products of means, drawn uniformly between 0 and 1.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    n_patterns : int
        Features in each matrix, M.
    n_columns : int
        Semantic columns, N. They are drawn first: the correlations of a seed depend on N. Tokens are taken from them.
    seed : int
        Fixes the draw, to the bit that of the published code.
    """

    ensemble: Literal["uniform_means"] = "uniform_means"
    n_patterns: FewPatterns = 3
    n_columns: Size = 99
    seed: Seed = 1


class Cycle(Section):
    """Orthogonal patterns, each pointing to the next.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    n_patterns : int
        Features in each matrix, M.
    n_columns : int
        Semantic columns, N. They are drawn first: the positional columns of a seed depend on N; nothing else does.
    seed : int
        Fixes the positional columns.
    """

    ensemble: Literal["cycle"] = "cycle"
    n_patterns: FewPatterns = 3
    n_columns: Size = 99
    seed: Seed = 1


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


@allowing(allowed_by(whole(1, MOST_SPINS)))
def _spins(value: object) -> object:
    return None if value is None else whole(1, MOST_SPINS)(value)


class Model(Section):
    """The network, with the paper's values where nothing is written.

    Attributes
    ----------
    features : Segments, Iid, Gaussian, UniformMeans, Cycle or Arrays
        The feature matrices; the key ``ensemble`` tells which (default segments).
    context : int
        Tokens in the window, L; at most ``2**positional_bits``.
    positional_bits : int
        Bits of the positional encoding, P. The clock has period ``2**positional_bits``.
    epsilon : float
        Weight of the positional part, ε. At 0 there is no clock.
    gamma : float
        Inverse temperature of the attention, γ; the softmax sees γ/√M.
    beta : float or None
        Inverse temperature of the output, β. Needed unless it is swept.
    n_spins : int or None
        Spins of a finite network, which is noisy; with ``segments``, ``iid``, ``arrays``. Without it, the mean field,
        their limit.
    noise_seed : int or None
        Of that noise; without it 0. Every point of a sweep has noise of its own.
    """

    features: Features = Segments()
    context: Size = 4
    positional_bits: Annotated[int, BeforeValidator(whole(1, 16))] = 2
    epsilon: Fraction = 0.02
    gamma: Number = 220.0
    beta: NotNegative | None = None
    n_spins: Annotated[int | None, BeforeValidator(_spins)] = None
    noise_seed: Seed | None = None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = Problems()
        if self.context > 2**self.positional_bits:
            limit = f"2**positional_bits = {2**self.positional_bits}"
            found.add(f"must be at most {limit}", "context", value=self.context)
        if isinstance(self.features, Segments) and self.positional_bits > self.features.n_columns:
            sentence = f"must be at most n_columns = {self.features.n_columns} with ensemble segments"
            found.add(sentence, "positional_bits", value=self.positional_bits)
        if self.n_spins is not None and not isinstance(self.features, (Segments, Iid, Arrays)):
            sentence = (
                f"must be absent with ensemble {self.features.ensemble}: it has no matrices whose spins could be drawn"
            )
            found.add(sentence, "n_spins", value=self.n_spins)
        fits = (self.features.n_patterns, self.positional_bits)
        if isinstance(self.features, Arrays):
            for role in "ovqk":
                given = shape(getattr(self.features.positional, role))
                if given != fits:
                    must = f"has shape {given} but must have shape {fits}: n_patterns, positional_bits"
                    found.add(must, "features", "positional", role)
        found.raise_if_any()
        return self
