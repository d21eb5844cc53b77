"""Functions of small deviations as polynomials, and what they make of the deviations' moments."""

import math
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from dmfsa.window import Array

Taylor = list[Array]
"""Functions of n deviations δ, c_0 + c_1·δ + c_2·δδ + …: coefficients c_k, shape (..., n^k), in no symmetric form."""


def product(f: Taylor, g: Taylor) -> Taylor:
    """Multiply functions, up to the order of the first; the second may be a polynomial that ends before."""
    found = []
    for k in range(len(f)):
        parts = (f[k - j][..., :, None] * g[j][..., None, :] for j in range(min(k + 1, len(g))))
        found.append(np.asarray(sum(part.reshape(*part.shape[:-2], -1) for part in parts)))
    return found


def composed(derivatives: Sequence[Array], f: Taylor) -> Taylor:
    """Return h(f), where h, h', h'', … at c_0 of f are given, as many as f has coefficients."""
    rise = [np.zeros_like(f[0]), *f[1:]]
    found = [derivatives[0][..., None], *map(np.zeros_like, f[1:])]
    power = rise
    for k, h in enumerate(derivatives[1:], start=1):
        power = product(power, rise) if k > 1 else rise
        found = [c + (h / math.factorial(k))[..., None] * p for c, p in zip(found, power, strict=True)]
    return found


class Moments(NamedTuple):
    """Moments of deviations δ in powers of 1/N.

    Attributes
    ----------
    covariance : array, shape (n, n)
        N times E[δδ], leading order.
    mean : array, shape (n,)
        N times E[δ], leading order.
    second : array, shape (n, n)
        N² times what E[δδ] has beyond the leading order, next order.
    third : array, shape (n, n, n)
        N² times E[δδδ], leading order.
    """

    covariance: Array
    mean: Array
    second: Array
    third: Array

    @property
    def correction(self) -> Array:
        """N² times what the covariance about the mean has beyond the leading order."""
        return np.asarray(self.second - np.outer(self.mean, self.mean))


def pushed(f: Taylor, moments: Moments, n_more: int = 0) -> Moments:
    """Return the moments of functions f(δ) - f(0) of deviations, followed by those of the first `n_more` δ.

    With covariance Σ, mean μ, second S and third T, and E[δδδδ] that of a normal distribution, its leading order:

        E f   = c_1 μ + c_2:Σ
        E ff  = c_1 S c_1 + {c_1 T c_2} + {c_1 Σ (3 c_3:Σ)} + (c_2:Σ)(c_2:Σ) + 2 c_2 Σ Σ c_2
        E fff = c_1 c_1 c_1 T + {c_1 Σ c_1 (c_2:Σ)} + {2 c_1 Σ c_2 Σ c_1},

    where {} is the sum over which factor comes last. Functions of first order alone push only the covariance.
    """
    covariance, mean, second, third = moments
    n, m = len(mean), len(f[1])
    c1 = np.concatenate([f[1], np.eye(n)[:n_more]])
    passed = c1 @ covariance
    after = passed @ c1.T
    if len(f) == 2:
        return Moments(after, *(np.zeros((m + n_more,) * k) for k in (1, 2, 3)))
    c2, bent = np.zeros((m + n_more, n, n)), np.zeros_like(c1)
    c2[:m] = f[2].reshape(m, n, n)
    c2 = 0.5 * (c2 + c2.transpose(0, 2, 1))
    c3 = f[3].reshape(m, n, n, n)
    bent[:m] = sum(np.einsum(f"i{order},cd->ib", c3, covariance) for order in ("bcd", "cbd", "cdb"))
    level = np.einsum("iab,ab->i", c2, covariance)
    c2_covariance = c2 @ covariance
    carried = np.tensordot(c1, third, axes=1)
    mixed = np.einsum("iab,jab->ij", carried, c2) + passed @ bent.T
    both = np.outer(level, level) + 2.0 * np.einsum("iab,jba->ij", c2_covariance, c2_covariance)
    skew = np.multiply.outer(after, level) + 2.0 * (passed @ c2 @ passed.T).transpose(1, 2, 0)
    return Moments(
        after,
        c1 @ mean + level,
        c1 @ second @ c1.T + mixed + mixed.T + both,
        c1 @ carried @ c1.T + three_ways(skew),
    )


def three_ways(x: Array) -> Array:
    """Sum over which index comes last, of numbers (n, n, n) that do not change when the first two are exchanged."""
    return np.asarray(x + x.transpose(0, 2, 1) + x.transpose(2, 1, 0))
