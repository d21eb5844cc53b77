"""A 95 % interval of the largest exponent covers the truth in 93 to 97 % of 1,000 runs: by chance it moves by 1.4.

Short runs, and those of the network, are cells of the trust matrix (trust_maps.py).
"""

import numpy as np
import pytest
import systems
from intervals import CASES, coverage_of

from attractors import lyapunov_spectrum

pytestmark = pytest.mark.slow


@pytest.mark.parametrize("name", CASES)
def test_coverage_of_long_runs(name):
    assert 0.93 <= coverage_of(name, 16_384) <= 0.97


def test_errors_of_the_logistic_map_at_4_fall_as_1_over_n():
    errors = [
        np.median(
            [
                lyapunov_spectrum(systems.logistic(4.0), [x], n_steps=n_steps, n_transient=100).standard_errors[0]
                for x in np.random.default_rng(0).random(100)
            ]
        )
        for n_steps in (2_048, 131_072)
    ]
    assert errors[0] / errors[1] == pytest.approx(64, rel=0.2)


def test_a_symmetric_tent_map_collapses_to_0_in_binary_arithmetic():
    orbit, _ = systems.examples.tent(0.5).orbit([0.3], 100)
    assert orbit[60:].max() == 0.0
