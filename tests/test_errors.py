"""Errors in a notebook: the learner's own lines alone, whatever the error is."""

import subprocess
import sys
from pathlib import Path

import pytest

from helpers.errors import ROOM
from tools.lessons import ROOT

SHELL = """
from IPython.core.interactiveshell import InteractiveShell

shell = InteractiveShell.instance(colors="nocolor")
for cell in CELLS:
    print("=" * 30)
    shell.run_cell(cell)
"""
FAILS = "torch.nn.Linear(2, 3)(torch.ones(3, 3))"
FROM = f"""
try:
    {FAILS}
except RuntimeError as error:
    raise ValueError("mine") from error
"""
CELLS = [
    "import torch\nfrom helpers.errors import shorten_errors\nshorten_errors()",
    FAILS, "%tb", FROM, "def f(n):\n    return n * f(n - 1)\nf(3)", FAILS,
]  # fmt: skip


def test_only_own_lines_are_shown_even_after_an_endless_recursion():
    command = [sys.executable, "-c", f"CELLS = {CELLS!r}\n{SHELL}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    _, _, short, whole, chained, recursion, again = done.stdout.split("=" * 30)
    for said in (short, chained, again):
        assert "torch/nn" not in said and "mat1 and mat2 shapes" in said, said
    assert "torch/nn" in whole and "ValueError: mine" in chained
    assert "RecursionError" in recursion and "unregistering" not in done.stdout + done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="Only Linux has a file that is full.")
def test_weights_that_do_not_fit_on_the_disk_are_explained():
    cells = [CELLS[0], "torch.save(torch.ones(9000), '/dev/full')"]
    command = [sys.executable, "-c", f"CELLS = {cells!r}\n{SHELL}"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=120)
    assert ROOM in done.stdout
