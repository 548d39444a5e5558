"""What a learner sees and a screen reader finds: readable, sharp, and fitting on a laptop.

Each lesson is run twice: by nbclient, for its figures and an exported page, and in JupyterLab.
"""

import copy
import re

import nbformat
import pytest
from axe_playwright_python.sync_playwright import Axe
from nbclient import NotebookClient
from nbconvert import HTMLExporter
from nbformat.v4 import new_code_cell
from playwright.sync_api import expect

from helpers.explorer import NARROWEST
from helpers.figures import READABLE
from tests.lab import OpenLesson
from tools.lessons import LESSONS, read, tags

ROOM = 640  # pixels of height that JupyterLab's default layout leaves a notebook on a laptop

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
            where = getattr(shown, "alt", None) or type(shown).__name__
            too_small.add(f"{{text.get_fontsize()}} points: {{text.get_text()!r}} in {{where!r}}")
    return shown._repr_mimebundle_(**kwargs)

for shown in (Explorer, Picture):
    get_ipython().display_formatter.mimebundle_formatter.for_type(shown, measure)
"""
REPORT = "print('\\n'.join(sorted(too_small)))"

# An image has the pixels of the screen, or with 2 for 1 more than a simple screen needs.
SHARP = """([image, scale]) => {
    const density = image.naturalWidth / image.clientWidth;
    return [scale, 2].some(whole => Math.abs(density - whole) < 0.01);
}"""
# How wide an image is meant to be, how wide it is, and whether it belongs to a pad.
WIDTHS = """image => [
    parseFloat(image.style.width || image.getAttribute('width')), image.clientWidth,
    Boolean(image.closest('.explorer')?.querySelector('.digit-pad')),
]"""
# Left out of what axe-core looks at, since the page itself draws it: code and prompts
OUTSIDE = {
    "page": [".highlight", ".jp-InputArea-prompt", ".jp-OutputPrompt"],
    "lab": [".jp-CodeMirrorEditor", ".jp-InputPrompt", ".jp-OutputPrompt"],
}
# What axe-core finds in the style of JupyterLab and nbconvert: for its rule, which elements
THEIRS = {
    "color-contrast": "[class*=ansi-], pre span[style*=rgb]",  # the colors of a traceback
    "aria-required-children": ".jp-WindowedPanel-viewport",  # the list of the cells
    "link-in-text-block": ".jp-RenderedMarkdown a",  # links are blue, and not underlined
}

pytestmark = pytest.mark.slow


def violations(page, root: str, outside: list[str]) -> list[str]:
    """Return what axe-core finds in a part of the page, but for what isn't ours."""
    part = {"include": [[root]], "exclude": [[selector] for selector in outside]}
    return [
        f"{violation['id']} ({violation['impact']}): {node['html'][:200]}"
        for violation in Axe().run(page, part).response["violations"]
        for node in violation["nodes"]
        if not page.locator(node["target"][-1]).first.evaluate(
            "(found, theirs) => theirs && found.matches(theirs)", THEIRS.get(violation["id"])
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
    assert not violations(page, "main", OUTSIDE["page"])
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
        expect(ran.cell(i).locator(".explorer img")).to_have_attribute(
            "alt", re.compile(r"\w+ \w+")
        )
    assert not violations(ran.page, ".jp-Notebook", OUTSIDE["lab"])


@pytest.fixture(scope="module")
def screen(ran):
    """A function that shows the lesson in JupyterLab's default layout on a screen of some size."""
    ran.command("application:toggle-presentation-mode")
    ran.command("application:toggle-left-area")
    session = ran.page.context.new_cdp_session(ran.page)

    def show(width: int, height: int, scale: int) -> None:
        size = {"width": width, "height": height, "deviceScaleFactor": scale, "mobile": False}
        session.send("Emulation.setDeviceMetricsOverride", size)
        ran.page.wait_for_function("n => innerWidth === n", arg=width)

    return show


def test_explorers_fit_a_laptop_and_answer_beside_the_pad(ran, screen):
    screen(1366, 768, scale=1)
    for i in ran.explorers:
        explorer = ran.cell(i).locator(".explorer")
        assert explorer.bounding_box()["height"] <= ROOM, ran.cells[i].id
        for pad in explorer.locator(".digit-pad").all():
            left, right = pad.bounding_box(), explorer.locator("img").bounding_box()
            assert right["x"] > left["x"] + left["width"], "The picture is not beside the pad."
            assert right["y"] + right["height"] < left["y"] + ROOM


def test_pictures_can_be_read_on_a_tablet_with_the_side_bar_open(ran, screen):
    screen(820, 1180, scale=2)
    for i in ran.code:
        for picture in ran.cell(i).locator(".jp-OutputArea img").all():
            natural, width, by_a_pad = picture.evaluate(WIDTHS)
            assert width >= min(natural, NARROWEST if by_a_pad else READABLE), ran.cells[i].id


@pytest.mark.parametrize("scale", [1, 2])
def test_pictures_have_their_natural_size_and_are_sharp(ran, screen, scale):
    # Where only the scale changes, Chromium emulates no event, so the width changes, too.
    screen(2560 + scale, 1300, scale)
    for i in ran.code:
        for picture in ran.cell(i).locator(".jp-OutputArea img").all():
            # an explorer is drawn again when the screen has changed, so we wait for it
            ran.page.wait_for_function(SHARP, arg=[picture.element_handle(), scale])
