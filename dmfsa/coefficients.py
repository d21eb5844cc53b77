"""What the mean-field map sees of a network: class vectors, their coefficients, and the clock's part."""

import operator
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dmfsa import clock
from dmfsa._checks import plus_minus_one, real_numbers, whole_number
from dmfsa.roles import OUTPUT
from dmfsa.weights import column_classes, first_signs
from dmfsa.window import Array, Window


@dataclass(frozen=True, eq=False, repr=False)
class Coefficients:
    """Class vectors s_j, coefficients C^α_aj and the positional part; `Features`, which says more, makes them."""

    signs: Array
    coefficients: Array
    positional: Array
    semantic: Array | None
    description: dict[str, Any]
    table: Array | None = None
    fields: Array | None = None

    def __post_init__(self) -> None:
        signs = real_numbers("signs", self.signs, shape=(None, None))
        wrong = signs[first_signs(signs.T) < 0]
        if len(wrong):
            raise ValueError(f"signs must have first entries > 0, or 0 before one, got {wrong[0].tolist()}")
        shape = (4, signs.shape[1], signs.shape[0])
        coefficients = np.array(self.coefficients, dtype=np.float64)
        if coefficients.shape != shape:
            raise ValueError(f"coefficients must have shape (4, M, J) = {shape}, got {coefficients.shape}")
        bad = coefficients[~np.isfinite(coefficients)]
        if bad.size:
            raise ValueError(f"coefficients must be finite, got {bad[0]}")
        used = (coefficients != 0).any(axis=(0, 1)) & signs.any(axis=1)  # a class of zeros has no field
        used[0] |= not used.any()  # a map without coefficients still needs one class
        arrays = {
            "signs": signs[used],
            "coefficients": np.ascontiguousarray(coefficients[:, :, used]),
            "positional": plus_minus_one("positional", self.positional, shape=(*shape[:2], None)),
        }
        if self.semantic is not None:
            arrays["semantic"] = real_numbers("semantic", self.semantic, shape=(*shape[:2], None))
        if self.fields is not None and self.semantic is not None:
            arrays["fields"] = real_numbers("fields", self.fields, shape=arrays["semantic"].shape[1:])
        if self.table is not None:
            phases = 2 ** arrays["positional"].shape[2]
            arrays["table"] = real_numbers("table", self.table, shape=(phases, *shape[:2]))
        for name, array in arrays.items():
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __repr__(self) -> str:
        ensemble = self.description.get("ensemble", "unnamed")
        counts = f"n_patterns={self.n_patterns}, positional_bits={self.positional_bits}"
        seed = f", seed={self.description['seed']}" if "seed" in self.description else ""
        kind = "sign classes" if (np.abs(self.signs) == 1).all() else "classes"
        return f"{type(self).__name__}({ensemble}: {counts}, {len(self.signs)} {kind}{seed})"

    @property
    def n_patterns(self) -> int:
        """M, features per matrix."""
        return int(self.signs.shape[1])

    @property
    def positional_bits(self) -> int:
        """P, bits of the clock; its period is 2^P steps."""
        return int(self.positional.shape[2])

    @property
    def matrices_define_map(self) -> bool:
        """Whether the coefficients are those of `semantic`: not in `gaussian`, `uniform_means`, `cycle`."""
        if self.semantic is None:
            return False
        signs, coefficients = column_classes(self.semantic, self.fields)
        used = (coefficients != 0).any(axis=(0, 1)) & signs.any(axis=1)
        signs, coefficients = signs[used], coefficients[:, :, used]
        return np.array_equal(signs, self.signs) and np.array_equal(coefficients, self.coefficients)

    def clock(self, phase: int) -> Array:
        """Positional token p(phase), shape (P,): bits of phase mod 2^P, most significant first, 0 -> -1."""
        return clock.bits(operator.index(phase), self.positional_bits)

    @property
    def field_rows(self) -> Array | None:
        """What stands inside the tanh, shape (M, N): the rows of W^o, or `fields`; None without matrices."""
        return self.fields if self.fields is not None or self.semantic is None else self.semantic[OUTPUT]

    @cached_property
    def drive(self) -> Array:
        """P times the positional part at every phase of the clock, shape (2^P, 4, M): Σ_j W^α_{a,N+j} p_j(φ)."""
        return clock.sums(self.positional) if self.table is None else self.positional_bits * self.table

    def with_table(self, table: str | npt.ArrayLike) -> Self:
        """Return the same features with another positional part.

        Parameters
        ----------
        table : str or array, shape (2^P, M) or (2^P, 4, M)
            ``linear``, as usual; ``rectified``, max(0, ·) of that; ``one_hot``, 1 at the phase of a row's code, else 0;
            ``sinusoidal``, cos(2π (φ - φ_a) / 2^P) for a row with the code of phase φ_a. Or numbers, a row for each
            phase: for all roles alike, or role by role in the order of `ROLES`.

        Raises
        ------
        ValueError
            If there is no such table, or it has not a row for each phase.

        Examples
        --------
        >>> from dmfsa import Features
        >>> Features.segments().with_table("one_hot").table[:, 1].astype(int).tolist()
        [[1, 0, 0], [0, 0, 1], [0, 1, 0], [0, 0, 0]]
        """
        found = clock.table_of(table, self.positional)
        words = table if isinstance(table, str) else np.asarray(found).tolist()
        return replace(self, table=found, description={**self.description, "table": words})

    def start_from_slot(self, slot: int) -> Window:
        """Return the one-token window of a slot, A_0 = 1 for the rows of W^v that read it, else 0; its phase is 0."""
        if self.description.get("ensemble") != "slots":
            raise ValueError(f"{self} has no slots; start from a window")
        whole_number("slot", slot, 0, self.n_patterns - 1)
        return Window(np.array([self.description["value"]]) == slot, 0)
