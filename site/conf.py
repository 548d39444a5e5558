"""The settings of Sphinx for the site. tools/build_site.py copies them beside the pages."""

import json
import os
import subprocess
from pathlib import Path

from docutils import nodes
from sphinx.application import Sphinx

BUILD = Path(__file__).resolve().parents[1]

project = "PyTorch by hand"
html_title = "PyTorch by hand"
language = "en"
extensions = ["myst_nb"]
exclude_patterns = ["_static"]

# the stored outputs are shown, and nothing is run
nb_execution_mode = "off"
nb_ipywidgets_js: dict = {}
myst_enable_extensions = ["dollarmath", "amsmath"]
# a heading's anchor is what JupyterLab makes of it, so that the links of the lessons are found
myst_heading_anchors = 3
myst_heading_slug_func = "tools.build_site.anchor"

html_math_renderer = "katex"

html_theme = "furo"
html_favicon = "icon.svg"
# colors of code that can be read by everybody, on light and on dark
pygments_style = "a11y-high-contrast-light"
pygments_dark_style = "a11y-high-contrast-dark"
html_static_path = ["_static"]
html_extra_path = [str(BUILD / "files")]
html_css_files = ["katex.min.css", "pad.css", "site.css"]
html_js_files = [("explorer.js", {"type": "module"}), ("draw.js", {"type": "module"})]
html_copy_source = False
html_show_sphinx = html_show_copyright = False
html_theme_options = {"navigation_with_keys": False}
if repository := os.environ.get("GITHUB_REPOSITORY"):  # set where a workflow builds the site
    html_theme_options["footer_icons"] = [
        {"name": "GitHub", "url": f"https://github.com/{repository}", "html": "GitHub"}
    ]


def empty_corners(app: Sphinx, page: str, template: str, context: dict, doctree: object) -> None:
    """Tell a screen reader that the empty corner of a table is no heading."""
    empty = '<th class="head"><p></p></th>'
    context["body"] = context.get("body", "").replace(empty, "<td></td>")


def setup(app: Sphinx) -> None:
    """Turn formulas into HTML when the site is built, so that pages need no script for them."""
    katex = BUILD / "packages/node_modules/katex/dist/katex.min.js"
    node = subprocess.Popen(
        ["node", Path(__file__).with_name("formulas.cjs"), katex],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        bufsize=1,
    )

    def show(tag: str):
        def visit(translator, formula) -> None:
            node.stdin.write(json.dumps([formula.astext(), tag == "div"]) + "\n")
            if not (line := node.stdout.readline()):
                raise ValueError(f"KaTeX can't read the formula {formula.astext()}")
            translator.body.append(f'<{tag} class="math">{json.loads(line)}</{tag}>')
            raise nodes.SkipNode

        return visit, None

    app.add_html_math_renderer("katex", show("span"), show("div"))
    app.connect("html-page-context", empty_corners)
    app.connect("build-finished", lambda *_: node.terminate())
