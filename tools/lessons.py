"""The lessons as the tests and tools see them: their cells, exercises and solutions."""

import functools
import os
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
# the tests of the tests look at other folders
FOLDER = Path(os.environ.get("LESSON_FOLDER", ROOT / "notebooks"))
LESSONS = sorted(FOLDER.glob("*.ipynb"))


@functools.cache  # checked at each reading, which adds up over a thousand tests
def read(path: Path) -> nbformat.NotebookNode:
    """Return a notebook as nbformat reads it, the same each time: change a copy of it alone."""
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


# What a learner's time goes into. Adults read English prose at 238 words a minute, and readers
# with English as a second language more slowly (M. Brysbaert, How many words do we read per
# minute?, Journal of Memory and Language, 2019); a technical text is read to be understood, with
# looks back, so about half of that. The others are estimates of ours.
WORDS_A_MINUTE = 130
CODE_LINE, PREDICTION, EXPLORER, EXERCISE = 4 / 60, 0.5, 4, 10  # minutes
# in each set-up, for those who opened a lesson alone: a traceback shows it above the import below
MISSING = "# If `helpers` is missing, install the course first: its README.md says how."
FOLDED = re.compile(r"<details>.*?</details>", re.DOTALL)


def minutes(path: Path, up_to_section: int | None = None) -> int:
    """Estimate the minutes that a learner needs, for a lesson or up to the end of a section.

    That is prose outside of folded hints and solutions, lines of code to be read, predictions,
    explorers and exercises, rounded up to the next 5.
    """
    total, section = 0.0, 0
    for cell in read(path).cells:
        if cell.source.startswith("## "):
            if up_to_section and section == up_to_section:
                break
            numbered = re.match(r"## (\d+)", cell.source)
            section = int(numbered[1]) if numbered else 0  # "Your turn" has no number
        total += minutes_of_cell(cell)
    return 5 * -int(-total // 5)


def minutes_of_cell(cell: nbformat.NotebookNode) -> float:
    """Estimate the minutes that a learner needs for one cell."""
    if cell.cell_type == "markdown":
        words = len(FOLDED.sub("", cell.source).split())
        return words / WORDS_A_MINUTE + PREDICTION * cell.source.count("*Predict")
    if "exercise" in tags(cell):
        return EXERCISE
    lines = [line for line in cell.source.splitlines() if line.strip() and line != MISSING]
    return CODE_LINE * len(lines) + EXPLORER * ("widget-view" in str(cell.outputs))


def needed_cells(path: Path) -> dict[str, list[str]]:
    """Return for each section, by its title, the code cells that it needs, its own included.

    Those are the set-up, the sections that its head names with what they use in turn, and its own.
    The head is "*(To start here, run the set-up cell and sections 1 and 3 first.)*"; "the cell
    above" names the section before it.
    """
    cells = read(path).cells
    found: list[tuple[str, list[int], list[str]]] = []
    for cell in cells:
        title = re.match(r"## (.+)", cell.source) if cell.cell_type == "markdown" else None
        if title:
            head = re.search(r"\*\(To start here, run (.+?)\)\*", cell.source)
            found.append((title[1], _numbers(head[1]) if head else [], []))
            if head and "cell above" in head[1]:
                found[-1][1].append(0)
        elif cell.cell_type == "code" and found:
            found[-1][2].append(cell.id)
    setup = [cell.id for cell in cells if "setup" in tags(cell)]
    by_number = {title.split(" ")[0]: i for i, (title, _, _) in enumerate(found)}

    def needed(i: int) -> list[int]:
        below = {k for n in found[i][1] for k in needed(by_number.get(str(n), 0))}
        return sorted(below | {i})

    return {
        title: setup + [name for k in needed(i) for name in found[k][2]]
        for i, (title, _, own) in enumerate(found)
        if own
    }


def _numbers(text: str) -> list[int]:
    """Return the numbers in "sections 1, 3 and 4"."""
    return [int(n) for n in re.findall(r"\d+", text)]
