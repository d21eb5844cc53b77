"""The trust matrix: what every quantity is compared with, by how much it is off, and how much it may be.

The `trust_*.py` files beside this one say what is compared; test_trust.py does it; `make trust` prints the table
and writes docs/trust.md.
"""

import re
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

DOCUMENT = Path(__file__).parents[2] / "docs" / "trust.md"
COLUMNS = ("exact value", "published value", "independent implementation")
HEAD = """# The trust matrix

Every quantity that `attractors` and `dmfsa` answer with, beside what it is compared with. Each number is **the largest
deviation ≤ what is allowed**, and in brackets the argument for what is allowed. 3 se are three standard errors, as the
answer itself states them. A cell without a comparison says why there is none.

Made by `make trust`, which fails where a deviation is larger. Deviations differ a little from machine to machine.
"""


class Cell(NamedTuple):
    """A comparison: with what, the argument for the deviation allowed, and a function that finds both sides."""

    quantity: "Quantity"
    column: str
    against: str
    argument: str
    compare: Callable[[], tuple[object, object, object]]

    def measured(self) -> tuple[float, float]:
        """Deviation and what is allowed, of the number that is worst off; not finite is as far off as can be."""
        found, expected, allowed = np.broadcast_arrays(*(np.asarray(x, dtype=float) for x in self.compare()))
        assert found.size, "nothing was compared"
        same = (found == expected) | (np.isnan(found) & np.isnan(expected))
        with np.errstate(invalid="ignore", divide="ignore"):
            off = np.where(same, 0.0, np.abs(found - expected))
            share = np.where(off == 0.0, 0.0, off / allowed)
        off, share = np.nan_to_num(off, nan=np.inf), np.nan_to_num(share, nan=np.inf)
        worst = np.unravel_index(share.argmax(), share.shape)
        return float(off[worst]), float(allowed[worst])


class Quantity:
    """A row: its name, the public names that answer with it, and reasons for columns that stay empty."""

    every: list["Quantity"] = []  # noqa: RUF012 - the one list of all of them

    def __init__(self, name: str, *answers: str, **reasons: str) -> None:
        self.name, self.answers = name, answers
        self.reasons = {column: reasons.pop(column.split()[0]) for column in COLUMNS if column.split()[0] in reasons}
        assert not reasons, f"no such column: {reasons}"
        self.cells: list[Cell] = []
        Quantity.every.append(self)

    def _agrees(self, column: str, against: str, argument: str):
        def take(compare):
            self.cells.append(Cell(self, column, against, argument, compare))
            return compare

        return take

    def exact(self, against: str, argument: str):
        return self._agrees(COLUMNS[0], against, argument)

    def published(self, against: str, argument: str):
        return self._agrees(COLUMNS[1], against, argument)

    def independent(self, against: str, argument: str):
        return self._agrees(COLUMNS[2], against, argument)


def document(measured: dict[Cell, tuple[float, float]]) -> str:
    """The page: a row for each quantity; cells that were not measured have no number."""
    rows = [["quantity", *COLUMNS], ["---"] * 4]
    for quantity in Quantity.every:
        names = f"**{quantity.name}**" + "".join(f"<br>`{name}`" for name in quantity.answers)
        rows.append([names, *(_shown(quantity, column, measured) for column in COLUMNS)])
    return (
        HEAD
        + "\n"
        + "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in row) + " |" for row in rows)
        + "\n"
    )


def _shown(quantity: Quantity, column: str, measured: dict[Cell, tuple[float, float]]) -> str:
    shown = []
    for cell in quantity.cells:
        if cell.column == column:
            off, allowed = measured.get(cell, (np.nan, np.nan))
            shown.append(f"{cell.against}: <b>{off:.1e} ≤ {allowed:.1e}</b> ({cell.argument})")
    return "<br>".join(shown) if shown else f"— *{quantity.reasons.get(column, '')}*"


def numbers(page: str) -> list[str]:
    """Deviations and what is allowed, as shown."""
    return re.findall(r"<b>(\S+) ≤", page)


def without_numbers(page: str) -> str:
    return re.sub(r"<b>.*?</b>", "", page)
