"""Recorded series from files: tables of text, and arrays."""

import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from sweeps.config.registry import models
from sweeps.files import StoreError, reason

ENDINGS = (".csv", ".txt", ".npz", ".npy", ".nc")


class Recording(NamedTuple):
    """A series and the names of its columns."""

    samples: npt.NDArray[np.float64]
    names: tuple[str, ...]


def read_series(path: Path, columns: Sequence[str] = ()) -> Recording:
    """Read a series.

    Parameters
    ----------
    path : path
        A table of numbers with or without a line of names (.csv, .txt: commas, semicolons or blanks between
        columns), or arrays (.npy, .npz, .nc). Of several arrays that named is taken, or what
        `dmfsa trajectory` writes to be analysed, if there is that.
    columns : sequence of str
        Names or numbers (from 1) of the columns to keep, in this order; all if empty. With .npz and .nc, the name of an
        array.

    Returns
    -------
    Recording
        Samples (n, m).

    Raises
    ------
    StoreError
        If the file cannot be read as a series, or lacks a column; the message names what is there.
    """
    try:
        if path.suffix in {".npz", ".nc"}:
            return _one_array(path, columns)
        if path.suffix == ".npy":
            return _chosen(path, np.load(path, allow_pickle=False), (), columns)
        names, samples = _table(path)
    except (OSError, ValueError, EOFError, zipfile.BadZipFile) as error:
        if isinstance(error, StoreError):
            raise
        raise StoreError(f"{path} cannot be read as a series: {reason(error)}") from None
    return _chosen(path, samples, names, columns)


def _table(path: Path) -> tuple[tuple[str, ...], npt.NDArray[np.float64]]:
    """Names (none, if no line has them) and numbers of a table.

    Names stand in the first line that is no comment, or in a comment right before the numbers.
    """
    before, first, n_above = "", "", 0
    with path.open(encoding="utf-8-sig") as file:
        for line in file:
            if line.split("#")[0].strip():
                first = line
                break
            before, n_above = line, n_above + 1
        delimiter = next((mark for mark in (",", ";") if mark in first), None)
        words, comment = _words(first, delimiter), _words(before, delimiter)
        named = not all(_is_number(word) for word in words)
        if not first or (named and not any(line.split("#")[0].strip() for line in file)):
            raise StoreError(f"{path} holds no samples: a series has a line of numbers for each step")
    try:
        samples = np.loadtxt(path, delimiter=delimiter, skiprows=n_above + named, ndmin=2, encoding="utf-8-sig")
    except ValueError as error:  # numpy's advice is of its own options
        raise ValueError(str(error).split("; use ")[0]) from None
    if named:
        return words, samples
    return comment if before.startswith("#") and len(comment) == samples.shape[1] else (), samples


def _words(line: str, delimiter: str | None) -> tuple[str, ...]:
    return tuple(word.strip() for word in line.lstrip("# ").split(delimiter))


def _one_array(path: Path, columns: Sequence[str]) -> Recording:
    """One of several arrays: that asked for, ours, or the only one that can be a series."""
    arrays = _arrays(path)
    fitting = {
        name: np.asarray(values, dtype=np.float64)
        for name, values in arrays.items()
        if values.dtype.kind in "fiu" and values.ndim in {1, 2} and len(values) > 1
    }
    ours = [name for name in ("observed", *(model.observed for model in models())) if name in fitting]
    asked = columns[0] if len(columns) == 1 else ours[0] if ours else None
    if asked is None and len(fitting) == 1:
        (asked,) = fitting
    if asked not in fitting:
        raise StoreError(
            f"{path} has these arrays that can be series: {', '.join(fitting) or 'none'}; name one with --columns"
        )
    return _chosen(path, fitting[str(asked)], (), ())


def _arrays(path: Path) -> dict[str, Any]:
    if path.suffix == ".npz":
        with np.load(path, allow_pickle=False) as file:
            return dict(file)
    import xarray as xr  # noqa: PLC0415 - takes half a second to load

    with xr.open_dataset(path, engine="netcdf4") as dataset:
        return {str(name): variable.values for name, variable in dataset.data_vars.items()}


def _chosen(path: Path, samples: npt.NDArray[Any], names: tuple[str, ...], columns: Sequence[str]) -> Recording:
    """Keep the columns asked for."""
    if samples.dtype.kind not in "fiub":
        raise StoreError(f"{path} holds {samples.dtype}: a series has real numbers; give parts of others as columns")
    table = np.asarray(samples, dtype=np.float64)
    table = table[:, None] if table.ndim == 1 else table
    if table.ndim != 2:
        raise StoreError(f"{path} holds an array of shape {np.shape(samples)}: a series has one or two dimensions")
    labels = names or tuple(f"x{i + 1}" for i in range(table.shape[1]))
    places = []
    for column in columns:
        if column in labels:
            places.append(labels.index(column))
        elif column.isdecimal() and 1 <= int(column) <= len(labels):
            places.append(int(column) - 1)
        else:
            raise StoreError(f"{path} has no column {column!r}; it has {', '.join(labels)}, or 1 to {len(labels)}")
    kept = places or range(len(labels))
    return Recording(table[:, kept], tuple(labels[i] for i in kept))


def _is_number(word: str) -> bool:
    try:
        float(word)
    except ValueError:
        return False
    return True
