"""The slow version against the published code, so that the fast one may be held against the slow one."""

import itertools

import naive
import numpy as np
import pytest

N_ROWS = 30  # beyond, rounding grows in the chaotic cases
STARTED_FROM_WINDOW = [case for case in naive.CASES if "token" not in case]
STARTED_FROM_TOKEN = [case for case in naive.CASES if "token" in case]
# Cases whose exponents all stay above -5: every log |R_ii| of the published code means something there.
ALL_EXPONENTS_SOUND = ["M1_L4", "M2_L4_modeweights", "M3_L4_gauss", "M3_L8_weights", "paper_b0.5"]


def largest_difference(run, stored):
    return {
        name: np.abs(getattr(run, name) - stored["traj_" + name][: len(run.att)]).max()
        for name in ("att", "mo", "mo_se", "mv", "mq", "mk")
    }


def random_window(seed, context, n_patterns):
    return np.random.default_rng(seed).uniform(-0.6, 0.6, (context, n_patterns))


def test_every_published_case_is_here():
    assert len(STARTED_FROM_WINDOW) == 13
    assert len(STARTED_FROM_TOKEN) == 2


@pytest.mark.parametrize("case", STARTED_FROM_WINDOW)
def test_mean_fields_and_attention_from_a_window_agree_with_the_published_code(case):
    published = naive.published(case)
    run = naive.trajectory(published.network, **published.start, n_steps=N_ROWS, **published.parameters)
    assert max(largest_difference(run, published.stored).values()) <= 1e-12


@pytest.mark.parametrize("case", STARTED_FROM_TOKEN)
def test_mean_fields_and_attention_from_a_token_agree_with_the_published_code(case):
    published = naive.published(case)
    run = naive.trajectory_from_token(
        published.network,
        **published.start,
        context=published.context,
        n_steps=N_ROWS,
        **published.parameters,
    )
    assert max(largest_difference(run, published.stored).values()) <= 1e-12


@pytest.mark.parametrize("case", STARTED_FROM_TOKEN)
def test_a_token_start_has_phase_0_at_row_0_and_a_window_of_one(case):
    published = naive.published(case)
    token, network, stored = published.start["token"], published.network, published.stored
    beta, gamma, epsilon = (published.parameters[name] for name in ("beta", "gamma", "epsilon"))
    A_0 = naive.token_mean_field(network, "v", token, epsilon)
    for role in naive.ROLES:
        expected = naive.mean_field(network, role, A_0, 0, beta, epsilon)
        np.testing.assert_allclose(stored["traj_m" + role][0], expected, rtol=0, atol=1e-14)
    # One token in the window: attention is its value. From row 3 on, the window is full with L = 4 tokens.
    np.testing.assert_allclose(stored["traj_att"][0], stored["traj_mv"][0], rtol=0, atol=1e-14)
    window = [stored["traj_att"][2], stored["traj_att"][1], stored["traj_att"][0], A_0]
    expected = naive.new_attention(network, window, 3, beta=beta, gamma=gamma, epsilon=epsilon)
    np.testing.assert_allclose(stored["traj_att"][3], expected, rtol=0, atol=1e-14)


def test_published_start_tokens_are_row_0_of_the_output_matrix_with_positional_bits_down():
    for case in STARTED_FROM_TOKEN:
        published = naive.published(case)
        N = published.meta["se_bits"]
        np.testing.assert_array_equal(published.start["token"][:N], published.stored["Wo"][0, :N])
        np.testing.assert_array_equal(published.start["token"][N:], -1)


def test_a_continued_trajectory_is_the_same_as_one_run_through():
    published = naive.published("paper_b1.255")
    network, parameters = published.network, published.parameters
    whole = naive.trajectory(network, **published.start, n_steps=9, **parameters)
    first = naive.trajectory(network, **published.start, n_steps=5, **parameters)
    rest = naive.trajectory(network, first.window, first.phase, n_steps=4, **parameters)
    np.testing.assert_array_equal(np.concatenate([first.att, rest.att]), whole.att)
    assert rest.phase == whole.phase


@pytest.mark.parametrize("n_patterns", [1, 2, 3])
def test_correlations_of_matrices_give_the_mean_fields_of_the_matrices(n_patterns):
    rng = np.random.default_rng(n_patterns)
    semantic = {role: rng.choice([-1.0, 1.0], (n_patterns, 23)) for role in naive.ROLES}
    positional = {role: rng.choice([-1.0, 1.0], (n_patterns, 2)) for role in naive.ROLES}
    W_o = semantic["o"]
    c = {role: W_o @ W.T / 23 for role, W in semantic.items()}
    d = {role: W @ W_o.prod(axis=0) / 23 for role, W in semantic.items()}
    matrices, correlations = naive.Matrices(semantic, positional), naive.Correlations(c, d, positional)
    A = rng.normal(size=n_patterns)
    for role in naive.ROLES:
        difference = matrices.expectation(role, A, 1.7) - correlations.expectation(role, A, 1.7)
        assert np.abs(difference).max() <= 1e-14


@pytest.mark.parametrize("n_bits", [1, 2, 5])
def test_the_clock_counts_with_the_most_significant_bit_first(n_bits):
    counted = [naive.clock(phase, n_bits) for phase in range(2**n_bits)]
    assert counted == [list(bits) for bits in itertools.product([-1.0, 1.0], repeat=n_bits)]
    assert naive.clock(-1, n_bits) == counted[-1]
    assert naive.clock(2**n_bits, n_bits) == counted[0]


@pytest.mark.parametrize("case", ["M1_L4", "M2_L8_segments", "M3_L4_gauss", "paper_b1.28"])
def test_jacobian_agrees_with_central_differences(case):
    published = naive.published(case)
    network, phase = published.network, published.start["phase"]
    parameters = published.parameters | {"gamma": 4.0}  # a soft softmax: no entry so large that differences fail
    window = random_window(3, published.context, network.n_patterns)
    J = naive.jacobian(network, window, phase, **parameters)
    h = 1e-6
    for j in range(window.size):
        moved = [window.copy(), window.copy()]
        moved[0].flat[j] += h
        moved[1].flat[j] -= h
        forward, backward = (naive.trajectory(network, w, phase, 1, **parameters).window for w in moved)
        np.testing.assert_allclose(J[:, j], (forward - backward).ravel() / (2 * h), rtol=0, atol=1e-8)


def test_jacobian_is_a_block_row_over_a_shift():
    published = naive.published("paper_b1.27")
    J = naive.jacobian(published.network, **published.start, **published.parameters)
    np.testing.assert_array_equal(J[3:], np.eye(9, 12))
    assert np.abs(J[:3]).min(axis=0).max() > 0


@pytest.mark.parametrize("case", ALL_EXPONENTS_SOUND)
def test_every_local_exponent_agrees_with_the_published_code(case):
    published = naive.published(case)
    logs = naive.lyapunov_log(published.network, **published.start, n_steps=20, **published.parameters)
    np.testing.assert_allclose(logs, published.stored["lyap_log"][:20], rtol=0, atol=1e-11)


@pytest.mark.parametrize("case", ["paper_b1.255", "paper_b1.27", "paper_b1.28"])
def test_leading_local_exponents_of_the_paper_agree_with_the_published_code(case):
    published = naive.published(case)
    logs = naive.lyapunov_log(published.network, **published.start, n_steps=20, **published.parameters)
    np.testing.assert_allclose(logs[:, 0], published.stored["lyap_log"][:20, 0], rtol=0, atol=1e-9)


def test_a_singular_jacobian_gives_minus_infinity():
    dark = {role: np.ones((2, 4)) for role in naive.ROLES}  # rank 1: both features are the same
    network = naive.Matrices(dark, {role: np.ones((2, 1)) for role in naive.ROLES})
    logs = naive.lyapunov_log(network, [[1e3, 1e3]], 0, 1, beta=1.0, gamma=1.0, epsilon=0.0)
    np.testing.assert_array_equal(logs, [[-np.inf, -np.inf]])
