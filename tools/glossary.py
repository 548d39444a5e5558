"""Link the first use of each term in a lesson to the glossary: python tools/glossary.py

`notebooks/glossary.md` has an entry for every term that a lesson introduces in bold. Lessons that
come later link to it where they first use the term.
"""

import re
from pathlib import Path
from typing import NamedTuple

import nbformat

from helpers.files import write_whole
from tools.lessons import LESSONS, read

PAGE = Path(__file__).parents[1] / "notebooks" / "glossary.md"
EVERYDAY = "an everyday word: its uses are not linked"
ENTRY = re.compile(
    r"^### (?P<term>.+)\n\n(?:\*\((?P<forms>.+)\)\* )?(?P<text>.+) "
    r"\[.+\]\((?P<lesson>\d\d_\w+\.ipynb)#(?P<section>.+)\)$",
    re.MULTILINE,
)
BOLD = re.compile(r"\*\*(?=\S)([^*]+?)(?<=\S)\*\*")
# what is no prose: code, formulas, headings, links, labels and terms in bold, menus, HTML
NO_PROSE = re.compile(
    r"```.*?```|`[^`]*`|\$[^$]+\$|^#+ .*$|\[[^\]]*\]\([^)]*\)|\*\*[^*]+?\*\*|\*Kernel [^*]+\*"
    r"|<[^>]+>|https?://\S+",
    re.DOTALL | re.MULTILINE,
)


class Term(NamedTuple):
    """An entry of the glossary: a term, its other forms, and where it is introduced."""

    name: str
    forms: tuple[str, ...]  # none for an everyday word
    lesson: str
    section: str

    @property
    def link(self) -> str:
        """The address of the entry, as JupyterLab names the places of a page."""
        return f"glossary.md#{self.name.replace(' ', '-')}"

    def pattern(self) -> re.Pattern:
        """Return what finds the term in prose, in any of its forms."""
        words = sorted((self.name, *self.forms), key=len, reverse=True)
        return re.compile(rf"(?<![\w-])(?:{'|'.join(map(re.escape, words))})(?![\w-])", re.I)


def terms() -> list[Term]:
    """Return the entries of the glossary, in the order of the page."""
    found = []
    for entry in ENTRY.finditer(PAGE.read_text(encoding="utf-8")):
        forms = tuple(entry["forms"].split(", ")) if entry["forms"] else ()
        found.append(Term(entry["term"], forms, entry["lesson"], entry["section"]))
    return found


def introduced(lesson: Path) -> list[tuple[str, str]]:
    """Return the terms that a lesson prints in bold, each with the heading above it."""
    found, heading = [], ""
    for cell in read(lesson).cells:
        if cell.cell_type == "markdown":
            for line in cell.source.splitlines():
                if line.startswith("## "):
                    heading = line.removeprefix("## ")
                found += [(bold, heading) for bold in BOLD.findall(line) if bold[-1] not in ".:?"]
    return found


def first_uses(lesson: Path) -> list[tuple[Term, int, int, int]]:
    """Return first uses of earlier lessons' terms that have no link: cell, begin and end."""
    cells = [(i, c.source) for i, c in enumerate(read(lesson).cells) if c.cell_type == "markdown"]
    found = []
    for term in terms():
        if term.lesson >= lesson.name or EVERYDAY in term.forms:
            continue
        if any(f"]({term.link})" in source for _, source in cells):
            continue
        for i, source in cells[1:]:  # not in the head of the lesson
            prose = NO_PROSE.sub(lambda part: " " * len(part[0]), source)
            if use := term.pattern().search(prose):
                found.append((term, i, use.start(), use.end()))
                break
    return found


def link_first_uses(lesson: Path) -> int:
    """Write the missing links into a lesson, and return how many there were."""
    notebook, count = nbformat.read(lesson, as_version=4), 0
    while uses := first_uses(lesson):
        # one at a time, the longest term first: "training step" before "step"
        term, i, start, end = max(uses, key=lambda use: use[3] - use[2])
        source = notebook.cells[i].source
        notebook.cells[
            i
        ].source = f"{source[:start]}[{source[start:end]}]({term.link}){source[end:]}"
        write_whole(lesson, lambda part: nbformat.write(notebook, part))
        read.cache_clear()
        count += 1
    return count


if __name__ == "__main__":
    for path in LESSONS:
        print(f"{path.name}: {link_first_uses(path)} links added")
