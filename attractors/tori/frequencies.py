"""Frequencies of tori, from the lines of a series: how many, locked or not, and in how many pieces."""

import itertools
import math
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.series import as_series
from attractors.spectra.periodogram import PowerSpectrum, power_spectrum
from attractors.tori.birkhoff import birkhoff_weights
from attractors.tori.resonances import FREQUENCY_ROUNDING, RESONANCE_SIGMAS, TorusStatus, _locked, simplest_fraction

FEWEST_SAMPLES = 1_024  # samples, for two halves with lines
IN_LINES = 0.98  # share of the variance that lines must carry
N_LINES = 12  # the strongest, of all components
FAINTEST_SHARE = 1e-6  # share of a component's variance
NEWTON_STEPS = 6  # that refine a frequency
MOST_PIECES = 64  # at most
LARGEST_ORDERS = {1: 16, 2: 8, 3: 4}  # largest |n_i| in Σ n_i f_i + k/q, by the number of frequencies


@dataclass(frozen=True, eq=False)
class Torus(Result):
    """Frequencies of a quasi-periodic orbit.

    Attributes
    ----------
    frequencies, errors : arrays, shape (n,)
        A basis, cycles per sample, in (0, 1/2); and the difference between both halves of the series. Any other basis,
        with integer combinations and fractions k/q added, describes the torus as well.
    pieces : int
        q: all lines are Σ n_i f_i + k/q. The orbit visits q closed pieces in turn, the clock's phases among them.
    resonance : tuple of Fraction
        The simplest fraction p/r within 5 errors of each frequency.
    excluded_order : int array, shape (n,)
        Every resonance r f = p with r up to this is excluded, at 5 errors.
    lines : array, shape (n_lines, 3)
        The evidence: frequency, its error, and share of the variance, the strongest first.
    status : TorusStatus
        What it tells.
    """

    frequencies: FloatArray
    errors: FloatArray
    pieces: int
    resonance: tuple[Fraction, ...]
    excluded_order: npt.NDArray[np.int64]
    lines: FloatArray
    status: TorusStatus

    def headline(self) -> str:
        """Return the frequencies with their errors, the number of pieces, and what they tell."""
        known = "; ".join(
            f"{frequency:.12g} ± {error:.1g}, no resonance up to order {order}"
            for frequency, error, order in zip(self.frequencies, self.errors, self.excluded_order, strict=True)
        )
        return f"{known or 'no frequency'}; {self.pieces} pieces; {self.status.words}"


def torus(series: npt.ArrayLike, *, clock_period: int = 1, spectrum: PowerSpectrum | None = None) -> Torus:
    """Frequencies of the torus on which a series runs, without a chosen angle.

    Parameters
    ----------
    series : array-like, shape (n,) or (n, m)
        Samples along one orbit that has settled.
    clock_period : int
        Period of the drive, T: multiples of 1/T are no frequencies of the torus.
    spectrum : PowerSpectrum, optional
        Periodogram of this series, if it is known already.

    Returns
    -------
    Torus

    Raises
    ------
    ValueError
        If the series is not finite, or the clock's period less than 1.

    Notes
    -----
    The strongest lines of the spectrum, of all components, are refined: f maximises |Σ w_t x_t e^{-2πi f t}|, with the
    weights of a Birkhoff average, whose lobes fall faster than any power of the distance [1]_. Errors are differences
    between the halves of the series. Then the smallest number of frequencies is sought, out of the lines themselves,
    such that every line is Σ n_i f_i + k/q (mod 1, |n_i| <= 16, 8, 4 for one, two, three of them) with the smallest
    multiple q <= 64 of the clock's period. Cost: some 0.5 s for 75,000 samples.

    References
    ----------
    .. [1] J. Laskar, Physica D 67, 257 (1993): frequency analysis.

    Examples
    --------
    >>> t = np.arange(20_000)
    >>> angle = 2 * np.pi * 0.1234567890123 * t
    >>> answer = torus(np.cos(angle) + 0.1 * np.cos(3 * angle + np.pi / 2 * t), clock_period=4)
    >>> answer.frequencies.round(8), answer.pieces, answer.status.name
    (array([0.12345679]), 4, 'QUASIPERIODIC')
    """
    samples = as_series(series)
    if clock_period < 1:
        raise ValueError(f"clock_period must be at least 1, got {clock_period}")
    n = len(samples)
    if n < FEWEST_SAMPLES:
        return _nothing(np.empty((0, 3)), TorusStatus.SHORT)
    spectrum = power_spectrum(samples) if spectrum is None else spectrum
    variance = samples.var(axis=0)
    varying = spectrum.power.sum(axis=0) > 0.0
    if not varying.any():
        return _nothing(np.empty((0, 3)), TorusStatus.CONSTANT)
    shares = [(line.power / variance[line.component], line) for line in spectrum.lines]
    strongest = sorted((x for x in shares if x[0] > FAINTEST_SHARE), key=lambda x: -x[0])
    lines: list[tuple[float, float, float]] = []
    for share, line in strongest:
        if len(lines) == N_LINES or any(abs(line.frequency - f) < 4 * spectrum.resolution for f, _, _ in lines):
            continue
        x = samples[:, line.component] - samples[:, line.component].mean()
        frequency = _refined(x, line.frequency)
        halves = [_refined(part - part.mean(), frequency) for part in (x[: n // 2], x[n - n // 2 :])]
        lines.append((frequency, abs(halves[0] - halves[1]) + FREQUENCY_ROUNDING, share))
    evidence = np.array(lines).reshape(-1, 3)
    if spectrum.line_share[varying].min() < IN_LINES:
        return _nothing(evidence, TorusStatus.NO_TORUS)
    return _explained(evidence, clock_period)


@analyses("torus", "frequencies")
def _torus_of(recording: Recording) -> Torus:
    spectrum = recording.answer("spectrum")
    return torus(recording.samples, clock_period=recording.clock_period, spectrum=spectrum)


def _refined(x: FloatArray, frequency: float) -> float:
    """Frequency near the given one where |Σ w x e^{-iωt}|² is largest, by Newton's method."""
    n = len(x)
    t = np.arange(n) - 0.5 * (n - 1)
    weighted = birkhoff_weights(n) * x
    omega = 2.0 * math.pi * frequency
    for _ in range(NEWTON_STEPS):
        wave = weighted * np.exp(-1j * omega * t)
        a, a1, a2 = wave.sum(), -1j * (wave @ t), -(wave @ t**2)
        slope = 2.0 * (np.conj(a) * a1).real
        curvature = 2.0 * (abs(a1) ** 2 + (np.conj(a) * a2).real)
        if not curvature < 0.0:
            break
        change = -slope / curvature
        omega += min(max(change, -2.0 / n), 2.0 / n)
    return min(abs(omega) / (2.0 * math.pi), 0.5)


def _explained(lines: FloatArray, clock_period: int) -> Torus:
    """Find the fewest frequencies, and the smallest q, that explain all lines."""
    f, errors = lines[:, 0], lines[:, 1]
    pieces = range(clock_period, max(MOST_PIECES, clock_period) + 1, clock_period)
    for q in pieces:
        if (_distance(q * f) <= q * _allowed(errors)).all():
            return Torus(np.empty(0), np.empty(0), q, (), np.empty(0, dtype=np.int64), lines, TorusStatus.LOCKED)
    for dimension, order in LARGEST_ORDERS.items():
        for q in pieces:
            basis = _basis(f, errors, q, dimension, order)
            if basis is not None:
                return _torus(lines, list(basis), q)
    return _nothing(lines, TorusStatus.UNRESOLVED)


def _basis(f: FloatArray, errors: FloatArray, q: int, dimension: int, order: int) -> tuple[int, ...] | None:
    """Lines of which all are integer combinations, with multiples of 1/q: those with the smallest integers; or None."""
    counts = np.array(list(itertools.product(range(-order, order + 1), repeat=dimension)))
    sizes = np.abs(counts).sum(axis=1)
    best, found = math.inf, None
    for basis in itertools.combinations(range(len(f)), dimension):
        combined = counts @ f[list(basis)]
        allowed = _allowed(errors)[:, None] + np.abs(counts) @ _allowed(errors[list(basis)])
        fits = _distance(q * (f[:, None] - combined)) <= q * allowed
        if not fits.any(axis=1).all():
            continue
        total = np.where(fits, sizes, order * dimension + 1).min(axis=1).sum()
        if total < best:
            best, found = float(total), basis
    return found


def _torus(lines: FloatArray, basis: list[int], q: int) -> Torus:
    frequencies, errors = lines[basis, 0], lines[basis, 1]
    resonances = tuple(
        simplest_fraction(x - RESONANCE_SIGMAS * e, x + RESONANCE_SIGMAS * e)
        for x, e in zip(frequencies, errors, strict=True)
    )
    locked = [_locked(resonance, e) for resonance, e in zip(resonances, errors, strict=True)]
    return Torus(
        frequencies=frequencies,
        errors=errors,
        pieces=q,
        resonance=resonances,
        excluded_order=np.array([resonance.denominator - 1 for resonance in resonances]),
        lines=lines,
        status=TorusStatus.LOCKED if all(locked) else TorusStatus.QUASIPERIODIC,
    )


def _allowed(errors: FloatArray) -> FloatArray:
    return RESONANCE_SIGMAS * errors


def _distance(x: FloatArray) -> FloatArray:
    """Distance to the nearest integer."""
    return np.abs(x - np.round(x))


def _nothing(lines: FloatArray, status: TorusStatus) -> Torus:
    return Torus(np.empty(0), np.empty(0), 0, (), np.empty(0, dtype=np.int64), lines, status)
