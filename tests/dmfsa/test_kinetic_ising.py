"""The kinetic Ising model: all states, replicas, and the network of self-attention that it is."""

import naive_kinetic
import numpy as np
import pytest
from test_finite_network import as_matrices

from dmfsa import (
    CLOSURES,
    Features,
    FiniteNetwork,
    KineticIsing,
    Moments,
    Window,
    conditional_mean_field,
    critical_beta,
    naive_mean_field,
)


def clocked(N=3, T=2, seed=1):
    rng = np.random.default_rng(seed)
    return KineticIsing(rng.normal(0.2, 0.5, (N, N)), rng.uniform(-0.5, 0.5, (T, N)))


def test_enumeration_is_that_of_all_pairs_of_states():
    model, start = clocked(), [0.2, 1.0, -0.6]
    found = model.enumerate(start, 4, phase=1)
    slow = naive_kinetic.enumerate_moments(model.J, [model.H[(1 + t) % 2] for t in range(4)], start, 4)
    for x, exact in zip((found.m, found.C, found.D), slow, strict=True):
        np.testing.assert_allclose(x, exact, rtol=0, atol=1e-14)
    later = model.enumerate(start, 2, n_transient=2, phase=1)
    assert later.errors(Moments(found.m[2:], found.C[2:], found.D[2:])) == (0.0, 0.0, 0.0)


def test_transition_matrix_has_columns_that_sum_to_one_and_the_order_of_states():
    model = clocked()
    W, states = model.transition_matrix(1), model.states()
    assert states[0].tolist() == [-1, -1, -1]
    assert states[1].tolist() == [-1, -1, 1]
    np.testing.assert_allclose(W.sum(axis=0), 1.0, rtol=0, atol=1e-15)
    expected = naive_kinetic.expected(model.J, model.H[1], states[4])
    assert W[3, 4] == pytest.approx(naive_kinetic.chance(states[3], expected), rel=1e-14)


def test_replicas_have_the_moments_of_all_states():
    model, start, R = clocked(N=6, seed=3), np.array([1.0, -1.0, 0.3, 0.0, 1.0, -0.5]), 40_000
    exact = model.enumerate(start, 2, n_transient=1, phase=1)
    found = model.sample(start, 2, n_transient=1, phase=1, n_replicas=R, seed=2)
    for x in "mCD":
        away = np.abs(getattr(found, x) - getattr(exact, x))
        assert away.max() < 5 / R**0.5
        assert (away**2).mean() < 1 / R  # what is expected is averaged, not what is drawn


def test_replicas_depend_on_their_seed_alone_and_on_nothing_but_it(monkeypatch):
    model, start = clocked(N=4, seed=2), np.zeros(4)
    a, b, c = (model.sample(start, 1, n_replicas=500, seed=seed) for seed in (1, 1, 2))
    assert a.errors(b) == (0.0, 0.0, 0.0)
    assert min(a.errors(c)) > 0
    monkeypatch.setattr("dmfsa.kinetic_ising.BLOCK", 4 * 7)
    many = model.sample(start, 1, n_replicas=40_000, seed=1)
    assert max(many.errors(model.enumerate(start, 1))) < 1 / 10_000


def test_a_step_draws_spins_of_the_means_that_are_expected():
    model = clocked()
    spins = np.broadcast_to([1.0, -1.0, 1.0], (40_000, 3))
    after = model.step(spins, np.random.default_rng(1), 1)
    assert set(np.unique(after)) == {-1.0, 1.0}
    np.testing.assert_allclose(after.mean(axis=0), model.expected(spins[0], 1), rtol=0, atol=5 / 200)


def test_following_is_closure_after_closure():
    model = clocked()
    found = model.follow(conditional_mean_field, [0.1, 0.2, 0.3], 3, phase=1)
    one = Moments.independent([0.1, 0.2, 0.3])
    for t in range(3):
        one = conditional_mean_field(model.J, model.H[(1 + t) % 2], one)
    assert found[-1].errors(one) == (0.0, 0.0, 0.0)
    again = model.follow(conditional_mean_field, found[0], 2, phase=2)
    assert again[-1].errors(one) == (0.0, 0.0, 0.0)
    assert found.mean().m == pytest.approx(found.m.mean(axis=0))


def test_critical_beta():
    assert critical_beta() == pytest.approx(1.1108400410, abs=1e-9)
    assert critical_beta(field=0.0, spread=0.0) == pytest.approx(1.0, abs=1e-12)
    with pytest.raises(ValueError, match=r"no beta up to 100 is critical for field=3.0.*take weaker fields"):
        critical_beta(field=3.0)


# Self-attention


def attention_of(network, spins, phase):
    """m^v of tokens with these mean spins, shape (..., N), in the order of the network's columns."""
    signs = np.repeat(network.columns.signs[:, 1], network.columns.sizes.astype(int), axis=0)
    features = network.features
    clock = features.clock(phase % 2**features.positional_bits)
    positional = features.positional[1] @ clock / len(clock)
    return (1 - network.epsilon) * spins @ signs / network.n_spins + network.epsilon * positional


@pytest.mark.parametrize(("features", "n_spins"), [(Features.segments(), 198), (Features.iid(n_columns=30), 41)])
@pytest.mark.parametrize("epsilon", [0.1, 0.0])
def test_the_mean_field_map_is_the_naive_mean_field(features, n_spins, epsilon):
    network = FiniteNetwork(features, n_spins, beta=1.3, epsilon=epsilon, context=1)
    model, start = KineticIsing.of(network), Window([[0.3, -0.2, 0.1]], 2)
    assert (model.n_spins, model.clock_period) == (n_spins, 4 if epsilon else 1)
    o = np.repeat(network.columns.signs[:, 0], network.columns.sizes.astype(int), axis=0)
    found = model.follow(naive_mean_field, np.tanh(1.3 * o @ start.attention[0]), 12, phase=2)
    orbit = network.limit.trajectory(start, 13)
    attention = [attention_of(network, m, 3 + t) for t, m in enumerate(found.m)]
    np.testing.assert_allclose(attention, orbit.attention[1:], rtol=0, atol=1e-15)


@pytest.mark.slow
def test_replicas_of_the_model_are_those_of_the_network():
    """Means and covariances of the attention after three steps, to five standard errors."""
    features, R = Features.iid(n_patterns=2, n_columns=7, seed=3), 20_000
    network = FiniteNetwork(features, 7, beta=1.4, epsilon=0.2, context=1, seed=5)
    start = Window([[0.4, -0.3]], 1)
    drawn = network.replicas(start, R).advance(3, n_kept=1).attention[0]
    o = np.repeat(network.columns.signs[:, 0], network.columns.sizes.astype(int), axis=0)
    v = np.repeat(network.columns.signs[:, 1], network.columns.sizes.astype(int), axis=0)
    exact = KineticIsing.of(network).enumerate(np.tanh(1.4 * o @ start.attention[0]), 2, phase=1)[-1]
    np.testing.assert_allclose(drawn.mean(axis=0), attention_of(network, exact.m, 3), rtol=0, atol=5 / R**0.5)
    np.testing.assert_allclose(np.cov(drawn.T), 0.64 / 49 * v.T @ exact.C @ v, rtol=0, atol=5 * 0.2 / R**0.5)


def test_couplings_and_fields_are_those_of_the_matrices_one_by_one():
    features = Features.iid(n_patterns=2, n_columns=4, seed=3)
    network = FiniteNetwork(features, 4, beta=0.9, epsilon=0.2, context=1)
    model, slow = KineticIsing.of(network), as_matrices(features)
    W_o, W_v = (slow.semantic[role] for role in "ov")
    J = np.array([[0.9 * 0.8 / 4 * sum(W_o[b][i] * W_v[b][j] for b in range(2)) for j in range(4)] for i in range(4)])
    clocks = [np.array(bits) for bits in ((-1, -1), (-1, 1), (1, -1), (1, 1))]
    pushed = [[slow.positional["v"][b] @ bits for b in range(2)] for bits in clocks]
    H = np.array([[0.9 * 0.2 / 2 * sum(W_o[b][i] * row[b] for b in range(2)) for i in range(4)] for row in pushed])
    order = [
        next(i for i in range(4) if same_column(features.semantic[:, :, i], column)) for column in network.columns.signs
    ]
    flip = features.semantic[0, 0][order]
    np.testing.assert_allclose(model.J, J[np.ix_(order, order)] * np.outer(flip, flip), rtol=0, atol=1e-15)
    np.testing.assert_allclose(model.H, H[:, order] * flip, rtol=0, atol=1e-15)


def same_column(column, mirrored):
    return np.array_equal(column * column[0, 0], mirrored)


@pytest.mark.slow
def test_closures_refine_the_mean_field_of_attention():
    """The paper's network, 99 spins, 20 steps, covariances of different spins; 498 in benchmarks/closures.py."""
    network = FiniteNetwork(Features.segments(), 99, beta=1.0, context=1)
    model = KineticIsing.of(network)
    o = np.repeat(network.columns.signs[:, 0], 33, axis=0)
    start = np.tanh(o @ [0.3, -0.2, 0.1])
    halves = [model.sample(start, 1, n_transient=19, n_replicas=10_000, seed=seed)[0].C for seed in (1, 2)]
    off = ~np.eye(99, dtype=bool)
    errors = {}
    for name in ("nMF", "TAP", "CMS"):
        C = model.follow(CLOSURES[name], start, 1, n_transient=19)[0].C
        errors[name] = ((C - halves[0]) * (C - halves[1]))[off].mean()
    assert errors["CMS"] < errors["TAP"] / 5
    assert errors["TAP"] < errors["nMF"] / 1.2


# What is refused


def test_models_that_are_none():
    for J, H, message in [
        (np.ones((2, 3)), np.ones(2), r"J must be square, shape \(N, N\), got \(2, 3\)"),
        (np.ones(4), np.ones(4), r"J must be square.*got \(4,\)"),
        (np.ones((2, 2)), np.ones(3), r"H must have shape \(N,\) = \(2,\), or \(T, N\) = \(T, 2\).*got \(3,\)"),
        (np.ones((2, 2)), np.ones((0, 2)), r"H must have shape.*got \(0, 2\)"),
        ([[1.0, np.nan], [0, 0]], np.ones(2), "J must be finite, got nan"),
        (np.ones((2, 2)), [0.0, np.inf], "H must be finite, got inf"),
    ]:
        with pytest.raises(ValueError, match=message):
            KineticIsing(J, H)
    with pytest.raises(ValueError, match="n_spins must be an integer >= 1, got 0"):
        KineticIsing.draw(0, 1.0, seed=1)


def test_what_cannot_be_enumerated_says_the_memory():
    model = KineticIsing.draw(13, 1.0, seed=1)
    for ask in (lambda: model.enumerate(np.ones(13), 1), model.transition_matrix):
        with pytest.raises(ValueError, match=r"up to N = 12 spins, got 13: .* would take 0\.5 GiB; take sample"):
            ask()


def test_starts_and_counts_that_do_not_fit():
    model = clocked()
    ways = (model.enumerate, lambda *a, **k: model.follow(naive_mean_field, *a, **k),
            lambda *a, **k: model.sample(*a, n_replicas=3, seed=1, **k))  # fmt: skip
    for way in ways:
        with pytest.raises(ValueError, match=r"the start must have shape \(N,\) = \(3,\), got \(2,\)"):
            way(np.ones(2), 1)
        with pytest.raises(ValueError, match=r"the means of a start must be from -1 to 1, got 1\.5"):
            way([0.0, 1.5, 0.0], 1)
        with pytest.raises(ValueError, match="n_transient must be >= 0, got -1"):
            way(np.ones(3), 1, n_transient=-1)
        assert way(np.ones(3), 0).C.shape == (0, 3, 3)
    with pytest.raises(ValueError, match="n_replicas must be an integer >= 1, got 0"):
        model.sample(np.ones(3), 1, n_replicas=0, seed=1)
    with pytest.raises(ValueError, match=r"the means of a start must have shape \(N,\), got \(1, 3\)"):
        Moments.independent(np.ones((1, 3)))
    with pytest.raises(TypeError, match="moments at one time have no rows"):
        Moments.independent(np.ones(3))[0]
    with pytest.raises(IndexError):
        model.enumerate(np.ones(3), 2)[2]


def test_networks_of_attention_that_are_no_kinetic_ising_model():
    with pytest.raises(
        ValueError, match=r"context must be 1, got 4: over a longer window the softmax .* take linear_noise"
    ):
        KineticIsing.of(FiniteNetwork(Features.segments(), 99, 1.0))
    with pytest.raises(ValueError, match=r"n_spins must be at most 16384, got 1000000: J would take 7\.45e\+03 GiB"):
        KineticIsing.of(FiniteNetwork(Features.segments(), 10**6, 1.0, context=1))
