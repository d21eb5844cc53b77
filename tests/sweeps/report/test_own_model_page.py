"""The page of a sweep of a model of the user's, in a real browser: all of it but the orbit that it cannot iterate."""

import henon_model
import pytest
from browser import Browser, why_not

from sweeps import run_sweep
from sweeps.config import Config
from sweeps.report import write_report

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=f"no browser here: {why_not()}"),
]


@pytest.mark.parametrize("swept", [True, False])
def test_a_page_of_another_map_loads_without_a_complaint(tmp_path, swept):
    sweep = {"sweep": {"a": {"from": 0.2, "to": 1.4, "n": 13}}} if swept else {}
    config = Config.from_dict(
        {
            "model": {"module": henon_model.__file__, "a": 1.4},
            "start": {"state": [0.1, 0.1]},
            "run": {"n_transient": 1_000, "n_steps": 4_096},
            "record": ["orbit", "section", "label", "lyapunov"],
            **sweep,
        }
    )
    file = write_report(run_sweep(config, tmp_path / "x", quiet=True), tmp_path / "x.html")
    browser = Browser()
    try:
        browser.complaints()
        browser.open(file)
        text = browser.text("point-title")
        assert text == ("a = 1.4: chaotic" if swept else "a = 1.4, b = 0.3: chaotic")
        assert "steps with |y| < 0.00045" in browser.text("facts")
        assert "b\t0.3" in browser.text("facts")
        assert browser.text("orbit-note").startswith("This page cannot iterate the map of this sweep")
        assert not browser.element("panels").is_displayed()
        if swept:
            assert "section |y| < 0.00045" in browser.text("mode-label")
        assert browser.complaints() == []
    finally:
        browser.quit()
