"""As many points of an ensemble as there are lanes, and the compiled code that advances them."""

import math
from collections.abc import Callable
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa._arguments import Network, Parameters, Recording, Tangents
from dmfsa.window import Array

LANES = 32  # four vectors of 512 bits at a time hide the latency of one
TANGENT_LANES = 16  # with tangent vectors there is more to do in each, and more to keep in the cache
SHORT_ROW = 24  # entries of the Jacobian's block row up to which more lanes are faster all the same, by some 10 %
FEWEST_LANES = 8  # one vector of 512 bits
STACK_BYTES = 3_000_000  # work arrays live on the stack; threads have 8 MB of it
STEPS_PER_CALL = 8_192  # of compiled code, after which progress is told: some 5 ms to 100 ms
OBSERVED_STEPS_PER_CALL = 1_280  # with an observer: what it looks at should stay in the second-level cache
NOISE = 32 * 2.0**-52  # relative size below which a difference of rounded terms has lost its second digit

Progress = Callable[[int], None]
Observer = Callable[[Array, npt.NDArray[np.int64]], None]


class LaneState(NamedTuple):
    """All points of an ensemble, as they stand, and the network: what is put into lanes.

    Attributes
    ----------
    attention : array, shape (n_points, L, M)
        Windows, newest token first.
    beta, gamma, epsilon : arrays, shape (n_points,)
        γ as in `MeanFieldMap`.
    time : int
        That of the newest tokens, common to all: their phase is time mod 2^P.
    n_live_directions : int
        As in `MeanFieldMap`.
    network : Network
        Common to all.
    """

    attention: Array
    beta: Array
    gamma: Array
    epsilon: Array
    time: int
    n_live_directions: int
    network: Network


class Chunk:
    """Points in lanes; lanes to spare repeat the last point.

    Parameters
    ----------
    state : LaneState
        Of all points.
    points : array of int
        Numbers of those in the chunk.
    width : int
        Lanes, at least as many as points.
    vectors : array, shape (n_points, n_exponents, L, M)
        First tangent vectors of all points.
    interval : int
        Steps between QR decompositions; 0: none.
    noise : float
        What is smaller, relative to the terms that cancel in it, counts as not resolved.

    Attributes
    ----------
    points : array of int
        Numbers of the points in the ensemble.
    log_r, n_unresolved : arrays, shape (n_exponents, n_lanes)
        Sums of log |R_ii|, and numbers of QRs at which a direction was not resolved.
    """

    def __init__(
        self,
        state: LaneState,
        points: npt.NDArray[np.int64],
        width: int,
        vectors: Array,
        interval: int,
        noise: float,
    ) -> None:
        from dmfsa import _kernels  # noqa: PLC0415 - numba takes half a second to load

        _, n_vectors, L, M = vectors.shape
        self.points = points
        lanes = points[np.minimum(np.arange(width), len(points) - 1)]
        self.log_r, self.n_unresolved = np.zeros((2, n_vectors, width))
        self._window = np.ascontiguousarray(state.attention[lanes].transpose(1, 2, 0))
        self._time = state.time
        self._advance = _kernels.lanes(M, len(state.network.signs), L, width, n_vectors)
        self._parameters = Parameters(
            beta=state.beta[None, lanes],
            gamma=state.gamma[None, lanes] / math.sqrt(M),
            epsilon=state.epsilon[None, lanes],
        )
        self._network = state.network
        self._tangents = Tangents(
            frame=np.ascontiguousarray(vectors[lanes].transpose(1, 2, 3, 0)),
            interval=interval,
            noise=noise,
            n_mortal=max(0, n_vectors - state.n_live_directions),
            log_r=self.log_r,
            n_unresolved=self.n_unresolved,
            n_dead=np.zeros((1, width)),
        )

    def windows(self) -> Array:
        """Attention vectors of the points' windows, shape (n_points, L, M)."""
        return self._window.transpose(2, 0, 1)[: len(self.points)]

    def vectors(self) -> Array:
        """Tangent vectors of the points, shape (n_points, n_exponents, L, M)."""
        return self._tangents.frame.transpose(3, 0, 1, 2)[: len(self.points)]

    def run(self, n_steps: int, tail: Array, progress: Progress, observer: Observer | None = None) -> None:
        """Advance, fill tail (n_tail, all points, M) with the last attention vectors, and tell of the progress."""
        n_tail, _, M = tail.shape
        n_used, width = len(self.points), self._window.shape[2]
        interval = max(1, self._tangents.interval)
        longest = max(1, (OBSERVED_STEPS_PER_CALL if observer else STEPS_PER_CALL) // interval) * interval
        for first in range(0, n_steps, longest):
            last = min(first + longest, n_steps)
            kept = slice(max(0, first - n_steps + n_tail), max(0, last - n_steps + n_tail))
            recording = Recording(
                tail=np.empty((kept.stop - kept.start, M, width)),
                outputs=np.empty((last - first if observer else 0, M, width)),
            )
            with np.errstate(all="ignore"):  # without the JIT, NumPy would warn of log 0
                self._advance(
                    self._window,
                    self._time,
                    last - first,
                    self._parameters,
                    self._network,
                    recording,
                    self._tangents,
                )
            self._time += last - first
            if len(recording.tail):
                for lane, point in enumerate(self.points):
                    tail[kept, point] = recording.tail[:, :, lane]
            if observer:
                observer(recording.outputs[:, :, :n_used], self.points)
            progress((last - first) * n_used)


def n_lanes(n_points: int, n_vectors: int, context: int, n_patterns: int) -> int:
    """Choose the number of lanes: fewer for few points, or if work arrays would not fit."""
    per_lane = 8 * (n_vectors + 3 * n_patterns + 8) * context * n_patterns
    width = TANGENT_LANES if n_vectors and context * n_patterns**2 > SHORT_ROW else LANES
    while width > FEWEST_LANES and (width // 2 >= n_points or per_lane * width > STACK_BYTES):
        width //= 2
    if per_lane * width > STACK_BYTES:
        raise ValueError(
            f"context * n_patterns = {context * n_patterns} and n_exponents = {n_vectors} need "
            f"{per_lane * width / 1e6:.0f} MB of work space, more than the {STACK_BYTES / 1e6:.0f} MB there are; "
            "ask for fewer exponents, or a smaller context"
        )
    return width
