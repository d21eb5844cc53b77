"""The finite network, slowly: spin by spin, and by all 2^N tokens; sharing nothing with the package.

Windows are newest first. `network` is a `naive.Matrices`.
"""

import itertools

import naive
import numpy as np
import scipy.stats


def probability_up(network, A, beta):
    """P(x_i = +1), shape (N,)."""
    field = sum(network.semantic["o"][b] * A[b] for b in range(network.n_patterns))
    return (1 + np.tanh(beta * field)) / 2


def token_fields(network, spins, phase, epsilon):
    """role -> mean field (M,) of a token of N spins, with the clock's bits."""
    token = np.concatenate([spins, naive.clock(phase, network.n_bits)])
    return {role: naive.token_mean_field(network, role, token, epsilon) for role in naive.ROLES}


def attention(tokens, gamma):
    """A_new of tokens given by their mean fields, newest first."""
    return naive.attend(tokens[0]["q"], [token["k"] for token in tokens], [token["v"] for token in tokens], gamma)


def trajectory(network, window, phase, n_steps, rng, *, beta, gamma, epsilon):
    """One replica: rows as those of `naive.trajectory`, the tokens drawn spin by spin."""

    def draw(A, phase):
        spins = np.where(rng.random(network.n_columns) < probability_up(network, A, beta), 1.0, -1.0)
        return token_fields(network, spins, phase, epsilon)

    tokens = [draw(A, phase - age) for age, A in enumerate(window)]
    fields, vectors = [], []
    for t in range(n_steps):
        A_new = attention(tokens, gamma)
        fields.append(np.array([tokens[0][role] for role in naive.ROLES]))
        vectors.append(A_new)
        tokens = [draw(A_new, phase + t + 1), *tokens[:-1]]
    return np.array(fields), np.array(vectors)


def attention_distribution(network, window, phase, *, beta, gamma, epsilon):
    """All values of A_new after one step, and their probabilities: every token of the window in all 2^N ways."""
    choices = []
    for age, A in enumerate(window):
        up = probability_up(network, A, beta)
        ways = [np.array(spins) for spins in itertools.product([1.0, -1.0], repeat=network.n_columns)]
        chances = [np.where(spins > 0, up, 1 - up).prod() for spins in ways]
        choices.append(
            [(token_fields(network, x, phase - age, epsilon), p) for x, p in zip(ways, chances, strict=True)]
        )
    values, chances = [], []
    for tokens in itertools.product(*choices):
        values.append(attention([fields for fields, _ in tokens], gamma))
        chances.append(np.prod([p for _, p in tokens]))
    return np.array(values), np.array(chances)


def column_fluctuations(network, window, phase, n_steps, *, beta, gamma, epsilon, h=1e-6):
    """N times the covariance of A_new at each step, and of m^o of the newest token before it.

    The state is the mean spin of every column in every token of the window, each column by itself: (L, N) numbers.
    The Jacobian is one of finite differences, the noise of a column's spin its variance.
    """

    def fields(spins, phase):
        return token_fields(network, spins, phase, epsilon)

    def attend(state, phase):
        return attention([fields(spins, phase - age) for age, spins in enumerate(state)], gamma)

    def mean_spins(A):
        return 2 * probability_up(network, A, beta) - 1

    def m_o(state, phase):
        return fields(state[0], phase)["o"]

    def next_spins(state, phase):
        return mean_spins(attend(state, phase))

    def gradient(f, state, phase):
        columns = []
        for j in range(state.size):
            nudge = np.zeros(state.size)
            nudge[j] = h
            up, down = state + nudge.reshape(state.shape), state - nudge.reshape(state.shape)
            columns.append((f(up, phase) - f(down, phase)) / (2 * h))
        return np.array(columns).T

    state = np.array([mean_spins(A) for A in window])
    L, N = state.shape
    covariance = np.diag((1 - state**2).ravel())
    of_attention, of_output = [], []
    for t in range(n_steps):
        B, D, K = (gradient(f, state, phase + t) for f in (attend, m_o, next_spins))
        of_attention.append(N * B @ covariance @ B.T)
        of_output.append(N * D @ covariance @ D.T)
        fresh = next_spins(state, phase + t)
        whole = np.vstack([K, np.eye(L * N)[: (L - 1) * N]])
        covariance = whole @ covariance @ whole.T
        covariance[:N, :N] += np.diag(1 - fresh**2)
        state = np.vstack([fresh[None], state[:-1]])
    return np.array(of_attention), np.array(of_output)


def count_moments(network, n_each, window, phase, n_steps, *, beta, gamma, epsilon):
    """Mean and covariance of A_new at each step, and of m^o of the newest token before it, exactly.

    Of a network of two columns with `n_each` spins each and L = 2, by the probabilities of all numbers of spins up in
    the two columns of the two tokens.
    """
    every = list(itertools.product(range(n_each + 1), repeat=2))
    mean_spins = np.array([[2 * up / n_each - 1 for up in ups] for ups in every])

    def fields(phase):
        return [token_fields(network, x, phase, epsilon) for x in mean_spins]

    def chances(A):  # (..., 2) -> (..., number of pairs)
        each = []
        for column in range(2):
            field = A @ network.semantic["o"][:, column]
            up = (1 + np.tanh(beta * field)) / 2
            each.append(scipy.stats.binom.pmf(np.arange(n_each + 1), n_each, up[..., None]))
        return (each[0][..., :, None] * each[1][..., None, :]).reshape(*A.shape[:-1], -1)

    P = np.multiply.outer(chances(np.array(window[0])), chances(np.array(window[1])))  # newest, then older
    of_attention, of_output = [], []
    for t in range(n_steps):
        newest, older = fields(phase + t), fields(phase + t - 1)
        A = np.array([[attention([new, old], gamma) for old in older] for new in newest])
        m_o = np.array([new["o"] for new in newest])
        of_attention.append(_moments(A.reshape(-1, 2), P.ravel()))
        of_output.append(_moments(m_o, P.sum(axis=1)))
        after = chances(A)
        P = np.einsum("ij,ijk->ki", P, after)
    return of_attention, of_output


def _moments(values, chances):
    mean = chances @ values
    away = values - mean
    return mean, np.einsum("i,ia,ib->ab", chances, away, away)
