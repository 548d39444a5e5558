"""Play a lesson's cells in any order, as impatient learners do, and say what went wrong.

This happens inside the kernel in which nbval runs the lesson, asked by tests/encore.py: it is
looked at meanwhile and then plays on in disorder; as it was when new, it tries each section
alone. What is played is played in forks: a fork keeps the state from which several tries begin,
and a try that dies takes nothing else with it.
"""

import contextlib
import gc
import io
import json
import math
import os
import random
import select
import signal
import time
import traceback
from collections.abc import Callable
from pathlib import Path

from tests.lessons import read, sections, tags
from tests.memory import pictured_anew, remember

SECONDS = 300  # for one try, before it is ended
QUICK = 1.0  # second: slower cells are left out of the random walk
# seconds from a training's first picture to its interrupt: before any step, and later
AFTER = (0.001, 0.2)
# seconds of computing: a cell that is silent for so long must be announced. 2 s, where nothing
# else is to be done; a core that is shared takes up to twice as long for the same
SLOW = 4.0
OUTPUTS = {"stream", "display_data", "update_display_data", "execute_result"}


class Stage:
    """A kernel that runs the cells of one lesson and collects troubles."""

    def __init__(self, lesson: Path) -> None:
        from IPython import get_ipython

        notebook = read(lesson)
        # how to rehearse; a real lesson has no such metadata, and a test says so
        self.how = {"slow": SLOW, "quick": QUICK, "cells": 25} | notebook.metadata.get(
            "rehearsal", {}
        )
        self.cells = {c.id: c for c in notebook.cells if c.cell_type == "code"}
        self.announced, prose = set(), ""  # cells said to take some seconds
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                prose = cell.source
            elif "seconds" in prose:
                self.announced.add(cell.id)
        self.shell = get_ipython()
        self.troubles: list[str] = []
        self.trainings: list[str] = []  # cells that showed a live picture
        self.seconds: dict[str, float] = {}
        self.played = 0
        self.silent = False
        self._watch_live_pictures()

    def _watch_live_pictures(self) -> None:
        from helpers.live import LivePicture

        enter = LivePicture.__enter__

        def entered(picture):
            if self.silent:
                picture._seconds = math.inf  # nobody would see what is drawn before the end
            result = enter(picture)
            self.on_training()
            return result

        LivePicture.__enter__ = entered
        self.on_training: Callable[[], object] = lambda: None

    def look_on(self) -> None:
        """Note, while another one runs the cells in order, which train and which are silent."""
        session, coming = self.shell.kernel.session, iter(self.cells)
        send, name, begun, first = session.send, None, 0.0, None

        def sent(stream, message, *rest, **more):
            nonlocal first
            kind = message if isinstance(message, str) else message["msg_type"]
            if first is None and kind in OUTPUTS:
                first = time.process_time()
            return send(stream, message, *rest, **more)

        def begin(info):
            nonlocal name, begun, first
            name, begun, first = next(coming, None), time.process_time(), None

        def end(result):
            silent = (first or time.process_time()) - begun
            if (
                name
                and silent > self.how["slow"]
                and name not in {*self.announced, *self.trainings}
            ):
                self.troubles.append(
                    f"{name} (first run): silent for {silent:.1f} s: let it show that it works, "
                    "or say above it that it takes some seconds"
                )

        session.send = sent
        self.on_training = lambda: self.trainings.append(name)
        self.shell.events.register("pre_run_cell", begin)
        self.shell.events.register("post_run_cell", end)

    def fall_silent(self) -> None:
        """Let a fork tell the front end nothing: it would think that it hears the kernel."""
        from helpers import figures

        self.silent = True
        figures.canvas_png = lambda canvas: b""  # a figure is drawn, but is sent to nobody
        self.shell.kernel.session.send = lambda *args, **more: None
        self.shell.showtraceback = lambda *args, **more: None

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
        with pictured_anew():
            self._run(name, "interrupted")
        signal.setitimer(signal.ITIMER_REAL, 0)

    def _run(self, name: str, when: str, allow: tuple[type, ...] = ()) -> None:
        self.played += 1
        cell = self.cells[name]
        start = time.monotonic()
        with contextlib.redirect_stdout(io.StringIO()) as out, contextlib.redirect_stderr(out):
            result = self.shell.run_cell(cell.source, store_history=False)
        self.seconds[name] = max(time.monotonic() - start, self.seconds.get(name, 0))
        error = result.error_before_exec or result.error_in_exec
        if "raises-exception" in tags(cell):
            if error is None:
                self.troubles.append(f"{name} ({when}): the error that it shows did not come")
        elif error is not None and not isinstance(error, allow):
            said = traceback.format_exception_only(error)[-1].strip()[:300]
            self.troubles.append(f"{name} ({when}): {said}")


def fork(task: Callable[[], object], seconds: float = SECONDS) -> Callable[[], object]:
    """Fork this process, as it is now, for a task.

    Returns what lets the fork begin and then returns, as JSON keeps it, what `task` returns.
    That raises ChildProcessError if the fork dies or takes more than these seconds.
    """
    waiting, start = os.pipe()
    reader, writer = os.pipe()
    child = os.fork()
    if not child:
        gc.freeze()  # what is shared is not searched for garbage, which would copy it
        os.close(start)
        os.close(reader)
        if not os.read(waiting, 1):
            os._exit(0)  # who forked it has ended
        try:
            found = [task(), None]
        except BaseException:
            found = [None, traceback.format_exc()]
        with os.fdopen(writer, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(waiting)
    os.close(writer)

    def outcome() -> object:
        with contextlib.suppress(BrokenPipeError):  # it has died, which is said below
            os.write(start, b"!")
        os.close(start)
        with os.fdopen(reader) as pipe:
            text = _read_until(pipe, time.monotonic() + seconds, child)
        _, status = os.waitpid(child, 0)
        if not text:
            raise ChildProcessError(f"a process died: {os.waitstatus_to_exitcode(status)}")
        result, failed = json.loads(text)
        if failed:
            raise ChildProcessError(f"the rehearsal itself failed: {failed}")
        return result

    return outcome


def later(stage: Stage, task: Callable[[], object]) -> Callable[[], None]:
    """Keep the stage as it is now in a fork; return what does `task` there.

    Its troubles come back, and what it changed is gone with it.
    """

    def alone():
        stage.fall_silent()
        stage.troubles, stage.played = [], 0
        task()
        return stage.troubles, stage.played

    outcome = fork(alone)

    def do():
        try:
            troubles, played = outcome()
        except ChildProcessError as error:
            stage.troubles.append(str(error))
        else:
            stage.troubles += troubles
            stage.played += played

    return do


def apart(stage: Stage, task: Callable[[], object]) -> None:
    """Do `task` in a fork, now."""
    later(stage, task)()


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


def again(stage: Stage, seed: int) -> None:
    """After a Run All, run all again and each cell twice; then walk about at random."""
    names, trainings = list(stage.cells), set(stage.trainings)
    for name, after in zip(names, [*names[1:], names[-1]]):
        if name in trainings:
            apart(stage, lambda name=name, after=after: break_off(stage, name, after))
        stage.play(name, "Run All a second time")
        stage.play(name, "run again at once")
    walk(stage, seed, stage.how["cells"])


def walk(stage: Stage, seed: int, cells: int) -> None:
    """Run that many cells in a random order after a whole run, the slow ones left out."""
    chance, names = random.Random(seed), list(stage.cells)
    end = stage.played + cells
    while stage.played < end:
        name = chance.choice(names)
        if stage.seconds[name] < stage.how["quick"]:
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


stage: Stage  # this kernel's
play_sections: Callable[[], None]


def look_on(lesson: str, memory: str) -> None:
    """Look on in a new kernel while the lesson is run; `memory` is a folder, to remember in."""
    global stage, play_sections
    remember(Path(memory))
    stage = Stage(Path(lesson))
    order = list(stage.cells)
    # the others are a part of Run All from its beginning on
    paths = {t: p for t, p in sections(Path(lesson)).items() if p != order[: len(p)]}
    play_sections = later(stage, lambda: alone(stage, paths))  # while this kernel is new
    stage.look_on()


def play_on(seed: int) -> str:
    """Play on in the kernel in which the lesson was run, in disorder, and each section alone.

    Returns as JSON what was seen, and how many cells were played in disorder, and in all.
    """
    apart(stage, lambda: again(stage, seed))
    in_disorder = stage.played
    play_sections()
    return json.dumps([stage.troubles, in_disorder, stage.played])
