"""The command `bifurcations`: the table, the document, the figure, and what it asks of a config."""

import json

import pytest

RANGE = "sweep={beta: {from: 1.24, to: 1.244, n: 5}}"
QUICK = ("--set", "run.n_transient=20000", "--set", "run.n_steps=1000", "--set", "run.n_exponents=1")
NETWORK = """\
name: onset
model: {gamma: 220}
start: {window: paper_beta3}
"""


def test_the_onset_of_the_torus(write, run, tmp_path):
    path = write(NETWORK)
    code, out, _ = run("bifurcations", path, "--set", RANGE, *QUICK, "--json", "--plot", tmp_path / "x.png")
    assert code == 0
    found = json.loads(out)
    (point,) = found["points"]
    assert (point["kind"], point["period"], point["criticality"]) == ("NS", 4, "supercritical")
    assert point["parameter"] == pytest.approx(1.243444547815003, abs=1e-13)
    assert point["coefficient"] == pytest.approx(-2.6077545627632, rel=1e-9)
    assert [(x["before"], [p["kind"] for p in x["points"]]) for x in found["changes"]] == [(4, ["NS"])]
    assert (tmp_path / "x.png").stat().st_size > 10_000
    code, out, _ = run("bifurcations", path, "--set", RANGE, *QUICK)
    assert "1.243444547815" in out
    assert "supercritical" in out


def test_one_swept_parameter_is_needed(write, run):
    code, _, err = run("bifurcations", write(NETWORK), "--set", "model.beta=1.27")
    assert code == 2
    assert "cycles are continued along it" in err
