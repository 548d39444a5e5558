"""Checks of the exercises of lesson 01: tensors here, slopes in the modules beside it."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.answers import a_tensor
from helpers.checks.lesson01_descent import descend
from helpers.checks.lesson01_slopes import slopes
from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import png
from helpers.lesson01.tiles import tiles

__all__ = ["clean", "descend", "distances", "slopes"]

PICTURE = torch.tensor(
    [
        [0.9, 0.8, 0.9, 0.7, 0.9, 0.8],
        [0.7, 0.1, 0.6, 0.9, 0.2, 0.9],
        [0.8, 0.5, 0.8, 0.4, 0.7, 0.6],
        [0.9, 0.3, 1.0, 0.6, 0.0, 0.7],
        [0.6, 0.9, 0.7, 0.8, 0.9, 0.9],
    ]
)


@check(
    "Slices, masks and `unsqueeze` are how data is cut to the form that a network wants, and "
    "`clone` is why the original is still there afterwards.",
    "Replace the three dots in `clean` and run the cell again.",
)
def clean(answer: Callable[[Tensor], Tensor]) -> bytes:
    """Examine `clean(picture)`, and draw it."""
    picture = PICTURE.clone()
    middle = PICTURE[1:-1, 1:-1]
    target = torch.where(middle < 0.5, 0.0, middle)
    given = a_tensor(attempt(answer, picture), "the picture")
    if not torch.equal(picture, PICTURE):
        raise NotYet(
            "Your function changed the picture that it was given: a slice shares its memory. "
            "`.clone()` the slice before you change it."
        )
    shape, wanted = tuple(given.shape), (1, *target.shape)
    if given.dtype == torch.bool:
        raise NotYet("This is the mask itself, True and False. Use it to assign: `a[mask] = 0`.")
    if given.ndim == 1 or (given.ndim == 2 and 1 in shape):
        raise NotYet(
            f"Your result is one row of numbers, shape {shape}. A mask on the right picks "
            "numbers out into a row; put it on the left: `p[p < 0.5] = 0`."
        )
    if shape == (*target.shape, 1):
        raise NotYet(f"The new axis is at the end, {shape}. In front means place 0.")
    if shape == tuple(target.shape):
        raise NotYet(f"The shape is {shape}: the axis in front is missing. `unsqueeze(0)`.")
    if shape == (1, *PICTURE.shape):
        raise NotYet("The frame is still there: take rows and columns `1:-1`.")
    if shape != wanted:
        raise NotYet(
            f"For a picture of {tuple(PICTURE.shape)} the result should be {wanted}, and yours "
            f"is {shape}. The frame is one pixel on each of the four sides: `1:-1`."
        )
    drawn = png(tiles([given[0], target], ["yours", "target"]))
    if torch.equal(given[0], middle):
        raise NotYet("The frame is gone, but no value was set to 0 yet.", drawn)
    if torch.equal(given[0], torch.where(middle < 0.5, middle, 0.0)):
        raise NotYet("The mask is the wrong way round: the values *below* 0.5 become 0.", drawn)
    if torch.equal(given[0], torch.where(middle <= 0.5, 0.0, middle)):
        raise NotYet("A value of exactly 0.5 is not below 0.5: use `<` and not `<=`.", drawn)
    if not torch.equal(given[0], target):
        raise NotYet("The shape is right, some numbers are not. Compare the two.", drawn)
    return drawn


@check(
    "Such tables of distances find nearest neighbours. Broadcasting makes one in a single line, "
    "without loops, and every large network uses it.",
    "Replace the three dots in `distances` and run the cell again.",
)
def distances(answer: Callable[[Tensor], Tensor]) -> bytes:
    """Examine `distances(points)`, and draw the table."""
    points = torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 8.0], [-5.0, -4.0], [6.0, 8.0]])
    given = a_tensor(attempt(answer, points.clone()), "the distances")
    differences = points[:, None] - points[None]  # (5, 5, 2)
    target = differences.square().sum(2).sqrt()
    shape = tuple(given.shape)
    if shape == ():
        raise NotYet("You added everything: give `sum` an axis, `sum(-1)`.")
    if shape == (5, 5, 2):
        raise NotYet(
            "Shape (5, 5, 2) holds the differences in x and in y. Add their squares over the "
            "last axis: `.sum(2)`."
        )
    if shape == (5, 2):
        raise NotYet(
            "For 5 points your result is (5, 2). Either the sum ran over a wrong axis, or each "
            "point met one point only: `points.unsqueeze(1) - points.unsqueeze(0)` is (5, 5, 2)."
        )
    if shape != (5, 5):
        raise NotYet(f"For 5 points the table should be (5, 5), and yours has shape {shape}.")
    drawn = png(tiles([given, target], ["yours", "target"]))
    wrong = {
        "These are the distances squared: the root is missing, `.sqrt()`.": target.square(),
        "You added the plain differences, where up and down cancel. Square them first.":
            differences.sum(2),
        "This is the way along streets, |x| + |y|. Straight through it is the root of the sum "
        "of squares.": differences.abs().sum(2),
    }  # fmt: skip
    for hint, formula in wrong.items():
        if torch.allclose(given.float(), formula, atol=1e-3):
            raise NotYet(hint, drawn)
    if not torch.allclose(given.float(), target, atol=1e-3, equal_nan=True):
        raise NotYet("The shape is right, some numbers are not. Compare the two.", drawn)
    fixed = "It works for 5 points alone: take their number from `len(points)`."
    fewer = a_tensor(attempt(answer, points[:3].clone(), explain=lambda _: fixed))
    if fewer.shape != (3, 3) or not torch.allclose(fewer.float(), target[:3, :3], atol=1e-3):
        raise NotYet(fixed)
    return drawn
