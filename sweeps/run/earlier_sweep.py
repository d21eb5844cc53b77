"""The windows at the end of an earlier sweep, for a new one to start from."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dmfsa import Window
from sweeps.config import Config, ConfigError
from sweeps.config.sweep import SWEPT
from sweeps.files import StoreError
from sweeps.grid.axes import DIRECTIONS, Grid
from sweeps.store.folder import open_sweep

if TYPE_CHECKING:
    import xarray as xr

CLOSE = 1e-12  # relative; values that differ by rounding are the same


@dataclass(frozen=True, eq=False)
class EarlierSweep:
    """Windows of a sweep, found by the values of its parameters.

    Attributes
    ----------
    path : Path
    axes : dict from name to dict from name to array
        The parameters along each of its axes: one of that name, or those that are zipped along ``point``. Each window
        stands at one place on every axis.
    windows, phases : arrays, shape (*lengths of the axes, L, M) and (*lengths of the axes)
        NaN where the sweep has no window.
    here : dict
        Values, in the new sweep, of parameters that it does not sweep.
    nearest : bool
        Whether the nearest point will do where there is not the same.
    """

    path: Path
    axes: dict[str, dict[str, npt.NDArray[np.float64]]]
    windows: npt.NDArray[np.float64]
    phases: npt.NDArray[np.int64]
    here: dict[str, float]
    nearest: bool

    @classmethod
    def read(cls, config: Config) -> "EarlierSweep":
        """Read the sweep that a config's start names.

        Raises
        ------
        ConfigError
            If it cannot be read, or is of a network whose windows do not fit.
        """
        path = config.start.sweep
        what = f"start.sweep = '{path}'"
        if path is None:
            raise ConfigError("start.sweep is missing.")
        try:
            dataset = open_sweep(path)
        except StoreError as error:
            raise ConfigError(f"{what} cannot be used: {error}") from None
        dataset = _one_of(dataset, "start", config.start.number, what)
        direction = None if config.start.direction is None else DIRECTIONS.index(config.start.direction)
        dataset = _one_of(dataset, "direction", direction, what)
        names = [str(dim) for dim in dataset["clock_phase"].dims]
        zipped = [str(name) for name in dataset.coords if name != "point" and dataset[name].dims == ("point",)]
        axes = {
            dim: {name: dataset[name].values.astype(np.float64) for name in (zipped if dim == "point" else [dim])}
            for dim in names
        }
        if dataset["window"].shape[len(names) :] != (fits := (config.model.context, config.model.features.n_patterns)):
            found = dataset["window"].shape[len(names) :]
            raise ConfigError(f"{what}: its windows have shape {found} but must have {fits}: context, n_patterns.")
        if (period := 2**config.model.positional_bits) <= int(dataset["clock_phase"].max()):
            raise ConfigError(f"{what}: its clock has a longer period than 2**positional_bits = {period}.")
        return cls(
            path,
            axes,
            dataset["window"].values,
            dataset["clock_phase"].values,
            {name: _value(config, name) for along in axes.values() for name in along if name not in config.axes},
            bool(config.start.nearest),
        )

    def window(self, values: dict[str, float]) -> Window:
        """Return the window at the point with these values, or nearest to them on each axis.

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
        attention = self.windows[tuple(index)]
        if not np.isfinite(attention).all():
            there = {
                name: axis[i]
                for i, along in zip(index, self.axes.values(), strict=True)
                for name, axis in along.items()
            }
            place = _said(there)
            raise ConfigError(f"start.sweep = '{self.path}' has no window at {place}: the point is missing, or failed.")
        return Window(attention, int(self.phases[tuple(index)]))

    def check(self, grid: Grid) -> None:
        """See that there is a window for every point of a grid; raises as `window`."""
        columns = {name: np.unique(grid.axes[name]) for name in grid.parameters_swept if name in grid.axes}
        columns |= grid.zipped
        longest = max((len(values) for values in columns.values()), default=1)
        for i in range(longest):
            self.window({name: float(values[min(i, len(values) - 1)]) for name, values in columns.items()})


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
    """Return a checksum of the windows of a sweep.

    Raises
    ------
    StoreError
        If it cannot be read.
    """
    dataset = open_sweep(path)
    total = hashlib.sha256(dataset.attrs["config"].encode())
    for name in ("window", "clock_phase"):
        total.update(np.ascontiguousarray(dataset[name].values).tobytes())
    return total.hexdigest()[:16]


def _one_of(dataset: "xr.Dataset", dim: str, number: int | None, what: str) -> "xr.Dataset":
    """Choose one of several starts or directions."""
    key = {"start": "start.number", "direction": "start.direction"}[dim]
    if dim not in dataset["clock_phase"].dims:
        if number:
            raise ConfigError(f"{what}: {key} is given, but that sweep has one only.")
        return dataset
    if number is None or number >= dataset.sizes[dim]:
        allowed = f"0 to {dataset.sizes[dim] - 1}" if dim == "start" else "left or right"
        raise ConfigError(f"{what} has several windows at each point: {key} must be {allowed}.")
    return dataset.isel({dim: number})


def _value(config: Config, name: str) -> float:
    """Return the value of a parameter that is not swept."""
    value: object = config.model
    for part in SWEPT[name][0]:
        value = getattr(value, part, None)
    return float(value) if isinstance(value, int | float) else float("nan")
