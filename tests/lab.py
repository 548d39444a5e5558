"""A real JupyterLab in a real browser, and what a test does with a lesson that is open in it."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests
from playwright.sync_api import BrowserContext, Error, Locator, Page, expect, sync_playwright

from tools.lessons import LESSONS, ROOT, read, tags

TOKEN = "test"
SCREEN = {"width": 1280, "height": 720}
FLAGS = ["--no-sandbox", "--disable-gpu"]
BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
MINUTE = 60_000  # in milliseconds, as Playwright counts
# JupyterLab's own objects, which its option --expose-app-in-browser shows to a page's scripts
PANEL = "window.jupyterapp.shell.currentWidget"
NOTEBOOK = f"{PANEL}.content"
READY = f"""() => window.jupyterapp?.shell?.currentWidget?.context?.isReady
    && {PANEL}.sessionContext.session?.kernel?.status === 'idle'"""
# Where a widget's callback fails there is no cell to show the error, so we listen to the kernel.
LISTEN = f"""() => {{
    window.complaints = [];
    {PANEL}.sessionContext.iopubMessage.connect((_, {{header, content}}) => {{
        if (header.msg_type === 'error' || content.name === 'stderr')
            window.complaints.push(content.text ?? `${{content.ename}}: ${{content.evalue}}`);
    }});
}}"""
# All of some cells were run, or one showed an error that is not expected, which ends the run.
OVER = f"""([code, raising]) => {{
    const failed = i => {NOTEBOOK}.model.cells.get(i).toJSON().outputs
        .some(output => output.output_type === 'error');
    return code.every(i => {NOTEBOOK}.model.cells.get(i).executionCount)
        || code.some(i => !raising.includes(i) && failed(i));
}}"""
# Selecting a cell and bringing its top to the top of the screen takes JupyterLab two frames. The
# oldest one gives no focus to a cell that was not on the screen before.
SHOW = f"""async i => {{
    {NOTEBOOK}.activate();
    {NOTEBOOK}.mode = 'command';
    {NOTEBOOK}.activeCellIndex = i;
    await {NOTEBOOK}.scrollToItem(i, 'start');
    for (const _ of [1, 2]) await new Promise(requestAnimationFrame);
    if (!{NOTEBOOK}.node.contains(document.activeElement)) {NOTEBOOK}.activate();
}}"""


@contextlib.contextmanager
def chromium() -> Iterator[BrowserContext]:
    """A headless Chromium: the system's, or else Playwright's own, installed if need be."""
    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        try:
            running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error:
            command = [sys.executable, "-m", "playwright", "install", "chromium"]
            if subprocess.run(command, capture_output=True).returncode:
                reason = "There is no Chromium here, and Playwright could not install one."
                (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
            running = playwright.chromium.launch(args=FLAGS)
        context = running.new_context(viewport=SCREEN, has_touch=True)
        context.set_default_timeout(MINUTE)  # a machine that is busy with other tests is slow
        expect.set_options(timeout=MINUTE)
        yield context
        running.close()


@contextlib.contextmanager
def lab(folder: Path) -> Iterator[str]:
    """The address of a JupyterLab, started as `make lab` does it, on copies of the lessons."""
    for lesson in LESSONS:
        shutil.copy(lesson, folder)
    port = free_port()
    command = [sys.executable, "-m", "jupyter", "lab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={folder}", f"--LabApp.app_settings_dir={ROOT}/.jupyter"]
    # Your own JupyterLab may have a dark theme or other settings, which must not matter here.
    command += [f"--LabApp.user_settings_dir={folder}/settings", "--expose-app-in-browser"]
    command += [f"--LabApp.workspaces_dir={folder}/workspaces"]
    with started(command, folder / "lab.log", lambda: listens(port)):
        yield f"http://127.0.0.1:{port}"


# Neither fixture outlives its module: while Playwright runs, no other event loop can be started.
@pytest.fixture(scope="module")
def browser() -> Iterator[BrowserContext]:
    """A headless Chromium for the tests of one module."""
    with chromium() as context:
        yield context


@pytest.fixture(scope="module")
def jupyterlab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a JupyterLab for the tests of one module."""
    with lab(tmp_path_factory.mktemp("lab")) as address:
        yield address


def free_port() -> int:
    """Return the number of a port on which nothing listens."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


def listens(port: int) -> bool:
    """Whether a server on this machine listens on a port."""
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextlib.contextmanager
def started(
    command: list[str], log: Path, ready: Callable[[], bool], **options: Any
) -> Iterator[subprocess.Popen]:
    """A server, from when it is ready to the end of the block; what it prints goes into `log`."""
    with log.open("w") as file:
        server = subprocess.Popen(command, stdout=file, stderr=file, **options)
    try:
        end = time.monotonic() + 120
        while not ready():
            assert server.poll() is None and time.monotonic() < end, log.read_text()
            time.sleep(0.1)
        yield server
    finally:
        server.terminate()
        server.wait(60)


def draw(pad: Locator, points: list[tuple[float, float]], touch: bool) -> None:
    """Draw a line through points with a finger or with the mouse."""
    pad.scroll_into_view_if_needed()
    box, page = pad.bounding_box(), pad.page
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    if touch:  # Playwright's own touchscreen can tap, but not draw
        finger = page.context.new_cdp_session(page)
        kinds = ["touchStart"] + ["touchMove"] * (len(places) - 1)
        for kind, (x, y) in zip(kinds, places):
            event = {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            finger.send("Input.dispatchTouchEvent", event)
        finger.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    else:
        page.mouse.move(*places[0])
        page.mouse.down()
        for place in places[1:]:
            page.mouse.move(*place, steps=3)
        page.mouse.up()


class OpenLesson:
    """A lesson that is open in JupyterLab. Its cells are numbered from 0, as in the file."""

    def __init__(self, page: Page, address: str, lesson: Path, presenting: bool = True) -> None:
        """Open `lesson`; `presenting` is in presentation mode without side bars, as in a class."""
        self.page, self.path, self.cells = page, lesson, read(lesson).cells
        self.address = address
        self.code = [i for i, cell in enumerate(self.cells) if cell.cell_type == "code"]
        self.explorers = [i for i in self.code if "widget-view" in str(self.cells[i].outputs)]
        page.goto(f"{address}/lab/tree/{lesson.name}?reset&token={TOKEN}")
        page.wait_for_function(READY)
        if presenting:
            self.command("application:toggle-presentation-mode")
            self.command("application:toggle-left-area")
        page.evaluate(LISTEN)

    def command(self, name: str) -> None:
        """Start one of JupyterLab's commands."""
        self.page.evaluate("name => void window.jupyterapp.commands.execute(name)", name)

    def cell(self, i: int) -> Locator:
        """Select a cell, bring it to the top of the screen, and return where it is."""
        self.page.evaluate(SHOW, i)
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{i}"]')

    def run(self, i: int, key: str = "Control+Enter") -> Locator:
        """Run one cell from the keyboard, wait for its end, and return where it is."""
        cell, before = self.cell(i), self.executions()[i]
        self.page.keyboard.press(key)
        done = f"([i, n]) => {NOTEBOOK}.model.cells.get(i).executionCount > n"
        self.page.wait_for_function(done, arg=[i, before])
        self.page.wait_for_function(READY)
        return cell

    def run_all(self) -> None:
        """Clear what is stored and run all cells, to the last or to an unexpected error."""
        self.command("notebook:clear-all-cell-outputs")
        assert not any(self.executions())
        self.command("notebook:run-all-cells")
        raising = [i for i in self.code if "raises-exception" in tags(self.cells[i])]
        self.page.wait_for_function(OVER, arg=[self.code, raising], timeout=10 * MINUTE)
        self.page.wait_for_function(READY)

    def executions(self) -> list[int | None]:
        """Return the number in square brackets beside each cell, None where there is none."""
        js = f"() => Array.from({NOTEBOOK}.model.cells).map(cell => cell.executionCount ?? null)"
        return self.page.evaluate(js)

    def selected(self) -> int:
        """Return the number of the selected cell."""
        return self.page.evaluate(f"() => {NOTEBOOK}.activeCellIndex")

    def errors(self) -> dict[str, str]:
        """Return the ids of the cells that show an error, each with the error's text."""
        js = f"""() => Array.from({NOTEBOOK}.model.cells).flatMap(cell =>
            (cell.toJSON().outputs ?? []).filter(output => output.output_type === 'error')
                .map(output => [cell.id, output.evalue]))"""
        return dict(self.page.evaluate(js))

    def end_kernels(self) -> None:
        """End all kernels of this JupyterLab."""
        kernels, token = f"{self.address}/api/kernels", {"token": TOKEN}
        for kernel in requests.get(kernels, token, timeout=60).json():
            requests.delete(f"{kernels}/{kernel['id']}", params=token, timeout=60)

    def close(self) -> None:
        """End the kernel and close the page, without storing what was changed."""
        self.end_kernels()
        self.page.close()


def pytest_terminal_summary(terminalreporter) -> None:
    """Print what tests measured and kept with `record_property`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")
