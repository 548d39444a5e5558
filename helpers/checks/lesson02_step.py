"""Check of lesson 02's training step: what it does, and in which order."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.verdict import NotYet, attempt, check


class _Witness(torch.optim.SGD):
    """An optimizer that notes what is done, beside the net's own notes."""

    def __init__(self, net: nn.Module, log: list[str]) -> None:
        super().__init__(net.parameters(), lr=0.1)
        self.log = log

    def zero_grad(self, set_to_none: bool = True) -> None:
        self.log.append("zero_grad")
        super().zero_grad(set_to_none)

    def step(self, closure: Callable | None = None) -> None:
        self.log.append("step")
        super().step(closure)


def _watched(log: list[str]) -> nn.Module:
    """A net that notes its predictions and the arrival of its gradients."""

    class Watched(nn.Linear):
        def zero_grad(self, set_to_none: bool = True) -> None:
            log.append("zero_grad")
            super().zero_grad(set_to_none)

    net = Watched(1, 1)
    net.register_forward_hook(lambda *_: log.append("predict"))
    net.weight.register_hook(lambda gradient: log.append("backward"))
    with torch.no_grad():
        net.weight.fill_(0.5)
        net.bias.fill_(0.0)
    return net


def _order(log: list[str], changed: bool, right: bool) -> str | None:
    """What is wrong with the order of a training step, in words; `right` if it ended well."""
    places = {name: log.index(name) for name in log}
    zero, back, step = (places.get(name) for name in ("zero_grad", "backward", "step"))
    if changed and step is None:
        return "The `optimizer` that you were given was not used: call `optimizer.step()` on it."
    if back is None:
        return "Without `backward()` there are no gradients, and `step` finds nothing to do."
    if step is None:
        return "The parameters have not changed: `optimizer.step()` is missing."
    if zero is None and not right:
        return "`zero_grad` is missing: the gradients of all earlier steps are still added up."
    if step < back:
        return "`step` comes before `backward`: it walks along the gradients of the last step."
    if zero is not None and zero > step and not right:
        return "`zero_grad` comes after `step`: what an earlier step left was still added up."
    if zero is not None and back < zero < step:
        return (
            "`zero_grad` stands between `backward` and `step`: it throws away what `backward` "
            "has just found."
        )
    extra = [name for name in places if log.count(name) > 1]
    if extra:
        return f"`{extra[0]}` ran {log.count(extra[0])} times; one step does everything once."
    return None


@check(
    "These five lines train every network there is, from 2 parameters to a billion. The order "
    "is the part that fails in silence.",
    "Replace the three dots in `training_step` and run the cell again.",
)
def training_step(answer: Callable[..., float]) -> None:
    """Examine `training_step(net, optimizer, x, y)` by what it does, and in which order."""
    log: list[str] = []
    net = _watched(log)
    optimizer = _Witness(net, log)
    x, y = torch.tensor([[1.0], [2.0], [4.0]]), torch.tensor([[1.0], [5.0], [6.0]])
    error = 0.5 * x - y  # as `_watched` begins
    before = (error**2).mean().item()
    net.weight.grad = torch.full_like(net.weight, 100.0)  # left from an earlier step
    net.bias.grad = torch.full_like(net.bias, 100.0)
    try:
        given = attempt(answer, net, optimizer, x, y)
    except NotYet:
        given = None  # a missing return: what was done is looked at first
    clean = (0.5 - 0.1 * 2 * (error * x).mean().item(), -0.1 * 2 * error.mean().item())
    walked = (net.weight.item(), net.bias.item())
    right = max(abs(got - due) for got, due in zip(walked, clean)) < 1e-3
    if log and (wrong := _order(log, walked != (0.5, 0.0), right)):
        raise NotYet(wrong)
    if given is None:
        raise NotYet("The step is right, but nothing comes back: `return` the loss.")
    if not log:
        raise NotYet("Neither the net nor the optimizer was used. Start with `net(x)`.")
    if isinstance(given, Tensor):
        raise NotYet("The loss is still a tensor: `.item()` makes it a plain number.")
    if isinstance(given, bool) or not isinstance(given, int | float):
        raise NotYet(f"Return one number; this is a {type(given).__name__}.")
    with torch.no_grad():
        after = ((x * net.weight + net.bias - y) ** 2).mean().item()
    if abs(given - 3 * before) < 1e-3:
        raise NotYet("That is the sum of the squared differences. Take their mean.")
    if abs(given - after) < 1e-3 * abs(after):
        raise NotYet("That is the loss after the step. Return the one from before it.")
    if abs(given - before) > 1e-3:
        raise NotYet(f"The mean squared error was {before:.3f}, and yours is {given:.3f}.")
    if not right:
        raise NotYet(
            "The loss is right, but the parameters went elsewhere: call `backward()` on the loss "
            "itself, and let `step` do all the walking."
        )
