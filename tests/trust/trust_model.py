"""What is known about the network's map: the published code's numbers, the slow version, and exact cases."""

import math

import naive
import naive_finite
import naive_lyapunov
import naive_slots
import numpy as np
from test_finite_network import as_matrices
from test_kernels import correctly_rounded, over
from test_mean_field import EVERY_EXPONENT, NAMES, from_seed, identity, random_networks
from trust import Quantity

from attractors import classify, classify_series
from dmfsa import Ensemble, Features, FiniteNetwork, MeanFieldMap, Window, linear_noise

EPS = np.finfo(float).eps
ROUNDED = "rounding, which the map's steepest slopes raise: 10⁻¹²"
MAP = Quantity("mean-field map", "MeanFieldMap.step", "MeanFieldMap.trajectory")


@MAP.exact("β = 0: nothing but the clock, ε/P Σ W p, through softmax of one value", "rounding")
def _():
    features = Features.segments()
    network = MeanFieldMap(features, beta=0.0, context=1)
    after = network.step(Window(np.full((1, 3), 0.3), phase=2))
    clock = np.array([1.0, -1.0])  # the bits of phase 2
    return after.attention[0], 0.02 / 2 * features.positional[1] @ clock, 4 * EPS


@MAP.published("every stored orbit of the published code, 15 networks, 30 steps", ROUNDED)
def _():
    found, stored = [], []
    for case in naive.CASES:
        network, start = from_seed(published := naive.published(case))
        orbit = network.trajectory(start, 30)
        found += [getattr(orbit, ours).ravel() for ours in NAMES]
        stored += [published.stored["traj_" + theirs][:30].ravel() for theirs in NAMES.values()]
    return np.concatenate(found), np.concatenate(stored), 1e-12


@MAP.independent("the definition, summed exactly; 100 random networks, windows and phases", ROUNDED)
def _():
    found, exact = [], []
    for network, slow, parameters, attention, phase in random_networks(100):
        found += [*network.step(Window(attention, phase)).attention[0]]
        exact += [*naive.new_attention(slow, attention, phase, **parameters)]
    return found, exact, 1e-12


MANY = Quantity("many maps side by side", "Ensemble", published="the row above, of which this is the faster form")


@MANY.exact("77 points together, and each alone", "the same bits")
def _():
    beta, windows = np.linspace(0.5, 2.5, 77), Window.random(4, 3, seed=1, n=77)
    together = Ensemble(Features.segments(), beta=beta, windows=windows).advance(200, n_tail=200)
    alone = [MeanFieldMap(Features.segments(), beta=b).orbit(w, 200)[0] for b, w in zip(beta, windows, strict=True)]
    return together, np.stack(alone, axis=1), 0


@MANY.independent("the definition, 5 steps of 8 points", ROUNDED)
def _():
    features = Features.segments()
    slow = as_matrices(features)
    beta, windows = np.linspace(0.5, 1.5, 8), Window.random(4, 3, seed=2, n=8)
    found = Ensemble(features, beta=beta, windows=windows)
    found.advance(5)
    exact = [
        naive.trajectory(slow, w.attention, w.phase, 5, beta=b, gamma=220.0, epsilon=0.02).window
        for b, w in zip(beta, windows, strict=True)
    ]
    return [w.attention for w in found.windows()], exact, 1e-12


JACOBIAN = Quantity(
    "Jacobian of the map",
    "MeanFieldMap.jacobian",
    "MeanFieldMap.tangent",
    published="the published code keeps sums of logarithms",
)


@JACOBIAN.exact("β = 0: a shift of the window, and nothing else", "rounding")
def _():
    found = MeanFieldMap(Features.segments(), beta=0.0).jacobian(Window.paper_beta3())
    return found, np.eye(12, k=-3), EPS


@JACOBIAN.independent(
    "complex step of the definition, 100 random networks",
    "10⁻¹⁰ of the largest entry: rounding of steep slopes",
)
def _():
    found, exact = [], []
    for network, slow, parameters, attention, phase in random_networks(100):
        J = naive.jacobian(slow, attention, phase, **parameters)
        scale = max(1.0, np.abs(J).max())
        found += [*(network.jacobian(Window(attention, phase)) / scale).ravel()]
        exact += [*(J / scale).ravel()]
    return found, exact, 1e-10


@JACOBIAN.independent("complex steps multiplied, the paper's network, 5 steps", "10⁻¹⁰ of the largest entry")
def _():
    case = naive.published("paper_b1.28")
    network, start = from_seed(case)
    window, product = start, np.eye(12)
    for t in range(5):
        product = naive.jacobian(case.network, window.attention, start.phase + t, **case.parameters) @ product
        window = network.step(window)
    scale = np.abs(product).max()
    return network.tangent(start, np.eye(12), 5)[0].T / scale, product / scale, 1e-10


STRETCHING = Quantity(
    "stretching of tangent vectors",
    "MeanFieldMap.stretching",
    "Ensemble.stretching",
    exact="only the sum is exact, and no entry of it for β > 0",
)


@STRETCHING.published("sums of log |R_ii| of the published code, 5 networks", "rounding over 500 to 2,000 steps: 10⁻⁹")
def _():
    found, stored = [], []
    for name in EVERY_EXPONENT:
        case = naive.published(name)
        network, start = from_seed(case)
        d, n = network.dimension, int(case.stored["lyap_steps"])
        sums = network.stretching(start, n_exponents=d, n_blocks=1, block_length=n, frame=identity(d, d)).log_factors
        found += [*sums[0]]
        stored += [*case.stored["lyap_sum"]]
    return found, stored, 1e-9


@STRETCHING.independent("NumPy's QR of complex-step Jacobians, the network M2_L4_modeweights, 50 steps", "as there")
def _():
    case = naive.published("M2_L4_modeweights")
    network, start = from_seed(case)
    window, J, d = start, [], network.dimension
    for t in range(50):
        J.append(naive.jacobian(case.network, window.attention, start.phase + t, **case.parameters))
        window = network.step(window)
    sums = naive_lyapunov.log_stretching(J, np.eye(d)).sum(axis=0)
    found = network.stretching(start, n_exponents=d, n_blocks=1, block_length=50, frame=identity(d, d))
    return found.log_factors[0], sums, 1e-9


ELEMENTARY = Quantity("exp, tanh and log in lanes", "Ensemble", published="rounding is exact or it is not")
RANGES = {"exp": (-700.0, 700.0), "tanh": (-30.0, 30.0), "log": (1e-6, 10.0)}


def units(reference):
    """Deviation in units of the last place, of all three functions."""
    off = []
    for name, (low, high) in RANGES.items():
        x = np.random.default_rng(1).uniform(low, high, 20_000)
        exact = reference(name, x)
        off.append(np.abs(over(name, x) - exact) / np.spacing(np.abs(exact)))
    return off, 0.0


@ELEMENTARY.exact(
    "extended precision, rounded; 20,000 numbers each", "4 units in the last place, by the length of the polynomials"
)
def _():
    return *units(correctly_rounded), 4


@ELEMENTARY.independent("Python's math", "the same, and its own unit")
def _():
    return *units(lambda name, x: np.array([getattr(math, name)(value) for value in x])), 5


FEATURES = Quantity("features: matrices and their coefficients", "Features")


@FEATURES.exact("orthogonal patterns: s_a tanh(β Σ s_b A_b), averaged over all signs", "rounding")
def _():
    network = MeanFieldMap(Features.cycle(n_patterns=2), beta=0.7, epsilon=0.0)
    A = np.array([0.3, -0.2])
    signs = np.array([[1, 1], [1, -1]])  # orthogonal patterns: every combination of signs equally often
    response = np.tanh(0.7 * signs @ A)
    return network.mean_fields(A, 0).o, signs.T @ response / 2, 4 * EPS


@FEATURES.published("matrices from the seed alone, every stored network that has them", "the same bits")
def _():
    found, stored = [], []
    for name in naive.CASES:
        case = naive.published(name)
        if isinstance(case.network, naive.Matrices):
            features = from_seed(case)[0].features
            found += [features.semantic.ravel()]
            stored += [np.stack([case.network.semantic[role] for role in naive.ROLES]).ravel()]
    return np.concatenate(found), np.concatenate(stored), 0


@FEATURES.independent("averages column by column, 1 … 5 patterns", "rounding of the sum over columns")
def _():
    found, exact = [], []
    for M in range(1, 6):
        features = Features.iid(n_patterns=M, n_columns=60, seed=M)
        slow = as_matrices(features)
        A = np.random.default_rng(M).uniform(-1, 1, M)
        m = MeanFieldMap(features, beta=1.1, epsilon=0.1).mean_fields(A, 1)
        for role in naive.ROLES:
            found += [*getattr(m, role)]
            exact += [*naive.mean_field(slow, role, A, 1, 1.1, 0.1)]
    return found, exact, 1e-14


SLOTS = Quantity("designed networks of slots", "Features.slots", "Features.start_from_slot")


@SLOTS.exact("the default design at β = 100: 0, ½ and 1 at every step, four phases", "10⁻⁶: tanh(50) is not quite 1")
def _():
    features = Features.slots("loop4")
    network = MeanFieldMap(features, beta=100.0, gamma=200.0, epsilon=0.5)
    found = network.orbit(features.start_from_slot(0), 4)[0]
    return found, np.array([(0.5, 0, 1, 0), (0, 0.5, 0, 0.5), (1, 0, 0.5, 0), (0, 0.5, 0, 0.5)]), 1e-6


@SLOTS.published("first steps at β = 2 from slots 0 and 1, as the published class takes them", "the six digits noted")
def _():
    features = Features.slots("loop4")
    network = MeanFieldMap(features, beta=2.0, gamma=200.0, epsilon=0.5)
    found = [network.orbit(features.start_from_slot(slot), 3)[0] for slot in (0, 1)]
    first = [(0.482014, 0, 0.982014, 0), (0, 0.438971, 0, 0.558174), (0.981811, 0, 0.481811, 0)]
    second = [(0, 0, 0.5, 0.482014), (0.231360, 0.249338, 0.231360, 0.5), (0.913999, 0.058338, 0.413999, 0.058338)]
    return np.array(found), np.array([first, second]), 6e-7


@SLOTS.independent("every sign vector in turn, 10 random networks, a step", "rounding")
def _():
    rng, found, exact = np.random.default_rng(1), [], []
    for _ in range(10):
        slow = naive_slots.random_slots(rng)
        others = {role: slow.routes[role] for role in "oqk"}
        features = Features.slots(
            patterns=slow.patterns,
            value=slow.routes["v"],
            others=others,
            codes=slow.codes,
            positional_bits=slow.n_bits,
        )
        window, gamma = rng.uniform(-1, 1, (2, slow.n_slots)), naive_slots.gamma_of(3.0, slow.n_slots)
        network = MeanFieldMap(features, beta=1.2, gamma=gamma, epsilon=0.3, context=2)
        found += [*network.step(Window(window, 1)).attention[0]]
        exact += [*slow.new_attention(window, 1, beta=1.2, G=3.0, epsilon=0.3)]
    return found, exact, 1e-14


FINITE = Quantity(
    "finite network: mean and variance of the attention after a step",
    "FiniteNetwork",
    published="no run of the stochastic network is published step by step",
)
SMALL = Features.iid(n_patterns=2, n_columns=5, seed=3)
OF_SMALL = {"beta": 0.9, "gamma": 7.0, "epsilon": 0.1}


def moments(features, start, n_replicas=40_000, **options):
    """Of the attention after a step: means and variances, and their standard errors."""
    n_spins = features.semantic.shape[2]
    network = FiniteNetwork(features, n_spins, **OF_SMALL, context=start.context, **options)
    samples = network.replicas(start, n_replicas).advance(1, n_kept=1).attention[0]
    squares = (samples - samples.mean(axis=0)) ** 2
    found = [samples.mean(axis=0), squares.mean(axis=0)]
    return np.concatenate(found), np.concatenate([samples.std(axis=0), squares.std(axis=0)]) / n_replicas**0.5


@FINITE.exact("all 2^5 tokens with their probabilities", "4 standard errors of 40,000 replicas")
def _():
    start = Window.random(1, 2, seed=2)[0]
    matrices = as_matrices(SMALL)
    values, chances = naive_finite.attention_distribution(matrices, start.attention, start.phase, **OF_SMALL)
    mean = chances @ values
    found, error = moments(SMALL, start, seed=1)
    return found, np.concatenate([mean, chances @ (values - mean) ** 2]), 4 * error


@FINITE.independent("spin by spin, 33 columns, two tokens in the window", "4 standard errors of 40,000 replicas each")
def _():
    features, start = Features.iid(n_patterns=2, n_columns=33, seed=5), Window.random(2, 2, seed=4)[0]
    (found, error), (other, of_other) = (moments(features, start, seed=s, one_by_one=bool(s)) for s in (0, 1))
    return found, other, 4 * np.hypot(error, of_other)


NOISE = Quantity(
    "linear noise: N times the covariance of the mean fields",
    "linear_noise",
    "LinearNoise",
    published="no covariances are published",
)


@NOISE.exact("β = 0: that of N fair coins, (1-ε)² Σ W W / N", "rounding")
def _():
    features = Features.iid(n_patterns=3, n_columns=40, seed=2)
    network = FiniteNetwork(features, 40, beta=0.0, epsilon=0.1, context=2)
    rows = features.semantic.reshape(12, 40)
    found = linear_noise(network, Window.random(2, 3, seed=1)[0], 2).m_covariance.reshape(2, 12, 12)
    return found, np.broadcast_to(0.9**2 * rows @ rows.T / 40, found.shape), 1e-14


@NOISE.independent("every column followed by itself, by finite differences, 4 steps", "10⁻⁷: the differences")
def _():
    features, start = Features.iid(n_patterns=2, n_columns=5, seed=6), Window.random(3, 2, seed=4)[0]
    parameters = {"beta": 1.3, "gamma": 9.0, "epsilon": 0.2}
    matrices = as_matrices(features)
    found = linear_noise(FiniteNetwork(features, 5, **parameters, context=3), start, 4)
    _, slow = naive_finite.column_fluctuations(matrices, start.attention, start.phase, 4, **parameters)
    return found.m_o_covariance, slow, 1e-7 * np.maximum(1.0, np.abs(slow))


NOISY = Quantity("period of a noisy series", "classify_series", published="labels of noisy networks are not published")


@NOISY.exact("cosines of 5, 12, 31 samples in noise of a twentieth", "the same")
def _():
    noise = np.random.default_rng(0).normal(0.0, 0.05, 4_096)
    found = [classify_series(np.cos(2 * np.pi * np.arange(4_096) / p) + noise).period or 0 for p in (5, 12, 31)]
    return found, [5, 12, 31], 0


@NOISY.independent("`classify` of the map, a network of 10⁸ spins beside it, at β = 0.8 and 1", "the same")
def _():
    found, limit = [], []
    for beta in (0.8, 1.0):
        network = FiniteNetwork(Features.segments(), 10**8, beta, seed=1)
        orbit = network.trajectory(Window.paper_beta3(), 4_096, n_transient=2_000)
        found.append(classify_series(orbit.m_o, clock_period=network.clock_period).period or 0)
        limit.append(classify(network.limit, Window.paper_beta3(), n_transient=20_000, n_steps=5_000).period or 0)
    return found, limit, 0
