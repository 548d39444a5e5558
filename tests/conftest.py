"""Once for all tests: the data, and a table of what was measured."""

import os
import shutil
import sys

import pytest

from helpers.data import mnist


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
