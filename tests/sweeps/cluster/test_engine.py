"""A second engine, registered in one place, goes through submit, status, resume and collect like the first."""

import json

import pytest
import toy_engine
from experiments import NO_EXPONENTS, assert_same, small
from toy_engine import WAITING, Toy, work

from sweeps import open_sweep, run_sweep
from sweeps.cli import main
from sweeps.cluster import submission
from sweeps.cluster.engine import Engine, engine_of
from sweeps.cluster.record import Record, read_record
from sweeps.cluster.slurm.engine import SlurmEngine
from sweeps.config import Config, ConfigError
from sweeps.config.cluster import ENGINES, engine
from sweeps.config.slurm import Slurm
from sweeps.files import StoreError
from sweeps.store.folder import SweepFolder
from sweeps.store.identity import fingerprint

SWEEP = {"model": None, "sweep": {"beta": {"from": 1.2, "to": 1.3, "n": 14}}, "run": NO_EXPONENTS, "record": ["label"]}


@pytest.fixture
def toy(monkeypatch, tmp_path):
    """Register the toy; return what runs an action of a sweep and gives its exit code."""
    engine(Toy)
    monkeypatch.setattr(submission, "seconds_per_shard", lambda *_: 60.0)
    cfg, out = tmp_path / "x.yaml", tmp_path / "x"
    cfg.write_text(small(**SWEEP, cluster={"engine": "toy"}).to_yaml())
    yield lambda action, *options: main(["sweep", action, str(cfg), "--out", str(out), *options])
    del ENGINES["toy"]
    WAITING.clear()


def state(toy, capsys):
    capsys.readouterr()
    assert toy("status", "--json") == 0
    said = json.loads(capsys.readouterr().out)
    return said["status"], said["queue"].get("line")


def test_a_sweep_on_another_engine(toy, tmp_path, capsys, chunks_of_2):
    assert toy("submit", "--tasks", "5") == 0
    assert capsys.readouterr().out.endswith("the last one collects\n")
    assert [job.tasks for job in WAITING] == [(0, 1, 2), (3, 4), (None,)]
    assert WAITING[-1].after == (WAITING[0].name, WAITING[1].name)
    assert state(toy, capsys) == ("queued", "5 pending (Shelf)")
    assert work() == [0, 0, 0]
    assert toy("submit") == 1
    first = WAITING[0].name
    assert f"to cut the sweep anew, forget {first} first" in capsys.readouterr().err
    del WAITING[0]  # its tasks are lost
    assert work() == [75]
    assert state(toy, capsys) == ("interrupted", "no tasks")
    assert toy("resume", "--max-running", "1") == 0
    assert [job.tasks for job in WAITING] == [(3, 4), (None,)]
    assert work() == [0, 0]
    assert state(toy, capsys) == ("collecting", "no tasks")
    assert work() == [0]
    assert state(toy, capsys) == ("finished", "no tasks")
    here = run_sweep(small(**SWEEP, cluster={"engine": "toy"}), tmp_path / "here", quiet=True)
    assert_same(open_sweep(tmp_path / "x"), open_sweep(here))
    record = read_record(tmp_path / "x")
    assert (type(record.wishes), record.of, record.wishes.max_running) == (Toy, 5, 1)
    assert [job["tasks"] for job in record.jobs if "tasks" in job] == ["0-2", "3-4", "3-4"]


def test_what_would_collect_too_early_is_cancelled(toy, chunks_of_2):
    toy("submit", "--tasks", "2")
    (tasks, collects) = WAITING
    WAITING.remove(tasks)
    toy("resume")
    assert [job.tasks for job in WAITING] == [(0, 1), (None,)]
    assert collects not in WAITING


def test_a_dry_run_shows_the_calls_of_the_engine(toy, tmp_path, capsys, chunks_of_2):
    assert toy("submit", "--tasks", "1", "--dry-run") == 0
    folder = tmp_path / "x"
    told = capsys.readouterr().err.splitlines()[-2:]
    assert told == [
        f"after nothing: sweep task {folder} --of 1 --workers 1",
        f"after JOB1: sweep collect {folder}",
    ]
    assert not WAITING
    assert not folder.exists()


def test_options_are_those_of_the_engine(toy, tmp_path, capsys, chunks_of_2):
    assert toy("submit", "--partition", "main") == 2
    assert "--partition: partition is not a key here" in capsys.readouterr().err
    assert toy("submit", "--shelf", "full") == 1
    assert capsys.readouterr().err == "dmfsa: the shelf is full: choose another.\n"
    assert not (tmp_path / "x").exists()
    assert toy("submit", "--tasks", "200") == 2
    assert "toy.tasks = 200 must be at most 100 on this cluster" in capsys.readouterr().err


def test_a_sweep_that_moves_to_another_engine(toy, tmp_path, capsys, monkeypatch, chunks_of_2):
    """What collects of the first one is of another queue: nobody cancels it in the second."""
    toy("submit", "--tasks", "1")
    tasks, collects = WAITING
    Moved = type("Moved", (Toy,), {"__annotations__": {"engine": str}, "engine": "moved"})
    monkeypatch.setitem(ENGINES, "moved", Moved)
    assert toy("submit", "--set", "cluster.engine=moved") == 1
    assert f"to cut the sweep anew, forget {tasks.name} first" in capsys.readouterr().err
    WAITING.remove(tasks)
    monkeypatch.setattr(toy_engine.ToyEngine, "cancel", lambda *_: pytest.fail("it is of another engine"))
    assert toy("submit", "--set", "cluster.engine=moved") == 0
    assert read_record(tmp_path / "x").wishes.engine == "moved"
    assert collects in WAITING


# The section


def complaint(**sections):
    with pytest.raises(ConfigError) as caught:
        Config.from_dict({"model": {"beta": 1}, **sections})
    return str(caught.value)


def test_slurm_is_short_for_a_cluster_with_slurm():
    keys = {"partition": "long", "time": "1-0", "mem": "2G"}
    long, short = (small(**given) for given in ({"cluster": {"engine": "slurm", **keys}}, {"slurm": keys}))
    assert long.cluster == short.slurm == Slurm(**keys)
    assert small(cluster=keys).cluster == long.cluster
    assert fingerprint(long, {}) == fingerprint(short, {}) == fingerprint(small(), {})
    for config in (long, short):
        assert Config.from_dict(config.to_dict()) == config
    assert long.to_dict()["cluster"]["partition"] == "long"
    assert small(cluster=None).cluster is None


def test_mistakes_in_the_section_are_named(toy):
    both = complaint(cluster={}, slurm={"mem": "1G"})
    assert both == "slurm must not stand beside cluster: it is short for cluster: {engine: slurm, ...}."
    assert complaint(cluster={"engine": "slurn"}) == (
        "cluster.engine = 'slurn' must be one of slurm, toy; did you mean 'slurm'?"
    )
    said = complaint(cluster={"engine": "toy", "partition": "x", "time": "soon", "shelf": "\n"}).splitlines()
    assert [line.partition(" ")[0] for line in said] == ["cluster.time", "cluster.shelf", "cluster.partition"]
    assert "Allowed: cpus_per_task, engine, job_name, max_running, shelf, tasks, time." in said[2]
    for wrong in ([], 3, "slurm"):
        assert complaint(cluster=wrong).startswith(
            f"cluster = {wrong!r} must be a mapping with keys out of cpus_per_task"
        )


def test_a_mistake_is_named_with_its_line(write):
    from sweeps import load_config  # noqa: PLC0415

    path = write("model: {beta: 1}\ncluster:\n  engine: slurm\n  mem: 2 GB\n")
    with pytest.raises(ConfigError, match=r"^cfgs/x\.yaml, line 4: cluster\.mem = '2 GB' must be an amount of memory"):
        load_config(path)


# Records


def test_a_record_from_before_there_were_engines(tmp_path):
    record = Record(2, Slurm(partition="long")).with_job(job="7", tasks="0-1", of=2)
    record.write(tmp_path)
    written = json.loads((tmp_path / "slurm.json").read_text())
    assert written["wishes"].pop("engine") == "slurm"
    (tmp_path / "slurm.json").write_text(json.dumps(written))
    assert read_record(tmp_path) == record
    written["wishes"]["engine"] = "gone"
    (tmp_path / "slurm.json").write_text(json.dumps(written))
    with pytest.raises(
        StoreError, match=r"slurm\.json is damaged \(engine = 'gone' must be one of slurm\.\): remove it"
    ):
        read_record(tmp_path)


def test_every_engine_that_is_registered_is_there(tmp_path):
    verbs = {name for name in vars(Engine) if not name.startswith("_")}
    assert verbs == {"limits", "queue", "array_call", "collect_call", "cancel"}
    for section in ENGINES.values():
        made = engine_of(tmp_path, section())
        assert all(callable(getattr(made, verb)) for verb in verbs)
    assert isinstance(engine_of(tmp_path, Slurm()), SlurmEngine)


def test_the_folder_keeps_what_was_asked_for(toy, tmp_path, chunks_of_2):
    toy("submit")
    assert SweepFolder.open(tmp_path / "x").config.cluster == Toy()
