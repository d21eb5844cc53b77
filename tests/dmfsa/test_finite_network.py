"""The network of N spins: both ways of drawing it, against each other, enumeration and slow obvious versions."""

import math

import naive
import naive_finite
import numpy as np
import pytest
from conftest import JIT
from scipy import stats

from dmfsa import Features, FiniteNetwork, MeanFieldMap, Window, _finite_kernels

WAYS = pytest.mark.parametrize("one_by_one", [False, True], ids=["columns", "one-by-one"])


def state_of(seed):
    return tuple(np.random.SeedSequence(seed).generate_state(4, np.uint64))


def numbers(draw, n, *arguments, seed=1):
    """So many draws of a compiled function, one after another."""
    found, state = np.empty(n), state_of(seed)
    with np.errstate(all="ignore"):
        for i in range(n):
            found[i], state = draw(*arguments, state)
    return found


def as_matrices(features):
    return naive.Matrices(
        dict(zip(naive.ROLES, features.semantic, strict=True)),
        dict(zip(naive.ROLES, features.positional, strict=True)),
    )


def p_value_of_counts(found, chances):
    """Chi-square of how often each of several values came, rare ones put together."""
    often = chances * found.sum() >= 5
    expected = np.append(chances[often], 1.0 - chances[often].sum()) * found.sum()
    observed = np.append(found[often], found[~often].sum())
    kept = expected > 1e-6 * found.sum()
    assert observed[~kept].sum() == 0
    return stats.chisquare(observed[kept], expected[kept] * (observed[kept].sum() / expected[kept].sum())).pvalue


# ---- random numbers ------------------------------------------------------------------------------------------


def test_words_are_those_of_xoshiro256plusplus():
    """The first ones from the state 1, 2, 3, 4, as in the vectors of the rand crate's xoshiro256++."""
    words = (41943041, 58720359, 3588806011781223, 3591011842654386, 9228616714210784205, 9973669472204895162)
    state = tuple(np.uint64(x) for x in (1, 2, 3, 4))
    with np.errstate(all="ignore"):
        for word in words:
            u, state = _finite_kernels.uniform(state)
            assert u == (word >> 11) * 2.0**-53


CASES = [(15, 0.3), (16, 0.5), (40, 0.02), (33, 0.303), (1000, 0.00999), (1000, 0.01001), (33, 0.5), (21, 0.499)]
LARGE = [(1e6, 0.2), (1e9, 0.5), (1e9, 3e-8), (2**31 + 1.0, 0.1), (1e12, 0.3), (2.0**53, 0.4)]


@pytest.mark.use_numba
@pytest.mark.parametrize(("n", "p"), CASES)
def test_binomials_of_few_spins(n, p):
    found = numbers(_finite_kernels.binomial, 20_000 if JIT else 400, float(n), p)
    assert (found == found.astype(int)).all()
    counts = np.bincount(found.astype(int), minlength=n + 1)
    assert p_value_of_counts(counts, stats.binom.pmf(np.arange(n + 1), n, p)) > 1e-3


@pytest.mark.use_numba
@pytest.mark.parametrize(("n", "p"), LARGE)
def test_binomials_of_many_spins(n, p):
    found = numbers(_finite_kernels.binomial, 20_000 if JIT else 400, n, p)
    assert (found == np.floor(found)).all()
    within = np.random.default_rng(0).random(len(found))  # spreads each number over its own step of the distribution
    if n < 1e10:
        below, at = stats.binom.cdf(found - 1, int(n), p), stats.binom.pmf(found, int(n), p)
    else:  # with sigma of 10^5 and more, the first two terms of Edgeworth's series leave 10^-10
        z = (found - n * p) / math.sqrt(n * p * (1 - p))
        skewness = (1 - 2 * p) / math.sqrt(n * p * (1 - p))
        below, at = stats.norm.cdf(z) - skewness / 6 * (z * z - 1) * stats.norm.pdf(z), 0.0
    assert stats.kstest(below + within * at, "uniform").pvalue > 1e-3


@pytest.mark.parametrize(("n", "p"), [(20, 0.5), (60, 0.2), (1000, 0.01), (1e4, 0.3), (1e6, 2e-5), (1e9, 0.25)])
def test_the_rejection_covers_the_distribution_and_its_squeeze_is_inside(n, p):
    """f(k)/f(mode) is at most the hat everywhere, and at least what is accepted unseen: else draws were biased."""
    a, b, alpha, inner = _finite_kernels.transformation(float(n), p)
    u = np.concatenate([np.linspace(-0.4999, 0.4999, 400), [-0.43, 0.43]])
    room = 0.5 - np.abs(u)
    k = np.floor((2 * a / room + b) * u + n * p + 0.5)
    mode = math.floor((n + 1) * p)
    with np.errstate(all="ignore"):
        top = _finite_kernels.log_probability(float(mode), float(n), p)
        ratio = [_finite_kernels.log_probability(x, float(n), p) - top if 0 <= x <= n else -math.inf for x in k]
    hat = np.log(alpha / (a / room**2 + b))
    assert (np.array(ratio) <= hat + 1e-12).all()
    squeezed = room >= 0.07
    assert (np.array(ratio)[squeezed] >= hat[squeezed] + math.log(inner)).all()


@pytest.mark.parametrize("n", [20.0, 1e3, 1e9, 1e15])
@pytest.mark.parametrize("p", [0.01, 0.37])
def test_probabilities_follow_the_recurrence(n, p):
    """P(k+1) / P(k) = (n-k)/(k+1) p/(1-p) far beyond where a difference of log factorials ends, at 10^-16 n log n."""
    spread = math.sqrt(n * p * (1 - p))
    with np.errstate(all="ignore"):
        for z in (-4, -1, 0, 0.5, 5):
            k = float(min(max(math.floor(n * p + z * spread), 0), n - 1))
            step = _finite_kernels.log_probability(k + 1, n, p) - _finite_kernels.log_probability(k, n, p)
            assert step == pytest.approx(math.log((n - k) / (k + 1) * (p / (1 - p))), abs=1e-13)
        if n < 1e4:
            every = [_finite_kernels.log_probability(float(k), n, p) for k in range(int(n) + 1)]
            np.testing.assert_allclose(every, stats.binom.logpmf(np.arange(n + 1), n, p), rtol=1e-11, atol=1e-12)


@pytest.mark.parametrize("n", [99.0, 1e3, 1e9, 2.0**53])
@pytest.mark.parametrize("p", [0.11, 0.5])
def test_near_the_mode_probabilities_are_products(n, p):
    """Of the ratios of neighbours, up to `NEAR_MODE` on either side, for the largest n too; beyond by logarithms."""
    mode, near = math.floor((n + 1) * p), _finite_kernels.NEAR_MODE
    for k in (mode + away for away in (-near - 1, -near, -1.0, 0.0, 1.0, near, near + 1)):
        if not 0 <= k <= n:
            continue
        with np.errstate(all="ignore"):
            found = _finite_kernels.relative_probability(k, n, p)
            exact = _finite_kernels.log_probability(k, n, p) - _finite_kernels.log_probability(float(mode), n, p)
        assert found == pytest.approx(math.exp(exact), rel=1e-11)
    assert _finite_kernels.relative_probability(float(mode), n, p) == 1.0


# ---- the network ---------------------------------------------------------------------------------------------


@pytest.mark.use_numba
@WAYS
@pytest.mark.parametrize("context", [1, 2])
def test_one_step_has_the_distribution_of_all_tokens(one_by_one, context):
    """Every one of the (2^N)^L windows of tokens, with its probability, against how often its attention came."""
    features = Features.iid(n_patterns=2, n_columns=5 if context == 1 else 3, seed=3)
    parameters = {"beta": 0.9, "gamma": 7.0, "epsilon": 0.1}
    window = Window.random(context, 2, seed=2)[0]
    values, chances = naive_finite.attention_distribution(as_matrices(features), window.attention, 0, **parameters)
    network = FiniteNetwork(
        features, features.semantic.shape[2], **parameters, context=context, seed=1, one_by_one=one_by_one
    )
    found = network.replicas(window, 40_000 if JIT else 1_000).advance(1, n_kept=1).attention[0]
    distinct, inverse = np.unique(values.round(9), axis=0, return_inverse=True)
    assert len(distinct) > 4
    nearest = np.abs(found[:, None] - distinct[None]).max(axis=2)
    assert (nearest.min(axis=1) < 1e-8).all()
    counts = np.bincount(nearest.argmin(axis=1), minlength=len(distinct))
    assert p_value_of_counts(counts, np.bincount(inverse.reshape(-1), chances)) > 1e-3


@pytest.mark.use_numba
@pytest.mark.slow
@pytest.mark.parametrize("features", [Features.segments(), Features.iid(n_columns=33)], ids=["segments", "iid"])
@pytest.mark.parametrize("n_spins", [33, 99, 990])
def test_both_ways_have_one_distribution(features, n_spins):
    """10^5 samples of the attention after a step: Kolmogorov-Smirnov, and the first two moments."""
    found = []
    for one_by_one, seed in ((False, 1), (True, 2)):
        network = FiniteNetwork(features, n_spins, beta=1.4, context=1, seed=seed, one_by_one=one_by_one)
        start = Window.random(1, 3, seed=5)[0]
        found.append(network.replicas(start, 100_000).advance(1, n_kept=1))
    for name in ("attention", "m_o", "m_v"):
        first, second = (getattr(records, name)[-1] for records in found)
        for a in range(3):
            assert stats.ks_2samp(first[:, a], second[:, a], method="asymp").pvalue > 1e-3
        for power in (1, 2):
            x, y = first**power, second**power
            error = np.sqrt((x.var(axis=0) + y.var(axis=0)) / len(x))
            assert (np.abs(x.mean(axis=0) - y.mean(axis=0)) < 4 * error + 1e-12).all()


@pytest.mark.use_numba
@WAYS
def test_moments_along_an_orbit_are_those_of_the_slow_network(one_by_one):
    features = Features.iid(n_patterns=2, n_columns=9, seed=4)
    parameters = {"beta": 1.1, "gamma": 20.0, "epsilon": 0.2}
    start = Window.random(3, 2, seed=1)[0]
    n_slow, n_fast, n_steps = (400, 20_000, 5) if JIT else (100, 300, 3)
    rng = np.random.default_rng(3)
    slow = [
        naive_finite.trajectory(as_matrices(features), start.attention, 0, n_steps, rng, **parameters)
        for _ in range(n_slow)
    ]
    network = FiniteNetwork(features, 9, **parameters, context=3, seed=2, one_by_one=one_by_one)
    fast = network.replicas(start, n_fast).advance(n_steps, n_kept=n_steps)
    fields = np.stack([fast.m_o, fast.m_v, fast.m_q, fast.m_k], axis=2)
    pairs = [(fields, np.array([m for m, _ in slow])), (fast.attention, np.array([A for _, A in slow]))]
    for quick, obvious in pairs:
        for power in (1, 2):
            x, y = quick**power, np.swapaxes(obvious, 0, 1) ** power
            error = np.sqrt(x.var(axis=1) / n_fast + y.var(axis=1) / n_slow)
            assert (np.abs(x.mean(axis=1) - y.mean(axis=1)) < 4.5 * error + 1e-12).all()


@pytest.mark.use_numba
@WAYS
def test_a_replica_feels_neither_the_others_nor_the_cuts_of_a_run(one_by_one):
    network = FiniteNetwork(Features.segments(), 100, beta=1.3, seed=5, one_by_one=one_by_one)
    few, many = network.replicas(Window.paper_beta3(), 2), network.replicas(Window.paper_beta3(), 5)
    whole = many.advance(9, n_kept=9)
    pieces = [few.advance(4, n_kept=4), few.advance(0), few.advance(5, n_kept=5)]
    np.testing.assert_array_equal(np.concatenate([piece.attention for piece in pieces]), whole.attention[:, :2])
    np.testing.assert_array_equal(np.concatenate([piece.phase for piece in pieces]), whole.phase)
    assert (whole.attention[-1, 0] != whole.attention[-1, 1]).all()
    np.testing.assert_array_equal(many.windows()[1].attention, whole.attention[:-5:-1, 1])
    other = FiniteNetwork(Features.segments(), 100, beta=1.3, seed=6, one_by_one=one_by_one)
    assert (other.replicas(Window.paper_beta3()).advance(1, n_kept=1).attention != whole.attention[0, :1]).any()


def test_pieces_of_a_run_are_glued_without_a_seam(monkeypatch):
    network = FiniteNetwork(Features.segments(), 10**6, beta=1.3, seed=5)
    whole = network.trajectory(Window.paper_beta3(), 20, n_transient=3)
    monkeypatch.setattr("dmfsa.finite_network.STEPS_PER_CALL", 4)
    told = []
    replicas = network.replicas(Window.paper_beta3())
    kept = replicas.advance(23, n_kept=20, progress=told.append)
    np.testing.assert_array_equal(kept.m_o[:, 0], whole.m_o)
    np.testing.assert_array_equal(kept.attention[:, 0], whole.attention)
    assert sum(told) == 23
    assert len(told) > 1


@WAYS
def test_starts_clock_and_records_are_those_of_the_map(one_by_one):
    """Where tanh saturates there is no noise, and every record is that of the map."""
    features = Features.segments(n_patterns=2, n_segments=4, n_columns=8, positional_bits=3, seed=2)
    network = FiniteNetwork(features, 16, beta=1e4, epsilon=0.3, context=3, gamma=3.0, one_by_one=one_by_one)
    token = np.concatenate([features.semantic[0, 0], -np.ones(3)])
    for start in (
        network.start_from_token(token),
        Window([[0.3, 0.2], [0.1, -0.4]], 6),
        Window.random(3, 2, seed=0)[0],
    ):
        noisy, exact = (one.trajectory(start, 12, n_transient=1) for one in (network, network.limit))
        for name in ("attention", "m_o", "m_o_semantic", "m_v", "m_q", "m_k", "phase"):
            np.testing.assert_allclose(getattr(noisy, name), getattr(exact, name), rtol=0, atol=1e-14)
        np.testing.assert_allclose(noisy.end.attention, exact.end.attention, rtol=0, atol=1e-14)
        assert noisy.end.phase == exact.end.phase
    assert network.clock_period == 8


def test_columns_are_repeated_in_their_proportions():
    features = Features.from_arrays(
        *([[1, 1, -1, 1, 1, -1]], [[1, 1, -1, 1, -1, -1]], [[1, 1, -1, 1, 1, -1]], [[1, 1, -1, 1, 1, 1]]),
        positional=np.ones((4, 1, 1)),
    )
    signs, sizes, _ = FiniteNetwork(features, 12, beta=1.0, context=1).columns  # 4 alike up to their sign, and 1 + 1
    assert dict(zip(map(tuple, signs.reshape(-1, 4).astype(int)), sizes, strict=True)) == {
        (1, 1, 1, 1): 8,
        (1, -1, 1, 1): 2,
        (1, 1, 1, -1): 2,
    }
    signs, sizes, _ = FiniteNetwork(features, 7, beta=1.0, context=1).columns  # shares of 4 2/3, 1 1/6, 1 1/6
    assert sorted(sizes) == [1, 1, 5]
    sizes = FiniteNetwork(Features.segments(), 10**15 + 2, beta=1.0).columns.sizes
    assert sizes.tolist() == [333333333333334.0] * 3
    sizes = FiniteNetwork(Features.segments(), 2**31, beta=1.0).columns.sizes
    assert int(sizes.sum()) == 2**31
    assert np.ptp(sizes) == 1


def test_the_limit_has_the_proportions_of_the_spins():
    features = Features.segments()
    assert FiniteNetwork(features, 99 * 7, beta=1.3).limit.features is features
    odd = FiniteNetwork(features, 1001, beta=1.3)
    written = Features.from_arrays(
        *np.repeat(odd.columns.signs.transpose(1, 2, 0), odd.columns.sizes.astype(int), axis=2),
        positional=features.positional,
    )
    same = MeanFieldMap(written, beta=1.3)
    A = np.array([[0.2, -0.5, 0.4]])
    np.testing.assert_allclose(odd.limit.mean_fields(A, 2).v, same.mean_fields(A, 2).v, rtol=0, atol=1e-15)
    assert abs(odd.limit.mean_fields(A, 2).v - MeanFieldMap(features, beta=1.3).mean_fields(A, 2).v).max() > 1e-5


def test_one_spin():
    features = Features.from_arrays([[1.0]], [[1.0]], [[1.0]], [[-1.0]], positional=np.ones((4, 1, 1)))
    found = FiniteNetwork(features, 1, beta=0.5, epsilon=0.0, context=2, seed=1).trajectory(Window([[0.1]]), 50)
    assert set(np.abs(found.m_o.ravel())) == {1.0}
    assert {-1.0, 1.0} == set(found.m_o.ravel())


@pytest.mark.slow
def test_4096_distinct_columns():
    """Every column there is for M = 3: its mean fields have the mean and the variance of 4096 independent spins."""
    every = np.array(np.meshgrid(*[[-1.0, 1.0]] * 12)).reshape(4, 3, 4096)
    features = Features.from_arrays(*every, positional=np.ones((4, 3, 2)))
    network = FiniteNetwork(features, 4096, beta=0.7, epsilon=0.0, context=1, seed=3)
    assert network.columns.sizes.tolist() == [2.0] * 2048
    A = np.array([[0.5, -0.2, 0.3]])
    x = network.replicas(Window(A), 3_000).advance(1, n_kept=1).m_o[0]
    theta = np.tanh(0.7 * A @ every[0])[0]
    np.testing.assert_allclose(x.mean(axis=0), every[0] @ theta / 4096, rtol=0, atol=5 / 64 / 3_000**0.5)
    variance = (1 - theta**2).mean() / 4096
    np.testing.assert_allclose(x.var(axis=0), variance, rtol=5 * (2 / 3_000) ** 0.5)


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "gamma"), [(1.0, 220.0), (1.265, 220.0), (1.6, 15.0)])
def test_the_error_falls_as_one_over_the_root_of_n(beta, gamma):
    """After 20 steps on a cycle, a torus, and in chaos; where 10^2 is too few, and why: benchmarks/finite.py."""
    features = Features.segments()
    limit = MeanFieldMap(features, beta, gamma)
    starts = [limit.trajectory(Window.paper_beta3(), 1, n_transient=100_000).end]
    while len(starts) < 40:  # at all phases of the clock
        starts.append(limit.trajectory(starts[-1], 0, n_transient=29).end)
    exact = np.array([limit.trajectory(start, 21).m_o[-1] for start in starts])
    sizes, errors = 10 ** np.arange(2, 10), []
    for n_spins in sizes:
        network = FiniteNetwork(features, int(n_spins), beta, gamma, seed=4)
        found = np.array([network.replicas(start, 100).advance(21, n_kept=1).m_o[0] for start in starts])
        errors.append(np.sqrt(((found - exact[:, None]) ** 2).mean()))
    slope, _ = np.polyfit(np.log(sizes), np.log(errors), 1)
    assert slope == pytest.approx(-0.5, abs=0.02)


@pytest.mark.parametrize(
    ("changed", "says"),
    [
        ({"n_spins": 0}, r"n_spins must be an integer from 1 to 2\*\*53, got 0"),
        ({"n_spins": 2**53 + 1}, "n_spins must be an integer"),
        ({"n_spins": 1e3}, "n_spins must be an integer"),
        ({"n_spins": 2}, "n_spins must be at least 3, the number of distinct columns of .*, got 2: each of them needs"),
        (
            {"features": Features.gaussian()},
            "has no matrices that define its map.*; take segments, iid, slots, or from_arrays",
        ),
        ({"features": Features.cycle()}, "has no matrices"),
        ({"seed": -1}, "seed must be integers >= 0, got -1"),
        ({"seed": (1, 0.5)}, "seed must be integers >= 0"),
        ({"beta": -1.0}, "beta must be"),
        ({"context": 5}, "context must be"),
    ],
)
def test_what_cannot_be_made_is_told(changed, says):
    with pytest.raises(ValueError, match=says):
        FiniteNetwork(**{"features": Features.segments(), "n_spins": 99, "beta": 1.0, **changed})


def test_what_cannot_be_run_is_told():
    network = FiniteNetwork(Features.segments(), 99, beta=1.0)
    with pytest.raises(ValueError, match=r"attention must have shape \(L, M\) = \(4, 3\)"):
        network.replicas(Window.random(4, 2, seed=0))
    with pytest.raises(ValueError, match="starts must be 1 or n_replicas = 3 windows, got 2"):
        network.replicas(Window.random(4, 3, seed=0, n=2), 3)
    with pytest.raises(ValueError, match="starts must have one common number of tokens and phase"):
        network.replicas([Window.paper_beta3(), Window(np.zeros((4, 3)), 0)])
    with pytest.raises(ValueError, match="starts must be 1 or n_replicas = 1 windows, got 0"):
        network.replicas([])
    with pytest.raises(ValueError, match="n_kept must be from 0 to n_steps = 3, got 4"):
        network.replicas(Window.paper_beta3()).advance(3, n_kept=4)
    with pytest.raises(ValueError, match="n_transient must be >= 0, got -1"):
        network.trajectory(Window.paper_beta3(), 1, n_transient=-1)
