"""What all answers share: they are frozen, carry a status, and turn into JSON, text, tables and drawings."""

import importlib
import math
from collections.abc import Callable
from dataclasses import fields
from enum import Enum
from typing import TYPE_CHECKING, Any

import numpy as np

from attractors.display import as_html, as_text, one_line

if TYPE_CHECKING:
    from _typeshed import DataclassInstance
    from matplotlib.axes import Axes
else:
    DataclassInstance = object

MOST_NUMBERS_IN_JSON = 1_000  # of an array; of larger ones the shape goes into the document

Drawing = Callable[..., None]
DRAWINGS: "dict[type[Result], Drawing]" = {}  # filled by the files of attractors/drawing


def draws(kind: "type[Result]") -> Callable[[Drawing], Drawing]:
    """Register a function of axes, an answer and options as the drawing of answers of one kind."""

    def register(drawing: Drawing) -> Drawing:
        DRAWINGS[kind] = drawing
        return drawing

    return register


class Result(DataclassInstance):
    """Base of the frozen dataclasses that analyses return: the answer first, then its evidence, then `status`.

    The status is a `Status` of the analysis: its name says what happened, its value is a sentence with the remedy, and
    it knows whether the answer is in doubt.
    """

    def __init_subclass__(cls, **options: Any) -> None:
        super().__init_subclass__(**options)
        if "__repr__" not in vars(cls):  # or `dataclass` writes one with every number of every array
            cls.__repr__ = Result.__repr__  # type: ignore[method-assign]

    def contents(self) -> dict[str, Any]:
        """Return the parts that are shown, by their names: the fields, the answer first and the status last."""
        return {field.name: getattr(self, field.name) for field in fields(self)}

    def headline(self) -> str:
        """Return the answer in one line of text: its label or number, then the status."""
        return one_line(self)

    def to_dict(self) -> dict[str, Any]:
        """Return plain values for JSON.

        NaN becomes null, infinities the strings "-inf" and "inf"; arrays become lists, or, with more than 1,000
        numbers, {"shape": [...]}; a status becomes its name in small letters, and its sentence `message`.
        """
        values: dict[str, Any] = {}
        for name, value in self.contents().items():
            values[name] = plain(value)
            if isinstance(value, Enum) and name == "status":
                values["message"] = value.value
        return values

    def __repr__(self) -> str:
        """Return a few lines: the answer, what its status says, and what else there is, arrays as their shapes."""
        return as_text(self)

    def plot(self, axes: "Axes | None" = None, **options: Any) -> "Axes":
        """Draw the answer, if it has a drawing.

        Parameters
        ----------
        axes : matplotlib Axes, optional
            Where to draw; a new figure, which a notebook shows, if not given.
        **options
            Of the drawing, such as `component` for a spectrum: see the functions in `attractors.plotting`.

        Returns
        -------
        Axes
            To add to, or to save: ``answer.plot().figure.savefig("answer.pdf")``.

        Raises
        ------
        ValueError
            If answers of this kind have no drawing of their own.
        """
        importlib.import_module("attractors.drawing")  # by name: who computes does not know who draws
        drawing = DRAWINGS.get(type(self))
        if drawing is None:
            drawn = ", ".join(sorted(kind.__name__ for kind in DRAWINGS))
            raise ValueError(
                f"answers of this kind, {type(self).__name__}, have no drawing of their own; these have one: {drawn}. "
                "An Analysis holds several of them, and attractors.plotting.page(series, answer) draws it whole"
            )
        style = importlib.import_module("attractors.drawing.style")
        axes = style.axes_of_a_new_figure() if axes is None else axes
        with style.styled():
            drawing(axes, self, **options)
        return axes

    def _repr_html_(self) -> str:
        """Return a table of the answer for a notebook, its status coloured by whether it is in doubt."""
        return as_html(self)


def plain(value: Any) -> Any:
    """Return a value of a result as JSON can hold it."""
    match value:
        case None | bool() | str() | int():
            found: Any = value
        case Result():
            found = value.to_dict()
        case Enum():
            found = value.name.lower()
        case np.ndarray() if value.size > MOST_NUMBERS_IN_JSON:
            found = {"shape": list(value.shape)}
        case np.ndarray() | np.generic() if not isinstance(value, float | complex):
            found = plain(value.tolist())
        case list() | tuple():
            found = [plain(item) for item in value]
        case complex():
            found = {"real": json_number(value.real), "imag": json_number(value.imag)}
        case _:
            found = json_number(float(value))
    return found


def json_number(x: float) -> float | str | None:
    """JSON has no NaN and no infinities: null, "inf" and "-inf"."""
    if math.isfinite(x):
        return float(x)
    return None if math.isnan(x) else str(float(x))
