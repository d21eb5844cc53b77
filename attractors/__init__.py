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
`continue_cycle`               a cycle over a parameter, stable or not, with its bifurcations to ten digits
`switch_branch`, …             what leaves a flip or a branch point; `follow_cascade`, `feigenbaum_ratios`
`continue_bifurcation`         folds, flips, Neimark-Sacker points over two parameters, codimension two
`all_cycles`                   all cycles up to a period, stable or not; `devils_staircase`, plateaus of rotation
=============================  =================================================================

Importing this package brings no compiler: numba is loaded when the first `DiscreteMap` is made.
"""

import sys

from attractors._moved import MOVED, MovedModules
from attractors.continuation import (
    AllCycles,
    AllCyclesStatus,
    BifurcationCurve,
    BifurcationPoint,
    Branch,
    BranchEnd,
    Branches,
    Cascade,
    CascadeStatus,
    ContinuationStatus,
    Criticality,
    CycleBranch,
    Feigenbaum,
    FeigenbaumStatus,
    Kind,
    LocationStatus,
    Staircase,
    StaircaseStatus,
    all_cycles,
    continue_bifurcation,
    continue_cycle,
    devils_staircase,
    feigenbaum_ratios,
    follow_attractors,
    follow_cascade,
    switch_branch,
)
from attractors.delay_form import DelayForm
from attractors.dimensions import (
    BoxCountingDimension,
    BoxCountingStatus,
    CorrelationDimension,
    DimensionStatus,
    box_counting_dimension,
    correlation_dimension,
)
from attractors.exponents import (
    Blocks,
    CovariantStatus,
    CovariantVectors,
    FiniteTimeExponents,
    FiniteTimeStatus,
    History,
    LyapunovSpectrum,
    SpectrumStatus,
    covariant_vectors,
    finite_time_exponents,
    finite_time_from_stretching,
    kaplan_yorke_dimension,
    lyapunov_spectrum,
    lyapunov_until,
    spectrum_from_stretching,
)
from attractors.indicators import (
    Alignment,
    AlignmentStatus,
    ZeroOneStatus,
    ZeroOneTest,
    alignment_indices,
    zero_one_test,
)
from attractors.labels import Classification, Label, classify, classify_evidence, classify_series
from attractors.multistability import Attractor, Attractors, distinguish_attractors, find_attractors
from attractors.recurrence import Cycle, CycleStatus, Period, PeriodStatus, find_period, refine_cycle
from attractors.sections import (
    ReturnMap,
    ReturnMapStatus,
    ReturnTimes,
    ReturnTimesStatus,
    Section,
    SectionStatus,
    plane_crossings,
    poincare_section,
    return_map,
    return_times,
    stroboscopic_section,
    successive_maxima,
)
from attractors.spectra import (
    Autocorrelation,
    CorrelationStatus,
    PowerSpectrum,
    SpectrumKind,
    autocorrelation,
    power_spectrum,
)
from attractors.streams import OrbitDensity, SlabSection
from attractors.system import DiscreteMap, SmoothSystem, Stretching, System
from attractors.time_series import (
    Analysis,
    DivergenceStatus,
    EntropyStatus,
    FalseNeighbours,
    FluctuationExponent,
    FluctuationStatus,
    InformationStatus,
    Motion,
    MutualInformation,
    NeighboursStatus,
    SampleEntropy,
    SeriesExponents,
    analyse,
    detrended_fluctuation,
    embed,
    exponents_of_series,
    false_neighbours,
    hurst_exponent,
    largest_exponent,
    mutual_information,
    sample_entropy,
)
from attractors.tori import (
    BirkhoffAverage,
    BirkhoffStatus,
    RotationNumber,
    Torus,
    TorusStatus,
    birkhoff_average,
    rotation_number,
    torus,
)

__all__ = [
    "Alignment",
    "AlignmentStatus",
    "AllCycles",
    "AllCyclesStatus",
    "Analysis",
    "Attractor",
    "Attractors",
    "Autocorrelation",
    "BifurcationCurve",
    "BifurcationPoint",
    "BirkhoffAverage",
    "BirkhoffStatus",
    "Blocks",
    "BoxCountingDimension",
    "BoxCountingStatus",
    "Branch",
    "BranchEnd",
    "Branches",
    "Cascade",
    "CascadeStatus",
    "Classification",
    "ContinuationStatus",
    "CorrelationDimension",
    "CorrelationStatus",
    "CovariantStatus",
    "CovariantVectors",
    "Criticality",
    "Cycle",
    "CycleBranch",
    "CycleStatus",
    "DelayForm",
    "DimensionStatus",
    "DiscreteMap",
    "DivergenceStatus",
    "EntropyStatus",
    "FalseNeighbours",
    "Feigenbaum",
    "FeigenbaumStatus",
    "FiniteTimeExponents",
    "FiniteTimeStatus",
    "FluctuationExponent",
    "FluctuationStatus",
    "History",
    "InformationStatus",
    "Kind",
    "Label",
    "LocationStatus",
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
    "Staircase",
    "StaircaseStatus",
    "Stretching",
    "System",
    "Torus",
    "TorusStatus",
    "ZeroOneStatus",
    "ZeroOneTest",
    "alignment_indices",
    "all_cycles",
    "analyse",
    "autocorrelation",
    "birkhoff_average",
    "box_counting_dimension",
    "classify",
    "classify_evidence",
    "classify_series",
    "continue_bifurcation",
    "continue_cycle",
    "correlation_dimension",
    "covariant_vectors",
    "detrended_fluctuation",
    "devils_staircase",
    "distinguish_attractors",
    "embed",
    "exponents_of_series",
    "false_neighbours",
    "feigenbaum_ratios",
    "find_attractors",
    "find_period",
    "finite_time_exponents",
    "finite_time_from_stretching",
    "follow_attractors",
    "follow_cascade",
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
    "switch_branch",
    "torus",
    "zero_one_test",
]

sys.meta_path.insert(0, MovedModules(__name__, MOVED, __all__))


def __dir__() -> list[str]:
    return sorted(__all__)
