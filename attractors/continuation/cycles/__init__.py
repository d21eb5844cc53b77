"""Cycles as solutions of equations: continued in a parameter, with what happens to them located and described."""

from attractors.continuation.cycles.bifurcation_points import BifurcationPoint, LocationStatus
from attractors.continuation.cycles.branches import continue_cycle
from attractors.continuation.cycles.critical import Kind
from attractors.continuation.cycles.feigenbaum import Feigenbaum, FeigenbaumStatus, feigenbaum_ratios
from attractors.continuation.cycles.normal_forms import Criticality
from attractors.continuation.cycles.search import AllCycles, AllCyclesStatus, all_cycles
from attractors.continuation.cycles.switching import Cascade, CascadeStatus, follow_cascade, switch_branch
from attractors.continuation.cycles.walks import BranchEnd, ContinuationStatus, CycleBranch

__all__ = [
    "AllCycles",
    "AllCyclesStatus",
    "BifurcationPoint",
    "BranchEnd",
    "Cascade",
    "CascadeStatus",
    "ContinuationStatus",
    "Criticality",
    "CycleBranch",
    "Feigenbaum",
    "FeigenbaumStatus",
    "Kind",
    "LocationStatus",
    "all_cycles",
    "continue_cycle",
    "feigenbaum_ratios",
    "follow_cascade",
    "switch_branch",
]
