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
`classify`                     fixed point, cycle, torus, chaos, hyperchaos, or why it cannot be said
`find_attractors`              all attractors that many starts reach, told apart, with their shares
`follow_attractors`            the same over a parameter: branches, their ends, hysteresis
=============================  =================================================================

Importing this package brings no compiler: numba is loaded when the first `DiscreteMap` is made.
"""

from attractors.branches import Branch, Branches
from attractors.classification import Classification, Label, classify, classify_evidence
from attractors.density import OrbitDensity
from attractors.distinction import Attractor, Attractors, distinguish_attractors
from attractors.exponents import History, LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching
from attractors.following import follow_attractors
from attractors.kaplan_yorke import kaplan_yorke_dimension
from attractors.lyapunov import Blocks, lyapunov_spectrum, lyapunov_until
from attractors.multistability import find_attractors
from attractors.periodicity import Period, PeriodStatus, find_period
from attractors.poincare import SlabSection
from attractors.system import DiscreteMap, Stretching, System

__all__ = [
    "Attractor",
    "Attractors",
    "Blocks",
    "Branch",
    "Branches",
    "Classification",
    "DiscreteMap",
    "History",
    "Label",
    "LyapunovSpectrum",
    "OrbitDensity",
    "Period",
    "PeriodStatus",
    "SlabSection",
    "SpectrumStatus",
    "Stretching",
    "System",
    "classify",
    "classify_evidence",
    "distinguish_attractors",
    "find_attractors",
    "find_period",
    "follow_attractors",
    "kaplan_yorke_dimension",
    "lyapunov_spectrum",
    "lyapunov_until",
    "spectrum_from_stretching",
]
