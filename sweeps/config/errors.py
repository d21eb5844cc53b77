"""Sentences about a config that cannot be used: where, which key, the value given, what is allowed."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from functools import cache
from operator import itemgetter
from types import UnionType
from typing import Annotated, Any, Union, get_args, get_origin

from pydantic import BaseModel, ValidationError
from pydantic_core import PydanticCustomError

KeyPath = tuple[str | int, ...]
Kinds = tuple[type[BaseModel], ...]  # the models a section may be: one, or one for each ensemble

MOST_PROBLEMS = 20  # more lines than this hide the cause instead of showing it
ENTRY = 0  # stands in the path of a section for the place in a list
_NO_VALUE = object()


class ConfigError(ValueError):
    """A config that cannot be used; one line for each problem found.

    Parameters
    ----------
    *problems : str
        A sentence each. They are kept in `args`.

    Examples
    --------
    >>> print(ConfigError("model.beta is missing.", "run.n_steps = 0 must be at least 1."))
    model.beta is missing.
    run.n_steps = 0 must be at least 1.
    """

    def __init__(self, *problems: str) -> None:
        super().__init__(*problems)

    def __str__(self) -> str:
        hidden = len(self.args) - MOST_PROBLEMS
        more = [f"... and {hidden} more."] if hidden > 0 else []
        return "\n".join([*self.args[:MOST_PROBLEMS], *more])


class Problems:
    """Problems a validator has found, each with the key it is about, relative to the validator's own."""

    def __init__(self) -> None:
        self._found: list[tuple[KeyPath, str]] = []

    def add(self, sentence: str, *at: str | int, value: object = _NO_VALUE) -> None:
        """Note one: `sentence` continues "key = value", or "key" where no value is given."""
        if value is None:
            sentence = f" is empty; it {sentence}"
        else:
            sentence = f" {sentence}" if value is _NO_VALUE else f" = {show(value)} {sentence}"
        self._found.append((at, sentence if sentence.endswith("?") else f"{sentence}."))

    @contextmanager
    def inside(self, at: str | int) -> Iterator[None]:
        """Note a `problem` raised over a part of the value, the one at `at`, and go on."""
        try:
            yield
        except PydanticCustomError as error:
            inner: Any = error.context
            self._found += [((at, *deeper), sentence) for deeper, sentence in inner["problems"]]

    def extend(self, others: Problems) -> None:
        """Note what others have found."""
        self._found += others._found

    def extend_by(self, explained: Iterable[tuple[KeyPath, str]]) -> None:
        """Note sentences that begin with the key they are about."""
        self._found += [(at, sentence.removeprefix(dotted(at))) for at, sentence in explained]

    def __bool__(self) -> bool:
        """Whether anything was found."""
        return bool(self._found)

    def as_error(self) -> PydanticCustomError:
        """Return what was found in the form that a validator raises."""
        return PydanticCustomError("not_allowed", "not allowed", {"problems": self._found})

    def raise_if_any(self) -> None:
        """Hand what was found to pydantic, if anything was."""
        if self._found:
            raise self.as_error()


def problem(sentence: str, *at: str | int, value: object = _NO_VALUE) -> PydanticCustomError:
    """Return one problem as the exception that a validator raises; see `Problems.add`."""
    found = Problems()
    found.add(sentence, *at, value=value)
    return found.as_error()


def one_line(text: str, length: int = 100) -> str:
    """Return `text` on one printable line, shortened in the middle if it is long."""
    if not text.isprintable():
        text = text.encode("unicode_escape").decode("ascii")
    half = (length - 3) // 2
    return text if len(text) <= length else f"{text[:half]}...{text[-half:]}"


def show(value: object) -> str:
    """Return a short `repr` on one line, whatever the value is."""
    try:
        text = repr(value)
    except Exception:  # integers beyond Python's digit limit; objects with a broken repr
        text = f"a value of type {type(value).__name__}"
    return one_line(text, 60)


def dotted(path: KeyPath) -> str:
    """Return ``("start", "window", 0)`` as ``start.window[0]``.

    Examples
    --------
    >>> dotted(("start", "window", 0))
    'start.window[0]'
    """
    text = ""
    for part in path:
        if isinstance(part, int):
            text += f"[{part}]"
        else:
            text += "." * bool(text) + (part if re.fullmatch(r"[\w-]{1,60}", part) else show(part))
    return text


def nearest(word: object, choices: Iterable[str]) -> str:
    """Return ``; did you mean 'x'?`` for the choice that looks most like `word`, else an empty string."""
    near = difflib.get_close_matches(str(word)[:100], list(choices), n=1, cutoff=0.6)
    return f"; did you mean '{near[0]}'?" if near else ""


def sentences(error: ValidationError, root: type[BaseModel], where: Mapping[KeyPath, str]) -> list[str]:
    """Translate pydantic's findings; `where` says in which line each key was written.

    Parameters
    ----------
    error : ValidationError
        What pydantic found in the values.
    root : type of BaseModel
        The schema they were checked against.
    where : mapping of key paths to str
        The place of each key, such as ``cfgs/paper.yaml, line 3``. A key that was never written takes the
        place of the section it is missing from.

    Returns
    -------
    list of str
        A sentence for each problem, beginning with its place, in the order the keys were written.
    """
    order = {path: rank for rank, path in enumerate(where)}
    lines = []
    for found in error.errors(include_url=False):
        for at, sentence in _explain(found, root):
            written = next((at[:n] for n in range(len(at), -1, -1) if at[:n] in where), None)
            line = sentence if written is None else f"{where[written]}: {sentence}"
            lines.append((-1 if written is None else order[written], line))
    return [line for _, line in sorted(lines, key=itemgetter(0))]


def within(error: ValidationError, kind: type[BaseModel]) -> PydanticCustomError:
    """Return what pydantic found in a section that was checked by itself in the form that a validator raises."""
    found = Problems()
    found.extend_by(pair for one in error.errors(include_url=False) for pair in _explain(one, kind))
    return found.as_error()


def _explain(found: Any, root: type[BaseModel]) -> Iterator[tuple[KeyPath, str]]:
    """Say what is wrong in our own words; each sentence with the key it is about."""
    path, kinds = _locate(found["loc"], root)
    key = dotted(path) or "the config"
    if found["type"] == "not_allowed":
        for at, sentence in found["ctx"]["problems"]:
            yield path + at, (dotted(path + at) or "the config") + sentence
    elif found["type"] == "missing":
        yield path, f"{key} is missing."
    elif found["type"] == "extra_forbidden":
        yield path, _unknown_key(path, _locate(found["loc"][:-1], root)[1], root)
    elif kinds:
        given = " is empty; it" if found["input"] is None else f" = {show(found['input'])}"
        yield path, f"{key}{given} must be a mapping with keys out of {', '.join(_keys(kinds))}."
    else:  # no validator of ours has judged this value; still no foreign wording
        yield path, f"{key} = {show(found['input'])} is not allowed here."


def _unknown_key(path: KeyPath, kinds: Kinds, root: type[BaseModel]) -> str:
    """Name the key, where it belongs or what it resembles, and the keys there are."""
    allowed = _keys(kinds)
    homes = [(p, kind) for p, choice in _sections(root).items() for kind in choice if path[-1] in _keys((kind,))]
    siblings = [_ensemble(kind) for p, kind in homes if p == path[:-1]]
    elsewhere = dict.fromkeys(dotted(p) for p, _ in homes if p and p != path[:-1] and ENTRY not in p)
    if siblings:
        hint = f"; it goes with ensemble {' or '.join(siblings)}."
    elif elsewhere:
        hint = f"; it belongs in {' or '.join(elsewhere)}."
    else:
        hint = nearest(path[-1], allowed) or "."
    which = f" with ensemble {_ensemble(kinds[0])}" if _ensemble(kinds[0]) else ""
    return f"{dotted(path)} is not a key here{hint} Allowed{which}: {', '.join(allowed)}."


def _ensemble(kind: type[BaseModel]) -> str:
    """Return the value of the key `ensemble` that means this model; an empty string if it has no such key."""
    field = kind.model_fields.get("ensemble")
    return str(field.default) if field else ""


def _keys(kinds: Kinds) -> list[str]:
    """Return the keys, as written in a file, of a section that is one of `kinds`."""
    return sorted({field.alias or name for kind in kinds for name, field in kind.model_fields.items()})


@cache
def _sections(root: type[BaseModel]) -> dict[KeyPath, Kinds]:
    """Return the path of every section of the schema, and the models it may be; `ENTRY` is any entry of a list."""
    found: dict[KeyPath, Kinds] = {(): (root,)}
    waiting: list[KeyPath] = [()]
    for path in waiting:
        for kind in found[path]:
            for name, field in kind.model_fields.items():
                here = (*path, field.alias or name)
                choices = _choices(field.annotation)
                entries = [one for choice in choices if get_origin(choice) is tuple for one in get_args(choice)]
                for at, given in ((here, choices), ((*here, ENTRY), entries)):
                    inner = tuple(c for c in given if isinstance(c, type) and issubclass(c, BaseModel))
                    if inner:
                        found[at] = inner
                        waiting.append(at)
    return found


def _choices(annotation: Any) -> list[Any]:
    """Return the types that an annotation lets one choose from, without what validators are noted beside them."""
    if get_origin(annotation) is Annotated:
        return _choices(get_args(annotation)[0])
    if get_origin(annotation) in (Union, UnionType):
        return [choice for part in get_args(annotation) for choice in _choices(part)]
    return [annotation]


def _locate(loc: KeyPath, root: type[BaseModel]) -> tuple[KeyPath, Kinds]:
    """Return the path of keys, without pydantic's union tags, and the models that may be there, if any."""
    sections = _sections(root)
    path: KeyPath = ()
    kinds: Kinds = (root,)
    for part in loc:
        if len(kinds) > 1:  # a choice between models: pydantic puts the chosen one's tag here
            kinds = tuple(k for k in kinds if _ensemble(k) == part)
        else:
            path = (*path, part)
            kinds = sections.get(tuple(ENTRY if isinstance(p, int) else p for p in path), ())
    return path, kinds
