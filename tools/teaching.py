"""Fill the generated parts of the teaching pages: python -m tools.teaching

Those are, in docs/teaching/NN.md, the plan of the lesson and the mistakes that the exercises'
checks know; and in docs/teaching.md, the two schedules. Everything else is written by hand.
"""

import importlib
import json
import re
from datetime import datetime
from pathlib import Path

from nbformat import NotebookNode

from helpers.files import write_whole
from tools import schedules
from tools.lessons import LESSONS, ROOT, exercises, minutes_of_cell, read, tags
from tools.sections import sections

FOLDER = ROOT / "docs" / "teaching"
START = ROOT / "docs" / "teaching.md"
SECONDS = FOLDER / "seconds.json"  # of each section's cells, stored by tools/refresh.py
ITEM = re.compile(r"^- \*\*.+?\*\* <!-- (?P<cell>[\w-]+) -->", re.MULTILINE)
END_OF_ITEM = re.compile(r"^(?:- |#)", re.MULTILINE)
NOTE = """
*Run* is what the cells took when the lessons were last stored, on a computer without a GPU. It is
not part of the sum, because you talk while a cell runs. The lesson states the sum rounded up."""


def plan(lesson: Path) -> str:
    """Return the table of a lesson's sections with their minutes, in Markdown."""
    rows = [
        "| Section | Read and predict | Run | Exercises | Sum so far |",
        "|---|--:|--:|--:|--:|",
    ]
    seconds = stored_seconds().get(lesson.name[:2], {})
    total = 0.0
    for section in sections(read(lesson).cells):
        practice = sum(minutes_of_cell(c) for c in section.cells if "exercise" in tags(c))
        reading = sum(map(minutes_of_cell, section.cells)) - practice
        total += reading + practice
        took = seconds.get(section.id, 0)
        columns = (
            section.title,
            f"{reading:.0f} min",
            f"{took} s" if took else "",
            f"{practice:.0f} min" if practice else "",
            f"{total:.0f} min",
        )
        rows.append(f"| {' | '.join(columns)} |")
    return "\n".join(rows) + ("\n" + NOTE if seconds else "")


def mistakes(lesson: Path) -> str:
    """Return the mistakes that the checks of a lesson's exercises know, as lists in Markdown."""
    checks = importlib.import_module(f"helpers.lesson{lesson.name[:2]}").check
    parts = []
    for stub, _ in exercises(lesson).values():
        name = re.search(r"^check\.(\w+)\(", stub, re.MULTILINE)[1]
        hints = dict.fromkeys(
            " ".join(hint.split()) for hint, *_ in getattr(checks, name).mistakes
        )
        summary = f"<summary>What the check of <code>{name}</code> says to a mistake</summary>"
        parts += [f"<details>{summary}\n", *(f"- {hint}" for hint in hints), "\n</details>\n"]
    return "\n".join(parts).rstrip()


def page_of(lesson: Path) -> Path:
    """Return where the teaching page of a lesson is."""
    return FOLDER / f"{lesson.name[:2]}.md"


def generated(lesson: Path) -> dict[str, str]:
    """Return the generated parts of a lesson's page, by the name in their markers."""
    return {"plan": plan(lesson), "mistakes": mistakes(lesson)}


def between(name: str) -> re.Pattern:
    """Return what finds the text between the two markers of a generated part."""
    return re.compile(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end of {name} -->)", re.DOTALL)


def notes(page: str) -> dict[str, list[str]]:
    """Return what a teacher may say at a cell, by the cell's id: the items of *Step by step*.

    The comment with the id is left out.
    """
    found: dict[str, list[str]] = {}
    for item in ITEM.finditer(page):
        end = END_OF_ITEM.search(page, item.end())
        text = page[item.start() : end.start() if end else len(page)]
        text = text.replace(f" <!-- {item['cell']} -->", "").removeprefix("- ")
        found.setdefault(item["cell"], []).append(text.strip())
    return found


def openings(page: str) -> dict[str, str]:
    """Return what to say before a section, by its title: the text above the section's items."""
    steps = f"\n{page}".partition("\n## Step by step\n")[2].partition("\n## ")[0]
    found = {}
    for part in re.split(r"^### ", steps, flags=re.MULTILINE)[1:]:
        title, _, rest = part.partition("\n")
        found[title.strip()] = re.split(r"^- ", rest, maxsplit=1, flags=re.MULTILINE)[0].strip()
    return found


def fill(page: str, parts: dict[str, str]) -> str:
    """Return a page with its generated parts. Raises `ValueError` if a marker is missing."""
    for name, text in parts.items():
        page, count = between(name).subn(lambda _, text=text: text + "\n", page)
        if count != 1:
            raise ValueError(
                f"The page needs one line <!-- {name} --> and, below it, one line "
                f"<!-- end of {name} -->."
            )
    return page


def stored_seconds() -> dict[str, dict[str, int]]:
    """Return the seconds that were stored, by lesson and section; {} before the first time."""
    return json.loads(SECONDS.read_text(encoding="utf-8")) if SECONDS.exists() else {}


def store_seconds(lesson: Path, cells: list[NotebookNode]) -> None:
    """Store what the sections of a lesson took that was just run, by the ids of their first cells.

    The cells say when they were run, as nbclient notes it. A time that is about the same as the
    stored one is left as it was, so that a diff shows only what changed.
    """
    seconds = {part.id: round(sum(map(_seconds, part.cells))) for part in sections(cells)}
    stored = stored_seconds()
    before = stored.get(lesson.name[:2], {})
    stored[lesson.name[:2]] = {
        name: before[name] if abs(before.get(name, -9) - new) <= max(1, 0.2 * new) else new
        for name, new in seconds.items()
        if new
    }
    text = json.dumps(stored, indent=1, sort_keys=True) + "\n"
    write_whole(SECONDS, lambda part: part.write_text(text, encoding="utf-8"))


def _seconds(cell: NotebookNode) -> float:
    times = cell.metadata.get("execution", {})
    begin, end = (times.get(name) for name in ("iopub.execute_input", "shell.execute_reply"))
    if not begin or not end:
        return 0.0
    return (datetime.fromisoformat(end) - datetime.fromisoformat(begin)).total_seconds()


def all_parts() -> dict[Path, dict[str, str]]:
    """Return for each page its generated parts."""
    tables = {"two days": schedules.two_days(), "ten weeks": schedules.weekly()}
    return {START: tables} | {page_of(lesson): generated(lesson) for lesson in LESSONS}


def write() -> None:
    """Write the generated parts into the pages that are there."""
    for path, parts in all_parts().items():
        if path.exists():
            text = fill(path.read_text(encoding="utf-8"), parts)
            write_whole(path, lambda part, text=text: part.write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    write()
