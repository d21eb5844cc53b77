"""Blankets of coupled Lorenz systems: I(x;y|b) over time, from a histogram over many trajectories."""

import csv
import io
import math
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np

from attractors import SampledInformation, information_from_samples
from attractors.arrays import FloatArray
from attractors.examples import coupled_lorenz
from attractors.results import plain
from attractors.status import Status, doubt, sure
from sweeps.config.blanket import LorenzBlanket
from sweeps.files import written_whole
from sweeps.run.local import cores

COPIES = 256  # trajectories side by side, whose states fit the cache
PIECE = 32  # steps in one call of compiled code
UNIT = math.log(25.0)  # nats: what the published curve is divided by
OUTSIDE = 0.01  # share of trajectories beyond the bins that is too many
GROWTH = 1.2  # by which they are larger at the end than at half the time if they grow, be it as √t
X, B, Y = (1, 2), (0, 3), (4, 5)  # variables of the parts


class LorenzStatus(Status):
    """Whether trajectories stay where the bins are; the value says what to do."""

    BOUNDED = sure("The trajectories stay within the bins.")
    UNBOUNDED = doubt(
        "More and more trajectories leave the bins: the flow diverges, and there is no distribution that it tends to. "
        "Take χ below 1/2, where friction is stronger than the coupling."
    )
    NARROW = doubt("More than 1 % of the trajectories are beyond the bins: raise half_width.")


@dataclass(frozen=True, eq=False)
class LorenzCurve:
    """Information over time, of one χ and one scheme.

    Attributes
    ----------
    chi : float
    scheme : str
    dt : float
    times : array, shape (n,)
    found : list of SampledInformation
        At these times.
    outside : array, shape (n,)
        Share of trajectories beyond the bins; those that are not finite any more are, and are in no histogram.
    extent : array, shape (n,)
        Median over trajectories of their largest variable.
    status : LorenzStatus
    """

    chi: float
    scheme: str
    dt: float
    times: FloatArray
    found: Sequence[SampledInformation]
    outside: FloatArray
    extent: FloatArray
    status: LorenzStatus

    @property
    def nats(self) -> FloatArray:
        """The information (n,), corrected for its bias."""
        return np.array([one.nats for one in self.found])

    @property
    def plug_in_nats(self) -> FloatArray:
        """The information (n,) as it was published: not corrected."""
        return np.array([one.plug_in_nats for one in self.found])

    @property
    def alone(self) -> FloatArray:
        """Share of trajectories that are alone in their cell (n,)."""
        return np.array([one.alone for one in self.found])

    @property
    def title(self) -> str:
        """χ, scheme and step in words."""
        name = {"euler": "Euler", "rk4": "Runge–Kutta 4"}[self.scheme]
        grows = ": unbounded" if self.status is LorenzStatus.UNBOUNDED else ""
        return f"χ = {self.chi:g}, {name}, dt = {self.dt:g}{grows}"


def lorenz_curves(config: LorenzBlanket, progress: Callable[[int], None] = lambda n: None) -> list[LorenzCurve]:
    """Return a curve for every χ and scheme; `progress` is called with the number of trajectories' intervals done."""
    return [_curve(config, chi, scheme, progress) for chi in config.chi for scheme in config.schemes]


def intervals(config: LorenzBlanket) -> list[int]:
    """Return the times of a config as numbers of intervals, ascending, none twice."""
    return sorted({round(time / (config.dt * config.every)) for time in config.times})


def _curve(config: LorenzBlanket, chi: float, scheme: Any, progress: Callable[[int], None]) -> LorenzCurve:
    copies = min(COPIES, config.n_trajectories)
    flow = coupled_lorenz(
        chi, n_copies=copies, step_time=config.dt * config.every, n_substeps=config.every, scheme=scheme
    )
    n_groups = -(-config.n_trajectories // copies)
    states = np.random.default_rng(config.seed).normal(size=(n_groups, 6, copies))
    lost = np.zeros((n_groups, copies), dtype=bool)

    def advance(group: int, n_steps: int) -> None:
        for first in range(0, n_steps, PIECE):
            _, end = flow.orbit(states[group].ravel(), min(PIECE, n_steps - first))
            states[group] = end.reshape(6, copies)
            lost[group] |= ~np.isfinite(states[group]).all(axis=0)
            states[group][:, lost[group]] = 0.0  # at rest: the others go on
        progress(copies * n_steps)

    done, found, outside, extent = 0, [], [], []
    limits = (-config.half_width, config.half_width)
    with ThreadPoolExecutor(cores()) as threads:
        for number in intervals(config):
            list(threads.map(advance, range(n_groups), [number - done] * n_groups))
            done = number
            gone = lost.ravel()[: config.n_trajectories]
            samples = states.transpose(0, 2, 1).reshape(-1, 6)[: config.n_trajectories]
            largest = np.where(gone, np.inf, np.abs(samples).max(axis=1))
            outside.append(float(np.mean(largest > config.half_width)))
            extent.append(float(np.median(largest)))
            there = (samples[~gone] if gone.sum() < len(gone) - 1 else samples[:2]).clip(*limits)  # the outermost bins
            found.append(information_from_samples(there, X, Y, B, bins=config.bins, limits=limits))
    times = np.array(intervals(config)) * config.dt * config.every
    size = np.array(extent)
    return LorenzCurve(
        chi, scheme, config.dt, times, found, np.array(outside), size, _status(times, np.array(outside), size)
    )


def _status(times: FloatArray, outside: FloatArray, extent: FloatArray) -> LorenzStatus:
    """Tell bins that are too narrow from a flow without bounds, which is larger at the end than at half the time."""
    if outside[-1] <= OUTSIDE:
        return LorenzStatus.BOUNDED
    half = np.abs(times - 0.5 * times[-1]).argmin()
    grows = math.isinf(extent[-1]) or extent[-1] > GROWTH * extent[half]
    return LorenzStatus.UNBOUNDED if grows else LorenzStatus.NARROW


def published() -> dict[str, FloatArray]:
    """Return the published curves, `coupled` and `uncoupled`: rows (time, information in units of log 25 nats)."""
    text = resources.files("sweeps.blanket").joinpath("published_lorenz.csv").read_text(encoding="utf-8")
    rows = list(csv.DictReader(line for line in text.splitlines() if not line.startswith("#")))
    return {
        pair: np.array([[float(row["time"]), float(row["information"])] for row in rows if row["pair"] == pair])
        for pair in ("coupled", "uncoupled")
    }


HEADER = ("chi", "scheme", "dt", "time", "information_nats", "standard_error_nats", "plug_in_nats", "bias_nats")


def _rows(curve: LorenzCurve) -> list[list[Any]]:
    return [
        [
            *(curve.chi, curve.scheme, curve.dt, round(time, 9)),
            *(one.nats, one.standard_error_nats, one.plug_in_nats, one.bias_nats),
            *(one.alone, beyond, one.status.name.lower()),
        ]
        for time, one, beyond in zip(curve.times.tolist(), curve.found, curve.outside.tolist(), strict=True)
    ]


def write_table(curves: Sequence[LorenzCurve], path: Path) -> Path:
    """Write all curves as one CSV file, a row for each time of each."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow([*HEADER, "alone", "outside", "status"])
    table.writerows(row for curve in curves for row in _rows(curve))
    with written_whole(path) as unfinished:
        unfinished.write_text(text.getvalue(), encoding="utf-8")
    return path


def document(curves: Sequence[LorenzCurve]) -> dict[str, Any]:
    """Return all curves for JSON."""
    return {
        "curves": [
            {
                "chi": curve.chi,
                "scheme": curve.scheme,
                "dt": curve.dt,
                "status": curve.status.name.lower(),
                "message": curve.status.value,
                "times": curve.times.tolist(),
                "information": [one.to_dict() for one in curve.found],
                "outside": [plain(float(x)) for x in curve.outside],
            }
            for curve in curves
        ]
    }
