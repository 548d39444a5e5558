"""Lesson 06 in a real browser: every control moved, digits drawn; and its numbers without one."""

import re

import ipywidgets as widgets
import pytest
import torch
from playwright.sync_api import expect
from torch import nn

from helpers.checks import lesson06
from helpers.data import mnist, small_digits
from helpers.figures import png
from helpers.lesson06.explorers import RANGES, SHOWN, RowExplorer
from helpers.lesson06.reading import open_forget_gates, read_rows, reading_diagram, trace
from helpers.training import fit
from tests.lab import LessonInBrowser
from tests.lessons import ROOT, source
from tests.test_lesson05 import ONE, RING, SEVEN, draw

LESSON = ROOT / "notebooks" / "06_lstm_mnist.ipynb"


@pytest.fixture(scope="class")
def watched(ran):
    """Watch the explorer once: each watch adds listeners of its own."""
    ran.watch(ran.cell("explore-rows"))
    return ran


def believes_in(digit: int) -> re.Pattern:
    """What the caption says of a drawing; of drawn 1 and 7 only nets that know MNIST are sure."""
    read = digit if mnist().full or digit == 0 else "[0-9]"
    return re.compile(f"After 28 of 28 .* believes in a {read} ")


class TestLesson06(LessonInBrowser):
    LESSON = LESSON
    # with one image less it is not the full set, and the lesson trains for fewer steps
    BEFORE = """
import helpers.data
images, labels, *test = helpers.data.mnist()
fewer = helpers.data.Digits(images[1:], labels[1:], *test)
helpers.data.mnist = lambda: fewer
"""

    def test_every_control_of_the_row_explorer_answers_to_keys(self, ran):
        cell = ran.cell("explore-rows")
        caption = cell.get_by_role("status")
        said = caption.inner_text()
        for name in ("row", "image"):
            cell.get_by_role("slider", name=name).press("ArrowRight")
            expect(caption).not_to_have_text(said)
            said = caption.inner_text()
        cell.get_by_role("slider", name="row").press("End")
        expect(caption).to_contain_text("After 28 of 28 rows")
        picture = cell.get_by_role("img", name="Side by side, row by row")
        for units in SHOWN:
            before = picture.get_attribute("src")
            cell.get_by_role("combobox", name="units").select_option(units)
            if units != "hidden state h":
                expect(picture).not_to_have_attribute("src", before)
            ran.shoot(f"units-{units.split()[-1]}")
        said = caption.inner_text()
        cell.get_by_role("combobox", name="net").select_option("asked at the end")
        expect(caption).not_to_have_text(said)
        ran.shoot("asked-at-the-end")
        cell.get_by_role("combobox", name="net").select_option("asked after every row")
        expect(caption).to_have_text(said)

    def test_the_row_slider_answers_fast(self, watched, record_property):
        ran, cell = watched, watched.cell("explore-rows")
        slider = cell.get_by_role("slider", name="row")
        slider.press("Home")
        expect(cell.get_by_role("status")).to_contain_text("After 1 of 28 rows")
        ran.page.wait_for_timeout(300)
        ran.page.evaluate("window.delays.length = 0")

        def move(i):  # up to row 28 and down again
            ran.page.keyboard.press("ArrowRight" if i // 27 % 2 == 0 else "ArrowLeft")

        record_property("row slider, from key press to new pixels", ran.delays(cell, move))

    def test_digits_drawn_with_mouse_and_finger_are_read(self, ran):
        cell = ran.cell("explore-rows")
        canvas, caption = cell.get_by_role("application"), cell.get_by_role("status")
        cell.get_by_role("slider", name="row").press("End")
        for digit, points, touch in ((1, ONE, False), (7, SEVEN, True), (0, RING, False)):
            cell.get_by_role("button", name="Clear").click()
            expect(caption).to_contain_text("The pad is empty")
            draw(ran.page, canvas, points, touch)
            expect(caption).to_have_text(believes_in(digit))
            ran.page.wait_for_timeout(300)  # the picture of the whole stroke
            ran.shoot(f"drawn-{digit}")

    def test_a_digit_drawn_with_keys_is_read(self, ran):
        cell = ran.cell("explore-rows")
        canvas, caption = cell.get_by_role("application"), cell.get_by_role("status")
        canvas.press("Delete")
        expect(caption).to_contain_text("The pad is empty")
        for key in ["ArrowUp"] * 9 + [" "] + ["ArrowDown"] * 18 + [" "]:
            ran.page.keyboard.press(key)
        expect(caption).to_have_text(believes_in(1))
        expect(canvas).to_be_focused()  # the arrows did not move to another cell

    def test_the_drawing_is_answered_fast(self, watched, record_property):
        ran, cell = watched, watched.cell("explore-rows")
        cell.get_by_role("button", name="Clear").click()
        expect(cell.get_by_role("status")).to_contain_text("The pad is empty")
        box = cell.get_by_role("application").bounding_box()
        ran.page.mouse.move(box["x"] + 140, box["y"] + 40)
        ran.page.mouse.down()
        ran.page.wait_for_timeout(300)
        ran.page.evaluate("window.delays.length = 0")

        def move(i):
            ran.page.mouse.move(box["x"] + 140 + i % 2, box["y"] + 44 + 4 * i)

        delays = ran.delays(cell, move)
        ran.page.mouse.up()
        record_property("row explorer, from stroke to new pixels", delays)


class Net(nn.Module):
    def __init__(self, kind=nn.LSTM):
        super().__init__()
        self.rnn, self.out = kind(28, 12, batch_first=True), nn.Linear(12, 10)
        nn.init.normal_(self.out.weight)

    def forward(self, x):
        return self.out(self.rnn(x)[0][:, -1])


def prepare(images):
    return images / 255


@pytest.fixture(scope="module")
def images():
    return small_digits().test_images


@pytest.fixture
def nets():
    torch.manual_seed(0)
    return {"one": Net(), "other": Net()}


@pytest.fixture
def explorer(nets, images):
    return RowExplorer(nets, prepare, images[:5])


def test_the_trace_is_that_of_torch(nets, images):
    lstm, rows = nets["one"].rnn, images[4] / 255
    told = trace(lstm, rows)
    r_out, (_, c_n) = lstm(rows[None])
    assert list(told) == list("ifgoch")
    assert torch.allclose(told["h"], r_out[0], atol=1e-5)
    assert torch.allclose(told["c"][-1], c_n[0, 0], atol=1e-5)
    for kind, (low, high) in RANGES.items():
        if kind != "c":
            assert told[kind].min() >= low and told[kind].max() <= high


def test_the_trace_is_what_the_lesson_wrote(nets, images):
    names = {"torch": torch}
    exec(source(LESSON, "lstm-step"), names)
    exec(source(LESSON, "gates").split("\n\n\n")[0], names)
    ours = trace(nets["one"].rnn, images[2] / 255)
    theirs = names["read"](nets["one"], images[2] / 255)
    assert torch.equal(torch.stack([*ours.values()]), theirs)


def test_the_belief_is_that_of_a_net_which_reads_so_far(nets, images):
    net = nets["one"]
    image, told, belief = read_rows(net, prepare, images[3])
    assert belief.shape == (28, 10) and told["h"].shape == (28, 12)
    for row in (1, 13, 28):
        expected = net(prepare(image[None, :row])).softmax(1)[0]
        assert torch.allclose(belief[row - 1], expected, atol=1e-5)


def test_every_setting_of_the_row_explorer_draws_a_picture(explorer):
    seen = {explorer.picture.value}
    for name, values in {"row": (1, 13, 28), "units": tuple(SHOWN), "net": ("other",)}.items():
        control = explorer.controls[name]
        assert not isinstance(control, widgets.Dropdown) or set(values) <= set(control.options)
        for value in values:
            control.value = value
            seen.add(explorer.picture.value)
            assert explorer.caption.text.startswith("After ")
    explorer.example.value = 4
    assert len(seen | {explorer.picture.value}) == 1 + 3 + 5 + 1 + 1


def test_the_row_explorer_says_the_true_belief(explorer, nets, images):
    _, _, belief = read_rows(nets["other"], prepare, explorer.pad.drawing())
    explorer.controls["row"].value, explorer.controls["net"].value = 9, "other"
    value, digit = belief[8].max(0)
    said = f"After 9 of 28 rows the net believes in a {digit} with probability {value:.2f}"
    assert explorer.caption.text.startswith(said)
    heights = [bar.get_height() for bar in explorer._bars]
    assert heights == pytest.approx(belief[8].tolist())


def test_the_row_slider_reads_nothing_anew(explorer):
    before = explorer.belief
    for row in (28, 1, 5):
        explorer.controls["row"].value = row
        assert explorer.belief is before
    explorer.pad.put(torch.eye(28) * 255)
    assert explorer.belief is not before


def test_rows_not_yet_read_are_not_shown(explorer):
    explorer.controls["row"].value = 10
    for picture in explorer._maps:
        shown = torch.tensor(picture.get_array().filled(torch.nan))
        assert shown[:10].isfinite().all() and shown[10:].isnan().all()


def test_an_empty_pad_says_what_to_do(explorer):
    explorer.pad.put(torch.zeros(28, 28))
    assert explorer.caption.text.startswith("The pad is empty: draw")


def test_the_diagram_shows_the_rows_that_it_names(images):
    figure = reading_diagram(images[0], shown=(0, 4, 5, 27))
    texts = [text.get_text() for text in figure.axes[0].texts]
    assert [text for text in texts if text.startswith("row")] == [
        "row 1",
        "row 5",
        "row 6",
        "row 28",
    ]
    strips = [axis.images[0].get_array() for axis in figure.axes[2:]]
    assert (strips[2] == images[0][5:6].numpy()).all() and len(strips) == 4
    assert png(figure).startswith(b"\x89PNG")


def test_fit_without_a_picture_is_the_same_training(images):
    x, y = prepare(images), small_digits().test_labels
    losses = []
    for live in (True, False):
        torch.manual_seed(0)
        losses.append(fit(Net(), x, y, steps=12, batch=32, live=live))
    assert losses[0] == losses[1] and len(losses[0]) == 12


@pytest.mark.parametrize("name", ["as_sequence", "gru_reader", "beliefs", "both_ends"])
@pytest.mark.parametrize(
    "answer", [None, 7, "text", [], lambda: 1, lambda *a: 1 / 0, lambda *a: a, print, nn.GRU, Net]
)
def test_a_check_never_raises(name, answer):
    check = getattr(lesson06, name)
    assert check(answer).kind in ("not yet", "error")
    assert check().kind == "not attempted"


def test_other_right_answers_are_right():
    class Other(nn.Module):
        def __init__(self):
            super().__init__()
            self.layer, self.head = nn.GRU(28, 32, batch_first=True), nn.Linear(32, 10)

        def forward(self, x):
            return self.head(self.layer(x)[1][-1])

    class TimeFirst(Other):
        def __init__(self):
            super().__init__()
            self.layer = nn.GRU(28, 32)

        def forward(self, x):
            return self.head(self.layer(x.transpose(0, 1))[0][-1])

    class StepByStep(Other):
        def forward(self, x):
            h = None
            for t in range(28):
                _, h = self.layer(x[:, t : t + 1], h)
            return self.head(h[0])

    def in_parts(r_out):
        down, up = r_out.chunk(2, dim=-1)
        return torch.cat((down[:, -1], up[:, 0]), dim=-1)

    def one_by_one(net, rows):
        states = [net.rnn(rows[None, : k + 1])[0][0, -1] for k in range(len(rows))]
        return torch.softmax(net.out(torch.stack(states)), dim=-1)

    assert lesson06.as_sequence(lambda images: images[:, 0]).kind == "correct"
    assert lesson06.as_sequence(lambda images: images.view(-1, 28, 28)).kind == "correct"
    for reader in (Other, TimeFirst, StepByStep):
        assert lesson06.gru_reader(reader).kind == "correct"
    assert lesson06.both_ends(in_parts).kind == "correct"
    assert lesson06.beliefs(one_by_one).kind == "correct"


def test_open_forget_gates_is_what_the_lesson_wrote():
    names = {"torch": torch, "nn": nn}
    exec(source(LESSON, "open-gates").split("\n\n\n")[0], names)
    ours, theirs = nn.LSTM(28, 12), nn.LSTM(28, 12)
    theirs.load_state_dict(ours.state_dict())
    open_forget_gates(ours)
    names["open_forget_gates"](theirs)
    for a, b in zip(ours.parameters(), theirs.parameters()):
        assert torch.equal(a, b)
