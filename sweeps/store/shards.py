"""Shards: the points of a sweep in blocks, each a file that knows whether it is whole.

A shard is an npz file that NumPy reads: `points`, a structured array with one entry for each point, and `origin`,
text that says where it was computed. Its last 512 bytes, zip's comment, are a line of JSON: the config's
fingerprint, which points these are, the size and the SHA-256 of all bytes before; and the checksum of that line. So the
last 512 bytes tell in some microseconds what the file holds and whether it was cut short, and reading it whole tells
whether every bit is right.
"""

import hashlib
import io
import json
import os
import struct
import zlib
from dataclasses import dataclass
from enum import Enum
from pathlib import Path
from typing import Any

import numpy as np

from sweeps.files import StoreError, reason, written_whole
from sweeps.grid.shard import Points

TRAILER = 512  # bytes at the end of a shard that describe it


class Condition(Enum):
    """In what condition a shard is."""

    DONE = "is whole and of this config"
    MISSING = "is not there"
    DAMAGED = "is damaged"
    OTHER = "is of another config"


@dataclass(frozen=True)
class Header:
    """What the end of a shard's file says of it.

    Attributes
    ----------
    fingerprint : str
        Of the config.
    first, n, n_failed : int
        Which points these are, and how many of them could not be computed.
    seconds, ended : float
        Time it took on one core, and when it was done, in seconds since 1970.
    size, sha256 : int, str
        Bytes before the header, and their checksum.
    """

    fingerprint: str
    first: int
    n: int
    n_failed: int
    seconds: float
    ended: float
    size: int
    sha256: str


class Unreadable(Exception):  # noqa: N818 - it is found, not raised to a caller's mistake
    """A shard's file is damaged; the message says how."""


def write_shard(path: Path, points: Points, fingerprint: str, origin: dict[str, Any]) -> None:
    """Write a shard whole and rename it. Of two writers the last one stays, and both are right.

    Parameters
    ----------
    path : Path
        Its folder is made if need be.
    points : structured array
        As `dataset.empty_points` returns, filled.
    fingerprint : str
        Of the config.
    origin : dict
        Where it was computed; see `provenance.shard_origin`.

    Raises
    ------
    StoreError
        If it cannot be written; nothing half-written is left.
    """
    buffer = io.BytesIO()
    np.savez(buffer, points=_plain(points), origin=np.array(json.dumps(origin)))
    # To copy a megabyte takes as long as its checksum. A view that outlives a failed write would be complained about.
    with buffer.getbuffer() as body:
        struct.pack_into("<H", body, len(body) - 2, TRAILER)  # the length of zip's comment
        header = Header(
            fingerprint,
            int(points["point"][0]),
            len(points),
            int(np.count_nonzero(points["failure"] != "")),
            origin["seconds"],
            origin["ended"],
            len(body),
            hashlib.sha256(body).hexdigest(),
        )
        line = json.dumps(header.__dict__).encode().ljust(TRAILER - 9)
        try:
            path.parent.mkdir(exist_ok=True)
        except OSError as error:
            raise StoreError(f"{path} cannot be written: {reason(error)}.") from error
        with written_whole(path) as unfinished, unfinished.open("wb") as file:
            file.write(body)
            file.write(line + b" %08x" % zlib.crc32(line))


def read_header(path: str | Path) -> Header:
    """Read the last 512 bytes of a shard, and see that the file is as long as they say.

    Raises
    ------
    Unreadable
        If it was cut short, or the header is damaged.
    FileNotFoundError
        If it is not there.
    """
    try:
        file = os.open(path, os.O_RDONLY)
        try:
            size = os.fstat(file).st_size - TRAILER
            if size < 0:
                raise Unreadable("it is too short")
            return _header(os.pread(file, TRAILER, size), size)
        finally:
            os.close(file)
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(reason(error)) from None


def read_shard(path: Path) -> tuple[Header, Points, dict[str, Any]]:
    """Read a shard, every bit checked: header, points, origin.

    Raises
    ------
    Unreadable
        If it is damaged.
    FileNotFoundError
        If it is not there.
    """
    try:
        content = path.read_bytes()
        size = len(content) - TRAILER
        if size < 0:
            raise Unreadable("it is too short")
        header = _header(content[size:], size)
        if hashlib.sha256(memoryview(content)[:size]).hexdigest() != header.sha256:
            raise Unreadable("its checksum is wrong")
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return header, file["points"], json.loads(str(file["origin"]))
    except FileNotFoundError:
        raise
    except OSError as error:
        raise Unreadable(reason(error)) from None


def _header(end: bytes, size: int) -> Header:
    line, checksum = end[:-9], end[-9:]
    if checksum != b" %08x" % zlib.crc32(line):
        raise Unreadable("it is cut short, or its header is wrong")
    header = Header(**json.loads(line.decode()))  # sparing json the search for its encoding
    if header.size != size:
        raise Unreadable("its size is wrong")
    return header


def _plain(points: Points) -> Points:
    """Return points with text as wide as its longest: a file may hold no objects."""
    fields: list[Any] = []
    for name in points.dtype.names or ():
        kind, shape = points.dtype[name].base, points.dtype[name].shape
        if kind.hasobject:
            kind = np.dtype(f"U{max(1, *map(len, points[name]))}")
        fields.append((name, kind, shape))
    return points.astype(fields)
