"""A sweep on disk: a folder with its config, a shard for each block of points, and the whole dataset at the end.

    config.yaml            what is run, all defaults filled in
    inputs.json            checksums of the files that the config names, if it names any
    shards/00000064.npz    points 64, 65, … of one block, written whole and renamed; see `sweeps.store.shards`
    refined/01.npz         points of the second round of a refinement, and so on; see `sweeps.grid.refinement`
    running/HOST~….json    what a process works on at this moment; see `sweeps.store.claims`
    partial.nc             the points there were when somebody asked for them before the end
    sweep.nc               all points on their grid

A file that is there is whole, or is found out not to be. Whoever reads a shard checks every bit of it; one that is
damaged, or of another config, counts as missing and is computed again. Shards stay until the dataset has been written,
read again and found to be equal to them; they stay as well if points of theirs failed, so that these alone can be tried
again. (To keep them for ever would double what a sweep takes on a cluster's disk, and leave there some 10,000 files.)
sweep.nc takes its place before the shards go. So a point that is in neither, looked for in this order, is missing.
"""

import json
import os
import shutil
import sys
import tempfile
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from sweeps.config import Config, ConfigError, load_config
from sweeps.files import StoreError, reason, remove_abandoned, write_first, written_whole
from sweeps.grid.axes import Grid, grid_of
from sweeps.grid.refinement import boundaries, known_lines, next_round, read_rounds, write_round
from sweeps.grid.shard import Points, Shard
from sweeps.store.claims import remove_stale
from sweeps.store.identity import Inputs, differences, fingerprint
from sweeps.store.provenance import shard_origin
from sweeps.store.shards import Condition, Header, Unreadable, read_header, read_shard, write_shard
from sweeps.store.whole import AGAIN, WHOLE, attributes_of, read_whole

if TYPE_CHECKING:  # xarray takes most of a second to load: a look at the state of a folder has no need of it
    import xarray as xr

Beside = Callable[["xr.Dataset", Path], object]  # looks at all points, and at the folder they are written to


@dataclass(frozen=True, eq=False)
class SweepFolder:
    """The folder of one sweep.

    Make one with `claim`, which makes the folder too, or `open`, for one that is there.

    Attributes
    ----------
    path : Path
    config : Config
        What the folder holds, or will hold.
    inputs : dict
        Checksums of the files that the config names.
    """

    path: Path
    config: Config
    inputs: Inputs = field(default_factory=dict)

    @classmethod
    def claim(cls, path: Path, config: Config, inputs: Inputs) -> "SweepFolder":
        """Make the folder, or take one that holds a part of this very config; any number of processes may at once.

        Parameters
        ----------
        path : Path
        config : Config
        inputs : dict
            Checksums of the files that the config names, as `sweeps.run.inputs.inputs_of` makes them.

        Raises
        ------
        StoreError
            If it cannot be written, holds something else, or results of another config: the message says
            which keys differ.
        """
        noted = path / "config.yaml"
        try:
            found = [entry.name for entry in path.iterdir()] if path.exists() else []  # before the config of another is
            if not noted.exists():
                if not all(name.startswith(".") for name in found):
                    raise StoreError(f"{path} is not empty and holds no sweep: choose another folder with --out.")
                path.mkdir(parents=True, exist_ok=True)
                write_first(noted, config.to_yaml())
            there = load_config(noted)
            if inputs and not (path / "inputs.json").exists() and not differences((there, inputs), (config, inputs)):
                write_first(path / "inputs.json", json.dumps(inputs))
            if differing := differences((there, _read_inputs(path)), (config, inputs)):
                lines = [f"{path} holds results of another config:", *(f"  {line}" for line in differing)]
                raise StoreError("\n".join([*lines, "Choose another --out."]))
        except ConfigError as error:
            raise StoreError(f"{path} holds a damaged config ({error}): choose another folder with --out.") from None
        except StoreError:
            raise
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {reason(error)}; choose another folder with --out.") from None
        return cls(path, config, inputs)

    @classmethod
    def open(cls, path: str | os.PathLike[str]) -> "SweepFolder":
        """Take a folder that is there, whatever its state; nothing is written.

        Raises
        ------
        StoreError
            If it holds no sweep.
        """
        path = Path(path)
        noted = path / "config.yaml"
        if not noted.exists():
            found = "is no folder" if not path.is_dir() else "holds neither sweep.nc nor config.yaml"
            raise StoreError(f"{path} {found}: give the folder of results that `dmfsa sweep run` named.")
        try:
            config = load_config(noted)
        except ConfigError as error:
            raise StoreError(f"{path} holds no sweep that can be read: {error}") from None
        return cls(path, config, _read_inputs(path))

    @cached_property
    def fingerprint(self) -> str:
        """Short hash of the config and of the files it names, noted in every file."""
        return fingerprint(self.config, self.inputs)

    @cached_property
    def _shards(self) -> str:
        """The folder of the shards as text: to put 10,000 paths together takes longer than to read what is there."""
        return f"{self.path / 'shards'}{os.sep}"

    @cached_property
    def _axes(self) -> Grid:
        return grid_of(self.config)

    @property
    def grid(self) -> Grid:
        """The points: those on the axes, and those of all rounds of a refinement that are known so far."""
        if not self._axes.along:
            return self._axes
        return replace(self._axes, refinements=read_rounds(self.path, self.fingerprint))

    @property
    def n_points(self) -> int:
        """Number of all points known so far."""
        grid = self.grid
        return grid.n_points + grid.n_refined

    @property
    def complete(self) -> bool:
        """Whether the whole dataset is there.

        Raises
        ------
        StoreError
            If it is there, but damaged or of another config.
        """
        return self.whole() is not None

    def whole(self) -> dict[str, Any] | None:
        """Return the attributes of the whole dataset; None if it is not there. Raises as `complete`."""
        whole = self.path / WHOLE
        if not whole.exists():
            return None
        attributes = attributes_of(whole)
        if attributes.get("fingerprint") != self.fingerprint:
            raise StoreError(f"{whole} is of another config than config.yaml beside it: {AGAIN}.")
        return attributes

    def shards(self) -> list[Shard]:
        """Return all shards of this sweep, in the order of their points.

        Only the config decides them; with a refinement, the config and the results of the rounds before.
        """
        return self.grid.shards()

    def file(self, shard: Shard) -> Path:
        """Return the file of a shard."""
        return self.path / "shards" / shard.file_name

    def look(self, shard: Shard, *, thorough: bool = False) -> tuple[Condition, Header | None]:
        """Return in what condition a shard is, and its header if it is done.

        Judged by its size and its last 512 bytes, or, if thorough, by every bit.
        """
        try:
            header = read_shard(self.file(shard))[0] if thorough else read_header(self._shards + shard.file_name)
        except FileNotFoundError:
            return Condition.MISSING, None
        except Unreadable:
            return Condition.DAMAGED, None
        condition = self._fits(shard, header)
        return condition, header if condition is Condition.DONE else None

    def missing(self, shards: Iterable[Shard], *, tell: bool = True) -> list[Shard]:
        """Return those shards that are still to be computed; every other one was read whole, and is right.

        Shards that are damaged or of another config are told of on stderr.
        """
        wanted = [shard for shard in shards if self.good(shard, tell=tell) is None]
        return wanted if wanted and not self.complete else []

    def check_writable(self) -> None:
        """See that shards can be written, before hours are spent on them.

        Raises
        ------
        StoreError
            If not: the folder is read-only, or somebody else's.
        """
        try:
            (self.path / "shards").mkdir(exist_ok=True)
            with tempfile.TemporaryFile(dir=self.path / "shards"):
                pass
        except OSError as error:
            raise StoreError(f"{self.path / 'shards'} cannot be written: {reason(error)}.") from None

    def write(self, points: Points, seconds: float | None = None) -> None:
        """Write the shard of some points, which took so many seconds; two writers of one shard do no harm.

        Raises
        ------
        StoreError
            If it cannot be written.
        """
        took = float(np.nansum(points["core_seconds"])) if seconds is None else seconds
        path = self.path / "shards" / f"{int(points['point'][0]):08d}.npz"
        write_shard(path, points, self.fingerprint, shard_origin(took))

    def read(self, shard: Shard) -> Points | None:
        """Return the points of a shard; None if they are to be computed, which is told on stderr if it is odd."""
        found = self.good(shard)
        return None if found is None else found[1]

    def load(self) -> "xr.Dataset":
        """Return all points that are there, on their grid, with the config and where they come from."""
        from sweeps.store.gathering import gathered  # noqa: PLC0415

        return gathered(self.config, self.grid, self.fingerprint, self._good_shards())

    def finished(self, beside: Beside | None = None) -> Path | None:
        """Return the whole dataset's file, if it is there, and remove what it holds; `beside` as for `collect`."""
        attributes = self.whole()
        if attributes is None:
            return None
        self.tidy(keep_shards=bool(attributes["n_failed"]))
        if beside:
            beside(open_sweep(self.path), self.path)
        return self.path / WHOLE

    def collect(self, beside: Beside | None = None, *, partly: bool = False) -> Path:
        """Write the dataset from the shards, see that it is right, and remove them if nothing is missing.

        Parameters
        ----------
        beside : callable, optional
            Called with the dataset and the folder meanwhile, in a thread.
        partly : bool
            Whether points may be missing: then what is there goes into partial.nc, whose attribute `n_missing` says
            how many are not.

        Returns
        -------
        Path
            The file: sweep.nc, or partial.nc.

        Raises
        ------
        StoreError
            If it cannot be written, or points are missing and may not be; the shards are kept.
        """
        from sweeps.store.dataset import encoding  # noqa: PLC0415
        from sweeps.store.gathering import verify  # noqa: PLC0415

        self.plan()  # the next round of a refinement is missing, too
        whole = self.load()
        n_missing = int(whole.attrs["n_missing"])
        if n_missing and (found := self.finished(beside)):  # another process has collected them meanwhile
            return found
        if n_missing and not partly:
            raise StoreError(f"{n_missing} of {self.grid.n_points} points are missing in {self.path}: run it again.")
        path = self.path / ("partial.nc" if n_missing else WHOLE)
        with ThreadPoolExecutor(1) as pool:
            done = pool.submit(beside, whole, self.path) if beside else None
            with written_whole(path) as unfinished:
                whole.to_netcdf(unfinished, engine="netcdf4", encoding=encoding(whole))
                verify(unfinished, whole, path)
            if not n_missing:
                (self.path / "partial.nc").unlink(missing_ok=True)
                self.tidy(keep_shards=bool(whole.attrs["n_failed"]))
            if done:
                done.result()
        return path

    def plan(self) -> bool:
        """Note the next round of a refinement, if all rounds before are done and there is one; say if there is."""
        refinement = self.config.sweep and self.config.sweep.refinement
        if not refinement:
            return False
        grid = self.grid
        found = [self.read(shard) for shard in grid.shards()]
        points = [shard for shard in found if shard is not None]
        if len(points) < len(found):
            return False
        refined = next_round(boundaries(known_lines(grid, grid.along, points)), refinement, grid.n_refined)
        if not len(refined.lines):
            return False
        write_round(self.path, len(grid.refinements) + 1, refined, self.fingerprint)
        return True

    def forget_failed(self) -> None:
        """Remove the shards in which points failed, and the dataset made of them, so that they are computed again."""
        failed = [shard for shard in self.shards() if (header := self.look(shard)[1]) and header.n_failed]
        if failed:
            (self.path / WHOLE).unlink(missing_ok=True)
        for shard in failed:
            self.file(shard).unlink(missing_ok=True)

    def tidy(self, *, keep_shards: bool = False) -> None:
        """Remove shards that the whole dataset holds, and what processes that were killed left unfinished."""
        for folder in (self.path, self.path / "shards"):
            remove_abandoned(folder)
        remove_stale(self.path)
        if not keep_shards:
            for name in ("shards", "refined"):
                shutil.rmtree(self.path / name, ignore_errors=True)

    def good(self, shard: Shard, *, tell: bool = True) -> tuple[Header, Points, dict[str, Any]] | None:
        """Read a shard, every bit checked; None if there is none that can be trusted, which is told on stderr."""
        path = self.file(shard)
        try:
            header, points, origin = read_shard(path)
        except FileNotFoundError:
            return None
        except Unreadable as error:
            if tell:
                print(f"{path} is damaged ({error}): its points count as missing", file=sys.stderr)
            return None
        condition = self._fits(shard, header)
        if condition is Condition.DONE:
            return header, points, origin
        if tell:
            print(f"{path} {condition.value}: its points count as missing", file=sys.stderr)
        return None

    def _good_shards(self) -> Iterator[tuple[Header, Points, dict[str, Any]]]:
        """Read all shards that can be trusted, one after the other."""
        return (found for shard in self.grid.shards() if (found := self.good(shard)) is not None)

    def _fits(self, shard: Shard, header: Header) -> Condition:
        same = (header.fingerprint, header.first, header.n) == (self.fingerprint, shard.first, shard.n)
        return Condition.DONE if same else Condition.OTHER


def open_sweep(path: str | os.PathLike[str]) -> "xr.Dataset":
    """Read a sweep, finished or not.

    Parameters
    ----------
    path : path
        The folder of results.

    Returns
    -------
    xarray.Dataset
        Dimensions beta, gamma, epsilon, start (those that were swept), exponent, sample, pattern, age; and shard, for
        where the points were computed. The codes of ``label`` are explained in its attributes; -1 is a point that has
        not been run, or that failed: ``failure`` says why. Attributes: the config as YAML, how many points are missing
        and failed, versions, git commit and whether the source differed from it, date, command.

    Raises
    ------
    StoreError
        If the folder holds no sweep, or a damaged one.
    """
    whole = Path(path) / WHOLE
    if whole.exists():
        return read_whole(whole)
    return SweepFolder.open(path).load()


def _read_inputs(path: Path) -> Inputs:
    noted = path / "inputs.json"
    try:
        return dict(json.loads(noted.read_text(encoding="utf-8"))) if noted.exists() else {}
    except (OSError, ValueError, TypeError) as error:
        raise StoreError(f"{noted} is damaged ({error}): {AGAIN}.") from None
