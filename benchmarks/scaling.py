"""Cost against work: number of points, of steps, of patterns M, of tokens L, of tangent vectors k; one thread."""

import math
from pathlib import Path

import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure
from matplotlib.ticker import NullFormatter
from operations import total
from timing import median, rounds, table

from dmfsa import Ensemble, Features, Window

HERE = Path(__file__).parent
BLUE, RED, GREEN = "#0072B2", "#D55E00", "#009E73"  # of Okabe and Ito: told apart with any colour vision
STEPS = 2_000
BITS = 6  # the clock has 64 phases: L up to 64


def main() -> None:
    panels = [points_panel(), steps_panel(), patterns_panel(), context_panel(), vectors_panel(4), vectors_panel(16)]
    rows = [row for panel in panels for row in panel.rows()]
    table(
        "Cost against work: logarithmic slopes of the large sizes, fitted and expected",
        ["", "fitted over", "slope", "expected", "cost, smallest to largest"],
        rows,
    )
    figure = Figure(figsize=(7.0, 4.8), layout="constrained")
    for axes, panel in zip(figure.subplots(2, 3).flat, panels, strict=True):
        panel.draw(axes)
    for ending in ("png", "pdf"):
        figure.savefig(HERE / f"scaling.{ending}", dpi=200)
    print("Figure: benchmarks/scaling.png, scaling.pdf.")


class Panel:
    """Curves of measured cost over one size, each beside the one expected."""

    def __init__(self, name: str, label: str, unit: str, scale: float) -> None:
        self.name, self.label, self.unit, self.scale = name, label, unit, scale
        self.curves: list[tuple[str, str, np.ndarray, np.ndarray, np.ndarray, int]] = []

    def add(self, name: str, colour: str, sizes: list[int], times: list[float], expected: list[float], n: int) -> None:
        """`expected` in any unit: it is drawn through the middle of the last n points, whose slope is fitted."""
        x, y, e = np.array(sizes, dtype=float), np.array(times) * self.scale, np.array(expected, dtype=float)
        self.curves.append((name, colour, x, y, e * np.exp(np.log(y[-n:] / e[-n:]).mean()), n))

    def rows(self) -> list[list[str]]:
        return [
            [
                f"{self.name}{', ' if name else ''}{name}",
                f"{x[-n]:,.0f}–{x[-1]:,.0f}",
                f"{slope(x[-n:], y[-n:]):.2f}",
                f"{slope(x[-n:], e[-n:]):.2f}",
                f"{y[0]:,.3g}–{y[-1]:,.3g} {self.unit}",
            ]
            for name, _, x, y, e, n in self.curves
        ]

    def draw(self, axes: Axes) -> None:
        for (name, colour, x, y, e, n), marker in zip(self.curves, "os^", strict=False):
            found = f"{name}{': ' if name else ''}{slope(x[-n:], y[-n:]):.2f} ({slope(x[-n:], e[-n:]):.2f})"
            axes.loglog(x, e, color=colour, lw=0.8, ls="--")
            axes.loglog(x, y, ls="", marker=marker, color=colour, ms=4, label=found)
        axes.set_xlabel(self.label, fontsize=8)
        axes.set_ylabel(self.unit, fontsize=8)
        axes.tick_params(labelsize=7)
        if self.curves[0][2][-1] <= 100:  # few sizes: name each
            axes.set_xticks(self.curves[0][2], [f"{size:.0f}" for size in self.curves[0][2]])
        axes.xaxis.set_minor_formatter(NullFormatter())
        axes.yaxis.set_minor_formatter(NullFormatter())
        low, high = axes.get_ylim()
        axes.set_ylim(10 ** np.floor(np.log10(low)), high * (high / low) ** 0.35)
        axes.legend(loc="upper left", fontsize=6, frameon=False, title="slope (expected)", title_fontsize=6)


def slope(x: np.ndarray, y: np.ndarray) -> float:
    return float(np.polyfit(np.log(x), np.log(y), 1)[0])


def points_panel() -> Panel:
    """A chunk of lanes costs the same however many of them are used."""
    sizes = [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024]
    panel = Panel("points", "points", "µs per step", 1e6)
    for name, colour, k, lanes, n_steps in (("map", BLUE, 0, 32, 1000), ("12 exponents", RED, 12, 16, 200)):
        times = [time_of(ensemble(Features.segments(), 4, n), n_steps, k) / n_steps for n in sizes]
        panel.add(name, colour, sizes, times, [math.ceil(n / lanes) for n in sizes], 5)
    return panel


def steps_panel() -> Panel:
    sizes = [1, 10, 100, 1_000, 10_000, 100_000]
    panel = Panel("steps", "steps of 32 points", "ms", 1e3)
    for name, colour, k in (("map", BLUE, 0), ("12 exponents", RED, 12)):
        largest = sizes if k == 0 else sizes[:-1]
        times = [time_of(ensemble(Features.segments(), 4, 32), n, k) for n in largest]
        panel.add(name, colour, largest, times, largest, 3)
    return panel


def patterns_panel() -> Panel:
    """Sign classes double with each pattern: J = 2^(M-1)."""
    sizes = [1, 2, 3, 4, 5, 6]
    panel = Panel("M, L = 4", "patterns $M$, $J = 2^{M-1}$", "ns per step and point", 1e9)
    for name, colour, k in (("map", BLUE, 0), ("k = 4", RED, 4)):
        times = [per_point(Features.iid(M, n_columns=999, positional_bits=BITS), 4, k) for M in sizes]
        panel.add(name, colour, sizes, times, [sum(total(M, 2 ** (M - 1), 4, k)) for M in sizes], 3)
    return panel


def context_panel() -> Panel:
    sizes = [1, 2, 4, 8, 16, 32, 64]
    panel = Panel("L, M = 3", "tokens $L$", "ns per step and point", 1e9)
    features = Features.iid(3, n_columns=999, positional_bits=BITS)
    for name, colour, k in (("map", BLUE, 0), ("k = 3", RED, 3)):
        times = [per_point(features, L, k) for L in sizes]
        panel.add(name, colour, sizes, times, [sum(total(3, 4, L, k)) for L in sizes], 4)
    return panel


def vectors_panel(L: int) -> Panel:
    sizes = {4: [1, 2, 4, 8, 12], 16: [1, 4, 12, 24, 48]}[L]
    panel = Panel(f"k, M = 3, L = {L}", f"tangent vectors $k$, $L = {L}$", "ns per step and point", 1e9)
    features = Features.iid(3, n_columns=999, positional_bits=BITS)
    for name, colour, interval in (("QR at every step", RED, 1), ("every 5 steps", GREEN, 5)):
        times = [per_point(features, L, k, interval) for k in sizes]
        panel.add(name, colour, sizes, times, [sum(total(3, 4, L, k, interval)) for k in sizes], 3)
    return panel


def ensemble(features: Features, L: int, n_points: int) -> Ensemble:
    M = features.n_patterns
    start = Window.paper_beta3() if (L, M) == (4, 3) else Window.random(L, M, seed=0)[0]
    return Ensemble(features, beta=np.linspace(1.24, 1.28, n_points), context=L, windows=[start])


def time_of(network: Ensemble, n_steps: int, k: int, interval: int = 1) -> float:
    """Median time of so many steps."""

    def take() -> None:
        if k:
            network.stretching(n_exponents=k, n_blocks=1, block_length=n_steps, qr_interval=interval)
        else:
            network.advance(n_steps)

    return median(rounds({"": take}, n=5)[""])


def per_point(features: Features, L: int, k: int, interval: int = 1) -> float:
    n_steps = STEPS if k == 0 or k * L < 100 else STEPS // 10
    return time_of(ensemble(features, L, 32), n_steps, k, interval) / n_steps / 32


if __name__ == "__main__":
    main()
