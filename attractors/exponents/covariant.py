"""Covariant Lyapunov vectors: the directions that grow with each exponent, and the angles between them."""

import math
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.exponents.runs import N_BLOCKS, end_of_transient
from attractors.exponents.standard_errors import standard_errors
from attractors.results import Result
from attractors.status import Status, doubt, sure
from attractors.system import SmoothSystem, generic_frame, jacobians_along

CONVERGED = 1e-7  # radians: below any angle that statistics resolve, were it 100 times as large as measured
JACOBIAN_ENTRIES = 2**20  # numbers in the Jacobians that are held at a time: 8 MB, or those of one interval


class CovariantStatus(Status):
    """How far covariant vectors can be trusted; the value says what to do."""

    OK = sure("All vectors have converged.")
    NOT_CONVERGED = doubt(
        "Some vectors depend on where the iteration began (see `converged`): raise n_align. If that does not help, "
        "their exponents are equal, as those of a complex pair are, and only the space that they span has a meaning."
    )
    UNRESOLVED = doubt(
        "Directions were annihilated, or are shorter than double precision resolves: there are no vectors from the "
        "first exponent of -inf on, NaN in their place. Ask for fewer."
    )
    DIVERGED = doubt("The orbit did not stay finite. Start elsewhere or change the parameters.")


@dataclass(frozen=True, eq=False)
class CovariantVectors(Result):
    """Covariant Lyapunov vectors along an orbit.

    Attributes
    ----------
    exponents, standard_errors : arrays, shape (k,)
        Mean growth of each vector, nats per step, and its standard error; -inf and NaN where there is no vector.
    vectors : array, shape (n, k, d)
        Of length 1, rows; the sign is arbitrary.
    growth : array, shape (n, k)
        Logarithm of the length of each vector after the next `interval` steps, nats.
    states : array, shape (n, d)
        Where they are.
    errors : array, shape (k,)
        Angles, radians: how far vectors still depend on the frames with which the iterations began.
    splitting_errors : array, shape (k - 1,)
        The same for the splitting into the space of the first i vectors and that of the rest, i = 1 ... k - 1.
    interval : int
        Steps between two of the states.
    status : CovariantStatus
        What can be trusted, and the remedy.
    """

    exponents: FloatArray
    standard_errors: FloatArray
    vectors: FloatArray
    growth: FloatArray
    states: FloatArray
    errors: FloatArray
    splitting_errors: FloatArray
    interval: int
    status: CovariantStatus

    @property
    def converged(self) -> npt.NDArray[np.bool_]:
        """Whether each vector is known to 10⁻⁷ radians, as far as `errors` tell (k,)."""
        return np.asarray(self.errors <= CONVERGED)

    def angle(self, i: int, j: int) -> FloatArray:
        """Angles (n,) between vectors i and j, counted from 0, in [0, π/2]; NaN if one of them has not converged.

        Raises
        ------
        ValueError
            If there is no such vector, or both are the same.
        """
        k = self.vectors.shape[1]
        if not (0 <= i < k and 0 <= j < k and i != j):
            raise ValueError(f"i and j must be two different numbers from 0 to {k - 1}, got {i} and {j}")
        if not (self.converged[i] and self.converged[j]):
            return np.full(len(self.vectors), np.nan)
        v, w = self.vectors[:, i], self.vectors[:, j]
        cosine = np.einsum("td,td->t", v, w)
        sine = np.linalg.norm(w - cosine[:, None] * v, axis=1)  # not arccos: half the digits of small angles are lost
        return np.asarray(np.arctan2(sine, np.abs(cosine)))

    def splitting_angle(self, n_first: int) -> FloatArray:
        """Smallest angles (n,) between the space of the first vectors and that of the rest; NaN if not converged.

        With as many as there are positive exponents, these are the unstable and the stable space; tangencies, angles
        that come arbitrarily close to 0, say that the attractor is not hyperbolic. Vectors with equal exponents do not
        matter, as long as they are on the same side.

        Raises
        ------
        ValueError
            If nothing is left on one side.
        """
        k = self.vectors.shape[1]
        if not 1 <= n_first < k:
            raise ValueError(f"n_first must be between 1 and {k - 1}, one less than there are vectors, got {n_first}")
        if not self.splitting_errors[n_first - 1] <= CONVERGED:
            return np.full(len(self.vectors), np.nan)
        live = int(np.isfinite(self.errors).sum())
        first, rest = (
            np.linalg.qr(part.transpose(0, 2, 1))[0]
            for part in (self.vectors[:, :n_first], self.vectors[:, n_first:live])
        )
        overlap = first.transpose(0, 2, 1) @ rest
        sine = np.linalg.svd(rest - first @ overlap, compute_uv=False)[:, -1]
        cosine = np.linalg.svd(overlap, compute_uv=False)[:, 0]
        return np.asarray(np.arctan2(sine, cosine))


def covariant_vectors(
    system: SmoothSystem,
    start: Any,
    *,
    n_steps: int,
    n_transient: int = 0,
    n_vectors: int | None = None,
    n_align: int = 1_000,
    interval: int = 1,
    megabytes: float = 1_000.0,
) -> CovariantVectors:
    """Covariant Lyapunov vectors by the algorithm of Ginelli et al.

    Parameters
    ----------
    system : SmoothSystem
        The map.
    start : object
        A state of the system.
    n_steps : int
        Steps along which the vectors are kept.
    n_transient : int
        Steps discarded before.
    n_vectors : int, optional
        k, those of the largest k exponents; all of them if not given.
    n_align : int
        Steps before and after in which the iterations forget how they began. Errors fall as exp(-n_align gap) with the
        gap between neighbouring exponents.
    interval : int
        Steps between two states at which there are vectors; more than 1 saves memory. Directions that differ in growth
        by more than exp(36) within it are lost.
    megabytes : float
        Most memory to use: 8 bytes for k d + k + d numbers at each state that is kept, and for k² more there and
        in the n_align steps after.

    Returns
    -------
    CovariantVectors

    Raises
    ------
    ValueError
        If a count is out of range, or the memory does not suffice.

    Notes
    -----
    Forward, J_t Q_t = R_t Q_{t+1} with orthonormal rows; backward, C_t R_t = D_t C_{t+1} with C lower triangular, rows
    of length 1. The vectors are C_t Q_t, and J_t maps them onto the next ones, times the factors D_t. Their mean
    logarithms are the Lyapunov exponents: the growth of the first i vectors together differs from that of the
    frame by log volumes at the two ends only.

    *Errors* are measured: both iterations are run with two beginnings, and where the results come to lie apart that is
    the error, at the first state of the forward one and at the last of the backward one, where it is largest. That
    gives its size within a factor of some 30.

    Cost: steps with k tangent vectors, O(k² d) for each decomposition, and O(k³ + k² d) backward.

    References
    ----------
    .. [1] F. Ginelli, P. Poggi, A. Turchi, H. Chaté, R. Livi, A. Politi, Phys. Rev. Lett. 99, 130601 (2007).
    .. [2] F. Ginelli, H. Chaté, R. Livi, A. Politi, J. Phys. A 46, 254005 (2013).

    Examples
    --------
    Those of Arnold's cat map are the eigenvectors of its matrix, at right angles everywhere:

    >>> from attractors.examples import cat
    >>> found = covariant_vectors(cat(), [0.1, 0.2], n_steps=100)
    >>> found.exponents.round(6)
    array([ 0.962424, -0.962424])
    >>> bool(abs(found.angle(0, 1) - np.pi / 2).max() < 1e-12)
    True
    """
    d = system.dimension
    k = d if n_vectors is None else n_vectors
    if not 1 <= k <= d:
        raise ValueError(f"n_vectors must be between 1 and the dimension {d}, got {n_vectors}")
    if n_transient < 0 or n_align < 1 or interval < 1 or n_steps < interval:
        raise ValueError(
            "n_transient must not be negative, n_align and interval be at least 1 and n_steps at least the interval, "
            f"got n_transient = {n_transient}, n_align = {n_align}, interval = {interval}, n_steps = {n_steps}"
        )
    n_kept, n_back = n_steps // interval, -(-n_align // interval)
    needed = 8e-6 * (n_kept * (k * d + k + d) + (n_kept + n_back) * k * k)
    if needed > megabytes:
        raise ValueError(
            f"megabytes = {megabytes} do not hold the vectors, which need {needed:.0f}: take fewer steps or vectors, "
            "or a longer interval"
        )
    state, finite = end_of_transient(system, start, n_transient)
    if not finite:
        return _nothing(k, d, interval, CovariantStatus.DIVERGED)
    ahead = [
        system.stretching(state, n_exponents=k, n_blocks=1, block_length=n_align, frame=frame)
        for frame in (generic_frame(k, d), generic_frame(d, d)[: -k - 1 : -1].copy())
    ]
    if np.isnan(ahead[0].log_factors).any():
        return _nothing(k, d, interval, CovariantStatus.DIVERGED)
    frame = np.asarray(ahead[0].frame)
    states, frames, triangles, finite = _followed(system, ahead[0].end, frame, interval, n_kept, n_kept + n_back)
    if not finite:
        return _nothing(k, d, interval, CovariantStatus.DIVERGED)
    dead = (np.diagonal(triangles, axis1=1, axis2=2) == 0.0).any(axis=0)
    live = int(np.argmax(dead)) if dead.any() else k
    if live == 0:
        return _nothing(k, d, interval, CovariantStatus.UNRESOLVED)
    vectors, growth, behind = _backward(triangles[:, :live, :live], frames[:, :live])
    forward = [_apart(frame[:i], np.asarray(ahead[1].frame)[:i]) for i in range(1, live + 1)]
    alone = [_apart(behind[0][i : i + 1], behind[1][i : i + 1]) for i in range(live)]
    rest = [_apart(behind[0][i:], behind[1][i:]) for i in range(1, live)]
    errors = np.maximum(forward, alone), np.maximum(forward[:-1], rest)
    return _collected(states, vectors, growth, errors, k, interval)


def _followed(
    system: SmoothSystem, start: Any, frame: FloatArray, interval: int, n_kept: int, n: int
) -> tuple[FloatArray, FloatArray, FloatArray, bool]:
    """Follow an orthonormal frame (k, d) for n intervals of the orbit, by QR decompositions J_t Q_t = R_t Q_{t+1}.

    Returns the first n_kept states (n_kept, d) and frames (n_kept, k, d), all triangles (n, k, k), and whether the
    orbit stayed finite.
    """
    from attractors import _kernels  # noqa: PLC0415 - here, so that only who needs the compiler waits for it

    k, d = frame.shape
    states, frames, triangles = np.empty((n_kept, d)), np.empty((n_kept, k, d)), np.zeros((n, k, k))
    state, Q = start, np.array(frame, dtype=np.float64, order="C")
    at_once = max(1, JACOBIAN_ENTRIES // (interval * d * d))
    for first in range(0, n, at_once):
        last = min(first + at_once, n)
        orbit, jacobians, state = jacobians_along(system, state, (last - first) * interval)
        states[first:last] = orbit[::interval][: max(0, n_kept - first)]
        if not (np.isfinite(orbit[::interval]).all() and np.isfinite(system.to_vector(state)).all()):
            return states, frames, triangles, False
        with np.errstate(all="ignore"):
            _kernels.follow(jacobians, Q, frames[first:last], triangles[first:last])
    return states, frames, triangles, True


def _backward(triangles: FloatArray, frames: FloatArray) -> tuple[FloatArray, FloatArray, list[FloatArray]]:
    """Vectors and their growth, and the coefficients with which two backward iterations reach the last of them."""
    from attractors import _kernels  # noqa: PLC0415 - as above

    R, vectors = np.ascontiguousarray(triangles), np.ascontiguousarray(frames)
    n, k, d = vectors.shape
    behind = [np.eye(k), np.tril(np.ones((k, k)))]
    growth = np.empty((n, k))
    with np.errstate(all="ignore"):
        for C in behind:
            _kernels.backward(R[n:], C, np.empty((0, k, d)), np.empty((0, k)))
        _kernels.backward(R[:n], behind[0].copy(), vectors, growth)
    return vectors, growth, behind


def _apart(rows: FloatArray, others: FloatArray) -> float:
    """Largest angle between two spaces of the same dimension, each spanned by rows."""
    if not (np.isfinite(rows).all() and np.isfinite(others).all()):
        return 0.5 * math.pi  # nothing is known
    P, Q = np.linalg.qr(rows.T)[0], np.linalg.qr(others.T)[0]
    return math.asin(min(float(np.linalg.norm(Q - P @ (P.T @ Q), ord=2)), 1.0))


def _collected(
    states: FloatArray,
    vectors: FloatArray,
    growth: FloatArray,
    errors: tuple[FloatArray, FloatArray],
    k: int,
    interval: int,
) -> CovariantVectors:
    """Put NaN for the vectors that there are not, find exponents and the status."""
    n, live, d = vectors.shape
    found = _nothing(k, d, interval, CovariantStatus.UNRESOLVED, n)
    found.states[:], found.vectors[:, :live], found.growth[:, :live] = states, vectors, growth
    found.errors[:live], found.splitting_errors[: live - 1] = errors
    found.exponents[:live], found.exponents[live:] = growth.mean(axis=0) / interval, -np.inf
    n_blocks = min(N_BLOCKS, n)
    if n_blocks > 1:
        sums = growth[n % n_blocks :].reshape(n_blocks, -1, live).mean(axis=1)
        found.standard_errors[:live] = standard_errors(sums / interval).errors
    if live == k:
        status = CovariantStatus.OK if found.converged.all() else CovariantStatus.NOT_CONVERGED
        return replace(found, status=status)
    return found


def _nothing(k: int, d: int, interval: int, status: CovariantStatus, n: int = 0) -> CovariantVectors:
    return CovariantVectors(
        exponents=np.full(k, -np.inf if status is CovariantStatus.UNRESOLVED else np.nan),
        standard_errors=np.full(k, np.nan),
        vectors=np.full((n, k, d), np.nan),
        growth=np.full((n, k), np.nan),
        states=np.full((n, d), np.nan),
        errors=np.full(k, np.nan),
        splitting_errors=np.full(k - 1, np.nan),
        interval=interval,
        status=status,
    )
