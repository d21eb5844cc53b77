"""Regimes, tables and files, of sweeps whose labels are known because they are made up."""

import csv
import io

import numpy as np
import pytest
from experiments import finding, shard_names
from findings import BETAS, EXPONENTS, LABELS, ORBITS, PERIODS, C, P, Q, along_beta, over_two, printed

from sweeps import StoreError
from sweeps.figures import sweep as figures
from sweeps.regimes import Regime, has_regimes, label_counts, label_names, regimes, regimes_csv
from sweeps.summary import print_summary, summary, write_summary

# Regimes


def test_label_names_and_counts():
    dataset = along_beta()
    assert label_names(dataset).tolist() == LABELS
    assert label_counts(dataset) == {"missing": 1, P: 4, Q: 1, C: 1}
    every = finding(shard_names(), axes={"beta": {"from": 1, "to": 2, "n": 8}})
    assert label_names(every).tolist() == shard_names()


def test_regimes_are_cut_where_the_label_changes():
    found = regimes(along_beta())
    nan = pytest.approx(np.nan, nan_ok=True)
    assert found == [
        Regime(P, 1.0, 1.2, 3, (4, 8), (-0.3, -0.1)),
        Regime(Q, 1.3, 1.3, 1, (), (0.0, 0.0)),
        Regime(C, 1.4, 1.4, 1, (), (0.1, 0.1)),
        Regime(P, 1.5, 1.5, 1, (28,), (-np.inf, -np.inf)),
        Regime("missing", 1.6, 1.6, 1, (), (nan, nan)),
    ]


def test_points_without_exponents_do_not_hide_those_of_their_regime():
    dataset = along_beta()
    dataset["lyapunov_exponent"][1] = np.nan
    first = regimes(dataset)[0]
    assert (first.n_points, first.lyapunov) == (3, (-0.3, -0.1))


def test_regimes_follow_the_parameter_not_the_order_of_the_file():
    order = [3, 0, 6, 2, 5, 1, 4]
    shuffled = along_beta(
        labels=[LABELS[i] for i in order],
        axes={"beta": {"values": [BETAS[i] for i in order]}},
        exponents=[EXPONENTS[i] for i in order],
        periods=[PERIODS[i] for i in order],
        orbit=ORBITS[order],
    )
    assert regimes_csv(shuffled) == regimes_csv(along_beta())


def test_regimes_as_csv_keep_every_digit():
    rows = list(csv.DictReader(io.StringIO(regimes_csv(along_beta(axes={"beta": {"from": 0.1, "to": 0.9, "n": 7}})))))
    assert [row["label"] for row in rows] == [P, Q, C, P, "missing"]
    assert float(rows[0]["beta_to"]) == np.linspace(0.1, 0.9, 7)[2] != 0.3667
    assert rows[0]["periods"] == "4 8"
    assert (rows[3]["lyapunov_1_min"], rows[4]["lyapunov_1_min"]) == ("-inf", "nan")


@pytest.mark.parametrize(
    ("labels", "changed", "message"),
    [
        (P, {}, "over nothing$"),
        ([[P, C]] * 2, {"axes": {"beta": {"values": [1, 2]}, "gamma": {"values": [1, 2]}}}, "over beta x gamma$"),
        ([P, C], {"start": {"random": {"n": 2}}}, "over start$"),
    ],
)
def test_sweeps_without_regimes(labels, changed, message):
    dataset = finding(labels, **changed)
    assert not has_regimes(dataset)
    assert "regimes" not in summary(dataset)
    assert "regimes" not in printed(dataset)
    with pytest.raises(ValueError, match=f"regimes are labels along one parameter; this is a sweep {message}"):
        regimes(dataset)


def test_without_labels_there_are_points_but_no_regimes():
    dataset = along_beta().drop_vars("label")
    assert label_names(dataset).tolist() == ["unlabelled"] * 6 + ["missing"]
    assert summary(dataset) == {"name": "small", "labels": {"missing": 1, "unlabelled": 6}}
    with pytest.raises(ValueError, match=r"sweep over beta, without labels$"):
        regimes(dataset)
    assert "unlabelled" in printed(dataset)


# Tables


def test_the_summary_for_json():
    document = summary(along_beta())
    assert document["labels"] == {"missing": 1, P: 4, Q: 1, C: 1}
    assert document["regimes"][0] == {"label": P, "from": 1.0, "to": 1.2, "n_points": 3, "periods": [4, 8]}


def test_the_printed_tables():
    text = printed(along_beta())
    assert "small: 7 points" in text
    assert "57.1%" in text
    (row,) = [line for line in text.splitlines() if "4 8" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")] == ["1", "1.2", P, "3", "4 8", "-0.3000 … -0.1000"]
    assert "4 regimes of fewer than 3 points are not shown; regimes.csv has all." in text


def test_values_that_lie_close_stay_apart_in_the_table():
    text = printed(along_beta(axes={"beta": {"from": 1.27, "to": 1.270006, "n": 7}}))
    (row,) = [line for line in text.splitlines() if "4 8" in line]
    assert [cell.strip() for cell in row.strip("│").split("│")][:2] == ["1.27", "1.270002"]


def test_tables_are_not_cut_where_there_is_no_terminal(capsys, monkeypatch):
    monkeypatch.setenv("COLUMNS", "40")
    print_summary(along_beta())
    assert "-0.3000 … -0.1000" in capsys.readouterr().out


# Files


def files(folder):
    return sorted(path.name for path in folder.iterdir())


@pytest.mark.parametrize(
    ("dataset", "expected"),
    [
        (along_beta, ["orbit.pdf", "orbit.png", "regimes.csv"]),
        (lambda: along_beta().drop_vars("orbit_density"), ["lyapunov.pdf", "lyapunov.png", "regimes.csv"]),
        (lambda: along_beta().drop_vars("label"), ["orbit.pdf", "orbit.png"]),
        (lambda: along_beta().drop_vars(["label", "orbit_density"]), ["lyapunov.pdf", "lyapunov.png"]),
        (lambda: along_beta().drop_vars(["orbit_density", "lyapunov_exponent"]), ["regimes.csv"]),
        (over_two, ["phase.pdf", "phase.png"]),
        (lambda: over_two().drop_vars("label"), []),
        (lambda: finding(P), []),
    ],
    ids=["all", "no-orbit", "no-label", "lyapunov-only", "label-only", "two-axes", "two-unlabelled", "point"],
)
def test_what_a_summary_writes(dataset, expected, tmp_path):
    written = write_summary(dataset(), tmp_path)
    assert files(tmp_path) == expected == sorted(path.name for path in written)
    for path in written:
        content = path.read_bytes()
        start = {".png": b"\x89PNG\r\n", ".pdf": b"%PDF-", ".csv": b"beta_from,"}[path.suffix]
        assert content.startswith(start)
        assert len(content) > {".png": 10_000, ".pdf": 5_000, ".csv": 50}[path.suffix]


def test_a_figure_is_written_whole_or_not_at_all(tmp_path, monkeypatch):
    (tmp_path / "x.pdf").write_text("the old one")

    def fill(self, path, **options):
        path.write_bytes(b"half")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr("matplotlib.figure.Figure.savefig", fill)
    with pytest.raises(StoreError, match=r"x\.pdf cannot be written: No space left on device\.$"):
        figures.save(figures.Figure(), tmp_path / "x.pdf")
    assert files(tmp_path) == ["x.pdf"]
    assert (tmp_path / "x.pdf").read_text() == "the old one"
