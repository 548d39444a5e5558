"""Check of lesson 01's slopes by hand."""

from collections.abc import Callable

import torch

from helpers.checks.verdict import NotYet, attempt, check

# (w, x, b, t) that tell the right slopes from each wrong pair below
PLACES = [(3.0, 2.0, 1.0, 4.0), (-1.5, 0.5, 2.0, -1.0), (0.5, -3.0, 0.25, 1.0)]
Slopes = Callable[[float, float], tuple[float, float]]
WRONG_SLOPES: list[tuple[Slopes, str]] = [  # of e = w·x + b − t, and x
    (lambda e, x: (e * x, e), "The factor 2 is missing: the slope of e² is 2e."),
    (lambda e, x: (2 * e, 2 * e),
     "The slope for w lacks a factor: nudge w by a little, and w·x moves x times as much."),
    (lambda e, x: (2 * e, 2 * e * x), "The two slopes are swapped: the one for w comes first."),
    (lambda e, x: (2 * x, 2),
     "The factor e is missing: the slope of e² is 2e, not 2. It is flat only where e is 0."),
    (lambda e, x: (x, 1),
     "These are the slopes of w·x + b − t. It is squared: the chain rule multiplies by 2e."),
    (lambda e, x: (-2 * e * x, -2 * e),
     "The sign is turned round. Your numbers point downhill; the slope points uphill."),
    (lambda e, x: (2 * e * x, 2 * e * x),
     "For b the inner slope is 1, not x: nudge b, and the sum moves just as much."),
    (lambda e, x: (2 * e * x, 1), "For b, too, the chain begins with 2e."),
]  # fmt: skip
# which of the two slopes, which of (w, x, b, t) stands in it by mistake, what to say
WRONG_FACTORS = [
    (0, 0, "Look at the slope for w again: the slope of w·x for w is x, not w."),
    (1, 2, "Look at the slope for b again: b is alone in e, so its slope is 1."),
]


@check(
    "These are the two gradients that train the smallest network there is: a line, with its "
    "squared error. Lesson 02 begins there.",
    "Replace the three dots in `slopes` and run the cell again.",
)
def slopes(answer: Callable[[float, float, float, float], tuple[float, float]]) -> None:
    """Examine `slopes(w, x, b, t)`, the gradient of (w·x + b − t)² for w and b."""
    given = [_pair(attempt(answer, *place)) for place in PLACES]
    for formula, hint in WRONG_SLOPES:
        theirs = [formula(w * x + b - t, x) for w, x, b, t in PLACES]
        if torch.allclose(torch.tensor(given), torch.tensor(theirs, dtype=torch.float32)):
            raise NotYet(hint)
    for which, factor, hint in WRONG_FACTORS:
        theirs = [2 * (w * x + b - t) * (w, x, b, t)[factor] for w, x, b, t in PLACES]
        if all(abs(pair[which] - wrong) < 1e-3 for pair, wrong in zip(given, theirs)):
            raise NotYet(hint)
    for place, pair in zip(PLACES, given):
        w, x, b, t = (torch.tensor(v, requires_grad=True) for v in place)
        ((w * x + b - t) ** 2).backward()
        for name, ours, theirs in zip("wb", (w.grad.item(), b.grad.item()), pair):
            if abs(ours - theirs) > 1e-3:
                raise NotYet(
                    f"At w, x, b, t = {place} autograd says {ours:g} for {name}, and you say "
                    f"{theirs:g}."
                )


def _pair(given: object) -> tuple[float, float]:
    if not isinstance(given, tuple | list) or len(given) != 2:
        raise NotYet("Return two numbers, with a comma between: `return for_w, for_b`.")
    try:
        return float(given[0]), float(given[1])
    except (TypeError, ValueError, RuntimeError):
        raise NotYet("The two slopes should be plain numbers.") from None
