"""What the tools for series still see of a finite network, beside what they see of its limit."""

from collections.abc import Callable
from dataclasses import dataclass

from attractors import (
    Analysis,
    CorrelationDimension,
    SampleEntropy,
    SeriesExponents,
    analyse,
    correlation_dimension,
    largest_exponent,
    sample_entropy,
)
from dmfsa import FiniteNetwork, MeanFieldMap, Window
from sweeps.arrays import Array
from sweeps.config.finite import Finite
from sweeps.run.shard import Count

ANALYSED = 20_000  # samples
MOST_PAIRS = 10_000, 5_000  # samples at most for the dimension and for the entropy
EMBEDDED = 3  # delays for the exponent


@dataclass(frozen=True, eq=False)
class Seen:
    """What a series of the semantic m^o shows.

    Attributes
    ----------
    quick : Analysis
        All that `analyse` does of itself, of all components.
    dimension : CorrelationDimension
        Of all components.
    entropy, exponent : SampleEntropy, SeriesExponents
        Of the first component.
    """

    quick: Analysis
    dimension: CorrelationDimension
    entropy: SampleEntropy
    exponent: SeriesExponents


def series_of(
    asked: Finite, limit: MeanFieldMap, make: Callable[[int], FiniteNetwork], window: Window, count: Count
) -> dict[int, Seen]:
    """Look at one long series of each network that the config asks for, and at 0 at that of their limit."""
    if not asked.analyse:
        return {}
    found = {}
    for n_spins in (*asked.analyse, 0):
        moving = make(n_spins) if n_spins else limit
        found[n_spins] = _seen(moving.trajectory(window, ANALYSED, n_transient=ANALYSED // 10).m_o_semantic, limit)
        count(1)
    return found


def _seen(samples: Array, limit: MeanFieldMap) -> Seen:
    first = samples[:, 0]
    return Seen(
        analyse(samples, context=limit.context, clock_period=limit.clock_period),
        correlation_dimension(samples, n_most=MOST_PAIRS[0]),
        sample_entropy(first, n_most=MOST_PAIRS[1]),
        largest_exponent(first, dimension=EMBEDDED),
    )
