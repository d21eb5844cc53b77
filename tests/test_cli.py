"""The command line: answers, exit codes, what stands where, mistakes, and Ctrl-C."""

import json
import os
import platform
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, SHORT, small

from attractors.analysis import Motion
from dmfsa import Window
from sweeps import load_config, open_sweep, run_sweep
from sweeps.cli import main
from sweeps.dataset import without_run
from sweeps.network import map_of

ROOT = Path(__file__).parent.parent
PAPER = ROOT / "cfgs" / "paper.yaml"
PROGRAM = """
import signal, sys
signal.signal(signal.SIGINT, signal.default_int_handler)  # a parent in the background has it ignored
from sweeps.cli import main
sys.argv[0] = "dmfsa"
sys.exit(main())
"""


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}


def dmfsa(*arguments, first="", **options):
    """Run it as a process of its own."""
    command = [sys.executable, "-c", f"{first}\n{PROGRAM}", *map(str, arguments)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env=ENVIRONMENT, timeout=300, **options)


@pytest.fixture
def run(capsys):
    """Run it in this process; return exit code, stdout, stderr."""

    def call(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def cfg(tmp_path):
    """Write a small config, and return its path."""

    def write(name="small.yaml", **sections):
        path = tmp_path / name
        path.write_text(small(**sections).to_yaml(), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="module")
def finished(tmp_path_factory):
    """A finished sweep over two values of β."""
    config = small(model=None, sweep={"beta": {"values": [1.27, 1.4]}})
    return run_sweep(config, tmp_path_factory.mktemp("cli") / "finished", quiet=True)


def contents(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*"))


# Help


HELP = [[], ["trajectory"], ["lyapunov"], ["classify"], ["analyse"], ["sweep"], ["plot"]]
HELP += [["sweep", action] for action in ("run", "resume", "task", "status", "collect")]


@pytest.mark.parametrize("command", HELP, ids=" ".join)
def test_help_has_an_example(run, command):
    code, out, err = run(*command, "--help")
    assert (code, err) == (0, "")
    assert out.startswith(f"usage: {' '.join(['dmfsa', *command])} ")
    assert re.search(r"^examples?:\n  dmfsa \w+", out, flags=re.MULTILINE)


def test_help_knows_every_command(run):
    text = run("--help")[1]
    assert all(re.search(rf"^ +{command}\b", text, flags=re.MULTILINE) for (command, *_) in HELP[1:])
    assert "exit codes: 0 done, 1 failed or interrupted, 2 wrong usage or config" in text


def test_help_and_mistakes_load_nothing_heavy(tmp_path):
    program = f"""
import sys
from sweeps.cli import main
for words in {[*HELP, ["trajectory", "none.yaml"], ["classify"]]!r}:
    try:
        main([*words, "--help"] if words in {HELP!r} else words)
    except SystemExit:
        pass
heavy = {{"numba", "llvmlite", "scipy", "xarray", "matplotlib", "netCDF4", "dmfsa._kernels"}}
print("loaded:", sorted(heavy & sys.modules.keys()))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True, timeout=60
    )
    assert done.stdout.splitlines()[-1] == "loaded: []"


# Answers


def test_lyapunov(run, cfg):
    code, out, err = run("lyapunov", cfg(), "--json")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    answer = json.loads(out)
    assert answer.keys() >= {"exponents", "standard_errors", "kaplan_yorke_dimension", "resolved", "status"}
    assert len(answer["exponents"]) == len(answer["standard_errors"]) == 2
    assert answer["n_steps"] == SHORT["n_steps"]
    code, out, err = run("lyapunov", cfg())
    assert (code, err) == (0, "")
    assert out.startswith("β = 1.27: Lyapunov exponents in nats per step, over 16 steps\n  λ1 ")
    assert f"{answer['exponents'][1]:+.6f}" in out


def test_exponents_of_a_dead_network_are_json_too(run, cfg):
    answer = json.loads(run("lyapunov", cfg(model={"beta": 0}), "--json")[1])
    assert answer["exponents"] == ["-inf", "-inf"]
    assert answer["standard_errors"] == [None, None]


def test_classify(run, cfg):
    code, out, err = run("classify", cfg(), "--json", "--set", "model.beta=0.5")
    assert (code, err) == (0, "")
    assert out.count("\n") == 1
    answer = json.loads(out)
    assert answer.keys() == {"label", "period", "confidence", "reason", "torus_dimension", "evidence"}
    assert len(answer["evidence"]["exponents"]) == 2
    code, out, err = run("classify", cfg(), "--set", "model.beta=0.5")
    assert (code, err) == (0, "")
    assert out.startswith(f"β = 0.5: {answer['label']}")
    assert out.endswith(f"because {answer['reason']}\n")


@pytest.mark.slow
@pytest.mark.parametrize(("beta", "label"), [(1.27, "periodic"), (1.255, "quasiperiodic"), (1.279, "chaotic")])
def test_the_papers_attractors(run, beta, label):
    code, out, _ = run("classify", PAPER, "--json", "--set", f"model.beta={beta}")
    answer = json.loads(out)
    assert code == 0
    assert answer["label"] == label
    assert answer["period"] == (28 if label == "periodic" else None)
    assert answer["torus_dimension"] == (1 if label == "quasiperiodic" else None)
    first, error = answer["evidence"]["exponents"][0], answer["evidence"]["standard_errors"][0]
    # 0.1443 is the mean over 64 random starts, with standard error 0.0003; single runs scatter by 0.002.
    expected = {"periodic": -0.0478, "quasiperiodic": 0.0, "chaotic": 0.1443}[label]
    assert abs(first - expected) < 4 * error + 0.0005
    assert error < 0.003
    assert answer["confidence"] > 0.99


@pytest.mark.parametrize("ending", [".nc", ".npz", ".csv"])
def test_trajectory(run, cfg, tmp_path, ending):
    file, figure = tmp_path / f"orbit{ending}", tmp_path / "orbit.png"
    config = cfg(run={"n_transient": 3, "n_steps": 12})
    code, out, err = run("trajectory", config, "--json", "--out", file, "--plot", figure)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer["files"] == [str(file), str(figure)]
    orbit = map_of(load_config(config)).trajectory(Window.paper_beta3(), 12, n_transient=3)
    np.testing.assert_allclose(answer["mean"], orbit.m_o_semantic.mean(axis=0), rtol=1e-12)
    np.testing.assert_array_equal(answer["end"]["attention"], orbit.end.attention)
    assert answer["end"]["phase"] == orbit.end.phase
    if ending == ".nc":
        with xr.open_dataset(file) as dataset:
            np.testing.assert_array_equal(dataset["m_o_semantic"], orbit.m_o_semantic)
            np.testing.assert_array_equal(dataset["phase"], orbit.phase)
            assert dataset["attention"].dims == ("step", "pattern")
            (tmp_path / "again.yaml").write_text(dataset.attrs["config"], encoding="utf-8")
        assert load_config(tmp_path / "again.yaml") == load_config(config)
    elif ending == ".npz":
        with np.load(file, allow_pickle=False) as arrays:
            np.testing.assert_array_equal(arrays["attention"], orbit.attention)
            np.testing.assert_array_equal(arrays["phase"], orbit.phase)
    else:
        table = np.genfromtxt(file, delimiter=",", names=True)
        np.testing.assert_array_equal(table["m_o_semantic_2"], orbit.m_o_semantic[:, 2])
        np.testing.assert_array_equal(table["phase"], orbit.phase)
    assert figure.read_bytes().startswith(b"\x89PNG")
    assert contents(tmp_path) == sorted({file.name, "orbit.png", "small.yaml", *(["again.yaml"] * (ending == ".nc"))})


def test_a_trajectory_too_short_to_analyse(run, cfg, tmp_path):
    config = cfg(run={"n_transient": 3, "n_steps": 7, "n_exponents": 0})
    code, out, err = run("trajectory", config, "--json")
    assert (code, err) == (0, "")
    assert json.loads(out)["analysis"] is None
    assert_refused(run("trajectory", config, "--plot", tmp_path / "o.png"), 1, "run.n_steps = 7 must be at least 8")


def test_trajectory_and_analyse_say_the_same(run, cfg, tmp_path):
    config = cfg(run={"n_transient": 2_000, "n_steps": 1_200})
    file = tmp_path / "orbit.nc"
    whole = json.loads(run("trajectory", config, "--json", "--out", file)[1])["analysis"]
    code, out, err = run("analyse", file, "--json", "--clock", 4, "--context", 4)
    assert (code, err) == (0, "")
    answer = json.loads(out)
    assert answer.pop("columns") == ["x1", "x2", "x3"]
    thorough = "dimension entropy fluctuation exponent boxes hurst information neighbours returns exponents"
    for only_in_analyse in thorough.split():
        assert answer.pop(only_in_analyse)["message"]
        assert whole.pop(only_in_analyse) is None
    assert answer == whole
    assert answer["status"] in {motion.name.lower() for motion in Motion}


def test_analyse_a_table(run, tmp_path):
    t = np.arange(3_000)
    table = np.column_stack([t, np.cos(2 * np.pi * 0.1234567 * t), np.random.default_rng(0).normal(size=3_000)])
    np.savetxt(tmp_path / "r.csv", table, delimiter=",", header="t,x,y", comments="")
    code, out, err = run("analyse", tmp_path / "r.csv", "--columns", "x", "--skip", 100, "--plot", tmp_path / "p.pdf")
    assert (code, err) == (0, "")
    lines = out.splitlines()
    assert lines[0] == f"{tmp_path / 'r.csv'}: 2900 samples of x"
    assert lines[1].startswith("quasiperiodic: ")
    assert any(line.startswith("  frequency: 0.1234567") for line in lines)
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    chaos = run("analyse", tmp_path / "r.csv", "--columns", "3", "--context", 10)[1]
    assert chaos.splitlines()[1].startswith("irregular: ")
    assert "memory beyond 10 steps" in chaos


def test_trajectory_in_words(run, cfg, tmp_path):
    code, out, err = run("trajectory", cfg(), "--out", tmp_path / "a b%.csv")
    assert (code, err) == (0, "")
    assert out.startswith("β = 1.27: 16 steps after 4\n")
    assert "\n  mean of m^o, semantic: " in out
    assert out.endswith(f"wrote {tmp_path / 'a b%.csv'}\n")


def test_an_orbit_grows_from_a_token(run, cfg):
    config = cfg(start={"token": "o0"}, run={"n_transient": 0, "n_steps": 8, "n_exponents": 2})
    for command in ("trajectory", "lyapunov", "classify"):
        assert run(command, config, "--json")[0] == 0


def test_sweep_run(run, cfg, tmp_path):
    config = cfg(model=None, sweep={"beta": {"values": [1.27, 1.4]}})
    out_folder = tmp_path / "with a space, 100 %"
    code, out, err = run("sweep", "run", config, "--out", out_folder, "--json", "--workers", "2")
    assert code == 0
    assert out.count("\n") == 1
    answer = json.loads(out)
    assert answer["folder"] == str(out_folder)
    assert sum(answer["labels"].values()) == 2
    assert answer["regimes"][0]["from"] == 1.27
    files = ["config.yaml", "orbit.pdf", "orbit.png", "regimes.csv", "sweep.nc"]
    assert contents(out_folder) == files
    assert {Path(file).name for file in answer["files"]} == set(files) - {"config.yaml"}
    assert all(re.fullmatch(r"\d/2 points, \S+ points/s, \S+ left", line) for line in err.splitlines())
    assert err.startswith("2/2 points") or "\n2/2 points" in err

    code, out, err = run("sweep", "run", config, "--out", out_folder)  # again: nothing to do but to tell
    assert (code, err) == (0, "")
    assert "small: 2 points" in out
    assert f"wrote {out_folder / 'sweep.nc'}" in out


@pytest.mark.parametrize("record", ["[orbit]", "[lyapunov]", "[label]"])
def test_sweep_run_with_any_record(run, cfg, tmp_path, record):
    config = cfg(model=None, sweep={"beta": {"values": [1.27, 1.4]}})
    code, out, _ = run("sweep", "run", config, "--out", tmp_path / "x", "--json", "--set", f"record={record}")
    assert code == 0
    assert sum(json.loads(out)["labels"].values()) == 2
    kinds = {"[orbit]": {"orbit.png"}, "[lyapunov]": {"lyapunov.png"}, "[label]": set()}[record]
    assert {name for name in contents(tmp_path / "x") if name.endswith(".png")} == kinds
    code, out, err = run("plot", tmp_path / "x")
    assert code == (0 if kinds else 1)
    assert err == ("" if kinds else f"dmfsa: {tmp_path / 'x'} has no figure: one needs 1 or 2 axes, and labels, "
                   "orbits or exponents\n")  # fmt: skip


def test_sweep_run_of_a_single_point(run, cfg, tmp_path):
    code, out, _ = run("sweep", "run", cfg(run=NO_EXPONENTS), "--out", tmp_path / "x")
    assert code == 0
    assert "small: 1 points" in out
    assert contents(tmp_path / "x") == ["config.yaml", "sweep.nc"]


def test_plot(run, finished, tmp_path):
    for kind in ([], ["--kind", "orbit"], ["--kind", "lyapunov"]):
        name = kind[1] if kind else "orbit"
        code, out, err = run("plot", finished, *kind, "--out", tmp_path / f"a {name}")
        assert (code, err) == (0, "")
        assert out == f"wrote {tmp_path / f'a {name}.png'}\nwrote {tmp_path / f'a {name}.pdf'}\n"
    assert contents(tmp_path) == ["a lyapunov.pdf", "a lyapunov.png", "a orbit.pdf", "a orbit.png"]


def test_plot_of_an_unfinished_sweep(run, cfg, tmp_path, monkeypatch):
    monkeypatch.setattr("sweeps.shards.POINTS", 1)
    monkeypatch.setattr("sweeps.store.SweepFolder.collect", lambda self, beside: None)
    config = small(model=None, sweep={"beta": {"values": [1.27, 1.4, 2]}})
    run_sweep(config, tmp_path / "x", quiet=True)
    (tmp_path / "x" / "shards" / "00000001.npz").unlink()
    code, _, err = run("plot", tmp_path / "x")
    assert (code, err) == (0, "")
    assert (tmp_path / "x" / "orbit.png").stat().st_size > 10_000


# Mistakes


@pytest.mark.parametrize(
    ("name", "text", "options", "words"),
    [
        ("none.csv", None, (), "none.csv cannot be read as a series: No such file"),
        ("x.xlsx", "", (), "must end in .csv, .txt, .npz, .npy, .nc"),
        ("x.csv", "x,y\n1,2\n3,four\n", (), "could not convert string 'four'"),
        ("x.csv", "x,y\n1,2\n3,4\n", ("--columns", "z"), "has no column 'z'; it has x, y, or 1 to 2"),
        ("x.csv", "x,y\n1,2\n3,4\n", (), "at least 8 samples, got 2"),
        ("x.txt", "1 2\n" * 20 + "nan 1\n", (), "series[20] is not finite"),
        ("x.npy", "no array", (), "cannot be read as a series"),
        ("x.npz", "no array", (), "cannot be read as a series"),
        ("x.nc", "no array", (), "cannot be read as a series"),
        ("x.txt", "1\n2\n" * 50, ("--context", "99"), "context must be from 1 to 24"),
    ],
)
def test_recordings_that_are_none(run, tmp_path, name, text, options, words):
    if text is not None:
        (tmp_path / name).write_text(text, encoding="utf-8")
    assert_refused(run("analyse", tmp_path / name, *options), 1, words)


def assert_refused(result, code, *words):
    """One message on stderr that has these words, nothing on stdout, no traceback."""
    given, out, err = result
    assert (given, out) == (code, ""), err
    assert len(re.findall(r"^dmfsa.*: ", err, flags=re.MULTILINE)) == 1, err
    assert err.startswith(("dmfsa: ", "usage: dmfsa ")), err
    assert "Traceback" not in err
    for word in words:
        assert word in err


@pytest.mark.parametrize(
    ("override", "words"),
    [
        ("modle.beta=1", ["modle is not a key here; did you mean 'model'?"]),
        ("run.nsteps=1", ["run.nsteps is not a key here; did you mean 'n_steps'?"]),
        ("model.beta=hot", ["model.beta = 'hot' must be a finite number"]),
        ("model.gamma=[1]", ["model.gamma = [1] must be a finite number"]),
        ("model.beta=.nan", ["model.beta = nan must be a finite number"]),
        ("model.gamma=-.inf", ["model.gamma = -inf must be a finite number"]),
        ("model.epsilon=1.01", ["model.epsilon = 1.01 must be between 0 and 1"]),
        ("model.context=5", ["model.context = 5 must be at most 2**positional_bits = 4"]),
        ("model.features.n_patterns=0", ["model.features.n_patterns = 0 must be at least 1"]),
        ("run.n_steps=0", ["run.n_steps = 0 must be at least 1"]),
        ("run.n_steps=-5", ["run.n_steps = -5 must be at least 1"]),
        ("run.n_steps=7", ["run.n_steps = 7 must be at least 8"]),
        ("run={n_steps: 2, n_exponents: 0}", ["run.n_steps = 2 must be at least 3 to record a label"]),
        ("sweep.beta={from: 2, to: 1, n: 5}", ["sweep.beta.to = 1.0 must be larger than from = 2.0"]),
        ("sweep.beta={from: 1, to: 2, n: 0}", ["sweep.beta.n = 0 must be at least 2"]),
        ("sweep.beta={values: []}", ["sweep.beta.values = [] must be a list that is not empty"]),
        ("start={window: [[1, 2, 3]]}", ["start.window has shape (1, 3) but must have shape (4, 3)"]),
        ("start={token: o7}", ["start.token = 'o7' must name one of the 3 rows"]),
        ("nonsense", ["--set nonsense: write it as key=value"]),
    ],
)
@pytest.mark.parametrize("command", ["classify", "sweep run"])
def test_configs_that_cannot_be_run(run, cfg, tmp_path, command, override, words):
    out = ["--out", tmp_path / "x"] if command == "sweep run" else []
    assert_refused(run(*command.split(), cfg(), "--set", override, *out), 2, *words)
    assert contents(tmp_path) == ["small.yaml"]


def test_files_that_are_no_config(run, tmp_path):
    assert_refused(run("classify", tmp_path / "none.yaml"), 2, "none.yaml: there is no such file.")
    assert_refused(run("classify", tmp_path), 2, "is a directory; give the YAML file itself.")
    (tmp_path / "x.yaml").write_bytes(b"\xff\xfe\x00")
    assert_refused(run("classify", tmp_path / "x.yaml"), 2, "x.yaml, line 1: the file is not UTF-8 text.")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        ([], "the following arguments are required: COMMAND"),
        (["sweep"], "the following arguments are required: ACTION"),
        (["clasify", "x"], "invalid choice: 'clasify'"),
        (["classify"], "the following arguments are required: CFG"),
        (["classify", "x", "--jsn"], "unrecognized arguments: --jsn"),
        (["sweep", "run", "x", "--workers", "0"], "--workers: must be a whole number of at least 1, got '0'"),
        (["sweep", "run", "x", "--workers", "two"], "--workers: must be a whole number of at least 1, got 'two'"),
        (["sweep", "run", "x", "--workers", "-1"], "--workers: must be a whole number of at least 1, got '-1'"),
        (["trajectory", "x", "--out", "o.txt"], "--out: must end in .nc or .npz or .csv, got 'o.txt'"),
        (["trajectory", "x", "--out", "o"], "--out: must end in .nc or .npz or .csv, got 'o'"),
        (["trajectory", "x", "--plot", "o.jpeg"], "--plot: must end in .png or .pdf or .svg, got 'o.jpeg'"),
        (["trajectory", "x", "--out", "no/such/o.nc"], "--out: must be in a folder that is there, got 'no/such/o.nc'"),
        (["plot", "x", "--out", "no/such/o"], "--out: must be in a folder that is there, got 'no/such/o'"),
        (["plot", "x", "--out", "fig.png"], "--out: must be the files' name without .png and .pdf, got 'fig.png'"),
        (["plot", "x", "--out", "."], "--out: must be the files' name without .png and .pdf, got '.'"),
        (["plot", "x", "--kind", "orbits"], "--kind: invalid choice: 'orbits'"),
    ],
)
def test_wrong_usage(run, tmp_path, monkeypatch, words, message):
    monkeypatch.chdir(tmp_path)
    result = run(*words)
    assert_refused(result, 2, message)
    assert contents(tmp_path) == []


def test_a_folder_is_no_file(run, tmp_path):
    (tmp_path / "o.nc").mkdir()
    assert_refused(run("trajectory", "x", "--out", tmp_path / "o.nc"), 2, "--out: must be a file, got the folder")


@pytest.mark.parametrize("command", ["trajectory", "lyapunov", "classify"])
def test_commands_for_one_orbit(run, cfg, command):
    sweep = cfg(model=None, sweep={"beta": {"values": [1, 2]}})
    assert_refused(run(command, sweep, "--json"), 2, "model.beta is missing: one point is wanted", "set model.beta")
    many = cfg(start={"random": {"n": 3}})
    assert_refused(
        run(command, many, "--json"),
        2,
        "start.random.n = 3 starts, and must have 1 here: this command follows one orbit.",
    )
    no_tokens = cfg(start={"token": "o1"}, model={"beta": 1, "features": {"ensemble": "cycle"}})
    assert_refused(run(command, no_tokens), 2, "start.token = 'o1' needs feature matrices")
    if command != "trajectory":
        message = "run.n_exponents = 0 must be at least 1 here: this command computes exponents."
        assert_refused(run(command, cfg(run=NO_EXPONENTS)), 2, message)


def test_checkpoints_are_looked_for_beside_the_config(run, cfg, tmp_path, monkeypatch):
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")
    start = "start={checkpoint: w.npz}"
    message = f"start.checkpoint = '{tmp_path / 'w.npz'}' does not exist."
    assert_refused(run("classify", cfg(), "--set", start), 2, message)
    assert_refused(run("sweep", "run", cfg(), "--set", start), 2, message)
    assert contents(tmp_path) == ["elsewhere", "small.yaml"]
    np.savez(tmp_path / "w.npz", attention=np.zeros((4, 3)), phase=0)
    assert run("classify", cfg(), "--set", start, "--json")[0] == 0


def test_folders_for_results(run, cfg, finished, tmp_path):
    config = cfg()
    (tmp_path / "full").mkdir()
    (tmp_path / "full" / "thesis.tex").write_text("precious")
    other = [f"{finished} holds results of another config:", "model.beta: absent there, 1.27 asked for", "--out"]
    before = contents(finished)
    assert_refused(run("sweep", "run", config, "--out", finished), 1, *other)
    assert contents(finished) == before
    message = "is not empty and holds no sweep: choose another folder with --out."
    assert_refused(run("sweep", "run", config, "--out", tmp_path / "full"), 1, message)
    assert_refused(run("sweep", "run", config, "--out", config), 1, "cannot be written: Not a directory")
    assert_refused(run("sweep", "run", config, "--out", config / "x"), 1, "cannot be written: Not a directory")
    assert_refused(run("sweep", "run", config, "--out", "/proc/x"), 1, "/proc/x cannot be written: No such file")
    assert contents(tmp_path) == ["full", "full/thesis.tex", "small.yaml"]


def test_plots_of_what_is_no_sweep(run, cfg, finished, tmp_path):
    assert_refused(run("plot", tmp_path / "none"), 1, "none is no folder: give the folder of results")
    assert_refused(run("plot", tmp_path), 1, "holds neither sweep.nc nor config.yaml")
    assert_refused(run("plot", finished, "--kind", "phase"), 1, "needs a sweep with 2 axes; this one has beta")
    (tmp_path / "sweep.nc").write_text("no netCDF at all")
    assert_refused(run("plot", tmp_path), 1, "sweep.nc is damaged", "remove it, and run the sweep again.")


@pytest.mark.parametrize("ending", [".nc", ".npz", ".csv", ".png"])
def test_a_full_disk_leaves_nothing_half_written(run, cfg, tmp_path, monkeypatch, ending):
    def fill(*given, **options):
        next(Path(g) for g in given if isinstance(g, Path)).write_bytes(b"half") if ending != ".npz" else None
        raise OSError(28, "No space left on device")

    name = {".nc": "xarray.Dataset.to_netcdf", ".npz": "numpy.savez", ".csv": "numpy.savetxt"}.get(ending)
    monkeypatch.setattr(name or "matplotlib.figure.Figure.savefig", fill)
    option = "--plot" if ending == ".png" else "--out"
    result = run("trajectory", cfg(), option, tmp_path / f"o{ending}")
    assert_refused(result, 1, f"o{ending} cannot be written: No space left on device.")
    assert contents(tmp_path) == ["small.yaml"]


@pytest.mark.slow
def test_a_limit_on_files_is_told_and_leaves_nothing_half_written(tmp_path):
    """As a full disk would, but for real: the system refuses to write more than 20 kB."""
    config = small(model=None, sweep={"beta": {"values": [1.27, 1.4]}}, run={**NO_EXPONENTS, "n_steps": 2000})
    (tmp_path / "x.yaml").write_text(config.to_yaml())
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))"
    done = dmfsa("sweep", "run", "x.yaml", "--out", "out", first=limit, cwd=tmp_path)
    assert_refused((done.returncode, done.stdout, done.stderr.splitlines()[-1]), 1, "00000000.npz cannot be written: ")
    assert "Traceback" not in done.stderr
    assert contents(tmp_path / "out") == ["config.yaml", "shards"]


def test_ctrl_c_in_a_short_command(run, cfg, monkeypatch):
    def interrupt(*given, **options):
        raise KeyboardInterrupt

    monkeypatch.setattr("dmfsa.MeanFieldMap.trajectory", interrupt)
    assert_refused(run("trajectory", cfg(), "--json"), 1, "dmfsa: interrupted\n")


# Processes


def test_a_process_with_its_own_stdout(cfg, tmp_path):
    done = dmfsa("sweep", "run", cfg(run=NO_EXPONENTS), "--out", tmp_path / "x", "--json")
    assert done.returncode == 0
    assert json.loads(done.stdout)["labels"]
    assert "1/1 points" in done.stderr
    done = dmfsa("classify", tmp_path / "none.yaml", "--json")
    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"dmfsa: {tmp_path / 'none.yaml'}: there is no such file.\n"


def test_a_reader_who_has_seen_enough(cfg):
    program = f"""
import subprocess, sys
done = subprocess.Popen([sys.executable, "-c", {PROGRAM!r}, "--help"], stdout=subprocess.PIPE, stderr=subprocess.PIPE)
done.stdout.close()
print(done.stderr.read().decode())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, cwd=ROOT, check=True)
    assert "Traceback" not in done.stdout


LONG = {"n_transient": 500_000, "n_steps": 700_000, "n_exponents": 0}


@pytest.fixture(scope="module")
def long_config(tmp_path_factory):
    """Four chunks of about half a second each, and what comes out of them without an interruption."""
    config = small(model=None, sweep={"beta": {"from": 1, "to": 2, "n": 128}}, run=LONG, record=["label"])
    folder = tmp_path_factory.mktemp("long")
    (folder / "long.yaml").write_text(config.to_yaml())
    return folder / "long.yaml", open_sweep(run_sweep(config, folder / "uninterrupted", quiet=True))


def started(config, out):
    """A running sweep with at least one finished chunk."""
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "sweep", "run", str(config), "--out", str(out), "--workers", "1", "--json"],
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, env=ENVIRONMENT,
    )  # fmt: skip
    end = time.monotonic() + 120
    while not list((out / "shards").glob("*.npz")):
        assert process.poll() is None, process.stderr.read()
        assert time.monotonic() < end
        time.sleep(0.01)
    return process


def assert_completed(run, config, out, expected):
    code, _, err = run("sweep", "run", config, "--out", out, "--json")
    assert code == 0, err
    assert contents(out) == ["config.yaml", "regimes.csv", "sweep.nc"]
    assert "is damaged" not in err
    result = open_sweep(out)
    xr.testing.assert_identical(without_run(result), without_run(expected))
    assert np.isfinite(result["core_seconds"]).all()


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, 2])
def test_ctrl_c_keeps_what_is_done_and_the_next_run_goes_on(run, long_config, tmp_path, times):
    config, expected = long_config
    out = tmp_path / "out"
    process = started(config, out)
    for _ in range(times):
        process.send_signal(signal.SIGINT)
        time.sleep(0.002)
    stdout, stderr = process.communicate(timeout=60)
    assert process.returncode == 1, stderr
    assert stdout == ""
    *progress, message = stderr.splitlines()
    kept = re.fullmatch(
        rf"dmfsa: interrupted: (\d+) of 128 points are kept in {re.escape(str(out))}; "
        "the same command goes on from there",
        message,
    )
    assert kept, stderr
    assert all(re.fullmatch(r"\d+/128 points, .* left", line) for line in progress)
    shards = sorted((out / "shards").iterdir())
    assert 64 <= int(kept[1]) == 64 * len(shards) < 128
    assert contents(out) == ["config.yaml", "shards", *(f"shards/{path.name}" for path in shards)]
    assert all(re.fullmatch(r"\d{8}\.npz", path.name) for path in shards)
    times_written = {path: path.stat().st_mtime_ns for path in shards}
    assert (open_sweep(out)["label"] >= 0).sum() == int(kept[1])
    assert {path: path.stat().st_mtime_ns for path in shards} == times_written
    assert_completed(run, config, out, expected)


@pytest.mark.slow
def test_kill_9_keeps_what_is_done_and_the_next_run_goes_on(run, long_config, tmp_path):
    config, expected = long_config
    out = tmp_path / "out"
    process = started(config, out)
    process.kill()
    process.communicate(timeout=60)
    assert process.returncode == -signal.SIGKILL
    assert not (out / "sweep.nc").exists()
    (first, *_) = (out / "shards").glob("*.npz")
    for name in ("shards/.00000064.npz", ".sweep.nc"):
        (out / f"{name}~{platform.node()}~{process.pid}~00000000").write_bytes(first.read_bytes()[:5000])
    assert_completed(run, config, out, expected)
