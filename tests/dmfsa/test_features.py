"""Features: published draws bit for bit, sign classes against averages, errors that say what to do."""

import naive
import numpy as np
import pytest

from dmfsa.features import Features
from dmfsa.roles import ROLES

ENSEMBLES = [Features.segments, Features.iid, Features.gaussian, Features.uniform_means, Features.cycle]


def features_of(meta):
    shape = {"n_patterns": meta["M"], "n_columns": meta["se_bits"], "positional_bits": meta["pe_bits"]}
    if meta["mode"] == "segments":
        return Features.segments(**shape, n_segments=meta["num_segments"], seed=meta["seed"])
    if meta["mode"] == "gaussian":
        return Features.gaussian(**shape, scale=float(meta["gaussian_scale"]), seed=meta["seed"])
    maker = {"weights": Features.iid, "uniform": Features.uniform_means}[meta["mode"]]
    return maker(**shape, seed=meta["seed"])


def pairs(features):
    """c[role, b, a] = E_i[Wo_bi W_ai], back from the coefficients: sum_j s_jb C_aj."""
    return np.einsum("jb,raj->rba", features.signs, features.coefficients)


def triples(features):
    """d[role, a], for M = 3."""
    return features.coefficients @ features.signs.prod(axis=1)


def expectation(features, A, beta):
    return features.coefficients @ np.tanh(beta * features.signs @ A)


def all_columns(n_patterns):
    """Every ±1 column once: an exact uniform average over columns."""
    return np.array(np.meshgrid(*[[-1.0, 1.0]] * n_patterns)).reshape(n_patterns, -1)


def uniform_means_of(seed, n_patterns):
    """The draws written out: a spare matrix and the four, positional columns, then means u[role, a]."""
    rng = np.random.RandomState(seed)
    rng.randint(2, size=(5, n_patterns, 99))
    rng.randint(2, size=(4, n_patterns, 2))
    return rng.uniform(size=(4, n_patterns))


def random_arrays(n_patterns, n_columns, seed=0):
    return np.random.default_rng(seed).choice([-1.0, 1.0], (4, n_patterns, n_columns))


# Published draws


@pytest.mark.parametrize("case", naive.CASES)
def test_seeds_give_the_published_matrices_bit_for_bit(case):
    published = naive.published(case)
    features = features_of(published.meta)
    for semantic, positional, role in zip(features.semantic, features.positional, ROLES, strict=True):
        np.testing.assert_array_equal(np.hstack([semantic, positional]), published.stored["W" + role])


@pytest.mark.parametrize("case", naive.CASES)
def test_coefficients_hold_the_published_correlations(case):
    published = naive.published(case)
    features = features_of(published.meta)
    M = features.n_patterns
    for role, c in zip(ROLES, pairs(features), strict=True):
        np.testing.assert_allclose(c, published.stored["corr_" + role][:M], rtol=0, atol=1e-15)
    if M == 3:
        for role, d in zip(ROLES, triples(features), strict=True):
            np.testing.assert_allclose(d, published.stored["corr_" + role][3], rtol=0, atol=1e-15)


@pytest.mark.parametrize("case", naive.CASES)
def test_mean_fields_from_sign_classes_agree_with_the_definition(case):
    published = naive.published(case)
    features = features_of(published.meta)
    A = np.random.default_rng(2).normal(size=features.n_patterns)
    for role, fast in zip(ROLES, expectation(features, A, 1.3), strict=True):
        np.testing.assert_allclose(fast, published.network.expectation(role, A, 1.3), rtol=0, atol=1e-14)


def test_default_segments_are_the_papers_network():
    features = Features.segments()
    semantic = [
        [[-1, 1, 1], [-1, 1, -1], [1, 1, 1]],
        [[-1, 1, -1], [-1, -1, 1], [-1, 1, 1]],
        [[1, -1, -1], [-1, -1, -1], [1, -1, 1]],
        [[-1, -1, -1], [-1, -1, 1], [-1, 1, -1]],
    ]
    positional = [
        [[-1, -1], [1, -1], [1, 1]],
        [[-1, -1], [1, -1], [-1, 1]],
        [[1, -1], [1, 1], [-1, -1]],
        [[-1, -1], [-1, -1], [-1, 1]],
    ]
    np.testing.assert_array_equal(features.semantic, np.repeat(semantic, 33, axis=2))
    np.testing.assert_array_equal(features.positional, positional)
    by_hand = Features.from_arrays(*semantic, positional=positional)
    np.testing.assert_array_equal(by_hand.signs, features.signs)
    np.testing.assert_array_equal(by_hand.coefficients, features.coefficients)


# Sign classes


@pytest.mark.parametrize("n_patterns", [1, 2, 3, 4, 5])
@pytest.mark.parametrize("n_columns", [1, 7, 60])
def test_sign_classes_give_the_average_over_columns(n_patterns, n_columns):
    semantic = random_arrays(n_patterns, n_columns, seed=n_columns)
    features = Features.from_arrays(*semantic, positional=random_arrays(n_patterns, 2))
    rng = np.random.default_rng(n_patterns)
    for _ in range(5):
        A = rng.normal(size=n_patterns)
        average = (semantic * np.tanh(1.4 * A @ semantic[0])).mean(axis=2)
        np.testing.assert_allclose(expectation(features, A, 1.4), average, rtol=0, atol=1e-14)


def test_classes_are_distinct_start_with_plus_one_and_carry_weight():
    features = Features.iid(n_patterns=4, n_columns=20, seed=3)
    assert len(np.unique(features.signs, axis=0)) == len(features.signs) <= 8
    assert (features.signs[:, 0] == 1).all()
    assert (features.coefficients != 0).any(axis=(0, 1)).all()


def test_the_papers_network_keeps_three_of_four_classes():
    assert len(Features.segments().signs) == 3


def test_classes_without_coefficients_are_dropped_but_one_stays():
    positional = random_arrays(3, 1)
    c = np.zeros((4, 3, 3))
    assert len(Features.from_correlations(c, positional=positional).signs) == 1
    c[1, :, 0] = [1, 1, 1]  # value 0 is all three outputs at once: only the class (+ + +) is left
    assert Features.from_correlations(c, positional=positional).signs.tolist() == [[1, 1, 1]]


def test_twelve_patterns_with_thousands_of_columns():
    semantic = random_arrays(12, 5000)
    features = Features.from_arrays(*semantic, positional=random_arrays(12, 3))
    assert 1024 < len(features.signs) <= 2048
    A = np.linspace(-0.3, 0.4, 12)
    average = (semantic * np.tanh(A @ semantic[0])).mean(axis=2)
    np.testing.assert_allclose(expectation(features, A, 1.0), average, rtol=0, atol=1e-14)


# Ensembles


@pytest.mark.parametrize("n_patterns", [1, 2, 3, 5])
@pytest.mark.parametrize("maker", [Features.gaussian, Features.uniform_means, Features.cycle])
def test_ensembles_of_infinitely_many_columns_have_c_o_of_diagonal_one(maker, n_patterns):
    features = maker(n_patterns=n_patterns, seed=4)
    np.testing.assert_allclose(pairs(features)[0].diagonal(), 1, rtol=0, atol=1e-14)


@pytest.mark.parametrize("n_patterns", [1, 2, 3])
@pytest.mark.parametrize("maker", [Features.gaussian, Features.uniform_means])
def test_correlation_ensembles_are_the_papers_form_up_to_three_patterns(maker, n_patterns):
    features = maker(n_patterns=n_patterns, seed=11)
    if maker == Features.gaussian:
        c = pairs(features)
        d = c.prod(axis=1)
    else:
        u = uniform_means_of(11, n_patterns)
        c = u[0][:, None] * u[:, None, :]
        d = u[0].prod() * u
        np.fill_diagonal(c[0], 1)
        d[0] = u[0].prod() / u[0]
    by_role = [dict(zip(ROLES, array, strict=True)) for array in (c, d, features.positional)]
    network = naive.Correlations(*by_role)
    A = np.array([0.4, -0.7, 0.2])[:n_patterns]
    for role, fast in zip(ROLES, expectation(features, A, 1.3), strict=True):
        np.testing.assert_allclose(fast, network.expectation(role, A, 1.3), rtol=0, atol=1e-14)


@pytest.mark.parametrize("n_patterns", [1, 3, 5])
def test_uniform_means_is_the_exact_average_over_independent_columns(n_patterns):
    features = Features.uniform_means(n_patterns=n_patterns, seed=2)
    u = uniform_means_of(2, n_patterns)
    columns = all_columns(n_patterns)
    probability = ((1 + u[0][:, None] * columns) / 2).prod(axis=0)
    A = np.linspace(-0.8, 0.7, n_patterns)
    token = probability * np.tanh(0.9 * A @ columns)
    result = expectation(features, A, 0.9)
    np.testing.assert_allclose(result[0], columns @ token, rtol=0, atol=1e-14)
    np.testing.assert_allclose(result[1:], u[1:] * token.sum(), rtol=0, atol=1e-14)


@pytest.mark.parametrize("n_patterns", [1, 2, 3, 5])
def test_product_form_is_the_average_over_entries_independent_given_the_feature(n_patterns):
    c = np.random.default_rng(6).uniform(-1, 1, (4, n_patterns, n_patterns))
    features = Features.from_correlations(c, positional=random_arrays(n_patterns, 2))
    columns = all_columns(n_patterns)
    A = np.linspace(-0.5, 0.8, n_patterns)
    token = np.tanh(1.2 * A @ columns)
    for role in range(4):
        for a in range(n_patterns):
            up, down = (((1 + sign * c[role, :, a, None] * columns) / 2).prod(axis=0) @ token for sign in (1, -1))
            assert abs(expectation(features, A, 1.2)[role, a] - (up - down) / 2) <= 1e-14


def test_gaussian_correlations_are_clipped():
    c = pairs(Features.gaussian(n_patterns=2, scale=50.0, seed=1))
    assert np.abs(c).max() <= 1
    assert (np.abs(np.abs(c) - 1) <= 1e-15).mean() > 0.8


@pytest.mark.parametrize("n_patterns", [1, 2, 3, 4, 6])
def test_cycle_leads_from_each_feature_to_the_next(n_patterns):
    features = Features.cycle(n_patterns=n_patterns)
    c = pairs(features)
    for role in (0, 2, 3):
        np.testing.assert_allclose(c[role], np.eye(n_patterns), rtol=0, atol=1e-15)
    for a in range(n_patterns):
        pure = 20.0 * np.eye(n_patterns)[a]  # attention to feature a alone, at saturation
        np.testing.assert_allclose(
            expectation(features, pure, 5.0)[1], np.eye(n_patterns)[(a + 1) % n_patterns], rtol=0, atol=1e-15
        )


def test_cycle_is_the_exact_average_over_orthogonal_patterns():
    columns = all_columns(4)
    semantic = [columns, np.roll(columns, 1, axis=0), columns, columns]
    exact = Features.from_arrays(*semantic, positional=random_arrays(4, 2))
    features = Features.cycle(n_patterns=4)
    np.testing.assert_array_equal(features.signs, exact.signs)
    np.testing.assert_array_equal(features.coefficients, exact.coefficients)


def test_cycle_has_the_positional_columns_of_iid():
    shape = {"n_patterns": 4, "positional_bits": 3, "seed": 8}
    np.testing.assert_array_equal(Features.cycle(**shape).positional, Features.iid(**shape).positional)


def test_correlations_with_a_fourth_order_one_are_those_of_the_matrices():
    semantic = random_arrays(3, 31)
    positional = random_arrays(3, 2)
    c = np.einsum("bi,rai->rba", semantic[0], semantic) / 31
    d = semantic @ semantic[0].prod(axis=0) / 31
    features = Features.from_correlations(c, d, positional=positional)
    exact = Features.from_arrays(*semantic, positional=positional)
    np.testing.assert_array_equal(features.signs, exact.signs)
    np.testing.assert_allclose(features.coefficients, exact.coefficients, rtol=0, atol=1e-15)


# The object


@pytest.mark.parametrize("maker", ENSEMBLES)
def test_a_description_makes_the_same_features_again(maker):
    features = maker(n_patterns=np.int64(2), seed=np.int64(5))
    assert all(type(value) in (str, int, float) for value in features.description.values())
    parameters = dict(features.description)
    again = getattr(Features, parameters.pop("ensemble"))(**parameters)
    np.testing.assert_array_equal(again.coefficients, features.coefficients)
    np.testing.assert_array_equal(again.positional, features.positional)
    assert again.description == features.description


@pytest.mark.parametrize("explicit", ["from_arrays", "from_correlations"])
def test_a_description_of_explicit_features_is_made_of_plain_lists(explicit):
    if explicit == "from_arrays":
        features = Features.from_arrays(*random_arrays(2, 5), positional=random_arrays(2, 1))
    else:
        c, d = np.random.default_rng(0).uniform(-1, 1, (2, 4, 3, 3))
        features = Features.from_correlations(c, d[:, 0], positional=random_arrays(3, 1))
    parameters = dict(features.description)
    assert parameters.pop("ensemble") == explicit
    assert all(isinstance(value, list) for value in parameters.values())
    again = getattr(Features, explicit)(**parameters)
    np.testing.assert_array_equal(again.coefficients, features.coefficients)
    np.testing.assert_array_equal(again.positional, features.positional)


def test_positional_columns_may_be_named_by_role():
    semantic, positional = random_arrays(2, 5), random_arrays(2, 3, seed=1)
    named = {role: positional[ROLES.index(role)] for role in ("k", "q", "v", "o")}
    features = Features.from_arrays(*semantic, positional=named)
    np.testing.assert_array_equal(features.positional, positional)


def test_only_ensembles_with_matrices_of_their_own_say_that_matrices_define_the_map():
    assert [maker().matrices_define_map for maker in ENSEMBLES] == [True, True, False, False, False]
    assert Features.from_arrays(*random_arrays(3, 9), positional=random_arrays(3, 1)).matrices_define_map
    assert [maker().semantic is None for maker in ENSEMBLES] == [False, False, False, False, True]


@pytest.mark.parametrize("positional_bits", [1, 2, 5])
def test_the_clock_is_that_of_the_definition_at_any_phase(positional_bits):
    features = Features.iid(positional_bits=positional_bits)
    for phase in range(-3, 2 * 2**positional_bits):
        assert features.clock(phase).tolist() == naive.clock(phase, positional_bits)


def test_arrays_are_read_only_and_independent_of_what_was_given():
    semantic = random_arrays(2, 5)
    features = Features.from_arrays(*semantic, positional=random_arrays(2, 1))
    before = features.semantic.copy()
    semantic[:] *= -1
    np.testing.assert_array_equal(features.semantic, before)
    for array in (features.signs, features.coefficients, features.positional, features.semantic):
        assert array.dtype == np.float64
        assert array.flags.c_contiguous
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0
