"""The clock: its bits, and what the positional part is at each of its phases."""

import numpy as np
import numpy.typing as npt

from dmfsa._checks import real_numbers
from dmfsa.window import Array

TABLES = ("linear", "rectified", "one_hot", "sinusoidal")


def bits(phase: int, n_bits: int) -> Array:
    """Bits of phase mod 2^P, shape (P,): most significant first, 0 -> -1."""
    return np.array([2.0 * (phase >> j & 1) - 1.0 for j in reversed(range(n_bits))])


def sums(positional: Array) -> Array:
    """Σ_j W^α_pos,aj p_j(φ) of ±1 columns (4, M, P) at every phase, shape (2^P, 4, M)."""
    n_bits = positional.shape[2]
    clock = np.array([bits(phase, n_bits) for phase in range(2**n_bits)])
    return np.ascontiguousarray(np.einsum("rap,tp->tra", positional, clock))


def table_of(table: str | npt.ArrayLike, positional: Array) -> Array | None:
    """Positional part at every phase, shape (2^P, 4, M), by name or from numbers (2^P, M) or (2^P, 4, M).

    With x = Σ_j W_aj p_j(φ) / P, the agreement of the clock with a row's code:

    - ``linear``: x itself, for which None stands; ``rectified``: max(0, x); ``one_hot``: 1 where x = 1, else 0;
    - ``sinusoidal``: cos(2π (φ - φ_a) / 2^P), φ_a the phase at which x = 1.
    """
    n_bits, M = positional.shape[2], positional.shape[1]
    if isinstance(table, str):
        if table not in TABLES:
            raise ValueError(f"table must be one of {', '.join(TABLES)} or an array, got {table!r}")
        agreement = sums(positional) / n_bits
        period, own = len(agreement), agreement.argmax(axis=0)
        if table == "rectified":
            return np.asarray(np.maximum(0.0, agreement))
        if table == "one_hot":
            return np.where(agreement == 1.0, 1.0, 0.0)
        if table == "sinusoidal":
            return np.asarray(np.cos(2 * np.pi * (np.arange(period)[:, None, None] - own) / period))
        return None
    given = np.ndim(table)
    rows = real_numbers("table", table, (None, M) if given == 2 else (None, 4, M))
    if len(rows) != 2**n_bits:
        raise ValueError(
            f"table must have a row for each of the 2^{n_bits} = {2**n_bits} phases of the clock, got {len(rows)} rows"
        )
    return rows if given == 3 else np.repeat(rows[:, None], 4, axis=1)
