"""Lessons in impatient hands: cells run twice, in any order, interrupted, and sections alone.

The kernels are real ones, and an interrupt is the one that Kernel > Interrupt sends. A failure
names the cell, and what was being tried. The random walk is the same each time; `LESSON_SEED=...`
takes another one, and what one walk misses, the next may find.
"""

import asyncio
import copy
import itertools
import os
import random
import re
import sys
import time

import psutil
import pytest
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError
from nbformat.v4 import new_code_cell

from tools.lessons import LESSONS, needed_cells, read, tags

SEED = int(os.environ.get("LESSON_SEED", 202648))
WALK = 25  # cells
QUICK = 1.0  # seconds: slower cells are run twice, but not at once
SILENT = 4.0  # seconds of computing without a sign of life, which the text above must announce
SIGNS = {"stream", "display_data", "update_display_data", "execute_result", "error"}
GIGABYTES = 3  # for one kernel, at most; Linux counts in kilobytes
MEMORY = "__import__('resource').getrusage(__import__('resource').RUSAGE_SELF).ru_maxrss"
OURS = {"reset": "%reset -f", "memory": f"assert {MEMORY} < {GIGABYTES}e6, {MEMORY}"}

pytestmark = pytest.mark.slow


class Learner(NotebookClient):
    """Runs the cells of a lesson in any order, in one kernel, and notes what went wrong."""

    def __init__(self, lesson) -> None:
        notebook = copy.deepcopy(read(lesson))
        notebook.cells += [new_code_cell(source, id=name) for name, source in OURS.items()]
        place = {"metadata": {"path": str(lesson.parent)}}
        super().__init__(notebook, kernel_name="python3", timeout=300, resources=place)
        self.cells = {cell.id: cell for cell in notebook.cells if cell.cell_type == "code"}
        self.names = [name for name in self.cells if name not in OURS]
        self.seconds: dict[str, float] = {}  # how long a cell took, at most
        self.size: dict[str, int] = {}  # how much it showed at first
        self.trainings: set[str] = set()  # the cells with a live picture
        self.troubles: list[str] = []
        self.patience: float | None = None  # seconds from a live picture to the interrupt

    def process_message(self, message, cell, index):
        """Note the first sign of life and live pictures, before nbclient takes the message."""
        if message["msg_type"] in SIGNS and self.first_sign is None:
            self.first_sign = self.clocks()
        if message["msg_type"] == "display_data" and message["content"].get("transient"):
            self.trainings.add(cell.id)
            if self.patience is not None:
                self.soon = asyncio.get_running_loop().create_task(self.interrupt(self.patience))
        return super().process_message(message, cell, index)

    async def interrupt(self, seconds: float) -> None:
        """Do as Kernel > Interrupt does, after some seconds."""
        await asyncio.sleep(seconds)
        await self.km.interrupt_kernel()

    def clocks(self) -> tuple[float, float]:
        """Return two times: that of a clock, and what the kernel has computed on all its cores.

        Other busy programs slow the first one down, and several cores the second one.
        """
        used = psutil.Process(self.km.provisioner.pid).cpu_times()
        return time.monotonic(), used.user + used.system

    def play(self, name: str, when: str, forgiven: str | None = None) -> None:
        """Run a cell. An error is a trouble, unless the pattern `forgiven` matches it."""
        cell, start = self.cells[name], self.clocks()
        self.first_sign = None
        expected, errors = "raises-exception" in tags(cell), []
        try:
            self.execute_cell(cell, self.nb.cells.index(cell))
            errors = [output for output in cell.outputs if output.output_type == "error"]
            if expected and not errors:
                self.troubles.append(f"{name} ({when}): the error that it shows did not come")
        except CellExecutionError as error:
            errors = [error]
        except (CellTimeoutError, DeadKernelError) as error:
            pytest.fail("\n".join([*self.troubles, f"{name} ({when}): {error}"]), pytrace=False)
        for error in [] if expected else errors:
            said = f"{error.ename}: {error.evalue}"
            if not (forgiven and re.match(forgiven, said)):
                self.troubles.append(f"{name} ({when}): {said[:300]}")
        self.seconds[name] = max(time.monotonic() - start[0], self.seconds.get(name, 0))
        self.silence = min(b - a for a, b in zip(start, self.first_sign or self.clocks()))

    def run_all(self) -> None:
        """Run the lesson in order. A cell that works in silence must have been announced."""
        prose = ""
        for cell in self.nb.cells:
            if cell.cell_type == "markdown":
                prose = cell.source
            elif cell.id in self.names:
                self.play(cell.id, "Run All")
                self.size[cell.id] = len(str(cell.outputs))
                expected = "seconds" in prose or "setup" in tags(cell)  # which imports torch
                if self.silence > SILENT and not expected:
                    self.troubles.append(
                        f"{cell.id} (Run All): it is silent for {self.silence:.1f} s. Let it show "
                        "that it works, or say above it that it takes some seconds."
                    )

    def play_again(self, name: str, when: str) -> None:
        """Run a cell that was run before; it must not show more each time."""
        self.play(name, when)
        if len(str(self.cells[name].outputs)) > 2 * self.size[name] + 1000:
            self.troubles.append(f"{name} ({when}): it shows more than the first time")

    def break_off(self, name: str) -> None:
        """Interrupt a training before its first step, and later. What is below must work.

        That goes down to the next training. A cell may refuse with a sentence which says that
        it needs the whole training.
        """
        below = self.names[self.names.index(name) + 1 :]
        below = list(itertools.takewhile(lambda other: other not in self.trainings, below))
        for self.patience in (0.0, 0.2):
            when = f"an interrupt {self.patience} s after the first picture of {name}"
            for _ in range(3):  # Python ignores one that comes while an object is taken apart
                self.play(name, when)
                self.soon.cancel()  # a training that ended before its interrupt
                if self.patience or "Interrupted" in str(self.cells[name].outputs):
                    break
            else:
                self.troubles.append(f"{name} ({when}): it does not say that it was stopped")
            self.patience = None
            for other in below:
                self.play(other, f"after {when}", "AssertionError: .*whole training")


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda path: path.stem)
def test_it_holds_in_disorder(lesson):
    learner, chance = Learner(lesson), random.Random(SEED)
    with learner.setup_kernel():
        learner.run_all()
        for name in learner.names:
            if name in learner.trainings:
                learner.break_off(name)
            learner.play_again(name, "Run All a second time")
            if learner.seconds[name] < QUICK:
                learner.play_again(name, "run again at once")
        walk = [name for name in learner.names if name not in learner.trainings]
        for name in chance.choices(walk, k=WALK):  # the same on each machine
            learner.play(name, "in a random walk", "AssertionError")
        for title, path in needed_cells(lesson).items():
            if path != learner.names[: len(path)]:  # otherwise it is the beginning of Run All
                learner.play("reset", "between sections")
                for name in path:
                    learner.play(name, f"with only what “{title}” uses")
        if sys.platform == "linux":
            learner.play("memory", f"more than {GIGABYTES} GB were needed")
    assert not learner.troubles, f"with LESSON_SEED={SEED}:\n" + "\n".join(learner.troubles)
