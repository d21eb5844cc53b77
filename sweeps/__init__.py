"""Experiments: a YAML config in, a dataset, tables and figures out; files, processes and the command line."""

import sys
from typing import TYPE_CHECKING

import sweeps.models  # registers models
import sweeps.records  # noqa: F401 - registers records
from sweeps._moved import LateFinder
from sweeps.config import Config, ConfigError, load_config

if TYPE_CHECKING:
    from sweeps.files import StoreError
    from sweeps.run.local import run_sweep
    from sweeps.store.folder import open_sweep

__all__ = ["Config", "ConfigError", "StoreError", "load_config", "open_sweep", "run_sweep"]


def __getattr__(name: str) -> object:
    """Import what takes time (xarray, numba) when it is first asked for."""
    if name == "run_sweep":
        from sweeps.run.local import run_sweep  # noqa: PLC0415

        return run_sweep
    if name == "open_sweep":
        from sweeps.store.folder import open_sweep  # noqa: PLC0415

        return open_sweep
    if name == "StoreError":
        from sweeps.files import StoreError  # noqa: PLC0415

        return StoreError
    raise AttributeError(f"module 'sweeps' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted(__all__)


sys.meta_path.insert(0, LateFinder())
