"""What a sweep leaves on disk: shards while it runs, one dataset at its end, and who works on it."""

from sweeps.store.folder import SweepFolder, open_sweep

__all__ = ["SweepFolder", "open_sweep"]
