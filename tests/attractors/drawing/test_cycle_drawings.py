"""Drawings of cycles continued: stable and unstable parts, marks where the bifurcations are."""

import numpy as np
import pytest
import systems
from matplotlib.figure import Figure

from attractors import continue_bifurcation, continue_cycle
from attractors.drawing.cycles import bifurcations_page
from attractors.drawing.style import GREY


@pytest.fixture(scope="module")
def branch():
    return continue_cycle(systems.henon(0.2), [0.8, 0.2], 1, 0, (-0.2, 0.6), confirm=False)


def test_a_branch_is_drawn_in_parts(branch):
    axes = branch.plot(Figure().subplots())
    lines = [line for line in axes.get_lines() if line.get_linestyle() != "None"]
    assert [line.get_color() == GREY for line in lines] == [False, True] or len(lines) == 3
    marks = [line for line in axes.get_lines() if line.get_linestyle() == "None"]
    assert [mark.get_xdata()[0] for mark in marks] == pytest.approx([-0.1225, 0.3675])


def test_a_curve_names_its_special_points(branch):
    flip = branch.bifurcations[1]
    curve = continue_bifurcation(systems.henon(0.2), flip, (0, 1), ((-1.0, 4.0), (-1.5, 0.5)))
    axes = curve.plot(Figure().subplots())
    assert [text.get_text() for text in axes.texts] == ["R2"]
    np.testing.assert_allclose(axes.get_lines()[0].get_xydata(), curve.parameters)


def test_the_page_names_what_occurs(branch):
    orbit = np.array([-0.1, 0.2]), np.array([0.5, 0.6])
    page = bifurcations_page([branch], [branch.points[:, :, 0]], orbit=orbit, name="a", symbol="x", title="Hénon")
    (axes,) = page.axes
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("a", "x")
    assert [text.get_text() for text in page.legends[0].get_texts()][:2] == [
        "fold (limit point)",
        "flip (period doubling)",
    ]
