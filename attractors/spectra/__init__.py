"""Which frequencies, what memory? Power spectra and autocorrelations."""

from attractors._moved import names_from
from attractors.spectra.correlation import Autocorrelation, CorrelationStatus, autocorrelation
from attractors.spectra.periodogram import PowerSpectrum, SpectrumKind, power_spectrum

__all__ = [
    "Autocorrelation",
    "CorrelationStatus",
    "PowerSpectrum",
    "SpectrumKind",
    "autocorrelation",
    "power_spectrum",
]

__getattr__ = names_from(__name__, "attractors.spectra.periodogram")
