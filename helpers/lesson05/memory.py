"""How much memory a network keeps for a backward pass."""

import torch
from torch import Tensor, nn


def kept_bytes(net: nn.Module, images: Tensor) -> int:
    """Return how many bytes of tensors `net(images)` keeps for `backward`, 0 without gradients."""
    kept: dict[int, Tensor] = {}

    def keep(part: Tensor) -> Tensor:
        kept[part.data_ptr()] = part  # by address, so that what two steps share counts once
        return part

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda part: part):
        net(images)
    return sum(part.nbytes for part in kept.values())
