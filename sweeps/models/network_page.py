"""What a page needs to go on with an orbit: the networks of a sweep, and where each point stood at the end."""

import json
import math
from typing import Any

import xarray as xr

from dmfsa import Features
from sweeps.config import Config
from sweeps.models.network import features_of, network_in

LONGEST = 2**15  # steps of an orbit in the page
SHORTEST = 2**9
WORK = 8_000_000  # operations that it may take: some 20 ms in a browser
WINDOWS = 1_000_000  # numbers in the windows of all points at most, 8 MB
NUMBERS = 500_000  # in all networks at most
TRANSCENDENTAL = 20  # operations that an exponential or a hyperbolic tangent is worth


def networks(dataset: xr.Dataset, config: Config) -> dict[str, Any]:
    """Return the networks, which of them each point has, the windows and phases; empty if they are too large.

    Text is JSON; arrays come with the type in which a page holds them.
    """
    if dataset["window"].size > WINDOWS:
        return {}
    each = dataset["core_seconds"]
    choices = [name for name in config.axes if not config.of[name].continuous]
    columns = [dataset[name].broadcast_like(each).transpose(*each.dims).values.ravel().tolist() for name in choices]
    points = list(zip(*columns, strict=True)) if choices else [()] * each.size
    numbers = {values: i for i, values in enumerate(dict.fromkeys(points))}
    made: list[dict[str, Any]] = []
    for values in numbers:
        one = config.at(dict(zip(choices, values, strict=True)))
        made.append(_described(features_of(one), network_in(one).context))
        if sum(one["size"] for one in made) > NUMBERS:
            return {}
    return {
        "networks": json.dumps(made),
        "network": ([numbers[values] for values in points], "u2"),
        "windows": (dataset["window"].values.reshape(len(points), -1), "f8"),
        "ages": dataset.sizes["age"],
        "patterns": dataset.sizes["pattern"],
        "phases": (dataset["clock_phase"].values.ravel(), "i4"),
    }


def _described(features: Features, context: int) -> dict[str, Any]:
    """Return a network as plain numbers, with the number of steps that a page can take of it."""
    M, J = features.n_patterns, len(features.signs)
    table = {} if features.table is None else {"table": features.table.ravel().tolist()}
    work = 5 * J * M + 2 * context * M + TRANSCENDENTAL * (J + context)
    return {
        "M": M,
        "J": J,
        "L": context,
        "P": features.positional_bits,
        "signs": features.signs.ravel().tolist(),
        "coefficients": features.coefficients.ravel().tolist(),
        "positional": features.positional.ravel().tolist(),
        **table,
        "steps": min(LONGEST, max(SHORTEST, 2 ** int(math.log2(WORK / work)))),
        "size": features.signs.size + features.coefficients.size + len(table.get("table", ())),
    }
