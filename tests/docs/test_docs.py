"""What the documentation says: its code runs, its commands parse, its keys, files and numbers are right."""

import inspect
import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import yaml
from docutils import nodes
from matplotlib import pyplot

import attractors
import dmfsa
import sweeps
from sweeps import load_config, open_sweep, run_sweep
from sweeps.cli import _parser
from sweeps.config.blanket import AttentionBlanket, IsingBlanket, LorenzBlanket, load_blanket
from sweeps.grid import shard as shards

ROOT = Path(__file__).parents[2]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS / "extensions"))
import links  # noqa: E402
import mathml  # noqa: E402

BLANKETS = {"ising": IsingBlanket, "attention": AttentionBlanket, "lorenz": LorenzBlanket}
MADE = "trust.md"  # by `make trust`, and without code
PAGES = [ROOT / "README.md", *sorted(page for page in DOCS.glob("*.md") if page.name != MADE)]
NOTEBOOKS = sorted((DOCS / "notebooks").glob("*.ipynb"))
MADE_BY_INSTALLING = {".venv", ".venv/bin/dmfsa"}
MADE_BY_RUNNING = {"results/paper-zoom/", "sweep.nc", "regimes.csv", "orbit.png", "orbit.pdf"}


def name(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, language):
    """Contents of the fenced code blocks of a language, those in lists included, without the options of a cell."""
    text = page.read_text(encoding="utf-8")
    found = re.findall(rf"^ *```(?:{language}|{{code-cell}} {language})\n(.*?)^ *```$", text, re.MULTILINE | re.DOTALL)
    return [re.sub(r"\A---\n.*?^---\n", "", block, flags=re.MULTILINE | re.DOTALL) for block in found]


def commands():
    """Every `dmfsa ...` line of the console blocks, without the prompt."""
    for page in PAGES:
        for block in blocks(page, "console"):
            for line in block.splitlines():
                words = shlex.split(line.strip().removeprefix("$ "))
                if words[:1] and Path(words[0]).name == "dmfsa":
                    yield pytest.param(words[1:], id=f"{name(page)}: {' '.join(words[1:])}")


def rows(page, heading):
    """Cells of the table of a page that begins with this heading, without its first two lines."""
    text = (DOCS / page).read_text(encoding="utf-8")
    lines = text[text.index(f"\n{heading}") + 1 :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# Code


def said_by_readme(names):
    assert (names["answer"].label, names["answer"].period) == ("periodic", 28)
    assert names["dataset"].sizes["beta"] == 5


def said_by_index(names):
    assert (names["answer"].label, names["answer"].period) == ("periodic", 28)


def said_by_mathematics(names):
    for other in (names["classes"], names["correlations"]):
        np.testing.assert_allclose(other, names["columns"], rtol=0, atol=1e-15)  # sums of 99 numbers of size 1, over 99


def said_by_first_sweep(names):
    here = names["here"]
    assert (names["labels"][here.label.item()], here.period.item()) == ("periodic", 16)
    assert names["cycles"].values[:2] == pytest.approx([1.24, 1.25])


def said_by_your_map(names):
    spectrum, cycle = names["spectrum"], names["cycle"]
    assert spectrum.exponents == pytest.approx([0.42, -1.62], abs=0.01)
    assert spectrum.exponents.sum() == pytest.approx(np.log(0.3))
    assert names["answer"].label == "chaotic"
    assert cycle.stability == "stable"
    assert 3.5 * cycle.points[0] * (1 - cycle.points[0]) == pytest.approx(cycle.points[1], abs=1e-12)
    windows, vectors, indices = (names[name] for name in ("windows", "vectors", "indices"))
    assert windows.diffusion[0] == pytest.approx(0.14, abs=0.03)
    assert windows.diffusion_errors[0] == pytest.approx(0.01, abs=0.005)
    assert 0.0 < windows.negative_share[0] < 0.01
    assert vectors.splitting_angle(1).min() < 0.001
    assert (indices.status.name, indices.powers.round(1).tolist()) == ("REGULAR", [0.0, 2.0, 4.0])


def said_by_your_series(names):
    assert names["answer"].status.name == "IRREGULAR"
    assert names["neighbours"].dimension == 2
    assert names["exponent"].exponents[0] == pytest.approx(0.42, rel=0.1)
    for value in (names["dimension"].value, names["from_x"].value, *names["halves"]):
        assert value == pytest.approx(1.21, abs=0.03)
    assert names["shuffled"].value == pytest.approx(2.0, abs=0.15)


def said_by_coexistence(names):
    assert [len(one.starts) for one in names["found"].attractors] == [20, 20]
    assert [branch.ends.kind for branch in names["branches"].branches] == ["edge", "edge"]
    assert names["branches"].branches[1].begins.kind == "pitchfork"


def said_by_bifurcations(names):
    flip = names["flip"]
    assert (str(flip.kind), flip.criticality.name) == ("PD", "SUPERCRITICAL")
    assert (flip.parameter, flip.coefficient) == (pytest.approx(3.0, abs=1e-10), pytest.approx(9.0, abs=1e-6))
    assert names["doubled"].bifurcations[0].parameter == pytest.approx(1.0 + 6.0**0.5, abs=1e-10)


def said_by_irreversibility(names):
    assert names["chain"].entropy_production > 0.1
    assert names["balanced"] < 1e-12
    assert names["spectrum"].exponents == pytest.approx([0.906, 0.0, -14.57], abs=0.05)
    assert names["solution"].status.name == "OK"
    assert abs(names["known"].nats - 0.144) < 4 * names["known"].standard_error_nats + 0.005


def said_by_finite(names):
    assert names["expected"] == pytest.approx(1.020, abs=1e-3)
    assert names["measured"] == pytest.approx(names["expected"], rel=0.02)


def said_by_kinetic(names):
    errors = {name: found[4].mean(axis=0) for name, found in names["found"].items()}  # at β_c
    assert np.isnan(errors["Plefka[t]"]).all()
    assert (errors["CMS"] < np.minimum(errors["TAP"], errors["MS"])).all()
    assert set(names["ended"].values()) == {"CONVERGED"}
    true, learned = names["covariance"]["true"], names["covariance"]
    assert np.abs(learned["CMS"] / true - 1).max() < 0.25
    assert learned["TAP"][-1] < 0.03 * true[-1]
    assert (names["model"].clock_period, names["closed"].status.name) == (4, "VALID")


def said_by_weights(names):
    signs, ternary, gaussian = (np.array(names["errors"][name]) for name in ("signs", "ternary", "Gaussian"))
    assert (signs > ternary).all()
    assert (gaussian < 0.1).all()
    assert set(names["labels"].values()) == {"periodic 4"}
    cycle = [(0.482, 0, 0.982, 0), (0, 0.439, 0, 0.558), (0.982, 0, 0.482, 0), (0, 0.558, 0, 0.439)]
    np.testing.assert_allclose(names["cycle"], cycle, rtol=0, atol=6e-4)


@pytest.fixture
def _no_figures_left():
    yield
    pyplot.close("all")


@pytest.mark.slow
@pytest.mark.usefixtures("_no_figures_left")
@pytest.mark.parametrize("page", [page for page in PAGES if blocks(page, "python")], ids=name)
def test_every_python_block_runs_and_gives_what_the_page_says(page, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "cfgs", tmp_path / "cfgs")
    monkeypatch.chdir(tmp_path)
    names = {"__name__": "__main__"}
    for block in blocks(page, "python"):
        exec(compile(block, name(page), "exec"), names)
    globals()[f"said_by_{page.stem.lower()}"](names)


@pytest.mark.slow
@pytest.mark.parametrize("path", NOTEBOOKS, ids=name)
def test_every_notebook_runs_and_shows_its_figures(path, tmp_path):
    nbclient, nbformat = pytest.importorskip("nbclient"), pytest.importorskip("nbformat")
    pytest.importorskip("ipykernel")
    notebook = nbformat.read(path, as_version=4)
    assert not any(cell.get("outputs") for cell in notebook.cells), "outputs are not committed"
    nbclient.NotebookClient(notebook, timeout=120, resources={"metadata": {"path": str(tmp_path)}}).execute()
    for cell in notebook.cells:
        shown = {kind for output in cell.get("outputs", []) for kind in output.get("data", {})}
        if re.search(r"\.plot\(|orbit_diagram\(", cell.source):
            assert "image/png" in shown, cell.source


# Commands


@pytest.mark.parametrize("words", list(commands()))
def test_every_command_parses_and_its_config_can_be_run(words, capsys):
    if words == ["--help"]:
        with pytest.raises(SystemExit, match="0"):
            _parser().parse_args(words)
        assert "dmfsa" in capsys.readouterr().out
        return
    given = _parser().parse_args(words)
    if words[0] == "blanket":
        assert words[1] in given.config.name
        load_blanket(BLANKETS[words[1]], ROOT / given.config, given.set)
    elif hasattr(given, "config"):
        config = load_config(ROOT / given.config, given.set)
        assert config.sweep is not None or config.model.beta is not None


def test_readme_shows_every_command():
    shown = {" ".join(words.values[0][:2]) for words in commands()}
    for command in ("trajectory", "lyapunov", "classify", "attractors", "analyse", "sweep run", "plot"):
        assert any(f"{line} ".startswith(f"{command} ") for line in shown), command


def test_make_has_the_two_commands():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    for target in re.findall(r"`?make (\w+)", PAGES[0].read_text(encoding="utf-8")):
        assert re.search(rf"^{target}:", makefile, flags=re.MULTILINE), target


# The guide as a whole


def test_every_formula_can_be_drawn():
    n = 0
    for page in PAGES:
        text = re.sub(r"^```.*?^```$|`[^`\n]*`", "", page.read_text(encoding="utf-8"), flags=re.MULTILINE | re.DOTALL)
        for block, line in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+?)\$", text, flags=re.DOTALL):
            assert "<math" in mathml.as_mathml(nodes.math(text=block or line), as_block=bool(block)), block or line
            n += 1
    assert n > 100


def test_every_public_name_is_on_the_page_of_names():
    page = (DOCS / "names.md").read_text(encoding="utf-8")
    listed = {}
    for block in re.findall(r"^```{eval-rst}\n(.*?)^```", page, flags=re.MULTILINE | re.DOTALL):
        (package,) = re.findall(r"currentmodule:: (\w+)", block)
        listed.setdefault(package, []).extend(re.findall(r"^   (\w+)$", block, flags=re.MULTILINE))
    for package in (dmfsa, attractors, sweeps):
        assert sorted(set(listed[package.__name__]) - {"examples", "literature"}) == sorted(package.__all__)


def test_every_analysis_is_in_the_tables_of_when_to_trust_it():
    said = (DOCS / "analyses.md").read_text(encoding="utf-8")
    functions = {name for name in attractors.__all__ if inspect.isfunction(getattr(attractors, name))}
    inner = {"classify_evidence", "distinguish_attractors", "spectrum_from_stretching", "finite_time_from_stretching"}
    assert {name for name in functions if f"`{name}" not in said} == inner  # those take what others have measured


def test_names_and_keys_lead_to_what_is_said_of_them():
    page = nodes.document(None, None)
    for word in ("classify", "attractors.classify", "model.beta", "nothing"):
        page += nodes.paragraph("", "", nodes.literal(text=word))
    page += nodes.title("", "", nodes.literal(text="classify"))
    objects = {"attractors.classify": SimpleNamespace(docname="names", node_id="here")}
    app = SimpleNamespace(
        env=SimpleNamespace(get_domain=lambda _: SimpleNamespace(objects=objects)),
        builder=SimpleNamespace(get_relative_uri=lambda _, to: f"{to}.html"),
    )
    links.link(app, page, "labels")
    found = {link.astext(): link["refuri"] for link in page.findall(nodes.reference)}
    here = "names.html#here"
    assert found == {"classify": here, "attractors.classify": here, "model.beta": "config.html#key-model-beta"}
    assert len(list(page.findall(nodes.reference))) == 3  # none in the heading


@pytest.mark.slow
def test_the_guide_is_built_without_a_warning(tmp_path):
    """All but the code of its pages, which tests above run; links, anchors, docstrings, tables of contents."""
    for folder in ("docs", "cfgs"):
        shutil.copytree(ROOT / folder, tmp_path / folder, ignore=shutil.ignore_patterns("_build", "generated"))
    shutil.copy(ROOT / "CHANGELOG.md", tmp_path)
    options = ["-q", "-W", "--keep-going", "-b", "dummy", "-D", "nb_execution_mode=off"]
    command = [sys.executable, "-m", "sphinx", *options, str(tmp_path / "docs"), str(tmp_path / "built")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stderr) == (0, "")


# Files


def test_every_file_the_readme_names_is_there():
    text = PAGES[0].read_text(encoding="utf-8")
    quoted = {word for word in re.findall("`([^`\n]+)`", text) if re.fullmatch(r"[\w./-]*(/|\.\w+)[\w./-]*", word)}
    linked = {link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")}
    missing = {word for word in quoted - MADE_BY_RUNNING - MADE_BY_INSTALLING if not (ROOT / word).exists()}
    missing |= {link for link in linked if not (ROOT / link).exists()}
    assert {"dmfsa/", "attractors/", "sweeps/", "cfgs/paper_zoom.yaml"} <= quoted
    assert not missing


def test_citation_says_what_the_package_says():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert citation["cff-version"] == "1.2.0"
    assert {"message", "title", "authors"} <= citation.keys()
    assert citation["version"] == project["version"]
    assert citation["license"] == project["license"]
    assert "arXiv:2406.07247" in [entry["value"] for entry in citation["references"][0]["identifiers"]]
    changes = (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")
    assert f"## {project['version']}" in changes


# Numbers


def test_published_exponents_are_those_quoted():
    with np.load(ROOT / "tests" / "data" / "published_run_public.npz") as run:
        here = np.abs(run["beta"] - 1.27382375).argmin()
        published = run["exponents"][here, -3:]
    quoted = next(cells[2:] for cells in rows("mathematics.md", "| β | computed in") if cells[1] == "the published run")
    assert [float(cell.replace("−", "-")) for cell in quoted] == published.round(2).tolist()


@pytest.mark.slow
def test_the_regimes_are_those_of_the_table(tmp_path, monkeypatch):
    """Both ends of every range with one label, at full length."""
    claims = {}
    for ends, label, periods, _ in rows("first_sweep.md", "| β | label | periods"):
        if "," not in label:
            first, last = map(float, ends.split(" – "))
            claims |= dict.fromkeys((first, last), (label, {int(p) for p in periods.split()} or {0}))
    beta = np.linspace(1.24, 1.28, 401)  # the very numbers of the sweep, to the last bit
    values = [float(beta[np.abs(beta - end).argmin()]) for end in claims]
    monkeypatch.setattr(shards, "POINTS", 8)
    overrides = [f"sweep.beta={{values: {values}}}", "run.n_exponents=all", "record=[label]"]
    dataset = open_sweep(run_sweep(load_config(ROOT / "cfgs" / "paper_zoom.yaml", overrides), tmp_path, quiet=True))
    names = dict(zip(dataset.label.flag_values, dataset.label.flag_meanings.split(), strict=True))
    assert len(claims) == 16
    for i, (end, (label, periods)) in enumerate(claims.items()):
        assert names[dataset.label.values[i]] == label, end
        assert dataset.period.values[i] in periods, end
