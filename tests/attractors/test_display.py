"""How answers show themselves: as a table in a notebook, and as the drawing that belongs to them."""

import enum
import importlib
import inspect
import io
import re
import typing
from dataclasses import dataclass
from html.parser import HTMLParser

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from attractors import (
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
from attractors.display import ANSWERS
from attractors.results import DRAWINGS, Result
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


class Mood(enum.Enum):
    OK = "All <b>is</b> well."
    UNRESOLVED = "Look again."


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


def test_every_status_of_the_package_is_an_answer_or_a_doubt():
    """A new status has to be looked at: its author says here, or among the answers, which of the two it is."""
    doubts = """bent broken coarse constant correlated diverged divergent empty few few_blocks few_matches few_starts
        few_windows fills_space no_convergence no_decay no_flat no_minimum no_range no_scaling_range non_finite other
        not_converged not_crossed not_positive not_reached seen_once settling short singular spurious stepped too_few
        too_wide transient unclear undecided undetermined undetermined_starts unresolved"""
    doubts += " arithmetic bracketed ends kink missing no_cycle one_run period steps"  # of continuation
    known, found = [*ANSWERS, *re.split(r"\s+", doubts)], set()
    for kind in [*enum.Enum.__subclasses__(), *enum.StrEnum.__subclasses__()]:
        if kind.__module__.startswith("attractors.") and kind.__name__ not in {"Kind", "BranchEnd", "Criticality"}:
            found |= {member.name.lower() for member in kind}
    assert {"ok", "undetermined", "hyperchaotic", "stepped"} <= found
    assert sorted(known) == sorted(found)


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
