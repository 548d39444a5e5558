"""Once for all tests: the data, the order, JupyterLab in a browser."""

import gc
import os
import shutil
import subprocess
import sys

import pytest
from xdist.scheduler import LoadScopeScheduling

pytest.register_assert_rewrite("tests.lab")

from tests import summary  # noqa: E402
from tests.forks import fork_kernels, start_server  # noqa: E402
from tests.lab import Notebook, open_lab, serve  # noqa: E402
from tests.lessons import reads_mnist, way_to  # noqa: E402
from tests.networks import poor_machine  # noqa: E402


def pytest_configure(config):
    """Measure. Workers share the cores, and the process that forks kernels."""
    config.pluginmanager.register(summary)  # a conftest.py sees the tests of its folder alone
    workers = getattr(config.option, "numprocesses", None)
    if workers and "PYTEST_XDIST_WORKER" not in os.environ:
        threads = max(1, (os.cpu_count() or 1) // workers)
        os.environ.setdefault("OMP_NUM_THREADS", str(threads))  # all for each would hinder both
        start_server()  # which imports while the workers look for tests


def pytest_collection_finish(session):
    """Let the workers fork their kernels."""
    if "PYTEST_XDIST_WORKER" in os.environ:
        fork_kernels()


def pytest_sessionstart(session):
    """Let one worker get the data before it looks for tests, so that no two download it.

    Until all is imported there is no garbage that a search would find.
    """
    if "PYTEST_XDIST_WORKER" in os.environ:
        gc.disable()
    if os.environ.get("PYTEST_XDIST_WORKER") == "gw0":
        from helpers.data import mnist  # with torch, which the main process does not need

        kind = "the full MNIST" if mnist().full else "scikit-learn's small scans"
        session.config.workeroutput[summary.DIGITS] = kind


class Together(LoadScopeScheduling):
    """Keeps a lesson, class or module on one worker, and all that share a JupyterLab."""

    def _split_scope(self, nodeid: str) -> str:
        scope = super()._split_scope(nodeid)
        return "browser" if "::TestLesson" in scope else scope


def pytest_xdist_make_scheduler(config, log):
    """Share the tests among the workers."""
    return Together(config, log)


POOR_MACHINE = "test_it_holds_on_a_poor_machine"
# what waits for something, beside the browser, which can use more than a core; then the longest,
# and what waits beside that. The fourth of them waits for the browser's end, for each worker is
# given two at once
FIRST = (
    "test_data", "test_lesson05", "test_lesson10", "test_training", "test_guard", "test_offline",
    "test_project", "test_errors",
)  # fmt: skip


def same_on_the_poor_machine(items) -> list:
    """Return the cells that nbval runs on the poor machine, too, if that is asked for and works.

    It has no MNIST, no GPU and one thread: where a lesson meets more here, it is run here, too.
    """
    poor = {item.callspec.params["lesson"] for item in items if POOR_MACHINE in item.name}
    if not poor or os.environ.get("OMP_NUM_THREADS") != "1" or not poor_machine():
        return []
    from helpers.devices import best_device  # with torch, which takes seconds

    if best_device().type != "cpu":
        return []
    cells = [item for item in items if hasattr(item, "cell_num")]
    return [item for item in cells if item.path in poor and not reads_mnist(item.path)]


@pytest.hookimpl(trylast=True)  # after what is left out by name
def pytest_collection_modifyitems(items, config):
    """Order the modules so that no core is idle and no worker ends long after the others.

    A class ends with the test that leaves a lesson windowed. No cell is run twice for nothing.
    """
    twice = same_on_the_poor_machine(items)
    config.hook.pytest_deselected(items=twice)
    items[:] = [item for item in items if item not in twice]
    place: dict[str, int] = {}

    def turn(item):
        module = item.path.stem
        return (
            FIRST.index(module) if module in FIRST else len(FIRST),
            place.setdefault(item.parent.nodeid, len(place)),
            "windowed" in getattr(item, "fixturenames", ()),
        )

    items.sort(key=turn)
    gc.freeze()  # what was imported is not searched for garbage from now on, either
    gc.enable()


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
        yield running.new_context(has_touch=True)  # one for all, so that JupyterLab is cached
        running.close()


@pytest.fixture(scope="session")
def lab(request, tmp_path_factory):
    """A page with a JupyterLab on copies of the lessons."""
    with serve(tmp_path_factory.mktemp("lab")) as address:
        browser = request.getfixturevalue("browser")  # which starts while JupyterLab does
        yield open_lab(browser.new_page(), address)


@pytest.fixture(scope="class")
def notebook(request, lab):
    """The lesson of the test's class, opened in JupyterLab."""
    opened = Notebook(lab, request.cls.LESSON)
    yield opened
    opened.close()


@pytest.fixture(scope="class")
def ran(request, notebook):
    """The same after all that is tested, and what it uses, was run."""
    notebook.let_the_kernel(request.cls.BEFORE)
    used = (*notebook.explorers, *request.cls.USED)
    notebook.run(*way_to(request.cls.LESSON, *used))
    return notebook


@pytest.fixture
def windowed(ran):
    """The same for a test that is the last one with this lesson, in JupyterLab's fastest mode."""
    ran.keep_on_the_page_only_what_is_seen()
    return ran
