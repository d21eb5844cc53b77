"""What was known of the paper's network before: numbers that the authors' code gave, and an independent computation."""

import csv
from dataclasses import dataclass
from importlib import resources

import numpy as np

from dmfsa import Window

AUTHORS = "authors"
EARLIER = "earlier"
SOURCES = {
    AUTHORS: "the authors' run on a cluster, 175,000 steps, averages over the last 75,000",
    EARLIER: "an earlier computation in plain NumPy, 100,000 steps from the paper's start, without errors",
}

# Periods of cycles, by figure and β; runs from the start of the paper's figures.
PERIODS = {
    "fig3a": {1.0: 4, 1.45: 60, 1.78: 40, 2.2: 220, 2.6: 24, 3.0: 24},
    "fig3b": {1.243: 4, 1.25: 16, 1.27: 28, 1.273: 56, 1.274: 64, 1.2745: 128},
}
# λ_1 and λ_2 at the six β of figure 4, to the digits that are known.
EXPONENTS = {
    1.255: ("0.0000", "-0.0078"),
    1.26405: ("0.0000", "-0.0107"),
    1.266: ("0.087", "-0.048"),
    1.27: ("-0.0478", "-0.0478"),
    1.28: ("0.148", "-0.057"),
    1.4: ("0.073", "-0.131"),
}
# Why a number differs, where that was looked into: λ_2 there is -0.0105 whatever of the first 20,000 to 100,000 steps
# is discarded, and -0.0120 with 10,000.
NOTES = {(1.26405, 2): "the earlier average holds the end of the approach to the torus, which takes 20,000 steps"}
KINDS = {
    1.255: "quasiperiodic",
    1.26405: "quasiperiodic",
    1.266: "chaotic",
    1.27: "periodic 28",
    1.28: "chaotic",
    1.4: "chaotic",
}
FREQUENCIES = {1.255: 0.0641}  # of the torus, turns per step
# Where the cycle with the clock's period loses its stability, by context: β around it, what was known, as a number; and
# what else a sweep shows there.
CLOCKED = {
    4: ((1.240, 1.246), "near 1.2434", 1.2434, "labels come later, as orbits spiral slowly"),
    32: ((1.26, 1.34), "between 1.30 and 1.31", 1.305, "chaos beside it from 1.29 on draws orbits away from it before"),
}
LAST_CHAOS = 2.48


@dataclass(frozen=True, eq=False)
class PublishedPoint:
    """One β of the authors' run on a cluster: 175,000 steps, averages over the last 75,000.

    Attributes
    ----------
    beta, exponent : float
        λ_1 is that average.
    period : int
        Of the last 64 steps; 0 if they do not repeat.
    end : Window
        Where the run ended.
    """

    beta: float
    exponent: float
    period: int
    end: Window


def published_points() -> list[PublishedPoint]:
    """Read the 25 points of the authors' run."""
    text = resources.files("sweeps.reproduce").joinpath("published_run.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    found = []
    for row in rows:
        attention = np.array([float(value) for name, value in row.items() if name.startswith("a_")]).reshape(4, 3)
        end = Window(attention, int(row["phase"]))
        found.append(PublishedPoint(float(row["beta"]), float(row["lambda_1"]), int(row["period"]), end))
    return found
