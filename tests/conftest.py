"""Tests run twice: with compiled code, and as plain Python, where array bounds are checked and coverage is true."""

import os

import pytest

JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
MATRIX = pytest.StashKey[dict]()

# Files whose subject is no compiled code, though they may run some: they, and doctests, run with the JIT only. Any
# other file runs twice, and so does, wherever it stands, a test with the mark use_numba. That all compiled code is run
# as plain Python is seen to by the coverage that `make test` demands of it.
SERIES = """
    analysis autocorrelation birkhoff branch_plotting complexity dimensions display features label_benchmark naive
    noisy_series number_plotting periodicity quasiperiodicity series spectra zero_one
"""
EXPERIMENT = """
    axes cfgs cli cluster config continuation docs finite_command fuzz grids network network_attractors recordings
    refinement report report_browser reproduce run shards slurm_plan status submission summary sweep_transients tasks
"""
ONCE = {f"test_{name}.py" for name in (SERIES + EXPERIMENT).split()}


def pytest_addoption(parser):
    parser.addoption("--trust", action="store_true", help="print the trust matrix, and write docs/trust.md")


def pytest_configure(config):
    config.stash[MATRIX] = {}


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


def pytest_collection_modifyitems(config, items):
    if gone := sorted(name for name in ONCE if not (config.rootpath / "tests" / name).exists()):
        raise pytest.UsageError(f"conftest.py says that {', '.join(gone)} need the JIT only, but there is no such file")
    if JIT:
        return
    once = [item for item in items if runs_once(item)]
    config.hook.pytest_deselected(items=once)
    items[:] = [item for item in items if not runs_once(item)]
    needs_jit = pytest.mark.skip(reason="too slow without the JIT; the run with it has this test")
    for item in items:
        if "slow" in item.keywords:
            item.add_marker(needs_jit)


def runs_once(item):
    return (isinstance(item, pytest.DoctestItem) or item.path.name in ONCE) and "use_numba" not in item.keywords
