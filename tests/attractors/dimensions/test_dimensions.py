"""Dimensions of sets that are known exactly, of the Hénon map, and of what has none."""

import math

import numpy as np
import pytest
import systems
from naive_geometry import correlation_sum, occupied_boxes

from attractors import examples
from attractors.dimensions.box_counting import BoxCountingStatus, box_counting_dimension
from attractors.dimensions.correlation import DimensionStatus, correlation_dimension, pair_counts
from attractors.dimensions.power_law import NONE, power_law
from attractors.time_series.embedding import embed

RNG = np.random.default_rng(0)
CANTOR = math.log(2) / math.log(3)


def cantor(n, seed=0):
    """Uniform on the middle-thirds set: random ternary digits 0 and 2, 33 of them."""
    return np.random.default_rng(seed).integers(0, 2, (n, 33)) * 2 @ 3.0 ** -np.arange(1, 34)


def on_torus(*angles):
    return np.column_stack([f(a) for a in angles for f in (np.cos, np.sin)])


def angles(n, d, seed=0):
    return np.random.default_rng(seed).uniform(0, 2 * np.pi, (d, n))


HENON = examples.henon().orbit([0.1, 0.1], 21_000)[0][1_000:]

# ---- the correlation sum -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("step", [1, 3])
@pytest.mark.parametrize("theiler", [0, 1, 7])
def test_the_correlation_sum(theiler, step):
    """Exactly, ties and repeated points included."""
    rng = np.random.default_rng(theiler)
    points = rng.integers(0, 12, (90, 2)) / 8.0
    times = np.sort(rng.choice(300, 90, replace=False))
    radii = np.array([0.0, 0.125, 0.3, 0.5, 2.0])
    counts, pairs = pair_counts(points, times, radii, theiler, step, 4)
    np.testing.assert_array_equal(
        counts.sum(axis=1) / pairs.sum(), correlation_sum(points, times, radii, theiler, step)
    )
    assert counts.shape == (5, 4)


def test_the_correlation_sum_of_a_square():
    """In the maximum norm C(r) = (2 r - r²)², within five errors of the mean over independent pairs."""
    answer = correlation_dimension(np.random.default_rng(0).uniform(size=(5_000, 2)), theiler=0)
    r, c = answer.radii, (2 * answer.radii - answer.radii**2) ** 2
    pairs = 5_000 * 4_999 / 2
    error = np.sqrt(c / pairs + 4 * c**2 * 0.05 / 5_000)  # pairs, and what points at the edges miss: var/mean² < 0.05
    assert (np.abs(answer.correlation_sum - c) < 5 * error).all()
    assert len(r) > 12


# ---- known dimensions ----------------------------------------------------------------------------------------------

KNOWN = {
    "circle": (lambda: on_torus(*angles(5_000, 1)), 1.0, 0.03),
    "torus": (lambda: on_torus(*angles(10_000, 2)), 2.0, 0.05),
    "square": (lambda: np.random.default_rng(0).uniform(size=(10_000, 2)), 2.0, 0.06),
    "Cantor": (lambda: cantor(5_000), CANTOR, 0.02),
    "Cantor squared": (lambda: np.column_stack([cantor(10_000), cantor(10_000, 1)]), 2 * CANTOR, 0.05),
    "Hénon": (lambda: HENON, 1.21, 0.02),
    "Hénon from x": (lambda: embed(HENON[:, 0], 1, 2), 1.21, 0.02),
    "Hénon from three x": (lambda: embed(HENON[:, 0], 1, 3), 1.21, 0.02),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_correlation_dimensions(name):
    """Hénon: 1.21 ± 0.01, P. Grassberger, I. Procaccia, Physica D 9, 189 (1983). The rest is exact."""
    make, value, tolerance = KNOWN[name]
    answer = correlation_dimension(make())
    assert abs(answer.value - value) < tolerance
    assert abs(answer.value - value) < 2.5 * answer.standard_error
    # with gaps local slopes go from 0 to 2 D and scatter by D at most; factors of 4 in the range are independent
    gaps = value / math.sqrt(math.log(answer.range[1] / answer.range[0], 4)) if "Cantor" in name else 0.0
    assert answer.standard_error < max(0.1, gaps)
    assert answer.range[1] > 7.9 * answer.range[0]
    assert answer.status in {DimensionStatus.OK, DimensionStatus.FILLS_SPACE}
    assert (answer.status is DimensionStatus.FILLS_SPACE) == (name == "square")


@pytest.mark.slow
def test_the_error_holds():
    """Deviations over their errors, for 18 samples of sets without edges: neither far above nor far below 1."""
    scores = []
    for seed in range(6):
        sets = [(on_torus(*angles(2_000, 1, seed)), 1.0), (on_torus(*angles(4_000, 2, seed)), 2.0)]
        for points, value in [*sets, (np.random.default_rng(seed).normal(size=2_000), 1.0)]:
            answer = correlation_dimension(points)
            scores.append((answer.value - value) / answer.standard_error)
    rms = math.sqrt(np.mean(np.square(scores)))
    assert 0.4 < rms < 1.4
    assert np.abs(scores).max() < 4.0


def test_a_regular_orbit_has_an_error_that_says_so():
    """Two frequencies and 10,000 samples: only some ten different distances are small. It may also find no range."""
    n = np.arange(10_000)
    one, two = 2 * np.pi * systems.GOLDEN * n, 2 * np.pi * 2**0.5 * n
    assert abs(correlation_dimension(on_torus(one)).value - 1.0) < 0.03
    answer = correlation_dimension(on_torus(one, two))
    if answer.status is not DimensionStatus.NO_SCALING_RANGE:
        assert abs(answer.value - 2.0) < 2.5 * answer.standard_error
        assert answer.standard_error > 0.05


def test_a_long_regular_orbit_has_its_dimension():
    """75,000 samples leave a factor of 8 where some 30 different distances and more are smaller."""
    n = np.arange(75_000)
    answer = correlation_dimension(on_torus(2 * np.pi * systems.GOLDEN * n, 2 * np.pi * 2**0.5 * n))
    assert abs(answer.value - 2.0) < 0.05
    assert abs(answer.value - 2.0) < 2.5 * answer.standard_error
    assert answer.standard_error < 0.1
    assert answer.range[0] > 0.02


@pytest.mark.slow
def test_a_density_with_poles_bends_the_sum():
    """The logistic map at r = 4 has dimension 1; that of the Hénon map, as long, is believed."""
    answer = correlation_dimension(examples.logistic(4.0).orbit([0.3], 20_000)[0])
    assert answer.status is DimensionStatus.BENT
    assert 1.0 - answer.value > 2.0 * answer.standard_error
    assert correlation_dimension(HENON).status is DimensionStatus.OK


def test_scale_and_axes_do_not_matter():
    a, b = (correlation_dimension(x) for x in (HENON[:3_000], 1e6 * HENON[:3_000, ::-1] + 7.0))
    assert a.value == pytest.approx(b.value, abs=1e-3)
    assert a.theiler == b.theiler


CASES = {
    "cycle": (np.tile(RNG.normal(size=(7, 3)), (200, 1)), DimensionStatus.FINITE, 0.0),
    "period 1": (np.full((900, 2), 0.3), DimensionStatus.CONSTANT, 0.0),
    "two points": (np.array([1.0, 2.0]), DimensionStatus.SHORT, math.nan),
    "rounded": (HENON[:5_000].round(1), DimensionStatus.FINITE, 0.0),
    "noise": (RNG.normal(size=(5_000, 3)), DimensionStatus.FILLS_SPACE, 3.0),
    "noise in 200": (RNG.normal(size=(300, 200)), DimensionStatus.NO_SCALING_RANGE, math.nan),
    "settled": (0.5 ** np.arange(3_000.0), DimensionStatus.FINITE, 0.0),
}


@pytest.mark.parametrize("name", CASES)
def test_what_has_no_dimension(name):
    series, status, value = CASES[name]
    answer = correlation_dimension(series)
    assert answer.status is status
    assert answer.value == pytest.approx(value, abs=0.15, nan_ok=True)


@pytest.mark.parametrize(
    ("options", "words"), [({"theiler": 30}, "from 0 to 24"), ({"n_most": 9}, "at least 200, got 9")]
)
def test_mistakes_with_dimensions(options, words):
    with pytest.raises(ValueError, match=words):
        correlation_dimension(np.arange(100.0), **options)
    with pytest.raises(ValueError, match="not finite"):
        correlation_dimension([1.0, np.nan, 2.0])


def test_pairs_close_in_time_are_left_out():
    """A walk that is sampled densely looks one-dimensional, until such pairs are left out."""
    walk = np.cumsum(np.random.default_rng(0).normal(size=(2_500, 3)), axis=0) / 50
    walk = walk - np.floor(walk)
    with_them = correlation_dimension(walk, theiler=0)
    without = correlation_dimension(walk, theiler=500)
    small = with_them.radii[3]
    ratio = with_them.correlation_sum[3] / np.interp(small, without.radii, without.correlation_sum)
    assert ratio > 3.0


# ---- scaling ranges ------------------------------------------------------------------------------------------------


def test_the_straight_part_is_found():
    x = np.arange(0.0, 10.0, 0.25)
    y = np.where(x < 2.0, 4.0 * x, np.where(x < 7.0, 8.0 + 1.3 * (x - 2.0), 14.5))
    law = power_law(x, y, y[:, None] + np.zeros((1, 8)))
    assert abs(law.trend) < 1e-6
    assert law.slope == pytest.approx(1.3, abs=0.05)
    assert 1.5 <= x[law.first] <= 2.5
    assert 6.5 <= x[law.last] <= 7.5
    bent = np.exp(0.3 * x)
    assert power_law(x, bent, bent[:, None] + np.zeros((1, 8))) is NONE


# ---- boxes ---------------------------------------------------------------------------------------------------------


def test_boxes_are_counted():
    points = np.random.default_rng(1).normal(size=(400, 3))
    answer = box_counting_dimension(np.vstack([points] * 8), seed=5)
    shifts = np.random.default_rng(5).uniform(size=(8, 3))
    low, extent = points.min(axis=0), np.ptp(points, axis=0).max()
    for size, count in list(zip(answer.sizes, answer.counts, strict=True))[-4:]:
        corners = low - shifts * size
        assert count == pytest.approx(np.mean([occupied_boxes(points, size, c) for c in corners]), abs=0.26)
    assert answer.sizes[-1] == pytest.approx(extent / 8)


BOXES = {
    "interval": (lambda: np.random.default_rng(0).uniform(size=10_000), 1.0),
    "circle": (lambda: on_torus(*angles(20_000, 1)), 1.0),
    "Cantor": (lambda: cantor(10_000), CANTOR),
    "Hénon": (lambda: HENON, 1.261),  # D. A. Russell, J. D. Hanson, E. Ott, Phys. Rev. Lett. 45, 1175 (1980)
}


@pytest.mark.parametrize("name", BOXES)
def test_known_box_counting_dimensions(name):
    make, value = BOXES[name]
    answer = box_counting_dimension(make())
    assert answer.status is BoxCountingStatus.OK
    assert abs(answer.value - value) < 2.5 * answer.standard_error
    assert answer.standard_error < 0.06
    assert answer.bias <= 0.0


@pytest.mark.parametrize(
    ("series", "status"),
    [
        (np.ones((300, 2)), BoxCountingStatus.CONSTANT),
        ([1.0, 2.0], BoxCountingStatus.SHORT),
        (RNG.normal(size=(300, 200)), BoxCountingStatus.NO_SCALING_RANGE),
        (RNG.normal(size=(3_000, 3)), BoxCountingStatus.NO_SCALING_RANGE),
    ],
)
def test_too_few_samples_for_boxes(series, status):
    assert box_counting_dimension(series).status is status


def test_a_cycle_fills_as_many_boxes_at_any_size():
    answer = box_counting_dimension(np.tile([[0.0, 1.0], [1.0, 0.0], [2.0, 2.0]], (200, 1)))
    assert answer.value == pytest.approx(0.0, abs=1e-12)
    assert (answer.counts == 3).all()
