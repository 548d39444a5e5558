"""`fit` is the lesson's loop, learns, and can be interrupted without losing the notebook."""

import copy
import time

import pytest
import torch
from jupyter_client.manager import run_kernel
from torch import nn

from helpers.data import small_digits
from helpers.figures import new_figure
from helpers.live import LiveLoss, LivePicture
from helpers.training import accuracy, fit, predict
from tools.lessons import ROOT, source

LESSON_05 = ROOT / "notebooks" / "05_cnn_mnist.ipynb"


@pytest.fixture(scope="module")
def data():
    digits = small_digits()
    return digits.train_images[:, None] / 255, digits.train_labels


def small_net() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 4, 5), nn.MaxPool2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10)
    )


def test_fit_is_the_loop_that_the_lesson_wrote(data):
    names = {"torch": torch, "F": nn.functional, "LiveLoss": LiveLoss}
    exec(source(LESSON_05, "train-loop"), names)
    ours, theirs = small_net(), small_net()
    torch.manual_seed(1)
    our_losses = fit(ours, *data, steps=24)
    torch.manual_seed(1)
    their_losses = names["train"](theirs, *data, epochs=2)
    assert our_losses == their_losses
    for a, b in zip(ours.parameters(), theirs.parameters()):
        assert torch.equal(a, b)


def test_fit_learns_and_stops_where_it_is_told(data):
    net = small_net()
    assert len(fit(net, *data, steps=15)) == 15  # within the second of two epochs
    losses = fit(net, *data, steps=240)
    assert losses[-1] < 1 < 2 < small_net_loss(data)
    assert accuracy(net, *data) > 0.8


IN_THE_KERNEL = """
import torch
from helpers.data import small_digits
from helpers.training import fit

digits = small_digits()
x, y = digits.train_images[:, None] / 255, digits.train_labels
net = torch.nn.Sequential(torch.nn.Flatten(), torch.nn.Linear(784, 10))
before = net[1].weight.clone()
"""


def small_net_loss(data) -> float:
    images, labels = data
    return nn.functional.cross_entropy(predict(small_net(), images), labels).item()


def test_predict_asks_in_evaluation_mode_and_puts_the_mode_back(data):
    net = nn.Sequential(nn.Flatten(), nn.Dropout(0.5), nn.Linear(784, 10)).train()
    before = copy.deepcopy(net.state_dict())
    first, second = predict(net, data[0][:40]), predict(net, data[0][:40], batch=7)
    assert torch.allclose(first, second, atol=1e-5) and not first.requires_grad
    assert net.training and str(before) == str(net.state_dict())


def test_predict_leaves_each_layer_in_its_mode_even_after_an_error(data):
    net = nn.Sequential(nn.Flatten(), nn.BatchNorm1d(784), nn.Linear(784, 10)).train()
    net[1].eval()
    predict(net, data[0][:40])
    with pytest.raises(RuntimeError):
        predict(net, data[0][:40, :, :5])
    assert [part.training for part in net.modules()] == [True, True, False, True]


def test_too_few_steps_are_refused(data):
    for steps in (0, 9):
        with pytest.raises(ValueError, match="give at least 10"):
            fit(small_net(), *data, steps=steps)


def test_fit_without_a_picture_is_the_same_training(data):
    losses = []
    for live in (True, False):
        torch.manual_seed(0)
        losses.append(fit(small_net(), *data, steps=12, batch=32, live=live))
    assert losses[0] == losses[1] and len(losses[0]) == 12


def test_an_interrupt_keeps_the_training_so_far_and_the_notebook(data):
    """In a real kernel, with the interrupt that Kernel > Interrupt sends."""
    with run_kernel(kernel_name="python3") as client:

        def run(code: str, interrupt: bool = False) -> str:
            """Run code, perhaps interrupted a second after a picture; return what it said."""
            said = []

            def listen(message: dict) -> None:
                content = message["content"]
                if interrupt and message["msg_type"] == "display_data":  # the training began
                    time.sleep(1)
                    client.parent.interrupt_kernel()
                said.extend([content.get("text", ""), *content.get("traceback", [])])

            client.execute_interactive(code, output_hook=listen, timeout=60)
            return "\n".join(filter(None, said))

        run(IN_THE_KERNEL)
        said = run("losses = fit(net, x, y, steps=1_000_000)", interrupt=True)
        assert said.startswith("Interrupted after") and "Traceback" not in said
        assert run("losses and not torch.equal(before, net[1].weight) or 1 / 0") == ""
        assert run("assert len(fit(net, x, y, steps=12)) == 12") == ""


def test_an_interrupt_while_the_last_picture_is_drawn_ends_the_loop_alone(capsys):
    def redraw(steps):
        raise KeyboardInterrupt

    with LivePicture(new_figure(2, 1), "A picture.", redraw, seconds=60) as live:
        live.update()
    assert capsys.readouterr().out.startswith("Interrupted after 1 steps.")
    with pytest.raises(ZeroDivisionError):
        with LivePicture(new_figure(2, 1), "A picture.", redraw, seconds=60):
            raise ZeroDivisionError


def test_with_no_seconds_between_them_each_update_draws():
    seen: list[int] = []
    with LivePicture(new_figure(2, 1), "A picture.", seen.append, seconds=0) as live:
        for _ in range(3):
            live.update(5)
    assert seen == [5, 10, 15, 15]
