"""Weights of any kind and clocks of any table: against averages over columns, closed forms, large samples."""

import naive
import naive_finite
import numpy as np
import pytest
from test_finite_network import as_matrices

from dmfsa import Features, FiniteNetwork, MeanFieldMap, Window
from dmfsa.roles import OUTPUT
from dmfsa.weights import gaussian_fields

TERNARY = {"values": (-1, 0, 1), "probabilities": (0.3, 0.4, 0.3)}
POSITIONAL = np.random.default_rng(1).choice([-1.0, 1.0], (4, 3, 2))


def correlations(seed, M=3, scale=0.4):
    """Of independent W^o with the others: c^o is the identity."""
    c = np.clip(np.random.default_rng(seed).normal(0, scale, (4, M, M)), -1, 1)
    c[OUTPUT] = np.eye(M)
    return c


def covariances(seed, M=3):
    """Of weights whose W^o are correlated among themselves, and not of variance 1."""
    rows = np.random.default_rng(seed).normal(size=(4, M, 5 * M)) / np.sqrt(5 * M)
    return np.einsum("bi,rai->rba", rows[OUTPUT], rows)


def fields(features, A, beta):
    return features.coefficients @ np.tanh(beta * features.signs @ A)


# Columns


@pytest.mark.parametrize("weights", ["normal", "integers", "ternary"])
def test_classes_of_real_columns_give_the_average_over_columns(weights):
    rng = np.random.default_rng(3)
    make = {
        "normal": lambda: rng.normal(size=(4, 3, 40)),
        "integers": lambda: rng.integers(-2, 3, (4, 3, 60)),
        "ternary": lambda: rng.choice([-1.0, 0.0, 1.0], (4, 3, 60)),
    }
    W = make[weights]().astype(float)
    features = Features.from_arrays(*W, positional=POSITIONAL)
    for A in rng.normal(size=(5, 3)):
        average = (W * np.tanh(1.4 * A @ W[0])).mean(axis=2)
        np.testing.assert_allclose(fields(features, A, 1.4), average, rtol=0, atol=1e-14)
    assert features.matrices_define_map
    assert Features.from_arrays(**{k: features.description[k] for k in "ovqk"}, positional=POSITIONAL).description == (
        features.description
    )


def test_field_rows_of_ones_own_stand_inside_the_tanh_and_are_not_read_out():
    rng = np.random.default_rng(4)
    W, F = rng.choice([-1.0, 1.0], (4, 3, 30)), rng.normal(size=(3, 30))
    features = Features.from_arrays(*W, positional=POSITIONAL, fields=F)
    A = rng.normal(size=3)
    np.testing.assert_allclose(fields(features, A, 0.9), (W * np.tanh(0.9 * A @ F)).mean(axis=2), rtol=0, atol=1e-14)


def test_real_weights_take_the_steps_of_the_definition_and_have_its_jacobian():
    rng = np.random.default_rng(5)
    features = Features.from_arrays(*rng.normal(size=(4, 2, 7)), positional=rng.choice([-1.0, 1.0], (4, 2, 2)))
    slow, parameters = as_matrices(features), {"beta": 0.8, "gamma": 5.0, "epsilon": 0.1}
    network, window = MeanFieldMap(features, **parameters), rng.uniform(-1, 1, (4, 2))
    expected = naive.trajectory(slow, window, 1, 20, **parameters)
    np.testing.assert_allclose(network.orbit(Window(window, 1), 20)[1].attention, expected.window, rtol=0, atol=1e-13)
    exact = naive.jacobian(slow, window, 1, **parameters)
    np.testing.assert_allclose(network.jacobian(Window(window, 1)), exact, rtol=0, atol=1e-12)


def test_tables_of_values_are_drawn_as_often_as_they_say():
    features = Features.iid(n_columns=20_000, **TERNARY)
    values, counts = np.unique(features.semantic, return_counts=True)
    assert values.tolist() == [-1, 0, 1]
    np.testing.assert_allclose(counts / counts.sum(), TERNARY["probabilities"], rtol=0, atol=0.005)
    assert len(features.signs) == 13  # (3^3 - 1) / 2: what is 0 throughout has no field
    np.testing.assert_array_equal(Features.iid(values=(-1, 1)).positional, Features.iid().positional)


def test_a_finite_network_of_ternary_weights_has_the_distribution_of_all_its_tokens():
    features = Features.iid(n_patterns=2, n_columns=5, seed=4, **TERNARY)
    parameters, start = {"beta": 0.9, "gamma": 7.0, "epsilon": 0.1}, Window.random(1, 2, seed=2)[0]
    values, chances = naive_finite.attention_distribution(as_matrices(features), start.attention, 0, **parameters)
    network = FiniteNetwork(features, 5, context=1, seed=1, **parameters)
    samples = network.replicas(start, 4_000).advance(1, n_kept=1).attention[0]
    error = 4 * samples.std(axis=0) / 4_000**0.5 + 1e-12
    assert (abs(samples.mean(axis=0) - chances @ values) < error).all()


# Laws


@pytest.mark.parametrize("weights", ["binary", "ternary", "gaussian"])
def test_every_law_has_the_correlations_that_it_is_given(weights):
    c = covariances(2) if weights == "gaussian" else correlations(2)
    features = Features.from_correlations(c, positional=POSITIONAL, weights=weights, zeros=0.6)
    found = np.einsum("jb,raj->rba", features.signs, features.coefficients)
    np.testing.assert_allclose(found, c, rtol=0, atol=1e-14)


def test_binary_and_ternary_laws_are_averages_over_samples():
    rng, c, A = np.random.default_rng(6), correlations(7), np.array([0.5, -0.3, 0.4])
    for zeros in (0.0, 0.5):
        W = rng.choice([-1.0, 0.0, 1.0], (3, 400_000), p=[(1 - zeros) / 2, zeros, (1 - zeros) / 2]) / (1 - zeros) ** 0.5
        samples = np.einsum("rba,bi->rai", c, W) * np.tanh(1.5 * A @ W)  # the rest of W^α averages to nothing
        features = Features.from_correlations(c, positional=POSITIONAL, weights="ternary", zeros=zeros)
        error = 4 * samples.std(axis=2) / samples.shape[2] ** 0.5
        assert (abs(fields(features, A, 1.5) - samples.mean(axis=2)) < error).all()


def test_the_closed_form_of_gaussian_weights_is_the_average_of_two_million():
    rng, A, beta = np.random.default_rng(8), np.array([0.6, -0.4, 0.8]), 1.4
    rows = rng.normal(size=(4, 3, 12)) / 12**0.5
    c = np.einsum("bi,rai->rba", rows[OUTPUT], rows)
    total = squares = 0.0
    for _ in range(20):
        W = rows @ rng.normal(size=(12, 100_000))
        samples = W * np.tanh(beta * A @ W[OUTPUT])
        total, squares = total + samples.sum(axis=2), squares + (samples**2).sum(axis=2)
    mean = total / 2e6
    error = np.sqrt((squares / 2e6 - mean**2) / 2e6)
    assert (abs(gaussian_fields(c, A, beta) - mean) < 4 * error).all()
    assert (error < 1e-3).all()


def test_five_levels_are_as_near_to_gaussian_weights_as_is_said():
    rng, c = np.random.default_rng(9), correlations(10)
    features = Features.from_correlations(c, positional=POSITIONAL, weights="gaussian")
    assert len(features.signs) == 62
    for direction in rng.normal(size=(20, 3)):
        for size in (0.5, 1.0, 2.0):
            A = size * direction / np.linalg.norm(direction)
            allowed = 0.02 * np.sqrt((c**2).sum(axis=1))
            assert (abs(fields(features, A, 1.0) - gaussian_fields(c, A, 1.0)) <= allowed).all()


def test_drawn_correlations_are_those_of_the_published_ensemble_whatever_the_weights():
    published = Features.gaussian(seed=5)
    for weights in ("binary", "ternary", "gaussian"):
        features = Features.gaussian(seed=5, weights=weights)
        for role in (1, 2, 3):
            c, same = (np.einsum("jb,aj->ba", f.signs, f.coefficients[role]) for f in (published, features))
            np.testing.assert_allclose(same, c, rtol=0, atol=1e-14)
        np.testing.assert_array_equal(features.positional, published.positional)


# The clock


def test_tables_are_what_they_say_at_every_phase():
    features = Features.segments(positional_bits=3, seed=2)
    clock = np.array([features.clock(phase) for phase in range(8)])
    agreement = np.einsum("rap,tp->tra", features.positional, clock) / 3
    own = agreement.argmax(axis=0)
    expected = {
        "linear": agreement,
        "rectified": np.where(agreement > 0, agreement, 0),
        "one_hot": np.arange(8)[:, None, None] == own,
        "sinusoidal": np.cos(2 * np.pi * (np.arange(8)[:, None, None] - own) / 8),
    }
    start = Window.random(4, 3, seed=1)[0]
    for name, table in expected.items():
        given = features.with_table(name)
        np.testing.assert_allclose(given.drive / 3, table, rtol=0, atol=1e-15)
        network = MeanFieldMap(given, beta=0.0, epsilon=0.3)
        np.testing.assert_allclose(
            network.mean_fields(start.attention, 5 - np.arange(4)).v, 0.3 * table[[5, 4, 3, 2], 1]
        )
        np.testing.assert_allclose(
            network.orbit(start, 3)[0][-1], network.step(network.orbit(start, 2)[1]).attention[0]
        )
    assert features.with_table("rectified").with_table("linear").table is None


def test_a_table_of_numbers_is_taken_as_it_is():
    features, rng = Features.segments(), np.random.default_rng(1)
    each, common = rng.normal(size=(4, 4, 3)), rng.normal(size=(4, 3))
    np.testing.assert_array_equal(features.with_table(each).table, each)
    np.testing.assert_array_equal(features.with_table(common).table, np.repeat(common[:, None], 4, axis=1))
    linear = features.with_table(features.drive / 2)
    start = Window.paper_beta3()
    same = [MeanFieldMap(f, beta=1.28).orbit(start, 50)[0] for f in (features, linear)]
    np.testing.assert_array_equal(*same)
    finite = [FiniteNetwork(f, 990, beta=1.28, seed=2).trajectory(start, 20).m_q for f in (features, linear)]
    np.testing.assert_array_equal(*finite)
    token = np.concatenate([features.semantic[0, 0], [-1, 1]])
    starts = [MeanFieldMap(f, beta=1.28).start_from_token(token).attention for f in (features, linear)]
    np.testing.assert_array_equal(*starts)


# What is refused


@pytest.mark.parametrize(
    ("table", "message"),
    [
        ("square", "table must be one of linear, rectified, one_hot, sinusoidal or an array, got 'square'"),
        (np.ones((8, 3)), r"a row for each of the 2\^2 = 4 phases of the clock, got 8 rows"),
        (np.ones((4, 2)), r"table must have shape \(\*, 3\), no length 0, got \(4, 2\)"),
        (np.full((4, 4, 3), np.nan), "table must hold finite numbers only, got nan at index"),
    ],
)
def test_tables_that_do_not_fit_are_told(table, message):
    with pytest.raises(ValueError, match=message):
        Features.segments().with_table(table)


def test_matrices_that_cannot_be_meant_are_told():
    rng = np.random.default_rng(2)
    W, positional = rng.normal(size=(4, 3, 5)), POSITIONAL
    empty = W.copy()
    empty[2, 1] = 0
    with pytest.raises(ValueError, match="matrix q must have no row of zeros, got one at row 1: leave it out"):
        Features.from_arrays(*empty, positional=positional)
    with pytest.raises(ValueError, match=r"must have shape \(M, N\), got \(5, 3\).*M = 3: transpose them"):
        Features.from_arrays(*W.swapaxes(1, 2), positional=positional)
    with pytest.raises(ValueError, match=r"fields must have shape \(3, 5\)"):
        Features.from_arrays(*W, positional=positional, fields=W[0].T)


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: Features.iid(values=(0, 0)), r"values must be different, and not 0 alone, got \[0.0, 0.0\]"),
        (lambda: Features.iid(values=(0, 1), probabilities=(0.5, 0.6)), r"must be >= 0 and sum to 1, got .*sum 1.1"),
        (lambda: Features.iid(values=(0, 1), probabilities=(1,)), r"probabilities must have shape \(2\)"),
        (lambda: Features.gaussian(weights="cauchy"), "weights must be one of binary, ternary, gaussian, got 'cauchy'"),
        (lambda: Features.gaussian(weights="ternary", zeros=1.0), "zeros must be a share .* below 1, got 1"),
        (lambda: Features.gaussian(8, weights="gaussian"), "n_patterns must be at most 6 with gaussian weights, got 8"),
        (
            lambda: Features.from_correlations(-covariances(1), positional=POSITIONAL, weights="gaussian"),
            "c of role o must be a covariance, symmetric with eigenvalues above 0",
        ),
        (
            lambda: Features.from_correlations(
                correlations(1), np.zeros((4, 3)), positional=POSITIONAL, weights="binary"
            ),
            "d must be absent with weights",
        ),
    ],
)
def test_laws_that_are_none_are_told(make, message):
    with pytest.raises(ValueError, match=message):
        make()
