"""What an answer prints as: one line, its arrays as their shapes."""

from collections.abc import Mapping
from typing import Any

import numpy as np


def in_shapes(name: str, parts: Mapping[str, Any]) -> str:
    """Return a name and its parts, arrays as their shapes.

    Examples
    --------
    >>> in_shapes("Window", {"attention": np.zeros((4, 3)), "phase": 2})
    'Window(attention (4, 3), phase 2)'
    """
    said = (
        f"{key} {part.shape if isinstance(part, np.ndarray) and part.ndim else part}" for key, part in parts.items()
    )
    return f"{name}({', '.join(said)})"
