"""Fluctuations of order 1/√N: against every column followed by itself, and against networks that are drawn."""

import naive_finite
import numpy as np
import pytest
from test_finite_network import as_matrices

from dmfsa import Features, FiniteNetwork, MeanFieldMap, Window
from dmfsa.linear_noise import LARGEST, linear_noise


def test_covariances_are_those_of_every_column_by_itself():
    features = Features.iid(n_patterns=2, n_columns=5, seed=6)
    parameters = {"beta": 1.3, "gamma": 9.0, "epsilon": 0.2}
    start = Window.random(3, 2, seed=4)[0]
    network = FiniteNetwork(features, 5, **parameters, context=3)
    found = linear_noise(network, start, 4)
    arguments = (as_matrices(features), start.attention, start.phase, 4)
    attention, output = naive_finite.column_fluctuations(*arguments, **parameters)
    np.testing.assert_allclose(found.attention_covariance, attention, rtol=1e-7, atol=1e-8)
    np.testing.assert_allclose(found.m_o_covariance, output, rtol=1e-7, atol=1e-8)
    later = linear_noise(network, start, 2, n_transient=2)
    np.testing.assert_allclose(later.m_covariance, found.m_covariance[2:], rtol=0, atol=1e-14)
    np.testing.assert_array_equal(later.orbit.m_o, found.orbit.m_o[2:])


def settled(beta, period):
    start = MeanFieldMap(Features.segments(), beta).trajectory(Window.paper_beta3(), 1, n_transient=600 * period).end
    network = FiniteNetwork(Features.segments(), 99, beta)
    return linear_noise(network, start, period, n_transient=100 * period)


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "period", "rms"), [(1.0, 4, 1.329), (3.0, 24, 1.020)])
def test_networks_fluctuate_as_predicted(beta, period, rms):
    """√N rms of m^o_1 on the cycle, and all covariances of A and m^o, within four standard errors."""
    predicted = settled(beta, period)
    assert predicted.m_o_covariance[:, 0, 0].mean() ** 0.5 == pytest.approx(rms, abs=6e-4)
    orbit = predicted.orbit
    for n_spins, names, next_order in ((99 * 101, ["m_o"], 0.03), (99 * 10101, ["m_o", "attention"], 0.0003)):
        replicas = FiniteNetwork(Features.segments(), n_spins, beta, seed=8).replicas(orbit.end, 400)
        replicas.advance(60 * period)
        n_steps = period * (600 // period)
        found = replicas.advance(n_steps, n_kept=n_steps)
        for name in names:
            away = getattr(found, name) - np.resize(getattr(orbit, name), (n_steps, 3))[:, None]
            each = n_spins * np.einsum("tra,trb->rab", away, away) / n_steps
            error = each.std(axis=0) / len(each) ** 0.5
            covariance = getattr(predicted, f"{name}_covariance").mean(axis=0)
            # What comes next in 1/N is 300/N of it here, seen at 10^4, 10^5 and 10^6 spins: 3 % at 10^4.
            allowed = 4 * error + next_order * np.abs(covariance)
            assert (np.abs(each.mean(axis=0) - covariance) < allowed).all()


@pytest.mark.slow
def test_means_shift_as_predicted():
    """Drift of order 1/N at β = 3, where it is largest: 10^5 spins, every phase of the cycle."""
    start = MeanFieldMap(Features.segments(), 3.0).trajectory(Window.paper_beta3(), 1, n_transient=2_400).end
    n_spins = 99 * 1010
    network = FiniteNetwork(Features.segments(), n_spins, 3.0, seed=2)
    predicted = linear_noise(network, start, 48, drift=True)
    found = network.replicas(start, 20_000).advance(48, n_kept=48)
    for name, shift in (("m_o", predicted.m_drift[:, 0]), ("attention", predicted.attention_drift)):
        away = n_spins * (getattr(found, name) - getattr(predicted.orbit, name)[:, None])
        error = away.std(axis=1) / 20_000**0.5
        assert (np.abs(away.mean(axis=1) - shift) < 4.5 * error + 0.05 * np.abs(shift).max()).all()
        assert (np.abs(shift) > 8 * error).sum() > 10  # otherwise it would prove nothing


def test_chaos_ends_in_infinity_and_not_in_warnings():
    network = FiniteNetwork(Features.segments(), 99, 1.28)
    found = linear_noise(network, Window.paper_beta3(), 60, n_transient=0)
    assert found.m_o_covariance[-1, 0, 0] > 100 * found.m_o_covariance[0, 0, 0]
    assert found.attention_drift is None
    assert found.m_drift is None
    assert LARGEST < 1e300


@pytest.mark.slow
def test_covariances_beyond_all_bounds_are_infinite():
    network = FiniteNetwork(Features.segments(), 99, 1.28)
    found = linear_noise(network, Window.paper_beta3(), 3_000, n_transient=0)
    last = np.flatnonzero(np.isfinite(found.m_o_covariance[:, 0, 0]))[-1]
    assert 300 < last < 2_500
    assert np.isinf(found.m_o_covariance[last + 1 :]).all()
    assert np.isinf(found.attention_covariance[last + 1 :]).all()


def test_what_cannot_be_predicted_is_told():
    network = FiniteNetwork(Features.segments(), 99, 1.0)
    with pytest.raises(ValueError, match="n_steps must be >= 0, got -1"):
        linear_noise(network, Window.paper_beta3(), -1)
    with pytest.raises(ValueError, match="the window must hold all 4 tokens, got 1"):
        linear_noise(network, Window([[0.1, 0.2, 0.3]]), 1)
