"""What does a record alone tell? Analyses of a series of which the map is not known."""

from attractors.time_series.analysis import Analysis, Motion, analyse
from attractors.time_series.embedding import (
    FalseNeighbours,
    InformationStatus,
    MutualInformation,
    NeighboursStatus,
    embed,
    false_neighbours,
    mutual_information,
)
from attractors.time_series.entropy import EntropyStatus, SampleEntropy, sample_entropy
from attractors.time_series.fluctuations import (
    FluctuationExponent,
    FluctuationStatus,
    detrended_fluctuation,
    hurst_exponent,
)
from attractors.time_series.lyapunov_from_data import (
    DivergenceStatus,
    SeriesExponents,
    exponents_of_series,
    largest_exponent,
)

__all__ = [
    "Analysis",
    "DivergenceStatus",
    "EntropyStatus",
    "FalseNeighbours",
    "FluctuationExponent",
    "FluctuationStatus",
    "InformationStatus",
    "Motion",
    "MutualInformation",
    "NeighboursStatus",
    "SampleEntropy",
    "SeriesExponents",
    "analyse",
    "detrended_fluctuation",
    "embed",
    "exponents_of_series",
    "false_neighbours",
    "hurst_exponent",
    "largest_exponent",
    "mutual_information",
    "sample_entropy",
]
