"""What all benchmarks share: rounds of alternating measurements, medians, tables."""

import statistics
import time
from collections.abc import Callable, Sequence
from typing import Any


def seconds(call: Callable[[], Any]) -> float:
    """Wall time of one call."""
    began = time.perf_counter()
    call()
    return time.perf_counter() - began


def rounds(calls: dict[str, Callable[[], Any]], n: int = 15) -> dict[str, list[float]]:
    """Time A B C A B C …: what slows the machine for a while falls on all. A first round only warms up."""
    times: dict[str, list[float]] = {name: [] for name in calls}
    for i in range(n + 1):
        for name, call in calls.items():
            took = seconds(call)
            if i:
                times[name].append(took)
    return times


def median(times: Sequence[float]) -> float:
    return statistics.median(times)


def ratio(first: Sequence[float], second: Sequence[float]) -> float:
    """Median of the quotients within each round."""
    return statistics.median(a / b for a, b in zip(first, second, strict=True))


def spread(first: Sequence[float], second: Sequence[float]) -> str:
    """Quartiles of those quotients: how far to trust their median."""
    low, _, high = statistics.quantiles([a / b for a, b in zip(first, second, strict=True)], n=4)
    return f"{low:.2f}–{high:.2f}"


def table(title: str, header: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    """Print a table that is plain text and Markdown: the first column to the left, numbers to the right."""
    cells = [[str(cell) for cell in row] for row in (header, *rows)]
    width = [max(len(row[i]) for row in cells) for i in range(len(header))]
    rule = ["-" * width[0], *("-" * (w - 1) + ":" for w in width[1:])]

    def line(row: Sequence[str]) -> str:
        padded = [row[0].ljust(width[0]), *(cell.rjust(w) for cell, w in zip(row[1:], width[1:], strict=True))]
        return "| " + " | ".join(padded) + " |"

    print(f"**{title}**\n", line(cells[0]), line(rule), *map(line, cells[1:]), "", sep="\n", flush=True)
