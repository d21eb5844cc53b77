"""The `start` section of a config: where orbits begin."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, ClassVar, Literal, Self

from pydantic import BeforeValidator, ValidationInfo, model_validator

from sweeps.config.errors import Problems, nearest, problem
from sweeps.config.model import Model
from sweeps.config.values import (
    Matrix,
    Section,
    Seed,
    Size,
    allowing,
    finite,
    list_of,
    matrix_of,
    one_of,
    shape,
    true_or_false,
    whole,
)

# Name and shape (context, n_patterns). The paper starts from the window it had reached at beta = 3.
NAMED_WINDOWS = {"paper_beta3": (4, 3)}
MOST_NAMES = 10_000  # of starts in a list
LONGEST_NAME = 60  # characters, of a start in a list


class RandomStarts(Section):
    """Windows drawn at random, uniform in [-1, 1].

    Attributes
    ----------
    n : int
        How many; more than one become an axis of the results.
    seed : int
        Fixes the draw.
    """

    n: Size = 1
    seed: Seed = 0


@allowing("`paper_beta3`, or a list of rows of equal length, each value a finite number")
def _window(value: object) -> object:
    if isinstance(value, str):
        if value in NAMED_WINDOWS:
            return value
        names = ", ".join(NAMED_WINDOWS)
        raise problem(f"must be {names} or a list of rows{nearest(value, NAMED_WINDOWS)}", value=value)
    return matrix_of(finite)(value)


@allowing("`o`, `v`, `q` or `k` and the number of a row: `o0`")
def _token(value: object) -> object:
    if isinstance(value, str) and re.fullmatch("[ovqk](0|[1-9][0-9]{0,7})", value):
        return value
    raise problem("must be o, v, q or k and the number of a row, such as o0", value=value)


@allowing("the name of a .npz file")
def _checkpoint(value: object, info: ValidationInfo) -> Path:
    """Return the path, from the folder of the config file where there is one."""
    if not isinstance(value, str) or not value.endswith(".npz") or not value.isprintable():
        raise problem("must be the name of a .npz file", value=value)
    return Path((info.context or {}).get("folder", ""), value)


@allowing("the name of a folder")
def _folder(value: object, info: ValidationInfo) -> Path:
    """Return the path, from the folder of the config file where there is one."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise problem("must be the name of a folder of results", value=value)
    return Path((info.context or {}).get("folder", ""), value)


@allowing(f"text on one line, 1 to {LONGEST_NAME} characters")
def _name(value: object) -> str:
    if isinstance(value, str) and value.strip() and value.isprintable() and len(value) <= LONGEST_NAME:
        return value
    raise problem(f"must be text of 1 to {LONGEST_NAME} characters on one line", value=value)


class OneStart(Section):
    """What an orbit begins with, or several: exactly one of `window`, `token`, `random`, `checkpoint`.

    Attributes
    ----------
    window : str or tuple of rows, shape (context, n_patterns)
        Attention vectors, newest first; or ``paper_beta3``, the window that the paper starts from.
    phase : int
        Of the newest token of a window written out, less than the clock's period; 0 where nothing is written.
    token : str
        A row of a feature matrix: ``o0`` is the first row of W^o.
    random : RandomStarts
        Windows drawn at random.
    checkpoint : Path
        An npz file with a window, ``attention``, and its ``phase``. Relative to the config file's folder.
    """

    KINDS: ClassVar[tuple[str, ...]] = ("checkpoint", "random", "token", "window")
    ALONE: ClassVar[str] = "each start is an entry of its own"

    window: Annotated[str | Matrix, BeforeValidator(_window)] | None = None
    phase: Annotated[int, BeforeValidator(whole(0, 2**30))] | None = None
    token: Annotated[str, BeforeValidator(_token)] | None = None
    random: RandomStarts | None = None
    checkpoint: Annotated[Path, BeforeValidator(_checkpoint)] | None = None

    @property
    def kind(self) -> str:
        """Which one is given: the name of its key."""
        return next(kind for kind in self.KINDS if getattr(self, kind) is not None)

    @property
    def n(self) -> int:
        """Number of starts."""
        return self.random.n if self.random else 1

    @model_validator(mode="before")
    @classmethod
    def _not_two(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        kinds = [key for key, value in given.items() if key in cls.KINDS and value is not None]
        if len(kinds) > 1:
            others = f"(beside {' and '.join(kinds[:-1])})"
            advice = cls.ALONE.format(kinds[-1])
            allowed = f"exactly one of {', '.join(cls.KINDS)} is allowed"
            raise problem(f"is one start too many {others}: {allowed}; {advice}", kinds[-1])
        if isinstance(given.get("window"), list) and given.get("phase") is None:
            return {**given, "phase": 0}
        return given

    @model_validator(mode="after")
    def _one(self) -> Self:
        if all(getattr(self, kind) is None for kind in self.KINDS):
            raise problem(f"needs exactly one of {', '.join(self.KINDS)}")
        if self.phase is not None and not isinstance(self.window, tuple):
            raise problem("goes only with a window that is written out", "phase", value=self.phase)
        return self

    def check_against(self, model: Model, found: Problems, *at: str | int) -> None:
        """Note in `found` what of this start, which stands at `at`, the model has no place for."""
        n_patterns = model.features.n_patterns
        fits = (model.context, n_patterns)
        if self.window is not None:
            given = NAMED_WINDOWS[self.window] if isinstance(self.window, str) else shape(self.window)
            if given != fits:
                name = f"({self.window}) " if isinstance(self.window, str) else ""
                sentence = f"{name}has shape {given} but must have shape {fits}: context, n_patterns"
                found.add(sentence, *at, "window")
        period = 2**model.positional_bits
        if self.phase is not None and self.phase >= period:
            sentence = f"must be less than the clock's period, 2**positional_bits = {period}"
            found.add(sentence, *at, "phase", value=self.phase)
        if self.token is not None and int(self.token[1:]) >= n_patterns:
            sentence = f"must name one of the {n_patterns} rows, 0 to {n_patterns - 1}"
            found.add(sentence, *at, "token", value=self.token)


class ListedStart(OneStart):
    """An entry of a list of starts.

    Attributes
    ----------
    name : str
        By which the results know it. If it is left out: the word of the window or of the token, the checkpoint's file
        without its ending, ``window`` and its place in the list for one that is written out, or ``random``.
    """

    name: Annotated[str, BeforeValidator(_name)] | None = None

    def names(self, place: int) -> list[str]:
        """Return the names of its starts, given its place in the list; random ones are numbered if several."""
        written_out = f"window {place}"
        usual = {
            "window": self.window if isinstance(self.window, str) else written_out,
            "token": self.token,
            "checkpoint": self.checkpoint and self.checkpoint.stem,
            "random": "random",
        }
        name = self.name or str(usual[self.kind])
        return [name] if self.n == 1 else [f"{name} {number}" for number in range(self.n)]


class Start(OneStart):
    """Where orbits begin: exactly one of `window`, `token`, `random`, `checkpoint`, `list`, `sweep`.

    Attributes
    ----------
    list : tuple of ListedStart
        Several starts, which become an axis of the results.
    sweep : Path
        The results of an earlier sweep: each point starts from the last window of the same point there.
    nearest : bool
        With `sweep`: the nearest point will do.
    number : int
        With `sweep`: which of its starts, if it has several.
    direction : str
        With `sweep`: which of its directions, ``left`` or ``right``, if it has both.
    """

    KINDS: ClassVar[tuple[str, ...]] = ("checkpoint", "list", "random", "sweep", "token", "window")
    ALONE: ClassVar[str] = "start={{{}: ...}} replaces the whole start"

    list: Annotated[tuple[ListedStart, ...], BeforeValidator(list_of(lambda entry: entry))] | None = None
    sweep: Annotated[Path, BeforeValidator(_folder)] | None = None
    nearest: Annotated[bool, BeforeValidator(true_or_false)] | None = None
    number: Annotated[int, BeforeValidator(whole(0))] | None = None
    direction: Annotated[Literal["left", "right"], BeforeValidator(one_of("left", "right"))] | None = None

    @property
    def each(self) -> tuple[OneStart, ...]:
        """The entries of the list, or this start itself."""
        return self.list or (self,)

    @property
    def n(self) -> int:
        """Number of starts of each point."""
        return sum(one.n for one in self.list) if self.list else super().n

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the starts of a list, in their order; none if there is no list."""
        return tuple(name for place, one in enumerate(self.list or ()) for name in one.names(place))

    @model_validator(mode="after")
    def _together(self) -> Self:
        for key in ("nearest", "number", "direction"):
            if getattr(self, key) is not None and self.sweep is None:
                raise problem("goes only with sweep", key, value=getattr(self, key))
        if self.list and self.n > MOST_NAMES:
            raise problem(f"asks for {self.n} starts; at most {MOST_NAMES} can have names", "list")
        found = Problems()
        seen: dict[str, int] = {}
        for place, one in enumerate(self.list or ()):
            for name in one.names(place):
                if name in seen:
                    found.add(f"is named '{name}', as list[{seen[name]}] is: give it another name", "list", place)
                seen.setdefault(name, place)
        found.raise_if_any()
        return self

    def check_against(self, model: Model, found: Problems, *at: str | int) -> None:
        """Note in `found` what of this start, or of its entries, the model has no place for."""
        super().check_against(model, found, *at)
        for place, one in enumerate(self.list or ()):
            one.check_against(model, found, *at, "list", place)
