"""Analysis of attractors, for any map and any time series; it knows no model.

A map enters through the small interface `System`: an orbit, and how it stretches tangent vectors.
`DiscreteMap` makes one from two functions. The answers are small frozen results: the answer first, then its
evidence, then a status whose value is a message with the remedy.

=============================  =================================================================
`DiscreteMap`, `System`        a map with its Jacobian, and what any map must offer
`lyapunov_spectrum`            Lyapunov exponents with standard errors, in nats per step
`lyapunov_until`               the same, as many steps as a given accuracy takes
`kaplan_yorke_dimension`       the dimension that a spectrum implies
`finite_time_exponents`        exponents over windows: distribution, diffusion, share of negative ones
`covariant_vectors`            directions that grow with each exponent, and the angles between them
`alignment_indices`            SALI and GALI_k: power laws along regular orbits, exponentials in chaos
`find_period`                  exact recurrence of an orbit, in all its components
`refine_cycle`                 a cycle to rounding by Newton's method, its multipliers and stability
`rotation_number`, `torus`     frequencies of quasi-periodic motion: locked or not, in how many pieces
`power_spectrum`               power over frequency, and its lines, of a series
`autocorrelation`              correlation over the lag, with bands and times, of a series
`birkhoff_average`             averages that converge fast along regular orbits, with their digits
`zero_one_test`                the 0-1 test for chaos in a series, with its interval
`analyse`                      all that a series alone tells, in one call
`OrbitDensity`, `SlabSection`  where orbits spend their time; points in a thin slab; in flat memory
`classify`                     fixed point, cycle, torus, chaos, hyperchaos, or why it cannot be said
`find_attractors`              all attractors that many starts reach, told apart, with their shares
`follow_attractors`            the same over a parameter: branches, their ends, hysteresis
=============================  =================================================================

Importing this package brings no compiler: numba is loaded when the first `DiscreteMap` is made.
"""

from attractors.alignment import Alignment, AlignmentStatus, alignment_indices
from attractors.analysis import Analysis, Motion, analyse
from attractors.autocorrelation import Autocorrelation, CorrelationStatus, autocorrelation
from attractors.birkhoff import BirkhoffAverage, BirkhoffStatus, birkhoff_average
from attractors.branches import Branch, Branches
from attractors.classification import Classification, Label, classify, classify_evidence
from attractors.covariant import CovariantStatus, CovariantVectors, covariant_vectors
from attractors.cycles import Cycle, CycleStatus, refine_cycle
from attractors.density import OrbitDensity
from attractors.distinction import Attractor, Attractors, distinguish_attractors
from attractors.exponents import History, LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching
from attractors.finite_time import (
    FiniteTimeExponents,
    FiniteTimeStatus,
    finite_time_exponents,
    finite_time_from_stretching,
)
from attractors.following import follow_attractors
from attractors.kaplan_yorke import kaplan_yorke_dimension
from attractors.lyapunov import Blocks, lyapunov_spectrum, lyapunov_until
from attractors.multistability import find_attractors
from attractors.periodicity import Period, PeriodStatus, find_period
from attractors.poincare import SlabSection
from attractors.quasiperiodicity import RotationNumber, Torus, TorusStatus, rotation_number, torus
from attractors.spectra import PowerSpectrum, SpectrumKind, power_spectrum
from attractors.system import DiscreteMap, SmoothSystem, Stretching, System
from attractors.zero_one import ZeroOneStatus, ZeroOneTest, zero_one_test

__all__ = [
    "Alignment",
    "AlignmentStatus",
    "Analysis",
    "Attractor",
    "Attractors",
    "Autocorrelation",
    "BirkhoffAverage",
    "BirkhoffStatus",
    "Blocks",
    "Branch",
    "Branches",
    "Classification",
    "CorrelationStatus",
    "CovariantStatus",
    "CovariantVectors",
    "Cycle",
    "CycleStatus",
    "DiscreteMap",
    "FiniteTimeExponents",
    "FiniteTimeStatus",
    "History",
    "Label",
    "LyapunovSpectrum",
    "Motion",
    "OrbitDensity",
    "Period",
    "PeriodStatus",
    "PowerSpectrum",
    "RotationNumber",
    "SlabSection",
    "SmoothSystem",
    "SpectrumKind",
    "SpectrumStatus",
    "Stretching",
    "System",
    "Torus",
    "TorusStatus",
    "ZeroOneStatus",
    "ZeroOneTest",
    "alignment_indices",
    "analyse",
    "autocorrelation",
    "birkhoff_average",
    "classify",
    "classify_evidence",
    "covariant_vectors",
    "distinguish_attractors",
    "find_attractors",
    "find_period",
    "finite_time_exponents",
    "finite_time_from_stretching",
    "follow_attractors",
    "kaplan_yorke_dimension",
    "lyapunov_spectrum",
    "lyapunov_until",
    "power_spectrum",
    "refine_cycle",
    "rotation_number",
    "spectrum_from_stretching",
    "torus",
    "zero_one_test",
]
