"""The description of an experiment: a YAML file, checked once, then read-only.

`load_config` reads a file; all it has against it comes as one `ConfigError`, a sentence for each problem.
What a key may be is said in the classes below, one for each section. An empty section is as good as none.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, ValidationError, model_validator

from sweeps.config import file
from sweeps.config.errors import ConfigError, KeyPath, Problems, problem, sentences
from sweeps.config.model import Model
from sweeps.config.start import RandomStarts, Start
from sweeps.config.values import LARGEST, Number, Section, default_if_empty, finite, list_of, one_of, whole

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Config", "ConfigError", "load_config"]

Quantity = Literal["orbit", "section", "label", "lyapunov"]

LONGEST = 10**12  # map steps: 10**11 are a day's computing
# What can be swept, in the order of the axes, and what it must lie between.
SWEPT = {"beta": (0.0, math.inf), "gamma": (-math.inf, math.inf), "epsilon": (0.0, 1.0)}
QUANTITIES: tuple[Quantity, ...] = ("orbit", "section", "label", "lyapunov")
USUAL: tuple[Quantity, ...] = ("orbit", "label", "lyapunov")


class Axis(Section):
    """The values of one swept parameter: either `from`, `to` and `n`, evenly spaced, or `values`.

    Attributes
    ----------
    first, last : float
        The keys ``from`` and ``to``, both included.
    n : int
        Number of values, 2 or more.
    values : tuple of float
        Distinct values, in the order they are wanted.
    """

    first: Number | None = Field(None, alias="from")
    last: Number | None = Field(None, alias="to")
    n: Annotated[int, BeforeValidator(whole(2))] | None = None
    values: Annotated[tuple[float, ...], BeforeValidator(list_of(finite, distinct=True))] | None = None

    @property
    def size(self) -> int:
        """Number of values."""
        return self.n or len(self.values or ())

    @property
    def array(self) -> NDArray[np.float64]:
        """All values, as float64."""
        import numpy as np  # noqa: PLC0415 - not for those who only read a config

        if self.values is not None:
            return np.array(self.values, dtype=np.float64)
        return np.linspace(self.first or 0.0, self.last or 0.0, self.size, dtype=np.float64)

    @model_validator(mode="after")
    def _range_or_values(self) -> Self:
        given = {"from": self.first, "to": self.last, "n": self.n}
        absent = [key for key, value in given.items() if value is None]
        if self.values is not None:
            if len(absent) < 3:
                raise problem("must not stand beside from, to and n: give one or the other", "values")
        elif absent:
            missing = "" if len(absent) == 3 else f" ({' and '.join(absent)} missing)"
            raise problem(f"needs from, to and n, or a list of values{missing}")
        elif self.first is not None and self.last is not None and self.n is not None:
            step = (self.last - self.first) / (self.n - 1)
            if step <= 0:
                raise problem(f"must be larger than from = {self.first}", "to", value=self.last)
            if not 4 * math.ulp(max(abs(self.first), abs(self.last))) < step < math.inf:
                raise problem("must leave finite, distinct numbers between from and to", "n", value=self.n)
        return self


class Sweep(Section):
    """The swept parameters; every combination of their values is a point.

    Attributes
    ----------
    beta, gamma, epsilon : Axis or None
        At least one. A swept parameter needs no value under ``model``, and one that is there does not count.
    order : str
        ``independent``: every point begins with the same start.
    """

    beta: Axis | None = None
    gamma: Axis | None = None
    epsilon: Axis | None = None
    order: Annotated[Literal["independent"], BeforeValidator(one_of("independent"))] = "independent"

    @property
    def axes(self) -> dict[str, Axis]:
        """The swept parameters, in the order beta, gamma, epsilon."""
        axes = {name: getattr(self, name) for name in SWEPT}
        return {name: axis for name, axis in axes.items() if axis is not None}

    @model_validator(mode="after")
    def _values_allowed(self) -> Self:
        if not self.axes:
            raise problem(f"needs at least one of {', '.join(SWEPT)}")
        found = Problems()
        for name, axis in self.axes.items():
            low, high = SWEPT[name]
            listed = [(("values", i), value) for i, value in enumerate(axis.values or ())]
            for at, value in [(("from",), axis.first), (("to",), axis.last), *listed]:
                if value is not None and not low <= value <= high:
                    allowed = "0 or larger" if high == math.inf else f"between {low:g} and {high:g}"
                    found.add(f"must be {allowed}", name, *at, value=value)
        found.raise_if_any()
        return self


def _all_or_whole(value: object) -> object:
    if value == "all":
        return value
    if isinstance(value, str):
        raise problem("must be a whole number, or all", value=value)
    return whole(0)(value)


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
        Lyapunov exponents, largest first; all are ``context * n_patterns``.
    n_max : int, optional
        While the label is undetermined or transient, an orbit goes on, up to so many steps in all.
    """

    n_transient: Annotated[int, BeforeValidator(whole(0, LONGEST))] = 100_000
    n_steps: Annotated[int, BeforeValidator(whole(1, LONGEST))] = 75_000
    n_exponents: Annotated[int | Literal["all"], BeforeValidator(_all_or_whole)] = "all"
    n_max: Annotated[int | None, BeforeValidator(_whole_or_none)] = None


def _name(value: object) -> str:
    """Accept what can name a folder everywhere, and cannot leave the one it stands in."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", value):
        return value
    allowed = "must be text of letters, digits, '-', '_' and '.', beginning with a letter, a digit or '_'"
    raise problem(f"{allowed}: it names the folder of the results", value=value)


class Config(Section):
    """One experiment, checked: whatever is in here can be run.

    Make one with `load_config` or `Config.from_dict`: over what is written they raise only `ConfigError`.

    Attributes
    ----------
    name : str
        Of the folder of results. From a file: its stem, where no name is written.
    model : Model
        The network.
    start : Start
        Where orbits begin; one random window if nothing is written.
    sweep : Sweep or None
        The swept parameters. None: a single point.
    run : Run
        Numbers of steps and of exponents.
    record : tuple of str
        What is kept of each point, out of ``orbit``, ``section``, ``label``, ``lyapunov``.

    Examples
    --------
    >>> config = Config.from_dict({"sweep": {"beta": {"from": 1.24, "to": 1.28, "n": 5}}})
    >>> config.axes
    {'beta': array([1.24, 1.25, 1.26, 1.27, 1.28])}
    >>> config.model.epsilon, config.n_exponents
    (0.02, 12)
    >>> Config.from_dict(config.to_dict()) == config
    True
    >>> Config.from_dict({"model": {"beta": -1}})
    Traceback (most recent call last):
        ...
    sweeps.config.errors.ConfigError: model.beta = -1 must be 0 or larger.
    """

    name: Annotated[str, BeforeValidator(_name)] = "unnamed"
    model: Annotated[Model, BeforeValidator(default_if_empty)] = Model()
    start: Annotated[Start, BeforeValidator(default_if_empty)] = Start(random=RandomStarts())
    sweep: Sweep | None = None
    run: Annotated[Run, BeforeValidator(default_if_empty)] = Run()
    record: Annotated[
        tuple[Quantity, ...],
        BeforeValidator(list_of(one_of(*QUANTITIES), distinct=True)),
        BeforeValidator(default_if_empty),
    ] = USUAL

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> Self:
        """Check plain values, such as `to_dict` returns.

        Parameters
        ----------
        values : mapping
            As in the YAML file. NumPy arrays and numbers will do. Relative paths stay as they are.

        Raises
        ------
        ConfigError
            With a line for each problem.
        """
        return cls._checked(file.plain(values), {})

    @classmethod
    def _checked(cls, values: object, where: Mapping[KeyPath, str], folder: str = "") -> Self:
        try:
            return cls.model_validate(values, context={"folder": folder})
        except ValidationError as error:
            raise ConfigError(*sentences(error, cls, where)) from None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with all defaults filled in; `from_dict` makes an equal config of them."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def to_yaml(self) -> str:
        """Return `to_dict` as the text of a YAML file that `load_config` reads back."""
        return file.dump(self.to_dict())

    @property
    def axes(self) -> dict[str, NDArray[np.float64]]:
        """The swept parameters and their values, in the order beta, gamma, epsilon; none for one point."""
        return {name: axis.array for name, axis in self.sweep.axes.items()} if self.sweep else {}

    @property
    def n_exponents(self) -> int:
        """Number of Lyapunov exponents, as a number also where the file says ``all``."""
        asked = self.run.n_exponents
        return self.model.context * self.model.features.n_patterns if asked == "all" else asked

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = Problems()
        swept = self.sweep.axes if self.sweep else {}
        if self.model.beta is None and "beta" not in swept:
            found.add("is missing: give it a value, or sweep it", "model", "beta")
        self.start.check_against(self.model, found)
        most = self.model.context * self.model.features.n_patterns
        if self.n_exponents > most:
            sentence = f"must be at most context * n_patterns = {most}"
            found.add(sentence, "run", "n_exponents", value=self.n_exponents)
        period = 2**self.model.positional_bits
        if self.n_exponents and self.run.n_steps < 2 * period:
            sentence = f"must be at least {2 * period} for exponents with error bars: two periods of the clock"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        elif "label" in self.record and self.run.n_steps < 3:
            sentence = "must be at least 3 to record a label: a period has to be seen three times"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        if "section" in self.record and self.model.features.n_patterns < 2:
            found.add("must not hold section: it cuts the second pattern's mean field, and n_patterns = 1", "record")
        n_starts = self.start.random.n if self.start.random else 1
        n_orbits = n_starts * math.prod(axis.size for axis in swept.values())
        if n_orbits > LARGEST:
            found.add(f"asks for {n_orbits} orbits, starts included; at most {LARGEST} are allowed", "sweep")
        found.raise_if_any()
        return self


def load_config(path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> Config:
    """Read and check a YAML file.

    Parameters
    ----------
    path : path
        Of the file. Relative paths in it, and in overrides, start at its folder.
    overrides : iterable of str
        Each ``dotted.key=value``, the value in YAML; set before anything is checked, in this order.

    Returns
    -------
    Config

    Raises
    ------
    ConfigError
        With a line for each problem: the file and line, or the override; the key; what is allowed there.

    Examples
    --------
    >>> import pathlib, tempfile
    >>> folder = tempfile.TemporaryDirectory()
    >>> paper = pathlib.Path(folder.name, "paper.yaml")
    >>> _ = paper.write_text("model: {beta: 1.27}")
    >>> config = load_config(paper, ["model.beta=1.3", "start={token: o0}"])
    >>> config.name, config.model.beta, config.start.kind
    ('paper', 1.3, 'token')
    >>> folder.cleanup()
    """
    path = Path(path)
    document = file.read(path)
    place = document.where[()]
    if document.values is None:
        raise ConfigError(f"{place}: the file is empty.")
    if not isinstance(document.values, dict):
        raise ConfigError(f"{place}: the file must be a mapping, lines of the form key: value.")
    problems: list[str] = []
    for text in [overrides] if isinstance(overrides, str) else overrides:
        try:
            file.override(document, text)
        except ConfigError as error:
            problems.extend(error.args)
    if problems:
        raise ConfigError(*problems)
    if "name" not in document.values:
        document.values["name"] = path.stem
        document.where["name",] = f"{place} (the file's own name, as it has no key 'name')"
    return Config._checked(document.values, document.where, folder=str(path.absolute().parent))
