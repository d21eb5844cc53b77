"""The config: what is accepted, and what is read of YAML."""

import pickle
from pathlib import Path

import numpy as np
import pytest
from configs import ALIAS, ARRAYS, CFGS, SIGNS, WINDOW, complaints, config

from sweeps.config import Config, ConfigError, load_config

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
