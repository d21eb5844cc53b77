"""The paper's figure 3a as a user runs it: wall time, stepping alone, two workers against one, and what takes the rest.

The package is not instrumented: each part is called by itself, with the sizes that it has in the whole run.
"""

import functools
import multiprocessing
import os
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from compilation import Arrays, Case, Yardstick
from process import DMFSA, PYTHON, ROOT, run
from timing import median, ratio, rounds, seconds, spread, table

from attractors import OrbitDensity, SlabSection, classify_evidence, find_period, spectrum_from_stretching
from dmfsa import Ensemble, Features
from dmfsa.ensemble import EnsembleStretching
from sweeps import load_config, run_sweep
from sweeps.config import Config
from sweeps.grid.axes import Grid
from sweeps.grid.shard import POINTS, Points
from sweeps.models.made import blocks_of
from sweeps.models.network import NetworkLanes, features_of, map_of
from sweeps.records import BINS, SECTION_HITS, half_width
from sweeps.run.experiment import Experiment
from sweeps.run.inputs import inputs_of
from sweeps.run.local import cores
from sweeps.run.points import WINDOW, lanes_of, run_points
from sweeps.store.folder import SweepFolder, open_sweep
from sweeps.summary import write_summary

if (ROOT / "cfgs" / "paper_fig3a.yaml").exists():
    CONFIG, CHANGES = "cfgs/paper_fig3a.yaml", []
else:
    CONFIG = "cfgs/paper_zoom.yaml"
    CHANGES = ["sweep.beta.n=4001", "run.n_exponents=all", "run.n_transient=100000", "run.n_steps=75000"]
PAIRS = 3
REDUCED = 1024  # points for the speed-up
PAPER = Case(Features.segments(), 4, 12)


def main() -> None:
    sweep = Sweep.of(load_config(ROOT / CONFIG, CHANGES))
    options = [word for change in CHANGES for word in ("--set", change)]
    command = [*DMFSA, "sweep", "run", CONFIG, *options]
    with tempfile.TemporaryDirectory() as name:
        run([*command, *few(POINTS), "--out", f"{name}/few"])  # compiles
        wholes, parts = [], []
        for i in range(PAIRS):
            wholes.append(run([*command, "--out", f"{name}/{i}"]))
            parts.append(stepping(sweep, sweep.chunks, cores()))
        walls, alone = [whole.wall for whole in wholes], [sum(part) for part in parts]
        rows = [
            [f"`{' '.join(['dmfsa sweep run', CONFIG, *options])}`", f"{median(walls):.1f} s"],
            ["in each pair", ", ".join(f"{wall:.1f}" for wall in walls)],
            ["points, steps discarded, steps kept, exponents", sweep.describe()],
            ["workers", cores()],
            [f"stepping alone, {cores()} threads", f"{median(alone):.1f} s"],
            ["whole run / stepping alone", f"{ratio(walls, alone):.2f}"],
            ["in each pair", ", ".join(f"{a / b:.2f}" for a, b in zip(walls, alone, strict=True))],
            ["processor time", f"{median([whole.cpu for whole in wholes]):.1f} s"],
            ["peak memory", f"{max(whole.peak for whole in wholes):.0f} MB"],
        ]
        table(f"Headline run, medians of {PAIRS} pairs of it and the stepping alone", ["", "value"], rows)
        together = median([part[0] for part in parts]), median([part[1] for part in parts])
        split(sweep, Path(name), median(walls), together)
    speed_up(options)


def few(n: int) -> list[str]:
    return ["--set", f"sweep.beta.n={n}"]


class Sweep(NamedTuple):
    """A config, and what the runner makes of it."""

    config: Config
    experiment: Experiment

    @classmethod
    def of(cls, config: Config) -> "Sweep":
        return cls(config, Experiment.of(config))

    @property
    def grid(self) -> Grid:
        return self.experiment.grid

    @property
    def chunks(self) -> list[np.ndarray]:
        return [shard.points for shard in self.grid.shards()]

    def describe(self) -> str:
        run = self.config.run
        return f"{self.grid.n_points:,}, {run.n_transient:,}, {run.n_steps:,}, {self.config.n_exponents}"

    def ensemble(self, points: np.ndarray) -> Ensemble:
        lanes = lanes_of(self.experiment.points(points), [()] * len(points))
        assert isinstance(lanes, NetworkLanes)
        return lanes


# ---- stepping alone ------------------------------------------------------------------------------------------


def stepping(sweep: Sweep, chunks: list[np.ndarray], n_threads: int) -> tuple[float, float]:
    """Seconds for the transients of all chunks, and for the tangent vectors; nothing is kept."""
    n_before = blocks_of(sweep.config).n_before
    with ThreadPoolExecutor(n_threads) as pool:
        ensembles = list(map(sweep.ensemble, chunks))
        first = seconds(lambda: list(pool.map(lambda ensemble: ensemble.advance(n_before), ensembles)))
        return first, seconds(lambda: list(pool.map(lambda ensemble: tangent(sweep, ensemble), ensembles)))


def tangent(sweep: Sweep, ensemble: Ensemble, **others: Any) -> EnsembleStretching:
    blocks = blocks_of(sweep.config)
    return ensemble.stretching(
        n_exponents=sweep.config.n_exponents,
        n_blocks=blocks.n_blocks,
        block_length=blocks.block_length,
        n_settle=blocks.n_settle,
        **others,
    )


def speed_up(options: list[str]) -> None:
    """Two cores against one, in pairs: the headline run, and two parts of it at fewer points by workers.

    One worker leaves the other core to the imports of the figures and to the figure beside the dataset.
    """
    config = load_config(ROOT / CONFIG, [*CHANGES, f"sweep.beta.n={REDUCED}"])
    sweep = Sweep.of(config)
    rows = []
    spawn = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as name, spawn.Pool(1) as single, spawn.Pool(2) as pair:
        number = iter(range(1000))
        one_core = ["taskset", "--cpu-list", str(min(os.sched_getaffinity(0)))]

        def command(before: list[str]) -> None:
            run([*before, *DMFSA, "sweep", "run", CONFIG, *options, "--out", f"{name}/{next(number)}"])

        def whole(workers: int) -> None:
            run_sweep(config, Path(name, str(next(number))), workers=workers, quiet=True)

        for what, one, two in (
            ("the headline run, by cores", lambda: command(one_core), lambda: command([])),
            (f"run_sweep, {REDUCED:,} points of it, by workers", lambda: whole(1), lambda: whole(2)),
            (
                f"stepping alone, {REDUCED:,} points of it, by workers",
                lambda: stepping(sweep, sweep.chunks, 1),
                lambda: stepping(sweep, sweep.chunks, 2),
            ),
            (
                "what the machine gives: eight calls of the yardstick in C, by processes",
                lambda: single.map(yardstick, range(8), chunksize=1),
                lambda: pair.map(yardstick, range(8), chunksize=1),
            ),
        ):
            times = rounds({"1": one, "2": two}, n=3)
            against = times["1"], times["2"]
            each = [f"{median(t):.2f} s" for t in against]
            rows.append([what, *each, f"{ratio(*against):.2f}", spread(*against)])
    table("Speed-up, medians of three pairs", ["", "1", "2", "speed-up", "quartiles"], rows)


def yardstick(_: int) -> None:
    """Take the tangent steps of the yardstick in C; its work arrays are static, so that it serves one thread."""
    built().run(Arrays(PAPER, built().width), n_steps=500_000, interval=5)


@functools.cache
def built() -> Yardstick:
    with tempfile.TemporaryDirectory() as folder:
        return Yardstick(Path(folder), PAPER, width=16)


# ---- the rest ------------------------------------------------------------------------------------------------


def split(sweep: Sweep, folder: Path, wall: float, parts: tuple[float, float]) -> None:
    """What the user waits for, part by part."""
    n_chunks = len(sweep.chunks)
    modules = "import sweeps.run, sweeps.store, sweeps.summary, dmfsa._kernels"
    imports = median([run([*PYTHON, "-c", modules]).wall for _ in range(3)])
    dataset = open_sweep(folder / "0")
    shard, result = one_chunk(sweep)
    analysis = min(seconds(lambda: analyse(sweep, result)) for _ in range(3)) * n_chunks
    preparing = min(seconds(lambda: prepare(sweep)) for _ in range(3)) * n_chunks
    store = SweepFolder.claim(folder / "again", sweep.config, inputs_of(sweep.config))
    writing = seconds(lambda: write_all(store, shard, sweep.chunks))
    collecting = seconds(store.collect)
    figures = folder / "figures"
    figures.mkdir()
    drawing = seconds(lambda: write_summary(dataset, figures))
    times = {
        "Python and imports": imports,
        "compiled code, loaded from the cache": loading(sweep),
        "maps and their live directions (one thread at a time)": preparing,
        "transient": parts[0],
        "tangent": parts[1],
        f"accumulators: density, section ({cores()} threads)": accumulating(sweep) * n_chunks / cores(),
        "post-analysis: exponents' errors, periods, labels (one thread at a time)": analysis,
        "writing shards (one thread)": writing,
        "collecting them into one dataset": collecting,
        "table and figure": drawing,
    }
    rows = [[name, f"{took:.2f} s", f"{took / wall:.1%}"] for name, took in times.items()]
    rest = wall - sum(times.values())
    rows.append(["the rest, or less if parts overlap", f"{rest:.2f} s", f"{rest / wall:.1%}"])
    table("What the user waits for, each part measured by itself", ["", "takes", "of the whole run"], rows)


def one_chunk(sweep: Sweep) -> tuple[Points, EnsembleStretching]:
    """Run one chunk: the shard as it is written, and what the analysis gets."""
    points = sweep.chunks[len(sweep.chunks) // 2]
    shard = run_points(sweep.experiment, points)
    return shard, tangent(sweep, sweep.ensemble(points), n_tail=WINDOW)


def prepare(sweep: Sweep) -> None:
    """What a chunk's thread does before its steps."""
    features = features_of(sweep.config)
    for point in sweep.grid.parameters(sweep.chunks[len(sweep.chunks) // 2]):
        assert map_of(sweep.config, features, **point).n_live_directions


def analyse(sweep: Sweep, result: EnsembleStretching) -> None:
    """What a chunk's thread does after its steps."""
    length = blocks_of(sweep.config).block_length
    for i, logs in enumerate(result.log_factors):
        spectrum = spectrum_from_stretching(logs, length, result.unresolved[i])
        samples = result.tail[:, i]
        period = 2**sweep.config.model.positional_bits
        classify_evidence(spectrum, find_period(samples), samples=samples, clock_period=period)


def accumulating(sweep: Sweep) -> float:
    """Seconds by which the steps of a chunk take longer if density and section look at them."""
    points = sweep.chunks[len(sweep.chunks) // 2]
    density = OrbitDensity(len(points), n_bins=BINS, low=-1.0, high=1.0)
    section = SlabSection(len(points), half_width=half_width(sweep.config.model), n_kept=SECTION_HITS)

    def look(block: np.ndarray, some: slice) -> None:
        density(block, some)
        section(block, some)

    calls = {
        "with": lambda: tangent(sweep, sweep.ensemble(points), observer=look),
        "without": lambda: tangent(sweep, sweep.ensemble(points)),
    }
    times = rounds(calls, n=3)
    return max(0.0, median([a - b for a, b in zip(times["with"], times["without"], strict=True)]))


def write_all(store: SweepFolder, shard: Points, chunks: list[np.ndarray]) -> None:
    for points in chunks:
        some = shard[: len(points)].copy()
        some["point"] = points
        store.write(some)


def loading(sweep: Sweep) -> float:
    """Seconds until the compiled functions have taken a first step, in a new process with a warm cache."""
    few_steps = ["run.n_transient=1000", "run.n_steps=1000", f"sweep.beta.n={POINTS}"]
    code = f"""
import time
from pathlib import Path
from headline import CHANGES, CONFIG, ROOT, Sweep, load_config, stepping
sweep = Sweep.of(load_config(ROOT / CONFIG, [*CHANGES, *{few_steps}]))
import dmfsa._kernels
began = time.perf_counter()
stepping(sweep, sweep.chunks, 1)
first = time.perf_counter() - began
print(first - sum(stepping(sweep, sweep.chunks, 1)))
"""
    return float(run([*PYTHON, "-c", code], PYTHONPATH=str(Path(__file__).parent)).stdout)


if __name__ == "__main__":
    main()
