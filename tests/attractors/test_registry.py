"""A new analysis of series is one entry: it is done, printed, drawn and turned into JSON without another file."""

import json
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from matplotlib.figure import Figure
from systems import examples

import attractors
from attractors import registry
from attractors.results import DRAWINGS, Result, draws
from attractors.status import Status, doubt, sure
from attractors.time_series.analysis import analyse
from sweeps.cli import main

HENON = examples.henon().orbit([0.1, 0.1], 4_000)[0][1_000:]


class TurningStatus(Status):
    OK = sure("Enough turns were counted.")
    SHORT = doubt("Fewer than 100 samples. Take a longer series.")


@dataclass(frozen=True, eq=False)
class Turning(Result):
    """Share of samples that are extrema: 2/3 for noise."""

    share: float
    extrema: np.ndarray
    status: TurningStatus

    def headline(self):
        return f"{self.share:.3f} of the samples; {self.status.words}"


@pytest.fixture
def _turning_points():
    """The toy indicator: a function, when it applies, and its drawing."""

    @registry.analyses("turning", "turning points", applies=lambda recording: len(recording.samples) > 20)
    def _(recording):
        slope = np.diff(recording.first)
        extrema = slope[1:] * slope[:-1] < 0.0
        return Turning(float(extrema.mean()), extrema, TurningStatus.OK if len(slope) > 98 else TurningStatus.SHORT)

    @draws(Turning)
    def _(axes, answer):
        axes.plot(np.cumsum(answer.extrema))

    yield
    del registry.ANALYSES["turning"], DRAWINGS[Turning]


@pytest.mark.usefixtures("_turning_points")
def test_an_indicator_shows_up_wherever_answers_are_shown(tmp_path, capsys):
    answer = analyse(HENON)
    share = np.mean(np.diff(HENON[:, 0])[1:] * np.diff(HENON[:, 0])[:-1] < 0.0)
    assert answer.turning.share == share
    assert "turning" in dir(answer)
    assert f"turning points: {share:.3f} of the samples; ok" in answer.lines()
    document = json.loads(json.dumps(answer.to_dict(), allow_nan=False))
    assert document["turning"]["share"] == share
    assert document["turning"]["message"] == "Enough turns were counted."
    assert "✓ ok</strong> Enough turns were counted." in answer._repr_html_()
    assert answer.turning.plot(Figure().subplots()).get_lines()[0].get_ydata()[-1] == share * 2_998
    np.savetxt(tmp_path / "x.csv", HENON, delimiter=",")
    assert main(["analyse", str(tmp_path / "x.csv")]) == 0
    assert f"  turning points: {share:.3f} of the samples; ok\n" in capsys.readouterr().out


@pytest.mark.usefixtures("_turning_points")
def test_an_indicator_is_left_out_where_it_does_not_apply():
    answer = analyse(HENON[:20])
    assert answer.turning is None
    assert answer.to_dict()["turning"] is None
    assert not any("turning" in line for line in answer.lines())
    with pytest.raises(ValueError, match="'turning' is registered already, by test_registry"):
        registry.analyses("turning", "again")
    with pytest.raises(AttributeError, match=r"no 'spin'; its answers are .*turning"):
        _ = answer.spin


def test_thorough_analyses_are_done_when_asked_for():
    quick, thorough = analyse(HENON), analyse(HENON, thorough=True)
    for entry in registry.in_order():
        assert (getattr(quick, entry.name) is None) == entry.thorough
        assert getattr(thorough, entry.name) is not None


def counted(function, calls):
    """The function, which notes its name and the length of its series at each call."""

    def noting(series, **options):
        calls.append((function.__name__, len(series)))
        return function(series, **options)

    return noting


def test_each_answer_is_computed_once(monkeypatch):
    """The torus takes the spectrum that is there, the 0-1 test the autocorrelation; another one of a long series."""
    calls = []
    for module, name in (
        ("spectra.periodogram", "power_spectrum"),
        ("tori.frequencies", "power_spectrum"),
        ("spectra.correlation", "autocorrelation"),
        ("indicators.zero_one", "autocorrelation"),
    ):
        monkeypatch.setattr(sys.modules[f"attractors.{module}"], name, counted(getattr(attractors, name), calls))
    analyse(HENON)
    assert sorted(calls) == [("autocorrelation", 3_000), ("power_spectrum", 3_000)]
    calls.clear()
    analyse(np.vstack([HENON, HENON[:1]]))
    assert sorted(calls) == [("autocorrelation", 3_000), ("autocorrelation", 3_001), ("power_spectrum", 3_001)]


INDICATOR = '''"""A toy."""

from dataclasses import dataclass

from attractors.registry import Recording, analyses
from attractors.results import Result
from attractors.status import Status, sure


class ToyStatus(Status):
    OK = sure("It is a toy.")


@dataclass(frozen=True, eq=False)
class Toy(Result):
    size: int
    status: ToyStatus


@analyses("toy", "toy")
def toy(recording: Recording) -> Toy:
    return Toy(recording.samples.size, ToyStatus.OK)
'''
DRAWING = """

from attractors.indicators.toy import Toy


@draws(Toy)
def draw_toy(axes: Axes, answer: Toy) -> None:
    axes.set_title(f"{answer.size}")
"""
USE = """
import attractors
from attractors.indicators import Toy
answer = attractors.analyse([0.1, 0.7] * 8)
print(answer.lines().count("toy: size 16; ok"), answer.to_dict()["toy"]["size"], answer.toy.plot().get_title())
"""


@pytest.mark.slow
def test_a_new_indicator_is_five_files(tmp_path):
    """Its own, its drawing and the folder's `__init__`, which this counts; then its test and a row of the docs."""
    before = tmp_path / "before" / "attractors"
    after = tmp_path / "after" / "attractors"
    for copy in (before, after):
        shutil.copytree(Path(attractors.__file__).parent, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (after / "indicators" / "toy.py").write_text(INDICATOR)
    with (after / "drawing" / "indicators.py").open("a") as file:
        file.write(DRAWING)
    with (after / "indicators" / "__init__.py").open("a") as file:
        file.write("\nfrom attractors.indicators.toy import Toy, toy\n")
    run = subprocess.run(
        [sys.executable, "-c", USE], cwd=after.parent, capture_output=True, text=True, check=True, timeout=60
    )
    assert run.stdout.split() == ["1", "16", "16"]
    source = [path.relative_to(after) for path in after.rglob("*.py")]
    changed = [
        path
        for path in source
        if not (before / path).exists() or (before / path).read_bytes() != (after / path).read_bytes()
    ]
    assert len(changed) + len(["its test", "a row of the docs"]) <= 5
