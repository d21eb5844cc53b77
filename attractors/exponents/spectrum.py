"""Lyapunov exponents with their doubt: averages over blocks, and what can be said from them."""

import math
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.exponents.kaplan_yorke import kaplan_yorke_dimension, kaplan_yorke_gradient
from attractors.exponents.standard_errors import FEWEST_BLOCKS, standard_errors
from attractors.results import Result
from attractors.status import Status, doubt, sure

ROUNDING_NATS = 36.0  # -log of the rounding unit: what one unresolved decomposition can take from a sum
BAND_ERRORS = 3.0  # standard errors within which an exponent may be 0
BOUNDED_SUM = 10.0  # nats: how far sums of log stretching are taken to swing on a torus, where they stay bounded


class SpectrumStatus(Status):
    """How far a spectrum can be trusted; the value says what to do."""

    OK = sure("The exponents and their standard errors can be trusted.")
    DIVERGED = doubt(
        "The orbit did not stay finite, so there are no exponents. Start elsewhere or change the parameters."
    )
    FEW_BLOCKS = doubt(
        "The standard errors may be too small: fewer than 16 blocks, or neighbouring blocks are still "
        "correlated. Increase n_steps (and n_blocks, if it is below 16)."
    )
    TOO_WIDE = doubt(
        "The interval is still wider than was asked for at the largest number of steps allowed: raise n_max, or the "
        "half-width."
    )
    UNRESOLVED = doubt(
        "Some of the lowest exponents rest on directions shorter than double precision resolves (see `resolved`): "
        "-inf is right if the Jacobian is singular, and a finite value is an upper bound, for rounding has a say in "
        "it. Ask for fewer exponents, or use the resolved ones."
    )


@dataclass(frozen=True, eq=False)
class LyapunovSpectrum(Result):
    """Lyapunov exponents of one orbit.

    Attributes
    ----------
    exponents : array, shape (k,)
        Nats per step, of a flow per unit of time, descending. -inf where a direction is annihilated; all NaN if the
        orbit diverged.
    standard_errors : array, shape (k,)
        One standard error, in the same unit; NaN where the exponent is not finite.
    n_blocks : int array, shape (k,)
        Blocks behind each standard error, after merging; 0 where there is none. See `confidence_interval`.
    log_factors : array, shape (blocks, k)
        The evidence: log stretching summed over each block, in the order of `exponents`.
    n_steps : int
        Steps averaged.
    unresolved : int array, shape (k,)
        How often a residual was rounding noise (`Stretching.unresolved`), in the order of `exponents`.
    status : SpectrumStatus
        What can be trusted, and the remedy; the first that applies of DIVERGED, FEW_BLOCKS, TOO_WIDE
        (only of `lyapunov_until`), UNRESOLVED.
    step_time : float
        Time of a step, in which exponents are counted; 1 for a map.
    """

    exponents: FloatArray
    standard_errors: FloatArray
    n_blocks: npt.NDArray[np.int64]
    log_factors: FloatArray
    n_steps: int
    unresolved: npt.NDArray[np.int64]
    status: SpectrumStatus
    step_time: float = 1.0

    @property
    def duration(self) -> float:
        """Time averaged: steps times the time of a step."""
        return self.n_steps * self.step_time

    def per_time(self, step_time: float) -> "LyapunovSpectrum":
        """Return the same spectrum, of a map, counted in a time of which a step takes so much."""
        if step_time == 1.0:
            return self
        return replace(
            self,
            exponents=self.exponents / step_time,
            standard_errors=self.standard_errors / step_time,
            step_time=step_time,
        )

    @property
    def resolved(self) -> npt.NDArray[np.bool_]:
        """False (k,) where rounding has a say beyond the standard error.

        There -inf may also mean "too small to be seen", and a finite value is too high.
        """
        within = ROUNDING_NATS * self.unresolved <= np.fmax(self.standard_errors, 0.0) * self.duration
        return np.asarray(within & ~np.isnan(self.exponents))

    @property
    def zero_band(self) -> FloatArray:
        """Distance from 0 (k,) within which an exponent may be 0: max(3 standard errors, 10 / duration).

        The second part is for tori: there the sum of log |R_ii| stays bounded, so that the average over N
        steps differs from 0 by O(1)/N, of which the scatter of blocks need not know. We allow it 10 nats.
        """
        return self.band()

    def band(self, errors: float = BAND_ERRORS, bounded_sum: float = BOUNDED_SUM) -> FloatArray:
        """Return the distance of `zero_band` (k,) for another number of standard errors, or of nats."""
        return np.asarray(np.fmax(errors * self.standard_errors, bounded_sum / self.duration))

    @property
    def kaplan_yorke_dimension(self) -> float:
        """Kaplan-Yorke dimension, with exponents inside their `zero_band` counted as 0: a torus has its integer."""
        may_be_zero = np.abs(self.exponents) <= self.zero_band
        return kaplan_yorke_dimension(np.where(may_be_zero, 0.0, self.exponents))

    @property
    def kaplan_yorke_standard_error(self) -> float:
        """Standard error of that dimension, to first order, with the correlation of the exponents' errors.

        It does not know of exponents that may or may not count as 0, nor of the step to the next integer.
        """
        return self._error_of(kaplan_yorke_gradient(self.exponents))

    @property
    def entropy_bound(self) -> float:
        """Sum of the positive exponents, nats per step: no less than the metric entropy (Ruelle), or it (Pesin)."""
        return float(np.sum(self.exponents[self._positive])) if len(self.exponents) else 0.0

    @property
    def entropy_bound_standard_error(self) -> float:
        """Standard error of that sum, nats per step, with the correlation of the exponents' errors."""
        return self._error_of(self._positive.astype(np.float64))

    def confidence_interval(self, level: float = 0.95) -> FloatArray:
        """Interval (k, 2) in which each exponent lies with the probability `level`.

        exponents ± t standard_errors, with Student's t for n_blocks - 1 degrees of freedom; NaN where the exponent
        is not finite.

        Raises
        ------
        ValueError
            If `level` is not between 0 and 1.
        """
        if not 0.0 < level < 1.0:
            raise ValueError(f"level must be between 0 and 1, such as 0.95, got {level}")
        from scipy.special import stdtrit  # noqa: PLC0415 - only who asks for intervals waits for it

        t = stdtrit(np.maximum(self.n_blocks - 1.0, 1.0), 0.5 + 0.5 * level)
        reach = t * self.standard_errors
        return np.stack([self.exponents - reach, self.exponents + reach], axis=1)

    def since(self, first: int) -> "LyapunovSpectrum":
        """Return the average over the blocks from `first` on, at least 2; whatever rounding was is held against it."""
        length = self.n_steps // len(self.log_factors)
        return spectrum_from_stretching(self.log_factors[first:], length, self.unresolved).per_time(self.step_time)

    def history(self) -> "History":
        """Return the running averages with their standard errors, from 16 blocks on: how the exponents settled."""
        n = np.arange(min(FEWEST_BLOCKS, len(self.log_factors)), len(self.log_factors) + 1)
        block_length = self.n_steps // len(self.log_factors)
        rates = self.log_factors / (block_length * self.step_time)
        means = [rates[:end].mean(axis=0) for end in n]
        errors = [standard_errors(rates[:end]).errors for end in n]
        return History(n * block_length, np.array(means), np.array(errors))

    @property
    def _positive(self) -> npt.NDArray[np.bool_]:
        return np.isnan(self.exponents) | (self.exponents > self.zero_band)

    def _error_of(self, weights: FloatArray) -> float:
        """Return the standard error of a weighted sum of exponents; those of weight 0 need not be finite."""
        used = weights != 0.0
        if not np.isfinite(weights).all() or not np.isfinite(self.exponents[used]).all():
            return math.nan
        combined = self.log_factors[:, used] @ weights[used] * (len(self.log_factors) / self.duration)
        return float(standard_errors(combined[:, None]).errors[0])

    def headline(self) -> str:
        """Return the largest exponents with their errors."""
        known = ", ".join(
            f"{x:+.6f} ± {error:.1e}" for x, error in zip(self.exponents[:4], self.standard_errors[:4], strict=True)
        )
        more = f" … ({len(self.exponents)} exponents)" if len(self.exponents) > 4 else ""
        return f"λ = {known}{more} nats per step; {self.status.words}"

    def contents(self) -> dict[str, Any]:
        """Return exponents with what follows from them, in place of the stretching of all blocks."""
        return {
            "exponents": self.exponents,
            "standard_errors": self.standard_errors,
            "resolved": self.resolved,
            "kaplan_yorke_dimension": self.kaplan_yorke_dimension,
            "kaplan_yorke_standard_error": self.kaplan_yorke_standard_error,
            "entropy_bound": self.entropy_bound,
            "entropy_bound_standard_error": self.entropy_bound_standard_error,
            "n_steps": self.n_steps,
            "status": self.status,
        }


class History(NamedTuple):
    """Running averages of Lyapunov exponents.

    Attributes
    ----------
    n_steps : int array, shape (n,)
        Steps averaged.
    exponents, standard_errors : arrays, shape (n, k)
        Averages over so many steps, nats per step, in the order of the spectrum; and their standard errors.
    """

    n_steps: npt.NDArray[np.int64]
    exponents: FloatArray
    standard_errors: FloatArray


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
    An exponent is the mean of the block sums over the block length, and its error is that of `standard_errors`:
    blocks that are correlated are merged, and where sums telescope, as on tori, the error falls as 1/N. If fewer
    than 16 blocks would remain, the status says so.

    Examples
    --------
    >>> spectrum = spectrum_from_stretching([[-3.0, 1.1], [-3.0, 0.9]] * 16, block_length=10)
    >>> spectrum.exponents, spectrum.standard_errors.round(4)
    (array([ 0.1, -0.3]), array([0.0003, 0.    ]))
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
    if not (sums < math.inf).all():  # NaN, or inf
        nothing = np.full(k, np.nan)
        return LyapunovSpectrum(
            exponents=nothing,
            standard_errors=nothing.copy(),
            n_blocks=np.zeros(k, dtype=np.int64),
            log_factors=sums,
            n_steps=n_steps,
            unresolved=noisy,
            status=SpectrumStatus.DIVERGED,
        )
    order = np.argsort(-sums.mean(axis=0), kind="stable")
    sums = sums[:, order]
    errors = standard_errors(sums / block_length)
    found = LyapunovSpectrum(
        exponents=sums.mean(axis=0) / block_length,
        standard_errors=errors.errors,
        n_blocks=errors.n_blocks,
        log_factors=sums,
        n_steps=n_steps,
        unresolved=noisy[order],
        status=SpectrumStatus.OK if errors.trusted.all() else SpectrumStatus.FEW_BLOCKS,
    )
    if found.status is SpectrumStatus.OK and not found.resolved.all():
        return replace(found, status=SpectrumStatus.UNRESOLVED)
    return found
