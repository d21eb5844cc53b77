"""What features may not be, and the words in which it is refused."""

import numpy as np
import pytest
from test_features import ENSEMBLES, random_arrays

from dmfsa.features import Features


@pytest.mark.parametrize("maker", ENSEMBLES)
@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({"n_patterns": 0}, "n_patterns must be an integer .* got 0"),
        ({"n_patterns": 2.5}, "n_patterns must be an integer .* got 2.5"),
        ({"n_columns": 0}, "n_columns must be an integer >= 1, got 0"),
        ({"positional_bits": -1}, "positional_bits must be an integer >= 1, got -1"),
        ({"positional_bits": 0}, "positional_bits must be an integer >= 1, got 0"),
        ({"seed": -1}, "seed must be an integer from 0 to 4294967295, got -1"),
        ({"seed": 2**32}, "seed must be .* got 4294967296"),
        ({"seed": None}, "seed must be .* got None"),
    ],
)
def test_wrong_parameters_are_named_with_their_value_and_range(maker, wrong, message):
    with pytest.raises(ValueError, match=message):
        maker(**wrong)


@pytest.mark.parametrize("maker", [Features.gaussian, Features.uniform_means, Features.cycle])
def test_ensembles_with_all_sign_classes_end_at_sixteen_patterns(maker):
    with pytest.raises(ValueError, match="n_patterns must be an integer from 1 to 16, got 17"):
        maker(n_patterns=17)


def test_segments_must_divide_the_columns():
    with pytest.raises(ValueError, match="multiple of n_segments = 3, got 100; the next one is 102"):
        Features.segments(n_columns=100)
    with pytest.raises(ValueError, match="n_segments must be an integer >= 1, got 0"):
        Features.segments(n_segments=0)


def test_segments_need_as_many_columns_as_positional_bits():
    with pytest.raises(ValueError, match="positional_bits must be <= n_columns = 3, got 5"):
        Features.segments(n_columns=3, positional_bits=5)


@pytest.mark.parametrize("scale", [-0.1, np.nan, np.inf])
def test_the_scale_of_gaussian_is_finite_and_not_negative(scale):
    with pytest.raises(ValueError, match="scale must be finite and >= 0, got"):
        Features.gaussian(scale=scale)


def test_entries_that_are_no_weights_or_no_signs_are_located():
    semantic, positional = random_arrays(2, 5), random_arrays(2, 2)
    semantic[2, 1, 3] = np.nan
    with pytest.raises(ValueError, match=r"matrix q must hold finite numbers only, got nan at index \(1, 3\)"):
        Features.from_arrays(*semantic, positional=positional)
    with pytest.raises(ValueError, match=r"positional must hold .* got 0\.0"):
        Features.from_arrays(*random_arrays(2, 5), positional=np.zeros((4, 2, 1)))


@pytest.mark.parametrize(
    ("semantic", "positional", "message"),
    [
        ([np.ones((2, 5))] * 3 + [np.ones((2, 4))], np.ones((4, 2, 1)), r"one shape, got .*'k': \(2, 4\)"),
        (
            [np.ones(5)] * 4,
            np.ones((4, 1, 1)),
            r"matrix o must have shape \(\*, \*\), no length 0, got \(5,\)",
        ),
        ([np.ones((2, 0))] * 4, np.ones((4, 2, 1)), r"no length 0, got \(2, 0\)"),
        ([[[1, 1], [1]]] * 4, np.ones((4, 2, 1)), "matrix o must be an array of numbers"),
        (
            [np.ones((2, 5))] * 4,
            np.ones((4, 3, 1)),
            r"positional must have shape \(4, 2, \*\).*got \(4, 3, 1\)",
        ),
        ([np.ones((2, 5))] * 4, np.ones((4, 2, 0)), r"positional must have shape .* got \(4, 2, 0\)"),
        ([np.ones((2, 5))] * 4, {"o": 1, "v": 1}, r"positional must have the roles o, v, q, k, got o, v"),
    ],
)
def test_shapes_that_do_not_fit_are_named(semantic, positional, message):
    with pytest.raises(ValueError, match=message):
        Features.from_arrays(*semantic, positional=positional)


@pytest.mark.parametrize(
    ("c", "d", "message"),
    [
        (np.zeros((4, 3, 2)), None, r"c must have shape \(4, M, M\), got \(4, 3, 2\)"),
        (np.zeros((4, 0, 0)), None, "n_patterns must be an integer from 1 to 16, got 0"),
        (np.full((4, 3, 3), 1.5), None, "c must hold numbers from -1 to 1, got 1.5"),
        (np.full((4, 3, 3), np.nan), None, "c must hold numbers from -1 to 1, got nan"),
        (np.zeros((4, 3, 3)), np.full((4, 3), -2.0), "d must hold numbers from -1 to 1, got -2"),
        (np.zeros((4, 2, 2)), np.zeros((4, 2)), r"d is for M = 3 only, .* got \(4, 2\) and M = 2"),
        (np.zeros((4, 3, 3)), np.zeros((3, 4)), r"d is for M = 3 only, .* got \(3, 4\) and M = 3"),
    ],
)
def test_impossible_correlations_are_refused(c, d, message):
    with pytest.raises(ValueError, match=message):
        Features.from_correlations(c, d, positional=np.ones((4, c.shape[1], 1)))


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("signs", [[-1, 1], [1, 1]], "signs must have first entries"),
        ("coefficients", np.ones((4, 2, 3)), r"coefficients must have shape \(4, M, J\) = \(4, 2, 2\), got"),
        ("coefficients", np.full((4, 2, 2), np.inf), "coefficients must be finite, got inf"),
        ("semantic", np.ones((4, 3, 5)), r"semantic must have shape \(4, 2, \*\)"),
    ],
)
def test_features_made_by_hand_are_checked(field, value, message):
    fields = {
        "signs": [[1, -1], [1, 1]],
        "coefficients": np.ones((4, 2, 2)),
        "positional": np.ones((4, 2, 1)),
        "semantic": None,
        "description": {},
    }
    assert repr(Features(**fields)) == "Features(unnamed: n_patterns=2, positional_bits=1, 2 sign classes)"
    with pytest.raises(ValueError, match=message):
        Features(**fields | {field: value})
