"""Tests run twice: with compiled code, and as plain Python, where array bounds are checked and coverage is true."""

import os

import pytest

JIT = os.environ.get("NUMBA_DISABLE_JIT", "0") == "0"


def pytest_collection_modifyitems(items):
    if not JIT:
        needs_jit = pytest.mark.skip(reason="too slow without the JIT; the run with it has this test")
        for item in items:
            if "slow" in item.keywords:
                item.add_marker(needs_jit)
