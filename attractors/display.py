"""How an answer shows itself: as a compact table in a notebook, as a few lines of text everywhere else."""

from collections.abc import Mapping
from enum import Enum
from fractions import Fraction
from html import escape
from textwrap import wrap
from typing import Any, Protocol

import numpy as np

WRITTEN_OUT = 12  # numbers of a table's cell
WRITTEN_OUT_IN_TEXT = 4  # the same of a line of text
MOST_NUMBERS = 1_000  # of an array that a table looks through; of larger ones it shows the shape
MOST_LINES, MOST_COLUMNS = 6, 120  # of a text
MOST_CHARACTERS = 48  # of a value that is text, within a text
HARD = "\N{NO-BREAK SPACE}"  # between the words of one part, which stay on one line
GREEN, RED = "#008A62", "#C75400"  # of Okabe and Ito, as dark as reads on white and on black (contrast above 4)
CELL = "padding:2px 8px;text-align:left;vertical-align:top"


class Showable(Protocol):
    """What an answer offers to be shown."""

    def contents(self) -> dict[str, Any]:
        """Return its parts by their names, the answer first."""

    def headline(self) -> str:
        """Return the answer in one line."""


# ---- text ---------------------------------------------------------------------------------------------------------


def as_text(answer: Showable) -> str:
    """Return an answer in at most 6 lines of 120 columns: itself, what its status says, and what else it holds."""
    contents = answer.contents()
    status = contents.get("status")
    lines = _wrapped(f"{type(answer).__name__}: {answer.headline()}", "", 2)
    if isinstance(status, Enum):
        cut_off = brief(status) not in " ".join(lines)
        sentence = f"{brief(status)}: {status.value}" if cut_off else str(status.value)
        lines += _wrapped(sentence, "  ", MOST_LINES - len(lines) - 1)
    held = ", ".join(
        f"{name} {brief(value)}".replace(" ", HARD) for name, value in contents.items() if name != "status"
    )
    return "\n".join(lines + _wrapped(held, "  ", min(2, MOST_LINES - len(lines)))).replace(HARD, " ")


def one_line(answer: Showable) -> str:
    """Return the first label or number of an answer and its status: the line of answers that have none of their own."""
    contents = answer.contents()
    status = contents.get("status")
    parts = {name: value for name, value in contents.items() if name != "status"}
    name = next((name for name, value in parts.items() if not _is_long(value)), next(iter(parts), ""))
    match parts.get(name):
        case Enum() as label:
            first = brief(label)
        case tuple() | list() as answers if any(map(_is_answer, answers)):
            first = f"{len(answers)} {name}"
        case value:
            first = f"{name} {brief(value)}"
    return f"{first}; {brief(status)}" if isinstance(status, Enum) else first


def brief(value: Any) -> str:
    """Return a value in a few words: arrays as their shapes, unless they hold hardly any numbers."""
    match value:
        case Enum():
            text = value.name.lower().replace("_", " ")
        case np.ndarray() if _is_long(value):
            text = f"array {value.shape}"
        case np.ndarray():
            text = f"[{', '.join(map(brief, value.tolist()))}]"
        case tuple() | list() if len(value) > WRITTEN_OUT_IN_TEXT or any(_is_answer(item) for item in value):
            text = f"{len(value)} of them"
        case tuple() | list():
            text = f"({', '.join(map(brief, value))})"
        case float() | complex() | np.floating() | np.complexfloating():
            text = f"{value:.6g}"
        case _ if _is_answer(value):
            status = value.contents().get("status")
            text = type(value).__name__ + (f" ({brief(status)})" if status is not None else "")
        case None | bool() | int() | np.integer() | Fraction() | str():
            text = str(value)
        case _:
            text = type(value).__name__
    return text if len(text) <= MOST_CHARACTERS else f"{text[: MOST_CHARACTERS - 1]}…"


def _is_long(value: Any) -> bool:
    return isinstance(value, np.ndarray) and (value.ndim != 1 or value.size > WRITTEN_OUT_IN_TEXT)


def _wrapped(text: str, indent: str, most: int) -> list[str]:
    return wrap(
        text, MOST_COLUMNS, initial_indent=indent, subsequent_indent=f"{indent}  ", max_lines=most, placeholder=" …"
    )


# ---- tables of notebooks ------------------------------------------------------------------------------------------


def as_html(answer: Showable) -> str:
    """Return a table of the parts of an answer under its name, statuses coloured by whether they are in doubt."""
    return f"<div><strong>{escape(type(answer).__name__)}</strong>{_table(answer.contents())}</div>"


def _table(values: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><th style='{CELL};font-weight:normal'><code>{escape(name)}</code></th>"
        f"<td style='{CELL};max-width:48em'>{_cell(value)}</td></tr>"
        for name, value in values.items()
    )
    return f"<table style='border-collapse:collapse'>{rows}</table>"


def _cell(value: Any) -> str:
    inside = value.contents() if _is_answer(value) else value.to_dict() if hasattr(value, "to_dict") else value
    match inside:
        case Mapping():
            cell = _folded(inside)
        case Enum() if hasattr(inside, "in_doubt"):
            cell = _verdict(inside)
        case np.ndarray() if inside.size > MOST_NUMBERS:
            cell = escape(f"array of shape ({', '.join(map(str, inside.shape))})")
        case tuple() | list() if any(map(_is_answer, inside)):
            tables = "".join(_table(item.contents()) for item in inside[:WRITTEN_OUT])
            more = f"… and {len(inside) - WRITTEN_OUT} more" if len(inside) > WRITTEN_OUT else ""
            cell = f"<details><summary>{len(inside)} of them</summary>{tables}{more}</details>"
        case np.ndarray() | tuple() | list():
            cell = escape(_several(_plain(inside)))
        case float() if np.isnan(inside):
            cell = "—"
        case _:
            cell = escape(_text(_plain(inside)))
    return cell


def _folded(values: Mapping[str, Any]) -> str:
    """Return a table that opens when its status, its label or its size is clicked."""
    word = values.get("status", values.get("label"))
    summary = brief(word) if isinstance(word, Enum) else f"{len(values)} values"
    return f"<details><summary>{escape(summary)}</summary>{_table(values)}</details>"


def _verdict(member: Any) -> str:
    """Return a status with its sentence, or a label, coloured and marked by whether it is in doubt."""
    colour, mark = (RED, "!") if member.in_doubt else (GREEN, "✓")
    sentence = "" if isinstance(member, str) else escape(member.value)
    return f"<strong style='color:{colour}'>{mark} {escape(brief(member))}</strong> {sentence}".rstrip()


def _several(values: list[Any]) -> str:
    """Return a few values written out, many by their number and their extent."""
    numbers = list(_flat(values))
    if len(numbers) <= WRITTEN_OUT:
        return f"[{', '.join(_several(x) if isinstance(x, list) else _text(x) for x in values)}]"
    known = [x for x in numbers if isinstance(x, int | float) and not isinstance(x, bool) and np.isfinite(x)]
    extent = f", from {_text(min(known))} to {_text(max(known))}" if known else ""
    return f"{len(numbers)} values{extent}"


def _flat(values: list[Any]) -> Any:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _text(value: Any) -> str:
    """Return one plain value, numbers with six digits."""
    match value:
        case None:
            return "—"
        case complex():
            return f"{_text(value.real)} + {_text(value.imag)} i"
        case bool() | str():
            return str(value)
        case Enum():
            return value.name.lower()
    return f"{value:.6g}".replace("inf", "∞").replace("nan", "NaN").replace("-", "−")


def _plain(value: Any) -> Any:
    """Return nested lists of plain numbers in place of arrays and tuples, floats in place of fractions."""
    match value:
        case np.ndarray() | np.generic():
            return value.tolist()
        case tuple() | list():
            return [_plain(item) for item in value]
        case Fraction():
            return float(value)
    return value


def _is_answer(value: Any) -> bool:
    return hasattr(value, "contents")
