"""The Kaplan-Yorke dimension: exact values, errors, and what has none."""

import math

import numpy as np
import pytest
import systems
from systems import affordable

from attractors import (
    kaplan_yorke_dimension,
    lyapunov_spectrum,
    spectrum_from_stretching,
)


@pytest.mark.parametrize(
    ("exponents", "dimension"),
    [
        ([1.0, -1.0, -1.0], 2.0),
        ([-1.0, 1.0, -1.0], 2.0),
        ([0.5, -1.0], 1.5),
        ([0.5, 0.25, -1.0, -5.0], 2.75),
        ([0.0, -1.0], 1.0),
        ([-0.1, -1.0], 0.0),
        ([0.3, -math.inf], 1.0),
        ([0.3, -0.1, -math.inf], 2.0),
        ([-math.inf, -math.inf], 0.0),
        ([0.2, 0.1], 2.0),
        ([0.2, -0.1], 2.0),
        ([], 0.0),
    ],
)
def test_kaplan_yorke_dimension(exponents, dimension):
    assert kaplan_yorke_dimension(exponents) == pytest.approx(dimension, abs=1e-15)


def test_the_error_of_the_dimension_is_that_of_its_linear_form():
    """D = 1 + λ_1/|λ_2|, so dD = dλ_1/|λ_2| + λ_1 dλ_2/λ_2²; errors of the two are correlated."""
    common = np.random.default_rng(8).normal(size=(24, 1)) * 1e-3
    spectrum = spectrum_from_stretching(np.array([0.5, -1.0]) + common * [1.0, -3.0], block_length=1)
    first, second = spectrum.exponents
    weight = 1 / abs(second) - 3 * first / second**2
    assert spectrum.kaplan_yorke_standard_error == pytest.approx(abs(weight) * spectrum.standard_errors[0], rel=1e-9)
    assert spectrum.entropy_bound == first
    assert spectrum.entropy_bound_standard_error == pytest.approx(spectrum.standard_errors[0])


@pytest.mark.parametrize(
    ("exponents", "error"),
    [([-1.0, -2.0], 0.0), ([0.5, 0.2], math.nan), ([0.5, -math.inf], 0.0), ([math.nan, math.nan], math.nan)],
)
def test_errors_of_dimensions_that_do_not_move(exponents, error):
    noise = np.random.default_rng(9).normal(size=(24, 2)) * 1e-3
    spectrum = spectrum_from_stretching(exponents + noise, block_length=1)
    assert spectrum.kaplan_yorke_standard_error == pytest.approx(error, nan_ok=True)


def test_the_entropy_bound_leaves_out_what_may_be_zero():
    noise = np.random.default_rng(10).normal(size=(24, 3)) * 0.1
    spectrum = spectrum_from_stretching(np.add(noise, [0.2, 0.1, 0.01]), block_length=1_000)
    assert spectrum.entropy_bound == 0.0
    spectrum = spectrum_from_stretching(np.add(noise, [500.0, 300.0, 0.01]), block_length=1_000)
    assert spectrum.entropy_bound == pytest.approx(0.8, abs=1e-3)


def test_pesins_formula_for_maps_side_by_side():
    """Two skew tent maps and a contraction: the entropy is that of two coins, and errors of independent sums add."""
    peaks = (0.3, 0.45)
    spectra = [
        lyapunov_spectrum(systems.examples.tent(c), [x], n_steps=affordable(64_000), n_transient=100)
        for c, x in zip(peaks, (0.123, 0.321), strict=True)
    ]
    sums = np.hstack([x.log_factors for x in spectra] + [np.full((64, 1), -700.0)])
    together = spectrum_from_stretching(sums, spectra[0].n_steps // 64)
    exact = sum(-c * math.log(c) - (1 - c) * math.log(1 - c) for c in peaks)
    assert abs(together.entropy_bound - exact) < 3 * together.entropy_bound_standard_error
    of_parts = np.hypot(*[x.standard_errors[0] for x in spectra])
    assert together.entropy_bound_standard_error == pytest.approx(of_parts, rel=0.3)  # of 64 blocks: 9 % each


def test_the_entropy_bound_of_a_volume_preserving_map_is_half_of_all_that_stretches():
    """Coupled standard maps: λ_1 + λ_2 = -(λ_3 + λ_4), step by step; their errors are correlated, and known to be."""
    spectrum = lyapunov_spectrum(
        systems.examples.coupled_standard(), [0.1, 0.2, 0.3, 0.4], n_steps=affordable(64_000), n_transient=1_000
    )
    assert spectrum.entropy_bound == pytest.approx(-spectrum.exponents[2:].sum(), abs=1e-10)
    assert abs(spectrum.entropy_bound - (1.40625 + 1.13752)) < 4 * spectrum.entropy_bound_standard_error


def test_kaplan_yorke_dimension_of_nan_is_nan():
    assert math.isnan(kaplan_yorke_dimension([0.1, math.nan]))


def test_a_torus_has_its_integer_dimension_whatever_the_sign_of_the_noise():
    spectrum = spectrum_from_stretching([[-1e-3, -500.0], [1e-4, -500.0]] * 16, block_length=1_000)
    assert spectrum.exponents[0] < 0
    assert spectrum.kaplan_yorke_dimension == 1.0
    assert kaplan_yorke_dimension(spectrum.exponents) == 0.0
