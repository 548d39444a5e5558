"""Lesson 05 in a real browser: every control moved, digits drawn."""

import math
import re

from playwright.sync_api import expect

from tests.lab import LessonInBrowser
from tests.lessons import ROOT

ONE = [(0.5, 0.15), (0.5, 0.85)]
SEVEN = [(0.25, 0.2), (0.75, 0.2), (0.42, 0.85)]
RING = [(0.5 + 0.24 * math.sin(t / 4), 0.5 - 0.33 * math.cos(t / 4)) for t in range(26)]


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


class TestLesson05(LessonInBrowser):
    LESSON = ROOT / "notebooks" / "05_cnn_mnist.ipynb"
    # for a net that can read what is drawn here the small scans are enough
    BEFORE = "import helpers.data\nhelpers.data.mnist = helpers.data.small_digits"

    def test_every_control_of_the_kernel_explorer_answers_to_keys(self, ran):
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
        ran.shoot("after-explore-kernel")

    def test_the_kernel_explorer_answers_fast(self, ran, record_property):
        cell = ran.cell("explore-kernel")
        ran.watch(cell)
        slider = cell.get_by_role("slider", name="place")
        slider.focus()
        delays = ran.delays(cell, lambda i: ran.page.keyboard.press("ArrowLeft"))
        record_property("kernel explorer, from key press to new pixels", delays)

    def test_a_digit_drawn_with_the_mouse_is_read(self, ran):
        cell = ran.cell("draw-a-digit")
        canvas, caption = cell.get_by_role("application"), cell.get_by_role("status")
        for digit, points in ((1, ONE), (7, SEVEN), (0, RING)):
            cell.get_by_role("button", name="Clear").click()
            expect(caption).to_contain_text("The pad is empty")
            draw(ran.page, canvas, points)
            expect(caption).to_contain_text(f"The net reads a {digit}")
            ran.page.wait_for_timeout(300)  # the picture of the whole stroke
            ran.shoot(f"drawn-{digit}")

    def test_a_digit_drawn_with_a_finger_is_read(self, ran):
        cell = ran.cell("draw-a-digit")
        cell.get_by_role("button", name="Clear").click()
        expect(cell.get_by_role("status")).to_contain_text("The pad is empty")
        draw(ran.page, cell.get_by_role("application"), ONE, touch=True)
        expect(cell.get_by_role("status")).to_contain_text("The net reads a 1")

    def test_a_digit_drawn_with_keys_is_read(self, ran):
        cell = ran.cell("draw-a-digit")
        canvas, caption = cell.get_by_role("application"), cell.get_by_role("status")
        canvas.press("Delete")
        expect(caption).to_contain_text("The pad is empty")
        for key in ["ArrowUp"] * 9 + [" "] + ["ArrowDown"] * 18 + [" "]:
            ran.page.keyboard.press(key)
        expect(caption).to_contain_text("The net reads a 1")
        expect(canvas).to_be_focused()  # the arrows did not move to another cell

    def test_the_drawing_is_answered_fast(self, ran, record_property):
        cell = ran.cell("draw-a-digit")
        ran.watch(cell)
        box = cell.get_by_role("application").bounding_box()
        ran.page.mouse.move(box["x"] + 40, box["y"] + 40)
        ran.page.mouse.down()
        ran.page.wait_for_timeout(300)

        def move(i):
            angle = i / 8
            x, y = 140 + 80 * math.sin(angle), 140 - 90 * math.cos(angle)
            ran.page.mouse.move(box["x"] + x, box["y"] + y)

        delays = ran.delays(cell, move)
        ran.page.mouse.up()
        record_property("drawing pad, from stroke to new pixels", delays)
