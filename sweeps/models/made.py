"""What a config describes, made: the family of maps, the map at one point, and the states that orbits start from."""

import zipfile
import zlib
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors import Blocks
from attractors.system import System
from sweeps.config import Config, ConfigError
from sweeps.config.registry import ModelSection
from sweeps.config.start import OneStart, Ways
from sweeps.models.model import Family, Model, State, shape_of


def family_of(config: Config) -> Family:
    """Make the maps of a config, whatever the values of continuous parameters.

    Raises
    ------
    ConfigError
        If whether they are noisy is decided by a swept parameter alone.
    """
    model = config.of
    if not isinstance(model, Model):
        raise ConfigError(f"the model '{model.name}' cannot be run: it makes no maps.")
    if config.is_noisy and not config.model.is_noisy:
        raise ConfigError(f"model.{model.noise} is missing: one network is wanted, and the config only sweeps them.")
    return model.family(config.model)


def system_of(config: Config, family: Family, **point: float) -> System:
    """Make the map, with `point`'s values of continuous parameters where they are given.

    Raises
    ------
    ConfigError
        If a parameter that is needed is neither given nor in the config's model: a sweep is not a point.
    """
    for one in config.of.parameters:
        if one.needed and one.continuous and one.name not in point and config.value(one.name) is None:
            key = ".".join(("model", *one.path))
            raise ConfigError(f"{key} is missing: one point is wanted, and the config only sweeps it; set {key}.")
    return family.at(point)


def in_words(config: Config) -> str:
    """Return the one point of a config, such as "β = 1.27"."""
    return ", ".join(f"{config.of[name].letter or name} = {config.value(name):g}" for name in _titled(config))


def in_symbols(config: Config) -> str:
    """Return the same for a figure."""
    return ", ".join(f"{config.of[name].symbol or name} = {config.value(name):.10g}" for name in _titled(config))


def _titled(config: Config) -> list[str]:
    return [name for name in config.of.titled or config.of.followed if config.value(name) is not None]


def blocks_of(config: Config, model: ModelSection | None = None) -> Blocks:
    """Cut the steps of a point into blocks, over which exponents are averaged; without exponents there is one."""
    run, model = config.run, model or config.model
    if config.n_exponents == 0:
        return Blocks(run.n_transient, 0, 1, run.n_steps)
    return Blocks.of(run.n_steps, run.n_transient, clock_period=model.clock_period)


def starts_of(config: Config, family: Family, system: System) -> list[State]:
    """Make the states that orbits of a map start from.

    Raises
    ------
    ConfigError
        As `given_starts`.
    """
    return [family.begin(system, given) for given in given_starts(config, family)]


def given_starts(config: Config, family: Family) -> list[Any]:
    """Make what orbits start from, whatever the values of continuous parameters; `Family.begin` makes states of it.

    Raises
    ------
    ConfigError
        If a start cannot be had, a checkpoint cannot be used, or each point has its own.
    """
    if config.start.sweep is not None:
        raise ConfigError("start.sweep gives each point of a sweep its own start: it goes with `dmfsa sweep` alone.")
    found: list[Any] = []
    for place, start in enumerate(config.start.each):
        key = f"start.list[{place}]" if config.start.list else "start"
        found += _given(config, family, start, key)
    return found


def _given(config: Config, family: Family, start: OneStart, key: str) -> list[Any]:
    if start.random is not None:
        return list(family.random(start.random.seed, start.random.n))
    if start.checkpoint is not None:
        return [read_checkpoint(start.checkpoint, config.model, family, f"{key}.checkpoint")]
    if not isinstance(start, Ways):
        raise ConfigError(f"{key} says nothing.")
    return [family.given(start, key)]


def read_checkpoint(path: Path, model: ModelSection, family: Family, key: str = "start.checkpoint") -> State:
    """Read a state from an npz file that holds its arrays.

    What is wrong with it is told with the `key` of the config that names it.

    Raises
    ------
    ConfigError
        If the file is missing, damaged, holds pickles, or its arrays do not fit the model.
    """
    what = f"{key} = '{path}'"
    arrays = arrays_of(path, what, tuple(one.key for one in model.state))
    for one in model.state:
        array, shape = arrays[one.key], shape_of(model, one.dims)
        if array.shape != shape or array.dtype.kind not in one.kinds:
            must = f"must have shape {shape} and hold {one.words}"
            raise ConfigError(f"{what}: {one.key} has shape {array.shape} and type {array.dtype}, but {must}.")
    try:
        return family.from_arrays({one.name: arrays[one.key] for one in model.state})
    except ValueError as error:
        raise ConfigError(f"{what}: {error}.") from None


def arrays_of(path: Path, what: str, names: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
    """Read arrays of an npz file, never a pickle; `what` begins every message."""
    try:
        if path.is_file() and not zipfile.is_zipfile(path):
            raise ConfigError(f"{what} cannot be used: it is damaged, or no npz file.")
        with np.load(path, allow_pickle=False) as file:
            missing = [name for name in names if name not in file.files]
            if missing:
                raise ConfigError(f"{what} has no array '{missing[0]}'; it holds {', '.join(file.files) or 'none'}.")
            arrays = {name: file[name] for name in names}
    except ConfigError:
        raise
    except FileNotFoundError:
        raise ConfigError(f"{what} does not exist.") from None
    except (OSError, zipfile.BadZipFile, zlib.error, EOFError, ValueError, KeyError) as error:
        damaged = "it holds pickled objects" if "pickle" in str(error).lower() else "it is damaged"
        raise ConfigError(f"{what} cannot be read: {getattr(error, 'strerror', None) or damaged}.") from None
    strange = [name for name, array in arrays.items() if not isinstance(array, np.ndarray)]
    if strange:
        raise ConfigError(f"{what} cannot be used: '{strange[0]}' in it is no array.")
    return arrays
