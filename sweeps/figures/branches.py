"""Figures of attractors and branches of a model: what is drawn is what is seen of it, as in the orbit diagrams."""

from dataclasses import replace
from pathlib import Path

from attractors import Attractors, Branches
from attractors.drawing.continuation import branches_page
from attractors.drawing.multistability import attractors_page
from sweeps.config import Config
from sweeps.figures.sweep import save, symbol_of
from sweeps.models.made import family_of, in_symbols, system_of


def save_attractors(path: Path, found: Attractors, config: Config) -> None:
    """Draw the attractors at one point, and write the figure."""
    family = family_of(config)
    system = system_of(config, family)
    seen = [replace(one, window=family.observe(system, one.window)) for one in found.attractors]
    first = config.model.observable(0).label
    second = config.model.observable(1).label if config.model.n_observables > 1 else f"{first}, a step later"
    page = attractors_page(replace(found, attractors=tuple(seen)), symbols=(first, second), title=in_symbols(config))
    save(page, path)


def save_branches(path: Path, found: Branches, config: Config) -> None:
    """Draw branches along the swept parameter, and write the figure."""
    (name,) = config.axes
    family = family_of(config)
    seen = []
    for branch in found.branches:
        maps = [system_of(config, family, **{name: float(value)}) for value in branch.parameters]
        windows = zip(maps, branch.windows, strict=True)
        seen.append(replace(branch, windows=tuple(family.observe(map_, x) for map_, x in windows)))
    shown = replace(found, branches=tuple(seen))
    symbol = config.model.observable(0).label
    save(branches_page(shown, name=symbol_of(config, name), symbol=symbol, title=config.name), path)
