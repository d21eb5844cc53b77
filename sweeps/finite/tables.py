"""What `dmfsa finite` found, as tables and as one document."""

import csv
import io
import math
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from attractors.results import plain
from sweeps.files import written_whole
from sweeps.finite.comparison import Point
from sweeps.finite.series import Seen

Row = Sequence[object]


def tables(points: Sequence[Point]) -> dict[str, list[Row]]:
    """Return the tables that have something to say, by name; the first row of each has the names of the columns."""
    found: dict[str, list[Row]] = {}
    for name, (header, rows) in TABLES.items():
        body = [[*point.parameters.values(), *row] for point in points for row in rows(point)]
        if body:
            found[name] = [[*points[0].parameters, *header], *body]
    return found


def write_tables(points: Sequence[Point], folder: Path) -> list[Path]:
    """Write every table as CSV, each whole and renamed; return the files."""
    files = []
    for name, rows in tables(points).items():
        text = io.StringIO()
        csv.writer(text, lineterminator="\n").writerows(rows)
        files.append(folder / f"{name}.csv")
        with written_whole(files[-1]) as unfinished:
            unfinished.write_text(text.getvalue(), encoding="utf-8")
    return files


def document(points: Sequence[Point]) -> dict[str, Any]:
    """Return all tables and what was fitted to them, for JSON."""
    return {
        "points": [
            {
                **point.parameters,
                "label": point.label,
                "lyapunov_exponent": plain(np.array(point.leading_exponent)),
                "slope_of_error": plain(np.array(point.slope_of_error())),
                "linear_from": point.linear_from(),
                "label_kept_from": point.label_kept_from(),
                "slope_of_leaving": plain(np.array(point.slope_of_leaving())),
                "slope_of_leaving_predicted": plain(_predicted_slope(point)),
                "attractors": list(point.switching.attractors) if point.switching else [],
            }
            for point in points
        ],
        "tables": {
            name: [dict(zip(rows[0], map(plain, row), strict=True)) for row in rows[1:]]
            for name, rows in tables(points).items()
        },
    }


def _predicted_slope(point: Point) -> float:
    exponent, _ = point.leading_exponent
    return 1.0 / (2.0 * exponent) if point.answer.label.is_chaos else math.nan


def _error(point: Point) -> Iterable[Row]:
    found = point.networks
    return zip(map(int, found.n_spins), found.error, found.error_standard_error, found.error_predicted, strict=True)


def _spread(point: Point) -> Iterable[Row]:
    found = point.networks
    for i, n_spins in enumerate(found.n_spins):
        for t, predicted in enumerate(found.spread_predicted):
            yield int(n_spins), t, found.spread[i, t], predicted


def _trajectories(point: Point) -> Iterable[Row]:
    found = point.networks
    for i, n_spins in enumerate(found.n_spins):
        for t, limit in enumerate(found.limit):
            yield int(n_spins), t, limit, found.mean[i, t], found.deviation[i, t]


def _leaving(point: Point) -> Iterable[Row]:
    found = point.networks
    return zip(map(int, found.n_spins), found.left, found.leaving, found.leaving_standard_error, strict=True)


def _labels(point: Point) -> Iterable[Row]:
    for n_spins, labels in zip(point.networks.n_spins, point.networks.labels, strict=True):
        yield int(n_spins), point.label, labels.count(point.label), len(labels), "; ".join(labels)


def _switching(point: Point) -> Iterable[Row]:
    found = point.switching
    if found is None or len(found.attractors) < 2:
        return
    for i, n_spins in enumerate(found.n_spins):
        for a, name in enumerate(found.attractors):
            others = [f"{other} {found.to[i, a, b]:.0%}" for b, other in enumerate(found.attractors) if b != a]
            to = "; ".join(others) if found.n_left[i, a] else ""
            rates = found.rate[i, a], found.low[i, a], found.high[i, a]
            counts = int(found.n_left[i, a]), found.steps[i, a]
            yield int(n_spins), f"{a}: {name}", *counts, *rates, found.status[i][a].name.lower(), to


def _analyses(point: Point) -> Iterable[Row]:
    for n_spins, one in point.networks.series.items():
        yield (n_spins or "mean field", *_of_series(one))


def _of_series(one: Seen) -> Row:
    return (
        one.quick.status.name.lower(),
        one.quick.spectrum.line_share[0],
        one.quick.growth.growth[0],
        one.quick.average.digits[0],
        one.quick.torus.status.name.lower(),
        one.dimension.value,
        one.dimension.standard_error,
        one.dimension.status.name.lower(),
        one.entropy.value,
        one.exponent.exponents[0],
        one.exponent.status.name.lower(),
    )


TABLES: dict[str, tuple[tuple[str, ...], Callable[[Point], Iterable[Row]]]] = {
    "trajectories": (("n_spins", "step", "mean_field", "mean", "standard_deviation"), _trajectories),
    "error": (("n_spins", "error", "standard_error", "predicted"), _error),
    "spread": (("n_spins", "step", "spread", "predicted"), _spread),
    "leaving": (("n_spins", "share_left", "steps", "standard_error"), _leaving),
    "labels": (("n_spins", "mean_field", "n_same", "n_replicas", "labels"), _labels),
    "switching": (
        ("n_spins", "attractor", "n_left", "steps", "rate", "rate_low", "rate_high", "status", "to"),
        _switching,
    ),
    "analyses": (
        (
            "n_spins",
            "status",
            "line_share",
            "growth_0_1",
            "birkhoff_digits",
            "torus",
            "correlation_dimension",
            "standard_error",
            "dimension_status",
            "sample_entropy",
            "exponent_of_series",
            "exponent_status",
        ),
        _analyses,
    ),
}
