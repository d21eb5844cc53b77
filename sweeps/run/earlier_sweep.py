"""The states at the end of an earlier sweep, for a new one to start from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from sweeps.config import Config, ConfigError
from sweeps.files import StoreError
from sweeps.grid.axes import DIRECTIONS, Grid
from sweeps.models.model import Family, State
from sweeps.store.dataset import axes_of, config_of
from sweeps.store.folder import open_sweep

if TYPE_CHECKING:
    import xarray as xr

CLOSE = 1e-12  # relative; values that differ by rounding are the same


@dataclass(frozen=True, eq=False)
class EarlierSweep:
    """States of a sweep, found by the values of its parameters.

    Attributes
    ----------
    path : Path
    axes : dict from name to dict from name to array
        The parameters along each of its axes: one of that name, or those that are zipped along ``point``. Each state
        stands at one place on every axis.
    arrays : dict from name to array, shape (*lengths of the axes, ...)
        Those of the states; NaN where the sweep has none.
    here : dict
        Values, in the new sweep, of parameters that it does not sweep.
    nearest : bool
        Whether the nearest point will do where there is not the same.
    """

    path: Path
    axes: dict[str, dict[str, npt.NDArray[np.float64]]]
    arrays: dict[str, npt.NDArray[Any]]
    here: dict[str, float]
    nearest: bool

    @classmethod
    def read(cls, config: Config) -> "EarlierSweep":
        """Read the sweep that a config's start names.

        Raises
        ------
        ConfigError
            If it cannot be read, or is of a model whose states do not fit.
        """
        path = config.start.sweep
        what = f"start.sweep = '{path}'"
        if path is None:
            raise ConfigError("start.sweep is missing.")
        try:
            dataset = open_sweep(path)
        except StoreError as error:
            raise ConfigError(f"{what} cannot be used: {error}") from None
        noun = config.model.state[0].name
        dataset = _one_of(dataset, "start", config.start.number, what, noun)
        direction = None if config.start.direction is None else DIRECTIONS.index(config.start.direction)
        dataset = _one_of(dataset, "direction", direction, what, noun)
        names = axes_of(dataset)
        zipped = [str(name) for name in dataset.coords if name != "point" and dataset[name].dims == ("point",)]
        axes = {
            dim: {name: dataset[name].values.astype(np.float64) for name in (zipped if dim == "point" else [dim])}
            for dim in names
        }
        lacking = [one.name for one in config.model.state if one.name not in dataset]
        if lacking:
            raise ConfigError(f"{what} cannot be used: it is of another model, without the variable {lacking[0]}.")
        arrays = {one.name: dataset[one.name].values for one in config.model.state}
        if misfit := config.model.misfit(arrays):
            raise ConfigError(f"{what}: {misfit}.")
        return cls(
            path,
            axes,
            arrays,
            {name: _value(config, name) for along in axes.values() for name in along if name not in config.axes},
            bool(config.start.nearest),
        )

    def state(self, values: dict[str, float], family: Family) -> State:
        """Return the state at the point with these values, or nearest to them on each axis.

        Raises
        ------
        ConfigError
            If there is none.
        """
        index = []
        for along in self.axes.values():
            here = {name: values.get(name, self.here.get(name, np.nan)) for name in along}
            at = _nearest(along, here)
            there = {name: axis[at] for name, axis in along.items()}
            same = all(abs(there[name] - x) <= CLOSE * max(abs(there[name]), abs(x)) for name, x in here.items())
            if not same and not self.nearest:
                raise ConfigError(
                    f"start.sweep = '{self.path}' has no point at {_said(here)}; the nearest is "
                    f"{_said(there, names=len(there) > 1)}. Set start.nearest=true to start from that."
                )
            index.append(at)
        arrays = {name: values[tuple(index)] for name, values in self.arrays.items()}
        if not all(np.isfinite(array).all() for array in arrays.values()):
            there = {
                name: axis[i]
                for i, along in zip(index, self.axes.values(), strict=True)
                for name, axis in along.items()
            }
            place, (state, *_) = _said(there), self.arrays
            raise ConfigError(
                f"start.sweep = '{self.path}' has no {state} at {place}: the point is missing, or failed."
            )
        return family.from_arrays(arrays)

    def check(self, grid: Grid, family: Family) -> None:
        """See that there is a state for every point of a grid; raises as `state`."""
        columns = {name: np.unique(grid.axes[name]) for name in grid.parameters_swept if name in grid.axes}
        columns |= grid.zipped
        longest = max((len(values) for values in columns.values()), default=1)
        for i in range(longest):
            self.state({name: float(values[min(i, len(values) - 1)]) for name, values in columns.items()}, family)


def _nearest(along: dict[str, npt.NDArray[np.float64]], wanted: dict[str, float]) -> int:
    """Return the place on an axis where the sum of differences is smallest, each over the extent of its parameter."""
    distance = np.zeros(len(next(iter(along.values()))))
    for name, axis in along.items():
        distance += np.abs(axis - wanted[name]) / (np.ptp(axis) or 1.0)
    return int(np.argmin(distance))


def _said(values: dict[str, float], *, names: bool = True) -> str:
    """Write parameters and their values, or the values alone."""
    return ", ".join(f"{name} = {x:.12g}" if names else f"{x:.12g}" for name, x in values.items())


def content_of(path: Path) -> str:
    """Return a checksum of the states of a sweep.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    dataset = open_sweep(path)
    total = hashlib.sha256(dataset.attrs["config"].encode())
    for name in (one.name for one in config_of(dataset).model.state):
        total.update(np.ascontiguousarray(dataset[name].values).tobytes())
    return total.hexdigest()[:16]


def _one_of(dataset: "xr.Dataset", dim: str, number: int | None, what: str, state: str) -> "xr.Dataset":
    """Choose one of several starts or directions."""
    key = {"start": "start.number", "direction": "start.direction"}[dim]
    if dim not in axes_of(dataset):
        if number:
            raise ConfigError(f"{what}: {key} is given, but that sweep has one only.")
        return dataset
    if number is None or number >= dataset.sizes[dim]:
        allowed = f"0 to {dataset.sizes[dim] - 1}" if dim == "start" else "left or right"
        raise ConfigError(f"{what} has several {state}s at each point: {key} must be {allowed}.")
    return dataset.isel({dim: number})


def _value(config: Config, name: str) -> float:
    """Return the value of a parameter that is not swept; NaN if the model has none of that name."""
    known = name in {one.name for one in config.of.parameters}
    value = config.value(name) if known else None
    return float("nan") if value is None else float(value)
