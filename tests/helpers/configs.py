"""Configs of a few sections, and what is said of them, for the tests of configs."""

from pathlib import Path

import pytest

from sweeps.config import Config, ConfigError, load_config

CFGS = Path(__file__).parents[2] / "cfgs"
SIGNS = [[1, -1], [-1, -1]]
ROLES = dict.fromkeys("ovqk", SIGNS)
ARRAYS = {"ensemble": "arrays", **ROLES, "positional": ROLES}
ALIAS = "the alias *a is not read here; write the value again"
WINDOW = [[0.1, 0.2, 0.3], [0, 0, 0], [0, 0, 0], [-0.1, 1, -1]]
PAPER = "model: {beta: 1.27, gamma: 3}\nstart: {window: paper_beta3}\nsweep: {beta: {from: 1, to: 2, n: 9}}\n"

# The keys that may stand at a place, as errors list them.
PARAMETERS = (
    "beta, gamma, epsilon, context, positional_bits, features.n_patterns, features.n_columns, features.n_segments, "
    "features.scale, features.zeros, features.seed, n_spins, noise_seed"
)
AXES = "beta, context, epsilon, features, gamma, n_spins, noise_seed, order, positional_bits, refine, zip"
TOP = "cluster, finite, model, name, record, run, slurm, start, sweep"
MODEL = "beta, context, epsilon, features, gamma, n_spins, noise_seed, positional, positional_bits"
STARTS = "checkpoint, list, random, slot, sweep, token, window"
START = "checkpoint, direction, list, nearest, number, phase, random, slot, sweep, token, window"
LISTED = "checkpoint, name, phase, random, slot, token, window"


def config(**sections):
    """A config of the given sections; `beta` is there unless the model is given."""
    return Config.from_dict({"model": {"beta": 1.27}, **sections})


def problems(**sections):
    with pytest.raises(ConfigError) as caught:
        config(**sections)
    return str(caught.value).splitlines()


def complaints(path, overrides=()):
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return str(caught.value).splitlines()
