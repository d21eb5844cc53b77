"""Keys that are set beside a config: what they change, and what is refused."""

import numpy as np
import pytest
from configs import ALIAS, MODEL, PAPER, STARTS, TOP, complaints

from sweeps.config import load_config

SYNTAX = "write it as key=value, with dots in the key: model.beta=1.27."


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
