"""Regimes, tables and figures, of sweeps whose labels are known because they are made up."""

import csv
import io

import matplotlib as mpl
import numpy as np
import pytest
from experiments import SHORT, finding, shard_names
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from rich.console import Console

from sweeps import StoreError, figures
from sweeps.regimes import Regime, has_regimes, label_counts, label_names, regimes, regimes_csv
from sweeps.summary import print_summary, summary, write_summary

P, Q, C, U = "periodic", "quasiperiodic", "chaotic", "undetermined"
LABELS = [P, P, P, Q, C, P, "missing"]
BETAS = [1.0, 1.1, 1.2, 1.3, 1.4, 1.5, 1.6]
ALONG_BETA = {"beta": {"values": BETAS}}
EXPONENTS = [[-0.3, -1], [-0.2, -1], [-0.1, -np.inf], [0.0, -1], [0.1, -1], [-np.inf, -np.inf], [np.nan, np.nan]]
PERIODS = [4, 8, 4, 0, 0, 28, 0]
N = SHORT["n_steps"]  # samples of an orbit
ORBITS = np.linspace(0.2, 0.4, 7)[:, None] * np.cos(np.arange(N))


def along_beta(**changed):
    given = {"labels": LABELS, "axes": ALONG_BETA, "exponents": EXPONENTS, "periods": PERIODS, "orbit": ORBITS}
    return finding(**{**given, "model": {"features": {"n_patterns": 1}}, "start": {"random": {}}, **changed})


def over_two(labels=((P, C, "missing"), (Q, U, "fixed_point")), **changed):
    axes = {"beta": {"values": [1, 2]}, "gamma": {"values": [100, 50, 220]}}
    return finding(np.array(labels), **{"axes": axes, **changed})


def printed(dataset):
    console = Console(file=io.StringIO(), width=120)
    print_summary(dataset, console)
    return console.file.getvalue()


# Regimes


def test_label_names_and_counts():
    dataset = along_beta()
    assert label_names(dataset).tolist() == LABELS
    assert label_counts(dataset) == {"missing": 1, P: 4, Q: 1, C: 1}
    every = finding(shard_names(), axes={"beta": {"from": 1, "to": 2, "n": 8}})
    assert label_names(every).tolist() == shard_names()


def test_regimes_are_cut_where_the_label_changes():
    found = regimes(along_beta())
    nan = pytest.approx(np.nan, nan_ok=True)
    assert found == [
        Regime(P, 1.0, 1.2, 3, (4, 8), (-0.3, -0.1)),
        Regime(Q, 1.3, 1.3, 1, (), (0.0, 0.0)),
        Regime(C, 1.4, 1.4, 1, (), (0.1, 0.1)),
        Regime(P, 1.5, 1.5, 1, (28,), (-np.inf, -np.inf)),
        Regime("missing", 1.6, 1.6, 1, (), (nan, nan)),
    ]


def test_regimes_follow_the_parameter_not_the_order_of_the_file():
    order = [3, 0, 6, 2, 5, 1, 4]
    shuffled = along_beta(
        labels=[LABELS[i] for i in order],
        axes={"beta": {"values": [BETAS[i] for i in order]}},
        exponents=[EXPONENTS[i] for i in order],
        periods=[PERIODS[i] for i in order],
        orbit=ORBITS[order],
    )
    assert regimes_csv(shuffled) == regimes_csv(along_beta())


def test_regimes_as_csv_keep_every_digit():
    rows = list(csv.DictReader(io.StringIO(regimes_csv(along_beta(axes={"beta": {"from": 0.1, "to": 0.9, "n": 7}})))))
    assert [row["label"] for row in rows] == [P, Q, C, P, "missing"]
    assert float(rows[0]["beta_to"]) == np.linspace(0.1, 0.9, 7)[2] != 0.3667
    assert rows[0]["periods"] == "4 8"
    assert (rows[3]["lyapunov_1_min"], rows[4]["lyapunov_1_min"]) == ("-inf", "nan")


@pytest.mark.parametrize(
    ("labels", "changed", "message"),
    [
        (P, {}, "over nothing$"),
        ([[P, C]] * 2, {"axes": {"beta": {"values": [1, 2]}, "gamma": {"values": [1, 2]}}}, "over beta x gamma$"),
        ([P, C], {"start": {"random": {"n": 2}}}, "over start$"),
    ],
)
def test_sweeps_without_regimes(labels, changed, message):
    dataset = finding(labels, **changed)
    assert not has_regimes(dataset)
    assert "regimes" not in summary(dataset)
    assert "regimes" not in printed(dataset)
    with pytest.raises(ValueError, match=f"regimes are labels along one parameter; this is a sweep {message}"):
        regimes(dataset)


def test_without_labels_there_are_points_but_no_regimes():
    dataset = along_beta().drop_vars("label")
    assert label_names(dataset).tolist() == ["unlabelled"] * 6 + ["missing"]
    assert summary(dataset) == {"name": "small", "labels": {"missing": 1, "unlabelled": 6}}
    with pytest.raises(ValueError, match=r"sweep over beta, without labels$"):
        regimes(dataset)
    assert "unlabelled" in printed(dataset)


# Tables


def test_the_summary_for_json():
    document = summary(along_beta())
    assert document["labels"] == {"missing": 1, P: 4, Q: 1, C: 1}
    assert document["regimes"][0] == {"label": P, "from": 1.0, "to": 1.2, "n_points": 3, "periods": [4, 8]}


def test_the_printed_tables():
    text = printed(along_beta())
    assert "small: 7 points" in text
    assert "57.1%" in text
    (row,) = [line for line in text.splitlines() if "4 8" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["1", "1.2", P, "3", "4 8", "-0.3000 … -0.1000"]
    assert "4 regimes of fewer than 3 points are not shown; regimes.csv has all." in text


def test_values_that_lie_close_stay_apart_in_the_table():
    text = printed(along_beta(axes={"beta": {"from": 1.27, "to": 1.270006, "n": 7}}))
    (row,) = [line for line in text.splitlines() if "4 8" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")][:2] == ["1.27", "1.270002"]


def test_tables_are_not_cut_where_there_is_no_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    print_summary(along_beta())
    assert "-0.3000 … -0.1000" in capsys.readouterr().out


# Files


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (along_beta, ["orbit.pdf", "orbit.png", "regimes.csv"]),
        (lambda: along_beta().drop_vars("orbit_density"), ["lyapunov.pdf", "lyapunov.png", "regimes.csv"]),
        (lambda: along_beta().drop_vars("label"), ["orbit.pdf", "orbit.png"]),
        (lambda: along_beta().drop_vars(["label", "orbit_density"]), ["lyapunov.pdf", "lyapunov.png"]),
        (lambda: along_beta().drop_vars(["orbit_density", "lyapunov_exponent"]), ["regimes.csv"]),
        (over_two, ["phase.pdf", "phase.png"]),
        (lambda: over_two().drop_vars("label"), []),
        (lambda: finding(P), []),
    ],
    ids=["all", "no-orbit", "no-label", "lyapunov-only", "label-only", "two-axes", "two-unlabelled", "point"],
)
def test_what_a_summary_writes(dataset, expected, tmp_path):
    written = write_summary(dataset(), tmp_path)
    assert files(tmp_path) == expected == sorted(path.name for path in written)
    for path in written:
        content = path.read_bytes()
        start = {".png": b"\x89PNG\r\n", ".pdf": b"%PDF-", ".csv": b"beta_from,"}[path.suffix]
        assert content.startswith(start)
        assert len(content) > {".png": 10_000, ".pdf": 5_000, ".csv": 50}[path.suffix]


def test_a_figure_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    (tmp_path / "x.pdf").write_text("the old one")

    def fill(self, path, **options):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fill)
    with pytest.raises(StoreError, match=r"x\.pdf cannot be written: No space left on device\.$"):
        figures.save(figures.Figure(), tmp_path / "x.pdf")
    assert files(tmp_path) == ["x.pdf"]
    assert (tmp_path / "x.pdf").read_text() == "the old one"


# Figures


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
