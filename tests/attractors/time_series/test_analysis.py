"""What all analyses say together, and the drawings of each."""

import json

import matplotlib as mpl
import numpy as np
import pytest
import systems
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from attractors import alignment_indices, covariant_vectors, finite_time_exponents, lyapunov_spectrum, plotting
from attractors.dimensions.box_counting import box_counting_dimension
from attractors.dimensions.correlation import correlation_dimension
from attractors.recurrence.cycles import refine_cycle
from attractors.sections.crossings import plane_crossings
from attractors.sections.poincare import poincare_section
from attractors.sections.returns import return_map, return_times
from attractors.time_series.analysis import Motion, analyse
from attractors.time_series.embedding import false_neighbours, mutual_information
from attractors.time_series.entropy import sample_entropy
from attractors.time_series.fluctuations import detrended_fluctuation
from attractors.time_series.lyapunov_from_data import largest_exponent
from attractors.tori.frequencies import torus


def wave(n, *frequencies):
    return np.cos(2 * np.pi * np.outer(np.arange(n), frequencies))


def orbit(system, start, n=4_000):
    return system.orbit(start, n + 1_000)[0][1_000:]


CASES = {
    "rest": (np.full((500, 2), 0.3), Motion.REST),
    "period 4": (orbit(systems.logistic(3.5), [0.3]), Motion.PERIODIC),
    "torus": (wave(4_000, systems.GOLDEN, 2**0.5), Motion.QUASIPERIODIC),
    "logistic": (orbit(systems.logistic(4.0), [0.3]), Motion.IRREGULAR),
    "Hénon": (orbit(systems.henon(), [0.1, 0.1]), Motion.IRREGULAR),
    "noise": (np.random.default_rng(0).normal(size=(4_000, 4)), Motion.IRREGULAR),
    "a torus in noise": (
        wave(4_000, systems.GOLDEN) + np.random.default_rng(1).normal(size=(4_000, 1)),
        Motion.IRREGULAR,
    ),
    "short": (np.random.default_rng(2).normal(size=8), Motion.UNDETERMINED),
    "many": (np.random.default_rng(3).normal(size=(600, 200)), Motion.UNDETERMINED),
    "beside a constant": (np.hstack([orbit(systems.logistic(3.5), [0.3]), np.ones((4_000, 1))]), Motion.PERIODIC),
}


@pytest.mark.parametrize("name", CASES)
def test_what_analyses_say_together(name):
    series, motion = CASES[name]
    answer = analyse(series)
    assert answer.status is motion
    document = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert document["status"] == motion.name.lower()
    assert document["period"]["status"] == answer.period.status.name.lower()


def test_too_few_samples():
    with pytest.raises(ValueError, match="at least 8 samples, got 7"):
        analyse(np.arange(7.0))


# ---- drawings -----------------------------------------------------------------------------------------------------


def pixels(figure):
    canvas = FigureCanvasAgg(figure)
    with mpl.rc_context(plotting.STYLE):
        canvas.draw()
    return np.asarray(canvas.buffer_rgba())


@pytest.mark.parametrize("name", CASES)
def test_a_page(name):
    series, motion = CASES[name]
    samples = np.reshape(series, (len(series), -1))
    figure = plotting.page(samples, analyse(samples), title="run 1")
    assert pixels(figure).std() > 5
    m = samples.shape[1]
    assert len(figure.axes) == 5 + (m > 1) + (m > 2)
    assert motion.name.lower() in figure.axes[0].get_title(loc="left")
    drawn = figure.get_tightbbox(figure.canvas.get_renderer())
    assert drawn.x0 > -0.01
    assert drawn.x1 < 7.21
    assert drawn.y1 < 7.41


def test_a_page_shows_the_numbers_it_is_given():
    samples = CASES["torus"][0]
    figure = plotting.page(samples, analyse(samples, context=4), symbols=["a", "b"])
    series, returns, plane, spectrum, correlation, growth = figure.axes
    np.testing.assert_array_equal(series.get_lines()[0].get_ydata(), samples[-plotting.SAMPLES_DRAWN :, 0])
    np.testing.assert_array_equal(
        returns.get_lines()[0].get_xydata(), np.column_stack([samples[:-1, 0], samples[1:, 0]])
    )
    np.testing.assert_array_equal(plane.get_lines()[0].get_xydata(), samples)
    assert (plane.get_xlabel(), plane.get_ylabel()) == ("a", "b")
    marks = spectrum.get_lines()[1].get_xdata()
    assert marks == pytest.approx([1 - systems.GOLDEN], abs=1e-9)
    assert [text.get_text() for text in correlation.get_legend().get_texts()][1] == "end of the context window"
    assert growth.get_title(loc="left") == "0-1 test: regular"


def test_drawings_of_maps():
    figure = Figure(layout="constrained")
    first, second, third = figure.subplots(1, 3)
    spectrum = lyapunov_spectrum(systems.henon(), [0.1, 0.1], n_steps=6_400)
    plotting.draw_history(first, spectrum)
    np.testing.assert_allclose(first.get_lines()[0].get_ydata()[-1], spectrum.exponents[0])
    cycle = refine_cycle(systems.logistic(3.2), [0.51], 2)
    plotting.draw_multipliers(second, cycle)
    np.testing.assert_allclose(second.get_lines()[1].get_xdata(), cycle.multipliers.real)
    assert second.get_title(loc="left") == "period 2, stable; nearest: fold"
    plotting.draw_torus(third, torus(CASES["torus"][0]))
    assert len(third.get_legend().get_texts()) == 2
    assert pixels(figure).std() > 5


def test_drawings_of_sections_and_dimensions_show_what_they_are_given():
    points = CASES["Hénon"][0]
    x = points[:, 0]
    angle = 0.1 * np.arange(3_000)
    section = plane_crossings(np.column_stack([np.sin(angle), np.cos(angle), angle]))
    dimension, information = correlation_dimension(points), mutual_information(x)
    false, divergence = false_neighbours(x, max_dimension=3), largest_exponent(x, dimension=2)
    boxes, fluctuation = box_counting_dimension(points), detrended_fluctuation(x)
    returns, times = return_map(x), return_times(np.flatnonzero(x > 1.0))
    figure = Figure()
    axes = figure.subplots(3, 3).ravel()
    plotting.draw_section(axes[0], section, (1, 2), ("a", "b"))
    plotting.draw_return_map(axes[1], returns)
    plotting.draw_return_times(axes[2], times)
    plotting.draw_dimension(axes[3], dimension)
    plotting.draw_box_counts(axes[4], boxes)
    plotting.draw_fluctuations(axes[5], fluctuation)
    plotting.draw_information(axes[6], information)
    plotting.draw_false_neighbours(axes[7], false)
    plotting.draw_divergence(axes[8], divergence)
    assert pixels(figure).std() > 5
    shown = np.concatenate([line.get_xydata() for line in axes[0].get_lines()])
    np.testing.assert_array_equal(shown[np.argsort(shown[:, 1])], section.points[:, 1:])
    np.testing.assert_array_equal(axes[1].get_lines()[1].get_xydata(), returns.pairs)
    np.testing.assert_array_equal(axes[2].get_lines()[0].get_xdata(), times.values)
    np.testing.assert_array_equal(axes[3].get_lines()[0].get_ydata(), dimension.local_slopes)
    assert axes[3].get_title(loc="left").startswith(f"$D_2$: {dimension.value:.3f} ±")
    np.testing.assert_array_equal(axes[4].get_lines()[0].get_xydata(), np.column_stack([boxes.sizes, boxes.counts]))
    np.testing.assert_array_equal(axes[5].get_lines()[0].get_ydata(), fluctuation.fluctuations)
    np.testing.assert_array_equal(axes[6].get_lines()[0].get_ydata(), information.information[1:])
    assert axes[7].get_title(loc="left") == "delay 1: dimension 2"
    np.testing.assert_array_equal(axes[8].get_lines()[0].get_ydata(), divergence.divergence)


def test_results_without_an_answer_can_be_drawn():
    figure = Figure()
    axes = figure.subplots(2, 2).ravel()
    noise = np.random.default_rng(0).normal(size=(300, 200))
    plotting.draw_dimension(axes[0], correlation_dimension(noise))
    plotting.draw_box_counts(axes[1], box_counting_dimension(noise))
    plotting.draw_divergence(axes[2], largest_exponent(noise[:, 0]))
    plotting.draw_section(axes[3], poincare_section(noise, level=99.0), (0, 2), ("a", "b"))
    assert axes[0].get_title(loc="left") == "$D_2$: no range"
    assert axes[2].get_title(loc="left") == "no range"
    assert axes[3].get_title(loc="left") == "section: 0 points"


@pytest.mark.parametrize("name", CASES)
def test_a_thorough_analysis(name):
    """Every answer is there, says how sure it is, and is that of the function itself."""
    series = np.reshape(CASES[name][0], (len(CASES[name][0]), -1))
    answer = analyse(series, thorough=True)
    document = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    short = len(series) < 40
    for part in ("dimension", "entropy", "fluctuation", "exponent", "boxes", "hurst", "returns", "exponents"):
        assert document[part]["message"]
    for part in ("information", "neighbours"):
        assert document[part] is None if short else document[part]["message"]
    assert (answer.section is None) == (series.shape[1] == 1)
    if name == "Hénon":
        assert answer.dimension.value == correlation_dimension(series).value
        assert abs(answer.exponent.exponents[0] - 0.42) < 0.05
        assert answer.entropy.value == sample_entropy(series[:, 0]).value
        assert answer.boxes.value == box_counting_dimension(series).value
        assert answer.neighbours.dimension == 2
    if name == "rest":
        assert (answer.dimension.value, answer.entropy.value) == (0.0, 0.0)


def test_drawings_of_tangent_vectors():
    figure = Figure(layout="constrained")
    axes = figure.subplots(3, 3)
    henon = finite_time_exponents(systems.henon(), [0.1, 0.1], window=10, n_windows=512)
    plotting.draw_finite_time(axes[0, 0], henon)
    areas = [bar.get_width() * bar.get_height() for bar in axes[0, 0].patches]
    assert sum(areas) == pytest.approx(1.0)
    x, normal = axes[0, 0].get_lines()[0].get_data()
    assert x[normal.argmax()] == pytest.approx(henon.mean[0], abs=0.02)
    plotting.draw_diffusion(axes[0, 1], henon)
    np.testing.assert_allclose(axes[0, 1].get_lines()[0].get_ydata(), henon.windows * henon.variances[:, 0], rtol=1e-12)
    constant = finite_time_exponents(systems.cat(), [0.1, 0.2], window=5, n_windows=64)
    plotting.draw_finite_time(axes[0, 2], constant)
    assert axes[0, 2].get_title(loc="left") == "0.962424 in all of 64 windows"
    vectors = covariant_vectors(systems.henon(), [0.1, 0.1], n_steps=500)
    plotting.draw_angles(axes[1, 0], vectors)
    assert sum(bar.get_width() * bar.get_height() for bar in axes[1, 0].patches) == pytest.approx(1.0)
    assert axes[1, 0].get_title(loc="left").startswith("first 1 of 2 against the rest: smallest")
    plotting.draw_angles(axes[1, 1], covariant_vectors(systems.examples.hopfield(), [0.1, 0.3], n_steps=50))
    assert axes[1, 1].get_title(loc="left") == "unresolved"
    chaos = alignment_indices(systems.henon(), [0.1, 0.1], n_steps=640)
    plotting.draw_alignment(axes[2, 0], chaos)
    assert axes[2, 0].get_lines()[0].get_ydata()[-1] == pytest.approx(chaos.log_gali[-1, 0] / np.log(10))
    assert axes[2, 0].get_xscale() == "linear"
    island = alignment_indices(systems.examples.standard(1.0), [3.1, 0.2], n_steps=10_000)
    plotting.draw_alignment(axes[2, 1], island)
    assert axes[2, 1].get_xscale() == "log"
    assert axes[2, 1].get_title(loc="left") == "regular"
    assert pixels(figure).std() > 5


def test_drawings_of_what_is_not_there():
    """A diverged orbit leaves empty axes with the reason, and no warning."""
    figure = Figure(layout="constrained")
    axes = figure.subplots(4)
    wild = systems.logistic(4.5, 4.5)
    answer = finite_time_exponents(wild, [0.3, 0.3], window=2, n_windows=64)
    plotting.draw_finite_time(axes[0], answer)
    plotting.draw_diffusion(axes[1], answer)
    plotting.draw_angles(axes[2], covariant_vectors(wild, [0.3, 0.3], n_steps=50))
    plotting.draw_alignment(axes[3], alignment_indices(wild, [0.3, 0.3], n_steps=100))
    assert [x.get_title(loc="left") for x in axes] == ["diverged"] * 4
    assert pixels(figure).std() > 5
