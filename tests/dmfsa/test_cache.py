"""Compiled code on disk: many processes may want it at once, and an edit or an upgrade never finds an old one."""

import ast
import os
import shutil
import subprocess
import sys
from pathlib import Path

import numba
import numpy as np
import pytest

from dmfsa import _cached_kernels

ROOT = Path(_cached_kernels.__file__).parent.parent
PROGRAM = """
from dmfsa import Ensemble, Features, Window
features = Features.iid(n_patterns=1, n_columns=5, seed=0)
points = Ensemble(features, beta=[1.0, 6.0], context=1, windows=Window.random(1, 1, seed=0))
print(points.advance(50, n_tail=1).tobytes().hex())
"""

pytestmark = [pytest.mark.use_numba, pytest.mark.slow]


def start(cache, source=ROOT):
    settings = {"NUMBA_CACHE_DIR": str(cache), "PYTHONPATH": str(source), "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.Popen(
        [sys.executable, "-c", PROGRAM], cwd=source, env=os.environ | settings, stdout=subprocess.PIPE, text=True
    )


def answer(process):
    output, _ = process.communicate(timeout=120)
    assert process.returncode == 0
    return output


def files(cache):
    return {path: path.stat().st_mtime_ns for path in cache.rglob("*.nb?")}


def test_processes_that_start_at_once_compile_once_and_agree(tmp_path):
    crowd = [start(tmp_path) for _ in range(4)]
    answers = set(map(answer, crowd))
    assert len(answers) == 1
    compiled = files(tmp_path)
    assert {path.suffix for path in compiled} == {".nbi", ".nbc"}
    assert len(compiled) == 2  # one index, one function
    assert answer(start(tmp_path)) in answers
    assert files(tmp_path) == compiled  # the next process only reads


EDITS = [
    ("roles.py", "OUTPUT, VALUE, QUERY, KEY", "OUTPUT, QUERY, VALUE, KEY"),
    ("_elementary_kernels.py", "p = fma(p, r, 0.5)", "p = fma(p, r, 0.6)"),
    ("_lanes.py", "ROUND = 6755399441055744.0", "ROUND = 6755399441055745.0"),
    ("_kernels.py", "weights[d] = weights[d] * share", "weights[d] = weights[d] - share"),
]


def test_an_edit_that_keeps_size_and_date_is_compiled_anew(tmp_path):
    package = tmp_path / "source" / "dmfsa"
    shutil.copytree(ROOT / "dmfsa", package, ignore=shutil.ignore_patterns("__pycache__"))
    cache = tmp_path / "cache"
    answers = [answer(start(cache, package.parent))]
    assert answers == [answer(start(cache, package.parent))]
    compiled = len(files(cache))
    for name, old, new in EDITS:  # one after the other, each beside those before it
        edited = package / name
        text, status = edited.read_text(encoding="utf-8"), edited.stat()
        assert old in text
        edited.write_text(text.replace(old, new), encoding="utf-8")
        os.utime(edited, ns=(status.st_atime_ns, status.st_mtime_ns))
        assert edited.stat().st_size == status.st_size
        answers.append(answer(start(cache, package.parent)))
        assert len(files(cache)) == len(answers) * compiled
    assert len(set(answers)) == len(answers)


def test_whatever_the_kernels_import_is_part_of_the_key():
    imported = set()
    for name in _cached_kernels.SOURCES:
        tree = ast.parse((ROOT / "dmfsa" / name).read_text(encoding="utf-8"))
        modules = [node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
        imported |= {f"{module.removeprefix('dmfsa.')}.py" for module in modules if module.startswith("dmfsa.")}
    assert imported - {"_cached_kernels.py", "window.py"} <= set(_cached_kernels.SOURCES)  # window: a type hint


@pytest.mark.parametrize("what", [(numba, "__version__"), (np, "__version__")], ids=["numba", "numpy"])
def test_an_upgrade_has_a_folder_of_its_own(tmp_path, monkeypatch, what):
    monkeypatch.setenv("NUMBA_CACHE_DIR", str(tmp_path))
    folder = _cached_kernels.cache_folder.__wrapped__()
    monkeypatch.setattr(*what, "999.0")
    assert _cached_kernels.cache_folder.__wrapped__() != folder
