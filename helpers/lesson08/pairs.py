"""Pairs of small networks, one of them with dropout, that are trained all at once."""

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
    """Return a rule at x (n, 1) with normally distributed noise, `sets` times: (sets, n, 1).

    Raises KeyError for a rule that is not in `RULES`.
    """
    return RULES[rule](x) + noise * torch.randn(sets, *x.shape)


def first_weights(nets: int, hidden: int = 300) -> Tensor:
    """Return the first parameters of many networks 1 → hidden → 1, (nets, 3 * hidden + 1).

    A row has the weights and biases of the hidden layer, then the weights and the bias of the
    output layer, all of them drawn as `nn.Linear` draws them.
    """
    first = 2 * torch.rand(nets, 2 * hidden) - 1
    second = (2 * torch.rand(nets, hidden + 1) - 1) / hidden**0.5
    return torch.cat([first, second], 1)


def draw_mask(p: float, *shape: int) -> Tensor:
    """Return the factors of dropout: 0 with probability p (below 1), and 1 / (1 - p) otherwise."""
    return torch.rand(shape).ge_(p).div_(1 - p)


class Layers(NamedTuple):
    """The parameters of all networks, as views of their rows: writing here changes the rows."""

    first: Tensor  # (nets, 2, hidden), weights and biases of the hidden layer
    last: Tensor  # (nets, hidden, 1)
    bias: Tensor  # (nets, 1, 1), of the output


def layers(rows: Tensor) -> Layers:
    """Return the layers of the networks in rows (nets, 3 * hidden + 1)."""
    hidden = rows.shape[1] // 3
    first = rows[:, : 2 * hidden].view(-1, 2, hidden)
    return Layers(first, rows[:, 2 * hidden : -1, None], rows[:, -1:, None])


def with_ones(x: Tensor, nets: int) -> Tensor:
    """Return x (n, 1) beside ones for the biases, once for each network: (nets, n, 2)."""
    return torch.cat([x, torch.ones_like(x)], 1).expand(nets, -1, 2)


def predict_all(rows: Tensor, x: Tensor, mask: Tensor | float = 1.0) -> Tensor:
    """Return the predictions (nets, n, 1) of the networks in rows at x (n, 1).

    `mask`, from `draw_mask`, multiplies the activations (nets, n, hidden). With 1, the networks
    are in evaluation mode.
    """
    first, last, bias = layers(rows)
    return torch.baddbmm(bias, torch.bmm(with_ones(x, len(rows)), first).relu() * mask, last)


def each_loss(rows: Tensor, x: Tensor, y: Tensor, mask: Tensor | float = 1.0) -> Tensor:
    """Return the mean squared error of each network, (nets,), at x (n, 1), y (nets, n, 1)."""
    return ((predict_all(rows, x, mask) - y) ** 2).mean((1, 2))


def write_gradients(found: Layers, nets: Layers, inputs: Tensor, y: Tensor, mask: Tensor) -> None:
    """Write the gradient of each network's own loss into `found`; `inputs` are `with_ones`.

    The chain rule is written out, and a test compares it with autograd. It takes a third of
    autograd's time, because the networks are so small that autograd's records cost more than
    the arithmetic.
    """
    h = torch.bmm(inputs, nets.first).relu_().mul_(mask)
    error = torch.baddbmm(nets.bias, h, nets.last).sub_(y).mul_(2 / y.shape[1])
    bent = torch.bmm(error, nets.last.mT).mul_(mask).mul_(h.sign())  # sign: relu's slope, 0 or 1
    torch.bmm(inputs.mT, bent, out=found.first)
    torch.bmm(h.mT, error, out=found.last)
    torch.sum(error, 1, keepdim=True, out=found.bias)


def train_pairs(
    x: Tensor,
    y: Tensor,
    p: float = 0.5,
    steps: int = 500,
    hidden: int = 300,
    rate: float = 0.01,
    look: Callable[[Tensor], object] | None = None,
) -> Tensor:
    """Train two networks on each set of points, y (sets, n, 1) at x (n, 1); return their rows.

    The first half of the rows is trained without dropout and the second half with probability
    `p`, from the same first parameters, by Adam with learning rate `rate`. After every 20th
    step, `look` is called with the rows.
    """
    start, targets = first_weights(len(y), hidden), torch.cat([y, y])
    rows = torch.cat([start, start])
    rows.grad = torch.zeros_like(rows)
    nets, found, inputs = layers(rows), layers(rows.grad), with_ones(x, len(rows))
    optimizer = torch.optim.Adam([rows], lr=rate, fused=True)
    mask = torch.ones(len(rows), len(x), hidden)
    for step in range(1, steps + 1):
        mask[len(y) :] = draw_mask(p, len(y), len(x), hidden)
        write_gradients(found, nets, inputs, targets, mask)
        optimizer.step()
        if look and step % 20 == 0:
            look(rows)
    return rows


class Pair(NamedTuple):
    """A network without and one with dropout, in this order, and their training points."""

    x: Tensor  # (n, 1)
    y: Tensor  # (n, 1)
    curves: Tensor  # (2, places), the predictions at the places asked for
    train: Tensor  # (2,), mean squared error at the training points
    test: Tensor  # (2,), at 200 points that were not trained on
    mask: Tensor  # (n, hidden), 1 where an activation is kept in one training step


def fit_pair(
    places: Tensor, points: int, noise: float, rule: str, hidden: int, p: float,
    steps: int = 200, rate: float = 0.01, seed: int = 0,
) -> Pair:  # fmt: skip
    """Train a pair of networks on `points` noisy points, and predict at places (places, 1).

    Afterwards, the random state and the number of threads are what they were before.
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        x = torch.linspace(-1, 1, points).view(-1, 1)
        x_test = torch.linspace(-1, 1, 200).view(-1, 1)
        y, y_test = noisy(x, 1, noise, rule), noisy(x_test, 1, noise, rule)
        rows = train_pairs(x, y, p, steps, hidden, rate)
        return Pair(
            x, y[0], predict_all(rows, places)[..., 0],
            each_loss(rows, x, y), each_loss(rows, x_test, y_test),
            draw_mask(p, points, hidden).sign(),
        )  # fmt: skip
