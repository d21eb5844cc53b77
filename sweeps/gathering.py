"""The dataset of a sweep, put together from its shards, and compared with what was written of it."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import xarray as xr

from sweeps.dataset import gridded, shard_table
from sweeps.files import StoreError
from sweeps.provenance import provenance
from sweeps.shards import Header, Points

if TYPE_CHECKING:
    from sweeps.store import SweepFolder


def gathered(folder: "SweepFolder") -> xr.Dataset:
    """Read the shards, one after the other, into a dataset with the config and where all of it comes from.

    Memory: the dataset, and one shard.
    """
    table: list[tuple[Header, dict[str, Any]]] = []
    grid = folder.grid

    def good() -> Iterator[Points]:
        for shard in grid.shards():
            found = folder.good(shard)
            if found is not None:
                header, points, origin = found
                table.append((header, origin))
                yield points

    dataset = gridded(folder.config, grid, good()).assign(shard_table(table))
    n_points = grid.n_points + grid.n_refined
    counts = {
        "n_points": n_points,
        "n_missing": n_points - sum(header.n for header, _ in table),
        "n_failed": sum(header.n_failed for header, _ in table),
        "core_seconds": sum(header.seconds for header, _ in table),
    }
    origin = {"title": folder.config.name, "fingerprint": folder.fingerprint, "config": folder.config.to_yaml()}
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
