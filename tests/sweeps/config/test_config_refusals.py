"""What a config may not hold, and the words in which it is refused."""

import pytest
from configs import ARRAYS, AXES, MODEL, ROLES, SIGNS, START, TOP, complaints, config, problems

from sweeps.config import Config, ConfigError


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
            "Allowed with ensemble iid: ensemble, n_columns, n_patterns, probabilities, seed, values.",
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


ENSEMBLES = "arrays, correlations, cycle, file, gaussian, iid, segments, slots, uniform_means"


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
        ConfigError, match=r"^the config = \[1\] must be a mapping with keys out of cluster, finite, model, name,"
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
