"""Refinement: bisection of where labels change. The labels are made up, so the boundaries are known."""

import numpy as np
import pytest
import xarray as xr
from experiments import NO_EXPONENTS, small

from sweeps import StoreError, open_sweep, run_sweep
from sweeps.grid import shard as shards
from sweeps.grid.refinement import Boundary, Known, boundaries
from sweeps.regimes import regimes, regimes_csv
from sweeps.run import shard as work
from sweeps.run.inputs import inputs_of
from sweeps.run.local import run_task
from sweeps.run.points import run_points
from sweeps.run.status import status_of
from sweeps.store.dataset import empty_points, without_run
from sweeps.store.folder import SweepFolder

TOLERANCE = 1e-3
EDGES = (1.23456, 1.3141, 1.31412)  # two of them closer than the tolerance


@pytest.fixture(autouse=True)
def made_up(monkeypatch):
    """Labels as if attractors changed at EDGES, by 0.1 later at the larger γ; points that have been run."""
    ran = []

    def run_some(experiment, numbers, *given):
        points = empty_points(experiment.config, numbers)
        for row, values in zip(points, experiment.grid.parameters(numbers), strict=True):
            shift = 0.1 * (values.get("gamma", 0) > 150)
            row["label"] = 1 + sum(values["beta"] > edge + shift for edge in EDGES) % 2
            row["period"] = 4 * (row["label"] == 1)
        points["core_seconds"] = 1.0
        ran.extend(numbers.tolist())
        return points

    monkeypatch.setattr(work, "run_points", run_some)
    monkeypatch.setattr(shards, "POINTS", 3)
    return ran


def config_of(tolerance=TOLERANCE, axes=None, **refine):
    sweep = {"beta": {"from": 1.1, "to": 1.5, "n": 9}, **(axes or {}), "refine": {"label": tolerance, **refine}}
    return small(model=None, sweep=sweep, run=NO_EXPONENTS)


def test_boundaries_are_known_to_the_tolerance(tmp_path, made_up):
    dataset = open_sweep(run_sweep(config_of(), tmp_path / "x", quiet=True))
    low, high = dataset["boundary_beta_low"].values, dataset["boundary_beta_high"].values
    assert len(low) in (1, 3)
    assert ((high - low <= TOLERANCE) & (high - low > 0.2 * TOLERANCE)).all()
    assert low[0] < EDGES[0] < high[0]
    assert dataset["boundary_label_low"].values.tolist()[0] == 1
    assert dataset["boundary_label_high"].values.tolist()[0] == 2
    n_rounds = np.ceil(np.log2(0.05 / TOLERANCE))
    assert dataset.sizes["refined"] <= 3 * n_rounds
    assert sorted(made_up) == list(range(dataset.attrs["n_points"]))  # every point once
    assert dataset.attrs["n_points"] == 9 + dataset.sizes["refined"]
    assert sorted(path.name for path in (tmp_path / "x").iterdir()) == ["config.yaml", "sweep.nc"]


def test_on_every_line_by_itself(tmp_path):
    config = config_of(along="beta", axes={"gamma": {"values": [220, 100]}})
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    for gamma, edge in [(100, EDGES[0]), (220, EDGES[0] + 0.1)]:
        here = dataset["boundary_gamma"].values == gamma
        low, high = dataset["boundary_beta_low"].values[here], dataset["boundary_beta_high"].values[here]
        assert any(a < edge < b and b - a <= TOLERANCE for a, b in zip(low, high, strict=True))
    expected = 1 + sum((dataset["refined_beta"] > edge + 0.1 * (dataset["refined_gamma"] > 150)) for edge in EDGES) % 2
    np.testing.assert_array_equal(dataset["refined_label"], expected)


def test_regimes_have_the_refined_ends(tmp_path):
    dataset = open_sweep(run_sweep(config_of(), tmp_path / "x", quiet=True))
    found = regimes(dataset)
    assert found[0].label == "periodic"
    assert found[0].last == dataset["boundary_beta_low"].values[0]
    assert found[1].first == dataset["boundary_beta_high"].values[0]
    assert sum(regime.n_points for regime in found) == dataset.attrs["n_points"]
    assert found[0].periods == (4,)
    assert regimes_csv(dataset).splitlines()[1].startswith(f"1.1,{found[0].last},periodic,")


@pytest.mark.parametrize("size", [1, 64])
def test_tasks_and_shards_change_nothing(tmp_path, monkeypatch, size):
    config = config_of(along="beta", axes={"gamma": {"values": [220, 100]}})
    expected = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    monkeypatch.setattr(shards, "POINTS", size)
    folder = SweepFolder.claim(tmp_path / "y", config, inputs_of(config))
    for _ in range(8):  # more than log2 of the tolerance
        for index in (1, 0):
            run_task(config, index, 2, tmp_path / "y", quiet=True)
    assert status_of(folder).n_missing == 0
    folder.collect()
    xr.testing.assert_identical(without_run(open_sweep(tmp_path / "y")), without_run(expected))


def test_a_half_refined_sweep_is_not_whole_and_goes_on(tmp_path, made_up):
    config = config_of()
    expected = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    made_up.clear()
    for _ in range(3):
        run_task(config, 0, 1, tmp_path / "y", quiet=True)
    folder = SweepFolder.open(tmp_path / "y")
    assert folder.collect(partly=True).name == "partial.nc"
    assert status_of(folder).n_missing > 0
    (tmp_path / "y" / "refined" / "02.npz").write_bytes(b"nonsense")  # found again
    damaged = folder.file(folder.shards()[1])
    damaged.write_bytes(damaged.read_bytes()[:-1])
    run_sweep(config, tmp_path / "y", quiet=True)
    assert sorted(made_up) == sorted([*range(expected.attrs["n_points"]), 3, 4, 5])
    xr.testing.assert_identical(without_run(open_sweep(tmp_path / "y")), without_run(expected))


def test_a_round_that_nobody_has_noted_is_missing_too(tmp_path):
    run_task(config_of(), 0, 1, tmp_path / "x", quiet=True)
    (tmp_path / "x" / "refined" / "01.npz").unlink()
    folder = SweepFolder.open(tmp_path / "x")
    assert status_of(folder).n_missing == 0
    with pytest.raises(StoreError, match=r"\d of \d+ points are missing"):
        folder.collect()
    assert folder.collect(partly=True).name == "partial.nc"


def test_a_tolerance_that_is_met_asks_for_nothing(tmp_path):
    dataset = open_sweep(run_sweep(config_of(tolerance=0.1), tmp_path / "x", quiet=True))
    assert "refined" not in dataset.dims
    assert dataset.sizes["boundary"] >= 1


def test_one_label_has_no_boundary(tmp_path):
    config = small(model=None, sweep={"beta": {"values": [1.1, 1.2]}, "refine": {"label": 1e-3}}, run=NO_EXPONENTS)
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    assert dataset.sizes["boundary"] == 0
    assert dataset.attrs["n_points"] == 2


def test_where_a_label_is_not_known_there_is_no_boundary():
    line = Known(np.array([0.0, 1.0, 2.0, 3.0, 4.0]), np.array([1, 1, -1, 2, 1]))
    assert boundaries([line]) == [Boundary(0, 3.0, 4.0, 2, 1)]


def test_refinement_of_true_labels(tmp_path, monkeypatch):
    """The very map: what is between the boundaries has the label that it should have."""
    monkeypatch.setattr(work, "run_points", run_points)
    config = small(
        model=None, sweep={"beta": {"from": 0.9, "to": 1.5, "n": 4}, "refine": {"label": 0.1}}, run=NO_EXPONENTS
    )
    dataset = open_sweep(run_sweep(config, tmp_path / "x", quiet=True))
    assert set(dataset["failure"].values) == {""}
    for beta, label in zip(dataset.get("refined_beta", []), dataset.get("refined_label", []), strict=True):
        alone = small(model={"beta": float(beta)}, run=NO_EXPONENTS)
        one = open_sweep(run_sweep(alone, tmp_path / f"{float(beta)}", quiet=True))
        assert int(one["label"]) == int(label)
