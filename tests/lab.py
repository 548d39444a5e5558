"""A JupyterLab with copies of the lessons, and what a browser test does in it."""

import contextlib
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import Page

from tests.lessons import ROOT, read

TOKEN = "test"
HEIGHT = 720


@contextlib.contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Start JupyterLab as `make lab` does, on copies of the lessons in `folder`."""
    shutil.copytree(ROOT / "notebooks", folder / "notebooks")
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "jupyterlab", "--no-browser", "--allow-root"]
    command += [f"--port={port}", "--port-retries=0", f"--IdentityProvider.token={TOKEN}"]
    command += [f"--ServerApp.root_dir={folder}", f"--LabApp.app_settings_dir={ROOT}/.jupyter"]
    command += ["--expose-app-in-browser"]
    with open(folder / "lab.log", "w") as log:
        # pytest's own variables would make the kernels think they are workers
        environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTEST_")}
        server = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
    try:
        address = f"http://127.0.0.1:{port}"
        _wait(lambda: _answers(f"{address}/api?token={TOKEN}"), 60, "JupyterLab did not start")
        yield address
    finally:
        server.terminate()
        server.wait(20)


class Notebook:
    """A lesson opened in a browser page, in presentation mode, without side bars."""

    def __init__(self, page: Page, address: str, lesson: Path) -> None:
        self.page = page
        self.ids = [cell.id for cell in read(lesson).cells]
        page.set_viewport_size({"width": 1280, "height": HEIGHT})
        page.goto(f"{address}/lab/tree/notebooks/{lesson.name}?token={TOKEN}&reset")
        page.wait_for_selector(".jp-Notebook .jp-Cell", timeout=60_000)
        self.command("application:toggle-presentation-mode")
        self.command("application:toggle-left-area")
        self.wait_idle()

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
            }""",
            self.ids.index(cell_id),
        )
        self.page.wait_for_timeout(250)

    def cell(self, cell_id: str):
        """Return a locator of one cell, after bringing it to the screen."""
        self.show(cell_id)
        index = self.ids.index(cell_id)
        return self.page.locator(f'.jp-Cell[data-windowed-list-index="{index}"]')

    def replace(self, cell_id: str, source: str) -> None:
        """Write other text into a cell."""
        self.page.evaluate(
            """([i, text]) => window.jupyterapp.shell.currentWidget.content
                .model.cells.get(i).sharedModel.setSource(text)""",
            [self.ids.index(cell_id), source],
        )

    def run(self, *cell_ids: str) -> None:
        """Run cells one after the other and wait for the last."""
        for cell_id in cell_ids:
            self.show(cell_id)
            self.command("notebook:run-cell")
        self.wait_idle()

    def run_all(self) -> float:
        """Run all cells; return the seconds it took."""
        start = time.monotonic()
        # the command's promise waits for all cells: don't wait with it, or a page stands still
        self.page.evaluate(
            "() => { window.jupyterapp.commands.execute('notebook:run-all-cells'); }"
        )
        self.page.wait_for_timeout(1000)
        self.wait_idle()
        return time.monotonic() - start

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
                .map(cell => (cell.sharedModel.outputs ?? [])
                    .filter(output => output.output_type === 'error')
                    .map(output => output.ename))"""
        )
        return {name: kinds[0] for name, kinds in zip(self.ids, found) if kinds}


def _answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(address, timeout=2):
            return True
    except OSError:
        return False


def _wait(condition, seconds: float, otherwise: str) -> None:
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{otherwise} after {seconds} s"
        time.sleep(0.2)
