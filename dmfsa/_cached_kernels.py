"""Compiled code on disk, once per machine: many processes may want it at once, and an edit never finds an old one."""

import functools
import hashlib
import os
import threading
from pathlib import Path
from typing import Any

import llvmlite.binding
import numba
import numpy as np
from filelock import FileLock
from numba import config, njit

from dmfsa._elementary_kernels import OPTIONS

# all that goes into the compiled code
SOURCES = "_kernels.py", "_elementary_kernels.py", "_lanes.py", "_arguments.py", "roles.py"
LOCK = threading.Lock()  # numba's setting for the cache's folder is one for all threads


@functools.cache
def cache_folder() -> Path | None:
    """Folder for compiled code of this very source, these versions and this kind of processor; None if not writable.

    numba itself notices only edits that change a file's date or size, and its index can mix up variants that
    several processes write at once: hence a folder for each source and (in `cached`) for each variant.
    """
    processor = llvmlite.binding.get_host_cpu_name(), llvmlite.binding.get_host_cpu_features().flatten()
    versions = numba.__version__, llvmlite.__version__, np.__version__, *processor
    source = b"".join(Path(__file__).with_name(name).read_bytes() for name in SOURCES)
    key = hashlib.sha256(source + repr(versions).encode()).hexdigest()[:16]
    home = os.environ.get("NUMBA_CACHE_DIR") or Path(os.environ.get("XDG_CACHE_HOME") or "~/.cache", "dmfsa")
    try:
        folder = Path(home, key).expanduser()
        folder.mkdir(parents=True, exist_ok=True)
    except (OSError, RuntimeError):
        return None
    return folder if os.access(folder, os.W_OK) else None


def cached(function: Any, signature: Any, variant: str) -> Any:
    """Compile a function of this signature, or take it from the folder of its variant. The caller holds `LOCK`."""
    folder = cache_folder()
    if folder is None or config.DISABLE_JIT:
        return njit(signature, nogil=True, **OPTIONS)(function)
    usual, config.CACHE_DIR = config.CACHE_DIR, str(folder / variant)
    try:
        with FileLock(f"{folder / variant}.lock"):  # of processes that start at once one compiles, the others wait
            return njit(signature, nogil=True, cache=True, **OPTIONS)(function)
    finally:
        config.CACHE_DIR = usual
