"""Sections against shapes that are known exactly, and crossings against their order of convergence."""

import itertools
import math

import numpy as np
import pytest
import systems
from naive_geometry import crossings as naive_crossings

from attractors import examples
from attractors.sections.crossings import plane_crossings, stroboscopic_section, successive_maxima
from attractors.sections.poincare import SectionStatus, poincare_section
from attractors.sections.returns import ReturnMapStatus, ReturnTimesStatus, return_map, return_times

SHEAR = 0.7


def sheared_torus(n, seed=0):
    """Points on a torus of radii 3 and 1, sheared along the section y = 0, where it is two circles of radius 1."""
    a, b = np.random.default_rng(seed).uniform(0.0, 2 * np.pi, (2, n))
    y = (3 + np.cos(b)) * np.sin(a)
    return np.column_stack([(3 + np.cos(b)) * np.cos(a) + SHEAR * y, y, np.sin(b)])


def off(points):
    """Distance from the two circles."""
    return np.hypot(np.abs(points[:, 0]) - 3.0, points[:, 2]) - 1.0


def rms(x):
    return math.sqrt(np.mean(np.square(x)))


# ---- slabs --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("n", [20_000, 75_000])
def test_points_are_moved_onto_the_section(n):
    """Left in the slab they are off by the shear times w/√3, and that is what `displacement` says."""
    samples = sheared_torus(n)
    section = poincare_section(samples, half_width=0.1)
    hits = section.times.astype(int)
    assert section.status is SectionStatus.OK
    np.testing.assert_array_equal(hits, np.flatnonzero(np.abs(samples[:, 1]) < 0.1))
    assert (section.points[np.isfinite(section.error), 1] == 0.0).all()
    smear = SHEAR * rms(samples[hits, 1])
    assert section.displacement == pytest.approx(smear, rel=0.25)
    tilt = math.sqrt(
        10 * 12 * math.pi**2 / (math.pi * n)
    )  # curvature 1 times the distance of 10 neighbours; area 12 π²
    assert rms(off(section.points)) < tilt / SHEAR * rms(off(samples[hits]))
    assert np.mean(np.abs(off(section.points)) <= section.error) > 0.9


def test_the_error_covers_what_is_off():
    """Over 20 tori of 1,000 samples, as two standard errors would; with a quarter of a series in it, a warning."""
    covered = []
    for seed in range(20):
        section = poincare_section(sheared_torus(1_000, seed))
        covered.append(np.mean(np.abs(off(section.points)) <= section.error))
        assert section.status is SectionStatus.OK
    assert np.mean(covered) > 0.95
    assert poincare_section(sheared_torus(300)).status is SectionStatus.FEW


def test_many_components():
    """With more components than neighbours the smaller of two equal systems is solved: padding changes nothing."""
    samples = sheared_torus(5_000)
    padded = np.column_stack([samples, np.zeros((5_000, 20))])
    few, many = (poincare_section(x, half_width=0.1) for x in (samples, padded))
    np.testing.assert_allclose(many.points[:, :3], few.points, atol=1e-9)
    np.testing.assert_allclose(many.error, few.error, atol=1e-9)


def test_what_remains_falls_with_the_density_of_points():
    """A flat through k points of a curved surface is tilted by their distance, n^(-1/2): 2.8 times less for 8 n."""
    sparse, dense = (poincare_section(sheared_torus(n), half_width=0.05) for n in (10_000, 80_000))
    ratio = np.median(np.abs(off(sparse.points))) / np.median(np.abs(off(dense.points)))
    assert 8**0.5 / 2 < ratio < 8**0.5 * 2


def test_the_width_balances_noise_and_smear():
    """1/(ρ w) + c² w² is smallest where c w = 1/√(2 N): displacement over extent, against the number of hits."""
    for n in (5_000, 20_000, 75_000):
        section = poincare_section(sheared_torus(n))
        extent = math.sqrt(section.points[:, [0, 2]].var(axis=0).sum())
        noise = 1.0 / math.sqrt(2 * len(section.points))
        assert 0.5 < section.displacement / extent / noise < 2.0
    narrow, wide = (poincare_section(sheared_torus(n)).half_width for n in (75_000, 5_000))
    assert wide / narrow == pytest.approx(15 ** (1 / 3), rel=0.3)


def test_a_section_without_slope_is_not_moved():
    """Points that fill space go straight to the surface, up to the noise √(2/k) of the covariances of k = 10."""
    samples = np.random.default_rng(0).normal(size=(20_000, 3))
    section = poincare_section(samples, level=0.3)
    assert section.level == 0.3
    assert section.displacement < 2.0 * math.sqrt(2 / 10) * section.half_width / math.sqrt(3)


def test_a_torus_of_one_frequency_leaves_points():
    """An ellipse meets a line twice; within a slab it is two arcs, which are gathered again."""
    angle = 2 * np.pi * systems.GOLDEN * np.arange(20_000)
    samples = np.column_stack([2 * np.cos(angle) + 0.5 * np.sin(angle), np.sin(angle)])
    section = poincare_section(samples, half_width=0.05)
    left = np.abs(section.points[:, 0]) - 2.0
    assert rms(np.abs(samples[section.times.astype(int), 0]) - 2.0) == pytest.approx(0.5 * 0.05 / 3**0.5, rel=0.05)
    assert rms(left) < 0.05**3  # a tangent would leave y², Heun's correction leaves the third order
    assert (np.abs(left) <= section.error + 1e-9).mean() > 0.95


@pytest.mark.parametrize(
    ("samples", "options", "status"),
    [
        (np.ones((500, 2)), {}, SectionStatus.NO_FLAT),
        (np.array([[0.0, -1.0], [1.0, 1.0]]), {}, SectionStatus.NO_FLAT),
        (np.tile([[0.0, -1.0], [1.0, 1.0], [2.0, 0.1]], (300, 1)), {}, SectionStatus.NO_FLAT),
        (np.random.default_rng(0).normal(size=(400, 200)), {}, SectionStatus.OK),
        (np.random.default_rng(0).normal(size=(400, 200)), {"half_width": 1.0}, SectionStatus.FEW),
        (np.random.default_rng(0).normal(size=(400, 2)), {"level": 9.0}, SectionStatus.NOT_CROSSED),
        (np.array([[0.0, -1.0], [1.0, 1.0]]), {"half_width": 0.1}, SectionStatus.EMPTY),
    ],
)
def test_degenerate_slabs(samples, options, status):
    section = poincare_section(samples, **options)
    assert section.status is status
    assert len(section.points) == len(section.times) == len(section.error)
    if status is SectionStatus.NO_FLAT:
        assert np.isnan(section.error).all()
        np.testing.assert_array_equal(section.points, samples[section.times.astype(int)])


@pytest.mark.parametrize(
    ("series", "options", "words"),
    [
        (np.arange(9.0), {}, "two components or more"),
        (np.ones((5, 2)), {"across": 2}, "from 0 to 1, got 2"),
        (np.ones((5, 2)), {"half_width": 0.0}, "must be positive, got 0.0"),
        ([[1.0, 2.0], [np.nan, 1.0]], {}, r"series\[1\] is not finite"),
    ],
)
def test_mistakes_with_slabs(series, options, words):
    with pytest.raises(ValueError, match=words):
        poincare_section(series, **options)


# ---- crossings ----------------------------------------------------------------------------------------------------


def ellipse(n_turn, n=4_000):
    """A tilted ellipse; upwards through y = 0.3."""
    angle = 2 * np.pi * np.arange(n) / n_turn
    return np.column_stack([2 * np.cos(angle) + 0.5 * np.sin(angle), np.sin(angle)]), angle


def test_crossings_are_where_they_must_be():
    samples, angle = ellipse(37.3)
    section = plane_crossings(samples, normal=1, level=0.3)
    assert section.status is SectionStatus.OK
    assert np.floor(section.times).astype(int).tolist() == naive_crossings(samples[:, 1], 0.3)
    exact = np.arcsin(0.3) + 2 * np.pi * np.arange(len(section.times))
    np.testing.assert_allclose(section.times * angle[1], exact, atol=1e-4)
    point = [2 * math.sqrt(1 - 0.09) + 0.15, 0.3]
    assert (np.linalg.norm(section.points - point, axis=1) <= section.error).all()
    np.testing.assert_allclose(section.points[:, 1], 0.3, atol=1e-14)


def test_the_order_of_convergence():
    """Twice as many samples on a turn: a 16th of the error of the cubic, a quarter of the error estimate."""
    off_point, error = [], []
    for n_turn in (20.7, 41.4, 82.8):
        samples, angle = ellipse(n_turn, 60_000)
        samples[:, 0] += 0.3 * np.cos(3 * angle)  # on an ellipse alone, errors of third order are along the curve
        section = plane_crossings(samples, normal=1, level=0.3)
        exact = 2 * math.sqrt(1 - 0.09) + 0.15 + 0.3 * math.cos(3 * math.asin(0.3))
        off_point.append(rms(section.points[:, 0] - exact))
        error.append(rms(section.error))
    for coarse, fine in itertools.pairwise(off_point):
        assert math.log2(coarse / fine) == pytest.approx(4.0, abs=0.3)
    for coarse, fine in itertools.pairwise(error):
        assert math.log2(coarse / fine) == pytest.approx(2.0, abs=0.3)


def test_directions_and_planes():
    samples, _ = ellipse(37.3)
    up, down, both = (plane_crossings(samples, normal=1, direction=d) for d in (1, -1, 0))
    assert (up.points[:, 0] > 0).all()
    assert (down.points[:, 0] < 0).all()
    np.testing.assert_array_equal(np.sort(np.concatenate([up.times, down.times])), both.times)
    tilted = plane_crossings(samples, normal=[0.0, 2.0], level=0.6)
    np.testing.assert_allclose(tilted.times, plane_crossings(samples, normal=1, level=0.3).times, rtol=1e-12)


def test_samples_on_the_plane_count_once():
    x = np.array([-1.0, 0.0, 1.0, 0.0, 1.0, 0.0, -1.0, -2.0])
    assert plane_crossings(x, direction=1).times.tolist() == pytest.approx([1.0])
    assert plane_crossings(x, direction=-1).times.tolist() == pytest.approx([5.0], abs=1e-9)


def test_a_map_is_too_coarse_to_interpolate():
    orbit = examples.henon().orbit([0.1, 0.1], 500)[0]
    assert plane_crossings(orbit).status is SectionStatus.COARSE
    assert plane_crossings(np.ones(9)).status is SectionStatus.NOT_CROSSED
    assert successive_maxima(orbit[:, 0]).status is SectionStatus.COARSE
    assert successive_maxima(np.arange(9.0)).status is SectionStatus.NOT_CROSSED


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"direction": 2}, "direction must be 1"),
        ({"normal": 2}, "from 0 to 1"),
        ({"normal": [0.0, 0.0]}, "not 0"),
        ({"normal": [1.0, 0.0, 0.0]}, r"shape \(2,\)"),
    ],
)
def test_mistakes_with_planes(options, words):
    with pytest.raises(ValueError, match=words):
        plane_crossings(np.ones((9, 2)), **options)


def test_maxima_of_a_cosine():
    section = successive_maxima(3.0 * np.cos(2 * np.pi / 40.3 * np.arange(1_000) - 1.0))
    np.testing.assert_allclose(section.times % 40.3, 40.3 / 2 / np.pi, atol=1e-3)
    np.testing.assert_allclose(section.points, 3.0, atol=1e-4)
    assert (section.error <= 3.0 * (1 - math.cos(math.pi / 40.3)) + 1e-12).all()
    with pytest.raises(ValueError, match="one component"):
        successive_maxima(np.ones((9, 2)))


def test_a_clock_shows_its_phases():
    driven = systems.Driven([0.3, -1.0, 0.5, 2.0])
    orbit, _ = driven.orbit((0.0, 0), 400)
    for phase in range(4):
        section = stroboscopic_section(orbit[200:], period=4, phase=phase)
        np.testing.assert_array_equal(section.points[:, 0], orbit[200 + phase :: 4, 0])
        assert np.ptp(section.points) < 1e-12
    with pytest.raises(ValueError, match="phase from 0 to period - 1"):
        stroboscopic_section(orbit, period=4, phase=4)


# ---- returns ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("system", "start", "inside", "measure"),
    [
        (examples.tent(), [0.3], lambda x: (x[:, 0] > 0.2) & (x[:, 0] < 0.3), 0.1),
        (examples.cat(), [0.1, 0.234], lambda x: (x < 0.2).all(axis=1), 0.04),
        (examples.circle(systems.GOLDEN, 0.0), [0.0], lambda x: x[:, 0] % 1.0 < 0.1, 0.1),
    ],
)
def test_kac(system, start, inside, measure):
    """The mean return time of an ergodic map is one over the measure of the set."""
    orbit, _ = system.orbit(start, systems.affordable(200_000))
    answer = return_times(np.flatnonzero(inside(orbit)))
    assert answer.status is ReturnTimesStatus.OK
    assert abs(answer.mean - 1.0 / measure) < 3.5 * answer.standard_error
    assert answer.standard_error < 0.2 * answer.mean
    assert answer.counts @ answer.values == answer.times.sum()


def test_the_error_of_a_mean_return_time_holds():
    """Of 100 stretches of the tent map some 68 have the truth within one error; binomial, 4 sigma."""
    orbit = examples.tent().orbit([0.3], 400_000 if systems.JIT else 40_000)[0][:, 0]
    parts = np.split(orbit, 100 if systems.JIT else 10)
    scores = []
    for part in parts:
        answer = return_times(np.flatnonzero((part > 0.2) & (part < 0.3)))
        scores.append(abs(answer.mean - 10.0) / answer.standard_error)
    within = np.mean(np.array(scores) < 1.0)
    assert abs(within - 0.683) < 4 * math.sqrt(0.683 * 0.317 / len(parts))


def test_few_returns():
    answer = return_times([3, 5, 9])
    assert (answer.mean, answer.status) == (3.0, ReturnTimesStatus.FEW)
    assert math.isnan(answer.standard_error)
    with pytest.raises(ValueError, match="ascend"):
        return_times([3, 3])


CURVES = {
    "logistic": (lambda: examples.logistic(3.9).orbit([0.3], 1_000)[0], ReturnMapStatus.ONE_DIMENSIONAL),
    "tent": (lambda: examples.tent().orbit([0.3], 1_000)[0], ReturnMapStatus.ONE_DIMENSIONAL),
    "Hénon": (lambda: examples.henon().orbit([0.1, 0.1], 1_000)[0][:, 0], ReturnMapStatus.SCATTERED),
    "noise": (lambda: np.random.default_rng(0).normal(size=1_000), ReturnMapStatus.SCATTERED),
    "cycle": (lambda: np.tile([1.0, 2.0, 3.0], 100), ReturnMapStatus.FINITE),
    "constant": (lambda: np.ones(100), ReturnMapStatus.FINITE),
    "short": (lambda: np.random.default_rng(0).normal(size=50), ReturnMapStatus.SHORT),
}


@pytest.mark.parametrize("name", CURVES)
def test_curves_and_clouds(name):
    make, status = CURVES[name]
    assert return_map(make()).status is status


def test_the_scatter_of_a_curve_with_width():
    """Noise of 1 % on the values: as much scatter, times √(1 + slope²), the slope being that of the logistic map."""
    x = examples.logistic(3.9).orbit([0.3], 2_000)[0][:, 0]
    noise = np.random.default_rng(0).normal(size=2_000)
    answer = return_map(x + 0.01 * x.std() * noise)
    slope = np.median(np.abs(3.9 * (1 - 2 * x)))
    assert answer.scatter == pytest.approx(0.01 * math.sqrt(1 + slope**2), rel=0.25)
    assert answer.status is ReturnMapStatus.SCATTERED
    assert abs(return_map(noise).scatter - 1.0) < 0.15
