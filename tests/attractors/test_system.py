"""The interface of a map, and the map made from two functions."""

import subprocess
import sys

import naive_lyapunov
import numba
import numpy as np
import pytest
import systems

import attractors.system
import dmfsa
import sweeps
from attractors import DiscreteMap, lyapunov_spectrum
from attractors.examples import volume_preserving


def step(x, p, out):
    out[0] = p[0] * x[0] + x[1]
    out[1] = x[0] * x[1]


def jacobian(x, p, out):
    out[0, 0], out[0, 1], out[1, 0], out[1, 1] = p[0], 1.0, x[1], x[0]


def test_the_orbit_is_the_map_iterated():
    orbit, end = DiscreteMap(step, jacobian, [0.5], 2).orbit([0.4, 0.2], 3)
    expected = [[0.4, 0.08], [0.28, 0.032], [0.172, 0.00896]]
    np.testing.assert_allclose(orbit, expected, rtol=1e-14)
    np.testing.assert_array_equal(end, orbit[-1])


def test_an_orbit_continues_where_it_ended():
    henon = systems.henon()
    whole, _ = henon.orbit([0.1, 0.1], 30)
    first, end = henon.orbit([0.1, 0.1], 10)
    second, _ = henon.orbit(end, 20)
    np.testing.assert_array_equal(whole, np.concatenate([first, second]))
    nothing, end = henon.orbit([0.1, 0.1], 0)
    assert nothing.shape == (0, 2)
    np.testing.assert_array_equal(end, [0.1, 0.1])


def test_stretching_ends_where_the_orbit_does_and_leaves_the_start_alone():
    start = np.array([0.1, 0.1])
    orbit, _ = systems.henon().orbit(start, 57)
    stretching = systems.henon().stretching(start, n_exponents=2, n_blocks=5, block_length=10, n_settle=7)
    np.testing.assert_array_equal(stretching.end, orbit[-1])
    np.testing.assert_array_equal(start, [0.1, 0.1])
    assert stretching.log_factors.shape == (5, 2)


@pytest.mark.parametrize(
    ("system", "x"),
    [
        (systems.linear([[1.0, 2.0], [0.5, -1.0]]), [0.3, 0.4]),
        (systems.cat(), [0.1, 0.2]),
        (systems.henon(), [0.3, 0.1]),
        (systems.logistic(4.0, 3.5), [0.3, 0.6]),
        (systems.circle(0.7, 0.3, 0.2), [0.1, 0.6]),
    ],
    ids=["linear", "cat", "henon", "logistic", "circle"],
)
def test_the_known_maps_have_the_jacobians_they_claim(system, x):
    h = 1e-6
    columns = []
    for direction in np.eye(system.dimension) * h:
        ahead, behind = (system.orbit(x + sign * direction, 1)[0][0] for sign in (1, -1))
        columns.append((ahead - behind) / (2 * h))
    claimed = np.zeros((system.dimension, system.dimension))
    system._jacobian(np.array(x), system.parameters, claimed)
    np.testing.assert_allclose(claimed, np.transpose(columns), atol=1e-8)


def test_a_map_says_what_it_is():
    assert repr(systems.henon()) == "DiscreteMap of 2 dimensions: _henon_step, parameters (1.4, 0.3)"
    by_differences = DiscreteMap(step, parameters=np.arange(7.0), dimension=1)
    assert repr(by_differences) == "DiscreteMap of 1 dimension: step, 7 parameters, Jacobian by central differences"


def test_tab_completion_offers_public_names():
    for package in (attractors, dmfsa, sweeps):
        assert dir(package) == sorted(package.__all__)


def test_compiled_functions_are_accepted():
    plain = DiscreteMap(step, jacobian, 0.5, 2).orbit([0.4, 0.2], 20)[0]
    compiled = DiscreteMap(numba.njit(step), numba.njit(jacobian), 0.5, 2).orbit([0.4, 0.2], 20)[0]
    np.testing.assert_array_equal(plain, compiled)


@pytest.mark.use_numba
@pytest.mark.parametrize("k", [1, 2, 3])
def test_stretching_agrees_with_householder_qr_step_by_step(k):
    system = systems.linear(np.random.default_rng(1).normal(size=(3, 3)))
    matrix = system.parameters.reshape(3, 3)
    ours = system.stretching(np.zeros(3), n_exponents=k, n_blocks=60, block_length=1)
    naive = naive_lyapunov.log_stretching([matrix] * 60, attractors.system.generic_frame(k, 3))
    np.testing.assert_allclose(ours.log_factors, naive, atol=1e-11)


@pytest.mark.use_numba
@pytest.mark.parametrize("interval", [1, 3, 10])
def test_stretching_of_a_chaotic_orbit_agrees_with_householder_qr(interval):
    n_settle, n_blocks, block_length = 30, 20, 10
    henon = systems.henon(interval=interval)
    start = np.array([0.1, 0.1])
    orbit, _ = henon.orbit(start, n_settle + n_blocks * block_length)
    jacobians = [np.array([[-2.8 * x, 1.0], [0.3, 0.0]]) for x in [start[0], *orbit[:-1, 0]]]
    naive = naive_lyapunov.log_stretching(jacobians, np.eye(2))[n_settle:]
    ours = henon.stretching(start, n_exponents=2, n_blocks=n_blocks, block_length=block_length, n_settle=n_settle)
    np.testing.assert_allclose(ours.log_factors, naive.reshape(n_blocks, block_length, 2).sum(axis=1), atol=1e-9)


def test_a_direction_annihilated_exactly_dies_and_spoils_nothing():
    system = systems.linear(np.zeros((2, 2)))
    stretching = system.stretching(np.zeros(2), n_exponents=2, n_blocks=3, block_length=2)
    np.testing.assert_array_equal(stretching.log_factors, -np.inf)
    np.testing.assert_array_equal(stretching.unresolved, 0)


@pytest.mark.parametrize("scale", [1e-150, 1.0, 1e150])
def test_rounding_noise_of_a_singular_jacobian_never_passes_for_an_exponent(scale):
    """Rank 1 with a null vector that is not a coordinate: J q along it is noise of some eps, not 0."""
    rows = np.outer([1.0, 2.0, 3.0], [0.3, -0.1, 0.7]) * scale
    stretching = systems.linear(rows).stretching(np.zeros(3), n_exponents=3, n_blocks=8, block_length=5, n_settle=5)
    np.testing.assert_allclose(stretching.log_factors[:, 0] / 5, np.log(2.2 * scale), rtol=1e-12)
    np.testing.assert_array_equal(stretching.log_factors[:, 1:], -np.inf)
    assert (stretching.unresolved[1:] >= 1).all()
    assert stretching.unresolved[0] == 0


def test_a_spectrum_too_wide_for_the_interval_is_reported_as_unresolved():
    turn = np.array([[0.8, -0.6], [0.6, 0.8]])
    matrix = turn @ np.diag([2.0, 1e-3]) @ turn.T
    fine, coarse = (
        systems.linear(matrix, interval=interval).stretching(
            np.zeros(2), n_exponents=2, n_blocks=4, block_length=20, n_settle=20
        )
        for interval in (1, 10)
    )
    np.testing.assert_allclose(fine.log_factors / 20, [[np.log(2.0), np.log(1e-3)]] * 4, rtol=1e-9)
    assert fine.unresolved.tolist() == [0, 0]
    assert coarse.unresolved.tolist() == [0, 1]
    np.testing.assert_allclose(coarse.log_factors[:, 0] / 20, np.log(2.0), rtol=1e-9)


def test_divergence_is_an_answer_not_an_error():
    logistic = systems.logistic(4.5)
    orbit, end = logistic.orbit([0.3], 200)
    assert not np.isfinite(end).any()
    assert np.isfinite(orbit[0]).all()
    stretching = logistic.stretching([0.3], n_exponents=1, n_blocks=100, block_length=2)
    assert np.isfinite(stretching.log_factors[0]).all()
    assert np.isnan(stretching.log_factors[-1]).all()


def test_a_dead_vector_beside_one_that_overflows():
    """The first direction is lost in the second from step 1 on; at 10³⁰⁸ that one ends the average."""
    stretching = systems.linear(np.diag([1e200, 0.0])).stretching([0.0, 0.0], n_exponents=2, n_blocks=3, block_length=1)
    assert np.isnan(stretching.log_factors[-1]).all()


def test_tangent_vectors_beyond_the_largest_number_count_as_divergence():
    stretching = systems.linear([[1e200]]).stretching([0.0], n_exponents=1, n_blocks=2, block_length=1)
    assert np.isnan(stretching.log_factors).all()


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"parameters": [np.nan]}, "parameters must be finite"),
        ({"parameters": [[1.0]]}, "parameters must be one-dimensional"),
        ({"dimension": 0}, "dimension must be a whole number of at least 1, got 0"),
        ({"interval": 0}, "interval must be a whole number of at least 1"),
    ],
)
def test_a_map_is_checked_when_it_is_made(change, message):
    arguments = {"parameters": [0.5], "dimension": 2} | change
    with pytest.raises(ValueError, match=message):
        DiscreteMap(step, jacobian, **arguments)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda m: m.orbit([0.1], 5), r"start must have shape \(2,\), the map's dimension, got \(1,\)"),
        (lambda m: m.orbit([0.1, np.inf], 5), "start must be finite"),
        (lambda m: m.orbit([0.1, 0.1], -1), "n_steps must be a whole number of at least 0, got -1"),
        (
            lambda m: m.stretching([0.1, 0.1], n_exponents=3, n_blocks=1, block_length=1),
            "n_exponents must be at most dimension = 2, got 3",
        ),
        (
            lambda m: m.stretching([0.1, 0.1], n_exponents=1, n_blocks=1, block_length=0),
            "block_length must be a whole number of at least 1",
        ),
    ],
)
def test_a_start_is_checked_at_the_door(call, message):
    with pytest.raises(ValueError, match=message):
        call(systems.henon())


def test_the_package_brings_no_compiler():
    heavy = "{'numba', 'scipy', 'sklearn', 'matplotlib', 'xarray'}"
    code = f"import sys, attractors; sys.exit(bool({heavy} & set(sys.modules)))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


# ---- tangent vectors, and maps without a Jacobian -------------------------------------------------------------


def test_tangent_vectors_are_pushed_by_the_product_of_jacobians():
    henon = systems.henon()
    orbit, _ = henon.orbit([0.1, 0.1], 6)
    product = np.eye(2)
    for x, _ in [[0.1, 0.1], *orbit[:-1]]:
        product = np.array([[-2.8 * x, 1.0], [0.3, 0.0]]) @ product
    rows, end = henon.tangent([0.1, 0.1], [[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]], 6)
    np.testing.assert_allclose(rows, (product @ np.array([[1.0, 0.0], [0.0, 1.0], [1.0, 2.0]]).T).T, rtol=1e-12)
    np.testing.assert_array_equal(end, orbit[-1])
    with pytest.raises(ValueError, match=r"vectors must have shape \(k, 2\), got \(2, 3\)"):
        henon.tangent([0.1, 0.1], np.ones((2, 3)), 1)


def test_states_are_vectors():
    assert systems.henon().to_vector([1, 2]).tolist() == [1.0, 2.0]
    assert systems.henon().from_vector([3, 4], like=[1, 2]).tolist() == [3.0, 4.0]


@pytest.mark.parametrize("name", ["henon", "ikeda", "generalised_henon", "hopfield", "delayed_logistic"])
def test_a_map_without_a_jacobian_gets_one(name):
    """Central differences are right to h²/6 times the third derivative, h = 6e-6: steep for the neurons."""
    given = getattr(systems.examples, name)()
    step = getattr(systems.examples, f"_{name}_step")
    made = DiscreteMap(step, None, given.parameters, given.dimension)
    assert (given.jacobian_source, made.jacobian_source) == ("given", "central differences")
    x = given.orbit(np.full(given.dimension, 0.2), 50)[1]
    identity = np.eye(given.dimension)
    exact, _ = given.tangent(x, identity, 1)
    differences, _ = made.tangent(x, identity, 1)
    assert np.abs(differences - exact).max() < (2e-8 if name == "hopfield" else 1e-9) * np.abs(exact).max()


@pytest.mark.parametrize("name", ["henon", "ikeda"])
def test_exponents_without_a_jacobian_are_those_with_it(name):
    """Derivatives right to 10⁻⁹ make logarithms right to 10⁻⁹ over the angle between the vectors, on the same orbit."""
    given = getattr(systems.examples, name)()
    made = DiscreteMap(getattr(systems.examples, f"_{name}_step"), None, given.parameters, given.dimension)
    exact, found = (lyapunov_spectrum(m, [0.1, 0.1], n_steps=1_600, n_transient=100).exponents for m in (given, made))
    np.testing.assert_allclose(found, exact, rtol=0, atol=1e-7)
    assert (found != exact).any()


def test_differences_beside_a_jump_are_one_sided():
    """The cat map is cut at 1; within 6e-6 of the cut the slope is that of the side without it."""
    made = DiscreteMap(volume_preserving._cat_step, None, [], 2)
    rows, _ = made.tangent([0.5, 1e-7], np.eye(2), 1)
    np.testing.assert_allclose(rows.T, [[2.0, 1.0], [1.0, 1.0]], atol=1e-4)


def test_a_frame_can_be_given():
    henon = systems.henon()
    whole = henon.stretching([0.1, 0.1], n_exponents=2, n_blocks=4, block_length=8)
    first = henon.stretching([0.1, 0.1], n_exponents=2, n_blocks=2, block_length=8)
    second = henon.stretching(first.end, n_exponents=2, n_blocks=2, block_length=8, frame=first.frame)
    np.testing.assert_array_equal(whole.log_factors, np.concatenate([first.log_factors, second.log_factors]))
    with pytest.raises(ValueError, match=r"frame must have shape \(1, 2\), got \(2, 2\)"):
        henon.stretching([0.1, 0.1], n_exponents=1, n_blocks=2, block_length=8, frame=first.frame)
