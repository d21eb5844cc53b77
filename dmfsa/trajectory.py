"""What is seen of an orbit: the mean fields of its tokens, and all of it recorded."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa._display import in_shapes
from dmfsa.window import Array, Window


class MeanFields(NamedTuple):
    """Overlaps of tokens with the features, each of shape (..., M), between -1 and 1."""

    o: Array
    o_semantic: Array
    v: Array
    q: Array
    k: Array


@dataclass(frozen=True, eq=False, repr=False)
class Trajectory:
    """An orbit of the map: row t tells of the newest token before step t, and the attention that step t made.

    Attributes
    ----------
    attention : array, shape (n_steps, M)
    m_o, m_o_semantic, m_v, m_q, m_k : arrays, shape (n_steps, M)
        Mean fields; `m_o_semantic` is the semantic part of `m_o`, the factor 1-ε included.
    phase : array of int, shape (n_steps,)
        Clock phase of that newest token.
    end : Window
        The window after the last step, from which the orbit can be continued.
    """

    attention: Array
    m_o: Array
    m_o_semantic: Array
    m_v: Array
    m_q: Array
    m_k: Array
    phase: npt.NDArray[np.int64]
    end: Window

    def __repr__(self) -> str:
        """Return how long it is, and what it holds."""
        return in_shapes(f"Trajectory of {len(self.phase)} steps", vars(self))
