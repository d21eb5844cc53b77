"""The configs of `dmfsa blanket`: which networks, which flows, what is a part and what its blanket."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Literal, TypeVar

from pydantic import BeforeValidator, ValidationError, model_validator

from sweeps.config import file
from sweeps.config.errors import ConfigError, Problems, sentences
from sweeps.config.values import (
    NotNegative,
    Number,
    Positive,
    Section,
    Seed,
    between,
    list_of,
    one_of,
    true_or_false,
    whole,
)

MOST_SPINS = 12  # states are enumerated
MOST_TRAJECTORIES = 10**8
FRACTIONS = list_of(between(0, 1, "between 0 and 1"), distinct=True)
NUMBERS = list_of(between(0, float("inf"), "0 or larger"), distinct=True)
ANY = list_of(between(-100, 100, "between -100 and 100"), distinct=True)


class Betas(Section):
    """Values of β at equal distances.

    Attributes
    ----------
    first, last : float
    n : int
    """

    first: NotNegative = 0.0
    last: NotNegative = 5.0
    n: Annotated[int, BeforeValidator(whole(1, 100_000))] = 61


class Parts(Section):
    """How many spins are the part x, its blanket b, and the rest y, in this order.

    Attributes
    ----------
    x, b, y : int
    """

    x: Annotated[int, BeforeValidator(whole(1, MOST_SPINS))] = 2
    b: Annotated[int, BeforeValidator(whole(0, MOST_SPINS))] = 2
    y: Annotated[int, BeforeValidator(whole(1, MOST_SPINS))] = 2

    @property
    def n_spins(self) -> int:
        """N, all of them."""
        return self.x + self.b + self.y

    @model_validator(mode="after")
    def _few(self) -> Parts:
        found = Problems()
        if self.n_spins > MOST_SPINS:
            found.add(f"has {self.n_spins} spins; at most {MOST_SPINS} can be enumerated")
        found.raise_if_any()
        return self


class Couplings(Section):
    """How the couplings of networks are drawn: J_ij ~ N(j0/N, dj²/N).

    Attributes
    ----------
    j0, dj : float
    """

    j0: Number = 0.0
    dj: NotNegative = 0.3


class IsingBlanket(Section):
    """Kinetic Ising networks whose parts x and y are not coupled.

    Attributes
    ----------
    name : str
    parts : Parts
    cases : list of Couplings
    beta : Betas
    n_networks : int
        Drawn for each case; one where dj = 0.
    self_couplings : bool
        Whether J_ii are drawn like the others, or 0.
    updates : "sequential" or "parallel"
    seed : int
    """

    name: str = "blanket-ising"
    parts: Parts = Parts()
    cases: tuple[Couplings, ...] = (Couplings(j0=1.0, dj=0.0), Couplings(j0=0.0), Couplings(j0=1.0))
    beta: Betas = Betas()
    n_networks: Annotated[int, BeforeValidator(whole(1))] = 10_000
    self_couplings: Annotated[bool, BeforeValidator(true_or_false)] = True
    updates: Annotated[Literal["sequential", "parallel"], BeforeValidator(one_of("sequential", "parallel"))] = (
        "sequential"
    )
    seed: Seed = 0


class AttentionBlanket(Section):
    """Self-attention networks of few spins, iid features, as Markov chains on their tokens.

    Attributes
    ----------
    name : str
    parts : Parts
    n_patterns, positional_bits : int
    context : list of int
        L; for each, with each γ and ε, a curve.
    gamma, epsilon : list of float
    beta : Betas
    n_networks : int
        Drawn for each curve.
    seed : int
        Of the first network; the next number for each further one.
    """

    name: str = "blanket-attention"
    parts: Parts = Parts(x=1, b=2, y=1)
    n_patterns: Annotated[int, BeforeValidator(whole(1, 16))] = 2
    positional_bits: Annotated[int, BeforeValidator(whole(1, 6))] = 2
    context: Annotated[tuple[int, ...], BeforeValidator(list_of(whole(1, 4), distinct=True))] = (1, 2)
    gamma: Annotated[tuple[float, ...], BeforeValidator(NUMBERS)] = (0.0, 4.0, 16.0)
    epsilon: Annotated[tuple[float, ...], BeforeValidator(FRACTIONS)] = (0.0,)
    beta: Betas = Betas(n=26)
    n_networks: Annotated[int, BeforeValidator(whole(1))] = 40
    seed: Seed = 0


class LorenzBlanket(Section):
    """Two Lorenz systems coupled by χ, from many starts.

    Attributes
    ----------
    name : str
    chi : list of float
    schemes : list of "euler" or "rk4"
    dt : float
        Step of both.
    every : int
        Times are multiples of so many steps.
    times : list of float
        Times at which the information is measured; each is taken to the nearest multiple.
    n_trajectories : int
        From independent normal numbers.
    bins : int
        Of each variable.
    half_width : float
        The bins are between ± it.
    seed : int
    """

    name: str = "blanket-lorenz"
    chi: Annotated[tuple[float, ...], BeforeValidator(ANY)] = (-0.5,)
    schemes: Annotated[tuple[str, ...], BeforeValidator(list_of(one_of("euler", "rk4"), distinct=True))] = (
        "euler",
        "rk4",
    )
    dt: Positive = 0.005
    every: Annotated[int, BeforeValidator(whole(1, 10_000))] = 5
    times: Annotated[tuple[float, ...], BeforeValidator(NUMBERS)] = (0.55, 2.875, 10.0, 40.0)
    n_trajectories: Annotated[int, BeforeValidator(whole(256, MOST_TRAJECTORIES))] = 1_000_000
    bins: Annotated[int, BeforeValidator(whole(2, 1000))] = 24
    half_width: Positive = 52.5
    seed: Seed = 0


Kind = TypeVar("Kind", IsingBlanket, AttentionBlanket, LorenzBlanket)


def load_blanket(kind: type[Kind], path: str | os.PathLike[str], overrides: Iterable[str] = ()) -> Kind:
    """Read and check a config of `dmfsa blanket`, as `load_config` does one of an experiment.

    Raises
    ------
    ConfigError
        With a line for each problem.
    """
    document = file.read_mapping(Path(path), overrides)
    try:
        return kind.model_validate(document.values)
    except ValidationError as error:
        raise ConfigError(*sentences(error, kind, document.where)) from None
