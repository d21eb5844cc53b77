"""Arrays in a page: compressed, as text."""

import base64
import zlib
from typing import Any

import numpy as np
import numpy.typing as npt

TYPES = ("u1", "u2", "i4", "f4", "f8")  # those that `data.js` reads


def packed(values: npt.ArrayLike, kind: str) -> dict[str, Any]:
    """Return an array as a page holds it: type, shape, and its bytes, little-endian, deflated, in base 64.

    Examples
    --------
    >>> found = packed([1, 2, 3], "u1")
    >>> found["type"], found["shape"], list(zlib.decompress(base64.b64decode(found["data"])))
    ('u1', [3], [1, 2, 3])
    """
    if kind not in TYPES:
        raise ValueError(f"kind must be one of {', '.join(TYPES)}, got {kind!r}")
    array = np.ascontiguousarray(values, dtype=f"<{kind}")
    return {"type": kind, "shape": list(array.shape), "data": _deflated(array.tobytes())}


def packed_text(text: str) -> dict[str, Any]:
    """Return long text as a page holds it."""
    return {"type": "text", "data": _deflated(text.encode())}


def _deflated(content: bytes) -> str:
    return base64.b64encode(zlib.compress(content, 9)).decode()
