"""How fast do neighbours part? Lyapunov exponents, their errors, and what they imply."""

from attractors._moved import names_from
from attractors.exponents.covariant import CovariantStatus, CovariantVectors, covariant_vectors
from attractors.exponents.finite_time import (
    FiniteTimeExponents,
    FiniteTimeStatus,
    finite_time_exponents,
    finite_time_from_stretching,
)
from attractors.exponents.kaplan_yorke import kaplan_yorke_dimension
from attractors.exponents.runs import Blocks, lyapunov_spectrum, lyapunov_until
from attractors.exponents.spectrum import History, LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching

__all__ = [
    "Blocks",
    "CovariantStatus",
    "CovariantVectors",
    "FiniteTimeExponents",
    "FiniteTimeStatus",
    "History",
    "LyapunovSpectrum",
    "SpectrumStatus",
    "covariant_vectors",
    "finite_time_exponents",
    "finite_time_from_stretching",
    "kaplan_yorke_dimension",
    "lyapunov_spectrum",
    "lyapunov_until",
    "spectrum_from_stretching",
]

__getattr__ = names_from(__name__, "attractors.exponents.spectrum")
