"""The same ODE by SciPy's integrators, with controlled error, and what that says of a flow's own steps."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from attractors.arrays import FloatArray
from attractors.flow.ode import Flow
from attractors.results import Result
from attractors.status import Status, doubt, sure

BEYOND = 1e6  # times the size of the start: an orbit that is out there when it can go no further diverges
SMALL = 1e-6  # of the extent of an orbit: what one step may be off


class FlowStatus(Status):
    """How a solution of an ODE ended; the value says what to do."""

    OK = sure(
        "The solution reached the end, and one step of the flow's own scheme agrees with it to 10⁻⁶ of its extent."
    )
    DIVERGED = doubt(
        "The solution leaves every bound before the end. Start elsewhere, change the parameters, or stop earlier."
    )
    STIFF = doubt(
        "The steps that the accuracy needs became too many or too small before the end: the equation is stiff, or has "
        "a singularity. Take method='Radau' or 'LSODA', or raise max_evaluations."
    )
    COARSE = doubt(
        "The solution reached the end, but one step of the flow's own scheme is off by more than 10⁻⁶ of its extent: "
        "give the flow more n_substeps before it is analysed."
    )


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
