"""What a single value in a config may be: numbers, words, lists, matrices, sections of known keys.

A rule takes what was written and returns it in its proper type, or raises a `problem`. What it allows it also says in
words, for the guide: `allowed_by`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from typing import Annotated, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict
from pydantic_core import PydanticUseDefault

from sweeps.config.errors import Problems, nearest, problem

LARGEST = 10_000_000  # patterns, columns, points: beyond it is a slip of the finger

T = TypeVar("T")
Rule = Callable[[object], T]
AnyRule = TypeVar("AnyRule", bound=Callable[..., object])  # also one that asks for the folder of the config


class Section(BaseModel):
    """A mapping of the YAML file: read-only, and no keys but its own."""

    model_config = ConfigDict(frozen=True, extra="forbid")


def allowing(words: str) -> Callable[[AnyRule], AnyRule]:
    """Note on a rule what it allows."""

    def note(rule: AnyRule) -> AnyRule:
        rule.__dict__["allowed"] = words
        return rule

    return note


def allowed_by(rule: object) -> str:
    """Return what a rule allows, in words; nothing for what only rearranges values.

    Examples
    --------
    >>> allowed_by(whole(1, 16))
    'a whole number, 1 to 16'
    >>> allowed_by(default_if_empty)
    ''
    """
    return str(getattr(rule, "allowed", ""))


@allowing("a finite number")
def finite(value: object) -> float:
    """Accept a finite number, -0.0 as 0.0; not true, '1', nan or 10**400."""
    try:
        if isinstance(value, (int, float)) and not isinstance(value, bool) and math.isfinite(value):
            return float(value) + 0.0
    except OverflowError:
        pass
    raise problem("must be a finite number", value=value)


def between(low: float, high: float, allowed: str) -> Rule[float]:
    """Accept a number from `low` to `high`; `allowed` says so in words."""

    @allowing(f"a number, {allowed}")
    def rule(value: object) -> float:
        number = finite(value)
        if not low <= number <= high:
            raise problem(f"must be {allowed}", value=value)
        return number

    return rule


def whole(low: int, high: int = LARGEST) -> Rule[int]:
    """Accept a whole number from `low` to `high`, also as 4.0 or 1e5."""
    reach = f"{low} or more" if high == LARGEST else f"{low} to {high:_}"

    @allowing(f"a whole number, {reach}")
    def rule(value: object) -> int:
        if isinstance(value, bool) or not isinstance(value, (int, float)) or value % 1 != 0:
            raise problem("must be a whole number", value=value)
        if not low <= value <= high:
            limit = f"at least {low}" if value < low else f"at most {high}"
            raise problem(f"must be {limit}", value=value)
        return int(value)

    return rule


@allowing("a number larger than 0")
def positive(value: object) -> float:
    """Accept a finite number larger than 0."""
    number = finite(value)
    if number <= 0:
        raise problem("must be larger than 0", value=value)
    return number


@allowing("true or false")
def true_or_false(value: object) -> bool:
    """Accept true or false."""
    if not isinstance(value, bool):
        raise problem("must be true or false", value=value)
    return value


@allowing("1 or -1")
def sign(value: object) -> int:
    """Accept 1 or -1."""
    if isinstance(value, bool) or not isinstance(value, (int, float)) or value not in (-1, 1):
        raise problem("must be 1 or -1", value=value)
    return int(value)


def one_of(*choices: str) -> Rule[str]:
    """Accept one of these words."""

    @allowing(" or ".join(f"`{choice}`" for choice in choices))
    def rule(value: object) -> str:
        if isinstance(value, str) and value in choices:
            return value
        allowed = "one of " * (len(choices) > 1) + ", ".join(choices)
        raise problem(f"must be {allowed}{nearest(value, choices)}", value=value)

    return rule


def list_of(rule: Rule[T], *, distinct: bool = False) -> Rule[tuple[T, ...]]:
    """Accept a list of 1 to `LARGEST` values, each as `rule` has it."""

    @allowing(f"a list, each {allowed_by(rule)}" + ", none twice" * distinct)
    def check(value: object) -> tuple[T, ...]:
        if not isinstance(value, (list, tuple)) or not 0 < len(value) <= LARGEST:
            raise problem("must be a list that is not empty", value=value)
        found = Problems()
        items: list[T] = []
        seen: set[T] = set()
        for index, given in enumerate(value):
            with found.inside(index):
                items.append(rule(given))
                if not distinct:
                    continue
                if items[-1] in seen:
                    raise problem("must not be there twice", value=given)
                seen.add(items[-1])
        found.raise_if_any()
        return tuple(items)

    return check


def matrix_of(rule: Rule[T]) -> Rule[tuple[tuple[T, ...], ...]]:
    """Accept a list of rows of equal length."""
    rows = list_of(list_of(rule))

    @allowing(f"a list of rows of equal length, each value {allowed_by(rule)}")
    def check(value: object) -> tuple[tuple[T, ...], ...]:
        matrix = rows(value)
        if len({len(row) for row in matrix}) > 1:
            raise problem("must have rows of equal length", value=value)
        return matrix

    return check


def shape(matrix: Sequence[Sequence[object]]) -> tuple[int, int]:
    """Return the number of rows and of columns."""
    return len(matrix), len(matrix[0])


def default_if_empty(value: object) -> object:
    """Take a key without a value as one that is not there."""
    if value is None:
        raise PydanticUseDefault
    return value


Number = Annotated[float, BeforeValidator(finite)]
Positive = Annotated[float, BeforeValidator(positive)]
NotNegative = Annotated[float, BeforeValidator(between(0, math.inf, "0 or larger"))]
Fraction = Annotated[float, BeforeValidator(between(0, 1, "between 0 and 1"))]
Size = Annotated[int, BeforeValidator(whole(1))]
Seed = Annotated[int, BeforeValidator(whole(0, 2**32 - 1))]
Matrix = tuple[tuple[float, ...], ...]
Signs = Annotated[tuple[tuple[int, ...], ...], BeforeValidator(matrix_of(sign))]
