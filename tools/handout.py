"""Write the lessons without their solutions into build/handout: python -m tools.handout

    python -m tools.handout --no-hints      without the folded hints, too

The notebooks still run, and their exercises still check themselves.
"""

import argparse
import copy
import shutil
from pathlib import Path

import nbformat
from nbformat import NotebookNode

from tools.lessons import FOLDED, LESSONS, ROOT, read

HANDOUT = ROOT / "build" / "handout"


def handout(lesson: Path, hints: bool = True) -> NotebookNode:
    """Return a copy of a lesson without solutions and outputs, and without hints if wanted."""
    notebook = copy.deepcopy(read(lesson))
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None
        elif "<summary>Solution</summary>" in cell.source or not hints:
            cell.source = FOLDED.sub("", cell.source).strip()
    notebook.cells = [cell for cell in notebook.cells if cell.source]
    return notebook


def write_all(folder: Path, hints: bool = True) -> None:
    """Write all lessons into a folder, and the glossary to which they link."""
    folder.mkdir(parents=True, exist_ok=True)
    for lesson in LESSONS:
        nbformat.write(handout(lesson, hints), folder / lesson.name)
    shutil.copy(ROOT / "notebooks" / "glossary.md", folder)


def main() -> None:
    """Write the handouts as the options say."""
    parser = argparse.ArgumentParser(prog="python -m tools.handout", description=__doc__)
    parser.add_argument("--no-hints", action="store_true", help="leave the folded hints out, too")
    hints = not parser.parse_args().no_hints
    write_all(HANDOUT, hints)
    said = "solutions" if hints else "solutions and hints"
    print(f"The lessons without {said} are in {HANDOUT}.")


if __name__ == "__main__":
    main()
