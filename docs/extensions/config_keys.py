"""The keys of a config, one by one, as Markdown tables: made from the schema that checks it, `sweeps.config`.

What a key means is said once, under Attributes in the docstring of its section; what it may be, by the rule that
checks it.
"""

from __future__ import annotations

import inspect
import re
from collections.abc import Iterator
from types import UnionType
from typing import Annotated, Any, NamedTuple, Union, get_args, get_origin

from numpydoc.docscrape import NumpyDocString
from pydantic import BaseModel
from pydantic.fields import FieldInfo

from sweeps.config.config import config_of
from sweeps.config.registry import usual_model
from sweeps.config.values import allowed_by


class Key(NamedTuple):
    """One key that holds a value."""

    path: str
    allowed: str
    default: str
    meaning: str


class Part(NamedTuple):
    """A section of the file; of several with the same path only one can stand there. `names`: it stands under each."""

    path: str
    names: tuple[str, ...]
    kind: type[BaseModel]
    keys: list[Key]


def parts(kind: type[BaseModel] | None = None, path: str = "") -> Iterator[Part]:
    """Yield a section, then the sections inside it; sections of one kind are one part with several names.

    Without one, that of configs that name no model.
    """
    kind = kind or config_of(usual_model())
    inner: dict[tuple[type[BaseModel], bool], list[str]] = {}
    keys = []
    for name, field in kind.model_fields.items():
        written = field.alias or name
        sections = sections_of(field.annotation)
        for section, listed in sections:
            inner.setdefault((section, listed), []).append(written)
        if not sections:
            keys.append(Key(f"{path}{written}", allowed(field), default(field), meaning(kind, name)))
    yield Part(path, (), kind, keys)
    for (section, listed), names in inner.items():
        end = "[]." if listed else "."
        if len(names) == 1:
            yield from parts(section, f"{path}{names[0]}{end}")
        else:
            for part in parts(section, f"{path}PARAMETER{end}"):
                yield part._replace(names=tuple(f"{path}{name}" for name in names))


def sections_of(annotation: Any) -> list[tuple[type[BaseModel], bool]]:
    """Return the sections that a field may be, and whether it is a list of them."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [(annotation, False)]
    origin, arguments = get_origin(annotation), get_args(annotation)
    if origin is Annotated:
        return sections_of(arguments[0])
    if origin in (Union, UnionType):
        return [found for choice in arguments for found in sections_of(choice)]
    return [(kind, True) for kind, _ in sections_of(arguments[0])] if origin is tuple and arguments else []


def allowed(field: FieldInfo) -> str:
    """Return what the last rule of a field allows, in its words; a word that alone is possible, as it is."""
    rules = [*field.metadata, *notes(field.annotation)]
    words = [found for rule in rules if (found := allowed_by(getattr(rule, "func", None)))]
    if not words and get_origin(field.annotation) is not None:
        words = [" or ".join(f"`{choice}`" for choice in get_args(field.annotation) if isinstance(choice, str))]
    return words[0] if words else ""


def notes(annotation: Any) -> list[Any]:
    """Return what is noted on a type and on the types that it is a choice of."""
    found = list(annotation.__metadata__) if get_origin(annotation) is Annotated else []
    if get_origin(annotation) in (Union, UnionType):
        found += [note for choice in get_args(annotation) for note in notes(choice)]
    return found


def default(field: FieldInfo) -> str:
    """Return the default as one would write it."""
    value = field.default
    if field.is_required():
        return "needed"
    if value is None:
        return "none"
    return f"`[{', '.join(map(str, value))}]`" if isinstance(value, tuple) else f"`{value}`"


def meaning(kind: type[BaseModel], name: str) -> str:
    """Return what the docstring of a section, or of one that it derives from, says of an attribute."""
    for base in kind.__mro__:
        for entry in NumpyDocString(inspect.cleandoc(base.__doc__ or ""))["Attributes"]:
            if name in entry.name.split(", "):
                return as_markdown(" ".join(entry.desc))
    return ""


def as_markdown(text: str) -> str:
    """Return text of a docstring as Markdown that may stand in a table: code stays code, signs stay signs."""
    pieces = re.split(r"(`+)(.+?)\1", text)
    prose, code = pieces[::3], pieces[2::3]
    escaped = [re.sub(r"([|*^_\[\]])", r"\\\1", piece) for piece in prose]
    return "".join(f"{words}`{quoted}`" for words, quoted in zip(escaped, code, strict=False)) + escaped[-1]


def first_sentence(kind: type[BaseModel]) -> str:
    """Return what a section is."""
    return as_markdown(inspect.cleandoc(kind.__doc__ or "").split("\n\n")[0].replace("\n", " "))


def document() -> str:
    """Return all sections as Markdown, a table each."""
    text = []
    places: dict[str, dict[type[BaseModel], Part]] = {}
    for part in parts():
        if part.keys:
            places.setdefault(part.path, {}).setdefault(part.kind, part)
    for path, choices in places.items():
        same = list(choices.values())
        text += [f"### {f'`{path[:-1]}`' if path else 'At the top'}\n", *introduction(same)]
        text.append("| key | allowed | default | meaning |\n|---|---|---|---|")
        text += rows(same)
        text.append("")
    return "\n".join(text)


def introduction(same: list[Part]) -> list[str]:
    """Say what a section is, or what each of those is that may stand in one place."""
    if len(same) > 1:
        kinds = [f"- {ensemble_of(part)}: {first_sentence(part.kind)}\n" for part in same]
        return ["The key `ensemble` chooses between these; without it, the first.\n", *kinds]
    text = [f"{first_sentence(same[0].kind)}\n"]
    if same[0].names:
        text.append(f"PARAMETER stands for each of {', '.join(f'`{name}`' for name in same[0].names)}.\n")
    return text


def rows(same: list[Part]) -> list[str]:
    """Return lines of a table: keys that differ in nothing but their name share one, and so do those of choices."""
    found: dict[Key, list[str]] = {}  # key, of which the path does not count -> choices that have it
    for part in same:
        for key in part.keys:
            if key.path.endswith("ensemble"):
                continue  # the introduction tells of it
            found.setdefault(key, []).append(ensemble_of(part))
    lines: dict[tuple[Any, ...], list[str]] = {}
    for key, ensembles in found.items():
        lines.setdefault((key[1:], tuple(ensembles)), []).append(key.path)
    order = list(dict.fromkeys(key.path for key in found))
    text, seen = [], set()
    for ((allowed_words, default_word, said), ensembles), paths in sorted(
        lines.items(), key=lambda line: order.index(line[1][0])
    ):
        keys = []
        for path in paths:
            keys.append(f"`{path}`" if path in seen else f"[`{path}`]{{#{anchor(path)}}}")
            seen.add(path)
        only = f" With {', '.join(ensembles)}." if len(ensembles) < len(same) else ""
        text.append(f"| {' '.join(keys)} | {as_markdown(allowed_words)} | {default_word} | {said}{only} |")
    return text


def anchor(path: str) -> str:
    """Return by which name a page can link to a key: ``config.md#key-model-beta``."""
    return "key-" + re.sub(r"\W|_", "-", path)


def ensemble_of(part: Part) -> str:
    """Return the word that chooses this section among those that may stand in its place."""
    field = part.kind.model_fields.get("ensemble")
    return f"`{field.default}`" if field else ""
