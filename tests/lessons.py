"""The lessons as the tests see them: their cells, exercises and solutions."""

import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
LESSONS = sorted((ROOT / "notebooks").glob("*.ipynb"))


def read(path: Path) -> nbformat.NotebookNode:
    """Return a notebook as nbformat reads it."""
    return nbformat.read(path, as_version=4)


def tags(cell: nbformat.NotebookNode) -> list[str]:
    """Return the cell's tags."""
    return cell.metadata.get("tags", [])


def source(path: Path, cell_id: str) -> str:
    """Return the text of one cell."""
    (cell,) = [cell for cell in read(path).cells if cell.id == cell_id]
    return cell.source


def exercises(path: Path) -> dict[str, tuple[str, str]]:
    """Return each exercise's stub and solution, both with the call of the check.

    The solution is the Python block of the markdown cell beneath the exercise.
    """
    cells = read(path).cells
    found = {}
    for cell, below in zip(cells, cells[1:]):
        if "exercise" in tags(cell):
            (solution,) = re.findall(r"```python\n(.*?)```", below.source, re.DOTALL)
            call = cell.source.splitlines()[-1]
            found[cell.id] = (cell.source, f"{solution}\n{call}")
    return found


def minutes(path: Path) -> int:
    """Estimate the time a learner needs: reading, running and looking, exercises.

    150 words a minute of prose (slow reading, with thought), half a minute for a code cell
    and its result, five for an exercise; rounded up to the next 5.
    """
    cells = read(path).cells
    prose = " ".join(cell.source for cell in cells if cell.cell_type == "markdown")
    code = sum(cell.cell_type == "code" for cell in cells)
    total = len(prose.split()) / 150 + code / 2 + 5 * len(exercises(path))
    return 5 * -int(-total // 5)
