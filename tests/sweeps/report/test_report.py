"""The page of a sweep, as a file: what stands in it is what the sweep found, and nothing in it is executed.

What a browser makes of it is seen in test_report_browser.py.
"""

import base64
import hashlib
import json
import re
import zlib
from html.parser import HTMLParser

import numpy as np
import pytest
import xarray as xr
from experiments import finding, small

from dmfsa import Features
from sweeps import StoreError, open_sweep, run_sweep
from sweeps.cli import main
from sweeps.figures.sweep import COLOURS, edges_of
from sweeps.models import network_page as networks
from sweeps.regimes import label_names, regimes
from sweeps.report import contents, rasters, write_report
from sweeps.report.arrays import packed
from sweeps.report.page import page_of
from sweeps.run.local import run_task
from sweeps.store.dataset import in_order

BETAS = [1.27, 1.4, 1.255, 3.0, 1.0]  # neither sorted nor evenly spaced
EVIL = "</script><script>alert(1)</script><!--<script> \u2028 \" ' & </title>"


def swept(folder, **sections):
    given = {"model": None, "record": ["orbit", "section", "label", "lyapunov"], **sections}
    return run_sweep(small(**given), folder, workers=1, quiet=True)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return swept(tmp_path_factory.mktemp("report") / "beta", sweep={"beta": {"values": BETAS}})


@pytest.fixture(scope="module")
def shown(folder):
    return contents.contents(folder)


def unpacked(part):
    """The plain way back, of arrays and of text."""
    content = zlib.decompress(base64.b64decode(part["data"]))
    if part["type"] == "text":
        return json.loads(content)
    return np.frombuffer(content, f"<{part['type']}").reshape(part["shape"])


class Parts(HTMLParser):
    """Elements of a page with their attributes, and the text within scripts, style and title."""

    def __init__(self, text):
        super().__init__()
        self.elements, self.texts, self._within = [], {}, ""
        self.feed(text)

    def handle_starttag(self, tag, attrs):
        self.elements.append((tag, dict(attrs)))
        if tag in {"script", "style", "title"}:
            self._within = dict(attrs).get("id", tag)

    def handle_endtag(self, tag):
        self._within = ""

    def handle_data(self, data):
        if self._within:
            self.texts[self._within] = self.texts.get(self._within, "") + data


# Contents


def test_numbers_are_those_of_the_dataset_in_the_order_of_the_axis(folder, shown):
    dataset = in_order(open_sweep(folder), "beta")
    np.testing.assert_array_equal(unpacked(shown["axes"]["beta"]["values"]), sorted(BETAS))
    np.testing.assert_array_equal(unpacked(shown["axes"]["beta"]["edges"]), edges_of(np.sort(BETAS)))
    names = [shown["labels"][i]["name"].replace(" ", "_") for i in unpacked(shown["label"])]
    assert names == label_names(dataset).tolist()
    assert [label["colour"] for label in shown["labels"]] == [
        COLOURS[n["name"].replace(" ", "_")] for n in shown["labels"]
    ]
    for group, kinds in (("point", contents.PER_POINT), ("exponents", contents.PER_EXPONENT)):
        for name in kinds:
            if name in dataset:
                found = unpacked(shown[group][name])
                expected = dataset[name].values.reshape(found.shape)
                np.testing.assert_array_equal(found, expected.astype(found.dtype))
    assert unpacked(shown["reasons"]) == dataset.reason.values.tolist()
    windows, phases = (unpacked(shown["orbits"][name]) for name in ("windows", "phases"))
    np.testing.assert_array_equal(windows, dataset.window.values.reshape(5, -1))
    np.testing.assert_array_equal(phases, dataset.clock_phase.values)


def test_regimes_are_those_of_the_sweep(folder, shown):
    (line,) = unpacked(shown["regimes"])
    found = [[contents.NAMES[label], *rest[:4]] for label, *rest in line]
    expected = regimes(open_sweep(folder))
    assert found == [[r.label, r.first, r.last, r.n_points, list(r.periods)] for r in expected]


def test_points_of_a_refinement_count_in_the_regimes_of_their_own_line():
    labels = np.array([["periodic", "chaotic"], ["chaotic", "chaotic"]])  # of two β, over two γ
    dataset = finding(labels, axes={"beta": {"values": [1.0, 2.0]}, "gamma": {"values": [100, 200]}})
    codes = {name: dataset.label.values[np.where(labels == name)][0] for name in ("periodic", "chaotic")}
    refined = {
        "beta": [1.5, 1.25],
        "gamma": [100.0, 100.0],
        "label": np.array([codes["chaotic"], codes["periodic"]]),
        "period": np.array([0, 4]),
        "failure": np.array(["", ""], dtype=object),
    }
    dataset = dataset.assign({f"refined_{name}": ("refined", values) for name, values in refined.items()})
    at_100, at_200 = unpacked(contents._regimes(dataset))
    assert [[contents.NAMES[label], *rest] for label, *rest in at_100] == [
        ["periodic", 1.0, 1.25, 2, [4], None, None],
        ["chaotic", 1.5, 2.0, 2, [], None, None],
    ]
    assert [[contents.NAMES[label], *rest[:3]] for label, *rest in at_200] == [["chaotic", 1.0, 2.0, 2]]


def test_rasters_say_where_orbits_and_sections_are(folder, shown, monkeypatch):
    dataset = in_order(open_sweep(folder), "beta")
    raster = shown["raster"]
    density = unpacked(raster["density"])
    width = (raster["high"] - raster["low"]) / density.shape[1]
    assert width == pytest.approx(2 / 4000)
    first = round((raster["low"] + 1) / width)
    counts = dataset.orbit_density.values[:, first : first + density.shape[1]]
    assert counts.sum() == dataset.orbit_density.values.sum()
    assert counts[:, [0, -1]].any(axis=0).all()  # no wider than what is visited
    np.testing.assert_array_equal(density > 0, counts > 0)
    strongest = density.max(axis=1)
    assert set(strongest) == {rasters.LEVELS}
    middles = raster["low"] + (np.arange(density.shape[1]) + 0.5) * width
    places = np.random.default_rng(1).integers(0, len(middles), (5, 20))
    dataset["section"].values[:, -20:] = middles[places]  # 16 steps seldom hit it
    for row, expected in zip(unpacked(rasters.rasters(dataset)["section"]), places, strict=True):
        assert set(np.flatnonzero(row)) == set(expected)

    monkeypatch.setattr(rasters, "CELLS", 5 * 100)  # bins are joined
    coarse = rasters.rasters(dataset)
    joined = unpacked(coarse["density"])
    together = -(-counts.shape[1] // 100)
    expected = [np.any(counts[:, i : i + together], axis=1) for i in range(0, counts.shape[1], together)]
    np.testing.assert_array_equal(joined > 0, np.transpose(expected))
    assert coarse["high"] - coarse["low"] == pytest.approx(joined.shape[1] * together * 2 / 4000)
    monkeypatch.setattr(rasters, "CELLS", 5 * 10)
    assert rasters.rasters(dataset) == {}


def test_levels_are_square_roots_of_shares():
    counts = np.random.default_rng(0).integers(0, 1000, (3, 50)) ** 2
    share = counts / counts.max(axis=1, keepdims=True)
    np.testing.assert_array_equal(rasters.levels(counts), np.ceil(31 * np.sqrt(share)))
    assert not rasters.levels(np.zeros((2, 4), dtype=np.uint32)).any()


def test_every_point_has_its_network():
    axes = {"beta": {"values": [1.2, 1.4]}, "features": {"seed": {"values": [3, 1]}}, "context": {"values": [2, 4]}}
    given = {"model": None, "start": {"random": {}}}
    dataset = finding(np.full((2, 2, 2), "periodic"), axes=axes, **given)
    found = contents._orbits(dataset, small(sweep=axes, **given))
    made = unpacked(found["networks"])
    which = dataset["label"].copy(data=unpacked(found["network"]).reshape(2, 2, 2))
    for i, context, seed in zip(
        *(v.values.ravel() for v in xr.broadcast(which, which.context, which.seed)), strict=True
    ):
        features = Features.segments(seed=seed)
        assert made[i]["L"] == context
        np.testing.assert_array_equal(made[i]["coefficients"], features.coefficients.ravel())
        np.testing.assert_array_equal(made[i]["positional"], features.positional.ravel())
    assert len(made) == 4


def test_large_sweeps_have_pages_that_say_less(folder, monkeypatch):
    with monkeypatch.context() as patch:
        patch.setattr(networks, "WINDOWS", 10)
        assert contents.contents(folder)["orbits"] == {}
    with monkeypatch.context() as patch:
        patch.setattr(networks, "NUMBERS", 10)
        assert contents.contents(folder)["orbits"] == {}
    monkeypatch.setattr(contents, "DETAILED", 4)
    found = contents.contents(folder)
    assert (found["orbits"], found["reasons"], found["point"]) == ({}, None, {})
    assert {name: part["shape"] for name, part in found["exponents"].items()} == {"lyapunov_exponent": [5, 1]}


def test_steps_fit_the_work_that_they_are():
    small_one = networks._described(Features.segments(), 4)
    assert small_one["steps"] == networks.LONGEST
    large = networks._described(Features.gaussian(n_patterns=12), 4)
    assert large["steps"] == networks.SHORTEST


# States


def test_what_is_missing_and_damaged_is_counted(tmp_path, capsys):
    config = small(
        model=None,
        sweep={"beta": {"from": 1, "to": 2, "n": 150}},
        record=["label"],
        run={"n_transient": 4, "n_steps": 8, "n_exponents": 0},
    )
    path = tmp_path / "half"
    run_task(config, 0, 2, path, workers=1, quiet=True)
    damaged = path / "shards" / "00000128.npz"
    damaged.write_bytes(damaged.read_bytes()[:-600])
    found = contents.contents(path)
    state = found["state"]
    assert (state["n_points"], state["n_done"], state["n_missing"], state["n_shards_damaged"]) == (150, 64, 86, 1)
    assert state["status"] == "interrupted"
    assert "is damaged" in capsys.readouterr().err
    names = [contents.NAMES[i] for i in unpacked(found["label"])]
    assert [name == "missing" for name in names] == [False] * 64 + [True] * 86
    assert "raster" in found
    assert found["raster"] == {}


@pytest.mark.parametrize(
    ("sections", "alone"),
    [
        ({"sweep": {"beta": {"values": [1.2, 1.3]}, "order": {"continuation": {"direction": "both"}}}}, False),
        ({"sweep": {"beta": {"values": [1.2, 1.3]}}, "start": {"random": {"n": 2}}}, False),
        ({"sweep": {"beta": {"values": [1.2, 1.3]}, "gamma": {"values": [100, 200]}, "zip": ["beta", "gamma"]}}, True),
        ({"sweep": None, "model": {"beta": 1.27}}, True),
    ],
    ids=["both ways", "starts", "zip", "one point"],
)
def test_every_kind_of_sweep_has_a_page(sections, alone, tmp_path):
    path = swept(tmp_path / "x", **sections)
    found = contents.contents(path)
    dataset = open_sweep(path)
    assert len(unpacked(found["label"])) == dataset["core_seconds"].size
    assert found["run"]["alone"] is alone
    if "point" in dataset.dims:
        assert found["zipped"] == {"beta": [1.2, 1.3], "gamma": [100.0, 200.0]}
    if "direction" in dataset.dims:
        assert (found["axes"]["direction"]["values"], found["axes"]["direction"]["scale"]) == (
            ["left", "right"],
            "words",
        )
        assert len(unpacked(found["regimes"])) == 2
    assert json.loads(Parts(page_of(found)).texts["contents"]) == json.loads(json.dumps(found))


def test_a_dataset_without_its_folder_is_the_whole(folder, tmp_path):
    (tmp_path / "sweep.nc").write_bytes((folder / "sweep.nc").read_bytes())
    found = contents.contents(tmp_path)
    assert (found["state"]["status"], found["state"]["n_done"]) == ("finished", 5)
    assert found["label"] == contents.contents(folder)["label"]


# The file


def test_no_text_becomes_code(shown):
    evil = {**shown, "title": EVIL, "failures": {0: EVIL}, "run": {**shown["run"], "config": EVIL, "folder": EVIL}}
    text = page_of(evil)
    parts = Parts(text)
    assert parts.texts["title"] == EVIL
    scripts = [attributes for tag, attributes in parts.elements if tag == "script"]
    assert scripts == [{"type": "application/json", "id": "contents"}, {}]
    assert json.loads(parts.texts["contents"])["run"]["config"] == EVIL
    assert text.count("</script") == 2


def test_only_its_own_script_may_run_and_nothing_is_fetched(shown):
    text = page_of(shown)
    parts = Parts(text)
    (policy,) = (a["content"] for _, a in parts.elements if a.get("http-equiv") == "Content-Security-Policy")
    rules = dict(rule.split(" ", 1) for rule in policy.split("; "))
    assert rules["default-src"] == "'none'"
    for tag in ("script", "style"):
        checksum = base64.b64encode(hashlib.sha256(parts.texts[tag].encode()).digest()).decode()
        assert rules[f"{tag}-src"] == f"'sha256-{checksum}'"
    assert not re.search(r"(https?:)?//[\w-]+\.\w", parts.texts["script"] + parts.texts["style"])
    assert {a["href"] for _, a in parts.elements if "href" in a} == {"data:,"}
    assert not [a for _, a in parts.elements if "src" in a or any(name.startswith("on") for name in a)]


def test_arrays_refuse_types_that_the_page_cannot_read():
    np.testing.assert_array_equal(
        unpacked(packed([[1.5, np.nan], [-np.inf, 0.0]], "f8")), [[1.5, np.nan], [-np.inf, 0.0]]
    )
    with pytest.raises(ValueError, match=r"kind must be one of u1, .*, got 'i8'"):
        packed([1], "i8")


# The command


def test_the_command_writes_the_page(folder, tmp_path, capsys):
    assert main(["report", str(folder)]) == 0
    assert f"wrote {folder / 'report.html'} (0." in capsys.readouterr().out
    assert main(["report", str(folder), "--out", str(tmp_path / "page.html")]) == 0
    assert (tmp_path / "page.html").read_text() == (folder / "report.html").read_text()
    with pytest.raises(SystemExit, match="2"):
        main(["report", str(folder), "--out", str(tmp_path / "page.pdf")])
    assert "must end in .html, got" in capsys.readouterr().err
    assert main(["report", str(tmp_path)]) == 1
    assert "holds neither sweep.nc nor config.yaml" in capsys.readouterr().err


def test_a_file_that_cannot_be_written_is_told(folder, tmp_path):
    with pytest.raises(StoreError, match="cannot be written"):
        write_report(folder, tmp_path / "no such folder" / "page.html")
