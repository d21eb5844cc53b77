"""An ODE as a map over a time, so that every analysis of maps takes it; and the same with controlled error."""

from attractors.flow.ode import Flow
from attractors.flow.solution import FlowSolution, FlowStatus, solve_flow

__all__ = ["Flow", "FlowSolution", "FlowStatus", "solve_flow"]
