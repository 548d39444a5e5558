"""Check of lesson 09's deep net."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.verdict import NotYet, attempt, check

DEPTH, WIDTH = 5, 7


def _run(net: nn.Module, x: Tensor, way: str) -> Tensor:
    """Pass x through the linear layers and batch norms of a net, in the right way or another."""
    linears = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    bns = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm1d)]
    bend = {"relu": torch.relu, "no tanh": nn.Identity()}.get(way, torch.tanh)
    for linear, norm in zip(linears, bns):
        x = linear(x)
        x = norm(bend(x)) if way == "norm last" else bend(norm(x))
    x = linears[-1](x)
    return torch.tanh(x) if way == "tanh at the end" else x


WAYS = {
    "norm last": "The batch norm comes after tanh: put it between the linear layer and tanh.",
    "no tanh": "There is no tanh in it: without an activation the layers are one.",
    "relu": "The activation should be tanh, and not ReLU.",
    "tanh at the end": "The output layer stands alone. After a tanh the net could not say 3.",
}


@check(
    "Every layer is registered, so an optimizer trains it and `.to` moves it. The biases are "
    "gone: beta does their work.",
    "Replace the three dots in `deep_net` and run the cell again.",
)
def deep_net(answer: Callable[[int, int], nn.Module]) -> None:
    """Examine `deep_net(depth, width)`: blocks of linear, batch norm, tanh, and an output."""
    net = attempt(answer, DEPTH, WIDTH)
    if not isinstance(net, nn.Module):
        raise NotYet(f"Return a network; this is a {type(net).__name__}.")
    _judge_layers(net)
    x = torch.linspace(-1, 1, 6).unsqueeze(1)
    out = attempt(net, x)
    if not isinstance(out, Tensor) or tuple(out.shape) != (6, 1):
        raise NotYet("For 6 examples (6, 1) the output should be (6, 1), and it is not.")
    for way, hint in WAYS.items():
        if torch.allclose(out, _run(net, x, way), atol=1e-5):
            raise NotYet(hint)
    if not torch.allclose(out, _run(net, x, "right"), atol=1e-5):
        raise NotYet("The layers are right, and their order is not: linear, batch norm, tanh.")
    shapes = sorted(tuple(parameter.shape) for parameter in attempt(answer, 2, 3).parameters())
    if shapes != [(1,), (1, 3), *4 * [(3,)], (3, 1), (3, 3)]:
        raise NotYet("It works for one size alone: use the `depth` and `width` that you get.")


def _judge_layers(net: nn.Module) -> None:
    stored = [layer for part in net.modules() for layer in part._modules.values()]
    linears = [layer for layer in net.modules() if isinstance(layer, nn.Linear)]
    bns = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm1d)]
    if any(isinstance(value, list | tuple) and any(isinstance(v, nn.Module) for v in value)
           for value in vars(net).values()):  # fmt: skip
        raise NotYet(
            "There are layers in a plain Python list: the net doesn't know of them. Use "
            "`nn.ModuleList`, or `nn.Sequential(*layers)`."
        )
    if len({id(layer) for layer in stored}) < len(stored):
        raise NotYet(
            "One layer stands in it several times, so the blocks share its parameters. Make "
            "new layers in every round of the loop."
        )
    if len(linears) != DEPTH + 1:
        raise NotYet(
            f"For depth {DEPTH} there should be {DEPTH + 1} linear layers, one in each block and "
            f"the output; yours has {len(linears)}."
        )
    if len(bns) > DEPTH:
        raise NotYet("The output layer has a batch norm, too: only the blocks have one.")
    if len(bns) < DEPTH:
        raise NotYet(f"For depth {DEPTH} there should be {DEPTH} batch norms, not {len(bns)}.")
    sizes = [(layer.in_features, layer.out_features) for layer in linears]
    if sizes != [(1, WIDTH)] + (DEPTH - 1) * [(WIDTH, WIDTH)] + [(WIDTH, 1)]:
        raise NotYet(
            f"For width {WIDTH} the linear layers should be 1 → {WIDTH}, {WIDTH} → {WIDTH} and "
            f"at last {WIDTH} → 1. Yours: {', '.join(f'{a} → {b}' for a, b in sizes)}."
        )
    if any(layer.num_features != WIDTH for layer in bns):
        raise NotYet(
            "A batch norm stands after its linear layer, so it has as many features as come "
            f"out there: {WIDTH} for width {WIDTH}."
        )
    if any(layer.bias is not None for layer in linears[:-1]):
        raise NotYet("A linear layer before a batch norm needs no bias: `bias=False`.")
    if linears[-1].bias is None:
        raise NotYet("No batch norm follows the output layer: leave it its bias.")
