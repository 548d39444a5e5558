"""Checks of the exercises of lesson 05: convolution and network in the modules beside it."""

from collections.abc import Callable
from math import ceil

import torch
from torch import Tensor, nn

from helpers.checks.answers import is_number
from helpers.checks.lesson05_convolve import convolve
from helpers.checks.lesson05_net import colour_net
from helpers.checks.verdict import NotYet, attempt, check
from helpers.lesson05 import convolution

__all__ = ["accuracy", "colour_net", "convolve", "output_size"]

# (n, k, stride, padding) that tell the right formula from each wrong one below
SIZES = [
    (28, 5, 1, 2),
    (28, 5, 1, 0),
    (28, 3, 2, 1),
    (32, 5, 2, 0),
    (7, 3, 3, 1),
    (20, 4, 2, 1),
    (8, 3, 3, 0),
]
WRONG_SIZES: list[tuple[Callable, str]] = [
    (lambda n, k, s, p: (n + p - k) // s + 1,
     "The padding lies on both sides of the image: it counts twice."),
    (lambda n, k, s, p: (n + 2 * p - k) // s,
     "One place is missing. A kernel as large as the image has one place, not none."),
    (lambda n, k, s, p: n + 2 * p - k + 1,
     "The stride has no effect yet: with stride 2, the kernel skips every second place."),
    (lambda n, k, s, p: (n - k) // s + 1,
     "The padding has no effect yet: it makes the image larger before the kernel slides."),
    (lambda n, k, s, p: (n + 2 * p - k) / s + 1,
     "A size is a whole number, and a kernel that hangs over the edge has no place there: "
     "divide with // instead of /."),
    (lambda n, k, s, p: ceil((n + 2 * p - k) / s) + 1,
     "Round down, not up: a kernel that hangs over the edge has no place there."),
]  # fmt: skip


@check(
    "You can now tell the shape after any convolution before you run it. Most errors in a "
    "new network are a shape that somebody guessed.",
    "Replace the three dots in `output_size` and run the cell again.",
)
def output_size(answer: Callable[[int, int, int, int], int]) -> None:
    """Examine `output_size(n, k, stride, padding)`."""
    given = [attempt(answer, *size) for size in SIZES]
    right = [convolution.output_size(*size) for size in SIZES]
    for formula, hint in WRONG_SIZES:
        # same numbers and same types: 14.0 is not 14
        if list(map(repr, given)) == [repr(formula(*size)) for size in SIZES]:
            raise NotYet(hint)
    for size, ours, theirs in zip(SIZES, right, given):
        if type(theirs) is not int or ours != theirs:
            n, k, stride, padding = size
            raise NotYet(
                f"For n={n}, k={k}, stride={stride}, padding={padding} the answer is {ours}, "
                f"and yours is {theirs!r}."
            )


class _Witness(nn.Module):
    """A net with dropout, whose scores are known; it notes in which mode it was asked."""

    def __init__(self) -> None:
        super().__init__()
        self.part = nn.Dropout(0.5)
        self.was_training = self.had_gradients = False

    def forward(self, images: Tensor) -> Tensor:
        self.was_training |= self.training or self.part.training
        self.had_gradients |= torch.is_grad_enabled()
        # the right class is the mean grey of the image: not the row, not the largest value
        return nn.functional.one_hot(images.mean((1, 2, 3)).round().long(), 10).float()


@check(
    "Evaluation mode, no gradients, one share of all images: a number made so can be trusted, "
    "and compared with anybody else's.",
    "Replace the three dots in `accuracy_of` and run the cell again.",
)
def accuracy(answer: Callable[[nn.Module, Tensor, Tensor], float]) -> None:
    """Examine `accuracy(net, images, labels)`."""
    witness = _Witness().train()
    n, right = 1320, 990  # batches of 100, 128, 250, 500, 1000: the last one is short
    classes = torch.arange(n) % 10
    labels = torch.where(torch.arange(n) < right, classes, (classes + 1) % 10)
    images = classes.float().view(-1, 1, 1, 1).expand(-1, 1, 28, 28)
    given = attempt(answer, witness, images, labels)
    if isinstance(given, bool) or not is_number(given):
        raise NotYet(f"Return one number; this is a {type(given).__name__}. `.mean()` helps.")
    number = float(given)
    if number > 1:
        raise NotYet(
            f"{number:g} is a count or a percentage. Return the share, 0 to 1: `.float().mean()`."
        )
    if witness.was_training:
        raise NotYet("The net was still in training mode: call `net.eval()` before you ask it.")
    if witness.had_gradients:
        raise NotYet(
            "Gradients were recorded for nothing: ask the net inside "
            "`with torch.inference_mode():`."
        )
    if not abs(number - right / n) < 1e-6:
        raise NotYet(
            f"{right} of {n} answers were right, so 0.75 was due, not {number:.2f}. The predicted "
            "digit is the place of the highest score: `argmax(1)`."
        )
    if isinstance(given, Tensor):
        raise NotYet("The number is right, but still a tensor: `.item()` makes it a plain one.")
