"""Check of lesson 09's deep net."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor
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
    net = attempt(answer, DEPTH, WIDTH, explain=_star)
    if not isinstance(net, nn.Module):
        raise NotYet(f"Return a network; this is a {type(net).__name__}.")
    if isinstance(net, nn.ModuleList):
        raise NotYet(
            "A `ModuleList` holds layers and has no forward pass of its own: return "
            "`nn.Sequential(*layers)`."
        )
    _judge_layers(net)
    x = torch.linspace(-1, 1, 6).unsqueeze(1)
    net.train()  # both are compared in one mode, in whichever it was returned
    out = a_tensor(attempt(net, x), "the output")
    if tuple(out.shape) != (6, 1):
        raise NotYet("For 6 examples (6, 1) the output should be (6, 1), and it is not.")
    for way, hint in WAYS.items():
        if torch.allclose(out, _run(net, x, way), atol=1e-5):
            raise NotYet(hint)
    if not torch.allclose(out, _run(net, x, "right"), atol=1e-5):
        raise NotYet(
            "The linear layers and batch norms are right. Their order is not, or a tanh is "
            "missing: linear, batch norm, tanh, in each block."
        )
    shapes = sorted(tuple(parameter.shape) for parameter in attempt(answer, 2, 3).parameters())
    if shapes != [(1,), (1, 3), *4 * [(3,)], (3, 1), (3, 3)]:
        raise NotYet("It works for one size alone: use the `depth` and `width` that you get.")


def _star(error: Exception) -> str | None:
    if "list is not a Module subclass" in str(error):
        return "A star is missing: `nn.Sequential(*layers)` takes the layers, and not their list."
    return None


def _judge_layers(net: nn.Module) -> None:
    # one tanh may serve all blocks: it has nothing to learn
    stored = [layer for part in net.modules() for layer in part._modules.values()
              if layer is not None and next(layer.parameters(), None) is not None]  # fmt: skip
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
    if any(layer.num_features == 1 for layer in bns[DEPTH:]):
        raise NotYet("The output layer has a batch norm, too: only the blocks have one.")
    if len(bns) != DEPTH:
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
    if not all(layer.affine for layer in bns):
        raise NotYet("`affine=False` takes gamma and beta away: leave them in.")
    if any((layer.momentum, layer.eps) != (0.1, 1e-5) for layer in bns):
        raise NotYet("Leave `momentum` and `eps` of the batch norms as PyTorch sets them.")
    if any(layer.bias is not None for layer in linears[:-1]):
        raise NotYet("A linear layer before a batch norm needs no bias: `bias=False`.")
    if linears[-1].bias is None:
        raise NotYet("No batch norm follows the output layer: leave it its bias.")
