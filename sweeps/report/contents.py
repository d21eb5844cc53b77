"""What a page says of a sweep, as plain values: all that it draws, and all that it can be asked for."""

import json
import shlex
from pathlib import Path
from typing import Any

import numpy as np
import xarray as xr

from attractors import Label
from attractors.results import plain
from sweeps.config import Config
from sweeps.figures.sweep import COLOURS, by_ratio, edges_of
from sweeps.grid.axes import NUMBERED
from sweeps.records import half_width
from sweeps.regimes import FAILED, UNLABELLED, label_counts, label_names, regimes
from sweeps.report.arrays import packed, packed_text
from sweeps.report.rasters import rasters
from sweeps.run.status import State, in_words, status_of
from sweeps.store.dataset import RUN_ATTRIBUTES, axes_of, config_of, in_order
from sweeps.store.folder import SweepFolder, open_sweep

DETAILED = 100_000  # points at most, with exponents and reasons of each; beyond, labels and λ_1 alone
LINES = 2_000  # lines along the first axis of which regimes are listed
LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
NAMES = ["missing", FAILED, *map(str, Label), UNLABELLED]
PER_POINT = {
    "period": "i4",
    "torus_dimension": "u1",
    "confidence": "f4",
    "kaplan_yorke_dimension": "f8",
    "attractor": "i4",
    "attractor_share": "f4",
    "attractor_share_low": "f4",
    "attractor_share_high": "f4",
}
PER_EXPONENT = {"lyapunov_exponent": "f8", "lyapunov_standard_error": "f4", "lyapunov_resolved": "u1"}
FOR_REGIMES = ("label", "period", "failure", "core_seconds", "lyapunov_exponent")


def contents(path: Path) -> dict[str, Any]:
    """Return all that the page of a sweep shows, as values for JSON.

    Parameters
    ----------
    path : Path
        The folder of a sweep, in any state.

    Raises
    ------
    StoreError
        If it holds no sweep, or a damaged one.
    """
    dataset = open_sweep(path)
    dataset = in_order(dataset, *(name for name in axes_of(dataset) if name not in NUMBERED))
    config = config_of(dataset)
    names = label_names(dataset).ravel()
    detailed = names.size <= DETAILED
    exponents = PER_EXPONENT if detailed else {"lyapunov_exponent": "f4"}
    return {
        "title": str(dataset.attrs["title"]),
        "state": _state(dataset, path),
        "axes": {name: _axis(dataset, name) for name in axes_of(dataset)},
        "zipped": {
            str(name): values.values.tolist()
            for name, values in dataset.coords.items()
            if values.dims == ("point",) and name != "point"
        },
        "symbols": {one.name: one.letter for one in config.of.parameters if one.letter},
        "model": {name: config.value(name) for name in config.of.followed},
        "iterates": getattr(config.of, "page", None) is not None,
        "titled": list(config.of.titled or config.of.followed),
        "observables": _observables(config),
        "labels": [{"name": name.replace("_", " "), "colour": COLOURS[name]} for name in NAMES],
        "counts": {NAMES.index(name): count for name, count in label_counts(dataset).items()},
        "label": packed([NAMES.index(name) for name in names], "u1"),
        "failures": {int(i): str(dataset["failure"].values.flat[i]) for i in np.flatnonzero(names == FAILED)},
        "reasons": _reasons(dataset) if detailed else None,
        "point": {
            name: packed(dataset[name].values.ravel(), kind)
            for name, kind in PER_POINT.items()
            if detailed and name in dataset
        },
        "exponents": {
            name: packed(dataset[name].values[..., : None if detailed else 1].reshape(names.size, -1), kind)
            for name, kind in exponents.items()
            if name in dataset and dataset.sizes["exponent"]
        },
        "raster": rasters(dataset),
        "orbits": _orbits(dataset, config) if detailed else {},
        "regimes": _regimes(dataset),
        "run": _run(dataset, config, path),
    }


def _observables(config: Config) -> dict[str, str]:
    """Return what is drawn of orbits, in words: the first observable, its axis, and the slab of the section."""
    model = config.model
    first = model.observable(0)
    words = {"name": spelled(first.name), "label": spelled(first.name) + (f", {first.note}" if first.note else "")}
    if model.n_observables > 1:
        words["slab"] = f"|{spelled(model.observable(1).name)}| < {half_width(model):g}"
    return words


def spelled(name: str) -> str:
    """Return a name with its raised o and its lowered number as letters that a page can show.

    Examples
    --------
    >>> spelled("u^o_2"), spelled("x")
    ('uᵒ₂', 'x')
    """
    before, _, number = name.replace("^o", "ᵒ").partition("_")
    return before + (number.translate(LOWERED) if number.isdecimal() else f"_{number}" if number else "")


def _orbits(dataset: xr.Dataset, config: Config) -> dict[str, Any]:
    """Return what the page goes on with orbits from; nothing of a model that it does not know how to iterate."""
    page = getattr(config.of, "page", None)
    if page is None:
        return {}
    made = page(dataset, config)
    return {name: value if isinstance(value, int) else _packed(value) for name, value in made.items()}


def _packed(value: Any) -> dict[str, Any]:
    return packed_text(value) if isinstance(value, str) else packed(*value)


def _state(dataset: xr.Dataset, path: Path) -> dict[str, Any]:
    """How far the sweep is; of shards, every bit was read. A dataset without its folder is taken for the whole."""
    if (path / "config.yaml").exists():
        status = status_of(SweepFolder.open(path), thorough=True)
        return {**status.to_dict(), "words": in_words(status)}
    n_points, n_failed = int(dataset.attrs["n_points"]), int(dataset.attrs["n_failed"])
    state = State.FAILED if n_failed else State.FINISHED
    done = {"n_points": n_points, "n_done": n_points, "n_failed": n_failed, "n_missing": 0, "n_running": 0}
    return {**done, "status": plain(state), "message": state.value, "words": state.value}


def _axis(dataset: xr.Dataset, name: str) -> dict[str, Any]:
    """Return values of an axis and the edges of their cells; what only counts has whole numbers or words."""
    values = dataset[name].values
    found: dict[str, Any] = {"name": name, "about": dataset[name].attrs.get("long_name", name)}
    if values.dtype.kind not in "fiu":
        return {**found, "values": [str(value) for value in values], "scale": "words"}
    scale = "whole" if values.dtype.kind in "iu" else "log" if by_ratio(values) else "linear"
    return {
        **found,
        "values": packed(values, "f8"),
        "edges": packed(edges_of(values.astype(float)), "f8"),
        "scale": scale,
    }


def _reasons(dataset: xr.Dataset) -> dict[str, Any] | None:
    if "reason" not in dataset:
        return None
    return packed_text(json.dumps(dataset["reason"].values.ravel().tolist(), ensure_ascii=False))


def _regimes(dataset: xr.Dataset) -> dict[str, Any] | None:
    """Return the regimes of each line along the first axis, in the order of the points; None if there are none."""
    axes = axes_of(dataset)
    others = [dataset.sizes[name] for name in axes[1:]]
    if "label" not in dataset or not axes or axes[0] in NUMBERED or np.prod(others) > LINES:
        return None
    refined = [name for name in dataset.data_vars if str(name).startswith("refined_")]
    needed = dataset[[*(name for name in FOR_REGIMES if name in dataset), *refined]]
    rows = []
    for index in np.ndindex(*others):
        here = dict(zip(axes[1:], index, strict=True))
        line = needed.isel(here)
        if refined:
            on_it = [dataset[f"refined_{name}"].values == dataset[name].values[i] for name, i in here.items()]
            line = line.isel(refined=np.all(on_it, axis=0)) if on_it else line
        rows.append(
            [
                [NAMES.index(r.label), r.first, r.last, r.n_points, list(r.periods), *map(plain, r.lyapunov)]
                for r in regimes(line)
            ]
        )
    return packed_text(json.dumps(rows))


def _run(dataset: xr.Dataset, config: Config, path: Path) -> dict[str, Any]:
    """Return what was run, where, by which code, and what the commands that do it again need."""
    attributes = {name: str(dataset.attrs[name]) for name in ("fingerprint", *RUN_ATTRIBUTES)}
    columns = [dataset[f"shard_{name}"].values.astype(str).tolist() for name in ("host", "versions", "commit")]
    where: dict[tuple[str, ...], int] = {}
    for one in zip(*columns, strict=True):
        where[one] = where.get(one, 0) + 1
    folder = shlex.quote(str(path))
    return {
        "folder": folder,
        "config": str(dataset.attrs["config"]),
        "path": str(path),
        "yaml": shlex.quote(str(path / "config.yaml")),
        "file": f"{config.name}.yaml",
        "attributes": attributes,
        "shards": [[*one, count] for one, count in where.items()],
        "alone": _alone(config),
        "keys": {name: ".".join(("model", *config.of[name].path)) for name in config.axes},
        "n_transient": config.run.n_transient,
        "n_steps": config.run.n_steps,
        "record": list(config.record),
    }


def _alone(config: Config) -> bool:
    """Whether one point can be run again by itself: its start does not depend on others."""
    start, sweep = config.start, config.sweep
    several = start.random is not None and start.random.n > 1
    return not (several or start.sweep or (sweep and sweep.continuation))
