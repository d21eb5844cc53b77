"""Lyapunov exponents with their doubt: averages over blocks, standard errors from the scatter of the blocks."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, NamedTuple, Self

import numpy as np
import numpy.typing as npt

from attractors.results import json_number
from attractors.system import FloatArray, System

FEWEST_BLOCKS = 16  # Student's t at 95 % is then 2.13, close to the normal 1.96
CHUNK = 2**14  # steps of a transient whose states are held in memory at a time
SETTLING = 256  # steps, at least one block, of the transient that carry the frame: aligned where gaps exceed 0.1
ROUNDING_NATS = 36.0  # -log of the rounding unit: what one unresolved decomposition can take from a sum
BOUNDED_SUM = 10.0  # nats: how far sums of log stretching are taken to swing on a torus, where they stay bounded


class SpectrumStatus(Enum):
    """How far a spectrum can be trusted; the value says what to do."""

    OK = "The exponents and their standard errors can be trusted."
    DIVERGED = "The orbit did not stay finite, so there are no exponents. Start elsewhere or change the parameters."
    FEW_BLOCKS = (
        "The standard errors may be too small: fewer than 16 blocks, or neighbouring blocks are still "
        "correlated. Increase n_steps (and n_blocks, if it is below 16)."
    )
    UNRESOLVED = (
        "Some of the lowest exponents rest on directions shorter than double precision resolves (see `resolved`): "
        "-inf is right if the Jacobian is singular, and a finite value is an upper bound, for rounding has a say in "
        "it. Ask for fewer exponents, or use the resolved ones."
    )


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum:
    """Lyapunov exponents of one orbit.

    Attributes
    ----------
    exponents : array, shape (k,)
        Nats per step, descending. -inf where a direction is annihilated; all NaN if the orbit diverged.
    standard_errors : array, shape (k,)
        One standard error, nats per step; NaN where the exponent is not finite.
    n_blocks : int array, shape (k,)
        Blocks behind each standard error, after merging; 0 where there is none. An interval is
        `exponents ± t * standard_errors` with Student's t for n_blocks - 1 degrees of freedom.
    log_factors : array, shape (blocks, k)
        The evidence: log stretching summed over each block, in the order of `exponents`.
    n_steps : int
        Steps averaged.
    resolved : bool array, shape (k,)
        False where rounding has a say beyond the standard error: -inf may also mean "too small to be seen", a
        finite value is too high.
    status : SpectrumStatus
        What can be trusted, and the remedy; the first that applies of DIVERGED, FEW_BLOCKS, UNRESOLVED.
    """

    exponents: FloatArray
    standard_errors: FloatArray
    n_blocks: npt.NDArray[np.int64]
    log_factors: FloatArray
    n_steps: int
    resolved: npt.NDArray[np.bool_]
    status: SpectrumStatus

    @property
    def zero_band(self) -> FloatArray:
        """Distance from 0 (k,) within which an exponent may be 0: max(3 standard errors, 10 / n_steps).

        The second part is for tori: there the sum of log |R_ii| stays bounded, so that the average over N
        steps differs from 0 by O(1)/N, of which the scatter of blocks need not know. We allow it 10 nats.
        """
        return np.maximum(3.0 * np.nan_to_num(self.standard_errors), BOUNDED_SUM / self.n_steps)

    @property
    def kaplan_yorke_dimension(self) -> float:
        """Kaplan-Yorke dimension, with exponents inside their `zero_band` counted as 0: a torus has its integer."""
        may_be_zero = np.abs(self.exponents) <= self.zero_band
        return kaplan_yorke_dimension(np.where(may_be_zero, 0.0, self.exponents))

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON: NaN becomes null, infinities the strings "-inf" and "inf"."""
        return {
            "exponents": [json_number(x) for x in self.exponents],
            "standard_errors": [json_number(x) for x in self.standard_errors],
            "resolved": self.resolved.tolist(),
            "kaplan_yorke_dimension": json_number(self.kaplan_yorke_dimension),
            "n_steps": self.n_steps,
            "status": self.status.name.lower(),
            "message": self.status.value,
        }


def lyapunov_spectrum(
    system: System,
    start: Any,
    *,
    n_steps: int,
    n_transient: int = 0,
    n_exponents: int | None = None,
    n_blocks: int = 64,
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
    return spectrum_and_end(
        system,
        start,
        n_steps=n_steps,
        n_transient=n_transient,
        n_exponents=n_exponents,
        n_blocks=n_blocks,
    )[0]


def spectrum_and_end(
    system: System,
    start: Any,
    *,
    n_steps: int,
    n_transient: int,
    n_exponents: int | None,
    n_blocks: int,
) -> tuple[LyapunovSpectrum, Any]:
    """Do what `lyapunov_spectrum` does, and return the end of the orbit as well; arguments as there."""
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
        n_settle = min(n_discarded, max(block_length, SETTLING))
        return cls(n_discarded - n_settle, n_settle, n_blocks, block_length)


def end_of_transient(system: System, start: Any, n_steps: int) -> tuple[Any, bool]:
    """State after `n_steps`, and whether the orbit stayed finite; memory does not grow with `n_steps`."""
    state = start
    while n_steps > 0:
        orbit, state = system.orbit(state, min(n_steps, CHUNK))
        if not np.isfinite(orbit[-1]).all():
            return state, False
        n_steps -= CHUNK
    return state, True


def spectrum_from_stretching(
    log_factors: npt.ArrayLike, block_length: int, unresolved: npt.ArrayLike | None = None
) -> LyapunovSpectrum:
    """Spectrum, standard errors and status from sums of log stretching over consecutive blocks.

    Parameters
    ----------
    log_factors : array-like, shape (n_blocks, k)
        Sum over each block of log |R_ii|; columns in any order. -inf for a dead direction, NaN after
        divergence.
    block_length : int
        Steps in a block.
    unresolved : array-like of int, shape (k,), optional
        How often a residual was rounding noise (`Stretching.unresolved`); never, if not given.

    Returns
    -------
    LyapunovSpectrum

    Raises
    ------
    ValueError
        If `log_factors` is not two-dimensional with at least 2 blocks, or `unresolved` does not have shape
        (k,).

    Notes
    -----
    The standard error is that of the mean of n block means, s/√n, with s their standard deviation. It is too
    small if neighbouring blocks are correlated: as long as their correlation exceeds 2/√n (chance alone does
    that in 2 % of cases), blocks are merged in pairs, for each exponent by itself. If fewer than 16 would
    remain, the status says so. Negative correlation is left alone: there the true error falls faster than
    1/√N (on tori and for the logistic map at r = 4 as 1/N), and the standard error is on the safe side.
    Scatter at the level of rounding (cycles, constant Jacobians) is not tested.

    References
    ----------
    .. [1] H. Flyvbjerg, H. G. Petersen, J. Chem. Phys. 91, 461 (1989): merging blocks in pairs.

    Examples
    --------
    >>> spectrum = spectrum_from_stretching([[-3.0, 1.1], [-3.0, 0.9]] * 16, block_length=10)
    >>> spectrum.exponents, spectrum.standard_errors.round(4)
    (array([ 0.1, -0.3]), array([0.0018, 0.    ]))
    """
    sums = np.array(log_factors, dtype=np.float64)
    if sums.ndim != 2 or len(sums) < 2:
        raise ValueError(f"log_factors must have shape (n_blocks, k) with at least 2 blocks, got {sums.shape}")
    if block_length < 1:
        raise ValueError(f"block_length must be at least 1, got {block_length}")
    k = sums.shape[1]
    noisy = np.zeros(k, dtype=np.int64) if unresolved is None else np.asarray(unresolved)
    if noisy.shape != (k,):
        raise ValueError(f"unresolved must have shape ({k},), one count per exponent, got {noisy.shape}")

    n_steps = len(sums) * block_length
    if np.isnan(sums).any() or np.isposinf(sums).any():
        nothing = np.full(k, np.nan)
        return LyapunovSpectrum(
            exponents=nothing,
            standard_errors=nothing.copy(),
            n_blocks=np.zeros(k, dtype=np.int64),
            log_factors=sums,
            n_steps=n_steps,
            resolved=np.zeros(k, dtype=bool),
            status=SpectrumStatus.DIVERGED,
        )
    order = np.argsort(-sums.mean(axis=0), kind="stable")
    sums = sums[:, order]
    errors = [_standard_error(means) for means in sums.T / block_length]
    allowed = np.nan_to_num([error for error, _, _ in errors])
    resolved = noisy[order] * ROUNDING_NATS <= allowed * n_steps
    if not all(trusted for _, _, trusted in errors):
        status = SpectrumStatus.FEW_BLOCKS
    else:
        status = SpectrumStatus.OK if resolved.all() else SpectrumStatus.UNRESOLVED
    return LyapunovSpectrum(
        exponents=sums.mean(axis=0) / block_length,
        standard_errors=np.array([error for error, _, _ in errors]),
        n_blocks=np.array([n for _, n, _ in errors], dtype=np.int64),
        log_factors=sums,
        n_steps=n_steps,
        resolved=resolved,
        status=status,
    )


def _standard_error(means: FloatArray) -> tuple[float, int, bool]:
    """Return the standard error of the mean of block means, the blocks it rests on, and whether to trust it."""
    if not np.isfinite(means).all():
        return math.nan, 0, True
    while True:
        n = len(means)
        deviations = means - means.mean()
        squares = float(deviations @ deviations)
        error = math.sqrt(squares / (n - 1) / n)
        if squares <= n * (1e-13 * np.abs(means).max()) ** 2:
            return error, n, n >= FEWEST_BLOCKS
        correlation = float(deviations[1:] @ deviations[:-1]) / squares
        if correlation <= 2.0 / math.sqrt(n):
            return error, n, n >= FEWEST_BLOCKS
        if n // 2 < FEWEST_BLOCKS:
            return error, n, False
        means = means[n % 2 :].reshape(-1, 2).mean(axis=1)


def kaplan_yorke_dimension(exponents: npt.ArrayLike) -> float:
    """Kaplan-Yorke (Lyapunov) dimension, D = j + (λ_1 + ... + λ_j) / |λ_{j+1}|.

    Parameters
    ----------
    exponents : array-like, shape (k,)
        Lyapunov exponents in any order and unit; -inf allowed.

    Returns
    -------
    float
        With j the largest number of leading exponents whose sum is not negative: 0 if all are negative, NaN
        if any is NaN. If no partial sum is negative the formula has no j + 1: the value k then is only a
        lower bound, to be read as "volumes of every dimension looked at grow; ask for more exponents" (or,
        with all of them, no attractor).

    References
    ----------
    .. [1] P. Frederickson, J. Kaplan, E. Yorke, J. Yorke, J. Differential Equations 49, 185 (1983).

    Examples
    --------
    >>> kaplan_yorke_dimension([1.0, -1.0, -1.0])
    2.0
    >>> round(kaplan_yorke_dimension([0.4192, -1.6232]), 3)  # Henon
    1.258
    """
    ordered = -np.sort(-np.asarray(exponents, dtype=np.float64).ravel())
    if np.isnan(ordered).any():
        return math.nan
    sums = np.cumsum(ordered)
    shrinking = np.flatnonzero(sums < 0.0)
    if not shrinking.size:
        return float(len(ordered))
    j = int(shrinking[0])
    return j + float(sums[j - 1] / abs(ordered[j])) if j else 0.0
