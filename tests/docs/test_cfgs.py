"""Every file in cfgs/ runs, at reduced size, and its settings are what it claims."""

import json
from pathlib import Path

import numpy as np
import pytest

from sweeps import load_config, open_sweep
from sweeps.cli import main
from sweeps.config.blanket import AttentionBlanket, IsingBlanket, LorenzBlanket, load_blanket

EVERY = sorted((Path(__file__).parents[2] / "cfgs").glob("*.yaml"))
BLANKETS = [path for path in EVERY if path.stem.startswith("blanket_")]  # run by tests/sweeps/blanket/test_blanket.py
CFGS = [path for path in EVERY if path not in BLANKETS]
# Those that tests/sweeps/reproduce/test_reproduce.py runs, by the command that they are for.
REPRODUCED = {"paper_fig3a", "paper_fig4", "paper_fig5", "continuation", "phase", "published_run"}
LONG_CONTEXT = ["paper_fig3a_l32", "paper_fig3b_l32"]  # they differ in β: the first one is run


def reduced(config):
    """Overrides for two values of each axis, and few steps."""
    n_steps = max(32 if "attractors" in config.record else 8, 2 * 2**config.model.positional_bits)
    few = ["run.n_transient=4", f"run.n_steps={n_steps}"]
    if config.n_exponents:
        few.append("run.n_exponents=2")
    if config.start.random:
        few.append("start.random.n=2")
    for name, axis in config.sweep.axes.items() if config.sweep else ():
        few.append(f"sweep.{name}.n=2" if axis.n else f"sweep.{name}.values={list(axis.values[:2])}")
    return few


def test_there_are_configs():
    assert {"paper.yaml", "paper_zoom.yaml"} <= {path.name for path in CFGS}


def to_run():
    """Every config that is not run elsewhere; a context of 32 tokens with compiled code only."""
    for path in CFGS:
        marks = [pytest.mark.slow] if path.stem in LONG_CONTEXT else []
        if path.stem not in REPRODUCED | {LONG_CONTEXT[1]}:
            yield pytest.param(path, marks=marks, id=path.stem)


@pytest.mark.parametrize("path", list(to_run()))
def test_every_config_runs(path, tmp_path, capsys):
    config = load_config(path)
    few = reduced(config)
    sets = [word for override in few for word in ("--set", override)]
    assert main(["sweep", "run", str(path), *sets, "--out", str(tmp_path / "out"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    dataset = open_sweep(tmp_path / "out")
    assert printed["name"] == config.name == dataset.attrs["title"]
    for name, values in load_config(path, few).axes.items():
        np.testing.assert_array_equal(dataset[name], values)
    assert np.isfinite(dataset["core_seconds"]).all()


@pytest.mark.parametrize("path", CFGS, ids=lambda path: path.stem)
def test_a_config_is_named_after_its_file(path):
    assert load_config(path).name == path.stem.replace("_", "-")


@pytest.mark.parametrize("path", BLANKETS, ids=lambda path: path.stem)
def test_a_config_of_blankets_is_named_after_its_file(path):
    kinds = {"ising": IsingBlanket, "attention": AttentionBlanket, "lorenz": LorenzBlanket}
    assert load_blanket(kinds[path.stem.removeprefix("blanket_")], path).name == path.stem.replace("_", "-")


def config_of(name):
    return load_config(next(path for path in CFGS if path.name == name))


def test_paper_is_one_cycle_of_the_papers_network():
    config = config_of("paper.yaml")
    assert config.axes == {}
    features = config.model.features
    assert (features.ensemble, features.n_patterns, features.n_segments, features.n_columns) == ("segments", 3, 3, 99)
    assert (config.model.context, config.model.positional_bits) == (4, 2)
    assert (config.model.beta, config.model.gamma, config.model.epsilon) == (1.27, 220, 0.02)
    assert config.start.window == "paper_beta3"
    assert (config.run.n_transient, config.run.n_steps, config.n_exponents) == (100_000, 75_000, 12)
    assert config.record == ("orbit", "label", "lyapunov")


def test_paper_zoom_is_the_papers_window_of_beta():
    config = config_of("paper_zoom.yaml")
    assert list(config.axes) == ["beta"]
    np.testing.assert_array_equal(config.axes["beta"], np.linspace(1.24, 1.28, 401))
    assert (config.run.n_transient, config.run.n_steps) == (100_000, 100_000)
    assert config.n_exponents >= 4
    assert config.start.window == "paper_beta3"
    assert config.record == ("orbit", "label", "lyapunov")
    paper = config_of("paper.yaml").model
    assert config.model.model_copy(update={"beta": paper.beta}) == paper


def test_continuation_is_the_zoom_in_both_directions():
    config, zoom = config_of("continuation.yaml"), config_of("paper_zoom.yaml")
    np.testing.assert_array_equal(config.axes["beta"], zoom.axes["beta"])
    assert config.sweep.continuation.direction == "both"
    assert config.model == zoom.model
    assert config.start == zoom.start
    assert {"orbit", "label", "lyapunov"} <= set(config.record)


def test_phase_is_200_by_200():
    config, paper = config_of("phase.yaml"), config_of("paper.yaml")
    assert {name: axis.size for name, axis in config.sweep.axes.items()} == {"beta": 200, "gamma": 200}
    assert config.axes["gamma"][0] < paper.model.gamma < config.axes["gamma"][-1]
    assert config.axes["beta"][0] < paper.model.beta < config.axes["beta"][-1]
    assert config.model.features == paper.model.features
    assert {"label", "lyapunov"} <= set(config.record)


def test_the_papers_diagrams_have_4001_beta():
    wide, zoom, paper = config_of("paper_fig3a.yaml"), config_of("paper_fig3b.yaml"), config_of("paper.yaml")
    np.testing.assert_array_equal(wide.axes["beta"], np.linspace(0, 3, 4001))
    np.testing.assert_array_equal(zoom.axes["beta"], np.linspace(1.24, 1.28, 4001))
    for config in (wide, zoom):
        assert config.model.model_copy(update={"beta": paper.model.beta}) == paper.model
        assert (config.start, config.run) == (paper.start, paper.run)
        assert {"orbit", "section", "label", "lyapunov"} == set(config.record)


def test_the_papers_orbits_are_at_its_beta():
    planes, memory = config_of("paper_fig4.yaml"), config_of("paper_fig5.yaml")
    assert planes.axes["beta"].tolist() == [1.255, 1.26405, 1.266, 1.27, 1.28, 1.4]
    assert set(memory.axes["beta"]) < set(planes.axes["beta"])
    assert planes.model == memory.model == config_of("paper_zoom.yaml").model


def test_the_long_context_fills_its_clock():
    paper = config_of("paper_zoom.yaml").model
    for name in LONG_CONTEXT:
        config = config_of(f"{name}.yaml")
        assert (config.model.context, config.model.positional_bits) == (32, 5)
        assert config.model.model_copy(update={"context": 4, "positional_bits": 2}) == paper
        assert config.start.token == "o0"
