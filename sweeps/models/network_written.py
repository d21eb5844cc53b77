"""Features that a config writes out: matrices, correlations, slots, a file of weights."""

from __future__ import annotations

import math
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, PrivateAttr, ValidationInfo, model_validator

from sweeps.config.errors import ConfigError, Problems, problem
from sweeps.config.values import (
    Matrix,
    Section,
    Signs,
    allowing,
    between,
    finite,
    list_of,
    matrix_of,
    one_of,
    shape,
    whole,
)

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    from dmfsa import Features

# Slots and positional bits of the published designs, `dmfsa.designs.PUBLISHED`.
DESIGNS = dict.fromkeys(("loop4", "loop1", "loop2", "loop3", "no_clock", "four_patterns", "cycle0121"), (4, 2))
DESIGNS |= {"three_patterns": (3, 2), "six_slots": (6, 3)}
Law = Annotated[Literal["binary", "ternary", "gaussian"], BeforeValidator(one_of("binary", "ternary", "gaussian"))]
Zeros = Annotated[float, BeforeValidator(between(0, 0.999, "between 0 and 0.999"))]
Route = Annotated[tuple[int, ...], BeforeValidator(list_of(whole(0, 2**16 - 1)))]
Numbers = Annotated[Matrix, BeforeValidator(matrix_of(finite))]


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
    def reach(self) -> float:
        """What no component of m^o exceeds."""
        return 1.0

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


class ByRole(Section):
    """Lists of whole numbers for the roles.

    Attributes
    ----------
    o, v, q, k : list of whole numbers
        One for each slot: the slot that the row of that role reads, or the phase at which its positional part is 1.
    """

    o: Route | None = None
    v: Route | None = None
    q: Route | None = None
    k: Route | None = None


@allowing("a list of slots for o, q and k alike")
def _route(value: object) -> object:
    return list_of(whole(0, 2**16 - 1))(value)


class Slots(Section):
    """A designed sequence: base patterns in slots; the positional part is rectified.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    design : str
        A published design in place of the other keys; ``loop4`` is theirs by default.
    patterns : list of whole numbers
        The base pattern in each slot.
    value : list of whole numbers
        The slot that each row of W^v reads.
    others : list of whole numbers
        The slot that each row of W^o, W^q and W^k reads; without it, the row's own.
    routes : ByRole
        The same of o, q and k apart, in place of `others`.
    codes : ByRole
        Phases at which the positional part of each row is 1: those of v and q are needed.
    """

    ensemble: Literal["slots"] = "slots"
    design: Annotated[str, BeforeValidator(one_of(*DESIGNS))] | None = None
    patterns: Route | None = None
    value: Route | None = None
    others: Annotated[tuple[int, ...], BeforeValidator(_route)] | None = None
    routes: ByRole | None = None
    codes: ByRole | None = None

    @property
    def n_patterns(self) -> int:
        """K slots."""
        return len(self.patterns) if self.patterns else DESIGNS.get(self.design or "", (4, 2))[0]

    @property
    def reach(self) -> float:
        """What no component of m^o exceeds."""
        return 1.0

    def make(self, positional_bits: int) -> Features:
        """Make the features; raises `ValueError`, as `dmfsa.Features.slots`."""
        from dmfsa import Features  # noqa: PLC0415 - NumPy loads long

        if self.design is not None:
            return Features.slots(self.design)
        routes = None if self.routes is None else self.routes.model_dump(exclude_none=True)
        return Features.slots(
            patterns=self.patterns or (),
            value=self.value or (),
            others=self.others if routes is None else routes,
            codes=None if self.codes is None else self.codes.model_dump(exclude_none=True),
            positional_bits=positional_bits,
        )

    def misfit(self, positional_bits: int) -> str:
        """Say what is wrong with routes and codes; nothing if they fit."""
        if self.design is not None and positional_bits != (own := DESIGNS[self.design][1]):
            return f"needs positional_bits = {own}, got {positional_bits}"
        try:
            self.make(positional_bits)
        except ValueError as error:
            return f"cannot be made: {error}"
        return ""

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        others = [key for key in ("patterns", "value", "others", "routes", "codes") if getattr(self, key) is not None]
        if self.design is not None and others:
            raise problem(f"must stand alone, without {', '.join(others)}", "design", value=self.design)
        if self.design is None and (self.patterns is None or self.value is None):
            raise problem("needs patterns and value, or the name of a design")
        if self.others is not None and self.routes is not None:
            raise problem("must not stand beside routes", "others", value=list(self.others))
        return self


class Roles(Section):
    """Correlations of the four matrices with W^o.

    Attributes
    ----------
    o, v, q, k : rows of numbers
        E[W^o_b W^α_a] in row b and column a.
    """

    o: Numbers
    v: Numbers
    q: Numbers
    k: Numbers


class Correlations(Section):
    """Correlations written out in place of matrices.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    c : Roles
        Correlations of pairs, see `dmfsa.Features.from_correlations`.
    d : rows of numbers
        Correlations of W^α with the product of all three W^o, a row for each of o, v, q, k; for three patterns.
    weights : str
        What W^o is made of at these correlations; without it, independent signs given each other matrix.
    zeros : float
        Share of zeros of ternary weights; without it one half.
    positional : Positional
        Positional columns.
    """

    ensemble: Literal["correlations"] = "correlations"
    c: Roles
    d: Numbers | None = None
    weights: Law | None = None
    zeros: Zeros | None = None
    positional: Positional

    @property
    def n_patterns(self) -> int:
        """Number of rows."""
        return len(self.c.o)

    @property
    def reach(self) -> float:
        """What no component of m^o exceeds: the standard deviations of Gaussian weights."""
        return max(1.0, *(math.sqrt(abs(row[b])) for b, row in enumerate(self.c.o)))

    def make(self, positional_bits: int) -> Features:
        """Make the features; raises `ValueError`, as `dmfsa.Features.from_correlations`."""
        from dmfsa import Features  # noqa: PLC0415 - NumPy loads long

        more = {} if self.zeros is None else {"zeros": self.zeros}
        c, positional = ([getattr(of, role) for role in "ovqk"] for of in (self.c, self.positional))
        return Features.from_correlations(c, self.d, positional=positional, weights=self.weights, **more)

    def misfit(self, positional_bits: int) -> str:
        """Say what is wrong with them; nothing if they fit."""
        try:
            made = self.make(positional_bits)
        except ValueError as error:
            return f"cannot be used: {error}"
        return _bits(made, positional_bits)

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found, n = Problems(), self.n_patterns
        for role in "ovqk":
            if shape(getattr(self.c, role)) != (n, n):
                found.add(f"has shape {shape(getattr(self.c, role))} but must have shape {(n, n)}", "c", role)
        if self.zeros is not None and self.weights != "ternary":
            found.add("goes only with weights: ternary", "zeros", value=self.zeros)
        found.raise_if_any()
        return self


@allowing("the name of a .npz file")
def _weights_file(value: object, info: ValidationInfo) -> Path:
    """Return the whole path, from the folder of the config file where there is one, or else the current one."""
    if not isinstance(value, str | Path) or Path(value).suffix != ".npz" or not str(value).isprintable():
        raise problem("must be the name of a .npz file", value=value)
    return Path((info.context or {}).get("folder", ""), value).absolute()


class File(Section):
    """Weights in a file, any real numbers.

    Attributes
    ----------
    ensemble : str
        Names this kind of features.
    file : Path
        An npz file with arrays o, v, q, k (n_patterns, n_columns) and positional (4, n_patterns, positional_bits) of
        signs. Relative to the config file's folder.
    """

    ensemble: Literal["file"] = "file"
    file: Annotated[Path, BeforeValidator(_weights_file)]
    _features: Any = PrivateAttr(None)

    @property
    def n_patterns(self) -> int:
        """Rows of the matrices."""
        return self.make(0).n_patterns

    @property
    def reach(self) -> float:
        """What no component of m^o exceeds: means of |W^o|."""
        output = self.make(0).semantic
        return 1.0 if output is None else float(abs(output[0]).mean(axis=1).max())

    def make(self, positional_bits: int) -> Features:
        """Read the features, once."""
        from dmfsa import Features  # noqa: PLC0415 - NumPy loads long
        from sweeps.models.made import arrays_of  # noqa: PLC0415 - NumPy loads long

        if self._features is None:
            arrays = arrays_of(self.file, "the file", ("o", "v", "q", "k", "positional"))
            self._features = Features.from_arrays(**arrays)
        found: Features = self._features
        return found

    def misfit(self, positional_bits: int) -> str:
        """Say what is wrong with its clock; nothing if it fits."""
        return _bits(self.make(0), positional_bits)

    @model_validator(mode="after")
    def _can_be_read(self) -> Self:
        try:
            self.make(0)
        except (ConfigError, ValueError) as error:
            raise problem(f"cannot be used: {str(error).rstrip('.')}", "file", value=str(self.file)) from None
        return self


def _bits(features: Features, positional_bits: int) -> str:
    given = features.positional_bits
    return f"has {given} positional columns but positional_bits = {positional_bits}" if given != positional_bits else ""
