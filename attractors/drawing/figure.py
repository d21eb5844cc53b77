"""Figures that a notebook shows as they are, without a window system."""

import io
from typing import Any

import matplotlib as mpl
from matplotlib import figure

SHARP = 2  # pixels of the picture for each one on the screen
LOOKS = ("axes.", "font.", "lines.", "xtick.", "ytick.")  # settings that decide how a figure looks


class Figure(figure.Figure):
    """A matplotlib Figure that shows itself in a notebook, in the style in which it was made.

    Ticks are made when a figure is drawn, and take the style of that moment: so the first one is remembered.
    """

    def __init__(self, *arguments: Any, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self._style = {name: value for name, value in mpl.rcParams.items() if name.startswith(LOOKS)}

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the picture, and the size at which it is shown."""
        picture = io.BytesIO()
        with mpl.rc_context(self._style):
            self.savefig(picture, format="png", dpi=SHARP * self.dpi)
        width, height = (self.get_size_inches() * self.dpi).astype(int).tolist()
        return picture.getvalue(), {"width": width, "height": height}
