"""Information and entropy production against β, over many networks: percentiles, tables, and what was published."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from importlib import resources
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.results import plain
from sweeps.config.blanket import Couplings
from sweeps.files import written_whole

PERCENTILES = (5, 25, 50, 75, 95)
QUANTITIES = ("information", "entropy_production")


@dataclass(frozen=True, eq=False)
class Curves:
    """Percentiles over networks, against β.

    Attributes
    ----------
    parameters : dict of str to float
        Of all these networks.
    beta : array, shape (n,)
    information, entropy_production : arrays, shape (5, n)
        Percentiles 5, 25, 50, 75 and 95; nats, and nats per step.
    n_networks : int
    """

    parameters: dict[str, float]
    beta: FloatArray
    information: FloatArray
    entropy_production: FloatArray
    n_networks: int

    @property
    def title(self) -> str:
        """Parameters in words."""
        return ", ".join(f"{name} = {value:g}" for name, value in self.parameters.items())


def curves_of(parameters: dict[str, float], beta: FloatArray, found: npt.ArrayLike) -> Curves:
    """Take percentiles of information and entropy production of networks, (n, 2, n_networks)."""
    values = np.asarray(found, dtype=np.float64)
    information, production = np.percentile(values, PERCENTILES, axis=2).transpose(2, 0, 1)
    return Curves(parameters, beta, information, production, values.shape[2])


def published(case: Couplings) -> Curves | None:
    """Return the published curves of a case; None where there are none."""
    text = resources.files("sweeps.blanket").joinpath("published_ising.csv").read_text(encoding="utf-8")
    rows = csv.DictReader(line for line in text.splitlines() if not line.startswith("#"))
    here = [row for row in rows if (float(row["j0"]), float(row["dj"])) == (case.j0, case.dj)]
    if not here:
        return None
    information, production = (
        np.array([[float(row[f"{name}_{p}"]) for row in here] for p in PERCENTILES]) for name in QUANTITIES
    )
    beta = np.array([float(row["beta"]) for row in here])
    return Curves({"j0": case.j0, "dj": case.dj}, beta, information, production, 10_000)


def write_table(curves: Sequence[Curves], path: Path) -> Path:
    """Write all curves as one CSV file, a row for each β of each."""
    text = io.StringIO()
    table = csv.writer(text, lineterminator="\n")
    table.writerow(
        [*curves[0].parameters, "beta", "n_networks", *(f"{name}_{p}" for name in QUANTITIES for p in PERCENTILES)]
    )
    for one in curves:
        for i, beta in enumerate(one.beta):
            numbers = [*one.information[:, i], *one.entropy_production[:, i]]
            table.writerow([*one.parameters.values(), beta, one.n_networks, *(f"{x:.9g}" for x in numbers)])
    with written_whole(path) as unfinished:
        unfinished.write_text(text.getvalue(), encoding="utf-8")
    return path


def document(curves: Sequence[Curves]) -> dict[str, Any]:
    """Return all curves for JSON, every percentile by its name."""
    return {
        "percentiles": list(PERCENTILES),
        "curves": [
            {
                **one.parameters,
                "n_networks": one.n_networks,
                "beta": one.beta.tolist(),
                "information_nats": [[plain(float(x)) for x in row] for row in one.information],
                "entropy_production_nats_per_step": [[plain(float(x)) for x in row] for row in one.entropy_production],
            }
            for one in curves
        ],
    }
