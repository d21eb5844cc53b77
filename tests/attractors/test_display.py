"""How answers show themselves: as a table in a notebook, and as the drawing that belongs to them."""

import enum
import importlib
import inspect
import io
import math
import pickle
import re
import typing
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from attractors import (
    Analysis,
    Classification,
    Kind,
    Label,
    LyapunovSpectrum,
    analyse,
    birkhoff_average,
    drawing,
    examples,
    find_period,
    lyapunov_spectrum,
    plotting,
    poincare_section,
    power_spectrum,
)
from attractors.results import DRAWINGS, Result
from attractors.status import Status, doubt, sure
from sweeps import Config

WAVE = np.cos(2 * np.pi * 0.25 * np.arange(400))


class Cells(HTMLParser):
    """Text of the cells of a table, and whether every tag that opens is closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.cells = [], []
        self.feed(html)
        self.close()
        assert not self.open

    def handle_starttag(self, tag, attrs):
        self.open.append(tag)
        if tag in {"th", "td"}:
            self.cells.append("")

    def handle_endtag(self, tag):
        assert self.open.pop() == tag

    def handle_data(self, data):
        if self.cells:
            self.cells[-1] += data


def shown(answer):
    cells = Cells(answer._repr_html_()).cells
    return dict(zip(cells[::2], cells[1::2], strict=True))


class Mood(Status):
    OK = sure("All <b>is</b> well.")
    UNRESOLVED = doubt("Look again.")


@dataclass(frozen=True, eq=False)
class Odd(Result):
    text: str
    few: np.ndarray
    many: np.ndarray
    huge: np.ndarray
    numbers: tuple
    inner: Result | None
    status: Mood


def odd(status=Mood.OK, inner=None):
    many = np.arange(200.0)
    many[7] = np.nan
    few = np.array([1.0, -np.inf, np.nan, 1 + 1e-9])
    return Odd("<script>alert(1)</script> & 'x'", few, many, np.zeros((2_000, 3)), (1, 2.5j), inner, status)


def test_a_table_says_what_the_answer_holds():
    cells = shown(odd())
    assert cells["text"] == "<script>alert(1)</script> & 'x'"
    assert cells["few"] == "[1, −∞, NaN, 1]"
    assert cells["many"] == "200 values, from 0 to 199"
    assert cells["huge"] == "array of shape (2000, 3)"
    assert cells["numbers"] == "[1, 0 + 2.5 i]"
    assert cells["inner"] == "—"
    assert cells["status"] == "✓ ok All <b>is</b> well."
    html = odd()._repr_html_()
    assert "<script>" not in html
    assert "<b>" not in html


def test_doubt_has_another_colour_and_another_sign():
    good, bad = odd()._repr_html_(), odd(Mood.UNRESOLVED)._repr_html_()
    assert "! unresolved</strong> Look again." in bad
    (green,), (red,) = (re.findall(r"strong style='color:(#\w+)'", html) for html in (good, bad))
    assert green != red


def test_an_answer_within_an_answer_folds():
    html = odd(inner=odd(Mood.UNRESOLVED))._repr_html_()
    assert html.count("<details>") == 1
    assert "<summary>unresolved</summary>" in html
    assert Cells(html)


def kinds_of_status():
    """Every enum of statuses of the packages, and the labels."""
    return [kind for kind in Status.__subclasses__() if not kind.__module__.startswith("test_")] + [Label]


def test_every_status_says_whether_it_is_in_doubt():
    """No enum of the analyses is left out; what only names a kind, such as a colour, is no status."""
    enums = [*enum.Enum.__subclasses__(), *enum.StrEnum.__subclasses__()]
    assert {kind for kind in enums if kind.__module__.startswith("attractors.")} == {Status, Label, Kind}
    for kind in kinds_of_status():
        for member in kind:
            assert isinstance(member.in_doubt, bool)
            assert isinstance(member.value, str)
            assert pickle.loads(pickle.dumps(member)) is member
    with pytest.raises(TypeError, match="in_doubt"):
        Status("Silent", {"SHORT": "Take a longer series."})


def test_a_name_means_the_same_everywhere():
    """Readers learn `short` or `finite` once: it is not a doubt here and an answer there."""
    answers = {
        *("aligned", "approach", "chaotic", "converged", "finite", "fixed_point", "found", "hyperchaotic"),
        *("irregular", "locked", "no_lines_sought", "no_torus", "none", "ok", "one_dimensional", "periodic"),
        *("quasiperiodic", "regular", "rest", "scattered"),
        *("arithmetic", "closed", "edge", "located", "one_run", "parent", "period", "resonance", "saturated"),
        *("subcritical", "supercritical"),
    }
    members = [member for kind in kinds_of_status() if kind.__module__.startswith("attractors.") for member in kind]
    assert {member.name.lower() for member in members if not member.in_doubt} == answers
    assert not {member.name.lower() for member in members if member.in_doubt} & answers


def origin(hint):
    """What a hint is a kind of; arrays are a type alias in newer versions of NumPy."""
    base = typing.get_origin(hint) or hint
    return origin(base.__value__) if hasattr(base, "__value__") else base


def made_of_nothing(kind, numbers):
    """An answer whose arrays are these, whose numbers are NaN, and which holds nothing else."""
    values = {}
    for name, hint in typing.get_type_hints(kind).items():
        base = origin(hint)
        if name == "status":
            values[name] = list(hint)[-1]
        elif base is np.ndarray:
            values[name] = numbers
        elif base is Label:
            values[name] = Label.undetermined
        else:
            values[name] = {float: math.nan, complex: complex(math.nan, 0), int: 0, str: "", tuple: ()}.get(base)
    return kind(**values)


@pytest.mark.parametrize("numbers", [np.empty(0), np.full(1, math.nan), np.full(5_000, math.nan)], ids=len)
def test_an_answer_of_nothing_still_prints(numbers):
    """All kinds of answers but those whose parts depend on each other; of those: test_degenerate.py."""
    kinds = [kind for kind in Result.__subclasses__() if kind.__module__.startswith("attractors.")]
    assert len(kinds) > 20
    for kind in kinds:
        if kind not in {Analysis, Classification, LyapunovSpectrum}:
            found = made_of_nothing(kind, numbers)
            lines = repr(found).splitlines()
            assert len(lines) <= 6
            assert max(map(len, lines)) <= 120
            assert lines[0].startswith(f"{kind.__name__}: ")
            if hasattr(found, "status"):
                assert found.status.words in repr(found)
                assert found.status.value[:60] in repr(found)
            assert Cells(found._repr_html_())


def test_a_text_begins_with_the_answer_and_gives_arrays_as_shapes():
    text = repr(odd(Mood.UNRESOLVED, inner=odd()))
    assert text.splitlines()[0] == "Odd: text <script>alert(1)</script> & 'x'; unresolved"
    assert "Look again." in text
    assert "few [1, -inf, nan, 1], many array (200,), huge array (2000, 3)" in text
    assert "numbers (1, 0+2.5j), inner Odd (ok)" in text
    assert repr(find_period(WAVE)).splitlines()[0] == "Period: period 4; found"
    assert repr(lyapunov_spectrum(examples.logistic(4.0), [0.3], n_steps=640)).startswith("LyapunovSpectrum: λ = +0.69")


def test_answers_of_the_package():
    assert shown(find_period(WAVE))["period"] == "4"
    assert shown(lyapunov_spectrum(examples.logistic(3.2), [0.3], n_steps=640))["status"].startswith("✓ ok")
    assert shown(birkhoff_average(WAVE[:50]))["status"].startswith("! short")


def test_a_config_shows_its_yaml():
    config = Config.from_dict({"name": "a", "model": {"beta": 1.27}})
    assert "beta: 1.27" in config._repr_html_()


# Drawings


def drawings():
    """Every function that draws one answer: its name and the kind of that answer."""
    for folder in drawing.__all__:
        module = importlib.import_module(f"attractors.drawing.{folder}")
        for name, function in inspect.getmembers(module, inspect.isfunction):
            hints = list(typing.get_type_hints(function).values())
            takes = [hint for hint in hints[1:2] if inspect.isclass(hint) and issubclass(hint, Result)]
            if name.startswith("draw_") and takes:
                yield function, takes[0]


def test_every_answer_that_can_be_drawn_has_its_drawing():
    assert {kind for _, kind in drawings()} == set(DRAWINGS)
    for kind, draw in DRAWINGS.items():
        assert (draw, kind) in set(drawings())


def test_a_new_figure_and_axes_that_are_given():
    spectrum = power_spectrum(WAVE + 0.1 * np.random.default_rng(0).normal(size=400))
    axes = spectrum.plot()
    assert axes.figure.number in pyplot.get_fignums()  # so that a notebook shows it
    pyplot.close(axes.figure)
    given = Figure().subplots()
    assert spectrum.plot(given) is given
    np.testing.assert_array_equal(given.get_lines()[0].get_xdata(), axes.get_lines()[0].get_xdata())
    two = power_spectrum(np.column_stack([WAVE, np.cos(2 * np.pi * 0.125 * np.arange(400))]))
    assert two.plot(Figure().subplots(), component=1).get_lines()[0].get_ydata()[49] == pytest.approx(two.power[50, 1])


def test_a_section_names_its_components():
    axes = poincare_section(np.random.default_rng(0).normal(size=(2_000, 3))).plot(Figure().subplots())
    assert (axes.get_xlabel(), axes.get_ylabel()) == ("$x_{1}$", "$x_{3}$")


def test_an_answer_without_a_drawing_says_so():
    with pytest.raises(ValueError, match=r"kind, Analysis, have no drawing of their own; .*page\(series"):
        analyse(WAVE).plot()
    with pytest.raises(ValueError, match=r"a Period does not keep the series: .*plot\(samples=series\)"):
        find_period(WAVE).plot()


def test_a_page_shows_itself_at_its_size():
    x = np.random.default_rng(0).normal(size=(400, 3))
    picture, size = plotting.page(x, analyse(x))._repr_png_()
    with io.BytesIO(picture) as file:
        pixels = pyplot.imread(file)
    assert size == {"width": 720, "height": 740}  # 7.2 by 7.4 inches of 100 points
    assert pixels.shape[:2] == (2 * size["height"], 2 * size["width"])
    assert pixels[..., :3].std() > 0.02
