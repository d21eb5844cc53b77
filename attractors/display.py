"""How an answer shows itself in a notebook: one compact table, made of what it turns into for JSON."""

from collections.abc import Mapping
from html import escape
from typing import Any

FEW = 12  # numbers that are written out
ANSWERS = {  # statuses and labels that say what is; all others are doubts, whose sentence names the remedy
    "aligned",
    "approach",
    "chaotic",
    "converged",
    "finite",
    "fixed_point",
    "found",
    "hyperchaotic",
    "irregular",
    "located",
    "locked",
    "no_lines_sought",
    "no_torus",
    "none",
    "ok",
    "one_dimensional",
    "periodic",
    "quasiperiodic",
    "regular",
    "rest",
    "saturated",
    "scattered",
}
GREEN, RED = "#008A62", "#C75400"  # of Okabe and Ito, as dark as reads on white and on black (contrast above 4)
CELL = "padding:2px 8px;text-align:left;vertical-align:top"


def as_html(name: str, values: Mapping[str, Any]) -> str:
    """Return a table of the values of an answer, as `Result.to_dict` has them, under its name.

    Examples
    --------
    >>> as_html("Period", {"period": 4}).count("<tr>")
    1
    """
    return f"<div><strong>{escape(name)}</strong>{_table(values)}</div>"


def _table(values: Mapping[str, Any]) -> str:
    rows = []
    for key, value in values.items():
        if key == "message":
            continue  # stands beside the status
        cell = _verdict(value, values.get("message", "")) if key in {"status", "label"} else _cell(value)
        rows.append(
            f"<tr><th style='{CELL};font-weight:normal'><code>{escape(key)}</code></th>"
            f"<td style='{CELL};max-width:48em'>{cell}</td></tr>"
        )
    return f"<table style='border-collapse:collapse'>{''.join(rows)}</table>"


def _verdict(word: str, sentence: str) -> str:
    """Return a status or a label, coloured and marked by whether it is in doubt."""
    colour, mark = (GREEN, "✓") if word in ANSWERS else (RED, "!")
    words = escape(word.replace("_", " "))
    return f"<strong style='color:{colour}'>{mark} {words}</strong> {escape(sentence)}".rstrip()


def _cell(value: Any) -> str:
    match value:
        case {"shape": shape, **rest} if not rest:
            text = f"array of shape ({', '.join(map(str, shape))})"
        case {"real": _, "imag": _}:
            text = _text(value)
        case Mapping():
            word = value.get("status") or value.get("label") or f"{len(value)} values"
            return f"<details><summary>{escape(str(word)).replace('_', ' ')}</summary>{_table(value)}</details>"
        case [Mapping() as first, *_] if "real" not in first:
            tables = "".join(map(_table, value[:FEW]))
            more = f"… and {len(value) - FEW} more" if len(value) > FEW else ""
            return f"<details><summary>{len(value)} of them</summary>{tables}{more}</details>"
        case list():
            text = _several(value)
        case None:
            text = "—"
        case _:
            text = _text(value)
    return escape(text)


def _text(value: Any) -> str:
    """Return one plain value; infinities are text in JSON."""
    match value:
        case {"real": real, "imag": imag}:
            return f"{_number(real)} + {_number(imag)} i"
        case "inf" | "-inf":
            return _number(value)
        case bool() | str():
            return str(value)
    return _number(value)


def _several(values: list[Any]) -> str:
    """Return a few values written out, many by their number and their extent."""
    numbers = list(_flat(values))
    if len(numbers) <= FEW:
        return f"[{', '.join(map(_item, values))}]"
    known = [x for x in numbers if isinstance(x, int | float) and not isinstance(x, bool)]
    extent = f", from {_number(min(known))} to {_number(max(known))}" if known else ""
    return f"{len(numbers)} values{extent}"


def _item(value: Any) -> str:
    if isinstance(value, list):
        return _several(value)
    return _number(None) if value is None else _text(value)


def _flat(values: list[Any]) -> Any:
    for value in values:
        if isinstance(value, list):
            yield from _flat(value)
        else:
            yield value


def _number(value: Any) -> str:
    """Return a number with six digits; infinities come as text, NaN as None."""
    if value is None:
        return "NaN"
    text = value.replace("inf", "∞") if isinstance(value, str) else f"{value:.6g}"
    return text.replace("-", "−")
