"""YAML as plain values, with the line of every key; overrides from the command line; writing YAML.

Plain words are read as in YAML 1.2, and ``100_000`` is a number too: ``1e5`` is a number, ``yes`` and
``2024-01-01`` are text. Tags that build objects, aliases and keys written twice are refused.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import yaml

from sweeps.config.errors import ConfigError, KeyPath, dotted, one_line, show

LARGEST_FILE = 2_000_000  # bytes, some ten seconds of reading; also the end of an endless device
DEEPEST = 8  # levels; the deepest key of the schema is on level 6

_DIGITS = "[0-9]+(?:_[0-9]+)*"
_PLAIN_WORDS = (  # tag, what it looks like, what it may begin with; the first that fits counts
    ("null", r"(?:~|null|Null|NULL|)", ["~", "n", "N", ""]),
    ("bool", r"(?:true|True|TRUE|false|False|FALSE)", list("tTfF")),
    ("int", rf"[-+]?{_DIGITS}", list("-+0123456789")),
    (
        "float",
        rf"[-+]?(?:(?:{_DIGITS}(?:\.(?:{_DIGITS})?)?|\.{_DIGITS})(?:[eE][-+]?[0-9]+)?|\.(?:inf|Inf|INF))"
        r"|\.(?:nan|NaN|NAN)",
        list("-+.0123456789"),
    ),
)


class _Loader(yaml.SafeLoader):
    """Reads without aliases, so that a short file cannot stand for a huge one."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            parser: Any = self  # whose methods have no types
            event = parser.peek_event()
            raise yaml.MarkedYAMLError(
                problem=f"the alias *{event.anchor} is not read here; write the value again",
                problem_mark=event.start_mark,
            )
        return super().compose_node(parent, index)


class _Dumper(yaml.SafeDumper):
    """Quotes what `_Loader` would not read back as text."""


for _class in (_Loader, _Dumper):
    _class.yaml_implicit_resolvers = {}  # none of YAML 1.1's
    for _tag, _pattern, _first in _PLAIN_WORDS:
        _class.add_implicit_resolver(f"tag:yaml.org,2002:{_tag}", re.compile(f"^(?:{_pattern})$"), _first)


@dataclass
class Document:
    """Plain values, and for every key the place it was written at.

    Attributes
    ----------
    values : object
        Mappings, lists, text, numbers, as the YAML has them.
    where : dict of key path to str
        Such as ``cfgs/paper.yaml, line 3`` or ``--set model.beta=1``. The empty path is the whole document.
    """

    values: Any
    where: dict[KeyPath, str] = field(default_factory=dict)


def read(path: Path) -> Document:
    """Read a YAML file.

    Raises
    ------
    ConfigError
        If the file cannot be read, is not UTF-8, or is not YAML as described above.
    """
    name = one_line(str(path), 200)
    try:
        with path.open("rb") as file:
            raw = file.read(LARGEST_FILE + 1)
    except FileNotFoundError:
        raise ConfigError(f"{name}: there is no such file.") from None
    except IsADirectoryError:
        raise ConfigError(f"{name} is a directory; give the YAML file itself.") from None
    except (OSError, ValueError) as error:
        reason = error.strerror if isinstance(error, OSError) else error
        raise ConfigError(f"{name} cannot be read: {reason}.") from None
    if len(raw) > LARGEST_FILE:
        raise ConfigError(f"{name} is larger than {LARGEST_FILE} bytes: not a config.")
    try:
        text = raw.decode("utf-8")  # PyYAML skips a byte order mark
    except UnicodeDecodeError as error:
        line = raw.count(b"\n", 0, error.start) + 1
        raise ConfigError(f"{name}, line {line}: the file is not UTF-8 text.") from None
    return _parse(text, name, lines=True)


def read_mapping(path: Path, overrides: Iterable[str] = ()) -> Document:
    """Read a YAML file of keys, set others in its place, and name it after the file where it has no name.

    Raises
    ------
    ConfigError
        If the file cannot be read or is no mapping, or an override cannot be set.
    """
    document = read(path)
    place = document.where[()]
    if document.values is None:
        raise ConfigError(f"{place}: the file is empty.")
    if not isinstance(document.values, dict):
        raise ConfigError(f"{place}: the file must be a mapping, lines of the form key: value.")
    problems: list[str] = []
    for text in [overrides] if isinstance(overrides, str) else overrides:
        try:
            override(document, text)
        except ConfigError as error:
            problems.extend(error.args)
    if problems:
        raise ConfigError(*problems)
    if "name" not in document.values:
        document.values["name"] = path.stem
        document.where["name",] = f"{place} (the file's own name, as it has no key 'name')"
    return document


def override(document: Document, text: str) -> None:
    """Set one key of `document`, given as ``dotted.key=value`` with the value in YAML.

    Raises
    ------
    ConfigError
        If there is no ``=``, no key, no YAML after it, or a list or a number where the key needs a mapping.
    """
    place = f"--set {one_line(text.strip())}"
    key, equals, value_text = text.partition("=")
    path = tuple(part.strip() for part in key.split("."))
    if not equals or not all(path):
        raise ConfigError(f"{place}: write it as key=value, with dots in the key: model.beta=1.27.")
    value = _parse(value_text, place, lines=False).values
    section = document.values
    for depth, part in enumerate(path[:-1], start=1):
        if section.get(part) is None:
            section[part] = {}
            document.where[path[:depth]] = place
        section = section[part]
        if not isinstance(section, dict):
            above = dotted(path[:depth])
            raise ConfigError(f"{place}: {above} = {show(section)} has no keys; give all of it: {above}=...")
    section[path[-1]] = value
    for inner in [at for at in document.where if at[: len(path)] == path]:
        del document.where[inner]
    document.where[path] = place


def dump(values: Mapping[str, object]) -> str:
    """Write plain values as YAML that `read` reads back unchanged, in their order."""
    text: str = yaml.dump(values, Dumper=_Dumper, sort_keys=False, allow_unicode=True, width=110)
    return text


def plain(value: object, depth: int = 0) -> Any:
    """Return the value with mappings, sequences, NumPy arrays and paths as dict, list, numbers and str.

    Raises
    ------
    ConfigError
        If a key is not text, or the value is nested without end.
    """
    if depth > DEEPEST:
        raise ConfigError(f"the config is nested more than {DEEPEST} levels deep.")
    if hasattr(value, "tolist"):  # NumPy, without importing it
        value = value.tolist()
    if isinstance(value, Mapping):
        for key in value:
            if not isinstance(key, str):
                raise ConfigError(f"the key {show(key)} must be text.")
        return {str(key): plain(inner, depth + 1) for key, inner in value.items()}
    if isinstance(value, (list, tuple)):
        return [plain(inner, depth + 1) for inner in value]
    return os.fspath(value) if isinstance(value, os.PathLike) else value


def _parse(text: str, place: str, *, lines: bool) -> Document:
    """Read YAML text; `place` begins every message, followed by the line where `lines` is true."""
    builder = _Builder(place, lines)
    try:
        node = yaml.compose(text, Loader=_Loader)
        values = None if node is None else builder.build(node, ())
    except yaml.YAMLError as error:
        line, reason = _what_is_broken(error, text)
        raise ConfigError(f"{builder.at(line)}: not readable as YAML: {one_line(reason)}.") from None
    except (ValueError, OverflowError):  # PyYAML on escapes such as "\UFFFFFFFF"
        raise ConfigError(f"{place}: not readable as YAML: a character that does not exist.") from None
    except RecursionError:
        raise ConfigError(f"{place}: the brackets are nested too deeply.") from None
    if builder.problems:
        raise ConfigError(*builder.problems)
    return Document(values, builder.where)


def _what_is_broken(error: yaml.YAMLError, text: str) -> tuple[int, str]:
    """Return the line, or 0, and the reason."""
    if isinstance(error, yaml.MarkedYAMLError):
        mark = error.problem_mark or error.context_mark
        return (mark.line + 1 if mark else 0), str(error.problem or error.context)
    position = getattr(error, "position", None)  # yaml.reader.ReaderError
    if isinstance(position, int):
        return text.count("\n", 0, position) + 1, "a character that is not allowed"
    return 0, "it cannot be understood"


class _Builder:
    """Turns PyYAML's nodes into plain values, noting places and problems on the way."""

    def __init__(self, place: str, lines: bool) -> None:
        self.place, self.lines = place, lines
        self.where: dict[KeyPath, str] = {(): place}
        self.problems: list[str] = []

    def at(self, line: int) -> str:
        """Return the place of a line, counted from 1."""
        return f"{self.place}, line {line}" if self.lines and line else self.place

    def build(self, node: Any, path: KeyPath) -> Any:
        """Return the node's plain value."""
        kind = _kind(node)
        here = self.at(node.start_mark.line + 1)
        if isinstance(node, yaml.MappingNode) and kind == "map":
            return dict(self._entries(node, path))
        if isinstance(node, yaml.SequenceNode) and kind == "seq":
            return [self._item(inner, (*path, index)) for index, inner in enumerate(node.value)]
        if isinstance(node, yaml.ScalarNode) and kind in _SCALARS:
            try:
                return _SCALARS[kind](node.value)
            except ValueError:  # such as !!int x, or an integer of 5000 digits
                name = dotted(path) or "the value"
                self.problems.append(f"{here}: {name} = {show(node.value)} cannot be read as a number.")
                return None
        self.problems.append(f"{here}: the tag {show(kind)} is not allowed; write plain values.")
        return None

    def _item(self, node: Any, path: KeyPath) -> Any:
        self.where[path] = self.at(node.start_mark.line + 1)
        return self.build(node, path)

    def _entries(self, mapping: Any, path: KeyPath) -> Iterator[tuple[str, Any]]:
        """Yield keys, always as the text they were written with, and values."""
        first_line: dict[str, int] = {}
        for key_node, node in mapping.value:
            line = key_node.start_mark.line + 1
            if not isinstance(key_node, yaml.ScalarNode) or _kind(key_node) not in _SCALARS:
                self.problems.append(f"{self.at(line)}: a key must be plain text.")
                continue
            key: str = key_node.value
            if key in first_line:
                first = f" (first in line {first_line[key]})" if self.lines else ""
                self.problems.append(f"{self.at(line)}: {dotted((*path, key))} is written twice{first}.")
                continue
            first_line[key] = line
            self.where[*path, key] = self.at(line)
            yield key, self.build(node, (*path, key))


def _kind(node: Any) -> str:
    """Return the node's tag, short for YAML's own: ``int``, ``map``; for a foreign one as it stands."""
    tag: str = node.tag
    own = tag.removeprefix("tag:yaml.org,2002:")
    return own if own in (*_SCALARS, "map", "seq") else tag.replace("tag:yaml.org,2002:", "!!")


_SCALARS: dict[str, Callable[[str], Any]] = {
    "str": str,
    "int": int,
    "float": lambda text: float(re.sub(r"\.(?=inf|nan)", "", text, flags=re.IGNORECASE)),
    "bool": lambda text: text.lower() == "true",
    "null": lambda _: None,
}
