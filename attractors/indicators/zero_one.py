"""The 0-1 test for chaos: a walker in the plane, driven by the series, stays (0) or diffuses (1)."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, first_of
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.spectra.correlation import Autocorrelation, autocorrelation
from attractors.status import Status, doubt, sure

N_ANGLES = 100
N_SEGMENTS = 4  # parts of the series, each with a quarter of the angles: an episode does not decide alone
LONGEST_SEGMENT = 3_000  # samples in a segment: with more the answer seldom changes
SHORTEST_SEGMENT = 200  # samples in a segment
LAG_FRACTION = 10  # lags of the mean square displacement: a tenth of the segment
OVERSAMPLED_STEPS = 4.0  # steps that a series may stay correlated; beyond, it is thinned to that
REGULAR_BELOW, CHAOTIC_ABOVE = 0.2, 0.8


class ZeroOneStatus(Status):
    """What the test tells; the value says what to do."""

    REGULAR = sure("The walker stays: periodic or quasi-periodic.")
    CHAOTIC = sure("The walker diffuses: chaotic, or noise, which this test does not tell apart.")
    UNDETERMINED = doubt(
        "The walker neither stays nor diffuses within the samples, or components disagree: weak chaos, a slow "
        "transient, too few samples. Take a longer series, after a longer transient."
    )
    SHORT = doubt("Fewer than 200 samples, after thinning, do not decide. Take a longer series.")
    CONSTANT = doubt("A component does not vary beyond rounding: leave it out.")


@dataclass(frozen=True, eq=False)
class ZeroOneTest(Result):
    """Growth of a walker's mean square displacement.

    Attributes
    ----------
    growth : array, shape (m,)
        K, the median over angles: near 0 regular, near 1 chaotic. NaN for a constant, or too few samples.
    interval : array, shape (m, 2)
        95 % interval of that median, by order statistics over angles and segments.
    by_angle : array, shape (n_angles, m)
        K_c of each angle, in the order of `angles`.
    angles : array, shape (n_angles,)
        c, radians per sample.
    thinning : int
        Every so many-th sample was used.
    n_samples : int
        Samples in a segment.
    status : ZeroOneStatus
        What it tells.
    """

    growth: FloatArray
    interval: FloatArray
    by_angle: FloatArray
    angles: FloatArray
    thinning: int
    n_samples: int
    status: ZeroOneStatus

    def headline(self) -> str:
        """Return K of the first component, and what the test tells."""
        return f"K = {first_of(self.growth):.3f}; {self.status.words}"


def zero_one_test(
    series: npt.ArrayLike,
    *,
    thinning: int | None = None,
    seed: int = 0,
    correlation: Autocorrelation | None = None,
) -> ZeroOneTest:
    """Tell chaos from regular motion by the 0-1 test, for each component.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals; of a map, its orbit.
    thinning : int, optional
        Use every so many-th sample; if not given, 1, or the correlation time of a series sampled too densely.
    seed : int
        Of the angles.
    correlation : Autocorrelation, optional
        Of this series, if it is known already: the correlation time of at most 3,000 samples is taken from it; of a
        longer series it is that of the first 3,000, which are correlated anew.

    Returns
    -------
    ZeroOneTest

    Raises
    ------
    ValueError
        If the series is too short or not finite, or `thinning` less than 1.

    Notes
    -----
    z(t) = Σ_{j<=t} (x_j - mean) e^{ijc}, M_c(l) = <|z(t + l) - z(t)|²> over t, for l up to a tenth of the samples; K_c
    is the correlation of M_c with l. Angles c are drawn from (π/5, 4π/5). What is known to go wrong, and what is done:

    - *Oversampling.* A walker driven by a smooth signal goes round and round whatever the signal. If |ρ| takes more
      than 4 steps to fall below 1/e, so many are left out between samples.
    - *Resonance.* Where c is a line of the series the walker marches off. The median over angles does not see it.
    - *The mean* would make the walker circle, and hide growth: it is removed.
    - *The observable.* Each component is tested; UNDETERMINED if they disagree.
    - *Episodes.* Angles are spread over four segments of the series, 3,000 samples at most.

    Cost: O(n log n) for each angle, some 20 ms per component.

    References
    ----------
    .. [1] G. A. Gottwald, I. Melbourne, SIAM J. Appl. Dyn. Syst. 8, 129 (2009).
    .. [2] G. A. Gottwald, I. Melbourne, in Chaos Detection and Predictability, Lect. Notes Phys. 915, 221 (2016).

    Examples
    --------
    >>> x = [0.3]
    >>> for _ in range(5000):
    ...     x.append(3.97 * x[-1] * (1 - x[-1]))
    >>> answer = zero_one_test(x)
    >>> answer.status.name, bool(answer.growth[0] > 0.95)
    ('CHAOTIC', True)
    """
    samples = as_series(series)
    if thinning is not None and thinning < 1:
        raise ValueError(f"thinning must be at least 1, got {thinning}")
    still = constant_columns(samples)
    step = _thinning(samples[:, ~still], correlation) if thinning is None else thinning
    thinned = samples[::step]
    length = min(LONGEST_SEGMENT, max(len(thinned) // N_SEGMENTS, min(len(thinned), SHORTEST_SEGMENT)))
    angles = np.random.default_rng(seed).uniform(math.pi / 5, 4 * math.pi / 5, N_ANGLES)
    by_angle = np.full((N_ANGLES, samples.shape[1]), np.nan)
    if length >= SHORTEST_SEGMENT:
        starts = np.linspace(0, len(thinned) - length, N_SEGMENTS).astype(int)
        for start, part in zip(starts, np.array_split(np.arange(N_ANGLES), N_SEGMENTS), strict=True):
            segment = thinned[start : start + length]
            for i in np.flatnonzero(~still):
                by_angle[part, i] = _growth(segment[:, i], angles[part])
    ordered = np.sort(by_angle, axis=0)
    interval = ordered[[39, 60]].T  # ranks 40 and 61 of 100: binomial, 95.4 %
    return ZeroOneTest(
        growth=np.median(by_angle, axis=0),
        interval=interval,
        by_angle=by_angle,
        angles=angles,
        thinning=step,
        n_samples=length,
        status=_status(interval[~still], length, some_still=bool(still.any())),
    )


@analyses("growth", "0-1 test")
def _growth_of(recording: Recording) -> ZeroOneTest:
    varying = recording.varying
    samples = recording.samples[:, varying] if varying.any() else recording.samples
    return zero_one_test(samples, correlation=recording.answer("correlation"))


def _status(interval: FloatArray, length: int, *, some_still: bool) -> ZeroOneStatus:
    if some_still:
        return ZeroOneStatus.CONSTANT
    if length < SHORTEST_SEGMENT:
        return ZeroOneStatus.SHORT
    if interval[:, 1].max() < REGULAR_BELOW:
        return ZeroOneStatus.REGULAR
    return ZeroOneStatus.CHAOTIC if interval[:, 0].min() > CHAOTIC_ABOVE else ZeroOneStatus.UNDETERMINED


def _thinning(samples: FloatArray, correlation: Autocorrelation | None) -> int:
    """Count the steps after which samples are no longer much alike; 1 where that is at once."""
    if not samples.shape[1] or len(samples) < SHORTEST_SEGMENT:
        return 1
    if correlation is None or len(samples) > LONGEST_SEGMENT:
        correlation = autocorrelation(samples[:LONGEST_SEGMENT])
    decay = correlation.decay_time
    longest = np.max(decay[np.isfinite(decay)], initial=1.0)
    return math.ceil(longest) if longest > OVERSAMPLED_STEPS else 1


def _growth(x: FloatArray, angles: FloatArray) -> FloatArray:
    """K_c for each angle: correlation with the lag of the walker's mean square displacement, by FFT."""
    from scipy import fft  # noqa: PLC0415 - only who needs a transform waits for it

    n_lags = len(x) // LAG_FRACTION
    n = len(x) - n_lags
    z = np.cumsum((x - x.mean()) * np.exp(1j * np.outer(angles, np.arange(1, len(x) + 1))), axis=1)
    padded = fft.next_fast_len(len(x))
    products = fft.ifft(np.conj(fft.fft(z[:, :n], padded)) * fft.fft(z, padded))[:, : n_lags + 1].real
    squares = np.cumsum(np.abs(z) ** 2, axis=1)
    later = squares[:, n - 1 : n + n_lags].copy()
    later[:, 1:] -= squares[:, :n_lags]
    displacement = (later + squares[:, n - 1 : n] - 2.0 * products)[:, 1:] / n
    lags = np.arange(1.0, n_lags + 1.0)
    lags -= lags.mean()
    displacement -= displacement.mean(axis=1, keepdims=True)
    scale = np.sqrt(np.sum(lags**2) * np.sum(displacement**2, axis=1))
    return np.asarray(displacement @ lags / np.where(scale > 0.0, scale, 1.0))
