"""Figures that a notebook shows as they are, without a window system."""

import io
from typing import Any

import matplotlib as mpl
from matplotlib import figure

SHARP = 2  # pixels of the picture for each one on the screen


class Figure(figure.Figure):
    """A matplotlib Figure that shows itself in a notebook, its ticks in the style of `attractors.plotting`."""

    def _repr_png_(self) -> tuple[bytes, dict[str, Any]]:
        """Return the picture, and the size at which it is shown."""
        from attractors.plotting import STYLE  # noqa: PLC0415 - it draws such figures itself

        picture = io.BytesIO()
        with mpl.rc_context(STYLE):
            self.savefig(picture, format="png", dpi=SHARP * self.dpi)
        width, height = (self.get_size_inches() * self.dpi).astype(int).tolist()
        return picture.getvalue(), {"width": width, "height": height}
