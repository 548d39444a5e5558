"""The lessons hold when cells are run again, in disorder, or broken off."""

import datetime
import os

import pytest

from tests.lessons import LESSONS, read, sections

# another walk every week: what one misses, the next may find
SEED = int(datetime.date.today().strftime("%G%V"))
pytestmark = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork a process")
def test_cells_can_be_run_again_in_disorder_and_broken_off(lesson, rehearse, record_property):
    found = rehearse(lesson, seed=SEED)
    assert not found["troubles"], f"with seed {SEED}: " + "\n".join(found["troubles"])
    cells = [cell for cell in read(lesson).cells if cell.cell_type == "code"]
    assert found["played"] >= 3 * len(cells)
    record_property(f"{lesson.stem}, rehearsal", f"{found['played']} cells, seed {SEED}")


def test_each_section_says_what_it_uses(lesson):
    heads = [c.source for c in read(lesson).cells if c.source.startswith("## ")]
    for head in heads[1:-1]:  # not the picture of where we go, nor the recap
        assert "*(uses " in head, head.splitlines()[0]
    assert len(sections(lesson)) >= 4
