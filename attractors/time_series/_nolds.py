"""nolds, loaded when it is first needed."""

import warnings
from typing import Any


def nolds() -> Any:
    """Return the library, imported without the warnings that its older versions give."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import nolds as library  # noqa: PLC0415 - takes a while to import
    return library
