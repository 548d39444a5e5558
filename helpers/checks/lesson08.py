"""Checks of the exercises of lesson 08: the layer here, asking a net in the module beside it."""

from collections.abc import Callable, Iterator

import torch
from torch import Tensor, nn

from helpers.checks.lesson08_asking import ask_many, take_a_look
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["ask_many", "dropout", "dropout_net", "take_a_look"]

P = 0.3


@check(
    "That is all of `nn.Dropout`. Because it scales while training, there is nothing left to do "
    "when you predict.",
    "Replace the three dots in `dropout` and run the cell again.",
)
def dropout(answer: Callable[[Tensor, float, bool], Tensor]) -> None:
    """Examine `dropout(x, p, training)`, the same as `F.dropout`."""
    x = torch.linspace(1, 2, 10_000).view(200, 50)
    mine = x.clone()
    given = attempt(answer, mine, P, True)
    if not isinstance(given, Tensor):
        raise NotYet(f"Return a tensor; this is a {type(given).__name__}.")
    if given.shape != x.shape:
        raise NotYet(f"The shape should stay {tuple(x.shape)}; yours is {tuple(given.shape)}.")
    if not torch.equal(mine, x):
        raise NotYet("Your function changes `x` itself. Make a new tensor: `x * mask`.")
    _judge_mask(given != 0)
    _judge_scale(given, x)
    if torch.equal(attempt(answer, x.clone(), P, True), given):
        raise NotYet("The mask is the same at every call: leave the seed alone.")
    _judge_evaluation(attempt(answer, x.clone(), P, False), x)
    if not torch.allclose(attempt(answer, x.clone(), 0.0, True), x):
        raise NotYet("With `p` = 0 nothing may change.")


def _judge_mask(kept: Tensor) -> None:
    share = kept.float().mean().item()
    if share == 1:
        raise NotYet("Nothing is dropped, though `training` is True.")
    if (kept == kept[:1]).all():
        raise NotYet(
            "All rows have one mask: a unit is silent for every point. Each activation needs a "
            "chance of its own, so draw in the shape of `x`."
        )
    if (kept == kept[:, :1]).all():
        raise NotYet(
            "Whole rows are dropped: a point loses all of its units or none. Draw in the shape "
            "of `x`."
        )
    if abs(share - P) < 0.05:
        raise NotYet(
            f"A share of {share:.2f} is kept with p = {P}. `p` is the probability to be *dropped*."
        )
    if abs(share - (1 - P)) > 0.05:
        raise NotYet(f"With p = {P}, about {P:.0%} should be dropped, not {1 - share:.0%}.")


def _judge_scale(given: Tensor, x: Tensor) -> None:
    kept = given != 0
    factor = given[kept] / x[kept]
    for wrong, said in {
        1.0: "What is kept is not scaled, so the mean falls: divide it by 1 − p.",
        1 / P: "You divide by p. The share that is kept is 1 − p: divide by that.",
        1 - P: "You multiply by 1 − p, which makes the mean smaller still: divide by it.",
    }.items():
        if torch.allclose(factor, torch.tensor(wrong)):
            raise NotYet(said)
    if not torch.allclose(factor, torch.tensor(1 / (1 - P))):
        raise NotYet("What is kept should be `x` divided by 1 − p, each number by the same.")


def _judge_evaluation(given: Tensor, x: Tensor) -> None:
    if not isinstance(given, Tensor) or given.shape != x.shape:
        raise NotYet("With `training` False, return `x` as it is.")
    if (given == 0).any():
        raise NotYet("It drops with `training` False, too. Then it should hand on `x` as it is.")
    if not torch.allclose(given, x):
        raise NotYet(
            "With `training` False nothing is dropped, so nothing is scaled either: return `x`."
        )


def _layers(net: nn.Sequential) -> Iterator[nn.Module]:
    """Yield the layers in order, those of a Sequential inside it, too."""
    for layer in net:
        if isinstance(layer, nn.Sequential):
            yield from _layers(layer)
        else:
            yield layer


@check(
    "Behind each hidden layer, never behind the output: this is where dropout stands in most "
    "networks that use it.",
    "Replace the three dots in `dropout_net` and run the cell again.",
)
def dropout_net(answer: Callable[[], nn.Module]) -> None:
    """Examine `dropout_net()`: 4 → 50 → 50 → 1 with ReLU and dropout 0.2 after both 50."""
    net = attempt(answer)
    if not isinstance(net, nn.Sequential):
        raise NotYet(f"Return an `nn.Sequential`; this is a {type(net).__name__}.")
    layers = list(_layers(net))
    linear = [layer for layer in layers if isinstance(layer, nn.Linear)]
    sizes = [(layer.in_features, layer.out_features) for layer in linear]
    if sizes != [(4, 50), (50, 50), (50, 1)]:
        found = ", ".join(f"{a} → {b}" for a, b in sizes) or "none"
        raise NotYet(f"The linear layers should be 4 → 50, 50 → 50, 50 → 1. Yours: {found}.")
    # between two linear layers, and after the last: the names of what stands there
    places: list[list[str]] = [[]]
    for layer in layers:
        if isinstance(layer, nn.Linear):
            places.append([])
        else:
            places[-1].append(type(layer).__name__)
    before, first, second, after = places
    if "Dropout" in after:
        raise NotYet(
            "The last dropout acts on the prediction: it would be 0 or too large. Take it away."
        )
    if "Dropout" in before:
        raise NotYet("The first dropout acts on the input. It belongs after a hidden layer.")
    if before or after:
        raise NotYet("Nothing belongs before the first linear layer or after the last.")
    for name, place in (("first", first), ("second", second)):
        if "ReLU" not in place:
            raise NotYet(f"After the {name} hidden layer there is no ReLU.")
        if "Dropout" not in place:
            raise NotYet(f"After the {name} hidden layer there is no `nn.Dropout`.")
        if len(place) != 2:
            raise NotYet(f"After the {name} hidden layer, one ReLU and one dropout are enough.")
    for layer in layers:
        if isinstance(layer, nn.Dropout) and layer.p == 0.8:
            raise NotYet("`nn.Dropout(0.8)` drops 80 %. Its number is the share that is dropped.")
        if isinstance(layer, nn.Dropout) and abs(layer.p - 0.2) > 1e-9:
            raise NotYet(f"A dropout of 0.2 was asked for; one of yours has p = {layer.p:g}.")
    if not net.training:
        raise NotYet("A new net is in training mode: leave `eval()` to whoever predicts.")
