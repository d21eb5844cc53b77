"""The kinetic Ising model: spins that are drawn anew at each step, all at once, from fields that the last ones make."""

from dataclasses import dataclass, fields
from typing import Self

import numpy as np
import numpy.typing as npt

from dmfsa._display import in_shapes
from dmfsa.finite_network import FiniteNetwork
from dmfsa.moments import Closure, ClosureStatus, Moments
from dmfsa.roles import VALUE
from dmfsa.window import Array

MOST_ENUMERATED = 12  # spins
MOST_COUPLED = 2**14  # spins of a network of attention: J takes 2 GiB
BLOCK = 2**22  # spins in one block of replicas: 32 MiB


@dataclass(frozen=True, eq=False, repr=False)
class KineticIsing:
    """N spins s_i = ±1, all drawn anew at each step.

        P(s_i,t | s_t-1) = exp(s_i,t h_i) / (2 cosh h_i),    h_i = H_i,t-1 + Σ_j J_ij s_j,t-1.

    Parameters
    ----------
    J : array, shape (N, N)
        Couplings: column j acts on row i. They need not be symmetric, and J_ii may be anything.
    H : array, shape (N,) or (T, N)
        Fields; or those of the T phases of a clock, of which row φ acts in the step that leaves phase φ.

    Raises
    ------
    ValueError
        If J is not square, H does not fit it, or a number is not finite.

    Notes
    -----
    `enumerate`, `sample` and `follow` answer the same question, the first two moments along time: exactly, by
    replicas, by a closure. All begin at time 0 with independent spins of given means; a mean of ±1 is a spin that is
    certain. Row t of their answers, from 0, is the time n_transient + t + 1.

    References
    ----------
    .. [1] M. Aguilera, S. A. Moosavi and H. Shimazaki, Nature Communications 12, 1197 (2021).

    Examples
    --------
    How far the closures are off for ten spins, mean squares of m after 20 steps from all spins up:

    >>> from dmfsa import conditional_mean_field, naive_mean_field
    >>> network = KineticIsing.draw(10, beta=1.0, seed=1)
    >>> exact = network.enumerate(np.ones(10), 20)[-1]
    >>> for closure in (naive_mean_field, conditional_mean_field):
    ...     print(f"{network.follow(closure, np.ones(10), 20)[-1].errors(exact)[0]:.0e}")
    6e-03
    2e-04
    """

    J: Array
    H: Array

    def __post_init__(self) -> None:
        J, H = (np.array(x, dtype=np.float64) for x in (self.J, self.H))
        if J.ndim != 2 or J.shape[0] != J.shape[1] or not J.size:
            raise ValueError(f"J must be square, shape (N, N), got {J.shape}")
        N = len(J)
        if H.ndim not in (1, 2) or H.shape[-1] != N or not H.size:
            raise ValueError(f"H must have shape (N,) = ({N},), or (T, N) = (T, {N}) with a clock, got {H.shape}")
        for name, x in (("J", J), ("H", H)):
            if not np.isfinite(x).all():
                raise ValueError(f"{name} must be finite, got {x[~np.isfinite(x)][0]}")
            x.flags.writeable = False
            object.__setattr__(self, name, x)

    @classmethod
    def draw(
        cls, n_spins: int, beta: float, *, seed: int, field: float = 0.5, mean: float = 1.0, spread: float = 0.1
    ) -> Self:
        """Draw the network that closures are compared on: H_i ~ β U(-field, field), J_ij ~ β N(mean/N, spread²/N).

        It is an asymmetric Sherrington–Kirkpatrick model, whose spins order at `critical_beta` for N → ∞.
        """
        if not hasattr(n_spins, "__index__") or n_spins < 1:
            raise ValueError(f"n_spins must be an integer >= 1, got {n_spins!r}")
        rng = np.random.default_rng(seed)
        H = rng.uniform(-field, field, n_spins)
        J = mean / n_spins + spread / np.sqrt(n_spins) * rng.standard_normal((n_spins, n_spins))
        return cls(beta * J, beta * H)

    @classmethod
    def of(cls, network: FiniteNetwork) -> Self:
        """Return the model that a network of self-attention with a window of one token is.

            J_ij = (β (1-ε)/N) Σ_b W^o_bi W^v_bj,    H_i(φ) = (β ε/P) Σ_b W^o_bi Σ_j W^v_b,N+j p_j(φ),

        because the attention A = m^v of the last token is linear in its spins. The mean-field map is `naive_mean_field`
        of this model. Spins are in the order of `network.columns`, those of a column beside each other; a column and
        its negative count as one there, so that a spin may be the negative of what the matrices' own columns make.

        Parameters
        ----------
        network : FiniteNetwork
            With context 1; up to 2^14 spins.

        Raises
        ------
        ValueError
            If the context is longer, or there are more spins than a matrix J is for.
        """
        if network.context != 1:
            raise ValueError(
                f"context must be 1, got {network.context}: over a longer window the softmax weighs the tokens by "
                "products of their spins, so fields are not linear in them, and the closures do not apply; "
                "take linear_noise, or context=1"
            )
        if network.n_spins > MOST_COUPLED:
            raise ValueError(
                f"n_spins must be at most {MOST_COUPLED}, got {network.n_spins}: J would take "
                f"{8 * float(network.n_spins) ** 2 / 2**30:.3g} GiB; take linear_noise, which does not grow with N"
            )
        signs, sizes, rows = network.columns
        fields, values = (np.repeat(part, sizes.astype(int), axis=0) for part in (rows, signs[:, VALUE]))
        features, beta, epsilon = network.features, network.beta, network.epsilon
        positional = epsilon / features.positional_bits * features.drive[: network.clock_period, VALUE]
        return cls(beta * (1.0 - epsilon) / len(fields) * fields @ values.T, beta * positional @ fields.T)

    @property
    def n_spins(self) -> int:
        """N."""
        return len(self.J)

    @property
    def clock_period(self) -> int:
        """T, the number of phases of H; 1 if it is constant."""
        return 1 if self.H.ndim == 1 else len(self.H)

    def field(self, phase: int = 0) -> Array:
        """H of the step that leaves this phase, shape (N,)."""
        return self.H if self.H.ndim == 1 else self.H[phase % len(self.H)]

    def states(self) -> Array:
        """All states, shape (2^N, N), the first spin changing slowest, -1 before +1. N <= 12."""
        if self.n_spins > MOST_ENUMERATED:
            raise ValueError(
                f"states are enumerated up to N = {MOST_ENUMERATED} spins, got {self.n_spins}: the transition matrix "
                f"would take {8 * 4.0**self.n_spins / 2**30:.3g} GiB; take sample, or a closure"
            )
        bits = np.arange(2**self.n_spins)[:, None] >> np.arange(self.n_spins)[::-1]
        return np.asarray(2.0 * (bits & 1) - 1.0)

    def transition_matrix(self, phase: int = 0) -> Array:
        """Return the probabilities of s' after s as [s', s], shape (2^N, 2^N), in the order of `states`.

        Columns sum to 1. N <= 12: it takes 8·4^N bytes, 134 MB at 12 and 8 MB at 10, and twice that while it is made.
        """
        s = self.states()
        found = np.ones((len(s), 1))
        for m in self.expected(s, phase).T:
            down_up = np.stack([1.0 - m, 1.0 + m], axis=1) / 2.0
            found = (found[:, :, None] * down_up[:, None, :]).reshape(len(s), -1)
        return found.T

    def enumerate(self, start: npt.ArrayLike, n_steps: int, *, n_transient: int = 0, phase: int = 0) -> Moments:
        """Find the moments exactly, from the probabilities of all 2^N states.

        Parameters
        ----------
        start : array, shape (N,)
            Means of independent spins at time 0.
        n_steps, n_transient : int
            Steps kept, and steps before.
        phase : int
            Of the clock, at time 0.

        Raises
        ------
        ValueError
            If N > 12, with the memory it would take; if the start does not fit, or a count is negative.

        Notes
        -----
        Memory: that of `transition_matrix`. With a clock a matrix is made at every step, in some 20 ms at N = 10.
        """
        s = self.states()
        p = ((1.0 + s * self._begin(Moments.independent(start), n_steps, n_transient).m) / 2.0).prod(axis=1)
        rows = []
        for t in range(n_transient + n_steps):
            if t == 0 or self.clock_period > 1:
                W = self.transition_matrix(phase + t)
            before, p = p, W @ p
            if t >= n_transient:
                m, mp = p @ s, before @ s
                equal, delayed = p[:, None] * s, before[:, None] * self.expected(s, phase + t)
                rows.append((m, equal.T @ s - np.outer(m, m), delayed.T @ s - np.outer(m, mp)))
        return self._rows(rows)

    def sample(
        self,
        start: npt.ArrayLike,
        n_steps: int,
        *,
        n_replicas: int,
        seed: int,
        n_transient: int = 0,
        phase: int = 0,
    ) -> Moments:
        """Measure the moments of many replicas side by side.

        What is averaged is not the spins drawn, but what is expected of them given those before, with less noise:
        m_i = <tanh h_i>, C_ik = <tanh h_i tanh h_k> - m_i m_k for i ≠ k, D_il = <tanh h_i s_l> - m_i mp_l.

        Parameters
        ----------
        start, n_steps, n_transient, phase
            As in `enumerate`.
        n_replicas : int
            R >= 1. Squared errors are Var(tanh h)/R of m and D, and the square of that variance over R of C.
        seed : int
            Of the noise, >= 0; replicas have it in blocks of 2^22/N, each with a stream of its own.

        Notes
        -----
        Cost: 2 N² operations for each step of a replica, and 4 N² more for each that is kept; some 20 µs of one core at
        N = 512. Memory: 200 MB, and 16 N² bytes for each step kept.
        """
        m = self._begin(Moments.independent(start), n_steps, n_transient).m
        if not hasattr(n_replicas, "__index__") or n_replicas < 1:
            raise ValueError(f"n_replicas must be an integer >= 1, got {n_replicas!r}")
        N, longest = self.n_spins, max(1, BLOCK // self.n_spins)
        now, before, equal, delayed = (np.zeros((n_steps, N, *more)) for more in ((), (), (N,), (N,)))
        sizes = [min(longest, n_replicas - first) for first in range(0, n_replicas, longest)]
        for size, stream in zip(sizes, np.random.SeedSequence(seed).spawn(len(sizes)), strict=True):
            rng = np.random.default_rng(stream)
            s = _drawn(np.broadcast_to(m, (size, N)), rng)
            for t in range(-n_transient, n_steps):
                expected = self.expected(s, phase + n_transient + t)
                if t >= 0:
                    now[t] += expected.sum(axis=0)
                    before[t] += s.sum(axis=0)
                    equal[t] += expected.T @ expected
                    delayed[t] += expected.T @ s
                s = _drawn(expected, rng)
        rows = []
        for t in range(n_steps):
            m, mp = now[t] / n_replicas, before[t] / n_replicas
            C = equal[t] / n_replicas - np.outer(m, m)
            C[np.diag_indices(N)] = 1.0 - m**2
            rows.append((m, C, delayed[t] / n_replicas - np.outer(m, mp)))
        return self._rows(rows)

    def expected(self, spins: Array, phase: int = 0) -> Array:
        """Means tanh h of the next spins given these, shape (..., N), in a step that leaves this phase."""
        return np.asarray(np.tanh(spins @ self.J.T + self.field(phase)))

    def step(self, spins: Array, rng: np.random.Generator, phase: int = 0) -> Array:
        """Draw the next spins of replicas, shape (n_replicas, N), in a step that leaves this phase."""
        return _drawn(self.expected(spins, phase), rng)

    def follow(
        self, closure: Closure, start: npt.ArrayLike | Moments, n_steps: int, *, n_transient: int = 0, phase: int = 0
    ) -> Moments:
        """Follow the moments along time by a closure.

        Parameters
        ----------
        closure : function
            One of `dmfsa.CLOSURES`, or any closure(J, H, before) -> Moments.
        start : array, shape (N,), or Moments
            As in `enumerate`, or moments at one time: what another run ended with.
        n_steps, n_transient, phase
            As in `enumerate`.

        Returns
        -------
        Moments
            Its `status` is that of the first step at which the closure left its validity; `n_valid` rows come before.
        """
        begin = start if isinstance(start, Moments) else Moments.independent(start)
        before = self._begin(begin, n_steps, n_transient)
        rows, status, n_valid = [], ClosureStatus.VALID, n_steps
        for t in range(n_transient + n_steps):
            before = closure(self.J, self.field(phase + t), before)
            if before.status is not ClosureStatus.VALID and status is ClosureStatus.VALID:
                status, n_valid = before.status, max(0, t - n_transient)
            if t >= n_transient:
                rows.append((before.m, before.C, before.D))
        return self._rows(rows, status, n_valid)

    def _begin(self, moments: Moments, n_steps: int, n_transient: int) -> Moments:
        """Check what all three ways are given, and return it: the moments at time 0."""
        for name, count in (("n_steps", n_steps), ("n_transient", n_transient)):
            if count < 0:
                raise ValueError(f"{name} must be >= 0, got {count}")
        if moments.m.shape != (self.n_spins,):
            raise ValueError(f"the start must have shape (N,) = ({self.n_spins},), got {moments.m.shape}")
        return moments

    def _rows(
        self,
        rows: list[tuple[Array, Array, Array]],
        status: ClosureStatus = ClosureStatus.VALID,
        n_valid: int | None = None,
    ) -> Moments:
        """Moments along time, of those at each."""
        N = self.n_spins
        shapes = ((N,), (N, N), (N, N))
        m, C, D = (np.array([row[k] for row in rows]).reshape(-1, *shape) for k, shape in enumerate(shapes))
        return Moments(m, C, D, status, len(rows) if n_valid is None else n_valid)

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, {field.name: getattr(self, field.name) for field in fields(self)})


def _drawn(means: Array, rng: np.random.Generator) -> Array:
    """Independent spins of these means."""
    return np.where(2.0 * rng.random(means.shape) - 1.0 < means, 1.0, -1.0)


def critical_beta(field: float = 0.5, mean: float = 1.0, spread: float = 0.1) -> float:
    """Return β_c at which the spins of `KineticIsing.draw` order, for N → ∞.

        β mean <1 - tanh²(β (H + spread z))> = 1,    H ~ U(-field, field), z unit normal.

    The left side rises with β, since fields near 0 are the most frequent.

    Raises
    ------
    ValueError
        If there is no such β up to 100: the fields are too strong for the mean coupling, or it is not positive.

    References
    ----------
    .. [1] M. Aguilera, S. A. Moosavi and H. Shimazaki, Nature Communications 12, 1197 (2021).

    Examples
    --------
    >>> round(critical_beta(), 10)
    1.110840041
    """
    from scipy.optimize import brentq  # noqa: PLC0415 - scipy takes a while to load

    (x, over_field), (z, over_normal) = np.polynomial.legendre.leggauss(200), np.polynomial.hermite_e.hermegauss(80)
    h = field * x[:, None] + spread * z
    weight = np.outer(over_field / over_field.sum(), over_normal / over_normal.sum())

    def excess(beta: float) -> float:
        return float(beta * mean * (weight * (1.0 - np.tanh(beta * h) ** 2)).sum() - 1.0)

    if not excess(100.0) > 0.0:
        raise ValueError(
            f"no beta up to 100 is critical for field={field}, mean={mean}, spread={spread}: take weaker fields"
        )
    return float(brentq(excess, 0.0, 100.0, xtol=1e-14, rtol=1e-14))
