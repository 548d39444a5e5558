"""Make the table and the picture of README.md from the lessons, as `make refresh` does.

python tools/readme.py
"""

import base64
import hashlib
import io
import re
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont, ImageOps
from PIL.PngImagePlugin import PngInfo

from helpers.files import write_whole
from tests.lessons import LESSONS, ROOT, minutes, read

README = ROOT / "README.md"
PICTURE = ROOT / ".github" / "lessons.png"
TABLE = re.compile(r"(?<=<!-- from the lessons -->\n).*?(?=\n<!-- until here -->)", re.DOTALL)
TILE, HEAD, GAP, COLUMNS = (560, 200), 26, 16, 2  # pixels


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


def explorers() -> dict[str, bytes]:
    """Return the stored picture of each lesson's last explorer, by the lesson's title."""
    return {
        title(lesson): base64.b64decode(output.data["image/png"])
        for lesson in LESSONS
        for cell in read(lesson).cells
        for output in cell.get("outputs", [])
        if "widget-view" in str(output.get("data", {}).keys())
    }


def fingerprint(pictures: dict[str, bytes]) -> str:
    """Return a few digits that change when a title or a picture does."""
    parts = [name.encode() + picture for name, picture in pictures.items()]
    return hashlib.sha256(b"".join(parts)).hexdigest()[:16]


def sheet(pictures: dict[str, bytes]) -> Image.Image:
    """Return all pictures side by side, each with its lesson's title above it."""
    width, height = TILE[0] + GAP, TILE[1] + HEAD + GAP
    lines = -(-len(pictures) // COLUMNS)
    whole = Image.new("RGB", (COLUMNS * width + GAP, lines * height + GAP), "white")
    pen, font = ImageDraw.Draw(whole), ImageFont.load_default(size=18)
    for i, (name, picture) in enumerate(pictures.items()):
        left, top = GAP + i % COLUMNS * width, GAP + i // COLUMNS * height
        pen.text((left, top), name, "black", font)
        small = ImageOps.contain(Image.open(io.BytesIO(picture)), TILE, Image.Resampling.LANCZOS)
        whole.paste(small, (left, top + HEAD))
    return whole.quantize(128)


def write() -> None:
    """Write the table into README.md, and the picture."""
    text = TABLE.sub(lambda _: table(), README.read_text(encoding="utf-8"))
    write_whole(README, lambda part: Path(part).write_text(text, encoding="utf-8"))
    pictures, note = explorers(), PngInfo()
    note.add_text("from", fingerprint(pictures))
    PICTURE.parent.mkdir(exist_ok=True)
    sheet(pictures).save(PICTURE, optimize=True, pnginfo=note)


if __name__ == "__main__":
    write()
