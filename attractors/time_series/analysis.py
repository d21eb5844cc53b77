"""Everything that can be said of a recorded series, in one call."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.dimensions.box_counting import BoxCountingDimension, box_counting_dimension
from attractors.dimensions.correlation import CorrelationDimension, correlation_dimension
from attractors.indicators.zero_one import ZeroOneStatus, ZeroOneTest, zero_one_test
from attractors.recurrence.period import Period, PeriodStatus, find_period
from attractors.results import Result
from attractors.sections.poincare import Section, poincare_section
from attractors.sections.returns import ReturnMap, return_map
from attractors.series import as_series
from attractors.spectra.correlation import Autocorrelation, autocorrelation
from attractors.spectra.periodogram import PowerSpectrum, power_spectrum
from attractors.status import Status, doubt, sure
from attractors.time_series.embedding import FalseNeighbours, MutualInformation, false_neighbours, mutual_information
from attractors.time_series.entropy import SampleEntropy, sample_entropy
from attractors.time_series.fluctuations import FluctuationExponent, detrended_fluctuation, hurst_exponent
from attractors.time_series.lyapunov_from_data import SeriesExponents, exponents_of_series, largest_exponent
from attractors.tori.birkhoff import BirkhoffAverage, BirkhoffStatus, birkhoff_average
from attractors.tori.frequencies import Torus, torus
from attractors.tori.resonances import TorusStatus

PAIRS = 10_000, 5_000  # samples at most for the dimension and for the entropy, whose cost grows faster than they
NUMBERS = 160_000  # samples times components, at most, for the dimension: trees do not help in many components
LAST = 20_000  # samples for boxes and for the return map
FOR_DELAYS = 40  # samples that mutual information takes, and more than false neighbours do
EMBEDDED = 3  # dimension of the delay vectors for the exponent


class Motion(Status):
    """What several analyses say together; the value says why."""

    REST = sure("Nothing varies beyond rounding.")
    PERIODIC = sure("The whole series repeats exactly.")
    QUASIPERIODIC = sure("Lines carry the variance, and a few incommensurate frequencies explain them.")
    IRREGULAR = sure(
        "Averages converge as by chance, a walker driven by the series diffuses, and nothing repeats: chaos, or noise, "
        "which a series alone does not tell apart."
    )
    UNDETERMINED = doubt(
        "The analyses do not agree, or do not decide: the series is too short, has not settled, is near a "
        "bifurcation, or noisy. Take a longer one, after a longer transient; `classify_series` sees through noise."
    )


@dataclass(frozen=True, eq=False)
class Analysis(Result):
    """What a series shows.

    Attributes
    ----------
    n_samples, n_components : int
        Shape of the series.
    period, spectrum, correlation, average, growth, torus : Result
        Answers of `find_period`, `power_spectrum`, `autocorrelation`, `birkhoff_average`, `zero_one_test`, `torus`.
    section : Section or None
        Answer of `poincare_section` across the second component; None for one component.
    dimension, entropy, fluctuation, exponent : Result or None
        Answers of `correlation_dimension` (of the samples as they are), and for the first component that varies of
        `sample_entropy`, `detrended_fluctuation`, `largest_exponent` (in three delays); None if not asked for. Their
        `n_used` says of how many samples.
    boxes, hurst, information, neighbours, returns, exponents : Result or None
        The same of `box_counting_dimension` (of the last 20,000 samples), and for that component of `hurst_exponent`,
        `mutual_information` and `false_neighbours` (None below 40 samples), `return_map` (of successive samples),
        `exponents_of_series`.
    status : Motion
        What they say together.
    """

    n_samples: int
    n_components: int
    period: Period
    spectrum: PowerSpectrum
    correlation: Autocorrelation
    average: BirkhoffAverage
    growth: ZeroOneTest
    torus: Torus
    section: Section | None
    dimension: CorrelationDimension | None
    entropy: SampleEntropy | None
    fluctuation: FluctuationExponent | None
    exponent: SeriesExponents | None
    boxes: BoxCountingDimension | None
    hurst: FluctuationExponent | None
    information: MutualInformation | None
    neighbours: FalseNeighbours | None
    returns: ReturnMap | None
    exponents: SeriesExponents | None
    status: Motion


def analyse(
    series: npt.ArrayLike, *, context: int | None = None, clock_period: int = 1, thorough: bool = False
) -> Analysis:
    """Do every analysis that a series alone allows.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals along one orbit, transient removed.
    context : int, optional
        Tokens in the context window, to single out memory beyond it.
    clock_period : int
        Period of the drive.
    thorough : bool
        Also what takes longer: dimensions, entropy, fluctuations, delays, return map and exponents.

    Returns
    -------
    Analysis

    Raises
    ------
    ValueError
        If the series has fewer than 8 samples, or is not finite.

    Notes
    -----
    Components that do not vary are left out of the 0-1 test. Cost: some 0.3 s for 75,000 samples of 3 components.
    Thorough, some 2 s more, however long the series: the dimension takes 10,000 samples at random times (fewer if
    there are more than 16 components), the entropy the last 5,000, the fluctuations the last 20,000, the exponent 8
    times 1,000.

    Examples
    --------
    >>> x = [0.3]
    >>> for _ in range(4000):
    ...     x.append(3.5 * x[-1] * (1 - x[-1]))
    >>> answer = analyse(x[1000:])
    >>> answer.status.name, answer.period.period
    ('PERIODIC', 4)
    """
    samples = as_series(series, at_least=8)
    spectrum = power_spectrum(samples)
    varying = spectrum.power.sum(axis=0) > 0.0
    period = find_period(samples)
    average = birkhoff_average(samples)
    growth = zero_one_test(samples[:, varying] if varying.any() else samples)
    found = torus(samples, clock_period=clock_period)
    n, m = samples.shape
    first = samples[:, int(np.argmax(varying))]
    n_pairs = max(200, min(PAIRS[0], NUMBERS // m))
    return Analysis(
        n_samples=n,
        n_components=m,
        period=period,
        spectrum=spectrum,
        correlation=autocorrelation(samples, context=context),
        average=average,
        growth=growth,
        torus=found,
        section=poincare_section(samples) if m > 1 else None,
        dimension=correlation_dimension(samples, n_most=n_pairs) if thorough else None,
        entropy=sample_entropy(first, n_most=PAIRS[1]) if thorough else None,
        fluctuation=detrended_fluctuation(first) if thorough else None,
        exponent=largest_exponent(first, dimension=EMBEDDED) if thorough else None,
        boxes=box_counting_dimension(samples[-LAST:]) if thorough else None,
        hurst=hurst_exponent(first) if thorough else None,
        information=mutual_information(first) if thorough and n >= FOR_DELAYS else None,
        neighbours=false_neighbours(first) if thorough and n >= FOR_DELAYS else None,
        returns=return_map(first[-LAST:]) if thorough else None,
        exponents=exponents_of_series(first) if thorough else None,
        status=_together(varying, period, average, growth, found),
    )


def _together(
    varying: npt.NDArray[np.bool_], period: Period, average: BirkhoffAverage, growth: ZeroOneTest, found: Torus
) -> Motion:
    """Say what holds if nothing speaks against it."""
    if not varying.any():
        return Motion.REST
    if period.status is PeriodStatus.FOUND:
        return Motion.PERIODIC
    regular = growth.status is not ZeroOneStatus.CHAOTIC and average.status is not BirkhoffStatus.CHAOTIC
    if found.status is TorusStatus.QUASIPERIODIC and regular:
        return Motion.QUASIPERIODIC
    restless = growth.status is ZeroOneStatus.CHAOTIC and average.status is BirkhoffStatus.CHAOTIC
    if restless and found.status is TorusStatus.NO_TORUS and period.status is PeriodStatus.NONE:
        return Motion.IRREGULAR
    return Motion.UNDETERMINED
