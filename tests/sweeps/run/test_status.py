"""How far a sweep is, and who works on it: counted from files, of which claims may be stale or nonsense."""

import contextlib
import json
import os
import subprocess
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from experiments import NO_EXPONENTS, small

from sweeps import run_sweep
from sweeps.grid import shard
from sweeps.run.inputs import inputs_of
from sweeps.run.status import State, in_words, status_of
from sweeps.store import claims, shards
from sweeps.store import folder as store
from sweeps.store.claims import Claim, Claiming
from sweeps.store.dataset import empty_points
from sweeps.store.folder import SweepFolder

CONFIG = small(model=None, sweep={"beta": {"from": 1, "to": 2, "n": 10}}, run=NO_EXPONENTS, record=["label"])


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Five shards of two points, of which none is there yet."""
    monkeypatch.setattr(shard, "POINTS", 2)
    return SweepFolder.claim(tmp_path / "x", CONFIG, inputs_of(CONFIG))


def put(folder, *numbers, failed=0):
    for number in numbers:
        points = empty_points(CONFIG, folder.shards()[number].points)
        points["core_seconds"] = 2.0
        points["failure"][:failed] = "OSError: no"
        folder.write(points)


def test_an_empty_folder(folder):
    status = status_of(folder)
    assert (status.n_points, status.n_done, status.n_missing, status.n_shards) == (10, 0, 10, 5)
    assert status.status is State.INTERRUPTED
    assert np.isnan([status.rate, status.seconds_left]).all()


def test_shards_in_every_condition(folder):
    put(folder, 0, 1, 2, 3)
    put(folder, 1, failed=1)
    path = folder.file(folder.shards()[2])
    path.write_bytes(path.read_bytes()[:-1])
    _, points, origin = shards.read_shard(folder.file(folder.shards()[3]))
    shards.write_shard(folder.file(folder.shards()[3]), points, "another", origin)
    status = status_of(folder)
    assert (status.n_done, status.n_failed, status.n_missing) == (4, 1, 6)
    assert (status.n_shards_done, status.n_shards_damaged, status.n_shards_other) == (2, 1, 1)
    assert status.core_seconds == 8.0
    assert status.n_bytes == sum(shards.read_header(folder.file(folder.shards()[i])).size for i in (0, 1))
    words = in_words(status)
    assert "4 of 10 points done (40.0%), 0 running, 1 failed, 6 missing" in words
    assert "2 of 5 shards, 1 damaged, 1 of another config; " in words
    assert words.endswith(State.INTERRUPTED.value)


def test_a_flipped_bit_is_seen_by_a_thorough_look_only(folder):
    put(folder, 0)
    path = folder.file(folder.shards()[0])
    content = bytearray(path.read_bytes())
    content[700] ^= 1
    path.write_bytes(content)
    assert status_of(folder).n_done == 2
    assert status_of(folder, thorough=True).n_shards_damaged == 1


def test_a_look_reads_the_ends_of_shards_only(folder, monkeypatch):
    put(folder, 0, 1)
    monkeypatch.setattr(store, "read_shard", lambda path: pytest.fail("a shard was read whole"))
    assert status_of(folder).n_done == 4


def test_the_rate_is_that_of_late(folder, monkeypatch):
    now = [1_000_000.0]
    monkeypatch.setattr("sweeps.store.provenance.time.time", lambda: now[0])
    for number, at in enumerate([0.0, 90_000.0, 90_004.0, 90_008.0]):
        now[0] = 1_000_000.0 + at
        put(folder, number)
    status = status_of(folder)
    assert status.rate == pytest.approx(0.5)  # two points every four seconds; the first shard was long ago
    assert status.seconds_left == pytest.approx(4.0)
    assert "0.5 points/s of late, 0:00:04 left at that rate" in in_words(status)


def test_all_points_computed_but_not_collected(folder):
    put(folder, 0, 1, 2, 3, 4)
    assert status_of(folder).status is State.COLLECTABLE
    folder.collect()
    status = status_of(folder)
    assert (status.status, status.n_done, status.n_missing, status.seconds_left) == (State.FINISHED, 10, 0, 0.0)
    assert status.core_seconds == 20.0
    assert json.dumps(status.to_dict(), allow_nan=False)


# Claims


def live_claim(**changed):
    return Claim(**{"host": claims.platform.node(), "pid": os.getpid(), "job": "", "since": 0.0, "beat": time.time(),
                    **changed})  # fmt: skip


def test_who_is_at_work(folder):
    put(folder, 0)
    with Claiming(folder.path) as claim:
        claim.begin(0)  # done already: not running
        claim.begin(2)
        claim._write()
        status = status_of(folder)
    assert (status.n_done, status.n_running, status.n_missing) == (2, 2, 6)
    assert status.status is State.RUNNING
    assert [(w.pid, w.n_shards) for w in status.workers] == [(os.getpid(), 2)]
    assert "at work: " in in_words(status)
    assert status_of(folder).workers == ()
    assert not (folder.path / "running").exists()


def test_claims_that_are_stale():
    assert live_claim().live
    assert not live_claim(beat=time.time() - 1000).live
    assert live_claim(host="elsewhere", pid=1).live
    done = subprocess.Popen([sys.executable, "-c", ""])
    done.wait()
    assert not live_claim(pid=done.pid).live


def test_the_folder_of_claims_may_go_while_one_looks(tmp_path):
    """As when one task begins in the moment in which the last of the others ends."""
    running, ended = tmp_path / "running", threading.Event()

    def come_and_go():
        while not ended.is_set():
            running.mkdir()
            with contextlib.suppress(OSError):
                running.rmdir()

    with ThreadPoolExecutor(1) as pool:
        others = pool.submit(come_and_go)
        try:
            for _ in range(3000):
                assert claims.claims(tmp_path) == []
                claims.remove_stale(tmp_path)
        finally:
            ended.set()
        others.result()


def test_claims_that_are_nonsense_hold_nobody_back(folder):
    running = folder.path / "running"
    running.mkdir()
    for name, text in [("a~1~x.json", "{"), ("b~2~x.json", "[]"), ("c.json", '{"host": 1}'), ("d~x~y.json", "\0")]:
        (running / name).write_text(text)
    everything = live_claim(host="elsewhere", shards=(0, 2, 4, 6, 8))  # says it is at all of it, for ever
    (running / "elsewhere~1~x.json").write_text(json.dumps(vars(everything)))
    assert status_of(folder).n_running == 10
    assert (run_sweep(CONFIG, folder.path, quiet=True) / "sweep.nc").exists()


def test_a_claim_that_cannot_be_written_does_not_matter(folder):
    (folder.path / "running").write_text("a file")
    with Claiming(folder.path) as claim:
        claim.begin(0)
    assert status_of(folder).workers == ()


def test_a_claim_beats(folder, monkeypatch):
    monkeypatch.setattr(claims, "BEAT", 0.01)
    with Claiming(folder.path) as claim:
        first = claims.claims(folder.path)[0].beat
        claim.begin(4)
        end = time.monotonic() + 10
        while claims.claims(folder.path)[0].shards != (4,):
            assert time.monotonic() < end
            time.sleep(0.01)
        assert claims.claims(folder.path)[0].beat > first
