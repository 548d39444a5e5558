"""Lesson 06: how it reads a digit row by row, and the numbers of its explorer."""

import ipywidgets as widgets
import pytest
import torch
from torch import nn

from helpers.data import small_digits
from helpers.digits import mnist_form
from helpers.lesson06.explorers import RANGES, SHOWN, RowExplorer
from helpers.lesson06.reading import RowReader, reading_diagram, trace
from tools.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "06_lstm_mnist.ipynb"


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
    traced = trace(lstm, rows)
    r_out, (_, c_n) = lstm(rows[None])
    assert list(traced) == list("ifgoch")
    assert torch.allclose(traced["h"], r_out[0], atol=1e-5)
    assert torch.allclose(traced["c"][-1], c_n[0, 0], atol=1e-5)
    for kind, (low, high) in RANGES.items():
        if kind != "c":
            assert traced[kind].min() >= low and traced[kind].max() <= high


def test_the_trace_is_what_the_lesson_wrote(nets, images):
    names = {"torch": torch}
    exec(source(LESSON, "lstm-step"), names)
    exec(source(LESSON, "gates").split("\n\n\n")[0], names)
    ours = trace(nets["one"].rnn, images[2] / 255)
    theirs = names["read"](nets["one"], images[2] / 255)
    assert torch.equal(torch.stack([*ours.values()]), theirs)


def test_the_probabilities_are_those_of_a_network_which_reads_so_far(nets, images):
    net = nets["one"]
    probabilities = RowReader(net, prepare)(images[3])
    assert probabilities.shape == (28, 10)
    for row in (1, 13, 28):
        expected = net(prepare(images[3:4, :row])).softmax(1)[0]
        assert torch.allclose(probabilities[row - 1], expected, atol=1e-5)


def test_every_setting_of_the_row_explorer_draws_a_picture(explorer):
    seen = {explorer.picture.value}
    for name, values in {"row": (1, 13, 28), "units": tuple(SHOWN), "network": ("other",)}.items():
        control = explorer.controls[name]
        assert not isinstance(control, widgets.Dropdown) or set(values) <= set(control.options)
        for value in values:
            control.value = value
            seen.add(explorer.picture.value)
            assert explorer.caption.text.startswith("After ")
    explorer.example.value = 4
    assert len(seen | {explorer.picture.value}) == 1 + 3 + 5 + 1 + 1


def test_the_row_explorer_says_the_true_probability(explorer, nets, images):
    drawing = mnist_form(explorer.pad.drawing())
    probabilities = RowReader(nets["other"], prepare)(drawing).detach()
    explorer.controls["row"].value, explorer.controls["network"].value = 9, "other"
    value, digit = probabilities[8].max(0)
    said = f"After 9 of 28 rows, the network reads a {digit}, with probability {value:.2f}."
    assert explorer.caption.text.startswith(said)
    heights = [bar.get_height() for bar in explorer._bars]
    assert heights == pytest.approx(probabilities[8].tolist())


def test_the_row_slider_reads_nothing_again(explorer):
    before = explorer.probabilities
    for row in (28, 1, 5):
        explorer.controls["row"].value = row
        assert explorer.probabilities is before
    explorer.pad.put(torch.eye(28) * 255)
    assert explorer.probabilities is not before


def test_rows_not_yet_read_are_not_shown(explorer):
    explorer.controls["row"].value = 10
    for picture in explorer._maps:
        shown = torch.tensor(picture.get_array().filled(torch.nan))
        assert shown[:10].isfinite().all() and shown[10:].isnan().all()


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


def test_a_network_that_went_wrong_is_named(images):
    net = Net()
    nn.init.constant_(net.out.weight, torch.nan)
    assert "nan means “not a number”" in RowExplorer({"": net}, prepare, images[:5]).caption.text
