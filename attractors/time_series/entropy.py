"""Sample entropy: how much of the next value does not follow from the values before."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.dimensions.correlation import REFERENCE_PARTS, pair_counts
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_one_component, constant_columns
from attractors.status import Status, doubt, sure
from attractors.time_series.embedding import embed

MOST_SAMPLES = 10_000  # samples used, the last
ANALYSED_SAMPLES = 5_000  # at most, of which `analyse` takes an entropy: the cost grows faster than they
ENOUGH_MATCHES = 100  # pairs that match in one value more


class EntropyStatus(Status):
    """How far a sample entropy can be trusted; the value says what to do."""

    OK = sure("The entropy and its error can be used.")
    FEW_MATCHES = doubt(
        "Fewer than 100 pairs of templates match, or a stretch of the series has none: there is no error. Take a "
        "longer series, or a larger tolerance."
    )
    CONSTANT = doubt("The series does not vary beyond rounding: its entropy is 0, and not measured.")


@dataclass(frozen=True, eq=False)
class SampleEntropy(Result):
    """Logarithm of how many matches go on to match.

    Attributes
    ----------
    value, standard_error : float
        Nats per sample, at this tolerance; inf if no match goes on, NaN if there is none.
    dimension : int
        Values in a template.
    tolerance : float
        Distance up to which templates match, in the unit of the series.
    matches : tuple of int
        Pairs that match in `dimension` values, and of them those that match in one more.
    n_used : int
        Samples used, the last of the series.
    status : EntropyStatus
        How far it can be trusted.
    """

    value: float
    standard_error: float
    dimension: int
    tolerance: float
    matches: tuple[int, int]
    n_used: int
    status: EntropyStatus

    def headline(self) -> str:
        """Return the entropy with its error."""
        return f"{self.value:.4g} ± {self.standard_error:.1g} of {self.n_used} samples; {self.status.words}"


def sample_entropy(
    series: npt.ArrayLike, *, dimension: int = 2, tolerance: float | None = None, n_most: int = MOST_SAMPLES
) -> SampleEntropy:
    """Sample entropy -log(A/B) of one component.

    Parameters
    ----------
    series : array-like, shape (n,)
        One component.
    dimension : int
        m, values in a template.
    tolerance : float, optional
        r, in the unit of the series; a fifth of the standard deviation if not given.
    n_most : int
        Of a longer series the last so many samples are used.

    Returns
    -------
    SampleEntropy

    Raises
    ------
    ValueError
        If there is more than one component, too few samples, or a number out of range.

    Notes
    -----
    B counts pairs of templates (x_t, ..., x_{t+m-1}) with max |difference| <= r, A those whose next values differ by no
    more than r either. The error is twice the scatter of log(A/B) over templates in 8 stretches, over √8: every
    template also is in the matches of others. Exact counts, by a tree. Cost: some 0.3 s for 10,000 samples.

    References
    ----------
    .. [1] J. S. Richman, J. R. Moorman, Am. J. Physiol. 278, H2039 (2000).

    Examples
    --------
    >>> noise = np.random.default_rng(0).normal(size=4000)
    >>> answer = sample_entropy(noise)  # -log erf(0.1) = 2.185
    >>> bool(abs(answer.value - 2.185) < 3 * answer.standard_error)
    True
    """
    if dimension < 1 or n_most < 2:
        raise ValueError(f"dimension must be at least 1 and n_most at least 2, got {dimension} and {n_most}")
    x = as_one_component(series, at_least=dimension + 2)[-max(n_most, dimension + 2) :]
    if tolerance is not None and not tolerance > 0.0:
        raise ValueError(f"tolerance must be positive, got {tolerance}")
    if constant_columns(x[:, None])[0]:
        return SampleEntropy(0.0, 0.0, dimension, tolerance or 0.0, (0, 0), len(x), EntropyStatus.CONSTANT)
    r = 0.2 * float(x.std()) if tolerance is None else tolerance
    templates = embed(x, 1, dimension + 1)
    times = np.arange(len(templates))
    shorter, longer = (
        pair_counts(np.ascontiguousarray(part), times, np.array([r]), 0)[0][0]
        for part in (templates[:, :-1], templates)
    )
    before, after = int(shorter.sum()) // 2, int(longer.sum()) // 2
    enough = after >= ENOUGH_MATCHES and bool((longer > 0).all())
    with np.errstate(divide="ignore", invalid="ignore"):
        value = float(-np.log(np.float64(after) / before)) if before else math.nan
    error = 2.0 * float(np.std(np.log(shorter / longer), ddof=1)) / math.sqrt(REFERENCE_PARTS) if enough else math.nan
    return SampleEntropy(
        value=value + 0.0,
        standard_error=error,
        dimension=dimension,
        tolerance=r,
        matches=(before, after),
        n_used=len(x),
        status=EntropyStatus.OK if enough else EntropyStatus.FEW_MATCHES,
    )


@analyses("entropy", "sample entropy", thorough=True)
def _entropy_of(recording: Recording) -> SampleEntropy:
    return sample_entropy(recording.first, n_most=ANALYSED_SAMPLES)
