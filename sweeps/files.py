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
    with _hidden(path) as unfinished:
        yield unfinished
        _put_on_disk(unfinished)
        unfinished.replace(path)


def write_first(path: Path, text: str) -> None:
    """Write a file whole unless there is one: of many who do so at the same moment, the first one's text stays.

    Raises
    ------
    StoreError
        If it cannot be written.
    """
    with _hidden(path) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
        _put_on_disk(unfinished)
        try:
            os.link(unfinished, path)
        except FileExistsError:
            pass
        except OSError:  # a file system without hard links
            if not path.exists():
                unfinished.replace(path)


@contextlib.contextmanager
def _hidden(path: Path) -> Iterator[Path]:
    """Give a name of its own for what is to become `path`; nothing of that name is left."""
    unfinished = path.with_name(f".{path.name}~{platform.node()}~{os.getpid()}~{secrets.token_hex(4)}")
    try:
        yield unfinished
    except (OSError, RuntimeError) as error:
        raise StoreError(f"{path} cannot be written: {_true_reason(unfinished, error)}.") from error
    finally:
        with contextlib.suppress(OSError):
            unfinished.unlink()


def _true_reason(path: Path, error: Exception) -> str:
    """Return why a file cannot be written; netCDF says "Permission denied" or "HDF error" of a full disk, too."""
    if isinstance(error, PermissionError | RuntimeError):
        try:
            with path.open("ab") as file:
                file.write(bytes(65_536))
        except OSError as told:
            return reason(told)
    return reason(error)


def _put_on_disk(path: Path) -> None:
    with path.open("rb") as file:
        os.fsync(file.fileno())


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
