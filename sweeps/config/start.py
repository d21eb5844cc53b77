"""The `start` section of a config: where orbits begin.

Random starts, checkpoints, earlier sweeps and lists of starts are of every model; each adds ways of its own.
"""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Literal, Self, cast

from pydantic import BeforeValidator, ValidationInfo, create_model, model_validator

from sweeps.config.errors import Problems, problem
from sweeps.config.registry import Kind, ModelSection
from sweeps.config.values import Section, Seed, Size, allowing, list_of, one_of, true_or_false, whole

MOST_NAMES = 10_000  # of starts in a list
LONGEST_NAME = 60  # characters, of a start in a list


class Ways(Section):
    """Ways to start an orbit that only one model has: each a key, without a value where it is not taken."""

    WAYS: ClassVar[tuple[str, ...]] = ()
    """The keys of which exactly one is given; others go with them."""

    def name_of_way(self, place: int) -> str | None:
        """Return what a start is called that stands at a place in a list and has no name; None: by its key."""
        return None

    def check_together(self) -> None:
        """Raise a `problem` if keys do not go together."""

    def check_way(self, model: ModelSection, found: Problems, *at: str | int) -> None:
        """Note in `found` what of this start, which stands at `at`, the model has no place for."""


class RandomStarts(Section):
    """States drawn at random; how, the model knows.

    Attributes
    ----------
    n : int
        How many; more than one become an axis of the results.
    seed : int
        Fixes the draw.
    """

    n: Size = 1
    seed: Seed = 0


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
    """What an orbit begins with, or several: exactly one way, of those that all models have and of the model's own.

    Attributes
    ----------
    random : RandomStarts
        States drawn at random.
    checkpoint : Path
        An npz file with a state: its arrays by their names. Relative to the config file's folder.
    """

    KINDS: ClassVar[tuple[str, ...]] = ("checkpoint", "random")
    ALONE: ClassVar[str] = "each start is an entry of its own"

    random: RandomStarts | None = None
    checkpoint: Annotated[Path, BeforeValidator(_checkpoint)] | None = None

    @classmethod
    def ways(cls) -> tuple[str, ...]:
        """Return the keys of which exactly one is given."""
        own = cls.WAYS if issubclass(cls, Ways) else ()
        return tuple(sorted((*cls.KINDS, *own)))

    @property
    def kind(self) -> str:
        """Which one is given: the name of its key."""
        return next(kind for kind in self.ways() if getattr(self, kind) is not None)

    @property
    def n(self) -> int:
        """Number of starts."""
        return self.random.n if self.random else 1

    @model_validator(mode="before")
    @classmethod
    def _not_two(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        kinds = [key for key, value in given.items() if key in cls.ways() and value is not None]
        if len(kinds) > 1:
            others = f"(beside {' and '.join(kinds[:-1])})"
            advice = cls.ALONE.format(kinds[-1])
            allowed = f"exactly one of {', '.join(cls.ways())} is allowed"
            raise problem(f"is one start too many {others}: {allowed}; {advice}", kinds[-1])
        return given

    @model_validator(mode="after")
    def _one(self) -> Self:
        if all(getattr(self, kind) is None for kind in self.ways()):
            raise problem(f"needs exactly one of {', '.join(self.ways())}")
        if isinstance(self, Ways):
            self.check_together()
        return self

    def check_against(self, model: ModelSection, found: Problems, *at: str | int) -> None:
        """Note in `found` what of this start, which stands at `at`, the model has no place for."""
        if isinstance(self, Ways):
            self.check_way(model, found, *at)


class ListedStart(OneStart):
    """An entry of a list of starts.

    Attributes
    ----------
    name : str
        By which the results know it. If it is left out: the word of its way, the checkpoint's file without its ending,
        the key and its place in the list for a state that is written out, or ``random``.
    """

    name: Annotated[str, BeforeValidator(_name)] | None = None

    def names(self, place: int) -> list[str]:
        """Return the names of its starts, given its place in the list; random ones are numbered if several."""
        usual = (self.name_of_way(place) if isinstance(self, Ways) else None) or (
            self.checkpoint.stem if self.checkpoint else "random" if self.random else f"{self.kind} {place}"
        )
        name = self.name or usual
        return [name] if self.n == 1 else [f"{name} {number}" for number in range(self.n)]


class Start(OneStart):
    """Where orbits begin: exactly one way.

    Attributes
    ----------
    list : tuple of ListedStart
        Several starts, which become an axis of the results.
    sweep : Path
        The results of an earlier sweep: each point starts from the last state of the same point there.
    nearest : bool
        With `sweep`: the nearest point will do.
    number : int
        With `sweep`: which of its starts, if it has several.
    direction : str
        With `sweep`: which of its directions, ``left`` or ``right``, if it has both.
    """

    KINDS: ClassVar[tuple[str, ...]] = ("checkpoint", "list", "random", "sweep")
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

    def check_against(self, model: ModelSection, found: Problems, *at: str | int) -> None:
        """Note in `found` what of this start, or of its entries, the model has no place for."""
        super().check_against(model, found, *at)
        for place, one in enumerate(self.list or ()):
            one.check_against(model, found, *at, "list", place)


@cache
def start_of(kind: Kind) -> type[Start]:
    """Return the section `start` of a model: what all have, and its own ways."""
    ways, bases = kind.starts, (ListedStart, kind.starts)
    listed: Any = create_model(f"Listed{ways.__name__}", __base__=bases, __doc__=ListedStart.__doc__)
    entries: Any = Annotated[tuple[listed, ...], BeforeValidator(list_of(lambda entry: entry))]
    made: Any = create_model(
        f"Start{ways.__name__}", __base__=(Start, ways), __doc__=Start.__doc__, list=(entries | None, None)
    )
    return cast("type[Start]", made)
