"""The map against the published code's numbers, the slow obvious version, and itself in other words."""

import math

import naive
import numpy as np
import pytest
from conftest import JIT

from dmfsa import Features, MeanFieldMap, Window
from dmfsa.roles import VALUE

NAMES = {"attention": "att", "m_o": "mo", "m_o_semantic": "mo_se", "m_v": "mv", "m_q": "mq", "m_k": "mk"}
ENSEMBLES = {"segments": Features.segments, "weights": Features.iid, "gaussian": Features.gaussian}
ENSEMBLES["uniform"] = Features.uniform_means
EVERY_EXPONENT = ("paper_b0.5", "M1_L4", "M2_L4_modeweights", "M3_L8_weights", "M3_L4_gauss")
LEADING_EXPONENT = ("M2_L8_segments", "M3_L4_uniform", "M3_L2of4")


def from_seed(case):
    """Map and start of a published case, its features made from nothing but its seed."""
    meta = case.meta
    sizes = {"n_patterns": meta["M"], "n_columns": meta["se_bits"], "positional_bits": meta["pe_bits"]}
    if meta["mode"] == "segments":
        sizes["n_segments"] = meta["num_segments"]
    if meta["mode"] == "gaussian":
        sizes["scale"] = float(meta["gaussian_scale"])
    features = ENSEMBLES[meta["mode"]](**sizes, seed=meta["seed"])
    network = MeanFieldMap(features, context=case.context, **case.parameters)
    if "token" in case.start:
        return network, network.start_from_token(case.start["token"])
    return network, Window(case.start["window"], case.start["phase"])


def identity(n_exponents, dimension):
    return np.eye(n_exponents, dimension)


@pytest.mark.use_numba
@pytest.mark.parametrize("name", naive.CASES)
def test_orbit_is_the_published_one(name):
    case = naive.published(name)
    network, start = from_seed(case)
    n = 30 if JIT else 6
    orbit = network.trajectory(start, n)
    for ours, theirs in NAMES.items():
        np.testing.assert_allclose(
            getattr(orbit, ours), case.stored["traj_" + theirs][:n], rtol=0, atol=1e-12, err_msg=ours
        )
    np.testing.assert_allclose(
        network.semantic_output(orbit.attention[:-1]), orbit.m_o_semantic[1:], rtol=0, atol=1e-15
    )


@pytest.mark.use_numba
@pytest.mark.parametrize("name", [*EVERY_EXPONENT, *LEADING_EXPONENT, "M3_L4_eps0.3_gamma"])
def test_sums_of_log_stretching_are_the_published_ones(name):
    case = naive.published(name)
    network, start = from_seed(case)
    n_steps = int(case.stored["lyap_steps"])
    published = case.stored["lyap_sum"]
    if name in EVERY_EXPONENT:
        compared = np.full(network.dimension, True)
    elif name in LEADING_EXPONENT:
        compared = np.arange(network.dimension) == 0
    else:
        compared = published > -5 * n_steps
    k = network.dimension if JIT or name not in LEADING_EXPONENT else 1  # R_11 hangs on the first vector alone
    frame = identity(k, network.dimension)
    result = network.stretching(start, n_exponents=k, n_blocks=1, block_length=n_steps, frame=frame)
    np.testing.assert_allclose(result.log_factors[0][compared[:k]], published[compared], rtol=0, atol=1e-9)


@pytest.mark.parametrize(("name", "n_live"), [("M3_L4_uniform", 4), ("M3_L2of4", 4), ("M2_L8_segments", 16)])
def test_directions_that_no_combination_of_features_keeps_alive_are_counted(name, n_live):
    network, _ = from_seed(naive.published(name))
    assert network.n_live_directions == n_live


@pytest.mark.use_numba
@pytest.mark.parametrize("name", ["M3_L4_uniform", "M3_L2of4"])
def test_a_direction_that_dies_is_minus_infinity_and_spoils_no_other(name):
    network, start = from_seed(naive.published(name))
    whole = network.stretching(start, n_exponents=12, n_blocks=1, block_length=500, n_settle=50)
    sums = np.sort(whole.log_factors[0])[::-1]
    assert np.isneginf(sums[4:]).all()
    assert np.isfinite(sums[:4]).all()
    window, Q, logs = start, np.eye(12)[:, [0, 5]], np.zeros(2)
    for t in range(550):
        Q, R = np.linalg.qr(network.jacobian(window) @ Q)
        logs += np.log(np.abs(np.diag(R))) * (t >= 50)
        window = network.step(window)
    np.testing.assert_allclose(sums[:2] / 500, logs / 500, rtol=0, atol=0.01)


@pytest.mark.use_numba
def test_beta_zero_forgets_everything():
    network = MeanFieldMap(Features.segments(), beta=0.0)
    assert network.n_live_directions == 0
    result = network.stretching(Window.paper_beta3(), n_exponents=2, n_blocks=2, block_length=8)
    assert np.isneginf(result.log_factors[1]).all()


def random_networks(n):
    """(network, slow network, parameters, window, phase) for M = 1…5, L = 1…8, ε from 0 to 1."""
    rng = np.random.default_rng(7)
    for i in range(n):
        M, P = int(rng.integers(1, 6)), int(rng.integers(1, 5))
        L = int(rng.integers(1, min(2**P, 8) + 1))
        features = Features.iid(n_patterns=M, n_columns=int(rng.integers(1, 40)), positional_bits=P, seed=i)
        slow = naive.Matrices(
            dict(zip(naive.ROLES, features.semantic, strict=True)),
            dict(zip(naive.ROLES, features.positional, strict=True)),
        )
        epsilon = [0.0, 1.0, rng.uniform()][int(rng.integers(3))]
        parameters = {"beta": rng.uniform(0, 3), "gamma": rng.uniform(-200, 200), "epsilon": epsilon}
        network = MeanFieldMap(features, context=L, **parameters)
        yield network, slow, parameters, rng.uniform(-1, 1, size=(L, M)), int(rng.integers(2**P))


def test_jacobian_is_the_complex_step_of_the_definition_at_1000_random_states():
    n = 1000 if JIT else 60
    for network, slow, parameters, attention, phase in random_networks(n):
        exact = naive.jacobian(slow, attention, phase, **parameters)
        ours = network.jacobian(Window(attention, phase))
        np.testing.assert_allclose(ours, exact, rtol=0, atol=1e-10 * max(1.0, np.abs(exact).max()))


def test_a_step_is_the_definition_at_random_states():
    for network, slow, parameters, attention, phase in random_networks(100):
        after = network.step(Window(attention, phase))
        exact = naive.new_attention(slow, attention, phase, **parameters)
        np.testing.assert_allclose(after.attention[0], exact, rtol=0, atol=1e-12)
        np.testing.assert_array_equal(after.attention[1:], attention[:-1])
        assert after.phase == phase + 1


@pytest.mark.use_numba
@pytest.mark.parametrize("sizes", [(1, 1), (2, 4), (4, 5), (5, 2), (3, 8)], ids=lambda s: f"M{s[0]}-L{s[1]}")
def test_compiled_tangent_steps_are_products_of_jacobians(sizes):
    M, L = sizes
    features = Features.iid(n_patterns=M, n_columns=31, positional_bits=3, seed=M + L)
    network = MeanFieldMap(features, beta=1.1, gamma=3.0, epsilon=0.1, context=L)
    window = Window(np.random.default_rng(M).uniform(-0.5, 0.5, size=(L, M)), 5)
    Q, logs, n_steps = np.eye(L * M), np.zeros(L * M), 25
    start = window
    for _ in range(n_steps):
        Q, R = np.linalg.qr(network.jacobian(window) @ Q)
        logs += np.log(np.abs(np.diag(R)))
        window = network.step(window)
    ours = network.stretching(start, n_exponents=L * M, n_blocks=1, block_length=n_steps, frame=identity(L * M, L * M))
    resolved = logs > -8 * n_steps
    np.testing.assert_allclose(ours.log_factors[0][resolved], logs[resolved], rtol=0, atol=1e-7)
    np.testing.assert_allclose(ours.end.attention, window.attention, rtol=0, atol=1e-11)


@pytest.mark.use_numba
def test_a_run_in_pieces_is_the_run_in_one():
    network = MeanFieldMap(Features.segments(), beta=1.28)
    whole = network.trajectory(Window.paper_beta3(), 12)
    first = network.trajectory(Window.paper_beta3(), 5)
    rest = network.trajectory(first.end, 7)
    np.testing.assert_array_equal(np.vstack([first.attention, rest.attention]), whole.attention)
    np.testing.assert_array_equal(rest.end.attention, whole.end.attention)
    assert rest.end.phase == whole.end.phase
    later = network.trajectory(Window.paper_beta3(), 7, n_transient=5)
    np.testing.assert_array_equal(later.m_o, whole.m_o[5:])


def test_the_clock_is_not_felt_without_epsilon():
    assert MeanFieldMap(Features.segments(), beta=1.0, epsilon=0.0).clock_period == 1
    assert MeanFieldMap(Features.segments(), beta=1.0).clock_period == 4


@pytest.mark.parametrize(
    ("changed", "sentence"),
    [
        ({"beta": -1.0}, "beta must be finite, >= 0, got -1.0"),
        ({"beta": np.nan}, "beta must be finite, >= 0, got nan"),
        ({"beta": "1"}, "beta must be a real number, got '1'"),
        ({"epsilon": 0.1j}, "epsilon must be a real number, got 0.1j"),
        ({"gamma": np.inf}, "gamma must be finite, got inf"),
        ({"epsilon": 1.5}, "epsilon must be from 0 to 1, got 1.5"),
        ({"context": 5}, "context must be an integer from 1 to 2**positional_bits = 4, got 5"),
        ({"context": 2.0}, "context must be an integer from 1 to 2**positional_bits = 4, got 2.0"),
    ],
)
def test_parameters_that_are_not_allowed_are_named(changed, sentence):
    with pytest.raises(ValueError, match=sentence.replace("*", r"\*")):
        MeanFieldMap(Features.segments(), **{"beta": 1.0, **changed})


def test_windows_that_do_not_fit_are_told_so():
    network = MeanFieldMap(Features.segments(), beta=1.0)
    with pytest.raises(ValueError, match=r"attention must have shape \(L, M\) = \(4, 3\) or fewer rows, got \(4, 2\)"):
        network.trajectory(Window(np.zeros((4, 2))), 1)
    with pytest.raises(ValueError, match="the window must hold all 4 tokens, got 2"):
        network.jacobian(Window(np.zeros((2, 3))))
    with pytest.raises(ValueError, match="attention must be finite, got nan"):
        Window([[np.nan, 0.0]])
    with pytest.raises(ValueError, match=r"phase must be an integer >= 0 and below 2\*\*53, got -1"):
        Window([[0.0]], -1)
    with pytest.raises(ValueError, match="has no matrices"):
        MeanFieldMap(Features.cycle(), beta=1.0).start_from_token(np.ones(5))
    with pytest.raises(ValueError, match=r"token must be 99 \+ 2 spins"):
        network.start_from_token(np.ones(5))


@pytest.mark.use_numba
@pytest.mark.parametrize(("context", "epsilon"), [(4, 0.02), (1, 0.3), (3, 0.0)])
def test_jacobians_along_an_orbit_are_those_of_its_windows(context, epsilon):
    network = MeanFieldMap(Features.segments(), beta=1.4, epsilon=epsilon, context=context)
    window = Window(np.random.default_rng(0).uniform(-1, 1, (context, 3)), phase=2)
    states, jacobians, end = network.jacobians_along(window, 9)
    assert states.shape == (9, network.dimension)
    for state, jacobian in zip(states, jacobians, strict=True):
        np.testing.assert_allclose(state, window.attention.ravel(), rtol=0, atol=1e-12)
        np.testing.assert_allclose(jacobian, network.jacobian(window), rtol=0, atol=1e-10)
        window = network.step(window)
    np.testing.assert_allclose(end.attention, window.attention, rtol=0, atol=1e-12)
    assert (end.phase - window.phase) % 4 == 0
    states, jacobians, end = network.jacobians_along(window, 0)
    assert (states.shape, jacobians.shape) == ((0, network.dimension), (0, network.dimension, network.dimension))
    assert end is window


@pytest.mark.parametrize("attention", [0.1, 0.9])
def test_slopes_of_saturated_tokens_keep_their_digits(attention):
    """One pattern, one token: the Jacobian is (1-ε) β C^v / cosh²(β A), where 1 - tanh² is 0 to double precision."""
    features = Features.iid(n_patterns=1, n_columns=5, seed=0)
    network = MeanFieldMap(features, beta=30.0, context=1)
    expected = 0.98 * 30.0 * features.coefficients[VALUE, 0, 0] / math.cosh(30.0 * attention) ** 2
    found = network.jacobian(Window([[attention]]))
    np.testing.assert_allclose(found, [[expected]], rtol=1e-13)
