"""Does it come back? Exact periods, and cycles with their stability."""

from attractors.recurrence.cycles import Cycle, CycleStatus, refine_cycle
from attractors.recurrence.period import Period, PeriodStatus, find_period

__all__ = [
    "Cycle",
    "CycleStatus",
    "Period",
    "PeriodStatus",
    "find_period",
    "refine_cycle",
]
