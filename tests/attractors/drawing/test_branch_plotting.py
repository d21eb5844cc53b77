"""Drawings of attractors and branches: what is in them is what was found."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.figure import Figure
from test_following import SHORT, imperfect, shifted_cubic

from attractors import find_attractors, follow_attractors
from attractors.drawing.continuation import OTHERS, branches_page, draw_basins
from attractors.drawing.multistability import SEVERAL, attractors_page, draw_shares


def new_axes():
    return Figure().subplots()


@pytest.fixture(scope="module")
def hysteresis():
    """Two branches; the lower one is found by starts for r < 0 only."""
    return follow_attractors(imperfect, np.linspace(-0.5, 0.5, 11), [[0.01], [0.5], [-1.4]], **SHORT)


def test_basins_are_stacked_shares(hysteresis):
    axes = new_axes()
    draw_basins(axes, hysteresis)
    *stacked, undetermined = axes.patches
    heights = np.array([patch.get_data().values - patch.get_data().baseline for patch in stacked])
    for branch, height in zip(hysteresis.branches, heights, strict=True):
        np.testing.assert_allclose(height[branch.indices], branch.shares)
        assert height.sum() == pytest.approx(branch.shares.sum())
    top = undetermined.get_data()
    np.testing.assert_allclose(top.values - top.baseline, hysteresis.undetermined, atol=1e-12)


def test_the_page_of_branches(hysteresis):
    figure = branches_page(hysteresis, name="$r$", symbol="$x$", title="hysteresis")
    above, middle, below = figure.axes
    assert (above.get_ylabel(), middle.get_ylabel(), below.get_xlabel()) == ("$x$", "share of starts", "$r$")
    texts = [text.get_text() for text in above.texts]
    assert texts == ["fold", "fold"]
    spans = [patch.get_extents() for patch in above.patches]
    assert len(spans) == len(hysteresis.hysteresis) == 1
    hollow = [line for line in above.lines if line.get_marker() == "o"]
    drawn = {float(line.get_xdata()[0]) for line in hollow}
    expected = {
        float(p) for b in hysteresis.branches for p, share in zip(b.parameters, b.shares, strict=True) if share == 0
    }
    assert drawn == expected
    assert [text.get_text() for text in figure.legends[0].get_texts()] == ["fixed point", "fixed point"]


def test_short_branches_share_a_colour():
    found = follow_attractors(shifted_cubic, [0.9, 0.95], [[0.5]], **SHORT)
    many = replace(found, branches=found.branches * 9)
    figure = branches_page(many)
    assert figure.legends[0].get_texts()[-1].get_text() == f"{9 - len(SEVERAL)} short branches more"
    assert figure.axes[2].lines[8].get_color() == OTHERS


def test_shares_and_their_intervals():
    starts = np.linspace(0.1, 1.9, 12)[:, None]
    found = find_attractors(shifted_cubic(1.5), starts, n_transient=400, n_steps=64, n_window=60)
    axes = new_axes()
    draw_shares(axes, found)
    assert [bar.get_width() for bar in axes.patches] == [one.share for one in found.attractors]
    for line, one in zip(axes.lines, found.attractors, strict=True):
        np.testing.assert_array_equal(line.get_xdata(), one.interval)
    assert [label.get_text() for label in axes.get_yticklabels()] == ["fixed point", "fixed point"]
    left, right = attractors_page(found, symbols=("$x_t$", "$x_{t+1}$"), title="two").axes
    assert (left.get_xlabel(), right.get_xlabel()) == ("$x_t$", "share of 12 starts")
