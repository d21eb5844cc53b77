"""What is kept of a sweep, as one labelled dataset: names, dimensions, types, units."""

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import xarray as xr

from attractors import Label
from sweeps.config import Config
from sweeps.grid import Grid
from sweeps.network import blocks_of

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


PER_STEP = "nat/step"
VARIABLES = {
    "label": Variable("label", (), "i1", MISSING, "kind of attractor"),
    "period": Variable("label", (), "i4", 0, "period of state and clock together; 0: none", "step"),
    "torus_dimension": Variable("label", (), "i1", 0, "exponents that may be zero, on a torus; 0: no torus"),
    "confidence": Variable("label", (), "f8", np.nan, "probability that the label's conditions hold"),
    "reason": Variable("label", (), "O", "", "evidence that decided the label"),
    "lyapunov_exponent": Variable("lyapunov", ("exponent",), "f8", np.nan, "Lyapunov exponent", PER_STEP),
    "lyapunov_standard_error": Variable(
        "lyapunov", ("exponent",), "f8", np.nan, "standard error of the Lyapunov exponent", PER_STEP
    ),
    "lyapunov_resolved": Variable("lyapunov", ("exponent",), "i1", 0, "1: double precision resolves the exponent"),
    "kaplan_yorke_dimension": Variable("lyapunov", (), "f8", np.nan, "Kaplan-Yorke dimension"),
    "orbit": Variable("orbit", ("sample", "pattern"), "f4", np.nan, "semantic part of the mean field m^o"),
    "orbit_density": Variable("orbit", ("bin",), "u4", 0, "steps that m^o_1, semantic, spent in each bin", "step"),
    "section": Variable(
        "section", ("hit",), "f4", np.nan, f"m^o_1 where |m^o_2| < {SECTION_HALF_WIDTH:g} (semantic), the last ones"
    ),
    "section_hits": Variable("section", (), "i8", 0, "steps in that slab", "step"),
    "window": Variable("", ("age", "pattern"), "f8", np.nan, "attention vectors at the end, newest first"),
    "clock_phase": Variable("", (), "i4", 0, "clock phase of the newest of them", "step"),
    "core_seconds": Variable("", (), "f8", np.nan, "time taken on one core", "s"),
}
AXES = {
    "beta": "inverse temperature of the output, β",
    "gamma": "inverse temperature of the attention, γ",
    "epsilon": "weight of the positional part, ε",
    "start": "number of the random start",
}


def empty_points(config: Config, points: npt.NDArray[np.int64]) -> xr.Dataset:
    """Return the dataset of some points before they are run, with dimension ``point``: fill values everywhere."""
    sizes = _sizes(config)
    arrays = {
        name: np.full((len(points), *(sizes[dim] for dim in variable.dims)), variable.fill, dtype=variable.dtype)
        for name, variable in _kept(config).items()
    }
    return filled_points(config, points, arrays)


def filled_points(config: Config, points: npt.NDArray[np.int64], arrays: Mapping[str, npt.NDArray[Any]]) -> xr.Dataset:
    """Return the dataset of some points from the arrays of all its variables.

    Raises
    ------
    KeyError, ValueError
        If an array is missing, or of another shape.
    """
    variables = {name: (("point", *variable.dims), arrays[name]) for name, variable in _kept(config).items()}
    return xr.Dataset(variables, coords={"point": points})


def gridded(config: Config, grid: Grid, shards: list[xr.Dataset]) -> xr.Dataset:
    """Put shards in their places on the grid; points that no shard holds keep fill values."""
    whole = empty_points(config, np.arange(grid.n_points))
    for shard in shards:
        for name in whole:
            whole[name].values[shard["point"].values] = shard[name].values
    variables = {}
    for name, variable in _kept(config).items():
        values = whole[name].values.reshape((*grid.shape, *whole[name].shape[1:]))
        attributes: dict[str, Any] = {"long_name": variable.long_name, "units": variable.units}
        if name == "label":
            attributes["flag_values"] = np.arange(MISSING, len(Label), dtype="i1")
            attributes["flag_meanings"] = " ".join(["missing", *Label])
        variables[name] = ((*grid.dims, *variable.dims), values, attributes)
    sizes = _sizes(config)
    coordinates: dict[str, Any] = {
        name: (name, values, {"long_name": AXES[name], "units": "1"}) for name, values in grid.axes.items()
    }
    coordinates["exponent"] = ("exponent", np.arange(1, sizes["exponent"] + 1), {"long_name": "number of the exponent"})
    coordinates["sample"] = ("sample", np.arange(1 - sizes["sample"], 1), {"long_name": "steps before the last"})
    centres = (np.arange(BINS) + 0.5) * (2.0 / BINS) - 1.0
    coordinates["bin"] = ("bin", centres, {"long_name": "centre of the bin"})
    coordinates["hit"] = ("hit", np.arange(SECTION_HITS), {"long_name": "number of the hit"})
    coordinates["pattern"] = ("pattern", np.arange(sizes["pattern"]), {"long_name": "feature"})
    coordinates["age"] = ("age", np.arange(sizes["age"]), {"long_name": "age of the token", "units": "step"})
    used = {dim for dims, _, _ in variables.values() for dim in dims}
    return xr.Dataset(variables, coords={name: given for name, given in coordinates.items() if name in used})


def axes_of(dataset: xr.Dataset) -> tuple[str, ...]:
    """Return the names of the swept axes, in their order."""
    return tuple(str(dim) for dim in dataset["core_seconds"].dims)


def in_order(dataset: xr.Dataset, *axes: str) -> xr.Dataset:
    """Return a sweep with its axes ascending; itself, not a copy, if they are."""
    return dataset if all(np.all(np.diff(dataset[axis].values) > 0) for axis in axes) else dataset.sortby(list(axes))


def encoding(dataset: xr.Dataset) -> dict[str, dict[str, Any]]:
    """Compress what is large, and lightly: more would save 5 %. Only what `VARIABLES` says is a missing number."""
    return {
        str(name): {"zlib": values.size > 4096 and values.dtype.kind != "O", "complevel": 1, "_FillValue": None}
        for name, values in dataset.data_vars.items()
    }


def _kept(config: Config) -> dict[str, Variable]:
    asked = {"", *config.record} - ({"lyapunov"} if config.n_exponents == 0 else set())
    return {name: variable for name, variable in VARIABLES.items() if variable.record in asked}


def _sizes(config: Config) -> dict[str, int]:
    blocks = blocks_of(config)
    return {
        "exponent": config.n_exponents,
        "sample": min(ORBIT_SAMPLES, blocks.n_blocks * blocks.block_length),
        "pattern": config.model.features.n_patterns,
        "age": config.model.context,
        "bin": BINS,
        "hit": SECTION_HITS,
    }
