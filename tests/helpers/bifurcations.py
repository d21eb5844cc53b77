"""Reference values of bifurcations, two maps for them, and the paper's network on some of its cycles."""

import functools
import json
from pathlib import Path

from attractors import DiscreteMap
from dmfsa import Features, MeanFieldMap, Window

VALUES = {
    value["id"]: value
    for value in json.loads((Path(__file__).parents[1] / "data" / "bifurcations.json").read_text())["values"]
}


def known(name, key):
    """A number of an entry."""
    return float(VALUES[name][key])


def _cubic_step(x, p, out):
    out[0] = p[0] + p[1] * x[0] - x[0] * x[0] * x[0]


def _cubic_jacobian(x, p, out):
    out[0, 0] = p[1] - 3.0 * x[0] * x[0]


def cubic(alpha, b):
    """x' = α + b x - x³: a cusp at (0, 1), degenerate flips at (±16/27, -2/3)."""
    return DiscreteMap(_cubic_step, _cubic_jacobian, [alpha, b], 1)


def _family_step(x, p, out):
    out[0] = p[0] * x[0] * (1.0 - p[1] * x[0] - (1.0 - p[1]) * x[1])
    out[1] = x[0]


def delayed_family(r, s):
    """x' = r x (1 - s x - (1-s) y), y' = x, without a Jacobian: Neimark-Sacker on s = 1 - 1/(r-1)."""
    return DiscreteMap(_family_step, None, [r, s], 2)


def network(beta, gamma=220.0):
    return MeanFieldMap(Features.segments(seed=1), beta=beta, gamma=gamma)


@functools.cache
def on_cycle(beta, n_steps=100_000, seed=None):
    """The end of an orbit of the paper's network, on a cycle that attracts, from the paper's start or a random one."""
    start = Window.paper_beta3() if seed is None else Window.random(4, 3, seed=seed)[0]
    return network(beta).orbit(start, n_steps)[1]
