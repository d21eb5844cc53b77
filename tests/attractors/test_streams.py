"""What is fed block by block, against NumPy on everything at once."""

import numpy as np
import pytest

from attractors import OrbitDensity, SlabSection


def blocks_of(orbits, lengths):
    ends = np.cumsum(lengths)
    assert ends[-1] == len(orbits)
    return np.split(orbits, ends[:-1])


@pytest.fixture(scope="module")
def orbits():
    return np.random.default_rng(5).normal(0.0, 0.4, size=(400, 3, 4))


def test_density_is_the_histogram_of_all_samples(orbits):
    density = OrbitDensity(4, n_bins=10, low=-1.0, high=1.0, component=2)
    for block in blocks_of(orbits, [1, 150, 200, 49]):
        density(block[:, :, :3], np.array([0, 1, 2]))
        density(block[:, :, 3:], np.array([3]))
    for i in range(4):
        inside = np.clip(orbits[:, 2, i], -1.0 + 1e-12, 1.0 - 1e-12)
        np.testing.assert_array_equal(density.counts[i], np.histogram(inside, 10, (-1.0, 1.0))[0])


def test_density_does_not_count_below_the_low_end_in_the_middle():
    density = OrbitDensity(1, n_bins=4, low=-1.0, high=1.0)
    density(np.array([-7.0, -1.001, 0.999, 8.0]).reshape(4, 1, 1))
    np.testing.assert_array_equal(density.counts, [[2, 0, 0, 2]])


@pytest.mark.parametrize("n_kept", [5, 400])
def test_section_keeps_the_last_points_inside_the_slab_in_order(orbits, n_kept):
    section = SlabSection(4, half_width=0.05, across=1, component=0, n_kept=n_kept)
    for block in blocks_of(orbits, [100, 299, 1]):
        section(block)
    for i in range(4):
        inside = orbits[np.abs(orbits[:, 1, i]) < 0.05, 0, i]
        assert 5 < len(inside) == section.n_hits[i]
        kept = inside[-n_kept:]
        np.testing.assert_array_equal(section.hits[i, : len(kept)], kept)
        assert np.isnan(section.hits[i, len(kept) :]).all()


def test_wrong_sizes_are_told():
    with pytest.raises(ValueError, match="low must be below high"):
        OrbitDensity(1, n_bins=4, low=1.0, high=1.0)
    with pytest.raises(ValueError, match="half_width must be positive"):
        SlabSection(1, half_width=0.0)
