"""Analysis of attractors, for any map and any time series; it knows no model.

A map enters through the small interface `System`: an orbit, and how it stretches tangent vectors.
`DiscreteMap` makes one from two functions. The answers are small frozen results: the answer first, then its
evidence, then a status whose value is a message with the remedy.

=============================  =================================================================
`DiscreteMap`, `System`        a map with its Jacobian, and what any map must offer
`lyapunov_spectrum`            Lyapunov exponents with standard errors, in nats per step
`lyapunov_until`               the same, as many steps as a given accuracy takes
`kaplan_yorke_dimension`       the dimension that a spectrum implies
`find_period`                  exact recurrence of an orbit, in all its components
`OrbitDensity`, `SlabSection`  where orbits spend their time; points in a thin slab; in flat memory
`poincare_section`             points of a map on a surface, with errors; the slab's width from the data
`plane_crossings`, …           of a flow, interpolated; `stroboscopic_section`, `successive_maxima`
`return_map`, `return_times`   is it a curve; mean with its error
`correlation_dimension`        D₂ with its range and error; `box_counting_dimension` D₀
`embed`, …                     delay vectors; `mutual_information`, `false_neighbours`
`sample_entropy`, …            `detrended_fluctuation`, `hurst_exponent`
`largest_exponent`, …          Lyapunov exponents of a recorded series; `exponents_of_series`
`classify`                     fixed point, cycle, torus, chaos, hyperchaos, or why it cannot be said
=============================  =================================================================

Importing this package brings no compiler: numba is loaded when the first `DiscreteMap` is made.
"""

from attractors.box_counting import BoxCountingDimension, BoxCountingStatus, box_counting_dimension
from attractors.classification import Classification, Label, classify, classify_evidence
from attractors.complexity import EntropyStatus, SampleEntropy, sample_entropy
from attractors.crossings import plane_crossings, stroboscopic_section, successive_maxima
from attractors.density import OrbitDensity
from attractors.dimensions import CorrelationDimension, DimensionStatus, correlation_dimension
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
from attractors.fluctuations import (
    FluctuationExponent,
    FluctuationStatus,
    detrended_fluctuation,
    hurst_exponent,
)
from attractors.kaplan_yorke import kaplan_yorke_dimension
from attractors.lyapunov import Blocks, lyapunov_spectrum, lyapunov_until
from attractors.periodicity import Period, PeriodStatus, find_period
from attractors.poincare import Section, SectionStatus, SlabSection, poincare_section
from attractors.returns import (
    ReturnMap,
    ReturnMapStatus,
    ReturnTimes,
    ReturnTimesStatus,
    return_map,
    return_times,
)
from attractors.system import DiscreteMap, Stretching, System

__all__ = [
    "Blocks",
    "BoxCountingDimension",
    "BoxCountingStatus",
    "Classification",
    "CorrelationDimension",
    "DimensionStatus",
    "DiscreteMap",
    "DivergenceStatus",
    "EntropyStatus",
    "FalseNeighbours",
    "FluctuationExponent",
    "FluctuationStatus",
    "History",
    "InformationStatus",
    "Label",
    "LyapunovSpectrum",
    "MutualInformation",
    "NeighboursStatus",
    "OrbitDensity",
    "Period",
    "PeriodStatus",
    "ReturnMap",
    "ReturnMapStatus",
    "ReturnTimes",
    "ReturnTimesStatus",
    "SampleEntropy",
    "Section",
    "SectionStatus",
    "SeriesExponents",
    "SlabSection",
    "SpectrumStatus",
    "Stretching",
    "System",
    "box_counting_dimension",
    "classify",
    "classify_evidence",
    "correlation_dimension",
    "detrended_fluctuation",
    "embed",
    "exponents_of_series",
    "false_neighbours",
    "find_period",
    "hurst_exponent",
    "kaplan_yorke_dimension",
    "largest_exponent",
    "lyapunov_spectrum",
    "lyapunov_until",
    "mutual_information",
    "plane_crossings",
    "poincare_section",
    "return_map",
    "return_times",
    "sample_entropy",
    "spectrum_from_stretching",
    "stroboscopic_section",
    "successive_maxima",
]
