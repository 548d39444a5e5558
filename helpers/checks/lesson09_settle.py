"""Check of lesson 09's exercise on running statistics that have not settled."""

import copy
from collections.abc import Callable, Sequence

import torch
from torch import Tensor, nn

from helpers.checks.verdict import NotYet, attempt, check


class _Witness(nn.Identity):
    """Notes whether gradients were recorded."""

    recorded = False

    def forward(self, x: Tensor) -> Tensor:
        type(self).recorded |= torch.is_grad_enabled()
        return x


def _settled(net: nn.Module, batches: Sequence[Tensor], way: str) -> nn.Module:
    """Return a copy of the net, settled in the right way or in one of the wrong ones."""
    net = copy.deepcopy(net).train()
    norms = [layer for layer in net.modules() if isinstance(layer, nn.BatchNorm1d)]
    outer = [layer for layer in net.children() if layer in norms]
    for layer in {"first": norms[:1], "children": outer}.get(way, norms):
        counted = layer.num_batches_tracked.clone()
        if way not in ("keep", "neither"):
            layer.reset_running_stats()
        if way == "count":
            layer.num_batches_tracked = counted
        if way not in ("moving", "neither"):
            layer.momentum = None
    with torch.no_grad():
        for batch in {"one": batches[:1], "joined": [torch.cat(list(batches))]}.get(way, batches):
            if way != "eval":
                net(batch)
    return net


SETTLED = {
    "eval": "The net was still in evaluation mode when it read the batches, and so it remembers "
    "nothing: `net.train()` first.",
    "neither": "The batches are read with the old `momentum`, on top of the old values: "
    "`reset_running_stats()` and `momentum = None` come first.",
    "keep": "Something of the old statistics is left: `reset_running_stats()` forgets them.",
    "moving": "The late batches count more than the early ones. `momentum = None` makes it the "
    "plain average.",
    "first": "Only the first batch norm is settled: go through all of `net.modules()`.",
    "children": "Only the outer layers are settled: `net.children()` doesn't look into blocks, "
    "`net.modules()` does.",
    "count": "The values are reset, and `num_batches_tracked` is not: it counts on from the old "
    "batches, so the new ones count too little. `reset_running_stats()` resets all three.",
    "one": "Only one batch was read: read all of them.",
    "joined": "All batches went in as one. Read them one by one, as they come in training.",
}


@check(
    "`torch.optim.swa_utils.update_bn` does this, too, for nets whose weights were averaged or "
    "changed after training; it leaves the net in the mode in which it came.",
    "Replace the three dots in `settle` and run the cell again.",
)
def settle(answer: Callable[[nn.Module, Sequence[Tensor]], nn.Module]) -> None:
    """Examine `settle(net, batches)`: new running statistics, and nothing else."""
    torch.manual_seed(0)
    block = nn.Sequential(nn.Linear(2, 4), nn.BatchNorm1d(4, momentum=0.2), nn.Tanh())
    net = nn.Sequential(_Witness(), block, nn.Linear(4, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    batches = [(1 + i) * torch.randn(8, 2) + i for i in range(5)]
    with torch.no_grad():
        block[1].weight.mul_(2)
        for _ in range(3):
            net(torch.randn(8, 2) - 4)
    net.eval()
    _Witness.recorded = False
    given = attempt(answer, copy.deepcopy(net), [batch.clone() for batch in batches])
    if not isinstance(given, nn.Module):
        raise NotYet(f"Return the net; this is a {type(given).__name__}.")
    recorded = _Witness.recorded
    if not all(torch.equal(a, b) for a, b in zip(given.parameters(), net.parameters())):
        raise NotYet(
            "The parameters have changed, and only the statistics should. (`reset_parameters` "
            "resets gamma and beta, too.)"
        )
    for way in ("right", *SETTLED):
        if _same(given, _settled(net, batches, way)):
            if way != "right":
                raise NotYet(SETTLED[way])
            break
    else:
        if _same(given, net):
            raise NotYet(SETTLED["eval"])
        raise NotYet(
            "The running statistics are not the plain average: reset, `momentum = None`, train "
            "mode, all batches."
        )
    if any(part.training for part in given.modules()):
        raise NotYet("The statistics are right. To be ready to predict, it must be in `eval()`.")
    kept = zip(given.modules(), net.modules())
    if any(
        isinstance(b, nn.BatchNorm1d) and getattr(a, "momentum", 0) != b.momentum for a, b in kept
    ):
        raise NotYet(
            "The statistics are right. Put the `momentum` of each layer back: further training "
            "would go on with another one."
        )
    if not all(parameter.requires_grad for parameter in given.parameters()):
        raise NotYet(
            "The parameters no longer ask for gradients, so the net can't be trained further. "
            "Read the batches in `no_grad`, and leave `requires_grad` alone."
        )
    if recorded:
        raise NotYet("Gradients were recorded for nothing: read the batches in `no_grad`.")


def _same(a: nn.Module, b: nn.Module) -> bool:
    """Whether two nets have the same running statistics."""
    return all(torch.allclose(x.float(), y.float(), rtol=1e-4, atol=1e-5)
               for (name, x), y in zip(a.named_buffers(), b.buffers())
               if "num" not in name)  # fmt: skip
