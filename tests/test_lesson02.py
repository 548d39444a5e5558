"""Lesson 02: its numbers, and its loop against the helper's."""

import _thread
import threading

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.lesson02 import check, neuron_diagram
from helpers.lesson02.explorers import TrainingExplorer
from helpers.lesson02.regression import ACTIVATIONS, record
from helpers.verdict import INTERRUPTED
from tools.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "02_regression.ipynb"


@pytest.fixture(scope="module")
def data():
    torch.manual_seed(1)
    x, new = torch.linspace(-1, 1, 100).unsqueeze(1), torch.linspace(-0.99, 0.99, 50).unsqueeze(1)
    return x, x**2 + 0.1 * torch.randn(x.shape), new, new**2 + 0.1 * torch.randn(new.shape)


def small_net(activation: str = "relu") -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Linear(1, 10), ACTIVATIONS[activation](), nn.Linear(10, 1))


def test_a_recording_is_the_loop_that_the_lesson_wrote(data):
    names, net = {"F": F}, small_net()
    exec(source(LESSON, "train-loop"), names)
    optimizer = torch.optim.SGD(net.parameters(), lr=0.1)
    losses = names["train"](net, *data[:2], optimizer, 30)
    recording = record(*data, 10, "relu", 0.1, steps=30)
    assert recording.losses[:30].tolist() == pytest.approx(losses, rel=1e-6)
    torch.testing.assert_close(recording.predictions[-1], net(data[0])[:, 0])


@pytest.mark.parametrize("activation", ACTIVATIONS)
def test_a_recording_holds_the_net_after_every_step(data, activation):
    x, y, new_x, new_y = data
    recording = record(*data, 10, activation, 0.05, steps=12)
    assert recording.losses.shape == recording.new_losses.shape == (13,)
    assert recording.predictions.shape == (13, 100)
    net = small_net(activation)
    for step in range(13):
        prediction = net(x)
        loss = ((prediction - y) ** 2).mean()
        assert torch.allclose(recording.predictions[step], prediction[:, 0], atol=1e-5)
        assert torch.isclose(recording.losses[step], loss, atol=1e-5)
        new_loss = ((net(new_x) - new_y) ** 2).mean()
        assert torch.isclose(recording.new_losses[step], new_loss, atol=1e-5)
        net.zero_grad()
        loss.backward()
        with torch.no_grad():
            for parameter in net.parameters():
                parameter -= 0.05 * parameter.grad


def test_a_recording_leaves_chance_as_it_was(data):
    state = torch.get_rng_state()
    first = record(*data, 5, "tanh", 0.1, steps=3)
    with pytest.raises(KeyError):
        record(*data, 5, "no such", 0.1)
    assert torch.equal(torch.get_rng_state(), state)
    assert torch.equal(first.losses, record(*data, 5, "tanh", 0.1, steps=3).losses)


def test_without_activation_it_is_a_straight_line(data):
    fit = record(*data, 20, "none (a straight line)", 0.05).predictions
    assert fit.diff(n=2).abs().max() < 1e-4
    assert record(*data, 20, "relu", 0.05).predictions[-1].diff(n=2).abs().max() > 1e-3


def test_the_parabola_is_learned_from_most_first_weights(data):
    ends = [record(*data, 10, "relu", 0.2, seed=seed).losses[-1].item() for seed in range(10)]
    assert sum(end < 0.025 for end in ends) >= 8


def test_the_training_explorer_says_the_true_loss_and_retrains_only_if_it_must(data):
    explorer = TrainingExplorer(*data)
    recording = explorer.recording
    explorer.controls["step"].value = 40
    assert explorer.recording is recording
    expected = record(*data, 10, "relu", 0.2)
    for said in (
        "31 parameters, after 40 of 200 steps",
        f"{expected.losses[40]:.4f} on the training set",
        f"{expected.new_losses[40]:.4f} on the test set",
    ):
        assert said in explorer.caption.text
    explorer.controls["hidden"].value = 11
    assert explorer.recording is not recording
    assert "34 parameters, after 40 of 200" in explorer.caption.text


def test_a_training_that_diverges_is_drawn_and_named(data):
    explorer = TrainingExplorer(*data)
    explorer.controls["hidden"].value = 64
    assert "diverges" not in explorer.caption.text
    explorer.controls["activation"].value = "tanh"
    explorer.controls["rate"].value = 1.0
    assert explorer.recording.diverged and "diverges" in explorer.caption.text


def test_the_neuron_diagram_draws_every_unit_and_every_weight():
    figure = neuron_diagram([("in", 2), ("middle", 3), ("out", 1)], ["6 weights", "3 weights"])
    (axis,) = figure.axes
    lines = [line for line in axis.lines if line.get_linestyle() == "-"]
    circles = [line for line in axis.lines if line.get_marker() == "o"]
    assert len(lines) == 2 * 3 + 3 * 1
    assert [len(line.get_xdata()) for line in circles] == [2, 3, 1]


def test_the_hostile_file_of_the_lesson_would_have_done_what_the_lesson_says(tmp_path):
    """What the lesson must not show: the same file, loaded without protection."""
    names: dict = {"torch": torch, "folder": tmp_path}
    torch.save(small_net(), tmp_path / "whole.pt")
    exec(source(LESSON, "hostile"), names)
    assert not names["marker"].exists()
    torch.load(tmp_path / "gift.pt", weights_only=False)
    assert names["marker"].read_bytes() == b""


def test_a_file_that_is_tried_again_for_ever_can_be_interrupted():
    def restore(path):
        while True:
            try:
                return check.restore.variant()(path)
            except Exception:
                tried.append(path)
                if len(tried) == 1:
                    threading.Timer(0.1, _thread.interrupt_main).start()

    tried = []
    assert check.restore(restore).text == INTERRUPTED
    assert tried[0].endswith("gift.pt")
