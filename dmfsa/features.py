"""Features of a self-attention network: matrices and ensembles, reduced to the map's coefficients."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from dmfsa import clock, designs
from dmfsa._checks import Positional, correlations, one_per_role, plain, real_numbers, whole_number
from dmfsa.coefficients import Coefficients
from dmfsa.designs import Design, Route
from dmfsa.roles import OUTPUT, ROLES
from dmfsa.weights import all_signs, column_classes, law_classes, product_coefficients, table_of_values
from dmfsa.window import Array


@dataclass(frozen=True, eq=False, repr=False)
class Features(Coefficients):
    """Feature matrices as the mean-field map sees them: class vectors and their coefficients.

    A column of W^o enters the map only through its entries, up to a global sign because tanh is odd:

        E_i[W^α_ai tanh(β Σ_b W^o_bi A_b)] = Σ_j C^α_aj tanh(β s_j·A),
        C^α_aj = (1/N) Σ_i W^α_ai ([W^o_·i = s_j] - [W^o_·i = -s_j]).

    Make one with `segments` (the paper's), `iid`, `gaussian`, `uniform_means`, `cycle`, `slots` (a designed sequence),
    `from_arrays` or `from_correlations`; `with_table` gives it another positional part. A seed gives what the authors'
    published code draws from it, bit for bit.

    Parameters
    ----------
    signs : array, shape (J, M)
        Class vectors s_j, real numbers: sign vectors where W^o is ±1. The first entry of each that is not 0 is
        positive. Classes whose coefficients are all zero are dropped.
    coefficients : array, shape (4, M, J)
        C^α_aj, roles α in the order of `ROLES`.
    positional : array, shape (4, M, P)
        The positional columns W^α_{a,N+j}, ±1.
    semantic : array, shape (4, M, N), or None
        The semantic columns W^α_ai, where there are any. They need not define the map: see `matrices_define_map`.
    description : dict
        Plain values: "ensemble", the name of a classmethod, and the arguments with which it makes this again.
    table : array, shape (2^P, 4, M), or None
        Positional part at each phase of the clock, which ε multiplies; None: Σ_j W^α_{a,N+j} p_j(φ) / P.
    fields : array, shape (M, N), or None
        Rows whose columns stand inside the tanh, if they are not those of W^o, which is read out.

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
        n_segments = whole_number("n_segments", n_segments)
        if n_columns % n_segments:
            raise ValueError(
                f"n_columns must be a multiple of n_segments = {n_segments}, got {n_columns}; "
                f"the next one is {-(-n_columns // n_segments) * n_segments}"
            )
        if positional_bits > n_columns:
            raise ValueError(f"positional_bits must be <= n_columns = {n_columns}, got {positional_bits}")
        semantic = np.repeat(_coins(rng, n_patterns, n_segments), n_columns // n_segments, axis=2)
        positional = matrices[:, :, n_columns - positional_bits :]
        return cls(*column_classes(semantic), positional, semantic, {**description, "n_segments": n_segments})

    @classmethod
    def iid(
        cls,
        n_patterns: int = 3,
        n_columns: int = 99,
        positional_bits: int = 2,
        seed: int = 1,
        *,
        values: npt.ArrayLike | None = None,
        probabilities: npt.ArrayLike | None = None,
    ) -> Self:
        """Draw every entry of every column from one table; without one, toss a fair coin for ±1.

        Parameters
        ----------
        values, probabilities : array, shape (n,), optional
            What an entry may be, and how often: (-1, 0, 1) with (.25, .5, .25) are ternary weights, half of them 0.
            Values alone are equally frequent. Others: see `segments`.

        Notes
        -----
        Draws, in this order: an (M, N) matrix that nothing uses; (M, N) matrices for o, v, q, k; (M, P) positional
        columns for o, v, q, k; with `values`, (M, N) entries for o, v, q, k that take the matrices' place.
        """
        rng, semantic, description = _draws("iid", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        if values is not None or probabilities is not None:
            table, chances = table_of_values((-1, 1) if values is None else values, probabilities)
            semantic = rng.choice(table, size=semantic.shape, p=chances)
            description |= {"values": table.tolist(), "probabilities": chances.tolist()}
        return cls(*column_classes(semantic), positional, semantic, description)

    @classmethod
    def gaussian(
        cls,
        n_patterns: int = 3,
        scale: float = 0.5,
        n_columns: int = 99,
        positional_bits: int = 2,
        seed: int = 1,
        *,
        weights: str | None = None,
        zeros: float = 0.5,
    ) -> Self:
        """Draw normal c^α_ba of standard deviation `scale`, clipped to [-1, 1]; c^o_aa = 1.

        For M = 3, d^α_a = Π_b c^α_ba as published, so that d^o_a is the product of the other two. The paper
        ends at M = 3: M > 3 (up to 16) is this project's natural extension, that of `from_correlations`.

        Draws: as `iid`, then (M, M) normals for o, v, k, q: keys before queries. `semantic` is where the
        published code takes starting tokens from; it does not define the map. Others: see `segments`.

        With `weights`, the same c^v, c^q, c^k for independent W^o_b of a law, "binary", "ternary" or "gaussian" as in
        `from_correlations`, so that networks differ in nothing but their weights; c^o is then 1 for b = a, else 0.
        """
        if not (np.isfinite(scale) and scale >= 0):
            raise ValueError(f"scale must be finite and >= 0, got {scale}")
        signs = all_signs(n_patterns)
        rng, semantic, description = _draws("gaussian", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        o, v, k, q = rng.normal(0.0, scale, size=(4, n_patterns, n_patterns))
        c = np.clip([o, v, q, k], -1.0, 1.0)
        np.fill_diagonal(c[OUTPUT], 1.0)
        description |= {"scale": float(scale)}
        if weights is None:
            return cls(signs, product_coefficients(signs, c), positional, semantic, description)
        c[OUTPUT] = np.eye(n_patterns)
        description |= {"weights": weights, "zeros": zeros}
        return cls(*law_classes(weights, zeros, c), positional, semantic, description)

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
        signs = all_signs(n_patterns)
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
        signs = all_signs(n_patterns)
        rng, _, description = _draws("cycle", n_patterns, n_columns, positional_bits, seed)
        positional = _coins(rng, n_patterns, positional_bits)
        own, previous = signs.T, np.roll(signs.T, 1, axis=0)
        return cls(signs, np.stack([own, previous, own, own]) / len(signs), positional, None, description)

    @classmethod
    def slots(
        cls,
        design: str | None = None,
        *,
        patterns: Route = (),
        value: Route = (),
        others: Route | Mapping[str, Route] | None = None,
        codes: Mapping[str, Route] | None = None,
        positional_bits: int = 2,
    ) -> Self:
        """Write a sequence into K slots, each of which holds one of M_s independent patterns; infinitely many columns.

        Parameters
        ----------
        design : str, optional
            A published design, of `dmfsa.designs.PUBLISHED`, in place of what follows: ``loop4`` says 1, 2, 1, 0.
        patterns, value, others, codes, positional_bits
            See `dmfsa.designs.Design`.

        Notes
        -----
        W^α_aσ = σ_{p(b^α(a))} for every sign vector σ, field rows F_aσ = Σ_{k: b^o(k) = a} σ_{p(k)}, and the positional
        part is rectified: max(0, w^α_a·p(φ)/P). The published softmax sees G, not divided by √K: γ = G √K.

        Examples
        --------
        >>> Features.slots("loop4")
        Features(slots: n_patterns=4, positional_bits=2, 4 sign classes)
        """
        if design is not None and (patterns or value or others is not None or codes is not None):
            raise ValueError(f"design = {design!r} must stand alone: it has routes and codes of its own")
        if design is None and not (patterns and value):
            raise ValueError("slots must have patterns and value, or the name of a design")
        given = Design(patterns, value, others, codes, positional_bits) if design is None else designs.published(design)
        written = designs.checked(given)
        semantic, fields, positional = designs.rows(written)
        apart = None if np.array_equal(fields, semantic[OUTPUT]) else fields
        description, table = {"ensemble": "slots", **written._asdict()}, clock.table_of("rectified", positional)
        return cls(*column_classes(semantic, fields), positional, semantic, description, table, apart)

    @classmethod
    def from_arrays(
        cls,
        o: npt.ArrayLike,
        v: npt.ArrayLike,
        q: npt.ArrayLike,
        k: npt.ArrayLike,
        *,
        positional: Positional,
        fields: npt.ArrayLike | None = None,
    ) -> Self:
        """Take your own matrices.

        Parameters
        ----------
        o, v, q, k : array, shape (M, N)
            Semantic columns, any real numbers; no row is 0 throughout.
        positional : array, shape (4, M, P), or mapping from role to array, shape (M, P)
            Positional columns, ±1; an array has its roles in the order of `ROLES`.
        fields : array, shape (M, N), optional
            Rows inside the tanh, if they are not those of W^o.
        """
        semantic = one_per_role("matrix", {"o": o, "v": v, "q": q, "k": k}, signs=False)
        empty = np.argwhere(~semantic.any(axis=2))
        if len(empty):
            role, row = empty[0].tolist()
            raise ValueError(f"matrix {ROLES[role]} must have no row of zeros, got one at row {row}: leave it out")
        M, N = semantic.shape[1:]
        positional = one_per_role("positional", positional)
        if M > N and positional.shape[1] == N:
            raise ValueError(f"matrices must have shape (M, N), got ({M}, {N}), positional has M = {N}: transpose them")
        description: dict[str, Any] = {role: plain(W) for role, W in zip(ROLES, semantic, strict=True)}
        description |= {"ensemble": "from_arrays", "positional": positional.astype(int).tolist()}
        inside = None if fields is None else real_numbers("fields", fields, shape=(M, N))
        if inside is not None:
            description |= {"fields": plain(inside)}
        return cls(*column_classes(semantic, inside), positional, semantic, description, fields=inside)

    @classmethod
    def from_correlations(
        cls,
        c: npt.ArrayLike,
        d: npt.ArrayLike | None = None,
        *,
        positional: Positional,
        weights: str | None = None,
        zeros: float = 0.5,
    ) -> Self:
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
        weights : str, optional
            What W^o is made of, at these correlations: W^α_a is linear in it on average, and has c as second moments.

            - ``binary``: ±1, independent;
            - ``ternary``: 0 for a share `zeros`, else ±1/√(1 - zeros), independent;
            - ``gaussian``: normal with covariance c^o, positive definite; c may then be beyond ±1. Each independent
              weight is taken at five levels: fields are within .02 |c^α_a| of `dmfsa.weights.gaussian_fields` while
              β √(A·c^o A) <= 2.
        zeros : float
            Share of zeros of ternary weights, 0 to below 1.
        """
        c = np.array(c, dtype=np.float64)
        if c.ndim != 3 or c.shape[0] != 4 or c.shape[1] != c.shape[2]:
            raise ValueError(f"c must have shape (4, M, M), got {c.shape}")
        signs = all_signs(c.shape[1])
        positional = one_per_role("positional", positional)
        c = real_numbers("c", c, c.shape) if weights == "gaussian" else correlations("c", c)
        description: dict[str, Any] = {"ensemble": "from_correlations", "c": c.tolist()}
        description |= {"positional": positional.astype(int).tolist()}
        if weights is not None:
            if d is not None:
                raise ValueError("d must be absent with weights: their law fixes higher moments")
            description |= {"weights": weights, "zeros": zeros}
            return cls(*law_classes(weights, zeros, c), positional, None, description)
        if d is None:
            return cls(signs, product_coefficients(signs, c), positional, None, description)
        d = np.array(d, dtype=np.float64)
        if c.shape[1] != 3 or d.shape != (4, 3):
            raise ValueError(f"d is for M = 3 only, with shape (4, 3); got {d.shape} and M = {c.shape[1]}")
        description |= {"d": correlations("d", d).tolist()}
        coefficients = np.einsum("jb,rba->raj", signs, c) + d[:, :, None] * signs.prod(axis=1)
        return cls(signs, coefficients / len(signs), positional, None, description)


def _draws(
    ensemble: str, n_patterns: int, n_columns: int, positional_bits: int, seed: int
) -> tuple[np.random.RandomState, Array, dict[str, Any]]:
    """Check and describe what all seeded ensembles take; draw what all begin with, (M, N) for o, v, q, k."""
    description: dict[str, Any] = {
        "ensemble": ensemble,
        "n_patterns": whole_number("n_patterns", n_patterns),
        "n_columns": whole_number("n_columns", n_columns),
        "positional_bits": whole_number("positional_bits", positional_bits),
        "seed": whole_number("seed", seed, least=0, most=2**32 - 1),
    }
    rng = np.random.RandomState(seed)  # legacy on purpose: its draws are the published ones
    rng.randint(2, size=(n_patterns, n_columns))
    return rng, _coins(rng, n_patterns, n_columns), description


def _coins(rng: np.random.RandomState, n_patterns: int, n_columns: int) -> Array:
    """Fair ±1 coins, shape (4, M, n_columns): all of o, then v, q, k."""
    return np.array([-1.0, 1.0])[rng.randint(2, size=(4, n_patterns, n_columns))]
