"""The rehearsal itself: it sees what it is there to see."""

import json
import os
import subprocess
import sys

import nbformat
import pytest

from tests.lessons import ROOT

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork a process")
TRAINS = """
from helpers.training import fit
net = nn.Linear(4, 2)
losses = fit(net, torch.rand(64, 4), torch.zeros(64).long(), steps=3_000)
"""
DONE = "assert len(losses) == 3_000"  # a claim: it need not hold after an interrupt


def rehearse(folder, *cells: str) -> list[str]:
    """Rehearse a lesson of these cells, the first as its set-up; return the troubles."""
    notebook = nbformat.v4.new_notebook()
    for i, text in enumerate(("import torch\nfrom torch import nn", *cells)):
        kind = nbformat.v4.new_markdown_cell if text.startswith("## ") else None
        cell = (kind or nbformat.v4.new_code_cell)(text)
        cell.id, cell.metadata = f"c{i}", {"tags": ["setup"] if i == 0 else []}
        notebook.cells.append(cell)
    path = folder / "99_lesson.ipynb"
    nbformat.write(notebook, path)
    done = subprocess.run(
        [sys.executable, "-m", "tests.rehearsal", str(path), "1", "60"],
        cwd=ROOT, capture_output=True, text=True, timeout=120,
        env=os.environ | {"OMP_NUM_THREADS": "1", "LESSON_DEVICE": "cpu"},
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])["troubles"]


def test_it_finds_nothing_in_a_lesson_that_holds(tmp_path):
    assert rehearse(tmp_path, "x = 1", "y = x + 1\nassert y == 2", TRAINS, DONE) == []


def test_it_finds_what_does_not_hold(tmp_path):
    found = rehearse(
        tmp_path,
        "## 1 · First?",
        "x = torch.zeros(2, 3)",
        "x = x.view(3, 2)[0]",  # c3: not a second time
        "## 2 · Next?\n\n*(uses the set-up alone)*",
        "z = x",  # c5: and section 1
        "a = [1, 2]",
        "assert a[0] == 1",  # c7: not after c8
        "a = None",
        TRAINS,
        "last = losses[-1] if len(losses) == 3_000 else undefined",  # c10
    )
    assert found[0].startswith("c3 (run again at once): RuntimeError")
    assert "c5 (with only what “2 · Next?” uses): NameError: name 'x' is not defined" in found
    assert any(said.startswith("c7 (step ") and "NoneType" in said for said in found)
    assert any(said.startswith("c10 (after an interrupt of c9): NameError") for said in found)


def test_it_finds_a_process_that_dies(tmp_path):
    assert rehearse(tmp_path, "import os\nos._exit(3)")[0] == "a process died: 3"
