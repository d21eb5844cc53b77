"""Configs from a mischievous hand are refused in sentences, or run; nothing is executed, nor written elsewhere."""

import contextlib
import io
import re
from pathlib import Path

import pytest
import yaml
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sweeps.cli import main
from sweeps.config import Config, ConfigError, load_config
from sweeps.models import NETWORK
from sweeps.run import shard as work
from sweeps.store.dataset import empty_points

EVIL = [
    "!!python/object/apply:os.system ['touch executed']",
    "__import__('os').system('touch executed')",
    "$(touch executed)",
    "`touch executed`",
    "'; touch executed; '",
    "../../outside",
    "/tmp/../outside",
    "a\\0b",
    "\\u202e",
    "x" * 300,
    "%s%n{0.__class__}",
]
words = st.sampled_from([*EVIL, "all", "both", "independent", "paper_beta3", "o0", "label", "beta", "true", ""])
numbers = st.one_of(
    st.integers(-3, 12), st.floats(-2, 5), st.sampled_from([1e308, -1e308, float("nan"), float("inf"), 10**30, 1e-300])
)
anything = st.recursive(
    st.one_of(st.none(), st.booleans(), numbers, words),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(words, inner, max_size=3),
    max_leaves=6,
)

entries = st.builds(
    lambda given, name: given | name,
    st.sampled_from([{"token": "o0"}, {"token": "v1"}, {"window": "paper_beta3"}, {"random": {"n": 2}}]),
    st.one_of(st.just({}), st.builds(lambda name: {"name": name}, words)),
)


@st.composite
def plausible(draw):
    """A config that may well be allowed: one or two axes, a start, an order."""
    from_to = st.builds(
        lambda low, width, n, log: {"from": low, "to": low + width, "n": n, "log": log},
        st.floats(0.01, 1), st.floats(0.01, 1), st.integers(2, 4), st.booleans(),
    )  # fmt: skip
    real = st.one_of(from_to, st.lists(st.floats(0, 1), min_size=1, max_size=3).map(lambda some: {"values": some}))
    whole = st.lists(st.integers(1, 4), min_size=1, max_size=2, unique=True).map(lambda some: {"values": some})
    first, others = (
        draw(st.sampled_from(NETWORK.followed)),
        ("gamma", "context", "seed", "scale", "n_patterns", "n_segments"),
    )
    names = list(dict.fromkeys([first, *draw(st.lists(st.sampled_from(others), max_size=1))]))
    sweep = {}
    for name in names:
        path = NETWORK[name].path
        inner = sweep.setdefault("features", {}) if len(path) == 2 else sweep
        inner[name] = draw(whole if NETWORK[name].whole else real)
    if draw(st.booleans()):
        along = {"along": names[0]} | draw(st.fixed_dictionaries({}, optional={"origin": st.floats(0, 2)}))
        ways = st.sampled_from(["left", "right", "both"])
        order = {"order": {"continuation": along | {"direction": draw(ways)}}}
        refine = {"refine": {"along": names[0], "label": draw(st.floats(0.05, 1))}}
        sweep |= draw(st.sampled_from([order, refine, {"zip": names}]))
    ensemble = "gaussian" if "scale" in names else draw(st.sampled_from(["segments", "iid", "cycle", "uniform_means"]))
    starts = [{"random": {"n": 2}}, {"random": {}}, {"token": "o0"}, {"window": "paper_beta3"}]
    starts.append({"list": draw(st.lists(entries, min_size=1, max_size=3))})
    return {
        "name": draw(st.sampled_from(["a", "results", "a.b"])),
        "model": {"beta": 1.3, "positional_bits": 3, "features": {"ensemble": ensemble}},
        "start": draw(st.sampled_from(starts)),
        "sweep": sweep,
        "run": {
            "n_transient": 2,
            "n_steps": draw(st.sampled_from([16, 17, 40, 2])),
            "n_exponents": draw(st.sampled_from([0, 1, "all"])),
        },
        "record": draw(st.lists(st.sampled_from(["orbit", "section", "label", "lyapunov"]), unique=True, min_size=1)),
    }


@st.composite
def configs(draw):
    """A plausible config in which something may have been replaced, or put in, by anything."""
    config = draw(plausible())
    for _ in range(draw(st.integers(0, 2))):
        section = config
        while (inner := [key for key in section if isinstance(section[key], dict)]) and draw(st.booleans()):
            section = section[draw(st.sampled_from(sorted(inner)))]
        section[draw(st.sampled_from([*sorted(section), *EVIL[:2]]) | words)] = draw(anything)
    return config


FUZZ = settings(deadline=None, suppress_health_check=list(HealthCheck), max_examples=60)
SENTENCE = re.compile(r"[^\n]+[.?]")


@FUZZ
@given(values=configs())
def test_whatever_is_written_is_a_config_or_is_refused_in_sentences(values):
    refused = ()
    try:
        config = Config.from_dict(values)
        assert Config.from_dict(config.to_dict()) == config
    except ConfigError as error:
        refused = error.args
    assert all(SENTENCE.fullmatch(line) for line in refused)


@pytest.fixture
def no_orbits(monkeypatch):
    """Points are done as soon as they are asked for, so that whole sweeps run in no time."""

    def run_some(experiment, given, windows=None, count=None):
        experiment.points(given, windows)
        points = empty_points(experiment.config, given)
        points["core_seconds"] = points["window"] = 0.1
        if "label" in points.dtype.names:
            points["label"] = given % 3
        return points

    monkeypatch.setattr(work, "run_points", run_some)


@pytest.mark.slow
@FUZZ
@given(values=configs())
def test_the_command_line_has_no_traceback_and_writes_in_its_folder_only(values, no_orbits, tmp_path_factory):
    where = tmp_path_factory.mktemp("fuzz")
    (where / "in").mkdir()
    (where / "in" / "c.yaml").write_text(yaml.safe_dump(values), encoding="utf-8")
    before = everything_in(where)
    out, err = io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err), contextlib.chdir(where / "in"):
        try:
            number = sum(axis.size for axis in load_config("c.yaml").sweep.axes.values())  # a small sweep
        except (ConfigError, AttributeError):
            number = 0
        code = main(["sweep", "run", "c.yaml", "--out", str(where / "out"), "--workers", "1"]) if number < 40 else 0
    assert code in (0, 1, 2)
    if code == 2:
        assert out.getvalue() == ""
        assert err.getvalue().startswith("dmfsa: ")
        assert not (where / "out").exists()
    assert "Traceback" not in err.getvalue()
    new = {path for path in everything_in(where) - before if not path.startswith("out")}
    assert new == set()
    assert not list(Path.cwd().glob("executed"))


@FUZZ
@given(text=st.one_of(st.text(max_size=80), st.sampled_from(EVIL), st.builds("{}: {}".format, words, words)))
def test_text_that_is_hardly_yaml(text, tmp_path_factory):
    path = tmp_path_factory.mktemp("text") / "c.yaml"
    path.write_text(text, encoding="utf-8", errors="replace")
    with contextlib.suppress(ConfigError):
        load_config(path)
    assert not list(path.parent.glob("executed"))


def everything_in(folder):
    return {path.relative_to(folder).as_posix() for path in folder.rglob("*")}
