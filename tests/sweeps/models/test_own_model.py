"""A model of the user's, in a file that a config names: all that the network can do, with nothing else written."""

import json
import re
import subprocess
import sys
from pathlib import Path

import henon_model
import numpy as np
import pytest
import xarray as xr
from configs import CFGS

from attractors import lyapunov_spectrum
from sweeps import ConfigError, load_config, open_sweep, run_sweep
from sweeps.config import Config
from sweeps.figures import sweep as figures
from sweeps.figures.column import section_diagram
from sweeps.models import MapModel, Observable, Parameter
from sweeps.multistability import branches_of
from sweeps.regimes import label_names
from sweeps.run import run_task
from sweeps.store.dataset import without_run

HENON = henon_model.__file__
RUN = {"n_transient": 1_000, "n_steps": 4_096}
A = [0.2, 0.6, 1.0, 1.24, 1.3, 1.4]


def henon(**sections):
    given = {
        "name": "henon",
        "model": {"module": HENON},
        "start": {"state": [0.1, 0.1]},
        "sweep": {"a": {"values": A}},
        "run": RUN,
        "record": ["orbit", "section", "label", "transient", "lyapunov"],
        **sections,
    }
    return Config.from_dict({key: value for key, value in given.items() if value is not None})


@pytest.fixture(scope="module")
def along_a(tmp_path_factory):
    folder = run_sweep(henon(), tmp_path_factory.mktemp("own") / "henon", workers=2, quiet=True)
    return folder, open_sweep(folder)


def test_a_sweep_finds_what_the_map_does(along_a):
    _, dataset = along_a
    assert label_names(dataset).tolist() == ["fixed_point", "periodic", "periodic", "periodic", "periodic", "chaotic"]
    assert dataset["period"].values.tolist() == [1, 2, 4, 7, 7, 0]
    assert dataset["lyapunov_exponent"].dims == ("a", "exponent")
    np.testing.assert_allclose(dataset["lyapunov_exponent"].sum("exponent"), np.log(0.3), atol=1e-12)
    alone = lyapunov_spectrum(henon_model.henon(1.4, 0.3), [0.1, 0.1], n_steps=100_000, n_transient=1_000)
    assert dataset["lyapunov_exponent"][-1, 0].item() == pytest.approx(alone.exponents[0], abs=0.03)
    assert dataset["a"].attrs == {"long_name": "how strongly the map folds, a", "units": "1"}
    assert dataset["orbit"].attrs["long_name"] == "state: x, y"
    assert dataset["section"].attrs["long_name"] == "x where |y| < 0.00045, the last ones"


def test_what_is_kept_are_the_states_of_the_map(along_a):
    _, dataset = along_a
    for i, a in enumerate(A[:3]):  # chaos amplifies rounding
        orbit, _ = henon_model.henon(a, 0.3).orbit([0.1, 0.1], 6_000)
        np.testing.assert_allclose(np.sort(dataset["state"][i]), np.sort(dataset["orbit"][i, -1]), atol=1e-6)
        assert np.abs(orbit[-8:] - dataset["state"][i].values).max(axis=1).min() < 1e-9
        density = dataset["orbit_density"][i]
        assert density.sum().item() == 4_096
        at = density["bin"].values[density.values > 0]
        assert np.abs(at[:, None] - orbit[-8:, 0]).min(axis=1).max() < 0.5 * 3.0 / 4000 + 1e-9


def test_workers_shards_and_a_run_in_pieces_change_no_bit(along_a, tmp_path, chunks_of_2):
    _, whole = along_a
    config = henon()
    for index in (1, 0, 2):
        run_task(config, index, 3, tmp_path / "tasks", workers=1, quiet=True)
    again = open_sweep(run_sweep(config, tmp_path / "tasks", workers=1, quiet=True))
    assert again.sizes["shard"] == 3
    xr.testing.assert_identical(without_run(again).drop_attrs(), without_run(whole).drop_attrs())


def test_what_is_missing_is_computed_and_nothing_else(tmp_path, chunks_of_2, run, monkeypatch):
    config = henon(record=["label"])
    run_task(config, 0, 3, tmp_path, quiet=True)
    kept = {path.name: path.read_bytes() for path in (tmp_path / "shards").glob("*.npz")}
    code, printed, told = run("sweep", "status", tmp_path, "--json")
    assert (code, json.loads(printed)["n_done"], told) == (0, 2, "")
    monkeypatch.chdir(tmp_path.parent)
    run_task(config, 1, 3, tmp_path, quiet=True)
    assert len(kept) == 1
    for name, content in kept.items():
        assert (tmp_path / "shards" / name).read_bytes() == content
    assert run("sweep", "resume", tmp_path)[0] == 0
    assert open_sweep(tmp_path).attrs["n_missing"] == 0


def test_a_continuation_goes_on_from_state_to_state(tmp_path):
    order = {"continuation": {"direction": "both"}}
    config = henon(sweep={"a": {"from": 0.2, "to": 0.4, "n": 3}, "order": order}, run={"n_transient": 0, "n_steps": 64})
    dataset = open_sweep(run_sweep(config, tmp_path, quiet=True))
    state = [0.1, 0.1]
    for a in (0.2, 0.3, 0.4):
        _, state = henon_model.henon(a, 0.3).orbit(state, 64)
        np.testing.assert_allclose(
            dataset["state"].sel(a=a, method="nearest").sel(direction="right"), state, rtol=1e-12
        )


def test_random_starts_reach_attractors_or_infinity(tmp_path):
    sections = {"sweep": {"a": {"values": [0.6, 1.5]}}, "start": {"random": {"n": 6, "seed": 1}}}
    config = henon(**sections, record=["label", "attractors", "lyapunov"])
    dataset = open_sweep(run_sweep(config, tmp_path, quiet=True))
    names = label_names(dataset)
    assert set(names[0]) <= {"periodic", "divergent"}
    assert (names[1] == "divergent").all()
    reached = dataset["attractor"].values[0][names[0] == "periodic"]
    assert (reached == reached[0]).all()
    assert reached[0] >= 0
    np.testing.assert_array_equal(dataset["failure"].values, "")


def test_a_sweep_can_start_from_an_earlier_one_and_from_a_checkpoint(tmp_path, along_a):
    folder, dataset = along_a
    config = henon(start={"sweep": str(folder)}, run={"n_transient": 0, "n_steps": 8, "n_exponents": 0})
    later = open_sweep(run_sweep(config, tmp_path / "later", quiet=True))
    _, end = henon_model.henon(0.6, 0.3).orbit(dataset["state"][1].values, 8)
    np.testing.assert_array_equal(later["state"][1], end)
    np.savez(tmp_path / "x.npz", state=dataset["state"][1].values)
    config = henon(sweep=None, model={"module": HENON, "a": 0.6}, start={"checkpoint": str(tmp_path / "x.npz")},
                   run={"n_transient": 0, "n_steps": 8, "n_exponents": 0})  # fmt: skip
    np.testing.assert_array_equal(open_sweep(run_sweep(config, tmp_path / "one", quiet=True))["state"], end)


def test_figures_name_the_parameter_and_the_components(along_a):
    _, dataset = along_a
    above, below = figures.orbit_diagram(dataset).axes
    assert above.get_ylabel() == "$x$ (4,096 steps each)"
    assert below.get_xlabel() == "$a$"
    low, high = above.get_ylim()
    assert -1.5 <= low < -1.2 < 1.2 < high <= 1.5  # x of the chaotic attractor
    panel = section_diagram(dataset).axes[0]
    assert panel.get_title(loc="left") == "Grey: all steps. Colour: those with $|y|$ < 0.00045, and cycles."


def test_attractors_are_followed(tmp_path, run):
    config = henon(sweep={"a": {"from": 0.3, "to": 0.5, "n": 5}}, start={"random": {"n": 8, "seed": 2}})
    found = branches_of(config, quiet=True)
    assert {str(label) for branch in found.branches for label in branch.labels} == {"fixed_point", "periodic"}
    file = tmp_path / "henon.yaml"
    file.write_text(config.to_yaml())
    code, printed, _ = run("attractors", file, "--set", "sweep=", "--set", "model.a=0.3", "--plot", tmp_path / "x.png")
    assert code == 0
    assert "a = 0.3, b = 0.3: 8 random starts" in printed
    assert (tmp_path / "x.png").stat().st_size > 1_000


def test_commands_for_one_orbit(tmp_path, run):
    file = tmp_path / "henon.yaml"
    file.write_text(henon(sweep=None).to_yaml())
    code, printed, _ = run("classify", file, "--json")
    assert (code, json.loads(printed)["label"]) == (0, "chaotic")
    code, printed, _ = run("lyapunov", file)
    assert (code, printed.splitlines()[0][:40]) == (0, "a = 1.4, b = 0.3: Lyapunov exponents in ")
    out = tmp_path / "orbit.nc"
    code, printed, _ = run("trajectory", file, "--out", out, "--plot", tmp_path / "orbit.png", "--json")
    document = json.loads(printed)
    assert (code, document["n_steps"], list(document["end"])) == (0, 4_096, ["state"])
    with xr.open_dataset(out) as orbit:
        assert orbit["observed"].dims == ("step", "component")
        np.testing.assert_array_equal(orbit["observed"][-1], document["end"]["state"])
    assert run("analyse", out, "--json")[0] == 0
    code, _, told = run("finite", file, "--out", tmp_path / "finite")
    assert (code, told) == (
        2,
        "dmfsa: model.module must be absent here: this is about the self-attention network alone.\n",
    )


# The file


def test_the_file_is_told_of_once_in_every_process(tmp_path):
    file = tmp_path / "henon.yaml"
    file.write_text(henon(sweep=None, run={"n_transient": 0, "n_steps": 64}).to_yaml())
    command = [sys.executable, "-m", "sweeps.cli", "classify", str(file), "--json"]
    program = "import sys; from sweeps.cli import main; sys.exit(main(sys.argv[1:]))"
    done = subprocess.run([sys.executable, "-c", program, *command[3:]], capture_output=True, text=True, check=True)
    assert done.stderr == f"dmfsa: imports {HENON}, which model.module names\n"
    assert json.loads(done.stdout)["label"]


def test_its_content_is_a_part_of_what_a_sweep_is(tmp_path):
    file = tmp_path / "own.py"
    file.write_text(Path(HENON).read_text())
    config = henon(model={"module": str(file)}, record=["label"], sweep={"a": {"values": [0.2, 0.3]}})
    folder = run_sweep(config, tmp_path / "out", quiet=True)
    assert json.loads((folder / "inputs.json").read_text()).keys() == {"model.module"}
    file.write_text(Path(HENON).read_text() + "# another\n")
    changed = henon(model={"module": str(file)}, record=["label"], sweep={"a": {"values": [0.2, 0.3]}})
    with pytest.raises(OSError, match=r"model\.module: content \w+ there, content \w+ asked for"):
        run_sweep(changed, folder, quiet=True)


def test_a_relative_path_starts_at_the_folder_of_the_config(write, tmp_path):
    (tmp_path / "cfgs" / "own.py").write_text(Path(HENON).read_text())
    config = load_config(write("model: {module: own.py, b: 0.2}"))
    assert config.model.b == 0.2
    assert Config.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (None, r"'own\.py' does not exist: there is no file /.*/cfgs/own\.py\."),
        ("def step(:\n", r"'own\.py' is not Python: .* \(line 1\)\."),
        ("x = 1\nraise KeyError('a')\n", r"'own\.py' raises an error in line 2 when it is imported: KeyError: 'a'\."),
        ("import nothing_like_it\n", r"'own\.py' raises an error in line 1 .*: No module named 'nothing_like_it'\."),
        ("x = 1\n", r"'own\.py' defines no MODEL: let it be what sweeps\.models\.MapModel makes\."),
        ("MODEL = 3\n", r"'own\.py' defines MODEL = 3, which is no model: let it be .*\."),
    ],
)
def test_files_that_are_no_models(write, tmp_path, text, said):
    if text is not None:
        (tmp_path / "cfgs" / "own.py").write_text(text)
    with pytest.raises(ConfigError) as caught:
        load_config(write("name: x\nmodel:\n  module: own.py\n"))
    (sentence,) = caught.value.args
    assert re.fullmatch(rf"cfgs/x\.yaml, line 3: model\.module = {said}", sentence)


@pytest.mark.parametrize("value", [3, "own.txt", ["own.py"]])
def test_what_is_no_name_of_a_file_is_refused(value):
    with pytest.raises(ConfigError, match=r"model\.module = .* must be the name of a \.py file\."):
        Config.from_dict({"model": {"module": value}})


@pytest.mark.parametrize(
    ("sections", "said"),
    [
        ({"model": {"module": HENON, "a": 3}}, "model.a = 3 must be between 0 and 2."),
        ({"model": {"module": HENON, "c": 3}}, "model.c is not a key here. Allowed: a, b, module."),
        ({"sweep": {"beta": {"values": [1]}}}, "sweep.beta is not a key here"),
        ({"sweep": {"a": {"values": [1, 4]}}}, "sweep.a.values[1] = 4.0 must be between 0 and 2."),
        ({"start": {"state": [1, 2, 3]}}, "start.state has 3 components but must have 2."),
        ({"start": {"token": "o0"}}, "start.token is not a key here"),
        ({"run": {"n_exponents": 3}}, "run.n_exponents = 3 must be at most the dimension = 2."),
    ],
)
def test_mistakes_in_its_sections(sections, said):
    with pytest.raises(ConfigError) as caught:
        henon(**sections)
    assert caught.value.args[0].startswith(said)


@pytest.mark.parametrize(
    ("parameters", "components", "said"),
    [
        ([], [], "components must name"),
        ([], [Observable("x", 1.0, 1.0)], "the range of x must be finite and not empty"),
        ([Parameter("zip", 1.0)], [Observable("x")], "parameters must have names of their own .* got 'zip'"),
        ([Parameter("a b", 1.0)], [Observable("x")], "parameters must have names of their own .* got 'a b'"),
        ([Parameter("a"), Parameter("a")], [Observable("x")], "parameters must have names of their own .* got 'a'"),
    ],
)
def test_models_that_cannot_be(parameters, components, said):
    with pytest.raises(ValueError, match=said):
        MapModel(henon_model.henon, parameters=parameters, components=components)


def test_a_parameter_without_a_default_must_be_given(write, tmp_path):
    text = Path(HENON).read_text().replace('Parameter("a", 1.4,', 'Parameter("a",')
    (tmp_path / "cfgs" / "own.py").write_text(text)
    with pytest.raises(ConfigError, match=r"model\.a is missing: give it a value, or sweep it\."):
        load_config(write("model: {module: own.py}"))
    assert load_config(write("model: {module: own.py}\nsweep: {a: {values: [1]}}")).axes["a"] == 1.0


# Who says what


WORDS = (
    r"\bWindow\b|n_patterns|positional_bits|\bm_o\b|m\^o|MeanFieldMap|\bFeatures\b"
    r"|^\s*(from|import) dmfsa(?! import __version__)"  # the version is that of the program
)
EXEMPT = ("models", "finite", "reproduce", "blanket")


def test_nothing_else_in_sweeps_says_the_words_of_the_network():
    """The networks of the paper are what `sweeps.finite`, `sweeps.blanket` and `sweeps.reproduce` are about."""
    package = CFGS.parent / "sweeps"
    for path in sorted(package.rglob("*.py")):
        if path.relative_to(package).parts[0] not in EXEMPT and path.stem != "blanket":
            found = [line for line in path.read_text().splitlines() if re.search(WORDS, line)]
            assert not found, f"{path}: {found}"
