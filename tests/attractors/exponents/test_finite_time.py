"""Finite-time exponents: exact distributions, errors that hold, and sums that telescope."""

import math

import naive_lyapunov
import numpy as np
import pytest
import systems
from scipy.signal import lfilter
from systems import examples

from attractors import lyapunov_spectrum
from attractors.exponents.finite_time import FiniteTimeStatus, finite_time_exponents, finite_time_from_stretching


@pytest.mark.slow
@pytest.mark.parametrize("window", [1, 4])
@pytest.mark.parametrize("peak", [0.3, 0.45])
def test_slopes_of_a_skew_tent_map_are_independent_draws(peak, window):
    """-log c with probability c, -log(1 - c) with 1 - c: var(λ_T) = c (1 - c) log²((1 - c)/c) / T for every T."""
    exact = peak * (1 - peak) * math.log((1 - peak) / peak) ** 2
    mean = -peak * math.log(peak) - (1 - peak) * math.log(1 - peak)
    off, errors, n_windows = [], [], 16_384
    for x in np.random.default_rng(4).random(40):
        found = finite_time_exponents(examples.tent(peak), [x], window=window, n_windows=n_windows, n_transient=100)
        off.append(
            [
                (found.mean[0] - mean) / found.standard_errors[0],
                (found.variance[0] - exact / window) / found.variance_errors[0],
                (found.diffusion[0] - exact) / found.diffusion_errors[0],
            ]
        )
        errors.append(found.diffusion_errors[0])
        assert not found.telescopes[0]
        assert found.status is FiniteTimeStatus.OK
    assert (np.mean(np.abs(off) < 2, axis=0) > 0.85).all()  # 95 % of 40, less three times what chance moves it
    assert np.abs(off).max() < 5
    assert np.median(errors) < 1.5 * math.sqrt(12 / n_windows) * exact  # pairs of windows, with their neighbours
    assert (np.abs(np.mean(off, axis=0)) < 4 / math.sqrt(40)).all()


def test_the_logistic_map_at_4_telescopes():
    """S_T = T log 2 + log|sin θ_T| - log|sin θ_0|, x = sin²(θ/2): var(S_T) = (π²/6) (1 - 2^-T), by Fourier series."""
    for window in (1, 3, 8):
        n_windows = systems.affordable(32_768)
        found = finite_time_exponents(examples.logistic(), [0.3], window=window, n_windows=n_windows)
        exact = math.pi**2 / 6 * (1 - 2.0**-window) / window**2
        assert abs(found.variance[0] - exact) < 3 * found.variance_errors[0], window
        assert found.telescopes[0]
        assert abs(found.diffusion[0]) < 3 * found.diffusion_errors[0]
        assert found.diffusion_errors[0] < 0.05 * window * exact
        assert abs(found.mean[0] - math.log(2)) < 4 * found.standard_errors[0]


def test_share_of_negative_exponents_of_the_logistic_map():
    """T = 1: |4 cos θ| < 1 with θ uniform, (2/π) arcsin(1/4) = 0.161."""
    found = finite_time_exponents(examples.logistic(), [0.3], window=1, n_windows=systems.affordable(32_768))
    low, high = found.negative_interval[0]
    assert low < 2 / math.pi * math.asin(0.25) < high
    assert low < found.negative_share[0] < high < low + 0.06


def test_the_cat_map_has_no_variance():
    found = finite_time_exponents(systems.cat(), [0.1, 0.2], window=5, n_windows=256)
    np.testing.assert_allclose(found.variance, 0.0, atol=1e-28)
    assert found.diffusion.tolist() == [0.0, 0.0]
    assert found.diffusion_errors.tolist() == [0.0, 0.0]
    assert found.telescopes.all()
    assert found.negative_share.tolist() == [0.0, 1.0]
    assert found.status is FiniteTimeStatus.OK


@pytest.mark.slow
def test_a_torus_telescopes():
    found = finite_time_exponents(examples.circle(0.3, 0.5), [0.1], window=10, n_windows=64_000)
    assert found.telescopes[0]
    assert abs(found.diffusion[0]) < 3 * found.diffusion_errors[0]


def test_a_cycle_has_no_diffusion():
    """Period 2 in windows of 1: the exponent alternates, over two steps it is the same."""
    found = finite_time_exponents(systems.logistic(3.2), [0.3], window=1, n_windows=512)
    assert found.variance[0] > 1
    assert found.diffusion[0] == pytest.approx(0.0, abs=1e-10)
    assert found.telescopes[0]
    assert found.negative_share[0] == 0.5


def test_windows_are_sums_of_log_stretching():
    """Hénon, against NumPy's QR; and the same windows from a spectrum's own evidence."""
    henon, window, n_windows = systems.henon(), 7, 40
    start = henon.orbit([0.1, 0.1], 300)[1]
    orbit, _ = henon.orbit(start, window * n_windows)
    jacobians = [np.array([[-2.8 * x, 1.0], [0.3, 0.0]]) for x in [start[0], *orbit[:-1, 0]]]
    frame = henon.stretching([0.1, 0.1], n_exponents=2, n_blocks=1, block_length=300).frame
    naive = naive_lyapunov.log_stretching(jacobians, frame).reshape(n_windows, window, 2).mean(axis=1)
    found = finite_time_exponents(henon, [0.1, 0.1], window=window, n_windows=n_windows, n_transient=300)
    np.testing.assert_allclose(found.exponents, naive, atol=1e-9)
    np.testing.assert_allclose(found.mean, naive.mean(axis=0), atol=1e-9)
    np.testing.assert_allclose(found.variance, naive.var(axis=0, ddof=1), atol=1e-9)
    spectrum = lyapunov_spectrum(henon, [0.1, 0.1], n_steps=6_400, n_transient=300)
    again = finite_time_from_stretching(spectrum.log_factors, 100)
    np.testing.assert_allclose(again.mean, spectrum.exponents, rtol=1e-12)
    np.testing.assert_allclose(again.standard_errors, spectrum.standard_errors, rtol=1e-9)


def test_longer_windows_are_means_of_shorter_ones():
    noise = np.random.default_rng(0).normal(size=(200, 1))
    found = finite_time_from_stretching(noise, 3)
    assert found.windows.tolist() == [3, 6, 12]
    expected = [(noise[200 % m :].reshape(-1, m).mean(axis=1) / 3).var(ddof=1) for m in (1, 2, 4)]
    np.testing.assert_allclose(found.variances[:, 0], expected, rtol=1e-12)


# ---- errors that hold ------------------------------------------------------------------------------------------


def deviations(make, diffusion, n_runs=200, n=4_096):
    """(D - true) / its error, over runs."""
    draw = np.random.default_rng(1)
    found = [finite_time_from_stretching(make(draw, n)[:, None], 1) for _ in range(n_runs)]
    return np.array([(x.diffusion[0] - diffusion) / x.diffusion_errors[0] for x in found]), found


def autoregressive(a):
    return lambda draw, n: lfilter([1.0], [1.0, -a], draw.normal(size=n + 500))[500:]


@pytest.mark.parametrize("a", [0.0, 0.2, 0.5, 0.8, -0.5])
def test_the_error_of_diffusion_holds_for_windows_that_are_correlated(a):
    """AR(1) has D = 1/(1 - a)²; 2 errors cover 95 %, chance moves that by 1.5 % in 200 runs."""
    z, found = deviations(autoregressive(a), 1 / (1 - a) ** 2)
    assert np.mean(np.abs(z) < 2) > 0.9
    assert np.abs(z).max() < 5
    assert not any(x.telescopes[0] for x in found)
    assert np.median([x.diffusion_errors[0] for x in found]) < 0.25 / (1 - a) ** 2


@pytest.mark.parametrize(("share", "telescoping"), [(1.0, 0.0), (0.0, 1.0)])
def test_the_error_of_diffusion_holds_for_windows_that_telescope(share, telescoping):
    def make(draw, n):
        return np.diff(draw.normal(size=n + 1)) + math.sqrt(share) * draw.normal(size=n)

    z, found = deviations(make, share)
    assert np.mean(np.abs(z) < 2) > 0.9
    assert np.mean([x.telescopes[0] for x in found]) == pytest.approx(telescoping, abs=0.03)
    assert np.median([x.diffusion_errors[0] for x in found]) < 0.02 + 0.5 * share  # T var is 2 at the shortest window


def test_few_windows_do_not_make_diffusion_too_small():
    """Deviations from a mean of the same 32 pairs of windows: 3/32 would be missing. Chance: 0.43/√1000 = 0.014."""
    draw = np.random.default_rng(6).normal(size=(64, 1_000))
    assert finite_time_from_stretching(draw, 1).diffusion.mean() == pytest.approx(1.0, abs=0.045)


def test_the_variance_of_fair_coins():
    """All squares of ±1 are alike: what is not known of their variance is the square of the mean."""
    coins = np.sign(np.random.default_rng(7).normal(size=(512, 400)))
    found = finite_time_from_stretching(coins, 1)
    assert np.mean(np.abs(found.variance - 1.0) < 3 * found.variance_errors) > 0.97


def test_signs_that_persist_widen_the_interval_of_their_share():
    """Calm and wild stretches of 64 windows with one mean: values are not correlated, but signs are."""
    draw = np.random.default_rng(8)
    spread = np.repeat(draw.permutation([0.1, 3.0] * 8), 64)
    values = 0.8 + spread * draw.normal(size=spread.size)
    persistent, shuffled = (
        np.ptp(finite_time_from_stretching(x[:, None], 1).negative_interval[0])
        for x in (values, draw.permutation(values))
    )
    assert persistent > 1.5 * shuffled


def test_intervals_of_the_negative_share_hold():
    """Probability 0.0668 of less than -1.5 σ: 95 % intervals cover it in 95 % of runs or more, as exact ones do."""
    draw, covered = np.random.default_rng(2), []
    for _ in range(300):
        low, high = finite_time_from_stretching(1.5 + draw.normal(size=(512, 1)), 1).negative_interval[0]
        covered.append(low < 0.0668072 < high)
    assert np.mean(covered) > 0.93


def test_the_interval_of_a_share_that_is_zero_is_that_of_the_rule_of_three():
    """No negative one in n: up to 1 - 0.025^(1/n), at most; more if windows are correlated."""
    found = finite_time_from_stretching(9.0 + np.random.default_rng(3).normal(size=(512, 1)), 1)
    low, high = found.negative_interval[0]
    assert low == 0.0
    assert 1 - 0.025 ** (1 / 512) <= high < 2 * (1 - 0.025 ** (1 / 512))
    slow = finite_time_from_stretching(20.0 + autoregressive(0.9)(np.random.default_rng(3), 512)[:, None], 1)
    assert slow.negative_interval[0, 1] > 3 * high


def test_windows_that_stay_correlated_are_told():
    found = finite_time_from_stretching(np.linspace(0.0, 1.0, 256)[:, None], 1)
    assert found.status is FiniteTimeStatus.CORRELATED


# ---- degenerate input ------------------------------------------------------------------------------------------


def test_statuses():
    diverged = finite_time_exponents(systems.logistic(4.5), [0.3], window=2, n_windows=64)
    assert diverged.status is FiniteTimeStatus.DIVERGED
    assert np.isnan(diverged.mean).all()
    few = finite_time_exponents(systems.henon(), [0.1, 0.1], window=2, n_windows=2)
    assert few.status is FiniteTimeStatus.FEW_WINDOWS
    assert np.isnan(few.diffusion).all()
    singular = finite_time_exponents(examples.hopfield(), [0.1, 0.3], window=20, n_windows=512)
    assert singular.status is FiniteTimeStatus.UNRESOLVED
    assert np.isfinite(singular.diffusion).tolist() == [True, False]
    assert singular.to_dict()["exponents"] == {"shape": [512, 2]}


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"window": 0}, "window must be a positive multiple of the clock's period 1, got 0"),
        ({"n_windows": 1}, "n_windows must be at least 2"),
        ({"n_transient": -1}, "n_transient not negative"),
        ({"n_exponents": 3}, "n_exponents must be between 1 and the dimension 2, got 3"),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        finite_time_exponents(systems.henon(), [0.1, 0.1], **({"window": 5} | change))


def test_windows_are_whole_periods_of_the_clock():
    driven = systems.Driven([0.0, 1.0])
    with pytest.raises(ValueError, match="multiple of the clock's period 2, got 3"):
        finite_time_exponents(driven, (0.3, 0), window=3)
    found = finite_time_exponents(driven, (0.3, 0), window=4, n_windows=64)
    assert found.mean[0] == pytest.approx(-math.log(2))


@pytest.mark.parametrize(
    ("arguments", "message"),
    [(([1.0], 1), "with at least 2 windows, got"), (([[1.0], [2.0]], 0), "window must be at least 1, got 0")],
)
def test_evidence_is_checked(arguments, message):
    with pytest.raises(ValueError, match=message):
        finite_time_from_stretching(*arguments)
