"""The state of the map: the attention vectors in the window, newest first, and the phase of the clock."""

import operator
from dataclasses import dataclass
from typing import Self

import numpy as np
import numpy.typing as npt

from dmfsa._display import in_shapes

Array = npt.NDArray[np.float64]

# Reached by the paper's network at beta = 3; every published orbit diagram starts from it.
PAPER_BETA3 = (
    (-0.2288990374636795, -0.2530313149999776, 0.4001732976785555),
    (-0.23496112061886298, -0.24696923184202468, 0.394111214523471),
    (-0.2476108746307339, -0.23431947782437476, 0.38146146051180657),
    (0.3075271692332457, 0.29189849335671064, 0.9381154737196367),
)


@dataclass(frozen=True, eq=False, repr=False)
class Window:
    """Attention vectors of the tokens in the context window, and the clock's phase.

    Parameters
    ----------
    attention : array, shape (L, M)
        Newest first. Fewer rows than the map's context are allowed: the window then grows by one each step.
    phase : int
        Clock phase of the newest token, >= 0; the map takes it modulo 2^P.

    Raises
    ------
    ValueError
        If `attention` is not a matrix of finite numbers, or `phase` is negative or not whole.

    Examples
    --------
    >>> window = Window([[0.1, 0.2], [0.0, -0.3]], phase=3)
    >>> window.context, window.n_patterns
    (2, 2)
    """

    attention: Array
    phase: int = 0

    def __post_init__(self) -> None:
        attention = np.array(self.attention, dtype=np.float64)
        if attention.ndim != 2 or attention.size == 0:
            raise ValueError(f"attention must have shape (L, M), newest first, got {attention.shape}")
        if not np.isfinite(attention).all():
            raise ValueError(f"attention must be finite, got {attention[~np.isfinite(attention)][0]}")
        if not hasattr(self.phase, "__index__") or not 0 <= operator.index(self.phase) < 2**53:
            raise ValueError(f"phase must be an integer >= 0 and below 2**53, got {self.phase!r}")
        attention.flags.writeable = False
        object.__setattr__(self, "attention", attention)
        object.__setattr__(self, "phase", operator.index(self.phase))

    @property
    def context(self) -> int:
        """L, the number of tokens in the window."""
        return int(self.attention.shape[0])

    @property
    def n_patterns(self) -> int:
        """M, components of an attention vector."""
        return int(self.attention.shape[1])

    @classmethod
    def paper_beta3(cls) -> Self:
        """Return the start of the paper's figures: L = 4, M = 3, phase 3."""
        return cls(np.array(PAPER_BETA3), 3)

    @classmethod
    def random(cls, context: int, n_patterns: int, *, seed: int, n: int = 1) -> list[Self]:
        """Draw `n` windows, uniform in [-1, 1]^(L x M), phase 0: the box that no attention vector ever leaves."""
        rng = np.random.default_rng(seed)
        return [cls(draw) for draw in rng.uniform(-1.0, 1.0, size=(n, context, n_patterns))]

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, vars(self))
