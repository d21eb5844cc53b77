"""Drawings of single numbers show the numbers that they are given."""

import matplotlib as mpl
import numpy as np
import pytest
import systems
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from attractors import birkhoff_average, find_period, rotation_number
from attractors.drawing.style import STYLE
from attractors.drawing.time_series import draw_matches
from attractors.drawing.tori import draw_digits, draw_rotation
from attractors.time_series.entropy import sample_entropy

TURNS = systems.GOLDEN * np.arange(2_000)
WAVE = np.cos(2 * np.pi * TURNS)


@pytest.fixture
def axes():
    figure = Figure(layout="constrained")
    yield figure.subplots()
    with mpl.rc_context(STYLE):
        canvas = FigureCanvasAgg(figure)
        canvas.draw()
    assert np.asarray(canvas.buffer_rgba()).std() > 5


def test_digits_of_averages(axes):
    answer = birkhoff_average(np.column_stack([WAVE, np.random.default_rng(0).normal(size=2_000)]))
    draw_digits(axes, answer)
    np.testing.assert_array_equal([bar.get_height() for bar in axes.patches[:2]], answer.digits)
    assert axes.get_lines()[0].get_ydata()[0] == answer.digits_by_chance + 3.0


@pytest.mark.parametrize(("series", "said"), [(np.tile([1.0, 2.0, 4.0], 50), "period 3"), (WAVE, "none")])
def test_recurrence(axes, series, said):
    assert find_period(series).plot(axes, samples=series) is axes
    assert axes.get_title(loc="left") == said
    drawn = axes.get_lines()[0].get_ydata()
    expected = abs(series[:-1] - series[-1]) if said == "none" else np.full(147, 1e-300)
    np.testing.assert_allclose(drawn, np.maximum(expected, drawn.min()), rtol=1e-12)


def test_a_rotation_among_its_fractions(axes):
    answer = rotation_number(0.4 * np.arange(2_000))
    draw_rotation(axes, answer)
    orders, distances = axes.get_lines()[0].get_data()
    assert orders.tolist() == [1, 2, 3, 4, 5]  # 2/5 is not excluded
    np.testing.assert_allclose(distances, [0.4, 0.1, 0.4 - 1 / 3, 0.1, 0.0], atol=1e-12)


def test_matches_of_templates(axes):
    answer = sample_entropy(np.random.default_rng(1).normal(size=1_000))
    draw_matches(axes, answer)
    assert tuple(bar.get_height() for bar in axes.patches) == answer.matches
