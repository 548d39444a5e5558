"""A JupyterLab with copies of the lessons, and what a browser test does in it.

A test module for a lesson derives a class from `LessonInBrowser`, names the lesson, and
adds a test for each explorer. It inherits those that every lesson must pass.
"""

import contextlib
import itertools
import os
import shutil
import socket
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from nbformat import NotebookNode
from playwright.sync_api import Locator, Page, expect

from tests.lessons import ROOT, exercises, read, tags

LAB = """
import tests.lean
import os
from tests import forks

if forks.ADDRESS not in os.environ:
    forks.start_server()
forks.fork_kernels()
from jupyterlab.labapp import main

main()
"""
TOKEN = "test"
HEIGHT = 720
SHOTS = os.environ.get("LESSON_SHOTS")  # a folder to keep screenshots in
MOVES = 25
# each frame of the browser: how many pictures the cell shows, how high it is, which picture
FRAMES = """cell => {
    window.frames = [];
    window.looking = true;
    const look = () => {
        const images = cell.querySelectorAll('.jp-OutputArea-output img');
        const [image] = images;
        window.frames.push([images.length, cell.offsetHeight,
                            image?.naturalWidth ? image.src : null]);
        if (window.looking) requestAnimationFrame(look);
    };
    look();
}"""
# asked again and again: a promise to open it has been lost, once, among the browser's garbage
OPEN = """path => {
    const {shell} = window.jupyterapp;
    const panel = Array.from(shell.widgets('main')).find(({context}) => context?.path === path);
    if (panel?.context.isReady) shell.activateById(panel.id);
    return Boolean(panel) && shell.currentWidget === panel && panel.context.isReady;
}"""
WATCH = """root => {
    const image = root.querySelector('img.widget-image');
    window.delays = [];
    let began = null;
    const begin = () => { began ??= performance.now(); };
    for (const kind of ['keydown', 'pointerdown', 'pointermove'])
        root.addEventListener(kind, begin, true);
    image.addEventListener('load', () => requestAnimationFrame(() => {
        if (began !== null) window.delays.push(performance.now() - began);
        began = null;
        window.answered?.();
    }));
}"""
# not by asking at each frame, which would have the browser draw more of them
ANSWER = """([n, seconds]) => new Promise((answered, never) => {
    window.answered = () => window.delays.length > n && answered();
    window.answered();
    setTimeout(() => never(new Error(`no new picture in ${seconds} s`)), 1000 * seconds);
})"""


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Start JupyterLab as `make lab` does, on copies of the lessons in `folder`."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-c", LAB, "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={folder}", f"--LabApp.app_settings_dir={ROOT}/.jupyter"]
    command += ["--expose-app-in-browser"]
    with open(folder / "lab.log", "w") as log:
        # pytest's own variables would make the kernels think they are workers
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment, cwd=ROOT)
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.terminate()
        server.wait(20)


def open_lab(page: Page, address: str) -> Page:
    """Open JupyterLab in presentation mode, without side bars, as whoever teaches does."""
    _wait(lambda: _answers(f"{address}/api?token={TOKEN}"), 60, "JupyterLab did not start")
    page.set_viewport_size({"width": 1280, "height": HEIGHT})
    page.goto(f"{address}/lab?token={TOKEN}&reset")
    page.wait_for_function("window.jupyterapp?.restored.then(() => true)", timeout=60_000)
    for name in ("application:toggle-presentation-mode", "application:toggle-left-area"):
        page.evaluate("name => window.jupyterapp.commands.execute(name)", name)
    return page


class Notebook:
    """A lesson opened in JupyterLab."""

    def __init__(self, page: Page, lesson: Path) -> None:
        self.page = page
        cells = read(lesson).cells
        self.ids = [cell.id for cell in cells]
        self.code = [cell.id for cell in cells if cell.cell_type == "code"]
        self.explorers = {cell.id for cell in cells if "widget-view" in str(cell)}
        self.raising = {cell.id for cell in cells if "raises-exception" in tags(cell)}
        path = f"notebooks/{lesson.name}"
        page.evaluate(
            "path => void window.jupyterapp.commands.execute('docmanager:open', {path})", path
        )
        _wait(lambda: page.evaluate(OPEN, path), 60, f"{path} did not open")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.wait_idle()

    def keep_on_the_page_only_what_is_seen(self) -> None:
        """Let JupyterLab take cells off the page that are not seen: keys cost it half the time.

        Heights are the same. Explorers do not come back when this is switched off again.
        """
        self.page.evaluate(
            """() => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.notebookConfig = {...notebook.notebookConfig, windowingMode: 'full'};
            }"""
        )

    def command(self, name: str) -> None:
        """Run one of JupyterLab's commands."""
        self.page.evaluate("name => window.jupyterapp.commands.execute(name)", name)

    def show(self, cell_id: str) -> None:
        """Select a cell and bring its top to the top of the screen."""
        self.page.evaluate(
            """async i => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                notebook.activeCellIndex = i;
                await notebook.scrollToItem(i, 'start');
                for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
            }""",
            self.ids.index(cell_id),
        )
        if SHOTS:
            self.page.wait_for_timeout(250)

    def active(self) -> tuple[str, bool]:
        """Return the id of the selected cell, and whether its top is on the screen."""
        index, seen = self.page.evaluate(
            """() => {
                const notebook = window.jupyterapp.shell.currentWidget.content;
                const cell = notebook.activeCell.node.getBoundingClientRect();
                const screen = notebook.node.getBoundingClientRect();
                return [notebook.activeCellIndex,
                        cell.top >= screen.top - 1 && cell.top < screen.bottom];
            }"""
        )
        return self.ids[index], seen

    def overhang(self, first: int, last: int) -> float:
        """Return how many pixels two cells, with all between them, are taller than the screen.

        Cells that are not on the screen are not there at all: this waits for them.
        """
        return self.page.evaluate(
            """async ([first, last]) => {
                const panel = window.jupyterapp.shell.currentWidget.content;
                const nodes = [panel.widgets[first].node, panel.widgets[last].node];
                const frame = () => new Promise(requestAnimationFrame);
                for (let i = 0; i < 2 || !nodes.every(n => n.isConnected); i++) await frame();
                return nodes[1].getBoundingClientRect().bottom
                    - nodes[0].getBoundingClientRect().top
                    - panel.node.getBoundingClientRect().height;
            }""",
            [first, last],
        )

    def cell(self, cell_id: str):
        """Return a locator of one cell, after bringing it to the screen."""
        self.show(cell_id)
        index = self.ids.index(cell_id)
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')

    def executions(self, cell_id: str) -> int:
        """Return the number in the square brackets beside a code cell."""
        return self.page.evaluate(
            """i => window.jupyterapp.shell.currentWidget.content.model.cells.get(i)
                .executionCount""",
            self.ids.index(cell_id),
        )

    def replace(self, cell_id: str, source: str) -> None:
        """Write other text into a cell."""
        self.page.evaluate(
            """([i, text]) => window.jupyterapp.shell.currentWidget.content
                .model.cells.get(i).sharedModel.setSource(text)""",
            [self.ids.index(cell_id), source],
        )

    def let_the_kernel(self, code: str) -> None:
        """Let the kernel run code that stands in no cell."""
        self.page.evaluate(
            """code => window.jupyterapp.shell.currentWidget.sessionContext.session.kernel
                .requestExecute({code, silent: true}).done""",
            code,
        )

    def run(self, *cell_ids: str, seconds: float = 120) -> None:
        """Run cells one after the other; wait for all, and for their explorers to show."""
        self.show(cell_ids[-1])
        cells = [self.ids.index(cell_id) for cell_id in cell_ids]
        self.page.evaluate(
            """cells => {
                const {commands, shell} = window.jupyterapp;
                const notebook = shell.currentWidget.content;
                for (const i of cells) {
                    notebook.widgets[i].model.executionCount = null;
                    notebook.select(notebook.widgets[i]);
                }
                commands.execute('notebook:run-cell').then(() => notebook.deselectAll());
            }""",
            cells,
        )
        self._wait_for(cells, seconds)
        for cell_id in self.explorers.intersection(cell_ids):
            expect(self.cell(cell_id).get_by_role("status")).not_to_be_empty()

    def run_moving(self, cell_id: str) -> int:
        """Run a cell that trains with a live picture; return how many pictures were seen.

        There must be one picture, in one place, that keeps its size: no flicker, no heap.
        """
        cell = self.cell(cell_id)
        cell.evaluate(FRAMES)
        self.run(cell_id)
        frames = self.page.evaluate("() => (window.looking = false, window.frames)")
        # the old picture, perhaps an empty place, and then one picture to the end
        counts = [count for count, _ in itertools.groupby(frame[0] for frame in frames)]
        assert counts in ([1], [1, 0, 1]), counts
        begun = max([i for i, frame in enumerate(frames) if frame[0] == 0], default=0)
        drawn = [(height, source) for _, height, source in frames[begun + 1 :] if source]
        assert max(drawn)[0] - min(drawn)[0] <= 2, "the cell changes its height"
        assert cell.locator(".jp-OutputArea-output").count() == 1
        self.shoot(f"after-{cell_id}")
        pictures = len({source for _, source in drawn})
        assert pictures > 1, "the picture does not move"  # how often: that's the machine's affair
        return pictures

    def run_all(self, seconds: float = 120) -> None:
        """Run all cells anew."""
        self.command("notebook:clear-all-cell-outputs")
        self.command("notebook:run-all-cells")
        self._wait_for([self.ids.index(cell_id) for cell_id in self.code], seconds)

    def _wait_for(self, cells: list[int], seconds: float) -> None:
        """Wait until all of these have been run."""

        def ran() -> bool:
            # after an expected error JupyterLab no longer marks the cells that are still to run
            done = self.page.evaluate(
                """cells => cells.every(i => window.jupyterapp.shell.currentWidget.content
                    .model.cells.get(i).executionCount)""",
                cells,
            )
            errors = self.errors()
            assert errors.keys() <= self.raising, errors  # what comes after is not run at all
            return done

        _wait(ran, seconds, "not all cells were run")
        self.wait_idle()

    def delays(self, cell: Locator, move, moves: int = MOVES) -> str:
        """Move a control of the cell's explorer, `move(i)`, each time after the last answer.

        Every move must change the picture. Returns the spread of the time from the event to
        the new pixels, in words.
        """
        for i in range(moves):
            before = self.page.evaluate("window.delays.length")
            move(i)
            self.page.evaluate(ANSWER, [before, 10])
        taken = self.page.evaluate("window.delays")
        p95 = statistics.quantiles(taken, n=20)[-1]
        return f"median {statistics.median(taken):.0f} ms, p95 {p95:.0f} ms, {len(taken)} moves"

    def watch(self, cell: Locator) -> None:
        """Begin to measure how fast the cell's explorer answers."""
        cell.locator(".explorer").evaluate(WATCH)

    def shoot(self, name: str) -> None:
        """Keep a screenshot, if a folder for them is named."""
        if SHOTS:
            self.page.screenshot(path=Path(SHOTS) / f"{name}.png")

    def close(self) -> None:
        """End the kernel and close the lesson, without storing it."""
        self.page.evaluate(
            """async () => {
                const panel = window.jupyterapp.shell.currentWidget;
                await panel.sessionContext.shutdown();
                panel.context.model.dirty = false;  // else it asks
                panel.close();
            }"""
        )

    def wait_idle(self, seconds: float = 120) -> None:
        """Wait until the kernel is idle and no cell is waiting for it."""
        _wait(
            lambda: self.page.evaluate(
                """() => {
                    const panel = window.jupyterapp.shell.currentWidget;
                    const cells = Array.from(panel.content.model.cells);
                    return panel.sessionContext.session?.kernel?.status === 'idle'
                        && !cells.some(cell => cell.executionState === 'running');
                }"""
            ),
            seconds,
            "the kernel is still busy",
        )

    def errors(self) -> dict[str, str]:
        """Return the cells whose output is an error, with its name."""
        found = self.page.evaluate(
            """() => Array.from(window.jupyterapp.shell.currentWidget.content.model.cells)
                .map(({outputs}) => Array.from({length: outputs?.length ?? 0}, (_, i) =>
                    outputs.get(i)).filter(output => output.type === 'error')
                    .map(output => output.toJSON().ename))"""
        )
        return {name: kinds[0] for name, kinds in zip(self.ids, found) if kinds}


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except OSError:
        return False


def _wait(condition, seconds: float, otherwise: str) -> None:
    begin = time.monotonic()
    while not condition():
        passed = time.monotonic() - begin
        assert passed < seconds, f"{otherwise} after {seconds} s"
        time.sleep(min(0.02 + passed / 20, 0.2))  # to ask costs the browser, too


class LessonInBrowser:
    """What every lesson must do in a browser. A subclass sets `LESSON`, a path.

    The fixtures `notebook` (opened) and `ran` (all that is tested here was run) are in
    conftest.py. That a lesson runs from top to bottom is left to nbval.
    """

    LESSON: Path
    USED: tuple[str, ...] = ()  # cells that are tested, beside the explorers
    BEFORE: str = ""  # what the kernel runs before them

    @classmethod
    def cells(cls) -> list[NotebookNode]:
        """Return the lesson's cells as they are stored."""
        return read(cls.LESSON).cells

    def test_it_opens_without_a_question_and_with_its_pictures(self, notebook):
        assert notebook.page.locator(".jp-Dialog, .Toastify__toast, .jp-cell-menu").count() == 0
        for name in notebook.explorers:
            expect(notebook.cell(name).locator(".jp-OutputArea img")).to_be_visible()
            notebook.shoot(f"before-{name}")

    def test_there_are_the_expected_errors_alone(self, ran):
        assert set(ran.errors()) == ran.raising

    def test_every_control_has_a_name(self, ran):
        for name in ran.explorers:
            for control in ran.cell(name).locator("input, select, [role=slider]").all():
                labels = control.evaluate("e => e.ariaLabel || e.labels?.[0]?.textContent || ''")
                assert labels.strip(), control.evaluate("e => e.outerHTML")

    def test_an_exercise_answers_in_the_notebook(self, ran):
        name, (stub, solution) = next(iter(exercises(self.LESSON).items()))
        for text, verdict in [(stub, "Not attempted yet"), (solution, "Correct")]:
            ran.replace(name, text)
            ran.run(name)
            expect(ran.cell(name)).to_contain_text(verdict)

    def test_the_keyboard_alone_goes_through_it_and_each_step_fits_the_screen(self, windowed):
        """A step is a code cell with its result, and the prose right above it."""
        ran, cells = windowed, self.cells()
        too_tall = {}
        ran.show(ran.ids[0])
        ran.page.evaluate("window.jupyterapp.shell.currentWidget.content.activate()")
        ran.page.keyboard.press("Escape")
        for i, (above, cell) in enumerate(zip([cells[0], *cells], cells)):
            if cell.cell_type == "code":
                first = i - (above.cell_type == "markdown")
                too_much = ran.overhang(first, i)
                selected, seen = ran.active()
                assert selected == cell.id
                if too_much > 0:
                    too_tall[cell.id] = round(too_much)
                else:
                    assert seen, f"{cell.id} is selected and not on the screen"
                if SHOTS:
                    ran.show(ran.ids[first])
                    ran.shoot(f"step-{i:02d}-{cell.id}")
                    ran.show(cell.id)
            ran.page.keyboard.press("ArrowDown")
        assert not too_tall, f"these steps are too tall, by as many pixels: {too_tall}"
        (setup,) = [cell.id for cell in cells if "setup" in tags(cell)]
        ran.show(setup)
        before = ran.executions(setup)
        ran.page.keyboard.press("Shift+Enter")
        ran.wait_idle()
        assert ran.executions(setup) > before
        assert ran.active()[0] == ran.ids[ran.ids.index(setup) + 1]


class MovingLessonInBrowser(LessonInBrowser):
    """A lesson with a live picture that runs, in its cell `train-live`."""

    USED = ("train-live",)

    def test_the_picture_of_the_training_moves_in_place(self, ran, record_property):
        seen = ran.run_moving("train-live")
        record_property(f"{self.LESSON.stem}, different pictures seen in training", seen)
