"""How large figures are, and their letters and lines: as wide as a page of a journal, or one of its columns."""

from typing import Any

WIDE = 7.0  # inches: two columns of a journal
COLUMN = 86 / 25.4  # inches: one column
STYLE: Any = {
    "font.size": 9,
    "axes.spines.top": False,
    "axes.spines.right": False,
    "legend.frameon": False,
    "lines.linewidth": 0.9,
    "pdf.fonttype": 42,  # letters stay letters: journals ask for it
}
# What differs in a figure of one column.
NARROW: Any = {
    "font.size": 7,
    "xtick.labelsize": 6.5,
    "ytick.labelsize": 6.5,
    "legend.fontsize": 6.5,
    "axes.linewidth": 0.5,
    "lines.linewidth": 0.5,
    "xtick.major.width": 0.5,
    "ytick.major.width": 0.5,
    "xtick.major.size": 2.5,
    "ytick.major.size": 2.5,
}


def style_of(width: float) -> Any:
    """Letters and lines that fit a figure of so many inches, at that width in print: 6 points at least."""
    return STYLE if width > 1.2 * COLUMN else STYLE | NARROW
