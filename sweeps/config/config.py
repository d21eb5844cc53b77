"""The description of an experiment: a YAML file, checked once, then read-only.

`load_config` reads a file; all it has against it comes as one `ConfigError`, a sentence for each problem.
What a key may be is said in the classes below, one for each section. An empty section is as good as none.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from functools import cached_property
from html import escape
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal, Self

from pydantic import BeforeValidator, ValidationError, model_validator

from sweeps.config import file
from sweeps.config.errors import ConfigError, KeyPath, Problems, problem, sentences
from sweeps.config.finite import Finite
from sweeps.config.model import Model
from sweeps.config.slurm import Slurm
from sweeps.config.start import RandomStarts, Start
from sweeps.config.sweep import CONTINUOUS, SWEPT, Sweep
from sweeps.config.values import LARGEST, Section, allowing, default_if_empty, list_of, one_of, whole

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Config", "ConfigError", "load_config"]

Quantity = Literal["orbit", "section", "label", "transient", "attractors", "lyapunov"]

TURNS = 8  # of the clock, by which tori and chaos can be told apart
LONGEST = 10**12  # map steps: 10**11 are a day's computing
SIZES = ("context", "positional_bits", "n_patterns", "n_columns", "n_segments")  # swept parameters that decide shapes
MOST_NETWORKS = 10_000  # of different sizes in one sweep; each is checked
QUANTITIES: tuple[Quantity, ...] = ("orbit", "section", "label", "transient", "attractors", "lyapunov")
USUAL: tuple[Quantity, ...] = ("orbit", "label", "lyapunov")


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
        Lyapunov exponents, the largest so many; all are ``context * n_patterns``. Two tell tori, chaos and
        hyperchaos apart; without exponents only cycles get a label.
    n_max : int, optional
        While the label is undetermined or transient, an orbit goes on, up to so many steps in all.
    """

    n_transient: Annotated[int, BeforeValidator(whole(0, LONGEST))] = 100_000
    n_steps: Annotated[int, BeforeValidator(whole(1, LONGEST))] = 75_000
    n_exponents: Annotated[int | Literal["all"], BeforeValidator(_all_or_whole)] = "all"
    n_max: Annotated[int | None, BeforeValidator(_whole_or_none)] = None


@allowing("letters, digits, `-`, `_` and `.`, at most 100")
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
        Of the folder in ``results/``. From a file: that of the file without its ending, where no name is written.
    model : Model
        The network.
    start : Start
        Where orbits begin; one random window if nothing is written.
    sweep : Sweep or None
        The swept parameters. None: a single point.
    run : Run
        Numbers of steps and of exponents.
    record : tuple of str
        What is kept of each point: ``orbit``, where it goes; ``section``, the points of the paper's section; ``label``,
        its kind; ``transient``, what came before; ``attractors``, the one that each start reached; ``lyapunov``,
        exponents.
    slurm : Slurm or None
        What to ask of a cluster; decides no result.
    finite : Finite or None
        What `dmfsa finite` does; decides no result of a sweep.

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
    slurm: Slurm | None = None
    finite: Finite | None = None

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

    def _repr_html_(self) -> str:
        """Return the YAML for a notebook."""
        return f"<pre>{escape(self.to_yaml())}</pre>"

    @property
    def axes(self) -> dict[str, NDArray[np.float64]]:
        """The swept parameters and their values, in the order of `sweep.SWEPT`; none for one point."""
        return {name: axis.array for name, axis in self.sweep.axes.items()} if self.sweep else {}

    @property
    def n_exponents(self) -> int:
        """Number of Lyapunov exponents, as a number also where the file says ``all``; of all points the most.

        Finite networks have none: noise is not differentiated.
        """
        asked = 0 if self.is_noisy else self.run.n_exponents
        return max(model.context * model.features.n_patterns for model in self.networks) if asked == "all" else asked

    @property
    def is_noisy(self) -> bool:
        """Whether the points are finite networks."""
        return self.model.n_spins is not None or "n_spins" in self.axes

    @cached_property
    def networks(self) -> tuple[Model, ...]:
        """The models of all points, but for β, γ, ε, the seed and the scale: those that differ in their sizes."""
        axes = {name: [round(x) for x in values.tolist()] for name, values in self.axes.items() if name in SIZES}
        together = [name for name in (self.sweep.zipped if self.sweep else ()) if name in axes]
        choices = [[{name: value} for value in dict.fromkeys(axes[name])] for name in axes if name not in together]
        rows = dict.fromkeys(zip(*(axes[name] for name in together), strict=True))
        choices.append([dict(zip(together, row, strict=True)) for row in rows] or [{}])
        return tuple(self.model_with({k: v for some in each for k, v in some.items()}) for each in product(*choices))

    def model_with(self, values: Mapping[str, float]) -> Model:
        """Return the model with other values of swept parameters; `values` by the names of `sweep.SWEPT`.

        Raises
        ------
        ConfigError
            If they do not go together.
        """
        if not values:
            return self.model
        given = self.model.model_dump(exclude_none=True)
        for name, value in values.items():
            *above, key = SWEPT[name][0]
            (given[above[0]] if above else given)[key] = value
        try:
            return Model.model_validate(given)
        except ValidationError as error:
            raise ConfigError(*sentences(error, Model, {})) from None

    def at(self, values: Mapping[str, float]) -> Self:
        """Return the config of one network of the sweep, which sweeps nothing itself; see `model_with`."""
        one = self.model_copy(update={"model": self.model_with(values), "sweep": None})
        one.__dict__.pop("networks", None)  # a copy takes cached values along
        return one

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = Problems()
        swept = self.sweep.axes if self.sweep else {}
        if self.model.beta is None and "beta" not in swept:
            found.add("is missing: give it a value, or sweep it", "model", "beta")
        n_networks = math.prod(axis.size for name, axis in swept.items() if name in SIZES)
        if n_networks > MOST_NETWORKS:
            found.add(
                f"asks for {n_networks} networks of different sizes; at most {MOST_NETWORKS} are allowed", "sweep"
            )
            found.raise_if_any()
        self._check_networks(found)
        if self.sweep and self.sweep.refine and "label" not in self.record:
            found.add("needs labels: let record hold label", "sweep", "refine")
        if "attractors" in self.record:
            self._check_attractors(found)
        continuation = self.sweep.continuation if self.sweep else None
        n_ways = 2 if continuation and continuation.direction == "both" else 1
        n_orbits = self.start.n * n_ways * (self.sweep.size if self.sweep else 1)
        if n_orbits > LARGEST:
            found.add(f"asks for {n_orbits} orbits, starts included; at most {LARGEST} are allowed", "sweep")
        found.raise_if_any()
        return self

    def _check_attractors(self, found: Problems) -> None:
        """Note what keeps the starts of a point from being compared."""
        if not self.start.random or self.start.random.n < 2:
            found.add("must be at least 2 to record attractors: many starts find them", "start", "random", "n")
        if self.is_noisy:
            found.add(
                "must not hold attractors with n_spins: noise moves orbits between them; see `dmfsa finite`", "record"
            )
        elif "label" not in self.record or self.run.n_exponents == 0:
            found.add("must hold label beside attractors, and run.n_exponents must be at least 1", "record")
        shortest = TURNS * 2**self.model.positional_bits
        if self.run.n_steps < shortest:
            found.add(f"must be at least {shortest} to record attractors: {TURNS} turns of the clock", "run", "n_steps")
        if self.sweep and (self.sweep.continuation or self.sweep.refine):
            found.add(
                "must be independent and not refined to record attractors: follow them with `dmfsa attractors`", "sweep"
            )

    def _check_networks(self, found: Problems) -> None:
        """Note what does not fit in any of the networks; in the first of those in which something does not."""
        try:
            self.model_with(self._any_values())
            networks = self.networks
        except ConfigError as error:
            for sentence in error.args:
                found.add(f"has points that cannot be run: {sentence.rstrip('.')}", "sweep")
            return
        for model in networks:
            here = Problems()
            self._check_run(model, here)
            found.extend(here)
            if here:
                return

    def _any_values(self) -> dict[str, float]:
        """Return a value of every swept parameter that makes another network."""
        swept = self.sweep.axes if self.sweep else {}
        return {
            name: int(axis.array[0]) if name != "scale" else float(axis.array[0])
            for name, axis in swept.items()
            if name not in CONTINUOUS
        }

    def _check_run(self, model: Model, found: Problems) -> None:
        """Note what of the start and of the run does not fit a network."""
        self.start.check_against(model, found, "start")
        most = model.context * model.features.n_patterns
        asked = self.run.n_exponents
        if asked == "all":
            asked = 0 if self.is_noisy else most
        elif asked and self.is_noisy:
            found.add("must be 0 or all with n_spins: noise leaves no exponents", "run", "n_exponents", value=asked)
        if asked > most:
            sentence = f"must be at most context * n_patterns = {most}"
            found.add(sentence, "run", "n_exponents", value=asked)
        period = 2**model.positional_bits
        if asked and self.run.n_steps < 2 * period:
            sentence = f"must be at least {2 * period} for exponents with error bars: two periods of the clock"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        elif "label" in self.record and self.is_noisy and self.run.n_steps < 8:
            sentence = "must be at least 8 to record a label of a noisy orbit"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        elif "label" in self.record and self.run.n_steps < 3:
            sentence = "must be at least 3 to record a label: a period has to be seen three times"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        if "section" in self.record and model.features.n_patterns < 2:
            found.add("must not hold section: it cuts the second pattern's mean field, and n_patterns = 1", "record")


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
    document = file.read_mapping(path, overrides)
    return Config._checked(document.values, document.where, folder=str(path.absolute().parent))
