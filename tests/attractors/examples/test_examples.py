"""The shipped maps and flows: their Jacobians against differences, their exponents and dimensions against the "
"literature."""

import functools
import math
import sys

import numpy as np
import pytest
from scipy.spatial import cKDTree
from systems import affordable

from attractors import examples, find_period, lyapunov_spectrum
from attractors.examples.literature import EXAMPLES

NETWORK = [[0.3, -1.2, 0.7], [1.1, 0.4, -0.5], [-0.8, 0.9, 1.3]]
MAPS = {
    "logistic": examples.logistic([3.9, 3.2, 4.0]),
    "tent": examples.tent(0.3),
    "henon": examples.henon(),
    "lozi": examples.lozi(),
    "ikeda": examples.ikeda(),
    "standard": examples.standard(),
    "coupled_standard": examples.coupled_standard(),
    "cat": examples.cat(),
    "circle": examples.circle([0.3, 0.2], 0.7),
    "delayed_logistic": examples.delayed_logistic(),
    "generalised_henon": examples.generalised_henon(),
    "generalised_henon in 2": examples.generalised_henon(dimension=2),
    "generalised_henon in 5": examples.generalised_henon(dimension=5),
    "coupled_logistic": examples.coupled_logistic(),
    "coupled_logistic of 1": examples.coupled_logistic(n_sites=1),
    "coupled_logistic of 5": examples.coupled_logistic(3.8, 0.3, 5),
    "hopfield": examples.hopfield(),
    "hopfield of 3": examples.hopfield(NETWORK, 1.5),
}
FLOWS = {
    "lorenz": examples.lorenz(),
    "rossler": examples.rossler(),
    "coupled_lorenz": examples.coupled_lorenz(),
    "coupled_lorenz of 3": examples.coupled_lorenz(-0.2, n_copies=3),
}
PERIODS = {"cat": 1.0, "circle": 1.0, "standard": 2.0 * math.pi, "coupled_standard": 2.0 * math.pi}
VALUES = [(name, known) for name, example in EXAMPLES.items() for known in example.literature]


def plain(name):
    """Step, or the derivative of a flow, and Jacobian as the plain functions they are, at the parameters of the map."""
    p = MAPS[name].parameters if name in MAPS else FLOWS[name].parameters[2:]
    word = name.split()[0]
    module = sys.modules[getattr(examples, word).__module__]
    step = getattr(module, f"_{word}_{'step' if name in MAPS else 'derivative'}")
    jacobian = getattr(module, f"_{word}_jacobian")

    def image(x):
        out = np.empty(x.size)
        step(x, p, out)
        return out

    def matrix(x):
        out = np.zeros((x.size, x.size))
        jacobian(x, p, out)
        return out

    return image, matrix


def random_states(name):
    return np.random.default_rng(1).uniform(0.02, 0.98, (20, (MAPS | FLOWS)[name].dimension))


@pytest.mark.parametrize("name", MAPS | FLOWS)
def test_the_jacobian_is_the_derivative(name):
    """Central differences, h = 1e-6: wrong by h^2 |f'''| / 6 < 1e-8 for these maps and by rounding, 1e-16 / h."""
    image, matrix = plain(name)
    period = PERIODS.get(name, math.inf)
    for x in random_states(name):
        moves = 1e-6 * np.eye(x.size)
        differences = np.array([image(x + move) - image(x - move) for move in moves])
        if math.isfinite(period):
            differences = (differences + period / 2.0) % period - period / 2.0
        np.testing.assert_allclose(matrix(x), differences.T / 2e-6, rtol=1e-7, atol=2e-8)


@pytest.mark.parametrize(
    ("name", "determinant"),
    [
        ("henon", -0.3),
        ("lozi", -0.5),
        ("ikeda", 0.81),
        ("standard", 1.0),
        ("coupled_standard", 1.0),
        ("cat", 1.0),
        ("generalised_henon", -0.1),
        ("generalised_henon in 2", 0.1),
        ("generalised_henon in 5", -0.1),
        ("hopfield", 0.0),
    ],
)
def test_determinants_that_are_the_same_everywhere(name, determinant):
    _, matrix = plain(name)
    found = [np.linalg.det(matrix(x)) for x in random_states(name)]
    np.testing.assert_allclose(found, determinant, rtol=1e-11, atol=1e-11)


@pytest.mark.parametrize("name", MAPS)
def test_the_map_steps_as_its_plain_function_does(name):
    image, _ = plain(name)
    for x in random_states(name):
        np.testing.assert_allclose(MAPS[name].orbit(x, 1)[1], image(x), rtol=1e-13, atol=1e-15)


@functools.cache
def spectrum_of(name):
    example = EXAMPLES[name]
    return lyapunov_spectrum(
        example.make(), example.start, n_steps=affordable(640_000), n_transient=example.n_transient
    )


def orbit_of(name, n_steps):
    example = EXAMPLES[name]
    system = example.make()
    _, state = system.orbit(example.start, example.n_transient)
    return system.orbit(state, n_steps)[0]


def lyapunov_exponents(name):
    spectrum = spectrum_of(name)
    return spectrum.exponents, 3.0 * spectrum.standard_errors


def lyapunov_sum(name):
    """Exact at every step, so that only rounding is left: some eps per step at worst, in the mean of n steps."""
    return spectrum_of(name).exponents.sum(), 1e-12


def kaplan_yorke_dimension(name):
    """D = 1 + x / |y| for two exponents x, y; at worst their errors add. An integer has none: `zero_band` rounds.

    Of flows the spectrum's own error counts.
    """
    spectrum = spectrum_of(name)
    dimension = spectrum.kaplan_yorke_dimension
    if dimension > spectrum.exponents.size - 1e-9:
        return dimension, 1e-9
    if spectrum.exponents.size > 2:
        return dimension, 3.0 * spectrum.kaplan_yorke_standard_error
    (x, y), (x_error, y_error) = spectrum.exponents, spectrum.standard_errors
    return dimension, 3.0 * (x_error / abs(y) + y_error * x / y**2)


def correlation_dimension(name):
    """Slope of the line through log C(r) over 3 octaves, C the pairs closer than r in every component.

    Ends of an interval take r / 2 <= 0.02 from the slope, gaps of a Cantor set make log C oscillate about the line
    by as much, and chance adds 1 / sqrt(4,000 pairs): 0.05 covers them. On a circle or torus there are no ends.
    """
    points = orbit_of(name, 10_000)
    tree = cKDTree(points, boxsize=PERIODS.get(name))
    radii = np.array([0.005, 0.01, 0.02, 0.04])
    pairs = tree.count_neighbors(tree, radii, p=np.inf) - len(points)
    return np.polyfit(np.log(radii), np.log(pairs), 1)[0], 0.05


def rotation_number(name):
    """A lift F of the circle has |F^n(x) - x - n rho| < 1, so that a run of n steps is within 1/n."""
    n_steps = affordable(200_000)
    x = orbit_of(name, n_steps + 1)[:, 0]
    omega = EXAMPLES[name].make().parameters[1]
    moves = (np.diff(x) - omega + 0.5) % 1.0 - 0.5 + omega  # the one move within 1/2 of omega, as |K| < pi
    return moves.mean(), 1.0 / n_steps


MEASURE = {
    measure.__name__: measure
    for measure in (lyapunov_exponents, lyapunov_sum, kaplan_yorke_dimension, correlation_dimension, rotation_number)
}


def values():
    """Every known value; those of flows with the JIT only, as a step of theirs is eight calls of the derivative."""
    for name, known in VALUES:
        marks = [pytest.mark.slow] if name.split(",")[0] in FLOWS else []
        yield pytest.param(name, known, id=f"{name}: {known.quantity}", marks=marks)


@pytest.mark.parametrize(("name", "known"), list(values()))
def test_literature(name, known):
    """Within three standard errors, or what the source leaves open; and where both are 0, within rounding."""
    found, doubt = MEASURE[known.quantity](name)
    found, value = np.atleast_1d(found), np.array(known.value)
    finite = np.isfinite(value)
    np.testing.assert_array_equal(found[~finite], value[~finite])
    allowed = np.broadcast_to(np.maximum(doubt, max(known.tolerance, 1e-12)), value.shape)
    assert (abs(found[finite] - value[finite]) <= allowed[finite]).all(), (found, value, allowed)


def test_a_dozen_maps_and_three_flows_with_starts_and_sources():
    made = {name.split(",")[0] for name in EXAMPLES}
    assert {name.split()[0] for name in MAPS | FLOWS} == made
    assert len(made) == 16
    for name, example in EXAMPLES.items():
        assert len(example.start) == example.make().dimension, name
        assert example.literature, name
        for known in example.literature:
            assert known.tolerance >= 0.0
            assert len(known.source) > 10


def test_the_generalised_henon_map_is_hyperchaotic():
    spectrum = spectrum_of("generalised_henon")
    assert (spectrum.exponents[:2] > 3.0 * spectrum.standard_errors[:2]).all()


def test_coupled_standard_maps_are_symplectic():
    """J^T Ω J = Ω everywhere, and so exponents in pairs of opposite sign."""
    _, matrix = plain("coupled_standard")
    omega = np.kron([[0.0, 1.0], [-1.0, 0.0]], np.eye(2))
    for x in random_states("coupled_standard"):
        np.testing.assert_allclose(matrix(x).T @ omega @ matrix(x), omega, atol=1e-12)
    exponents = spectrum_of("coupled_standard").exponents
    np.testing.assert_allclose(exponents, -exponents[::-1], atol=1e-4)


def test_the_cycle_of_the_logistic_map():
    assert find_period(orbit_of("logistic, period 2", 100)).period == 2


def test_a_network_of_rank_one_stretches_as_its_one_dimensional_map():
    """Along the orbit the tangent vector has one direction in u: the sums differ by boundary terms only."""
    n_steps, gain = 4_000, 1.25
    system = examples.hopfield(gain=gain)
    start = system.orbit([0.1, 0.3], 100)[1]
    total = 0.0
    orbit, _ = system.orbit(start, n_steps)
    for x, y in [start, *orbit[:-1]]:
        u = x - y
        total += math.log(abs(25 * gain / math.cosh(25 * gain * u) ** 2 - 5 * gain / math.cosh(5 * gain * u) ** 2))
    spectrum = lyapunov_spectrum(system, start, n_steps=n_steps, n_blocks=40)
    assert abs(spectrum.exponents[0] - total / n_steps) < 20.0 / n_steps


def test_a_network_loses_volume_as_its_gains_say():
    """Sum of exponents = log |det g W| + mean of sum_a log(1 - x_a^2), of the states after each step."""
    network = examples.hopfield(NETWORK, 1.5)
    n_steps = 3_200
    spectrum = lyapunov_spectrum(network, [0.1, 0.2, -0.3], n_steps=n_steps)
    orbit, _ = network.orbit([0.1, 0.2, -0.3], n_steps)
    expected = np.linalg.slogdet(1.5 * np.array(NETWORK))[1] + np.log1p(-(orbit**2)).sum(axis=1).mean()
    assert spectrum.exponents.sum() == pytest.approx(expected, abs=1e-10)


def test_the_symmetric_tent_map_collapses_in_binary_and_the_skew_one_does_not():
    starts = np.random.default_rng(2).random(10)
    for x in starts:
        assert examples.tent(0.5).orbit([x], 60)[1] == 0.0
        orbit, _ = examples.tent(0.3).orbit([x], 2_000)
        assert len(np.unique(orbit)) == 2_000


@pytest.mark.parametrize("n", [2, 3, 6])
def test_the_cat_map_on_binary_fractions_has_short_periods(n):
    orbit, _ = examples.cat().orbit([2.0**-n, 0.5], 10 * 2**n)
    assert find_period(orbit).period == 3 * 2 ** (n - 2)


def test_one_logistic_map_beyond_4_diverges_without_a_warning():
    assert not np.isfinite(examples.logistic(4.5).orbit([0.3], 200)[1]).all()


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: examples.tent(0.0), "peak must be strictly between 0 and 1, got 0"),
        (lambda: examples.tent(math.nan), "peak must be strictly between 0 and 1, got nan"),
        (lambda: examples.generalised_henon(dimension=1), "dimension must be at least 2, got 1"),
        (lambda: examples.hopfield([[1.0, 2.0]]), r"weights must be a square matrix, got shape \(1, 2\)"),
        (lambda: examples.hopfield([1.0]), r"weights must be a square matrix, got shape \(1,\)"),
        (lambda: examples.coupled_logistic(n_sites=0), "at least 1, got 0"),
        (lambda: examples.henon(a=math.inf), "parameters"),
        (lambda: examples.circle([[0.1], [0.2]]), "omega"),
        (lambda: examples.logistic([[3.9]]), "parameters"),
    ],
)
def test_mistakes_are_named(call, message):
    with pytest.raises(ValueError, match=message):
        call()
