"""The check of lesson 08 that looks where dropout stands in a net."""

from collections.abc import Callable, Iterator

from torch import nn

from helpers.checks.verdict import NotYet, attempt, check


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
