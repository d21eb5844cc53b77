"""Figures of a sweep's dataset."""

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
