"""What a config knows of models and records: those that are registered. It imports neither.

`sweeps.models` registers models, `sweeps.records` what can be kept of a point; both do so when `sweeps` is imported.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, ClassVar

from sweeps.config.values import Section


@dataclass(frozen=True)
class Parameter:
    """A parameter of a model that can be swept.

    Attributes
    ----------
    name : str
        Its key, and the name of its axis.
    default : float or None
        What it is where nothing is written; None: it must be given or swept. For sections that are made of parameters.
    low, high : float
        What it must lie between, both included.
    symbol : str
        In figures, TeX; the name if not given.
    letter : str
        In text and on the page; the name if not given.
    long_name : str
        What it is, for datasets; the name if not given.
    section : str
        Section of `model` in which it stands; empty: in `model` itself.
    whole : bool
        Whether it takes whole numbers only.
    continuous : bool
        Whether it is a parameter of one map, along which attractors can be followed; others make another map.
    sizes : bool
        Whether it decides the shape of states or observables.
    noise : bool
        Whether it makes the dynamics noisy.
    needed : bool
        Whether it must be given or swept.
    """

    name: str
    default: float | None = None
    low: float = -math.inf
    high: float = math.inf
    symbol: str = ""
    letter: str = ""
    long_name: str = ""
    section: str = ""
    whole: bool = False
    continuous: bool = True
    sizes: bool = False
    noise: bool = False
    needed: bool = False

    @property
    def path(self) -> tuple[str, ...]:
        """Its keys below `model`."""
        return (self.section, self.name) if self.section else (self.name,)

    @property
    def allowed(self) -> str:
        """What it must be, in words."""
        if math.isinf(self.high):
            return f"{self.low:g} or larger"
        return f"at most {self.high:.10g}" if math.isinf(self.low) else f"between {self.low:g} and {self.high:.10g}"


@dataclass(frozen=True)
class Observable:
    """A component of what is drawn of an orbit.

    Attributes
    ----------
    name : str
    low, high : float
        Ends of its range; what lies beyond is counted at them.
    symbol : str
        In figures, TeX; the name if not given.
    note : str
        A word that is added wherever it is named.
    """

    name: str
    low: float = -1.0
    high: float = 1.0
    symbol: str = ""
    note: str = ""

    @property
    def drawn(self) -> str:
        """What it is called in a figure."""
        return self.symbol or self.name

    @property
    def label(self) -> str:
        """What stands at its axis."""
        return f"{self.drawn}, {self.note}" if self.note else self.drawn


@dataclass(frozen=True)
class StateArray:
    """An array that a state of a model is kept in.

    Attributes
    ----------
    name : str
        Of the variable in datasets.
    key : str
        Of the array in checkpoints.
    dims : tuple of str
        Names of its dimensions; their lengths are in `ModelSection.sizes`.
    kinds, words : str
        NumPy's letters for the types that a checkpoint may have, and what they are in words.
    dtype, fill, long_name, units
        As datasets have them; `fill` stands where there is no state.
    """

    name: str
    key: str
    dims: tuple[str, ...]
    long_name: str
    dtype: str = "f8"
    fill: float = math.nan
    units: str = "1"
    kinds: str = "iuf"
    words: str = "numbers"


class ModelSection(Section):
    """The `model` section of a config: values of a model's parameters, and what they decide.

    A model derives its own, and says there what differs from these.
    """

    state: ClassVar[tuple[StateArray, ...]] = ()

    @property
    def sizes(self) -> dict[str, int]:
        """Lengths of the dimensions of states and of observables."""
        raise NotImplementedError

    @property
    def dimension(self) -> int:
        """Number of Lyapunov exponents."""
        raise NotImplementedError

    @property
    def n_observables(self) -> int:
        """Number of components of what is drawn of an orbit."""
        raise NotImplementedError

    @property
    def scale(self) -> float:
        """Largest value that an orbit may have: what has decayed far below it has decayed."""
        raise NotImplementedError

    def observable(self, number: int) -> Observable:
        """Return one of those components, counted from 0."""
        raise NotImplementedError

    def misfit(self, arrays: Mapping[str, Any]) -> str:
        """Say why states of another sweep, arrays (..., *dimensions) by name, do not fit; nothing if they do."""
        for one in self.state:
            fits, shape = tuple(self.sizes[dim] for dim in one.dims), arrays[one.name].shape
            if shape[len(shape) - len(fits) :] != fits:
                return f"its {one.name} has shape {shape[len(shape) - len(fits) :]} but must have {fits}"
        return ""

    @property
    def clock_period(self) -> int:
        """Period of the drive in steps."""
        return 1

    @property
    def memory(self) -> int | None:
        """Steps beyond which the model remembers nothing, which is looked at in series; None: there is no such."""
        return None

    @property
    def is_noisy(self) -> bool:
        """Whether orbits are noisy."""
        return False


@dataclass(frozen=True, eq=False)
class Kind:
    """What a config knows of a model.

    Attributes
    ----------
    name : str
    section : type of ModelSection
        What stands under `model`.
    parameters : tuple of Parameter
        What can be swept, in the order of the axes.
    starts : type of Section
        Ways to start an orbit that only this model has, each a key; see `sweeps.config.start`.
    component : str
        Name of the dimension along which observables stand.
    about_dims : dict
        What datasets say of the dimensions of states and observables.
    observed, about_observed : str
        Name of the observables in the files of `dmfsa trajectory`, and what they are.
    spoken : str
        What they are called in a sentence.
    about_dimension : str
        What the number of exponents is, in words.
    titled : tuple of str
        Parameters that are named where one point is; empty: all that are continuous.
    no_section : str
        Why a section cannot be recorded where there is one observable only.
    """

    name: str
    section: type[ModelSection]
    parameters: tuple[Parameter, ...]
    starts: type[Section]
    component: str = "component"
    about_dims: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    observed: str = "observed"
    spoken: str = "the state"
    about_observed: str = "components of the state"
    about_dimension: str = "the dimension"
    titled: tuple[str, ...] = ()
    no_section: str = "it cuts the second observable, and there is only one"

    def __getitem__(self, name: str) -> Parameter:
        """Return the parameter of that name."""
        return next(one for one in self.parameters if one.name == name)

    @property
    def noise(self) -> str:
        """The name of the parameter that makes orbits noisy; empty if there is none."""
        return next((one.name for one in self.parameters if one.noise), "")

    @property
    def followed(self) -> tuple[str, ...]:
        """The parameters along which attractors can be followed."""
        return tuple(one.name for one in self.parameters if one.continuous)


_KINDS: dict[str, Kind] = {}
_RECORDS: list[str] = []


def register_model(kind: Kind) -> None:
    """Let configs name a model; the first is that of configs which name none."""
    _KINDS[kind.name] = kind


def register_record(name: str) -> None:
    """Let configs ask for a record."""
    _RECORDS.append(name)


def usual_model() -> Kind:
    """Return the model of configs that name none."""
    return next(iter(_KINDS.values()))


def models() -> tuple[Kind, ...]:
    """Return the models that are part of the program."""
    return tuple(_KINDS.values())


def records() -> tuple[str, ...]:
    """Return the names of all records."""
    return tuple(_RECORDS)
