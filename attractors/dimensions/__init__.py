"""How much room does it fill? Dimensions, with their ranges and errors."""

from attractors.dimensions.box_counting import BoxCountingDimension, BoxCountingStatus, box_counting_dimension
from attractors.dimensions.correlation import CorrelationDimension, DimensionStatus, correlation_dimension

__all__ = [
    "BoxCountingDimension",
    "BoxCountingStatus",
    "CorrelationDimension",
    "DimensionStatus",
    "box_counting_dimension",
    "correlation_dimension",
]
