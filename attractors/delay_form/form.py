"""A map with parameters as the equation that a cycle has to fulfil, with its derivatives: what continuation needs.

x_t = G(x_{t-1}, …, x_{t-L}; φ, p): a state is the last L vectors, newest first, and the phase φ of a clock. Any map is
of this form with L = 1; one that remembers, as a network with a window, is with far fewer unknowns. A system that
offers `delay_form()`, an object with what `DelayForm` lists, can be continued; `DiscreteMap` does.
"""

from collections.abc import Callable
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray

Phases = npt.NDArray[np.int64]
Numbers = npt.NDArray[Any]  # float64 or complex128
RADIUS = 1e-3  # of the circle in the complex plane over which an analytic function is differentiated, relative
CIRCLE = np.exp(0.25j * np.pi * np.arange(5))  # upper half of its eight points: the lower one mirrors it
SHARES = np.array([1.0, 2.0, 2.0, 2.0, 1.0]) / 8.0
STENCIL = ((1, 3.0 / 4.0), (2, -3.0 / 20.0), (3, 1.0 / 60.0))  # of the central difference of sixth order
STEP = 1e-3  # of that difference where it stands for a second derivative, relative


class DelayForm(Protocol):
    """The interface; all functions take n histories side by side."""

    @property
    def names(self) -> tuple[str, ...]:
        """Names of the parameters, k of them."""

    @property
    def values(self) -> FloatArray:
        """Their values, shape (k,)."""

    @property
    def limits(self) -> tuple[tuple[float, float], ...]:
        """Between which values each may be."""

    @property
    def width(self) -> int:
        """m, numbers in a vector x_t."""

    @property
    def memory(self) -> int:
        """L, how many vectors the next one depends on."""

    @property
    def clock_period(self) -> int:
        """Period of the drive in steps; 1 for an autonomous map."""

    @property
    def accuracy(self) -> str:
        """How the derivatives are made, and how good they are."""

    def start(self, state: Any) -> tuple[FloatArray, int]:
        """Return the last vectors (L, m) of a state, newest first, and the phase of the newest."""

    def image(self, history: FloatArray, phases: Phases, values: FloatArray) -> FloatArray:
        """Return the next vectors (n, m) of histories (n, L, m) whose newest vectors have the phases (n,)."""

    def derivatives(
        self, history: FloatArray, phases: Phases, values: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return the next vectors (n, m), their derivatives by history (n, m, L, m) and by parameters (n, m, k)."""

    def bend(
        self, history: FloatArray, phases: Phases, values: FloatArray, direction: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Differentiate the last two of `derivatives` along directions (n, L, m) of the histories; shapes as there."""


class OwnMapForm:
    """The delay form of a `DiscreteMap`: L = 1.

    Where step and Jacobian can be compiled for complex numbers (they use arithmetic and functions of `math` or `numpy`
    that are analytic, and no comparisons), derivatives are Cauchy integrals over circles of radius 10⁻³, right to some
    13 digits. Otherwise they are central differences: of second order by the parameters, right to some 9 digits; of
    sixth order of the Jacobian for second derivatives, to some 10 digits if it is given or an integral, and to 7 if it
    is a difference itself.
    """

    clock_period = 1
    memory = 1

    def __init__(
        self,
        step: Callable[..., None],
        jacobian: Callable[..., None],
        values: FloatArray,
        width: int,
        names: tuple[str, ...],
        jacobian_is_given: bool,
        checked: Callable[[Any], FloatArray],
    ) -> None:
        from attractors.delay_form import _kernels  # noqa: PLC0415  (so that only who needs the compiler waits)

        self._kernels: Any = _kernels
        self.values, self.width, self.names = values, width, names
        self.limits = tuple((-np.inf, np.inf) for _ in names)
        self._step, self._jacobian = step, jacobian
        self._complex_step = self._kernels.in_complex(step, self._kernels.Z_STEP_SIGNATURE)
        self._complex_jacobian = (
            self._kernels.in_complex(jacobian, self._kernels.Z_JACOBIAN_SIGNATURE) if jacobian_is_given else None
        )
        self._jacobian_is_given, self._checked = jacobian_is_given, checked

    @property
    def one_step(self) -> Callable[..., None]:
        """The step as plain Python, which runs in any arithmetic."""
        plain: Callable[..., None] = getattr(self._step, "py_func", self._step)
        return plain

    @property
    def accuracy(self) -> str:
        """How the derivatives are made, and how good they are."""
        exact, rough = "Cauchy integrals, 13 digits", "central differences, 9 digits"
        first = exact if self._complex_step is not None else rough
        second = exact if self._complex_jacobian is not None else "central differences, 7 to 10 digits"
        return f"derivatives by the parameters are {first}; second derivatives are {second}"

    def start(self, state: Any) -> tuple[FloatArray, int]:
        """Return the state (1, d), and phase 0."""
        return self._checked(state)[None], 0

    def image(self, history: FloatArray, phases: Phases, values: FloatArray) -> FloatArray:
        """Return step(x; p) for each x, (n, 1, d) to (n, d)."""
        return self._evaluated(history[:, 0], values)

    def derivatives(
        self, history: FloatArray, phases: Phases, values: FloatArray
    ) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Return step(x; p), its derivatives by x (n, d, 1, d), and by p (n, d, k)."""
        x = history[:, 0]
        by = [self._by_parameter(lambda p: self._evaluated(x, p), values, k) for k in range(len(values))]
        E = np.stack(by, axis=-1) if by else np.zeros((*x.shape, 0))
        return self._evaluated(x, values), self._jacobians(x, values)[:, :, None, :], E

    def bend(
        self, history: FloatArray, phases: Phases, values: FloatArray, direction: FloatArray
    ) -> tuple[FloatArray, FloatArray]:
        """Differentiate the derivatives along directions (n, 1, d)."""
        x, v = history[:, 0], direction[:, 0]
        if self._complex_jacobian is not None:
            size = max(1.0, float(np.abs(x).max())) / max(float(np.abs(v).max()), 1e-300)
            D = by_circle(lambda s: self._jacobians(x + s * v, values), size)
        else:
            D = sixth_order(lambda s: self._jacobians(x + s * v, values), x, v)
        by = [
            np.einsum("nab,nb->na", self._by_parameter(lambda p: self._jacobians(x, p), values, k), v)
            for k in range(len(values))
        ]
        return D[:, :, None, :], np.stack(by, axis=-1) if by else np.zeros((*x.shape, 0))

    def _by_parameter(self, function: Callable[[Numbers], Numbers], values: FloatArray, k: int) -> FloatArray:
        """Differentiate a function of the parameters by the k-th."""
        unit = np.zeros(len(values))
        unit[k] = 1.0
        size = max(1.0, abs(values[k]))
        of_jacobians = function(values).ndim == 3
        if (self._complex_jacobian if of_jacobians else self._complex_step) is not None:
            return by_circle(lambda s: function(values + s * unit), size)
        h = np.finfo(np.float64).eps ** (1.0 / 3.0) * size
        return np.asarray((function(values + h * unit) - function(values - h * unit)) / (2.0 * h))

    def _evaluated(self, x: Numbers, values: Numbers) -> Numbers:
        if np.iscomplexobj(values) or np.iscomplexobj(x):
            out: Numbers = np.zeros(x.shape, dtype=np.complex128)
            self._quietly(self._kernels.complex_images, self._complex_step, values, x, out)
        else:
            out = np.zeros(x.shape)
            self._quietly(self._kernels.images, self._step, values, x, out)
        return out

    def _jacobians(self, x: Numbers, values: Numbers) -> Numbers:
        if np.iscomplexobj(values) or np.iscomplexobj(x):
            out: Numbers = np.zeros((*x.shape, self.width), dtype=np.complex128)
            self._quietly(self._kernels.complex_jacobians, self._complex_jacobian, values, x, out)
        elif not self._jacobian_is_given and self._complex_step is not None:
            size = max(1.0, float(np.abs(x).max(initial=0.0)))
            out = np.stack([self._along(x, values, e, size) for e in np.eye(self.width)], axis=-1)
        else:
            out = np.zeros((*x.shape, self.width))
            self._quietly(self._kernels.jacobians, self._jacobian, values, x, out)
        return out

    def _along(self, x: FloatArray, values: FloatArray, direction: FloatArray, size: float) -> FloatArray:
        """Differentiate the step along one direction (d,)."""
        return by_circle(lambda s: self._evaluated(x + s * direction, values), size)

    def _quietly(self, kernel: Callable[..., None], function: Any, values: Numbers, x: Numbers, out: Numbers) -> None:
        kind = out.dtype
        with np.errstate(all="ignore"):
            kernel(function, np.ascontiguousarray(values, dtype=kind), np.ascontiguousarray(x, dtype=kind), out)


def by_circle(function: Callable[[complex], Numbers], size: float) -> FloatArray:
    """Differentiate an analytic function(s), real for real s, at s = 0: Cauchy's integral over eight points."""
    r = RADIUS * size
    return np.asarray(sum(c * (function(r * z) * np.conj(z)).real for c, z in zip(SHARES, CIRCLE, strict=True)) / r)


def sixth_order(
    function: Callable[[float], FloatArray], x: FloatArray, v: FloatArray, step: float = STEP
) -> FloatArray:
    """Differentiate function(s) at s = 0 by a central difference; x + s v is where it is evaluated."""
    h = step * max(1.0, float(np.abs(x).max())) / max(float(np.abs(v).max()), 1e-300)
    return np.asarray(sum(c * (function(i * h) - function(-i * h)) for i, c in STENCIL) / h)
