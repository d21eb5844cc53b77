"""What a sweep leaves on disk: shards while it runs, one dataset at its end, and who works on it."""

from attractors._moved import names_from
from sweeps.store.folder import SweepFolder, open_sweep

__all__ = ["SweepFolder", "open_sweep"]

__getattr__ = names_from(__name__, "sweeps.store.folder")
