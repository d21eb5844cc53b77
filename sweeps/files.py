"""Files that are written whole or not at all."""

import contextlib
import os
from collections.abc import Iterator
from pathlib import Path


class StoreError(OSError):
    """Results that cannot be written or read as asked; the message says why and what to do."""


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give the name of a hidden file beside `path`, which takes its place when the body has ended well.

    Raises
    ------
    StoreError
        If it cannot be written. What was there before stays; nothing half-written is left.
    """
    unfinished = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        yield unfinished
        unfinished.replace(path)
    except (OSError, RuntimeError) as error:  # netCDF4 raises the latter on a full disk
        raise StoreError(f"{path} cannot be written: {reason(error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def reason(error: Exception) -> str:
    """Return the system's words without its error number and file name."""
    return str(getattr(error, "strerror", None) or error)
