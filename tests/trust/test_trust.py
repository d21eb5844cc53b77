"""Every cell of the trust matrix, and the matrix itself: no quantity is missing, and docs/trust.md shows it."""

import importlib
import inspect

import pytest
import trust

import attractors
import dmfsa

for subject in (
    "maps",
    "attractors",
    "continuation",
    "series",
    "sections",
    "geometry",
    "model",
    "kinetic_ising",
    "irreversibility",
):  # the order of the rows
    importlib.import_module(f"trust_{subject}")
CELLS = [cell for quantity in trust.Quantity.every for cell in quantity.cells]


@pytest.mark.slow
@pytest.mark.parametrize("cell", CELLS, ids=lambda cell: f"{cell.quantity.name}: {cell.against}")
def test_agrees(cell, trust_matrix):
    off, allowed = trust_matrix[cell] = cell.measured()
    assert off <= allowed < float("inf"), (
        f"{cell.quantity.name}, {cell.against}: off by {off}, allowed {allowed} ({cell.argument})"
    )


def answers(package):
    """Public functions, and classes that are called with samples; results and statuses only carry answers."""
    public = {name: getattr(package, name) for name in package.__all__}
    return {
        name for name, x in public.items() if inspect.isfunction(x) or (inspect.isclass(x) and "__call__" in vars(x))
    }


def test_everything_public_that_answers_has_a_row():
    rows = {name.split(".")[0] for quantity in trust.Quantity.every for name in quantity.answers}
    carry_only = {"Trajectory", "Window", "ClosureStatus", "InferenceStatus"}
    assert answers(attractors) | {"DiscreteMap"} | set(dmfsa.__all__) - carry_only <= rows
    assert rows <= set(attractors.__all__) | set(dmfsa.__all__)


@pytest.mark.parametrize("quantity", trust.Quantity.every, ids=lambda quantity: quantity.name)
def test_two_of_three_columns_and_a_reason_for_the_third(quantity):
    filled = {cell.column for cell in quantity.cells}
    assert len(filled) >= 2
    assert filled | set(quantity.reasons) == set(trust.COLUMNS)
    assert not filled & set(quantity.reasons)


def test_the_page_shows_the_matrix(request):
    if request.config.getoption("--trust"):
        pytest.skip("it is about to be written")
    page = trust.DOCUMENT.read_text(encoding="utf-8")
    assert trust.without_numbers(page) == trust.without_numbers(trust.document({})), "out of date: run `make trust`"


def test_a_deviation_is_that_of_the_worst_number():
    def cell(*sides):
        return trust.Cell(trust.Quantity.every[0], "", "", "", lambda: sides).measured()

    assert cell([1.0, 2.5], [1.0, 2.0], [1.0, 0.4]) == (0.5, 0.4)
    assert cell(3, 3, 0) == (0.0, 0.0)
    assert cell([1.0, float("nan")], 1.0, 1.0)[0] == float("inf")
    assert cell(float("-inf"), float("-inf"), 0.0) == (0.0, 0.0)
    assert cell(3.0, 4.0, 0.0) == (1.0, 0.0)
    assert cell(0.0, 1.0, float("nan")) == (1.0, pytest.approx(float("nan"), nan_ok=True))
