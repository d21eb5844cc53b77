"""Networks of few spins as chains: against slow sums over all tokens, and against networks that are followed."""

import itertools
import math

import naive
import naive_finite
import naive_markov
import numpy as np
import pytest
from test_finite_network import as_matrices

from attractors import driven_chain, markov_chain
from dmfsa import Features, FiniteNetwork, TokenChain, Window, ising_transitions
from dmfsa.ising_chain import spin_states

RNG = np.random.default_rng


def network_of(context=2, epsilon=0.2, gamma=3.0, beta=2.0, **features):
    options = {"n_patterns": 2, "n_columns": 4, "positional_bits": 2, "seed": 3, **features}
    return FiniteNetwork(Features.iid(**options), options["n_columns"], beta, gamma, epsilon, context, seed=1)


def reversible(beta=1.5):
    """W^o = W^v: couplings Σ_b W_bi W_bj are symmetric, and a parallel network with those is balanced."""
    signs = RNG(4).choice([-1.0, 1.0], size=(2, 5))
    query, key = RNG(5).choice([-1.0, 1.0], size=(2, 2, 5))
    features = Features.from_arrays(signs, signs, query, key, positional=np.ones((4, 2, 1)))
    return FiniteNetwork(features, 5, beta, epsilon=0.0, context=1)


@pytest.mark.parametrize(("context", "epsilon"), [(1, 0.0), (1, 0.3), (2, 0.0), (2, 0.3)])
def test_kernels_are_the_slow_sums_over_tokens(context, epsilon):
    """Every window and phase: the tokens' fields, the attention they make, the product over spins."""
    network = network_of(context, epsilon, n_columns=3)
    chain, slow = TokenChain(network), as_matrices(network.features)
    tokens = [np.array(spins)[::-1] for spins in itertools.product([-1.0, 1.0], repeat=3)]  # bit 0 is the last of these
    np.testing.assert_array_equal(spin_states(3), tokens)
    assert chain.kernels.shape == (4 if epsilon else 1, 8, 8**context)
    for phase in range(chain.clock_period):
        for window in RNG(phase).permutation(8**context)[:20]:
            digits = [window // 8**age % 8 for age in range(context)]
            fields = [
                naive_finite.token_fields(slow, tokens[digit], phase - age, epsilon) for age, digit in enumerate(digits)
            ]
            A = naive_finite.attention(fields, 3.0)
            up = naive_finite.probability_up(slow, A, 2.0)
            expected = [np.where(token > 0, up, 1.0 - up).prod() for token in tokens]
            np.testing.assert_allclose(chain.kernels[phase, :, window], expected, rtol=1e-11, atol=1e-15)
    np.testing.assert_allclose(chain.kernels.sum(axis=1), 1.0, atol=1e-14)


def test_a_context_of_one_is_an_ising_network():
    """ε = 0: J_ij = β/N Σ_b W^o_bi W^v_bj, all spins at once; the entropy production is the chain's own."""
    network = network_of(context=1, epsilon=0.0)
    W_o, W_v, *_ = network.features.semantic
    chain = TokenChain(network)
    np.testing.assert_allclose(
        chain.kernels[0], ising_transitions(2.0 / 4.0 * W_o.T @ W_v, parallel=True), rtol=1e-13, atol=1e-16
    )
    found = driven_chain(chain.kernels).entropy_production
    assert found == pytest.approx(markov_chain(chain.kernels[0]).entropy_production, abs=1e-13)
    assert found > 0.1


def seen_in(network, n_steps, n_groups, n_together=10):
    """How often each token is the newest at each phase, (n_groups, T, 2^N), in groups of replicas that are followed."""
    chain, M = TokenChain(network), network.features.n_patterns
    replicas = network.replicas(Window(np.full((network.context, M), 0.1), 0), n_groups * n_together)
    replicas.advance(200)
    found = replicas.advance(n_steps, n_kept=n_steps)
    fields = np.concatenate([found.m_o, found.m_v, found.m_q, found.m_k], axis=-1)
    shares = np.zeros((n_groups, chain.clock_period, chain.n_tokens))
    apart = RNG(0).normal(size=fields.shape[-1])  # one number that tells the fields of two tokens apart
    for phase in range(chain.clock_period):
        known = chain.fields(phase).reshape(chain.n_tokens, -1) @ apart
        order = np.argsort(known)
        assert np.diff(known[order]).min() > 1e-6
        place = np.searchsorted(known[order], fields[found.phase % chain.clock_period == phase] @ apart - 1e-9)
        for group in range(n_groups):
            tokens = order[place[:, group * n_together : (group + 1) * n_together]].ravel()
            shares[group, phase] = np.bincount(tokens, minlength=chain.n_tokens) / tokens.size
    return shares, chain


@pytest.mark.slow
@pytest.mark.parametrize(("context", "epsilon"), [(1, 0.2), (2, 0.2), (2, 0.0)])
def test_a_network_that_is_followed_goes_where_the_chain_says(context, epsilon):
    """10⁶ samples of `FiniteNetwork`: every token, at each phase of the clock, within 4.5 errors of 40 groups."""
    shares, chain = seen_in(network_of(context, epsilon), 2_500, n_groups=40)
    p = driven_chain(chain.kernels).stationary.reshape(chain.clock_period, -1, chain.n_tokens).sum(axis=1)
    errors = shares.std(axis=0, ddof=1) / np.sqrt(len(shares))
    assert (np.abs(shares.mean(axis=0) - p) < 4.5 * errors + 1e-6).all()
    assert errors.max() < 2e-3


@pytest.mark.slow
@pytest.mark.parametrize(("context", "epsilon"), [(1, 0.2), (2, 0.2), (2, 0.0)])
def test_entropy_production_is_a_log_ratio_along_paths(context, epsilon):
    kernels = TokenChain(network_of(context, epsilon, n_columns=3)).kernels
    found = driven_chain(kernels)
    rng, T, cumulated = RNG(2), len(kernels), np.cumsum(kernels, axis=1)
    parts = []
    for _ in range(12):
        path = rng.integers(8, size=context).tolist()
        for t in range(context - 1, 4_000):
            window = sum(path[t - d] * 8**d for d in range(context))
            path.append(min(int(np.searchsorted(cumulated[t % T][:, window], rng.random())), 7))
        parts.append(naive_markov.path_log_ratio(kernels, context, path[400:], 400))
    assert found.entropy_production > 0.0
    assert abs(np.mean(parts) - found.entropy_production) < 4.0 * np.std(parts, ddof=1) / math.sqrt(len(parts))


@pytest.mark.parametrize("seed", range(6))
@pytest.mark.parametrize(("context", "epsilon", "gamma"), [(1, 0.0, 0.0), (1, 0.5, 0.0), (2, 0.3, 8.0), (2, 0.0, 0.0)])
def test_entropy_production_is_never_negative(seed, context, epsilon, gamma):
    network = network_of(context, epsilon, gamma, seed=seed, n_columns=3, positional_bits=1)
    assert driven_chain(TokenChain(network).kernels).entropy_production > -1e-14
    still = network_of(context, 0.0, gamma, beta=0.0, seed=seed, n_columns=3, positional_bits=1)
    assert abs(driven_chain(TokenChain(still).kernels).entropy_production) < 1e-14


def test_a_reversible_network_produces_nothing():
    chain = driven_chain(TokenChain(reversible()).kernels)
    assert abs(chain.entropy_production) < 1e-12
    assert markov_chain(TokenChain(reversible()).kernels[0]).detailed_balance


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: TokenChain(FiniteNetwork(Features.iid(n_columns=4), 8, 1.0)), "number of columns, 4, .*, got 8"),
        (lambda: TokenChain(FiniteNetwork(Features.segments(), 99, 1.0)), "n_spins must be from 1 to 12.*got 99"),
        (lambda: TokenChain(network_of(4, n_columns=6)), "more than 2\\^27 entries: take fewer spins"),
        (lambda: ising_transitions(np.ones((2, 3))), r"must have shape \(\.\.\., N, N\), got \(2, 3\)"),
        (lambda: ising_transitions(np.zeros((13, 13))), "2\\^13 states would take 5.4e\\+08 bytes"),
        (lambda: ising_transitions([[math.nan]]), "must be finite"),
    ],
)
def test_what_cannot_be_enumerated_is_told(call, message):
    with pytest.raises(ValueError, match=message):
        call()


# ---- kinetic Ising networks -------------------------------------------------------------------------------------


def couplings(seed, n=4):
    return RNG(seed).normal(size=(n, n))


@pytest.mark.parametrize("seed", range(3))
def test_one_spin_at_a_time_is_the_slow_matrix(seed):
    J = couplings(seed, 3)
    np.testing.assert_allclose(
        ising_transitions(1.3 * J), naive_markov.sequential(J, 1.3, spin_states(3)), rtol=1e-13, atol=1e-16
    )
    h = RNG(seed).normal(size=3)
    up = 1.0 / (1.0 + np.exp(-2.0 * (spin_states(3) @ J.T + h)))
    expected = [[np.where(after > 0, q, 1.0 - q).prod() for q in up] for after in spin_states(3)]
    np.testing.assert_allclose(ising_transitions(J, h, parallel=True), expected, rtol=1e-11)


def test_many_networks_are_each_alone():
    J = np.array([couplings(seed) for seed in range(5)]).reshape(5, 1, 4, 4) * np.array([0.0, 1.0])[:, None, None]
    W = ising_transitions(J)
    assert W.shape == (5, 2, 16, 16)
    np.testing.assert_array_equal(W[3, 1], ising_transitions(J[3, 1]))
    np.testing.assert_allclose(W.sum(axis=-2), 1.0, atol=1e-14)
    assert np.isfinite(ising_transitions(1e6 * couplings(0))).all()


@pytest.mark.parametrize("parallel", [False, True])
def test_symmetric_couplings_are_balanced(parallel):
    """Gibbs' measure without self-couplings, one at a time; at once also with them: Peretto's measure."""
    J = couplings(1) + couplings(1).T
    balanced = J - (0.0 if parallel else np.diag(np.diag(J)))
    chain = markov_chain(ising_transitions(balanced, parallel=parallel))
    assert chain.entropy_production < 1e-12
    states = spin_states(4)
    if parallel:
        weight = np.prod(2.0 * np.cosh(states @ balanced.T), axis=1)
    else:
        weight = np.exp(0.5 * np.einsum("si,ij,sj->s", states, balanced, states))
    np.testing.assert_allclose(chain.stationary, weight / weight.sum(), rtol=1e-11)
    if not parallel:
        assert markov_chain(ising_transitions(J)).entropy_production > 1e-5  # self-couplings break it


def test_naive_tokens_have_the_clock_of_the_package():
    np.testing.assert_array_equal(naive.clock(2, 2), Features.segments().clock(2))
