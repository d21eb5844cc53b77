"""Figures of a sweep's dataset."""

from attractors._moved import names_from
from sweeps.figures.sweep import (
    KINDS,
    default_kind,
    hysteresis_diagram,
    lyapunov_figure,
    orbit_diagram,
    phase_diagram,
    save,
    save_both,
    save_page,
)

__all__ = [
    "KINDS",
    "default_kind",
    "hysteresis_diagram",
    "lyapunov_figure",
    "orbit_diagram",
    "phase_diagram",
    "save",
    "save_both",
    "save_page",
]

__getattr__ = names_from(__name__, "sweeps.figures.sweep")
