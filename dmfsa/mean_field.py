"""The mean-field map of a self-attention network, written as its equations are."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt

from dmfsa.delay_form import DelayForm
from dmfsa.ensemble import Ensemble, Stretching
from dmfsa.features import Features
from dmfsa.jacobian import companion, n_live_directions
from dmfsa.parameters import checked_parameters
from dmfsa.roles import OUTPUT, VALUE
from dmfsa.trajectory import MeanFields, Trajectory
from dmfsa.window import Array, Window


@dataclass(frozen=True, eq=False)
class MeanFieldMap:
    """A layer of self-attention over infinitely many ±1 spins: a deterministic map of its context window.

        m^α(A, φ) = (1-ε) Σ_j C^α_j tanh(β s_j·A) + (ε/P) W^α_pos p(φ),     α = o, v, q, k,
        A_new     = Σ_d w_d m^v(A_d, φ-d),    w = softmax_d( (γ/√M) m^q(A_0, φ)·m^k(A_d, φ-d) ),

    over the window's tokens of age d = 0 … L-1, φ the phase of the newest.

    Parameters
    ----------
    features : Features
        The feature matrices, as class vectors s_j and coefficients C^α. They may have another positional part in place
        of W^α_pos p(φ)/P, a table.
    beta : float
        Inverse temperature of the output, β >= 0.
    gamma : float
        Inverse temperature γ of the attention; the softmax sees γ/√M.
    epsilon : float
        Weight ε of the positional part, 0 to 1.
    context : int
        L, tokens in the window, 1 to 2^P.

    Raises
    ------
    ValueError
        If a parameter is outside of these, or not finite.

    Notes
    -----
    Single steps and Jacobians are plain NumPy; `trajectory` and what analyses need run compiled, some 11 ns per
    step of each lane (a single map uses one of 8). The map is bounded: with matrices of ±1, |A| <= 1 from the first
    step on.

    References
    ----------
    .. [1] Dynamical Mean-Field Theory of Self-Attention Neural Networks, arXiv:2406.07247.

    Examples
    --------
    The paper's network settles on a cycle of 28 steps at β = 1.27, seven turns of the clock:

    >>> network = MeanFieldMap(Features.segments(seed=1), beta=1.27)
    >>> orbit = network.trajectory(Window.paper_beta3(), n_steps=56, n_transient=5_000)
    >>> bool(abs(orbit.attention[28:] - orbit.attention[:28]).max() < 1e-9)
    True
    >>> network
    MeanFieldMap of 12 dimensions: β = 1.27, γ = 220, ε = 0.02, context 4, 3 patterns, clock of 4 steps
    """

    features: Features
    beta: float
    gamma: float = 220.0
    epsilon: float = 0.02
    context: int = 4

    def __post_init__(self) -> None:
        checked_parameters(self.features, beta=self.beta, gamma=self.gamma, epsilon=self.epsilon, context=self.context)

    def __repr__(self) -> str:
        """Return what it is in one line, with the shape of its features in place of their numbers."""
        return (
            f"MeanFieldMap of {self.dimension} dimensions: "
            f"β = {self.beta:g}, γ = {self.gamma:g}, ε = {self.epsilon:g}, context {self.context}, "
            f"{self.features.n_patterns} patterns, clock of {self.clock_period} steps"
        )

    @property
    def dimension(self) -> int:
        """L·M, the number of variables, and of Lyapunov exponents. The clock is a drive and has none."""
        return self.context * self.features.n_patterns

    @property
    def clock_period(self) -> int:
        """T = 2^P steps; 1 if ε = 0, where the clock is not felt."""
        return 2**self.features.positional_bits if self.epsilon > 0 else 1

    def mean_fields(self, attention: npt.ArrayLike, phase: npt.ArrayLike) -> MeanFields:
        """Mean fields of tokens made from attention vectors, shape (..., M), at phases, shape (...) or one for all."""
        theta = self._response(np.asarray(attention, dtype=np.float64))
        outputs = theta.reshape(-1, theta.shape[-1]) @ self.features.coefficients.transpose(0, 2, 1)
        semantic = (1.0 - self.epsilon) * outputs.reshape(4, *theta.shape[:-1], self.features.n_patterns)
        m = semantic + self._positional(np.broadcast_to(phase, theta.shape[:-1]))
        return MeanFields(m[OUTPUT], semantic[OUTPUT], *m[1:])

    def semantic_output(self, attention: npt.ArrayLike) -> Array:
        """Return the semantic part of m^o of such tokens, (..., M), alone: the phase does not enter."""
        theta = self._response(np.asarray(attention, dtype=np.float64))
        return np.asarray((1.0 - self.epsilon) * theta @ self.features.coefficients[OUTPUT].T)

    def step(self, window: Window) -> Window:
        """Return the next window. One with fewer than L tokens grows by one."""
        ages = self._ages(window)
        m = self.mean_fields(window.attention, window.phase - ages)
        attention = self._weights(m) @ m.v
        return Window(np.vstack([attention, window.attention[: self.context - 1]]), window.phase + 1)

    def jacobian(self, window: Window) -> Array:
        """Return the Jacobian of one step, ∂(next window)/∂(window).

        Parameters
        ----------
        window : Window
            With all L tokens.

        Returns
        -------
        array, shape (L·M, L·M)
            Newest token first: M rows of derivatives of A_new above a shift by one token. With
            G^α_d = ∂m^α_d/∂A_d = (1-ε) β Σ_j C^α_j (1-θ_j²) s_j,  θ_j = tanh(β s_j·A_d),

                ∂A_new/∂A_d = w_d G^v_d + u_d ⊗ (m^q·G^k_d) + δ_d0 Σ_e u_e ⊗ (m^k_e·G^q_0),
                u_d = (γ/√M) w_d (m^v_d - A_new).

        Raises
        ------
        ValueError
            If the window is not full.
        """
        self._check_full(window)
        return self._jacobians(window.attention, window.phase)

    def jacobians_along(self, start: Window, n_steps: int) -> tuple[Array, Array, Window]:
        """Follow the orbit with its Jacobians.

        Parameters
        ----------
        start : Window
            With all L tokens.
        n_steps : int

        Returns
        -------
        array, shape (n_steps, L·M)
            Windows before each step, newest token first.
        array, shape (n_steps, L·M, L·M)
            The Jacobians there, as `jacobian` gives them.
        Window
            Where the orbit stood at the end.
        """
        self._check_full(start)
        attention, end = self.orbit(start, n_steps)
        tokens = np.vstack([start.attention[::-1], attention])  # the oldest first
        windows = np.lib.stride_tricks.sliding_window_view(tokens, self.context, axis=0)[:n_steps, :, ::-1]
        windows = windows.swapaxes(1, 2)
        jacobians = self._jacobians(windows, start.phase + np.arange(n_steps))
        return windows.reshape(n_steps, self.dimension), jacobians, end

    @property
    def n_live_directions(self) -> int:
        """Number of tangent directions that the network does not send to zero by its very structure, up to L·M.

        The rank that is left after many Jacobians of the same structure, with random numbers of order 1 for slopes,
        weights and mean fields, so that nothing is small by accident. Where it is below L·M, as with correlations of
        rank 1, the remaining exponents are -inf whatever the orbit. Costs 3 L decompositions of an (L·M, L·M)
        matrix, once for all maps of the same features.
        """
        return n_live_directions(
            self.features, self.context, self.beta > 0 and self.epsilon < 1, self.gamma != 0, self.epsilon > 0
        )

    def start_from_token(self, token: npt.ArrayLike) -> Window:
        """Return the one-token window with which the published code starts from an explicit token.

        Parameters
        ----------
        token : array of ±1, shape (N + P,)
            Semantic spins, then positional bits.

        Returns
        -------
        Window
            A_0 = m^v(token) at phase 0: the token itself is dropped, as published, and the window then grows.

        Raises
        ------
        ValueError
            If the ensemble has no matrices, or the token not N + P spins of ±1.
        """
        semantic, positional = self.features.semantic, self.features.positional
        if semantic is None:
            raise ValueError(f"{self.features} has no matrices to compare a token with; start from a window")
        spins = np.asarray(token, dtype=np.float64)
        n_columns, n_bits = semantic.shape[2], positional.shape[2]
        if spins.shape != (n_columns + n_bits,) or (np.abs(spins) != 1).any():
            raise ValueError(f"token must be {n_columns} + {n_bits} spins of -1 or +1, got shape {spins.shape}")
        m_v = (1.0 - self.epsilon) / n_columns * semantic[VALUE] @ spins[:n_columns]
        phase = int(2.0 ** np.arange(n_bits)[::-1] @ (spins[n_columns:] > 0))
        return Window((m_v + self.epsilon / n_bits * self.features.drive[phase, VALUE])[None], 0)

    def trajectory(self, start: Window, n_steps: int, *, n_transient: int = 0) -> Trajectory:
        """Iterate the map.

        Parameters
        ----------
        start : Window
            A window with fewer than L tokens grows first; those steps count.
        n_steps, n_transient : int
            Steps kept, and steps discarded before.

        Returns
        -------
        Trajectory

        Raises
        ------
        ValueError
            If the start does not fit the map, or a count is negative.
        """
        for name, count in (("n_steps", n_steps), ("n_transient", n_transient)):
            if count < 0:
                raise ValueError(f"{name} must be >= 0, got {count}")
        if n_transient > 0:
            _, start = self._run(start, n_transient, n_kept=1)
        attention, end = self._run(start, n_steps, n_kept=n_steps)
        newest = np.vstack([start.attention[:1], attention])[:n_steps]
        phase = start.phase + np.arange(n_steps)
        m = self.mean_fields(newest, phase)
        return Trajectory(attention, *m, phase=phase % 2**self.features.positional_bits, end=end)

    def orbit(self, start: Window, n_steps: int) -> tuple[Array, Window]:
        """Return the attention vectors of `n_steps` steps, shape (n_steps, M), and the window at the end."""
        return self._run(start, n_steps, n_kept=n_steps)

    def stretching(
        self,
        start: Window,
        *,
        n_exponents: int,
        n_blocks: int,
        block_length: int,
        n_settle: int = 0,
        frame: npt.ArrayLike | None = None,
        progress: Callable[[int], None] = lambda n_steps: None,
    ) -> Stretching:
        """Follow tangent vectors along the orbit; what `attractors.lyapunov_spectrum` needs.

        Parameters
        ----------
        start : Window
            With all L tokens.
        n_exponents : int
            Tangent vectors, 1 to L·M.
        n_blocks, block_length : int
            Blocks of steps, and steps in a block.
        n_settle : int
            Steps before the first block, in which the vectors turn to their directions.
        frame : array, shape (n_exponents, L·M), optional
            The first tangent vectors; without, orthonormal ones drawn at random, always the same.
        progress : callable
            Called with the number of steps done, now and then.

        Returns
        -------
        Stretching
        """
        self._check_full(start)
        ensemble = self._ensemble(start, self.n_live_directions)
        result = ensemble.stretching(
            n_exponents=n_exponents,
            n_blocks=n_blocks,
            block_length=block_length,
            n_settle=n_settle,
            frame=frame,
            progress=progress,
        )
        return Stretching(result.log_factors[0], result.unresolved[0], ensemble.windows()[0], result.frames[0])

    def tangent(self, start: Window, vectors: npt.ArrayLike, n_steps: int) -> tuple[Array, Window]:
        """Push tangent vectors along the orbit, with nothing done to them.

        Parameters
        ----------
        start : Window
            With all L tokens.
        vectors : array, shape (k, L·M)
            Rows, newest token first.
        n_steps : int

        Returns
        -------
        array, shape (k, L·M)
            The product of the Jacobians along the orbit, times the vectors.
        Window
            Where the orbit stood at the end.
        """
        self._check_full(start)
        ensemble = self._ensemble(start)
        pushed = ensemble.tangent(np.asarray(vectors, dtype=np.float64)[None], n_steps)
        return pushed[0], ensemble.windows()[0]

    def to_vector(self, state: Window) -> Array:
        """Return the variables of a window, shape (L·M,), newest token first; the phase is none."""
        self._check_full(state)
        return state.attention.ravel().copy()

    def from_vector(self, vector: npt.ArrayLike, like: Window) -> Window:
        """Return the window with these variables (L·M,), at the phase of the window `like`."""
        return Window(np.reshape(vector, (self.context, self.features.n_patterns)), like.phase)

    def delay_form(self) -> DelayForm:
        """Return the map as an equation for the newest attention vector, with β, γ, ε: what continuation needs."""
        return DelayForm(self.features, self.context, np.array([self.beta, self.gamma, self.epsilon]))

    def _run(self, start: Window, n_steps: int, n_kept: int) -> tuple[Array, Window]:
        """Grow the window step by step, then let compiled code go on."""
        self._ages(start)
        window = start
        grown: list[Array] = []
        while window.context < self.context and len(grown) < n_steps:
            window = self.step(window)
            grown.append(window.attention[0])
        first = np.array(grown).reshape(-1, self.features.n_patterns)
        n_left = n_steps - len(grown)
        if n_left == 0:
            return first[len(first) - n_kept :], window
        ensemble = self._ensemble(window)
        rest = ensemble.advance(n_left, n_tail=min(n_kept, n_left))[:, 0]
        return np.vstack([first, rest])[-n_kept:], ensemble.windows()[0]

    def _ensemble(self, window: Window, n_live_directions: int | None = None) -> Ensemble:
        return Ensemble(
            self.features,
            beta=self.beta,
            gamma=self.gamma,
            epsilon=self.epsilon,
            context=self.context,
            windows=[window],
            n_live_directions=n_live_directions,
        )

    def _jacobians(self, attention: Array, phase: npt.ArrayLike) -> Array:
        """Jacobians (..., L·M, L·M) of full windows (..., L, M), whose newest tokens have the phases (...)."""
        m = self.mean_fields(attention, np.asarray(phase)[..., None] - np.arange(self.context))
        w = self._weights(m)
        decay = np.exp(-2.0 * np.abs(self.beta * attention @ self.features.signs.T))
        slope = (1.0 - self.epsilon) * self.beta * 4.0 * decay / (1.0 + decay) ** 2  # 1-θ², and nothing cancels
        G = np.einsum("raj,...dj,jb->r...dab", self.features.coefficients, slope, self.features.signs)
        A_new = np.einsum("...d,...da->...a", w, m.v)
        u = self.gamma / math.sqrt(self.features.n_patterns) * w[..., None] * (m.v - A_new[..., None, :])
        return companion(w, u, m.q[..., 0, :], m.k, G)

    def _response(self, attention: Array) -> Array:
        """θ_j = tanh(β s_j·A), shape (..., J)."""
        return np.asarray(np.tanh(self.beta * attention @ self.features.signs.T))

    def _positional(self, phase: npt.NDArray[np.int64]) -> Array:
        """(ε/P) W^α_pos p(φ), shape (4, ..., M)."""
        return np.asarray(self._positional_table[:, phase % self._positional_table.shape[1]])

    @cached_property
    def _positional_table(self) -> Array:
        """(ε/P) W^α_pos p(φ) for every phase, shape (4, T, M)."""
        return np.asarray(self.epsilon / self.features.positional_bits * self.features.drive.swapaxes(0, 1))

    def _weights(self, m: MeanFields) -> Array:
        """w_d, the softmax over the tokens (..., L) of a window, newest first."""
        z = (self.gamma / math.sqrt(self.features.n_patterns) * m.k @ m.q[..., 0, :, None])[..., 0]
        w = np.exp(z - z.max(axis=-1, keepdims=True))
        return np.asarray(w / w.sum(axis=-1, keepdims=True))

    def _ages(self, window: Window) -> npt.NDArray[np.int64]:
        """Ages of the tokens of a window, after a look at whether it fits."""
        if window.n_patterns != self.features.n_patterns or window.context > self.context:
            raise ValueError(
                f"attention must have shape (L, M) = ({self.context}, {self.features.n_patterns}) or fewer rows, "
                f"got {window.attention.shape}"
            )
        return np.arange(window.context)

    def _check_full(self, window: Window) -> None:
        self._ages(window)
        if window.context < self.context:
            raise ValueError(
                f"the window must hold all {self.context} tokens, got {window.context}; "
                "let it grow first, with `trajectory`"
            )
