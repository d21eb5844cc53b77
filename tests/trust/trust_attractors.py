"""What is known about cycles, periods, kinds of motion, and attractors over a parameter."""

import math

import naive_lyapunov
import numpy as np
import systems
from scipy import optimize, stats
from systems import examples
from test_following import SHORT, imperfect
from trust import Quantity
from trust_maps import jacobians

from attractors import (
    Label,
    OrbitDensity,
    classify,
    find_attractors,
    find_period,
    follow_attractors,
    refine_cycle,
)
from dmfsa import Features, MeanFieldMap, Window

CYCLE = Quantity("cycles and their multipliers", "refine_cycle")


@CYCLE.exact("logistic map, r = 3.4: both points and 4 + 2r - r²", "rounding, over a slope of Newton's equation near 1")
def _():
    r = 3.4
    root = math.sqrt((r - 3) * (r + 1))
    cycle = refine_cycle(systems.logistic(r), [(r + 1 + root) / 2 / r + 1e-3], 2)
    found = [*np.sort(cycle.points.ravel()), cycle.multipliers[0].real]
    return found, [(r + 1 - root) / 2 / r, (r + 1 + root) / 2 / r, 4 + 2 * r - r**2], 1e-12


@CYCLE.published("Hénon map: x, y, λ_1, λ_2 of the fixed point, Hénon (1976)", "1 in his last digit, the eighth")
def _():
    cycle = refine_cycle(systems.henon(), [0.63, 0.19], 1)
    return (
        [*cycle.points[0], *np.sort(cycle.multipliers.real)[::-1]],
        [0.63135448, 0.18940634, 0.15594632, -1.92373886],
        1e-8,
    )


@CYCLE.independent("Hénon map, period 7: scipy.optimize.root of F⁷(x) = x", "its tolerance, 10⁻¹², over the slopes")
def _():
    system = systems.henon()
    orbit = system.orbit([0.1, 0.1], 20_000)[0]
    near = orbit[np.argmin(np.linalg.norm(orbit[7:] - orbit[:-7], axis=1))]
    cycle = refine_cycle(system, near, 7)
    found = optimize.root(lambda x: system.orbit(x, 7)[1] - x, near, tol=1e-13)
    product = np.linalg.multi_dot(jacobians(system, found.x, 7)[::-1])
    largest = np.abs(np.linalg.eigvals(product)).max()
    return [*cycle.points[0], abs(cycle.multipliers[0]) / largest], [*found.x, 1.0], 1e-9


PERIOD = Quantity("exact period", "find_period")


@PERIOD.exact("random cycles of 1 … 1,000 samples, repeated", "a whole number")
def _():
    draw = np.random.default_rng(0)
    periods = [1, 2, 7, 28, 133, 1_000]
    return [find_period(np.tile(draw.normal(size=(p, 3)), (4, 1))).period for p in periods], periods, 0


@PERIOD.published("logistic map: 2, 4, 8 before r = 3.5699, 3 at 3.83, 5 at 3.739; May (1976)", "a whole number")
def _():
    rates, periods = (3.2, 3.5, 3.55, 3.83, 3.739), (2, 4, 8, 3, 5)
    return [find_period(systems.logistic(r).orbit([0.3], 6_000)[0][5_000:]).period for r in rates], periods, 0


@PERIOD.independent("every lag tried over every sample, 200 windows with glitches", "a whole number")
def _():
    draw = np.random.default_rng(1)
    windows = [np.resize(draw.integers(0, 3, draw.integers(1, 9)), 45).astype(float)[:, None] for _ in range(200)]
    for window in windows[::2]:
        window[draw.integers(45)] = 1.0
    found, naive = [find_period(x).period for x in windows], [naive_lyapunov.smallest_period(x, 1e-8) for x in windows]
    return [p or 0 for p in found], [p or 0 for p in naive], 0


KIND = Quantity(
    "kind of attractor", "classify", "classify_evidence", independent="no other program names kinds with these rules"
)
KINDS = {
    "fixed point, r = 2.8": (systems.logistic(2.8), [0.3], Label.fixed_point),
    "period 4, r = 3.5": (systems.logistic(3.5), [0.3], Label.periodic),
    "chaos, r = 4": (systems.logistic(4.0), [0.3], Label.chaotic),
    "escape, r = 4.5": (systems.logistic(4.5), [0.3], Label.divergent),
    "rotation": (systems.circle(0.0, systems.GOLDEN), [0.1], Label.quasiperiodic),
    "two rotations": (systems.circle(0.5, 0.3, 2**0.5 - 1), [0.1, 0.2], Label.quasiperiodic),
    "two chaotic maps": (systems.logistic(4.0, 3.9), [0.3, 0.2], Label.hyperchaotic),
}


@KIND.exact(f"maps whose motion is known: {', '.join(KINDS)}", "none may be wrong")
def _():
    found = [classify(system, x, n_transient=2_000, n_steps=20_000).label.code for system, x, _ in KINDS.values()]
    return found, [label.code for *_, label in KINDS.values()], 0


@KIND.published("the paper's network: torus at β = 1.255, period 28 at 1.27, chaos at 1.4", "none may be wrong")
def _():
    found = [
        classify(
            MeanFieldMap(Features.segments(), beta=beta), Window.paper_beta3(), n_transient=100_000, n_steps=75_000
        )
        for beta in (1.255, 1.27, 1.4)
    ]
    labels = (Label.quasiperiodic, Label.periodic, Label.chaotic)
    return [*(x.label.code for x in found), found[1].period], [*(x.code for x in labels), 28], 0


DENSITY = Quantity("density of an orbit", "OrbitDensity", published="invariant densities are exact, or figures")


@DENSITY.exact("logistic map, r = 4: 1/(π √(x(1-x))), 20 bins, 200 starts", "3.7 se of their mean: 20 bins")
def _():
    starts = np.random.default_rng(0).random(200)
    orbits = examples.logistic(np.full(200, 4.0)).orbit(starts, 2_000)[0]
    density = OrbitDensity(200, n_bins=20, low=0.0, high=1.0)
    density(orbits[:, None, :])
    share = density.counts / 2_000
    exact = np.diff(2 / math.pi * np.arcsin(np.sqrt(np.linspace(0.0, 1.0, 21))))
    return share.mean(axis=0), exact, 3.7 * share.std(axis=0, ddof=1) / math.sqrt(200)


@DENSITY.independent("np.histogram", "the same counts")
def _():
    orbits = np.random.default_rng(1).uniform(0.0, 1.0, (500, 2, 3))
    density = OrbitDensity(3, n_bins=13, low=0.0, high=1.0, component=1)
    density(orbits)
    return density.counts, [np.histogram(x, bins=13, range=(0.0, 1.0))[0] for x in orbits[:, 1].T], 0


ALL = Quantity("all attractors, and their shares of starts", "find_attractors", "distinguish_attractors")
RUN = {"n_transient": 400, "n_steps": 320, "n_window": 240}


@ALL.exact("x' = x + (x-1)(2-x)(x-4/3) on [1, 2]: 2 has 2/3 of an even grid, 1 has 1/3", "the same numbers")
def _():
    found = find_attractors(systems.bistable(4.0 / 3.0), 1.0 + (np.arange(60)[:, None] + 0.5) / 60, **RUN)
    return [x for one in found.attractors for x in (one.window[-1, 0].round(9), one.share)], [2.0, 2 / 3, 1.0, 1 / 3], 0


@ALL.published(
    "Hénon map, a = 1.07: a strange attractor beside a period 6; Grebogi, Ott, Yorke (1983)", "none may be wrong"
)
def _():
    starts = np.random.default_rng(0).uniform([-1.0, -0.3], [1.0, 0.3], (40, 2))
    found = find_attractors(examples.henon(1.07), starts, n_transient=4_000, n_steps=6_400, n_window=2_048)
    kinds = sorted((one.label.code, one.period or 0) for one in found.attractors if one.label is not Label.divergent)
    return kinds, [(Label.periodic.code, 6), (Label.chaotic.code, 0)], 0


@ALL.independent(
    "x' = 1.5 x - x³: signs after 400 steps by NumPy; intervals by scipy.stats.binomtest", "rounding of the intervals"
)
def _():
    starts = np.random.default_rng(1).uniform(-1.5, 1.5, (80, 1))
    found, x = find_attractors(systems.cubic(1.5), starts, **RUN), starts.copy()
    for _ in range(400):
        x = 1.5 * x - x**3
    counts = sorted((int((x > 0).sum()), int((x < 0).sum())), reverse=True)
    intervals = [stats.binomtest(k, 80).proportion_ci(0.95) for k in counts]
    ours = [[len(one.starts), *one.interval] for one in found.attractors]
    return ours, [[k, *ci] for k, ci in zip(counts, intervals, strict=True)], 1e-9


BRANCHES = Quantity(
    "branches over a parameter",
    "follow_attractors",
    published="the folds of this map are on paper; those of others in figures",
)


@BRANCHES.exact(
    "x' = x + (r + x - x³)/5: both folds at |r| = 2/√27", "0.01, a fifth of the grid: estimates are extrapolated"
)
def _():
    lower, upper = follow_attractors(imperfect, np.linspace(-0.5, 0.5, 21), [[0.01], [0.5], [1.5]], **SHORT).branches
    return [lower.ends.estimate, upper.begins.estimate], [2 / math.sqrt(27), -2 / math.sqrt(27)], 0.01


@BRANCHES.independent(
    "the slow way up and down, by NumPy: the last state at each r", "10⁻⁶, of an approach in 600 steps"
)
def _():
    values = np.linspace(-0.5, 0.5, 21)
    found = follow_attractors(imperfect, values, [[0.01], [0.5], [1.5]], **SHORT)
    ways = []
    for number, order in ((found.up, range(21)), (found.down, range(20, -1, -1))):
        x = float(np.sign(values[order[0]]))
        for i in order:
            for _ in range(2_000):
                x += (values[i] + x - x**3) / 5
            branch = found.branches[number[i]]
            at = int(np.argmin(np.abs(branch.parameters - values[i])))
            ways.append(branch.windows[at][-1, 0] - x)
    return ways, 0.0, 1e-6
