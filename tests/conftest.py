"""Tests run twice: with compiled code, and as plain Python, where array bounds are checked and coverage is true."""

import os

import pytest

JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"
MATRIX = pytest.StashKey[dict]()


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


def pytest_collection_modifyitems(items):
    if not JIT:
        needs_jit = pytest.mark.skip(reason="too slow without the JIT; the run with it has this test")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(needs_jit)
