"""How much room does it fill? Dimensions, with their ranges and errors."""

from attractors._moved import names_from
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

__getattr__ = names_from(__name__, "attractors.dimensions.correlation")
