"""Power spectra of series, normalised so that they add up to the variance, and the lines in them."""

import math
from dataclasses import dataclass
from typing import Literal

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, first_of
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series, constant_columns
from attractors.status import Status, doubt, sure

WINDOW_ORDER = 3  # lines are looked for through the window sin⁶: its side lobes fall as the 14th power of the distance
LOBE_BINS = WINDOW_ORDER + 1  # bins on each side that a line fills
APART_BINS = 8  # bins within which only the strongest peak is a line
WEAKEST_POWER = 1e-10  # of the strongest line's power: less can be a side lobe, or rounding
MOST_LINES = 64  # lines of a component, the strongest
FALSE_ALARM = 0.01  # probability that a spectrum of noise shows a line
BACKGROUND_BINS = 128  # bins of which the median gives the background
THRESHOLD_MARGIN = 1.5  # on the threshold, for the error of that median
FEWEST_SAMPLES = 4 * BACKGROUND_BINS  # samples below which no lines are looked for
FREQUENCY_ROUNDING = 2.0**-52  # what a frequency is known to at best


class SpectrumKind(Status):
    """How far a power spectrum can be read; the value says what to do."""

    OK = sure("The powers add up to the variance; lines are those that noise would show with a probability below 1 %.")
    NO_LINES_SOUGHT = sure(
        "Lines were not looked for: that takes the periodogram of 512 samples or more. The powers are right."
    )
    CONSTANT = doubt("A component does not vary beyond rounding, so it has no spectrum: its powers and lines are 0.")


@dataclass(frozen=True, eq=False)
class Line(Result):
    """A narrow peak of the spectrum.

    Attributes
    ----------
    component : int
        Column of the series.
    frequency, frequency_error : float
        Cycles per sample, interpolated between bins; and one standard error, from the background around it.
    power, power_error : float
        Part of the variance, in the series' unit squared, background subtracted; and one standard error.
    width : float
        Full width at half height, cycles per sample. A line that never loses its phase has the window's own,
        `PowerSpectrum.resolution`.
    """

    component: int
    frequency: float
    frequency_error: float
    power: float
    power_error: float
    width: float


@dataclass(frozen=True, eq=False)
class PowerSpectrum(Result):
    """How the variance of a series is spread over frequencies.

    Attributes
    ----------
    frequencies : array, shape (n_f,)
        Cycles per sample, 0 to 1/2.
    power : array, shape (n_f, m)
        Part of the variance of each component at each frequency, in its unit squared. Means are removed.
    degrees_of_freedom : float
        Of the χ² law that a power follows around its expectation, in a continuous spectrum: 2 for a periodogram.
    lines : tuple of Line
        Component by component, the strongest first.
    line_share : array, shape (m,)
        Part of the variance that is in lines: 1 for cycles and tori, 0 for mixing chaos without a clock.
    resolution : float
        Full width at half height of a perfectly sharp line, cycles per sample; closer than four times that two
        lines are not told apart.
    status : SpectrumKind
        How far it can be read.
    """

    frequencies: FloatArray
    power: FloatArray
    degrees_of_freedom: float
    lines: tuple[Line, ...]
    line_share: FloatArray
    resolution: float
    status: SpectrumKind

    def confidence_band(self, level: float = 0.95) -> tuple[FloatArray, FloatArray]:
        """Lower and upper limits (n_f, m) of the expected power, where the spectrum is continuous: χ² law."""
        if not 0.0 < level < 1.0:
            raise ValueError(f"level must be between 0 and 1, such as 0.95, got {level}")
        from scipy.special import chdtri  # noqa: PLC0415 - only who asks for bands waits for it

        nu = self.degrees_of_freedom
        high, low = chdtri(nu, 0.5 - 0.5 * level), chdtri(nu, 0.5 + 0.5 * level)
        return self.power * (nu / high), self.power * (nu / low)

    def headline(self) -> str:
        """Return what is in lines of the first component's variance, and its three strongest lines."""
        strongest = [line for line in self.lines if line.component == 0][:3]
        known = ", ".join(f"{line.frequency:.9g} ± {line.frequency_error:.1g}" for line in strongest)
        lines = f": {known}" if known else ""
        return f"{first_of(self.line_share):.1%} of the variance in lines{lines}; {self.status.words}"


def power_spectrum(
    series: npt.ArrayLike, *, method: Literal["periodogram", "welch"] = "periodogram", n_segment: int | None = None
) -> PowerSpectrum:
    """Power spectrum of each component of a series.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples at equal intervals.
    method : {"periodogram", "welch"}
        The periodogram resolves 1/n and finds lines; Welch's average over segments shows continuous spectra.
    n_segment : int, optional
        Samples in a segment, only with "welch"; an eighth of the series if not given.

    Returns
    -------
    PowerSpectrum

    Raises
    ------
    ValueError
        If the series is too short or not finite, or the method unknown.

    Notes
    -----
    Periodogram: P_k = c_k |Σ_t (x_t - mean) e^{-2πi k t / n}|² / n², c_k = 2, but 1 at k = 0 and 1/2. Parseval's
    theorem makes Σ_k P_k the variance (1/n) Σ_t (x_t - mean)², to rounding. Welch: segments overlap by half under
    Hann's window; the sum is the variance on average.

    Lines are local maxima of a periodogram through the window sin⁶(π t/n), highest within 8 bins, above the
    background (medians of 128 bins) by a factor that noise reaches anywhere in the spectrum with a probability of 1 %.
    With p = 3 and r the ratio of the larger neighbour to the peak, in amplitude, a line lies ((p+1) r - p)/(r + 1) bins
    from it: exact without noise and other lines. Its power is the sum over the window's lobe.

    Cost: O(n log n) per component, some 4 ms for 75,000 samples.

    References
    ----------
    .. [1] P. D. Welch, IEEE Trans. Audio Electroacoust. 15, 70 (1967).
    .. [2] D. C. Rife, R. R. Boorstyn, IEEE Trans. Inf. Theory 20, 591 (1974): how well a frequency can be known.

    Examples
    --------
    >>> t = np.arange(1000)
    >>> spectrum = power_spectrum(3.0 * np.cos(2 * np.pi * 0.1234 * t))
    >>> float(spectrum.power.sum().round(3)), spectrum.line_share.round(6)
    (4.499, array([1.]))
    >>> round(spectrum.lines[0].frequency, 6), round(spectrum.lines[0].power, 3)
    (0.1234, 4.5)
    """
    samples = as_series(series)
    if method not in {"periodogram", "welch"}:
        raise ValueError(f"method must be 'periodogram' or 'welch', got {method!r}")
    if n_segment is not None and (method != "welch" or not 2 <= n_segment <= len(samples)):
        raise ValueError(f"n_segment goes with 'welch' and must be from 2 to {len(samples)}, got {n_segment}")
    columns = np.ascontiguousarray(samples.T)  # along rows of memory numpy adds and compares many times faster
    varying = columns - columns.mean(axis=1, keepdims=True)
    still = constant_columns(samples)
    varying[still] = 0.0
    n = len(samples)
    if method == "welch":
        return _welch(varying, n_segment or max(2, n // 8), still)
    sought = n >= FEWEST_SAMPLES
    found = _lines(varying, still) if sought else [[] for _ in still]
    variance = np.where(still, 1.0, np.mean(varying**2, axis=1))
    share = np.array([sum(line.power for line in lines) for lines in found]) / variance
    return PowerSpectrum(
        frequencies=np.arange(n // 2 + 1) / n,
        power=_periodogram(varying).T,
        degrees_of_freedom=2.0,
        lines=tuple(line for lines in found for line in lines),
        line_share=np.minimum(share, 1.0),
        resolution=_lobe_width() / n,
        status=_status(still, sought=sought),
    )


@analyses("spectrum", "spectrum")
def _spectrum_of(recording: Recording) -> PowerSpectrum:
    return power_spectrum(recording.samples)


def _status(still: npt.NDArray[np.bool_], *, sought: bool) -> SpectrumKind:
    if still.any():
        return SpectrumKind.CONSTANT
    return SpectrumKind.OK if sought else SpectrumKind.NO_LINES_SOUGHT


def _periodogram(varying: FloatArray) -> FloatArray:
    """One-sided powers (m, n_f) that add up to the mean squares of the components (m, n)."""
    from scipy import fft  # noqa: PLC0415 - only who needs a transform waits for it

    n = varying.shape[1]
    transformed = fft.rfft(varying)
    power = (transformed.real**2 + transformed.imag**2) * (2.0 / n**2)
    power[:, 0] *= 0.5
    if n % 2 == 0:
        power[:, -1] *= 0.5
    return np.asarray(power)


def _welch(varying: FloatArray, n_segment: int, still: npt.NDArray[np.bool_]) -> PowerSpectrum:
    from scipy import signal  # noqa: PLC0415 - takes a while to import

    frequencies, density = signal.welch(varying, nperseg=n_segment, detrend="constant")
    n_segments = 1 + (varying.shape[1] - n_segment) // (n_segment - n_segment // 2)
    overlap = 2.0 * (1.0 / 6.0) ** 2 * (1.0 - 1.0 / n_segments)  # Hann's windows, half over another, share 1/6
    return PowerSpectrum(
        frequencies=frequencies,
        power=density.T / n_segment,
        degrees_of_freedom=2.0 * n_segments / (1.0 + overlap),
        lines=(),
        line_share=np.full(len(varying), math.nan),
        resolution=1.44 / n_segment,
        status=_status(still, sought=False),
    )


# ---- lines -------------------------------------------------------------------------------------------------------


def _lines(varying: FloatArray, still: npt.NDArray[np.bool_]) -> list[list[Line]]:
    """Lines of each component, the strongest first."""
    n = varying.shape[1]
    sine = np.sin(np.pi * (np.arange(n) + 0.5) / n)
    window = (sine * sine) ** WINDOW_ORDER
    squared = window * window
    mean_square = np.mean(squared)
    spread = float(np.mean(squared * squared) / mean_square**2)  # bins' worth of noise that the window lets in
    powers = _periodogram(window * varying) / mean_square
    return [
        [] if still[i] else [_line(i, peak, lobe, noise, spread, n) for peak, lobe, noise in _peaks(power, n)]
        for i, power in enumerate(powers)
    ]


def _peaks(power: FloatArray, n: int) -> list[tuple[int, FloatArray, float]]:
    """Bins where lines are, with two-sided powers around them and the background below."""
    around = np.lib.stride_tricks.sliding_window_view(_mirrored(power, n), 2 * APART_BINS + 1)
    background = _background(power)
    factor = THRESHOLD_MARGIN * math.log(len(power) / FALSE_ALARM)
    high = np.flatnonzero((power > factor * background) & (power >= WEAKEST_POWER * power.max()))
    high = high[(high > 0) & (around[high, APART_BINS] >= around[high].max(axis=1))]
    high = high[np.argsort(-power[high], kind="stable")][:MOST_LINES]
    lobes = around[high, APART_BINS - LOBE_BINS : APART_BINS + LOBE_BINS + 1]
    return list(zip(high.tolist(), lobes, background[high].tolist(), strict=True))


def _line(component: int, peak: int, lobe: FloatArray, noise: float, spread: float, n: int) -> Line:
    total = max(_lobe_power(lobe, peak, n) - (2 * LOBE_BINS + 1) * noise, 0.5 * float(lobe[LOBE_BINS]))
    return Line(
        component=component,
        frequency=min((peak + _offset(lobe)) / n, 0.5),
        frequency_error=max(spread * math.sqrt(6.0 * noise / total) / (2.0 * math.pi * n), FREQUENCY_ROUNDING),
        power=total,
        power_error=math.sqrt(2.0 * spread * noise * total),
        width=_width(lobe) / n,
    )


def _mirrored(power: FloatArray, n: int) -> FloatArray:
    """Two-sided powers, doubled, with eight more bins beyond 0 and 1/2."""
    two_sided = power.copy()
    two_sided[0] *= 2.0
    if n % 2 == 0:
        two_sided[-1] *= 2.0
    end = two_sided[-APART_BINS - 1 : -1] if n % 2 == 0 else two_sided[-APART_BINS:]
    return np.concatenate([two_sided[APART_BINS:0:-1], two_sided, end[::-1]])


def _background(power: FloatArray) -> FloatArray:
    """Estimate the power without lines: medians over blocks of bins, over the median log 2 of an exponential law."""
    whole = len(power) // BACKGROUND_BINS * BACKGROUND_BINS
    levels = np.median(power[:whole].reshape(-1, BACKGROUND_BINS), axis=1)
    return np.repeat(levels / math.log(2.0), BACKGROUND_BINS)[np.minimum(np.arange(len(power)), whole - 1)]


def _lobe_power(lobe: FloatArray, peak: int, n: int) -> float:
    """Sum over the lobe; bins beyond 0 or 1/2 are seen twice, and those at 0 or 1/2 counted half."""
    bins = peak + np.arange(-LOBE_BINS, LOBE_BINS + 1)
    inside = (bins >= 0) & (2 * bins <= n)
    halved = (bins == 0) | (2 * bins == n)
    return float(np.sum(lobe[inside]) - 0.5 * np.sum(lobe[halved]))


def _offset(lobe: FloatArray) -> float:
    """Bins from the peak to the line: ((p+1) r - p) / (r + 1), r the larger neighbour's amplitude over the peak's."""
    side = 1 if lobe[LOBE_BINS + 1] >= lobe[LOBE_BINS - 1] else -1
    r = math.sqrt(lobe[LOBE_BINS + side] / lobe[LOBE_BINS])
    return side * ((WINDOW_ORDER + 1) * r - WINDOW_ORDER) / (r + 1.0)


def _width(lobe: FloatArray) -> float:
    """Full width at half of the highest bin, in bins, between bins linear in the logarithm."""
    half = math.log(0.5 * lobe[LOBE_BINS])
    logs = np.log(np.maximum(lobe, 1e-300))
    reach = []
    for side in (logs[LOBE_BINS::-1], logs[LOBE_BINS:]):
        below = np.flatnonzero(side < half)
        first = int(below[0]) if below.size else LOBE_BINS
        step = (side[first - 1] - half) / (side[first - 1] - side[first]) if below.size else 1.0
        reach.append(first - 1 + step)
    return float(sum(reach))


def _lobe_width() -> float:
    """Full width at half height of the window's lobe, in bins: |W(δ)|² = (p!)⁴ / (Γ(p+1+δ) Γ(p+1-δ))²."""
    from scipy.optimize import brentq  # noqa: PLC0415 - only who looks for lines waits for it
    from scipy.special import gammaln  # noqa: PLC0415

    def log_half(delta: float) -> float:
        return float(
            2.0
            * (2.0 * gammaln(WINDOW_ORDER + 1) - gammaln(WINDOW_ORDER + 1 + delta) - gammaln(WINDOW_ORDER + 1 - delta))
            - math.log(0.5)
        )

    return 2.0 * float(brentq(log_half, 0.0, WINDOW_ORDER))
