"""Drawings of answers, each into axes that are given: the public face of `attractors.drawing`."""

from attractors.drawing.continuation import *  # noqa: F403
from attractors.drawing.dimensions import *  # noqa: F403
from attractors.drawing.exponents import *  # noqa: F403
from attractors.drawing.indicators import *  # noqa: F403
from attractors.drawing.multistability import *  # noqa: F403
from attractors.drawing.page import *  # noqa: F403
from attractors.drawing.recurrence import *  # noqa: F403
from attractors.drawing.sections import *  # noqa: F403
from attractors.drawing.spectra import *  # noqa: F403
from attractors.drawing.time_series import *  # noqa: F403
from attractors.drawing.tori import *  # noqa: F403
