"""The stochastic network of N spins, of which the mean-field map is the limit."""

import operator
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from dmfsa._display import in_shapes
from dmfsa.features import Features
from dmfsa.mean_field import MeanFieldMap
from dmfsa.roles import ROLES
from dmfsa.trajectory import Trajectory
from dmfsa.weights import first_signs
from dmfsa.window import Array, Window

MOST_SPINS = 2**53  # whole numbers up to here are doubles
STEPS_PER_CALL = 100_000  # of compiled code, summed over replicas: some 30 ms


class Columns(NamedTuple):
    """The distinct columns of (W^o, W^v, W^q, W^k) and how many of the N spins have each.

    A column and its negative count as one, with a positive first entry: a spin and its mirror image are equally random.

    Attributes
    ----------
    signs : array, shape (C, 4, M)
        W^α_ac, roles in the order o, v, q, k.
    sizes : array, shape (C,)
        Spins n_c; their sum is N.
    fields : array, shape (C, M)
        What stands inside the tanh: W^o_ac, or the field rows of features that have others.
    """

    signs: Array
    sizes: Array
    fields: Array


class Records(NamedTuple):
    """What replicas went through: row t tells of the newest token before step t, and the attention that it made.

    Attributes
    ----------
    attention : array, shape (n, n_replicas, M)
    m_o, m_o_semantic, m_v, m_q, m_k : arrays, shape (n, n_replicas, M)
        Mean fields of the tokens that were drawn; `m_o_semantic` is the semantic part of `m_o`, factor 1-ε included.
    phase : array of int, shape (n,)
        Clock phase of those tokens.
    """

    attention: Array
    m_o: Array
    m_o_semantic: Array
    m_v: Array
    m_q: Array
    m_k: Array
    phase: npt.NDArray[np.int64]

    def __repr__(self) -> str:
        """Return what it holds, arrays as their shapes."""
        return in_shapes(type(self).__name__, self._asdict())


@dataclass(frozen=True, eq=False)
class FiniteNetwork:
    """A layer of self-attention over N spins ±1, drawn anew at each step: the mean-field map with its noise.

        P(x_i = +1) = (1 + tanh(β Σ_b W^o_bi A_b)) / 2, independently,     i = 1 … N,
        m^α_a = (1-ε)/N Σ_i W^α_ai x_i + (ε/P) Σ_j W^α_pos p_j(φ),         α = o, v, q, k,
        A_new = Σ_d w_d m^v_d,    w = softmax_d( (γ/√M) m^q_0·m^k_d ).

    Parameters
    ----------
    features : Features
        With matrices that define the map: `segments`, `iid`, `slots` or `from_arrays`.
    n_spins : int
        N, up to 2^53. The matrices' columns are repeated in their proportions; what is left over when N is not a
        multiple of their number goes, a spin each, to those that are furthest below their share.
    beta, gamma, epsilon, context
        As in `MeanFieldMap`.
    seed : int or sequence of int
        Of the noise, >= 0; a replica has its own stream of it, whatever the other replicas.
    one_by_one : bool
        Toss every spin by itself. Otherwise only the number of spins up in each distinct column is drawn, which is
        binomial: the same distribution, at a cost that does not grow with N.

    Raises
    ------
    ValueError
        If a parameter is not allowed, the features have no matrices that define the map, or there are fewer spins than
        distinct columns.

    Notes
    -----
    The state is the window's tokens. A start is a window of attention vectors, as for the map: each of its tokens is
    drawn first. Cost of a step, M = 3 and L = 4: some 300 ns for three columns, whatever N, and 20 ns to 90 ns for
    each further one; spin by spin 2 ns for each spin, 10 ns where almost every spin has a column of its own.

    Binomials are exact: tosses below 16 spins, inversion below a mean of 10, else Hörmann's transformed rejection
    with the probabilities in Loader's form, whose rounding does not grow with N.

    References
    ----------
    .. [1] Dynamical Mean-Field Theory of Self-Attention Neural Networks, arXiv:2406.07247.
    .. [2] W. Hörmann, J. Stat. Comput. Simul. 46, 101 (1993).
    .. [3] C. Loader, Fast and accurate computation of binomial probabilities (2000).

    Examples
    --------
    A network of 10^8 spins stays within some 10^-4 of its limit, the cycle of 24 steps at β = 3:

    >>> network = FiniteNetwork(Features.segments(seed=1), n_spins=10**8, beta=3.0, seed=7)
    >>> noisy = network.trajectory(Window.paper_beta3(), n_steps=48)
    >>> exact = network.limit.trajectory(Window.paper_beta3(), n_steps=48)
    >>> bool(1e-6 < abs(noisy.m_o - exact.m_o).max() < 1e-3)
    True
    """

    features: Features
    n_spins: int
    beta: float
    gamma: float = 220.0
    epsilon: float = 0.02
    context: int = 4
    seed: int | Sequence[int] = 0
    one_by_one: bool = False

    def __post_init__(self) -> None:
        if not hasattr(self.n_spins, "__index__") or not 1 <= self.n_spins <= MOST_SPINS:
            raise ValueError(f"n_spins must be an integer from 1 to 2**53, got {self.n_spins!r}")
        if not self.features.matrices_define_map:
            raise ValueError(
                f"{self.features} has no matrices that define its map, so there are no spins to draw; "
                "take segments, iid, slots, or from_arrays"
            )
        for word in np.atleast_1d(self.seed):
            if not hasattr(word, "__index__") or word < 0:
                raise ValueError(f"seed must be integers >= 0, got {self.seed!r}")
        n_distinct = len(self.columns.sizes)
        if self.n_spins < n_distinct:
            raise ValueError(
                f"n_spins must be at least {n_distinct}, the number of distinct columns of {self.features}, "
                f"got {self.n_spins}: each of them needs a spin"
            )
        self.limit  # noqa: B018 - checks the other parameters

    @cached_property
    def columns(self) -> Columns:
        """The distinct columns, and how many spins have each."""
        semantic = self.features.semantic
        fields = self.features.field_rows
        assert semantic is not None
        assert fields is not None
        _, M, n_columns = semantic.shape
        mirrored = np.concatenate([fields, *semantic]) * first_signs(fields) + 0.0
        distinct, counts = np.unique(mirrored, axis=1, return_counts=True)
        shares = [operator.index(count) * operator.index(self.n_spins) for count in counts.tolist()]  # beyond 2^63
        sizes = np.array([share // n_columns for share in shares], dtype=np.int64)
        below = np.array([share % n_columns for share in shares])
        sizes[np.argsort(-below, kind="stable")[: self.n_spins - int(sizes.sum())]] += 1
        fields, signs = np.ascontiguousarray(distinct[:M].T), np.ascontiguousarray(distinct[M:].T)
        return Columns(signs.reshape(-1, *semantic.shape[:2]), sizes.astype(np.float64), fields)

    @cached_property
    def limit(self) -> MeanFieldMap:
        """The mean-field map of these proportions of columns: that of the features, if N is a multiple of theirs."""
        features = self.features
        assert features.semantic is not None
        if self.n_spins % features.semantic.shape[2]:
            signs, sizes, fields = self.columns
            classes, label = np.unique(fields, axis=0, return_inverse=True)
            shares = signs * sizes[:, None, None] / self.n_spins
            coefficients = np.stack([shares[label.reshape(-1) == j].sum(axis=0) for j in range(len(classes))], axis=-1)
            description = {**features.description, "n_spins": operator.index(self.n_spins)}
            features = replace(features, signs=classes, coefficients=coefficients, description=description)
        return MeanFieldMap(features, self.beta, self.gamma, self.epsilon, self.context)

    @property
    def clock_period(self) -> int:
        """T = 2^P steps; 1 if ε = 0, where the clock is not felt."""
        return self.limit.clock_period

    def replicas(self, starts: Window | Sequence[Window], n_replicas: int = 1) -> "Replicas":
        """Return so many replicas of the network, each with noise of its own, all from one start or each from its own.

        Raises
        ------
        ValueError
            If a start does not fit the network, or they differ in their number or phase.
        """
        return Replicas(self, [starts] if isinstance(starts, Window) else list(starts), n_replicas)

    def trajectory(self, start: Window, n_steps: int, *, n_transient: int = 0) -> Trajectory:
        """Follow one replica, the first.

        Parameters
        ----------
        start : Window
            A window with fewer than L tokens grows first; those steps count.
        n_steps, n_transient : int
            Steps kept, and steps discarded before.

        Returns
        -------
        Trajectory
            Mean fields are those of the tokens that were drawn. From `end` an orbit can be continued, with the tokens
            of the window drawn anew.

        Raises
        ------
        ValueError
            If the start does not fit the network, or a count is negative.
        """
        for name, count in (("n_steps", n_steps), ("n_transient", n_transient)):
            if count < 0:
                raise ValueError(f"{name} must be >= 0, got {count}")
        one = self.replicas(start)
        one.advance(n_transient)
        found = one.advance(n_steps, n_kept=n_steps)
        attention, m_o, m_o_semantic, m_v, m_q, m_k = (values[:, 0] for values in found[:-1])
        return Trajectory(attention, m_o, m_o_semantic, m_v, m_q, m_k, found.phase, one.windows()[0])

    def start_from_token(self, token: npt.ArrayLike) -> Window:
        """Return the one-token window of a token; see `MeanFieldMap.start_from_token`."""
        return self.limit.start_from_token(token)


class Replicas:
    """Replicas of one network, each with noise of its own; `FiniteNetwork.replicas` makes them.

    What a replica does depends neither on the others nor on how a run is cut into calls.
    """

    def __init__(self, network: FiniteNetwork, starts: Sequence[Window], n_replicas: int) -> None:
        n_replicas = max(n_replicas, len(starts))
        M, L, T = network.features.n_patterns, network.context, 2**network.features.positional_bits
        if len(starts) not in (1, n_replicas):
            raise ValueError(f"starts must be 1 or n_replicas = {n_replicas} windows, got {len(starts)}")
        shapes = {(window.context, window.phase) for window in starts}
        if len(shapes) != 1:
            raise ValueError(f"starts must have one common number of tokens and phase, got {sorted(shapes)}")
        for window in starts:
            network.limit.step(window)  # says what does not fit
        self.network, self.n_replicas = network, n_replicas
        ((self._n_tokens, self._time),) = shapes
        self._n_undrawn = self._n_tokens
        self._window = np.zeros((n_replicas, L, M))
        for d in range(self._n_tokens):
            self._window[:, (self._time - d) % L] = [window.attention[d] for window in starts]
        self._tokens = np.zeros((n_replicas, L, len(ROLES) * M))
        words = np.random.SeedSequence(network.seed).generate_state(4 * n_replicas, np.uint64)
        self._states = words.reshape(n_replicas, 4)  # a longer sequence begins as a shorter one does
        positional = network.features.drive / network.features.positional_bits
        self._positional = np.ascontiguousarray(positional.reshape(T, -1))

    def windows(self) -> list[Window]:
        """Return the attention vectors in every replica's window."""
        ages = (self._time - np.arange(self._n_tokens)) % self.network.context
        phase = self._time % len(self._positional)
        return [Window(ring[ages], phase) for ring in self._window]

    def advance(self, n_steps: int, *, n_kept: int = 0, progress: Callable[[int], None] = lambda n: None) -> Records:
        """Take `n_steps` steps and return what was seen in the last `n_kept`.

        `progress` is called with the number of steps done, summed over replicas, now and then, and may raise to end the
        run. Memory: 40 M bytes for each kept step of a replica.
        """
        if not 0 <= n_kept <= n_steps:
            raise ValueError(f"n_kept must be from 0 to n_steps = {n_steps}, got {n_kept}")
        M = self.network.features.n_patterns
        attention = np.empty((n_kept, self.n_replicas, M))
        fields = np.empty((n_kept, self.n_replicas, len(ROLES) * M))
        longest = max(1, STEPS_PER_CALL // self.n_replicas)
        first_kept = n_steps - n_kept
        phase = (self._time + first_kept + np.arange(n_kept)) % len(self._positional)
        for first in range(0, n_steps, longest):
            n = min(longest, n_steps - first)
            kept = slice(max(0, first - first_kept), max(0, first + n - first_kept))
            self._advance(n, attention[kept], fields[kept])
            progress(n * self.n_replicas)
        return self._records(attention, fields, phase)

    def newest(self) -> Records:
        """Return the newest token, n = 1, and the attention vectors it was drawn from."""
        if self._n_undrawn:
            self._advance(0, np.empty((0, 0, 0)), np.empty((0, 0, 0)))
        slot = self._time % self.network.context
        phase = np.array([self._time % len(self._positional)])
        return self._records(self._window[None, :, slot], self._tokens[None, :, slot], phase)

    def _records(self, attention: Array, fields: Array, phase: npt.NDArray[np.int64]) -> Records:
        M = self.network.features.n_patterns
        m_o, m_v, m_q, m_k = (fields[:, :, role * M : (role + 1) * M] for role in range(len(ROLES)))
        positional = self.network.epsilon * self._positional[phase, None, :M]
        return Records(attention.copy(), m_o, m_o - positional, m_v, m_q, m_k, phase)

    def _advance(self, n_steps: int, attention: Array, fields: Array) -> None:
        """Let compiled code take some steps."""
        from dmfsa import _finite_kernels  # noqa: PLC0415 - numba takes half a second to load

        network, (signs, sizes, inside) = self.network, self.network.columns
        with np.errstate(all="ignore"):  # without the JIT, NumPy would warn of words that overflow
            _finite_kernels.advance(
                self._time,
                self._n_tokens,
                self._n_undrawn,
                n_steps,
                float(network.beta),
                network.gamma / np.sqrt(signs.shape[2]),
                float(network.epsilon),
                float(network.n_spins),
                inside,
                signs.reshape(len(signs), -1),
                sizes,
                self._positional,
                int(network.one_by_one),
                self._window,
                self._tokens,
                self._states,
                attention,
                fields,
            )
        self._n_undrawn = 0
        self._n_tokens = min(network.context, self._n_tokens + n_steps)
        self._time += n_steps
