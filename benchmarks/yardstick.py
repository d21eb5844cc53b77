"""The package against the same mathematics in C, and against what the arithmetic allows; one thread."""

import ctypes
import functools
import os
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from itertools import product
from pathlib import Path

import numpy as np
from compilation import Arrays, Case, Unavailable, Yardstick, function_of_line, gcc
from operations import Operations, kept, total
from timing import median, ratio, rounds, seconds, spread, table

from dmfsa import Features
from dmfsa._chunk import NOISE, STEPS_PER_CALL, n_lanes

WIDTHS = (8, 16, 32)  # lanes that the C code may choose from
PAPER = [Case(Features.segments(), 4, k) for k in (0, 12)]
GRID = [
    Case(Features.iid(M, n_columns=999, positional_bits=5), L, min(k, L * M))
    for k, M, L in product((0, 4), (1, 2, 3, 4), (2, 4, 8, 16, 32))
]
CHECKED = 30  # steps of the orbits that are compared
MANY = 1_000  # points, of which an ensemble fills as many lanes as are best


def main() -> None:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        try:
            peak = Peak(folder)
            with ThreadPoolExecutor(os.cpu_count()) as pool:
                jobs = [(case, pool.submit(build, folder, case)) for case in PAPER + GRID]
            built = {case: job.result() for case, job in jobs}
        except Unavailable as reason:
            print(f"Skipped: {reason}.")
            return
        paper(built)
        grid(built, peak)


def build(folder: Path, case: Case) -> list[Yardstick]:
    return [Yardstick(folder, case, width) for width in WIDTHS]


# ---- M = 3, L = 4 --------------------------------------------------------------------------------------------


def paper(built: dict[Case, list[Yardstick]]) -> None:
    rows = []
    for case, interval in ((PAPER[0], 1), (PAPER[1], 1), (PAPER[1], 5)):
        best = fastest(built[case], case, interval)
        same = difference(best, case, interval)
        assert same[0] < 1e-12, f"C and the package give different orbits: {same[0]:.1e}"
        assert same[1] < 1e-9, f"C and the package give different log |R_ii|: {same[1]:.1e}"
        width = n_lanes(MANY, case.n_vectors, *case.sizes[2::-2])
        times = compare(case, best, interval, width, target=0.02)
        what = f"step with 12 exponents, QR every {interval}" if case.n_vectors else "map step"
        for name in ("Ensemble", "bare function"):
            against = times[name], times["C"]
            rows.append(
                [
                    f"{what}, {name}",
                    f"{median(times[name]) * 1e9:.1f}",
                    width,
                    f"{median(times['C']) * 1e9:.1f}",
                    best.width,
                    f"{ratio(*against):.2f}",
                    spread(*against),
                    f"{same[0]:.0e}" + (f", {same[1]:.0e}" if case.n_vectors else ""),
                ]
            )
    table(
        "Package against C, M = 3, L = 4: nanoseconds per step and point, medians of 15 alternating rounds",
        ["", "ns", "lanes", "C: ns", "lanes", "ratio", "quartiles", f"differ in {CHECKED} steps: orbit, logs"],
        rows,
    )


def difference(yardstick: Yardstick, case: Case, interval: int) -> tuple[float, float]:
    """Largest differences of the attention vectors, and of the sums of log |R_ii|, over some steps.

    The steps are on the attractors. Logarithms are compared at points where double precision resolves all of them:
    elsewhere the lowest are rounding noise, in C as in the package.
    """
    ensemble = case.ensemble(yardstick.width)
    ensemble.advance(2000)
    arrays = Arrays(case, yardstick.width, n_tail=CHECKED)
    arrays.continue_from(ensemble)
    frame = arrays.frame[..., 0].reshape(case.n_vectors, case.context * case.features.n_patterns).copy()
    yardstick.run(arrays, CHECKED, interval)
    if not case.n_vectors:
        return abs(ensemble.advance(CHECKED, n_tail=CHECKED).transpose(0, 2, 1) - arrays.tail).max(), 0.0
    result = ensemble.stretching(
        n_exponents=case.n_vectors,
        n_blocks=1,
        block_length=CHECKED,
        n_tail=CHECKED,
        qr_interval=interval,
        frame=frame,
    )
    orbits = abs(result.tail.transpose(0, 2, 1) - arrays.tail).max()
    resolved = result.unresolved.sum(axis=1) == 0
    assert resolved.any(), "no point of which all exponents are resolved"
    return orbits, abs(result.log_factors[:, 0] - arrays.logs.T)[resolved].max()


# ---- other sizes ---------------------------------------------------------------------------------------------


def grid(built: dict[Case, list[Yardstick]], peak: "Peak") -> None:
    rows = []
    for case in GRID:
        M, J, L, K = case.sizes
        best = fastest(built[case], case, 1)
        width = n_lanes(MANY, K, L, M)
        times = compare(case, best, 1, width, target=0.005)
        count = total(M, J, L, K)
        arithmetic, all_of_it = peak.arithmetic(count), peak.limit(count, kept(M, J, L, K) * width)
        measured = median(times["Ensemble"])
        scalar = sorted({function_of_line(line) for line in left_scalar(built, case, best)})
        rows.append(
            [
                f"M = {M}, J = {J}, L = {L}, k = {K}",
                f"{measured * 1e9:.1f}",
                width,
                f"{arithmetic * 1e9:.1f}",
                f"{all_of_it * 1e9:.1f}",
                f"{measured / arithmetic:.1f}",
                f"{measured / all_of_it:.1f}",
                f"{median(times['C']) * 1e9:.1f}",
                best.width,
                f"{ratio(times['Ensemble'], times['C']):.2f}",
                ", ".join(scalar) or "–",
            ]
        )
    print(
        f"One core does {1e-9 / peak.multiply_add:.1f} fused multiply-adds or {1e-9 / peak.divide:.2f} divisions per "
        "nanosecond in its widest vectors; an operation on bits after a multiply-add takes "
        f"{peak.select / peak.multiply_add:.1f} of its time more.\nIt does {1e-9 / peak.read(16_384):.1f} reads or "
        f"{1e-9 / peak.write(16_384):.1f} writes of an array of 16 kB, {1e-9 / peak.read(262_144):.1f} or "
        f"{1e-9 / peak.write(262_144):.1f} of 256 kB. `operations.py` counts those of a step.\n"
        "`arithmetic` is the time that multiply-adds or divisions take, the longer; `all operations` that of the "
        "busiest unit:\narithmetic with comparisons, selections and other bit operations; divisions; reads; writes, "
        "the last two in an array\nas large as what a step passes through. gcc leaves loops over lanes scalar where "
        "a loop inside is too long to unroll.\n"
    )
    table(
        "Package and C at other sizes: nanoseconds per step and point; QR at every step where k > 0",
        [
            *("", "ns", "lanes", "arithmetic", "all operations", "over arithmetic", "over all"),
            *("C: ns", "lanes", "ratio", "C: scalar loops in"),
        ],
        rows,
    )


def left_scalar(built: dict[Case, list[Yardstick]], case: Case, best: Yardstick) -> set[int]:
    """Lines with loops that gcc vectorises at L = 2, but not here."""
    short = next(c for c in GRID if c.sizes[2] == 2 and c.sizes[0] == 3 and (c.sizes[3] > 0) == (case.sizes[3] > 0))
    lines = next(y.vectorised for y in built[short] if y.width == best.width)
    return lines - best.vectorised


class Peak:
    """Seconds that one core needs for an operation in each lane of its widest vectors."""

    def __init__(self, folder: Path) -> None:
        gcc(Path(__file__).with_name("peak.c"), folder / "peak.so")
        self.library = ctypes.CDLL(str(folder / "peak.so"))
        chains = ctypes.c_double(0.999), ctypes.c_double(0.5)
        self.multiply_add = self.time("multiply_add", 1_000_000, *chains) / self.library.n_lanes()
        self.divide = self.time("divide", 100_000, *chains) / self.library.n_lanes()
        both = self.time("multiply_add_bits", 1_000_000, *chains) / self.library.n_lanes()
        self.select = max(0.0, both - self.multiply_add)

    def time(self, name: str, n: int, *arguments: object) -> float:
        function = getattr(self.library, name)
        function.restype = ctypes.c_double
        return min(seconds(lambda: function(ctypes.c_long(n), *arguments)) for _ in range(15)) / n

    def read(self, n_bytes: int) -> float:
        """Of an array of so many bytes, again and again: from the cache that it fits into."""
        return self.pass_through("read", n_bytes)

    def write(self, n_bytes: int) -> float:
        """The same for writes."""
        return self.pass_through("write", n_bytes)

    @functools.cache  # noqa: B019 - one for the whole run
    def pass_through(self, name: str, n_bytes: int) -> float:
        unit = 8 * self.library.n_lanes()
        n_bytes = -(-n_bytes // unit) * unit
        start = np.zeros(n_bytes + 64, dtype=np.uint8)
        aligned = ctypes.c_void_p(start.ctypes.data + -start.ctypes.data % 64)
        return self.time(name, 100_000_000 // n_bytes, aligned, ctypes.c_long(n_bytes // 8)) / (n_bytes // 8)

    def arithmetic(self, operations: Operations) -> float:
        return max(operations.arithmetic * self.multiply_add, operations.divisions * self.divide)

    def limit(self, operations: Operations, n_bytes: int) -> float:
        return max(
            operations.arithmetic * self.multiply_add + operations.selections * self.select,
            operations.divisions * self.divide,
            operations.reads * self.read(n_bytes),
            operations.writes * self.write(n_bytes),
        )


# ---- measuring -----------------------------------------------------------------------------------------------


def fastest(yardsticks: list[Yardstick], case: Case, interval: int) -> Yardstick:
    """The number of lanes with which the C code is best."""
    calls = {str(i): repeated_c(y, case, interval, 0.003)[0] for i, y in enumerate(yardsticks)}
    counts = [repeated_c(y, case, interval, 0.003)[1] for y in yardsticks]
    times = rounds(calls, n=5)
    return yardsticks[int(np.argmin([median(times[str(i)]) / count for i, count in enumerate(counts)]))]


def compare(case: Case, yardstick: Yardstick, interval: int, width: int, target: float) -> dict[str, list[float]]:
    """Seconds per step and point, round by round: C, the package, and its compiled function alone."""
    ways = {
        "C": repeated_c(yardstick, case, interval, target),
        "Ensemble": repeated_ensemble(case, interval, width, target),
        "bare function": repeated_bare(case, interval, width, target),
    }
    times = rounds({name: call for name, (call, _) in ways.items()})
    return {name: [t / ways[name][1] for t in times[name]] for name in ways}


Repeated = tuple[Callable[[], object], int]  # a call, and the steps times points in it


def repeated(take: Callable[[int], object], width: int, target: float) -> Repeated:
    """As many steps as take about `target` seconds."""
    take(200)
    once = min(seconds(lambda: take(200)) for _ in range(3))
    n_steps = max(1, round(target / once)) * 200
    return (lambda: take(n_steps)), n_steps * width


def repeated_c(yardstick: Yardstick, case: Case, interval: int, target: float) -> Repeated:
    arrays = Arrays(case, yardstick.width)
    return repeated(lambda n_steps: yardstick.run(arrays, n_steps, interval), yardstick.width, target)


def repeated_ensemble(case: Case, interval: int, width: int, target: float) -> Repeated:
    ensemble = case.ensemble(width)

    def take(n_steps: int) -> None:
        if case.n_vectors:
            ensemble.stretching(n_exponents=case.n_vectors, n_blocks=1, block_length=n_steps, qr_interval=interval)
        else:
            ensemble.advance(n_steps)

    return repeated(take, width, target)


def repeated_bare(case: Case, interval: int, width: int, target: float) -> Repeated:
    """Call the compiled function with what an Ensemble hands to it; its orbit goes on from call to call."""
    L, M = case.context, case.features.n_patterns
    frames = np.broadcast_to(np.eye(case.n_vectors, L * M).reshape(-1, L, M), (width, case.n_vectors, L, M))
    chunk = next(case.ensemble(width)._chunks(np.arange(width), frames, interval, NOISE))
    compiled, calls = chunk._advance, []
    chunk._advance = lambda *arguments: calls.append(arguments)
    chunk.run(STEPS_PER_CALL // interval * interval, np.empty((0, width, M)), lambda n_steps: None)
    ((window, time, _, *rest),) = calls

    def take(n_steps: int) -> None:
        compiled(window, time, n_steps, *rest)

    return repeated(take, width, target)


if __name__ == "__main__":
    main()
