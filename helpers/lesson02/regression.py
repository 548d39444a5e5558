"""A small regression network whose whole training is recorded, to be scrubbed through."""

from collections.abc import Callable
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.devices import one_thread
from helpers.training import descend

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "none (a straight line)": nn.Identity,
}


class Recording(NamedTuple):
    """A training: losses (steps + 1,) and predictions (steps + 1, N), entry k after k steps."""

    losses: Tensor
    predictions: Tensor

    @property
    def diverged(self) -> bool:
        """Whether the loss left the finite numbers, or ended above where it began."""
        end = self.losses[-1]
        return not torch.isfinite(end).item() or bool(end > self.losses[0])


def record(
    x: Tensor,
    y: Tensor,
    hidden: int,
    activation: str,
    learning_rate: float,
    steps: int = 200,
    seed: int = 0,
) -> Recording:
    """Train 1 → `hidden` → 1 on x (N, 1), y (N, 1) by gradient descent; keep every step.

    `activation` is a key of `ACTIVATIONS`. The random state is left as it was. Raises KeyError
    for an unknown activation.
    """
    predictions: list[Tensor] = []
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(1, hidden), ACTIVATIONS[activation](), nn.Linear(hidden, 1))
        optimizer = torch.optim.SGD(net.parameters(), lr=learning_rate)
        # one step more than asked: a prediction is made before its step
        losses = descend(
            net, x, y, optimizer, steps + 1,
            watch=lambda step, prediction: predictions.append(prediction.detach()),
        )  # fmt: skip
    return Recording(torch.tensor(losses), torch.stack(predictions).squeeze(2))
