"""Checks of the exercises of lesson 02: a net here, the others in the modules beside it."""

from collections.abc import Callable

from torch import nn

from helpers.checks.lesson02_files import restore
from helpers.checks.lesson02_loss import cross_entropy
from helpers.checks.lesson02_step import training_step
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["cross_entropy", "fifty", "restore", "training_step"]


def _no_module(error: Exception) -> str:
    message = str(error)
    if "ReLU is not a Module subclass" in message:
        return "The brackets are missing: `nn.ReLU` is a class, and `nn.ReLU()` makes one."
    if "is not a Module subclass" in message:
        return "`nn.Sequential` takes layers, and no functions: the ReLU is `nn.ReLU()`."
    return ""


@check(
    "Counting parameters tells you the size of a network before you train it, and whether it "
    "is the network that you meant.",
    "Replace the three dots in `fifty` and run the cell again.",
)
def fifty(answer: Callable[[], nn.Module]) -> None:
    """Examine `fifty()`: 3 inputs, 8 hidden units with ReLU, 2 outputs, 50 parameters."""
    net = attempt(answer, explain=_no_module)
    if not isinstance(net, nn.Sequential):
        raise NotYet(f"Return an `nn.Sequential`; this is a {type(net).__name__}.")
    linear = [layer for layer in net if isinstance(layer, nn.Linear)]
    if len(linear) != 2:
        raise NotYet(f"One hidden layer takes two `nn.Linear`, here there are {len(linear)}.")
    first, second = linear
    if first.in_features != 3 or second.out_features != 2:
        raise NotYet(
            f"3 numbers go in and 2 come out. Here {first.in_features} go in, and "
            f"{second.out_features} come out."
        )
    if first.out_features != second.in_features:
        raise NotYet(
            f"The first layer gives {first.out_features} numbers, and the second expects "
            f"{second.in_features}."
        )
    if len(net) == 2:
        raise NotYet("There is no ReLU: two layers in a row are only one line.")
    if not (len(net) == 3 and isinstance(net[1], nn.ReLU)):
        raise NotYet("The ReLU belongs between the two layers, and nothing else in the net.")
    count = sum(parameter.numel() for parameter in net.parameters())
    if any(layer.bias is None for layer in linear):
        raise NotYet("Leave the biases in: they count among the 50.")
    if first.out_features == 10:
        raise NotYet("That makes 62: 50 is the number of the weights alone. Count the biases.")
    if count != 50:
        raise NotYet(f"{first.out_features} hidden units make {count} parameters, not 50.")
