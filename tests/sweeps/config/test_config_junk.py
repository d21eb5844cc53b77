"""Anything at all in the place of a config, or in it, is refused in sentences, or is a config."""

import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
from configs import (
    ARRAYS,
    CFGS,
    PAPER,
    config,
)
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps.config import Config, ConfigError, load_config

# The same examples every time; set the first to False for new ones.
FUZZ = settings(derandomize=True, database=None, deadline=None, max_examples=150)

JUNK = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
    | st.sampled_from([10**400, -(2**63), 1e308, "all", "o0", "paper_beta3", "w.npz", b"x", object(), {1}]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner, max_size=3),
    max_leaves=5,
)  # fmt: skip
FULL = config(
    model={"beta": 1, "features": ARRAYS},
    sweep={"beta": {"from": 0, "to": 1, "n": 3}, "gamma": {"values": [1, 2]}},
    start={"window": [[0, 1]] * 4},
).to_dict()


def paths(tree, path=()):
    yield path
    items = tree.items() if isinstance(tree, dict) else enumerate(tree) if isinstance(tree, list) else ()
    for key, inner in items:
        yield from paths(inner, (*path, key))


def replaced(tree, path, value):
    if not path:
        return value
    copy = tree.copy()
    copy[path[0]] = replaced(tree[path[0]], path[1:], value)
    return copy


def accepted_or_config_error(make):
    """Call it; nothing but a config that survives a round trip, or a proper ConfigError, may come out."""
    try:
        made = make()
    except ConfigError as error:
        lines = error.args or ["no reason"]
    else:
        lines = []
        assert Config.from_dict(made.to_dict()) == made
        assert all(np.isfinite(axis).all() for axis in made.axes.values())
    for line in lines:
        assert line.isprintable()
        assert line.endswith((".", "?"))
        assert not re.search("no reason|Input should|pydantic|Value error|union|not_allowed", line)


@FUZZ
@given(st.lists(st.tuples(st.sampled_from(list(paths(FULL))), JUNK), min_size=1, max_size=2))
def test_junk_in_any_place_raises_nothing_but_config_errors(changes):
    values = FULL
    for path, value in changes:
        if path in set(paths(values)):
            values = replaced(values, path, value)
    accepted_or_config_error(lambda: Config.from_dict(values))


KEYS = sorted({str(key) for path in paths(FULL) for key in path} | {"token", "random", "checkpoint", "x", ""})


@FUZZ
@given(st.dictionaries(st.sampled_from(KEYS), st.dictionaries(st.sampled_from(KEYS), JUNK, max_size=3) | JUNK))
def test_random_mappings_raise_nothing_but_config_errors(values):
    accepted_or_config_error(lambda: Config.from_dict(values))


WORDS = st.sampled_from(
    [
        *KEYS,
        *":-?&*!|>'\"%@`[]{},#\n\t =",
        ": ",
        "\n  ",
        "- ",
        "!!int ",
        "<<",
        "~",
        ".nan",
        "\\U",
        "1e5",
        "\ufeff",
    ]
)
TEXT = st.text(max_size=40) | st.lists(WORDS, max_size=25).map("".join)


@FUZZ
@given(TEXT, st.lists(TEXT | st.tuples(st.sampled_from(KEYS), TEXT).map("=".join), max_size=2))
def test_random_text_raises_nothing_but_config_errors(text, overrides):
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder, "x.yaml")
        path.write_bytes(text.encode("utf-8", "surrogatepass"))
        accepted_or_config_error(lambda: load_config(path))
        path.write_text(PAPER)
        accepted_or_config_error(lambda: load_config(path, [text, *overrides]))
        accepted_or_config_error(lambda: load_config(path, overrides))


def test_reading_a_config_imports_nothing_heavy():
    program = (
        "import sys, sweeps.config as c; c.Config.from_dict({'model': {'beta': 1}});"
        "heavy = {'numpy', 'numba', 'matplotlib', 'xarray', 'dmfsa', 'attractors'};"
        "print(sorted(heavy & sys.modules.keys()))"
    )
    root = str(CFGS.parent)
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=root, check=True,
        env={**os.environ, "PYTHONPATH": root},
    )  # fmt: skip
    assert done.stdout.strip() == "[]"
