"""Largest exponents from 10^9 steps, which test_coverage.py takes for the truth; minutes on one core."""

import numpy as np
from timing import table

from attractors import spectrum_from_stretching
from attractors.examples.maps import henon
from dmfsa import Ensemble, Features, Window

N_STARTS = 1_000
LENGTH = 1_000_000


def main() -> None:
    rows = [
        ["`examples.henon()`, one orbit", *henon_average()],
        ["the paper's network at β = 1.4, 1,000 random starts", *network_average()],
    ]
    table("λ1, nats per step, and its standard error", ["", "λ1", "standard error"], rows)


def henon_average() -> list[str]:
    found = henon().stretching([0.1, 0.1], n_exponents=1, n_blocks=N_STARTS, block_length=LENGTH, n_settle=10_000)
    spectrum = spectrum_from_stretching(found.log_factors, LENGTH)
    return [f"{spectrum.exponents[0]:.7f}", f"{spectrum.standard_errors[0]:.1e}"]


def network_average() -> list[str]:
    """Averages over starts are independent, so their scatter gives the error."""
    ensemble = network(N_STARTS, seed=1)
    ensemble.advance(100_000)
    found = ensemble.stretching(n_exponents=1, n_blocks=1, block_length=LENGTH, n_settle=1_000)
    each = found.log_factors[:, 0, 0] / LENGTH
    return [f"{each.mean():.7f}", f"{each.std(ddof=1) / N_STARTS**0.5:.1e}"]


def network(n_starts: int, seed: int) -> Ensemble:
    draw = np.random.default_rng(seed).uniform(-1.0, 1.0, size=(n_starts, 4, 3))
    return Ensemble(
        Features.segments(),
        beta=[1.4] * n_starts,
        gamma=[220.0] * n_starts,
        epsilon=[0.02] * n_starts,
        context=4,
        windows=[Window(attention, phase=0) for attention in draw],
    )


if __name__ == "__main__":
    main()
