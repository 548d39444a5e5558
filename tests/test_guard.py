"""Who tests the tests? Spoilt lessons, in which our tests must find what is wrong."""

import copy
import os
import re
import subprocess
import sys

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from tools.lessons import ROOT, read

LESSON = ROOT / "notebooks" / "01_tensors_and_autograd.ipynb"
PRINTS = "rise-over-run"  # a cell that prints numbers and needs no torch

pytestmark = pytest.mark.slow


def suite(folder, *arguments: str, **environment: str) -> str:
    """Run our tests on the notebooks of a folder, which must fail; return what they say."""
    mine = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")} | environment
    mine |= {"LESSON_FOLDER": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "250"}
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml"), "-n0"]
    command += [f"--nbval-sanitize-with={ROOT}/tests/sanitize.cfg", "-p", "no:cacheprovider"]
    done = subprocess.run(
        [*command, *arguments], cwd=ROOT, env=mine, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 1, done.stdout + done.stderr
    return done.stdout


def wrong_number(cells):
    output = next(out for out in cells[PRINTS].outputs if out.output_type == "stream")
    output.text = re.sub(r"\d", lambda found: str((int(found[0]) + 1) % 10), output.text)


def no_output(cells):
    cells[PRINTS].outputs = []


def false_assert(cells):
    cells[PRINTS].source += "\nassert 1 + 1 == 3"


def hangs(cells):
    cells[PRINTS].source = "import time\ntime.sleep(60)"


def dies(cells):
    cells[PRINTS].source = "import os\nos._exit(1)"


def test_nbval_finds_what_is_wrong_when_a_lesson_is_run(tmp_path):
    changes = [wrong_number, no_output, false_assert, hangs, dies]
    for change in changes:
        cells = {cell.id: copy.deepcopy(cell) for cell in read(LESSON).cells}
        cells["set-up"].source = "import math"  # without torch a kernel starts fast
        change(cells)
        notebook = new_notebook(cells=[cells["set-up"], cells[PRINTS]])
        nbformat.write(notebook, tmp_path / f"{change.__name__}.ipynb")
    said = suite(tmp_path, "--nbval-cell-timeout=3", str(tmp_path))
    for change in changes:
        assert re.search(rf"FAILED .*\b{change.__name__}.ipynb::Cell 1", said), said
    assert said.count("FAILED ") == len(changes), said


def unknown_magic(cells):
    cells[PRINTS].source = "%hocuspocus\n" + cells[PRINTS].source


def no_picture(cells):
    for output in (out for cell in cells.values() for out in cell.get("outputs", [])):
        if "application/vnd.jupyter.widget-view+json" in output.get("data", {}):
            output.data.pop("image/png", None)


def stripped(cells):
    for cell in cells.values():
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


def test_what_nbval_does_not_see_is_looked_at(tmp_path):
    for change in (unknown_magic, no_picture, stripped):
        notebook = copy.deepcopy(read(LESSON))
        change({cell.id: cell for cell in notebook.cells})
        nbformat.write(notebook, tmp_path / f"{change.__name__}.ipynb")
    said = suite(tmp_path, "tests/test_notebooks.py", "-k", "not links")
    assert f"[{unknown_magic.__name__}] - AssertionError: {PRINTS}" in said, said
    assert f"[{no_picture.__name__}] - AssertionError: explore" in said, said
    assert f"test_every_cell_was_run_once_in_order[{stripped.__name__}]" in said, said


START = "## 1 · This takes some seconds.\n\n*(To start here, run the set-up cell first.)*"
BUSY = """
end = time.process_time() + 5 * ('end' not in globals())
while time.process_time() < end: pass
"""
TRAINS = """
from helpers.live import LiveLoss
losses = []
with LiveLoss(losses, 60) as live:
    for step in range(60):
        time.sleep(0.02)
        losses.append(1 / (step + 1))
        live.update()
"""
NOT_LIVE = "display('begun', display_id=True)\nfor step in range(60): time.sleep(0.02)"
LATER = "c2 (after an interrupt 0.2 s after the first picture of c1)"
CLAIM = "assert len(losses) == 60"
# the cells of small lessons, c1, c2 and so on; c0 is the set-up
HOLDS = [
    START,
    BUSY,
    "x = 1",
    "assert x == 1",
    TRAINS,
    f"{CLAIM}, 'this needs the whole training'",
]
DOES_NOT = {
    "works_once": (["x = [1]", "x = x[0]"], "c2 (run again at once): TypeError"),
    "in_order": (["a = [1]", "a[0]", "a = None"], "c2 (in a random walk): TypeError"),
    "needs_more": (
        [
            "## 1 · First",
            "x = 1",
            "## 2 · Next\n\n*(To start here, run the set-up cell first.)*",
            "y = x",
        ],
        "c4 (with only what “2 · Next” uses): NameError: name 'x' is not defined",
    ),
    "no_error": (["x = 1  # raises"], "c1 (Run All): the error that it shows did not come"),
    "silent": ([BUSY], "c1 (Run All): it is silent for "),
    "grows": (
        ["n = globals().get('n', 0) + 1\nprint(3000 * n * 'x')"],
        "c1 (run again at once): it shows more than the first time",
    ),
    "dies": (
        ["n = globals().get('n', 0) + 1\nif n > 1: __import__('os')._exit(3)"],
        "c1 (Run All a second time): Kernel died",
    ),
    "bare_interrupt": (
        [NOT_LIVE],
        "c1 (an interrupt 0.0 s after the first picture of c1): KeyboardInterrupt",
    ),
    "breaks_off": ([TRAINS, "losses[59]"], f"{LATER}: IndexError"),
    "bare_claim": ([TRAINS, CLAIM], f"{LATER}: AssertionError"),
}


def write_small_lesson(folder, name: str, texts: list[str]) -> None:
    notebook = new_notebook()
    for i, text in enumerate(["import time", *texts]):
        new_cell = new_markdown_cell if text.startswith("## ") else new_code_cell
        notebook.cells.append(new_cell(text, id=f"c{i}"))
        tags = ["setup"] * (i == 0) + ["raises-exception"] * text.endswith("# raises")
        notebook.cells[-1].metadata["tags"] = tags
    nbformat.write(notebook, folder / f"{name}.ipynb")


def test_disorder_is_found(tmp_path):
    write_small_lesson(tmp_path, "holds", HOLDS)
    for name, (texts, _) in DOES_NOT.items():
        write_small_lesson(tmp_path, name, texts)
    said = suite(tmp_path, "-m", "slow", "tests/test_disorder.py", LESSON_SEED="1")
    assert "test_it_holds_in_disorder[holds]" not in said.partition("short test summary")[2], said
    for name, (_, trouble) in DOES_NOT.items():
        _, report = said.split(f" test_it_holds_in_disorder[{name}] ___")
        assert trouble in report.partition("\n____")[0], said
