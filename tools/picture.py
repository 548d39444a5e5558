"""Make the picture of README.md: lesson 05 in JupyterLab reads a digit, and checks an exercise.

python tools/picture.py
"""

import tempfile
from pathlib import Path

from PIL import Image
from playwright.sync_api import expect

from tests.lab import OpenLesson, chromium, draw, lab
from tools.lessons import LESSONS, ROOT

PICTURE = ROOT / ".github" / "jupyterlab.png"
WIDTH = 1100  # pixels of the window, and of the picture
SEVEN = [(0.25, 0.22), (0.5, 0.2), (0.75, 0.2), (0.6, 0.5), (0.45, 0.85)]  # shares of the pad
WRONG = """def output_size(n, k, stride, padding):
    return (n + padding - k) // stride + 1


check.output_size(output_size)"""


def write() -> None:
    """Run lesson 05, draw a 7, answer the first exercise wrongly, and keep what is seen."""
    (lesson,) = [path for path in LESSONS if path.name.startswith("05")]
    with tempfile.TemporaryDirectory() as folder, lab(Path(folder)) as address:
        with chromium() as browser:
            page = browser.new_page()
            page.set_viewport_size({"width": WIDTH, "height": 700})
            opened = OpenLesson(page, address, lesson, presenting=False)
            opened.command("application:toggle-left-area")
            opened.run_all()
            places = {cell.id: i for i, cell in enumerate(opened.cells)}
            explorer = opened.cell(places["draw-a-digit"])
            explorer.get_by_role("button", name="Clear").click()
            draw(explorer.get_by_role("application"), SEVEN, touch=False)
            expect(explorer.get_by_role("status")).to_contain_text("reads a 7")
            page.screenshot(path=f"{folder}/digit.png")
            cell = opened.cell(places["exercise-1-code"])
            page.keyboard.press("Enter")
            page.keyboard.press("Control+a")
            page.keyboard.insert_text(WRONG)
            expect(opened.run(places["exercise-1-code"])).to_contain_text("twice")
            cell.screenshot(path=f"{folder}/exercise.png")
            opened.close()
        parts = [Image.open(f"{folder}/{name}.png") for name in ("digit", "exercise")]
        whole = Image.new("RGB", (WIDTH, sum(part.height for part in parts)), "white")
        for part, top in zip(parts, (0, parts[0].height)):
            whole.paste(part, ((WIDTH - part.width) // 2, top))
    PICTURE.parent.mkdir(exist_ok=True)
    whole.quantize(128).save(PICTURE, optimize=True)


if __name__ == "__main__":
    write()
