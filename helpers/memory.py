"""How much memory autograd needs between the forward and the backward pass."""

from collections.abc import Callable

import torch
from torch import Tensor


def megabytes_kept(compute: Callable[[], object]) -> float:
    """Run `compute()` and return the megabytes of the tensors that autograd keeps for `backward`.

    A tensor that is kept several times counts once, and so do views of it that begin where it
    begins. The parameters that a layer keeps are included.
    """
    kept: dict[int, int] = {}

    def keep(tensor: Tensor) -> Tensor:
        place = tensor.data_ptr()
        kept[place] = max(kept.get(place, 0), tensor.nbytes)
        return tensor

    with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
        result = compute()  # is held until the sum is computed, and with it the tensors
    total = sum(kept.values()) / 1e6
    del result
    return total
