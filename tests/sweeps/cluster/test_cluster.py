"""A sweep on a real Slurm of two nodes, on which everything goes wrong at once, and that is right in the end.

One story, told by `story` and judged by the tests: 40 tasks of two shards each. Shards wait where the story wants to
catch a task at work; see `slurm_program`. Waits have generous ends: Slurm looks at time limits every 30 s.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
from collections import Counter
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest
import slurm_program
import xarray as xr
from experiments import small
from slurm_cluster import Cluster, until, why_not

from sweeps import open_sweep, run_sweep
from sweeps.cluster.engine import Element
from sweeps.cluster.slurm.queue import comment, read_queue
from sweeps.grid import shard as shards
from sweeps.store.dataset import encoding, without_run

ROOT = Path(__file__).parents[3]
N_TASKS = 40
STEP = slurm_program.N_POINTS
GRID = {"beta": {"from": 1.2, "to": 1.3, "n": 2 * N_TASKS * STEP}}
LONG = 150  # seconds that a busy machine is given for anything

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=f"no Slurm here: {why_not()}"),
]


class Stage:
    """The cluster, a sweep on it, and the means to catch a task at work."""

    def __init__(self, folder, cluster):
        self.cluster = cluster
        self.folder = folder / """a "sweep", 50 %j of $HOME's"""
        self.notes = folder / "stage"
        self.notes.mkdir()
        program = folder / "dmfsa"
        run_it = f"import runpy\nrunpy.run_path({slurm_program.__file__!r}, run_name='__main__')\n"
        program.write_text(f"#!{sys.executable}\n{run_it}")
        program.chmod(0o755)
        self.environment = {
            **cluster.environment,
            "DMFSA": str(program),
            "STAGE": str(self.notes),
            "PYTHONPATH": os.pathsep.join([str(ROOT), str(ROOT / "tests")]),
            "OMP_NUM_THREADS": "1",
        }

    def dmfsa(self, *arguments, code=0):
        """Run a command where jobs are submitted; return its JSON."""
        done = subprocess.run(
            [self.environment["DMFSA"], "sweep", *map(str, arguments), "--json"],
            env=self.environment,
            capture_output=True,
            text=True,
            timeout=LONG,
            check=False,
        )
        assert done.returncode == code, done.stderr
        return json.loads(done.stdout) if done.stdout else done.stderr

    def hold(self, *firsts):
        for first in firsts:
            (self.notes / f"hold-{first}").touch()

    def let_go(self, *firsts):
        for first in firsts:
            (self.notes / f"hold-{first}").unlink()

    def held(self, first, n=1):
        """Wait for so many processes in the shard that begins with a point; return node and number of each."""

        def look():
            self.queue()
            found = [path.name.split("-")[2:] for path in self.notes.glob(f"held-{first}-*")]
            return found if len(found) >= n else []

        found = until(look, LONG, f"{n} tasks in the shard of point {first}")
        return [(node, int(pid)) for node, pid in found]

    def has_heard(self, number, pid):
        return (self.notes / f"signal-{number}-{pid}").exists()

    def heard(self, number, pid):
        until(lambda: self.has_heard(number, pid), LONG, f"signal {number}")

    def begun(self):
        """How often each shard was begun."""
        return Counter(int(line.split()[0]) for line in (self.notes / "begun").read_text().splitlines())

    def queue(self):
        """Tasks in the queue: number, state, node. Those that Slurm requeued are let go, as an administrator would."""
        lines = [line.split("|") for line in self.cluster.queue("%K|%T|%N|%r|%F")]
        for task, _, _, reason, array in lines:
            if reason == "BeginTime":  # two minutes after the loss of a node
                self.cluster.run("scontrol", "update", f"JobId={array}_{task}", "StartTime=now", check=False)
            elif reason == "launch failed requeued held":
                self.cluster.run("scontrol", "release", f"{array}_{task}", check=False)
        return {int(task): (state, node) for task, state, node, *_ in lines if task != "N/A"}

    def condition(self):
        """The queue, and the last words of tasks that failed: what one needs to know if the story got stuck."""
        queue = self.cluster.run("squeue", "-hro", "%i %T %N %r", check=False).splitlines()
        said = {path.name: path.read_text().rstrip() for path in (self.folder / "logs").glob("*.out")}
        return f"in the queue: {queue}; failed: {[n + t[-200:] for n, t in said.items() if 'Error' in t]}"

    def wait_for(self, job):
        until(lambda: self.queue() is not None and job not in self.cluster.queue("%F"), LONG, f"job {job}")


def first(task, which=1):
    """First point of a task's shard, 0 or 1."""
    return STEP * (task + which * N_TASKS)


KILLED, WARNED, LATE, ENDED, NEVER_BEGUN, DAMAGED = 1, 2, 3, 4, 39, 20
AT_WORK = range(5, 13)  # of whom some lose their node


@pytest.fixture(scope="module")
def story():
    """What happened."""
    with tempfile.TemporaryDirectory(prefix="slurm") as name, Cluster(Path(name)) as cluster:
        stage = Stage(Path(name), cluster)
        try:
            facts = told(stage)
        except Exception as error:
            print("\n".join((cluster.folder / "slurmctld.log").read_text().splitlines()[-300:]))
            raise RuntimeError(f"{error}; {stage.condition()}") from error
        yield facts


def told(stage):
    """Submit; let everything go wrong; resume twice. Return what can be judged."""
    config = small(model=None, sweep=GRID, record=["label"])
    facts = SimpleNamespace(folder=stage.folder, config=config, cluster=stage.cluster)
    cfg = stage.folder.parent / "a config.yaml"
    cfg.write_text(config.to_yaml())
    options = ["--out", stage.folder, "--tasks", N_TASKS, "--max-running", 16, "--job-name", "$(touch x); 'y' \"z\""]
    stage.hold(first(WARNED, 0), *map(first, (KILLED, LATE, ENDED, *AT_WORK)))

    facts.submitted = stage.dmfsa("submit", cfg, *options)
    array, collect = facts.submitted["jobs"]
    slurm = stage.cluster.run
    slurm("scancel", f"{array}_{NEVER_BEGUN}")

    held = {task: stage.held(first(task)) for task in (KILLED, LATE, ENDED, *AT_WORK)}
    ((_, warned),) = stage.held(first(WARNED, 0))
    slurm("scontrol", "update", "PartitionName=main", "State=DOWN")  # what begins after it has saved would begin twice
    stage.cluster.wait_until_saved(collect)
    stage.cluster.kill("slurmctld")
    stage.cluster.start("slurmctld")
    until(lambda: "UP" in slurm("scontrol", "ping", check=False), LONG, "slurmctld")
    until(stage.cluster.nodes_up, LONG, "the nodes")
    slurm("scontrol", "update", "PartitionName=main", "State=UP")

    ((late_on, late),) = held[LATE]
    slurm("scontrol", "update", f"JobId={array}_{LATE}", "EndTime=now+1")  # it will be seen within 30 s
    os.kill(held[KILLED][0][1], signal.SIGKILL)
    slurm("scancel", f"{array}_{ENDED}")
    os.kill(warned, signal.SIGUSR1)
    stage.heard(signal.SIGUSR1, warned)
    stage.let_go(first(WARNED, 0))
    facts.submitted_again = stage.dmfsa("submit", cfg, *options, code=1)
    until(lambda: not {KILLED, WARNED, ENDED} & stage.queue().keys(), LONG, "the end of those that were caught")

    lost_node = next(node for node in stage.cluster.nodes if node != late_on)
    stage.cluster.kill(lost_node)
    facts.lost = {task for task, (_, node) in stage.queue().items() if node == lost_node}
    caught = facts.lost & {*AT_WORK}
    slurm("scontrol", "update", f"NodeName={lost_node}", "State=DOWN", "Reason=lost")
    stage.let_go(*(first(task) for task in AT_WORK if task not in caught))
    facts.twins = {task: stage.held(first(task), 2) for task in caught}
    stage.let_go(*map(first, caught))
    # A node that still runs a task when it is given it again would be drained, and the task held.
    until(lambda: not stage.cluster.runs_on(lost_node), LONG, f"the end of what runs on {lost_node}")
    stage.cluster.start(lost_node)
    slurm("scontrol", "update", f"NodeName={lost_node}", "State=RESUME")

    stage.wait_for(collect)
    facts.partial = xr.load_dataset(stage.folder / "partial.nc")
    facts.late_heard = {number for number in (signal.SIGUSR1, signal.SIGTERM) if stage.has_heard(number, late)}
    facts.late_log = (stage.folder / "logs" / f"{array}_{LATE}.out").read_text()
    facts.begun_before = stage.begun()
    stage.let_go(first(KILLED), first(LATE))
    facts.resumed = stage.dmfsa("resume", stage.folder)
    until(lambda: stage.queue().keys() == {ENDED}, LONG, "all tasks but that which waits")
    facts.status = stage.dmfsa("status", stage.folder)
    damaged = stage.folder / "shards" / f"{first(DAMAGED):08d}.npz"
    content = bytearray(damaged.read_bytes())
    content[len(content) // 2] ^= 1
    damaged.write_bytes(content)
    facts.resumed_again = stage.dmfsa("resume", cfg, "--out", stage.folder)
    facts.jobs_in_queue = {*stage.cluster.queue("%F")}
    stage.let_go(first(ENDED))
    stage.wait_for(facts.resumed_again["jobs"][-1])
    facts.nothing_left = stage.dmfsa("resume", stage.folder)
    facts.begun = stage.begun()
    jobs = {job["job"]: job for job in json.loads((stage.folder / "slurm.json").read_text())["jobs"]}
    facts.tasks_resumed = jobs[facts.resumed["jobs"][0]]["tasks"]
    facts.tasks_resumed_again = jobs[facts.resumed_again["jobs"][0]]["tasks"]
    facts.shards = range(0, 2 * N_TASKS * STEP, STEP)
    return facts


def test_resume_submits_just_what_is_missing_or_damaged_and_not_in_the_queue(story):
    assert story.submitted["n_tasks"] == N_TASKS
    assert story.tasks_resumed == f"{KILLED}-{ENDED},{NEVER_BEGUN}"
    assert (story.resumed["n_tasks"], story.resumed["n_missing"]) == (5, 6)  # both shards of that which never began
    assert story.tasks_resumed_again == str(DAMAGED)
    assert (story.resumed_again["n_tasks"], story.resumed_again["n_missing"]) == (1, 2)
    assert (story.nothing_left["n_tasks"], story.nothing_left["jobs"]) == (0, [])


def test_what_is_in_the_queue_is_not_cut_anew(story):
    assert "of this sweep: `dmfsa sweep resume " in story.submitted_again
    assert story.status["queue"]["states"] == {"RUNNING": 1}
    assert story.status["n_done"] == STEP * (2 * N_TASKS - 1)


def test_a_warned_task_stops_at_a_shard(story):
    """It finishes the first, and leaves the second to be done."""
    assert story.begun_before[first(WARNED, 0)] == 1
    assert story.begun_before[first(WARNED)] == 0


def test_a_task_out_of_time_hears_of_it_and_keeps_what_it_has(story):
    assert "DUE TO TIME LIMIT" in story.late_log
    assert story.late_heard == {signal.SIGUSR1, signal.SIGTERM}
    assert story.begun_before[first(LATE, 0)] == story.begun_before[first(LATE)] == 1


def test_collecting_runs_although_tasks_failed(story):
    lost = [first(WARNED), first(KILLED), first(LATE), first(ENDED), first(NEVER_BEGUN, 0), first(NEVER_BEGUN)]
    missing = np.flatnonzero(story.partial["label"].values < 0)
    np.testing.assert_array_equal(missing, np.sort(np.add.outer(lost, np.arange(STEP)).ravel()))
    assert story.partial.attrs["n_missing"] == len(missing)


def test_collecting_waits_for_new_tasks(story):
    assert story.resumed["jobs"][-1] not in story.jobs_in_queue
    assert story.resumed_again["jobs"][-1] in story.jobs_in_queue


def test_a_task_and_its_twin_on_another_node_do_no_harm(story):
    assert story.twins
    for held in story.twins.values():
        assert len({node for node, _ in held}) == 2


def test_nothing_is_computed_twice_but_what_was_lost(story):
    lost = {first(task) for task in (KILLED, LATE, ENDED, DAMAGED, *story.lost)} | {
        first(task, 0) for task in story.lost
    }
    assert story.begun.keys() == {*story.shards}
    assert {shard for shard, n in story.begun.items() if n > 1} <= lost


def test_the_dataset_is_that_of_a_local_run(story, tmp_path, monkeypatch):
    monkeypatch.setattr(shards, "POINTS", STEP)
    here = run_sweep(story.config, tmp_path / "here", quiet=True)
    assert content(story.folder, tmp_path / "a.nc") == content(here, tmp_path / "b.nc")
    assert sorted(path.name for path in story.folder.iterdir() if path.is_dir()) == ["logs"]


@pytest.fixture(scope="module")
def preempted(story):
    """A sweep of two tasks, of which one has to give way, in its second shard, to a job of another partition."""
    (story.cluster.folder / "p").mkdir()
    stage = Stage(story.cluster.folder / "p", story.cluster)
    slurm = story.cluster.run
    config = small(model=None, sweep={"beta": {"from": 1.2, "to": 1.3, "n": 4 * STEP}}, record=["label"])
    facts = SimpleNamespace(folder=stage.folder, config=config, second=2 * STEP)
    cfg = stage.folder.parent / "config.yaml"
    cfg.write_text(config.to_yaml())
    stage.hold(facts.second)
    array, collect = stage.dmfsa("submit", cfg, "--out", stage.folder, "--tasks", 2)["jobs"]
    ((facts.node, pid),) = stage.held(facts.second)
    urgent = ["--partition=urgent", "--exclusive", f"--nodelist={facts.node}", "--output=/dev/null", "--wrap=sleep 600"]
    job = slurm("sbatch", "--parsable", *urgent).strip()
    stage.heard(signal.SIGTERM, pid)
    until(lambda: f"{job} RUNNING" in story.cluster.queue("%F %T"), LONG, "the urgent job")
    facts.both = stage.held(facts.second, 2)
    slurm("scancel", job)
    stage.let_go(facts.second)
    stage.wait_for(collect)
    facts.begun = stage.begun()
    facts.log = (stage.folder / "logs" / f"{array}_0.out").read_text()
    return facts


def test_a_task_that_is_preempted_keeps_what_it_has_and_goes_on_elsewhere(preempted, tmp_path, monkeypatch):
    """Nobody has to resume it."""
    assert "CANCELLED" in preempted.log
    assert "DUE TO PREEMPTION" in preempted.log
    assert len({node for node, _ in preempted.both}) == 2
    assert preempted.begun == Counter({0: 1, STEP: 1, preempted.second: 2, 3 * STEP: 1})
    monkeypatch.setattr(shards, "POINTS", STEP)
    here = run_sweep(preempted.config, tmp_path / "here", quiet=True)
    assert content(preempted.folder, tmp_path / "a.nc") == content(here, tmp_path / "b.nc")


def content(folder, file):
    """Bytes of a dataset without where and when it was made."""
    dataset = without_run(open_sweep(folder))
    dataset.to_netcdf(file, engine="netcdf4", encoding=encoding(dataset))
    return file.read_bytes()


@pytest.mark.parametrize(
    "indices", [[*range(0, 30, 2)], [*range(0, 1001, 7)], [n for n in range(1001) if n % 7 < n % 5]]
)
def test_all_that_waits_is_seen(story, monkeypatch, indices):
    """`squeue --array` leaves out the last index of those with a stride, and shortens long lists."""
    slurm = story.cluster
    for name, value in slurm.environment.items():
        monkeypatch.setenv(name, value)
    script = story.folder.parent / "nothing.sh"
    script.write_text("#!/bin/sh\n")
    spec = f"--array={','.join(map(str, indices))}"
    job = slurm.run("sbatch", "--parsable", "--hold", spec, f"--comment={comment('t0', 5000, 1001)}", script).strip()
    assert read_queue("t0") == [Element(job, 1001 + i, 5000, "PENDING", "JobHeldUser") for i in indices]
    slurm.run("scancel", job)


def test_nothing_broke_out(story):
    """Of names with quotes, dollars, semicolons and parentheses."""
    assert not list(story.folder.parent.rglob("x"))
    assert not Path("x").exists()
