"""Checks of lesson 08 that watch how a net is asked."""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from helpers.checks.answers import a_tensor, like
from helpers.checks.verdict import NotYet, attempt, check

POINTS, CALLS = 5, 6


class _Watched(nn.Module):
    """Notes the modes in which it is asked. Each answer in training mode is another one.

    It knows what it will answer: x times 1 in evaluation mode, x times 1, 4, 9, ... in training
    mode. Asked with one more axis in front, it counts that as so many calls.
    """

    def __init__(self, book: "_Watched | None" = None) -> None:
        super().__init__()
        self.__dict__["book"] = book or self  # a copy takes its notes here; it's no layer
        self.weight, self.part = nn.Parameter(torch.ones(1)), nn.Dropout(0.5)
        self.asked: list[bool] = []
        self.calls, self.gradients, self.half = 0, False, False
        self.drawn: list[float] = []  # what stands for the masks

    def __deepcopy__(self, memo: dict) -> "_Watched":
        return _Watched(self.book).train(self.training)

    def forward(self, x: Tensor) -> Tensor:
        book = self.book
        book.asked.append(self.training)
        book.gradients |= torch.is_grad_enabled()
        book.half |= self.training != self.part.training
        count = x.shape[:-2].numel()
        factors = torch.arange(book.calls + 1, book.calls + count + 1).float() ** 2
        book.calls += count
        book.drawn.append(torch.rand(1).item())
        if not self.training:
            factors = torch.ones(count)
        return self.weight * x * factors.view(*x.shape[:-2], 1, 1)


def _points() -> Tensor:
    return torch.linspace(1, 2, POINTS).view(POINTS, 1)


@check(
    "A look that changes nothing can be put into any training loop, and a look during a test "
    "does not turn dropout on.",
    "Replace the three dots in `take_a_look` and run the cell again.",
)
def take_a_look(answer: Callable[[nn.Module, Tensor], Tensor]) -> None:
    """Examine `take_a_look(net, x)`, which must leave the net in the mode it was in."""
    for mode in (True, False):
        net = _Watched().train(mode)
        given = attempt(answer, net, _points())
        if not net.asked:
            raise NotYet("The net was never asked: `net(x)` gives its predictions.")
        if net.half:
            raise NotYet(
                "`net.training = False` reaches the net alone, and not the dropout in it. "
                "`net.eval()` reaches every layer."
            )
        if any(net.asked):
            raise NotYet("The net was in training mode when you asked it: `net.eval()` first.")
        if mode and not net.training:
            raise NotYet(
                "The net came in training mode and is left in evaluation mode: from now on it "
                "would be trained without dropout. Put its mode back."
            )
        if not mode and net.training:
            raise NotYet(
                "This net came in evaluation mode, and you leave it in training mode. Keep "
                "`net.training` before the look, and put that back."
            )
        if net.part.training != mode:
            raise NotYet(
                "The net's mode is back, but not that of the dropout in it: "
                "`net.train(mode)` reaches every layer."
            )
        if net.gradients:
            raise NotYet("Gradients were recorded for nothing: `with torch.no_grad():`.")
        if not like(a_tensor(given).detach(), _points()):
            raise NotYet("Return the predictions, as the net gave them.")


@check(
    "The mean is close to what `eval()` answers, and the deviation says how much the thinned "
    "nets disagree. Some read it as a hint of how unsure the net is.",
    "Replace the three dots in `ask_many` and run the cell again.",
)
def ask_many(answer: Callable[[nn.Module, Tensor, int], tuple[Tensor, Tensor]]) -> None:
    """Examine `ask_many(net, x, n)`: mean and deviation over n answers in training mode."""
    net, x = _Watched().eval(), _points()
    given = attempt(answer, net, x, CALLS)
    if not net.asked:
        raise NotYet("The net was never asked: `net(x)` gives one answer.")
    if net.half:
        raise NotYet("`net.training = True` does not reach the dropout inside: `net.train()`.")
    if not all(net.asked):
        raise NotYet(
            "The net was in evaluation mode, where all answers are the same: `net.train()` first."
        )
    if net.calls != CALLS:
        times = "once" if net.calls == 1 else f"{net.calls} times"
        raise NotYet(
            f"The net was asked {times} and not {CALLS} times. Each call draws new masks."
        )
    if len(set(net.drawn)) < len(net.drawn):
        raise NotYet("Your seed makes every call draw the same masks. Leave the seed alone.")
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise NotYet("Return two tensors: `return answers.mean(0), answers.std(0)`.")
    mean, spread = (a_tensor(part, "mean and deviation each") for part in given)
    if net.gradients:
        raise NotYet("Gradients were recorded for nothing: `with torch.no_grad():`.")
    for part in (mean, spread):
        if part.shape == (1,):
            raise NotYet(
                "Join the answers with `torch.stack`, not `torch.cat`: the calls need an axis of "
                "their own."
            )
        if part.shape != x.shape:
            raise NotYet(
                f"For {POINTS} points the shape should be {tuple(x.shape)}, and yours is "
                f"{tuple(part.shape)}. Take mean and deviation over axis 0, the calls."
            )
    answers = torch.stack([x * k**2 for k in range(1, CALLS + 1)])
    right = [answers.std(0), answers.std(0, correction=0)]  # both are called deviation
    if any(like(mean, r) for r in right) and like(spread, answers.mean(0)):
        raise NotYet("The two are swapped: first the mean, then the deviation.")
    if not like(mean, answers.mean(0)):
        raise NotYet("The first tensor is not the mean of the answers over the calls.")
    if any(like(spread, r**2) for r in right):
        raise NotYet("The second is the variance; its square root is the deviation: `.std(0)`.")
    if any(like(spread, r / CALLS**0.5) for r in right):
        raise NotYet(
            "That is the standard error of the mean. How far the answers lie apart is their "
            "deviation, not divided by √n."
        )
    if not any(like(spread, r) for r in right):
        raise NotYet("The second tensor is not the standard deviation over the calls.")
