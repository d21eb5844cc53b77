"""How often a label changes although the attractor does not: under another observable, start, or length of the run."""

from collections.abc import Callable
from typing import Any

import numpy as np
from family import Family, Network, network_start
from points import points_of
from scoring import DEFINITE, is_judged
from timing import table

from attractors import classify

EVERY = 40  # points
BESIDE = 1e-7  # relative distance of the other start
LATER = 37  # steps at which it lies


class Observed:
    """A system of which one sees something else than its state."""

    def __init__(self, system: Any, seen: Callable[[np.ndarray], np.ndarray]) -> None:
        self.system, self.seen = system, seen
        self.dimension, self.clock_period, self.stretching = system.dimension, system.clock_period, system.stretching

    def orbit(self, start: Any, n_steps: int) -> tuple[np.ndarray, Any]:
        orbit, end = self.system.orbit(start, n_steps)
        return np.ascontiguousarray(self.seen(orbit)), end


def curved(x: np.ndarray) -> np.ndarray:
    """Another smooth observable of each component, one-to-one."""
    return np.asarray(np.arctan(0.7 * x + 0.2))


def mixed(x: np.ndarray) -> np.ndarray:
    """An invertible linear mixture of the components."""
    m = x.shape[1]
    return np.asarray(x @ (np.eye(m) + 0.4 * np.sin(1.0 + np.arange(m * m)).reshape(m, m)))


def other_start(system: Any, start: Any) -> Any:
    """A state close to the orbit, some steps later."""
    state = system.orbit(start, LATER * system.clock_period)[1]
    if isinstance(state, np.ndarray):
        return state * (1.0 + BESIDE)
    return type(state)(state.attention * (1.0 + BESIDE), state.phase)


def changes(families: tuple[Family, ...], n: int) -> None:
    """Print the rates."""
    counts = dict.fromkeys(("other observable", "linear mixture", "doubled n_steps", "other start"), (0, 0, 0))
    for family in families:
        for point in points_of(family)[::EVERY]:
            if is_judged(point) and point.truth.kind != "divergent":
                system = family.system(point.p)
                start = network_start() if isinstance(family, Network) else np.array(point.x0)
                run = {"n_transient": family.n_before, "n_steps": n}
                label = classify(system, start, **run).label
                others = {
                    "other observable": classify(Observed(system, curved), start, **run).label,
                    "linear mixture": classify(Observed(system, mixed), start, **run).label,
                    "doubled n_steps": classify(system, start, **run | {"n_steps": 2 * n}).label,
                    "other start": classify(system, other_start(system, start), **run).label,
                }
                for name, other in others.items():
                    total, changed, contradicted = counts[name]
                    both = label.value in DEFINITE and other.value in DEFINITE
                    counts[name] = (total + 1, changed + (label != other), contradicted + (both and label != other))
    rows = [
        [name, total, f"{100 * changed / max(total, 1):.2f}", f"{100 * contradicted / max(total, 1):.2f}"]
        for name, (total, changed, contradicted) in counts.items()
    ]
    header = ["", "points", "another label %", "another definite label %"]
    table(f"Labels that change though the attractor does not, from {n:,} samples", header, rows)
