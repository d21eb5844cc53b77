"""A sweep on disk: a folder with its config, a shard for each chunk of points, and the whole dataset at the end.

    config.yaml            what is run, all defaults filled in
    shards/00000064.npz    points 64, 65, … of one chunk, written whole and renamed; zip keeps a checksum
    sweep.nc               all points on their grid; the shards are gone then

A file that is there is whole. A shard that cannot be read, or is of another config, is told of and computed again.
"""

import hashlib
import json
import os
import shutil
import sys
import zipfile
import zlib
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import xarray as xr

from sweeps.config import Config, ConfigError, load_config
from sweeps.dataset import encoding, filled_points, gridded
from sweeps.files import StoreError, reason, written_whole
from sweeps.grid import Grid, grid_of
from sweeps.provenance import provenance

Beside = Callable[[xr.Dataset, Path], object]  # looks at all points, and at the folder they are written to

UNREADABLE = (OSError, ValueError, RuntimeError)  # what xarray and netCDF4 raise over damaged files
BROKEN_ZIP = (OSError, ValueError, KeyError, EOFError, zipfile.BadZipFile, zlib.error)
AGAIN = "remove it, and run the sweep again"


@dataclass(frozen=True, eq=False)
class SweepFolder:
    """The folder of one sweep.

    Attributes
    ----------
    path : Path
    config, grid
        What the folder holds, or will hold.
    """

    path: Path
    config: Config
    grid: Grid

    @classmethod
    def claim(cls, path: Path, config: Config, grid: Grid) -> "SweepFolder":
        """Make the folder, or take one that holds a part of this very config.

        Raises
        ------
        StoreError
            If it cannot be written, holds something else, or results of another config: the message says
            which keys differ.
        """
        noted = path / "config.yaml"
        try:
            if noted.exists():
                _refuse_other(path, load_config(noted), config)
            elif path.exists() and any(not entry.name.startswith(".") for entry in path.iterdir()):
                raise StoreError(f"{path} is not empty and holds no sweep: choose another folder with --out.")
            else:
                path.mkdir(parents=True, exist_ok=True)
                with written_whole(noted) as unfinished:
                    unfinished.write_text(config.to_yaml(), encoding="utf-8")
        except ConfigError as error:
            raise StoreError(f"{path} holds a damaged config ({error}): choose another folder with --out.") from None
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {reason(error)}; choose another folder with --out.") from None
        return cls(path, config, grid)

    @property
    def complete(self) -> bool:
        """Whether the whole dataset is there.

        Raises
        ------
        StoreError
            If it is there, but damaged or of another config.
        """
        whole = self.path / "sweep.nc"
        if not whole.exists():
            return False
        try:
            with xr.open_dataset(whole, engine="netcdf4") as file:
                fingerprint = file.attrs.get("fingerprint")
        except UNREADABLE as error:
            raise StoreError(f"{whole} is damaged ({reason(error)}): {AGAIN}.") from None
        if fingerprint != self.fingerprint:
            raise StoreError(f"{whole} is of another config than config.yaml beside it: {AGAIN}.")
        return True

    @property
    def fingerprint(self) -> str:
        """Short hash of the config, noted in every file."""
        text = json.dumps(self.config.to_dict(), sort_keys=True)
        return hashlib.sha256(text.encode()).hexdigest()[:16]

    def has(self, points: npt.NDArray[np.int64]) -> bool:
        """Whether a good shard of just these points is there."""
        shard = self._read(self._shard(int(points[0])))
        return shard is not None and np.array_equal(shard["point"].values, points)

    def n_kept(self, chunks: list[npt.NDArray[np.int64]]) -> int:
        """Count the points of these chunks that have a shard; without a look into it."""
        if self.complete:
            return self.grid.n_points
        return sum(len(points) for points in chunks if self._shard(int(points[0])).exists())

    def write(self, shard: xr.Dataset) -> None:
        """Write the shard of a chunk."""
        path = self._shard(int(shard["point"].values[0]))
        with written_whole(path) as unfinished:
            path.parent.mkdir(exist_ok=True)
            arrays: Any = {name: np.asarray(values, dtype=_plain(values)) for name, values in shard.variables.items()}
            with unfinished.open("wb") as file:
                np.savez(file, fingerprint=np.array(self.fingerprint), **arrays)

    def load(self) -> xr.Dataset:
        """Return all points that are there, on their grid, with the config and where they come from."""
        return self._whole(self._shards())

    def collect(self, beside: Beside | None = None) -> None:
        """Write the whole dataset from the shards, and remove them; call `beside` with it meanwhile, in a thread.

        Raises
        ------
        StoreError
            If it cannot be written, or points are missing; the shards are kept.
        """
        shards = self._shards()
        n_missing = self.grid.n_points - len({point for shard in shards for point in shard["point"].values.tolist()})
        if n_missing:
            raise StoreError(f"{n_missing} of {self.grid.n_points} points are missing in {self.path}: run it again.")
        whole = self._whole(shards)
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(beside, whole, self.path) if beside else None
            with written_whole(self.path / "sweep.nc") as unfinished:
                whole.to_netcdf(unfinished, engine="netcdf4", encoding=encoding(whole))
            self.tidy()
            if done:
                done.result()

    def tidy(self) -> None:
        """Remove shards that the whole dataset holds, and what a run that was killed left unfinished."""
        shutil.rmtree(self.path / "shards", ignore_errors=True)
        for unfinished in self.path.glob(".*.nc.*"):
            unfinished.unlink(missing_ok=True)

    def _shards(self) -> list[xr.Dataset]:
        files = sorted((self.path / "shards").glob("*.npz"))
        return [shard for shard in map(self._read, files) if shard is not None]

    def _whole(self, shards: list[xr.Dataset]) -> xr.Dataset:
        dataset = gridded(self.config, self.grid, shards)
        origin = {"title": self.config.name, "fingerprint": self.fingerprint, "config": self.config.to_yaml()}
        return dataset.assign_attrs(**origin, **provenance())

    def _shard(self, first: int) -> Path:
        return self.path / "shards" / f"{first:08d}.npz"

    def _read(self, path: Path) -> xr.Dataset | None:
        """Read a shard; None if there is none, or none that can be trusted, which is told on stderr."""
        if not path.exists():
            return None
        try:
            with path.open("rb") as stream, np.load(stream, allow_pickle=False) as file:
                arrays = dict(file)
            fingerprint = str(arrays.pop("fingerprint"))
            shard = filled_points(self.config, arrays.pop("point"), arrays) if fingerprint == self.fingerprint else None
        except BROKEN_ZIP as error:
            print(f"{path} is damaged ({reason(error)}): its points count as missing", file=sys.stderr)
            return None
        if shard is None:
            print(f"{path} is of another config: its points count as missing", file=sys.stderr)
        return shard


def open_sweep(path: str | os.PathLike[str]) -> xr.Dataset:
    """Read a sweep, finished or not.

    Parameters
    ----------
    path : path
        The folder of results.

    Returns
    -------
    xarray.Dataset
        Dimensions beta, gamma, epsilon, start (those that were swept), exponent, sample, pattern, age. The
        codes of ``label`` are explained in its attributes; -1 is a point that has not been run. Attributes:
        the config as YAML, versions, git commit and whether the source differed from it, date, command.

    Raises
    ------
    StoreError
        If the folder holds no sweep, or a damaged one.
    """
    path = Path(path)
    whole, noted = path / "sweep.nc", path / "config.yaml"
    if whole.exists():
        try:
            with xr.open_dataset(whole, engine="netcdf4") as file:
                return file.load()
        except UNREADABLE as error:
            raise StoreError(f"{whole} is damaged ({reason(error)}): {AGAIN}.") from None
    if not noted.exists():
        found = "is no folder" if not path.is_dir() else "holds neither sweep.nc nor config.yaml"
        raise StoreError(f"{path} {found}: give the folder of results that `dmfsa sweep run` named.")
    try:
        config = load_config(noted)
    except ConfigError as error:
        raise StoreError(f"{path} holds no sweep that can be read: {error}") from None
    return SweepFolder(path, config, grid_of(config)).load()


def _refuse_other(path: Path, there: Config, wanted: Config) -> None:
    """Compare configs, key by key."""
    old, new = _flat(there.to_dict()), _flat(wanted.to_dict())
    differing = sorted(key for key in old.keys() | new.keys() if old.get(key) != new.get(key))
    if differing:
        lines = [f"  {key}: {old.get(key, 'absent')} there, {new.get(key, 'absent')} asked for" for key in differing]
        raise StoreError("\n".join([f"{path} holds results of another config:", *lines, "Choose another --out."]))


def _flat(values: object, prefix: str = "") -> dict[str, object]:
    """Dotted keys of nested mappings."""
    if not isinstance(values, dict):
        return {prefix: values}
    return {key: value for name in values for key, value in _flat(values[name], f"{prefix}.{name}".strip(".")).items()}


def _plain(values: xr.Variable) -> np.dtype[Any]:
    """Type of an array in a file that may hold no objects: text is as wide as its longest."""
    return values.dtype if values.dtype.kind != "O" else np.asarray(values, dtype=str).dtype
