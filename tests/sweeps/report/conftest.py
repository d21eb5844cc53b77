"""A page of a sweep along β in a real browser, for the tests of pages."""

import pytest
from browser import Browser
from experiments import small

from sweeps import open_sweep, run_sweep
from sweeps.report import write_report

RUN = {"n_transient": 20_000, "n_steps": 20_000, "n_exponents": 2}
BETA = {"from": 1.24, "to": 1.28, "n": 81}


@pytest.fixture(scope="module")
def browser():
    opened = Browser()
    yield opened
    opened.quit()


@pytest.fixture
def quiet(browser):
    """The browser; in the end it has complained of nothing, and asked for nothing."""
    browser.complaints()
    yield browser
    assert browser.complaints() == []


def swept(folder, **sections):
    config = small(**{"model": None, "run": RUN, "record": ["orbit", "section", "label", "lyapunov"], **sections})
    return run_sweep(config, folder, quiet=True)


@pytest.fixture(scope="module")
def along_beta(tmp_path_factory):
    folder = swept(tmp_path_factory.mktemp("report") / "beta", sweep={"beta": BETA})
    return open_sweep(folder), write_report(folder, folder / "report.html")
