"""The `sweep` section of a config: which values the parameters take, and in which order the points are run."""

from __future__ import annotations

import math
from functools import cache
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BeforeValidator, Field, ValidationInfo, create_model, model_validator

from sweeps.config.errors import Problems, problem
from sweeps.config.registry import Kind, Parameter
from sweeps.config.values import (
    Number,
    Positive,
    Section,
    allowing,
    default_if_empty,
    finite,
    list_of,
    one_of,
    true_or_false,
    whole,
)

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    import numpy as np
    from numpy.typing import NDArray


class Axis(Section):
    """The values of one swept parameter: either `from`, `to` and `n`, evenly spaced, or `values`.

    Attributes
    ----------
    first, last : float
        The first and the last value, ``from`` and ``to`` in the file, both included.
    n : int
        Number of values.
    log : bool
        Whether the logarithms are evenly spaced, rather than the values.
    values : tuple of float
        In place of the others: all values, in the order they are wanted; distinct unless the axis is zipped.
    """

    first: Number | None = Field(None, alias="from")
    last: Number | None = Field(None, alias="to")
    n: Annotated[int, BeforeValidator(whole(2))] | None = None
    log: Annotated[bool, BeforeValidator(true_or_false)] | None = None
    values: Annotated[tuple[float, ...], BeforeValidator(list_of(finite))] | None = None

    @property
    def size(self) -> int:
        """Number of values."""
        return self.n or len(self.values or ())

    @property
    def array(self) -> NDArray[np.float64]:
        """All values, as float64."""
        import numpy as np  # noqa: PLC0415 - not for those who only read a config

        if self.values is not None:
            return np.array(self.values, dtype=np.float64)
        spaced = np.geomspace if self.log else np.linspace
        return spaced(self.first or 0.0, self.last or 0.0, self.size, dtype=np.float64)

    @model_validator(mode="after")
    def _range_or_values(self) -> Self:
        given = {"from": self.first, "to": self.last, "n": self.n}
        absent = [key for key, value in given.items() if value is None]
        if self.values is not None:
            if len(absent) < 3 or self.log:
                raise problem("must not stand beside from, to, n and log: give one or the other", "values")
        elif absent:
            missing = "" if len(absent) == 3 else f" ({' and '.join(absent)} missing)"
            raise problem(f"needs from, to and n, or a list of values{missing}")
        elif self.first is not None and self.last is not None and self.n is not None:
            if self.last <= self.first:
                raise problem(f"must be larger than from = {self.first}", "to", value=self.last)
            if self.log and self.first <= 0:
                raise problem("must be larger than 0 where log is true", "from", value=self.first)
            step = self._smallest_step(self.first, self.last, self.n)
            if not 4 * math.ulp(self.first if self.log else max(abs(self.first), abs(self.last))) < step < math.inf:
                raise problem("must leave finite, distinct numbers between from and to", "n", value=self.n)
        return self

    def _smallest_step(self, first: float, last: float, n: int) -> float:
        if self.log:
            return first * math.expm1(min(700.0, (math.log(last) - math.log(first)) / (n - 1)))  # e^710 is none
        return (last - first) / (n - 1)

    def _leaves_whole_numbers(self) -> bool:
        """Whether `n` cuts the way between whole ends into whole steps; by ratio there are few such ways, if any."""
        if self.first is None or self.last is None or self.n is None:
            return True
        if not self.log:
            return (self.last - self.first) % (self.n - 1) == 0
        ratio = (self.last / self.first) ** (1 / (self.n - 1))
        between = (self.first * ratio**i for i in range(self.n))
        return all(abs(value - round(value)) <= 1e-9 * value for value in between)

    def check_as(self, parameter: Parameter, found: Problems, *, repeated: bool) -> None:
        """Note in `found` what values this parameter cannot take; `repeated` allows values to come again."""
        low, high, at = parameter.low, parameter.high, parameter.path
        listed = [(("values", i), value) for i, value in enumerate(self.values or ())]
        for inner, value in [(("from",), self.first), (("to",), self.last), *listed]:
            if value is not None and not low <= value <= high:
                found.add(f"must be {parameter.allowed}", *at, *inner, value=value)
            elif value is not None and parameter.whole and value % 1:
                found.add("must be a whole number", *at, *inner, value=value)
        inside = all(low <= end <= high for end in (self.first, self.last) if end is not None)
        if parameter.whole and inside and not self._leaves_whole_numbers():
            found.add("must leave whole numbers between from and to, or the values be listed", *at, "n", value=self.n)
        seen: set[float] = set()
        for i, value in enumerate(() if repeated else self.values or ()):
            if value in seen:
                found.add("must not be there twice", *at, "values", i, value=value)
            seen.add(value)


def _along(value: object, info: ValidationInfo) -> str:
    return one_of(*(one.name for one in _kind_in(info).parameters))(value)


def _kind_in(info: ValidationInfo) -> Kind:
    kind: Kind = (info.context or {})["kind"]
    return kind


Along = Annotated[str, BeforeValidator(allowing("a swept parameter of the map")(_along))]


class Continuation(Section):
    """Each point starts from the last window of its neighbour along one axis.

    Attributes
    ----------
    along : str
        The axis; may be left out if there is only one.
    origin : float
        The value of that axis at which the orbit begins; the end that the way leads away from, if it is left out. From
        an origin in between, the orbit is first carried to that end.
    direction : str
        ``right``, to larger values; ``left``; or ``both``, which gives the results a dimension `direction`.
    """

    along: Along | None = None
    origin: Number | None = None
    direction: Annotated[Literal["left", "right", "both"], BeforeValidator(one_of("left", "right", "both"))] = "right"


class Order(Section):
    """The order in which points are run.

    Attributes
    ----------
    continuation : Continuation
        Each point starts where its neighbour ended.
    """

    continuation: Annotated[Continuation, BeforeValidator(default_if_empty)] = Continuation()


class Refinement(Section):
    """Bisect along an axis wherever the label changes.

    Attributes
    ----------
    label : float
        The distance to which each change of the label is located.
    along : str
        The axis; may be left out if there is only one.
    """

    label: Positive
    along: Along | None = None


def _order(value: object) -> object:
    if value is None or value == "independent":
        return None
    if isinstance(value, str):
        raise problem("must be independent, or continuation: {...}", value=value)
    return value


@allowing("a list of swept parameters, 2 or more")
def _names(value: object, info: ValidationInfo) -> tuple[str, ...]:
    names = list_of(one_of(*(one.name for one in _kind_in(info).parameters)), distinct=True)(value)
    if len(names) < 2:
        raise problem("must name 2 swept parameters or more", value=value)
    return names


class Sweep(Section):
    """The swept parameters; every combination of their values is a point.

    Beside these keys, each parameter of the model that can be swept is one, an axis, where it stands under ``model``: a
    swept parameter needs no value there, and one that is there does not count. At least one is swept.

    Attributes
    ----------
    zip : tuple of str, or None
        Parameters whose axes, of one length, are walked along together: points one by one, not their product.
    order : Order or None
        None, or the word ``independent``: every point begins with the same start.
    refine : Refinement or None
        None: the points are those of the axes.
    """

    of: ClassVar[Kind]

    zip: Annotated[tuple[str, ...], BeforeValidator(_names)] | None = None
    order: Annotated[Order | None, BeforeValidator(_order)] = None
    refine: Refinement | None = None

    @property
    def axes(self) -> dict[str, Axis]:
        """The swept parameters, in the order in which the model lists them."""
        axes: dict[str, Axis | None] = {
            one.name: getattr(getattr(self, one.section) if one.section else self, one.name, None)
            for one in self.of.parameters
        }
        return {name: axis for name, axis in axes.items() if axis is not None}

    @property
    def zipped(self) -> tuple[str, ...]:
        """Parameters that are walked along together; none if all combine."""
        return self.zip or ()

    @property
    def size(self) -> int:
        """Number of points, without starts and directions."""
        sizes = {name: axis.size for name, axis in self.axes.items()}
        together = [sizes.pop(name) for name in self.zipped]
        return math.prod(sizes.values()) * (together[0] if together else 1)

    @property
    def continuation(self) -> Continuation | None:
        """How points go on from each other, if they do; its axis is filled in."""
        if self.order is None:
            return None
        found = self.order.continuation
        return found.model_copy(update={"along": found.along or next(iter(self.axes))})

    @property
    def refinement(self) -> Refinement | None:
        """Where labels are bisected, if they are; its axis is filled in."""
        return self.refine and self.refine.model_copy(update={"along": self.refine.along or next(iter(self.axes))})

    @model_validator(mode="after")
    def _axes_that_can_be_run(self) -> Self:
        axes = self.axes
        if not axes:
            raise problem(f"needs at least one of {', '.join('.'.join(one.path) for one in self.of.parameters)}")
        found = Problems()
        for name, axis in axes.items():
            axis.check_as(self.of[name], found, repeated=name in self.zipped)
        for name in self.zipped:
            if name not in axes:
                found.add(f"must name swept parameters, out of {', '.join(axes)}", "zip", value=name)
        sizes = {axes[name].size for name in self.zipped if name in axes}
        if len(sizes) > 1:
            found.add(f"must name axes of one length, got {', '.join(map(str, sorted(sizes)))}", "zip")
        self._check_along(found)
        found.raise_if_any()
        return self

    def _check_along(self, found: Problems) -> None:
        """See that a continuation and a refinement have an axis to go along."""
        continuation = self.order.continuation if self.order else None
        if continuation and self.refine:
            found.add("must not stand beside a continuation: bisection needs independent points", "refine")
        sections = [(("order", "continuation"), continuation), (("refine",), self.refine)]
        for at, section in sections:
            if section is None:
                continue
            along = section.along or next(iter(self.axes))
            if section.along is None and len(self.axes) > 1:
                found.add(f"is missing: there are several axes, {', '.join(self.axes)}", *at, "along")
            elif along not in self.axes or along not in self.of.followed:
                choices = [name for name in self.axes if name in self.of.followed]
                words = f"must be a swept parameter of the map, out of {', '.join(choices) or 'none'}"
                found.add(words, *at, "along", value=along)
            elif along in self.zipped:
                found.add("must not be zipped with others", *at, "along", value=along)
            elif isinstance(section, Continuation) and section.origin is not None:
                axis = self.axes[along]
                values = [value for value in (*(axis.values or ()), axis.first, axis.last) if value is not None]
                if not min(values) <= section.origin <= max(values):
                    words = f"must lie on the axis, from {min(values)} to {max(values)}"
                    found.add(words, *at, "origin", value=section.origin)


@cache
def sweep_of(kind: Kind) -> type[Sweep]:
    """Return the section `sweep` of a model: an axis for each of its parameters, and what all have."""
    inside: dict[str, list[str]] = {}
    for one in kind.parameters:
        inside.setdefault(one.section, []).append(one.name)
    fields: dict[str, Any] = {name: (Axis | None, None) for name in inside.pop("", [])}
    for section, names in inside.items():
        axes: dict[str, Any] = {name: (Axis | None, None) for name in names}
        about = f"Swept parameters in the section {section}, each an axis."
        fields[section] = (create_model(f"{section.title()}Axes", __base__=Section, __doc__=about, **axes) | None, None)
    axes_first = create_model("Axes", __base__=Section, **fields)
    made: Any = create_model("Sweep", __base__=(Sweep, axes_first), __doc__=Sweep.__doc__, __module__=__name__)
    made.of = kind
    return cast("type[Sweep]", made)
