"""Once for all tests: the data, and a table of what was measured."""

import os
import shutil
import sys

import pytest

pytest.register_assert_rewrite("tests.lab")

from helpers.data import mnist  # noqa: E402
from tests.lab import Notebook, serve  # noqa: E402


def pytest_configure(config):
    """Share the cores among the workers: kernels that all want all cores hinder each other."""
    workers = os.environ.get("PYTEST_XDIST_WORKER_COUNT")
    if workers:
        threads = max(1, (os.cpu_count() or 1) // int(workers))
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))


def pytest_sessionstart(session):
    """Get the data before the lessons run, so that no two of them download it."""
    if not hasattr(session.config, "workerinput"):
        digits = mnist()
        kind = "the full MNIST" if digits.full else "scikit-learn's small scans"
        print(f"The lessons are tested with {kind}.", file=sys.stderr)


def pytest_terminal_summary(terminalreporter):
    """Print what tests measured with `record_property`."""
    for report in terminalreporter.getreports("passed"):
        for name, value in report.user_properties:
            terminalreporter.write_line(f"{name}: {value}")


BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)


@pytest.fixture(scope="session")
def browser():
    """A headless Chromium: the system's, else Playwright's own, which is installed if need be."""
    import subprocess

    from playwright.sync_api import Error, sync_playwright

    with sync_playwright() as playwright:
        found = next(filter(None, map(shutil.which, BROWSERS)), None)
        try:
            running = playwright.chromium.launch(executable_path=found, args=FLAGS)
        except Error:
            command = [sys.executable, "-m", "playwright", "install", "chromium"]
            if subprocess.run(command, capture_output=True).returncode:
                reason = "no Chromium here, and Playwright could not install one"
                (pytest.fail if os.environ.get("CI") else pytest.skip)(reason)
            running = playwright.chromium.launch(args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="class")
def notebook(request, browser, tmp_path_factory):
    """The lesson of the test's class, opened in JupyterLab in a page of its own."""
    with serve(tmp_path_factory.mktemp("lab")) as address:
        page = browser.new_page(has_touch=True)
        yield Notebook(page, address, request.cls.LESSON)
        page.close()


@pytest.fixture(scope="class")
def ran(notebook):
    """The same after Run All."""
    notebook.seconds = notebook.run_all()
    return notebook
