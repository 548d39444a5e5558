"""Play a lesson's cells in any order, as impatient learners do, and say what went wrong.

    python -m tests.rehearsal LESSON SEED [CELLS]      (default: 25 cells in random order)

Cells run in IPython, in processes that are forked from one that has imported what all
lessons import: a fork keeps the state from which several tries begin, and a try that dies
takes nothing else with it. Prints one JSON object: what was tried, and every trouble.
Without arguments it reads orders, a JSON object a line, and answers each with a line: so
many lessons need the imports only once.
"""

import contextlib
import gc
import io
import json
import os
import random
import select
import signal
import sys
import tempfile
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.lessons import read, sections, tags
from tests.memory import remember

SECONDS = 300  # for one try, before it is ended
QUICK = 1.0  # second: slower cells are left out of the random walk
# seconds from a training's first picture to its interrupt: before any step, and later
AFTER = (0.001, 0.2)
# seconds of computing: a cell that is silent for so long must be announced. 2 s, where nothing
# else is to be done; a core that is shared takes up to twice as long for the same
SLOW = 4.0


class Printed(io.StringIO):
    """What a cell prints, and when it began to."""

    first: float | None = None

    def write(self, text: str) -> int:
        """Keep the time of the first text."""
        if self.first is None:
            self.first = time.process_time()
        return super().write(text)


class Stage:
    """An IPython that runs the cells of one lesson and collects troubles."""

    def __init__(self, lesson: Path, slow: float = SLOW) -> None:
        from IPython.core.interactiveshell import InteractiveShell

        self.slow = slow
        cells = read(lesson).cells
        self.cells = {c.id: c for c in cells if c.cell_type == "code"}
        self.announced, prose = set(), ""  # cells said to take some seconds
        for cell in cells:
            if cell.cell_type == "markdown":
                prose = cell.source
            elif "seconds" in prose:
                self.announced.add(cell.id)
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

    def interrupt(self, name: str, after: float) -> None:
        """Run a training and interrupt it these seconds after its first picture."""

        def soon():
            signal.setitimer(signal.ITIMER_REAL, after)

        def stop(number, frame):
            raise KeyboardInterrupt

        signal.signal(signal.SIGALRM, stop)
        self.on_training = soon
        self._run(name, "interrupted")
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _run(self, name: str, when: str, allow: tuple[type, ...] = ()) -> None:
        self.played += 1
        cell = self.cells[name]
        start, begun = time.monotonic(), time.process_time()
        with contextlib.redirect_stdout(Printed()) as out, contextlib.redirect_stderr(out):
            result = self.shell.run_cell(cell.source, store_history=False)
        self.seconds[name] = max(time.monotonic() - start, self.seconds.get(name, 0))
        silent = (out.first or time.process_time()) - begun
        if silent > self.slow and name not in self.announced and name not in self.trainings:
            self.troubles.append(
                f"{name} ({when}): silent for {silent:.1f} s: let it show that it works, "
                "or say above it that it takes some seconds"
            )
        error = result.error_before_exec or result.error_in_exec
        if "raises-exception" in tags(cell):
            if error is None:
                self.troubles.append(f"{name} ({when}): the error that it shows did not come")
        elif error is not None and not isinstance(error, allow):
            said = traceback.format_exception_only(error)[-1].strip()[:300]
            self.troubles.append(f"{name} ({when}): {said}")


def in_a_fork(task: Callable[[], object], seconds: float = SECONDS) -> object:
    """Return what `task` returns, as JSON keeps it, from a process that ends with it.

    Raises ChildProcessError if that process dies or takes more than these seconds.
    """
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        os.close(reader)
        try:
            found = [task(), None]
        except BaseException:
            found = [None, traceback.format_exc()]
        with os.fdopen(writer, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(writer)
    with os.fdopen(reader) as pipe:
        text = _read_until(pipe, time.monotonic() + seconds, child)
    _, status = os.waitpid(child, 0)
    if not text:
        raise ChildProcessError(f"a process died: {os.waitstatus_to_exitcode(status)}")
    result, failed = json.loads(text)
    if failed:
        raise ChildProcessError(f"the rehearsal itself failed: {failed}")
    return result


def apart(stage: Stage, task: Callable[[], object]) -> None:
    """Do `task` in a fork; its troubles come back, and what it changed is gone with it."""

    def alone():
        stage.troubles, stage.trainings, stage.played = [], [], 0
        task()
        return stage.troubles, stage.trainings, stage.played

    try:
        troubles, trainings, played = in_a_fork(alone)
    except ChildProcessError as error:
        stage.troubles.append(str(error))
    else:
        stage.troubles += troubles
        stage.trainings += trainings
        stage.played += played


def _read_until(pipe, end: float, child: int) -> str:
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
    apart(stage, lambda: walk(stage, seed, cells))
    for name, after in zip(names, [*names[1:], names[-1]]):
        if name in trainings:
            apart(stage, lambda name=name, after=after: break_off(stage, name, after))
        stage.play(name, "Run All a second time")


def walk(stage: Stage, seed: int, cells: int) -> None:
    """Run that many cells in a random order after a whole run, the slow ones left out."""
    chance, names = random.Random(seed), list(stage.cells)
    end = stage.played + cells
    while stage.played < end:
        name = chance.choice(names)
        if stage.seconds[name] < QUICK:
            when = f"cell {cells - end + stage.played + 1} of a random walk"
            stage.play(name, when, allow=(AssertionError,))


def break_off(stage: Stage, name: str, after: str) -> None:
    """Interrupt a training; the next cell must work with what there is, its claims aside."""
    for seconds in AFTER:
        stage.interrupt(name, seconds)
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


def rehearse(lesson: str, seed: int, cells: int = 25, data: str = "", slow: float = SLOW) -> dict:
    """Try everything with one lesson; `data` is the folder for data, if not the usual one.

    A cell may be silent for `slow` seconds of computing.
    """
    os.chdir(Path(lesson).parent)
    if data:
        os.environ["LESSON_DATA"] = data
    stage = Stage(Path(lesson), slow)
    order = list(stage.cells)
    paths = sections(Path(lesson))
    with tempfile.TemporaryDirectory() as folder:
        remember(Path(folder))
        apart(stage, lambda: again(stage, seed, cells))
        # the others are a part of Run All from its beginning on
        parts = {t: p for t, p in paths.items() if p != order[: len(p)]}
        apart(stage, lambda: alone(stage, parts))
    return {"played": stage.played, "troubles": stage.troubles}


def main(*arguments: str) -> None:
    """Obey the command line, or the orders that come in line by line."""
    import matplotlib.pyplot  # noqa: F401
    import sklearn.datasets  # noqa: F401
    import torch
    import torchvision  # noqa: F401

    torch.optim.Adam([torch.zeros(1, requires_grad=True)])  # imports a second's worth of modules
    gc.freeze()  # else each fork copies the pages of all that was imported, to look for garbage
    lesson, *numbers = arguments or [""]
    asked = dict(zip(("seed", "cells"), map(int, numbers)), lesson=str(Path(lesson).resolve()))
    orders = [asked] if lesson else map(json.loads, iter(sys.stdin.readline, ""))
    for order in orders:
        found = in_a_fork(lambda order=order: rehearse(**order), 2 * SECONDS + 60)
        print(json.dumps(found), flush=True)
    gc.unfreeze()


if __name__ == "__main__":
    main(*sys.argv[1:])
