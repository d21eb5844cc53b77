"""What is made of features besides the map: it knows tables of the clock, real weights, and field rows of their own."""

import itertools

import numpy as np
import pytest

from dmfsa import Features, FiniteNetwork, KineticIsing, MeanFieldMap, TokenChain, Window
from dmfsa.roles import VALUE

FEATURES = {
    "slots": Features.slots("loop1"),
    "one-hot clock": Features.iid(n_patterns=2, n_columns=6, seed=1).with_table("one_hot"),
    "field rows of their own": Features.from_arrays(
        *np.random.default_rng(2).choice([-1.0, 1.0], size=(4, 2, 6)),
        positional=np.random.default_rng(3).choice([-1.0, 1.0], size=(4, 2, 2)),
        fields=np.random.default_rng(4).choice([-1.0, 0.0, 2.0], size=(2, 6)),
    ),
    "bits": Features.iid(n_patterns=2, n_columns=8, seed=1),
    "ternary, sinusoidal clock": Features.iid(values=(-2, 0, 1), seed=3).with_table("sinusoidal"),
}
PARAMETERS = {"beta": 1.3, "gamma": 5.0, "epsilon": 0.2}


@pytest.fixture(params=FEATURES.values(), ids=FEATURES)
def features(request):
    return request.param


def some_window(features, context, phase=0):
    return Window(np.random.default_rng(0).uniform(-0.5, 0.5, (context, features.n_patterns)), phase)


def test_the_mean_field_is_that_of_the_kinetic_ising_network(features):
    """With L = 1 the means of spins follow tanh(H + J m)."""
    network = FiniteNetwork(features, n_spins=features.semantic.shape[2], context=1, **PARAMETERS)
    ising, limit, window = KineticIsing.of(network), MeanFieldMap(features, context=1, **PARAMETERS), None
    _, sizes, fields = network.columns
    fields = np.repeat(fields, sizes.astype(int), axis=0)
    window = some_window(features, 1)
    means = np.tanh(PARAMETERS["beta"] * fields @ window.attention[0])
    for _ in range(12):
        means = np.tanh(ising.field(window.phase % ising.clock_period) + ising.J @ means)
        window = limit.step(window)
        np.testing.assert_allclose(means, np.tanh(PARAMETERS["beta"] * fields @ window.attention[0]), atol=2e-15)


def test_the_delay_form_is_the_map(features):
    limit, window = MeanFieldMap(features, context=2, **PARAMETERS), some_window(features, 2, phase=1)
    form = limit.delay_form()
    image = form.image(window.attention[None], np.array([window.phase]), np.array(form.values, dtype=float))
    np.testing.assert_allclose(image[0], limit.step(window).attention[0], rtol=0, atol=1e-15)


@pytest.mark.parametrize("name", ["slots", "one-hot clock", "field rows of their own"])
def test_the_chain_draws_tokens_by_the_fields_of_the_attention(name):
    features = FEATURES[name]
    n = features.semantic.shape[2]
    network = FiniteNetwork(features, n_spins=n, context=1, **PARAMETERS)
    chain, tokens = TokenChain(network), np.array(list(itertools.product((-1.0, 1.0), repeat=n)))
    beta, epsilon = PARAMETERS["beta"], PARAMETERS["epsilon"]
    rows = features.semantic[0] if features.fields is None else features.fields
    for phase in range(4):
        drive = features.drive[phase, VALUE] / features.positional_bits
        attention = (1.0 - epsilon) / n * tokens @ features.semantic[VALUE].T + epsilon * drive
        h = beta * attention @ rows
        expected = np.exp(tokens @ h.T) / np.prod(2.0 * np.cosh(h), axis=1)  # next token, token now
        order = order_of(tokens, n)
        np.testing.assert_allclose(chain.kernels[phase], expected[np.ix_(order, order)], rtol=0, atol=1e-14)


def order_of(tokens, n):
    """Where the states of the chain stand among those of `itertools.product`."""
    from dmfsa.ising_chain import spin_states  # noqa: PLC0415

    number = {tuple(token): i for i, token in enumerate(tokens)}
    return [number[tuple(state)] for state in spin_states(n)]
