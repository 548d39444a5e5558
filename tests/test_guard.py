"""Who tests the tests? Spoilt copies of a lesson, which must fail, notebook and cell named."""

import copy
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest

from tests.lessons import ROOT, read

LESSON = ROOT / "notebooks" / "01_tensors_and_autograd.ipynb"
PRINTS = "rise-over-run"  # a cell that prints numbers, without torch: a kernel starts fast


def spoil(folder: Path, name: str, change, short: bool = False) -> None:
    """Store a copy of the lesson, or of a cell that prints and one that imports, and change it."""
    notebook = copy.deepcopy(read(LESSON))
    cells = {cell.id: cell for cell in notebook.cells}
    if short:
        cells["set-up"].source = "import math"
        notebook.cells = [cells["set-up"], cells[PRINTS]]
    change({cell.id: cell for cell in notebook.cells})
    nbformat.write(notebook, folder / f"{name}.ipynb")


def suite(folder: Path, *arguments: str) -> str:
    """Run our tests on the notebooks of a folder, which must fail; return what they say."""
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
    environment |= {"LESSON_FOLDER": str(folder), "PYTHONPATH": str(ROOT), "COLUMNS": "250"}
    command = [sys.executable, "-m", "pytest", "-c", str(ROOT / "pyproject.toml")]
    done = subprocess.run(
        [*command, f"--nbval-sanitize-with={ROOT}/tests/sanitize.cfg", *arguments],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=300,
    )  # fmt: skip
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


RUN = [wrong_number, no_output, false_assert, hangs, dies]
LOOKED_AT = [unknown_magic, no_picture, stripped]


def failed(said: str, name: str) -> list[str]:
    """Return the lines of the summary that name a notebook."""
    return [line for line in said.splitlines() if line.startswith("FAILED") and name in line]


@pytest.fixture(scope="module")
def said(tmp_path_factory) -> tuple[str, str]:
    """What our tests say of copies that are run, and of copies that are looked at."""
    run, look = map(tmp_path_factory.mktemp, ("run", "look"))
    for change in RUN:
        spoil(run, change.__name__, change, short=True)
    for change in LOOKED_AT:
        spoil(look, change.__name__, change)
    copies = map(str, run.glob("*.ipynb"))
    with ThreadPoolExecutor() as both:  # at once: the first of them mostly waits
        ran = both.submit(suite, run, f"--rootdir={run}", "-n0", "--nbval-cell-timeout=1", *copies)
        seen = both.submit(suite, look, "-n0", "tests/test_notebooks.py", "-k", "not links")
        return ran.result(), seen.result()


def test_what_nbval_runs_fails_where_it_is_spoilt(said):
    for change in RUN:
        assert failed(said[0], f"{change.__name__}.ipynb::Cell 1"), f"{change.__name__}: {said[0]}"


def test_what_nbval_does_not_see_is_looked_at(said):
    assert f"[{unknown_magic.__name__}] - AssertionError: {PRINTS}" in said[1]
    assert f"[{no_picture.__name__}] - AssertionError: explore" in said[1]
    assert f"test_every_cell_was_run_once_in_order[{stripped.__name__}]" in said[1]
