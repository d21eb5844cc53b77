"""Networks of few spins as Markov chains on their tokens, exactly: every window and what comes after it."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np

from dmfsa.finite_network import FiniteNetwork
from dmfsa.ising_chain import spin_states
from dmfsa.roles import KEY, QUERY, VALUE
from dmfsa.window import Array

MOST_ENTRIES = 2**27  # of all kernels: 1 GB


@dataclass(frozen=True, eq=False)
class TokenChain:
    """The Markov chain that a finite network is: the token after a window of L tokens, at each phase of the clock.

        k_φ(x' | x_t, …, x_{t-L+1}) = Π_i [1 + x'_i tanh(β Σ_b W^o_bi A_b)] / 2,    A = Σ_d w_d m^v_d of that window.

    Parameters
    ----------
    network : FiniteNetwork
        With as many spins as its matrices have columns, each its own; at most 12.

    Raises
    ------
    ValueError
        If the numbers of spins and columns differ, or the kernels would take more than 1 GB.

    Notes
    -----
    Token s has spin i up where bit i of s is set (`spin_states`). The window (x_t, x_{t-1}, …), newest first, has the
    number x_t + 2^N x_{t-1} + …; the token of age d has the phase φ - d. Memory: 8 · T · 2^{N (L+1)} bytes.

    Examples
    --------
    >>> from dmfsa import Features
    >>> network = FiniteNetwork(Features.iid(n_patterns=2, n_columns=4, seed=3), n_spins=4, beta=1.0, context=1)
    >>> kernels = TokenChain(network).kernels
    >>> kernels.shape, bool(abs(kernels.sum(axis=1) - 1.0).max() < 1e-14)
    ((4, 16, 16), True)
    """

    network: FiniteNetwork

    def __post_init__(self) -> None:
        semantic = self.network.features.semantic
        assert semantic is not None  # a finite network has matrices
        n, L = self.network.n_spins, self.network.context
        if n != semantic.shape[2]:
            raise ValueError(
                f"n_spins must be the number of columns, {semantic.shape[2]}, so that each spin has its own, got {n}"
            )
        spin_states(n)  # says if there are too many
        if self.clock_period * 2 ** (n * (L + 1)) > MOST_ENTRIES:
            raise ValueError(
                f"{self.clock_period} kernels of {n} spins and a context of {L} have more than 2^27 entries: take "
                "fewer spins or a shorter context"
            )

    @property
    def clock_period(self) -> int:
        """T = 2^P phases; 1 if ε = 0."""
        return self.network.clock_period

    @property
    def n_tokens(self) -> int:
        """Number of tokens, 2^N."""
        n_tokens: int = 2**self.network.n_spins
        return n_tokens

    def fields(self, phase: int) -> Array:
        """Mean fields m^α_a (2^N, 4, M) of every token at a phase, roles in the order o, v, q, k."""
        features = self.network.features
        assert features.semantic is not None
        n, epsilon = self.network.n_spins, self.network.epsilon
        positional = features.drive[phase % len(features.drive)] / max(1, features.positional_bits)
        semantic: Array = np.einsum("ram,sm->sra", features.semantic, spin_states(n)) * ((1.0 - epsilon) / n)
        return np.asarray(semantic + epsilon * positional)

    def attention(self, phase: int) -> Array:
        """Attention vector (2^{N L}, M) of every window whose newest token has this phase."""
        network, n, L = self.network, self.n_tokens, self.network.context
        window = np.arange(n**L)
        tokens = [self.fields(phase - age)[window // n**age % n] for age in range(L)]
        scale = network.gamma / np.sqrt(network.features.n_patterns)
        scores = scale * np.array([np.sum(tokens[0][:, QUERY] * token[:, KEY], axis=1) for token in tokens])
        weights = np.exp(scores - scores.max(axis=0))
        weights /= weights.sum(axis=0)
        return np.asarray(np.einsum("dw,dwa->wa", weights, [token[:, VALUE] for token in tokens]))

    @cached_property
    def kernels(self) -> Array:
        """Probabilities (T, 2^N, 2^{N L}) of the next token (rows) after every window (columns), at each phase."""
        rows, states = self.network.features.field_rows, spin_states(self.network.n_spins)
        assert rows is not None
        found = []
        for phase in range(self.clock_period):
            h = self.network.beta * self.attention(phase) @ rows
            found.append(np.exp(states @ h.T - np.logaddexp(h, -h).sum(axis=1)))
        return np.array(found)
