"""The config: what is accepted, what is refused, and in which words."""

import os
import pickle
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps.config import Config, ConfigError, load_config

CFGS = Path(__file__).parent.parent / "cfgs"
SIGNS = [[1, -1], [-1, -1]]
ROLES = dict.fromkeys("ovqk", SIGNS)
ARRAYS = {"ensemble": "arrays", **ROLES, "positional": ROLES}
ALIAS = "the alias *a is not read here; write the value again"
WINDOW = [[0.1, 0.2, 0.3], [0, 0, 0], [0, 0, 0], [-0.1, 1, -1]]


def config(**sections):
    """A config of the given sections; `beta` is there unless the model is given."""
    return Config.from_dict({"model": {"beta": 1.27}, **sections})


def problems(**sections):
    with pytest.raises(ConfigError) as caught:
        config(**sections)
    return str(caught.value).splitlines()


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write cfgs/x.yaml in an empty folder, and return its relative path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cfgs").mkdir()

    def to_file(text, name="x.yaml"):
        path = Path("cfgs", name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return to_file


def complaints(path, overrides=()):
    with pytest.raises(ConfigError) as caught:
        load_config(path, overrides)
    return str(caught.value).splitlines()


# What is accepted


def test_defaults_are_the_papers():
    least = config()
    assert least.name == "unnamed"
    assert least.to_dict()["model"] == {
        "features": {"ensemble": "segments", "n_patterns": 3, "n_segments": 3, "n_columns": 99, "seed": 1},
        "context": 4,
        "positional_bits": 2,
        "epsilon": 0.02,
        "gamma": 220.0,
        "beta": 1.27,
    }
    assert least.start.kind == "random"
    assert (least.start.random.n, least.start.random.seed) == (1, 0)
    assert least.sweep is None
    assert least.axes == {}
    assert (least.run.n_transient, least.run.n_steps, least.run.n_exponents) == (100_000, 75_000, "all")
    assert least.n_exponents == 12
    assert least.record == ("orbit", "label", "lyapunov")


def test_paper_yaml_is_the_default_model_from_the_papers_window():
    paper = load_config(CFGS / "paper.yaml")
    assert paper.name == "paper"
    assert paper == config(name="paper", start={"window": "paper_beta3"})


def test_paper_zoom_yaml():
    zoom = load_config(CFGS / "paper_zoom.yaml")
    assert zoom.name == "paper-zoom"
    assert list(zoom.axes) == ["beta"]
    np.testing.assert_array_equal(zoom.axes["beta"], np.linspace(1.24, 1.28, 401))
    assert (zoom.run.n_transient, zoom.run.n_steps, zoom.n_exponents) == (100_000, 100_000, 4)
    paper = load_config(CFGS / "paper.yaml", ["model.beta=null", "sweep.beta.values=[1]"])
    assert (zoom.model, zoom.start, zoom.record) == (paper.model, paper.start, paper.record)


def test_axes_are_float64_and_in_a_fixed_order():
    sweep = {
        "epsilon": {"values": [0, 1]},
        "gamma": {"from": -1, "to": 1, "n": 5},
        "beta": {"values": [3, 1, 2]},
    }
    axes = config(model=None, sweep=sweep).axes
    assert list(axes) == ["beta", "gamma", "epsilon"]
    assert {axis.dtype for axis in axes.values()} == {np.dtype(np.float64)}
    np.testing.assert_array_equal(axes["beta"], [3, 1, 2])
    np.testing.assert_array_equal(axes["gamma"], [-1, -0.5, 0, 0.5, 1])
    assert (axes["gamma"][0], axes["gamma"][-1]) == (-1, 1)


@pytest.mark.parametrize(
    ("features", "n_patterns"),
    [
        ({"ensemble": "segments", "n_patterns": 2, "n_segments": 5, "n_columns": 10, "seed": 7}, 2),
        ({"seed": 2}, 3),
        ({}, 3),
        (None, 3),
        ({"ensemble": "iid", "n_patterns": 4, "n_columns": 1000, "seed": 0}, 4),
        ({"ensemble": "gaussian", "n_patterns": 3, "scale": 0.3, "seed": 6}, 3),
        ({"ensemble": "uniform_means", "n_patterns": 1}, 1),
        ({"ensemble": "cycle", "n_patterns": 5}, 5),
        (ARRAYS, 2),
    ],
)
def test_ensembles(features, n_patterns):
    accepted = config(model={"features": features, "beta": 1})
    assert accepted.model.features.ensemble == (features or {}).get("ensemble", "segments")
    assert accepted.model.features.n_patterns == n_patterns
    assert accepted.n_exponents == 4 * n_patterns
    assert Config.from_dict(accepted.to_dict()) == accepted


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        ({"window": "paper_beta3"}, "window"),
        ({"window": WINDOW}, "window"),
        ({"window": WINDOW, "phase": 3}, "window"),
        ({"token": "o0"}, "token"),
        ({"token": "k2"}, "token"),
        ({"random": {"n": 40, "seed": 3}}, "random"),
        ({"random": {}}, "random"),
        ({"checkpoint": "w.npz"}, "checkpoint"),
        ({"window": None, "token": "v1"}, "token"),
        ({"list": [{"token": "v1"}, {"window": WINDOW, "name": "a b"}, {"random": {"n": 2}}]}, "list"),
        (None, "random"),
    ],
)
def test_starts(start, kind):
    accepted = config(start=start)
    assert accepted.start.kind == kind
    assert Config.from_dict(accepted.to_dict()) == accepted


def test_starts_of_a_list_have_names():
    windows = [{"window": "paper_beta3"}, {"window": WINDOW}, {"window": WINDOW, "name": "mine"}]
    others = [{"token": "k2"}, {"checkpoint": "a/left.end.npz"}, {"random": {}}, {"random": {"n": 2}, "name": "r"}]
    start = config(start={"list": windows + others}).start
    assert start.names == ("paper_beta3", "window 1", "mine", "k2", "left.end", "random", "r 0", "r 1")
    assert start.n == len(start.names)
    assert start.list[1].phase == 0
    assert config(start={"random": {"n": 3}}).start.names == ()


def test_a_window_written_out_has_phase_0_by_default():
    assert config(start={"window": WINDOW}).start.phase == 0
    assert config(start={"window": WINDOW, "phase": 2}).start.phase == 2
    assert config(start={"window": "paper_beta3"}).start.phase is None


@pytest.mark.parametrize("value", [4, 4.0, np.int64(4), np.float64(4)])
def test_whole_numbers(value):
    context = config(model={"beta": 1, "context": value}).model.context
    assert context == 4
    assert type(context) is int


def test_numpy_and_paths_are_welcome_from_python():
    given = config(
        model={"beta": np.float32(1), "features": {**ARRAYS, "o": np.array(SIGNS)}},
        sweep={"gamma": {"values": np.linspace(0, 1, 3)}},
        start={"checkpoint": Path("w.npz")},
    )
    assert given.model.features.o == ((1, -1), (-1, -1))
    np.testing.assert_array_equal(given.axes["gamma"], [0, 0.5, 1])
    assert given.start.checkpoint == Path("w.npz")


def test_limits_are_included():
    edge = {"beta": 0, "epsilon": 1, "context": 8, "positional_bits": 3, "gamma": -5}
    assert config(model=edge).model.context == 8
    zero = config(model={"beta": -0.0, "epsilon": 0}).model
    assert str(zero.beta) == "0.0"
    longest_clock = config(model={"beta": 1, "positional_bits": 16}, run={"n_steps": 2**17})
    assert longest_clock.model.positional_bits == 16
    assert config(run={"n_transient": 0, "n_steps": 8, "n_exponents": 12}).n_exponents == 12
    assert config(run={"n_transient": 0, "n_steps": 3, "n_exponents": 0}).n_exponents == 0
    assert config(run={"n_steps": 1, "n_exponents": 0}, record=["orbit"]).run.n_steps == 1


def test_a_config_is_read_only_and_hashable():
    frozen = config(sweep={"beta": {"values": [1, 2]}}, start={"window": WINDOW})
    with pytest.raises(ValueError, match="frozen"):
        frozen.name = "other"
    assert hash(frozen) == hash(Config.from_dict(frozen.to_dict()))
    assert pickle.loads(pickle.dumps(frozen)) == frozen


def test_errors_survive_the_way_between_processes():
    error = ConfigError("one.", "two.")
    assert str(pickle.loads(pickle.dumps(error))) == "one.\ntwo."


# YAML


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("1e5", 1e5),
        ("1E+5", 1e5),
        ("1.0e-3", 1e-3),
        ("1.e2", 100),
        (".5", 0.5),
        ("100_000", 1e5),
        ("+3", 3),
        ("010", 10),
        ("!!float 3", 3),
        ("1_000.5", 1000.5),
    ],
)
def test_numbers_in_yaml(write, text, number):
    assert load_config(write(f"model: {{beta: {text}}}")).model.beta == number


@pytest.mark.parametrize("text", ["yes", "on", "true", "'1'", "1:30", "2024-01-01", "0x10", "abc", "[1]", "{}", "nan"])
def test_what_is_no_number_in_yaml(write, text):
    (line,) = complaints(write(f"model:\n  beta: {text}"))
    assert line.startswith("cfgs/x.yaml, line 2: model.beta = ")
    assert line.endswith(" must be a finite number.")


def test_words_that_yaml_1_1_would_change(write):
    path = write("name: no\nmodel: {beta: 1}\nsweep: {gamma: {from: 0, to: 1, n: 2}}")  # n: false in YAML 1.1
    assert load_config(path).name == "no"
    assert load_config(path, ["name=on"]).name == "on"


def test_the_name_is_the_files_own_by_default(write):
    assert load_config(write("model: {beta: 1}", "my.run_2.yaml")).name == "my.run_2"
    (line,) = complaints(write("model: {beta: 1}", "my run.yaml"))
    assert line.startswith("cfgs/my run.yaml (the file's own name, as it has no key 'name'): name = 'my run' must")
    assert load_config(write("name: x\nmodel: {beta: 1}", "my run.yaml")).name == "x"


def test_byte_order_mark_and_windows_line_ends(write):
    assert load_config(write(b"\xef\xbb\xbfname: x\r\nmodel: {beta: 1}\r\n")).name == "x"


def test_paths_begin_at_the_file(write, tmp_path):
    path = write("model: {beta: 1}\nstart: {checkpoint: w.npz}")
    assert load_config(path).start.checkpoint == tmp_path / "cfgs" / "w.npz"
    assert load_config(path, ["start={checkpoint: /a/w.npz}"]).start.checkpoint == Path("/a/w.npz")
    elsewhere = write(load_config(path).to_yaml(), "../copy.yaml")  # a saved config still finds its file
    assert load_config(elsewhere).start.checkpoint == tmp_path / "cfgs" / "w.npz"


@pytest.mark.parametrize("name", ["1e5", "1_000", "true", "null", "NaN", "no", "0o7", "a.b-c_d"])
def test_round_trip_through_yaml(write, name):
    first = config(
        name=name,
        model={"beta": 1e-5, "gamma": 1e300, "features": ARRAYS},
        sweep={"beta": {"from": 1.24, "to": 1.28, "n": 401}, "epsilon": {"values": [0, 1e-7]}},
        start={"window": [[1e-9, 0]] * 4, "phase": 1},
        run={"n_exponents": 3},
    )
    again = load_config(write(first.to_yaml()))
    assert again == first
    assert again.to_yaml() == first.to_yaml()


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "cfgs/x.yaml: the file is empty."),
        ("# nothing\n", "cfgs/x.yaml: the file is empty."),
        ("- 1\n", "cfgs/x.yaml: the file must be a mapping, lines of the form key: value."),
        ("beta\n", "cfgs/x.yaml: the file must be a mapping, lines of the form key: value."),
        (
            "model:\n  beta: [1\n  gamma: 3\n",
            "cfgs/x.yaml, line 3: not readable as YAML: expected ',' or ']', but got ':'.",
        ),
        (
            "model:\n\tbeta: 1\n",
            r"cfgs/x.yaml, line 2: not readable as YAML: found character '\t' that cannot start any token.",
        ),
        ("a: 1\nb: \x07\n", "cfgs/x.yaml, line 2: not readable as YAML: a character that is not allowed."),
        (b"name: x\nmodel: \xff\xfe\n", "cfgs/x.yaml, line 2: the file is not UTF-8 text."),
        ("name: a\n---\nname: b\n", "cfgs/x.yaml, line 2: not readable as YAML: but found another document."),
        (
            "a: &a [1]\nb: *a\n",
            f"cfgs/x.yaml, line 2: not readable as YAML: {ALIAS}.",
        ),
        (
            "a: &a [*a]\n",
            f"cfgs/x.yaml, line 1: not readable as YAML: {ALIAS}.",
        ),
        ("name: a\nname: b\n", "cfgs/x.yaml, line 2: name is written twice (first in line 1)."),
        (
            "model:\n  beta: 1\n  'beta': 2\n",
            "cfgs/x.yaml, line 3: model.beta is written twice (first in line 2).",
        ),
        ("? [a]\n: 1\n", "cfgs/x.yaml, line 1: a key must be plain text."),
        ("!!python/name:os.x a: 1\n", "cfgs/x.yaml, line 1: a key must be plain text."),
        (
            "name: !!python/object/apply:os.dup []\n",
            "cfgs/x.yaml, line 1: the tag '!!python/object/apply:os.dup' is not allowed; write plain values.",
        ),
        ("name: !mine 3\n", "cfgs/x.yaml, line 1: the tag '!mine' is not allowed; write plain values."),
        ("name: !!set {a}\n", "cfgs/x.yaml, line 1: the tag '!!set' is not allowed; write plain values."),
        ("name: !!int x\n", "cfgs/x.yaml, line 1: name = 'x' cannot be read as a number."),
        (r'name: "\UFFFFFFFF"', "cfgs/x.yaml: not readable as YAML: a character that does not exist."),
        ("[" * 5000, "cfgs/x.yaml: the brackets are nested too deeply."),
        (" " * 2_000_001, "cfgs/x.yaml is larger than 2000000 bytes: not a config."),
    ],
)
def test_files_that_are_not_a_config(write, text, message):
    assert complaints(write(text)) == [message]


def test_an_integer_of_5000_digits(write):
    (line,) = complaints(write("model: {beta: " + "9" * 5000 + "}"))
    assert line.startswith("cfgs/x.yaml, line 1: model.beta = '999")
    assert line.endswith("cannot be read as a number.")
    assert len(line) < 200


def test_billion_laughs_are_refused_at_once(write):
    levels = [f"{chr(97 + i)}: &{chr(97 + i)} [{', '.join(['*' + chr(96 + i)] * 9)}]" for i in range(1, 9)]
    (line,) = complaints(write("a: &a [1, 2]\n" + "\n".join(levels)))
    assert "the alias *a is not read here" in line


def test_files_that_cannot_be_read(write, tmp_path, monkeypatch):
    path = write("model: {beta: 1}")
    assert complaints("no/such.yaml") == ["no/such.yaml: there is no such file."]
    assert complaints("cfgs") == ["cfgs is a directory; give the YAML file itself."]
    assert complaints(path / "deeper") == ["cfgs/x.yaml/deeper cannot be read: Not a directory."]
    assert complaints("a\0b") == [r"a\x00b cannot be read: embedded null byte."]

    def refuse(self, mode):
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)  # the tests may run as root, who may read all
    assert complaints(path) == ["cfgs/x.yaml cannot be read: Permission denied."]


# What is refused, and the words

PARAMETERS = (
    "beta, gamma, epsilon, context, positional_bits, features.n_patterns, features.n_columns, features.n_segments, "
    "features.scale, features.seed, n_spins, noise_seed"
)
AXES = "beta, context, epsilon, features, gamma, n_spins, noise_seed, order, positional_bits, refine, zip"
TOP = "finite, model, name, record, run, slurm, start, sweep"
MODEL = "beta, context, epsilon, features, gamma, n_spins, noise_seed, positional_bits"
STARTS = "checkpoint, list, random, sweep, token, window"
START = "checkpoint, direction, list, nearest, number, phase, random, sweep, token, window"
LISTED = "checkpoint, name, phase, random, token, window"


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"modle": {}}, f"modle is not a key here; did you mean 'model'? Allowed: {TOP}."),
        ({"beta": 1}, f"beta is not a key here; it belongs in model or sweep. Allowed: {TOP}."),
        ({"zzz": None}, f"zzz is not a key here. Allowed: {TOP}."),
        ({"a b\n": 1}, rf"'a b\n' is not a key here. Allowed: {TOP}."),
        (
            {"model": {"beta": 1, "epsilom": 1}},
            f"model.epsilom is not a key here; did you mean 'epsilon'? Allowed: {MODEL}.",
        ),
        (
            {"model": {"beta": 1, "n_patterns": 3}},
            f"model.n_patterns is not a key here; it belongs in model.features or sweep.features. Allowed: {MODEL}.",
        ),
        (
            {"model": {"beta": 1, "features": {"positional_bits": 2}}},
            "model.features.positional_bits is not a key here; it belongs in model or sweep. "
            "Allowed with ensemble segments: ensemble, n_columns, n_patterns, n_segments, seed.",
        ),
        (
            {"model": {"beta": 1, "features": {"ensemble": "iid", "n_segments": 3}}},
            "model.features.n_segments is not a key here; it goes with ensemble segments. "
            "Allowed with ensemble iid: ensemble, n_columns, n_patterns, seed.",
        ),
        (
            {"model": {"beta": 1, "features": {**ARRAYS, "positional": {**ROLES, "x": 1}}}},
            "model.features.positional.x is not a key here. Allowed: k, o, q, v.",
        ),
        ({"start": {"random": {"m": 1}}}, "start.random.m is not a key here. Allowed: n, seed."),
        (
            {"start": {"windw": "paper_beta3"}},
            f"start.windw is not a key here; did you mean 'window'? Allowed: {START}.",
        ),
        (
            {"sweep": {"seed": {"values": [1]}, "beta": {"values": [1]}}},
            "sweep.seed is not a key here; it belongs in finite or model.features or start.random or sweep.features. "
            f"Allowed: {AXES}.",
        ),
        (
            {"sweep": {"beta": {"form": 1, "to": 2, "n": 3}}},
            "sweep.beta.form is not a key here; did you mean 'from'? Allowed: from, log, n, to, values.",
        ),
        (
            {"run": {"n_step": 1}},
            "run.n_step is not a key here; did you mean 'n_steps'? Allowed: n_exponents, n_max, n_steps, n_transient.",
        ),
    ],
)
def test_unknown_keys(sections, message):
    assert problems(**sections) == [message]


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"model": [1]}, f"model = [1] must be a mapping with keys out of {MODEL}."),
        ({"run": "x"}, "run = 'x' must be a mapping with keys out of n_exponents, n_max, n_steps, n_transient."),
        ({"start": "o0"}, f"start = 'o0' must be a mapping with keys out of {START}."),
        ({"start": {"random": 3}}, "start.random = 3 must be a mapping with keys out of n, seed."),
        ({"sweep": 3}, f"sweep = 3 must be a mapping with keys out of {AXES}."),
        (
            {"sweep": {"beta": [1, 2]}},
            "sweep.beta = [1, 2] must be a mapping with keys out of from, log, n, to, values.",
        ),
        (
            {"model": {"beta": 1, "features": ["iid"]}},
            "model.features = ['iid'] must be a mapping, such as {ensemble: segments, seed: 1}.",
        ),
        (
            {"model": {"beta": 1, "features": {**ARRAYS, "positional": [1]}}},
            "model.features.positional = [1] must be a mapping with keys out of k, o, q, v.",
        ),
    ],
)
def test_sections_that_are_no_mapping(sections, message):
    assert problems(**sections) == [message]


@pytest.mark.parametrize(
    "name", ["", "a b", "a/b", "..", ".hidden", "-x", "é", "a\n", 3, ["a"], "a\0", None, "x" * 101]
)
def test_names_that_no_folder_should_have(name):
    (line,) = problems(name=name)
    assert line.startswith("name is empty; it must be text of letters" if name is None else "name = ")
    assert line.endswith(
        "must be text of letters, digits, '-', '_' and '.', beginning with a letter, a digit or '_': "
        "it names the folder of the results."
    )


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"beta": None}, "beta is missing: give it a value, or sweep it."),
        ({"beta": -1}, "beta = -1 must be 0 or larger."),
        ({"beta": True}, "beta = True must be a finite number."),
        ({"beta": "1"}, "beta = '1' must be a finite number."),
        ({"beta": float("nan")}, "beta = nan must be a finite number."),
        ({"gamma": float("-inf")}, "gamma = -inf must be a finite number."),
        ({"gamma": 10**400}, f"gamma = 1{'0' * 27}...{'0' * 28} must be a finite number."),
        ({"gamma": None}, "gamma is empty; it must be a finite number."),
        ({"epsilon": 1.5}, "epsilon = 1.5 must be between 0 and 1."),
        ({"epsilon": -1e-9}, "epsilon = -1e-09 must be between 0 and 1."),
        ({"context": 0}, "context = 0 must be at least 1."),
        ({"context": 4.5}, "context = 4.5 must be a whole number."),
        ({"context": True}, "context = True must be a whole number."),
        ({"context": "4"}, "context = '4' must be a whole number."),
        ({"context": float("nan")}, "context = nan must be a whole number."),
        ({"context": float("inf")}, "context = inf must be a whole number."),
        ({"context": 5}, "context = 5 must be at most 2**positional_bits = 4."),
        ({"positional_bits": 1}, "context = 4 must be at most 2**positional_bits = 2."),
        ({"positional_bits": 0}, "positional_bits = 0 must be at least 1."),
        (
            {"positional_bits": 4, "features": {"n_columns": 3}},
            "positional_bits = 4 must be at most n_columns = 3 with ensemble segments.",
        ),
        ({"positional_bits": 17}, "positional_bits = 17 must be at most 16."),
        ({"positional_bits": 10**9}, "positional_bits = 1000000000 must be at most 16."),
    ],
)
def test_refused_parameters(changed, message):
    assert problems(model={"beta": 1, **changed}) == [f"model.{message}"]


ENSEMBLES = "arrays, cycle, gaussian, iid, segments, uniform_means"


@pytest.mark.parametrize(
    ("features", "message"),
    [
        (
            {"ensemble": "segmnts"},
            f"ensemble = 'segmnts' must be one of {ENSEMBLES}; did you mean 'segments'?",
        ),
        ({"ensemble": 3}, f"ensemble = 3 must be one of {ENSEMBLES}."),
        ({"ensemble": ["iid"]}, f"ensemble = ['iid'] must be one of {ENSEMBLES}; did you mean 'iid'?"),
        ({"ensemble": None}, f"ensemble is empty; it must be one of {ENSEMBLES}."),
        ({"n_patterns": 0}, "n_patterns = 0 must be at least 1."),
        ({"ensemble": "gaussian", "n_patterns": 17}, "n_patterns = 17 must be at most 16."),
        ({"ensemble": "cycle", "n_patterns": 17}, "n_patterns = 17 must be at most 16."),
        ({"n_columns": 10**8}, "n_columns = 100000000 must be at most 10000000."),
        ({"n_columns": 100}, "n_columns = 100 must be a multiple of n_segments = 3: the segments are equal."),
        (
            {"n_segments": 100},
            "n_columns = 99 must be a multiple of n_segments = 100: the segments are equal.",
        ),
        ({"seed": -1}, "seed = -1 must be at least 0."),
        ({"seed": 2**32}, "seed = 4294967296 must be at most 4294967295."),
        ({"ensemble": "gaussian", "scale": -1}, "scale = -1 must be 0 or larger."),
        ({**ARRAYS, "o": [[1, 0], [1, 1]]}, "o[0][1] = 0 must be 1 or -1."),
        ({**ARRAYS, "o": [[1, True], [1, 1]]}, "o[0][1] = True must be 1 or -1."),
        ({**ARRAYS, "o": [[1, None], [1, 1]]}, "o[0][1] is empty; it must be 1 or -1."),
        ({**ARRAYS, "o": [[1, -1], [1]]}, "o = [[1, -1], [1]] must have rows of equal length."),
        ({**ARRAYS, "o": [[1, -1], 1]}, "o[1] = 1 must be a list that is not empty."),
        ({**ARRAYS, "o": []}, "o = [] must be a list that is not empty."),
        ({**ARRAYS, "k": [[1, 1]]}, "k has shape (1, 2) but must have that of o, (2, 2)."),
        ({key: ARRAYS[key] for key in ARRAYS if key != "k"}, "k is missing."),
        ({key: ARRAYS[key] for key in ARRAYS if key != "positional"}, "positional is missing."),
        ({**ARRAYS, "positional": None}, "positional is empty; it must be a mapping with keys out of k, o, q, v."),
        ({**ARRAYS, "positional": {"o": SIGNS, "v": SIGNS, "k": SIGNS}}, "positional.q is missing."),
        ({**ARRAYS, "positional": {**ROLES, "q": [[1, 2], [1, 1]]}}, "positional.q[0][1] = 2 must be 1 or -1."),
        (
            {**ARRAYS, "positional": {**ROLES, "k": [[1], [1]]}},
            "positional.k has shape (2, 1) but must have shape (2, 2): n_patterns, positional_bits.",
        ),
        (
            {**ARRAYS, "positional": {**ROLES, "v": [[1, 1]]}},
            "positional.v has shape (1, 2) but must have shape (2, 2): n_patterns, positional_bits.",
        ),
    ],
)
def test_refused_features(features, message):
    assert problems(model={"beta": 1, "features": features}) == [f"model.features.{message}"]


@pytest.mark.parametrize(
    ("start", "message"),
    [
        ({}, f" needs exactly one of {STARTS}."),
        ({"phase": 1}, f" needs exactly one of {STARTS}."),
        (
            {"token": "o0", "random": {}},
            f".random is one start too many (beside token): exactly one of {STARTS} is allowed; "
            "start={random: ...} replaces the whole start.",
        ),
        (
            {"window": "paper_beta"},
            ".window = 'paper_beta' must be paper_beta3 or a list of rows; did you mean 'paper_beta3'?",
        ),
        ({"window": WINDOW[:3]}, ".window has shape (3, 3) but must have shape (4, 3): context, n_patterns."),
        ({"window": [[1]] * 4}, ".window has shape (4, 1) but must have shape (4, 3): context, n_patterns."),
        ({"window": [[1, "x"]]}, ".window[0][1] = 'x' must be a finite number."),
        ({"window": 3}, ".window = 3 must be a list that is not empty."),
        ({"window": [[1], []]}, ".window[1] = [] must be a list that is not empty."),
        (
            {"window": WINDOW, "phase": 4},
            ".phase = 4 must be less than the clock's period, 2**positional_bits = 4.",
        ),
        ({"window": WINDOW, "phase": -1}, ".phase = -1 must be at least 0."),
        ({"token": "o0", "phase": 0}, ".phase = 0 goes only with a window that is written out."),
        ({"window": "paper_beta3", "phase": 0}, ".phase = 0 goes only with a window that is written out."),
        ({"token": "o3"}, ".token = 'o3' must name one of the 3 rows, 0 to 2."),
        *(
            ({"token": bad}, f".token = {bad!r} must be o, v, q or k and the number of a row, such as o0.")
            for bad in ["x0", "o", "o-1", "o00", 0, "o0 ", "o\u0663"]  # the last is an Arabic 3
        ),
        ({"random": {"n": 0}}, ".random.n = 0 must be at least 1."),
        ({"random": {"n": 10**8}}, ".random.n = 100000000 must be at most 10000000."),
        ({"random": {"seed": 0.5}}, ".random.seed = 0.5 must be a whole number."),
        ({"checkpoint": "w.txt"}, ".checkpoint = 'w.txt' must be the name of a .npz file."),
        ({"checkpoint": "a\0.npz"}, r".checkpoint = 'a\x00.npz' must be the name of a .npz file."),
        ({"checkpoint": 3}, ".checkpoint = 3 must be the name of a .npz file."),
        ({"list": []}, ".list = [] must be a list that is not empty."),
        ({"list": "o0"}, ".list = 'o0' must be a list that is not empty."),
        ({"list": ["o0"]}, f".list[0] = 'o0' must be a mapping with keys out of {LISTED}."),
        ({"list": [{}]}, ".list[0] needs exactly one of checkpoint, random, token, window."),
        ({"list": [{"token": "o0"}], "token": "o0"}, f".token is one start too many (beside list): exactly one of "
         f"{STARTS} is allowed; start={{token: ...}} replaces the whole start."),
        ({"list": [{"random": {}, "token": "o0"}]}, ".list[0].token is one start too many (beside random): exactly one "
         "of checkpoint, random, token, window is allowed; each start is an entry of its own."),
        ({"list": [{"token": "o0"}, {"tokn": "o0"}]},
         f".list[1].tokn is not a key here; did you mean 'token'? Allowed: {LISTED}."),
        ({"list": [{"random": {"n": 10**4}}, {"token": "o0"}]},
         ".list asks for 10001 starts; at most 10000 can have names."),
        ({"list": [{"sweep": "results"}]},
         f".list[0].sweep is not a key here; it belongs in start. Allowed: {LISTED}."),
        ({"list": [{"random": {"m": 1}}]}, ".list[0].random.m is not a key here. Allowed: n, seed."),
        ({"list": [{"token": "o3"}]}, ".list[0].token = 'o3' must name one of the 3 rows, 0 to 2."),
        ({"list": [{"token": "o0"}, {"window": WINDOW[:3]}]},
         ".list[1].window has shape (3, 3) but must have shape (4, 3): context, n_patterns."),
        ({"list": [{"window": WINDOW, "phase": 4}]},
         ".list[0].phase = 4 must be less than the clock's period, 2**positional_bits = 4."),
        ({"list": [{"token": "o0"}, {"random": {}}, {"token": "o0"}]},
         ".list[2] is named 'o0', as list[0] is: give it another name."),
        ({"list": [{"token": "o0", "name": "a\nb"}]},
         r".list[0].name = 'a\nb' must be text of 1 to 60 characters on one line."),
        ({"list": [{"token": "o0", "name": " "}]},
         ".list[0].name = ' ' must be text of 1 to 60 characters on one line."),
    ],
)  # fmt: skip
def test_refused_starts(start, message):
    assert problems(start=start) == [f"start{message}"]


def test_the_line_of_each_start_of_a_list_is_named(write):
    path = write("model: {beta: 1}\nstart:\n  list:\n    - {token: o0}\n    - window: paper_bet\n    - {token: o9}")
    with pytest.raises(ConfigError) as caught:
        load_config(path)
    words = "start.list[1].window = 'paper_bet' must be paper_beta3 or a list of rows; did you mean 'paper_beta3'?"
    assert str(caught.value) == f"cfgs/x.yaml, line 5: {words}"
    with pytest.raises(ConfigError, match=r"x\.yaml, line 6: start\.list\[2\]\.token = 'o9' must name one of the 3"):
        load_config(write(path.read_text().replace("paper_bet", "paper_beta3")))


def test_the_papers_window_needs_the_papers_shape():
    assert problems(model={"beta": 1, "context": 2}, start={"window": "paper_beta3"}) == [
        "start.window (paper_beta3) has shape (4, 3) but must have shape (2, 3): context, n_patterns."
    ]


@pytest.mark.parametrize(
    ("axis", "message"),
    [
        ({}, " needs from, to and n, or a list of values."),
        ({"from": 1}, " needs from, to and n, or a list of values (to and n missing)."),
        ({"from": 1, "to": 2}, " needs from, to and n, or a list of values (n missing)."),
        ({"n": 3, "values": [1]}, ".values must not stand beside from, to, n and log: give one or the other."),
        ({"from": 0, "values": [1]}, ".values must not stand beside from, to, n and log: give one or the other."),
        ({"from": 2, "to": 1, "n": 3}, ".to = 1.0 must be larger than from = 2.0."),
        ({"from": 1, "to": 1, "n": 3}, ".to = 1.0 must be larger than from = 1.0."),
        ({"from": 1, "to": 2, "n": 1}, ".n = 1 must be at least 2."),
        ({"from": 1, "to": 2, "n": 0}, ".n = 0 must be at least 2."),
        ({"from": 1, "to": 2, "n": 2.5}, ".n = 2.5 must be a whole number."),
        ({"from": 1, "to": 2, "n": 10**8}, ".n = 100000000 must be at most 10000000."),
        (
            {"from": 1, "to": 1 + 1e-12, "n": 10**6},
            ".n = 1000000 must leave finite, distinct numbers between from and to.",
        ),
        ({"from": 1, "to": float("inf"), "n": 3}, ".to = inf must be a finite number."),
        ({"from": -1, "to": 2, "n": 3}, ".from = -1.0 must be 0 or larger."),
        ({"values": []}, ".values = [] must be a list that is not empty."),
        ({"values": 1.5}, ".values = 1.5 must be a list that is not empty."),
        ({"values": [1, 2, 1.0]}, ".values[2] = 1.0 must not be there twice."),
        ({"values": [0.0, -0.0]}, ".values[1] = 0.0 must not be there twice."),
        ({"values": [1, "2"]}, ".values[1] = '2' must be a finite number."),
        ({"values": [1, float("nan")]}, ".values[1] = nan must be a finite number."),
        ({"values": [1, -2]}, ".values[1] = -2.0 must be 0 or larger."),
    ],
)
def test_refused_axes(axis, message):
    assert problems(sweep={"beta": axis}) == [f"sweep.beta{message}"]


@pytest.mark.parametrize(
    ("sweep", "message"),
    [
        ({}, f" needs at least one of {PARAMETERS}."),
        ({"order": "independent", "beta": None}, f" needs at least one of {PARAMETERS}."),
        (
            {"beta": {"values": [1]}, "order": "continuation"},
            ".order = 'continuation' must be independent, or continuation: {...}.",
        ),
        (
            {"gamma": {"from": -1.7e308, "to": 1.7e308, "n": 2}},
            ".gamma.n = 2 must leave finite, distinct numbers between from and to.",
        ),
        ({"epsilon": {"from": 0, "to": 1.1, "n": 3}}, ".epsilon.to = 1.1 must be between 0 and 1."),
        ({"epsilon": {"values": [0.5, -0.5]}}, ".epsilon.values[1] = -0.5 must be between 0 and 1."),
        (
            {"beta": {"from": 0, "to": 1, "n": 10000}, "gamma": {"from": 0, "to": 1, "n": 2000}},
            " asks for 20000000 orbits, starts included; at most 10000000 are allowed.",
        ),
    ],
)
def test_refused_sweeps(sweep, message):
    assert problems(sweep=sweep) == [f"sweep{message}"]


def test_starts_count_in_the_size_of_a_sweep():
    for start in ({"random": {"n": 10**4}}, {"list": [{"random": {"n": 10**4 - 1}}, {"token": "o0"}]}):
        assert problems(sweep={"beta": {"from": 0, "to": 1, "n": 1001}}, start=start) == [
            "sweep asks for 10010000 orbits, starts included; at most 10000000 are allowed."
        ]


ERROR_BARS = "must be at least {} for exponents with error bars: two periods of the clock."


@pytest.mark.parametrize(
    ("run", "message"),
    [
        ({"n_steps": 0}, "n_steps = 0 must be at least 1."),
        ({"n_steps": None}, "n_steps is empty; it must be a whole number."),
        ({"n_steps": 10**13}, "n_steps = 10000000000000 must be at most 1000000000000."),
        ({"n_transient": -1}, "n_transient = -1 must be at least 0."),
        ({"n_exponents": 13}, "n_exponents = 13 must be at most context * n_patterns = 12."),
        ({"n_exponents": -1}, "n_exponents = -1 must be at least 0."),
        ({"n_exponents": "al"}, "n_exponents = 'al' must be a whole number, or all."),
        ({"n_steps": 7}, f"n_steps = 7 {ERROR_BARS.format(8)}"),
        ({"n_steps": 1, "n_exponents": 1}, f"n_steps = 1 {ERROR_BARS.format(8)}"),
        (
            {"n_steps": 2, "n_exponents": 0},
            "n_steps = 2 must be at least 3 to record a label: a period has to be seen three times.",
        ),
    ],
)
def test_refused_runs(run, message):
    assert problems(run=run) == [f"run.{message}"]


@pytest.mark.parametrize("bits", [1, 3, 16])
def test_exponents_need_two_periods_of_the_clock(bits):
    model, shortest = {"beta": 1, "context": 2, "positional_bits": bits}, 2 * 2**bits
    run = {"n_steps": shortest, "n_exponents": 1}
    assert config(model=model, run=run).run.n_steps == shortest
    too_short = problems(model=model, run={**run, "n_steps": shortest - 1})
    assert too_short == [f"run.n_steps = {shortest - 1} {ERROR_BARS.format(shortest)}"]
    assert config(model=model, run={"n_steps": 3, "n_exponents": 0}).run.n_steps == 3


@pytest.mark.parametrize(
    ("record", "message"),
    [
        ([], " = [] must be a list that is not empty."),
        ("orbit", " = 'orbit' must be a list that is not empty."),
        (["orbit", "orbit"], "[1] = 'orbit' must not be there twice."),
        (
            ["orbits"],
            "[0] = 'orbits' must be one of orbit, section, label, transient, attractors, lyapunov; "
            "did you mean 'orbit'?",
        ),
    ],
)
def test_refused_records(record, message):
    assert problems(record=record) == [f"record{message}"]


def test_values_that_no_file_can_hold():
    with pytest.raises(ConfigError, match=r"^the key 3 must be text\.$"):
        Config.from_dict({3: 1})
    with pytest.raises(ConfigError, match=r"^the key 2 must be text\.$"):
        Config.from_dict({"run": {"n_steps": {"a": {2: 3}}}})
    with pytest.raises(
        ConfigError, match=r"^the config = \[1\] must be a mapping with keys out of finite, model, name,"
    ):
        Config.from_dict([1])
    endless = {}
    endless["model"] = endless
    with pytest.raises(ConfigError, match=r"^the config is nested more than 8 levels deep\.$"):
        Config.from_dict(endless)
    with pytest.raises(ConfigError, match=r"^model\.gamma = a value of type int must be a finite number\.$"):
        Config.from_dict({"model": {"gamma": 10**5000}})  # Python itself refuses to write it out


def test_all_problems_come_at_once_with_lines_in_order(write):
    text = """\
name: a b
model:
  epsilom: 0.02
  epsilon: 1.5
  features:
    ensemble: iid
    seed: x
sweep:
  beta:
    values:
      - 1
      - two
runs: {}
"""
    assert complaints(write(text), ["run.n_steps=0"]) == [
        "cfgs/x.yaml, line 1: name = 'a b' must be text of letters, digits, '-', '_' and '.', beginning with "
        "a letter, a digit or '_': it names the folder of the results.",
        f"cfgs/x.yaml, line 3: model.epsilom is not a key here; did you mean 'epsilon'? Allowed: {MODEL}.",
        "cfgs/x.yaml, line 4: model.epsilon = 1.5 must be between 0 and 1.",
        "cfgs/x.yaml, line 7: model.features.seed = 'x' must be a whole number.",
        "cfgs/x.yaml, line 12: sweep.beta.values[1] = 'two' must be a finite number.",
        f"cfgs/x.yaml, line 13: runs is not a key here; did you mean 'run'? Allowed: {TOP}.",
        "--set run.n_steps=0: run.n_steps = 0 must be at least 1.",
    ]


def test_a_missing_key_is_reported_at_its_section(write):
    text = "name: x\nmodel:\n  features:\n    ensemble: arrays\n    o: [[1]]\n    v: [[1]]\n    q: [[1]]\n"
    assert complaints(write(text)) == [
        "cfgs/x.yaml, line 3: model.features.k is missing.",
        "cfgs/x.yaml, line 3: model.features.positional is missing.",
    ]
    missing = "model.beta is missing: give it a value, or sweep it."
    assert complaints(write("run: {}\nmodel: {}")) == [f"cfgs/x.yaml, line 2: {missing}"]
    assert complaints(write("run: {}")) == [f"cfgs/x.yaml: {missing}"]


def test_many_problems_are_cut_short():
    lines = problems(sweep={"beta": {"values": ["x"] * 50}})
    assert len(lines) == 21
    assert lines[-1] == "... and 30 more."


# Overrides


SYNTAX = "write it as key=value, with dots in the key: model.beta=1.27."
PAPER = "model: {beta: 1.27, gamma: 3}\nstart: {window: paper_beta3}\nsweep: {beta: {from: 1, to: 2, n: 9}}\n"


def test_overrides(write):
    path = write(PAPER)
    changed = load_config(
        path,
        [
            "model.beta=1.3",
            "model.features.seed=5",
            "run.n_steps=1e3",
            "start={checkpoint: w.npz}",
            "sweep.beta.n=3",
            "sweep.gamma={values: [1, 2]}",
            " name = x",
            "name=y=z",
            "name=last",
        ],
    )
    assert changed.model.beta == 1.3
    assert changed.model.gamma == 3
    assert changed.model.features.seed == 5
    assert changed.run.n_steps == 1000
    assert changed.start.checkpoint.name == "w.npz"
    np.testing.assert_array_equal(changed.axes["beta"], [1, 1.5, 2])
    assert changed.name == "last"
    assert load_config(path, ["sweep=null"]).sweep is None
    assert load_config(path, ["sweep.gamma.values=[1]", "sweep.beta="]).axes.keys() == {"gamma"}
    assert load_config(path, ["start.window=", "start.token=q1"]).start.token == "q1"
    assert load_config(path, "model.beta=2").model.beta == 2  # one alone


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("model.beta=abc", "model.beta = 'abc' must be a finite number."),
        ("model.beta={a: 1}", "model.beta = {'a': 1} must be a finite number."),
        ("model.gamma=", "model.gamma is empty; it must be a finite number."),
        (
            "model.epsilom=1",
            f"model.epsilom is not a key here; did you mean 'epsilon'? Allowed: {MODEL}.",
        ),
        ("modle.beta=1", f"modle is not a key here; did you mean 'model'? Allowed: {TOP}."),
        ("model={epsilon: 2}", "model.epsilon = 2 must be between 0 and 1."),
        ("start.phase=1", "start.phase = 1 goes only with a window that is written out."),
        (
            "start.token=o0",
            f"start.token is one start too many (beside window): exactly one of {STARTS} is allowed; "
            "start={token: ...} replaces the whole start.",
        ),
        ("start.window.x=1", "start.window = 'paper_beta3' has no keys; give all of it: start.window=..."),
        ("sweep.beta.from=5", "sweep.beta.to = 2.0 must be larger than from = 5.0."),
        *((bad, SYNTAX) for bad in ["model.beta", "=3", "model..beta=3", ".=", ""]),
        ("name=[", "not readable as YAML: expected the node content, but found '<stream end>'."),
        ("name=*a", f"not readable as YAML: {ALIAS}."),
        ("name={a: 1, a: 2}", "a is written twice."),
        ("name=!!python/name:os.x y", "the tag '!!python/name:os.x' is not allowed; write plain values."),
    ],
)
def test_refused_overrides(write, text, message):
    (line,) = complaints(write(PAPER), [text])
    if text == "sweep.beta.from=5":
        assert line == f"cfgs/x.yaml, line 3: {message}"  # the key complained about is the file's
    else:
        assert line == f"--set {text}: {message}"


def test_an_override_of_a_whole_section_takes_the_blame_for_its_keys(write):
    path = write("model:\n  beta: 1\n  features:\n    seed: x\n")
    assert complaints(path, ["model.features={seed: y}"]) == [
        "--set model.features={seed: y}: model.features.seed = 'y' must be a whole number."
    ]


def test_a_long_or_unprintable_override_stays_one_line(write):
    (line,) = complaints(write(PAPER), ["model.beta='" + "x\n" * 500 + "'"])
    assert len(line) < 250
    assert line.isprintable()


# Anything at all

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
