"""Weights as the map sees them: class vectors and coefficients, of columns, of correlations, of laws of one weight."""

import itertools

import numpy as np
import numpy.typing as npt

from dmfsa._checks import real_numbers, whole_number
from dmfsa.roles import OUTPUT
from dmfsa.window import Array

MOST_PATTERNS = 16  # ensembles without matrices have all 2^(M-1) sign classes: 32,768 of them here
MOST_CLASSES = 2 ** (MOST_PATTERNS - 1)
LEVELS = np.arange(-2.0, 3.0)  # of a Gaussian weight, before they are scaled to variance 1
LAWS = ("binary", "ternary", "gaussian")


def column_classes(semantic: Array, fields: Array | None = None) -> tuple[Array, Array]:
    """Class vectors (J, M) of the columns of the field rows and C^α_aj (4, M, J); sums of ±1 are exact before the 1/N.

    The field rows F (M, N) are W^o where none are given. A column of F and its negative are one class, whose first
    entry that is not 0 is positive.
    """
    fields = semantic[OUTPUT] if fields is None else fields
    flip = first_signs(fields)
    vectors, label, count = np.unique(fields * flip + 0.0, axis=1, return_inverse=True, return_counts=True)
    by_class = (semantic * flip)[:, :, np.argsort(label.reshape(-1), kind="stable")]
    sums = np.add.reduceat(by_class, np.cumsum(count) - count, axis=2)
    return vectors.T, sums / semantic.shape[2]


def first_signs(fields: Array) -> Array:
    """Sign of the first entry that is not 0 in each column, shape (N,); +1 where all are."""
    first = np.take_along_axis(fields, (fields != 0).argmax(axis=0)[None], axis=0)[0]
    return np.where(first < 0, -1.0, 1.0)


def all_signs(n_patterns: int) -> Array:
    """Every sign vector with first entry +1, in lexicographic order, shape (2^(M-1), M)."""
    whole_number("n_patterns", n_patterns, most=MOST_PATTERNS)
    return np.array([(1.0, *rest) for rest in itertools.product((-1.0, 1.0), repeat=n_patterns - 1)])


def product_coefficients(signs: Array, c: Array) -> Array:
    """C^α_aj = 2^-M [Π_b (1 + s_jb c^α_ba) - Π_b (1 - s_jb c^α_ba)], shape (4, M, J)."""
    same, opposite = np.ones((2, 4, signs.shape[1], signs.shape[0]))
    for b, s_b in enumerate(signs.T):  # factor by factor: all at once would take M times the memory
        same *= 1 + c[:, b, :, None] * s_b
        opposite *= 1 - c[:, b, :, None] * s_b
    return np.asarray((same - opposite) / 2.0 ** signs.shape[1])


def law(weights: str, zeros: float) -> tuple[Array, Array]:
    """Values of one weight and their probabilities, of mean 0 and variance 1.

    ``binary`` is ±1; ``ternary`` is 0 with probability `zeros`, else ±1/√(1 - zeros); ``gaussian`` takes five equally
    spaced levels with probabilities as exp(-x²/2), scaled.
    """
    if weights not in LAWS:
        raise ValueError(f"weights must be one of {', '.join(LAWS)}, got {weights!r}")
    if not 0 <= zeros < 1:
        raise ValueError(f"zeros must be a share of zeros from 0 to below 1, got {zeros}")
    if weights == "gaussian":
        chances = np.exp(-(LEVELS**2) / 2) / np.exp(-(LEVELS**2) / 2).sum()
        return LEVELS / np.sqrt(chances @ LEVELS**2), chances
    zeros = zeros if weights == "ternary" else 0.0
    size = 1.0 / np.sqrt(1.0 - zeros)
    values, chances = np.array([-size, 0.0, size]), np.array([(1 - zeros) / 2, zeros, (1 - zeros) / 2])
    return values[chances > 0], chances[chances > 0]


def law_classes(weights: str, zeros: float, c: Array) -> tuple[Array, Array]:
    """Class vectors and coefficients where W^o_b are independent, each of one law, and W^α_a regresses on them by c.

    E[W^α_a | W^o = s] = Σ_b s_b c^α_ba, so that C^α_aj = 2 P(s_j) Σ_b s_jb c^α_ba: correlations are c, whatever the
    law. A Gaussian W^o has the covariance c^o instead, whose Cholesky factor L turns independent ones into it.
    """
    M = c.shape[1]
    values, chances = law(weights, zeros)
    if len(values) ** M > 2 * MOST_CLASSES:
        most = int(np.log(2 * MOST_CLASSES) / np.log(len(values)))
        raise ValueError(f"n_patterns must be at most {most} with {weights} weights, got {M}: {len(values)}^M classes")
    every = np.array(list(itertools.product(values, repeat=M)))
    share = np.array(list(itertools.product(chances, repeat=M))).prod(axis=1)
    first = first_signs(every.T)
    kept = (first > 0) & every.any(axis=1)
    vectors, share = every[kept], 2.0 * share[kept]
    if weights != "gaussian":
        return vectors, np.asarray(share * np.einsum("jb,rba->raj", vectors, c))
    try:
        root = np.linalg.cholesky(c[OUTPUT])
    except np.linalg.LinAlgError:
        least = np.linalg.eigvalsh(c[OUTPUT])[0]
        raise ValueError(
            f"c of role o must be a covariance, symmetric with eigenvalues above 0, got the smallest {least:.3g}"
        ) from None
    slopes = np.linalg.solve(root, c)
    found = np.asarray(share * np.einsum("jb,rba->raj", vectors, slopes))
    vectors = vectors @ root.T
    flip = first_signs(vectors.T)
    return vectors * flip[:, None], found * flip


def gaussian_fields(c: npt.ArrayLike, attention: npt.ArrayLike, beta: float) -> Array:
    """E[W^α_a tanh(β W^o·A)] of jointly Gaussian weights of mean 0, shape (4, M): exact but for one integral.

    By Stein's lemma (Σ_b c^α_ba A_b) β E[1 - tanh²(β σ z)],  σ² = A·c^o A, z normal; c (4, M, M) holds the
    covariances E[W^o_b W^α_a] as [role, b, a].
    """
    c, A = np.asarray(c, dtype=np.float64), np.asarray(attention, dtype=np.float64)
    z = np.linspace(-10.0, 10.0, 20_001)  # trapezoids: errors fall as exp(-π²/(β σ dz))
    density = np.exp(-(z**2) / 2)
    with np.errstate(over="ignore"):
        slope = 1.0 / np.cosh(beta * np.sqrt(max(0.0, A @ c[OUTPUT] @ A)) * z) ** 2
    return np.asarray(np.einsum("rba,b->ra", c, A) * beta * (density @ slope) / density.sum())


def table_of_values(values: npt.ArrayLike, probabilities: npt.ArrayLike | None) -> tuple[Array, Array]:
    """Check a table of values of a weight and their probabilities; equal ones where none are given."""
    table = real_numbers("values", values, (None,))
    if not table.any() or len(np.unique(table)) < len(table):
        raise ValueError(f"values must be different, and not 0 alone, got {table.tolist()}")
    if probabilities is None:
        return table, np.full(len(table), 1.0 / len(table))
    chances = real_numbers("probabilities", probabilities, (len(table),))
    if (chances < 0).any() or abs(chances.sum() - 1.0) > 1e-9:
        raise ValueError(f"probabilities must be >= 0 and sum to 1, got {chances.tolist()}: sum {chances.sum():g}")
    return table, chances / chances.sum()
