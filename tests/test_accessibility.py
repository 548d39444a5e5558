"""What reaches the learner's eyes and ears: text of a readable size, sharp pictures, a layout that
fits a laptop, and what a screen reader finds.

Each lesson is run twice: by nbclient, for its figures and an exported page, and in JupyterLab.
"""

import copy

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell
from playwright.sync_api import expect

from tests.lab import NOTEBOOK, SCREEN, OpenLesson
from tests.lessons import LESSONS, read, tags

LAPTOP = {"width": 1366, "height": 768}
ROOM = 640  # pixels that JupyterLab's default layout leaves there for a notebook, from top to bottom

# Pixels of the screen, at a presentation's width and where a figure has only 700 pixels
SMALLEST, SMALLEST_AT_700 = 14, 11
# Runs in the lesson's kernel: whenever a figure is shown, its texts are measured.
MEASURE = f"""
from IPython import get_ipython
from matplotlib.text import Text
from helpers.explorer import Explorer
from helpers.figures import DPI, Picture, width_on_screen

too_small = set()

def measure(shown, **kwargs):
    narrow = min(1, 700 / width_on_screen(shown.figure))
    for text in shown.figure.findobj(Text):
        pixels = text.get_fontsize() * DPI / 72
        small = pixels < {SMALLEST} or pixels * narrow < {SMALLEST_AT_700}
        if small and text.get_visible() and text.get_text().strip():
            too_small.add(f"{{text.get_text()!r}} in {{shown!r}}: {{text.get_fontsize()}} points")
    return shown._repr_mimebundle_(**kwargs)

for shown in (Explorer, Picture):
    get_ipython().display_formatter.mimebundle_formatter.for_type(shown, measure)
"""
REPORT = "print('\\n'.join(sorted(too_small)))"

# What axe finds in JupyterLab's and nbconvert's own parts of a page, by its rule: the selectors
THEIRS: dict[str, str] = {}

pytestmark = pytest.mark.slow


def violations(page, context: str) -> list[str]:
    """Return what axe-core finds in a part of the page, without what isn't ours."""
    found = Axe().run(page, context).response["violations"]
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]}"
        for violation in found
        for node in violation["nodes"]
        if not (
            violation["id"] in THEIRS
            and page.locator(node["target"][-1]).first.evaluate(
                "(element, theirs) => element.matches(theirs)", THEIRS[violation["id"]]
            )
        )
    ]


@pytest.fixture(scope="module", params=LESSONS, ids=lambda lesson: lesson.stem)
def lesson(request):
    return request.param


@pytest.fixture(scope="module")
def executed(lesson) -> nbformat.NotebookNode:
    """The lesson after a run without a browser, with a last cell that names small texts."""
    notebook = copy.deepcopy(read(lesson))
    (setup,) = [i for i, cell in enumerate(notebook.cells) if "setup" in tags(cell)]
    notebook.cells.insert(setup + 1, new_code_cell(MEASURE))
    notebook.cells.append(new_code_cell(REPORT))
    place = {"metadata": {"path": str(lesson.parent)}}
    NotebookClient(notebook, timeout=300, resources=place, store_widget_state=False).execute()
    return notebook


def test_every_text_in_a_figure_is_large_enough(executed):
    (report,) = executed.cells[-1].outputs
    assert not report.text.strip(), report.text


def test_an_exported_page_shows_and_tells_everything(executed, browser):
    page = browser.new_page()
    page.route("**/*", lambda route: route.abort())  # MathJax and the like are not ours
    page.set_content(HTMLExporter().from_notebook_node(executed)[0])
    shown = [o for cell in executed.cells for o in cell.get("outputs", []) if "data" in o]
    pictures = [output for output in shown if "image/png" in output.data]
    assert page.locator(".jp-OutputArea img").count() >= len(pictures) > 0
    assert not violations(page, "main")
    page.close()


@pytest.fixture(scope="module")
def ran(lesson, browser, jupyterlab):
    """The lesson in JupyterLab after all its cells were run."""
    opened = OpenLesson(browser.new_page(), jupyterlab, lesson)
    opened.run_all()
    yield opened
    opened.close()


def test_jupyterlab_tells_a_screen_reader_everything(ran):
    for i in ran.explorers:
        expect(ran.cell(i).locator(".explorer img")).to_have_attribute("alt", "")
    assert not violations(ran.page, ".jp-Notebook")


def resize(ran, width: int, height: int, scale: int = 1) -> None:
    """Show the page as on a screen of that size and density."""
    session = ran.page.context.new_cdp_session(ran.page)
    screen = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
    session.send("Emulation.setDeviceMetricsOverride", screen)


