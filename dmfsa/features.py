"""Features of a self-attention network: ±1 matrices and ensembles, reduced to the map's coefficients."""

import itertools
import operator
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dmfsa.roles import OUTPUT, ROLES

Array = npt.NDArray[np.float64]
Positional = npt.ArrayLike | Mapping[str, npt.ArrayLike]

_MOST_PATTERNS = 16  # ensembles without matrices have all 2^(M-1) sign classes: 32,768 of them here


@dataclass(frozen=True, eq=False, repr=False)
class Features:
    """Feature matrices as the mean-field map sees them: sign classes and their coefficients.

    A column of W^o enters the map only through its sign vector, up to a global sign because tanh is odd:

        E_i[W^α_ai tanh(β Σ_b W^o_bi A_b)] = Σ_j C^α_aj tanh(β s_j·A),
        C^α_aj = (1/N) Σ_i W^α_ai ([W^o_·i = s_j] - [W^o_·i = -s_j]).

    Make one with `segments` (the paper's), `iid`, `gaussian`, `uniform_means`, `cycle`, `from_arrays` or
    `from_correlations`. A seed gives what the authors' published code draws from it, bit for bit.

    Parameters
    ----------
    signs : array, shape (J, M)
        Sign classes s_j, each with first entry +1. Classes whose coefficients are all zero are dropped.
    coefficients : array, shape (4, M, J)
        C^α_aj, roles α in the order of `ROLES`.
    positional : array, shape (4, M, P)
        The positional columns W^α_{a,N+j}, ±1.
    semantic : array, shape (4, M, N), or None
        The semantic columns W^α_ai, ±1, where there are any. They need not define the map: see
        `matrices_define_map`.
    description : dict
        Plain values: "ensemble", the name of a classmethod, and the arguments with which it makes this again.

    Raises
    ------
    ValueError
        Here and in the classmethods, if an argument is not allowed: the message says which, and what is.

    References
    ----------
    .. [1] Dynamical Mean-Field Theory of Self-Attention Neural Networks, arXiv:2406.07247.

    Examples
    --------
    The columns of the paper's W^o belong to three of the four sign classes of M = 3:

    >>> features = Features.segments(n_patterns=3, n_segments=3, seed=1)
    >>> features
    Features(segments: n_patterns=3, positional_bits=2, 3 sign classes, seed=1)
    >>> features.signs
    array([[ 1., -1.,  1.],
           [ 1.,  1., -1.],
           [ 1.,  1.,  1.]])

    so a mean field needs three tanh, not one for each of the 99 columns:

    >>> A, beta = np.array([0.3, -0.2, 0.1]), 1.27
    >>> W_o, W_v, W_q, W_k = features.semantic
    >>> (W_v * np.tanh(beta * A @ W_o)).mean(axis=1).round(6)
    array([-0.131193,  0.131193,  0.296976])
    >>> (features.coefficients[ROLES.index("v")] @ np.tanh(beta * features.signs @ A)).round(6)
    array([-0.131193,  0.131193,  0.296976])
    """

    signs: Array
    coefficients: Array
    positional: Array
    semantic: Array | None
    description: dict[str, Any]

    def __post_init__(self) -> None:
        signs = _plus_minus_one("signs", self.signs, shape=(None, None))
        if (signs[:, 0] != 1).any():
            raise ValueError(f"signs must have first entries +1, got {signs[signs[:, 0] != 1][0].tolist()}")
        shape = (4, signs.shape[1], signs.shape[0])
        coefficients = np.array(self.coefficients, dtype=np.float64)
        if coefficients.shape != shape:
            raise ValueError(f"coefficients must have shape (4, M, J) = {shape}, got {coefficients.shape}")
        bad = coefficients[~np.isfinite(coefficients)]
        if bad.size:
            raise ValueError(f"coefficients must be finite, got {bad[0]}")
        used = (coefficients != 0).any(axis=(0, 1))
        used[0] |= not used.any()  # a map without coefficients still needs one class
        arrays = {
            "signs": signs[used],
            "coefficients": np.ascontiguousarray(coefficients[:, :, used]),
            "positional": _plus_minus_one("positional", self.positional, shape=(*shape[:2], None)),
        }
        if self.semantic is not None:
            arrays["semantic"] = _plus_minus_one("semantic", self.semantic, shape=(*shape[:2], None))
        for name, array in arrays.items():
            array.flags.writeable = False
            object.__setattr__(self, name, array)

    def __repr__(self) -> str:
        ensemble = self.description.get("ensemble", "unnamed")
        counts = f"n_patterns={self.n_patterns}, positional_bits={self.positional_bits}"
        seed = f", seed={self.description['seed']}" if "seed" in self.description else ""
        return f"Features({ensemble}: {counts}, {len(self.signs)} sign classes{seed})"

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
        signs, coefficients = _sign_classes(self.semantic)
        return np.array_equal(signs, self.signs) and np.array_equal(coefficients, self.coefficients)

    def clock(self, phase: int) -> Array:
        """Positional token p(phase), shape (P,): bits of phase mod 2^P, most significant first, 0 -> -1."""
        phase = operator.index(phase)
        return np.array([2.0 * (phase >> j & 1) - 1.0 for j in reversed(range(self.positional_bits))])

    @classmethod
    def segments(
        cls,
        n_patterns: int = 3,
        n_segments: int = 3,
        n_columns: int = 99,
        positional_bits: int = 2,
        seed: int = 1,
    ) -> Self:
        """Toss a fair coin for each of every row's equal segments. By default, the paper's network.

        Parameters
        ----------
        n_patterns, n_segments, n_columns, positional_bits : int
            M, the number of segments, N (a multiple of it), and P <= N.
        seed : int
            For numpy's legacy `RandomState`: 0 to 2^32 - 1.

        Notes
        -----
        Draws, in this order: an (M, N) matrix that nothing uses; (M, N) matrices for o, v, q, k, whose last P
        columns become the positional ones; (M, n_segments) signs for o, v, q, k.
        """
        rng, matrices, description = _draws("segments", n_patterns, n_columns, positional_bits, seed)
        n_segments = _integer("n_segments", n_segments)
        if n_columns % n_segments:
            raise ValueError(
                f"n_columns must be a multiple of n_segments = {n_segments}, got {n_columns}; "
                f"the next one is {-(-n_columns // n_segments) * n_segments}"
            )
        if positional_bits > n_columns:
            raise ValueError(f"positional_bits must be <= n_columns = {n_columns}, got {positional_bits}")
        semantic = np.repeat(_coins(rng, n_patterns, n_segments), n_columns // n_segments, axis=2)
        positional = matrices[:, :, n_columns - positional_bits :]
        return cls(*_sign_classes(semantic), positional, semantic, {**description, "n_segments": n_segments})

    @classmethod
    def iid(cls, n_patterns: int = 3, n_columns: int = 99, positional_bits: int = 2, seed: int = 1) -> Self:
        """Toss a fair coin for every entry of every column.

        Draws, in this order: an (M, N) matrix that nothing uses; (M, N) matrices for o, v, q, k; (M, P)
        positional columns for o, v, q, k. Parameters: see `segments`.
        """
        rng, semantic, description = _draws("iid", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        return cls(*_sign_classes(semantic), positional, semantic, description)

    @classmethod
    def gaussian(
        cls,
        n_patterns: int = 3,
        scale: float = 0.5,
        n_columns: int = 99,
        positional_bits: int = 2,
        seed: int = 1,
    ) -> Self:
        """Draw normal c^α_ba of standard deviation `scale`, clipped to [-1, 1]; c^o_aa = 1.

        For M = 3, d^α_a = Π_b c^α_ba as published, so that d^o_a is the product of the other two. The paper
        ends at M = 3: M > 3 (up to 16) is this project's natural extension, that of `from_correlations`.

        Draws: as `iid`, then (M, M) normals for o, v, k, q: keys before queries. `semantic` is where the
        published code takes starting tokens from; it does not define the map. Others: see `segments`.
        """
        if not (np.isfinite(scale) and scale >= 0):
            raise ValueError(f"scale must be finite and >= 0, got {scale}")
        signs = _all_signs(n_patterns)
        rng, semantic, description = _draws("gaussian", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        o, v, k, q = rng.normal(0.0, scale, size=(4, n_patterns, n_patterns))
        c = np.clip([o, v, q, k], -1.0, 1.0)
        np.fill_diagonal(c[OUTPUT], 1.0)
        coefficients = _product_coefficients(signs, c)
        return cls(signs, coefficients, positional, semantic, {**description, "scale": float(scale)})

    @classmethod
    def uniform_means(cls, n_patterns: int = 3, n_columns: int = 99, positional_bits: int = 2, seed: int = 1) -> Self:
        """Take infinitely many columns of independent ±1 entries with means u^α_a, uniform in (0, 1).

            P(s) = Π_b (1 + s_b u^o_b) / 2
            C^o_aj = s_ja [P(s_j) + P(-s_j)],      C^α_aj = u^α_a [P(s_j) - P(-s_j)] for v, q, k.

        For M <= 3 these are the published c^α_ba = u^o_b u^α_a and d^α_a = u^o_1 u^o_2 u^o_3 u^α_a, with
        c^o_aa = 1 and d^o_a the product of the other two u^o. M > 3 (up to 16) is this project's natural
        extension.

        Draws: as `iid`, then M uniform numbers for o, v, q, k. `semantic`: see `gaussian`. Parameters: see
        `segments`.
        """
        signs = _all_signs(n_patterns)
        rng, semantic, description = _draws("uniform_means", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        u = rng.uniform(size=(4, n_patterns))
        same = ((1 + signs * u[OUTPUT]) / 2).prod(axis=1)
        opposite = ((1 - signs * u[OUTPUT]) / 2).prod(axis=1)
        coefficients = u[:, :, None] * (same - opposite)
        coefficients[OUTPUT] = signs.T * (same + opposite)
        return cls(signs, coefficients, positional, semantic, description)

    @classmethod
    def cycle(cls, n_patterns: int = 3, n_columns: int = 99, positional_bits: int = 2, seed: int = 1) -> Self:
        """Take infinitely many columns of orthogonal patterns; attention to feature a leads to a + 1.

        W^q_a = W^k_a = W^o_a and W^v_a = W^o_{a-1}, indices modulo M (up to 16):  C^α_aj = 2^-(M-1) s_ja for
        o, q, k, and C^v_aj = 2^-(M-1) s_{j,a-1}. `semantic` is None.

        The seed chooses the positional columns alone, the same as those of `iid`: this project's convention,
        since no published case fixes it. Parameters: see `segments`.
        """
        signs = _all_signs(n_patterns)
        rng, _, description = _draws("cycle", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        own, previous = signs.T, np.roll(signs.T, 1, axis=0)
        return cls(signs, np.stack([own, previous, own, own]) / len(signs), positional, None, description)

    @classmethod
    def from_arrays(
        cls, o: npt.ArrayLike, v: npt.ArrayLike, q: npt.ArrayLike, k: npt.ArrayLike, *, positional: Positional
    ) -> Self:
        """Take your own matrices.

        Parameters
        ----------
        o, v, q, k : array, shape (M, N)
            Semantic columns, ±1.
        positional : array, shape (4, M, P), or mapping from role to array, shape (M, P)
            Positional columns, ±1; an array has its roles in the order of `ROLES`.
        """
        semantic = _one_per_role("matrix", {"o": o, "v": v, "q": q, "k": k})
        positional = _one_per_role("positional", positional)
        description = {role: W.astype(int).tolist() for role, W in zip(ROLES, semantic, strict=True)}
        description |= {"ensemble": "from_arrays", "positional": positional.astype(int).tolist()}
        return cls(*_sign_classes(semantic), positional, semantic, description)

    @classmethod
    def from_correlations(cls, c: npt.ArrayLike, d: npt.ArrayLike | None = None, *, positional: Positional) -> Self:
        """Take correlations instead of matrices.

        With d (for M = 3), the paper's form C^α_aj = 2^-(M-1) (Σ_b s_jb c^α_ba + s_j1 s_j2 s_j3 d^α_a).
        Without, the entries W^o_b of a column are taken as independent of each other given W^α_a,

            C^α_aj = 2^-M [Π_b (1 + s_jb c^α_ba) - Π_b (1 - s_jb c^α_ba)],

        which is the paper's form for M <= 2, and for M = 3 if d^α_a = Π_b c^α_ba. M > 3 is this project's
        natural extension.

        Parameters
        ----------
        c : array, shape (4, M, M)
            c^α_ba = E_i[W^o_bi W^α_ai] as [role, b, a], from -1 to 1; M from 1 to 16.
        d : array, shape (4, 3), optional
            d^α_a = E_i[W^o_1i W^o_2i W^o_3i W^α_ai], from -1 to 1.
        positional
            As in `from_arrays`.
        """
        c = np.array(c, dtype=np.float64)
        if c.ndim != 3 or c.shape[0] != 4 or c.shape[1] != c.shape[2]:
            raise ValueError(f"c must have shape (4, M, M), got {c.shape}")
        signs = _all_signs(c.shape[1])
        positional = _one_per_role("positional", positional)
        description = {"ensemble": "from_correlations", "c": _correlations("c", c).tolist()}
        description |= {"positional": positional.astype(int).tolist()}
        if d is None:
            return cls(signs, _product_coefficients(signs, c), positional, None, description)
        d = np.array(d, dtype=np.float64)
        if c.shape[1] != 3 or d.shape != (4, 3):
            raise ValueError(f"d is for M = 3 only, with shape (4, 3); got {d.shape} and M = {c.shape[1]}")
        description |= {"d": _correlations("d", d).tolist()}
        coefficients = np.einsum("jb,rba->raj", signs, c) + d[:, :, None] * signs.prod(axis=1)
        return cls(signs, coefficients / len(signs), positional, None, description)


def _sign_classes(semantic: Array) -> tuple[Array, Array]:
    """Sign classes (J, M) of the columns of W^o and C^α_aj (4, M, J); sums of ±1, exact before the 1/N."""
    flip = semantic[OUTPUT, 0]  # the first sign of each column of W^o
    signs, label, count = np.unique(semantic[OUTPUT] * flip, axis=1, return_inverse=True, return_counts=True)
    by_class = (semantic * flip)[:, :, np.argsort(label.reshape(-1), kind="stable")]
    sums = np.add.reduceat(by_class, np.cumsum(count) - count, axis=2)
    return signs.T, sums / semantic.shape[2]


def _all_signs(n_patterns: int) -> Array:
    """Every sign vector with first entry +1, in lexicographic order, shape (2^(M-1), M)."""
    _integer("n_patterns", n_patterns, most=_MOST_PATTERNS)
    return np.array([(1.0, *rest) for rest in itertools.product((-1.0, 1.0), repeat=n_patterns - 1)])


def _product_coefficients(signs: Array, c: Array) -> Array:
    """C^α_aj = 2^-M [Π_b (1 + s_jb c^α_ba) - Π_b (1 - s_jb c^α_ba)], shape (4, M, J)."""
    same, opposite = np.ones((2, 4, signs.shape[1], signs.shape[0]))
    for b, s_b in enumerate(signs.T):  # factor by factor: all at once would take M times the memory
        same *= 1 + c[:, b, :, None] * s_b
        opposite *= 1 - c[:, b, :, None] * s_b
    return np.asarray((same - opposite) / 2.0 ** signs.shape[1])


def _draws(
    ensemble: str, n_patterns: int, n_columns: int, positional_bits: int, seed: int
) -> tuple[np.random.RandomState, Array, dict[str, Any]]:
    """Check and describe what all seeded ensembles take; draw what all begin with, (M, N) for o, v, q, k."""
    description: dict[str, Any] = {
        "ensemble": ensemble,
        "n_patterns": _integer("n_patterns", n_patterns),
        "n_columns": _integer("n_columns", n_columns),
        "positional_bits": _integer("positional_bits", positional_bits),
        "seed": _integer("seed", seed, least=0, most=2**32 - 1),
    }
    rng = np.random.RandomState(seed)  # legacy on purpose: its draws are the published ones
    rng.randint(2, size=(n_patterns, n_columns))
    return rng, _coins(rng, n_patterns, n_columns), description


def _coins(rng: np.random.RandomState, n_patterns: int, n_columns: int) -> Array:
    """Fair ±1 coins, shape (4, M, n_columns): all of o, then v, q, k."""
    return np.array([-1.0, 1.0])[rng.randint(2, size=(4, n_patterns, n_columns))]


def _one_per_role(name: str, columns: Positional) -> Array:
    """Stack four equally shaped ±1 matrices in the order of ROLES; shape (4, M, N)."""
    if isinstance(columns, Mapping):
        if set(columns) != set(ROLES):
            raise ValueError(f"{name} must have the roles o, v, q, k, got {', '.join(map(str, columns))}")
        matrices = {role: _plus_minus_one(f"{name} {role}", columns[role], (None, None)) for role in ROLES}
        shapes = {role: matrix.shape for role, matrix in matrices.items()}
        if len(set(shapes.values())) > 1:
            raise ValueError(f"{name} o, v, q, k must have one shape, got {shapes}")
        columns = np.stack(list(matrices.values()))
    return _plus_minus_one(name, columns, shape=(4, None, None))


def _plus_minus_one(name: str, values: npt.ArrayLike, shape: tuple[int | None, ...]) -> Array:
    """Cast to a new array of ±1; None in `shape` stands for any length but 0. Or say what is wrong, where."""
    wanted = "(" + ", ".join("*" if length is None else str(length) for length in shape) + ")"
    try:
        array = np.array(values, dtype=np.float64)
    except (TypeError, ValueError) as error:
        raise ValueError(f"{name} must be an array of -1 and +1, shape {wanted}: {error}") from None
    fits = array.ndim == len(shape) and array.size > 0
    if not fits or any(n not in (None, m) for n, m in zip(shape, array.shape, strict=True)):
        raise ValueError(f"{name} must have shape {wanted}, no length 0, got {array.shape}")
    wrong = np.argwhere(np.abs(array) != 1)
    if len(wrong):
        at = tuple(wrong[0].tolist())
        raise ValueError(f"{name} must hold -1 and +1 only, got {array[at]} at index {at}")
    return array


def _correlations(name: str, array: Array) -> Array:
    bad = array[~(np.abs(array) <= 1)]  # NaN too
    if bad.size:
        raise ValueError(f"{name} must hold numbers from -1 to 1, got {bad[0]}")
    return array


def _integer(name: str, value: int, least: int = 1, most: int | None = None) -> int:
    allowed = f"an integer >= {least}" if most is None else f"an integer from {least} to {most}"
    if not hasattr(value, "__index__") or value < least or (most is not None and value > most):
        raise ValueError(f"{name} must be {allowed}, got {value!r}")
    return operator.index(value)
