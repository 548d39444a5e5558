"""The lessons hold when cells are run again, in disorder, or broken off.

The rehearsal, which finds out, is itself tried on lessons that do not hold.
"""

import datetime
import os

import nbformat
import pytest
import torch
from torch.utils.benchmark import Timer

from helpers import dropout, scripts, training
from tests.lessons import LESSONS, read, sections
from tests.memory import remember

# another walk every week: what one misses, the next may find
SEED = int(datetime.date.today().strftime("%G%V"))
each_lesson = pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
forks = pytest.mark.skipif(not hasattr(os, "fork"), reason="this system can't fork a process")

TRAINS = """
import time
from helpers.live import LiveLoss
losses = []
with LiveLoss(losses, 60) as live:
    for step in range(60):
        time.sleep(0.02)
        losses.append(1 / (step + 1))
        live.update()
"""
DONE = "assert len(losses) == 60"  # a claim: it need not hold after an interrupt


@forks
@each_lesson
def test_cells_can_be_run_again_in_disorder_and_broken_off(lesson, rehearse, record_property):
    found = rehearse(lesson, seed=SEED)
    assert not found["troubles"], f"with seed {SEED}: " + "\n".join(found["troubles"])
    cells = [cell for cell in read(lesson).cells if cell.cell_type == "code"]
    assert found["played"] >= 3 * len(cells)
    record_property(f"{lesson.stem}, rehearsal", f"{found['played']} cells, seed {SEED}")


@each_lesson
def test_each_section_says_what_it_uses(lesson):
    heads = [c.source for c in read(lesson).cells if c.source.startswith("## ")]
    for head in heads[1:-1]:  # not the picture of where we go, nor the recap
        assert "*(uses " in head, head.splitlines()[0]
    assert len(sections(lesson)) >= 4


@pytest.fixture
def troubles(rehearse, tmp_path):
    """A function that rehearses a lesson of these cells, the first its set-up."""

    def found(*cells: str, **how: float) -> list[str]:
        notebook = nbformat.v4.new_notebook()
        for i, text in enumerate(("import torch\nfrom torch import nn", *cells)):
            kind = nbformat.v4.new_markdown_cell if text.startswith("## ") else None
            cell = (kind or nbformat.v4.new_code_cell)(text)
            cell.id, cell.metadata = f"c{i}", {"tags": ["setup"] if i == 0 else []}
            notebook.cells.append(cell)
        nbformat.write(notebook, tmp_path / "99_lesson.ipynb")
        return rehearse(tmp_path / "99_lesson.ipynb", seed=1, cells=60, **how)["troubles"]

    return found


@forks
def test_it_finds_nothing_in_a_lesson_that_holds(troubles):
    assert troubles("x = 1", "y = x + 1\nassert y == 2", TRAINS, DONE) == []


@forks
def test_it_finds_what_does_not_hold(troubles):
    found = troubles(
        "## 1 · First?",
        "x = torch.zeros(2, 3)",
        "x = x.view(3, 2)[0]",  # c3: not a second time
        "## 2 · Next?\n\n*(uses the set-up alone)*",
        "z = x",  # c5: and section 1
        "a = [1, 2]",
        "assert a[0] == 1",  # c7: not after c8
        "a = None",
        TRAINS,
        "last = losses[-1] if len(losses) == 60 else undefined",  # c10
    )
    assert found[0].startswith("c3 (run again at once): RuntimeError")
    assert "c5 (with only what “2 · Next?” uses): NameError: name 'x' is not defined" in found
    assert any(said.startswith("c7 (cell ") and "NoneType" in said for said in found)
    assert any(said.startswith("c10 (after an interrupt of c9): NameError") for said in found)


@forks
def test_it_finds_a_process_that_dies(troubles):
    assert troubles("import os\nos._exit(3)")[0] == "a process died: 3"


@forks
def test_it_finds_a_cell_that_works_in_silence(troubles):
    clock = "import time\nend = globals().get('end') or time.process_time() + 0.6"
    busy = "while time.process_time() < end: pass"
    assert troubles(clock, busy, slow=0.3)[0].startswith("c2 (first run): silent for ")
    assert troubles(clock, f"print('working')\n{busy}", slow=0.3) == []
    head = "## 1 · It takes some seconds.\n\n*(uses the set-up alone)*"
    assert troubles(head, f"{clock}\n{busy}", slow=0.3) == []


@pytest.fixture
def remembering(monkeypatch, tmp_path):
    """Scripts, timers and trainings remember, until the end of the test."""
    remembered = [(scripts, "run_script"), (training, "fit"), (dropout, "train_pairs")]
    for place, name in [*remembered, (Timer, "blocked_autorange")]:
        monkeypatch.setattr(place, name, getattr(place, name))
    remember(tmp_path)

    def recalled(function, *settings):
        """Call it; nothing new must be computed."""
        known = set(tmp_path.iterdir())
        result = function(*settings)
        assert set(tmp_path.iterdir()) == known
        return result

    return recalled


def test_a_script_is_remembered_with_its_files_and_for_these_alone(remembering):
    script = "import os; open('new', 'w').write(open('given').read()); print(os.getpid())"
    said = []
    for given in ("a", "a", "b"):
        folder = scripts.scratch_folder()
        (folder / "given").write_text(given)
        said.append(scripts.run_script(script, folder=folder))
        assert (folder / "new").read_text() == given
    assert said[0] == said[1] != said[2]
    assert scripts.run_script("print(1 + 1)") == "2"


def test_a_remembered_training_leaves_what_the_training_left(remembering):
    def trained(seed: int, peak: float) -> list:
        torch.manual_seed(seed)
        net = torch.nn.Linear(3, 2)
        x = torch.arange(60.0).view(20, 3) / 60
        losses = training.fit(net, x, torch.arange(20) % 2, steps=12, peak=peak, live=False)
        return [losses, net.weight.tolist(), torch.rand(2).tolist()]

    first = trained(1, 0.01)
    assert remembering(trained, 1, 0.01) == first
    assert trained(2, 0.01)[0] != first[0] != trained(1, 0.02)[0]


def test_a_timer_remembers_operands_of_one_shape(remembering):
    def timed(n: int, threads: int = 1) -> float:
        timer = Timer("a @ a", globals={"a": torch.zeros(n, n)}, num_threads=threads)
        return timer.blocked_autorange(min_run_time=0.001).median

    first = timed(5)
    assert timed(5) == first
    assert len({first, timed(6), timed(5, threads=2)}) == 3


def test_remembered_pairs_are_those_of_their_points_and_chance(remembering):
    def trained(seed: int, points: int) -> list:
        torch.manual_seed(seed)
        x = torch.linspace(-1, 1, points)[:, None]
        return [dropout.train_pairs(x, x[None], steps=2).tolist(), torch.rand(2).tolist()]

    first = trained(1, 5)
    assert remembering(trained, 1, 5) == first
    assert trained(2, 5)[0] != first[0] != trained(1, 6)[0]
