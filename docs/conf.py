"""How the guide is built: `make docs`. Its code is run then, in a folder of its own with the configs beside it."""

import os
import re
import shutil
import sys
import tempfile
from importlib import metadata
from pathlib import Path

HERE = Path(__file__).parent
ROOT = HERE.parent
sys.path.insert(0, str(HERE / "extensions"))
import config_keys  # noqa: E402 - of the folder that has just been named

# ---- what is built -----------------------------------------------------------------------------------------------

project = "dmfsa"
release = metadata.version(project)
extensions = [
    "myst_nb",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "numpydoc",
    "sphinx_copybutton",
    "links",
    "mathml",
]
exclude_patterns = ["_build", "generated/*.md"]
myst_enable_extensions = ["attrs_inline", "deflist", "dollarmath"]
myst_heading_anchors = 3
myst_url_schemes = ("http", "https", "mailto")

# ---- names, from docstrings --------------------------------------------------------------------------------------

default_role = "py:obj"  # `x` in a docstring: a link to x if there is one, else code
autosummary_generate = True
autodoc_typehints = "none"  # numpydoc's sections give types and shapes
numpydoc_show_class_members = False
templates_path = ["templates"]

# ---- looks -------------------------------------------------------------------------------------------------------

html_theme, html_math_renderer = "furo", "mathml"
html_title = f"dmfsa {release}"
html_static_path = ["static"]
html_css_files = ["guide.css"]
html_copy_source = html_show_sourcelink = html_show_copyright = False
pygments_style, pygments_dark_style = "friendly", "monokai"
copybutton_prompt_text, copybutton_only_copy_prompt_lines = "$ ", True

# ---- code of the pages -------------------------------------------------------------------------------------------

nb_execution_mode = "force"
nb_execution_raise_on_error = True
nb_execution_timeout = 300
nb_merge_streams = True

STARTUP = """
import os
os.chdir({folder!r})
"""
KERNEL = """
c.InlineBackend.figure_formats = {"retina"}
c.InlineBackend.print_figure_kwargs = {"bbox_inches": None}
c.IPKernelApp.log_level = "ERROR"  # it is for this machine alone: no word on encryption
"""


def setup(app):
    """Make what is generated, and the folder in which code runs."""
    generated = HERE / "generated"
    generated.mkdir(exist_ok=True)
    (generated / "config_keys.md").write_text(config_keys.document(), encoding="utf-8")
    app.connect("autodoc-process-docstring", as_it_is_meant, priority=400)  # before numpydoc
    if app.config.nb_execution_mode != "off":
        folder = Path(tempfile.mkdtemp(prefix="dmfsa-guide-"))
        app.connect("build-finished", lambda *_: shutil.rmtree(folder))
        shutil.copytree(ROOT / "cfgs", folder / "cfgs")
        profile = folder / "ipython" / "profile_default"
        (profile / "startup").mkdir(parents=True)
        (profile / "startup" / "folder.py").write_text(STARTUP.format(folder=str(folder)), encoding="utf-8")
        (profile / "ipython_kernel_config.py").write_text(KERNEL, encoding="utf-8")
        os.environ["IPYTHONDIR"] = str(folder / "ipython")


def as_it_is_meant(app, what, name, obj, options, lines):
    """Keep |x| of prose from being read as a substitution, initials as numbers of a list, ... as a sentence's end."""
    for i, line in enumerate(lines):
        if not re.match(r"\s*(>>>|\.\.\.\s)", line):
            prose = re.sub(r"(?<=\S )\.\.\.(?= \S)", "…", line.replace("|", r"\|"))
            lines[i] = re.sub(r"^(\s*\.\. \[\d+\] [A-Z])\. ", r"\1\. ", prose)
