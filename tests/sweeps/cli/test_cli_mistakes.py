"""Mistakes on the command line: one sentence with the remedy, the exit code, and nothing left behind."""

from pathlib import Path

import numpy as np
import pytest
from command import assert_refused, contents, dmfsa
from experiments import NO_EXPONENTS, small


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
