"""Designed networks: a slow version, the published designs and their numbers, what the finite network makes of them.

The numbers are those of the published code's class of slots at β = G = 100, and of an independent version that agrees
with it to 3e-15 over 30 steps on 30 random networks, at softer β. G is what the softmax sees, γ = G √K.
"""

import itertools

import naive_slots
import numpy as np
import pytest

from attractors import classify, find_attractors, lyapunov_spectrum
from dmfsa import Features, FiniteNetwork, MeanFieldMap, Window, linear_noise
from dmfsa.designs import PUBLISHED

SOFTER = [  # β, G, ε; A at phases 0 and 1 of the cycle; leading exponents
    (2, 100, 0.5, (0, 0.558172, 0, 0.438969), (0.481811, 0, 0.981811, 0), (-1.7399, -3.2099)),
    (1, 10, 0.5, (0.001847, 0.606459, 0.001847, 0.311771), (0.40034, 0.000573, 0.824357, 0.000573), (-0.8138, -1.0962)),
    (1.2, 10, 0.1, (0.01593, 0.476428, 0.01593, 0.471241), (0.77944, 0.005825, 0.784435, 0.005825), (-0.1676, -0.5022)),
    (0.5, 100, 0.5, (0, 0.537502, 0, 0.159962), (0.167625, 0, 0.667625, 0), (-1.1565, -1.1841)),
]  # fmt: skip
# Order of the strongest base pattern in the last cycle and its strength, from every slot unless named; 400 steps.
CYCLES = [
    ("loop4", 0.5, "1210", (1, 1, 1, 1)),
    ("loop1", 0.5, "0010", (0.75, 0.5, 1, 0.5)),
    ("loop2", 0.5, "0210", (0.5, 0.75, 1, 1)),
    ("loop3", 0.5, "0010", (0.75, 0.5, 1, 0.5)),
    ("four_patterns", 0.5, "1230", (1, 1, 1, 1)),
    ("four_patterns", 0.0, "1230", (1, 1, 1, 1)),
    ("three_patterns", 0.0, "012", (1, 1, 1)),
    ("six_slots", 0.5, "0123", (1, 1, 1, 1)),
]


def designed(features, beta, G, epsilon, context=4):
    K = features.n_patterns
    return MeanFieldMap(features, beta=beta, gamma=naive_slots.gamma_of(G, K), epsilon=epsilon, context=context)


def in_package(slow):
    others = {role: slow.routes[role] for role in "oqk"}
    return Features.slots(
        patterns=slow.patterns, value=slow.routes["v"], others=others, codes=slow.codes, positional_bits=slow.n_bits
    )


def random_points(n):
    """Networks, with a window and parameters of moderate slopes, so that rounding stays rounding."""
    rng = np.random.default_rng(0)
    for _ in range(n):
        slow = naive_slots.random_slots(rng)
        context = int(rng.integers(1, 2**slow.n_bits + 1))
        phase = int(rng.integers(0, 2**slow.n_bits))
        point = {"beta": rng.uniform(0.3, 1.5), "G": rng.uniform(1, 5), "epsilon": rng.uniform(0, 0.9)}
        yield slow, rng.uniform(-1, 1, (context, slow.n_slots)), phase, {k: float(v) for k, v in point.items()}


def overlaps(features, attention, beta):
    """μ_m of attention vectors (n, K): every sign vector in turn."""
    patterns, output = features.description["patterns"], features.description["others"]["o"]
    sigma = np.array(list(itertools.product((-1.0, 1.0), repeat=max(patterns) + 1)))
    field = sum(np.outer(attention[:, output[k]], sigma[:, p]) for k, p in enumerate(patterns))
    return np.tanh(beta * field) @ sigma / len(sigma)


def said(features, epsilon, slot, n=4):
    """The strongest base pattern in each of the last steps of 400, and how strong it is."""
    network = designed(features, 100, 100, epsilon, context=2**features.positional_bits)
    mu = abs(overlaps(features, network.orbit(features.start_from_slot(slot), 400)[0][-n:], 100))
    return "".join(map(str, mu.argmax(axis=1))), mu.max(axis=1)


def same_cycle(order, strengths, expected, expected_strengths):
    shifts = [s for s in range(len(expected)) if expected[s:] + expected[:s] == order]
    return any(np.allclose(strengths, np.roll(expected_strengths, -s), rtol=0, atol=0.005) for s in shifts)


def steps(network, window, n):
    """Attention vectors, by NumPy: compiled code would be made for every shape."""
    made = []
    for _ in range(n):
        window = network.step(window)
        made.append(window.attention[0])
    return made


# The slow version


def test_thirty_random_networks_take_thirty_steps_as_the_slow_version_does():
    repeated = 0
    for slow, window, phase, point in random_points(30):
        features = in_package(slow)
        repeated += features.fields is not None
        network = designed(features, point["beta"], point["G"], point["epsilon"], len(window))
        expected = slow.trajectory(window, phase, 30, len(window), **point)
        np.testing.assert_allclose(steps(network, Window(window, phase), 30), expected, rtol=0, atol=1e-14)
    assert repeated > 5, "some read one slot twice, so that field rows add up"


def test_jacobians_are_derivatives_of_the_slow_version():
    for slow, window, phase, point in random_points(30):
        network = designed(in_package(slow), point["beta"], point["G"], point["epsilon"], len(window))
        found = network.jacobian(Window(window, phase))[: slow.n_slots]
        np.testing.assert_allclose(found, slow.jacobian(window, phase, **point), rtol=0, atol=1e-13)
        differences = np.empty_like(found)
        for i in range(window.size):
            moved = np.zeros(window.size)
            moved[i] = 1e-5
            ahead, behind = (network.step(Window(window + s * moved.reshape(window.shape), phase)) for s in (1, -1))
            differences[:, i] = (ahead.attention[0] - behind.attention[0]) / 2e-5
        np.testing.assert_allclose(found, differences, rtol=0, atol=1e-8)


def test_compiled_code_takes_the_steps_of_the_slow_version():
    design = PUBLISHED["loop1"]
    routes = {"o": [0, 0, 3, 2], "q": [1, 2, 3, 3], "k": [0, 1, 2, 3]}  # reads slot 0 twice and slot 1 never
    codes = {"o": [1, 1, 2, 3], "k": [0, 1, 3, 2], **design.codes}
    slow = naive_slots.Slots(design.patterns, {**routes, "v": design.value}, codes, 2)
    window, point = np.random.default_rng(5).uniform(-1, 1, (4, 4)), {"beta": 1.3, "G": 4.0, "epsilon": 0.3}
    network = designed(in_package(slow), 1.3, 4.0, 0.3)
    expected = slow.trajectory(window, 1, 30, 4, **point)
    np.testing.assert_allclose(network.orbit(Window(window, 1), 30)[0], expected, rtol=0, atol=1e-14)


# The published designs


@pytest.mark.slow
@pytest.mark.parametrize(("name", "epsilon", "order", "strengths"), CYCLES)
def test_published_designs_say_what_they_say(name, epsilon, order, strengths):
    features = Features.slots(name)
    slots = [0, 1, 2, 3] if name == "six_slots" else range(features.n_patterns)
    for slot in slots:
        assert same_cycle(*said(features, epsilon, slot, len(order)), order, strengths), slot


@pytest.mark.slow
def test_a_design_without_a_clock_goes_round_in_three_and_rests_from_the_slot_that_nothing_follows():
    features = Features.slots("no_clock")
    for slot in (0, 1, 2):
        assert same_cycle(*said(features, 0, slot, 3), "012", (1, 1, 1))
    assert said(features, 0, 3)[1].max() < 1e-9


@pytest.mark.slow
def test_six_slots_without_a_clock_fall_to_rest_from_the_last_two():
    features = Features.slots("six_slots")
    for slot, strength in enumerate((1, 1, 1, 1, 0, 0)):
        np.testing.assert_allclose(said(features, 0, slot)[1], strength, rtol=0, atol=1e-9)


@pytest.mark.slow
def test_three_patterns_against_a_clock_of_four_have_mixed_strengths():
    for slot in range(3):
        strengths = said(Features.slots("three_patterns"), 0.5, slot, 12)[1]
        assert 0.49 < strengths.min() < 0.6
        assert strengths.max() > 0.999


@pytest.mark.slow
def test_the_design_that_its_authors_call_wrong_cycles_from_two_slots_only():
    design = PUBLISHED["cycle0121"]
    for slot in range(4):
        codes = {role: np.roll(code, -slot).tolist() for role, code in design.codes.items()}
        features = Features.slots(patterns=design.patterns, value=design.value, codes=codes)
        assert same_cycle(*said(features, 0.5, slot), "0121", (1, 1, 1, 1)) == (slot in (1, 3))


def test_a_design_written_out_is_that_of_its_name():
    codes = {"q": [3, 0, 1, 2], "v": [2, 3, 0, 1]}
    for more in ({"codes": codes}, {}):  # the codes of the default design are those that are taken without any
        written = Features.slots(patterns=[0, 1, 2, 1], value=[1, 2, 3, 0], **more)
        for name in ("signs", "coefficients", "positional", "table", "semantic"):
            np.testing.assert_array_equal(getattr(written, name), getattr(Features.slots("loop4"), name))


# Numbers of the default design


def test_the_default_design_at_its_published_parameters():
    features = Features.slots("loop4")
    network = designed(features, 100, 100, 0.5)
    orbit = network.trajectory(features.start_from_slot(0), 8)
    cycle = [(0.5, 0, 1, 0), (0, 0.5, 0, 0.5), (1, 0, 0.5, 0), (0, 0.5, 0, 0.5)]
    outputs = [(0, 1, 0, 0.5), (0, 0, 1, 0), (0, 0.5, 0, 1), (1, 0, 0, 0)]
    np.testing.assert_allclose(orbit.attention, cycle * 2, rtol=0, atol=1e-6)
    np.testing.assert_allclose(orbit.m_o[:4], outputs, rtol=0, atol=1e-6)
    for slot, first in ((1, (0, 0, 0.5, 0.5)), (3, (0, 0.5, 0.5, 0))):
        orbit = network.trajectory(features.start_from_slot(slot), 8)
        np.testing.assert_allclose(orbit.attention[0], first, rtol=0, atol=1e-6)
        np.testing.assert_allclose(orbit.attention[2:6], [*cycle[2:], *cycle[:2]], rtol=0, atol=1e-6)


def test_first_steps_from_two_slots_with_one_pattern():
    features = Features.slots("loop4")
    network = designed(features, 2, 100, 0.5)
    steps = {
        0: [(0.482014, 0, 0.982014, 0), (0, 0.438971, 0, 0.558174), (0.981811, 0, 0.481811, 0)],
        1: [
            (0, 0, 0.5, 0.482014),
            (0.231360, 0.249338, 0.231360, 0.5),
            (0.913999, 0.058338, 0.413999, 0.058338),
        ],
    }
    np.testing.assert_array_equal(features.start_from_slot(0).attention, [[0, 0, 0, 1]])
    for slot, expected in steps.items():
        found = network.orbit(features.start_from_slot(slot), 3)[0]
        np.testing.assert_allclose(found, expected, rtol=0, atol=6e-7)


@pytest.mark.parametrize(("beta", "G", "epsilon", "first", "second", "exponents"), SOFTER)
@pytest.mark.slow
def test_softer_cycles_have_their_points_exponents_and_label(beta, G, epsilon, first, second, exponents):
    features = Features.slots("loop4")
    network = designed(features, beta, G, epsilon)
    orbit = network.trajectory(features.start_from_slot(0), 4, n_transient=4_000)
    at = {(phase + 1) % 4: A for phase, A in zip(orbit.phase, orbit.attention, strict=True)}
    swapped = [2, 3, 0, 1]
    expected = [first, second, np.array(first)[swapped], np.array(second)[swapped]]
    np.testing.assert_allclose([at[phase] for phase in range(4)], expected, rtol=0, atol=6e-7)
    found = lyapunov_spectrum(network, orbit.end, n_exponents=2, n_transient=0, n_steps=4_000).exponents
    np.testing.assert_allclose(found, exponents, rtol=0, atol=1e-4)
    answer = classify(network, orbit.end, n_transient=0, n_steps=2_000)
    assert (answer.label, answer.period) == ("periodic", 4)


@pytest.mark.slow
def test_the_strength_of_the_weakest_pattern_over_beta():
    features = Features.slots("loop4")
    strengths = {0.1: 0.053, 0.5: 0.320, 1: 0.652, 2: 0.878, 5: 0.993}
    for beta, strength in strengths.items():
        cycle = designed(features, beta, 100, 0.5).trajectory(features.start_from_slot(0), 4, n_transient=400)
        mu = abs(overlaps(features, cycle.attention, beta)).max(axis=1)
        assert mu.min() == pytest.approx(strength, abs=6e-4)


@pytest.mark.slow
def test_below_a_small_weight_of_the_clock_the_outer_patterns_grow_weak():
    features = Features.slots("loop4")
    for epsilon, strength in {0.002: 0.5, 0.01: 0.5025, 0.02: 0.520, 0.05: 0.776, 0.1: 0.9999}.items():
        cycle = designed(features, 100, 100, epsilon).trajectory(features.start_from_slot(0), 4, n_transient=2_000)
        assert abs(overlaps(features, cycle.attention, 100)).max(axis=1).min() == pytest.approx(strength, abs=6e-4)


# What its structure fixes


@pytest.mark.slow
def test_two_slots_with_one_pattern_leave_four_directions_dead():
    network = designed(Features.slots("loop4"), 1, 100, 0.5)
    assert network.n_live_directions == 12
    start = Window.random(4, 4, seed=3)[0]
    exponents = network.stretching(start, n_exponents=16, n_blocks=1, block_length=8).log_factors[0]
    assert np.isneginf(exponents).sum() == 4


@pytest.mark.slow
def test_at_its_published_beta_every_direction_dies_on_the_cycle():
    features = Features.slots("loop4")
    network = designed(features, 100, 100, 0.5)
    start = network.trajectory(features.start_from_slot(0), 400).end
    assert np.isneginf(network.stretching(start, n_exponents=16, n_blocks=1, block_length=64).log_factors).all()


# Finite networks


@pytest.mark.slow
def test_a_finite_network_of_slots_stays_on_the_cycle():
    features = Features.slots("loop4")
    limit = designed(features, 2, 100, 0.5)
    network = FiniteNetwork(features, 10**6, beta=2, gamma=limit.gamma, epsilon=0.5, seed=1)
    start = limit.trajectory(features.start_from_slot(0), 400).end
    cycle, _ = limit.orbit(start, 4)
    found = network.replicas(start).advance(1_000, n_kept=1_000).attention[:, 0]
    assert abs(found - np.tile(cycle, (250, 1))).max() < 0.05


def test_finite_networks_with_field_rows_of_their_own_have_the_map_as_their_limit():
    slow, window, phase, point = next(each for each in random_points(30) if in_package(each[0]).fields is not None)
    features, G = in_package(slow), point.pop("G")
    gamma = naive_slots.gamma_of(G, slow.n_slots)
    network = FiniteNetwork(features, 4 * 10**8, gamma=gamma, context=len(window), seed=2, **point)
    found = network.trajectory(Window(window, phase), 6)
    exact = network.limit.trajectory(Window(window, phase), 6)
    np.testing.assert_allclose(found.attention, exact.attention, rtol=0, atol=2e-3)
    np.testing.assert_allclose(found.m_o, exact.m_o, rtol=0, atol=2e-3)
    odd = FiniteNetwork(features, 4 * 10**8 + 1, gamma=gamma, context=len(window), **point).limit
    np.testing.assert_allclose(odd.orbit(Window(window, phase), 6)[0], exact.attention, rtol=0, atol=1e-6)


@pytest.mark.slow
def test_linear_noise_of_slots_is_what_replicas_show():
    features = Features.slots("loop4")
    limit = designed(features, 1, 10, 0.5)
    network = FiniteNetwork(features, 10**6, beta=1, gamma=limit.gamma, epsilon=0.5, seed=3)
    start = limit.trajectory(features.start_from_slot(0), 400).end
    predicted = linear_noise(network, start, 4).attention_covariance[:, range(4), range(4)]
    found = network.replicas(start, 2_000).advance(4, n_kept=4).attention.var(axis=1) * 10**6
    np.testing.assert_allclose(found, predicted, rtol=0.15, atol=1e-3)


# What is refused


@pytest.mark.parametrize(
    ("wrong", "message"),
    [
        ({}, "slots must have patterns and value, or the name of a design"),
        ({"design": "loop5"}, "design must be one of loop4, .* got 'loop5'"),
        ({"design": "loop4", "patterns": [0]}, "design = 'loop4' must stand alone"),
        ({"patterns": [0, 1], "value": [1, 2]}, "slots that v reads must be an integer from 0 to 1, got 2"),
        ({"patterns": [0, 1], "value": [1]}, r"slots that v reads must have 2 numbers, one for each slot, got \[1\]"),
        ({"patterns": [0, -1], "value": [1, 0]}, "patterns must be an integer from 0 to 15, got -1"),
        ({"patterns": [0, 1], "value": [1, 0], "others": {"v": [0, 1]}}, "others must have the roles o, q, k, got v"),
        ({"patterns": [0, 1], "value": [1, 0], "codes": {"q": [0, 1]}}, "codes must have the roles q and v"),
        (
            {"patterns": [0, 1], "value": [1, 0], "codes": {"q": [0], "v": [0, 1]}},
            r"codes o must have 2 numbers.*\[0\]",
        ),
        ({"patterns": [0, 1], "value": [1, 0], "codes": {"q": [0, 4], "v": [0, 1]}}, "codes o .* 0 to 3, got 4"),
        ({"patterns": [0, 1], "value": [1, 0], "positional_bits": 0}, "positional_bits must be .* got 0"),
    ],
)
def test_designs_that_cannot_be_made_are_told(wrong, message):
    with pytest.raises(ValueError, match=message):
        Features.slots(**wrong)


def test_only_designed_networks_have_slots():
    with pytest.raises(ValueError, match="has no slots; start from a window"):
        Features.segments().start_from_slot(0)
    with pytest.raises(ValueError, match="slot must be an integer from 0 to 3, got 4"):
        Features.slots("loop4").start_from_slot(4)


@pytest.mark.slow
def test_two_attractors_say_the_same_two_steps_out_of_phase_with_the_clock():
    features = Features.slots("loop4")
    network = designed(features, 100, 100, 0.3)
    found = find_attractors(network, Window.random(4, 4, seed=0, n=24), n_transient=400, n_steps=400, n_exponents=1)
    assert [one.period for one in found.attractors] == [4, 4]
    assert min(one.share for one in found.attractors) > 0.05
    orders = []
    for one in found.attractors:
        start = Window.random(4, 4, seed=0, n=24)[one.starts[0]]
        mu = abs(overlaps(features, network.trajectory(start, 4, n_transient=400).attention, 100))
        assert mu.max(axis=1).min() > 0.99
        orders.append("".join(map(str, mu.argmax(axis=1))))
    assert orders[0] == orders[1][2:] + orders[1][:2]
