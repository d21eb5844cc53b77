"""What is kept of a sweep, as one labelled dataset: names, dimensions, types, units."""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt
import yaml

from attractors import Label
from sweeps.config import Config
from sweeps.grid.axes import Grid
from sweeps.grid.refinement import boundary_table
from sweeps.grid.shard import Points
from sweeps.models.made import blocks_of
from sweeps.records import BINS, MISSING, ORBIT_SAMPLES, SECTION_HITS, Variable, asked_for
from sweeps.store.shards import Header

if TYPE_CHECKING:  # xarray takes most of a second to load, and the tasks of a cluster write shards only
    import xarray as xr

# Kept of every point, whatever is recorded.
ALWAYS = {
    "core_seconds": Variable((), "f8", np.nan, "time taken on one core", "s"),
    "failure": Variable((), "O", "", "why the point could not be computed; empty if it was"),
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
COUNTED = {  # axes that are no parameters
    "point": "number of the point",
    "start": "start of the orbit",
    "direction": "way along the axis: each point starts from its neighbour",
}


def variables_of(config: Config) -> dict[str, Variable]:
    """Return what is kept of every point: of its records, its last state, and the rest."""
    kind, model = config.of, config.networks[0]
    recorded = {name: one for record in asked_for(config) for name, one in record.variables.items()}
    state = {one.name: Variable(one.dims, one.dtype, one.fill, one.long_name, one.units) for one in model.state}
    return {name: one.worded(kind, model) for name, one in recorded.items()} | state | ALWAYS


def empty_points(config: Config, points: npt.NDArray[np.int64]) -> Points:
    """Return some points before they are run: a structured array with the number of each, `point`, and fill values."""
    sizes, kept = _sizes(config), variables_of(config)
    fields: list[Any] = [("point", "i8")]
    fields += [(name, kind.dtype, tuple(sizes[dim] for dim in kind.dims)) for name, kind in kept.items()]
    empty = np.empty(len(points), dtype=fields)
    empty["point"] = points
    for name, variable in kept.items():
        empty[name] = variable.fill
    return empty


def gridded(config: Config, grid: Grid, shards: Iterable[Points]) -> "xr.Dataset":
    """Put shards in their places on the grid; points that no shard holds keep fill values."""
    sizes, kept = _sizes(config), variables_of(config)
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
        variables |= _between(config, grid, between, kept, flags)
    if everything:
        variables |= boundary_table(grid, grid.along, everything, flags)
    coordinates: dict[str, Any] = {
        name: (name, grid.as_read(name, values), _about_axis(config, grid, name)) for name, values in grid.axes.items()
    }
    for name, values in grid.zipped.items():
        coordinates[name] = ("point", values, {"long_name": about_axis(config, name), "units": "1"})
    coordinates["exponent"] = ("exponent", np.arange(1, sizes["exponent"] + 1), {"long_name": "number of the exponent"})
    coordinates["sample"] = ("sample", np.arange(1 - sizes["sample"], 1), {"long_name": "steps before the last"})
    first = config.model.observable(0)
    centres = (np.arange(BINS) + 0.5) * ((first.high - first.low) / BINS) + first.low
    coordinates["bin"] = ("bin", centres, {"long_name": "centre of the bin"})
    coordinates["hit"] = ("hit", np.arange(SECTION_HITS), {"long_name": "number of the hit"})
    for dim, about in config.of.about_dims.items():
        coordinates[dim] = (dim, np.arange(sizes[dim]), dict(about))
    import xarray as xr  # noqa: PLC0415

    used = {dim for dims, _, _ in variables.values() for dim in dims} | grid.zipped.keys()
    return xr.Dataset(variables, coords={name: given for name, given in coordinates.items() if name in used})


def about_axis(config: Config, name: str) -> str:
    """Return what an axis is."""
    return COUNTED.get(name) or config.of[name].long_name or name


def _about_axis(config: Config, grid: Grid, name: str) -> dict[str, str]:
    return {"long_name": about_axis(config, name)} | ({} if name in grid.words else {"units": "1"})


def _between(
    config: Config, grid: Grid, shards: list[Points], kept: dict[str, Variable], flags: dict[str, Any]
) -> dict[str, Any]:
    """Return what is known of points between those of the axes, along the dimension `refined`; no orbits."""
    together = {name: np.concatenate([shard[name] for shard in shards]) for name in ("point", *kept)}
    variables: dict[str, Any] = {}
    for name in grid.dims:
        values = grid.as_read(name, grid.values(name, together["point"]))
        variables[f"refined_{name}"] = ("refined", values, _about_axis(config, grid, name))
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


def config_of(dataset: "xr.Dataset") -> Config:
    """Return the config that a sweep was made of.

    Raises
    ------
    ConfigError
        If it names the module of a model that is no longer there.
    """
    return _config_in(str(dataset.attrs["config"]))


@lru_cache(16)
def _config_in(text: str) -> Config:
    return Config.from_dict(yaml.safe_load(text))


def axes_of(dataset: "xr.Dataset") -> tuple[str, ...]:
    """Return the names of the swept axes, in their order."""
    return tuple(str(dim) for dim in dataset["core_seconds"].dims)


def in_order(dataset: "xr.Dataset", *axes: str) -> "xr.Dataset":
    """Return a sweep with its axes ascending; itself, not a copy, if they are. Names stay in their order."""
    numbers = [axis for axis in axes if np.issubdtype(dataset[axis].dtype, np.number)]
    return dataset if all(np.all(np.diff(dataset[axis].values) > 0) for axis in numbers) else dataset.sortby(numbers)


def encoding(dataset: "xr.Dataset") -> dict[str, dict[str, Any]]:
    """Compress what is large, and lightly: more would save 5 %. Only the fill of a `Variable` is a missing number."""
    return {
        str(name): {"zlib": values.size > 4096 and values.dtype.kind != "O", "complevel": 1, "_FillValue": None}
        for name, values in dataset.data_vars.items()
    }


def _sizes(config: Config) -> dict[str, int]:
    """Lengths of the dimensions of one point; where networks differ in size, of the largest."""
    samples = [blocks_of(config, model) for model in config.networks]
    return {
        "exponent": config.n_exponents,
        "sample": max(min(ORBIT_SAMPLES, blocks.n_blocks * blocks.block_length) for blocks in samples),
        "bin": BINS,
        "hit": SECTION_HITS,
        **{dim: max(model.sizes[dim] for model in config.networks) for dim in config.model.sizes},
    }
