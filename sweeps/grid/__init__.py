"""Points have numbers: the axes of a sweep, chains of a continuation, shards, rounds of a refinement."""

from attractors._moved import names_from
from sweeps.grid.axes import DIRECTIONS, NUMBERED, Grid, Refined, grid_of
from sweeps.grid.chains import Chains

__all__ = ["DIRECTIONS", "NUMBERED", "Chains", "Grid", "Refined", "grid_of"]

__getattr__ = names_from(__name__, "sweeps.grid.axes", "sweeps.arrays", "sweeps.grid.chains")
