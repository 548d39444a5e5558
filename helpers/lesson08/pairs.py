"""Pairs of small nets, one of them with dropout, that are trained all at once."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor

from helpers.devices import one_thread

RULES: dict[str, Callable[[Tensor], Tensor]] = {
    "line": lambda x: x,
    "wave": lambda x: (3 * x).sin(),
}


def noisy(x: Tensor, sets: int, noise: float, rule: str = "line") -> Tensor:
    """Return `sets` draws of a rule at x (n, 1), with normal noise on them, as (sets, n, 1).

    Raises KeyError for a rule that is not in `RULES`.
    """
    return RULES[rule](x) + noise * torch.randn(sets, *x.shape)


def first_weights(nets: int, hidden: int = 300) -> Tensor:
    """Return a row (3 * hidden + 1) for each net 1 → hidden → 1, as `nn.Linear` starts it.

    In the row: weights and biases of the hidden layer, weights of the output, its bias.
    """
    first = 2 * torch.rand(nets, 2 * hidden) - 1
    second = (2 * torch.rand(nets, hidden + 1) - 1) / hidden**0.5
    return torch.cat([first, second], 1)


def draw_mask(p: float, *shape: int) -> Tensor:
    """Return what dropout multiplies with: 0 with probability p (below 1), else 1 / (1 - p)."""
    return torch.rand(shape).ge_(p).div_(1 - p)


class Layers(NamedTuple):
    """The weights of all nets, as views into their rows: what is written here changes the rows."""

    first: Tensor  # (nets, 2, hidden), weights and biases of the hidden layer
    last: Tensor  # (nets, hidden, 1)
    bias: Tensor  # (nets, 1, 1), of the output


def layers(rows: Tensor) -> Layers:
    """Return the layers of the nets in rows (nets, 3 * hidden + 1)."""
    hidden = rows.shape[1] // 3
    first = rows[:, : 2 * hidden].view(-1, 2, hidden)
    return Layers(first, rows[:, 2 * hidden : -1, None], rows[:, -1:, None])


def with_ones(x: Tensor, nets: int) -> Tensor:
    """Return x (n, 1) and a one for the bias, for each of the nets: (nets, n, 2)."""
    return torch.cat([x, torch.ones_like(x)], 1).expand(nets, -1, 2)


def predict_all(rows: Tensor, x: Tensor, mask: Tensor | float = 1.0) -> Tensor:
    """Ask the nets in rows (nets, 3 * hidden + 1) at x (n, 1); return (nets, n, 1).

    `mask`, from `draw_mask`, multiplies the activations (nets, n, hidden); 1 is evaluation mode.
    """
    first, last, bias = layers(rows)
    return torch.baddbmm(bias, torch.bmm(with_ones(x, len(rows)), first).relu() * mask, last)


def each_loss(rows: Tensor, x: Tensor, y: Tensor, mask: Tensor | float = 1.0) -> Tensor:
    """Return the mean squared error of every net, (nets,), at x (n, 1) against y (nets, n, 1)."""
    return ((predict_all(rows, x, mask) - y) ** 2).mean((1, 2))


def write_gradients(found: Layers, nets: Layers, inputs: Tensor, y: Tensor, mask: Tensor) -> None:
    """Write into `found` the gradient of each net's own `each_loss`; `inputs` are `with_ones`.

    By the chain rule, as autograd finds it (a test compares), in a third of autograd's time: for
    nets this small, the bookkeeping takes longer than the numbers.
    """
    h = torch.bmm(inputs, nets.first).relu_().mul_(mask)
    error = torch.baddbmm(nets.bias, h, nets.last).sub_(y).mul_(2 / y.shape[1])
    bent = torch.bmm(error, nets.last.mT).mul_(mask).mul_(h.sign())  # sign: relu's slope, 0 or 1
    torch.bmm(inputs.mT, bent, out=found.first)
    torch.bmm(h.mT, error, out=found.last)
    torch.sum(error, 1, keepdim=True, out=found.bias)


def train_pairs(
    x: Tensor, y: Tensor, p: float = 0.5, steps: int = 500, hidden: int = 300, rate: float = 0.01
) -> Tensor:
    """Train two nets for each set of points, y (sets, n, 1) at x (n, 1); return their rows.

    The first half of the rows is trained without dropout, the second half with probability
    `p`; both have the same first weights. Adam with learning rate `rate`.
    """
    start, targets = first_weights(len(y), hidden), torch.cat([y, y])
    rows = torch.cat([start, start])
    rows.grad = torch.zeros_like(rows)
    nets, found, inputs = layers(rows), layers(rows.grad), with_ones(x, len(rows))
    optimizer = torch.optim.Adam([rows], lr=rate, fused=True)
    mask = torch.ones(len(rows), len(x), hidden)
    for _ in range(steps):
        mask[len(y) :] = draw_mask(p, len(y), len(x), hidden)
        write_gradients(found, nets, inputs, targets, mask)
        optimizer.step()
    return rows


class Pair(NamedTuple):
    """A net without and one with dropout, in this order, and the points of their training."""

    x: Tensor  # (n, 1)
    y: Tensor  # (n, 1)
    curves: Tensor  # (2, places), at the places asked for
    train: Tensor  # (2,), mean squared error at the training points
    test: Tensor  # (2,), at 200 points that were not trained on
    mask: Tensor  # (n, hidden), 1 where an activation is kept in one training step


def fit_pair(
    places: Tensor, points: int, noise: float, rule: str, hidden: int, p: float,
    steps: int = 200, rate: float = 0.01, seed: int = 0,
) -> Pair:  # fmt: skip
    """Train a pair on `points` noisy points, and ask it at places (places, 1).

    The random state and the number of threads are left as they were.
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        x, x_test = (
            torch.linspace(-1, 1, points).view(-1, 1),
            torch.linspace(-1, 1, 200).view(-1, 1),
        )
        y, y_test = noisy(x, 1, noise, rule), noisy(x_test, 1, noise, rule)
        rows = train_pairs(x, y, p, steps, hidden, rate)
        return Pair(
            x, y[0], predict_all(rows, places)[..., 0],
            each_loss(rows, x, y), each_loss(rows, x_test, y_test),
            draw_mask(p, points, hidden).sign(),
        )  # fmt: skip
