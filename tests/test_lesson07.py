"""Lesson 07: its numbers, its explorer, and the live picture."""

import copy
import math
import time

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.figures import new_figure
from helpers.lesson07.explorers import TOP, SineExplorer
from helpers.lesson07.waves import by_step, follow, series_figure, wave
from helpers.live import LivePicture, nothing
from tools.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "07_rnn_sine.ipynb"
WINDOW = 10


@pytest.fixture(scope="module")
def lesson():
    """Return the names that the lesson's own cells make: networks, training loop, waves."""
    names: dict = {"torch": torch, "nn": nn, "F": F, "nothing": nothing}
    for cell in ("waves", "net-loop", "net", "train-loop"):
        exec(source(LESSON, cell), names)
    return names


@pytest.fixture(scope="module")
def net(lesson):
    torch.manual_seed(0)
    net = lesson["ShortNet"]()
    lesson["train"](net, *lesson["waves"](300))
    return net


def test_a_wave_is_a_sine_and_its_cosine():
    t = torch.arange(40) * math.pi / 10
    x, y = wave(40)
    torch.testing.assert_close(x, t.sin(), atol=1e-5, rtol=0)
    torch.testing.assert_close(y, t.cos(), atol=1e-5, rtol=0)
    x, y = wave(40, frequency=1.5, phase=0.4)
    torch.testing.assert_close(x, (1.5 * t + 0.4).sin(), atol=1e-5, rtol=0)
    torch.testing.assert_close(y, (1.5 * t + 0.4).cos(), atol=1e-5, rtol=0)


def test_noise_is_added_to_the_input_alone_and_leaves_the_random_state_as_it_was():
    state = torch.get_rng_state()
    clean, target = wave(20_000)
    noisy, same = wave(20_000, noise=0.3, seed=5)
    assert torch.equal(target, same) and abs((noisy - clean).std() - 0.3) < 0.02
    assert torch.equal(noisy, wave(20_000, noise=0.3, seed=5)[0])
    assert torch.equal(state, torch.get_rng_state())


@pytest.mark.parametrize("carry", [True, False])
def test_follow_reads_window_by_window(lesson, carry):
    torch.manual_seed(1)
    net, x = lesson["Net"](7), wave(60)[0]
    h_state, pieces = None, []
    with torch.no_grad():
        for part in x.view(-1, 1, WINDOW, 1):
            prediction, h_state = net(part, h_state if carry else None)
            pieces.append(prediction.flatten())
    torch.testing.assert_close(follow(net, x, WINDOW, carry), torch.cat(pieces))
    assert not follow(net, x, WINDOW, carry).requires_grad
    with pytest.raises(RuntimeError):
        follow(net, x[:-1], WINDOW, carry)


def test_errors_by_step_are_means_over_the_windows():
    found = by_step(torch.tensor([0.0, 1, 2, 3]), torch.tensor([1.0, 1, 0, 0]), 2)
    assert found.tolist() == [1.5, 1.5]


def test_a_dropped_state_costs_exactly_one_where_the_windows_begin_at_zero(net):
    x, y = wave(200)
    assert by_step(follow(net, x, WINDOW), y, WINDOW)[1:].max() < 0.3
    first = by_step(follow(net, x, WINDOW, carry=False), y, WINDOW)[0]
    # there the cosine is 1 and -1 in turn, and the network predicts one number between the two
    assert abs(first - 1) < 1e-3


def test_the_sine_explorer_without_a_browser(net):
    explorer = SineExplorer({4: net, 32: net}, WINDOW)
    assert explorer.caption.text.startswith("32 hidden units, state carried: mean error 0.")
    before = explorer.picture.value
    for name, value in [
        ("frequency", 2.0), ("phase", 1.0), ("noise", 0.5), ("drop", True), ("hidden", 4),
    ]:  # fmt: skip
        caption = explorer.caption.text
        explorer.controls[name].value = value
        assert explorer.caption.text != caption, name
    assert explorer.picture.value != before
    # too large errors stay inside the picture
    assert max(explorer._errors.get_ydata()) <= TOP
    explorer.controls["frequency"].value, explorer.controls["noise"].value = 1.0, 0.0
    explorer.controls["phase"].value = 0.0
    assert "state dropped: mean error 1.00 at the first step" in explorer.caption.text


def test_the_explorer_shows_the_predictions_of_the_network(net):
    explorer = SineExplorer({32: net}, WINDOW)
    explorer.controls["frequency"].value = 0.8
    x, y = wave(100, frequency=0.8)
    torch.testing.assert_close(torch.as_tensor(explorer._x.get_ydata()), x[40:])
    torch.testing.assert_close(torch.as_tensor(explorer._y.get_ydata()), y[40:])
    predicted = follow(net, x, WINDOW)[40:]
    torch.testing.assert_close(torch.as_tensor(explorer._net.get_ydata()), predicted)


def test_a_series_figure_has_a_line_for_each_seam_and_looks_that_differ():
    curves = {name: torch.zeros(30) for name in "abcd"}
    (axis,) = series_figure(curves, window=10, arrows="state").axes
    named = [line for line in axis.lines if not line.get_label().startswith("_")]
    assert [line.get_label() for line in named] == [*"abcd", "seam"]
    assert len({(line.get_color(), line.get_linestyle()) for line in named}) == 5
    assert len(axis.lines) == 4 + 2 and len(axis.texts) == 2 * 2
    with pytest.raises(ValueError, match="at most 4"):
        series_figure(curves | {"e": torch.zeros(30)})


def test_after_a_slow_redraw_the_loop_goes_on_for_twice_as_long():
    spans = []

    def redraw(steps):
        start = time.monotonic()
        time.sleep(0.02)
        spans.append((start, time.monotonic()))

    with LivePicture(new_figure(2, 1), "A picture.", redraw, seconds=0.001) as live:
        while len(spans) < 4:
            live.update()
    for (start, end), (following, _) in zip(spans, spans[1:4]):
        assert following - end > 1.9 * (end - start)


def test_a_live_picture_lets_errors_pass_and_keeps_an_interrupt(capsys):
    seen: list[int] = []
    with LivePicture(new_figure(2, 1), "A picture.", seen.append, seconds=60) as live:
        for _ in range(7):
            live.update()
        raise KeyboardInterrupt
    assert seen == [7] and "Interrupted after 7 steps" in capsys.readouterr().out
    with pytest.raises(ZeroDivisionError), LivePicture(new_figure(2, 1), "A.", seen.append):
        raise ZeroDivisionError
    with pytest.raises(KeyboardInterrupt), nothing:
        raise KeyboardInterrupt


def test_a_network_that_went_wrong_is_named(net):
    broken = copy.deepcopy(net)
    nn.init.constant_(next(broken.parameters()), torch.nan)
    assert "nan means “not a number”" in SineExplorer({32: broken}, WINDOW).caption.text
