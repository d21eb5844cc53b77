"""The description of an experiment: a YAML file, checked once, then read-only.

`load_config` reads a file; all it has against it comes as one `ConfigError`, a sentence for each problem.
What a key may be is said in the classes below, one for each section. An empty section is as good as none.
"""

from __future__ import annotations

import math
import os
import re
from collections.abc import Iterable, Mapping
from functools import cache, cached_property
from html import escape
from itertools import product
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, ClassVar, Self, cast

from pydantic import BeforeValidator, ValidationError, create_model, model_validator

from sweeps.config import file
from sweeps.config.cluster import AnyEngine
from sweeps.config.errors import ConfigError, KeyPath, Problems, problem, sentences
from sweeps.config.finite import Finite
from sweeps.config.module import model_in
from sweeps.config.registry import Kind, ModelSection, records, usual_model
from sweeps.config.run import Run
from sweeps.config.slurm import Slurm
from sweeps.config.start import RandomStarts, Start, start_of
from sweeps.config.sweep import Sweep, sweep_of
from sweeps.config.values import LARGEST, Section, allowing, default_if_empty, list_of, one_of

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    import numpy as np
    from numpy.typing import NDArray

__all__ = ["Config", "ConfigError", "load_config"]

TURNS = 8  # of the clock, by which tori and chaos can be told apart
MOST_NETWORKS = 10_000  # of different sizes in one sweep; each is checked
USUAL = ("orbit", "label", "lyapunov")  # records


@allowing("letters, digits, `-`, `_` and `.`, at most 100")
def _name(value: object) -> str:
    """Accept what can name a folder everywhere, and cannot leave the one it stands in."""
    if isinstance(value, str) and re.fullmatch(r"[A-Za-z0-9_][A-Za-z0-9_.-]{0,99}", value):
        return value
    allowed = "must be text of letters, digits, '-', '_' and '.', beginning with a letter, a digit or '_'"
    raise problem(f"{allowed}: it names the folder of the results", value=value)


def _recorded(value: object) -> object:
    return list_of(one_of(*records()), distinct=True)(value)


class Config(Section):
    """One experiment, checked: whatever is in here can be run.

    Make one with `load_config` or `Config.from_dict`: over what is written they raise only `ConfigError`.

    Attributes
    ----------
    name : str
        Of the folder in ``results/``. From a file: that of the file without its ending, where no name is written.
    model : ModelSection
        The model and its parameters; with a key `module`, the model of that Python file, which is imported.
    start : Start
        Where orbits begin; one random state if nothing is written.
    sweep : Sweep or None
        The swept parameters. None: a single point.
    run : Run
        Numbers of steps and of exponents.
    record : tuple of str
        What is kept of each point: ``orbit``, where it goes; ``section``, the points of a thin section; ``label``,
        its kind; ``transient``, what came before; ``attractors``, the one that each start reached; ``lyapunov``,
        exponents.
    cluster : Cluster or None
        What to ask of a cluster, by its engine; decides no result.
    slurm : Slurm or None
        The same of Slurm: a short way to write ``cluster: {engine: slurm, …}``.
    finite : Finite or None
        What `dmfsa finite` does; decides no result of a sweep.

    Notes
    -----
    Sections depend on the model: each config is of a class of its own model's, which `config_of` makes.

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

    of: ClassVar[Kind]

    name: Annotated[str, BeforeValidator(_name)] = "unnamed"
    model: ModelSection
    start: Start
    sweep: Sweep | None = None
    run: Annotated[Run, BeforeValidator(default_if_empty)] = Run()
    record: tuple[str, ...] = USUAL
    cluster: AnyEngine | None = None
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
        kind = _kind_of(values, where, folder)
        schema = config_of(kind)
        try:
            return cast(Self, schema.model_validate(values, context={"folder": folder, "kind": kind}))
        except ValidationError as error:
            raise ConfigError(*sentences(error, schema, where)) from None

    def to_dict(self) -> dict[str, Any]:
        """Return plain values with all defaults filled in; `from_dict` makes an equal config of them."""
        return self.model_dump(mode="json", by_alias=True, exclude_none=True)

    def __reduce__(self) -> tuple[Any, ...]:
        """Let another process make the class of its model by itself."""
        return Config.from_dict, (self.to_dict(),)

    def to_yaml(self) -> str:
        """Return `to_dict` as the text of a YAML file that `load_config` reads back."""
        return file.dump(self.to_dict())

    def _repr_html_(self) -> str:
        """Return the YAML for a notebook."""
        return f"<pre>{escape(self.to_yaml())}</pre>"

    @property
    def axes(self) -> dict[str, NDArray[np.float64]]:
        """The swept parameters and their values, in the order in which the model lists them; none for one point."""
        return {name: axis.array for name, axis in self.sweep.axes.items()} if self.sweep else {}

    @property
    def n_exponents(self) -> int:
        """Number of Lyapunov exponents, as a number also where the file says ``all``; of all points the most.

        Noisy orbits have none: noise is not differentiated.
        """
        asked = 0 if self.is_noisy else self.run.n_exponents
        return max(model.dimension for model in self.networks) if asked == "all" else asked

    @property
    def is_noisy(self) -> bool:
        """Whether orbits are noisy."""
        return self.model.is_noisy or (self.sweep is not None and self.of.noise in self.sweep.axes)

    @cached_property
    def networks(self) -> tuple[ModelSection, ...]:
        """The models of all points as far as they differ in their sizes."""
        axes = {name: [round(x) for x in values.tolist()] for name, values in self.axes.items() if self.of[name].sizes}
        together = [name for name in (self.sweep.zipped if self.sweep else ()) if name in axes]
        choices = [[{name: value} for value in dict.fromkeys(axes[name])] for name in axes if name not in together]
        rows = dict.fromkeys(zip(*(axes[name] for name in together), strict=True))
        choices.append([dict(zip(together, row, strict=True)) for row in rows] or [{}])
        return tuple(self.model_with({k: v for some in each for k, v in some.items()}) for each in product(*choices))

    def model_with(self, values: Mapping[str, float]) -> ModelSection:
        """Return the model with other values of swept parameters, `values` by their names.

        Raises
        ------
        ConfigError
            If they do not go together.
        """
        if not values:
            return self.model
        given = self.model.model_dump(exclude_none=True)
        for name, value in values.items():
            section = self.of[name].section
            (given[section] if section else given)[name] = value
        try:
            return type(self.model).model_validate(given)
        except ValidationError as error:
            raise ConfigError(*sentences(error, type(self.model), {})) from None

    def value(self, name: str) -> float | None:
        """Return the value of a parameter where it is not swept; None if it has none."""
        holder: object = self.model
        for part in self.of[name].path:
            holder = getattr(holder, part, None)
        return cast("float | None", holder)

    def at(self, values: Mapping[str, float]) -> Self:
        """Return the config of one network of the sweep, which sweeps nothing itself; see `model_with`."""
        one = self.model_copy(update={"model": self.model_with(values), "sweep": None})
        one.__dict__.pop("networks", None)  # a copy takes cached values along
        return one

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = Problems()
        swept = self.sweep.axes if self.sweep else {}
        for one in self.of.parameters:
            if one.needed and one.name not in swept and self.value(one.name) is None:
                found.add("is missing: give it a value, or sweep it", "model", *one.path)
        n_networks = math.prod(axis.size for name, axis in swept.items() if self.of[name].sizes)
        if n_networks > MOST_NETWORKS:
            found.add(
                f"asks for {n_networks} networks of different sizes; at most {MOST_NETWORKS} are allowed", "sweep"
            )
            found.raise_if_any()
        self._check_networks(found)
        if self.sweep and self.sweep.refine and "label" not in self.record:
            found.add("needs labels: let record hold label", "sweep", "refine")
        if self.cluster and self.slurm:
            found.add("must not stand beside cluster: it is short for cluster: {engine: slurm, ...}", "slurm")
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
                f"must not hold attractors with {self.of.noise}: noise moves orbits between them; see `dmfsa finite`",
                "record",
            )
        elif "label" not in self.record or self.run.n_exponents == 0:
            found.add("must hold label beside attractors, and run.n_exponents must be at least 1", "record")
        shortest = TURNS * self.model.clock_period
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
            name: int(axis.array[0]) if self.of[name].whole else float(axis.array[0])
            for name, axis in swept.items()
            if not self.of[name].continuous
        }

    def _check_run(self, model: ModelSection, found: Problems) -> None:
        """Note what of the start and of the run does not fit a model."""
        self.start.check_against(model, found, "start")
        most = model.dimension
        asked = self.run.n_exponents
        if asked == "all":
            asked = 0 if self.is_noisy else most
        elif asked and self.is_noisy:
            words = f"must be 0 or all with {self.of.noise}: noise leaves no exponents"
            found.add(words, "run", "n_exponents", value=asked)
        if asked > most:
            sentence = f"must be at most {self.of.about_dimension} = {most}"
            found.add(sentence, "run", "n_exponents", value=asked)
        period = model.clock_period
        if asked and self.run.n_steps < 2 * period:
            sentence = f"must be at least {2 * period} for exponents with error bars: two periods of the clock"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        elif "label" in self.record and self.is_noisy and self.run.n_steps < 8:
            sentence = "must be at least 8 to record a label of a noisy orbit"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        elif "label" in self.record and self.run.n_steps < 3:
            sentence = "must be at least 3 to record a label: a period has to be seen three times"
            found.add(sentence, "run", "n_steps", value=self.run.n_steps)
        if "section" in self.record and model.n_observables < 2:
            found.add(f"must not hold section: {self.of.no_section}", "record")


def _kind_of(values: object, where: Mapping[KeyPath, str], folder: str) -> Kind:
    """Return the model that a config names: that of a file, or else the usual one."""
    section = values.get("model") if isinstance(values, dict) else None
    if not isinstance(section, dict) or section.get("module") is None:
        return usual_model()
    try:
        return model_in(section["module"], folder)
    except ConfigError as error:
        keys: tuple[KeyPath, ...] = (("model", "module"), ("model",), ())
        place = next((f"{where[at]}: " for at in keys if at in where), "")
        raise ConfigError(*(f"{place}{sentence}" for sentence in error.args)) from None


@cache
def config_of(kind: Kind) -> type[Config]:
    """Return what a config of a model may be: the class of its configs."""
    section, start, sweep = kind.section, start_of(kind), sweep_of(kind)
    needs_module = any(field.is_required() for field in section.model_fields.values())
    words = allowing(f"a list, each {' or '.join(f'`{name}`' for name in records())}, none twice")
    fields: dict[str, Any] = {
        "model": (Annotated[section, BeforeValidator(default_if_empty)], ... if needs_module else section()),
        "start": (Annotated[start, BeforeValidator(default_if_empty)], start(random=RandomStarts())),
        "sweep": (sweep | None, None),
        "record": (
            Annotated[tuple[str, ...], BeforeValidator(words(_recorded)), BeforeValidator(default_if_empty)],
            USUAL,
        ),
    }
    made = create_model("Config", __base__=Config, __doc__=Config.__doc__, __module__=__name__, **fields)
    made.of = kind
    return made


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
