"""SALI and GALI: exact volumes, their laws on tori and in chaos, and what they cannot tell in dissipative maps."""

import math

import naive_lyapunov
import numpy as np
import pytest
import systems
from systems import examples

from attractors import lyapunov_spectrum
from attractors.indicators.alignment import AlignmentStatus, alignment_indices
from attractors.system import generic_frame
from dmfsa import Features, MeanFieldMap, Window


def test_volumes_under_the_cat_map_in_whole_numbers():
    """Two unit vectors become those of A^n, in integers of 400 digits; rounding is some eps per step."""
    found = alignment_indices(systems.cat(), [0.1, 0.2], n_steps=1_000, frame=np.eye(2))
    expected = naive_lyapunov.log_gali_of_integers([[2, 1], [1, 1]], [[1, 0], [0, 1]], 1_000)
    np.testing.assert_allclose(found.log_gali[:, 0], expected[found.time - 1], rtol=0, atol=1e-10)
    assert found.gali[-1, 0] == 0.0
    assert found.log_gali[-1, 0] < -1_900


@pytest.mark.parametrize("name", ["coupled_standard", "generalised_henon", "ikeda"])
def test_volumes_against_singular_values(name):
    """As long as these see them: rounding of eps is 10⁻⁷ of a volume of 10⁻⁸, and stays in what follows."""
    system = getattr(examples, name)()
    start = system.orbit(np.full(system.dimension, 0.2), 100)[1]
    frame = generic_frame(system.dimension, system.dimension)
    found = alignment_indices(system, start, n_steps=200, n_vectors=system.dimension)
    orbit, _ = system.orbit(start, 199)
    jacobians = [system.tangent(x, np.eye(len(x)), 1)[0].T for x in [start, *orbit]]
    expected = naive_lyapunov.gali(jacobians, frame)
    seen = np.minimum.accumulate(expected) > 1e-8
    assert seen.sum() >= 10
    np.testing.assert_allclose(found.gali[seen], expected[seen], rtol=1e-6)


def test_sali_is_that_of_two_vectors():
    start = examples.standard(1.0).orbit([3.1, 0.2], 10)[1]
    found = alignment_indices(examples.standard(1.0), start, n_steps=64)
    orbit, _ = examples.standard(1.0).orbit(start, 63)
    w, expected = generic_frame(2, 2), []
    for x in [start, *orbit]:
        kick = math.cos(x[0])
        w = w @ np.array([[1 + kick, 1], [kick, 1]]).T
        w /= np.linalg.norm(w, axis=1, keepdims=True)
        expected.append(min(np.linalg.norm(w[0] + w[1]), np.linalg.norm(w[0] - w[1])))
    np.testing.assert_allclose(np.exp(found.log_sali), expected, rtol=1e-10)


# ---- laws ---------------------------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("start", [[3.5, 3.6, 0.1, 0.1], [3.3, 2.8, 0.05, 0.2]])
def test_power_laws_on_a_2_torus_of_a_4_dimensional_map(start):
    """GALI_2 constant, GALI_3 ~ t^-2, GALI_4 ~ t^-4, and no other integers by twenty times what is allowed."""
    system = examples.coupled_standard(0.5, 0.3, 0.02)
    found = alignment_indices(system, start, n_steps=200_000, n_transient=1_000)
    assert (np.abs(found.powers - [0.0, 2.0, 4.0]) < 0.05).all(), found.powers
    assert (found.power_errors < 0.05).all()
    assert found.status is AlignmentStatus.REGULAR


def test_power_law_on_a_circle_of_a_2_dimensional_map():
    """GALI_2 ~ t^-2: both vectors turn into the flow, by 1/t each."""
    found = alignment_indices(examples.standard(1.0), [3.1, 0.2], n_steps=systems.affordable(160_000))
    assert found.powers[0] == pytest.approx(2.0, abs=0.2)
    assert found.status is AlignmentStatus.REGULAR


@pytest.mark.slow
def test_exponentials_in_the_chaotic_sea_of_a_4_dimensional_map():
    """GALI_k ~ exp(-t Σ (λ_1 - λ_i)): with pairs λ_1, λ_2, -λ_2, -λ_1 the rates are λ_1 - λ_2, 2 λ_1 and 4 λ_1."""
    system, start = examples.coupled_standard(), [0.1, 0.2, 0.3, 0.4]
    n_steps = 100_000
    found = alignment_indices(system, start, n_steps=n_steps, n_transient=1_000)
    spectrum = lyapunov_spectrum(system, start, n_steps=n_steps, n_transient=1_000)
    first, second = spectrum.exponents[:2]
    expected = [first - second, 2 * first, 4 * first]
    errors = np.hypot(found.rate_errors, np.array([2, 2, 4]) * spectrum.standard_errors[0])
    assert (np.abs(found.rates - expected) < 4 * errors).all()
    assert (found.rate_errors < 0.02 * np.array(expected) + 0.02).all()
    assert found.status is AlignmentStatus.CHAOTIC


def test_the_cat_map_aligns_at_twice_its_exponent():
    found = alignment_indices(systems.cat(), [0.1, 0.2], n_steps=4_096)
    assert found.rates[0] == pytest.approx(2 * math.log((3 + math.sqrt(5)) / 2), abs=1e-10)
    assert found.rate_errors[0] < 1e-10
    assert found.growth / 4_096 == pytest.approx(math.log((3 + math.sqrt(5)) / 2), abs=1e-3)


def test_islands_and_sea_of_the_standard_map():
    for start, status in (([3.1, 0.2], "REGULAR"), ([2.5, 0.3], "REGULAR"), ([0.1, 0.1], "CHAOTIC")):
        assert alignment_indices(examples.standard(1.0), start, n_steps=10_000).status.name == status, start


# ---- dissipative maps: what the indices can tell and what not ----------------------------------------------------


def test_in_a_dissipative_map_alignment_alone_is_not_chaos():
    """Hénon's attractor, a stable torus and a stable cycle with real multipliers: all fall exponentially."""
    chaos = alignment_indices(systems.henon(), [0.1, 0.1], n_steps=8_000, n_transient=500)
    torus = alignment_indices(examples.delayed_logistic(2.1), [0.4, 0.5], n_steps=8_000, n_transient=5_000)
    cycle = alignment_indices(systems.henon(1.0), [0.1, 0.1], n_steps=8_000, n_transient=5_000)
    assert [x.status.name for x in (chaos, torus, cycle)] == ["CHAOTIC", "ALIGNED", "ALIGNED"]
    assert (np.array([chaos.rates, torus.rates, cycle.rates]) > 0.05).all()
    spectrum = lyapunov_spectrum(systems.henon(), [0.1, 0.1], n_steps=8_000, n_transient=500)
    assert chaos.rates[0] == pytest.approx(np.ptp(spectrum.exponents), abs=4 * chaos.rate_errors[0] + 0.02)


def test_a_stable_focus_turns_vectors_together():
    """Complex multipliers have equal moduli: the angle between vectors stays, and so does the index."""
    found = alignment_indices(examples.delayed_logistic(1.9), [0.4, 0.5], n_steps=4_000)
    assert found.status is AlignmentStatus.REGULAR
    assert found.powers[0] == pytest.approx(0.0, abs=0.1)
    assert found.growth < -100


def test_equal_positive_exponents_are_not_decided():
    assert (
        alignment_indices(systems.logistic(4.0, 4.0), [0.3, 0.41], n_steps=4_000).status is AlignmentStatus.UNDETERMINED
    )


def test_neutral_directions_stay_apart():
    found = alignment_indices(systems.circle(0.5, 0.3, 0.2, 0.1), [0.1, 0.2, 0.3], n_steps=4_000)
    assert found.status is AlignmentStatus.REGULAR
    np.testing.assert_allclose(found.powers, 0.0, atol=0.1)


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "status"), [(1.4, "CHAOTIC"), (1.255, "ALIGNED"), (1.27, "REGULAR")])
def test_the_network(beta, status):
    """β = 1.4 is chaos, 1.255 a stable torus, 1.27 a stable cycle with complex multipliers."""
    found = alignment_indices(
        MeanFieldMap(Features.segments(), beta=beta), Window.paper_beta3(), n_steps=8_192, n_transient=50_000
    )
    assert found.status.name == status
    assert found.log_gali.shape == (1_024, 3)


# ---- degenerate input ------------------------------------------------------------------------------------------


def test_annihilated_directions_are_told():
    found = alignment_indices(examples.hopfield(), [0.1, 0.3], n_steps=1_000)
    assert found.status is AlignmentStatus.SINGULAR
    assert np.isnan(found.rates).all()
    assert (found.gali == 0.0).all()
    dead = alignment_indices(systems.linear(np.zeros((2, 2))), [0.0, 0.0], n_steps=100)
    assert dead.status is AlignmentStatus.SINGULAR


def test_divergence_and_short_runs():
    for n_transient in (0, 5_000):
        found = alignment_indices(systems.logistic(4.5, 4.0), [0.3, 0.3], n_steps=1_000, n_transient=n_transient)
        assert found.status is AlignmentStatus.DIVERGED
        assert np.isnan(found.log_gali).all()
    short = alignment_indices(examples.standard(1.0), [3.1, 0.2], n_steps=2)
    assert short.status is AlignmentStatus.UNDETERMINED
    assert np.isnan(short.powers).all()
    assert short.to_dict()["status"] == "undetermined"


@pytest.mark.parametrize(
    ("change", "message"),
    [
        ({"n_vectors": 3}, "n_vectors must be between 2 and the dimension 2, got 3"),
        ({"n_vectors": 1}, "n_vectors must be between 2 and the dimension 2, got 1"),
        ({"frame": [[1.0, 0.0], [1.0, 0.0]]}, "frame must hold 2 orthonormal rows of length 2"),
        ({"frame": np.eye(3)}, "frame must hold 2 orthonormal rows of length 2"),
        ({"n_steps": 1}, "n_steps must be at least 2"),
        ({"n_transient": -1}, "n_transient must not be negative"),
    ],
)
def test_mistakes_are_named(change, message):
    with pytest.raises(ValueError, match=message):
        alignment_indices(systems.henon(), [0.1, 0.1], **({"n_steps": 100} | change))


def test_one_dimension_has_no_volume():
    with pytest.raises(ValueError, match="dimension 1, got 1: a volume needs two"):
        alignment_indices(systems.logistic(4.0), [0.3], n_steps=100)
