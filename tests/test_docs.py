"""What the documentation says: its code runs, its commands parse, its keys, files and numbers are right."""

import re
import shlex
import shutil
import tomllib
from pathlib import Path
from types import UnionType
from typing import Union, get_args, get_origin

import numpy as np
import pytest
import yaml
from pydantic import BaseModel

from sweeps import Config, load_config, open_sweep, run_sweep
from sweeps.cli import _parser

ROOT = Path(__file__).parent.parent
MADE = "trust.md"  # by `make trust`, and without code
PAGES = [ROOT / "README.md", *sorted(page for page in (ROOT / "docs").glob("*.md") if page.name != MADE)]
INDEX = (ROOT / "docs" / "index.md").read_text(encoding="utf-8")
MADE_BY_INSTALLING = {".venv", ".venv/bin/dmfsa"}
MADE_BY_RUNNING = {"results/paper-zoom/", "sweep.nc", "regimes.csv", "orbit.png", "orbit.pdf"}


def name(page):
    return page.relative_to(ROOT).as_posix()


def blocks(page, language):
    """Contents of the fenced code blocks of a language, those in lists included."""
    text = page.read_text(encoding="utf-8")
    return re.findall(rf"^ *```{language}\n(.*?)^ *```$", text, flags=re.MULTILINE | re.DOTALL)


def commands():
    """Every `dmfsa ...` line of the console blocks, without the prompt."""
    for page in PAGES:
        for block in blocks(page, "console"):
            for line in block.splitlines():
                words = shlex.split(line.strip().removeprefix("$ "))
                if words[:1] and Path(words[0]).name == "dmfsa":
                    yield pytest.param(words[1:], id=f"{name(page)}: {' '.join(words[1:])}")


def rows(heading):
    """Cells of the table in docs/index.md that begins with this heading, without its first two lines."""
    lines = INDEX[INDEX.index(f"\n{heading}") + 1 :].split("\n\n")[0].splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines[2:]]


# Code


@pytest.mark.slow
@pytest.mark.parametrize("page", PAGES, ids=name)
def test_every_python_block_runs(page, tmp_path, monkeypatch):
    shutil.copytree(ROOT / "cfgs", tmp_path / "cfgs")
    monkeypatch.chdir(tmp_path)
    namespace = {"__name__": "__main__"}
    code = blocks(page, "python")
    assert code, "a page without code"
    for block in code:
        exec(compile(block, name(page), "exec"), namespace)
    if page.name == "README.md":
        assert (namespace["answer"].label, namespace["answer"].period) == ("periodic", 28)
        assert namespace["dataset"].sizes["beta"] == 5
    if page.name == "index.md":
        assert (namespace["names"][namespace["here"].label.item()], namespace["here"].period.item()) == ("periodic", 16)
        assert namespace["cycles"].values[:2] == pytest.approx([1.24, 1.25])
        assert namespace["spectrum"].exponents == pytest.approx([0.42, -1.62], abs=0.01)
        assert namespace["spectrum"].exponents.sum() == pytest.approx(np.log(0.3))
        assert [len(one.starts) for one in namespace["found"].attractors] == [20, 20]
        assert [branch.ends.kind for branch in namespace["branches"].branches] == ["edge", "edge"]
        assert namespace["branches"].branches[1].begins.kind == "pitchfork"
        assert namespace["dimension"].value == pytest.approx(1.21, abs=0.03)
        assert namespace["from_x"].value == pytest.approx(1.21, abs=0.03)
        assert namespace["expected"] == pytest.approx(1.020, abs=1e-3)
        assert namespace["measured"] == pytest.approx(namespace["expected"], rel=0.02)
        windows, vectors, indices = (namespace[name] for name in ("windows", "vectors", "indices"))
        assert windows.diffusion[0] == pytest.approx(0.14, abs=0.03)
        assert windows.diffusion_errors[0] == pytest.approx(0.01, abs=0.005)
        assert 0.0 < windows.negative_share[0] < 0.01
        assert vectors.splitting_angle(1).min() < 0.001
        assert (indices.status.name, indices.powers.round(1).tolist()) == ("REGULAR", [0.0, 2.0, 4.0])


# Commands


@pytest.mark.parametrize("words", list(commands()))
def test_every_command_parses_and_its_config_can_be_run(words, capsys):
    if words == ["--help"]:
        with pytest.raises(SystemExit, match="0"):
            _parser().parse_args(words)
        assert "dmfsa" in capsys.readouterr().out
        return
    given = _parser().parse_args(words)
    if hasattr(given, "config"):
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


# Keys


def schema(kind=Config, prefix=""):
    """Dotted keys that hold values, and their defaults: those of every section and of every choice of sections."""
    found = {}
    for field_name, field in kind.model_fields.items():
        key = f"{prefix}{field.alias or field_name}"
        inner = [c for c in choices(field.annotation) if isinstance(c, type) and issubclass(c, BaseModel)]
        for section in inner:
            found |= schema(section, f"{key}.")
        if not inner:
            found[key] = None if field.is_required() else field.default
    return found


def choices(annotation):
    union = get_origin(annotation) in (Union, UnionType)
    return [c for part in get_args(annotation) for c in choices(part)] if union else [annotation]


def documented():
    """Keys of the table, and what it gives as default."""
    table = rows("| key |")
    return {key: default for keys, _, default, _ in table for key in re.findall("`([^`]+)`", keys)}


def test_the_table_has_every_key_and_no_other():
    assert sorted(documented()) == sorted(schema())


@pytest.mark.parametrize(("key", "default"), list(documented().items()))
def test_the_defaults_are_those_of_the_table(key, default):
    actual = schema()[key]
    if key.endswith("ensemble"):
        assert Config.from_dict({"model": {"beta": 1.0}}).model.features.ensemble == default.strip("`")
    elif default.startswith("`"):
        said = yaml.safe_load(default.strip("`"))
        assert (tuple(said) if isinstance(said, list) else said) == actual
    elif key != "name":
        assert actual is None


# Files


def test_every_file_the_readme_names_is_there():
    text = PAGES[0].read_text(encoding="utf-8")
    quoted = {word for word in re.findall("`([^`\n]+)`", text) if re.fullmatch(r"[\w./-]*(/|\.\w+)[\w./-]*", word)}
    linked = {link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http")}
    missing = {word for word in quoted - MADE_BY_RUNNING - MADE_BY_INSTALLING if not (ROOT / word).exists()}
    missing |= {link for link in linked if not (ROOT / link).exists()}
    assert {"dmfsa/", "attractors/", "sweeps/", "cfgs/paper_zoom.yaml"} <= quoted
    assert not missing


def test_links_inside_the_docs_lead_somewhere():
    headings = {
        re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.*)$", INDEX, flags=re.MULTILINE)
    }
    assert set(re.findall(r"\]\(#([^)]+)\)", INDEX)) <= headings


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
    quoted = next(cells[2:] for cells in rows("| β | computed in") if cells[1] == "the published run")
    assert [float(cell.replace("−", "-")) for cell in quoted] == published.round(2).tolist()


@pytest.mark.slow
def test_the_regimes_are_those_of_the_table(tmp_path):
    """Both ends of every range with one label, at full length."""
    claims = {}
    for ends, label, periods, _ in rows("| β | label | periods"):
        if "," not in label:
            first, last = map(float, ends.split(" – "))
            claims |= dict.fromkeys((first, last), (label, {int(p) for p in periods.split()} or {0}))
    beta = np.linspace(1.24, 1.28, 401)  # the very numbers of the sweep, to the last bit
    values = [float(beta[np.abs(beta - end).argmin()]) for end in claims]
    overrides = [f"sweep.beta={{values: {values}}}", "run.n_exponents=all", "record=[label]"]
    dataset = open_sweep(run_sweep(load_config(ROOT / "cfgs" / "paper_zoom.yaml", overrides), tmp_path, quiet=True))
    names = dict(zip(dataset.label.flag_values, dataset.label.flag_meanings.split(), strict=True))
    assert len(claims) == 16
    for i, (end, (label, periods)) in enumerate(claims.items()):
        assert names[dataset.label.values[i]] == label, end
        assert dataset.period.values[i] in periods, end
