"""Export each lesson as a deck for reveal.js, in one file: python -m tools.slides [NOTEBOOK ...]

The decks are in build/slides. They need no network: reveal.js and MathJax are in them. Making
them downloads both packages once, from npm, and verifies them.
"""

import base64
import copy
import hashlib
import io
import os
import re
import sys
import tarfile
from pathlib import Path

import nbformat
import requests
from nbconvert.exporters import SlidesExporter
from nbformat import NotebookNode
from traitlets.config import Config

from helpers.explorer import STILL
from helpers.files import write_whole
from tools import readme, teaching
from tools.lessons import LESSONS, ROOT, read

SLIDES = ROOT / "build" / "slides"
PACKAGES = ROOT / "build" / "npm"
# as the registry of npm states it for these versions (`npm view NAME@VERSION dist.integrity`),
# and the files that we need
PINNED = {
    "reveal.js": (
        "6.0.2",
        "JYIg5D9aoxoaLeb84O+OvAwsKWdIavVgEDScxtYEXFCT6t6TQrhNtSgogcjdCpdLsWglhJn3zyE3fUOwiH5KEg==",
        ("dist/reveal.css", "dist/reveal.js", "dist/plugin/notes.js"),
    ),
    "mathjax": (
        "3.2.2",
        "Bt+SSVU8eBG27zChVewOicYs7Xsdt40qm4+UpHyX7k0/O9NliPc+x77k1/FEsPsjKPZGJvtRZM1vO+geW0OhGw==",
        ("es5/tex-svg.js",),
    ),
}
A_FEW_WORDS = 40  # of a text that shares a slide with the text below it
RUN_ME = f"<p><em>{STILL}</em></p>"
SHOWN = ["text/html", "image/png", "text/plain"]  # of an explorer, its stored picture


def fetch(name: str) -> Path:
    """Return the folder with a package of npm, downloaded and verified if it isn't there yet."""
    version, integrity, files = PINNED[name]
    folder = PACKAGES / f"{name}-{version}"
    if all((folder / name / file).exists() for file in files):
        return folder
    registry = os.environ.get("NPM_CONFIG_REGISTRY", "https://registry.npmjs.org").rstrip("/")
    address = f"{registry}/{name}/-/{name}-{version}.tgz"
    try:
        reply = requests.get(address, timeout=60)
        reply.raise_for_status()
    except requests.RequestException as error:
        sys.exit(
            f"{address} could not be downloaded ({error}). Making the slides needs a network the "
            "first time; NPM_CONFIG_REGISTRY names another registry."
        )
    if base64.b64encode(hashlib.sha512(reply.content).digest()).decode() != integrity:
        sys.exit(f"{address} is not the file that tools/slides.py expects, so nothing was made.")
    with tarfile.open(fileobj=io.BytesIO(reply.content)) as package:
        for file in files:
            target = folder / name / file
            target.parent.mkdir(parents=True, exist_ok=True)
            content = package.extractfile(f"package/{file}").read()
            write_whole(target, lambda part, content=content: part.write_bytes(content))
    return folder


def deck(lesson: Path, page: str = "") -> NotebookNode:
    """Return a copy of a lesson whose cells say where slides begin, with the teacher's notes.

    A slide is a step: a code cell with its result, and the text right above it. A text of a line
    or two joins the text below it. The sections are side by side, and the steps of a section one
    below the other.
    """
    notebook = copy.deepcopy(read(lesson))
    notes, openings = teaching.notes(page), teaching.openings(page)
    cells: list[NotebookNode] = []
    for above, cell in zip([None, *notebook.cells], notebook.cells):
        opens_slide = not above or not belongs_to(above, cell)
        title = re.match(r"## (.+)", cell.source)
        kind = ("slide" if title else "subslide") if opens_slide else "-"
        cell.metadata.slideshow = {"slide_type": kind}
        if cell.cell_type == "markdown":
            cell.source = for_a_slide(cell.source)
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):  # a slide has no kernel to run a cell
                output.data["text/html"] = output.data["text/html"].replace(RUN_ME, "")
        cells.append(cell)
        said = [openings.get(title[1], "")] if title else []
        for text in filter(None, said + notes.get(cell.id, [])):
            note = nbformat.v4.new_markdown_cell(text)
            note.metadata.slideshow = {"slide_type": "notes"}
            cells.append(note)
    notebook.cells = cells
    notebook.metadata.title = readme.title(lesson)
    return notebook


def belongs_to(above: NotebookNode, cell: NotebookNode) -> bool:
    """Return whether a cell is on the same slide as the one above it."""
    if above.cell_type == "code":
        return False
    alone = any(c.source.startswith(("#", "<details>")) for c in (above, cell))
    short = len(above.source.split()) <= A_FEW_WORDS
    return cell.cell_type == "code" or (short and not alone)


def for_a_slide(text: str) -> str:
    """Return the text of a cell with its solution unfolded, and links to decks alone."""
    text = re.sub(r"\[([^\]]*)\]\(glossary\.md[^)]*\)", r"\1", text)
    text = re.sub(r"\]\((\d\d)_\w+\.ipynb(#[^)]*)?\)", r"](\1.html)", text)
    if "<summary>Solution</summary>" in text:
        text = text.replace("<details><summary>Solution</summary>", "### Solution")
        text = text.replace("</details>", "")
    return text


def export(lesson: Path) -> Path:
    """Write the deck of one lesson, and return where it is."""
    exporter = SlidesExporter(
        template_name="deck",
        extra_template_basedirs=[str(ROOT / "tools" / "templates")],
        extra_template_paths=[str(fetch(name)) for name in PINNED],
        exclude_input_prompt=True,
        exclude_output_prompt=True,
        config=Config({"NbConvertBase": {"display_data_priority": SHOWN}}),
    )
    path = teaching.page_of(lesson)
    page = path.read_text(encoding="utf-8") if path.exists() else ""
    html, _ = exporter.from_notebook_node(deck(lesson, page))
    target = SLIDES / f"{lesson.name[:2]}.html"
    target.parent.mkdir(parents=True, exist_ok=True)
    write_whole(target, lambda part: part.write_text(html, encoding="utf-8"))
    return target


def main(arguments: list[str]) -> None:
    """Export the lessons named, or all."""
    for lesson in [Path(a) for a in arguments] or LESSONS:
        print(export(lesson).relative_to(ROOT), flush=True)


if __name__ == "__main__":
    main(sys.argv[1:])
