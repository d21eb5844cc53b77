"""What can be kept of a point: one entry each, with its variables and how they are filled in.

A new record is one more `Record` in `RECORDS`: configs ask for it by its name, datasets have its variables, and what
runs points lets it collect.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any

from sweeps.config.registry import Kind, ModelSection, register_record

if TYPE_CHECKING:  # importing NumPy takes longer than reading a config
    import numpy as np
    import numpy.typing as npt

    from attractors import Attractors, Classification, OrbitDensity, SlabSection
    from sweeps.arrays import Array, Numbers
    from sweeps.config import Config

ORBIT_SAMPLES = 512  # last samples of the orbit that are kept of each point
BINS = 4000  # of the orbit's density, over the range of the first observable
SECTION_HITS = 1024  # points in the slab that are kept of each point of the sweep, the last ones
THIN = 5e-4  # half width of the slab, over the range of the second observable: published is 1e-3 over [-1, 1]
MISSING = -1  # label of a point that has not been run
NAN = math.nan


@dataclass(frozen=True)
class Variable:
    """A quantity kept of every point.

    Attributes
    ----------
    dims : tuple of str
        Dimensions beside those of the sweep; ``observable`` stands for that of the model's observables.
    dtype, fill, long_name, units, comment
        Type, value where there is none, and what datasets say of it. In texts, what stands in braces is the model's:
        see `worded`.
    """

    dims: tuple[str, ...]
    dtype: str
    fill: Any
    long_name: str
    units: str = "1"
    comment: str = ""

    @property
    def attributes(self) -> dict[str, str]:
        """What the dataset says of it."""
        return {"long_name": self.long_name, "units": self.units} | ({"comment": self.comment} if self.comment else {})

    def worded(self, kind: Kind, section: ModelSection) -> Variable:
        """Return the variable of one model: with the names of its observables and of their dimension."""
        first = section.observable(0)
        words = {"all": kind.about_observed, "first": first.name, "note": "", "bracketed": ""}
        if first.note:
            words |= {"note": f", {first.note},", "bracketed": f" ({first.note})"}
        if section.n_observables > 1:
            words |= {"second": section.observable(1).name, "half_width": f"{half_width(section):g}"}
        dims = tuple(kind.component if dim == "observable" else dim for dim in self.dims)
        return replace(self, dims=dims, long_name=self.long_name.format_map(_Words(words)))


class _Words(dict[str, str]):
    def __missing__(self, key: str) -> str:
        return "?"


@dataclass(frozen=True, eq=False)
class Ran:
    """Points of one family that have run side by side: all that records can be made of.

    Attributes
    ----------
    config : Config
        Of their network.
    section : ModelSection
    rows : array of int
        Their entries in the result.
    answers : sequence of Classification
        Their labels; none if no record asked for them.
    attractors : sequence of (array of int, Attractors)
        What the random starts of each point have reached, and which of these points they are; if it was asked for.
    tail : array, shape (n_tail, n_points, m)
        Their last samples.
    observed : callable, samples (n, m) and place of a point -> array (n, n_observables)
    watched : dict from name of a record to what watched the orbits for it
    """

    config: Config
    section: ModelSection
    rows: Numbers
    answers: Sequence[Classification]
    attractors: Sequence[tuple[Numbers, Attractors]]
    tail: Array
    observed: Callable[[Array, int], Array]
    watched: Mapping[str, Any] = field(default_factory=dict)


Collect = Callable[[Ran, "npt.NDArray[np.void]"], None]
Watch = Callable[[int, ModelSection], Any]


@dataclass(frozen=True, eq=False)
class Record:
    """What is kept of a point under one name.

    Attributes
    ----------
    name : str
        The entry of `record` that asks for it.
    variables : dict from name to Variable
    collect : callable, (Ran, structured array) -> None
        Fills in the rows of the points that ran.
    labelled : bool
        Whether it needs their labels.
    watch : callable, (n_points, section) -> callable, or None
        Makes what looks at every step of the orbits, block by block; see `attractors.streams`.
    """

    name: str
    variables: Mapping[str, Variable]
    collect: Collect
    labelled: bool = True
    watch: Watch | None = None


def half_width(section: ModelSection) -> float:
    """Return that of the slab |x_2| < w around 0."""
    second = section.observable(1)
    return THIN * (second.high - second.low)


def _density(n_points: int, section: ModelSection) -> OrbitDensity:
    from attractors import OrbitDensity  # noqa: PLC0415 - NumPy loads long

    first = section.observable(0)
    return OrbitDensity(n_points, n_bins=BINS, low=first.low, high=first.high)


def _slab(n_points: int, section: ModelSection) -> SlabSection:
    from attractors import SlabSection  # noqa: PLC0415 - NumPy loads long

    return SlabSection(n_points, half_width=half_width(section), n_kept=SECTION_HITS)


def _keep_orbit(ran: Ran, result: npt.NDArray[np.void]) -> None:
    kept = result["orbit"]
    result["orbit_density"][ran.rows] = ran.watched["orbit"].counts
    n = kept.shape[1]
    for i, row in enumerate(ran.rows):
        samples = ran.observed(ran.tail[-n:, i], i)
        kept[row, n - len(samples) :, : samples.shape[1]] = samples


def _keep_section(ran: Ran, result: npt.NDArray[np.void]) -> None:
    slab = ran.watched["section"]
    result["section"][ran.rows], result["section_hits"][ran.rows] = slab.hits, slab.n_hits


def _keep_label(ran: Ran, result: npt.NDArray[np.void]) -> None:
    for row, answer in zip(ran.rows, ran.answers, strict=True):
        result["label"][row] = answer.label.code
        result["period"][row] = answer.period or 0
        result["torus_dimension"][row] = answer.torus_dimension or 0
        result["confidence"][row] = answer.confidence
        result["reason"][row] = answer.reason


def _keep_transient(ran: Ran, result: npt.NDArray[np.void]) -> None:
    for row, answer in zip(ran.rows, ran.answers, strict=True):
        if answer.transient is not None:
            result["transient_until"][row] = answer.transient.until
            result["transient_exponent"][row] = answer.transient.exponent
            result["transient_lifetime"][row] = answer.transient.lifetime


def _keep_attractors(ran: Ran, result: npt.NDArray[np.void]) -> None:
    for here, found in ran.attractors:
        for number, attractor in enumerate(found.attractors):
            reached = ran.rows[here[attractor.starts]]
            result["attractor"][reached] = number
            result["attractor_share"][reached] = attractor.share
            result["attractor_share_low"][reached], result["attractor_share_high"][reached] = attractor.interval


def _keep_exponents(ran: Ran, result: npt.NDArray[np.void]) -> None:
    for row, answer in zip(ran.rows, ran.answers, strict=True):
        if answer.spectrum is not None:
            n = len(answer.spectrum.exponents)
            result["lyapunov_exponent"][row, :n] = answer.spectrum.exponents
            result["lyapunov_standard_error"][row, :n] = answer.spectrum.standard_errors
            result["lyapunov_resolved"][row, :n] = answer.spectrum.resolved
            result["kaplan_yorke_dimension"][row] = answer.spectrum.kaplan_yorke_dimension


PER_STEP = "nat/step"
SETTLED = "over the steps kept after a transient, which is found in the orbit; missing where too few are left"
RECORDS = (
    Record(
        "orbit",
        {
            "orbit": Variable(("sample", "observable"), "f4", NAN, "{all}"),
            "orbit_density": Variable(("bin",), "u4", 0, "steps that {first}{note} spent in each bin", "step"),
        },
        _keep_orbit,
        labelled=False,
        watch=_density,
    ),
    Record(
        "section",
        {
            "section": Variable(
                ("hit",), "f4", NAN, "{first} where |{second}| < {half_width}{bracketed}, the last ones"
            ),
            "section_hits": Variable((), "i8", 0, "steps in that slab", "step"),
        },
        _keep_section,
        labelled=False,
        watch=_slab,
    ),
    Record(
        "label",
        {
            "label": Variable((), "i1", MISSING, "kind of attractor"),
            "period": Variable((), "i4", 0, "period of state and clock together; 0: none", "step"),
            "torus_dimension": Variable((), "i1", 0, "exponents that may be zero, on a torus; 0: no torus"),
            "confidence": Variable((), "f8", NAN, "probability that the label's conditions hold"),
            "reason": Variable((), "O", "", "evidence that decided the label"),
        },
        _keep_label,
    ),
    Record(
        "transient",
        {
            "transient_until": Variable(
                (), "i8", -1, "steps from the start until the orbit had settled; -1: it had when they were kept", "step"
            ),
            "transient_exponent": Variable((), "f8", NAN, "largest exponent in those steps kept", PER_STEP),
            "transient_lifetime": Variable(
                (), "f8", NAN, "mean lifetime of a chaotic transient, from this one", "step"
            ),
        },
        _keep_transient,
    ),
    Record(
        "attractors",
        {
            "attractor": Variable((), "i4", -1, "number of the attractor at this point; -1: not known"),
            "attractor_share": Variable((), "f8", NAN, "share of the starts that reach it"),
            "attractor_share_low": Variable((), "f8", NAN, "lower end of its 95 % interval"),
            "attractor_share_high": Variable((), "f8", NAN, "upper end of its 95 % interval"),
        },
        _keep_attractors,
    ),
    Record(
        "lyapunov",
        {
            "lyapunov_exponent": Variable(("exponent",), "f8", NAN, "Lyapunov exponent", PER_STEP, SETTLED),
            "lyapunov_standard_error": Variable(
                ("exponent",), "f8", NAN, "standard error of the Lyapunov exponent", PER_STEP, SETTLED
            ),
            "lyapunov_resolved": Variable(("exponent",), "i1", 0, "1: double precision resolves the exponent"),
            "kaplan_yorke_dimension": Variable((), "f8", NAN, "Kaplan-Yorke dimension", "1", SETTLED),
        },
        _keep_exponents,
    ),
)


def asked_for(config: Config) -> tuple[Record, ...]:
    """Return the records of a config, in the order of its dataset: those of a point, then those that watch its orbit.

    Without exponents there is none of theirs.
    """
    names = set(config.record) - ({"lyapunov"} if config.n_exponents == 0 else set())
    return tuple(sorted((one for one in RECORDS if one.name in names), key=lambda one: one.watch is not None))


for _record in RECORDS:
    register_record(_record.name)
