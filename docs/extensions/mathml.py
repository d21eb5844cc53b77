"""Mathematics as MathML, which browsers draw by themselves: pages are whole without a network."""

from html import escape
from typing import Any

from docutils import nodes
from docutils.utils.math import MathError
from docutils.utils.math.latex2mathml import tex2mathml
from sphinx.application import Sphinx
from sphinx.util.logging import getLogger


def as_mathml(node: Any, *, as_block: bool) -> str:
    """Return a formula as MathML; as it is written, with a warning, if it holds a command that is not known."""
    try:
        return str(tex2mathml(node.astext().replace(r"\dots", r"\ldots"), as_block=as_block))
    except MathError as error:
        getLogger(__name__).warning("%s In: %s", error, node.astext(), location=node)
        return f"<code>{escape(node.astext())}</code>"


def inline(translator: Any, node: Any) -> None:
    """Write a formula within a line."""
    translator.body.append(as_mathml(node, as_block=False))
    raise nodes.SkipNode


def block(translator: Any, node: Any) -> None:
    """Write a formula on its own lines."""
    translator.body.append(f'<div class="math">{as_mathml(node, as_block=True)}</div>')
    raise nodes.SkipNode


def nothing(translator: Any, node: Any) -> None:
    """Close nothing: `inline` and `block` write formulas whole."""


def setup(app: Sphinx) -> dict[str, bool]:
    """Offer the renderer under the name mathml."""
    app.add_html_math_renderer("mathml", (inline, nothing), (block, nothing))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
