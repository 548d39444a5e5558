"""Check of lesson 01's walk downhill."""

from collections.abc import Callable

import torch
from torch import Tensor

from helpers.checks.answers import a_tensor, like
from helpers.checks.verdict import NotYet, attempt, check
from helpers.figures import BLUE, RED, new_figure, png

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
    if "NoneType" in said and asked and not asked[0].is_leaf:
        return (
            "Your place is no leaf from the beginning, so it gets no `.grad`. First clone, then "
            "ask for gradients: `place = start.clone().requires_grad_()`."
        )
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


@check(
    "This loop trains every network in this course. What changes is only how the height is "
    "computed, and how clever the step is.",
    "Replace the three dots in `descend` and run the cell again.",
)
def descend(answer: Callable[[Callable, Tensor, float, int], Tensor]) -> bytes:
    """Examine `descend(height, start, lr, steps)` in a valley, and draw both walks."""
    start, lr, steps = torch.tensor([-2.0, 1.5]), 0.1, 12
    height, mine = _Watched(), start.clone()
    given = attempt(
        answer, height, mine, lr, steps, explain=lambda error: _why(error, mine, height)
    )
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
    other = torch.tensor([1.0, 2.0, -1.0])
    said = "It is right in this valley alone: use `lr`, `steps` and the shape of `start`."
    place = a_tensor(attempt(answer, lambda p: (p**2).sum(), other.clone(), 0.3, 5), "the place")
    if not like(place.detach(), 0.4**5 * other):
        raise NotYet(said)
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
