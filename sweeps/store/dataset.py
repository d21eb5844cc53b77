"""What is kept of a sweep, as one labelled dataset: names, dimensions, types, units."""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors import Label
from sweeps.config import Config
from sweeps.grid.axes import Grid
from sweeps.grid.refinement import boundary_table
from sweeps.grid.shard import Points
from sweeps.network import blocks_of
from sweeps.store.shards import Header

if TYPE_CHECKING:  # xarray takes most of a second to load, and the tasks of a cluster write shards only
    import xarray as xr

ORBIT_SAMPLES = 512  # last samples of the orbit that are kept of each point
BINS = 4000  # of the orbit's density, over [-1, 1], which it never leaves
SECTION_HITS = 1024  # points in the slab that are kept of each point of the sweep, the last ones
SECTION_HALF_WIDTH = 1e-3  # the published slab: |m^o_2| below it
MISSING = -1  # label of a point that has not been run


class Variable(NamedTuple):
    """A quantity kept of every point: dimensions beside those of the sweep, type, and what it is."""

    record: str  # the entry of `record` that asks for it; empty: always kept
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


PER_STEP = "nat/step"
SETTLED = "over the steps kept after a transient, which is found in the orbit; missing where too few are left"
VARIABLES = {
    "label": Variable("label", (), "i1", MISSING, "kind of attractor"),
    "period": Variable("label", (), "i4", 0, "period of state and clock together; 0: none", "step"),
    "torus_dimension": Variable("label", (), "i1", 0, "exponents that may be zero, on a torus; 0: no torus"),
    "confidence": Variable("label", (), "f8", np.nan, "probability that the label's conditions hold"),
    "reason": Variable("label", (), "O", "", "evidence that decided the label"),
    "transient_until": Variable(
        "transient",
        (),
        "i8",
        -1,
        "steps from the start until the orbit had settled; -1: it had when they were kept",
        "step",
    ),
    "transient_exponent": Variable("transient", (), "f8", np.nan, "largest exponent in those steps kept", PER_STEP),
    "transient_lifetime": Variable(
        "transient", (), "f8", np.nan, "mean lifetime of a chaotic transient, from this one", "step"
    ),
    "attractor": Variable("attractors", (), "i4", -1, "number of the attractor at this point; -1: not known"),
    "attractor_share": Variable("attractors", (), "f8", np.nan, "share of the starts that reach it"),
    "attractor_share_low": Variable("attractors", (), "f8", np.nan, "lower end of its 95 % interval"),
    "attractor_share_high": Variable("attractors", (), "f8", np.nan, "upper end of its 95 % interval"),
    "lyapunov_exponent": Variable("lyapunov", ("exponent",), "f8", np.nan, "Lyapunov exponent", PER_STEP, SETTLED),
    "lyapunov_standard_error": Variable(
        "lyapunov", ("exponent",), "f8", np.nan, "standard error of the Lyapunov exponent", PER_STEP, SETTLED
    ),
    "lyapunov_resolved": Variable("lyapunov", ("exponent",), "i1", 0, "1: double precision resolves the exponent"),
    "kaplan_yorke_dimension": Variable("lyapunov", (), "f8", np.nan, "Kaplan-Yorke dimension", "1", SETTLED),
    "orbit": Variable("orbit", ("sample", "pattern"), "f4", np.nan, "semantic part of the mean field m^o"),
    "orbit_density": Variable("orbit", ("bin",), "u4", 0, "steps that m^o_1, semantic, spent in each bin", "step"),
    "section": Variable(
        "section", ("hit",), "f4", np.nan, f"m^o_1 where |m^o_2| < {SECTION_HALF_WIDTH:g} (semantic), the last ones"
    ),
    "section_hits": Variable("section", (), "i8", 0, "steps in that slab", "step"),
    "window": Variable("", ("age", "pattern"), "f8", np.nan, "attention vectors at the end, newest first"),
    "clock_phase": Variable("", (), "i4", 0, "clock phase of the newest of them", "step"),
    "core_seconds": Variable("", (), "f8", np.nan, "time taken on one core", "s"),
    "failure": Variable("", (), "O", "", "why the point could not be computed; empty if it was"),
}
# Of each shard, along the dimension "shard": where its points were computed.
SHARD_VARIABLES = {
    "shard_first": ("number of the shard's first point", "1"),
    "shard_points": ("points in the shard", "1"),
    "shard_host": ("machine that computed it", ""),
    "shard_job": ("batch job in which it was computed; empty outside of one", ""),
    "shard_versions": ("versions of the program and of what it rests on", ""),
    "shard_commit": ("git commit of the source", ""),
    "shard_ended": ("when it was done, UTC", ""),
    "shard_seconds": ("time taken on one core", "s"),
}
# What may differ between two runs of one config: when and where they were made, never what was found.
RUN_VARIABLES = ("core_seconds", *SHARD_VARIABLES)
RUN_ATTRIBUTES = ("versions", "git_commit", "git_dirty", "machine", "command", "created", "core_seconds")
AXES = {
    "beta": "inverse temperature of the output, β",
    "gamma": "inverse temperature of the attention, γ",
    "epsilon": "weight of the positional part, ε",
    "context": "tokens in the window, L",
    "positional_bits": "bits of the clock, P",
    "n_patterns": "features in each matrix, M",
    "n_columns": "semantic columns, N",
    "n_segments": "segments of the columns",
    "scale": "standard deviation of the correlations",
    "seed": "seed of the features",
    "n_spins": "spins of the finite network, N",
    "noise_seed": "seed of the noise",
    "point": "number of the point",
    "start": "start of the orbit",
    "direction": "way along the axis: each point starts from its neighbour",
}


def empty_points(config: Config, points: npt.NDArray[np.int64]) -> Points:
    """Return some points before they are run: a structured array with the number of each, `point`, and fill values."""
    sizes = _sizes(config)
    kept = _kept(config)
    fields: list[Any] = [("point", "i8")]
    fields += [(name, kind.dtype, tuple(sizes[dim] for dim in kind.dims)) for name, kind in kept.items()]
    empty = np.empty(len(points), dtype=fields)
    empty["point"] = points
    for name, variable in kept.items():
        empty[name] = variable.fill
    return empty


def gridded(config: Config, grid: Grid, shards: Iterable[Points]) -> "xr.Dataset":
    """Put shards in their places on the grid; points that no shard holds keep fill values."""
    sizes, kept = _sizes(config), _kept(config)
    whole = {
        name: np.full((grid.n_points, *(sizes[dim] for dim in variable.dims)), variable.fill, dtype=variable.dtype)
        for name, variable in kept.items()
    }
    between: list[Points] = []
    everything: list[Points] = []
    for shard in shards:
        if grid.along:
            everything.append(shard)
        if (shard["point"] >= grid.n_points).any():
            between.append(shard)
            continue
        places = grid.places(shard["point"])
        for name, values in whole.items():
            values[places] = shard[name]
    flags = {
        "flag_values": np.arange(MISSING, len(Label), dtype="i1"),
        "flag_meanings": " ".join(["missing", *Label]),
    }
    variables: dict[str, Any] = {}
    for name, variable in kept.items():
        values = whole[name].reshape((*grid.shape, *whole[name].shape[1:]))
        attributes: dict[str, Any] = dict(variable.attributes)
        if name == "label":
            attributes |= flags
        variables[name] = ((*grid.dims, *variable.dims), values, attributes)
    if between:
        variables |= _between(grid, between, kept, flags)
    if everything:
        variables |= boundary_table(grid, grid.along, everything, flags)
    coordinates: dict[str, Any] = {
        name: (name, grid.as_read(name, values), _about_axis(grid, name)) for name, values in grid.axes.items()
    }
    for name, values in grid.zipped.items():
        coordinates[name] = ("point", values, {"long_name": AXES[name], "units": "1"})
    coordinates["exponent"] = ("exponent", np.arange(1, sizes["exponent"] + 1), {"long_name": "number of the exponent"})
    coordinates["sample"] = ("sample", np.arange(1 - sizes["sample"], 1), {"long_name": "steps before the last"})
    centres = (np.arange(BINS) + 0.5) * (2.0 / BINS) - 1.0
    coordinates["bin"] = ("bin", centres, {"long_name": "centre of the bin"})
    coordinates["hit"] = ("hit", np.arange(SECTION_HITS), {"long_name": "number of the hit"})
    coordinates["pattern"] = ("pattern", np.arange(sizes["pattern"]), {"long_name": "feature"})
    coordinates["age"] = ("age", np.arange(sizes["age"]), {"long_name": "age of the token", "units": "step"})
    import xarray as xr  # noqa: PLC0415

    used = {dim for dims, _, _ in variables.values() for dim in dims} | grid.zipped.keys()
    return xr.Dataset(variables, coords={name: given for name, given in coordinates.items() if name in used})


def _about_axis(grid: Grid, name: str) -> dict[str, str]:
    return {"long_name": AXES[name]} | ({} if name in grid.words else {"units": "1"})


def _between(grid: Grid, shards: list[Points], kept: dict[str, Variable], flags: dict[str, Any]) -> dict[str, Any]:
    """Return what is known of points between those of the axes, along the dimension `refined`; no orbits."""
    together = {name: np.concatenate([shard[name] for shard in shards]) for name in ("point", *kept)}
    variables: dict[str, Any] = {}
    for name in grid.dims:
        values = grid.as_read(name, grid.values(name, together["point"]))
        variables[f"refined_{name}"] = ("refined", values, _about_axis(grid, name))
    for name, variable in kept.items():
        if variable.dims in ((), ("exponent",)) and name not in RUN_VARIABLES:
            attributes = variable.attributes | (flags if name == "label" else {})
            variables[f"refined_{name}"] = (("refined", *variable.dims), together[name], attributes)
    return variables


def shard_table(shards: Sequence[tuple[Header, dict[str, Any]]]) -> dict[str, Any]:
    """Return the variables that say of each shard where it was computed, from headers and origins in their order."""
    columns = {
        "shard_first": np.array([header.first for header, _ in shards], dtype="i8"),
        "shard_points": np.array([header.n for header, _ in shards], dtype="i8"),
        "shard_ended": _texts([f"{np.datetime64(int(header.ended), 's')}Z" for header, _ in shards]),
        "shard_seconds": np.array([header.seconds for header, _ in shards], dtype="f8"),
    }
    for name in ("host", "job", "versions", "commit"):
        columns[f"shard_{name}"] = _texts([str(origin.get(name, "")) for _, origin in shards])
    return {
        name: ("shard", columns[name], {"long_name": long_name} | ({"units": units} if units else {}))
        for name, (long_name, units) in SHARD_VARIABLES.items()
    }


def _texts(words: list[str]) -> npt.NDArray[np.object_]:
    texts = np.empty(len(words), dtype=object)
    texts[:] = words
    return texts


def without_run(dataset: "xr.Dataset") -> "xr.Dataset":
    """Return a sweep without what says when and where it was run: equal, to the byte on disk, for equal configs."""
    kept = dataset.drop_vars([name for name in RUN_VARIABLES if name in dataset])
    kept.attrs = {name: value for name, value in dataset.attrs.items() if name not in RUN_ATTRIBUTES}
    return kept


def axes_of(dataset: "xr.Dataset") -> tuple[str, ...]:
    """Return the names of the swept axes, in their order."""
    return tuple(str(dim) for dim in dataset["core_seconds"].dims)


def in_order(dataset: "xr.Dataset", *axes: str) -> "xr.Dataset":
    """Return a sweep with its axes ascending; itself, not a copy, if they are. Names stay in their order."""
    numbers = [axis for axis in axes if np.issubdtype(dataset[axis].dtype, np.number)]
    return dataset if all(np.all(np.diff(dataset[axis].values) > 0) for axis in numbers) else dataset.sortby(numbers)


def encoding(dataset: "xr.Dataset") -> dict[str, dict[str, Any]]:
    """Compress what is large, and lightly: more would save 5 %. Only what `VARIABLES` says is a missing number."""
    return {
        str(name): {"zlib": values.size > 4096 and values.dtype.kind != "O", "complevel": 1, "_FillValue": None}
        for name, values in dataset.data_vars.items()
    }


def _kept(config: Config) -> dict[str, Variable]:
    asked = {"", *config.record} - ({"lyapunov"} if config.n_exponents == 0 else set())
    return {name: variable for name, variable in VARIABLES.items() if variable.record in asked}


def _sizes(config: Config) -> dict[str, int]:
    """Lengths of the dimensions of one point; where networks differ in size, of the largest."""
    samples = [blocks_of(config, model) for model in config.networks]
    return {
        "exponent": config.n_exponents,
        "sample": max(min(ORBIT_SAMPLES, blocks.n_blocks * blocks.block_length) for blocks in samples),
        "pattern": max(model.features.n_patterns for model in config.networks),
        "age": max(model.context for model in config.networks),
        "bin": BINS,
        "hit": SECTION_HITS,
    }
