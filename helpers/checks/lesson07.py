"""Checks of the exercises of lesson 07: shapes here, nets in the two modules beside it."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.answers import a_tensor
from helpers.checks.lesson07_loop import generate
from helpers.checks.lesson07_step import train_step
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["cut", "generate", "train_step"]


@check(
    "With `batch_first=True` a recurrent net wants batch, time, feature. Two axes that are "
    "swapped often run without an error, and then the net reads the wrong story.",
    "Replace the three dots in `cut` and run the cell again.",
)
def cut(answer: Callable[[Tensor, int], Tensor]) -> None:
    """Examine `cut(series, size)`, which gives whole windows (count, size, 1)."""
    series = torch.arange(12.0)
    target = series.view(3, 4, 1)
    given = a_tensor(attempt(answer, series.clone(), 4))
    if tuple(given.shape) != (3, 4, 1):
        raise NotYet(_wrong_shape(tuple(given.shape)))
    if given[1, 0] == given[0, -1]:
        raise NotYet(
            "The windows overlap by one: the last sample of a window is also the first of the "
            "next. The net would read it twice, and the carried state would be a step ahead."
        )
    if not torch.equal(given, target):
        raise NotYet(
            "The shape is right, but a window must hold samples that follow each other: the "
            f"first should be 0, 1, 2, 3, and yours is {_list(given[0])}."
        )
    long = torch.arange(14.0)
    try:
        answer(long.clone(), 4)
    except Exception:
        raise NotYet(
            "It works for 12 samples, but 14 don't fill windows of 4: drop the two left over "
            "before you cut."
        ) from None
    given = attempt(answer, long.clone(), 4)
    if len(given) > 3:
        raise NotYet("Of 14 samples, the last two don't fill a window of 4: drop them.")
    if not torch.equal(given, target):
        raise NotYet(
            "With 14 samples and windows of 4, the *last* two should be dropped, and the first "
            f"window should be 0, 1, 2, 3. Yours is {_list(given[0])}."
        )


def _list(window: Tensor) -> str:
    return ", ".join(f"{value:g}" for value in window.flatten().tolist())


def _wrong_shape(shape: tuple[int, ...]) -> str:
    """Say what is wrong with the shape of 12 samples in windows of 4."""
    said = f"For 12 samples in windows of 4, your shape is {shape} and not (3, 4, 1): "
    if shape == (3, 4):
        return said + "the feature axis is missing. `unsqueeze(-1)` adds it."
    if shape == (4, 3, 1):
        return said + "time and batch are swapped. The batch comes first here."
    if shape in ((3, 1, 4), (1, 3, 4)):
        return said + "the feature axis is the last one: each sample is one number."
    if shape == (1, 12, 1):
        return said + "this is one window as long as the series."
    if shape[:1] == (9,):
        return said + "these windows slide by one sample. Each should begin where one ends."
    if shape == (2, 4, 1):
        return said + "a window is missing. `len(series) // size` windows fit."
    if len(shape) == 3 and shape[2] == 1 and shape[1] != 4:
        return said + f"your windows hold {shape[1]} samples. Use `size`, not a fixed number."
    return said + "count windows, then samples in each, then one number for each sample."
