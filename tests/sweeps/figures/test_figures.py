"""Figures of sweeps that are made up: what is in them, and that nothing is cut off."""

import matplotlib as mpl
import numpy as np
import pytest
from experiments import finding, shard_names
from findings import BETAS, LABELS, ORBITS, C, N, P, Q, U, along_beta, over_two, printed
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb

from sweeps.figures import sweep as figures
from sweeps.regimes import label_counts
from sweeps.summary import summary


def pixels(figure):
    """Colours of the figure's pixels, as a set of 0xRRGGBB, and the drawn canvas behind it."""
    canvas = FigureCanvasAgg(figure)
    with mpl.rc_context(figures.STYLE):
        canvas.draw()
    image = np.asarray(canvas.buffer_rgba()).astype(int)
    return set((image[..., 0] * 65536 + image[..., 1] * 256 + image[..., 2]).ravel().tolist())


def legend(figure):
    return [text.get_text() for text in figure.legends[0].get_texts()]


def code(colour):
    return int("".join(f"{round(255 * part):02x}" for part in colour), 16)


def assert_nothing_is_cut_off(figure):
    """The box around all that is drawn lies within the figure; the legend of labels lies over no panel."""
    pixels(figure)
    renderer = figure.canvas.get_renderer()
    drawn = figure.get_tightbbox(renderer)
    width, height = figure.get_size_inches()
    assert drawn.x0 > -0.01
    assert drawn.y0 > -0.01
    assert drawn.x1 < width + 0.01
    assert drawn.y1 < height + 0.01
    for legend_of_labels in figure.legends:
        box = legend_of_labels.get_window_extent(renderer)
        assert not any(box.overlaps(axes.get_tightbbox(renderer)) for axes in figure.axes)


@pytest.mark.parametrize("make", [figures.orbit_diagram, figures.lyapunov_figure])
def test_labels_have_their_colours_and_a_legend(make):
    figure = make(along_beta())
    present = pixels(figure)
    assert legend(figure) == ["missing (1)", "periodic (4)", "quasiperiodic (1)", "chaotic (1)"]
    for label in (P, Q, C):
        assert code(to_rgb(figures.COLOURS[label])) in present
    for label in ("hyperchaotic", "transient", "divergent"):
        assert code(to_rgb(figures.COLOURS[label])) not in present
    assert_nothing_is_cut_off(figure)


def test_the_background_is_shaded_by_label():
    present = pixels(figures.lyapunov_figure(along_beta()))
    for label in (P, Q, C):
        shade = 1 - 0.25 * (1 - np.array(to_rgb(figures.COLOURS[label])))
        near = {code(np.clip(shade + step / 255, 0, 1)) for step in (-1, 0, 1)}
        assert near & present, label
    figure = figures.lyapunov_figure(along_beta().drop_vars("label"))
    assert legend(figure) == ["missing (1)", "unlabelled (6)"]


def test_values_that_are_not_evenly_spaced_keep_their_widths():
    betas = [*BETAS[:-1], BETAS[-1] + 1.0]
    drawn = figures.orbit_diagram(along_beta().assign_coords(beta=betas)).axes[0].images[0]
    assert drawn.get_extent()[1] == pytest.approx(betas[-1] + 0.5 * (betas[-1] - betas[-2]))
    full_ink = np.array(to_rgb(figures.COLOURS[LABELS[2]]))
    column = np.asarray(drawn.get_array())[:, 2]
    assert np.abs(column - full_ink).max(axis=1).min() < 1e-9


def test_orbits_stand_over_their_parameter():
    figure = figures.orbit_diagram(along_beta())
    drawn = figure.axes[0].images[0]
    image = np.asarray(drawn.get_array())
    left, right, bottom, top = drawn.get_extent()
    np.testing.assert_allclose([left, right], [0.95, BETAS[-1] + 0.05])
    rows = np.linspace(bottom, top, len(image) + 1)
    assert rows[0] < ORBITS[:6].min() < ORBITS[:6].max() < rows[-1]
    inked = (image < 1).any(axis=2)
    for i in range(6):
        extent = rows[:-1][inked[:, i]]
        np.testing.assert_allclose([extent[0], extent[-1]], [ORBITS[i].min(), ORBITS[i].max()], atol=0.01)
        full_ink = np.array(to_rgb(figures.COLOURS[LABELS[i]]))
        assert np.abs(image[:, i] - full_ink).max(axis=1).min() < 1e-9
    assert not inked[:, 6].any()
    assert figure.axes[0].get_ylabel() == f"$m^o_1$, semantic ({N} steps each)"


def test_an_orbit_that_stays_away_from_zero_fills_the_panel():
    low, high = figures.orbit_diagram(along_beta(orbit=0.7 + 0.01 * ORBITS)).axes[0].get_ylim()
    assert 0.6 < low < high < 0.8


def test_exponents_that_cannot_be_drawn_are_left_out():
    figure = figures.lyapunov_figure(along_beta())
    first, second = figure.axes[0].get_lines()[:2]
    np.testing.assert_array_equal(np.isnan(first.get_ydata()), [0, 0, 0, 0, 0, 1, 1])
    np.testing.assert_array_equal(np.isnan(second.get_ydata()), [0, 0, 1, 0, 0, 1, 1])
    assert figure.axes[0].get_title(loc="left").startswith("Not drawn: ")
    finite = along_beta(exponents=np.zeros((7, 2)))
    assert figures.lyapunov_figure(finite).axes[0].get_title(loc="left") == ""
    unresolved = along_beta()
    unresolved["lyapunov_resolved"][0, 1] = 0
    second = figures.lyapunov_figure(unresolved).axes[0].get_lines()[1]
    np.testing.assert_array_equal(np.isnan(second.get_ydata()), [1, 0, 1, 0, 0, 1, 1])
    assert [text.get_text() for text in figure.axes[0].get_legend().get_texts()] == [r"$\lambda_{1}$", r"$\lambda_{2}$"]


def test_the_legend_of_the_exponents_hides_none():
    for make, number in ((figures.orbit_diagram, 1), (figures.lyapunov_figure, 0)):
        figure = make(along_beta(exponents=[[0.2, 0.2]] * 7))
        assert_nothing_is_cut_off(figure)
        axes = figure.axes[number]
        box = axes.get_legend().get_window_extent(figure.canvas.get_renderer())
        assert box.y0 >= axes.get_window_extent().y1 - 1


def test_many_exponents_are_named_by_the_axis():
    n = 12
    many = finding([P, C], axes={"beta": {"values": [1, 2]}}, exponents=-np.arange(2 * n).reshape(2, n) / 10)
    axes = figures.lyapunov_figure(many).axes[0]
    assert axes.get_legend() is None
    assert axes.get_ylabel() == r"$\lambda_1 \geq \ldots \geq \lambda_{12}$ (nats per step)"


def test_the_phase_diagram_has_the_first_axis_across():
    dataset = over_two()
    figure = figures.phase_diagram(dataset)
    axes = figure.axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"$\beta$", r"$\gamma$")
    mesh = axes.collections[0]
    codes = np.asarray(mesh.get_array()).reshape(3, 2)
    by_gamma = {50: (C, U), 100: (P, Q), 220: ("missing", "fixed_point")}
    names = ["missing", *shard_names()]
    assert [[names[x] for x in row] for row in codes] == [list(by_gamma[gamma]) for gamma in (50, 100, 220)]
    np.testing.assert_allclose(mesh.get_coordinates()[:, 0, 1], [25, 75, 160, 280])
    for i, label in enumerate(names):
        assert to_rgb(mesh.cmap(mesh.norm(i))) == to_rgb(figures.COLOURS[label])
    present = pixels(figure)
    for label in (P, Q, C, U, "missing", "fixed_point"):
        assert code(to_rgb(figures.COLOURS[label])) in present
    assert legend(figure) == [
        "missing (1)",
        "fixed point (1)",
        "periodic (1)",
        "quasiperiodic (1)",
        "chaotic (1)",
        "undetermined (1)",
    ]
    assert_nothing_is_cut_off(figure)


def test_all_labels_at_once_fit_into_every_figure():
    labels = [*shard_names(), "missing"]
    axis = {"beta": {"from": 1, "to": 2, "n": 9}}
    orbit = np.zeros((9, N))
    for make in (figures.orbit_diagram, figures.lyapunov_figure):
        figure = make(along_beta(labels=labels, axes=axis, exponents=np.zeros((9, 2)), periods=None, orbit=orbit))
        assert len(legend(figure)) == 9
        assert_nothing_is_cut_off(figure)
    two = {**axis, "gamma": {"values": [1, 2]}}
    figure = figures.phase_diagram(finding(np.array([labels, labels]).T, axes=two))
    assert len(set(map(str, legend(figure)))) == 9
    assert_nothing_is_cut_off(figure)


@pytest.mark.parametrize("label", [*shard_names(), "missing"])
def test_one_label_only_and_one_point_only(label):
    for n, make in ((1, figures.lyapunov_figure), (3, figures.orbit_diagram)):
        dataset = along_beta(
            labels=[label] * n,
            axes={"beta": {"values": BETAS[:n]}},
            exponents=[[np.nan, -np.inf]] * n,
            periods=None,
            orbit=np.full((n, N), 0.25),
        )
        figure = make(dataset)
        assert legend(figure) == [f"{label.replace('_', ' ')} ({n})"]
        assert code(to_rgb(figures.COLOURS[label])) in pixels(figure)
    one = finding([[label]], axes={"beta": {"values": [1]}, "gamma": {"values": [2]}})
    assert code(to_rgb(figures.COLOURS[label])) in pixels(figures.phase_diagram(one))


def test_random_starts_can_be_an_axis():
    dataset = along_beta(labels=[P, C, P], axes=None, exponents=[[0, -1]] * 3, periods=None, orbit=ORBITS[:3],
                         model={"beta": 1, "features": {"n_patterns": 1}}, start={"random": {"n": 3}})  # fmt: skip
    assert figures.default_kind(dataset) == "orbit"
    axes = figures.orbit_diagram(dataset).axes[1]
    assert axes.get_xlabel() == "number of the start"
    assert all(tick == round(tick) for tick in axes.get_xticks())
    both = finding([[P, C], [C, C]], axes={"beta": {"values": [1, 2]}}, start={"random": {"n": 2}})
    assert figures.default_kind(both) == "phase"
    axes = figures.phase_diagram(both).axes[0]
    assert (axes.get_xlabel(), axes.get_ylabel()) == (r"$\beta$", "number of the start")


def test_ticks_of_a_narrow_range_show_every_digit():
    figure = figures.orbit_diagram(along_beta(axes={"beta": {"from": 1.27, "to": 1.270006, "n": 7}}))
    assert_nothing_is_cut_off(figure)
    axis = figure.axes[1].xaxis
    assert axis.get_offset_text().get_text() == ""
    assert any("1.270003" in label.get_text() for label in axis.get_ticklabels())


@pytest.mark.parametrize(
    ("make", "dataset", "message"),
    [
        (
            figures.lyapunov_figure,
            lambda: over_two(exponents=np.zeros((2, 3, 1))),
            "with 1 axis; this one has beta, gamma",
        ),
        (figures.orbit_diagram, over_two, "needs orbit_density, which the sweep did not record: see `record`"),
        (figures.lyapunov_figure, over_two, "needs lyapunov_exponent, which the sweep did not record"),
        (figures.phase_diagram, along_beta, "needs a sweep with 2 axes; this one has beta"),
        (figures.hysteresis_diagram, along_beta, "in both directions: sweep.order.continuation.direction = both"),
        (figures.phase_diagram, lambda: finding(P), "needs a sweep with 2 axes; this one has none"),
        (figures.phase_diagram, lambda: over_two().drop_vars("label"), "needs label, which the sweep did not record"),
    ],
)
def test_figures_that_do_not_fit(make, dataset, message):
    with pytest.raises(ValueError, match=message):
        make(dataset())


def test_the_phase_diagram_has_exponents_and_periods_beside_the_labels():
    labels = np.array([[P, C, "missing"], [Q, P, C]])
    exponents = np.array([[[-0.1], [0.2], [np.nan]], [[0.0], [-np.inf], [0.1]]])
    periods = np.array([[4, 0, 0], [0, 64, 0]])
    figure = figures.phase_diagram(over_two(labels, exponents=exponents, periods=periods))
    panels = [axes for axes in figure.axes if axes.get_label() != "<colorbar>"]
    drawn = [axes.collections[0].get_array() for axes in panels]
    assert len(drawn) == 3
    order = [1, 0, 2]  # of gamma, which was not sorted
    np.testing.assert_array_equal(
        drawn[1].filled(np.nan), np.where(np.isfinite(exponents), exponents, np.nan)[:, order, 0].T
    )
    np.testing.assert_array_equal(drawn[2].filled(0), periods[:, order].T)
    assert drawn[1].mask.sum() == 2  # -inf, and the point that is missing
    assert panels[1].collections[0].norm(0.0) == 0.5  # white
    assert figures.phase_diagram(over_two(exponents=exponents)).axes  # without any period


def test_axes_that_are_spaced_by_ratio_are_drawn_so():
    axes = {"beta": {"values": [1, 2]}, "gamma": {"from": 10, "to": 1000, "n": 3, "log": True}}
    panel = figures.phase_diagram(finding(np.full((2, 3), P), axes=axes)).axes[0]
    assert (panel.get_xscale(), panel.get_yscale()) == ("linear", "log")
    edges = np.unique(panel.collections[0].get_coordinates()[:, :, 1])
    np.testing.assert_allclose(edges, 10.0 ** np.array([0.5, 1.5, 2.5, 3.5]))


def test_failed_points_are_counted_and_drawn():
    dataset = along_beta()
    dataset["failure"][3] = "ValueError: no"
    assert label_counts(dataset) == {"missing": 1, "failed": 1, P: 4, C: 1}
    assert "1 could not be computed: ValueError: no\n" in printed(dataset)
    assert summary(dataset)["labels"]["failed"] == 1
    assert summary(dataset)["failures"] == {"ValueError: no": 1}
    assert "failures" not in summary(along_beta())
    for kind in ("orbit", "lyapunov"):
        assert "failed (1)" in [text.get_text() for text in figures.KINDS[kind](dataset).legends[0].texts]
