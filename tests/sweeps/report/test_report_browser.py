"""The page of a sweep in a real browser: what it shows is what the sweep measured, and what the map does."""

import itertools
import json
import re
import shlex

import numpy as np
import pytest
from browser import Browser, why_not
from experiments import small

from attractors import autocorrelation
from dmfsa import Features, MeanFieldMap, Window
from sweeps import open_sweep, run_sweep
from sweeps.cli import main
from sweeps.regimes import regimes
from sweeps.report import write_report
from sweeps.run import shard as work
from sweeps.run.local import run_task

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(bool(why_not()), reason=f"no browser here: {why_not()}"),
]

RUN = {"n_transient": 20_000, "n_steps": 20_000, "n_exponents": 2}
BETA = {"from": 1.24, "to": 1.28, "n": 81}
KINDS = {"periodic, period 4": 1.24, "quasiperiodic, torus of dimension 1": 1.2535, "chaotic": 1.28}
EVIL = "</script><script>window.hacked = 1</script><img src=x onerror='window.hacked = 1'>"


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


def pixel(browser, i):
    """Where the point with a number stands in the diagram, across; and the middle of the orbits, down."""
    return browser.inside(
        "const { x, y, w, h } = diagram.boxes.orbit;"
        "return [Math.round(diagram.pixel(diagram.axis.places[arguments[0]])), y + Math.round(h / 2)];",
        int(i),
    )


def view(browser):
    return browser.inside("return [diagram.view.low, diagram.view.high]")


# What is shown


def test_points_of_three_kinds_show_what_was_measured(along_beta, quiet, capsys):
    dataset, file = along_beta
    quiet.open(file)
    assert not quiet.element("state").is_displayed()  # all is well
    for kind, beta in KINDS.items():
        i = int(np.abs(dataset.beta.values - beta).argmin())
        here = dataset.isel(beta=i)
        quiet.mouse(("click", *pixel(quiet, i)))
        assert quiet.text("point-title") == f"β = {here.beta.item():.10g}: {kind}"
        assert quiet.text("reason") == here.reason.item()
        other = dataset.isel(beta=(i + 3) % len(dataset.beta))
        quiet.mouse(("hover", *pixel(quiet, (i + 3) % len(dataset.beta))))
        leading = f"{other.lyapunov_exponent.values[0]:.6f}".replace("-", "−")
        assert quiet.text("tip").startswith(f"β = {other.beta.item():.10g}: ")
        assert quiet.text("tip").endswith(f", λ₁ = {leading}")
        assert quiet.element("tip").is_displayed()
        rows = quiet.run("return [...document.querySelectorAll('#exponents tbody tr')].map((row) => row.innerText)")
        assert len(rows) == RUN["n_exponents"]
        measured = here[["lyapunov_exponent", "lyapunov_standard_error"]].to_array().values
        for row, value, error in zip(rows, *measured, strict=True):
            shown = [float(x) for x in re.findall(r"[-+.\d]+", row.replace("−", "-").split("\t")[1])]
            digits = len(row.split("±")[1].split()[0].split(".")[1])
            half = 0.5 * 10.0**-digits
            assert shown[0] == pytest.approx(value, abs=1.001 * half)
            assert shown[1] == pytest.approx(error, abs=1.001 * half)
            assert digits >= 9 or half <= 0.05 * error  # two digits of the error are shown
        assert f"{here.confidence.item():.3f}" in quiet.text("facts")
        command = quiet.run("return document.querySelector('#again pre').textContent")
        assert main([*shlex.split(command)[1:], "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        assert (answer["label"], answer["period"] or 0) == (kind.split(",")[0], here.period.item())


def test_the_picture_has_the_colours_of_the_labels(along_beta, quiet):
    dataset, file = along_beta
    quiet.open(file)
    for (kind, beta), n_shown in itertools.product(KINDS.items(), [81, 5]):
        i = int(np.abs(dataset.beta.values - beta).argmin())
        half = 0.5 * n_shown * (dataset.beta.values[1] - dataset.beta.values[0])
        quiet.inside("diagram.show(...arguments); diagram.draw(state.at)", beta - half, beta + half)
        strip, column, colour = quiet.inside(
            "const { labels, orbit } = diagram.boxes;"
            "const x = Math.round(diagram.pixel(diagram.axis.places[arguments[0]]));"
            "const copy = Object.assign(document.createElement('canvas'), { width: 1280, height: 700 });"
            "const context = copy.getContext('2d', { willReadFrequently: true });"
            "context.drawImage(diagram.canvas, 0, 0);"
            "const data = (box) => [...context.getImageData(x, box.y, 1, box.h).data];"
            "return [data(labels), data(orbit), colourOf(sweep.labels[sweep.label[arguments[0]]].colour)];",
            i,
        )
        assert np.reshape(strip, (-1, 4))[3].tolist() == [*colour, 255], kind
        ink = (np.reshape(column, (-1, 4))[:, :3] < 250).any(axis=1)
        visited = dataset.orbit_density.values[i] > 0
        bounds = quiet.inside("return diagram.heightShown()")
        centres = np.linspace(*bounds[::-1], 2 * len(ink) + 1)[1::2]
        tall = 0.51 * ((bounds[1] - bounds[0]) / len(ink) + 2 / 4000)  # half a pixel, and half a bin
        reached = dataset.bin.values[visited]
        near = np.abs(centres[:, None] - reached).min(axis=1)
        assert not ink[near > tall].any(), "ink where the orbit never was"
        covered = np.abs(reached[:, None] - centres[ink]).min(axis=1)
        assert covered.max() < tall, "an orbit without ink"


def test_the_table_of_regimes_is_that_of_the_sweep_and_zooms(along_beta, quiet):
    dataset, file = along_beta
    quiet.open(file)
    expected = regimes(dataset)
    if any(regime.n_points < 3 for regime in expected):
        quiet.element("short").click()
    rows = quiet.run(
        "return [...document.querySelectorAll('#regimes tbody tr')].map((row) => row.innerText.split('\\t'))"
    )
    found = [(row[0].strip(), float(row[1]), float(row[2]), int(row[3]), row[4].strip()) for row in rows]
    assert found == [
        (r.label, float(f"{r.first:.10g}"), float(f"{r.last:.10g}"), r.n_points, " ".join(map(str, r.periods[:8])))
        if len(r.periods) <= 8
        else pytest.fail("too many periods for this test")
        for r in expected
    ]
    longest = max(range(len(expected)), key=lambda i: expected[i].n_points)
    quiet.run("document.querySelectorAll('#regimes button')[arguments[0]].click()", longest)
    quiet.drawn()
    low, high = view(quiet)
    first, last = expected[longest].first, expected[longest].last
    assert low < first < last < high
    assert high - low < 1.5 * (last - first) + 4 * (dataset.beta.values[1] - dataset.beta.values[0])
    assert expected[longest].label in quiet.text("point-title")


def test_a_browser_that_is_too_old_is_told(along_beta, browser):
    script = {"source": "delete window.DecompressionStream"}
    added = browser.driver.execute_cdp_cmd("Page.addScriptToEvaluateOnNewDocument", script)
    browser.driver.get(along_beta[1].as_uri())
    assert browser.run("return opened.then(() => '', (error) => error.name)") == "ReferenceError"
    assert "cannot be shown by this browser" in browser.text("state")
    assert browser.element("state").is_displayed()
    browser.driver.execute_cdp_cmd("Page.removeScriptToEvaluateOnNewDocument", added)


# What can be done


def test_zoom_by_wheel_band_keys_buttons_and_fields(along_beta, quiet):
    dataset, file = along_beta
    quiet.open(file)
    whole = view(quiet)
    assert [quiet.element(name).get_property("value") for name in ("from", "to")] == ["1.24", "1.28"]
    x, y = pixel(quiet, 30)
    under = "return diagram.place(arguments[0])"
    before = quiet.inside(under, x)
    quiet.wheel(x, y, -300)
    low, high = view(quiet)
    assert high - low == pytest.approx((whole[1] - whole[0]) * np.exp(-0.5), rel=1e-6)
    assert quiet.inside(under, x) == pytest.approx(before, abs=1e-9)  # what is under the pointer stays
    shown = [float(quiet.element(name).get_property("value")) for name in ("from", "to")]
    assert shown == pytest.approx([low, high], abs=0.001 * (high - low))
    quiet.mouse(("twice", x, y))
    assert view(quiet) == whole

    (x1, y1), (x2, _) = pixel(quiet, 20), pixel(quiet, 40)
    quiet.mouse(("move", x1, y1), ("press", x1, y1), ("move", x2, y1 + 3), ("release", x2, y1 + 3))
    step = dataset.beta.values[1] - dataset.beta.values[0]
    assert view(quiet) == pytest.approx(dataset.beta.values[[20, 40]], abs=0.1 * step)
    assert quiet.inside("return diagram.height") is None
    title = quiet.text("point-title")
    quiet.key("0")
    assert view(quiet) == whole
    quiet.mouse(("move", x1, y1), ("press", x1, y1), ("move", x2, y1 + 60), ("release", x2, y1 + 60))
    assert quiet.inside("const [low, high] = diagram.height; return high - low") < 1.0
    quiet.element("whole").click()
    quiet.drawn()
    assert view(quiet) == whole
    assert quiet.text("point-title") == title  # zooming chooses nothing

    quiet.key("+")
    assert np.diff(view(quiet)) == pytest.approx(0.5 * np.diff(whole))
    quiet.key("-")
    assert np.diff(view(quiet)) == pytest.approx(np.diff(whole))
    quiet.write("from", "1.25")
    quiet.write("to", "1.26")
    assert view(quiet) == pytest.approx([1.25, 1.26])
    quiet.write("go", "1.2717")
    nearest = dataset.beta.values[np.abs(dataset.beta.values - 1.2717).argmin()]
    assert f"β = {nearest:.10g}:" in quiet.text("point-title")
    low, high = view(quiet)
    assert low <= nearest <= high  # what is chosen is in the picture


def test_arrow_keys_go_through_the_points_and_say_so(along_beta, quiet):
    dataset, file = along_beta
    quiet.open(file)
    quiet.key("HOME")
    assert quiet.inside("return state.at") == [0]
    quiet.key("ARROW_RIGHT", "ARROW_RIGHT", "ARROW_RIGHT", "ARROW_LEFT")
    assert quiet.inside("return state.at") == [2]
    marks = quiet.element("marks")
    assert marks.get_attribute("role") == "slider"
    assert marks.get_attribute("aria-valuenow") == "2"
    assert f"β = {dataset.beta.values[2]:.10g}: periodic, period 4" in marks.get_attribute("aria-valuetext")
    unnamed = quiet.run(
        "return [...document.querySelectorAll('canvas[role], button, input, select')]"
        ".filter((one) => !one.closest('[hidden]'))"
        ".filter((one) => !(one.ariaLabel || one.textContent.trim() || one.labels?.length)).map((one) => one.outerHTML)"
    )
    assert unnamed == []


# What the page computes


@pytest.mark.parametrize(
    ("features", "parameters"),
    [
        (Features.segments(), {"beta": 1.28}),
        (Features.iid(n_patterns=2, positional_bits=5, seed=3), {"beta": 2.5, "gamma": 90.0, "context": 32}),
        (Features.slots("loop1"), {"beta": 1.2, "gamma": 20.0, "epsilon": 0.1}),
        (Features.iid(values=(-2, 0, 1), seed=3).with_table("sinusoidal"), {"beta": 0.8, "gamma": 20.0}),
        (Features.gaussian(n_patterns=4, seed=2), {"beta": 1.7, "epsilon": 0.3, "context": 3}),
    ],
    ids=["paper", "long context", "slots", "ternary, sinusoidal clock", "four patterns"],
)
def test_the_map_of_the_page_is_the_map(along_beta, quiet, features, parameters):
    """Rounding differs by 1e-16 and grows by e^0.15 a step at most, here over 60 steps: 1e-12."""
    network = MeanFieldMap(features, **parameters)
    start = Window.random(network.context, features.n_patterns, seed=5)[0]
    expected, window = [], start
    for _ in range(60):
        expected.append(network.mean_fields(window.attention[0], window.phase).o_semantic)
        window = network.step(window)
    described = {
        "M": features.n_patterns,
        "J": len(features.signs),
        "L": network.context,
        "P": features.positional_bits,
        "signs": features.signs.ravel().tolist(),
        "coefficients": features.coefficients.ravel().tolist(),
        "positional": features.positional.ravel().tolist(),
        "table": None if features.table is None else features.table.ravel().tolist(),
    }
    quiet.see(along_beta[1])
    series, end, phase = quiet.run(
        "const found = orbitOf(...arguments); return [[...found.series], [...found.end], found.phase]",
        described,
        {name: getattr(network, name) for name in ("beta", "gamma", "epsilon")},
        start.attention.ravel().tolist(),
        start.phase,
        60,
    )
    np.testing.assert_allclose(np.reshape(series, (60, -1)), expected, atol=1e-12)
    np.testing.assert_allclose(end, window.attention.ravel(), atol=1e-12)
    assert phase == window.phase % 2**features.positional_bits


def test_an_orbit_goes_on_from_the_window_of_its_point(along_beta, quiet):
    dataset, file = along_beta
    quiet.see(file)
    i = 40
    here = dataset.isel(beta=i)
    window = Window(here.window.values, here.clock_phase.item())
    expected = MeanFieldMap(Features.segments(), beta=here.beta.item()).trajectory(window, 60)
    orbit = quiet.inside("const orbit = orbitAt(sweep, [arguments[0]]); return [...orbit.series.subarray(0, 180)]", i)
    np.testing.assert_allclose(np.reshape(orbit, (60, 3)), expected.m_o_semantic, atol=1e-12)
    recorded = here.orbit.values[-1]  # the attention that the last step made is the newest token
    np.testing.assert_allclose(orbit[:3], recorded, atol=1e-6)


def test_spectrum_autocorrelation_and_section_are_as_defined(along_beta, quiet):
    n = 1024
    x = MeanFieldMap(Features.segments(), beta=1.28).trajectory(Window.paper_beta3(), n, n_transient=100).m_o_semantic
    quiet.see(along_beta[1])
    power, rho, errors, cut = quiet.run(
        "const [x, series] = [...arguments].map((numbers) => Float64Array.from(numbers));"
        "const orbit = { series, n: x.length, M: 3 };"
        "const { rho, errors } = autocorrelation(x, 100);"
        "return [[...powerSpectrum(x)], [...rho], [...errors], slab(orbit, 1, 64)]",
        x[:, 0].tolist(),
        x.ravel().tolist(),
    )
    window = np.sin(np.pi * (np.arange(n) + 0.5) / n) ** 6
    transformed = np.fft.rfft(window * (x[:, 0] - x[:, 0].mean()))
    expected = 2 * np.abs(transformed) ** 2 / (n * np.sum(window**2))
    expected[[0, -1]] /= 2
    np.testing.assert_allclose(power, expected, atol=1e-14)
    answer = autocorrelation(x[:, 0], n_lags=100)
    np.testing.assert_allclose(rho, answer.correlation[:, 0], atol=1e-12)
    np.testing.assert_allclose(errors, answer.standard_error[:, 0], atol=1e-12)
    far = np.abs(x[:, 1])
    half = min(np.sort(far)[63], 0.01 * np.ptp(x[:, 1]))
    assert (cut["level"], cut["halfWidth"]) == (0, half)
    assert cut["times"] == np.flatnonzero(far <= half).tolist()


# Sweeps in every state


def test_a_sweep_that_is_not_finished_says_so(tmp_path, quiet, monkeypatch, capsys):
    run = {**RUN, "n_transient": 100, "n_steps": 400}
    config = small(model=None, run=run, sweep={"beta": {**BETA, "n": 200}})
    right, failing = work.run_points, 5

    def fail_at_one(experiment, numbers, *given):
        if failing in numbers:
            raise ValueError(EVIL)
        return right(experiment, numbers, *given)

    monkeypatch.setattr(work, "run_points", fail_at_one)
    folder = tmp_path / "a <b>&'quoted' sweep"
    run_task(config, 0, 2, folder, workers=1, quiet=True)  # shards 0 and 2, of four
    damaged = folder / "shards" / "00000128.npz"
    content = bytearray(damaged.read_bytes())
    content[4_000] ^= 1
    damaged.write_bytes(content)
    quiet.open(write_report(folder, tmp_path / "page.html"))
    assert "is damaged" in capsys.readouterr().err
    said = quiet.text("state")
    assert quiet.element("state").is_displayed()
    assert "64 of 200 points were done, 1 of them failed, 136 were missing, 1 shard was damaged." in said
    assert "dmfsa sweep resume" in said
    assert quiet.text("counts").split("\n")[0] == "missing 136"
    quiet.mouse(("click", *pixel(quiet, 150)))
    assert quiet.text("point-title").endswith(": missing")
    assert "has not been run" in quiet.text("reason")
    assert quiet.run("return document.getElementById('panels').hidden")
    quiet.mouse(("click", *pixel(quiet, failing)))
    assert EVIL in quiet.text("reason")
    assert EVIL in quiet.text("failures")
    assert quiet.run("return [typeof window.hacked, document.querySelectorAll('script, img').length]") == [
        "undefined",
        2,
    ]
    resume = quiet.run("return document.querySelector('#commands pre').textContent")
    assert shlex.split(resume) == ["dmfsa", "sweep", "resume", str(folder)]


def test_over_two_parameters_a_click_on_the_map_chooses_both(tmp_path, quiet):
    axes = {"beta": {**BETA, "n": 9}, "gamma": {"from": 50, "to": 500, "n": 4, "log": True}}
    folder = swept(tmp_path / "two", sweep=axes)
    dataset = open_sweep(folder)
    quiet.open(write_report(folder, tmp_path / "page.html"))
    x, y = quiet.inside(
        "const { down, axis, boxes } = diagram; const { y, h } = boxes.labels;"
        "return [diagram.pixel(axis.places[6]), y + h * (1 - (down.places[2] - down.low) / (down.high - down.low))];"
    )
    quiet.mouse(("click", x, y))
    here = dataset.isel(beta=6, gamma=2)
    assert quiet.text("point-title").startswith(f"β = {here.beta.item():.10g}, γ = {here.gamma.item():.10g}: ")
    assert quiet.text("reason") == here.reason.item()
    table = quiet.run("return [...document.querySelectorAll('#regimes tbody tr')].length")
    assert table == len([r for r in regimes(dataset.isel(gamma=2)) if r.n_points >= 3])
    quiet.key("ARROW_DOWN")
    assert quiet.inside("return state.at") == [6, 1]
    assert quiet.text("reason") == dataset.isel(beta=6, gamma=1).reason.item()


def test_on_a_telephone_nothing_is_too_wide_and_fingers_zoom(along_beta, quiet):
    dataset, file = along_beta
    quiet.open(file, width=390)
    assert quiet.run("return [document.documentElement.scrollWidth, window.innerWidth]") == [390, 390]
    wide = quiet.run(
        "return [...document.body.querySelectorAll('*')].filter((one) => !one.closest('.scroll') &&"
        "one.getBoundingClientRect().right > 391).map((one) => one.outerHTML.slice(0, 80))"
    )
    assert wide == []
    whole = view(quiet)
    x, y = pixel(quiet, 40)
    held = quiet.inside("return diagram.place(arguments[0])", x)
    quiet.fingers([(x - 30, y), (x + 30, y)], [(x - 60, y), (x + 60, y)], [(x - 90, y), (x + 90, y)])
    assert np.diff(view(quiet)) == pytest.approx(np.diff(whole) / 3, rel=1e-3)
    assert quiet.inside("return diagram.place(arguments[0])", x) == pytest.approx(held, abs=1e-6)
    before = view(quiet)
    quiet.fingers([(x, y)], [(x + 40, y)], [(x + 80, y)])
    assert view(quiet)[0] < before[0]
    assert np.diff(view(quiet)) == pytest.approx(np.diff(before))
    i = 30
    quiet.inside("diagram.reset(); choose([40])")
    quiet.drawn()
    quiet.fingers([tuple(pixel(quiet, i))])
    assert f"β = {dataset.beta.values[i]:.10g}:" in quiet.text("point-title")
