"""The sections of a lesson, as the teaching pages count them."""

import re
from typing import NamedTuple

from nbformat import NotebookNode


class Section(NamedTuple):
    """A section of a lesson: its title, the id of its first cell, and all its cells."""

    title: str
    id: str
    cells: list[NotebookNode]


def sections(cells: list[NotebookNode]) -> list[Section]:
    """Return the sections of a lesson. The first one is what is above the first heading."""
    found: list[Section] = []
    for cell in cells:
        heading = re.match(r"## (.+)", cell.source) if cell.cell_type == "markdown" else None
        if heading or not found:
            title = heading[1] if heading else "Title and set-up"
            found.append(Section(title, cell.id, []))
        found[-1].cells.append(cell)
    return found
