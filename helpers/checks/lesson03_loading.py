"""Checks of lesson 03 about whole batches: their statistics, and how they are put together."""

from collections.abc import Callable

import torch
from torch import Tensor
from torch.utils.data import DataLoader, TensorDataset, default_collate

from helpers.checks.answers import is_number
from helpers.checks.verdict import NotYet, attempt, check


class Pair(list):
    """A batch (images, labels) as loaders give it; an error about it tells its name."""


def _hints(hints: dict[str, str]) -> Callable[[Exception], str | None]:
    """Explain an exception whose text holds a key of `hints` by that hint."""
    return lambda error: next((hint for part, hint in hints.items() if part in str(error)), None)


@check(
    "Exact for batches of any size. Who keeps nothing but the three sums needs memory for one "
    "batch alone: that works for a million photographs too.",
    "Replace the three dots in `mean_and_std` and run the cell again.",
)
def mean_and_std(answer: Callable[[DataLoader], tuple[float, float]]) -> None:
    """Examine `mean_and_std(loader)` over batches (images, labels), with a short last batch."""
    chance = torch.Generator().manual_seed(3)
    images = torch.rand(10, 1, 6, 5, generator=chance)
    images[8:] += 4  # the short batch is unlike the others
    # a label is no pixel
    dataset = TensorDataset(images, torch.full((10,), 7))
    loader = DataLoader(dataset, 4, collate_fn=lambda samples: Pair(default_collate(samples)))
    a_pair = "A batch is a pair: `for images, labels in loader`."
    given = attempt(answer, loader, explain=_hints({"Pair": a_pair}))
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise NotYet("Return a pair: `return mean, std`.")
    mean, std = (float(value) if is_number(value) else None for value in given)
    batches = [batch for batch, _ in loader]
    means = torch.stack([batch.mean() for batch in batches])
    pixels = sum(batch.numel() for batch in batches)
    padded = 12 * images[0].numel()

    def near(value: float, other: Tensor | float) -> bool:
        return abs(value - float(other)) < 1e-3 * max(1.0, abs(float(other)))

    def is_deviation(value: float) -> bool:
        return near(value, images.std()) or near(value, images.std(correction=0))

    if mean is None:
        raise NotYet("The mean is one plain number.")
    if std is not None and near(std, images.mean()) and is_deviation(mean):
        raise NotYet("The pair is swapped: the mean comes first.")
    if near(mean, means.mean()):
        raise NotYet(
            "You averaged the batches' means. The last batch is short, and its samples count "
            "too much: add up pixels and their number, and divide once, at the end."
        )
    if near(mean, batches[-1].mean()):
        raise NotYet("That is the last batch alone: add to what you had with `+=`.")
    if near(mean, batches[0].mean()):
        raise NotYet("That is the first batch alone: does a `return` stand inside the loop?")
    if near(mean, images.sum() / len(images)):
        raise NotYet(
            "You divided by the number of images. Count the pixels: `images.numel()`, and not "
            "`len(images)`."
        )
    if near(mean, images.sum() / padded):
        raise NotYet("The last batch has 2 images and not 4: count what each batch really holds.")
    if not near(mean, images.mean()):
        raise NotYet(f"The mean of all pixels is {images.mean():.4f}, and yours is {mean:.4f}.")
    if std is None:
        raise NotYet("The standard deviation is one plain number.")
    deviations = torch.stack([batch.std() for batch in batches])
    if near(std, deviations.mean()) or near(std, (deviations**2).mean().sqrt()):
        raise NotYet(
            "The mean is right. But the batches' deviations can't be averaged: they know nothing "
            "of how far apart the batches are. Add up the squares of the pixels."
        )
    if near(std, images.var()) or near(std, images.var(correction=0)):
        raise NotYet("The mean is right. What you have is the variance: its root is missing.")
    if near(std, (images.square().sum() / pixels).sqrt()):
        raise NotYet("The mean is right. Under the root, the mean's square must be subtracted.")
    sums = torch.stack([batch.sum() for batch in batches])
    for squares in (sums.square().sum(), images.sum() ** 2):
        if near(std, (squares / pixels - images.mean() ** 2).sqrt()):
            raise NotYet(
                "The mean is right. Square each pixel, then sum: `(images**2).sum()` is not "
                "`images.sum() ** 2`."
            )
    if not is_deviation(std):
        raise NotYet(
            f"The mean is right. The standard deviation is {images.std():.3f}, and yours is "
            f"{std:.3f}."
        )


APART = "`pad_sequence` takes sequences alone: take the pairs apart first."
LABELS = "The labels are plain numbers, so make a tensor of them with `torch.tensor(labels)`."


@check(
    "A loader with this collate function serves sentences, songs, walks: whatever has no fixed "
    "length.",
    "Replace the three dots in `pad_batch` and run the cell again.",
)
def pad_batch(answer: Callable[[list[tuple[Tensor, int]]], tuple[Tensor, Tensor]]) -> None:
    """Examine `pad_batch(samples)`, a collate function for pairs (sequence (length,), label)."""
    samples = [
        (torch.tensor([5.0, 6.0]), 1),
        (torch.tensor([1.0, 2.0, 3.0, 4.0]), 0),
        (torch.tensor([9.0]), 2),
    ]
    wanted = torch.tensor([[5.0, 6, 0, 0], [1, 2, 3, 4], [9, 0, 0, 0]])
    hints = {"pad_sequence()": APART, "got tuple": APART, "got int": LABELS}
    pairs = [(sequence.clone(), label) for sequence, label in samples]
    given = attempt(answer, pairs, explain=_hints(hints))
    if isinstance(given, Tensor):
        raise NotYet("The labels are missing: return a pair, `return padded, labels`.")
    if not (isinstance(given, tuple | list) and len(given) == 2):
        raise NotYet("Return a pair: `return padded, labels`.")
    padded, labels = given
    if not isinstance(padded, Tensor):
        raise NotYet(f"The padded sequences should be one tensor, not a {type(padded).__name__}.")
    if padded.shape == (4, 3):
        raise NotYet("Samples run down the columns: ask for `batch_first=True`.")
    if padded.shape == (3, 1):
        raise NotYet("Everything was cut to the shortest sequence: fill up to the longest.")
    if padded.shape == (3, 2):
        raise NotYet("Everything was cut to the first sequence: fill up to the longest.")
    if padded.shape != wanted.shape:
        raise NotYet(f"The padded shape is {tuple(padded.shape)}, and (3, 4) was due.")
    if torch.equal(padded, torch.tensor([[0, 0, 5.0, 6], [1, 2, 3, 4], [0, 0, 0, 9]])):
        raise NotYet("The zeros stand in front. Here they belong behind the sequence.")
    if not torch.equal(padded, wanted):
        in_order = sorted(padded.tolist()) == sorted(wanted.tolist())
        raise NotYet(
            "The samples changed places: keep them in the order in which they came."
            if in_order
            else f"The second row should be [1, 2, 3, 4], then zeros elsewhere; yours is {padded}."
        )
    if not padded.is_floating_point():
        raise NotYet(f"The sequences hold floats, and your padded tensor is {padded.dtype}.")
    if not isinstance(labels, Tensor):
        raise NotYet(f"The labels should be a tensor, not a {type(labels).__name__}.")
    if labels.shape != (3,):
        raise NotYet(
            f"The labels' shape is {tuple(labels.shape)}, and (3,) was due: one number for each "
            "sample, without another axis."
        )
    if labels.tolist() != [1, 0, 2]:
        raise NotYet(f"The labels were 1, 0, 2; yours are {labels.tolist()}.")
    if labels.dtype != torch.int64:
        raise NotYet(f"`cross_entropy` takes labels of type int64; yours are {labels.dtype}.")
    longer = attempt(answer, [(torch.ones(6), 1), (torch.ones(2), 0)])
    if len(longer[0]) != 2:
        raise NotYet("It works for 3 samples, but not for 2: take their number from `samples`.")
    if longer[0].shape != (2, 6):
        raise NotYet("It works for sequences up to 4, but not up to 6: find the longest.")
