"""Pairs of small nets, one of them with dropout, that are trained all at once."""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor

from helpers.regression import one_thread

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
    """Return a row (3 * hidden + 1) for each net 1 → hidden → 1, as `nn.Linear` starts it."""
    first = 2 * torch.rand(nets, 2 * hidden) - 1
    second = (2 * torch.rand(nets, hidden + 1) - 1) / hidden**0.5
    return torch.cat([first, second], 1)


def predict_all(rows: Tensor, x: Tensor, p: Tensor | float = 0.0) -> Tensor:
    """Ask the nets in rows (nets, 3 * hidden + 1) at x (n, 1); return (nets, n, 1).

    `p`, a number below 1 or (nets, 1, 1), is the probability to drop an activation; 0 is
    evaluation mode.
    """
    hidden = rows.shape[1] // 3
    w1, b1, w2, b2 = rows.split([hidden, hidden, hidden, 1], dim=1)
    h = F.relu(x * w1[:, None] + b1[:, None])
    h = h * ((torch.rand_like(h) >= p) / (1 - p))
    return torch.baddbmm(b2[:, None], h, w2[..., None])


def each_loss(rows: Tensor, x: Tensor, y: Tensor, p: Tensor | float = 0.0) -> Tensor:
    """Return the mean squared error of every net, (nets,), at x (n, 1) against y (nets, n, 1)."""
    return ((predict_all(rows, x, p) - y) ** 2).mean((1, 2))


def train_pairs(
    x: Tensor, y: Tensor, p: float = 0.5, steps: int = 500, hidden: int = 300
) -> Tensor:
    """Train two nets for each set of points, y (sets, n, 1) at x (n, 1); return their rows.

    The first half of the rows is trained without dropout, the second half with probability
    `p`; both have the same first weights. Adam, learning rate 0.01. Lesson 08 writes this out.
    """
    start = first_weights(len(y), hidden)
    rows = torch.cat([start, start]).requires_grad_()
    each_p = torch.tensor([0.0, p]).repeat_interleave(len(y)).view(-1, 1, 1)
    targets = torch.cat([y, y])
    optimizer = torch.optim.Adam([rows], lr=0.01, fused=True)
    for _ in range(steps):
        loss = each_loss(rows, x, targets, each_p).sum()
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return rows.detach()


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
    steps: int = 200, seed: int = 0,
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
        rows = train_pairs(x, y, p, steps, hidden)
        return Pair(
            x, y[0], predict_all(rows, places)[..., 0],
            each_loss(rows, x, y), each_loss(rows, x_test, y_test),
            (torch.rand(points, hidden) >= p).float(),
        )  # fmt: skip
