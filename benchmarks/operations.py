"""Floating-point operations, reads and writes of a step and lane, by the formulas; a fused multiply-add is one.

Reads and writes are counted of arrays as long as the window, as the code makes them; what is shorter stays in
registers. Comparisons, selections, and what `exp` and `log` do with integers and bits are counted by themselves: some
processors have other units for them, others put them through the same two ports as the arithmetic.
"""

from typing import NamedTuple

EXP = 15 + 4  # range reduction 3, polynomial 11, square 1; subtraction, product, sum, power of two
TANH = 5 + 5 + 2  # two rational functions' numerator and denominator, the exponential's, result
LOG = 11 + 7
SELECT = 2  # a comparison, and the selection by it
EXP_BITS = 3 * SELECT + 2  # both ends of the range, what is too small; two to the k: sum, shift
TANH_BITS = 1 + 4 + 1  # |x|; one comparison and three selections by it; the sign back
LOG_BITS = 1 + 3 + 3 + SELECT  # mantissa; exponent: shift, difference, conversion; range; zero


class Operations(NamedTuple):
    arithmetic: int
    divisions: int  # and square roots: a unit of its own, not pipelined
    selections: int  # and whatever else is done with bits
    reads: int
    writes: int

    def __add__(self, other: "Operations") -> "Operations":  # type: ignore[override]
        return Operations(*(mine + its for mine, its in zip(self, other, strict=True)))


def step(M: int, J: int, L: int) -> Operations:
    """The map: θ, three mean fields, L scores, softmax, A."""
    responses = J * (M + 2 + EXP + TANH)  # s·A, β and -2; tanh needs e^{-2|x|}
    fields = 3 * M * (J + 2) + 1
    attention = L * (M + 1 + 1 + EXP + 1 + 1 + M)  # score, γ, minus the largest, exp, sum, share, A
    return Operations(
        arithmetic=responses + fields + attention,
        divisions=J + 1,
        selections=J * (1 + EXP_BITS + TANH_BITS) + L * (EXP_BITS + SELECT),
        reads=L * (M + 1 + 1 + M + 1),  # keys, score, its exponential; values, weight
        writes=2 * M + 3 * L,  # keys, values; score, exponential, weight
    )


def tangent(M: int, J: int, L: int, k: int, interval: int) -> Operations:
    """What k tangent vectors add: slopes and G^v, the block row, its product with them, Gram-Schmidt."""
    slopes = 2 + 4 * J + M * M * J
    row = J * M + L * (1 + J + J * M + 2 * M + 3 * M * M) + M * J * (2 * M + 1) + L * M * M
    product = k * L * M * M
    gram_schmidt = k * (k + 1) * L * M + k * (LOG + 8)
    pairs = sum((k - 1 - i) // 2 for i in range(k))
    single = sum((k - 1 - i) % 2 for i in range(k))
    reads = (
        L * (1 + J + 2 * M + M * M)  # of the block row: weight, slopes, keys and values, G^v
        + L * M * M  # its norm
        + k * L * M * (1 + M)  # the product: the vector once, the row for each of its components
        + (2 * k + 4 * single + 6 * pairs) * L * M // interval  # norm and scale; products and differences
    )
    writes = J + M * M + L * M * M + k * M + (k + single + 2 * pairs) * L * M // interval
    doubts = k * (LOG_BITS + 6 * SELECT) + SELECT  # of each vector: what died, what is noise, the least so far
    return Operations(
        arithmetic=slopes + row + product + gram_schmidt // interval,
        divisions=3 * k // interval,
        selections=J + SELECT + doubts // interval,
        reads=reads,
        writes=writes,
    )


def total(M: int, J: int, L: int, k: int = 0, interval: int = 1) -> Operations:
    return step(M, J, L) + tangent(M, J, L, k, interval) if k else step(M, J, L)


def kept(M: int, J: int, L: int, k: int = 0) -> int:
    """Bytes of one lane that a step passes through: rings of the mean fields, slopes and G^v, block row, frame."""
    return 8 * L * (2 * M + 1 + (J + 2 * M * M + k * M if k else 0))
