"""Lesson 05 in a real browser: opened, run, and every control moved."""

import math
import os
import re
import statistics
from pathlib import Path

import pytest
from playwright.sync_api import expect

from tests.lab import Notebook, serve
from tests.lessons import ROOT, exercises, read, tags

LESSON = ROOT / "notebooks" / "05_cnn_mnist.ipynb"
SHOTS = os.environ.get("LESSON_SHOTS")  # a folder to keep screenshots in
MOVES = 45
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
    }));
}"""


@pytest.fixture(scope="module")
def notebook(browser, tmp_path_factory):
    with serve(tmp_path_factory.mktemp("lab")) as address:
        yield Notebook(browser.new_page(has_touch=True), address, LESSON)


@pytest.fixture(scope="module")
def ran(notebook):
    notebook.seconds = notebook.run_all()
    return notebook


def shoot(notebook: Notebook, name: str) -> None:
    if SHOTS:
        notebook.page.screenshot(path=Path(SHOTS) / f"{name}.png")


def spread(delays: list[float]) -> str:
    p95 = statistics.quantiles(delays, n=20)[-1]
    return f"median {statistics.median(delays):.0f} ms, p95 {p95:.0f} ms, {len(delays)} moves"


def moves(notebook: Notebook, move) -> list[float]:
    """Make one move after the other, each after the picture of the last; return ms for each."""
    for i in range(MOVES):
        before = notebook.page.evaluate("window.delays.length")
        move(i)
        notebook.page.wait_for_function(f"window.delays.length > {before}", timeout=10_000)
    return notebook.page.evaluate("window.delays")


def test_it_opens_without_a_question_and_with_its_pictures(notebook):
    page = notebook.page
    assert page.locator(".jp-Dialog, .Toastify__toast").count() == 0
    for name in ("explore-kernel", "draw-a-digit"):
        expect(notebook.cell(name).locator(".jp-OutputArea img")).to_be_visible()
        shoot(notebook, f"before-{name}")


def test_run_all_ends_with_the_expected_errors_alone(ran, record_property):
    expected = {cell.id for cell in read(LESSON).cells if "raises-exception" in tags(cell)}
    assert set(ran.errors()) == expected
    record_property("lesson 05, Run All in the browser", f"{ran.seconds:.1f} s")


def test_every_control_of_the_kernel_explorer_answers_to_keys(ran):
    cell = ran.cell("explore-kernel")
    caption = cell.get_by_role("status")
    said = caption.inner_text()
    for name in ("stride", "padding", "image", "place"):
        cell.get_by_role("slider", name=name).press("ArrowRight")
        expect(caption).not_to_have_text(said)
        said = caption.inner_text()
    cell.get_by_role("combobox", name="kernel").select_option("blur 5x5")
    expect(caption).to_have_text(re.compile(r"\(28 \+ 2·1 − 5\) / 2 \+ 1, rounded down = 13"))
    assert cell.get_by_role("img", name="A digit with an orange window").is_visible()
    shoot(ran, "after-explore-kernel")


def test_the_kernel_explorer_answers_fast(ran, record_property):
    cell = ran.cell("explore-kernel")
    cell.locator(".explorer").evaluate(WATCH)
    slider = cell.get_by_role("slider", name="place")
    slider.focus()
    delays = moves(ran, lambda i: ran.page.keyboard.press("ArrowLeft"))
    record_property("kernel explorer, from key press to new pixels", spread(delays))


def draw(page, canvas, points, touch=False):
    """Draw a line through points given as shares of the pad's side."""
    box = canvas.bounding_box()
    places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in points]
    if touch:
        fingers = page.context.new_cdp_session(page)
        for i, (x, y) in enumerate(places):
            kind = "touchMove" if i else "touchStart"
            fingers.send(
                "Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]}
            )
        fingers.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
        return
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=3)
    page.mouse.up()


ONE = [(0.5, 0.15), (0.5, 0.85)]
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.42, 0.85)]
RING = [(0.5 + 0.24 * math.sin(t / 4), 0.5 - 0.33 * math.cos(t / 4)) for t in range(26)]


def test_a_digit_drawn_with_the_mouse_is_read(ran):
    cell = ran.cell("draw-a-digit")
    canvas, caption = cell.get_by_role("application"), cell.get_by_role("status")
    for digit, points in ((1, ONE), (7, SEVEN), (0, RING)):
        cell.get_by_role("button", name="Clear").click()
        expect(caption).to_contain_text("The pad is empty")
        draw(ran.page, canvas, points)
        expect(caption).to_contain_text(f"The net reads a {digit}")
        shoot(ran, f"drawn-{digit}")


def test_a_digit_drawn_with_a_finger_is_read(ran):
    cell = ran.cell("draw-a-digit")
    cell.get_by_role("button", name="Clear").click()
    expect(cell.get_by_role("status")).to_contain_text("The pad is empty")
    draw(ran.page, cell.get_by_role("application"), ONE, touch=True)
    expect(cell.get_by_role("status")).to_contain_text("The net reads a 1")


def test_a_digit_drawn_with_keys_is_read(ran):
    cell = ran.cell("draw-a-digit")
    canvas, caption = cell.get_by_role("application"), cell.get_by_role("status")
    canvas.press("Delete")
    expect(caption).to_contain_text("The pad is empty")
    for key in ["ArrowUp"] * 9 + [" "] + ["ArrowDown"] * 18 + [" "]:
        ran.page.keyboard.press(key)
    expect(caption).to_contain_text("The net reads a 1")
    expect(canvas).to_be_focused()  # the arrows did not move to another cell


def test_the_drawing_is_answered_fast(ran, record_property):
    cell = ran.cell("draw-a-digit")
    cell.locator(".explorer").evaluate(WATCH)
    box = cell.get_by_role("application").bounding_box()
    ran.page.mouse.move(box["x"] + 40, box["y"] + 40)
    ran.page.mouse.down()
    ran.page.wait_for_timeout(300)

    def move(i):
        angle = i / 8
        x, y = 140 + 80 * math.sin(angle), 140 - 90 * math.cos(angle)
        ran.page.mouse.move(box["x"] + x, box["y"] + y)

    delays = moves(ran, move)
    ran.page.mouse.up()
    record_property("drawing pad, from stroke to new pixels", spread(delays))


def test_an_exercise_answers_wrong_and_right(ran):
    name = "exercise-1-code"
    stub, solution = exercises(LESSON)[name]
    for text, verdict in [
        (stub, "Not attempted yet"),
        (stub.replace("...", "(n - k) // stride + 1"), "The padding has no effect yet"),
        (stub.replace("...", "n / 0"), "ZeroDivisionError"),
        (solution, "Correct"),
    ]:
        ran.replace(name, text)
        ran.run(name)
        expect(ran.cell(name)).to_contain_text(verdict)


def test_each_step_fits_the_screen(ran):
    """A step is a code cell with its result, and the prose right above it."""
    cells = read(LESSON).cells
    too_tall = {}
    for above, cell in zip(cells, cells[1:]):
        if cell.cell_type != "code":
            continue
        ran.show(above.id if above.cell_type == "markdown" else cell.id)
        height = ran.page.evaluate(
            """([first, last]) => {
                const panel = window.jupyterapp.shell.currentWidget.content;
                const rect = i => panel.widgets[i].node.getBoundingClientRect();
                const room = panel.node.getBoundingClientRect().height;
                return rect(last).bottom - rect(first).top - room;
            }""",
            [
                ran.ids.index(above.id if above.cell_type == "markdown" else cell.id),
                ran.ids.index(cell.id),
            ],
        )
        shoot(ran, f"step-{ran.ids.index(cell.id):02d}-{cell.id}")
        if height > 0:
            too_tall[cell.id] = round(height)
    assert not too_tall, f"these steps are too tall, by as many pixels: {too_tall}"
