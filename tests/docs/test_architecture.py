"""ARCHITECTURE.md and CONTRIBUTING.md: every path and module that they name is there, and no package is left out."""

import re
from pathlib import Path
from pkgutil import resolve_name

import pytest

ROOT = Path(__file__).parents[2]
PAGES = ["ARCHITECTURE.md", "CONTRIBUTING.md"]
PACKAGES = ("dmfsa", "attractors", "sweeps")
MADE = {".venv/bin/python", "my_map.py"}  # by installing; by the reader


def words(page):
    """Words of code, those in blocks of code one by one."""
    text = (ROOT / page).read_text(encoding="utf-8")
    for block in re.findall(r"^```\w*\n(.*?)^```", text, flags=re.MULTILINE | re.DOTALL):
        yield from block.split()
    inline = re.sub(r"^```.*?^```", "", text, flags=re.MULTILINE | re.DOTALL)
    for code in re.findall("`([^`\n]+)`", inline):
        yield from re.split(r"[\s{}:,]+", code)


def paths(page):
    yield from (word for word in words(page) if re.fullmatch(r"\.?[\w-]+(/[\w.-]*)+|[\w-]+\.(py|md|toml|yaml)", word))
    text = (ROOT / page).read_text(encoding="utf-8")
    yield from (link for link in re.findall(r"\]\(([^)]+)\)", text) if not link.startswith("http"))


def dotted(page):
    return [word for word in words(page) if re.fullmatch(rf"({'|'.join(PACKAGES)})(\.\w+)+", word)]


@pytest.mark.parametrize("page", PAGES)
def test_every_path_is_there(page):
    named = {*paths(page)} - MADE
    assert len(named) > 15
    assert [path for path in sorted(named) if not (ROOT / path).exists()] == []


@pytest.mark.parametrize("page", PAGES)
def test_every_module_and_name_is_there(page):
    named = dotted(page)
    assert named
    for name in named:
        resolve_name(name)


def test_every_target_of_make_is_there():
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    targets = {target for line in re.findall(r"^`?make ([a-z ]+)", text, flags=re.MULTILINE) for target in line.split()}
    there = re.search(r"^\.PHONY: (.+)$", (ROOT / "Makefile").read_text(encoding="utf-8"), flags=re.MULTILINE)
    assert {"test", "trust", "wheel"} <= targets <= {*there[1].split()}


def test_every_folder_has_its_question():
    named = {path.rstrip("/") for path in paths("ARCHITECTURE.md")}
    folders = {
        file.parent.relative_to(ROOT).as_posix()
        for package in PACKAGES
        for file in (ROOT / package).glob("*/__init__.py")
    }
    assert folders - named == set()
    assert {"tests", "benchmarks", "dmfsa"} <= named


def test_the_readme_leads_here():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    assert all(f"]({page})" in text for page in PAGES)


@pytest.mark.parametrize("page", PAGES)
def test_it_is_one_page(page):
    assert len((ROOT / page).read_text(encoding="utf-8").split()) < 1_000
