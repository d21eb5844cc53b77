"""A model of the user's on a real Slurm: every task imports the file that the config names."""

import os
import subprocess
import sys
import tempfile
from pathlib import Path

import henon_model
import pytest
import xarray as xr
from slurm_cluster import Cluster, until, why_not

from sweeps import open_sweep, run_sweep
from sweeps.config import Config
from sweeps.store.dataset import without_run

ROOT = Path(__file__).parents[3]
LONG = 150  # seconds that a busy machine is given

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=f"no Slurm here: {why_not()}"),
]


def test_a_sweep_of_another_map_is_that_of_this_machine(tmp_path):
    config = Config.from_dict(
        {
            "name": "henon",
            "model": {"module": henon_model.__file__},
            "start": {"state": [0.1, 0.1]},
            "sweep": {"a": {"from": 0.2, "to": 1.4, "n": 130}},
            "run": {"n_transient": 1_000, "n_steps": 2_000},
            "record": ["orbit", "label", "lyapunov"],
        }
    )
    with tempfile.TemporaryDirectory(prefix="slurm") as name, Cluster(Path(name)) as cluster:
        folder = Path(name, "out")
        program = Path(name, "dmfsa")
        program.write_text(f"#!{sys.executable}\nimport sys\nfrom sweeps.cli import main\nsys.exit(main())\n")
        program.chmod(0o755)
        cfg = Path(name, "henon.yaml")
        cfg.write_text(config.to_yaml())
        environment = {**cluster.environment, "DMFSA": str(program), "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        command = [str(program), "sweep", "submit", str(cfg), "--out", str(folder), "--tasks", "2"]
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=LONG, check=False)
        assert done.returncode == 0, done.stderr
        assert done.stderr.count("dmfsa: imports") == 1
        until((folder / "sweep.nc").exists, LONG, "the dataset")
        until(lambda: not cluster.queue(), LONG, "the end of all jobs")
        logs = [path.read_text() for path in (folder / "logs").glob("*.out")]
        assert sum("dmfsa: imports" in log for log in logs) >= 2
        there = without_run(open_sweep(folder)).load()
        assert there.sizes["a"] == 130
        assert os.fspath(henon_model.__file__) in there.attrs["config"]
    here = without_run(open_sweep(run_sweep(config, tmp_path / "here", quiet=True)))
    xr.testing.assert_identical(there, here)
