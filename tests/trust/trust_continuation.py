"""What is known about where cycles change along parameters."""

import math

import numpy as np
import systems
from bifurcations import VALUES, cubic, known, network, on_cycle
from test_all_cycles import lift
from trust import Quantity

from attractors import (
    Kind,
    all_cycles,
    continue_bifurcation,
    continue_cycle,
    devils_staircase,
    feigenbaum_ratios,
    follow_cascade,
    switch_branch,
)

NOT_PRINTED = "published digits are fewer than those of the exact values"
POINTS = Quantity("bifurcations of cycles, and their normal forms", "continue_cycle", published=NOT_PRINTED)


@POINTS.exact("Hénon map, b = 0.3: fold -(1-b)²/4, flip 3(1-b)²/4", "rounding")
def _():
    branch = continue_cycle(systems.henon(0.2), [0.8, 0.2], 1, 0, (-0.2, 0.6), confirm=False)
    return [point.parameter for point in branch.bifurcations], [-0.1225, 0.3675], 1e-13


@POINTS.independent("the paper's network, period 4: β, θ, l1 of Neimark-Sacker with mpmath, 30 digits", "rounding")
def _():
    branch = continue_cycle(network(1.2434), on_cycle(1.2434), 4, "beta", (1.23, 1.26), confirm=False)
    (point,) = branch.bifurcations
    expected = [known("network period 4 NS", key) for key in ("beta", "theta", "l1")]
    return [point.parameter, point.angle, point.coefficient], expected, [1e-13, 1e-12, 1e-9]


SWITCHED = Quantity("branches at a flip or branch point", "switch_branch", published=NOT_PRINTED)


@SWITCHED.exact("logistic map: distance of the 2-cycle's points, √((r+1)(r-3)) / r", "rounding, over its slope")
def _():
    flip = continue_cycle(systems.logistic(2.5), [0.6], 1, 0, (2.0, 3.4), confirm=False).bifurcations[0]
    (branch,) = switch_branch(systems.logistic(2.5), flip, 0, (2.0, 3.4))
    r = branch.parameters
    return np.abs(branch.points[:, 0, 0] - branch.points[:, 1, 0]), np.sqrt((r + 1.0) * (r - 3.0)) / r, 1e-8


@SWITCHED.independent("logistic map: orbits of 20,000 steps at three rates", "the orbit's own distance from the cycle")
def _():
    flip = continue_cycle(systems.logistic(2.5), [0.6], 1, 0, (2.0, 3.4), confirm=False).bifurcations[0]
    (branch,) = switch_branch(systems.logistic(2.5), flip, 0, (2.0, 3.4))
    places = [len(branch.parameters) // k for k in (2, 3, 4)]
    orbits = [systems.logistic(branch.parameters[i]).orbit([0.3], 20_000)[0][-2:] for i in places]
    return np.sort(branch.points[places, :, 0]), [np.sort(x[:, 0]) for x in orbits], 1e-8


CASCADE = Quantity("period-doubling cascades", "follow_cascade", published=NOT_PRINTED)
RATES = {v["period"]: float(v["r"]) for name, v in VALUES.items() if name.startswith("logistic flip")}


@CASCADE.exact("logistic map: flips at 3 and 1 + √6", "rounding")
def _():
    cascade = follow_cascade(systems.logistic(2.5), [0.6], 1, 0, (2.0, 4.0), max_period=2)
    return [flip.parameter for flip in cascade.flips], [3.0, 1.0 + math.sqrt(6.0)], 1e-13


@CASCADE.independent("logistic map: flips of periods 1 to 32 with mpmath, 30 digits", "rounding, over the slope of μ")
def _():
    cascade = follow_cascade(systems.logistic(2.5), [0.6], 1, 0, (2.0, 4.0), max_period=32)
    return [flip.parameter for flip in cascade.flips], [RATES[flip.period] for flip in cascade.flips], 1e-13


RATIOS = Quantity("Feigenbaum's numbers", "feigenbaum_ratios", exact="none is known in closed form")


@RATIOS.published("δ = 4.669201609102990, α = -2.502907875095892; Briggs (1991)", "1e-8 is asked for")
def _():
    found = feigenbaum_ratios(systems.logistic(3.0), 0.5, 0, (1.5, 3.6))
    return [found.delta, found.alpha], [4.669201609102990, -2.502907875095892], 1e-8


@RATIOS.independent("logistic map: superstable rates with mpmath", "rounding")
def _():
    found = feigenbaum_ratios(systems.logistic(3.0), 0.5, 0, (1.5, 3.6))
    known_rates = {v["period"]: float(v["r"]) for v in VALUES.values() if v.get("type") == "superstable"}
    places = [int(math.log2(period)) for period in known_rates if period <= 4096]
    rates = [rate for period, rate in known_rates.items() if period <= 4096]
    return found.parameters[places], rates, 1e-14


ALL = Quantity("all cycles up to a period", "all_cycles", published="counts are those of the exact values")


@ALL.exact("logistic map, r = 4: 2, 1, 2, 3 cycles; its fixed points 0 and 3/4", "whole numbers; rounding")
def _():
    found = all_cycles(systems.logistic(4.0), [(-0.1, 1.1)], 4, n_starts=100)
    fixed = np.sort([points[0, 0] for points in found.points if len(points) == 1])
    return [*found.counts, *fixed], [2, 1, 2, 3, 0.0, 0.75], 1e-12


@ALL.independent("Hénon map, a = 6: from sign sequences, periods 1 to 6", "whole numbers")
def _():
    found = all_cycles(systems.henon(6.0), [(-2.0, 2.0), (-0.6, 0.6)], 6, n_starts=100)
    return found.counts, VALUES["henon number of prime cycles of period 1..8 at a=6, b=0.3"]["counts"][:6], 0


CURVES = Quantity("bifurcations over two parameters", "continue_bifurcation", "resonant_points", published=NOT_PRINTED)


@CURVES.exact("cusp (0, 1) of α + bx - x³", "rounding; no Jacobian")
def _():
    found = continue_cycle(cubic(0.0, 2.0), [1.0], 1, 0, (-1.0, 1.0), confirm=False).bifurcations
    fold = next(point for point in found if point.kind is Kind.LP)
    (cusp,) = continue_bifurcation(cubic(0.0, 2.0), fold, (0, 1), ((-1.0, 1.0), (0.5, 2.1))).special
    return cusp.parameters, [0.0, 1.0], 1e-9


@CURVES.independent("the paper's network: R4 of its torus, AUTO-07p and Newton's method", "1e-9 of γ")
def _():
    point = continue_cycle(network(1.2434), on_cycle(1.2434), 4, "beta", (1.23, 1.26), confirm=False).bifurcations[0]
    curve = continue_bifurcation(network(1.2434), point, ("beta", "gamma"), ((1.2, 1.3), (100.0, 600.0)))
    (resonance,) = curve.special
    return resonance.parameters, [1.240215743218, 495.079882570], [1e-9, 5e-7]


STAIRS = Quantity("plateaus of the rotation number", "devils_staircase", published=NOT_PRINTED)


@STAIRS.exact("circle map, K = 0.9: the plateau of 0 is ±K/2π", "rounding")
def _():
    found = devils_staircase(lift(0.0, 0.9), 0, (-0.2, 0.2), max_order=1)
    return found.edges[0], np.array([-1, 1]) * 0.9 / 2 / np.pi, 1e-14


@STAIRS.independent("circle map, K = 0.9: edges of 1/3 and 1/2 with mpmath, 30 digits", "rounding")
def _():
    found = devils_staircase(lift(0.3, 0.9), 0, (0.25, 0.55), max_order=3)
    rows = list(zip(found.numerators, found.denominators, strict=True))
    edges = [found.edges[rows.index(fraction)] for fraction in ((1, 3), (1, 2))]
    names = ("circle K=0.9 1/3", "circle K=0.9 1/2")
    return edges, [[known(name, "W_low"), known(name, "W_high")] for name in names], 1e-13
