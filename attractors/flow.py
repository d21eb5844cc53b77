"""Flows: an ordinary differential equation as a map over a time h, so that every analysis of maps takes it."""

import math
from dataclasses import dataclass
from enum import Enum
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.results import Result
from attractors.system import DiscreteMap, MapFunction

BEYOND = 1e6  # times the size of the start: an orbit that is out there when it can go no further diverges
SMALL = 1e-6  # of the extent of an orbit: what one step may be off

Scheme = Literal["rk4", "euler"]


class FlowStatus(Enum):
    """How a solution of an ODE ended; the value says what to do."""

    OK = "The solution reached the end, and one step of the flow's own scheme agrees with it to 10⁻⁶ of its extent."
    DIVERGED = (
        "The solution leaves every bound before the end. Start elsewhere, change the parameters, or stop earlier."
    )
    STIFF = (
        "The steps that the accuracy needs became too many or too small before the end: the equation is stiff, or has "
        "a singularity. Take method='Radau' or 'LSODA', or raise max_evaluations."
    )
    COARSE = (
        "The solution reached the end, but one step of the flow's own scheme is off by more than 10⁻⁶ of its extent: "
        "give the flow more n_substeps before it is analysed."
    )


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
    >>> print(abs(end[0] - np.cos(2.0)) < 1e-9)
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
        from attractors import _flow_kernels, _kernels  # noqa: PLC0415 - only who needs the compiler waits for it

        if not 0.0 < step_time < math.inf:
            raise ValueError(f"step_time must be a positive time, got {step_time}")
        if n_substeps != int(n_substeps) or n_substeps < 1:
            raise ValueError(f"n_substeps must be a whole number of at least 1, got {n_substeps!r}")
        if scheme not in _flow_kernels.SCHEMES:
            raise ValueError(f"scheme must be one of {', '.join(_flow_kernels.SCHEMES)}, got {scheme!r}")
        step, tangent = _flow_kernels.SCHEMES[scheme]
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


@dataclass(frozen=True, eq=False)
class FlowSolution(Result):
    """An accurate solution beside the flow's own steps.

    Attributes
    ----------
    orbit : array, shape (n, d)
        States at the times h, 2 h, …, n_steps h, as many as were reached.
    end : array, shape (d,)
        The last of them; the start if none was.
    step_error : float
        Largest distance between one step of the flow's own scheme and the solution, along the orbit.
    n_evaluations : int
        Calls of f.
    status : FlowStatus
    """

    orbit: FloatArray
    end: FloatArray
    step_error: float
    n_evaluations: int
    status: FlowStatus


class _TooManyError(Exception):
    """The derivative was asked for too often."""


def solve_flow(
    flow: Flow,
    start: npt.ArrayLike,
    n_steps: int,
    *,
    rtol: float = 1e-10,
    atol: float = 1e-12,
    method: str = "DOP853",
    max_evaluations: int = 10**6,
) -> FlowSolution:
    """Solve the ODE of a flow by SciPy's integrators with controlled error, and hold the flow's own steps against it.

    Parameters
    ----------
    flow : Flow
    start : array-like, shape (d,)
    n_steps : int
        Steps of h.
    rtol, atol : float
        Relative and absolute error of a step of the integrator.
    method : str
        Of `scipy.integrate.solve_ivp`: DOP853, or Radau and LSODA for stiff equations.
    max_evaluations : int
        Calls of f after which it is given up.

    Returns
    -------
    FlowSolution

    Raises
    ------
    ValueError
        If the start does not fit, n_steps is below 1, or the method is not one of SciPy's.

    Notes
    -----
    In chaos any two solutions part: compare step by step, as `step_error` does, and averages. Cost: some 3 µs for each
    call of f, 12 of them or more for a step of the integrator.

    References
    ----------
    .. [1] E. Hairer, S. P. Nørsett, G. Wanner, Solving Ordinary Differential Equations I (Springer, 1993).

    Examples
    --------
    >>> from attractors.examples import lorenz
    >>> solution = solve_flow(lorenz(), [1.0, 1.0, 1.0], 100)
    >>> solution.status.name, bool(solution.step_error < 1e-5)
    ('OK', True)
    """
    from scipy.integrate import solve_ivp  # noqa: PLC0415 - it takes a while to load

    x0, orbit = flow.from_vector(np.asarray(start), np.asarray(start)), []
    if n_steps < 1:
        raise ValueError(f"n_steps must be at least 1, got {n_steps}")
    if method not in {"RK23", "RK45", "DOP853", "Radau", "BDF", "LSODA"}:
        raise ValueError(f"method must be one of RK23, RK45, DOP853, Radau, BDF, LSODA, got {method!r}")
    n_evaluations = 0

    def derivative(_: float, x: FloatArray) -> FloatArray:
        nonlocal n_evaluations
        n_evaluations += 1
        if n_evaluations > max_evaluations:
            raise _TooManyError
        return flow.derivative(np.ascontiguousarray(x))

    x: Any = x0
    status = FlowStatus.OK
    with np.errstate(all="ignore"):
        for _ in range(n_steps):
            try:
                found = solve_ivp(derivative, (0.0, flow.step_time), x, method=method, rtol=rtol, atol=atol)
            except _TooManyError:
                status = FlowStatus.STIFF
                break
            if not found.success or not np.isfinite(found.y[:, -1]).all():
                far = not np.abs(found.y[:, -1]).max() <= BEYOND * (1.0 + np.abs(x0).max())
                status = FlowStatus.DIVERGED if far else FlowStatus.STIFF
                break
            x = found.y[:, -1].copy()
            orbit.append(x)
    states = np.array(orbit).reshape(-1, flow.dimension)
    own = np.array([flow.orbit(state, 1)[1] for state in (x0, *states[:-1])[: len(states)]])
    error = float(np.abs(own.reshape(states.shape) - states).max(initial=0.0))
    if status is FlowStatus.OK and not error <= SMALL * np.ptp(np.vstack([x0, states]), axis=0).max():
        status = FlowStatus.COARSE
    return FlowSolution(states, states[-1] if len(states) else x0, error, n_evaluations, status)
