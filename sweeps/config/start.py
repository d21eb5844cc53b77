"""The `start` section of a config: where orbits begin."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, ValidationInfo, model_validator

from sweeps.config.errors import Problems, nearest, problem
from sweeps.config.model import Model
from sweeps.config.values import (
    Matrix,
    Section,
    Seed,
    Size,
    allowing,
    finite,
    matrix_of,
    one_of,
    shape,
    true_or_false,
    whole,
)

STARTS = ("checkpoint", "random", "sweep", "token", "window")
# Name and shape (context, n_patterns). The paper starts from the window it had reached at beta = 3.
NAMED_WINDOWS = {"paper_beta3": (4, 3)}


class RandomStarts(Section):
    """Windows drawn at random, uniform in [-1, 1].

    Attributes
    ----------
    n : int
        How many; more than one become an axis of the results.
    seed : int
        Fixes the draw.
    """

    n: Size = 1
    seed: Seed = 0


@allowing("`paper_beta3`, or a list of rows of equal length, each value a finite number")
def _window(value: object) -> object:
    if isinstance(value, str):
        if value in NAMED_WINDOWS:
            return value
        names = ", ".join(NAMED_WINDOWS)
        raise problem(f"must be {names} or a list of rows{nearest(value, NAMED_WINDOWS)}", value=value)
    return matrix_of(finite)(value)


@allowing("`o`, `v`, `q` or `k` and the number of a row: `o0`")
def _token(value: object) -> object:
    if isinstance(value, str) and re.fullmatch("[ovqk](0|[1-9][0-9]{0,7})", value):
        return value
    raise problem("must be o, v, q or k and the number of a row, such as o0", value=value)


@allowing("the name of a .npz file")
def _checkpoint(value: object, info: ValidationInfo) -> Path:
    """Return the path, from the folder of the config file where there is one."""
    if not isinstance(value, str) or not value.endswith(".npz") or not value.isprintable():
        raise problem("must be the name of a .npz file", value=value)
    return Path((info.context or {}).get("folder", ""), value)


@allowing("the name of a folder")
def _folder(value: object, info: ValidationInfo) -> Path:
    """Return the path, from the folder of the config file where there is one."""
    if not isinstance(value, str) or not value or not value.isprintable():
        raise problem("must be the name of a folder of results", value=value)
    return Path((info.context or {}).get("folder", ""), value)


class Start(Section):
    """Where the orbit begins: exactly one of `window`, `token`, `random`, `checkpoint`, `sweep`.

    Attributes
    ----------
    window : str or tuple of rows, shape (context, n_patterns)
        Attention vectors, newest first; or ``paper_beta3``, the window that the paper starts from.
    phase : int
        Of the newest token of a window written out, 0 where nothing is written.
    token : str
        A row of a feature matrix: ``o0`` is the first row of W^o.
    random : RandomStarts
        Windows drawn at random.
    checkpoint : Path
        An npz file with a window, ``attention``, and its ``phase``. Relative to the config file's folder.
    sweep : Path
        The results of an earlier sweep: each point starts from the last window of the same point there.
    nearest : bool
        With `sweep`: the nearest point will do.
    number : int
        With `sweep`: which of its starts, if it has several.
    direction : str
        With `sweep`: which of its directions, ``left`` or ``right``, if it has both.
    """

    window: Annotated[str | Matrix, BeforeValidator(_window)] | None = None
    phase: Annotated[int, BeforeValidator(whole(0, 2**30))] | None = None
    token: Annotated[str, BeforeValidator(_token)] | None = None
    random: RandomStarts | None = None
    checkpoint: Annotated[Path, BeforeValidator(_checkpoint)] | None = None
    sweep: Annotated[Path, BeforeValidator(_folder)] | None = None
    nearest: Annotated[bool, BeforeValidator(true_or_false)] | None = None
    number: Annotated[int, BeforeValidator(whole(0))] | None = None
    direction: Annotated[Literal["left", "right"], BeforeValidator(one_of("left", "right"))] | None = None

    @property
    def kind(self) -> str:
        """Which one is given: ``window``, ``token``, ``random``, ``checkpoint`` or ``sweep``."""
        return next(kind for kind in STARTS if getattr(self, kind) is not None)

    @model_validator(mode="before")
    @classmethod
    def _not_two(cls, given: object) -> object:
        if not isinstance(given, dict):
            return given
        kinds = [key for key, value in given.items() if key in STARTS and value is not None]
        if len(kinds) > 1:
            others = f"(beside {' and '.join(kinds[:-1])})"
            advice = f"start={{{kinds[-1]}: ...}} replaces the whole start"
            allowed = f"exactly one of {', '.join(STARTS)} is allowed"
            raise problem(f"is one start too many {others}: {allowed}; {advice}", kinds[-1])
        if isinstance(given.get("window"), list) and given.get("phase") is None:
            return {**given, "phase": 0}
        return given

    @model_validator(mode="after")
    def _one(self) -> Self:
        if all(getattr(self, kind) is None for kind in STARTS):
            raise problem(f"needs exactly one of {', '.join(STARTS)}")
        if self.phase is not None and not isinstance(self.window, tuple):
            raise problem("goes only with a window that is written out", "phase", value=self.phase)
        for key in ("nearest", "number", "direction"):
            if getattr(self, key) is not None and self.sweep is None:
                raise problem("goes only with sweep", key, value=getattr(self, key))
        return self

    def check_against(self, model: Model, found: Problems) -> None:
        """Note in `found` what of this start the model has no place for."""
        n_patterns = model.features.n_patterns
        fits = (model.context, n_patterns)
        if self.window is not None:
            given = NAMED_WINDOWS[self.window] if isinstance(self.window, str) else shape(self.window)
            if given != fits:
                name = f"({self.window}) " if isinstance(self.window, str) else ""
                sentence = f"{name}has shape {given} but must have shape {fits}: context, n_patterns"
                found.add(sentence, "start", "window")
        period = 2**model.positional_bits
        if self.phase is not None and self.phase >= period:
            sentence = f"must be less than the clock's period, 2**positional_bits = {period}"
            found.add(sentence, "start", "phase", value=self.phase)
        if self.token is not None and int(self.token[1:]) >= n_patterns:
            sentence = f"must name one of the {n_patterns} rows, 0 to {n_patterns - 1}"
            found.add(sentence, "start", "token", value=self.token)
