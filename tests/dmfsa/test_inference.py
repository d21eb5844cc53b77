"""The inverse problem: couplings found again, and searches that fail."""

import numpy as np
import pytest

from dmfsa import (
    CLOSURES,
    ClosureStatus,
    InferenceStatus,
    KineticIsing,
    Moments,
    conditional_mean_field,
    critical_beta,
    infer_couplings,
    naive_mean_field,
    tap,
)

UP = np.ones(10)


def averaged(seen):
    """Moments over t = 2 … 126 and 3 … 127, of those from t = 1 on."""
    return (Moments(*(x[a:b] for x in (seen.m, seen.C, seen.D))).mean() for a, b in ((1, 126), (2, 127)))


@pytest.mark.parametrize("name", CLOSURES)
def test_couplings_of_a_closures_own_moments_are_found_again(name):
    J, H = np.random.default_rng(3).normal(0.0, 0.15, (4, 4)), np.array([0.1, -0.2, 0.3, 0.0])
    before = KineticIsing(J, H).enumerate([0.2, -0.3, 0.1, 0.4], 1)[0]
    after = CLOSURES[name](J, H, before)
    found = infer_couplings(CLOSURES[name], before, after, tolerance=1e-22)
    assert found.status is InferenceStatus.CONVERGED
    assert found.errors[-1].max() < 1e-22 < found.errors[-2].max()
    np.testing.assert_allclose(found.J, J, rtol=0, atol=1e-8)
    np.testing.assert_allclose(found.H, H, rtol=0, atol=1e-8)
    assert found.moments.status is ClosureStatus.VALID


def test_the_rounds_are_those_of_the_rule():
    """Three rounds by hand, of nMF for one spin."""
    before, after = Moments.independent([0.5]), Moments(np.array([0.4]), np.array([[0.84]]), np.array([[0.2]]))
    found = infer_couplings(naive_mean_field, before, after, n_rounds=3)
    J = H = 0.0
    for _ in range(2):
        m = np.tanh(H + J * 0.5)
        J, H = J + 0.2 - (1 - m**2) * J * 0.75, H + 0.1 * (0.4 - m)
    assert (found.J[0, 0], found.H[0]) == pytest.approx((J, H), abs=1e-15)
    assert found.status is InferenceStatus.UNFINISHED
    assert found.errors.shape == (3, 2)
    assert found.errors[0] == pytest.approx([0.16, 0.04])
    bounded = infer_couplings(naive_mean_field, before, after, n_rounds=3, field_bound=0.01)
    assert bounded.H[0] == 0.01


@pytest.mark.slow
def test_exact_moments_at_the_transition():
    """N = 10 at β_c: mean squares of J; of three networks here, of twenty in benchmarks/closures.py."""
    errors = {"TAP": [], "CMS": []}
    for seed in range(3):
        network = KineticIsing.draw(10, critical_beta(), seed=seed)
        before, after = averaged(network.enumerate(UP, 127))
        for name, bound in (("TAP", 5.0), ("CMS", np.inf)):
            found = infer_couplings(CLOSURES[name], before, after, field_bound=bound)
            assert found.status is InferenceStatus.CONVERGED
            errors[name].append(((found.J - network.J) ** 2).mean())
    assert 0.5 < np.mean(errors["CMS"]) / 1e-4 < 2
    assert 0.4 < np.mean(errors["TAP"]) / 0.034 < 2


def test_a_closure_that_has_no_such_moments_diverges_and_says_so():
    network = KineticIsing.draw(10, critical_beta(), seed=0)
    before, after = averaged(network.enumerate(UP, 127))
    found = infer_couplings(naive_mean_field, before, after)
    assert found.status is InferenceStatus.DIVERGED
    assert max(np.abs(found.J).max(), np.abs(found.H).max()) > 50
    assert np.isfinite(found.errors).all()
    assert len(found.errors) < 10_000
    assert "field_bound" in found.status.value


def test_moments_that_are_not_numbers_diverge():
    before = Moments.independent([0.5, 0.1])
    after = Moments(np.array([np.nan, 0.0]), np.eye(2), np.zeros((2, 2)))
    assert infer_couplings(tap, before, after).status is InferenceStatus.DIVERGED


def test_what_is_refused():
    one, two = Moments.independent([0.5]), Moments.independent([0.5, 0.1])
    with pytest.raises(ValueError, match=r"moments at one time of the same spins, got m of shapes \(2,\) and \(1,\)"):
        infer_couplings(tap, two, one)
    along = KineticIsing([[0.1]], [0.0]).enumerate([0.0], 3)
    with pytest.raises(ValueError, match=r"shapes \(3, 1\) and \(3, 1\); take Moments.mean"):
        infer_couplings(tap, along, along)
    for name in ("field_bound", "tolerance", "n_rounds"):
        with pytest.raises(ValueError, match=f"{name} must be > 0, got 0"):
            infer_couplings(conditional_mean_field, one, one, **{name: 0})
