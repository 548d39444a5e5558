"""The pad to draw on, in a page of its own: which pointers draw, and what the kernel would get.

`tests/test_browser.py` draws on it in JupyterLab. Here the events are as exact as no hand is.
"""

from pathlib import Path

import pytest

from helpers import pad

SCRIPT = Path(pad.__file__).with_name("pad.js")
# As much of a model as the pad needs. Two views show the same one.
PAGE = """<!DOCTYPE html><meta charset="utf-8"><div id="first"></div><div id="second"></div>
<script type="module">
  import pad from "./pad.js";
  const values = { value: new DataView(new ArrayBuffer(140 * 140)), placed: 0 };
  const listeners = [];
  window.model = {
    get: (name) => values[name],
    set: (name, value) => {
      values[name] = value;
      for (const [event, call] of listeners) if (event === `change:${name}`) call();
    },
    save_changes: () => {},
    on: (event, call) => listeners.push([event, call]),
    off: () => {},
  };
  for (const id of ["first", "second"]) pad.render({ model, el: document.getElementById(id) });
  window.ready = true;
</script>"""
# One event of a pointer on the first pad, at a share of its side
SEND = """([kind, x, y, rest]) => {
    const canvas = document.querySelector('#first canvas'), box = canvas.getBoundingClientRect();
    canvas.setPointerCapture = () => {};  // a pointer that is not real can't be captured
    canvas.dispatchEvent(new PointerEvent(kind, {
        clientX: box.left + x * box.width, clientY: box.top + y * box.height, pointerId: 1,
        pointerType: 'mouse', button: 0, buttons: 1, width: 1, height: 1, ...rest}));
}"""
INK = """([view, x, y]) => {
    const canvas = document.querySelector(`#${view} canvas`);
    return canvas.getContext('2d').getImageData(x * 280, y * 280, 1, 1).data[3] > 100;
}"""
SENT = "([x, y]) => model.get('value').getUint8(140 * Math.floor(140 * y) + Math.floor(140 * x))"


class Pads:
    """Two pads that show the same drawing."""

    def __init__(self, page) -> None:
        self.page = page
        page.route(
            "http://pad.test/", lambda route: route.fulfill(body=PAGE, content_type="text/html")
        )
        page.route(
            "**/pad.js", lambda route: route.fulfill(path=SCRIPT, content_type="text/javascript")
        )

    def open(self) -> "Pads":
        self.page.goto("http://pad.test/")
        self.page.wait_for_function("window.ready")
        return self

    def send(self, kind: str, x: float, y: float, **rest) -> None:
        self.page.evaluate(SEND, [f"pointer{kind}", x, y, rest])

    def ink(self, x: float, y: float, view: str = "first") -> bool:
        return self.page.evaluate(INK, [view, x, y])


@pytest.fixture
def page(browser):
    page = browser.new_page()
    yield page
    page.close()


@pytest.fixture
def pads(page):
    return Pads(page).open()


def test_a_line_is_seen_in_both_views_and_sent(pads):
    pads.send("down", 0.2, 0.5)
    pads.send("move", 0.8, 0.5)
    pads.send("up", 0.8, 0.5, buttons=0)
    assert pads.ink(0.5, 0.5) and not pads.ink(0.5, 0.8)
    pads.page.wait_for_function(f"({SENT})([0.5, 0.5]) > 100")
    assert pads.ink(0.5, 0.5, "second") and not pads.ink(0.5, 0.8, "second")


def test_a_second_finger_or_a_palm_draws_nothing(pads):
    finger = {"pointerType": "touch", "width": 20, "height": 20}
    palm = {"pointerType": "touch", "width": 90, "height": 70, "pointerId": 2}
    pads.send("down", 0.2, 0.2, **finger)
    pads.send("down", 0.8, 0.9, **palm)
    pads.send("move", 0.7, 0.9, **palm)
    pads.send("move", 0.8, 0.2, **finger)
    assert pads.ink(0.5, 0.2) and not pads.ink(0.75, 0.9) and not pads.ink(0.5, 0.55)


@pytest.mark.parametrize("kind, size", [("pen", 1), ("touch", 20)])
def test_a_pen_or_a_finger_draws_while_a_palm_rests(pads, kind, size):
    palm = {"pointerType": "touch", "width": 90, "height": 70, "pointerId": 2}
    pads.send("down", 0.8, 0.9, **palm)
    other = {"pointerType": kind, "width": size, "height": size}
    pads.send("down", 0.2, 0.2, **other)
    pads.send("move", 0.1, 0.9, **palm)
    pads.send("move", 0.8, 0.2, **other)
    assert pads.ink(0.5, 0.2) and not pads.ink(0.4, 0.9)


def test_only_the_main_button_draws_and_none_means_the_end(pads):
    pads.send("down", 0.2, 0.2, button=2, buttons=2)
    pads.send("move", 0.8, 0.2, button=-1, buttons=2)
    assert not pads.ink(0.2, 0.2) and not pads.ink(0.5, 0.2)
    pads.send("down", 0.2, 0.5)
    pads.send("move", 0.4, 0.5)
    pads.send("move", 0.4, 0.9, buttons=0)  # it was let go outside of the window
    pads.send("move", 0.9, 0.9)
    assert pads.ink(0.3, 0.5) and not pads.ink(0.4, 0.8) and not pads.ink(0.7, 0.9)


def test_an_old_browser_is_enough(page):
    page.add_init_script(
        "delete window.OffscreenCanvas; delete PointerEvent.prototype.getCoalescedEvents;"
    )
    test_a_line_is_seen_in_both_views_and_sent(Pads(page).open())
