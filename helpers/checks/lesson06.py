"""Checks of the exercises of lesson 06: a net and its states in the modules beside it."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.answers import a_tensor, like
from helpers.checks.lesson06_reader import gru_reader
from helpers.checks.lesson06_states import beliefs, both_ends
from helpers.checks.verdict import NotYet, attempt, check

__all__ = ["as_sequence", "beliefs", "both_ends", "gru_reader"]


@check(
    "You can now feed any image to a recurrent network. The same step turns a line of text or "
    "a sound into a sequence: decide what the time is, and what the features are.",
    "Replace the three dots in `as_sequence` and run the cell again.",
)
def as_sequence(answer: Callable[[Tensor], Tensor]) -> None:
    """Examine `as_sequence(images)`, images (N, 1, 28, 28)."""
    images = torch.arange(3 * 784.0).view(3, 1, 28, 28)
    given, rows = a_tensor(attempt(answer, images.clone())), images[:, 0]
    wrong = {
        "The columns became the time: step 10 of yours is column 11. Reading by rows, "
        "height is the time and comes before width.": rows.transpose(1, 2),
        "The rows come from the bottom. The first step is the top row.": rows.flip(1),
        "Each row is read from the right. Leave the features in their order.": rows.flip(2),
        "The time stands before the batch. Here the batch comes first: (batch, time, feature).":
            rows.transpose(0, 1),
        "The shape has time before batch, and `reshape` has torn the images apart to get there. "
        "The batch comes first, and no number needs to move.": images.reshape(28, 3, 28),
        "The pixels are a single row of 784 numbers. Keep 28 steps of 28.": rows.flatten(1),
        "This is still the image with its channel axis. It has to go.": images,
        "Only the first image came through: the batch is lost.": rows[0],
    }  # fmt: skip
    for hint, values in wrong.items():
        if like(given, values):
            raise NotYet(hint)
    if given.shape != rows.shape:
        raise NotYet(
            f"For 3 images the shape is {tuple(given.shape)}. Wanted is (3, 28, 28): batch, "
            "time, feature."
        )
    if not like(given, rows):
        raise NotYet("The shape is right, but the pixels are not in their places.")
    single = a_tensor(attempt(answer, images[:1].clone()))
    if single.shape != (1, 28, 28):
        raise NotYet(
            f"For a single image the shape is {tuple(single.shape)}, and the batch is lost. Name "
            "the axis that goes: `squeeze(1)`."
        )
