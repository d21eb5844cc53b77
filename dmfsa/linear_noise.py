"""Fluctuations of large finite networks around the mean-field orbit: their covariance, and the drift they cause."""

import math
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa._display import in_shapes
from dmfsa._taylor import Moments, Taylor, composed, product, pushed, three_ways
from dmfsa.finite_network import FiniteNetwork
from dmfsa.roles import KEY, QUERY, ROLES, VALUE
from dmfsa.trajectory import Trajectory
from dmfsa.window import Array, Window

LARGEST_COVARIANCE = 1e100  # of covariances: beyond it nothing is linear, and numbers end soon


@dataclass(frozen=True, eq=False, repr=False)
class LinearNoise:
    """What noise of order 1/√N does to an orbit. Rows as in `Trajectory`.

    Covariances are C/N + C'/N² + …, means those of the orbit + μ/N + ….

    Attributes
    ----------
    attention_covariance : array, shape (n_steps, M, M)
        N times the covariance of the attention vector that each step makes.
    m_covariance : array, shape (n_steps, 4, M, 4, M)
        N times that of the mean fields of the newest token before the step, roles in the order o, v, q, k.
    attention_drift : array, shape (n_steps, M), or None
        N times the mean of the attention vector minus that of the orbit; None, as what follows, without `next_order`.
    m_drift : array, shape (n_steps, 4, M), or None
        The same of the mean fields.
    attention_correction : array, shape (n_steps, M, M), or None
        N² times what the covariance of the attention vector has beyond its leading order, C'.
    m_correction : array, shape (n_steps, 4, M, 4, M), or None
        The same of the mean fields.
    orbit : Trajectory
        The mean-field orbit that the fluctuations are around.
    """

    attention_covariance: Array
    m_covariance: Array
    attention_drift: Array | None
    m_drift: Array | None
    attention_correction: Array | None
    m_correction: Array | None
    orbit: Trajectory

    @property
    def m_o_covariance(self) -> Array:
        """N times the covariance of m^o, shape (n_steps, M, M)."""
        return self.m_covariance[:, 0, :, 0]

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, vars(self))


def linear_noise(
    network: FiniteNetwork, start: Window, n_steps: int, *, n_transient: int = 0, next_order: bool = False
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
    next_order : bool
        Also find the shift of the means, of order 1/N, and what covariances have of order 1/N².

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

    with G = ∂m/∂A of `MeanFieldMap.jacobian`. A token keeps its ζ while it is in the window, so what is followed are
    the moments of the window's mean fields, L min(C, 4M) numbers for C distinct columns; only the newest token is new.

    The next order takes A_new, the new mean fields and the covariance of ζ as polynomials of third, third and second
    order in the deviations, exact, and pushes mean, covariance and third moment along the orbit; what enters of ζ is
    its third cumulant, too, (1-ε)³ Σ_c (n_c/N) (-2 θ_c (1 - θ_c²)) W_c ⊗ W_c ⊗ W_c / N².

    Cost of a step, M = 3, L = 4: some 0.2 ms, and 1.3 ms with the next order, for three columns; 70 ms from 12 on.

    It holds while fluctuations are small: √(Σ/N) γ/√M << 1, and for times before log(N)/(2 λ_1). Where the correction
    is not small beside the covariance, neither is to be believed.

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
    model = _Fluctuations(network, 3 if next_order else 1)
    model.begin(start)
    M = network.features.n_patterns
    attention, fields = [], []
    for t in range(-n_transient, n_steps):
        if t >= 0:
            fields.append(model.of_newest())
        found = model.step()
        if t >= 0:
            attention.append(found)
        if not np.trace(model.moments.covariance) < LARGEST_COVARIANCE:
            break
    orbit = network.limit.trajectory(start, n_steps, n_transient=n_transient)
    A = _rows(attention, n_steps, (M,))
    m = _rows(fields[: len(attention)], n_steps, (4, M))
    if not next_order:
        return LinearNoise(A.covariance, m.covariance, None, None, None, None, orbit)
    return LinearNoise(A.covariance, m.covariance, A.mean, m.mean, A.correction, m.correction, orbit)


class _Rows(NamedTuple):
    covariance: Array
    mean: Array
    correction: Array


def _rows(found: list[Moments], n_steps: int, shape: tuple[int, ...]) -> _Rows:
    """Put moments of vectors of this shape one below the other, inf below them."""
    covariance, correction = np.full((2, n_steps, *shape, *shape), np.inf)
    mean = np.full((n_steps, *shape), np.inf)
    for t, one in enumerate(found):
        covariance[t], mean[t] = one.covariance.reshape(*shape, *shape), one.mean.reshape(shape)
        correction[t] = one.correction.reshape(*shape, *shape)
    return _Rows(covariance, mean, correction)


class _Fluctuations:
    """The orbit of the window's mean fields (L, 4 M), and the moments of its fluctuations.

    A token's fluctuate within the span of the columns: δm = U y, with r numbers y; the window's are n = L r numbers.
    """

    def __init__(self, network: FiniteNetwork, order: int) -> None:
        self.map, self.order = network.limit, order
        self.M, self.L = network.features.n_patterns, network.context
        signs, sizes, fields = network.columns
        W, share = signs.reshape(len(signs), -1), sizes / sizes.sum()
        _, size, across = np.linalg.svd(W, full_matrices=False)
        self.U = across[size > 1e-9 * size[0]].T
        self.r = self.U.shape[1]
        classes, label = np.unique(fields, axis=0, return_inverse=True)
        one_each = np.arange(len(classes))[:, None] == label.reshape(-1)
        self.signs = classes
        slopes = np.einsum("de,fi->dfei", np.eye(self.L), self.U).reshape(self.L, len(ROLES), self.M, -1)
        self.slopes = slopes.swapaxes(0, 1)  # of the mean fields (4, L, M) over the window's numbers
        self.response = np.array([(share * one) @ W for one in one_each])  # (J, 4 M): m = (1-ε) Σ_j θ_j response_j
        Y, weight = W @ self.U, share * one_each
        self.noise = np.einsum("jc,ca,cb->jab", weight, Y, Y)  # N Cov = (1-ε)² Σ_j (1 - θ_j²) noise_j
        if order > 1:
            self.skewness = np.einsum("jc,ca,cb,cd->jabd", weight, Y, Y, Y, optimize=True)

    def begin(self, start: Window) -> None:
        """Draw the tokens of a window."""
        self.map._check_full(start)
        self.phase = start.phase
        theta = np.tanh(self.map.beta * start.attention @ self.signs.T)
        self.fields = self.mean_fields(theta, start.phase - np.arange(self.L))
        n = self.L * self.r
        self.moments = Moments(*(np.zeros((n,) * k) for k in (2, 1, 2, 3)))
        for d in range(self.L):
            here = slice(d * self.r, (d + 1) * self.r)
            self.moments.covariance[here, here] = self.drawn(theta[d])
            if self.order > 1:
                self.moments.third[here, here, here] = self.drawn_third(theta[d])

    def mean_fields(self, theta: Array, phase: npt.NDArray[np.int64]) -> Array:
        """Mean fields (..., 4 M) of tokens with responses θ (..., J)."""
        positional = self.map._positional(phase)  # (4, ..., M)
        flat = np.moveaxis(positional, 0, -2).reshape(*positional.shape[1:-1], -1)
        return np.asarray((1.0 - self.map.epsilon) * theta @ self.response + flat)

    def drawn(self, theta: Array) -> Array:
        """N Cov(ζ) of a draw, shape (r, r)."""
        return np.asarray((1.0 - self.map.epsilon) ** 2 * np.tensordot(1.0 - theta**2, self.noise, axes=1))

    def drawn_third(self, theta: Array) -> Array:
        """N² times the third cumulant of ζ, shape (r, r, r)."""
        third = -2.0 * theta * (1.0 - theta**2)
        return np.asarray((1.0 - self.map.epsilon) ** 3 * np.tensordot(third, self.skewness, axes=1))

    def of_newest(self) -> Moments:
        """Moments of the newest token's mean fields."""
        covariance, mean, second, third = self.moments
        U, r = self.U, self.r
        return Moments(U @ covariance[:r, :r] @ U.T, U @ mean[:r], U @ second[:r, :r] @ U.T, third)

    def attention(self) -> Taylor:
        """A_new, M functions of the window's deviations."""
        M, L, n = self.M, self.L, self.L * self.r
        _, v, q, k = self.fields.reshape(L, len(ROLES), M).swapaxes(0, 1)
        slopes = self.slopes
        strength = self.map.gamma / math.sqrt(M)
        z = strength * k @ q[0]
        w = np.exp(z - z.max())
        w /= w.sum()
        score = [
            z[:, None],
            strength * (k @ slopes[QUERY, 0] + np.einsum("dan,a->dn", slopes[KEY], q[0])),
            strength * np.einsum("am,dan->dmn", slopes[QUERY, 0], slopes[KEY]).reshape(L, -1),
            np.zeros((L, n**3)),
        ][: self.order + 1]
        weight = composed([w] * (self.order + 1), score)
        total = [c.sum(axis=0) for c in weight]
        inverse = composed(list(np.array([1.0, -1.0, 2.0, -6.0]))[: self.order + 1], total)
        whole = product([c[:, None] for c in weight], [v[..., None], slopes[VALUE]])
        return product([c.sum(axis=0) for c in whole], inverse)

    def step(self) -> Moments:
        """Advance; return the moments of the new attention vector."""
        attention = self.attention()
        x = [self.map.beta * self.signs @ c for c in attention]
        theta = np.tanh(x[0][:, 0])
        steep = 1.0 - theta**2
        derivatives = [theta, steep, -2.0 * theta * steep, steep * (6.0 * theta**2 - 2.0)]
        spin = composed(derivatives[: self.order + 1], x)
        of_attention = pushed(attention, self.moments)
        self.moments = self.moments_with_token(spin, theta)
        self.phase += 1
        self.fields = np.vstack([self.mean_fields(theta, np.array(self.phase)), self.fields[:-1]])
        return of_attention

    def moments_with_token(self, spin: Taylor, theta: Array) -> Moments:
        """Moments of the window with its new token, drawn with mean spins that are functions of the window before."""
        before, r, n_more = self.moments, self.r, (self.L - 1) * self.r
        response = (1.0 - self.map.epsilon) * (self.response @ self.U).T
        token = [response @ c for c in spin]
        after = pushed(token, before, n_more)
        after.covariance[:r, :r] += self.drawn(theta)
        if self.order == 1:
            return after
        noise = -((1.0 - self.map.epsilon) ** 2) * self.noise.reshape(len(theta), -1).T
        slope, curve = (noise @ c for c in product(spin[:3], spin[:3])[1:])  # of N Cov(ζ)
        after.second[:r, :r] += (slope @ before.mean + curve @ before.covariance.ravel()).reshape(r, r)
        passed = np.concatenate([token[1], np.eye(len(before.mean))[:n_more]]) @ before.covariance
        drawn_twice = np.zeros_like(after.third)  # E[ζ ζ δ]
        drawn_twice[:r, :r] = np.multiply.outer(self.drawn(theta), after.mean) + (slope @ passed.T).reshape(r, r, -1)
        after.third[:] += three_ways(drawn_twice)
        after.third[:r, :r, :r] += self.drawn_third(theta)
        return after
