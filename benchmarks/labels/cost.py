"""What labels add to the time of a sweep: the same points with and without, in pairs, on one thread.

Without, the exponents are computed all the same, but nothing looks for a transient in them. The section, the cheapest
of records, is in both, for a sweep has to record something.
"""

from functools import partial
from pathlib import Path

import numpy as np
from timing import median, ratio, rounds, spread, table

from sweeps import load_config
from sweeps.run.experiment import Experiment
from sweeps.run.points import run_points

ROOT = Path(__file__).resolve().parents[2]
CONFIG = ROOT / "cfgs" / "paper_zoom.yaml"
POINTS = 64  # along the config's range of β: cycles, tori and chaos
PAIRS = 7


def cost() -> None:
    rows, points = [], np.arange(POINTS)
    for k in (2, 4, 12):
        calls = {
            "without": partial(run_points, sweep(k, "[section]"), points),
            "with": partial(run_points, sweep(k, "[section, lyapunov, label]"), points),
        }
        times = rounds(calls, n=PAIRS)
        against = times["with"], times["without"]
        each = [f"{1e3 * median(times[name]) / POINTS:.2f} ms" for name in ("without", "with")]
        rows.append([k, *each, f"{ratio(*against):.3f}", spread(*against)])
    header = ["exponents", "a point without", "with a label", "with / without", "quartiles"]
    table(f"What labels add to {CONFIG.name}, {POINTS} points, {PAIRS} pairs (target 1.2)", header, rows)


def sweep(n_exponents: int, record: str) -> Experiment:
    changes = [f"sweep.beta.n={POINTS}", f"run.n_exponents={n_exponents}", f"record={record}"]
    return Experiment.of(load_config(CONFIG, changes))
