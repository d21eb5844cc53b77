"""What a config describes, made: features, the map at one point, and the windows that orbits start from."""

import zipfile
import zlib
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors import Blocks
from dmfsa import Ensemble, Features, FiniteNetwork, MeanFieldMap, Window
from sweeps.config import Config, ConfigError
from sweeps.config.model import Model

SCALE = 1.0  # of attention, for tokens are ±1


def features_of(config: Config) -> Features:
    """Make the features of the network."""
    values = config.model.features.model_dump()
    ensemble = values.pop("ensemble")
    if ensemble == "arrays":
        return Features.from_arrays(**values)
    make = getattr(Features, ensemble)
    features: Features = make(positional_bits=config.model.positional_bits, **values)
    return features


def map_of(config: Config, features: Features | None = None, **point: float) -> MeanFieldMap:
    """Make the map, with `point`'s values of beta, gamma and epsilon where they are given.

    Raises
    ------
    ConfigError
        If β is neither given nor in the config's model: a sweep is not a point.
    """
    parameters = {name: point.get(name, getattr(config.model, name)) for name in ("beta", "gamma", "epsilon")}
    if parameters["beta"] is None:
        raise ConfigError("model.beta is missing: one point is wanted, and the config only sweeps it; set model.beta.")
    return MeanFieldMap(features or features_of(config), context=config.model.context, **parameters)


def finite_of(config: Config, limit: MeanFieldMap, *stream: int) -> FiniteNetwork:
    """Make the network of `model.n_spins` spins of which a map is the limit, with a stream of the noise.

    Raises
    ------
    ConfigError
        If it has fewer spins than distinct columns.
    """
    if config.model.n_spins is None:
        raise ConfigError("model.n_spins is missing: one network is wanted, and the config only sweeps them.")
    parameters = {name: getattr(limit, name) for name in ("beta", "gamma", "epsilon", "context")}
    seed = (config.model.noise_seed or 0, *stream)
    try:
        return FiniteNetwork(limit.features, config.model.n_spins, seed=seed, **parameters)
    except ValueError as error:
        raise ConfigError(f"model.n_spins = {config.model.n_spins}: {error}.") from None


def side_by_side(network: MeanFieldMap, windows: Sequence[Window], *, n_live_directions: int | None = None) -> Ensemble:
    """Let many windows of one map advance together."""
    return Ensemble(
        network.features,
        beta=network.beta,
        gamma=network.gamma,
        epsilon=network.epsilon,
        context=network.context,
        windows=windows,
        n_live_directions=n_live_directions,
    )


def blocks_of(config: Config, model: Model | None = None) -> Blocks:
    """Cut the steps of a point into blocks, over which exponents are averaged; without exponents there is one."""
    run, model = config.run, model or config.model
    if config.n_exponents == 0:
        return Blocks(run.n_transient, 0, 1, run.n_steps)
    return Blocks.of(run.n_steps, run.n_transient, clock_period=2**model.positional_bits)


def starts_of(config: Config, network: MeanFieldMap) -> list[Window]:
    """Make the windows that orbits of a map start from; that of a token has one token alone, and depends on ε.

    Raises
    ------
    ConfigError
        As `given_starts`.
    """
    given = given_starts(config, network)
    return [from_token(network, start) if isinstance(start, str) else start for start in given]


def given_starts(config: Config, network: MeanFieldMap) -> list[Window | str]:
    """Make the windows that orbits start from whatever β, γ and ε; of a token, whose window depends on ε, its word.

    Raises
    ------
    ConfigError
        If the ensemble has no matrices to take a token from, a checkpoint cannot be used, or each point has its own.
    """
    if config.start.sweep is not None:
        raise ConfigError("start.sweep gives each point of a sweep its own start: it goes with `dmfsa sweep` alone.")
    context, n_patterns = network.context, network.features.n_patterns
    found: list[Window | str] = []
    for place, start in enumerate(config.start.each):
        key = f"start.list[{place}]" if config.start.list else "start"
        if start.random is not None:
            found += Window.random(context, n_patterns, seed=start.random.seed, n=start.random.n)
        elif start.token is not None:
            if network.features.semantic is None:
                raise ConfigError(
                    f"{key}.token = '{start.token}' needs feature matrices, which the ensemble "
                    f"'{config.model.features.ensemble}' does not have: start from a window, or at random."
                )
            found.append(start.token)
        elif start.checkpoint is not None:
            found.append(read_checkpoint(start.checkpoint, context, n_patterns, f"{key}.checkpoint"))
        elif isinstance(start.window, str):
            found.append(Window.paper_beta3())
        else:
            found.append(Window(np.array(start.window), start.phase or 0))
    return found


def full(network: MeanFieldMap, window: Window) -> Window:
    """Let a window that has fewer tokens than the context grow until it is full."""
    return network.trajectory(window, network.context - window.context).end


def from_token(network: MeanFieldMap, token: str) -> Window:
    """Start as published: a row of a feature matrix, its positional bits set to -1."""
    features = network.features
    if features.semantic is None:
        raise ValueError("a token is a row of a feature matrix, and these features have none")
    spins = features.semantic["ovqk".index(token[0]), int(token[1:])]
    return network.start_from_token(np.concatenate([spins, -np.ones(features.positional_bits)]))


def read_checkpoint(path: Path, context: int, n_patterns: int, key: str = "start.checkpoint") -> Window:
    """Read a window from an npz file with `attention` (context, n_patterns), newest first, and `phase`.

    What is wrong with it is told with the `key` of the config that names it.

    Raises
    ------
    ConfigError
        If the file is missing, damaged, holds pickles, or its arrays do not fit the network.
    """
    what = f"{key} = '{path}'"
    allowed = {"attention": ((context, n_patterns), "iuf", "numbers"), "phase": ((), "iu", "one whole number")}
    arrays = _arrays_of(path, what, tuple(allowed))
    for name, (shape, kinds, words) in allowed.items():
        array = arrays[name]
        if array.shape != shape or array.dtype.kind not in kinds:
            must = f"must have shape {shape} and hold {words}"
            raise ConfigError(f"{what}: {name} has shape {array.shape} and type {array.dtype}, but {must}.")
    try:
        return Window(arrays["attention"], arrays["phase"].item())
    except ValueError as error:
        raise ConfigError(f"{what}: {error}.") from None


def _arrays_of(path: Path, what: str, names: tuple[str, ...]) -> dict[str, npt.NDArray[Any]]:
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
