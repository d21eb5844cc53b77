"""The `run` section of a config: how long each point runs."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import BeforeValidator

from sweeps.config.errors import problem
from sweeps.config.values import Section, allowing, whole

LONGEST = 10**12  # map steps: 10**11 are a day's computing


@allowing("`all`, or a whole number, 0 or more")
def _all_or_whole(value: object) -> object:
    if value == "all":
        return value
    if isinstance(value, str):
        raise problem("must be a whole number, or all", value=value)
    return whole(0)(value)


@allowing(f"a whole number, 1 to {LONGEST:_}")
def _whole_or_none(value: object) -> object:
    return None if value is None else whole(1, LONGEST)(value)


class Run(Section):
    """How long each point runs.

    Attributes
    ----------
    n_transient : int
        Map steps discarded first.
    n_steps : int
        Map steps kept.
    n_exponents : int or "all"
        Lyapunov exponents, the largest so many; all are as many as the model has dimensions. Two tell tori, chaos and
        hyperchaos apart; without exponents only cycles get a label.
    n_max : int, optional
        While the label is undetermined or transient, an orbit goes on, up to so many steps in all.
    """

    n_transient: Annotated[int, BeforeValidator(whole(0, LONGEST))] = 100_000
    n_steps: Annotated[int, BeforeValidator(whole(1, LONGEST))] = 75_000
    n_exponents: Annotated[int | Literal["all"], BeforeValidator(_all_or_whole)] = "all"
    n_max: Annotated[int | None, BeforeValidator(_whole_or_none)] = None
