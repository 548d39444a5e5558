"""Checks of the exercises of lesson 01 about slopes: by hand, and a walk downhill."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import BLUE, RED, new_figure, png


def a_tensor(given: object, what: str) -> Tensor:
    """Return `given` if it is a tensor; else the answer is not there yet."""
    if not isinstance(given, Tensor):
        raise NotYet(f"Return {what} as a tensor; this is a {type(given).__name__}.")
    if given.is_complex() or given.layout is not torch.strided:
        raise NotYet(f"Return {what} as a tensor of ordinary numbers; this one is special.")
    return given


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


VALLEY = torch.tensor([1.0, -0.5])  # its lowest place


def _height(place: Tensor) -> Tensor:
    return ((place - VALLEY) ** 2 * torch.tensor([1.0, 3.0])).sum()


def _walk(start: Tensor, lr: float, steps: int, keep: float = 0.0) -> Tensor:
    """Where gradient descent arrives on `_height`; `keep` of the old gradient is added."""
    place, gradient = start, torch.zeros_like(start)
    for _ in range(steps):
        gradient = keep * gradient + 2 * (place - VALLEY) * torch.tensor([1.0, 3.0])
        place = place - lr * gradient
    return place


class _Watched:
    """`_height`, remembering how the learner's loop asked for it."""

    def __init__(self) -> None:
        self.asked: list[Tensor] = []  # the tensors themselves
        self.places: list[Tensor] = []  # what was in them
        self.recorded = True

    def __call__(self, place: Tensor) -> Tensor:
        self.places.append(place.detach().clone())
        self.asked.append(place)
        self.recorded = torch.is_grad_enabled()
        return _height(place)


def _why(error: Exception, start: Tensor, height: _Watched) -> str | None:
    """Say in our words why a walk failed, if we know."""
    said, asked = str(error), height.asked
    if "in-place operation" in said:
        return "The step itself was recorded. Put it inside `with torch.no_grad():`."
    if "second time" in said:
        return "The height was computed once, before the loop. Compute it anew in each step."
    if "does not require grad" in said:
        if not height.recorded:
            return "Only the step belongs inside `no_grad`. Autograd must see the height."
        if asked and asked[-1] is start:
            return (
                "You ask for the slope at `start`, not at `place`. Begin with "
                "`place = start.clone().requires_grad_()`."
            )
        if asked and asked[0].requires_grad and not asked[-1].requires_grad:
            return "`=` makes a new tensor without gradients; use `-=`."
        return "Nobody asked for gradients: begin with `place = start.clone().requires_grad_()`."
    if "NoneType" in said and asked and not asked[-1].is_leaf:
        return (
            "After the first step your place is no leaf any more, so it gets no `.grad`: "
            "`place = place - ...` makes a new tensor with the graph attached. Change it in "
            "place, `place -= ...`, inside `with torch.no_grad():`."
        )
    if "NoneType" in said and asked and asked[-1].grad is not None:
        if "zero_" in said:
            return "`=` makes a new tensor, and its `.grad` is None: use `-=`, inside `no_grad`."
        return "`backward` gives nothing back: it leaves the slope in `place.grad`."
    if "NoneType" in said:
        return "`.grad` is still None here: the order is backward, step, clear."
    return None


def _or_hint(answer: Callable) -> Callable:
    """Return `answer`, giving back a `NotYet` where it fails in a way that we have words for."""

    def told(height, start, *arguments):
        try:
            return answer(height, start, *arguments)
        except (RuntimeError, TypeError, AttributeError) as error:
            hint = _why(error, start, height)
            if hint is None:
                raise
            return NotYet(hint)

    return told if callable(answer) else answer


@check(
    "This loop trains every network in this course. What changes is only how the height is "
    "computed, and how clever the step is.",
    "Replace the three dots in `descend` and run the cell again.",
)
def descend(answer: Callable[[Callable, Tensor, float, int], Tensor]) -> bytes:
    """Examine `descend(height, start, lr, steps)` in a valley, and draw both walks."""
    start, lr, steps = torch.tensor([-2.0, 1.5]), 0.1, 12
    height, mine = _Watched(), start.clone()
    given = attempt(_or_hint(answer), height, mine, lr, steps)
    if isinstance(given, NotYet):
        raise given
    given = a_tensor(given, "the place")
    if not torch.equal(mine, start) or mine.requires_grad:
        raise NotYet("Your function changed `start`: take `start.clone()` and change that.")
    if given.shape != start.shape:
        raise NotYet(
            f"Return the place, shape (2,), where the walk ends; this has shape "
            f"{tuple(given.shape)}. Is it the height?"
        )
    if given.requires_grad:
        raise NotYet("The place is right or wrong, but still in a graph: end with `.detach()`.")
    given = given.float()  # whole numbers can be compared, too
    drawn = _walks([*height.places, given], [_walk(start, lr, i) for i in range(steps + 1)])
    wrong = {
        "You never clear the gradient, so the slopes pile up and the walk overshoots. Add "
        "`place.grad = None` to the loop.": _walk(start, lr, steps, keep=1.0),
        "You climb: the slope points uphill. Subtract it.": _walk(start, -lr, steps),
        "One step too few. `range(steps)` takes exactly `steps`.": _walk(start, lr, steps - 1),
        "One step too many. `range(steps)` takes exactly `steps`.": _walk(start, lr, steps + 1),
        "The learning rate has no effect yet: multiply the gradient by `lr`.":
            _walk(start, 1.0, steps),
        "You are still at the start: the place was never changed.": start,
        "Only one step was taken. Is `return` inside the loop?": _walk(start, lr, 1),
    }  # fmt: skip
    for hint, place in wrong.items():
        if torch.allclose(given, place, rtol=1e-3, atol=1e-4):
            raise NotYet(hint, drawn)
    if not torch.allclose(given, _walk(start, lr, steps), atol=1e-4):
        raise NotYet("You arrive at another place. Compare your walk with the target.", drawn)
    return drawn


def _walks(yours: list[Tensor], target: list[Tensor]) -> bytes:
    figure = new_figure(5.6, 2.6, layout="constrained")
    axis = figure.add_subplot(xlim=(-2.5, 2.5), ylim=(-2.2, 2))
    x, y = torch.linspace(-2.5, 2.5, 60), torch.linspace(-2.2, 2, 60)
    ground = (x - VALLEY[0]) ** 2 + 3 * (y[:, None] - VALLEY[1]) ** 2
    axis.contour(x, y, ground, levels=[0.2, 1, 3, 6, 10, 15, 22], colors="0.8", linewidths=1)
    axis.plot(*torch.stack(target).T, "o-", color=BLUE, label="target", ms=8, alpha=0.5)
    axis.plot(*torch.stack(yours).T, "x--", color=RED, label="yours")
    axis.legend()
    return png(figure)
