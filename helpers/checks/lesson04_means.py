"""Check of lesson 04's corrected means, the start of Adam."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.answers import a_number, like
from helpers.checks.verdict import NotYet, attempt, check

BETA = 0.9


def _means(values: Tensor, beta: float, keep: float | None = None) -> list[float]:
    """Return the running means, not corrected; `keep` stands before the new value."""
    m, means = 0.0, []
    for g in values.tolist():
        m = beta * m + (1 - beta if keep is None else keep) * g
        means.append(m)
    return means


def _started(values: Tensor) -> list[list[float]]:
    """Return the means of an m that begins at the first value: it counts once more, or not."""
    first = float(values[0])
    again = [m + first * BETA**t for t, m in enumerate(_means(values, BETA), 1)]
    later = [m + first * BETA**t for t, m in enumerate(_means(values[1:], BETA), 1)]
    return [again, [first, *later]]


@check(
    "With only the mean uncorrected, Adam's first step would be ten times too short; with only "
    "the squares, 32 times too long. The correction fades away by itself: 0.9 to the power 50 is "
    "nearly 0.",
    "Replace the three dots in `corrected_means` and run the cell again.",
)
def corrected_means(answer: Callable[[Tensor, float], object]) -> None:
    """Examine `corrected_means(gradients, beta)`, a list with one mean for each gradient."""
    values = torch.tensor([3.0, 3, 3, -1, 2])
    n = len(values)
    given = attempt(answer, values.clone(), BETA)
    if isinstance(given, int | float) or (isinstance(given, Tensor) and given.dim() == 0):
        raise NotYet("Return all the means, one after each gradient, and not the last alone.")
    if not isinstance(given, Tensor | list | tuple):
        raise NotYet(f"Return a list; this is a {type(given).__name__}.")
    if len(given) != n:
        raise NotYet(f"For {n} gradients there are {n} means; you return {len(given)}.")
    theirs = [a_number(mean) for mean in given]
    raw = _means(values, BETA)
    right = [m / (1 - BETA**t) for t, m in enumerate(raw, 1)]
    if like(theirs, right):
        other = attempt(answer, values.clone(), 0.5)
        halves = [m / (1 - 0.5**t) for t, m in enumerate(_means(values, 0.5), 1)]
        if not like([a_number(mean) for mean in other], halves):
            raise NotYet("It is right with a beta of 0.9, but not with 0.5: use `beta`.")
        return
    if like(theirs, raw):
        raise NotYet(
            "The correction is forgotten: the mean of 3, 3 and 3 comes out as "
            f"{raw[2]:.2f}. Divide each m by 1 − beta**t."
        )
    # m / (1 - beta**0) divides by 0
    if not all(map(torch.isfinite, map(torch.tensor, theirs[:1]))):
        raise NotYet(
            "The first mean is divided by 0: your t starts at 0, and 1 − beta**0 is 0. Count "
            "from 1: `enumerate(gradients, 1)`."
        )
    if like(theirs, [m / (1 - BETA ** (t + 1)) for t, m in enumerate(raw, 1)]):
        raise NotYet("Your t is one too large: it is 1 at the first gradient.")
    if like(theirs, [m / (1 - BETA) for m in raw]):
        raise NotYet("You divide by 1 − beta at every step. The power is missing: 1 − beta**t.")
    if like(theirs, [m * (1 - BETA**t) for t, m in enumerate(raw, 1)]):
        raise NotYet("Divide by 1 − beta**t; you multiply, and the mean becomes smaller still.")
    m, fed_back = 0.0, []
    for t, g in enumerate(values.tolist(), 1):
        m = (BETA * m + (1 - BETA) * g) / (1 - BETA**t)
        fed_back.append(m)
    if like(theirs, fed_back):
        raise NotYet("The corrected mean is fed back into m. Keep m as it is; correct a copy.")
    exchanged = [m / (1 - BETA**t) for t, m in enumerate(_means(values, 1 - BETA), 1)]
    other_power = [m / (1 - (1 - BETA) ** t) for t, m in enumerate(_means(values, 1 - BETA), 1)]
    if like(theirs, exchanged) or like(theirs, other_power):
        raise NotYet("The shares are exchanged: beta belongs to the old mean.")
    for first in _started(values):
        corrected = [m / (1 - BETA**t) for t, m in enumerate(first, 1)]
        if like(theirs, first) or like(theirs, corrected):
            raise NotYet(
                "m starts at 0, not at the first gradient: the correction is made for that start."
            )
    whole = [m / (1 - BETA**t) for t, m in enumerate(_means(values, BETA, keep=1.0), 1)]
    if like(theirs, whole):
        raise NotYet(
            "Only the share 1 − beta of a new gradient enters m: m = beta·m + (1−beta)·g."
        )
    where = next(t for t, (a, b) in enumerate(zip(theirs, right), 1) if abs(a - b) > 1e-5)
    raise NotYet(
        f"After gradient {where} of 3, 3, 3, −1, 2 with beta 0.9 the mean is "
        f"{right[where - 1]:.3f}, and yours is {theirs[where - 1]:.3f}."
    )
