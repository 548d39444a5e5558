"""The site: explorers that move without a kernel, digits that are read, and pages that are whole.

`make site` builds it. Without that, the tests of its pages are left out.
"""

import base64
import functools
import http.server
import itertools
import json
import re
import threading
from collections.abc import Iterator
from urllib.parse import unquote, urljoin, urlsplit

import pytest
import torch
from PIL import Image, ImageChops
from playwright.sync_api import BrowserContext, Locator, Page, expect

from helpers.data import small_digits
from helpers.devices import one_thread
from helpers.digits import mnist_form
from helpers.explorer import choices
from helpers.figures import READABLE, canvas_image
from helpers.lesson01 import GraphExplorer, TangentExplorer
from helpers.lesson03 import BatchExplorer
from helpers.lesson04 import PathExplorer
from helpers.lesson05 import KernelExplorer
from helpers.lesson08 import DropoutExplorer
from helpers.lesson09 import HistogramExplorer
from tests.controls import STROKES
from tests.lab import draw
from tests.test_accessibility import violations
from tools.lessons import LESSONS, ROOT

SITE, COMPUTED = ROOT / "build" / "site", ROOT / "build" / "computed"
PAGES = ["index", "glossary", "search", *(lesson.stem for lesson in LESSONS)]
FIRST_VIEW = 1_500_000  # bytes of a page before it is scrolled
# explorers that need no lesson to be run before them, by the cell that shows them
ALONE = {
    "explore-relu": GraphExplorer,
    "explore-tangent": TangentExplorer,
    "explore-batches": BatchExplorer,
    "explore-paths": PathExplorer,
    "explore-dropout": DropoutExplorer,
    "explore-histograms": HistogramExplorer,
}
# what the theme draws: the list of the pages, and its buttons
THEIRS = [".sidebar-drawer", ".theme-toggle-container", ".headerlink"]


class Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def address() -> Iterator[str]:
    """The address of the built site."""
    if not (SITE / "index.html").exists():
        pytest.skip("The site is not built: run `make site` first.")
    handler = functools.partial(Quiet, directory=str(SITE))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, args=(0.05,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()


@pytest.fixture
def page(browser: BrowserContext) -> Iterator[Page]:
    """A page that may load nothing but the site, and whose complaints are failures."""
    page = browser.new_page()
    complaints, foreign = [], []
    page.on(
        "console", lambda said: said.type in ("error", "warning") and complaints.append(said.text)
    )
    page.on("pageerror", lambda error: complaints.append(str(error)))

    def stop(route):
        foreign.append(route.request.url)
        route.abort()

    page.route(lambda url: urlsplit(url).hostname not in ("127.0.0.1", "site.test"), stop)
    yield page
    page.close()
    assert (complaints, foreign) == ([], [])


# --- the drawing on its way into the network ---------------------------------------------------

FORM = """drawings => import('http://site.test/digits.js').then(({ mnistForm }) => drawings.map(
    text => Array.from(mnistForm(Uint8Array.from(atob(text), c => c.charCodeAt(0)), 140))))"""


def strokes(count: int) -> Iterator[torch.Tensor]:
    """Yield drawings (140, 140) of all kinds: soft strokes, dots, lines, symmetric ones, none."""
    generator = torch.Generator().manual_seed(0)
    places = torch.arange(140.0)
    for i in range(count):
        drawing = torch.zeros(140, 140)
        for _ in range(int(torch.randint(1, 5, (), generator=generator))):
            room, corner = (140, 0) if i % 5 else (12, 60)  # every fifth is very small
            ends = corner + room * torch.rand(4, generator=generator)
            x0, y0, x1, y1 = ends.tolist()
            for t in torch.linspace(0, 1, 40):
                distance = (places - x0 - t * (x1 - x0)) ** 2
                distance = distance + (places[:, None] - y0 - t * (y1 - y0)) ** 2
                pen = (2 + i % 7) if i % 5 else 1
                drawing = torch.maximum(
                    drawing, (255 * (pen + 0.5 - distance.sqrt())).clamp(0, 255)
                )
        if i % 3 == 0:  # its center is between two pixels
            drawing = torch.maximum(drawing, drawing.flip(i // 3 % 2))
        yield drawing.byte()
    yield torch.zeros(140, 140, dtype=torch.uint8)
    yield torch.full((140, 140), 255, dtype=torch.uint8)
    for image in small_digits().test_images[:20]:
        yield image.repeat_interleave(5, 0).repeat_interleave(5, 1)


def test_a_drawing_is_brought_to_the_form_of_mnist_as_in_python(page):
    script = ROOT / "site" / "digits.js"
    empty = '<link rel="icon" href="data:,">'  # without an icon, Chromium may ask for one
    page.route(
        "http://site.test/", lambda route: route.fulfill(body=empty, content_type="text/html")
    )
    page.route(
        "http://site.test/digits.js",
        lambda route: route.fulfill(path=script, content_type="text/javascript"),
    )
    page.goto("http://site.test/")
    drawings = list(strokes(200))
    texts = [base64.b64encode(drawing.numpy().tobytes()).decode() for drawing in drawings]
    for drawing, found in zip(drawings, page.evaluate(FORM, texts)):
        expected = mnist_form(drawing).flatten().int()
        # PyTorch adds up in single precision, so that a number at a half may be rounded elsewhere
        assert (torch.tensor(found) - expected).abs().max() <= 1


def test_what_pages_load_is_pinned_and_verified():
    wanted = json.loads((ROOT / "site" / "package.json").read_text())["dependencies"]
    assert all(re.fullmatch(r"\d+\.\d+\.\d+", version) for version in wanted.values())
    locked = json.loads((ROOT / "site" / "package-lock.json").read_text())["packages"]
    assert wanted == locked.pop("")["dependencies"]
    assert all(package["integrity"].startswith("sha512-") for package in locked.values())
    assert not any("resolved" in package for package in locked.values())


# --- explorers, without a browser --------------------------------------------------------------


def test_a_state_is_what_a_learner_finds_after_these_moves():
    explorer = KernelExplorer(small_digits().test_images[:3])
    listed = explorer.listed()
    seen = {}
    for moved in explorer.states():
        values = {name: control.value for name, control in listed.items()}
        seen[json.dumps(moved)] = values, explorer.caption.text
        if moved == {"kernel": 0, "position": 1}:  # the others take a while
            break
    start = {"kernel": "outline", "stride": 1, "padding": 0, "image": 0, "position": 355}
    assert seen["{}"][0] == start
    for name, control in listed.items():
        assert sum(key.startswith(f'{{"{name}": ') for key in seen) >= len(choices(control))
    # the output of stride 4 is small, so that the window moves with it
    last = ((28 - 3) // 4 + 1) ** 2 - 1
    assert seen['{"stride": 3}'][0] == start | {"stride": 4, "position": last}
    assert seen['{"kernel": 0, "position": 0}'][0] == start | {"position": 0}
    assert seen['{"position": 0}'] == seen['{"kernel": 0, "position": 0}']


# --- the pages ---------------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_whole_light_and_can_be_used_by_everybody(address, page, name):
    """Nothing comes from elsewhere and nothing fails: the fixture `page` looks at that."""
    sizes = []
    page.on("response", lambda reply: sizes.append(len(reply.body())))
    page.goto(f"{address}{name}.html", wait_until="networkidle")
    assert sum(sizes) <= FIRST_VIEW, f"{sum(sizes):,} bytes before anything is touched"
    for theme in ("light", "dark"):
        page.evaluate("theme => document.body.dataset.theme = theme", theme)
        assert not violations(page, "body", THEIRS)
    for width in (390, 1920):
        page.set_viewport_size({"width": width, "height": 800})
        wide = page.evaluate("document.documentElement.scrollWidth")
        assert wide <= width, f"{wide} pixels wide on a screen of {width}"
        for image in page.locator(".explorer img, .cell_output img").all():
            natural = int(image.get_attribute("width"))  # the texts of less are hard to read
            assert image.evaluate("image => image.clientWidth") >= min(natural, READABLE)
    images = page.locator("article img, main img").all()
    for image in images:
        image.scroll_into_view_if_needed()
        page.wait_for_function("image => image.naturalWidth > 0", arg=image.element_handle())
        assert image.get_attribute("alt")


@pytest.mark.slow
def test_every_internal_link_leads_somewhere(address, page):
    places, links = {}, set()
    for name in PAGES:
        page.goto(f"{address}{name}.html")
        found = page.evaluate("Array.from(document.querySelectorAll('[id]'), e => e.id)")
        places[f"/{name}.html"] = set(found)
        targets = page.evaluate(
            "Array.from(document.querySelectorAll('a[href]'), a => a.getAttribute('href'))"
        )
        links |= {(name, urljoin(f"/{name}.html", target)) for target in targets}
    assert len(links) > 500
    for name, target in links:
        parts = urlsplit(target)
        if parts.scheme or parts.netloc:
            continue
        path = unquote(parts.path)
        assert (SITE / path.lstrip("/")).exists(), f"{name} links to {target}"
        if parts.fragment and path in places:
            assert unquote(parts.fragment) in places[path], f"{name} links to {target}"


@pytest.mark.slow
def test_search_finds_a_word_of_a_lesson(address, page):
    page.goto(f"{address}index.html")
    box = page.get_by_role("textbox", name="Search")
    box.fill("momentum")
    box.press("Enter")
    found = page.locator(".search li a", has_text="Optimizers")
    found.first.click()
    expect(page.get_by_role("heading", level=1)).to_contain_text("04 · Optimizers")


# --- explorers on the pages --------------------------------------------------------------------


def computed() -> list[tuple[str, str]]:
    """Return the lesson and the cell of each explorer that has controls on the page."""
    files = sorted(COMPUTED.glob("*/*/states.json"))
    return [
        (file.parts[-3], file.parts[-2])
        for file in files
        if json.loads(file.read_text(encoding="utf-8"))["controls"]
    ]


def shown(explorer: Locator) -> tuple[str, str, str]:
    """Return the picture, its text alternative and the caption."""
    picture = explorer.locator("img")
    return (
        picture.get_attribute("src"),
        picture.get_attribute("alt"),
        explorer.get_by_role("status").inner_text(),
    )


def move(control: Locator, i: int) -> None:
    """Move a control to its choice `i`. Other tests do so by keyboard, mouse and finger."""
    kind = control.evaluate("e => e.type")
    if kind == "checkbox":
        control.press("Space")
    elif kind == "range":
        control.fill(str(i))
    else:
        control.select_option(index=i)


@pytest.mark.slow
def test_every_control_of_every_explorer_changes_picture_and_caption(address, page):
    cells = computed()
    assert {lesson for lesson, _ in cells} == {lesson.stem for lesson in LESSONS}
    for lesson, cells_here in itertools.groupby(cells, lambda pair: pair[0]):
        page.goto(f"{address}{lesson}.html")
        for cell in (cell for _, cell in cells_here):
            explorer = page.locator(f'.explorer[data-states$="/{cell}"]')
            explorer.scroll_into_view_if_needed()
            start = shown(explorer)
            file = COMPUTED / lesson / cell / "states.json"
            states = json.loads(file.read_text(encoding="utf-8"))["states"]
            for control in explorer.locator("input, select").all():
                expect(control).to_have_accessible_name(re.compile(r"\w"))
                name, count = control.evaluate("e => [e.name, +e.dataset.count]")
                telling = [i for i in range(count) if states[f"{name}={i}"][1] != states[""][1]]
                assert telling, f"{name} of {cell} never changes the caption"
                move(control, telling[-1])
                expect(explorer.locator("img")).not_to_have_attribute("src", start[0])
                page.wait_for_function(
                    "image => image.complete && image.naturalWidth > 0",
                    arg=explorer.locator("img").element_handle(),
                )
                now = shown(explorer)
                assert all(new != old for new, old in zip(now, start)), (cell, now)
                explorer.get_by_role("button", name="Back to the start").click()
                expect(explorer.locator("img")).to_have_attribute("src", start[0])
                assert shown(explorer)[1:] == start[1:]


@pytest.mark.slow
def test_paired_controls_move_together_and_others_go_back_to_the_start(address, page):
    page.goto(f"{address}01_tensors_and_autograd.html")
    explorer = page.locator('.explorer[data-states$="/explore-relu"]')
    x, w, b = explorer.get_by_role("slider").all()
    caption = explorer.get_by_role("status")
    for slider, key, said in (
        (x, "Home", "1.50 · −3.00 − 1.00"),
        (w, "End", "3.00 · −3.00 − 1.00"),
        (b, "End", "3.00 · 2.00 + 3.00"),
        (x, "End", "3.00 · 3.00 − 1.00"),
    ):
        slider.press(key)
        expect(caption).to_contain_text(said)
    assert [s.get_attribute("aria-valuetext") for s in (x, w, b)] == ["3.00", "3.00", "-1.00"]


@pytest.mark.slow
def test_explorers_answer_to_a_mouse_and_to_a_finger(address, page):
    page.goto(f"{address}01_tensors_and_autograd.html")
    explorer = page.locator('.explorer[data-states$="/explore-relu"]')
    slider = explorer.get_by_role("slider", name="x")
    slider.scroll_into_view_if_needed()
    box = slider.bounding_box()
    for touch, share in ((page.mouse.click, 0.9), (page.touchscreen.tap, 0.1)):
        before = slider.input_value()
        touch(box["x"] + share * box["width"], box["y"] + box["height"] / 2)
        expect(slider).not_to_have_value(before)
    expect(explorer.get_by_role("status")).to_contain_text("1.50 · −")


@pytest.mark.slow
@pytest.mark.parametrize("cell", ALONE)
def test_the_pictures_are_those_that_draw_gives(address, cell):
    """Of explorers that need no trained network, every seventh state is drawn again."""
    (folder,) = COMPUTED.glob(f"*/{cell}")
    states = json.loads((folder / "states.json").read_text(encoding="utf-8"))["states"]
    site = SITE / "explorers" / folder.parent.name / cell
    with one_thread():  # as in the lessons, because sums depend on it
        explorer = ALONE[cell]()
        explorer.set_density(2)
        for count, moved in enumerate(explorer.states()):
            key = "&".join(f"{name}={i}" for name, i in sorted(moved.items()))
            if count % 7 == 0:
                file, caption, _ = states[key]
                assert caption == explorer.caption.text, key
                drawn = canvas_image(explorer.figure.canvas, few_colors=True).convert("RGB")
                kept = Image.open(site / file).convert("RGB")
                assert ImageChops.difference(kept, drawn).getbbox() is None, key
    assert count + 1 >= len(states)


@pytest.mark.slow
def test_an_explorer_has_ten_megabytes_at_most(address):
    for folder in SITE.glob("explorers/*/*"):
        size = sum(file.stat().st_size for file in folder.iterdir())
        assert size <= 10_000_000, f"{folder.name}: {size:,}"


# --- a digit is drawn --------------------------------------------------------------------------

DRAWN = ["05_cnn_mnist/draw-a-digit", "06_lstm_mnist/explore-rows"]


@pytest.mark.slow
def test_without_javascript_a_line_stands_where_the_pad_would_be(address, browser):
    page = browser.browser.new_page(java_script_enabled=False)
    page.goto(address)
    expect(page.get_by_text("allow JavaScript for this page")).to_be_visible()
    expect(page.locator(".draw")).to_be_hidden()
    page.close()


@pytest.mark.slow
@pytest.mark.parametrize("where", DRAWN)
def test_a_drawn_digit_is_read_as_in_python(address, page, where, record_property):
    lesson, cell = where.split("/")
    page.goto(f"{address}{lesson}.html")
    loaded = []
    page.on("request", lambda request: loaded.append(request.url))
    pad = page.locator(f'.draw[data-folder$="/{where}"]')
    pad.scroll_into_view_if_needed()
    assert not any("ort" in url for url in loaded), "the runtime is loaded before a stroke"
    names = pad.locator("option").all_text_contents()
    times = []
    for number, name in enumerate(names):
        if len(names) > 1:
            pad.get_by_role("combobox").select_option(name)
        program = torch.export.load(COMPUTED / lesson / cell / f"network{number}.pt2").module()
        for digit in 1, 7, 0:
            pad.get_by_role("button", name="Clear").click()
            expect(pad.get_by_role("status")).to_contain_text("The pad is empty")
            draw(pad.get_by_role("application"), STROKES[digit], touch=digit == 7)
            expect(pad.get_by_role("status")).to_contain_text(f"reads a {digit}")
            page.wait_for_timeout(300)  # for the last part of the stroke
            drawing = torch.tensor(
                page.evaluate("e => Array.from(e.model.drawing)", pad.element_handle())
            )
            with torch.inference_mode():
                answer = program(mnist_form(drawing.view(140, 140)).float())
            expected = (answer[0] if isinstance(answer, tuple) else answer)[-1]
            found = pad.locator("li").evaluate_all("all => all.map(e => +e.dataset.probability)")
            assert (torch.tensor(found) - expected).abs().max() <= 1e-3
        times += page.evaluate("e => e.times", pad.element_handle())
    middle = sorted(times)[len(times) // 2]
    record_property(f"{lesson}, from a stroke to the probabilities", f"{middle:.0f} ms")
