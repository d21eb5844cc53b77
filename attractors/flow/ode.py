"""Flows: an ordinary differential equation as a map over a time h, so that every analysis of maps takes it."""

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.system import DiscreteMap, MapFunction

Scheme = Literal["rk4", "euler"]


class Flow(DiscreteMap):
    """An ODE x' = f(x; p) as the map over a time h, with its tangent; a `System` like any map.

    Parameters
    ----------
    derivative : callable (x, p, out) -> None
        Writes f(x; p) of `x` (d,) into `out` (d,). It must not change `x`.
    jacobian : callable (x, p, out) -> None, optional
        Writes df_a / dx_b into `out[a, b]`; entries that are always zero may be left alone. Without one, central
        differences take its place.
    parameters : array-like, shape (n_parameters,)
        Handed to both functions as `p`.
    dimension : int
        d.
    step_time : float
        h, the time of one step of the map: the interval of its orbits' samples.
    n_substeps : int
        Steps of the scheme in it.
    scheme : {"rk4", "euler"}
        The classical Runge-Kutta scheme, with an error of order dt⁴ for dt = h / n_substeps; or Euler's, of order dt.

    Raises
    ------
    ValueError
        If h is not positive, the scheme is another, or as for `DiscreteMap`.

    Notes ----- The tangent is the derivative of the steps that are taken, so exponents are those of the map, whatever
    its accuracy; `solve_flow` says how accurate it is. `lyapunov_spectrum` and `lyapunov_until` return exponents per
    unit of time. All else counts steps of h: times of `plane_crossings` are to be multiplied by h, frequencies divided
    by it. A limit cycle is a closed curve for this map: its label is quasiperiodic, of torus dimension 1, and that of a
    torus one higher than its dimension less the time's. Cost of a step: 4 n_substeps calls of f for rk4, and for
    tangent vectors as many of the Jacobian and 4 n_substeps d³ multiplications.

    Examples
    --------
    >>> def derivative(x, p, out):
    ...     out[0], out[1] = x[1], -p[0] * x[0]
    >>> oscillator = Flow(derivative, parameters=[4.0], dimension=2, step_time=0.01)
    >>> orbit, end = oscillator.orbit([1.0, 0.0], 100)
    >>> print(abs(end[0] - np.cos(2.0)) < 1e-8)
    True
    """

    def __init__(
        self,
        derivative: MapFunction,
        jacobian: MapFunction | None = None,
        parameters: npt.ArrayLike = (),
        dimension: int = 1,
        *,
        step_time: float = 0.01,
        n_substeps: int = 1,
        scheme: Scheme = "rk4",
    ) -> None:
        from attractors import _kernels  # noqa: PLC0415 - only who needs the compiler waits for it
        from attractors.flow import _kernels as schemes  # noqa: PLC0415 - it has its place beside the other

        if not 0.0 < step_time < math.inf:
            raise ValueError(f"step_time must be a positive time, got {step_time}")
        if n_substeps != int(n_substeps) or n_substeps < 1:
            raise ValueError(f"n_substeps must be a whole number of at least 1, got {n_substeps!r}")
        if scheme not in schemes.SCHEMES:
            raise ValueError(f"scheme must be one of {', '.join(schemes.SCHEMES)}, got {scheme!r}")
        step, tangent = schemes.SCHEMES[scheme]
        self._derivative = _kernels.compiled(derivative, _kernels.STEP_SIGNATURE)
        of_derivative = _kernels.differences(self._derivative) if jacobian is None else jacobian
        compiled = _kernels.compiled(of_derivative, _kernels.JACOBIAN_SIGNATURE)
        given = np.atleast_1d(np.asarray(parameters, dtype=np.float64))
        super().__init__(
            step(self._derivative),
            tangent(self._derivative, compiled),
            np.concatenate([[step_time / n_substeps, n_substeps], given]),
            dimension,
        )
        self.jacobian_source = "central differences" if jacobian is None else "given"
        self.step_time = float(step_time)

    def derivative(self, x: FloatArray) -> FloatArray:
        """Return f(x; p), shape (d,)."""
        out = np.empty(self.dimension)
        self._derivative(x, self.parameters[2:], out)
        return out
