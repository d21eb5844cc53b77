"""The points of a sweep are run: on this machine's cores, or a share of them as a task."""

from attractors._moved import names_from
from sweeps.run.local import Outcome, cores, folder_of, n_kept, run_shards, run_sweep, run_task

__all__ = ["Outcome", "cores", "folder_of", "n_kept", "run_shards", "run_sweep", "run_task"]

__getattr__ = names_from(__name__, "sweeps.run.local")
