"""Shards: written whole, read back, and no damage to them goes unseen."""

import threading
import time

import numpy as np
import pytest
from experiments import NO_EXPONENTS, small
from hypothesis import given, settings
from hypothesis import strategies as st

from sweeps import StoreError
from sweeps.grid import shard
from sweeps.grid.shard import Shard, blocks, in_share
from sweeps.store.dataset import empty_points
from sweeps.store.shards import Unreadable, read_header, read_shard, write_shard

CONFIG = small(model=None, sweep={"beta": {"from": 1, "to": 2, "n": 8}}, run=NO_EXPONENTS, record=["label"])
ORIGIN = {"host": "here", "job": "7_1", "versions": "some", "commit": "abc", "ended": 1.7e9, "seconds": 12.5}


def some_points(first=8, n=3):
    points = empty_points(CONFIG, np.arange(first, first + n))
    points["label"] = np.arange(n)
    points["window"] = np.random.default_rng(0).normal(size=points["window"].shape)
    points["reason"] = ["λ1 = −0.1", "", "because"][:n]
    points["failure"][-1] = "ValueError: no"
    return points


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    path = tmp_path_factory.mktemp("shard") / "00000008.npz"
    write_shard(path, some_points(), "fingerprint", ORIGIN)
    return path


def test_a_shard_comes_back_as_it_was(written):
    header, points, origin = read_shard(written)
    expected = some_points()
    assert points.dtype.names == expected.dtype.names
    for name in expected.dtype.names:
        np.testing.assert_array_equal(points[name], expected[name])
    assert origin == ORIGIN
    assert (header.fingerprint, header.first, header.n, header.n_failed) == ("fingerprint", 8, 3, 1)
    assert (header.seconds, header.ended) == (12.5, 1.7e9)
    assert header == read_header(written)


def test_numpy_alone_reads_a_shard(written):
    with np.load(written, allow_pickle=False) as file:
        np.testing.assert_array_equal(file["points"]["label"], [0, 1, 2])
        assert '"host": "here"' in str(file["origin"])


def test_a_shard_cut_short_anywhere_is_seen_at_its_end(written, tmp_path):
    content, path = written.read_bytes(), tmp_path / "x.npz"
    for size in [*range(0, len(content), 7), *range(len(content) - 40, len(content))]:
        path.write_bytes(content[:size])
        for read in (read_header, read_shard):
            with pytest.raises(Unreadable, match=r"too short|cut short"):
                read(path)
    for longer in (content + b" ", content[:-512] + b"\0" + content[-512:]):
        path.write_bytes(longer)
        with pytest.raises(Unreadable, match=r"cut short|size is wrong"):
            read_header(path)


@settings(max_examples=200, deadline=None)
@given(data=st.data())
def test_a_flipped_bit_anywhere_is_seen(written, tmp_path_factory, data):
    content = bytearray(written.read_bytes())
    at = data.draw(st.integers(0, len(content) - 1))
    content[at] ^= 1 << data.draw(st.integers(0, 7))
    path = tmp_path_factory.getbasetemp() / "flipped.npz"
    path.write_bytes(content)
    with pytest.raises(Unreadable):
        read_shard(path)


def test_two_writers_of_one_shard_do_no_harm(tmp_path):
    path, wrong = tmp_path / "shards" / "00000008.npz", []

    def write():
        for _ in range(20):
            write_shard(path, some_points(), "fingerprint", ORIGIN)

    def read():
        while not ended.is_set():
            try:
                np.testing.assert_array_equal(read_shard(path)[1]["label"], [0, 1, 2])
            except FileNotFoundError:
                time.sleep(0.001)
            except Exception as error:
                wrong.append(error)

    ended = threading.Event()
    threads = [threading.Thread(target=write) for _ in range(2)]
    reader = threading.Thread(target=read)
    for thread in (*threads, reader):
        thread.start()
    for thread in threads:
        thread.join()
    ended.set()
    reader.join()
    assert not wrong
    assert [file.name for file in path.parent.iterdir()] == [path.name]


def test_a_shard_that_cannot_be_written_says_why(tmp_path):
    (tmp_path / "shards").write_text("a file")
    with pytest.raises(StoreError, match=r"00000008\.npz cannot be written: File exists\."):
        write_shard(tmp_path / "shards" / "00000008.npz", some_points(), "x", ORIGIN)
    with pytest.raises(StoreError, match=r"cannot be written: No such file or directory\."):
        write_shard(tmp_path / "none" / "shards" / "x.npz", some_points(), "x", ORIGIN)
    with pytest.raises(FileNotFoundError):
        read_header(tmp_path / "none.npz")
    with pytest.raises(Unreadable, match="Is a directory"):
        read_shard(tmp_path)


@given(n=st.integers(1, 2000), size=st.integers(1, 70), group=st.integers(1, 20))
@settings(deadline=None)
def test_blocks_have_every_point_once(n, size, group):
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(shard, "POINTS", size)
        found = blocks(5, n, multiple_of=group)
    assert np.concatenate([shard.points for shard in found]).tolist() == list(range(5, 5 + n))
    assert all(shard.n % group == 0 for shard in found[:-1])
    assert all(shard.n <= max(size, group) for shard in found)


@given(chains=st.lists(st.integers(0, 9), max_size=60), of=st.integers(1, 12))
def test_shares_have_every_shard_once_and_chains_whole(chains, of):
    every = [Shard(64 * i, 64, chain) for i, chain in enumerate(sorted(chains))]
    shares = [in_share(every, index, of) for index in range(of)]
    assert sorted(shard for share in shares for shard in share) == every
    owners = [{shard.chain for shard in share} for share in shares]
    assert sum(map(len, owners)) == len(set(chains))
    assert max(map(len, owners)) - min(map(len, owners)) <= 1


@pytest.mark.parametrize(("index", "of"), [(-1, 2), (2, 2), (0, 0)])
def test_there_is_no_such_share(index, of):
    with pytest.raises(ValueError, match=f"index must be from 0 to of - 1, got index {index} of {of}"):
        in_share([], index, of)
