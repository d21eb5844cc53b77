"""Other ways to label the same samples. Those that know fewer kinds are asked only for what they know."""

from collections.abc import Callable
from typing import Any

import numpy as np

from attractors.exponents.spectrum import LyapunovSpectrum
from attractors.indicators.zero_one import zero_one_test
from attractors.tori.birkhoff import birkhoff_average

try:
    from ntsa.classification import classify_regime
except ImportError:
    classify_regime = None

BAND = 0.005  # nats per step
Samples = np.ndarray[Any, np.dtype[np.float64]]


def sign(spectrum: LyapunovSpectrum, samples: Samples) -> str:
    return "chaotic" if spectrum.exponents[0] > 0.0 else "regular"


def bands(spectrum: LyapunovSpectrum, samples: Samples) -> str:
    first = spectrum.exponents[0]
    if abs(first) <= BAND:
        return "quasiperiodic"
    return "chaotic" if first > 0.0 else "periodic"


def zero_one(spectrum: LyapunovSpectrum, samples: Samples) -> str:
    varying = np.ptp(samples, axis=0) > 1e-12
    growth = zero_one_test(samples[:, varying]).growth if varying.any() else np.zeros(1)
    return "chaotic" if np.nanmax(growth) > 0.5 else "regular"


def digits(spectrum: LyapunovSpectrum, samples: Samples) -> str:
    """Half-way between the digits of chance and what `birkhoff_average` calls regular."""
    found = birkhoff_average(samples)
    known = found.digits[np.isfinite(found.digits)]
    return "chaotic" if known.size and known.min() < found.digits_by_chance + 2.0 else "regular"


def count(spectrum: LyapunovSpectrum, samples: Samples) -> str:
    """As published, of the first component, to ten decimals."""
    n = len(np.unique(samples[:, 0].round(10)))
    if n < 80:
        return "periodic"
    return "quasiperiodic" if n < 2_500 else "chaotic"


def ntsa(spectrum: LyapunovSpectrum, samples: Samples) -> str:
    """`classify_regime`, with λ1 and its error; the spectrum is not given, as it reads it as a flow's."""
    label, _ = classify_regime(samples[:, 0], 1.0, lam1=spectrum.exponents[0], lam1_std=spectrum.standard_errors[0])
    return label if label in {"chaotic", "quasiperiodic"} else "periodic"


def kind(truth: str, known: tuple[str, ...]) -> str:
    """The truth in words that a method knows."""
    coarse = {"fixed_point": "periodic", "hyperchaotic": "chaotic"}.get(truth, truth)
    return coarse if coarse in known else "regular"


THREE, TWO = ("periodic", "quasiperiodic", "chaotic"), ("chaotic",)
BASELINES: dict[str, tuple[Callable[[LyapunovSpectrum, Samples], str], tuple[str, ...], int]] = {
    "sign of λ1, chaos or not": (sign, TWO, 1),
    "bands, abs(λ1) < 0.005": (bands, THREE, 1),
    "Birkhoff digits, chaos or not": (digits, TWO, 4),
    "0-1 > 0.5, chaos or not": (zero_one, TWO, 16),
    "distinct values, 80 and 2,500": (count, THREE, 1),
}
if classify_regime is not None:
    BASELINES["ntsa, classify_regime"] = (ntsa, THREE, 16)
