"""Who works on a sweep at this moment: a small file for each process, which others may look at.

A claim holds nobody back and reserves nothing: it can be stale, wrong or missing, and no result depends on it.
"""

import contextlib
import json
import os
import platform
import secrets
import threading
import time
from dataclasses import asdict, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

from sweeps.files import alive, remove_abandoned, written_whole
from sweeps.store.provenance import job

BEAT = 10.0  # seconds between signs of life
STALE = 120.0  # seconds after the last of them in which a process is believed to be at work


@dataclass(frozen=True)
class Claim:
    """What a process said last of its work.

    Attributes
    ----------
    host, pid, job : str, int, str
    since, beat : float
        When it began, and when it said so, in seconds since 1970.
    shards : tuple of int
        First points of the shards it is at.
    points_done : float
        Points it has done so far, parts of points included.
    """

    host: str
    pid: int
    job: str
    since: float
    beat: float
    shards: tuple[int, ...] = ()
    points_done: float = 0.0

    @property
    def live(self) -> bool:
        """Whether the process is probably at work still."""
        return alive(self.host, self.pid) and time.time() - self.beat < STALE


@dataclass
class Claiming:
    """Keeps this process's claim while the body runs. What cannot be written is left out: work goes first."""

    folder: Path
    shards: set[int] = field(default_factory=set)
    points_done: float = 0.0

    def __enter__(self) -> Self:
        self._since = time.time()
        name = f"{platform.node()}~{os.getpid()}~{secrets.token_hex(4)}.json"
        self._path = self.folder / "running" / name
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self._write()
        self._thread = threading.Thread(target=self._beat, daemon=True)
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, where: TracebackType | None
    ) -> None:
        self._ended.set()
        self._thread.join()
        with contextlib.suppress(OSError):
            self._path.unlink()
            self._path.parent.rmdir()  # unless others are at work

    def begin(self, first: int) -> None:
        """Note that work on a shard begins."""
        with self._lock:
            self.shards.add(first)

    def end(self, first: int) -> None:
        """Note that it has ended."""
        with self._lock:
            self.shards.discard(first)

    def _beat(self) -> None:
        while not self._ended.wait(BEAT):
            self._write()

    def _write(self) -> None:
        with self._lock:
            shards = tuple(sorted(self.shards))
        said = Claim(platform.node(), os.getpid(), job(), self._since, time.time(), shards, self.points_done)
        with contextlib.suppress(OSError):
            self._path.parent.mkdir(exist_ok=True)
            with written_whole(self._path) as unfinished:
                unfinished.write_text(json.dumps(asdict(said)), encoding="utf-8")


def claims(folder: Path) -> list[Claim]:
    """Return the claims in a folder; those that cannot be read are no claims."""
    found = []
    for path in _files(folder):
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError):
            said = json.loads(path.read_text(encoding="utf-8"))
            found.append(Claim(**{**said, "shards": tuple(said["shards"])}))
    return found


def remove_stale(folder: Path) -> None:
    """Remove claims of processes that are gone."""
    remove_abandoned(folder / "running")
    for path in _files(folder):
        with contextlib.suppress(OSError, ValueError, IndexError):
            host, pid, _ = path.name.rsplit("~", 2)
            if not alive(host, int(pid)) or time.time() - path.stat().st_mtime > STALE:
                path.unlink()
    with contextlib.suppress(OSError):
        (folder / "running").rmdir()


def _files(folder: Path) -> list[Path]:
    """Return the files of all claims; the last process may remove their folder while one looks."""
    try:
        return sorted((folder / "running").glob("[!.]*.json"))
    except OSError:
        return []
