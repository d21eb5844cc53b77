"""Drawings of answers: one file for each folder of analyses; importing it registers them all."""

from attractors.drawing import (
    continuation,
    cycles,
    dimensions,
    exponents,
    indicators,
    multistability,
    page,
    recurrence,
    sections,
    spectra,
    time_series,
    tori,
)

__all__ = [
    "continuation",
    "cycles",
    "dimensions",
    "exponents",
    "indicators",
    "multistability",
    "page",
    "recurrence",
    "sections",
    "spectra",
    "time_series",
    "tori",
]
