"""Names and config keys in the text of a page, where they stand as code, lead to what is said of them."""

from typing import Any

import config_keys
from docutils import nodes
from sphinx.application import Sphinx

import attractors
import dmfsa
import sweeps

NAMES = {name: f"{package.__name__}.{name}" for package in (dmfsa, attractors, sweeps) for name in package.__all__}
NAMES |= {full: full for full in NAMES.values()}
KEYS = {key.path: config_keys.anchor(key.path) for part in config_keys.parts() for key in part.keys}


def link(app: Any, doctree: nodes.document, page: str) -> None:
    """Make a link of each piece of code that is a public name or a key, except in headings and on its own page."""
    if page.startswith("generated/"):
        return  # docstrings have links of their own
    documented = app.env.get_domain("py").objects
    for code in list(doctree.findall(nodes.literal)):
        text, parents = code.astext(), ancestors(code)
        if any(isinstance(parent, nodes.reference | nodes.title) for parent in parents):
            continue
        if text in KEYS and page != "config":
            where = app.builder.get_relative_uri(page, "config") + f"#{KEYS[text]}"
        elif NAMES.get(text) in documented:
            entry = documented[NAMES[text]]
            where = f"{app.builder.get_relative_uri(page, entry.docname)}#{entry.node_id}"
        else:
            continue
        code.replace_self(nodes.reference("", "", code.deepcopy(), refuri=where, internal=True))


def ancestors(node: nodes.Node) -> list[nodes.Node]:
    """Return what a node stands in."""
    found = []
    while node.parent is not None:
        node = node.parent
        found.append(node)
    return found


def setup(app: Sphinx) -> dict[str, bool]:
    """Look at each page when its links are resolved."""
    app.connect("doctree-resolved", link)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
