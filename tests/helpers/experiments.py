"""Small experiments that the tests of sweeps share: few points, few steps, the paper's network."""

import numpy as np
import xarray as xr

from sweeps import open_sweep, run_sweep
from sweeps.config import Config
from sweeps.grid.axes import grid_of
from sweeps.models.network import features_of, map_of
from sweeps.store.dataset import BINS, empty_points, gridded, without_run

# So few steps that rounding, which chaos amplifies by at most e^0.15 a step, stays below 1e-9.
SHORT = {"n_transient": 4, "n_steps": 16, "n_exponents": 2}
TOTAL = SHORT["n_transient"] + SHORT["n_steps"]
NO_EXPONENTS = {**SHORT, "n_exponents": 0}
BETAS = [1.27, 1.4, 1.255, 3.0, 1.0]  # neither sorted nor evenly spaced
SWEEP = {"beta": {"values": BETAS}}
RECORDS = ("orbit", "label", "lyapunov")


def small(**sections):
    """A config of the paper's network from the paper's window; sections replace what is here."""
    given = {"name": "small", "model": {"beta": 1.27}, "start": {"window": "paper_beta3"}, "run": SHORT, **sections}
    return Config.from_dict({key: value for key, value in given.items() if value is not None})


def swept(folder, workers=2, **sections):
    config = small(**{"model": None, "sweep": SWEEP, **sections})
    return config, open_sweep(run_sweep(config, folder, workers=workers, quiet=True))


def assert_same(left, right):
    """Bit for bit, but for when and where it was run; attributes and types too."""
    left, right = without_run(left), without_run(right)
    xr.testing.assert_identical(left, right)
    for name, values in left.variables.items():
        assert values.dtype == right[name].dtype


def networks(config):
    features = features_of(config)
    grid = grid_of(config)
    return [map_of(config, features, **point) for point in grid.parameters(np.arange(grid.n_points))]


def finding(labels, *, axes=None, exponents=None, orbit=None, periods=None, **sections):
    """A sweep's dataset as if its points had these labels, in the shape of the sweep; "missing" was not run."""
    labels = np.array(labels)
    n_exponents = 0 if exponents is None else np.shape(exponents)[-1]
    record = [name for name, given in zip(RECORDS, (orbit, labels, exponents), strict=True) if given is not None]
    given = {"sweep": axes, "record": record, "run": {**SHORT, "n_exponents": n_exponents}, **sections}
    config = small(**given)
    grid = grid_of(config)
    run = np.flatnonzero(labels.ravel() != "missing")
    shard = empty_points(config, run)
    shard["core_seconds"][:] = 1.0
    names = shard_names()
    shard["label"][:] = [names.index(name) for name in labels.ravel()[run]]
    if periods is not None:
        shard["period"][:] = np.ravel(periods)[run]
    if exponents is not None:
        shard["lyapunov_exponent"][:] = np.reshape(exponents, (labels.size, n_exponents))[run]
        shard["lyapunov_resolved"][:] = 1
    if orbit is not None:
        orbits = np.reshape(orbit, (labels.size, -1, 1))[run]
        shard["orbit"][:] = orbits
        shard["orbit_density"][:] = np.reshape([np.histogram(one, BINS, (-1, 1))[0] for one in orbits], (-1, BINS))
    return gridded(config, grid, [shard]).assign_attrs(title=config.name, config=config.to_yaml())


def shard_names():
    """Labels in the order of their codes, spelled out here so that a change of the codes is seen."""
    return [
        "fixed_point",
        "periodic",
        "quasiperiodic",
        "chaotic",
        "hyperchaotic",
        "transient",
        "divergent",
        "undetermined",
    ]
