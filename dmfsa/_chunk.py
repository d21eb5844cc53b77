"""As many points of an ensemble as there are lanes, and the compiled code that advances them."""

import math
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np
import numpy.typing as npt

from dmfsa.window import Array

if TYPE_CHECKING:
    from dmfsa.ensemble import Ensemble

LANES = 32  # four vectors of 512 bits at a time hide the latency of one
TANGENT_LANES = 16  # with tangent vectors there is more to do in each, and more to keep in the cache
SHORT_ROW = 24  # entries of the Jacobian's block row up to which more lanes are faster all the same, by some 10 %
FEWEST_LANES = 8  # one vector of 512 bits
STACK_BYTES = 3_000_000  # work arrays live on the stack; threads have 8 MB of it
OBSERVED_PIECE = 1_280  # the same with an observer: what it looks at should stay in the second-level cache
PIECE = 8_192  # steps in one call of compiled code, after which progress is told: some 5 ms to 100 ms
NOISE = 32 * 2.0**-52  # relative size below which a difference of rounded terms has lost its second digit

Progress = Callable[[int], None]
Observer = Callable[[Array, npt.NDArray[np.int64]], None]


class Chunk:
    """Points in lanes; lanes to spare repeat the last point.

    Attributes
    ----------
    points : array of int
        Numbers of the points in the ensemble.
    log_r, unresolved : arrays, shape (n_exponents, n_lanes)
        Sums of log |R_ii|, and QRs at which a direction was not resolved.
    """

    def __init__(
        self,
        ensemble: "Ensemble",
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
        self._window = np.ascontiguousarray(ensemble._attention[lanes].transpose(1, 2, 0))
        self._frame = np.ascontiguousarray(vectors[lanes].transpose(1, 2, 3, 0))
        self.log_r = np.zeros((n_vectors, width))
        self.unresolved = np.zeros((n_vectors, width))
        self._dead = np.zeros((1, width))
        self._mortal = max(0, n_vectors - ensemble.n_live_directions)
        self._time = ensemble._time
        self._interval, self._noise = interval, noise
        self._advance = _kernels.lanes(M, len(ensemble.features.signs), L, width, n_vectors)
        parameters = ensemble._parameters
        self._parameters = (
            parameters["beta"][None, lanes],
            parameters["gamma"][None, lanes] / math.sqrt(M),
            parameters["epsilon"][None, lanes],
        )
        self._network = ensemble._network

    def windows(self) -> Array:
        """Attention vectors of the points' windows, shape (n_points, L, M)."""
        return self._window.transpose(2, 0, 1)[: len(self.points)]

    def vectors(self) -> Array:
        """Tangent vectors of the points, shape (n_points, n_exponents, L, M)."""
        return self._frame.transpose(3, 0, 1, 2)[: len(self.points)]

    def run(self, n_steps: int, tail: Array, progress: Progress, observer: Observer | None = None) -> None:
        """Advance, fill tail (n_tail, all points, M) with the last attention vectors, and tell of the progress."""
        n_tail, _, M = tail.shape
        n_used, width = len(self.points), self._window.shape[2]
        interval = max(1, self._interval)
        longest = max(1, (OBSERVED_PIECE if observer else PIECE) // interval) * interval
        for first in range(0, n_steps, longest):
            last = min(first + longest, n_steps)
            kept = slice(max(0, first - n_steps + n_tail), max(0, last - n_steps + n_tail))
            piece = np.empty((kept.stop - kept.start, M, width))
            seen = np.empty((last - first if observer else 0, M, width))
            with np.errstate(all="ignore"):  # without the JIT, NumPy would warn of log 0
                self._advance(
                    self._window,
                    self._time,
                    last - first,
                    *self._parameters,
                    *self._network,
                    piece,
                    seen,
                    self._frame,
                    self._interval,
                    self._noise,
                    self._mortal,
                    self.log_r,
                    self._dead,
                    self.unresolved,
                )
            self._time += last - first
            if len(piece):
                for lane, point in enumerate(self.points):
                    tail[kept, point] = piece[:, :, lane]
            if observer:
                observer(seen[:, :, :n_used], self.points)
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
