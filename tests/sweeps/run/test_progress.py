"""Progress: points, rate and time left, on a terminal, in a file, or not at all."""

import re

import pytest
from experiments import swept

from sweeps.run import progress


def test_the_meter_tells_points_rate_and_time_left(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(progress.time, "monotonic", lambda: now[0])
    meter = progress.Meter(n_points=10, n_steps=1000)
    assert str(meter) == "0/10 points, 0 points/s, -:--:-- left"
    now[0] += 4
    meter.add(1500)
    meter.add(1000)
    assert str(meter) == "2/10 points, 0.625 points/s, 0:00:12 left"
    now[0] += 9996
    assert str(meter) == "2/10 points, 0.00025 points/s, 8:20:00 left"
    meter.add(7500)
    assert str(meter) == "10/10 points, 0.001 points/s, 0:00:00 left"


def test_a_run_counts_all_its_steps(tmp_path, monkeypatch):
    meters = []

    class Kept(progress.Meter):
        def __init__(self, *given):
            super().__init__(*given)
            meters.append(self)

    monkeypatch.setattr(progress, "Meter", Kept)
    for i, n_exponents in enumerate((0, 2)):
        swept(tmp_path / str(i), run={"n_transient": 8, "n_steps": 19, "n_exponents": n_exponents})
        assert (meters[i].n_points, meters[i].points_done) == (5, 5)


def test_lines_where_there_is_no_terminal(monkeypatch, capsys):
    monkeypatch.setattr(progress, "EVERY", 0.02)
    for name in ("FORCE_COLOR", "TTY_COMPATIBLE", "TTY_INTERACTIVE"):
        monkeypatch.delenv(name, raising=False)
    meter = progress.Meter(n_points=4, n_steps=10)
    with progress.shown(meter):
        progress.time.sleep(0.3)
        meter.add(40)
    printed = capsys.readouterr()
    lines = printed.err.splitlines()
    assert printed.out == ""
    assert len(lines) >= 3
    assert all(re.fullmatch(r"\d/4 points, \S+ points/s, \S+ left", line) for line in lines)
    assert lines[0].startswith("0/4 points, 0 points/s, -:--:-- left")
    assert lines[-1].startswith("4/4 points, ")
    assert lines[-1].endswith(" 0:00:00 left")


def test_a_bar_on_a_terminal_and_nothing_if_quiet(monkeypatch, capsys):
    monkeypatch.setenv("FORCE_COLOR", "1")
    meter = progress.Meter(n_points=4, n_steps=10)
    meter.add(40)
    with progress.shown(meter):
        pass
    assert "4/4 points" in capsys.readouterr().err
    with progress.shown(meter, quiet=True):
        pass
    monkeypatch.delenv("FORCE_COLOR")
    with progress.shown(meter, quiet=True):
        pass
    assert capsys.readouterr() == ("", "")


def test_progress_ends_with_an_exception():
    before = set(progress.threading.enumerate())
    with pytest.raises(ValueError, match="x"), progress.shown(progress.Meter(1, 1)):
        raise ValueError("x")
    assert set(progress.threading.enumerate()) <= before
