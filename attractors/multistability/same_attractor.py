"""Are two orbits on the same attractor? Cycles point by point, up to a shift; tori and chaos by their measures."""

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray

ROUNDING = 4e-16  # two units of rounding: what each of two orbits may be off
SAFETY = 10.0  # an approach that is not normal can look closer to its end than it is
FAR = 1e-3  # relative to the extent: a cycle that is not known better than this has not been reached
N_BLOCKS = 8  # of each orbit; 56 distances within two orbits against 64 between them
N_FREQUENCIES = 64
LONGEST_RETURN = 64  # finer combs than that look like the curve that they are on
COARSEST, FINEST = 1.0 / 3.0, 30.0  # wave numbers, in units of the inverse standard deviation


def cycle_tolerance(window: FloatArray, period: int, exponent: float) -> float | None:
    """How far an orbit may be from the cycle that it winds into, from how it returns after a period.

    Parameters
    ----------
    window : array, shape (n, m)
        The orbit's last samples, at least two periods.
    period : int
        p.
    exponent : float
        λ_1, nats per step; if it is not negative, or NaN, a multiplier of 0.999 is assumed.

    Returns
    -------
    float or None
        In the units of the window. None if the orbit misses its last period by more than 10⁻³ of its extent: it is on
        no such cycle.

    Notes
    -----
    At the distance d from the cycle, with the multiplier μ, |μ| = e^{p λ_1}, x_t and x_{t-p} differ by
    δ >= (1 - |μ|) d / |μ|, so that d <= |μ| δ / (1 - |μ|); rounding, ε in every step, dies out no faster, and adds some
    ε / (1 - e^{λ_1}). Ten times their sum is allowed, but no more than 10⁻³ of the orbit's extent (of its size, for a
    fixed point).
    """
    last = window[-2 * period :]
    missed = float(np.abs(last[period:] - last[:-period]).max())
    largest = float(np.abs(last).max())
    extent = float(np.ptp(last, axis=0).max()) if period > 1 else largest
    if missed > FAR * extent:
        return None
    rate = -exponent if exponent < 0.0 else FAR / period
    approach, noise = missed / -np.expm1(-period * rate), ROUNDING * largest / -np.expm1(-rate)
    return float(min(SAFETY * (approach + noise), FAR * extent))


def same_cycle(x: FloatArray, y: FloatArray, clock_period: int, tolerance: float) -> bool:
    """Whether two cycles (p, m) are one: y_t = x_{t+s} for all t, with a shift s of whole periods of the clock.

    Both begin at the same phase of the clock. At another shift they would be met at different phases, and are two
    attractors: state and clock together never coincide.
    """
    if x.shape != y.shape:
        return False
    shifts = np.arange(0, len(x), clock_period)
    shifts = shifts[np.abs(x[shifts] - y[0]).max(axis=1) <= tolerance]
    return any(np.abs(np.roll(x, -s, axis=0) - y).max() <= tolerance for s in shifts)


class Measures(NamedTuple):
    """How the invariant measures of orbits compare.

    Attributes
    ----------
    distances : array, shape (n, n)
        Smallest distance between a block of one orbit and a block of the other, over the largest distance between two
        blocks of one and the same orbit. Above 1: two attractors.
    incomplete : bool array, shape (n,)
        Where the window is too short for the orbit to see all of its attractor.
    """

    distances: FloatArray
    incomplete: npt.NDArray[np.bool_]


def compare_measures(windows: FloatArray, clock_period: int = 1) -> Measures:
    """Compare the invariant measures of orbits, each with its own parts and with the others.

    Parameters
    ----------
    windows : array, shape (n, n_window, m)
        The orbits, all from the same phase of the clock.
    clock_period : int
        T. The samples compared are whole turns of the clock, T m numbers each.

    Returns
    -------
    Measures

    Notes
    -----
    The distance of two blocks is that of their characteristic functions, as in the energy distance [1]_:

        D² = mean_k |φ_A(ω_k) - φ_B(ω_k)|²,   φ_A(ω) = mean over the samples of A of exp(i ω·x),

    with 64 wave vectors ω_k, the same in every call: directions at random, moduli even in the logarithm from 1/3 to 30,
    components in units of their standard deviation over all orbits. Two ergodic measures are the same or are
    singular to each other, so D tells attractors apart that overlap, or lie inside each other.

    Each orbit is cut into 8 blocks, and two orbits differ if all 64 distances between them exceed all 56 within them.
    That asks nothing of the distribution, and adapts to slow orbits, whose own parts lie far apart. Distances within
    are taken as no less than √(2/n), what two samples of n independent points have: the points of a torus are spread
    more evenly, and two combs that miss each other would pass for two tori. Blocks have different lengths, lest a
    rotation resonates with them.

    An orbit is incomplete if it creeps, as a torus next to a resonance: after q steps (1 to 64) it is back so closely
    that all the way it goes in the window does not lead to the next one of q points, or, for q = 1, once around: twice
    the diameter. Cost: some 5 ms for an orbit of 4,096 samples, and 0.1 ms for a pair.

    References
    ----------
    .. [1] G. J. Székely, M. L. Rizzo, J. Stat. Plan. Inference 143, 1249 (2013).
    """
    n, n_window, m = windows.shape
    turns = n_window // clock_period
    if turns < N_BLOCKS:
        raise ValueError(
            f"windows must hold at least {N_BLOCKS} turns of the clock to compare tori and chaos, got {n_window} "
            f"samples and clock_period = {clock_period}"
        )
    samples = windows[:, : turns * clock_period].reshape(n, turns, clock_period * m)
    spread = samples.std(axis=(0, 1))
    samples = samples[:, :, spread > 0.0] / spread[spread > 0.0]
    features = np.array([_block_features(x) for x in samples])  # (n, N_BLOCKS, 2 N_FREQUENCIES)
    inside = np.array([_distances(blocks, blocks) for blocks in features])
    within = np.maximum(inside.max(axis=(1, 2)), np.sqrt(2.0 * N_BLOCKS / turns))
    distances = np.zeros((n, n))
    for i in range(n):
        between = _distances(features[i], features.reshape(n * N_BLOCKS, -1))
        distances[i] = between.reshape(N_BLOCKS, n, N_BLOCKS).min(axis=(0, 2)) / np.maximum(within[i], within)
    return Measures(distances, np.array([_creeps(x) for x in samples]))


def _creeps(x: FloatArray) -> bool:
    """Whether the way from return to return, over all of x (n, d), is shorter than the gaps that it has to close."""
    longest = min(LONGEST_RETURN, len(x) // 4)
    times = np.linspace(0, len(x) - 1 - longest, LONGEST_RETURN).astype(np.int64)
    diameter = np.linalg.norm(x[times, None] - x[None, times], axis=2).max()
    first = np.linalg.norm(x[:longest, None] - x[None, :longest], axis=2)
    np.fill_diagonal(first, np.inf)
    for q in range(1, longest + 1):
        gap = 2.0 * diameter if q == 1 else np.median(first[:q, :q].min(axis=1))
        way = np.linalg.norm(x[times + q] - x[times], axis=1).mean() * len(x) / q
        if way < gap:
            return True
    return False


def _block_features(x: FloatArray) -> FloatArray:
    """Real and imaginary parts of φ(ω_k) for each block of x (n, d), over √N_FREQUENCIES."""
    rng = np.random.default_rng(0)
    directions = rng.normal(size=(x.shape[1], N_FREQUENCIES))
    directions /= np.linalg.norm(directions, axis=0)
    phases = x @ (directions * np.geomspace(COARSEST, FINEST, N_FREQUENCIES))
    uneven = np.cumsum(1.0 + 0.3 * np.cos(np.arange(N_BLOCKS) ** 2))  # a torus is met at phases without a pattern
    cuts = np.append(0, (uneven / uneven[-1] * len(x)).round()).astype(np.int64)
    lengths = np.diff(cuts)[:, None]
    parts = [np.add.reduceat(wave, cuts[:-1]) / lengths for wave in (np.cos(phases), np.sin(phases))]
    return np.asarray(np.hstack(parts) / np.sqrt(N_FREQUENCIES))


def _distances(x: FloatArray, y: npt.NDArray[np.float64]) -> FloatArray:
    squares = (x**2).sum(axis=1)[:, None] + (y**2).sum(axis=1) - 2.0 * x @ y.T
    return np.asarray(np.sqrt(np.maximum(squares, 0.0)))
