"""What happens along a parameter? Attractors followed, and where they end; cycles continued, and how they change."""

from attractors.continuation.branches import Branch, Branches
from attractors.continuation.cycles import (
    BifurcationPoint,
    BranchEnd,
    Cascade,
    CascadeStatus,
    ContinuationStatus,
    Criticality,
    CycleBranch,
    Feigenbaum,
    FeigenbaumStatus,
    Kind,
    LocationStatus,
    continue_cycle,
    feigenbaum_ratios,
    follow_cascade,
    switch_branch,
)
from attractors.continuation.following import follow_attractors
from attractors.continuation.two_parameters import BifurcationCurve, continue_bifurcation

__all__ = [
    "BifurcationCurve",
    "BifurcationPoint",
    "Branch",
    "BranchEnd",
    "Branches",
    "Cascade",
    "CascadeStatus",
    "ContinuationStatus",
    "Criticality",
    "CycleBranch",
    "Feigenbaum",
    "FeigenbaumStatus",
    "Kind",
    "LocationStatus",
    "continue_bifurcation",
    "continue_cycle",
    "feigenbaum_ratios",
    "follow_attractors",
    "follow_cascade",
    "switch_branch",
]
