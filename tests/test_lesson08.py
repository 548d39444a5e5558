"""Lesson 08: its numbers, and its networks against the helper's."""

import pytest
import torch
import torch.nn.functional as F
from torch import nn

from helpers.devices import one_thread
from helpers.lesson08.explorers import PLACES, RATE, STEPS, UNITS, DropoutExplorer
from helpers.lesson08.pairs import (
    RULES,
    draw_mask,
    each_loss,
    first_weights,
    fit_pair,
    layers,
    noisy,
    predict_all,
    train_pairs,
    with_ones,
    write_gradients,
)
from helpers.live import nothing
from tools.lessons import ROOT, source

LESSON = ROOT / "notebooks" / "08_dropout.ipynb"


@pytest.fixture(scope="module", autouse=True)
def single_thread():
    """Compute on one thread, as the lesson does: networks this small only wait for a second."""
    with one_thread():
        yield


@pytest.fixture(scope="module")
def lesson():
    """Return the names that the lesson's own cells define."""
    names: dict = {"torch": torch, "nn": nn, "F": F, "nothing": nothing, "noisy": noisy}
    names |= {f.__name__: f for f in (each_loss, train_pairs)}
    for cell in ("data", "net", "look", "train", "compare"):
        exec(source(LESSON, cell), names)
    return names


@pytest.fixture
def points():
    torch.manual_seed(3)
    x = torch.linspace(-1, 1, 20).view(-1, 1)
    return x, noisy(x, 4, 0.3)


def test_gradients_by_hand_are_those_of_autograd(points):
    x, y = points
    rows = first_weights(4, hidden=30).requires_grad_()
    mask = draw_mask(0.4, 4, 20, 30)
    each_loss(rows, x, y, mask).sum().backward()
    found = torch.full_like(rows, 7.0)  # to be written over
    with torch.no_grad():
        write_gradients(layers(found), layers(rows), with_ones(x, 4), y, mask)
    torch.testing.assert_close(found, rows.grad)


@pytest.mark.parametrize("p", [0.1, 0.3, 0.5, 0.9])
def test_a_mask_by_hand_is_that_of_nn_dropout(p):
    activations = torch.rand(20, 300) + 0.1
    torch.manual_seed(1)
    mask = torch.empty_like(activations).bernoulli_(1 - p)
    torch.manual_seed(1)
    torch.testing.assert_close(activations * mask / (1 - p), nn.Dropout(p)(activations))
    found = draw_mask(p, 200, 300)
    torch.testing.assert_close(found.unique(), torch.tensor([0, 1 / (1 - p)]))
    assert abs((found == 0).float().mean() - p) < 5 * (p * (1 - p) / 60_000) ** 0.5


def test_first_weights_are_drawn_as_nn_linear_draws_them():
    torch.manual_seed(0)
    rows = first_weights(200, hidden=50)
    nets = [nn.Sequential(nn.Linear(1, 50), nn.Linear(50, 1)) for _ in range(200)]
    theirs = torch.stack([nn.utils.parameters_to_vector(net.parameters()) for net in nets])
    for part in (slice(0, 100), slice(100, 151)):
        assert abs(rows[:, part].std() / theirs[:, part].std() - 1) < 0.03
        assert abs(rows[:, part].abs().max() / theirs[:, part].abs().max() - 1) < 0.03


def test_a_row_trains_as_its_net_alone_does(points):
    x, y = points
    torch.manual_seed(7)
    start = first_weights(4)
    torch.manual_seed(7)
    rows = train_pairs(x, y, steps=25)
    net = nn.Sequential(nn.Linear(1, 300), nn.ReLU(), nn.Linear(300, 1))
    nn.utils.vector_to_parameters(start[2], net.parameters())
    optimizer = torch.optim.Adam(net.parameters(), lr=0.01)
    for _ in range(25):
        optimizer.zero_grad()
        F.mse_loss(net(x), y[2]).backward()
        optimizer.step()
    alone = nn.utils.parameters_to_vector(net.parameters()).detach()
    torch.testing.assert_close(rows[2], alone, rtol=0, atol=1e-3)


def test_the_dropout_of_the_rows_is_that_of_nn_dropout_on_average(points):
    x, _ = points
    torch.manual_seed(8)
    rows = first_weights(1).expand(3000, -1)
    said = predict_all(rows, x, draw_mask(0.5, 3000, 20, 300))
    error = said.std(0) / 3000**0.5
    assert ((said.mean(0) - predict_all(rows[:1], x)[0]).abs() < 5 * error).all()
    net = nn.Sequential(nn.Linear(1, 300), nn.ReLU(), nn.Dropout(0.5), nn.Linear(300, 1))
    nn.utils.vector_to_parameters(rows[0], net.parameters())
    with torch.no_grad():
        theirs = net(x.expand(3000, 20, 1))
    torch.testing.assert_close(said.std(0), theirs.std(0), rtol=0.1, atol=0)


@pytest.mark.parametrize("seed", [1, 2])
def test_the_verdicts_of_the_lesson_hold_for_other_seeds(lesson, seed, monkeypatch):
    set_seed = torch.manual_seed
    monkeypatch.setattr(torch, "manual_seed", lambda _: set_seed(seed))
    wins = {}
    for rule in RULES:
        for noise in (0.3, 0.1):
            train_loss, test_loss = lesson["compare"](rule, noise)
            wins[rule, noise] = (test_loss[1] < test_loss[0]).sum()
            assert (train_loss[1] > train_loss[0]).sum() >= 18
    assert wins["line", 0.3] >= 15 and wins["wave", 0.1] <= 5
    assert 2 <= wins["line", 0.1] <= 18 and 2 <= wins["wave", 0.3] <= 18


@pytest.mark.parametrize(
    "cells",
    [
        ("training-mode-loss", "training-mode-printed"),
        ("rates", "choose", "chosen"),
        ("rates", "early-watch", "early"),
    ],
    ids=lambda cells: cells[-1],
)
def test_the_cells_on_validation_hold_for_another_seed(lesson, cells, monkeypatch):
    set_seed = torch.manual_seed
    monkeypatch.setattr(torch, "manual_seed", lambda _: set_seed(4))
    names = dict(lesson)
    for cell in cells:
        exec(source(LESSON, cell), names)  # with the asserts in them


@pytest.mark.parametrize("rule, noise, least, most", [("line", 0.3, 14, 20), ("wave", 0.1, 0, 5)])
def test_the_explorer_shows_what_the_lesson_claims(rule, noise, least, most):
    pairs = [fit_pair(PLACES, 20, noise, rule, 300, 0.5, STEPS, RATE, draw) for draw in range(20)]
    assert least <= sum(bool(pair.test[1] < pair.test[0]) for pair in pairs) <= most


def test_fifty_per_cent_is_no_probability():
    with pytest.raises(ValueError, match="between 0 and 1"):
        nn.Dropout(50)


def test_a_look_at_the_rows_comes_after_every_20th_step_and_changes_nothing(points):
    x, y = points
    seen = []
    torch.manual_seed(7)
    rows = train_pairs(x, y, steps=50, hidden=30, look=lambda rows: seen.append(rows.clone()))
    torch.manual_seed(7)
    assert torch.equal(rows, train_pairs(x, y, steps=50, hidden=30))
    torch.manual_seed(7)
    assert torch.equal(seen[0], train_pairs(x, y, steps=20, hidden=30))
    assert len(seen) == 2


def test_looking_often_or_seldom_changes_no_training(lesson):
    """The masks come from the global generator, so a look must not draw from it."""

    def end(looks: int) -> torch.Tensor:
        net = lesson["make_net"](0.5)

        def redraw_often(net):
            for _ in range(looks):
                lesson["look"](net)
            return lesson["look"](net)

        return lesson["train"]([net], steps=21, look=redraw_often)[-1]

    assert torch.equal(end(0), end(5))


def test_noisy_points_lie_about_their_rule():
    torch.manual_seed(1)
    x = torch.linspace(-1, 1, 50).view(-1, 1)
    y = noisy(x, 400, 0.2, "wave")
    assert y.shape == (400, 50, 1)
    assert abs((y - (3 * x).sin()).std() - 0.2) < 0.01
    assert torch.equal(noisy(x, 2, 0.0), x.expand(2, 50, 1))
    with pytest.raises(KeyError):
        noisy(x, 1, 0.1, "circle")


def test_a_pair_is_trained_alike_twice_and_leaves_chance_and_threads_alone():
    state, threads = torch.get_rng_state(), torch.get_num_threads()
    pair, again = (fit_pair(PLACES, 10, 0.3, "line", 30, 0.5, 20, seed=4) for _ in range(2))
    assert torch.equal(state, torch.get_rng_state()) and threads == torch.get_num_threads()
    for one, other in zip(pair, again):
        assert torch.equal(one, other)
    assert pair.x.shape == pair.y.shape == (10, 1) and pair.curves.shape == (2, len(PLACES))
    assert pair.train.shape == pair.test.shape == (2,) and pair.mask.shape == (10, 30)
    other = fit_pair(PLACES, 10, 0.3, "line", 100, 0.9, 20, seed=4)
    assert torch.equal(pair.y, other.y)  # another net sees the same points
    assert abs(1 - other.mask.mean() - 0.9) < 0.05


def test_without_dropout_both_nets_of_a_pair_are_one():
    pair = fit_pair(PLACES, 20, 0.3, "wave", 100, 0.0, 50)
    torch.testing.assert_close(pair.curves[0], pair.curves[1])
    assert pair.mask.min() == 1


def test_the_explorer_shows_and_says_what_was_trained():
    explorer = DropoutExplorer()
    explorer.controls["noise"].value = 0.2
    pair = fit_pair(PLACES, 20, 0.2, "line", 300, 0.5, STEPS, RATE, seed=8)
    for line, curve in zip((explorer._plain, explorer._drop), pair.curves):
        torch.testing.assert_close(torch.as_tensor(line.get_ydata()), curve)
    assert torch.equal(torch.as_tensor(explorer._mask.get_array().data), pair.mask[:, :UNITS])
    assert (
        f"training loss {pair.train[0]:.3f}, test loss {pair.test[0]:.3f}. "
        f"With p = 0.5: {pair.train[1]:.3f} and {pair.test[1]:.3f}." in explorer.caption.text
    )
