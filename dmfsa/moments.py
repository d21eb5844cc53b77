"""First and second moments of spins ±1, at one time or along it: what closures, states and replicas answer with."""

from collections.abc import Callable
from dataclasses import dataclass, fields
from enum import Enum
from typing import Self

import numpy as np
import numpy.typing as npt

from dmfsa._display import in_shapes
from dmfsa.window import Array


class ClosureStatus(Enum):
    """Whether moments are those of a valid closure; the value says what to do."""

    VALID = "Means and correlations lie within ±1, variances are >= 0, equations are solved."
    NEGATIVE_VARIANCE = (
        "The variance of a field is below 0: the covariances before it are those of no distribution. Take the "
        "conditional mean field, TAP or Mézard–Sakellariou, whose variances cannot be, or smaller couplings."
    )
    CORRELATION_OUT_OF_RANGE = (
        "A correlation of two spins lies beyond ±1, so that their sum or difference has a variance below 0: the "
        "couplings are too strong for an expansion. Take the conditional mean field or Plefka2[t], or weaker couplings."
    )
    MEAN_OUT_OF_RANGE = "A mean lies beyond ±1, or is no number. Begin with means from -1 to 1, and finite J and H."
    NOT_CONVERGED = (
        "An equation θ = a - V tanh θ is not solved to rounding: V is far below 0, where it has several solutions, or "
        "numbers are too large. Take the conditional mean field, which solves none, or smaller couplings."
    )


@dataclass(frozen=True, eq=False, repr=False)
class Moments:
    """Means and covariances of N spins s_i = ±1, at one time, or one row for each time.

        m_i = <s_i,t>,    C_ik = <s_i,t s_k,t> - m_i,t m_k,t,    D_il = <s_i,t s_l,t-1> - m_i,t m_l,t-1.

    Attributes
    ----------
    m : array, shape (N,) or (n_steps, N)
        Means.
    C : array, shape (N, N) or (n_steps, N, N)
        Covariances at equal times; C_ii = 1 - m_i².
    D : array, shape (N, N) or (n_steps, N, N)
        Covariances with the spins one step before: row i now, column l then.
    status : ClosureStatus
        `VALID`, or how a closure left its validity, the first time that one did. Numbers are those of its formula all
        the same.
    n_valid : int
        Rows before that; all of them if it did not. Of moments at one time, 1 or 0.

    Examples
    --------
    Two spins that are certain, and one that is a fair coin:

    >>> start = Moments.independent([1.0, -1.0, 0.0])
    >>> start.C.diagonal()
    array([0., 0., 1.])
    """

    m: Array
    C: Array
    D: Array
    status: ClosureStatus = ClosureStatus.VALID
    n_valid: int = 1

    @classmethod
    def independent(cls, m: npt.ArrayLike) -> Self:
        """Return the moments of independent spins of means m, shape (N,), from -1 to 1; those of ±1 are certain.

        Raises
        ------
        ValueError
            If m is not a vector of such numbers.
        """
        m = np.array(m, dtype=np.float64)
        if m.ndim != 1 or not m.size:
            raise ValueError(f"the means of a start must have shape (N,), got {m.shape}")
        if not (np.abs(m) <= 1).all():
            raise ValueError(f"the means of a start must be from -1 to 1, got {m[~(np.abs(m) <= 1)][0]}")
        return cls(m, np.diag(1.0 - m**2), np.zeros((m.size, m.size)))

    def __len__(self) -> int:
        """Rows; moments at one time have none."""
        if self.m.ndim == 1:
            raise TypeError("moments at one time have no rows; those along time have one for each step")
        return len(self.m)

    def __getitem__(self, t: int) -> "Moments":
        """Moments at one time of those along it: row t."""
        t = range(len(self))[t]
        valid = t < self.n_valid
        return Moments(self.m[t], self.C[t], self.D[t], ClosureStatus.VALID if valid else self.status, int(valid))

    def mean(self) -> "Moments":
        """Averages over the rows, as moments at one time: what inference asks for."""
        len(self)
        m, C, D = (x.mean(axis=0) for x in (self.m, self.C, self.D))
        return Moments(m, C, D, self.status, int(self.n_valid == len(self)))

    def errors(self, exact: "Moments") -> tuple[float, float, float]:
        """Mean square differences of m, C and D from others of the same shape, over all entries and rows."""
        pairs = ((self.m, exact.m), (self.C, exact.C), (self.D, exact.D))
        m, C, D = (float(np.mean((x - y) ** 2)) for x, y in pairs)
        return m, C, D

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, {field.name: getattr(self, field.name) for field in fields(self)})


Closure = Callable[[Array, Array, Moments], Moments]
"""closure(J, H, before): the moments one step after others, of spins with couplings J and fields H."""
