"""Information between parts: exact distributions, slow sums, Gaussians, and samples that are too few."""

import math

import naive_markov
import numpy as np
import pytest

from attractors import SampledInformationStatus, conditional_information_nats, information_from_samples

RNG = np.random.default_rng


def random_joint(shape, seed=0):
    p = RNG(seed).random(shape) ** 2
    return p / p.sum()


@pytest.mark.parametrize(
    ("x", "y", "given"), [(0, 1, ()), (2, 0, 1), ([0, 3], 1, 2), ([3], [0], [2, 1]), (1, [2, 3], ())]
)
def test_a_distribution_is_that_of_the_slow_sum(x, y, given):
    joint = random_joint((2, 3, 2, 4))
    joint[1, 2] = 0.0
    joint /= joint.sum()
    parts = [tuple(np.atleast_1d(np.array(part, dtype=int))) for part in (x, y, given)]
    expected = naive_markov.information(joint, *parts)
    assert conditional_information_nats(joint, x, y, given) == pytest.approx(expected, abs=1e-14)
    assert conditional_information_nats(joint, y, x, given) == pytest.approx(expected, abs=1e-14)


def test_a_blanket_screens_exactly():
    """p(b) p(x|b) p(y|b): nothing is left to know, to rounding; without b there is."""
    rng = RNG(2)
    p_b, p_x, p_y = random_joint(3), rng.random((4, 3)), rng.random((5, 3))
    joint = np.einsum("b,xb,yb->xby", p_b, p_x / p_x.sum(axis=0), p_y / p_y.sum(axis=0))
    assert abs(conditional_information_nats(joint, 0, 2, 1)) < 1e-15
    assert conditional_information_nats(joint, 0, 2) > 1e-3
    copies = np.zeros((4, 4))
    np.fill_diagonal(copies, 0.25)
    assert conditional_information_nats(copies, 0, 1) == pytest.approx(math.log(4.0), abs=1e-15)


@pytest.mark.parametrize(
    ("joint", "parts", "message"),
    [
        ([[0.5, 0.6]], (0, 1), "sum 1; the sum is 1.1"),
        ([[1.5, -0.5]], (0, 1), "not negative"),
        ([[0.5, math.nan]], (0, 1), "probabilities"),
        ([[0.5, 0.5]], (0, 0), "different columns"),
        ([[0.5, 0.5]], (0, 2), "from 0 to 1"),
        ([[0.5, 0.5]], ((), 1), "at least one column"),
        ([[0.5j, 0.5]], (0, 1), "must be real"),
    ],
)
def test_distributions_that_are_none(joint, parts, message):
    with pytest.raises(ValueError, match=message):
        conditional_information_nats(joint, *parts)


def discrete(n, seed):
    """Samples of three coupled variables, and their distribution."""
    joint = random_joint((3, 3, 3), seed=7)
    numbers = RNG(seed).choice(27, size=n, p=joint.ravel())
    return np.column_stack(np.unravel_index(numbers, joint.shape)).astype(float), joint


def test_the_correction_takes_the_bias_off_and_the_error_holds():
    """Of 200 records of 500 samples: the plug-in is high by (K - 1) terms / 2n, the corrected one is not."""
    joint = discrete(1, 0)[1]
    exact = conditional_information_nats(joint, 0, 2, 1)
    found = [information_from_samples(discrete(500, seed)[0], 0, 2, 1, bins=3) for seed in range(200)]
    plug_in, corrected = (np.array([getattr(one, name) for one in found]) for name in ("plug_in_nats", "nats"))
    assert plug_in.mean() - exact == pytest.approx(12 / 1000, rel=0.25)  # (27 - 9 - 9 + 3) / 2n
    assert abs(corrected.mean() - exact) < 3.0 * corrected.std() / math.sqrt(200) + 2e-3
    errors = np.array([one.standard_error_nats for one in found])
    assert np.median(errors) == pytest.approx(corrected.std(), rel=0.25)
    assert {one.status for one in found} == {SampledInformationStatus.OK}


def test_cells_found_by_sorting_are_those_of_a_full_histogram():
    data = RNG(3).normal(size=(4_000, 4))
    data[:, 2] += data[:, 0]
    found = information_from_samples(data, [0, 1], 2, 3, bins=4, limits=(-2.0, 2.0))
    counts, _ = np.histogramdd(data.clip(-2.0, 1.999999), bins=4, range=[(-2.0, 2.0)] * 4)
    expected = naive_markov.information(counts / 4_000, (0, 1), (2,), (3,))
    assert found.plug_in_nats == pytest.approx(expected, abs=1e-12)
    assert found.n_cells == np.count_nonzero(counts)
    assert found.alone == pytest.approx(np.count_nonzero(counts == 1) / 4_000)


def gaussian(rho, n, seed):
    """Two views with partial correlation, of a third number."""
    z, e, f = RNG(seed).normal(size=(3, n))
    return np.column_stack([z + e, z + rho * e + math.sqrt(1.0 - rho**2) * f, z])


@pytest.mark.slow
@pytest.mark.parametrize("rho", [0.0, 0.5, 0.9])
def test_neighbours_of_gaussians(rho):
    """I(x;y|z) = -1/2 log(1 - ρ²), z the common part."""
    found = information_from_samples(gaussian(rho, 4_000, seed=int(10 * rho)), 0, 1, 2, method="neighbours")
    exact = -0.5 * math.log(1.0 - rho**2)
    assert abs(found.nats - exact) < 4.0 * found.standard_error_nats + 0.02 * exact + 0.005
    both = information_from_samples(gaussian(0.0, 4_000, seed=3), 0, 1, method="neighbours", k=6)
    assert abs(both.nats + 0.5 * math.log(0.75)) < 4.0 * both.standard_error_nats + 0.005  # correlation 1/2
    assert found.status is both.status is SampledInformationStatus.OK
    assert math.isnan(found.bias_nats)


def test_correlated_samples_have_larger_errors():
    """Each sample ten times over: as good as a tenth of them."""
    data = gaussian(0.5, 2_000, seed=1)
    once = information_from_samples(data, 0, 1, bins=4)
    tenfold = information_from_samples(np.repeat(data, 10, axis=0), 0, 1, bins=4)
    assert tenfold.plug_in_nats == pytest.approx(once.plug_in_nats, abs=1e-12)
    assert tenfold.standard_error_nats == pytest.approx(once.standard_error_nats, rel=0.5)
    assert tenfold.standard_error_nats > 2.0 * once.standard_error_nats / math.sqrt(10)


def test_samples_that_tell_nothing():
    noise = RNG(0).normal(size=(2_000, 6))
    few = information_from_samples(noise, [0, 1], [4, 5], [2, 3], bins=8)
    assert few.status is SampledInformationStatus.UNDERSAMPLED
    assert few.plug_in_nats > 0.5
    assert "fewer bins" in few.status.value
    short = information_from_samples(noise[:100], 0, 1)
    assert (short.status, math.isnan(short.nats)) == (SampledInformationStatus.SHORT, True)
    still = information_from_samples(np.column_stack([noise[:, 0], np.ones(2_000)]), 0, 1)
    assert (still.status, still.nats) == (SampledInformationStatus.CONSTANT, 0.0)
    coins = np.sign(noise)
    assert information_from_samples(coins, 0, 1, method="neighbours").status is SampledInformationStatus.TIED


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"x": 3}, "different columns from 0 to 2"),
        ({"given": 1}, "different columns"),
        ({"method": "kernel"}, "method must be 'histogram' or 'neighbours', got 'kernel'"),
        ({"bins": 1}, "bins must be at least 2"),
        ({"k": 0}, "k at least 1"),
        ({"limits": (1.0, 1.0)}, "the lower first"),
        ({"bins": 10**7, "given": 2}, "too many cells to number"),
    ],
)
def test_options_that_are_not_allowed(options, message):
    with pytest.raises(ValueError, match=message):
        information_from_samples(np.zeros((300, 3)), **{"x": 0, "y": 1, **options})
