"""Submitting and resuming on a simulated cluster: what is written, refused and told; and very many points."""

import json
from collections import deque
from unittest.mock import ANY

import pytest
from experiments import NO_EXPONENTS, small
from simulated_slurm import Job, SimulatedSlurm

from sweeps import StoreError, open_sweep
from sweeps.cli import main
from sweeps.cluster import measure, submission
from sweeps.cluster.engine import ClusterError
from sweeps.cluster.measure import seconds_per_shard
from sweeps.cluster.record import read_record
from sweeps.cluster.slurm import engine, limits, scripts
from sweeps.cluster.slurm import queue as queues
from sweeps.cluster.slurm.commands import SlurmError
from sweeps.cluster.submission import resume, submit
from sweeps.store.dataset import empty_points


@pytest.fixture
def cluster(monkeypatch, tmp_path):
    """Make a cluster that takes Slurm's place; a shard takes an hour on it, so that there are many tasks."""

    def simulated(folder=tmp_path / "x", ask=None, **given):
        slurm = SimulatedSlurm(folder, **{"n_slots": 50, "max_array_size": 1_001, **given})
        for module in (limits, queues, scripts, engine):
            monkeypatch.setattr(module, "ask", ask or slurm.ask)
        monkeypatch.setattr(submission, "seconds_per_shard", lambda *_: 3_600.0)
        monkeypatch.setenv("DMFSA", "dmfsa")
        return slurm

    return simulated


def sweep(n_points, **sections):
    axis = {"from": 1.0, "to": 2.0, "n": n_points}
    return small(model=None, sweep={"beta": axis}, run=NO_EXPONENTS, record=["label"], **sections)


def ignored(line):
    """Nothing is to be told."""


@pytest.mark.parametrize("seed", range(2))
def test_ten_thousand_points_where_five_per_cent_of_the_tasks_are_killed(cluster, tmp_path, seed):
    slurm = cluster(max_array_size=11, seed=seed)
    done = submit(sweep(10_000), tmp_path / "x", {"max_running": 20}, tell=ignored)
    assert done.n_tasks == done.n_missing == 157
    rounds, calls = 1, [slurm.calls]
    while done.n_missing:
        slurm.run(until=slurm.n_tasks // 10)  # some are at work still, or wait
        busy = slurm.n_tasks
        done = resume(tmp_path / "x", {}, tell=ignored)
        assert done.n_tasks <= 157 - busy
        calls.append(slurm.calls - sum(calls))
        rounds += 1
    slurm.run()
    assert rounds <= 7
    assert max(calls) <= 50
    assert slurm.n_killed >= 4
    assert slurm.most_at_once == 20
    assert slurm.collected[-1] == 0
    assert slurm.written == dict.fromkeys(range(0, 10_000, 64), 1)  # each shard, once
    assert not slurm.sweep.missing(slurm.sweep.shards())


def test_a_dry_run_tells_the_calls_and_writes_nothing(cluster, tmp_path):
    slurm = cluster()
    told = []
    done = submit(sweep(200, slurm={"partition": "main"}), tmp_path / "x", {"tasks": 2}, dry_run=True, tell=told.append)
    assert (done.n_tasks, done.n_missing, done.jobs) == (2, 4, ("JOB1", "JOB2"))
    assert told[0] == (
        "4 of 4 shards are to be computed, of some 3.6e+03 s each on one core\n"
        "2 tasks of up to 7.2e+03 s by the measurement, limit 240 min"
    )
    assert "sbatch --parsable" in told[1]
    assert "--partition=main" in told[1]
    assert " --dependency=afterany:JOB1 " in told[2]
    assert len(told) == 3
    assert slurm.calls == 0
    assert not list(tmp_path.iterdir())


def test_a_refusal_in_the_middle_loses_nothing(cluster, tmp_path):
    slurm = SimulatedSlurm(tmp_path / "x", n_slots=5, max_array_size=2)

    def refusing(program, *words, environment=None):
        if program == "sbatch" and slurm.calls == 2:
            raise SlurmError("sbatch failed: Job violates accounting/QOS policy")
        return slurm.ask(program, *words)

    cluster(ask=refusing)
    with pytest.raises(ClusterError) as caught:
        submit(sweep(400), tmp_path / "x", {"tasks": 7}, tell=ignored)
    assert str(caught.value) == (
        "sbatch failed: Job violates accounting/QOS policy\n"
        f"2 of 5 calls went through (jobs 1, 2): `dmfsa sweep resume {tmp_path / 'x'}` submits the rest."
    )
    assert [job["tasks"] for job in read_record(tmp_path / "x").jobs] == ["0-1", "2-3"]
    cluster(ask=slurm.ask)
    assert resume(tmp_path / "x", {}, tell=ignored).n_tasks == 3
    slurm.killed = 0.0
    slurm.run()
    assert slurm.collected == [0]
    assert set(slurm.written.values()) == {1}


def test_a_sweep_is_cut_anew_only_when_nothing_of_it_is_queued(cluster, tmp_path):
    slurm = cluster(killed=0.0)
    submit(sweep(400), tmp_path / "x", {"tasks": 7}, tell=ignored)
    with pytest.raises(
        ClusterError, match=r"^7 pending \(None\) of this sweep: .*; to cut the sweep anew, scancel 1 first"
    ):
        submit(sweep(400), tmp_path / "x", {}, tell=ignored)
    slurm.ask("scancel", "1")
    token = read_record(tmp_path / "x").token
    done = submit(sweep(400), tmp_path / "x", {"tasks": 3, "time": "5:00:00"}, tell=ignored)
    assert done.n_tasks == 3
    record = read_record(tmp_path / "x")
    assert (record.of, record.wishes.time, record.token, len(record.jobs)) == (3, 300, token, 4)
    assert "2" not in {line.split("|")[0] for line in slurm.ask("squeue").splitlines()}  # it would collect too early
    slurm.run()
    assert slurm.collected == [0]
    assert resume(tmp_path / "x", {"mem": "3G"}, tell=ignored).jobs == ("5",)  # all there: it is only to be collected
    assert read_record(tmp_path / "x").wishes.mem == "3G"


def test_tasks_for_which_there_is_no_room_wait_for_the_next_round(cluster, tmp_path):
    slurm = SimulatedSlurm(tmp_path / "x", n_slots=5, max_array_size=100, killed=0.0)

    most = 7

    def small_cluster(program, *words, environment=None):
        return f"{most}\n" if program == "sacctmgr" else slurm.ask(program, *words)

    cluster(ask=small_cluster)
    assert submit(sweep(448), tmp_path / "x", {}, tell=ignored).n_tasks == 7
    slurm.run(until=4)
    most = 5
    for file in slurm.sweep.file(slurm.sweep.shards()[0]).parent.iterdir():  # three tasks have ended: all damaged
        file.write_bytes(b"")
    done = resume(tmp_path / "x", {}, tell=ignored)
    assert (done.n_tasks, done.n_waiting) == (1, 2)
    most = 7
    slurm.run(until=0)
    for shard in slurm.sweep.shards():
        slurm.sweep.file(shard).write_bytes(b"")
    assert resume(tmp_path / "x", {}, tell=ignored).n_tasks == 7


def test_what_would_collect_too_early_is_cancelled(cluster, tmp_path):
    slurm = cluster(n_slots=3, killed=0.0)
    submit(sweep(640), tmp_path / "x", {"tasks": 10}, tell=ignored)
    slurm.run(until=5)
    slurm.sweep.file(slurm.sweep.shards()[0]).write_bytes(b"")
    assert resume(tmp_path / "x", {}, tell=ignored).jobs == ("3", "4")
    collecting = [line.split("|")[0] for line in slurm.ask("squeue").splitlines() if line.endswith(":collect")]
    assert collecting == ["4"]
    slurm.run()
    assert slurm.collected == [0]


def test_what_is_asked_of_a_cluster_makes_no_other_sweep(cluster, tmp_path):
    cluster()
    submit(sweep(100, slurm={"mem": "1G"}), tmp_path / "x", {}, tell=ignored)
    assert submission.SweepFolder.claim(tmp_path / "x", sweep(100), {}).config.slurm is None
    assert submission.SweepFolder.open(tmp_path / "x").config.slurm.mem == "1G"


def test_jobs_of_others_are_not_taken_for_ours(cluster, tmp_path):
    """A job that slurmctld forgot when it was killed is lost, and its number is given to the next one."""
    slurm = cluster()
    submit(sweep(100), tmp_path / "x", {}, tell=ignored)
    slurm._jobs = {1: Job("dmfsa:another:1:0", set(), 1.0, deque([0])), 2: Job("a|b", set(), 1.0, deque([None]))}
    assert resume(tmp_path / "x", {}, tell=ignored).n_tasks == 2


def test_two_do_not_submit_at_once_and_nobody_resumes_what_was_not_submitted(cluster, tmp_path):
    cluster()
    submit(sweep(100), tmp_path / "x", {}, tell=ignored)
    with submission._alone(tmp_path / "x", dry_run=False), pytest.raises(ClusterError, match="by another process"):
        resume(tmp_path / "x", {}, tell=ignored)
    (tmp_path / "x" / "slurm.json").unlink()
    with pytest.raises(StoreError, match=r"x was not submitted: use `dmfsa sweep submit`, or `dmfsa sweep run`"):
        resume(tmp_path / "x", {}, tell=ignored)


def test_the_commands(cluster, tmp_path, capsys):
    slurm = cluster(killed=0.0)
    cfg = tmp_path / "small.yaml"
    cfg.write_text(sweep(200).to_yaml())
    out = ["--out", str(tmp_path / "x")]
    assert main(["sweep", "submit", str(cfg), *out, "--tasks", "2", "--job-name", "7"]) == 0
    assert capsys.readouterr().out == "submitted: 2 tasks, jobs 1 2; the last one collects\n"
    assert main(["sweep", "status", str(tmp_path / "x")]) == 0
    said = "Tasks are in the queue: they go on when their turn comes.\nin the queue: 2 pending (None)\n"
    assert capsys.readouterr().out.endswith(said)
    assert main(["sweep", "resume", str(tmp_path / "x")]) == 0
    assert capsys.readouterr().out == "nothing to submit: all that is missing is in the queue\n"
    slurm.run()
    slurm.sweep.collect()
    assert main(["sweep", "submit", str(cfg), *out]) == 0
    assert capsys.readouterr().out == "nothing to submit: all points are computed\n"
    (tmp_path / "x" / "sweep.nc").unlink()
    assert main(["sweep", "resume", str(cfg), *out, "--dry-run", "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert (document["n_tasks"], document["jobs"], document["dry_run"]) == (2, ["JOB1", "JOB2"], True)
    assert main(["sweep", "submit", str(cfg), *out, "--time", "soon", "--cpus-per-task", "x"]) == 2
    said = capsys.readouterr().err
    assert "--time: time = 'soon' must be a time as Slurm has it" in said
    assert "--cpus-per-task: cpus_per_task = 'x' must be a whole number" in said


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--dry-run", "--mem", "2G"], "--mem, --dry-run: only for a sweep that was submitted, and "),
        (["--workers", "2"], "its tasks have --cpus-per-task; `dmfsa sweep run` goes on here."),
        (["--failed", "--dry-run"], "--failed removes what failed, so it does not go with --dry-run."),
    ],
)
def test_options_of_resume_that_would_be_overlooked_are_refused(cluster, tmp_path, capsys, options, said):
    cluster()
    submit(sweep(100), tmp_path / "x", {}, tell=ignored)
    if "--mem" in options:
        (tmp_path / "x" / "slurm.json").unlink()
    assert main(["sweep", "resume", str(tmp_path / "x"), *options]) == 2
    assert said in capsys.readouterr().err


def test_status_knows_what_the_queue_will_do(cluster, tmp_path, capsys):
    """Tasks that wait are no end of the work, and what collects is no work on points."""

    def state():
        assert main(["sweep", "status", str(tmp_path / "x"), "--json"]) == 0
        return json.loads(capsys.readouterr().out)["status"]

    slurm = cluster(killed=0.0)
    submit(sweep(200), tmp_path / "x", {"tasks": 2}, tell=ignored)
    assert state() == "queued"
    slurm.run(until=0)
    assert slurm.ask("squeue").endswith(":collect\n")
    assert state() == "collecting"
    shard = slurm.sweep.shards()[0]
    slurm.sweep.file(shard).unlink()
    assert state() == "interrupted"
    slurm.run()
    assert state() == "interrupted"
    resume(tmp_path / "x", {}, tell=ignored)
    slurm.run()
    assert state() == "collectable"
    slurm.sweep.collect()
    assert state() == "finished"


@pytest.mark.slow
def test_what_collects_submits_the_next_round_of_a_refinement(cluster, tmp_path, capsys, monkeypatch):
    """Each round once: one that is lost is for `resume`, or there might be no end."""

    def write(slurm, shard):
        points = empty_points(slurm.sweep.config, shard.points)
        points["core_seconds"] = 1.0
        points["label"] = slurm.sweep.grid.values("beta", shard.points) > 1.3
        slurm.sweep.write(points)

    def collect():
        code = main(["sweep", "collect", str(tmp_path / "x"), "--next-round"])
        return code, capsys.readouterr().err

    monkeypatch.setattr(SimulatedSlurm, "_write", write)
    slurm = cluster(killed=0.0)
    beta = {"from": 1.0, "to": 2.0, "n": 5}
    config = small(model=None, sweep={"beta": beta, "refine": {"label": 0.1}}, run=NO_EXPONENTS, record=["label"])
    told = []
    submit(config, tmp_path / "x", {}, dry_run=True, tell=told.append)
    assert told[-1].endswith(f"collect.sbatch {tmp_path / 'x'} --next-round")
    submit(config, tmp_path / "x", {}, tell=ignored)
    slurm.run()
    assert "the next round: 1 tasks, jobs 3 4" in collect()[1]
    slurm.ask("scancel", "3", "4")
    assert collect() == (75, ANY)
    assert slurm.n_tasks == 0
    resume(tmp_path / "x", {}, tell=ignored)
    slurm._shares.clear()
    slurm.run()
    with monkeypatch.context() as patch:
        patch.setattr(engine, "ask", refused)
        patch.setattr(scripts, "ask", refused)
        code, said = collect()
        assert code == 75
        assert "the next round could not be submitted from here: sbatch failed: not from nodes" in said
    assert collect()[0] == 0  # it was not submitted yet
    slurm._shares.clear()
    slurm.run()
    assert collect()[0] == 0
    dataset = open_sweep(tmp_path / "x")
    assert (dataset["boundary_beta_low"].item(), dataset["boundary_beta_high"].item()) == (1.25, 1.3125)


def refused(program, *words, environment=None):
    raise SlurmError(f"{program} failed: not from nodes")


def test_status_where_squeue_does_not_answer(cluster, tmp_path, capsys):
    def silent(program, *words, environment=None):
        raise SlurmError(f"{program} did not answer within 120 s: try again later.")

    cluster()
    submit(sweep(100), tmp_path / "x", {}, tell=ignored)
    cluster(ask=silent)
    assert main(["sweep", "status", str(tmp_path / "x")]) == 0
    assert "in the queue: cannot be told: squeue did not answer" in capsys.readouterr().out
    assert main(["sweep", "resume", str(tmp_path / "x")]) == 1
    assert "did not answer within 120 s" in capsys.readouterr().err


# The measurement


@pytest.mark.parametrize(("n_steps", "runs"), [(1_000, [1_000] * 2), (10**6, [4_096, 4_096, 8_192, 16_384])])
def test_the_measurement_doubles_the_steps_until_it_takes_a_second(monkeypatch, n_steps, runs):
    clock, seen = [0.0], []

    def points_run(experiment, numbers):
        seen.append(experiment.config.run.n_steps)
        assert experiment.config.run.n_transient == pytest.approx(2 * seen[-1], abs=1)
        assert numbers.tolist() == [0, 33, 66, 99]
        clock[0] += seen[-1] / 10_000

    monkeypatch.setattr(measure, "run_points", points_run)
    monkeypatch.setattr(measure.time, "perf_counter", lambda: clock[0])
    config = small(
        model=None, sweep={"beta": {"from": 1, "to": 2, "n": 100}}, run={"n_transient": 2 * n_steps, "n_steps": n_steps}
    )
    assert seconds_per_shard(config, measure.Shard(0, 4, 0)) == pytest.approx(n_steps / 10_000, rel=1e-3)
    assert seen == runs


def test_the_measurement_of_a_continuation_counts_its_steps(monkeypatch):
    sizes = []
    monkeypatch.setattr(measure, "run_points", lambda experiment, numbers: sizes.append(len(numbers)))
    axes = {"beta": {"from": 1, "to": 2, "n": 8}, "gamma": {"values": [200, 210, 220]}}
    config = small(model=None, sweep={**axes, "order": {"continuation": {"along": "beta"}}}, run=NO_EXPONENTS)
    (shard, *_) = submission.SweepFolder(None, config).shards()
    monkeypatch.setattr(measure.time, "perf_counter", iter([0.0, 2.0]).__next__)
    assert seconds_per_shard(config, shard) == 2.0 * shard.n / sizes[0]
    assert 1 < sizes[0] < shard.n
