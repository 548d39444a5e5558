"""A deep network with batch normalization or without, and how its hidden units behave."""

from collections.abc import Callable, Sequence
from typing import NamedTuple

import torch
from torch import Tensor, nn

from helpers.devices import one_thread

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": torch.relu, "tanh": torch.tanh}
EDGE = 0.95  # a tanh beyond it is called saturated: its slope is below a tenth there


class DeepNet(nn.Module):
    """1 → 10 → … → 10 → 1 with eight hidden layers, as lesson 09 writes it out."""

    def __init__(
        self,
        activation: Callable[[Tensor], Tensor],
        norm: bool,
        std: float = 0.1,
        bias: float = -0.2,
    ) -> None:
        """Draw the hidden weights with deviation `std`; hidden biases begin at `bias`."""
        super().__init__()
        self.activation = activation
        self.linears = nn.ModuleList(nn.Linear(size, 10) for size in [1] + 7 * [10])
        self.norms = nn.ModuleList(
            nn.BatchNorm1d(10) if norm else nn.Identity() for _ in self.linears
        )
        self.out = nn.Linear(10, 1)
        for layer in self.linears:
            nn.init.normal_(layer.weight, std=std)
            nn.init.constant_(layer.bias, bias)

    def layers(self, x: Tensor) -> tuple[list[Tensor], list[Tensor]]:
        """Return what goes into, and what comes out of, each activation: eight (N, 10) each."""
        before, after = [], []
        for linear, norm in zip(self.linears, self.norms):
            before.append(norm(linear(x)))
            x = self.activation(before[-1])
            after.append(x)
        return before, after

    def forward(self, x: Tensor) -> Tensor:
        """Return the prediction (N, 1) for x (N, 1)."""
        return self.out(self.layers(x)[1][-1])


class Health(NamedTuple):
    """How the hidden units answer a batch: see `health`."""

    dead: int
    units: int
    saturated: float
    spread: list[float]


def health(after: Sequence[Tensor]) -> Health:
    """Examine the outputs (N, units) of each hidden layer.

    `dead` counts the units that give 0 for every example, `saturated` is the share (0 to 1) of
    outputs beyond ±0.95, and `spread` says for each layer how much a unit's output varies from
    example to example: the mean of the units' standard deviations.
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
    Raises KeyError for an activation that is not in `ACTIVATIONS`.
    """
    with one_thread(), torch.random.fork_rng(devices=[]):
        torch.manual_seed(seed)
        return DeepNet(ACTIVATIONS[activation], norm, std, bias).layers(x)
