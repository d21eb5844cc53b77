"""The version, of what is installed and of what is not."""

import subprocess
import sys
import tomllib
from importlib import metadata
from pathlib import Path

import pytest

import dmfsa

ROOT = Path(__file__).parents[2]


def test_the_version_is_that_of_the_package():
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    assert dmfsa.__version__ == project["version"]


def test_source_that_is_not_installed_has_no_version(monkeypatch):
    def missing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(metadata, "version", missing)
    assert dmfsa.__version__ == "0+unknown"


def test_no_other_name_is_made_up():
    with pytest.raises(AttributeError, match=r"^module 'dmfsa' has no attribute 'version'$"):
        dmfsa.version  # noqa: B018


def test_importing_looks_no_version_up():
    program = (
        "import sys\nbefore = {*sys.modules}\nimport dmfsa\nprint('importlib.metadata' in {*sys.modules} - before)"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert done.stdout == "False\n"
