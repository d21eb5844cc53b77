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
`Flow`, `solve_flow`           an ODE as a map over a time, with its tangent; the same with controlled error
`markov_chain`, …              stationary vector, entropy production, relaxation of a transition matrix; `driven_chain`
`information_from_samples`, …  what parts know of each other given the rest; `conditional_information_nats`
`continue_cycle`               a cycle over a parameter, stable or not, with its bifurcations to ten digits
`switch_branch`, …             what leaves a flip or a branch point; `follow_cascade`, `feigenbaum_ratios`
`continue_bifurcation`         folds, flips, Neimark-Sacker points over two parameters, codimension two
`all_cycles`                   all cycles up to a period, stable or not; `devils_staircase`, plateaus of rotation
=============================  =================================================================

Importing this package brings no compiler: numba is loaded when the first `DiscreteMap` is made.
"""

import sys

from attractors import (
    continuation,
    dimensions,
    exponents,
    flow,
    indicators,
    information,
    labels,
    markov,
    multistability,
    recurrence,
    sections,
    spectra,
    time_series,
    tori,
)
from attractors._moved import MOVED, MovedModules
from attractors.continuation import *  # noqa: F403
from attractors.delay_form import DelayForm
from attractors.dimensions import *  # noqa: F403
from attractors.exponents import *  # noqa: F403
from attractors.flow import *  # noqa: F403
from attractors.indicators import *  # noqa: F403
from attractors.information import *  # noqa: F403
from attractors.labels import *  # noqa: F403
from attractors.markov import *  # noqa: F403
from attractors.multistability import *  # noqa: F403
from attractors.recurrence import *  # noqa: F403
from attractors.sections import *  # noqa: F403
from attractors.spectra import *  # noqa: F403
from attractors.streams import OrbitDensity, SlabSection
from attractors.system import DiscreteMap, SmoothSystem, Stretching, System
from attractors.time_series import *  # noqa: F403
from attractors.tori import *  # noqa: F403

__all__ = ["DelayForm", "DiscreteMap", "OrbitDensity", "SlabSection", "SmoothSystem", "Stretching", "System"]
__all__ += continuation.__all__
__all__ += dimensions.__all__
__all__ += exponents.__all__
__all__ += flow.__all__
__all__ += indicators.__all__
__all__ += information.__all__
__all__ += labels.__all__
__all__ += markov.__all__
__all__ += multistability.__all__
__all__ += recurrence.__all__
__all__ += sections.__all__
__all__ += spectra.__all__
__all__ += time_series.__all__
__all__ += tori.__all__

sys.meta_path.insert(0, MovedModules(__name__, MOVED, __all__))


def __dir__() -> list[str]:
    return sorted(__all__)
