"""The dataset of a sweep, put together from its shards, and compared with what was written of it."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from sweeps.config import Config
from sweeps.files import StoreError
from sweeps.grid.axes import Grid
from sweeps.grid.shard import Points
from sweeps.store.dataset import gridded, shard_table
from sweeps.store.provenance import provenance
from sweeps.store.shards import Header


def gathered(
    config: Config, grid: Grid, fingerprint: str, shards: Iterable[tuple[Header, Points, dict[str, Any]]]
) -> xr.Dataset:
    """Put shards, one after the other, into a dataset with the config and where all of it comes from.

    Memory: the dataset, and one shard.
    """
    table: list[tuple[Header, dict[str, Any]]] = []

    def points_of_each() -> Iterator[Points]:
        for header, points, origin in shards:
            table.append((header, origin))
            yield points

    dataset = gridded(config, grid, points_of_each()).assign(shard_table(table))
    n_points = grid.n_points + grid.n_refined
    counts = {
        "n_points": n_points,
        "n_missing": n_points - sum(header.n for header, _ in table),
        "n_failed": sum(header.n_failed for header, _ in table),
        "core_seconds": sum(header.seconds for header, _ in table),
    }
    origin = {"title": config.name, "fingerprint": fingerprint, "config": config.to_yaml()}
    return dataset.assign_attrs(**origin, **counts, **provenance())


def verify(written: Path, dataset: xr.Dataset, path: Path) -> None:
    """See that a file, later to be named `path`, holds just what was to be written: only then may the shards go.

    Raises
    ------
    StoreError
        If it does not.
    """
    with xr.open_dataset(written, engine="netcdf4") as again:
        for name, values in dataset.variables.items():
            there = again[name].values
            if not np.array_equal(there, values.values, equal_nan=values.dtype.kind == "f"):
                raise StoreError(f"{path} was not written right ({name} differs): the shards are kept; try again.")
