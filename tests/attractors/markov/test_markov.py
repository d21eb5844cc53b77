"""Markov chains: exact chains, slow sums, and everything that a matrix can have wrong with it."""

import math

import naive_markov
import numpy as np
import pytest
from scipy import sparse

from attractors import ChainStatus, driven_chain, markov_chain, steady_states, time_reversed
from attractors.markov import chain as of_chains
from attractors.markov import modes

RNG = np.random.default_rng


def random_chain(n, seed=0):
    W = RNG(seed).random((n, n)) ** 3
    return W / W.sum(axis=0)


def birth_and_death(up, down):
    """A chain on a line: detailed balance, p_{k+1} / p_k = up_k / down_{k+1}."""
    n = len(up) + 1
    W = np.diag(up, -1) + np.diag(down, 1)
    return W + np.diag(1.0 - W.sum(axis=0)), n


@pytest.mark.parametrize("n", [2, 5, 17])
def test_random_chains_are_those_of_the_slow_sums(n):
    W = random_chain(n, seed=n)
    chain = markov_chain(W)
    p = naive_markov.stationary(W)
    np.testing.assert_allclose(chain.stationary, p, rtol=0, atol=1e-14)
    assert chain.entropy_production == pytest.approx(naive_markov.entropy_production(W, p), abs=1e-13)
    F = W * p
    assert chain.affinity == pytest.approx(np.abs(np.log(F / F.T)).max(), rel=1e-10)
    assert (chain.status, chain.period, chain.detailed_balance) == (ChainStatus.OK, 1, n == 2)
    sizes = np.sort(np.abs(np.linalg.eigvals(W)))[::-1][1:9]
    np.testing.assert_allclose(chain.relaxation_times, -1.0 / np.log(sizes), rtol=1e-8)


def test_a_chain_on_a_line_is_balanced_and_its_rare_states_are_right_to_rounding():
    up, down = np.full(29, 0.01), np.full(29, 0.6)
    W, _ = birth_and_death(up, down)
    chain = markov_chain(W)
    np.testing.assert_allclose(chain.stationary[1:] / chain.stationary[:-1], 0.01 / 0.6, rtol=1e-13)
    assert chain.stationary[-1] < 1e-50
    assert chain.entropy_production < 1e-28
    assert chain.detailed_balance
    np.testing.assert_array_equal(steady_states(W[None]).stationary[0], chain.stationary)


@pytest.mark.parametrize(("forth", "back"), [(0.6, 0.1), (0.3, 0.3), (0.5, 1e-12)])
def test_a_ring_produces_current_times_affinity(forth, back):
    n = 7
    step = np.roll(np.eye(n), 1, axis=0)
    W = (1.0 - forth - back) * np.eye(n) + forth * step + back * step.T
    chain = markov_chain(W)
    np.testing.assert_allclose(chain.stationary, 1.0 / n, rtol=1e-14)
    assert chain.entropy_production == pytest.approx((forth - back) * math.log(forth / back), abs=1e-13)
    eigenvalues = 1.0 - forth - back + forth * np.exp(2j * np.pi / n) + back * np.exp(-2j * np.pi / n)
    assert chain.relaxation_times[0] == pytest.approx(-1.0 / math.log(abs(eigenvalues)), rel=1e-10)


def test_zeros_stay_zeros():
    """A transition that never happens adds nothing, and one that is not undone makes σ infinite, and nothing NaN."""
    W = np.array([[0.5, 0.25, 0.0], [0.5, 0.5, 0.5], [0.0, 0.25, 0.5]])
    assert markov_chain(W).entropy_production == 0.0
    assert steady_states(W[None]).entropy_production[0] == 0.0
    one_way = np.array([[0.5, 0.0, 0.5], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    chain = markov_chain(one_way)
    assert (chain.entropy_production, chain.affinity, chain.status) == (math.inf, math.inf, ChainStatus.ONE_WAY)
    assert steady_states(one_way[None]).entropy_production[0] == math.inf
    assert chain.to_dict()["entropy_production"] == "inf"


@pytest.mark.parametrize("n", [2, 3, 6])
def test_a_cycle_has_its_period_and_no_times(n):
    chain = markov_chain(np.roll(np.eye(n), 1, axis=0))
    assert (chain.period, len(chain.relaxation_times)) == (n, 0)
    np.testing.assert_allclose(chain.stationary, 1.0 / n)


def test_a_reducible_chain_tells_which_vector_it_gives():
    """Two classes, {0} and {2, 3}; of the states on the way, 1 goes to 0 with 3/4, and 4 always to 1."""
    W = np.zeros((5, 5))
    W[0, 0] = W[1, 4] = 1.0
    W[0, 1], W[2, 1] = 0.75, 0.25
    W[2:4, 2:4] = [[0.2, 0.4], [0.8, 0.6]]
    chain = markov_chain(W)
    assert chain.status is ChainStatus.REDUCIBLE
    assert "start drawn evenly among all states" in chain.status.value
    assert chain.classes.tolist() == [0, -1, 1, 1, -1]
    np.testing.assert_allclose(chain.stationary, [0.5, 0.0, 0.5 / 3, 1.0 / 3, 0.0], atol=1e-15)
    settled = np.linalg.matrix_power(W, 200) @ np.full(5, 0.2)
    np.testing.assert_allclose(chain.stationary, settled, atol=1e-12)
    with pytest.raises(ValueError, match=r"transitions\[1\] has several stationary vectors: markov_chain\("):
        steady_states(np.array([np.full((5, 5), 0.2), W]))


def test_states_that_are_left_for_good_have_no_weight():
    chain = markov_chain([[0.5, 0.0, 0.3], [0.5, 1.0, 0.3], [0.0, 0.0, 0.4]])
    assert chain.status is ChainStatus.TRANSIENT
    np.testing.assert_array_equal(chain.stationary, [0.0, 1.0, 0.0])
    assert chain.classes.tolist() == [-1, 0, -1]


def test_backwards_the_current_is_turned_round():
    W = random_chain(9)
    chain = markov_chain(W)
    turned = time_reversed(W, chain.stationary)
    np.testing.assert_allclose(turned.sum(axis=0), 1.0, atol=1e-14)
    back = markov_chain(turned)
    np.testing.assert_allclose(back.stationary, chain.stationary, atol=1e-14)
    assert back.entropy_production == pytest.approx(chain.entropy_production, abs=1e-13)
    np.testing.assert_allclose(time_reversed(turned, back.stationary), W, atol=1e-13)
    np.testing.assert_allclose(time_reversed(sparse.csr_array(W), chain.stationary).toarray(), turned, atol=1e-15)
    balanced, _ = birth_and_death([0.2, 0.3], [0.4, 0.1])
    np.testing.assert_allclose(time_reversed(balanced, markov_chain(balanced).stationary), balanced, atol=1e-15)
    with pytest.raises(ValueError, match="stationary must be the stationary vector"):
        time_reversed(W, np.full(9, 1.0 / 9.0))


def test_a_large_sparse_chain_is_the_same_as_a_small_dense_one(monkeypatch):
    W = random_chain(40, seed=3)
    W[W < 0.02] = 0.0
    W = W / W.sum(axis=0)
    dense = markov_chain(W)
    monkeypatch.setattr(of_chains, "DENSE", 16)
    monkeypatch.setattr(modes, "DENSE", 16)
    found = markov_chain(sparse.csr_array(W), n_times=4)
    np.testing.assert_allclose(found.stationary, dense.stationary, atol=1e-14)
    np.testing.assert_allclose(found.relaxation_times, dense.relaxation_times[:4], rtol=1e-8)
    assert found.entropy_production == dense.entropy_production == math.inf


@pytest.mark.parametrize("shape", [(1, 3, 1), (3, 2, 1), (2, 3, 2), (1, 2, 3), (3, 2, 3)])
def test_chains_that_remember_are_those_of_all_paths(shape):
    """σ along a sampled path; and the bare formula for L = T = 1. Windows are as likely as the chain of windows "
    "says."""
    T, n, memory = shape
    k = RNG(5).random((T, n, n**memory)) + 0.05
    k /= k.sum(axis=1, keepdims=True)
    found = driven_chain(k)
    assert (found.memory, found.clock_period, found.status) == (memory, T, ChainStatus.OK)
    assert found.entropy_production > 0.0
    if memory == T == 1:
        assert found.entropy_production == pytest.approx(markov_chain(k[0]).entropy_production, abs=1e-14)
    rng = RNG(6)
    path = rng.integers(n, size=memory).tolist()
    counts = np.zeros((T, n**memory))
    for t in range(memory - 1, 30_000):
        window = sum(path[t - d] * n**d for d in range(memory))
        counts[t % T, window] += 1
        path.append(int(np.searchsorted(np.cumsum(k[t % T][:, window]), rng.random())))
    np.testing.assert_allclose(counts / counts.sum(axis=1, keepdims=True), found.stationary, atol=0.03)
    parts = [naive_markov.path_log_ratio(k, memory, path[i : i + 3_000], i) for i in range(0, 30_000, 3_000)]
    assert abs(np.mean(parts) - found.entropy_production) < 4.0 * np.std(parts, ddof=1) / math.sqrt(len(parts))


def test_memory_that_is_read_backwards_alike_is_reversible():
    """k(next | newest, oldest) of a Gibbs measure of symmetric triples: paths are as likely backwards."""
    w = RNG(1).random((3, 3, 3))
    w = w + w.transpose(2, 1, 0)  # of (older, middle, newer)
    right = np.ones((3, 3))
    for _ in range(500):  # the leading eigenvector of the transfer matrix between pairs
        right = np.einsum("abc,bc->ab", w, right)
        right /= right.sum()
    k = np.einsum("abc,bc->cba", w, right).reshape(3, 9, order="C")  # next c, newest b, oldest a
    k = np.array([[k[c, b * 3 + a] for a in range(3) for b in range(3)] for c in range(3)])  # window b + 3 a
    k /= k.sum(axis=0)
    assert abs(driven_chain([k]).entropy_production) < 1e-12
    assert driven_chain([k[[1, 2, 0]]]).entropy_production > 1e-3


def test_a_kernel_that_forbids_the_way_back_is_told():
    k = np.array([[0.0, 0.5, 0.5], [0.5, 0.5, 0.0], [0.5, 0.0, 0.5]])
    assert driven_chain([k]).entropy_production == 0.0 or driven_chain([k]).status is ChainStatus.OK
    k = np.array([[0.5, 0.0, 0.5], [0.5, 0.5, 0.0], [0.0, 0.5, 0.5]])
    found = driven_chain([k])
    assert (found.entropy_production, found.status) == (math.inf, ChainStatus.ONE_WAY)


@pytest.mark.parametrize("function", [markov_chain, lambda W: steady_states(np.asarray(W)[None])])
@pytest.mark.parametrize(
    ("matrix", "message"),
    [
        (np.ones((2, 3)) / 2.0, "square"),
        (np.zeros((0, 0)), "square"),
        ([[0.5, 0.4], [0.5, 0.5]], "column 1 sums to 0.9; divide each column by its sum"),
        ([[0.5, 0.5], [0.2, 0.8]], "its rows do: hand over the transpose"),
        ([[1.5, 0.0], [-0.5, 1.0]], "probabilities, finite and not negative, got -0.5"),
        ([[math.nan, 0.0], [0.5, 1.0]], "probabilities, finite and not negative, got nan"),
        ([[1j, 0.0], [0.5, 1.0]], "must be real, got complex"),
    ],
)
def test_matrices_that_are_none(function, matrix, message):
    with pytest.raises(ValueError, match=message):
        function(matrix)


@pytest.mark.parametrize("shape", [(2, 2), (0, 2, 2), (1, 2, 3), (1, 1, 1), (1, 3, 0)])
def test_kernels_that_are_none(shape):
    with pytest.raises(ValueError, match=r"kernels must have shape \(T, n, n\^L\)"):
        driven_chain(np.ones(shape))
    with pytest.raises(ValueError, match="must sum to 1"):
        driven_chain(np.ones((1, 2, 4)))
