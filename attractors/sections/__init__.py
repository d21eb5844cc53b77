"""Where does it cross? Poincaré sections, of maps and flows, and what returns to them."""

from attractors.sections.crossings import plane_crossings, stroboscopic_section, successive_maxima
from attractors.sections.poincare import Section, SectionStatus, poincare_section
from attractors.sections.returns import (
    ReturnMap,
    ReturnMapStatus,
    ReturnTimes,
    ReturnTimesStatus,
    return_map,
    return_times,
)

__all__ = [
    "ReturnMap",
    "ReturnMapStatus",
    "ReturnTimes",
    "ReturnTimesStatus",
    "Section",
    "SectionStatus",
    "plane_crossings",
    "poincare_section",
    "return_map",
    "return_times",
    "stroboscopic_section",
    "successive_maxima",
]
