"""Play a lesson's cells in any order, as impatient learners do, and say what went wrong.

    python -m tests.rehearsal LESSON SEED [CELLS]      (default: 25 cells in random order)

Cells run in IPython, in processes that are forked from one that has imported what all
lessons import: a fork keeps the state from which several tries begin, and a try that dies
takes nothing else with it. Prints one JSON object: what was tried, and every trouble.
"""

import contextlib
import io
import json
import os
import random
import signal
import sys
import time
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.lessons import read, sections, tags

SECONDS = 500  # for one try, before it is ended
QUICK = 1.0  # second: slower cells are left out of the random walk
AFTER = 0.2  # seconds from the first picture of a training to its interrupt


class Stage:
    """An IPython that runs the cells of one lesson and collects troubles."""

    def __init__(self, lesson: Path) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self.cells = {c.id: c for c in read(lesson).cells if c.cell_type == "code"}
        self.shell = InteractiveShell.instance()
        self.shell.showtraceback = lambda *args, **kwargs: None
        self.troubles: list[str] = []
        self.trainings: list[str] = []  # cells that showed a live picture
        self.seconds: dict[str, float] = {}
        self.played = 0
        self._watch_live_pictures()

    def _watch_live_pictures(self) -> None:
        from helpers.live import LivePicture

        enter = LivePicture.__enter__

        def entered(picture):
            result = enter(picture)
            self.on_training()
            return result

        LivePicture.__enter__ = entered
        self.on_training: Callable[[], object] = lambda: None

    def play(self, name: str, when: str, allow: tuple[type, ...] = ()) -> None:
        """Run a cell; an error that it is not tagged for is a trouble."""
        self.on_training = lambda: self.trainings.append(name)
        self._run(name, when, allow)

    def interrupt(self, name: str) -> None:
        """Run a training and interrupt it after its first picture."""

        def soon():
            signal.setitimer(signal.ITIMER_REAL, AFTER)

        def stop(number, frame):
            raise KeyboardInterrupt

        signal.signal(signal.SIGALRM, stop)
        self.on_training = soon
        self._run(name, "interrupted")
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _run(self, name: str, when: str, allow: tuple[type, ...] = ()) -> None:
        self.played += 1
        cell = self.cells[name]
        start = time.monotonic()
        with contextlib.redirect_stdout(io.StringIO()), contextlib.redirect_stderr(io.StringIO()):
            result = self.shell.run_cell(cell.source, store_history=False)
        self.seconds[name] = time.monotonic() - start
        error = result.error_before_exec or result.error_in_exec
        if "raises-exception" in tags(cell):
            if error is None:
                self.troubles.append(f"{name} ({when}): the error that it shows did not come")
        elif error is not None and not isinstance(error, allow):
            said = traceback.format_exception_only(error)[-1].strip()[:300]
            self.troubles.append(f"{name} ({when}): {said}")


def apart(stage: Stage, task: Callable[[], object]) -> None:
    """Do `task` in a fork; its troubles come back, and what it changed is gone with it."""
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        stage.troubles, stage.trainings, stage.played = [], [], 0
        try:
            task()
        except BaseException:
            stage.troubles.append(f"the rehearsal itself failed: {traceback.format_exc()}")
        found = {"troubles": stage.troubles, "trainings": stage.trainings, "played": stage.played}
        with os.fdopen(writer, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(writer)
    end = time.monotonic() + SECONDS
    with os.fdopen(reader) as pipe:
        text = _read_until(pipe, end, child)
    _, status = os.waitpid(child, 0)
    if not text:
        stage.troubles.append(f"a process died: {os.waitstatus_to_exitcode(status)}")
        return
    found = json.loads(text)
    stage.troubles += found["troubles"]
    stage.trainings += found["trainings"]
    stage.played += found["played"]


def _read_until(pipe, end: float, child: int) -> str:
    import select

    text = ""
    while time.monotonic() < end:
        if select.select([pipe], [], [], 1)[0]:
            part = os.read(pipe.fileno(), 1 << 16).decode()
            if not part:
                return text
            text += part
    os.kill(child, signal.SIGKILL)
    return ""


def again(stage: Stage, seed: int, cells: int) -> None:
    """Run every cell twice in a row, walk about at random, then run all once more."""
    names = list(stage.cells)
    for name in names:
        stage.play(name, "first run")
        stage.play(name, "run again at once")
    trainings = set(stage.trainings)
    quick = [name for name in names if stage.seconds[name] < QUICK]
    apart(stage, lambda: walk(stage, quick, seed, cells))
    for name, after in zip(names, [*names[1:], names[-1]]):
        if name in trainings:
            apart(stage, lambda name=name, after=after: break_off(stage, name, after))
        stage.play(name, "Run All a second time")


def walk(stage: Stage, names: Sequence[str], seed: int, cells: int) -> None:
    """Run that many cells in a random order after a whole run."""
    chance = random.Random(seed)
    for step in range(cells):
        name = chance.choice(names)
        stage.play(name, f"step {step + 1} of a random walk", allow=(AssertionError,))


def break_off(stage: Stage, name: str, after: str) -> None:
    """Interrupt a training; the next cell must work with what there is, its claims aside."""
    stage.interrupt(name)
    stage.play(after, f"after an interrupt of {name}", allow=(AssertionError,))


def alone(stage: Stage, paths: dict[str, list[str]]) -> None:
    """Run each section after nothing but the set-up and what it says that it uses.

    `paths` has the cells of each section, by its title. Where several begin alike, they part
    as late as they can: what they share is run once.
    """
    while paths := {title: path for title, path in paths.items() if path}:
        nexts = sorted({path[0] for path in paths.values()})
        if len(nexts) > 1:
            for name in nexts:
                part = {title: path for title, path in paths.items() if path[0] == name}
                apart(stage, lambda part=part: alone(stage, part))
            return
        stage.play(nexts[0], f"with only what “{' or '.join(paths)}” uses")
        paths = {title: path[1:] for title, path in paths.items()}


def main(lesson: Path, seed: int, cells: int = 25) -> None:
    """Try everything with one lesson."""
    import matplotlib.pyplot  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import torch
    import torchvision  # noqa: F401

    os.chdir(lesson.parent)
    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports a second's worth of modules
    stage = Stage(lesson)
    apart(stage, lambda: again(stage, seed, cells))
    order = list(stage.cells)
    paths = sections(lesson)
    # the others are a part of Run All from its beginning on
    apart(stage, lambda: alone(stage, {t: p for t, p in paths.items() if p != order[: len(p)]}))
    print(json.dumps({"played": stage.played, "troubles": stage.troubles}))


if __name__ == "__main__":
    main(Path(sys.argv[1]).resolve(), *map(int, sys.argv[2:]))
