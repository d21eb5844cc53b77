"""What a map offers to be analysed: an orbit, and how it stretches tangent vectors.

Everything in this package that needs the dynamics, and not only a recorded series, asks for a `System`: any
object with these two attributes and two methods will do, no inheritance. `DiscreteMap` is the one made from a
user's own functions.
"""

from collections.abc import Callable
from typing import Any, NamedTuple, Protocol

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray, real
from attractors.delay_form import OwnMapForm

MOST_WRITTEN = 6  # parameters of a map that its text writes out

MapFunction = Callable[[FloatArray, FloatArray, FloatArray], None]


class Stretching(NamedTuple):
    """How an orbit stretched an orthonormal frame.

    Attributes
    ----------
    log_factors : array, shape (n_blocks, k)
        Sum over each block of log |R_ii|, nats; -inf from the block on in which direction i died, NaN from
        the block on in which the orbit stopped being finite.
    unresolved : int array, shape (k,)
        Number of orthonormalisations (settling included) at which the i-th residual was rounding noise. Such
        a direction counts as dead: its true stretching is 0, or so small that double precision does not see
        it.
    end : object
        The state after the last step, to continue from; opaque, whatever `System.orbit` takes as a start.
    frame : array, shape (k, d)
        The orthonormal vectors there, to continue with.
    """

    log_factors: FloatArray
    unresolved: npt.NDArray[np.int64]
    end: Any
    frame: FloatArray


class StretchingLike(Protocol):
    """What `System.stretching` must return: anything with the attributes of `Stretching`."""

    @property
    def log_factors(self) -> FloatArray:
        """Sums over blocks of log |R_ii|, shape (n_blocks, k)."""

    @property
    def unresolved(self) -> npt.NDArray[np.int64]:
        """Number of residuals that were rounding noise, shape (k,)."""

    @property
    def end(self) -> Any:
        """State after the last step."""

    @property
    def frame(self) -> FloatArray:
        """Orthonormal vectors after the last step, shape (k, d)."""


class System(Protocol):
    """The interface of a map. A `start` is whatever the map accepts as a state: nothing here looks into it.

    A map that stands for a flow has one attribute more, `step_time`, the time of a step: see `step_time_of`.
    """

    @property
    def dimension(self) -> int:
        """Dimension of the tangent space, which is the number of Lyapunov exponents."""

    @property
    def clock_period(self) -> int:
        """Period of the drive in steps; 1 for an autonomous map."""

    def orbit(self, start: Any, n_steps: int) -> tuple[FloatArray, Any]:
        """Observed states (n_steps, m), row t the state after step t + 1, and the end to continue from."""

    def stretching(
        self,
        start: Any,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        frame: FloatArray | None = None,
    ) -> StretchingLike:
        """Stretching of `n_exponents` tangent vectors over `n_blocks` blocks of `block_length` steps.

        The first `n_settle` steps let the frame align with the dynamics and are not counted. `frame` (k, d) is where
        it begins; without, anywhere.
        """


class SmoothSystem(System, Protocol):
    """A system whose states are vectors: what cycles, covariant vectors and alignment indices need.

    One method more is optional, `jacobians_along(start, n_steps)`, as `DiscreteMap` has it: the function of that name
    asks for it. Where there is none it goes from step to step with `tangent`, at the cost of a call for each.
    """

    def tangent(self, start: Any, vectors: FloatArray, n_steps: int) -> tuple[FloatArray, Any]:
        """Push tangent vectors (k, d), rows, along `n_steps` of the orbit; nothing else is done to them.

        Returns the vectors there, and the state.
        """

    def to_vector(self, state: Any) -> FloatArray:
        """Return the variables (d,) of a state; the clock's phase is none."""

    def from_vector(self, vector: FloatArray, like: Any) -> Any:
        """Return the state with these variables (d,), and all else as in the state `like`."""


def jacobians_along(system: SmoothSystem, start: Any, n_steps: int) -> tuple[FloatArray, FloatArray, Any]:
    """Variables of the states x_0 ... x_{n-1} of an orbit (n, d), the Jacobians there (n, d, d), and the state x_n."""
    at_once = getattr(system, "jacobians_along", None)
    if at_once is not None:
        found: tuple[FloatArray, FloatArray, Any] = at_once(start, n_steps)
        return found
    d = system.dimension
    states, jacobians, state = np.empty((n_steps, d)), np.empty((n_steps, d, d)), start
    for t in range(n_steps):
        states[t] = system.to_vector(state)
        images, state = system.tangent(state, np.eye(d), 1)
        jacobians[t] = images.T  # row i is the image of e_i
    return states, jacobians, state


def step_time_of(system: System) -> float:
    """Time of a step of a system, in which exponents are counted: `step_time` of a flow, 1 of a map without one."""
    return float(getattr(system, "step_time", 1.0))


class DiscreteMap:
    """A map given by two functions that fill an array: x_{t+1} = step(x_t; p), with its Jacobian.

    Parameters
    ----------
    step : callable (x, p, out) -> None
        Writes the next state of `x` (d,) at parameters `p` into `out` (d,). It must not change `x`.
    jacobian : callable (x, p, out) -> None, optional
        Writes d step_a / d x_b into `out[a, b]`, shape (d, d). Entries that are always zero may be left
        alone. Without one, central differences take its place (`jacobian_source` says so): entries are right to
        some 10 digits if the map is smooth over 10⁻⁵, and 2 d + 1 steps are needed for each.
    parameters : array-like, shape (n_parameters,)
        Handed to both functions as `p`; a single number counts as one parameter.
    dimension : int
        d, the number of components of the state.
    interval : int
        Steps between two orthonormalisations in `stretching`. Columns align as exp(interval * (λ_1 - λ_k)),
        and at exp(36) the lowest exponents are lost: raise it only if the spectrum is narrow.

    Raises
    ------
    ValueError
        If parameters or a start have the wrong shape or are not finite, or a count is out of range.

    Notes
    -----
    Plain functions are compiled with numba (about 0.1 s each, once per function however many maps are made of
    it); already compiled ones are used as they are. With NUMBA_DISABLE_JIT=1 all of it runs as plain Python.
    An orbit that diverges is an answer, not an error: it goes on as inf and NaN. Cost of a step with k
    tangent vectors: one call of each function, k d^2 + 2 k^2 d multiplications.

    The frame starts as one fixed orthonormal set along no special direction, so that n_exponents < dimension
    gives the largest exponents even where coordinates do not mix. Orthonormalisation is modified
    Gram-Schmidt; a residual at or below d eps |V|, V the frame before it (Frobenius norm), is rounding noise
    and its direction dead from then on.

    Examples
    --------
    >>> def step(x, p, out):
    ...     out[0] = p[0] * x[0] * (1.0 - x[0])
    >>> def jacobian(x, p, out):
    ...     out[0, 0] = p[0] * (1.0 - 2.0 * x[0])
    >>> logistic = DiscreteMap(step, jacobian, parameters=[3.2], dimension=1)
    >>> orbit, end = logistic.orbit([0.3], 1000)
    >>> orbit[-4:].ravel().round(4)
    array([0.513 , 0.7995, 0.513 , 0.7995])
    >>> logistic
    DiscreteMap of 1 dimension: step, parameters (3.2)
    """

    clock_period = 1

    def __init__(
        self,
        step: MapFunction,
        jacobian: MapFunction | None = None,
        parameters: npt.ArrayLike = (),
        dimension: int = 1,
        *,
        interval: int = 1,
    ) -> None:
        from attractors import _kernels  # noqa: PLC0415  (here, so that only who needs the compiler waits for it)

        self.dimension = _count("dimension", dimension, at_least=1)
        self.interval = _count("interval", interval, at_least=1)
        self.parameters = _finite_vector("parameters", np.atleast_1d(np.asarray(parameters, dtype=np.float64)))
        self._kernels: Any = _kernels
        self._step = self._kernels.compiled(step, _kernels.STEP_SIGNATURE)
        self.jacobian_source = "central differences" if jacobian is None else "given"
        derivative = self._kernels.differences(self._step) if jacobian is None else jacobian
        self._jacobian = self._kernels.compiled(derivative, _kernels.JACOBIAN_SIGNATURE)

    def __repr__(self) -> str:
        """Return what it is in one line."""
        name, n = getattr(self._step, "__name__", "step"), len(self.parameters)
        numbers = ", ".join(f"{p:g}" for p in self.parameters)
        known = f"parameters ({numbers})" if n <= MOST_WRITTEN else f"{n} parameters"
        dimensions = f"{self.dimension} dimension{'s' * (self.dimension > 1)}"
        differences = "" if self.jacobian_source == "given" else f", Jacobian by {self.jacobian_source}"
        return f"DiscreteMap of {dimensions}: {name}, {known}{differences}"

    def orbit(self, start: npt.ArrayLike, n_steps: int) -> tuple[FloatArray, FloatArray]:
        """Return the states after steps 1 ... n_steps from `start` (d,), shape (n_steps, d), and the last of them."""
        x0 = self._state(start)
        n_steps = _count("n_steps", n_steps, at_least=0)
        orbit = np.empty((n_steps, self.dimension))
        with np.errstate(all="ignore"):
            self._kernels.orbit(self._step, self.parameters, x0, orbit)
        return orbit, (orbit[-1].copy() if n_steps else x0)

    def stretching(
        self,
        start: npt.ArrayLike,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        frame: npt.ArrayLike | None = None,
    ) -> Stretching:
        """Sum log |R_ii| over blocks along the orbit of `start` (d,), from `frame` (k, d) on; see `Stretching`."""
        x0 = self._state(start)
        k = _count("n_exponents", n_exponents, at_least=1)
        if k > self.dimension:
            raise ValueError(f"n_exponents must be at most dimension = {self.dimension}, got {k}")
        n_blocks = _count("n_blocks", n_blocks, at_least=1)
        block_length = _count("block_length", block_length, at_least=1)
        n_settle = _count("n_settle", n_settle, at_least=0)
        Q = generic_frame(k, self.dimension) if frame is None else np.array(frame, dtype=np.float64)
        if Q.shape != (k, self.dimension):
            raise ValueError(f"frame must have shape ({k}, {self.dimension}), got {Q.shape}")
        log_factors, unresolved = np.zeros((n_blocks, k)), np.zeros(k, dtype=np.int64)
        with np.errstate(all="ignore"):
            self._kernels.stretching(
                self._step,
                self._jacobian,
                self.parameters,
                x0,
                Q,
                n_settle,
                block_length,
                self.interval,
                log_factors,
                unresolved,
            )
        return Stretching(log_factors, unresolved, x0, Q)

    def tangent(self, start: npt.ArrayLike, vectors: npt.ArrayLike, n_steps: int) -> tuple[FloatArray, FloatArray]:
        """Push tangent vectors (k, d), rows, along the orbit of `start` (d,); return them, and the state there."""
        x0 = self._state(start)
        V = np.array(vectors, dtype=np.float64, order="C")
        if V.ndim != 2 or V.shape[1] != self.dimension:
            raise ValueError(f"vectors must have shape (k, {self.dimension}), got {V.shape}")
        with np.errstate(all="ignore"):
            n_steps = _count("n_steps", n_steps, at_least=0)
            self._kernels.tangent(self._step, self._jacobian, self.parameters, x0, V, n_steps)
        return V, x0

    def jacobians_along(self, start: npt.ArrayLike, n_steps: int) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return `n_steps` states from `start` (d,) on, (n_steps, d), the Jacobians there, and the state after them."""
        x, n_steps = self._state(start), _count("n_steps", n_steps, at_least=0)
        states = np.empty((n_steps, self.dimension))
        jacobians = np.zeros((n_steps, self.dimension, self.dimension))
        with np.errstate(all="ignore"):
            self._kernels.jacobians(self._step, self._jacobian, self.parameters, x, states, jacobians)
        return states, jacobians, x

    def to_vector(self, state: npt.ArrayLike) -> FloatArray:
        """Return a state (d,) as it is: all of it are variables."""
        return real(state, "start").copy()

    def from_vector(self, vector: npt.ArrayLike, like: npt.ArrayLike) -> FloatArray:
        """Return the vector (d,): there is nothing else in a state."""
        return self._state(vector)

    def delay_form(self) -> OwnMapForm:
        """Return the map as an equation with parameters, for continuation; their names are "p0", "p1", …."""
        names = tuple(f"p{k}" for k in range(len(self.parameters)))
        given = self.jacobian_source == "given"
        return OwnMapForm(self._step, self._jacobian, self.parameters, self.dimension, names, given, self._state)

    def _state(self, start: npt.ArrayLike) -> FloatArray:
        x0 = real(start, "start")
        if x0.shape != (self.dimension,):
            raise ValueError(f"start must have shape ({self.dimension},), the map's dimension, got {x0.shape}")
        return _finite_vector("start", x0)


def generic_frame(k: int, d: int) -> FloatArray:
    """Return k rows (k, d) of the reflection 1 - 2 v v^T / v.v: orthonormal, along no direction that a map prefers."""
    v = 1.0 + np.arange(1, d + 1) * 0.6180339887498949 % 1.0
    return np.eye(k, d) - np.outer(v[:k], v) * (2.0 / (v @ v))


def _count(name: str, value: int, *, at_least: int) -> int:
    if value != int(value) or value < at_least:
        raise ValueError(f"{name} must be a whole number of at least {at_least}, got {value!r}")
    return int(value)


def _finite_vector(name: str, values: FloatArray) -> FloatArray:
    if values.ndim != 1:
        raise ValueError(f"{name} must be one-dimensional, got shape {values.shape}")
    if not np.isfinite(values).all():
        raise ValueError(f"{name} must be finite, got {values}")
    return np.array(values, dtype=np.float64, order="C")
