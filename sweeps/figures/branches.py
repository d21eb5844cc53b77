"""Figures of attractors and branches of the network: what is drawn is the semantic m^o, as in the orbit diagrams."""

from dataclasses import replace
from pathlib import Path

from attractors import Attractors, Branches
from attractors.drawing.continuation import branches_page
from attractors.drawing.multistability import attractors_page
from sweeps.config import Config
from sweeps.figures.sweep import SYMBOLS, save
from sweeps.network import features_of, map_of

M_O = (r"$m^o_1$, semantic", r"$m^o_2$, semantic")


def save_attractors(path: Path, found: Attractors, config: Config) -> None:
    """Draw the attractors at one point, and write the figure."""
    network = map_of(config)
    seen = [replace(one, window=network.semantic_output(one.window)) for one in found.attractors]
    title = rf"$\beta$ = {network.beta:g}"
    save(attractors_page(replace(found, attractors=tuple(seen)), symbols=M_O, title=title), path)


def save_branches(path: Path, found: Branches, config: Config) -> None:
    """Draw branches along the swept parameter, and write the figure."""
    (name,) = config.axes
    features = features_of(config)
    seen = []
    for branch in found.branches:
        maps = [map_of(config, features, **{name: float(value)}) for value in branch.parameters]
        windows = zip(maps, branch.windows, strict=True)
        seen.append(replace(branch, windows=tuple(map_.semantic_output(x) for map_, x in windows)))
    page = branches_page(replace(found, branches=tuple(seen)), name=SYMBOLS[name], symbol=M_O[0], title=config.name)
    save(page, path)
