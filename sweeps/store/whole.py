"""The whole dataset of a sweep, the file `sweep.nc`, as it is found."""

import threading
from pathlib import Path
from typing import TYPE_CHECKING, Any

from sweeps.files import StoreError, reason

if TYPE_CHECKING:  # xarray takes most of a second to load: a look at the state of a folder has no need of it
    import xarray as xr

WHOLE = "sweep.nc"
UNREADABLE = (OSError, ValueError, RuntimeError, AttributeError)  # what xarray and netCDF4 raise over damaged files
AGAIN = "remove it, and run the sweep again"
_NETCDF = threading.Lock()  # its library is for one thread at a time


def attributes_of(whole: Path) -> dict[str, Any]:
    """Read the attributes alone.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    import netCDF4  # noqa: PLC0415

    try:
        with _NETCDF, netCDF4.Dataset(whole) as file:
            return {name: file.getncattr(name) for name in file.ncattrs()}
    except UNREADABLE as error:
        raise StoreError(f"{whole} is damaged ({reason(error)}): {AGAIN}.") from None


def read_whole(whole: Path) -> "xr.Dataset":
    """Read all of it into memory.

    Raises
    ------
    StoreError
        If the file is damaged.
    """
    import xarray as xr  # noqa: PLC0415

    try:
        with xr.open_dataset(whole, engine="netcdf4") as file:
            return file.load()
    except UNREADABLE as error:
        raise StoreError(f"{whole} is damaged ({reason(error)}): {AGAIN}.") from None
