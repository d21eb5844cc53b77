"""The paper's figures: what is run, and drawn; diagrams pixel by pixel."""

import csv
import itertools
import json
import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from experiments import finding, small
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.colors import to_rgb
from matplotlib.image import AxesImage
from matplotlib.text import Text

from dmfsa import Window
from sweeps import ConfigError, load_config
from sweeps.cli import main
from sweeps.figures import column as column_figures
from sweeps.figures import sweep as figures
from sweeps.figures.column import save_sharp, section_diagram
from sweeps.figures.orbits import Orbit, memory_figure, planes_figure, published_figure
from sweeps.figures.style import COLUMN
from sweeps.models import NETWORK
from sweeps.models.network import map_of
from sweeps.reproduce import CONFIGS
from sweeps.reproduce.figures import DRAWN, Made, Sweep
from sweeps.reproduce.orbits import orbits_of, remembered
from sweeps.reproduce.reproduction import config_file, configs_of, reproduce
from sweeps.run import local as run
from sweeps.run.stopping import Stop

P, Q, C = "periodic", "quasiperiodic", "chaotic"
BETA = [1.25, 1.26, 1.27]
SEEN = [r"$m^o_1$, semantic", r"$m^o_2$, semantic", r"$m^o_3$, semantic"]
M_O = NETWORK.section().observable(0)
N = 16  # samples of a made-up orbit
TINY = ["run.n_transient=4", "run.n_steps=16", "run.n_exponents=2"]
SETS = {  # the first one without compiled code, too
    "fig4": ["sweep.beta.values=[1.255, 1.27]"],
    "fig3a": ["sweep.beta.n=2", "sweep.refine=null"],
    "fig5": [],
    "continuation": ["sweep.beta.n=2"],
    "phase": ["sweep.beta.n=2", "sweep.gamma.n=2"],
    "published": ["sweep.beta.values=[1.27382, 1.27386]"],
}


@pytest.fixture
def coarse(monkeypatch):
    """Draw with few pixels: what a figure looks like is seen elsewhere."""

    def save(figure, path, dpi=0, original=figures.save):
        original(figure, path, dpi=40)

    monkeypatch.setattr(figures, "save", save)
    monkeypatch.setattr(column_figures, "save", save)


def diagram_of(labels, orbit, section=None, **changed):
    """A sweep with these orbits, and points of the section, along β."""
    n = len(labels)
    axes = {"beta": {"from": BETA[0], "to": BETA[-1], "n": n}}
    given = {"labels": labels, "axes": axes, "orbit": orbit, "model": {"features": {"n_patterns": 1}}}
    dataset = finding(**{**given, "start": {"random": {}}, **changed})
    return dataset if section is None else dataset.assign(section=(("beta", "hit"), np.array(section, dtype="f4")))


def three_columns():
    """A cycle at ±0.2, a torus within ±0.1, chaos within ±0.3; the last two cut at 0.05 and at -0.25."""
    phases = np.linspace(0, 2 * np.pi, N)
    orbit = np.array([0.2 * np.sign(np.cos(phases)), 0.1 * np.cos(phases), 0.3 * np.cos(phases)])
    section = [[0.0, np.nan], [0.05, 0.05], [-0.25, np.nan]]
    return diagram_of([P, Q, C], orbit, section, exponents=[[-0.1, -1], [0, -0.1], [0.1, -0.1]])


# What is run


def test_every_name_is_drawn_and_has_its_configs():
    assert list(DRAWN) == list(CONFIGS)
    for name, (stems, _) in CONFIGS.items():
        assert [config.name for config in configs_of(name, [])] == [stem.replace("_", "-") for stem in stems]
        assert all(config_file(stem).parent.name == "cfgs" for stem in stems)


def test_changes_of_the_labels_are_located():
    for name in ("fig3a", "fig3b", "fig3b-l32"):
        (config,) = configs_of(name, [])
        assert config.sweep.refinement.label == 1e-6
    assert [config.sweep.axes["beta"].n for config in configs_of("spectrum", [])] == [4001, 4001]
    assert configs_of("fig3a", ["sweep.refine=null"])[0].sweep.refinement is None


@pytest.mark.parametrize(
    "name", [name if name == "fig4" else pytest.param(name, marks=pytest.mark.slow) for name in SETS]
)
def test_a_name_gives_figures_and_a_table_and_then_only_draws_again(name, tmp_path, monkeypatch, capsys, coarse):
    sets = [word for change in [*TINY, *SETS[name]] for word in ("--set", change)]
    command = ["reproduce", name, "--out", str(tmp_path / "out"), *sets]
    assert main([*command, "--json"]) == 0
    first = json.loads(capsys.readouterr().out)
    assert {"name", "folders", "files", "table", "n_failed"} == first.keys()
    (folder,) = first["folders"]
    assert (Path(folder) / "sweep.nc").exists()
    endings = {Path(file).name.removeprefix(name) for file in first["files"]}
    assert {".png", ".pdf"} <= endings
    assert ("_regimes.csv" in endings) == (name in {"fig3a", "continuation"})
    if "_table.csv" in endings:
        text = (tmp_path / "out" / f"{name}_table.csv").read_text(encoding="utf-8")
        rows = list(csv.DictReader(text.splitlines()))
        assert [row["measured"] for row in rows] == [row["measured"] for row in first["table"]]
    assert all(Path(file).stat().st_size > 0 for file in first["files"])
    if name != "fig4":
        return
    monkeypatch.setattr(run, "run_shard", None)
    assert main(command) == 0
    printed = capsys.readouterr().out
    assert all(f"wrote {file}" in printed for file in first["files"])
    assert ("measured beside known" in printed) == bool(first["table"])
    assert main(["plot", folder, "--kind", "section"]) == 0
    assert capsys.readouterr().out.count(f"wrote {folder}/section.p") == 2


@pytest.mark.slow
def test_figures_that_need_the_same_sweep_share_it_and_one_that_was_stopped_goes_on(tmp_path, coarse):
    few = [*TINY, "sweep={beta: {values: [1.25, 1.27]}}"]
    stop = Stop()
    stop.now.set()
    with pytest.raises(KeyboardInterrupt, match="the same command goes on from there"):
        reproduce(["spectrum"], tmp_path, few, quiet=True, stop=stop)
    assert not list(tmp_path.glob("*.png"))
    made = reproduce(["spectrum"], tmp_path, few, quiet=True)
    assert [folder.name for folder in made.folders] == ["paper-fig3a", "paper-fig3b"]
    assert [file.name for file in made.files if file.suffix == ".pdf"] == ["spectrum_fig3a.pdf", "spectrum_fig3b.pdf"]
    assert made.rows == ()


def test_a_mistake_is_told_before_anything_runs(tmp_path, capsys):
    assert main(["reproduce", "all", "--out", str(tmp_path), "--set", "run.n_step=4"]) == 2
    assert "run.n_step" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
    with pytest.raises(ConfigError, match="install dmfsa again"):
        config_file("nothing")


@pytest.mark.parametrize(("change", "same"), [("run.n_steps=8", True), ("model.gamma=100", False)])
def test_only_the_network_of_which_numbers_were_known_is_compared(change, same, tmp_path, monkeypatch):
    seen = []

    def look(sweeps, stem):
        seen.append(sweeps[0].known)
        return Made([], [])

    monkeypatch.setitem(DRAWN, "fig4", look)
    reproduce(["fig4"], tmp_path, [*TINY, *SETS["fig4"], change], quiet=True)
    assert seen == [same]


def test_nothing_else_was_published(tmp_path):
    config = load_config(config_file("published_run"))
    dataset = finding([P, C], axes={"beta": {"values": [1.27382, 1.3]}}, exponents=np.zeros((2, 2)))
    for sweep in (Sweep(config, dataset, False), Sweep(config, dataset.isel(beta=[1]), True)):
        with pytest.raises(ValueError, match="nothing was published for this network, start and β"):
            DRAWN["published"]([sweep], tmp_path / "published")


# The diagram


def image_of(figure):
    """Pixels of the orbit diagram, and the value at the middle of each row."""
    drawn = figure.axes[0].findobj(AxesImage)[0]
    pixels = np.asarray(drawn.get_array())
    low, high = drawn.get_extent()[2:]
    return pixels, low + (high - low) * (np.arange(len(pixels)) + 0.5) / len(pixels)


def test_each_pixel_is_what_it_says():
    """Against a slow version: each row of each column looked up among the orbit's samples and the section's points."""
    dataset = three_columns()
    pixels, values = image_of(section_diagram(dataset))
    assert pixels.shape[1:] == (3, 3)
    half = 0.5 * (values[1] - values[0])
    density, bins = dataset["orbit_density"].values, dataset["bin"].values
    for column, label in enumerate([P, Q, C]):
        colour = np.array(to_rgb(figures.COLOURS[label]))
        for row, value in enumerate(values):
            near = np.abs(bins - value) < 3 * half - 1e-9  # three rows high
            orbit = density[column, near].any()
            cut = label != P and (np.abs(dataset["section"].values[column] - value) < 3 * half).any()
            here = 1 - pixels[row, column] / 255
            if cut or (orbit and label == P):  # the label's colour, not mixed with grey
                full = (1 - colour).max()
                assert np.allclose(here / here.max(), (1 - colour) / full, atol=0.02), (column, value)
            elif orbit:
                assert np.ptp(here) < 0.01, (column, value)
                assert 0.05 < here.max() < 0.5
            else:
                assert here.max() == 0.0, (column, value)


def test_without_a_section_all_of_the_orbit_has_the_labels_colour():
    pixels, values = image_of(section_diagram(three_columns().drop_vars("section")))
    ink = 1 - pixels[np.abs(values - 0.1).argmin(), 1] / 255
    vermilion = 1 - pixels[np.abs(values - 0.3).argmin(), 2] / 255
    for found, label in ((ink, Q), (vermilion, C)):
        expected = 1 - np.array(to_rgb(figures.COLOURS[label]))
        assert np.allclose(found / found.max(), expected / expected.max(), atol=0.02)


def test_values_out_of_order_are_sorted():
    dataset = three_columns()
    np.testing.assert_array_equal(
        image_of(section_diagram(dataset.isel(beta=[2, 0, 1])))[0], image_of(section_diagram(dataset))[0]
    )


def test_a_pdf_keeps_a_column_for_every_value(tmp_path, coarse):
    n = 700
    dataset = diagram_of([P, C] * (n // 2), np.tile(np.linspace(-0.3, 0.3, N), (n, 1)))
    figure = section_diagram(dataset)
    png, pdf = save_sharp(figure, tmp_path / "sharp")
    widths = [int(width) for width in re.findall(rb"/Width (\d+)", pdf.read_bytes())]
    assert widths.count(n) == 2  # the diagram and the strip of labels
    assert png.stat().st_size > 0


@pytest.mark.parametrize(
    ("labels", "orbit"), [([P], np.zeros((1, N))), ([P, "missing"], np.zeros((2, N)))], ids=["one value", "half"]
)
def test_a_sweep_of_one_value_or_half_done_is_drawn(labels, orbit):
    axes = {"beta": {"values": [1.25, 1.27][: len(labels)]}}
    figure = section_diagram(diagram_of(labels, orbit, axes=axes))
    FigureCanvasAgg(figure).draw()


def orbit_of(label="chaotic", n=400):
    t = np.arange(n)
    x = np.stack([np.cos(0.3 * t), np.sin(0.3 * t), np.cos(1.7 * t)], axis=1)
    return Orbit(1.27, label, x, x[:, ::-1])


def all_figures():
    two = {"beta": {"values": [1.25, 1.26]}, "gamma": {"values": [100, 220]}}
    grid = finding([[P, Q], [C, C]], axes=two, exponents=np.zeros((2, 2, 2)), periods=[[4, 0], [0, 0]])
    both = {"beta": {"from": 1.25, "to": 1.27, "n": 3}, "order": {"continuation": {"direction": "both"}}}
    way = {"model": {"features": {"n_patterns": 1}}, "start": {"random": {}}}
    ways = finding([[P, P], [Q, P], [C, C]], axes=both, exponents=np.zeros((3, 2, 2)), orbit=np.zeros((3, 2, N)), **way)
    return {
        "section": section_diagram(three_columns()),
        "spectrum": figures.lyapunov_figure(three_columns(), width=COLUMN),
        "phase": figures.phase_diagram(grid, stacked=True),
        "continuation": figures.hysteresis_diagram(ways, width=COLUMN),
        "planes": planes_figure([orbit_of(), orbit_of("periodic 28")], "observed", SEEN),
        "memory": memory_figure([remembered(orbit_of(), 4), remembered(orbit_of("quasiperiodic"), 4)], M_O),
        "published": published_figure(np.array(BETA), *np.array([[0.07, -0.03, -0.02], [0.1, 0, 0], [0, 0, 0]])),
    }


def test_letters_can_be_read_at_the_width_of_a_column():
    for name, figure in all_figures().items():
        assert figure.get_figwidth() * 25.4 == pytest.approx(86), name
        with figures.mpl.rc_context(figures.style_of(COLUMN)):
            FigureCanvasAgg(figure).draw()
        drawn = [text for text in figure.findobj(Text) if text.get_text() and text.get_visible()]
        assert len(drawn) > 5, name
        assert min(text.get_fontsize() for text in drawn) >= 6.0, name
        for axes in figure.axes:
            box, page = axes.get_tightbbox(), figure.bbox
            assert box.x0 >= page.x0 - 1, name
            assert box.x1 <= page.x1 + 1, name


def test_planes_show_all_components_in_the_colour_of_the_label():
    figure = planes_figure([orbit_of(), orbit_of("periodic 28")], "samples", ["$A_1$", "$A_2$", "$A_3$"])
    lines = [axes.lines[0] for axes in figure.axes]
    x = orbit_of().samples
    for line, component in zip(lines, (1, 2, 1, 2), strict=True):
        np.testing.assert_array_equal(line.get_xydata(), x[:, [0, component]])
    assert [line.get_color() for line in lines[::2]] == [figures.COLOURS[C], figures.COLOURS[P]]


@pytest.mark.parametrize("extent", [0.042, 0.066, 0.095, 0.34, 0.47, 0.61])
def test_numbers_below_planes_stand_apart(extent):
    orbit = orbit_of()
    scaled = replace(orbit, observed=extent * orbit.observed / abs(orbit.observed).max(axis=0))
    figure = planes_figure([scaled], "observed", SEEN)
    with figures.mpl.rc_context(figures.style_of(COLUMN)):
        FigureCanvasAgg(figure).draw()
    for axes in figure.axes:
        low, high = axes.get_xlim()
        ticks = [tick for tick in axes.xaxis.get_major_ticks() if low <= tick.get_loc() <= high]
        numbers = [tick.label1.get_window_extent() for tick in ticks]
        assert len(numbers) >= 2
        assert all(left.x1 + 3 < right.x0 for left, right in itertools.pairwise(numbers))


# Memory


def test_the_share_of_slow_power_is_that_of_the_slow_part():
    """Two cosines with variances 4.5 and 0.5, of which the first is slower than 1/4; one at 1/4 is not."""
    t = np.arange(2_000)
    slow, fast, clock = 3 * np.cos(2 * np.pi * 0.1 * t), np.cos(2 * np.pi * 0.3 * t), np.cos(2 * np.pi * 0.25 * t)
    for rest in (fast, clock):
        found = remembered(Orbit(1.0, Q, (slow + rest)[:, None], slow[:, None]), 4)
        assert found.slow_share == pytest.approx(0.9, abs=1e-12)
    assert found.correlation.memory.context == 4


def test_orbits_go_on_from_where_the_sweep_ended(tmp_path):
    run_small = {"n_transient": 4, "n_steps": 16, "n_exponents": 2}
    config = small(sweep={"beta": {"values": [1.255, 1.28]}}, run=run_small)
    made = run.run_sweep(config, tmp_path, quiet=True)
    with xr.open_dataset(made / "sweep.nc") as dataset:
        found = orbits_of(dataset.load(), config)
        failed = dataset.assign(window=dataset["window"].where(dataset["beta"] > 1.26))
    for orbit in found:
        network = map_of(config, beta=orbit.beta)
        whole = network.trajectory(Window.paper_beta3(), 36)
        np.testing.assert_allclose(orbit.observed, whole.m_o_semantic[20:], atol=1e-9)
    with pytest.raises(ValueError, match=r"β = 1\.255 could not be computed: it is missing"):
        orbits_of(failed, config)
