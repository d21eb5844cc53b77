"""Many mean-field maps of one network side by side: parameter points and starts in the lanes of vector units."""

from collections.abc import Iterator, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa._arguments import Network
from dmfsa._chunk import NOISE, Chunk, LaneState, Observer, Progress, n_lanes
from dmfsa._display import in_shapes
from dmfsa.features import Features
from dmfsa.parameters import checked_parameters
from dmfsa.window import Array, Window

PILOT_STEPS = 512  # steps in which intervals between QRs are tried
QR_INTERVALS = (8, 4, 2)  # beyond 8 a QR costs less than the steps between
PILOT_NOISE = 2.0**-26  # what a pilot must resolve, relative: half the digits, as the run may do worse by the other


class Stretching(NamedTuple):
    """What tangent vectors went through along an orbit.

    Attributes
    ----------
    log_factors : array, shape (n_blocks, n_exponents)
        Sums over each block of log |R_ii| of the QR decompositions; -inf once a direction has died.
    unresolved : array of int, shape (n_exponents,)
        QRs at which a direction was shorter than double precision can tell from zero.
    end : Window
        Where the orbit stood at the end.
    frame : array, shape (n_exponents, L·M)
        The orthonormal vectors there, newest token first, to continue with.
    """

    log_factors: Array
    unresolved: npt.NDArray[np.int64]
    end: Window
    frame: Array

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, self._asdict())


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
    frames : array, shape (n_points, n_exponents, L·M)
        The orthonormal vectors after the last step, newest token first.
    """

    log_factors: Array
    unresolved: npt.NDArray[np.int64]
    tail: Array
    frames: Array

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, self._asdict())


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
        self._network = Network(
            signs=np.array(features.signs),
            coefficients=np.array(features.coefficients),
            positional=np.ascontiguousarray(features.drive / P),
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
        is called with the semantic mean fields m^o of consecutive steps, shape (n, M, n_some), and the numbers of
        the points that they are of: it sees every step once, in order for each point, and memory stays flat.
        """
        if not 0 <= n_tail <= n_steps:
            raise ValueError(f"n_tail must be from 0 to n_steps = {n_steps}, got {n_tail}")
        tail = _empty_tail(n_tail, self.n_points, self.features.n_patterns)
        for chunk in self._chunks(np.arange(self.n_points)):
            chunk.run(n_steps, tail, progress, observer)
            self._attention[chunk.points] = chunk.windows()
        self._time += n_steps
        return tail

    def tangent(self, vectors: npt.ArrayLike, n_steps: int) -> Array:
        """Advance by `n_steps`, and tangent vectors with the windows, as they are: nothing keeps them apart or small.

        Parameters
        ----------
        vectors : array, shape (n_points, k, L·M)
            Rows, newest token first.
        n_steps : int

        Returns
        -------
        array, shape (n_points, k, L·M)
            The product of the Jacobians along each orbit, times its vectors.
        """
        L, M = self.context, self.features.n_patterns
        given = np.asarray(vectors, dtype=np.float64)
        if given.ndim != 3 or given.shape[::2] != (self.n_points, L * M) or given.shape[1] == 0:
            raise ValueError(f"vectors must have shape ({self.n_points}, k, {L * M}), k >= 1, got {given.shape}")
        if n_steps < 0:
            raise ValueError(f"n_steps must be >= 0, got {n_steps}")
        pushed = np.empty(given.shape)
        nothing = np.empty((0, self.n_points, M))
        for chunk in self._chunks(np.arange(self.n_points), given.reshape(*given.shape[:2], L, M), interval=0):
            chunk.run(n_steps, nothing, lambda n_steps: None)
            pushed[chunk.points] = chunk.vectors().reshape(-1, *given.shape[1:])
            self._attention[chunk.points] = chunk.windows()
        self._time += n_steps
        return pushed

    def stretching(
        self,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        n_tail: int = 0,
        qr_interval: int | None = None,
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
        qr_interval : int, optional
            Steps between QR decompositions. Without, it is chosen for each point by itself, as below.
        frame : array, shape (n_exponents, L·M), optional
            The first tangent vectors, newest token first; without, orthonormal ones drawn at random, always the
            same.
        observer, progress : callable
            As in `advance`; the observer does not see the steps before the first block.

        Returns
        -------
        EnsembleStretching

        Notes
        -----
        Between two QRs columns align as exp(interval * (λ_1 - λ_k)), and what is left of the last ones drowns in
        rounding at e^36. So every point tries intervals of 8, 4 and 2 steps over 512 steps first, from where it
        stands, and takes the first that keeps all directions longer than half the digits; if none does, 1. Should
        a direction be lost in the run all the same, the point starts again with 1. The choice is made of the
        point's own orbit alone; exponents differ from those of a QR at every step by rounding.
        """
        L, M = self.context, self.features.n_patterns
        if not 1 <= n_exponents <= L * M:
            raise ValueError(f"n_exponents must be from 1 to context * n_patterns = {L * M}, got {n_exponents}")
        if n_blocks < 1 or block_length < 1 or n_settle < 0:
            raise ValueError(
                f"n_blocks and block_length must be >= 1 and n_settle >= 0, got {n_blocks}, {block_length}, {n_settle}"
            )
        if qr_interval is not None and qr_interval < 1:
            raise ValueError(f"qr_interval must be at least 1, got {qr_interval}")
        if not 0 <= n_tail <= n_blocks * block_length:
            raise ValueError(
                f"n_tail must be from 0 to n_blocks * block_length = {n_blocks * block_length}, got {n_tail}"
            )
        first = _random_frame(n_exponents, L * M) if frame is None else np.asarray(frame, dtype=np.float64)
        if first.shape != (n_exponents, L * M):
            raise ValueError(f"frame must have shape {(n_exponents, L * M)}, got {first.shape}")
        vectors = np.broadcast_to(first.reshape(n_exponents, L, M), (self.n_points, n_exponents, L, M))
        found = EnsembleStretching(
            np.empty((self.n_points, n_blocks, n_exponents)),
            np.empty((self.n_points, n_exponents), dtype=np.int64),
            _empty_tail(n_tail, self.n_points, M),
            np.empty((self.n_points, n_exponents, L * M)),
        )
        starts = self._attention.copy()
        run = _Run(vectors, n_settle, block_length)
        if qr_interval is None:
            intervals = self._chosen_intervals(vectors, progress)
        else:
            intervals = np.full(self.n_points, qr_interval)
        for interval in np.unique(intervals):
            self._stretch(np.flatnonzero(intervals == interval), interval, run, found, progress, observer)
        if qr_interval is None:
            lost = np.flatnonzero((intervals > 1) & found.unresolved.any(axis=1))
            self._attention[lost] = starts[lost]
            self._stretch(lost, 1, run, found, lambda n_steps: progress(0), None)
        self._time += n_settle + n_blocks * block_length
        return found

    def _chosen_intervals(self, vectors: Array, progress: Progress) -> npt.NDArray[np.int64]:
        """Choose the steps between QRs for each point: the largest interval at which a pilot loses no direction."""
        intervals = np.ones(self.n_points, dtype=np.int64)
        nothing = np.empty((0, self.n_points, self.features.n_patterns))
        for interval in QR_INTERVALS:
            for chunk in self._chunks(np.flatnonzero(intervals == 1), vectors, interval, PILOT_NOISE):
                chunk.run(PILOT_STEPS, nothing, lambda n_steps: progress(0))
                lost = np.any(chunk.n_unresolved[:, : len(chunk.points)] > 0, axis=0)
                intervals[chunk.points[~lost]] = interval
        return intervals

    def _stretch(
        self,
        points: npt.NDArray[np.int64],
        interval: int,
        run: "_Run",
        found: EnsembleStretching,
        progress: Progress,
        observer: Observer | None,
    ) -> None:
        """Fill in what is found at some points, and let them advance."""
        n_tail, n_blocks = len(found.tail), found.log_factors.shape[1]
        for chunk in self._chunks(points, run.vectors, interval):
            chunk.run(run.n_settle, found.tail[:0], progress)
            chunk.n_unresolved[:] = 0
            for block in range(n_blocks):
                end = n_tail - (n_blocks - 1 - block) * run.block_length
                chunk.log_r[:] = 0.0
                tail = found.tail[max(0, end - run.block_length) : max(0, end)]
                chunk.run(run.block_length, tail, progress, observer)
                found.log_factors[chunk.points, block] = chunk.log_r.T[: len(chunk.points)]
            found.unresolved[chunk.points] = chunk.n_unresolved.T[: len(chunk.points)]
            found.frames[chunk.points] = chunk.vectors().reshape(-1, *found.frames.shape[1:])
            self._attention[chunk.points] = chunk.windows()

    def _chunks(
        self, points: npt.NDArray[np.int64], vectors: Array | None = None, interval: int = 1, noise: float = NOISE
    ) -> Iterator[Chunk]:
        """Give points in lanes, as many at a time as there are lanes."""
        if vectors is None:
            vectors = np.empty((self.n_points, 0, self.context, self.features.n_patterns))
        width = n_lanes(len(points), *vectors.shape[1:])
        for first in range(0, len(points), width):
            state = LaneState(
                self._attention,
                **self._parameters,
                time=self._time,
                n_live_directions=self.n_live_directions,
                network=self._network,
            )
            yield Chunk(state, points[first : first + width], width, vectors, interval, noise)


class _Run(NamedTuple):
    """Tangent vectors (n_points, n_exponents, L, M), and the steps that they go through."""

    vectors: Array
    n_settle: int
    block_length: int


def _empty_tail(n_tail: int, n_points: int, n_patterns: int) -> Array:
    """Return room for vectors, (n_tail, n_points, M), in which each component of a point lies by itself."""
    return np.empty((n_points, n_patterns, n_tail)).transpose(2, 0, 1)


def _random_frame(n_vectors: int, dimension: int) -> Array:
    """Orthonormal vectors, (n_vectors, dimension), without any relation to the axes; always the same."""
    draw = np.random.default_rng(0).normal(size=(dimension, n_vectors))
    return np.ascontiguousarray(np.linalg.qr(draw)[0].T)
