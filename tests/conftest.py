"""Tests run twice: with compiled code, and as plain Python, where array bounds are checked and coverage is true."""

import os
import sys
from pathlib import Path

import pytest
from experiments import small, swept

from sweeps import run_sweep
from sweeps.cli import main
from sweeps.grid import shard
from sweeps.run.local import cores

JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
MATRIX = pytest.StashKey[dict]()

# Folders whose subject is compiled code: their tests run twice. All others, and doctests, run with the JIT only. That
# all compiled code is run as plain Python is seen to by the coverage demanded of it.
COMPILED = {
    "dmfsa",
    *("attractors", "attractors/exponents", "attractors/recurrence", "attractors/indicators", "attractors/sections"),
    *("attractors/labels", "attractors/multistability", "attractors/continuation", "attractors/examples"),
    *("attractors/markov", "attractors/flow"),
}
HERE = Path(__file__).parent
sys.path += sorted({str(path.parent) for path in HERE.rglob("test_*.py")})  # tests take cases from each other


def pytest_addoption(parser):
    parser.addoption("--trust", action="store_true", help="print the trust matrix, and write docs/trust.md")


def pytest_configure(config):
    config.stash[MATRIX] = {}


@pytest.fixture
def write(tmp_path, monkeypatch):
    """Write cfgs/x.yaml in an empty folder, and return its relative path."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "cfgs").mkdir()

    def to_file(text, name="x.yaml"):
        path = Path("cfgs", name)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
        return path

    return to_file


@pytest.fixture
def chunks_of_2(monkeypatch):
    """Blocks of two points, and as many shards as there are."""
    monkeypatch.setattr(shard, "POINTS", 2)


@pytest.fixture(scope="session")
def along_beta(tmp_path_factory):
    """Config and dataset of five points along β."""
    return swept(tmp_path_factory.mktemp("sweep") / "beta")


@pytest.fixture(scope="session")
def beta_config(along_beta):
    return along_beta[0]


@pytest.fixture(scope="session")
def beta_sweep(along_beta):
    return along_beta[1]


@pytest.fixture
def run(capsys):
    """Run it in this process; return exit code, stdout, stderr."""

    def call(*arguments):
        try:
            code = main([str(argument) for argument in arguments])
        except SystemExit as end:  # argparse
            code = end.code
        printed = capsys.readouterr()
        return code, printed.out, printed.err

    return call


@pytest.fixture
def cfg(tmp_path):
    """Write a small config, and return its path."""

    def write(name="small.yaml", **sections):
        path = tmp_path / name
        path.write_text(small(**sections).to_yaml(), encoding="utf-8")
        return path

    return write


@pytest.fixture(scope="session")
def finished(tmp_path_factory):
    """A finished sweep over two values of β."""
    config = small(model=None, sweep={"beta": {"values": [1.27, 1.4]}})
    return run_sweep(config, tmp_path_factory.mktemp("cli") / "finished", quiet=True)


@pytest.fixture
def trust_matrix(request):
    """What was measured so far: cell -> deviation, and what is allowed."""
    return request.config.stash[MATRIX]


def pytest_terminal_summary(terminalreporter, exitstatus, config):
    if config.getoption("--trust"):
        import trust  # noqa: PLC0415 - only who asks for the matrix needs it

        page = trust.document(config.stash[MATRIX])
        terminalreporter.write_line(page)
        if "nan" in trust.numbers(page) or terminalreporter.stats.get("failed"):
            terminalreporter.write_line("cells are missing or too far off: docs/trust.md stays as it is")
        else:
            trust.DOCUMENT.write_text(page, encoding="utf-8")


def pytest_collection_modifyitems(items):
    if not JIT:
        needs_jit = pytest.mark.skip(reason="too slow without the JIT; the run with it has this test")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(needs_jit)


def pytest_ignore_collect(collection_path, config):
    """Of all tests, plain Python runs those of compiled code. A file that is asked for by name runs as asked."""
    everything = [Path(given).name for given in config.args] == config.getini("testpaths")
    if JIT or not everything or collection_path.suffix != ".py":
        return None
    folder = collection_path.parent
    return not (folder.is_relative_to(HERE) and folder.relative_to(HERE).as_posix() in COMPILED) or None


def pytest_xdist_auto_num_workers():
    """One more than there are cores with the JIT: the tests of Slurm and of the browser wait for others."""
    return cores() + 1 if JIT else None
