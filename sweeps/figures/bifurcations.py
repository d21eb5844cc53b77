"""The figure of bifurcations: branches of cycles, stable and unstable, over the orbit diagram."""

from pathlib import Path

import numpy as np

from attractors.drawing.cycles import bifurcations_page
from sweeps.bifurcations import Bifurcations
from sweeps.config import Config
from sweeps.figures.sweep import save, symbol_of
from sweeps.models.made import family_of, system_of


def save_bifurcations(path: Path, found: Bifurcations, config: Config) -> None:
    """Draw what is seen of the model's cycles and orbits, and write the figure."""
    family = family_of(config)

    def seen(value: float, samples: np.ndarray) -> np.ndarray:
        system = system_of(config, family, **{found.name: float(value)})
        return np.asarray(family.observe(system, samples)[:, 0])

    heights = [
        np.array([seen(value, points) for value, points in zip(branch.parameters, branch.points, strict=True)])
        for branch in found.branches
    ]
    rows = np.array([seen(value, samples) for value, samples in zip(found.values, found.samples, strict=True)])
    orbit = np.repeat(found.values, rows.shape[1]), rows.ravel()
    name, symbol = symbol_of(config, found.name), config.model.observable(0).label
    page = bifurcations_page(found.branches, heights, orbit=orbit, name=name, symbol=symbol, title=config.name)
    save(page, path)
