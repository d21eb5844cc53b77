"""Fluctuations of large finite networks around the mean-field orbit: their covariance, and the drift they cause."""

import math
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from dmfsa.features import ROLES
from dmfsa.finite_network import FiniteNetwork
from dmfsa.mean_field import Trajectory
from dmfsa.window import Array, Window

LARGEST = 1e100  # of covariances: beyond it nothing is linear, and numbers end soon
NUDGE = 1e-3  # of second differences, relative to the distance over which the softmax and the tanh change


@dataclass(frozen=True, eq=False)
class LinearNoise:
    """What noise of order 1/√N does to an orbit, to leading order. Rows as in `Trajectory`; everything times N.

    Attributes
    ----------
    attention_covariance : array, shape (n_steps, M, M)
        N times the covariance of the attention vector that each step makes.
    m_covariance : array, shape (n_steps, 4, M, 4, M)
        N times that of the mean fields of the newest token before the step, roles in the order o, v, q, k.
    attention_drift : array, shape (n_steps, M), or None
        N times the mean of the attention vector minus that of the orbit; None if it was not asked for.
    m_drift : array, shape (n_steps, 4, M), or None
        The same of the mean fields.
    orbit : Trajectory
        The mean-field orbit that the fluctuations are around.
    """

    attention_covariance: Array
    m_covariance: Array
    attention_drift: Array | None
    m_drift: Array | None
    orbit: Trajectory

    @property
    def m_o_covariance(self) -> Array:
        """N times the covariance of m^o, shape (n_steps, M, M)."""
        return self.m_covariance[:, 0, :, 0]


def linear_noise(
    network: FiniteNetwork, start: Window, n_steps: int, *, n_transient: int = 0, drift: bool = False
) -> LinearNoise:
    """Predict the fluctuations of a network around the orbit of its limit.

    Parameters
    ----------
    network : FiniteNetwork
        Its N enters only through the proportions of the columns.
    start : Window
        With all L tokens. Replicas begin here without any fluctuation but that of the tokens drawn.
    n_steps, n_transient : int
        Steps kept, and steps before, in which fluctuations build up. On a cycle they become stationary, as
        exp(2 λ_1 t); along a torus the phase diffuses, and the covariance grows as t; in chaos as exp(2 λ_1 t).
    drift : bool
        Also find the shift of the means, of order 1/N: some 2 ms more for each step.

    Returns
    -------
    LinearNoise
        Covariances beyond 10^100 are inf from there on: chaos has made the orbit unpredictable long before.

    Raises
    ------
    ValueError
        If the start does not fit or is not full, or a count is negative.

    Notes
    -----
    A token's mean fields m = (m^o, m^v, m^q, m^k) fluctuate by the attention that it is drawn from, and by the draw:

        δA_new = Σ_d w_d δm^v_d + Σ_d u_d (m^q·δm^k_d + m^k_d·δm^q_0),    u_d = (γ/√M) w_d (m^v_d - A_new),
        δm = G δA + ζ,     N Cov(ζ) = (1-ε)² Σ_c (n_c/N) (1 - θ_c²) W_c ⊗ W_c,     θ_c = tanh(β W^o_c·A),

    with G = ∂m/∂A of `MeanFieldMap.jacobian`. A token keeps its ζ while it is in the window, so what is followed is
    the covariance Σ of the window's mean fields, 4LM numbers square; only the row of the newest token is new. To second
    order the means shift by μ_new = K μ + ½ Σ_k ∂²m_new/∂e_k² σ_k², K = ∂m_new/∂(window), with σ_k² and e_k
    eigenvalues and vectors of Σ; the derivatives are second differences. Cost of a step, M = 3 and L = 4: some 0.1 ms.

    It holds while fluctuations are small: √(Σ/N) γ/√M << 1, and for times before log(N)/(2 λ_1).

    References
    ----------
    .. [1] N. G. van Kampen, Stochastic Processes in Physics and Chemistry, ch. X (expansion in the system size).

    Examples
    --------
    On the cycle of period 4 at β = 1, √N times the rms of m^o:

    >>> from dmfsa import Features
    >>> network = FiniteNetwork(Features.segments(seed=1), n_spins=990, beta=1.0)
    >>> found = linear_noise(network, Window.paper_beta3(), 4, n_transient=400)
    >>> np.sqrt(found.m_o_covariance.diagonal(axis1=1, axis2=2).mean(axis=0)).round(3)
    array([1.329, 1.16 , 1.462])
    """
    for name, count in (("n_steps", n_steps), ("n_transient", n_transient)):
        if count < 0:
            raise ValueError(f"{name} must be >= 0, got {count}")
    model = _Fluctuations(network)
    model.begin(start)
    M = network.features.n_patterns
    attention_covariance, m_covariance = np.empty((n_steps, M, M)), np.empty((n_steps, 4, M, 4, M))
    attention_drift, m_drift = np.zeros((n_steps, M)), np.zeros((n_steps, 4, M))
    for t in range(-n_transient, n_steps):
        if t >= 0:
            m_covariance[t] = model.covariance[: 4 * M, : 4 * M].reshape(4, M, 4, M)
            m_drift[t] = model.shift[: 4 * M].reshape(4, M)
        found = model.step(drift=drift)
        if t >= 0:
            attention_covariance[t], attention_drift[t] = found
        if not np.trace(model.covariance) < LARGEST:
            after = max(t + 1, 0)
            attention_covariance[after:] = m_covariance[after:] = attention_drift[after:] = m_drift[after:] = np.inf
            break
    orbit = network.limit.trajectory(start, n_steps, n_transient=n_transient)
    if not drift:
        return LinearNoise(attention_covariance, m_covariance, None, None, orbit)
    return LinearNoise(attention_covariance, m_covariance, attention_drift, m_drift, orbit)


class _Fluctuations:
    """The orbit of the window's mean fields (L, 4 M), the covariance of its fluctuations, and their mean."""

    def __init__(self, network: FiniteNetwork) -> None:
        self.map = network.limit
        self.M, self.L = network.features.n_patterns, network.context
        signs, sizes = network.columns
        W, share = signs.reshape(len(signs), -1), sizes / sizes.sum()
        classes, label = np.unique(signs[:, 0], axis=0, return_inverse=True)
        one_each = np.arange(len(classes))[:, None] == label.reshape(-1)
        self.signs = classes
        self.response = np.array([(share * one) @ W for one in one_each])  # (J, 4 M): m = (1-ε) Σ_j θ_j response_j
        self.noise = np.array([(W * (share * one)[:, None]).T @ W for one in one_each])  # (J, 4 M, 4 M)

    def begin(self, start: Window) -> None:
        """Draw the tokens of a window."""
        self.map._check_full(start)
        self.phase = start.phase
        theta = self.theta(start.attention)
        self.fields = self.mean_fields(theta, start.phase - np.arange(self.L))
        size = 4 * self.M
        self.covariance = np.zeros((self.L * size, self.L * size))
        for d in range(self.L):
            here = slice(d * size, (d + 1) * size)
            self.covariance[here, here] = self.drawn(theta[d])
        self.shift = np.zeros(self.L * size)

    def theta(self, attention: Array) -> Array:
        """tanh(β s_j·A), shape (..., J)."""
        return np.asarray(np.tanh(self.map.beta * attention @ self.signs.T))

    def mean_fields(self, theta: Array, phase: npt.NDArray[np.int64]) -> Array:
        """Mean fields (..., 4 M) of tokens with responses θ (..., J)."""
        positional = self.map._positional(phase)  # (4, ..., M)
        flat = np.moveaxis(positional, 0, -2).reshape(*positional.shape[1:-1], -1)
        return np.asarray((1.0 - self.map.epsilon) * theta @ self.response + flat)

    def drawn(self, theta: Array) -> Array:
        """N Cov(ζ) of a draw, shape (4 M, 4 M)."""
        return np.asarray((1.0 - self.map.epsilon) ** 2 * np.tensordot(1.0 - theta**2, self.noise, axes=1))

    def attend(self, fields: Array) -> Array:
        """A_new of windows of mean fields (..., L, 4 M)."""
        _, v, q, k = (fields[..., role * self.M : (role + 1) * self.M] for role in range(len(ROLES)))
        z = self.map.gamma / math.sqrt(self.M) * (k * q[..., :1, :]).sum(axis=-1)
        w = np.exp(z - z.max(axis=-1, keepdims=True))
        w /= w.sum(axis=-1, keepdims=True)
        return np.asarray((w[..., None] * v).sum(axis=-2))

    def step(self, *, drift: bool) -> tuple[Array, Array]:
        """Advance; return N times the covariance of the new attention vector, and its drift."""
        M, size = self.M, 4 * self.M
        attention = self.attend(self.fields)
        theta = self.theta(attention)
        B = self.attention_gradient(attention)
        slope = (1.0 - self.map.epsilon) * self.map.beta * (1.0 - theta**2)
        G = (self.response * slope[:, None]).T @ self.signs
        K = G @ B
        phase = np.array(self.phase + 1)
        bent = np.zeros((2, max(M, size)))
        if drift:
            bent[0, :M], bent[1, :size] = self.bending(attention, theta, phase)
        attention_covariance = B @ self.covariance @ B.T
        attention_shift = B @ self.shift + bent[0, :M]
        cross = K @ self.covariance
        after = np.empty_like(self.covariance)
        after[size:, size:] = self.covariance[:-size, :-size]
        after[:size, :size] = cross @ K.T + self.drawn(theta)
        after[:size, size:] = cross[:, :-size]
        after[size:, :size] = cross[:, :-size].T
        self.shift = np.concatenate([K @ self.shift + bent[1, :size], self.shift[:-size]])
        self.covariance = after
        self.fields = np.vstack([self.mean_fields(theta, phase), self.fields[:-1]])
        self.phase += 1
        return attention_covariance, attention_shift

    def attention_gradient(self, attention: Array) -> Array:
        """∂A_new/∂(mean fields of the window), shape (M, L 4 M)."""
        M, L = self.M, self.L
        _, v, q, k = (self.fields[:, role * M : (role + 1) * M] for role in range(len(ROLES)))
        strength = self.map.gamma / math.sqrt(M)
        z = strength * k @ q[0]
        w = np.exp(z - z.max())
        w /= w.sum()
        u = strength * w[:, None] * (v - attention)
        B = np.zeros((M, L, 4, M))
        B[:, :, 1] = w[None, :, None] * np.eye(M)[:, None, :]
        B[:, 0, 2] = u.T @ k
        B[:, :, 3] = u.T[:, :, None] * q[0]
        return B.reshape(M, -1)

    def bending(self, attention: Array, theta: Array, phase: npt.NDArray[np.int64]) -> tuple[Array, Array]:
        """½ Σ_k σ_k² times the second derivatives along e_k of A_new and of the new token's mean fields."""
        variance, directions = np.linalg.eigh(self.covariance)
        felt = variance > 1e-15 * variance[-1]
        h = NUDGE / (1.0 + abs(self.map.gamma) / math.sqrt(self.M) + self.map.beta)
        nudges = h * directions.T[felt].reshape(-1, self.L, 4 * self.M)
        sides = self.attend(np.stack([self.fields + nudges, self.fields - nudges]))
        fields = self.mean_fields(self.theta(sides), np.broadcast_to(phase, sides.shape[:2]))
        weight = 0.5 * variance[felt] / h**2
        here = self.mean_fields(theta, phase)
        return weight @ (sides.sum(axis=0) - 2.0 * attention), weight @ (fields.sum(axis=0) - 2.0 * here)
