"""Runs of which the largest exponent is known, and how often its 95 % interval holds it."""

import math

import numpy as np
import systems

from attractors import DiscreteMap, lyapunov_spectrum, spectrum_from_stretching
from dmfsa import Ensemble, Features, Window

N_RUNS = 1_000
HENON = 0.4191902, 1.2e-5  # λ1 of 10^9 steps and its standard error: benchmarks/long_averages.py
NETWORK = 0.0743821, 1.6e-5


def _baker_step(x, p, out):
    a = p[0]
    out[0] = x[0] / a if x[0] < a else (x[0] - a) / (1.0 - a)
    out[1] = a * x[1] if x[0] < a else a + (1.0 - a) * x[1]


def _baker_jacobian(x, p, out):
    a = p[0]
    out[0, 0] = 1.0 / a if x[0] < a else 1.0 / (1.0 - a)
    out[1, 1] = a if x[0] < a else 1.0 - a


def skew_baker(a):
    """Area-preserving baker's map that cuts at a: the larger exponent is the entropy of a coin with probability a."""
    return DiscreteMap(_baker_step, _baker_jacobian, [a], 2)


def entropy(a):
    return -a * math.log(a) - (1.0 - a) * math.log(1.0 - a)


def coverage(spectra, truth):
    low, high = np.array([spectrum.confidence_interval()[0] for spectrum in spectra]).T
    assert np.isfinite(low).all()
    return np.mean((low < truth) & (truth < high))


CASES = {
    "skew tent 0.3": (systems.examples.tent(0.3), entropy(0.3)),
    "skew tent 0.45": (systems.examples.tent(0.45), entropy(0.45)),
    "logistic r = 4": (systems.logistic(4.0), math.log(2.0)),
    "skew baker 0.3": (skew_baker(0.3), entropy(0.3)),
    "Hénon": (systems.henon(), HENON[0]),
}


def coverage_of(name, n_steps):
    system, truth = CASES[name]
    draw = np.random.default_rng(0)
    spectra = []
    for _ in range(N_RUNS):
        start = draw.random(system.dimension) * (0.1 if name == "Hénon" else 1.0)
        spectra.append(lyapunov_spectrum(system, start, n_steps=n_steps, n_transient=500, n_exponents=1))
    return coverage(spectra, truth)


def coverage_of_the_network():
    draw = np.random.default_rng(2).uniform(-1.0, 1.0, size=(N_RUNS, 4, 3))
    ensemble = Ensemble(
        Features.segments(),
        beta=[1.4] * N_RUNS,
        gamma=[220.0] * N_RUNS,
        epsilon=[0.02] * N_RUNS,
        context=4,
        windows=[Window(attention, phase=0) for attention in draw],
    )
    ensemble.advance(20_000)
    found = ensemble.stretching(n_exponents=2, n_blocks=64, block_length=256, n_settle=256)
    spectra = [spectrum_from_stretching(sums, 256) for sums in found.log_factors]
    return coverage(spectra, NETWORK[0])
