"""Chaos or not, by one number? Alignment of tangent vectors, and the 0-1 test."""

from attractors.indicators.alignment import Alignment, AlignmentStatus, alignment_indices
from attractors.indicators.zero_one import ZeroOneStatus, ZeroOneTest, zero_one_test

__all__ = [
    "Alignment",
    "AlignmentStatus",
    "ZeroOneStatus",
    "ZeroOneTest",
    "alignment_indices",
    "zero_one_test",
]
