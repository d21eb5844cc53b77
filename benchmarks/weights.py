"""Networks by design and by their weights: how few spins hold a designed cycle, and what one bit a weight costs.

Takes some minutes. `lost` counts steps at which the attention is nearest to another point of the cycle than the one
that the clock asks for.
"""

from pathlib import Path

import numpy as np
from matplotlib.figure import Figure
from timing import table

from attractors.multistability.basin_shares import share_interval
from dmfsa import Ensemble, Features, FiniteNetwork, MeanFieldMap, Window

HERE = Path(__file__).parent
COLOURS = {"binary": "#0072B2", "ternary": "#D55E00", "gaussian": "#009E73"}  # of Okabe and Ito
SPINS = [4, 8, 16, 32, 48, 64, 96, 128, 192, 256, 512, 1024]
LARGE, LONG = 10**6, 100_000
BETAS = np.linspace(0.5, 6.0, 12)
SEEDS = range(1, 201)
SCALE = 0.5  # of the correlations
BLOCKS, BLOCK = 20, 1_000
LEAST = 1e-3  # per step: what grows more slowly is not called chaos here


def main() -> None:
    figure = Figure(figsize=(7.0, 3.0), layout="constrained")
    left, right = figure.subplots(1, 2)
    spins_panel(left)
    weights_panel(right)
    figure.savefig(HERE / "weights.png", dpi=200)
    print("Figure: benchmarks/weights.png.")


def spins_panel(axes) -> None:
    features = Features.slots("loop4")
    rows = []
    for beta, colour in ((1.0, "#0072B2"), (2.0, "#D55E00")):
        limit = MeanFieldMap(features, beta=beta, gamma=200.0, epsilon=0.5)
        start = limit.trajectory(features.start_from_slot(0), 400).end
        cycle = limit.orbit(start, 4)[0]
        lost = [steps_lost(limit, start, cycle, n_spins) for n_spins in SPINS]
        shares = np.array([found / n for found, n, _ in lost])
        bounds = np.array([share_interval(found, n) for found, n, _ in lost])
        axes.errorbar(SPINS, shares, abs(bounds.T - shares), color=colour, fmt="o-", ms=3, lw=1, label=f"β = {beta:g}")
        found, n, away = steps_lost(limit, start, cycle, LARGE, LONG)
        last = next((N for N, (count, _, _) in zip(SPINS[::-1], lost[::-1], strict=True) if count), 0)
        rows.append([f"{beta:g}", f"{found} of {n:,}", f"{away:.2g}", str(last), f"{lost[0][0] / lost[0][1]:.3f}"])
    axes.set(xscale="log", yscale="symlog", xlabel="spins $N$", ylabel="share of steps off the cycle", ylim=(0, 0.5))
    axes.set_yscale("symlog", linthresh=1e-5)
    axes.legend(frameon=False)
    titles = [
        "β",
        f"steps lost at N = 10⁶, {LONG:,} steps",
        "farthest from the cycle",
        "largest N that loses any",
        "share at N = 4",
    ]
    table(
        "The designed cycle 1, 2, 1, 0 in finite networks; ε = 0.5, G = 100, 20 replicas of 20,000 steps", titles, rows
    )


def steps_lost(limit, start, cycle, n_spins, n_steps=20_000) -> tuple[int, int, float]:
    """Steps at which another point of the cycle is nearer, all steps, and the farthest from the right one."""
    network = FiniteNetwork(limit.features, n_spins, beta=limit.beta, gamma=limit.gamma, epsilon=limit.epsilon, seed=1)
    replicas = network.replicas(start, 1 if n_steps == LONG else 20)
    lost, away = 0, 0.0
    for first in range(0, n_steps, 2_000):
        found = replicas.advance(2_000, n_kept=2_000).attention
        distance = np.linalg.norm(found[:, :, None] - cycle, axis=-1)
        due = np.arange(first, first + 2_000) % 4
        lost += int((distance.argmin(axis=2) != due[:, None]).sum())
        away = max(away, float(distance[np.arange(2_000), :, due].max()))
    return lost, n_steps * replicas.n_replicas, away


def weights_panel(axes) -> None:
    rows = []
    for place, (weights, colour) in enumerate(COLOURS.items()):
        chaotic = np.array([is_chaotic(Features.gaussian(scale=SCALE, seed=s, weights=weights)) for s in SEEDS])
        counts = chaotic.sum(axis=0)
        shares = counts / len(SEEDS)
        bounds = np.array([share_interval(int(count), len(SEEDS)) for count in counts])
        aside = BETAS + 0.08 * (place - 1)
        axes.errorbar(aside, shares, abs(bounds.T - shares), color=colour, fmt="o-", ms=3, lw=1, label=weights)
        top = int(shares.argmax())
        rows.append([weights, f"{shares[top]:.3f}", f"{BETAS[top]:g}", *(f"{x:.3f}" for x in shares[[1, 3, 6, 9, 11]])])
    axes.set(xlabel="β", ylabel="share of chaotic seeds", ylim=(0, None))
    axes.legend(frameon=False)
    at = [f"at β = {BETAS[i]:g}" for i in (1, 3, 6, 9, 11)]
    title = (
        f"Share of chaotic seeds at equal correlations of scale {SCALE}; {len(SEEDS)} seeds, M = 3, γ = 220, ε = 0.02"
    )
    table(title, ["weights", "largest", "at β", *at], rows)


def is_chaotic(features) -> np.ndarray:
    """Whether the largest exponent, minus 3 standard errors over blocks, is above the least, for every β."""
    points = Ensemble(features, beta=BETAS, windows=Window.random(4, features.n_patterns, seed=0))
    points.advance(10_000)
    found = points.stretching(n_exponents=1, n_blocks=BLOCKS, block_length=BLOCK, n_settle=100)
    rates = found.log_factors[..., 0] / BLOCK
    return rates.mean(axis=1) - 3 * rates.std(axis=1) / BLOCKS**0.5 > LEAST


if __name__ == "__main__":
    main()
