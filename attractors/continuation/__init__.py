"""What happens along a parameter? Attractors followed, and where they end."""

from attractors.continuation.branches import Branch, Branches
from attractors.continuation.following import follow_attractors

__all__ = [
    "Branch",
    "Branches",
    "follow_attractors",
]
