"""Alignment indices SALI and GALI_k: whether tangent vectors of an orbit fall onto each other, and how fast."""

import math
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.exponents.runs import Blocks, end_of_transient
from attractors.exponents.standard_errors import standard_errors
from attractors.results import Result
from attractors.status import Status, doubt, sure
from attractors.system import System, generic_frame

N_BLOCKS = 1024
FEWEST_BLOCKS = 64  # for slopes over four octaves of time
MOST_VECTORS = 4
STEEPEST_POWER = 2.0  # regular motion: GALI_2 falls as t^-2 at most
PREFACTOR_NATS = 8.0 * math.log(10.0)  # nats: shear along regular orbits, in the prefactor of the power law
BOUNDED_NATS = 10.0  # nats: the same for the length of a vector, which grows as t at most
SAME_SLOPE = 0.5  # difference of log-log slopes, early and late, that a power law is allowed


class AlignmentStatus(Status):
    """What the alignment of tangent vectors tells; the value says what to do."""

    REGULAR = sure("The indices are constant or follow a power law: no chaos that would show in so many steps.")
    CHAOTIC = sure(
        "The indices fall exponentially while vectors grow: chaos, or an orbit that sits on an unstable cycle."
    )
    ALIGNED = sure(
        "The indices fall exponentially but no vector grows: in a dissipative map they do so on stable cycles and tori "
        "too, as vectors turn to the direction that shrinks least. Not chaos; for more, ask for the Lyapunov exponents."
    )
    UNDETERMINED = doubt(
        "Neither a power law nor an exponential yet: weak chaos, an orbit that sticks to an island, two largest "
        "exponents that are equal, or fewer than 64 steps. Take more steps."
    )
    SINGULAR = doubt(
        "A tangent vector was annihilated, or what sets it apart is shorter than double precision resolves: the "
        "indices are 0, or undefined, from there on, which says nothing of chaos. Ask for the Lyapunov exponents."
    )
    DIVERGED = doubt("The orbit did not stay finite. Start elsewhere or change the parameters.")


@dataclass(frozen=True, eq=False)
class Alignment(Result):
    """Alignment indices along an orbit.

    Attributes
    ----------
    time : int array, shape (n,)
        Steps since the vectors started, t.
    log_gali : array, shape (n, k - 1)
        log GALI_2 ... log GALI_k there: as logarithms they never underflow.
    rates, rate_errors : arrays, shape (k - 1,)
        Mean of -d log GALI/dt over the last three quarters, nats per step, and its standard error: in chaos
        Σ_{i<=k} (λ_1 - λ_i).
    powers, power_errors : arrays, shape (k - 1,)
        Slope of -log GALI over log t from n_steps/16 on, and half the difference between its early and its late half,
        which is a spread and no standard error: the law of regular motion, where the status says so.
    growth : float
        By how much the first vector grew in all, nats.
    status : AlignmentStatus
        What GALI_2 and this growth tell.
    """

    time: npt.NDArray[np.int64]
    log_gali: FloatArray
    rates: FloatArray
    rate_errors: FloatArray
    powers: FloatArray
    power_errors: FloatArray
    growth: float
    status: AlignmentStatus

    @property
    def gali(self) -> FloatArray:
        """GALI_2 ... GALI_k (n, k - 1), volumes between 0 and 1; 0 beyond 10⁻³⁰⁸."""
        return np.asarray(np.exp(self.log_gali))

    @property
    def log_sali(self) -> FloatArray:
        """Logarithm of SALI (n,), min |w_1 ± w_2| = 2 sin(θ/2) for unit vectors at the angle θ, sin θ = GALI_2."""
        sine = np.minimum(np.exp(self.log_gali[:, 0]), 1.0)
        return np.asarray(self.log_gali[:, 0] + 0.5 * np.log(2.0 / (1.0 + np.sqrt(1.0 - sine**2))))


def alignment_indices(
    system: System,
    start: Any,
    *,
    n_steps: int,
    n_transient: int = 0,
    n_vectors: int | None = None,
    frame: npt.ArrayLike | None = None,
) -> Alignment:
    """Alignment indices SALI and GALI_2 ... GALI_k: power laws along regular orbits, exponentials in chaos.

    Parameters
    ----------
    system : System
        The map, of at least 2 dimensions. Its orbit must not depend on the number of tangent vectors.
    start : object
        A state of the system.
    n_steps : int
        Steps to follow, cut into at most 1,024 blocks at whose ends the indices are known.
    n_transient : int
        Steps discarded before.
    n_vectors : int, optional
        k, from 2 to the dimension; 4, or the dimension if that is less.
    frame : array-like, shape (k, d), optional
        Orthonormal vectors to start with; without, some along no special direction.

    Returns
    -------
    Alignment

    Raises
    ------
    ValueError
        If a count is out of range, or the frame does not fit or is not orthonormal.

    Notes
    -----
    GALI_k is the volume spanned by k tangent vectors, each divided by its own length. With the volume from the QR
    decomposition of all, log |R_ii|, and the lengths from each vector alone,

        log GALI_k(t) = Σ_{i<=k} ( Σ log |R_ii| - log |w_i(t)| ),

    so that nothing underflows or drowns in rounding, and all orders come from one run: k + 1 passes along the orbit, of
    one vector each and of all.

    *What is expected.* In chaos GALI_k ~ exp(-t Σ_{i<=k} (λ_1 - λ_i)). Along a regular orbit on an s-dimensional torus
    of a volume-preserving map in 2N dimensions it is constant for k <= s, and falls as t^-(k-s) for s < k <= 2N - s,
    as t^-2(k-N) beyond: for GALI_2, t^-2 at the most.

    *Status.* Exponential: GALI_2 < 10⁻⁸ n_steps⁻², below any power law of regular motion with a shear of up to 10⁴ per
    step; CHAOTIC if the first vector grew as well, by more than n_steps e^10. REGULAR: no such growth, and log GALI_2
    has the same slope over log t early (n_steps/16 to /4) as late, within 0.5, and no more than 2.5: an exponential
    would be four times steeper late. So chaos with (λ_1 - λ_2) n_steps below 1 passes for regular, as it does with any
    method. In a dissipative map a fall without growth is that of any attractor: see `AlignmentStatus.ALIGNED`.

    References
    ----------
    .. [1] Ch. Skokos, J. Phys. A 34, 10029 (2001): SALI.
    .. [2] Ch. Skokos, T. C. Bountis, Ch. Antonopoulos, Physica D 231, 30 (2007): GALI and its laws.

    Examples
    --------
    Both kinds of orbit of the standard map at K = 1:

    >>> from attractors.examples import standard
    >>> island = alignment_indices(standard(1.0), [3.1, 0.2], n_steps=4_096)
    >>> island.status.name, island.powers.round()
    ('REGULAR', array([2.]))
    >>> sea = alignment_indices(standard(1.0), [0.1, 0.1], n_steps=4_096)
    >>> sea.status.name, bool(sea.log_gali[-1, 0] < -500)
    ('CHAOTIC', True)
    """
    d = system.dimension
    k = min(d, MOST_VECTORS) if n_vectors is None else n_vectors
    if not 2 <= k <= d:
        raise ValueError(f"n_vectors must be between 2 and the dimension {d}, got {n_vectors or k}: a volume needs two")
    vectors = generic_frame(k, d) if frame is None else np.array(frame, dtype=np.float64)
    if vectors.shape != (k, d) or not np.allclose(vectors @ vectors.T, np.eye(k), rtol=0.0, atol=1e-9):
        raise ValueError(f"frame must hold {k} orthonormal rows of length {d}: orthonormalise it, or change n_vectors")
    blocks = Blocks.of(n_steps, n_transient, clock_period=system.clock_period, n_blocks=N_BLOCKS)
    time = np.arange(1, blocks.n_blocks + 1) * blocks.block_length
    state, finite = end_of_transient(system, start, blocks.n_before + blocks.n_settle)
    if not finite:
        return _nothing(time, k, AlignmentStatus.DIVERGED)

    def stretched(rows: FloatArray) -> FloatArray:
        found = system.stretching(
            state,
            n_exponents=len(rows),
            n_blocks=blocks.n_blocks,
            block_length=blocks.block_length,
            frame=rows,
        )
        return np.asarray(found.log_factors)

    volumes = stretched(vectors)
    lengths = np.hstack([stretched(vectors[i : i + 1]) for i in range(k)])
    if np.isnan(volumes).any() or np.isnan(lengths).any():
        return _nothing(time, k, AlignmentStatus.DIVERGED)
    with np.errstate(invalid="ignore"):
        increments = np.cumsum(volumes - lengths, axis=1)[:, 1:]  # of log GALI_2 ... log GALI_k, block by block
    return _alignment(time, increments, float(lengths[:, 0].sum()))


def _alignment(time: npt.NDArray[np.int64], increments: FloatArray, growth: float) -> Alignment:
    """Collect decay laws and a status from the changes of log GALI (n, k - 1) in each block."""
    log_gali = np.cumsum(increments, axis=0)
    n, k_less_1 = log_gali.shape
    finite = np.isfinite(log_gali).all(axis=0)
    rates, rate_errors, powers, power_errors = (np.full(k_less_1, np.nan) for _ in range(4))
    if finite.any():
        decay = -increments[n // 4 :, finite]
        rates[finite] = decay.mean(axis=0) / time[0]
        rate_errors[finite] = standard_errors(decay / time[0]).errors
    if n >= FEWEST_BLOCKS and finite.any():
        whole, early, last = (
            _slopes(time, log_gali[:, finite], *part) for part in ((n // 16, n), (n // 16, n // 4), (n // 4, n))
        )
        powers[finite], power_errors[finite] = -whole, np.abs(early - last) / 2.0
    return Alignment(
        time=time,
        log_gali=log_gali,
        rates=rates,
        rate_errors=rate_errors,
        powers=powers,
        power_errors=power_errors,
        growth=growth,
        status=_status(time, log_gali[:, 0], growth),
    )


def _slopes(time: npt.NDArray[np.int64], log_gali: FloatArray, first: int, last: int) -> FloatArray:
    """Slopes over log t (m,), by least squares with weights 1/t, which are even in log t."""
    t = time[first:last].astype(np.float64)
    x = np.log(t)
    x -= np.average(x, weights=1.0 / t)
    return np.asarray((x / t) @ log_gali[first:last] / ((x / t) @ x))


def _status(time: npt.NDArray[np.int64], log_gali_2: FloatArray, growth: float) -> AlignmentStatus:
    n, log_time = len(time), math.log(time[-1])
    if not (np.isfinite(log_gali_2).all() and math.isfinite(growth)):
        return AlignmentStatus.SINGULAR
    grew = growth > log_time + BOUNDED_NATS
    if log_gali_2[-1] < -STEEPEST_POWER * log_time - PREFACTOR_NATS:
        return AlignmentStatus.CHAOTIC if grew else AlignmentStatus.ALIGNED
    if n < FEWEST_BLOCKS or grew:
        return AlignmentStatus.UNDETERMINED
    early, late = (_slopes(time, log_gali_2[:, None], *part)[0] for part in ((n // 16, n // 4), (n // 4, n)))
    power_law = abs(late - early) <= SAME_SLOPE and late >= -STEEPEST_POWER - SAME_SLOPE
    return AlignmentStatus.REGULAR if power_law else AlignmentStatus.UNDETERMINED


def _nothing(time: npt.NDArray[np.int64], k: int, status: AlignmentStatus) -> Alignment:
    nothing = np.full(k - 1, np.nan)
    return Alignment(
        time=time,
        log_gali=np.full((len(time), k - 1), np.nan),
        rates=nothing,
        rate_errors=nothing.copy(),
        powers=nothing.copy(),
        power_errors=nothing.copy(),
        growth=math.nan,
        status=status,
    )
