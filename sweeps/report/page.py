"""The page itself: the parts put together into one file that fetches nothing."""

import base64
import hashlib
import html
import json
import re
from importlib.resources import files
from pathlib import Path

from sweeps.files import written_whole
from sweeps.report.contents import contents

SCRIPTS = (
    "data.js",
    "network.js",
    "series.js",
    "axes.js",
    "diagram.js",
    "gestures.js",
    "pictures.js",
    "point.js",
    "tables.js",
    "page.js",
)


def write_report(folder: Path, out: Path) -> Path:
    """Write the page of a sweep, in any state.

    Parameters
    ----------
    folder : Path
        Of results.
    out : Path
        The HTML file.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    StoreError
        If the folder holds no sweep, or a damaged one, or the file cannot be written.
    """
    text = page_of(contents(folder))
    with written_whole(out) as unfinished:
        unfinished.write_text(text, encoding="utf-8")
    return out


def page_of(shown: dict[str, object]) -> str:
    """Return the page of some contents as text.

    Nothing in it is executed but the scripts of this package: the page's own policy allows no other, by their
    checksum, and no address is ever asked for anything. Contents stand in it as JSON in which every "<" is escaped.
    """
    style, script = _part("page.css"), "\n".join(["'use strict';", *map(_part, SCRIPTS)])
    parts = {
        "title": html.escape(str(shown["title"])),
        "policy": f"default-src 'none'; img-src data:; base-uri 'none'; form-action 'none'; "
        f"style-src '{_checksum(style)}'; script-src '{_checksum(script)}'",
        "style": style,
        "script": script,
        "contents": json.dumps(shown, allow_nan=False, ensure_ascii=False).replace("<", "\\u003c"),
    }
    return re.sub(r"\{\{(\w+)\}\}", lambda found: parts[found[1]], _part("page.html"))


def _part(name: str) -> str:
    return files("sweeps.report").joinpath(name).read_text(encoding="utf-8")


def _checksum(text: str) -> str:
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
