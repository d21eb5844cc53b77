"""Import paths of version 0.1 in this package, which go on working for one release; see `attractors._moved`."""

from importlib.abc import MetaPathFinder
from importlib.machinery import ModuleSpec
from typing import Any

MOVED = {  # a module of version 0.1: where its names are now
    "report.networks": "models.network_page",
    "finite_points": "models.spins",
    "network": "models.network models.made models.network_features models.spins",
    "config.model": "models.network_config",
    "basins": "run.basins",
    "branch_figures": "figures.branches",
    "claims": "store.claims",
    "column_figures": "figures.column",
    "config.experiment": "config.config",
    "dataset": "store.dataset",
    "earlier": "run.earlier_sweep",
    "experiment": "run.experiment",
    "figure_sizes": "figures.style",
    "finite_figures": "finite.figures",
    "finite_series": "finite.series",
    "finite_tables": "finite.tables",
    "gathering": "store.gathering",
    "identity": "store.identity run.inputs",
    "orbit_figures": "figures.orbits",
    "points": "run.points",
    "progress": "run.progress",
    "provenance": "store.provenance",
    "recordings": "orbit.recordings",
    "refinement": "grid.refinement",
    "regime_figures": "figures.regimes",
    "shards": "store.shards grid.shard",
    "slurm": "cluster.slurm",
    "slurm.commands": "cluster.slurm.commands",
    "slurm.limits": "cluster.slurm.limits cluster.plan",
    "slurm.measure": "cluster.measure",
    "slurm.plan": "cluster.plan",
    "slurm.queue": "cluster.slurm.queue cluster.engine",
    "slurm.record": "cluster.record",
    "slurm.scripts": "cluster.slurm.scripts",
    "slurm.submission": "cluster.submission",
    "status": "run.status",
    "stopping": "run.stopping",
    "switching": "finite.switching",
    "trajectories": "orbit.trajectories",
    "work": "run.shard",
}


class LateFinder(MetaPathFinder):
    """Hands over to `MovedModules` when an old path is asked for: until then nobody waits for `attractors`."""

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> ModuleSpec | None:
        """Return how a module that has moved is loaded; None for any other."""
        if name.removeprefix("sweeps.") not in MOVED:
            return None
        from attractors._moved import MovedModules  # noqa: PLC0415

        return MovedModules("sweeps", MOVED).find_spec(name)
