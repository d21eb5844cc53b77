"""What a config says of the network: its section, what of it can be swept, and ways to start that only it has."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, model_validator

from sweeps.config.errors import Problems, nearest, problem
from sweeps.config.finite import MOST_SPINS
from sweeps.config.registry import ModelSection, Observable, Parameter, StateArray
from sweeps.config.start import Ways
from sweeps.config.values import (
    LARGEST,
    Fraction,
    Matrix,
    NotNegative,
    Number,
    Section,
    Seed,
    Size,
    allowed_by,
    allowing,
    finite,
    matrix_of,
    one_of,
    shape,
    whole,
)
from sweeps.models.network_features import Features, Iid, Segments
from sweeps.models.network_written import Arrays, Correlations, File, Slots

# Name and shape (context, n_patterns). The paper starts from the window it had reached at beta = 3.
NAMED_WINDOWS = {"paper_beta3": (4, 3)}


def _count(name: str, long_name: str, high: float = LARGEST, **more: Any) -> Parameter:
    """Return a whole number that makes another network."""
    more = {"low": 1, "section": "features", "sizes": True, **more}
    return Parameter(name, high=high, long_name=long_name, whole=True, continuous=False, **more)


PARAMETERS = (
    Parameter(
        "beta",
        low=0.0,
        symbol=r"$\beta$",
        letter="β",
        long_name="inverse temperature of the output, β",
        needed=True,
    ),
    Parameter("gamma", symbol=r"$\gamma$", letter="γ", long_name="inverse temperature of the attention, γ"),
    Parameter(
        "epsilon",
        low=0.0,
        high=1.0,
        symbol=r"$\epsilon$",
        letter="ε",
        long_name="weight of the positional part, ε",
    ),
    _count("context", "tokens in the window, L", symbol="context $L$", letter="L", section=""),
    _count("positional_bits", "bits of the clock, P", 16, symbol="positional bits $P$", letter="P", section=""),
    _count("n_patterns", "features in each matrix, M", symbol="patterns $M$", letter="M"),
    _count("n_columns", "semantic columns, N", symbol="columns $N$"),
    _count("n_segments", "segments of the columns", symbol="segments"),
    Parameter(
        "scale",
        low=0.0,
        symbol="scale of the correlations",
        long_name="standard deviation of the correlations",
        section="features",
        continuous=False,
    ),
    Parameter(
        "zeros",
        low=0.0,
        high=0.999,
        symbol="share of zeros",
        long_name="share of zeros among ternary weights",
        section="features",
        continuous=False,
    ),
    _count("seed", "seed of the features", 2**32 - 1, low=0, symbol="seed of the features", sizes=False),
    _count(
        "n_spins", "spins of the finite network, N", MOST_SPINS, symbol="spins $N$", section="", sizes=False, noise=True
    ),
    _count("noise_seed", "seed of the noise", 2**32 - 1, low=0, symbol="seed of the noise", section="", sizes=False),
)


@allowing(allowed_by(whole(1, MOST_SPINS)))
def _spins(value: object) -> object:
    return None if value is None else whole(1, MOST_SPINS)(value)


@allowing("`linear`, `rectified`, `one_hot`, `sinusoidal`, or a list of rows of equal length, each a finite number")
def _table(value: object) -> object:
    return one_of("linear", "rectified", "one_hot", "sinusoidal")(value) if isinstance(value, str) else _rows(value)


_rows = matrix_of(finite)


class Positional(Section):
    """The positional part, in place of the usual one.

    Attributes
    ----------
    table : str or rows of numbers
        A table by its name, see `dmfsa.Features.with_table`; or a row for each phase of the clock, of n_patterns
        numbers for all roles alike, or of four times as many, those of o, v, q, k in turn.
    """

    table: Annotated[str | Matrix, BeforeValidator(_table)]

    def array(self, n_patterns: int) -> Any:
        """Return the table as `dmfsa.Features.with_table` takes it."""
        if isinstance(self.table, str) or len(self.table[0]) == n_patterns:
            return self.table
        return [[row[a : a + n_patterns] for a in range(0, len(row), n_patterns)] for row in self.table]


class Network(ModelSection):
    """The network, with the paper's values where nothing is written.

    Attributes
    ----------
    features : Segments, Iid, Gaussian, UniformMeans, Cycle, Slots, Arrays, Correlations or File
        The feature matrices; the key ``ensemble`` tells which (default segments).
    context : int
        Tokens in the window, L; at most ``2**positional_bits``.
    positional_bits : int
        Bits of the positional encoding, P. The clock has period ``2**positional_bits``.
    positional : Positional
        A table in place of the usual positional part.
    epsilon : float
        Weight of the positional part, ε. At 0 there is no clock.
    gamma : float
        Inverse temperature of the attention, γ; the softmax sees γ/√M.
    beta : float or None
        Inverse temperature of the output, β. Needed unless it is swept.
    n_spins : int or None
        Spins of a finite network, which is noisy; with ``segments``, ``iid``, ``slots``, ``arrays``, ``file``.
        Without it, the mean field,
        their limit.
    noise_seed : int or None
        Of that noise; without it 0. Every point of a sweep has noise of its own.
    """

    state: ClassVar[tuple[StateArray, ...]] = (
        StateArray("window", "attention", ("age", "pattern"), "attention vectors at the end, newest first"),
        StateArray(
            "clock_phase", "phase", (), "clock phase of the newest of them", "i4", 0, "step", "iu", "one whole number"
        ),
    )

    features: Features = Segments()
    context: Size = 4
    positional_bits: Annotated[int, BeforeValidator(whole(1, 16))] = 2
    positional: Positional | None = None
    epsilon: Fraction = 0.02
    gamma: Number = 220.0
    beta: NotNegative | None = None
    n_spins: Annotated[int | None, BeforeValidator(_spins)] = None
    noise_seed: Seed | None = None

    @property
    def sizes(self) -> dict[str, int]:
        """L tokens, M components each."""
        return {"age": self.context, "pattern": self.features.n_patterns}

    @property
    def dimension(self) -> int:
        """L·M, that of the window."""
        return self.context * self.features.n_patterns

    @property
    def n_observables(self) -> int:
        """M, components of m^o."""
        return self.features.n_patterns

    @property
    def scale(self) -> float:
        """That of the tokens, ±1, or of larger weights."""
        return max(1.0, self.features.reach)

    def observable(self, number: int) -> Observable:
        """Return a component of the semantic part of m^o, which never leaves [-1, 1] unless weights are larger."""
        reach = max(1.0, self.features.reach)
        return Observable(f"m^o_{number + 1}", -reach, reach, f"$m^o_{number + 1}$", "semantic")

    def misfit(self, arrays: Mapping[str, Any]) -> str:
        """Say why windows and phases of another sweep do not fit; nothing if they do."""
        found, fits = arrays["window"].shape[-2:], (self.context, self.features.n_patterns)
        if found != fits:
            return f"its windows have shape {found} but must have {fits}: context, n_patterns"
        if self.clock_period <= int(arrays["clock_phase"].max()):
            return f"its clock has a longer period than 2**positional_bits = {self.clock_period}"
        return ""

    @property
    def clock_period(self) -> int:
        """2^P."""
        return int(2**self.positional_bits)

    @property
    def memory(self) -> int:
        """L: what is older than the window is forgotten."""
        return self.context

    @property
    def is_noisy(self) -> bool:
        """Whether the network has N spins; without a number of them it is the mean field."""
        return self.n_spins is not None

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        found = Problems()
        if self.context > 2**self.positional_bits:
            limit = f"2**positional_bits = {2**self.positional_bits}"
            found.add(f"must be at most {limit}", "context", value=self.context)
        if isinstance(self.features, Segments) and self.positional_bits > self.features.n_columns:
            sentence = f"must be at most n_columns = {self.features.n_columns} with ensemble segments"
            found.add(sentence, "positional_bits", value=self.positional_bits)
        if self.n_spins is not None and not isinstance(self.features, (Segments, Iid, Slots, Arrays, File)):
            sentence = (
                f"must be absent with ensemble {self.features.ensemble}: it has no matrices whose spins could be drawn"
            )
            found.add(sentence, "n_spins", value=self.n_spins)
        fits = (self.features.n_patterns, self.positional_bits)
        if isinstance(self.features, Arrays):
            for role in "ovqk":
                given = shape(getattr(self.features.positional, role))
                if given != fits:
                    must = f"has shape {given} but must have shape {fits}: n_patterns, positional_bits"
                    found.add(must, "features", "positional", role)
        if isinstance(self.features, (Slots, Correlations, File)):
            misfit = self.features.misfit(self.positional_bits)
            if misfit:
                found.add(misfit, "features")
        if self.positional is not None and not isinstance(self.positional.table, str):
            M, (height, width) = self.features.n_patterns, shape(self.positional.table)
            if height != self.clock_period or width not in (M, 4 * M):
                must = f"({self.clock_period}, {M}) or ({self.clock_period}, {4 * M})"
                sentence = f"has shape ({height}, {width}) but must have shape {must}: 2**positional_bits, n_patterns"
                found.add(sentence, "positional", "table")
        found.raise_if_any()
        return self


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


class NetworkStart(Ways):
    """Ways to start the network.

    Attributes
    ----------
    window : str or tuple of rows, shape (context, n_patterns)
        Attention vectors, newest first; or ``paper_beta3``, the window that the paper starts from.
    phase : int
        Of the newest token of a window written out, less than the clock's period; 0 where nothing is written.
    token : str
        A row of a feature matrix: ``o0`` is the first row of W^o.
    slot : int
        A slot of a designed network, whose pattern comes first, at phase 0.
    """

    WAYS: ClassVar[tuple[str, ...]] = ("slot", "token", "window")

    window: Annotated[str | Matrix, BeforeValidator(_window)] | None = None
    phase: Annotated[int, BeforeValidator(whole(0, 2**30))] | None = None
    token: Annotated[str, BeforeValidator(_token)] | None = None
    slot: Annotated[int, BeforeValidator(whole(0))] | None = None

    @model_validator(mode="before")
    @classmethod
    def _begins_at_0(cls, given: object) -> object:
        if isinstance(given, dict) and isinstance(given.get("window"), list) and given.get("phase") is None:
            return {**given, "phase": 0}
        return given

    def name_of_way(self, place: int) -> str | None:
        """Return the word of the window or of the token."""
        if self.slot is not None:
            return f"slot {self.slot}"
        return self.token or (self.window if isinstance(self.window, str) else None)

    def check_together(self) -> None:
        """Refuse a phase without a window that is written out."""
        if self.phase is not None and not isinstance(self.window, tuple):
            raise problem("goes only with a window that is written out", "phase", value=self.phase)

    def check_way(self, model: ModelSection, found: Problems, *at: str | int) -> None:
        """Note a window of another shape, a phase beyond the clock's, and the token of a row that is not there."""
        fits = (model.sizes["age"], n_patterns := model.sizes["pattern"])
        if self.window is not None:
            given = NAMED_WINDOWS[self.window] if isinstance(self.window, str) else shape(self.window)
            if given != fits:
                name = f"({self.window}) " if isinstance(self.window, str) else ""
                sentence = f"{name}has shape {given} but must have shape {fits}: context, n_patterns"
                found.add(sentence, *at, "window")
        if self.phase is not None and self.phase >= model.clock_period:
            sentence = f"must be less than the clock's period, 2**positional_bits = {model.clock_period}"
            found.add(sentence, *at, "phase", value=self.phase)
        if self.slot is not None and not (isinstance(model, Network) and isinstance(model.features, Slots)):
            found.add("goes only with ensemble slots", *at, "slot", value=self.slot)
        elif self.slot is not None and self.slot >= n_patterns:
            found.add(f"must name one of the {n_patterns} slots, 0 to {n_patterns - 1}", *at, "slot", value=self.slot)
        if self.token is not None and int(self.token[1:]) >= n_patterns:
            sentence = f"must name one of the {n_patterns} rows, 0 to {n_patterns - 1}"
            found.add(sentence, *at, "token", value=self.token)
