"""Checks of the exercises of lesson 10: devices and gradients here, the clock beside it."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.lesson10_clock import seconds_per_call
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["global_gradient", "scores_of", "seconds_per_call"]


def _why_not(error: Exception) -> str | None:
    """Return the hint for what torch raises when devices are mixed up."""
    said = str(error)
    if "Cannot copy out of meta" in said:
        return (
            "The network, or its scores, was taken off its device. Move the data to the "
            "network, and leave the scores where they come out."
        )
    if "not on the expected device" in said or "same device" in said:
        return (
            "The network is on `meta` here and `x` still on the CPU when they meet. Ask the "
            "network for its device, move `x` there, and keep what `.to` gives back."
        )
    if any(word in said for word in ("CUDA", "NVIDIA", "cuda", "MPS", "mps")):
        return (
            "The name of a device is written into your code, and this machine has no such one. "
            "Ask the network: `next(net.parameters()).device`."
        )
    if isinstance(error, AttributeError) and "device" in said:
        return "A network has no `.device`, its parameters have: `next(net.parameters()).device`."
    if "'generator' object is not subscriptable" in said:
        return "`parameters()` is walked through one by one: `next(...)` takes the first."
    if said.startswith("to() received an invalid"):
        return "`.to` wants a device here: that of a parameter of the network."
    if isinstance(error, AttributeError | TypeError) and _Net.__name__ in said:
        return (
            "Not every network has layers by number, or a weight of that name. All have "
            "`parameters()`, and `next(...)` takes the first."
        )
    return None


class _Net(nn.Module):
    """A network that can't be indexed, as most can't."""

    def __init__(self) -> None:
        super().__init__()
        self.layers = nn.Sequential(nn.Linear(3, 5), nn.ReLU(), nn.Linear(5, 2))

    def forward(self, x: Tensor) -> Tensor:
        return self.layers(x)


@check(
    "A function written so runs on every machine, and nobody has to tell it where. Libraries "
    "find a network's device in the same way.",
    "Replace the three dots in `scores_of` and run the cell again.",
)
def scores_of(answer: Callable[[nn.Module, Tensor], Tensor]) -> None:
    """Examine `scores_of(net, x)`: the scores of a net on another device than x (N, 3)."""
    x = torch.randn(4, 3)
    for place in ("meta", "cpu"):
        net = _Net().to(place)
        given = a_tensor(attempt(answer, net, x.clone(), explain=_why_not))
        if next(net.parameters()).device.type != place:
            raise NotYet("Your function has moved the network. Move the data to it instead.")
        if given.device.type != place:
            raise NotYet(
                f"The network is on `{place}`, and your scores are on `{given.device}`. Is the "
                "name of a device written into your code? Leave the scores where they are."
            )
        if tuple(given.shape) != (4, 2):
            raise NotYet(f"For 4 rows the scores have shape (4, 2), yours {tuple(given.shape)}.")
        if place == "cpu" and not torch.allclose(given, net(x), atol=1e-6):
            raise NotYet("The scores are not those that the network gives for `x`.")
        if not given.requires_grad:
            raise NotYet(
                "The scores have lost their graph, so nothing could be trained on them. Return "
                "them as the network gives them."
            )


# each takes gradients (P, 2) and counts (P,)
WRONG_MEANS: list[tuple[Callable[[Tensor, Tensor], Tensor], str]] = [
    (lambda g, n: g.mean(0),
     "This is the plain average: a process with one row counts as much as one with many."),
    (lambda g, n: g.sum(0),
     "The gradients are added up. The more processes, the longer your step would be: average."),
    (lambda g, n: (g * n[:, None]).sum(0),
     "The weights are right, but their sum is missing: divide by the number of all rows."),
    (lambda g, n: (g * n[:, None]).mean(0),
     "You divide by the number of processes. Divide by the number of all rows: `sum(counts)`."),
    (lambda g, n: (g / n[:, None]).sum(0),
     "Divided by its count, a process with more rows counts less. It must count more."),
    (lambda g, n: (g / n[:, None]).mean(0),
     "Divided by its count, a process with more rows counts less. It must count more."),
    (lambda g, n: g.sum(0) / n.sum(),
     "Each gradient is a mean over its own rows already. Times its count it is their sum; "
     "only then divide by all rows."),
    (lambda g, n: (g * n[: g.shape[1]]).sum(0) / n.sum(),
     "The counts went along the columns. Each belongs to a whole gradient: `[:, None]` turns "
     "them into a column."),
    (lambda g, n: g[n.argmax()],
     "Only the process with the most rows is heard."),
]  # fmt: skip


@check(
    "DDP takes the plain average, which is right for equal parts only. That is why the sampler "
    "hands one row out twice rather than leave the parts unequal.",
    "Replace the three dots in `global_gradient` and run the cell again.",
)
def global_gradient(answer: Callable[[list[Tensor], list[int]], Tensor]) -> None:
    """Examine `global_gradient(gradients, counts)`: the gradient over all rows, (2,)."""
    for counts in ([1, 5], [3, 1, 4]):
        gradients = torch.randn(len(counts), 2)
        weights = torch.tensor(counts, dtype=torch.float32)
        target = (gradients * weights[:, None]).sum(0) / weights.sum()
        handed = [g.clone() for g in gradients]
        given = a_tensor(attempt(answer, handed, list(counts))).detach().float()
        if len(handed) != len(gradients) or not all(map(like, handed, gradients)):
            raise NotYet(
                "The gradients that were handed to you have changed: `*=` and `+=` write into "
                "them. Make new ones: `g * count`."
            )
        if given.shape != target.shape:
            raise NotYet(
                f"The gradients have shape (2,), and your answer {tuple(given.shape)}. Add over "
                "the processes, and over nothing else."
            )
        if torch.allclose(given, target, atol=1e-5):
            continue
        for formula, hint in WRONG_MEANS:
            if torch.allclose(given, formula(gradients, weights), atol=1e-5):
                raise NotYet(hint)
        raise NotYet(
            f"For {len(counts)} processes with {counts} rows the answer is not the gradient over "
            "all rows. Weight each gradient by its rows, and divide by all of them."
        )
