"""The command line: help, answers, and what stands where."""

import json
import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import xarray as xr
from command import PAPER, ROOT, assert_refused, contents
from experiments import NO_EXPONENTS, SHORT, small

import dmfsa
from attractors.time_series.analysis import Motion
from dmfsa import Window
from sweeps import load_config, run_sweep
from sweeps.models.network import map_of
from sweeps.store import provenance

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


def test_version_is_one_line_with_the_commit_of_a_checkout(run, monkeypatch):
    code, out, err = run("--version")
    assert (code, err) == (0, "")
    assert re.fullmatch(rf"dmfsa {dmfsa.__version__}, numba \S+, numpy \S+, xarray \S+, python 3\.\d+\.\d+.*\n", out)
    monkeypatch.setattr(provenance, "_git", lambda: ("0123456789abcdef", "yes"))
    assert run("--version")[1].endswith(", commit 0123456789ab with changes\n")
    monkeypatch.setattr(provenance, "_git", lambda: ("unknown", "unknown"))
    assert "commit" not in run("--version")[1]


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
    assert answer.keys() == {"label", "period", "confidence", "reason", "decided_by", "torus_dimension", "evidence"}
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
    assert any(line.startswith("  spectrum: 100.0% of the variance in lines: 0.1234567 ") for line in lines)
    assert (tmp_path / "p.pdf").read_bytes().startswith(b"%PDF")
    chaos = run("analyse", tmp_path / "r.csv", "--columns", "3", "--context", 10)[1]
    assert chaos.splitlines()[1].startswith("irregular: ")
    assert re.search(r"; memory \S+ at lag \d+, p = \S+, beyond 10 steps", chaos)


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
    monkeypatch.setattr("sweeps.grid.shard.POINTS", 1)
    monkeypatch.setattr("sweeps.store.folder.SweepFolder.collect", lambda self, beside: None)
    config = small(model=None, sweep={"beta": {"values": [1.27, 1.4, 2]}})
    run_sweep(config, tmp_path / "x", quiet=True)
    (tmp_path / "x" / "shards" / "00000001.npz").unlink()
    code, _, err = run("plot", tmp_path / "x")
    assert (code, err) == (0, "")
    assert (tmp_path / "x" / "orbit.png").stat().st_size > 10_000
