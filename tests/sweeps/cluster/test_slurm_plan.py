"""Slurm without a cluster: what may be asked for, what a cluster allows, into what tasks and arrays a sweep is cut."""

import math
import os
import re
import shlex
import subprocess
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sweeps.cli import _parser
from sweeps.cluster.engine import describe
from sweeps.cluster.plan import MOST_CALLS, Limits, arrays, cut, ranges, unfinished
from sweeps.cluster.record import Record, read_record
from sweeps.cluster.slurm import limits as asking
from sweeps.cluster.slurm.commands import SlurmError, ask
from sweeps.cluster.slurm.limits import read_limits
from sweeps.cluster.slurm.queue import NEVER, comment, indices, will_run
from sweeps.cluster.slurm.scripts import ARRAY, array_call, collect_call, program
from sweeps.config import Config, ConfigError
from sweeps.config.cluster import minutes
from sweeps.config.slurm import Slurm
from sweeps.grid.shard import blocks, in_share

SCRIPTS = ARRAY.parent

# What may be asked for


@pytest.mark.parametrize(
    ("written", "there"),
    [(90, 90), ("90", 90), ("90:30", 91), ("1:30:00", 90), ("1-12", 2160), ("2-1:30", 2970), ("0-0:0:1", 1)],
)
def test_times_as_slurm_writes_them(written, there):
    assert minutes(written) == there


@pytest.mark.parametrize("written", [0, -5, True, 1.5, "", "soon", "1:2:3:4", "0:00", "1-", "٣", "9" * 19, [90], None])
def test_times_that_are_none(written):
    with pytest.raises(ConfigError, match=r"--time: time .*must be"):
        Slurm().with_options({"time": [written] if written is None else written})


def test_options_take_the_place_of_what_is_written():
    config = Config.from_dict({"model": {"beta": 1}, "slurm": {"partition": "long", "time": "1-0", "mem": "2G"}})
    wishes = config.slurm.with_options({"partition": "a 'b' $c", "cpus_per_task": 4})
    assert wishes == Slurm(partition="a 'b' $c", time=1440, mem="2G", cpus_per_task=4)
    assert Config.from_dict(config.to_dict()) == config


@pytest.mark.parametrize(
    ("key", "value", "sentence"),
    [
        ("partition", "a\nb", "must be the name of a partition"),
        ("job_name", " ", "must be the name of a job"),
        ("mem", "2 GB", "must be an amount of memory"),
        ("tasks", 0, "must be at least 1"),
        ("cpus_per_task", 1.5, "must be a whole number"),
        ("partitions", "long", "slurm.partitions is not a key here; did you mean 'partition'?"),
    ],
)
def test_mistakes_are_named(key, value, sentence):
    with pytest.raises(ConfigError, match=rf"slurm\.{key}.*{re.escape(sentence.removeprefix(f'slurm.{key} '))}"):
        Config.from_dict({"model": {"beta": 1}, "slurm": {key: value}})


# What a cluster allows

SETTINGS = "Configuration data as of 2026\nMaxArraySize            = 1001\nMaxJobCount             = {jobs}\n"
PARTITIONS = (
    "PartitionName=main AllowGroups=ALL Default=YES MaxTime=2-12:00:00 State=UP\n"
    "PartitionName=debug AllowGroups=ALL Default=NO MaxTime=00:30:00 State=UP\n"
    "PartitionName=free AllowGroups=ALL Default=NO MaxTime=UNLIMITED State=UP\n"
)


@pytest.fixture
def cluster(monkeypatch):
    """Answer for Slurm; a limit of None: no accounting."""

    def answers(jobs=10_000, own=None):
        def answer(program, *rest):
            if program == "sacctmgr":
                if own is None:
                    raise SlurmError("sacctmgr failed: You are not running a supported accounting_storage plugin")
                return own
            return SETTINGS.format(jobs=jobs) if rest == ("show", "config") else PARTITIONS

        monkeypatch.setattr(asking, "ask", answer)

    return answers


def test_limits_are_read(cluster):
    cluster()
    assert read_limits() == Limits(1001, 5000, 3600)
    assert read_limits("debug").max_minutes == read_limits("free,debug,main").max_minutes == 30
    assert read_limits("free").max_minutes is None
    with pytest.raises(ConfigError, match=r"slurm\.partition = 'long' must be one of main, debug, free\."):
        read_limits("long")


def test_limits_of_the_account_where_accounting_tells(cluster):
    cluster(own="\n1000\n300\n")
    assert read_limits().max_jobs == 300
    cluster(jobs=100, own="\n")
    assert read_limits().max_jobs == 50


def test_no_slurm_here_and_slurm_that_fails():
    with pytest.raises(SlurmError, match=r"no-such-program is not here: run this where jobs are submitted"):
        ask("no-such-program")
    with pytest.raises(SlurmError, match=r"^ls failed: .*no-such-file"):
        ask("ls", "no-such-file")
    with pytest.raises(SlurmError, match=r"^false failed: exit code 1$"):
        ask("false")


# Into what tasks a sweep is cut


@st.composite
def cuts(draw):
    chains = draw(st.lists(st.integers(0, 5), min_size=1, max_size=40))
    seconds = draw(st.floats(1e-3, 1e5))
    wishes = Slurm.model_construct(
        tasks=draw(st.none() | st.integers(1, 20)),
        time=draw(st.none() | st.integers(1, 600)),
        cpus_per_task=draw(st.integers(1, 4)),
        max_running=None,
    )
    limits = Limits(draw(st.integers(1, 30)), draw(st.integers(20, 100)), draw(st.none() | st.integers(600, 5000)))
    return chains, seconds, wishes, limits


@given(cuts())
def test_a_cut_keeps_to_limits_and_tells_its_longest_task(case):
    chains, seconds, wishes, limits = case
    found = cut(chains, seconds, wishes, limits)
    assert found == cut(chains, seconds, wishes, limits)
    assert 1 <= found.n_tasks <= min(len(chains), limits.max_jobs, MOST_CALLS * limits.max_array_size)
    if wishes.tasks:
        assert found.n_tasks == min(wishes.tasks, len(chains), limits.max_jobs)
    loads = [[n for place, n in enumerate(chains) if place % found.n_tasks == task] for task in range(found.n_tasks)]
    rounds = max(max(math.ceil(sum(load) / wishes.cpus_per_task), *load) for load in loads)
    assert found.seconds == pytest.approx(rounds * seconds)
    assert found.minutes == (wishes.time or found.minutes)
    assert limits.max_minutes is None or found.minutes <= limits.max_minutes
    enough = 60 * found.minutes >= 2 * found.seconds
    assert enough == (found.note == "")


@pytest.mark.parametrize(
    ("n_shards", "seconds", "wishes", "n_tasks", "limit"),
    [
        (7, 1.0, {}, 1, 10),  # seven seconds: one task
        (100, 60.0, {}, 50, 10),  # tasks of two minutes
        (15_625, 10.0, {}, 200, 27),  # 43 hours: 200 tasks of 13 minutes
        (15_625, 300.0, {}, 1303, 120),  # 1302 hours: tasks of an hour
        (15_625, 300.0, {"time": 60}, 2605, 60),  # of half the time that is asked for
        (15_625, 300.0, {"cpus_per_task": 4}, 326, 120),
        (15_625, 3600.0, {}, 5000, 480),  # no more than the cluster takes
        (15_625, 300.0, {"tasks": 400}, 400, 400),
    ],
)
def test_some_cuts(n_shards, seconds, wishes, n_tasks, limit):
    found = cut([1] * n_shards, seconds, Slurm(**wishes), Limits())
    assert (found.n_tasks, found.minutes) == (n_tasks, limit)


def test_cuts_that_will_not_do_are_told():
    assert cut([1], 2000.0, Slurm(time=60), Limits()).note.startswith(
        "A shard alone takes some 33 of a task's 60 minutes"
    )
    assert "those that are stopped keep" in cut([4], 600.0, Slurm(time=60), Limits()).note
    with pytest.raises(ConfigError, match=r"slurm\.time = 60 minutes must be at most 30 in this partition"):
        cut([1], 1.0, Slurm(time=60), Limits(max_minutes=30))
    with pytest.raises(ConfigError, match=r"slurm\.tasks = 491 must be at most 490 on this cluster"):
        cut([1] * 600, 1.0, Slurm(tasks=491), Limits(max_array_size=10))


# Arrays


@given(
    st.sets(st.integers(0, 400), max_size=150),
    st.integers(1, 60),
    st.integers(0, 200),
    st.none() | st.integers(1, 12),
)
def test_arrays_hold_every_task_once_within_the_limits(tasks, max_array_size, max_jobs, max_running):
    limits = Limits(max_array_size, max_jobs)
    packed = arrays(tasks, limits, max_running)
    there = [task for array in packed for task in array.tasks]
    assert there == sorted(tasks)[: len(there)]
    full = len(packed) == MOST_CALLS or len(there) == max_jobs
    assert len(there) == len(tasks) or full
    assert len(packed) <= MOST_CALLS
    assert len(there) <= max_jobs
    for array in packed:
        assert all(0 <= index < max_array_size for index in array.indices)
        assert array.indices == tuple(sorted(set(array.indices)))
        assert expand(array.spec.partition("%")[0]) == list(array.indices)
        assert array.spec.partition("%")[2] == ("" if max_running is None else str(array.max_running))
    if max_running is not None:
        # However long each takes: those that may run at a time are one of each queue of arrays.
        queues = {}
        for place, array in enumerate(packed):
            queues[place] = queues[array.after] if array.after is not None else place
        assert len({queues[place] for place in queues}) <= max_running
        first = [array for array in packed if array.after is None]
        assert sum(array.max_running for array in first) <= max_running
        assert all(array.max_running == 1 for array in packed if len(packed) > max_running)


def expand(spec):
    """Numbers of ranges, as sbatch reads them."""
    numbers = []
    for part in filter(None, spec.split(",")):
        first, _, last = part.partition("-")
        numbers += range(int(first), int(last or first) + 1)
    return numbers


def test_fifty_thousand_tasks_are_too_many_for_a_round():
    packed = arrays(range(50_000), Limits(1001, 60_000), max_running=100)
    assert len(packed) == MOST_CALLS
    assert packed[0].spec.startswith("0-1000%")
    assert {array.max_running for array in packed} == {2, 3}
    assert packed[-1].offset + 1000 == MOST_CALLS * 1001 - 1
    assert sum(array.max_running for array in packed) == 100


@given(st.integers(1, 40), st.integers(1, 12), st.data())
def test_what_is_missing_and_not_in_the_queue_is_what_is_submitted(n_shards, of, data):
    shards = blocks(0, 64 * n_shards)
    missing = [shard for shard in shards if data.draw(st.booleans())]
    queued = {(n, task) for n in (of, 5) for task in range(n) if data.draw(st.booleans())}
    there = {shard for n, task in queued for shard in in_share(shards, task, n)}
    naive = [task for task in range(of) if set(in_share(shards, task, of)) & set(missing) - there]
    assert list(unfinished(shards, missing, of, queued)) == naive


def test_ranges_of_nothing():
    assert ranges([]) == ""


# Calls

AWKWARD = """a "b" 'c' $HOME $(touch x) `y`;z %j é"""


def test_everything_is_an_argument_of_its_own(tmp_path):
    wishes = Slurm(job_name=AWKWARD, partition=AWKWARD, account=AWKWARD, time=7, mem="1G", max_running=2)
    folder = tmp_path / AWKWARD
    (array,) = arrays([2, 3, 9], Limits(), 2)
    call = array_call(array, 20, folder, wishes, "t0")
    command = call.command([])
    assert shlex.split(call.line([]))[1:] == command
    assert command[:2] == ["sbatch", "--parsable"]
    assert {f"--job-name={AWKWARD}", f"--partition={AWKWARD}", f"--account={AWKWARD}", f"--chdir={folder}"} <= {
        *command
    }
    assert {"--array=2-3,9%2", "--time=7", "--mem=1G", "--cpus-per-task=1", "--comment=dmfsa:t0:20:0"} <= {*command}
    assert Path(command[-4]).name == "array.sbatch"
    assert command[-3:] == [str(folder), "--of", "20"]
    assert not any(word.startswith("--dependency") for word in command)


def test_a_folder_that_slurm_cannot_name_logs_in_and_a_program_that_tasks_would_not_find(tmp_path, monkeypatch):
    assert f"--output={tmp_path}/50 %%j/logs/collect-%j.out" in collect_call(tmp_path / "50 %j", Slurm(), "t0").words
    with pytest.raises(SlurmError, match=r"a\\b has a backslash, with which Slurm cannot name logs: choose another"):
        collect_call(tmp_path / "a\\b", Slurm(), "t0")
    for name in ("DMFSA", "PATH"):
        monkeypatch.setenv(name, "")
    monkeypatch.setattr("sys.executable", str(tmp_path / "python"))
    with pytest.raises(SlurmError, match=r"^the command dmfsa is not installed for this Python"):
        program()
    (tmp_path / "dmfsa").touch()
    assert program() == {"DMFSA": str(tmp_path / "dmfsa")}


def test_tasks_beyond_the_largest_index_and_what_waits_for_what(tmp_path):
    packed = arrays(range(25), Limits(10), max_running=2)
    calls = [array_call(array, 25, tmp_path, Slurm(), "t0") for array in packed]
    assert packed[2].after == 0
    third = calls[2].command(["11"])
    assert third[1:3] == ["--dependency=afterany:11", "--kill-on-invalid-dep=yes"]
    assert third[third.index("--offset") + 1] == "20"
    assert "--array=0-4%1" in third
    last = collect_call(tmp_path, Slurm(), "t0").command(["7", "11", "12", "13"])
    assert last[1:3] == ["--dependency=afterany:7:11:12:13", "--kill-on-invalid-dep=yes"]
    assert Path(last[-2]).name == "collect.sbatch"
    assert last[-1] == str(tmp_path)


# The scripts


@pytest.fixture
def script(tmp_path):
    """Run a script as an element of an array would, with a program that prints its arguments; return code and words."""
    program = tmp_path / "a program"
    program.write_text("""#!/bin/sh\nfor word; do printf '%s\\0' "$word"; done\n""")
    program.chmod(0o755)

    def run(name, *arguments, **settings):
        variables = {"DMFSA": str(program), "SLURM_ARRAY_TASK_ID": "7", "SLURM_ARRAY_TASK_MAX": "99", **settings}
        command = ["bash", str(SCRIPTS / name), *arguments]
        done = subprocess.run(command, env={**os.environ, **variables}, capture_output=True, text=True, check=False)
        return done.returncode, done.stdout.split("\0")[:-1], done.stderr

    return run


def test_an_element_runs_one_task(script):
    task = ["sweep", "task", "--index", "7", "--of", "100", "--workers", "1"]
    assert script("array.sbatch", "a.yaml") == (0, [*task, "a.yaml"], "")
    task[-1] = "4"
    assert script("array.sbatch", AWKWARD, "--out", AWKWARD, SLURM_CPUS_PER_TASK="4")[1] == [
        *task,
        AWKWARD,
        "--out",
        AWKWARD,
    ]
    assert script("collect.sbatch", AWKWARD, "--out", "x")[1] == ["sweep", "collect", AWKWARD, "--out", "x"]


def test_an_offset_moves_the_index(script):
    words = script("array.sbatch", "--offset", "1000", "a.yaml", "--of", "2000")[1]
    given = _parser().parse_args(words)
    assert (given.index, given.of, given.config) == (1007, 2000, Path("a.yaml"))
    for wrong in ("x[$(touch y)]", "-1", "010", ""):
        code, words, said = script("array.sbatch", "--offset", wrong, "a.yaml")
        assert (code, words) == (2, [])
        assert said == f"--offset must be a whole number, got '{wrong}'\n"
    assert not Path("y").exists()


@pytest.mark.parametrize("name", ["array.sbatch", "collect.sbatch"])
def test_scripts_are_those_of_the_folder_slurm_and_go_with_the_package(name):
    root = Path(__file__).parents[3]
    here = root / "slurm" / name
    assert (SCRIPTS / name).read_text(encoding="utf-8") == here.read_text(encoding="utf-8")
    assert os.access(here, os.X_OK)
    options = set(re.findall(r"^#SBATCH (\S+)", here.read_text(encoding="utf-8"), flags=re.MULTILINE))
    assert {"--open-mode=append", "--requeue", "--ntasks=1", "--cpus-per-task=1"} <= options
    assert ("--signal=B:USR1@60" in options) == (name == "array.sbatch")
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))
    assert project["tool"]["setuptools"]["package-data"]["sweeps.cluster.slurm"] == ["*.sbatch"]


# What was submitted, and what is in the queue


def test_the_record_is_read_back(tmp_path):
    record = Record(40, Slurm(partition=AWKWARD, time=90)).with_job(job="12", tasks="0-39", of=40)
    assert read_record(tmp_path) is None
    record.write(tmp_path)
    assert read_record(tmp_path) == record
    assert Record(40, Slurm()).token != record.token


@pytest.mark.parametrize("content", ["", "[]", "{}", '{"of": 1, "wishes": {"time": "x"}, "token": "", "jobs": []}'])
def test_a_damaged_record_is_told(tmp_path, content):
    (tmp_path / "slurm.json").write_text(content)
    with pytest.raises(OSError, match=r"slurm\.json is damaged \(.*\): remove it, and submit the sweep again"):
        read_record(tmp_path)


def test_indices_that_are_not_understood_are_told():
    with pytest.raises(SlurmError, match=r"in a way that is not understood: 1,5,8,\.\.\.%3"):
        indices("1,5,8,...%3")


def test_what_will_run_and_what_will_not():
    states = {
        "PENDING": True,
        "RUNNING": True,
        "SUSPENDED": True,
        "REQUEUED": True,
        "COMPLETING": False,
        "FAILED": False,
    }
    for state, expected in states.items():
        assert will_run(state, "None") == expected
    assert not will_run("PENDING", NEVER)
    assert describe([]) == "no tasks"
    assert [comment("t0"), comment("t0", 40, 1001)] == ["dmfsa:t0:collect", "dmfsa:t0:40:1001"]
