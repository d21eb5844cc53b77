"""Many mean-field maps of one network side by side: parameter points and starts in the lanes of vector units."""

import math
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa.features import ROLES, Features
from dmfsa.window import Array, Window

OUTPUT, VALUE, QUERY, KEY = range(len(ROLES))

LANES = 32  # four vectors of 512 bits at a time hide the latency of one
TANGENT_LANES = 16  # with tangent vectors there is more to do in each
FEWEST_LANES = 8  # one vector of 512 bits
FRAME_BYTES = 40_000  # tangent vectors of all lanes should stay in the first-level cache
STACK_BYTES = 3_000_000  # work arrays live on the stack; threads have 8 MB of it
OBSERVED_PIECE = 1_024  # the same with an observer: what it looks at should stay in the second-level cache
PIECE = 8_192  # steps in one call of compiled code, after which progress is told: some 5 ms to 100 ms


Progress = Callable[[int], None]
Observer = Callable[[Array, slice], None]


class EnsembleStretching(NamedTuple):
    """What tangent vectors went through along the orbits.

    Attributes
    ----------
    log_factors : array, shape (n_points, n_blocks, n_exponents)
        Sums over each block of log |R_ii| of the QR decompositions; -inf once a direction has died.
    unresolved : array of int, shape (n_points, n_exponents)
        QRs at which a direction was shorter than double precision can tell from zero.
    tail : array, shape (n_tail, n_points, M)
        The last attention vectors.
    """

    log_factors: Array
    unresolved: npt.NDArray[np.int64]
    tail: Array


class Ensemble:
    """Maps of one network that advance together, each with its own β, γ, ε and window.

    Parameters
    ----------
    features : Features
        The network, common to all.
    beta, gamma, epsilon : float or array, shape (n_points,)
        As in `MeanFieldMap`; scalars serve for all.
    context : int
        L, tokens in the window, common to all; 1 to 2^P.
    windows : sequence of Window
        One for each point, or a single one for all; full, and at one common phase.
    n_live_directions : int, optional
        `MeanFieldMap.n_live_directions`, by default L·M: how many exponents are not -inf for structural reasons.

    Raises
    ------
    ValueError
        If a parameter or window is not allowed: the message says which, and what is.

    Notes
    -----
    The orbit of a point does not depend on its neighbours nor on how a run is cut into calls. Costs per step and
    point, M = 3 and L = 4: some 11 ns; with all 12 tangent vectors and a QR at every step some 150 ns. The first
    call with a new M, J, L or number of vectors compiles for some seconds; the result is kept on disk.

    Examples
    --------
    >>> ensemble = Ensemble(Features.segments(), beta=[1.2, 1.27, 3.0], windows=[Window.paper_beta3()])
    >>> ensemble.advance(1000, n_tail=2).shape
    (2, 3, 3)
    """

    def __init__(
        self,
        features: Features,
        *,
        beta: npt.ArrayLike,
        gamma: npt.ArrayLike = 220.0,
        epsilon: npt.ArrayLike = 0.02,
        context: int = 4,
        windows: Sequence[Window],
        n_live_directions: int | None = None,
    ) -> None:
        M, P = features.n_patterns, features.positional_bits
        parameters = checked_parameters(features, beta=beta, gamma=gamma, epsilon=epsilon, context=context)
        sizes = {name: values.size for name, values in parameters.items()} | {"windows": len(windows)}
        self.n_points = max(sizes.values())
        if any(size not in (1, self.n_points) for size in sizes.values()):
            raise ValueError(f"beta, gamma, epsilon, windows must have one length, or length 1, got {sizes}")
        shapes = {window.attention.shape for window in windows} - {(context, M)}
        if shapes:
            raise ValueError(f"windows must have shape (L, M) = ({context}, {M}), got {shapes.pop()}")
        phases = {window.phase for window in windows}
        if len(phases) != 1:
            raise ValueError(f"windows must have one common phase, got {sorted(phases)}")
        self.features = features
        self.context = int(context)
        self.n_live_directions = self.context * M if n_live_directions is None else n_live_directions
        self._parameters = {name: np.broadcast_to(values, self.n_points) for name, values in parameters.items()}
        self._time = phases.pop()
        attention = np.array([window.attention for window in windows])
        self._attention = np.broadcast_to(attention, (self.n_points, context, M)).copy()
        clock = np.array([features.clock(phase) for phase in range(2**P)])
        roles = [VALUE, QUERY, KEY]
        with_output = [*roles, OUTPUT]
        self._network = (
            features.signs,
            np.ascontiguousarray(features.coefficients[with_output]),
            np.ascontiguousarray(np.einsum("rap,tp->tra", features.positional[roles], clock) / P),
        )

    def windows(self) -> list[Window]:
        """Return where every point stands."""
        phase = self._time % 2**self.features.positional_bits
        return [Window(attention, phase) for attention in self._attention]

    def advance(
        self,
        n_steps: int,
        *,
        n_tail: int = 0,
        observer: Observer | None = None,
        progress: Progress = lambda n_steps: None,
    ) -> Array:
        """Take `n_steps` steps and return the attention vectors of the last `n_tail`, shape (n_tail, n_points, M).

        `progress` is called with the number of steps done, now and then, and may raise to end the run. `observer`
        is called with the semantic mean fields m^o of consecutive steps, shape (n, M, n_some), and the slice of
        the points that they are of: it sees every step once, in order for each point, and memory stays flat.
        """
        if not 0 <= n_tail <= n_steps:
            raise ValueError(f"n_tail must be from 0 to n_steps = {n_steps}, got {n_tail}")
        tail = np.empty((n_tail, self.n_points, self.features.n_patterns))
        for chunk in self._chunks():
            chunk.run(n_steps, tail, progress, observer)
        self._time += n_steps
        return tail

    def stretching(
        self,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        n_tail: int = 0,
        qr_interval: int = 1,
        frame: npt.ArrayLike | None = None,
        observer: Observer | None = None,
        progress: Progress = lambda n_steps: None,
    ) -> EnsembleStretching:
        """Advance by n_settle + n_blocks * block_length steps, and tangent vectors with the windows.

        Parameters
        ----------
        n_exponents : int
            Tangent vectors, 1 to L·M. Those beyond `n_live_directions` die and give -inf.
        n_blocks, block_length : int
            Blocks of steps, and steps in a block.
        n_settle : int
            Steps before the first block, in which the vectors turn to their directions.
        n_tail : int
            How many of the last attention vectors to return.
        qr_interval : int
            Steps between QR decompositions; divides `block_length` and `n_settle`. Columns align as
            exp(qr_interval * (λ_1 - λ_k)): more than 1 is for spectra that are known to be narrow.
        frame : array, shape (n_exponents, L·M), optional
            The first tangent vectors, newest token first; without, orthonormal ones drawn at random, always the
            same.
        observer, progress : callable
            As in `advance`; the observer does not see the steps before the first block.

        Returns
        -------
        EnsembleStretching
        """
        L, M = self.context, self.features.n_patterns
        if not 1 <= n_exponents <= L * M:
            raise ValueError(f"n_exponents must be from 1 to context * n_patterns = {L * M}, got {n_exponents}")
        if n_blocks < 1 or block_length < 1 or n_settle < 0:
            raise ValueError(
                f"n_blocks and block_length must be >= 1 and n_settle >= 0, got {n_blocks}, {block_length}, {n_settle}"
            )
        if qr_interval < 1 or block_length % qr_interval or n_settle % qr_interval:
            raise ValueError(
                f"qr_interval must divide block_length = {block_length} and n_settle = {n_settle}, got {qr_interval}"
            )
        if not 0 <= n_tail <= n_blocks * block_length:
            raise ValueError(
                f"n_tail must be from 0 to n_blocks * block_length = {n_blocks * block_length}, got {n_tail}"
            )
        vectors = _random_frame(n_exponents, L * M) if frame is None else np.asarray(frame, dtype=np.float64)
        if vectors.shape != (n_exponents, L * M):
            raise ValueError(f"frame must have shape {(n_exponents, L * M)}, got {vectors.shape}")
        logs = np.empty((self.n_points, n_blocks, n_exponents))
        unresolved = np.empty((self.n_points, n_exponents), dtype=np.int64)
        tail = np.empty((n_tail, self.n_points, M))
        for chunk in self._chunks(vectors.reshape(n_exponents, L, M), qr_interval):
            chunk.run(n_settle, tail[:0], progress)
            chunk.unresolved[:] = 0
            for block in range(n_blocks):
                end = n_tail - (n_blocks - 1 - block) * block_length
                chunk.log_r[:] = 0.0
                chunk.run(block_length, tail[max(0, end - block_length) : max(0, end)], progress, observer)
                logs[chunk.points, block] = chunk.log_r.T[: chunk.n_used]
            unresolved[chunk.points] = chunk.unresolved.T[: chunk.n_used]
        self._time += n_settle + n_blocks * block_length
        return EnsembleStretching(logs, unresolved, tail)

    def _chunks(self, vectors: Array | None = None, qr_interval: int = 1) -> Iterator["_Chunk"]:
        """Give the points, as many at a time as there are lanes, and put their windows back."""
        from dmfsa import _kernels  # noqa: PLC0415 - numba takes half a second to load

        L, M = self.context, self.features.n_patterns
        frame = np.empty((0, L, M)) if vectors is None else vectors
        width = _n_lanes(self.n_points, len(frame), L, M)
        advance = _kernels.lanes(M, len(self.features.signs), L, width, len(frame))
        for first in range(0, self.n_points, width):
            chunk = _Chunk(self, first, width, frame, advance, qr_interval)
            yield chunk
            self._attention[chunk.points] = chunk.window.transpose(2, 0, 1)[: chunk.n_used]


class _Chunk:
    """Points in lanes; lanes to spare repeat the last point."""

    def __init__(
        self,
        ensemble: Ensemble,
        first: int,
        width: int,
        frame: Array,
        advance: Callable[..., None],
        qr_interval: int,
    ) -> None:
        self.n_used = min(width, ensemble.n_points - first)
        self.points = slice(first, first + self.n_used)
        point = np.minimum(np.arange(first, first + width), ensemble.n_points - 1)
        M = ensemble.features.n_patterns
        self.window = np.ascontiguousarray(ensemble._attention[point].transpose(1, 2, 0))
        self.frame = np.repeat(frame[..., None], width, axis=3)
        self.log_r = np.zeros((len(frame), width))
        self.unresolved = np.zeros((len(frame), width))
        self._dead = np.zeros((1, width))
        self._mortal = max(0, len(frame) - ensemble.n_live_directions)
        self._time = ensemble._time
        self._interval = qr_interval
        self._advance = advance
        parameters = ensemble._parameters
        self._parameters = (
            parameters["beta"][None, point],
            parameters["gamma"][None, point] / math.sqrt(M),
            parameters["epsilon"][None, point],
        )
        self._network = ensemble._network

    def run(self, n_steps: int, tail: Array, progress: Progress, observer: Observer | None = None) -> None:
        """Advance, fill tail (n_tail, n_points, M) with the last attention vectors, and tell of the progress."""
        n_tail, _, M = tail.shape
        longest = max(1, (OBSERVED_PIECE if observer else PIECE) // self._interval) * self._interval
        for first in range(0, n_steps, longest):
            last = min(first + longest, n_steps)
            kept = slice(max(0, first - n_steps + n_tail), max(0, last - n_steps + n_tail))
            piece = np.empty((kept.stop - kept.start, M, self.window.shape[2]))
            seen = np.empty((last - first if observer else 0, M, self.window.shape[2]))
            with np.errstate(all="ignore"):  # without the JIT, NumPy would warn of log 0
                self._advance(
                    self.window,
                    self._time,
                    last - first,
                    *self._parameters,
                    *self._network,
                    piece,
                    seen,
                    self.frame,
                    self._interval,
                    self._mortal,
                    self.log_r,
                    self._dead,
                    self.unresolved,
                )
            self._time += last - first
            tail[kept, self.points] = piece.transpose(0, 2, 1)[:, : self.n_used]
            if observer:
                observer(seen[:, :, : self.n_used], self.points)
            progress((last - first) * self.n_used)


def _n_lanes(n_points: int, n_vectors: int, context: int, n_patterns: int) -> int:
    """Choose the number of lanes: fewer for few points, or if tangent vectors would leave the fast cache."""
    per_lane = 8 * (n_vectors + 3 * n_patterns + 8) * context * n_patterns
    width = TANGENT_LANES if n_vectors else LANES
    if n_vectors * context * n_patterns * 8 * width > FRAME_BYTES:
        width //= 2
    while width > FEWEST_LANES and width // 2 >= n_points:
        width //= 2
    if per_lane * width > STACK_BYTES:
        raise ValueError(
            f"context * n_patterns = {context * n_patterns} and n_exponents = {n_vectors} need "
            f"{per_lane * width / 1e6:.0f} MB of work space, more than the {STACK_BYTES / 1e6:.0f} MB there are; "
            "ask for fewer exponents, or a smaller context"
        )
    return width


def _random_frame(n_vectors: int, dimension: int) -> Array:
    """Orthonormal vectors, (n_vectors, dimension), without any relation to the axes; always the same."""
    draw = np.random.default_rng(0).normal(size=(dimension, n_vectors))
    return np.ascontiguousarray(np.linalg.qr(draw)[0].T)


def checked_parameters(
    features: Features, *, beta: npt.ArrayLike, gamma: npt.ArrayLike, epsilon: npt.ArrayLike, context: int
) -> dict[str, Array]:
    """Cast β, γ, ε to arrays of one or n_points numbers, or say what is wrong with them or the context."""
    longest = 2**features.positional_bits
    if not hasattr(context, "__index__") or not 1 <= context <= longest:
        raise ValueError(f"context must be an integer from 1 to 2**positional_bits = {longest}, got {context!r}")
    parameters = {"beta": (beta, 0.0, math.inf), "gamma": (gamma, -math.inf, math.inf), "epsilon": (epsilon, 0.0, 1.0)}
    return {name: _checked(name, *given) for name, given in parameters.items()}


def _checked(name: str, values: npt.ArrayLike, low: float, high: float) -> Array:
    """Cast a parameter to one or n_points numbers, or say what is wrong with it."""
    array = np.atleast_1d(np.asarray(values, dtype=np.float64))
    allowed = f"from {low:g} to {high:g}" if high < math.inf else "finite" + (", >= 0" if low == 0 else "")
    if array.ndim != 1 or array.size == 0:
        raise ValueError(f"{name} must be a number or have shape (n_points,), got shape {array.shape}")
    wrong = array[~(np.isfinite(array) & (low <= array) & (array <= high))]
    if wrong.size:
        raise ValueError(f"{name} must be {allowed}, got {wrong[0]}")
    return array
