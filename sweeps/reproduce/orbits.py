"""Orbits that go on from where the points of a sweep ended, and what they remember."""

import numpy as np
import xarray as xr

from attractors import autocorrelation, power_spectrum
from dmfsa import Window
from sweeps.config import Config
from sweeps.figures.orbits import Orbit, Remembered
from sweeps.models.network import map_of
from sweeps.regimes import label_names

SAMPLES = 20_000  # steps of an orbit, as published; no more than the run has
LAGS = 1_000  # of the autocorrelation


def orbits_of(dataset: xr.Dataset, config: Config) -> list[Orbit]:
    """Return a piece of the orbit at each β of a sweep, going on from where it ended.

    Its length is a whole number of periods of the clock, so that the clock is one line of a periodogram.

    Raises
    ------
    ValueError
        If a point of the sweep could not be computed.
    """
    names, found = label_names(dataset), []
    for i, beta in enumerate(dataset["beta"].values):
        here = dataset.isel(beta=i)
        if not np.isfinite(here["window"].values).all():
            raise ValueError(f"β = {beta:.10g} could not be computed: {here['failure'].item() or 'it is missing'}")
        network = map_of(config, beta=float(beta))
        n_steps = max(1, min(SAMPLES, config.run.n_steps) // network.clock_period) * network.clock_period
        orbit = network.trajectory(Window(here["window"].values, int(here["clock_phase"])), n_steps)
        period = int(here["period"])
        label = str(names[i]) + (f" {period}" if period else "")
        found.append(Orbit(float(beta), label, orbit.m_o_semantic, orbit.attention))
    return found


def remembered(orbit: Orbit, context: int) -> Remembered:
    """Return what m^o_1 of an orbit remembers."""
    x = orbit.observed[:, 0]
    spectrum = power_spectrum(x)
    slow = spectrum.frequencies < 1.0 / context
    total = spectrum.power.sum()
    n_lags = min(LAGS, len(x) // 4)
    correlation = autocorrelation(x, n_lags=n_lags, context=context if n_lags > context else None)
    return Remembered(orbit, context, spectrum, float(spectrum.power[slow].sum() / total), correlation)
