"""The deep network of lesson 09, with and without batch normalization, and how its units do."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.devices import one_thread

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "tanh": torch.tanh}
EDGE = 0.95  # beyond it, tanh counts as saturated: its slope is less than a tenth there


class DeepNet(nn.Module):
    """1 → 10 → … → 10 → 1 with eight hidden layers, as lesson 09 writes it out."""

    def __init__(self, activation: Callable[[Tensor], Tensor], norm: bool) -> None:
        """Make the layers; with `norm`, a batch norm precedes each activation function."""
        super().__init__()
        self.activation = activation
        self.linears, self.norms = nn.ModuleList(), nn.ModuleList()
        for size in [1] + 7 * [10]:
            self.linears.append(nn.Linear(size, 10))
            self.norms.append(nn.BatchNorm1d(10) if norm else nn.Identity())
        self.out = nn.Linear(10, 1)

    def layers(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return the inputs and the outputs of each activation function: eight (N, 10) each."""
        before, after = [], []
        for linear, norm in zip(self.linears, self.norms):
            before.append(norm(linear(x)))
            x = self.activation(before[-1])
            after.append(x)
        return before, after

    def forward(self, x: Tensor) -> Tensor:
        """Return the prediction (N, 1) for x (N, 1)."""
        return self.out(self.layers(x)[1][-1])


def initialize(net: DeepNet, std: float, bias: float) -> None:
    """Draw the hidden weights with standard deviation `std`, and set all hidden biases."""
    for linear in net.linears:
        nn.init.normal_(linear.weight, std=std)
        nn.init.constant_(linear.bias, bias)


class Health(NamedTuple):
    """How the hidden units respond to a batch: see `health`."""

    dead: int
    units: int
    saturated: float
    spread: list[float]


def health(after: Sequence[Tensor]) -> Health:
    """Examine the outputs (N, units) of each hidden layer.

    `dead` counts the units that are 0 for every sample, `saturated` is the share (0 to 1) of
    outputs beyond ±0.95, and `spread` says for each layer how much a unit's output varies from
    sample to sample: the mean of the units' standard deviations.
    """
    return Health(
        dead=sum(int((values == 0).all(0).sum()) for values in after),
        units=sum(values.shape[1] for values in after),
        saturated=torch.cat([values.flatten() for values in after]).abs().gt(EDGE).float().mean()
        .item(),
        spread=[values.std(0).mean().item() for values in after],
    )  # fmt: skip


@torch.no_grad()
def untrained(
    x: Tensor, activation: str, norm: bool, std: float, bias: float, seed: int = 0
) -> tuple[list[Tensor], list[Tensor]]:
    """Return the layers of a new `DeepNet` for one batch x (N, 1): see `DeepNet.layers`.

    The same seed draws the same weights, times `std`. The random state is left as it was.
    Raises KeyError for an activation function that is not in `ACTIVATIONS`.
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        net = DeepNet(ACTIVATIONS[activation], norm)
        initialize(net, std, bias)
        return net.layers(x)
