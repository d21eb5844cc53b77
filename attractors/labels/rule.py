"""The rule that makes a label of the evidence: a table of lines, read from the top."""

import re
import textwrap
from collections.abc import Iterable
from typing import NamedTuple

from attractors.labels.evidence import Evidence
from attractors.labels.label import Label
from attractors.labels.line import Line
from attractors.labels.lines_of_chaos import CHAOS
from attractors.labels.lines_of_cycles import ARRIVING, CYCLES, LEAVING
from attractors.labels.lines_of_tori import DOUBTS, SECOND_OPINIONS, TORI

RULE = (
    Line(
        "divergence",
        "the orbit is not finite",
        lambda evidence: evidence.diverged,
        Label.divergent,
        lambda evidence: "the orbit did not stay finite",
        decided_by="divergence",
        of_whole=True,
    ),
    *CYCLES,
    Line(
        "no exponents",
        "it does not repeat, and there are no exponents",
        lambda evidence: not evidence.exponents,
        Label.undetermined,
        lambda evidence: "no period was found and there are no exponents: ask for n_exponents >= 1",
    ),
    *LEAVING,
    *CHAOS,
    *ARRIVING,
    *DOUBTS,
    *TORI,
)

# Shares of right labels among those that met the conditions, whose probability is a factor: of each training family
# with thresholds chosen from the others.
RIGHT = {"cycle": 0.9999, "chaos": 0.9998, "torus": 0.9902, "opinion": 0.9302}


class Verdict(NamedTuple):
    """What the rule says of an orbit.

    Attributes
    ----------
    line : Line
        The line that spoke.
    label : Label
        Its label.
    reason : str
        The numbers that decided.
    probability : float
        That the conditions named in the reason hold.
    asked : tuple of str
        Evidence that was computed on demand for it.
    """

    line: Line
    label: Label
    reason: str
    probability: float
    asked: tuple[str, ...]

    @property
    def confidence(self) -> float:
        """That probability times the share of right labels of the line's group; 0 if undetermined."""
        return 0.0 if self.label is Label.undetermined else RIGHT.get(self.line.group, 1.0) * self.probability


def verdict(evidence: Evidence) -> Verdict:
    """Read the rule from the top; before a line leaves an orbit undetermined, ask for the opinions that it may have."""
    line = _first(RULE, evidence)
    assert line is not None  # the last one always holds
    while (opinion := _first(line.unless, evidence)) is not None:
        line = opinion
    label = Label.fixed_point if line.label is Label.periodic and evidence.period == 1 else line.label
    return Verdict(line, label, line.reason(evidence), line.probability(evidence), evidence.asked)


def _first(lines: Iterable[Line], evidence: Evidence) -> Line | None:
    return next((line for line in lines if line.holds(evidence)), None)


# ---- the table in words ----------------------------------------------------------------------------------------------


def rows() -> list[tuple[str, str, str]]:
    """Return name, condition, and label of each line, as they are read; opinions come last."""
    return [(line.name, line.when, _says(line)) for line in [*RULE, *SECOND_OPINIONS]]


def _says(line: Line) -> str:
    if not line.unless:
        return "periodic, or fixed_point" if line.label is Label.periodic else str(line.label)
    return f"{line.label}, unless told by {', '.join(dict.fromkeys(other.name.split(':')[0] for other in line.unless))}"


def in_markdown() -> str:
    """Return the rule as a table in Markdown."""
    lines = ["| line | holds if | label |", "|---|---|---|"]
    lines += [f"| {' | '.join(row)} |" for row in rows()]
    return re.sub(r"(λ|se|band)_(.)", _as_mathematics, "\n".join(lines)) + "\n"


def _as_mathematics(name: re.Match[str]) -> str:
    symbol = {"λ": r"\lambda", "se": r"\mathrm{se}", "band": r"\mathrm{band}"}[name[1]]
    return f"${symbol}_{name[2]}$"


def in_docstring() -> str:
    """Return the same for the docstring of `classify_evidence`."""
    columns = [25, 60, 27]
    border = "  ".join("=" * width for width in columns)
    found = [border]
    for row in rows():
        cells = [textwrap.wrap(cell, width) for cell, width in zip(row, columns, strict=True)]
        for i in range(max(map(len, cells))):
            each = (cell[i] if i < len(cell) else "" for cell in cells)
            found.append("  ".join(text.ljust(width) for text, width in zip(each, columns, strict=True)).rstrip())
    return "\n".join([*found, border]) + "\n"
