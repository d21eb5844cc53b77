"""Power spectra against Parseval's theorem, the definition, SciPy, and lines whose place is known."""

import math

import numpy as np
import pytest
import systems
from naive_series import periodogram
from scipy import signal, stats

from attractors.spectra.periodogram import MOST_LINES, SpectrumKind, power_spectrum


def cosine(n, frequency, phase=0.3, amplitude=1.0):
    return amplitude * np.cos(2 * np.pi * frequency * np.arange(n) + phase)


@pytest.mark.parametrize("n", [2, 3, 64, 101, 1_000, 10_007])
def test_parseval(n):
    series = np.random.default_rng(n).normal(size=(n, 3)) * [1.0, 1e-6, 1e6] + [0.0, 1.0, -5.0]
    spectrum = power_spectrum(series)
    np.testing.assert_allclose(spectrum.power.sum(axis=0), series.var(axis=0), rtol=1e-12)
    assert spectrum.frequencies[[0, -1]].tolist() == [0.0, (n // 2) / n]


@pytest.mark.parametrize("n", [2, 3, 30, 37])
def test_the_definition(n):
    x = np.random.default_rng(n).normal(size=n)
    np.testing.assert_allclose(power_spectrum(x).power[:, 0], periodogram(x), rtol=1e-9, atol=1e-15)


@pytest.mark.parametrize("n", [600, 601])
def test_scipy_has_the_same_periodogram(n):
    x = np.random.default_rng(n).normal(size=n)
    frequencies, power = signal.periodogram(x, scaling="spectrum")
    spectrum = power_spectrum(x)
    np.testing.assert_allclose(spectrum.frequencies, frequencies, rtol=1e-12)
    np.testing.assert_allclose(spectrum.power[1:, 0], power[1:], rtol=1e-9)


def test_welch_keeps_the_variance_and_its_band_covers():
    """White noise of variance 1: each of the n_segment/2 powers is 2/n_segment on average."""
    x = np.random.default_rng(0).normal(size=100_000)
    spectrum = power_spectrum(x, method="welch", n_segment=500)
    assert spectrum.power.sum() == pytest.approx(1.0, abs=0.02)
    low, high = spectrum.confidence_band()
    inside = (low[2:-2] < 1 / 250) & (high[2:-2] > 1 / 250)
    assert np.mean(inside) == pytest.approx(0.95, abs=0.04)
    assert spectrum.status is SpectrumKind.NO_LINES_SOUGHT


def test_the_band_of_a_periodogram_covers():
    x = np.random.default_rng(1).normal(size=20_000)
    low, high = power_spectrum(x).confidence_band(0.9)
    assert np.mean((low[1:-1] < 1e-4) & (high[1:-1] > 1e-4)) == pytest.approx(0.9, abs=0.01)


@pytest.mark.parametrize("n", [1_000, 1_001, 1_536])
@pytest.mark.parametrize("frequency", [0.5, 0.25, 1 / 3, 0.123456, 0.02])
def test_a_pure_line(n, frequency):
    x = cosine(n, frequency, phase=0.0)
    spectrum = power_spectrum(x)
    assert len(spectrum.lines) == 1
    assert spectrum.lines[0].frequency == pytest.approx(frequency, abs=1e-9)
    assert spectrum.lines[0].power == pytest.approx(1.0 if frequency == 0.5 else 0.5, rel=1e-3)
    assert spectrum.lines[0].width == pytest.approx(spectrum.resolution, rel=0.08)
    assert spectrum.line_share[0] == pytest.approx(1.0, abs=2e-3)


def test_lines_far_apart_in_strength_and_component():
    n = 20_000
    series = np.stack([cosine(n, 0.1234567) + cosine(n, 0.2, amplitude=1e-4), cosine(n, 0.31)], axis=1)
    found = [(line.component, round(line.frequency, 9), line.power) for line in power_spectrum(series).lines]
    assert [line[:2] for line in found] == [(0, 0.1234567), (0, 0.2), (1, 0.31)]
    np.testing.assert_allclose([line[2] for line in found], [0.5, 0.5e-8, 0.5], rtol=1e-3)


def test_errors_of_a_line_in_noise():
    """300 lines of amplitude 0.4 in noise of variance 1: errors are right, if on the large side."""
    draw = np.random.default_rng(2)
    scores = []
    for _ in range(300):
        frequency = draw.uniform(0.05, 0.45)
        x = cosine(2_000, frequency, draw.uniform(0, 6), 0.4) + draw.normal(size=2_000)
        for line in power_spectrum(x).lines[:1]:
            scores.append([(line.frequency - frequency) / line.frequency_error, (line.power - 0.08) / line.power_error])
    assert len(scores) > 280
    assert np.std(scores, axis=0) == pytest.approx(np.array([0.9, 1.0]), abs=0.12)


def test_noise_shows_no_lines():
    """In 1 % of cases it would: of 300, more than 9 are less likely than one in a thousand."""
    draw = np.random.default_rng(3)
    shown = sum(bool(power_spectrum(draw.normal(size=3_000)).lines) for _ in range(300))
    assert shown <= stats.binom.isf(1e-3, 300, 0.01)


def test_a_line_that_loses_its_phase_is_none():
    """A phase that walks with variance 2 D per step makes a Lorentzian line, 2 D / 2π cycles wide at half height."""
    draw = np.random.default_rng(4)
    n, width = 2**15, 100 / 2**15
    x = np.cos(2 * np.pi * 0.2 * np.arange(n) + draw.normal(size=n).cumsum() * math.sqrt(2 * math.pi * width))
    smooth = power_spectrum(x, method="welch", n_segment=2_048)
    assert smooth.frequencies[smooth.power[:, 0].argmax()] == pytest.approx(0.2, abs=2e-3)
    assert all(line.power < 0.1 for line in power_spectrum(x).lines)


def test_maps():
    cycle, _ = systems.logistic(3.5).orbit([0.3], 3_000)
    spectrum = power_spectrum(cycle[1_000:])
    assert sorted(round(line.frequency, 9) for line in spectrum.lines) == [0.25, 0.5]
    assert spectrum.line_share[0] == pytest.approx(1.0, abs=1e-6)
    chaos, _ = systems.logistic(4.0).orbit([0.3], systems.affordable(20_000))
    assert power_spectrum(chaos).line_share[0] == 0.0
    assert len(power_spectrum(np.random.default_rng(0).choice([0, 1], 2_000) * cosine(2_000, 0.1)).lines) <= MOST_LINES


@pytest.mark.parametrize("value", [0.0, 0.1, -1e8])
def test_a_constant_has_no_spectrum(value):
    spectrum = power_spectrum(np.stack([np.full(1_000, value), cosine(1_000, 0.1)], axis=1))
    assert spectrum.status is SpectrumKind.CONSTANT
    assert (spectrum.power[:, 0] == 0).all()
    assert spectrum.line_share[0] == 0
    assert [line.component for line in spectrum.lines] == [1]


def test_a_small_signal_on_a_large_offset():
    spectrum = power_spectrum(1e8 + cosine(4_000, 0.1))
    assert spectrum.lines[0].frequency == pytest.approx(0.1, abs=1e-9)


def test_two_samples_and_many_components():
    assert power_spectrum([0.0, 1.0]).power.ravel().tolist() == [0.0, 0.25]
    wide = power_spectrum(np.random.default_rng(5).normal(size=(600, 200)))
    assert wide.power.shape == (301, 200)


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"series": [1.0]}, "at least 2 samples"),
        ({"series": [1.0, math.nan, 2.0]}, r"series\[1\] is not finite"),
        ({"method": "multitaper"}, "method must be 'periodogram' or 'welch', got 'multitaper'"),
        ({"n_segment": 10}, "n_segment goes with 'welch'"),
        ({"method": "welch", "n_segment": 101}, "must be from 2 to 100, got 101"),
    ],
)
def test_mistakes(arguments, message):
    with pytest.raises(ValueError, match=message):
        power_spectrum(**{"series": np.arange(100.0)} | arguments)


def test_a_level_is_a_probability():
    with pytest.raises(ValueError, match="level must be between 0 and 1"):
        power_spectrum(np.arange(10.0)).confidence_band(95)


def test_json():
    document = power_spectrum(cosine(1_000, 0.1)).to_dict()
    assert document["status"] == "ok"
    assert set(document["lines"][0]) >= {"frequency", "frequency_error", "power", "width"}
