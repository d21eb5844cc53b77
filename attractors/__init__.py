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
`poincare_section`             points of a map on a surface, with errors; the slab's width from the data
`plane_crossings`, …           of a flow, interpolated; `stroboscopic_section`, `successive_maxima`
`return_map`, `return_times`   is it a curve; mean with its error
`correlation_dimension`        D₂ with its range and error; `box_counting_dimension` D₀
`embed`, …                     delay vectors; `mutual_information`, `false_neighbours`
`sample_entropy`, …            `detrended_fluctuation`, `hurst_exponent`
`largest_exponent`, …          Lyapunov exponents of a recorded series; `exponents_of_series`
`classify`                     fixed point, cycle, torus, chaos, hyperchaos, or why it cannot be said
`classify_series`              the same of a noisy series, as far as its lines tell
`find_attractors`              all attractors that many starts reach, told apart, with their shares
`follow_attractors`            the same over a parameter: branches, their ends, hysteresis
=============================  =================================================================

Importing this package brings no compiler: numba is loaded when the first `DiscreteMap` is made.
"""

from attractors.alignment import Alignment, AlignmentStatus, alignment_indices
from attractors.analysis import Analysis, Motion, analyse
from attractors.autocorrelation import Autocorrelation, CorrelationStatus, autocorrelation
from attractors.birkhoff import BirkhoffAverage, BirkhoffStatus, birkhoff_average
from attractors.box_counting import BoxCountingDimension, BoxCountingStatus, box_counting_dimension
from attractors.branches import Branch, Branches
from attractors.classification import Classification, Label, classify, classify_evidence
from attractors.complexity import EntropyStatus, SampleEntropy, sample_entropy
from attractors.covariant import CovariantStatus, CovariantVectors, covariant_vectors
from attractors.crossings import plane_crossings, stroboscopic_section, successive_maxima
from attractors.cycles import Cycle, CycleStatus, refine_cycle
from attractors.density import OrbitDensity
from attractors.dimensions import CorrelationDimension, DimensionStatus, correlation_dimension
from attractors.distinction import Attractor, Attractors, distinguish_attractors
from attractors.divergence import DivergenceStatus, SeriesExponents, exponents_of_series, largest_exponent
from attractors.embedding import (
    FalseNeighbours,
    InformationStatus,
    MutualInformation,
    NeighboursStatus,
    embed,
    false_neighbours,
    mutual_information,
)
from attractors.exponents import History, LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching
from attractors.finite_time import (
    FiniteTimeExponents,
    FiniteTimeStatus,
    finite_time_exponents,
    finite_time_from_stretching,
)
from attractors.fluctuations import (
    FluctuationExponent,
    FluctuationStatus,
    detrended_fluctuation,
    hurst_exponent,
)
from attractors.following import follow_attractors
from attractors.kaplan_yorke import kaplan_yorke_dimension
from attractors.lyapunov import Blocks, lyapunov_spectrum, lyapunov_until
from attractors.multistability import find_attractors
from attractors.noisy_series import classify_series
from attractors.periodicity import Period, PeriodStatus, find_period
from attractors.poincare import Section, SectionStatus, SlabSection, poincare_section
from attractors.quasiperiodicity import RotationNumber, Torus, TorusStatus, rotation_number, torus
from attractors.returns import (
    ReturnMap,
    ReturnMapStatus,
    ReturnTimes,
    ReturnTimesStatus,
    return_map,
    return_times,
)
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
    "BoxCountingDimension",
    "BoxCountingStatus",
    "Branch",
    "Branches",
    "Classification",
    "CorrelationDimension",
    "CorrelationStatus",
    "CovariantStatus",
    "CovariantVectors",
    "Cycle",
    "CycleStatus",
    "DimensionStatus",
    "DiscreteMap",
    "DivergenceStatus",
    "EntropyStatus",
    "FalseNeighbours",
    "FiniteTimeExponents",
    "FiniteTimeStatus",
    "FluctuationExponent",
    "FluctuationStatus",
    "History",
    "InformationStatus",
    "Label",
    "LyapunovSpectrum",
    "Motion",
    "MutualInformation",
    "NeighboursStatus",
    "OrbitDensity",
    "Period",
    "PeriodStatus",
    "PowerSpectrum",
    "ReturnMap",
    "ReturnMapStatus",
    "ReturnTimes",
    "ReturnTimesStatus",
    "RotationNumber",
    "SampleEntropy",
    "Section",
    "SectionStatus",
    "SeriesExponents",
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
    "box_counting_dimension",
    "classify",
    "classify_evidence",
    "classify_series",
    "correlation_dimension",
    "covariant_vectors",
    "detrended_fluctuation",
    "distinguish_attractors",
    "embed",
    "exponents_of_series",
    "false_neighbours",
    "find_attractors",
    "find_period",
    "finite_time_exponents",
    "finite_time_from_stretching",
    "follow_attractors",
    "hurst_exponent",
    "kaplan_yorke_dimension",
    "largest_exponent",
    "lyapunov_spectrum",
    "lyapunov_until",
    "mutual_information",
    "plane_crossings",
    "poincare_section",
    "power_spectrum",
    "refine_cycle",
    "return_map",
    "return_times",
    "rotation_number",
    "sample_entropy",
    "spectrum_from_stretching",
    "stroboscopic_section",
    "successive_maxima",
    "torus",
    "zero_one_test",
]
