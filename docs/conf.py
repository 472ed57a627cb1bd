"""How Sphinx builds the site: `make docs`. It needs no network, neither to be built nor to be read."""

import sys
from pathlib import Path

from docutils import nodes
from docutils.utils.math import MathError, latex2mathml
from sphinx.addnodes import pending_xref
from sphinx.application import Sphinx
from sphinx.ext.autosummary import import_by_name
from sphinx.util import logging
from sphinx.writers.html5 import HTML5Translator

logger = logging.getLogger(__name__)
sys.path.insert(0, str(Path(__file__).parents[1]))

project = "ReMix"
copyright = "the ReMix authors"
extensions = [
    "myst_parser",
    "sphinx.ext.autodoc",
    "sphinx.ext.autosummary",
    "sphinx.ext.viewcode",
    "numpydoc",
]
exclude_patterns = ["_build", "_templates"]
templates_path = ["_templates"]

myst_enable_extensions = ["dollarmath"]
myst_heading_anchors = 3

html_theme = "furo"
html_title = "ReMix"
html_static_path = ["_static"]
html_css_files = ["site.css"]
html_copy_source = False
html_math_renderer = "mathml"

# Types are in the docstrings, as numpydoc has them; in signatures they would be there twice.
autodoc_typehints = "none"
autodoc_member_order = "bysource"
autosummary_generate = True
numpydoc_show_class_members = False
numpydoc_class_members_toctree = False
# In docstrings, `single backticks` are names of the package, of parameters and of other libraries.
default_role = "py:obj"


def exists_elsewhere(app: Sphinx, domain: object, node: pending_xref) -> bool:
    """Let pass what the site does not show: parameters, values, other libraries, inner modules.

    A name of the package must exist, wherever it is.
    """
    name = node["reftarget"]
    if node["reftype"] != "obj":
        return False
    if not name.startswith("remix."):
        return True
    try:
        import_by_name(name)
    except ImportError:
        return False
    return True


def is_not_for_readers(
    app: Sphinx, what: str, name: str, member: object, skip: bool, options: object
) -> bool:
    """Leave out what others put into classes: a NamedTuple's fields, scikit-learn's routing of metadata."""
    return skip or type(member).__name__ == "_tuplegetter" or name in ("set_fit_request", "set_score_request")


def visit_math(self: HTML5Translator, node: nodes.math | nodes.math_block) -> None:
    """Write a formula as MathML, which browsers show without a script and without a network."""
    is_block = isinstance(node, nodes.math_block)
    try:
        formula = latex2mathml.tex2mathml(node.astext().strip(), as_block=is_block)
    except MathError as error:
        logger.warning("%s in the formula %s", error, node.astext(), location=node)
        formula = ""
    self.body.append(f'<div class="math">{formula}</div>' if is_block else formula)
    raise nodes.SkipNode


def setup(app: Sphinx) -> None:
    """Add formulas, and the rule for names that are no references."""
    app.add_html_math_renderer(
        "mathml", inline_renderers=(visit_math, None), block_renderers=(visit_math, None)
    )
    app.connect("autodoc-skip-member", is_not_for_readers)
    app.connect("warn-missing-reference", exists_elsewhere)
