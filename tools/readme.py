"""Make the table of README.md from the lessons, as `make refresh` does: python tools/readme.py"""

import re
from pathlib import Path

from helpers.files import write_whole
from tools.lessons import LESSONS, ROOT, minutes, read

README = ROOT / "README.md"
TABLE = re.compile(r"(?<=<!-- from the lessons -->\n).*?(?=\n<!-- until here -->)", re.DOTALL)


def title(lesson: Path) -> str:
    """Return "02 · A regression network"."""
    return read(lesson).cells[0].source.splitlines()[0].removeprefix("# ")


def table() -> str:
    """Return the table of the lessons, in Markdown."""
    rows = ["| | lesson | by the end | minutes |", "|---|---|---|---|"]
    for lesson in LESSONS:
        number, name = title(lesson).split(" · ")
        promise = re.search(
            r"^(?:At the end|By the end of this lesson,?) (.+?)\.$",
            read(lesson).cells[0].source,
            re.MULTILINE,
        )
        link = f"[{name}](notebooks/{lesson.name})"
        rows.append(f"| {number} | {link} | {promise[1]} | {minutes(lesson)} |")
    return "\n".join(rows)


def write() -> None:
    """Write the table into README.md."""
    text = TABLE.sub(lambda _: table(), README.read_text(encoding="utf-8"))
    write_whole(README, lambda part: Path(part).write_text(text, encoding="utf-8"))


if __name__ == "__main__":
    write()
