"""The lessons hold when cells are run again, in disorder, or broken off."""

import datetime
import json
import os
import subprocess
import sys

import pytest

from tests.lessons import LESSONS, ROOT, read, sections
from tests.networks import without_network

# another walk every week: what one misses, the next may find
SEED = int(datetime.date.today().strftime("%G%V"))
RUN = """
import sys
from pathlib import Path
from tests.networks import switch_loopback_on
from tests.rehearsal import main

switch_loopback_on()
main(Path(sys.argv[1]), int(sys.argv[2]))
"""
pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork a process")
def test_cells_can_be_run_again_in_disorder_and_broken_off(lesson, tmp_path, record_property):
    environment = {k: v for k, v in os.environ.items() if not k.startswith(("PYTEST_", "MNIST_"))}
    environment |= {"LESSON_DATA": str(tmp_path), "LESSON_DEVICE": "cpu", "OMP_NUM_THREADS": "1"}
    environment["CUDA_VISIBLE_DEVICES"] = ""  # a process that has used a GPU can't be forked
    done = subprocess.run(
        [*without_network(), sys.executable, "-c", RUN, str(lesson), str(SEED)],
        cwd=ROOT, env=environment, capture_output=True, text=True, timeout=600,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert not found["troubles"], f"with seed {SEED}: " + "\n".join(found["troubles"])
    cells = [cell for cell in read(lesson).cells if cell.cell_type == "code"]
    assert found["played"] >= 3 * len(cells)
    record_property(f"{lesson.stem}, rehearsal", f"{found['played']} cells, seed {SEED}")


def test_each_section_says_what_it_uses(lesson):
    heads = [c.source for c in read(lesson).cells if c.source.startswith("## ")]
    for head in heads[1:-1]:  # not the picture of where we go, nor the recap
        assert "*(uses " in head, head.splitlines()[0]
    assert len(sections(lesson)) >= 4
