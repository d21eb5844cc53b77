"""Files that are written whole or not at all."""

import contextlib
import os
import platform
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

FORGOTTEN = 86_400.0  # seconds after which an unfinished file of another machine is taken for abandoned


class StoreError(OSError):
    """Results that cannot be written or read as asked; the message says why and what to do."""


@contextlib.contextmanager
def written_whole(path: Path) -> Iterator[Path]:
    """Give the name of a hidden file beside `path`, which takes its place when the body has ended well.

    The name is this process's own on whatever machine, so two writers of one file do not disturb each other: the last
    one stays. The file is on the disk before it is renamed; what a file server has no room for is told here.

    Raises
    ------
    StoreError
        If it cannot be written. What was there before stays; nothing half-written is left.
    """
    unfinished = path.with_name(f".{path.name}~{platform.node()}~{os.getpid()}~{secrets.token_hex(4)}")
    try:
        yield unfinished
        with unfinished.open("rb") as file:
            os.fsync(file.fileno())
        unfinished.replace(path)
    except (OSError, RuntimeError) as error:  # netCDF4 raises the latter on a full disk
        raise StoreError(f"{path} cannot be written: {reason(error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def remove_abandoned(folder: Path) -> None:
    """Remove what killed processes left unfinished in a folder; files of processes that may be alive stay."""
    with contextlib.suppress(OSError):
        for path in folder.glob(".*~*~*~*"):
            with contextlib.suppress(OSError, ValueError):
                _, host, pid, _ = path.name.rsplit("~", 3)
                if not alive(host, int(pid)) or time.time() - path.stat().st_mtime > FORGOTTEN:
                    path.unlink()


def alive(host: str, pid: int) -> bool:
    """Whether a process may still run: of other machines one cannot know."""
    if host != platform.node():
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # another user's
        return True
    return True


def reason(error: Exception) -> str:
    """Return the system's words without its error number and file name."""
    return str(getattr(error, "strerror", None) or error)
