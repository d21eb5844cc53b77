"""A line of the rule: when it holds, what it says, and how sure that is."""

from collections.abc import Callable
from dataclasses import dataclass

from attractors.labels.evidence import Evidence
from attractors.labels.label import Label


def certain(evidence: Evidence) -> float:
    """Return the probability of conditions that have no error."""
    return 1.0


@dataclass(frozen=True)
class Line:
    """One line of the rule; the first that holds gives the label.

    Attributes
    ----------
    name : str
        What it is called (`Classification.line`).
    when : str
        When it holds, in words, for tables: of an orbit that none of the lines above holds for.
    holds : callable, Evidence -> bool
        The same, as computed. It asks only for evidence that it needs, the cheap first.
    label : Label
        What it says; a periodic orbit whose period is 1, state and clock together, is a fixed point.
    reason : callable, Evidence -> str
        The numbers that decide, and for an open label what would.
    group : str
        Of the confidence: the share of right labels in `RIGHT`, 1 without.
    probability : callable, Evidence -> float
        That the conditions on the exponents hold, if their errors are normal.
    decided_by : str
        Which evidence it is.
    unless : tuple of Line
        Opinions that are asked first, where it leaves an orbit undetermined: the first that holds speaks in its place.
    of_whole : bool
        Whether the label rests on the average over all steps, and nothing of it was a transient.
    """

    name: str
    when: str
    holds: Callable[[Evidence], bool]
    label: Label
    reason: Callable[[Evidence], str]
    group: str = ""
    probability: Callable[[Evidence], float] = certain
    decided_by: str = ""
    unless: tuple["Line", ...] = ()
    of_whole: bool = False
