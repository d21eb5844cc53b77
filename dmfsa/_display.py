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
    is_array = {key: isinstance(part, np.ndarray) and part.ndim > 0 for key, part in parts.items()}
    said = (f"{key} {part.shape if is_array[key] else part}" for key, part in parts.items())
    return f"{name}({', '.join(said)})"
