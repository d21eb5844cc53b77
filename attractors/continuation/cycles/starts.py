"""Where continuation begins: the map's delay form, the parameter and its range, and a cycle near a state."""

from typing import Any

import numpy as np

from attractors.arrays import FloatArray
from attractors.continuation.cycles.equations import CycleEquations, relative_size
from attractors.continuation.cycles.linear_solving import solve
from attractors.delay_form import DelayForm

TINIEST = 1e-100  # width of a range whose square can be computed with


def form_of(system: Any) -> DelayForm:
    """Return the delay form of a system; a TypeError says what is missing."""
    if not hasattr(system, "delay_form"):
        raise TypeError(
            f"system must offer delay_form(), its equations with parameters (see attractors.DelayForm), got "
            f"{type(system).__name__}; a DiscreteMap and dmfsa.MeanFieldMap do"
        )
    form: DelayForm = system.delay_form()
    return form


def number_of(form: DelayForm, parameter: str | int) -> int:
    """Return the number of a parameter that is named, or numbered."""
    if isinstance(parameter, str) and parameter in form.names:
        return form.names.index(parameter)
    if not isinstance(parameter, str) and 0 <= parameter < len(form.names):
        return int(parameter)
    known = ", ".join(f"{name!r}" for name in form.names) or "none"
    raise ValueError(f"parameter must be one of the map's ({known}, or their numbers), got {parameter!r}")


def checked_span(form: DelayForm, k: int, span: tuple[float, float], value: float | None = None) -> tuple[float, float]:
    """Return the range of a parameter, checked: it has to hold a value, the map's own if none is given."""
    low, high = map(float, span)
    least, most = form.limits[k]
    value = float(form.values[k] if value is None else value)
    if not (np.isfinite([low, high]).all() and low < high and low <= value <= high):
        raise ValueError(
            f"span must be finite, ascend and hold the value {value} of {form.names[k]} to begin at, got {(low, high)}"
        )
    if not TINIEST < high - low < 1.0 / TINIEST:
        raise ValueError(
            f"span of {form.names[k]} must be between {TINIEST} and {1.0 / TINIEST} wide, got {(low, high)}"
        )
    if low < least or high > most:
        raise ValueError(f"span of {form.names[k]} must be within {least} and {most}, got {(low, high)}")
    return low, high


def orbit_points(equations: CycleEquations, start: Any) -> FloatArray:
    """Iterate the map from a state until phase 0, then for one period: points (p, m)."""
    form = equations.form
    history, phase = form.start(start)
    found: list[FloatArray] = []
    with np.errstate(all="ignore"):
        for step in range(-phase % form.clock_period + equations.period):
            at = np.array([(phase + step) % form.clock_period])
            newest = form.image(history[None], at, form.values)
            history = np.concatenate([newest, history])[: form.memory]
            found.append(newest[0])
    return np.array(found[-equations.period :])


def settled_points(equations: CycleEquations, points: FloatArray, values: FloatArray) -> FloatArray | None:
    """Run Newton's method for a cycle at fixed parameters; None if there is none near the points (p, m)."""
    before = np.inf
    with np.errstate(all="ignore"):
        for _ in range(30):
            linear = equations.linearised(points, values)
            if not (np.isfinite(linear.residual).all() and np.isfinite(linear.D).all()):
                return None
            try:
                step = solve(equations.matrix(linear.D), -linear.residual.ravel()).reshape(points.shape)
            except np.linalg.LinAlgError:
                return None
            points = points + step
            change = float(np.abs(step).max()) / relative_size(points)
            if change < 1e-10 or (change < 1e-8 and change > 0.1 * before):
                return points
            before = change
    return None
