"""Lyapunov exponents of a map: how long to run, where to cut, when to stop."""

from dataclasses import replace
from typing import Any, NamedTuple, Self

import numpy as np

from attractors.exponents.spectrum import LyapunovSpectrum, SpectrumStatus, spectrum_from_stretching
from attractors.system import System, step_time_of

CHUNK_STEPS = 2**14  # steps of a transient whose states are held in memory at a time
SETTLING_STEPS = 256  # steps, at least one block, of the transient that carry the frame: aligned where gaps exceed 0.1
FIRST_STEPS = 4096  # steps before `lyapunov_until` first asks whether to go on
N_BLOCKS = 64


def lyapunov_spectrum(
    system: System,
    start: Any,
    *,
    n_steps: int,
    n_transient: int = 0,
    n_exponents: int | None = None,
    n_blocks: int = N_BLOCKS,
) -> LyapunovSpectrum:
    """Lyapunov exponents of a map by QR of its tangent dynamics.

    Parameters
    ----------
    system : System
        The map.
    start : object
        A state of the system.
    n_steps : int
        Steps to average. They are cut into `n_blocks` equal blocks of whole periods of the clock; what is
        left over lengthens the transient.
    n_transient : int
        Steps discarded before. The last of them (256, or one block if that is longer) already carry the frame,
        so that it is aligned when the average begins; without a transient that alignment costs O(1)/n_steps.
    n_exponents : int, optional
        k, the largest k exponents; all of them if not given.
    n_blocks : int
        Blocks for the standard errors, fewer if n_steps is too short for them.

    Returns
    -------
    LyapunovSpectrum
        Per step; of a flow, which has a `step_time`, per unit of time.

    Raises
    ------
    ValueError
        If n_steps is shorter than two periods of the clock, or a count is out of range.

    Notes
    -----
    λ_i = (1/N) sum_t log |R_ii(t)|. A diverging orbit is reported by the status, with NaN, and not by an
    exception. Cost per step: one Jacobian, O(k d^2) for the tangent vectors and O(d k^2) for their
    orthonormalisation; the first part of the transient costs steps of the map only.

    References
    ----------
    .. [1] G. Benettin, L. Galgani, A. Giorgilli, J.-M. Strelcyn, Meccanica 15, 9 and 21 (1980).
    .. [2] K. Geist, U. Parlitz, W. Lauterborn, Prog. Theor. Phys. 83, 875 (1990).

    Examples
    --------
    Arnold's cat map stretches everywhere by the golden mean squared:

    >>> from attractors import DiscreteMap
    >>> def step(x, p, out):
    ...     out[0] = (2.0 * x[0] + x[1]) % 1.0
    ...     out[1] = (x[0] + x[1]) % 1.0
    >>> def jacobian(x, p, out):
    ...     out[0, 0], out[0, 1], out[1, 0], out[1, 1] = 2.0, 1.0, 1.0, 1.0
    >>> cat = DiscreteMap(step, jacobian, parameters=[], dimension=2)
    >>> spectrum = lyapunov_spectrum(cat, [0.1, 0.2], n_steps=640, n_transient=100)
    >>> spectrum.exponents.round(6)
    array([ 0.962424, -0.962424])
    >>> spectrum.status.name
    'OK'
    """
    spectrum, _ = spectrum_and_end(
        system,
        start,
        n_steps=n_steps,
        n_transient=n_transient,
        n_exponents=n_exponents,
        n_blocks=n_blocks,
    )
    return spectrum.per_time(step_time_of(system))


def spectrum_and_end(
    system: System,
    start: Any,
    *,
    n_steps: int,
    n_transient: int,
    n_exponents: int | None,
    n_blocks: int,
) -> tuple[LyapunovSpectrum, Any]:
    """Return the spectrum, per step, and the end of the orbit; arguments as for `lyapunov_spectrum`."""
    k = system.dimension if n_exponents is None else n_exponents
    if not 1 <= k <= system.dimension:
        raise ValueError(f"n_exponents must be between 1 and the dimension {system.dimension}, got {n_exponents}")
    blocks = Blocks.of(n_steps, n_transient, clock_period=system.clock_period, n_blocks=n_blocks)
    state, finite = end_of_transient(system, start, blocks.n_before)
    if not finite:
        return spectrum_from_stretching(np.full((blocks.n_blocks, k), np.nan), blocks.block_length), state
    stretching = system.stretching(
        state,
        n_exponents=k,
        n_blocks=blocks.n_blocks,
        block_length=blocks.block_length,
        n_settle=blocks.n_settle,
    )
    spectrum = spectrum_from_stretching(stretching.log_factors, blocks.block_length, stretching.unresolved)
    return spectrum, stretching.end


def lyapunov_until(
    system: System,
    start: Any,
    *,
    half_width: float,
    n_max: int,
    n_transient: int = 0,
    n_exponents: int = 1,
) -> LyapunovSpectrum:
    """Lyapunov exponents to a given accuracy: go on until their 95 % intervals are narrow enough.

    Parameters
    ----------
    system, start
        As for `lyapunov_spectrum`.
    half_width : float
        Largest half-width of the 95 % interval of every exponent asked for, nats per step; of a flow, per unit of time.
    n_max : int
        Largest number of steps to average.
    n_transient : int
        Steps discarded before.
    n_exponents : int
        k, the largest k exponents.

    Returns
    -------
    LyapunovSpectrum
        Its `n_steps` says how long it took; the status is TOO_WIDE if n_max was reached first.

    Raises
    ------
    ValueError
        If the half-width is not positive, or a count is out of range.

    Notes
    -----
    The first 4,096 steps (n_max, if that is less) are doubled until the interval is narrow enough; all of them count,
    as the frame is carried on, and blocks are merged in pairs so that 64 remain. Exponents of -inf need no interval.
    To look several times and stop at the first that suits costs some of the 95 %.

    Examples
    --------
    >>> from attractors.examples import henon
    >>> spectrum = lyapunov_until(henon(), [0.1, 0.1], half_width=0.01, n_max=10**6, n_transient=1000)
    >>> low, high = spectrum.confidence_interval()[0]
    >>> print(high - low < 0.02)
    True
    """
    if not half_width > 0.0:
        raise ValueError(f"half_width must be positive, got {half_width}")
    if not 1 <= n_exponents <= system.dimension:
        raise ValueError(f"n_exponents must be between 1 and the dimension {system.dimension}, got {n_exponents}")
    blocks = Blocks.of(min(FIRST_STEPS, n_max), n_transient, clock_period=system.clock_period, n_blocks=N_BLOCKS)
    state, finite = end_of_transient(system, start, blocks.n_before)
    n_blocks, block_length = blocks.n_blocks, blocks.block_length
    if not finite:
        return spectrum_from_stretching(np.full((n_blocks, n_exponents), np.nan), block_length)
    sums, unresolved = np.empty((0, n_exponents)), np.zeros(n_exponents, dtype=np.int64)
    n_settle, frame = blocks.n_settle, None
    while True:
        more = system.stretching(
            state,
            n_exponents=n_exponents,
            n_blocks=n_blocks,
            block_length=block_length,
            n_settle=n_settle,
            frame=frame,
        )
        sums, unresolved = np.concatenate([sums, more.log_factors]), unresolved + more.unresolved
        spectrum = spectrum_from_stretching(sums, block_length, unresolved).per_time(step_time_of(system))
        low, high = spectrum.confidence_interval().T
        narrow = np.all((high - low <= 2.0 * half_width) | np.isneginf(spectrum.exponents))
        if narrow or spectrum.status is SpectrumStatus.DIVERGED:
            return spectrum
        sums = sums[len(sums) % 2 :].reshape(-1, 2, n_exponents).sum(axis=1)
        block_length *= 2
        n_blocks = min(len(sums), n_max // block_length - len(sums))
        if n_blocks < 1:
            few = spectrum.status is SpectrumStatus.FEW_BLOCKS
            return spectrum if few else replace(spectrum, status=SpectrumStatus.TOO_WIDE)
        state, n_settle, frame = more.end, 0, more.frame


class Blocks(NamedTuple):
    """How a run is cut: steps of the map alone, steps that align the frame, and equal blocks to average.

    Attributes
    ----------
    n_before, n_settle : int
        Steps discarded: without the frame, then with it.
    n_blocks, block_length : int
        Blocks, and steps in each: whole periods of the clock.
    """

    n_before: int
    n_settle: int
    n_blocks: int
    block_length: int

    @classmethod
    def of(cls, n_steps: int, n_transient: int, *, clock_period: int = 1, n_blocks: int = 64) -> Self:
        """Cut `n_transient` + `n_steps` steps; what is left over of the latter lengthens the transient.

        Raises
        ------
        ValueError
            If a count is out of range, or n_steps shorter than two periods of the clock.
        """
        if n_transient < 0:
            raise ValueError(f"n_transient must not be negative, got {n_transient}")
        if n_steps < 2 * clock_period or n_blocks < 2:
            raise ValueError(
                f"n_steps must be at least {2 * clock_period} (two periods of the clock) and n_blocks at least 2, "
                f"got n_steps = {n_steps} and n_blocks = {n_blocks}"
            )
        n_blocks = min(n_blocks, n_steps // clock_period)
        block_length = n_steps // n_blocks // clock_period * clock_period
        n_discarded = n_transient + n_steps - n_blocks * block_length
        n_settle = min(n_discarded, max(block_length, SETTLING_STEPS))
        return cls(n_discarded - n_settle, n_settle, n_blocks, block_length)


def end_of_transient(system: System, start: Any, n_steps: int) -> tuple[Any, bool]:
    """State after `n_steps`, and whether the orbit stayed finite; memory does not grow with `n_steps`."""
    state = start
    while n_steps > 0:
        orbit, state = system.orbit(state, min(n_steps, CHUNK_STEPS))
        if not np.isfinite(orbit[-1]).all():
            return state, False
        n_steps -= CHUNK_STEPS
    return state, True
