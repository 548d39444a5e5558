"""A small regression network whose whole training is recorded, to be scrubbed through."""

from collections.abc import Callable
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from helpers.devices import one_thread

ACTIVATIONS: dict[str, Callable[[], nn.Module]] = {
    "relu": nn.ReLU,
    "tanh": nn.Tanh,
    "sigmoid": nn.Sigmoid,
    "softplus": nn.Softplus,
    "none (a straight line)": nn.Identity,
}


class Recording(NamedTuple):
    """A training; entry k of each tensor is what holds after k steps."""

    losses: Tensor  # (steps + 1,), on the training set
    new_losses: Tensor  # (steps + 1,), on new points
    predictions: Tensor  # (steps + 1, N), for the training set

    @property
    def diverged(self) -> bool:
        """Whether the loss left the finite numbers, or ended above where it began."""
        end = self.losses[-1]
        return not torch.isfinite(end).item() or bool(end > self.losses[0])


def record(
    x: Tensor,
    y: Tensor,
    new_x: Tensor,
    new_y: Tensor,
    hidden: int,
    activation: str,
    learning_rate: float,
    steps: int = 200,
    seed: int = 0,
) -> Recording:
    """Train 1 → `hidden` → 1 on x (N, 1), y (N, 1) by gradient descent, and keep every step.

    The network is never trained on `new_x` (M, 1) and `new_y` (M, 1). `activation` is a key of
    `ACTIVATIONS`. The random state is left as it was. Raises KeyError for an unknown activation.
    """
    losses, new_losses, predictions = [], [], []
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = nn.Sequential(nn.Linear(1, hidden), ACTIVATIONS[activation](), nn.Linear(hidden, 1))
        optimizer = torch.optim.SGD(net.parameters(), lr=learning_rate)
        for _ in range(steps + 1):  # one more, for what holds after the last step
            with torch.no_grad():
                new_losses.append(F.mse_loss(net(new_x), new_y).item())
            prediction = net(x)
            loss = F.mse_loss(prediction, y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
            predictions.append(prediction.detach())
    return Recording(
        torch.tensor(losses), torch.tensor(new_losses), torch.stack(predictions).squeeze(2)
    )
