"""The exercises of lesson 01."""

from typing import Any

import torch
from torch import Tensor

from helpers.exercise import Answer, Raised, exercise, same
from helpers.figures import BLUE, RED, new_figure, png
from helpers.lesson01.tiles import tiles


def _as_tiles(theirs: list, ours: list) -> bytes | None:
    """Draw two tables of one shape, without the axes of length 1 at the front."""
    yours, target = theirs[0], ours[0]
    if yours.shape != target.shape:
        return None
    height_width = target.shape[-2:]
    return png(tiles([yours.view(height_width), target.view(height_width)], ["yours", "target"]))


# In each picture one value in the middle is exactly 0.5, and some in the border are small.
WIDE = torch.tensor([
    [0.9, 0.8, 0.9, 0.3, 0.9, 0.8],
    [0.7, 0.1, 0.6, 0.9, 0.2, 0.9],
    [0.8, 0.5, 0.8, 0.4, 0.7, 0.6],
    [0.2, 0.3, 1.0, 0.6, 0.0, 0.7],
    [0.6, 0.9, 0.7, 0.8, 0.9, 0.9],
])  # fmt: skip
TALL = torch.tensor([
    [0.20, 0.10, 0.60, 0.30],
    [0.55, 0.35, 0.95, 0.15],
    [0.05, 0.50, 0.45, 0.85],
    [0.65, 0.75, 0.25, 0.40],
    [0.10, 0.48, 0.52, 0.70],
    [0.30, 0.90, 0.20, 0.10],
])  # fmt: skip


def _of_the_picture(theirs: Any, ours: Tensor) -> str:
    if not isinstance(theirs, Tensor):
        return ""
    if theirs.dtype == torch.bool:
        return "This is a mask, True and False. Use a mask to assign: `middle[mask] = 0`."
    in_a_row = theirs.ndim == 1 or (theirs.ndim == 2 and 1 in theirs.shape)
    if in_a_row and ((theirs >= 0.5).all() or (theirs < 0.5).all()):
        return (
            "A mask on the right of `=` picks numbers out and puts them in a row. Use it on the "
            "left: `middle[middle < 0.5] = 0`."
        )
    if in_a_row and theirs.numel() == ours.numel():
        return (
            "All the numbers are in one row now. `unsqueeze(0)` adds an axis and keeps the rows "
            "and columns."
        )
    if theirs.ndim != 3:
        return "The result should have three axes: the new one, then rows and columns."
    rows, columns = (a - b for a, b in zip(theirs.shape[1:], ours.shape[1:]))
    if (rows, columns) == (-2, 2):
        return (
            "The rows are cut twice and the columns not at all. Write both slices in one pair of "
            "brackets: `picture[1:-1, 1:-1]`."
        )
    if theirs.shape != ours.shape:
        return "The border is one pixel wide on each side, and the new axis is at the front."
    return "The shape is right, but some numbers are not. Compare the two pictures."


BORDER_AT_ZERO = """def clean(picture):
    middle = picture.clone()
    middle[0], middle[-1], middle[:, 0], middle[:, -1] = 0, 0, 0, 0
    middle[middle < 0.5] = 0
    return middle.unsqueeze(0)
"""


@exercise(
    "With slices, masks and a new axis you can bring data into the form that a network needs, "
    "and the original picture is still as it was.",
    cases=[(WIDE,), (TALL,)],
    mistakes=[
        ("Your function changes `picture` itself. A slice shares its memory with the picture, so "
         "`.clone()` it before you set values to 0.",
         ".clone()", ""),
        ("The border is still there: take the rows `1:-1` and the columns `1:-1`.",
         "[1:-1, 1:-1]", ""),
        ("The border is cut off at the top and on the left only. It is one pixel wide on each of "
         "the four sides: `1:-1`.",
         "1:-1, 1:-1", "1:, 1:"),
        ("The border is still there on the left and on the right: take the columns `1:-1`, too.",
         "1:-1, 1:-1", "1:-1"),
        ("The border should be cut off, not set to 0: take the rows `1:-1` and the columns "
         "`1:-1`.",
         BORDER_AT_ZERO),
        ("`reshape` keeps all the numbers, so it can't cut anything off. Take the rows `1:-1` "
         "and the columns `1:-1`.",
         "[1:-1, 1:-1]", ".reshape(1, picture.shape[0] - 2, picture.shape[1] - 2)"),
        ("`reshape` keeps all the numbers, so it can't cut anything off. Take the rows `1:-1` "
         "and the columns `1:-1`.",
         "[1:-1, 1:-1]", ".reshape(picture.shape[0] - 2, picture.shape[1] - 2)"),
        ("The new axis at the front is missing: `unsqueeze(0)` adds it.", ".unsqueeze(0)", ""),
        ("The new axis is at the end. At the front means at index 0: `unsqueeze(0)`.",
         "unsqueeze(0)", "unsqueeze(-1)"),
        ("The mask takes the other values. Set those *below* 0.5 to 0.", "< 0.5", ">= 0.5"),
        ("The mask takes the other values. Set those *below* 0.5 to 0.", "< 0.5", "> 0.5"),
        ("A value of exactly 0.5 is not below 0.5: use `<` and not `<=`.", "< 0.5", "<= 0.5"),
        ("The border is gone, but no value has been set to 0 yet.",
         "    middle[middle < 0.5] = 0\n", ""),
    ],
    partly="It is right for one picture, but not for another of a different size: compute "
           "everything from `picture`, with no size written in, and keep nothing from an earlier "
           "call.",
    otherwise=_of_the_picture,
    picture=_as_tiles,
)  # fmt: skip
def clean(picture):
    middle = picture[1:-1, 1:-1].clone()
    middle[middle < 0.5] = 0
    return middle.unsqueeze(0)


SAME_POINT = (
    "This subtracts the y of a point from its own x. Subtract each point from each other one: x "
    "from x, and y from y."
)


@exercise(
    "From such a table you can read the nearest neighbor of each point. Broadcasting can compute "
    "it without a loop, as the solution shows.",
    cases=[
        (torch.tensor([[0.0, 0.0], [3.0, 4.0], [0.0, 8.0], [-5.0, -4.0], [6.0, 8.0]]),),
        (torch.tensor([[1.5, -2.0], [4.5, 2.0], [-3.5, 10.0]]),),
    ],
    mistakes=[
        ("These are the squares of the distances: take the root, `.sqrt()`.", ".sqrt()", ""),
        ("You added the differences themselves, and positive and negative ones cancel. Square "
         "them first.",
         "(differences**2).sum(2).sqrt()", "differences.sum(2)"),
        ("You squared the sum of the differences. Square each difference, and add the squares.",
         "(differences**2).sum(2).sqrt()", "(differences.sum(2) ** 2).sqrt()"),
        ("This is the way along the streets of a city, |x| + |y|. The length of the straight line "
         "is the root of the sum of the squares.",
         "(differences**2).sum(2).sqrt()", "differences.abs().sum(2)"),
        ("The sum over x and y is missing. Add the squares over the last axis: `.sum(2)`.",
         ".sum(2)", ""),
        ("You added everything up to a single number. Give `sum` an axis: `.sum(2)`.", ".sum(2)",
         ".sum()"),
        ("The sum runs over the points. Add the squares over the last axis, which holds x and y: "
         "`.sum(2)`.",
         ".sum(2)", ".sum(1)"),
        ("Each point is compared only with itself. The difference of `points.unsqueeze(1)` and "
         "`points.unsqueeze(0)` has shape (N, N, 2), and compares each point with all of them.",
         "unsqueeze(1)", "unsqueeze(0)"),
        ("These are the differences in x and in y. Square them, add them over the last axis, and "
         "take the root.",
         "(differences**2).sum(2).sqrt()", "differences"),
        ("`points.T` has x in one row and y in the other, and a row doesn't fit the points. "
         "Subtract `points.unsqueeze(0)` from `points.unsqueeze(1)`.",
         "points.unsqueeze(1) - points.unsqueeze(0)", "points - points.T"),
        (SAME_POINT, "    return (differences**2).sum(2).sqrt()",
         "    return points[:, 0] - points[:, 1]"),
        (SAME_POINT, "    return (differences**2).sum(2).sqrt()",
         "    return (points[:, 0] - points[:, 1]).abs()"),
        ("`@` multiplies and adds, and a distance needs differences. Subtract "
         "`points.unsqueeze(0)` from `points.unsqueeze(1)`.",
         "    return (differences**2).sum(2).sqrt()", "    return points @ points.T"),
    ],
    partly="It is right for 5 points, but not for 3 others: compute everything from `points`, "
           "with no size written in, and keep nothing from an earlier call.",
    otherwise=lambda theirs, ours: (
        "The shape is right, but some numbers are not. Compare the two tables."
        if getattr(theirs, "shape", None) == ours.shape
        else "Row i, column j of the table is the distance from point i to point j."
    ),
    picture=_as_tiles,
)  # fmt: skip
def distances(points):
    differences = points.unsqueeze(1) - points.unsqueeze(0)
    return (differences**2).sum(2).sqrt()


def _of_the_slopes(theirs: Any, ours: tuple) -> str:
    if not isinstance(theirs, tuple | list) or len(theirs) != 2:
        return "Return two numbers, with a comma between them: `return for_w, for_b`."
    if any(isinstance(slope, str) for slope in theirs):
        return "The two slopes should be plain numbers, and not text."
    return ""


BOTH = "2 * error * x, 2 * error"
NOT_EACH = (
    "The whole sum e is squared, and not each of its terms: by the chain rule, multiply 2e by the "
    "slope of e."
)


@exercise(
    "With these two slopes you could train the smallest network of all, a straight line: go "
    "downhill with w and b. Autograd computes such slopes for networks of any size.",
    cases=[(3.0, 2.0, 1.0, 4.0), (-1.5, 0.5, 2.0, -1.0), (0.5, -3.0, 0.25, 1.0)],
    mistakes=[
        ("The factor 2 is missing in both: the slope of e² is 2e.", BOTH, "error * x, error"),
        ("A factor is missing in the slope for w: if w grows by h, then w·x grows by h·x.",
         BOTH, "2 * error, 2 * error"),
        ("The two slopes are swapped: return the one for w first.",
         BOTH, "2 * error, 2 * error * x"),
        ("The factor e is missing in both: the slope of e² is 2e, not 2.", BOTH, "2 * x, 2"),
        ("These are the slopes of e = w·x + b − t. But e is squared: by the chain rule, multiply "
         "them by 2e.",
         BOTH, "x, 1"),
        ("The sign of both is wrong. Your numbers point downhill, but the slope points uphill.",
         BOTH, "-2 * error * x, -2 * error"),
        ("For b the inner slope is 1, not x: if b grows by h, then e grows by h.",
         BOTH, "2 * error * x, 2 * error * x"),
        ("The slope for b also has the factor 2e, by the chain rule.", BOTH, "2 * error * x, 1"),
        ("Look at the slope for w again: the slope of w·x for w is x, not w.",
         BOTH, "2 * error * w, 2 * error"),
        ("Look at the slope for b again: b is only added in e, so its inner slope is 1, not b.",
         BOTH, "2 * error * x, 2 * error * b"),
        ("Look at both inner slopes again: that of w·x for w is x, and that of b for b is 1.",
         BOTH, "2 * error * w, 2 * error * b"),
        ("e is w·x + b − t: the target t is subtracted.", "- t", "+ t"),
        ("e is w·x + b − t: here t is missing.", " - t", ""),
        ("The slope of e² is 2e, not e².", BOTH, "error**2 * x, error**2"),
        (NOT_EACH, BOTH, "2 * w * x, 2 * b"),
        (NOT_EACH, BOTH, "2 * w * x**2, 2 * b"),
    ],
    otherwise=_of_the_slopes,
)  # fmt: skip
def slopes(w, x, b, t):
    error = w * x + b - t
    return 2 * error * x, 2 * error


class _Valley:
    """A height to walk down, which notes at which places it was computed, and how."""

    def __init__(self, lowest: list[float], steepness: list[float]) -> None:
        self.lowest, self.steepness = torch.tensor(lowest), torch.tensor(steepness)
        self.way: list[Tensor] = []  # the places, as they were when the height was computed
        self.asked: list[tuple] = []  # were gradients recorded, and for a leaf?
        self.last: Tensor | None = None  # the tensor itself

    def __call__(self, place: Tensor) -> Tensor:
        self.way.append(place.detach().clone())
        self.asked.append((torch.is_grad_enabled(), place.requires_grad, place.is_leaf))
        self.last = place
        return ((place - self.lowest) ** 2 * self.steepness).sum()

    def history(self) -> tuple:
        """Return how the height was computed first and last, and whether there is a gradient."""
        if self.last is None:
            return ()
        return self.asked[0], self.asked[-1], self.last.is_leaf and self.last.grad is not None


class _Stopped(Raised):
    """An exception of a walk: it equals another one if the height was computed alike."""

    def __init__(self, error: BaseException, history: tuple) -> None:
        super().__init__(error)
        self.history = history

    def __eq__(self, other: object) -> bool:
        return super().__eq__(other) and self.history == other.history


class _Places(list):
    """Where the walks ended, and the way of the first walk, for the picture."""

    way: list[Tensor]


START = torch.tensor([-2.0, 1.5])
VALLEY = [1.0, -0.5], [1.0, 3.0]  # its lowest place, and how steep it is along each axis


def _walks(answer: Answer) -> dict:
    """Walk down two valleys, with other numbers of axes and steps and another learning rate."""
    places, graph = _Places(), []
    for height, start, lr, steps in (
        (_Valley(*VALLEY), START, 0.1, 12),
        (_Valley([0.5, -1.0, 2.0], [0.5, 1.0, 0.75]), torch.tensor([1.0, 2.0, -1.0]), 0.23, 5),
    ):
        place = answer(height, start, lr, steps)
        graph.append(isinstance(place, Tensor) and place.requires_grad)
        places.append(
            _Stopped(place.error, height.history()) if isinstance(place, Raised) else place
        )
        if len(places) == 1:
            places.way = height.way
    return {"place": places, "graph": graph}


def _of_the_place(theirs: Any, ours: Any) -> str:
    if not isinstance(theirs, Tensor) or not isinstance(ours, Tensor):
        return "Return the last place, as a tensor that doesn't require gradients."
    if theirs.ndim == 2 and len(theirs) > 1 and same(theirs[-1], ours):
        return "This is the whole path, a row for each place. Return only the last place."
    if theirs.ndim == 0:
        return "Does your walk begin at `start`, and do you return the place itself?"
    if theirs.shape != ours.shape:
        return "The result should have the shape of `start`."
    return "You arrive at another place. Compare your walk with the target in the picture."


def _two_walks(theirs: _Places, ours: _Places) -> bytes:
    figure = new_figure(5.6, 2.6, layout="constrained")
    axis = figure.add_subplot(xlim=(-2.5, 2.5), ylim=(-2.2, 2))
    x, y = torch.linspace(-2.5, 2.5, 60), torch.linspace(-2.2, 2, 60)
    (x0, y0), (a, b) = VALLEY
    ground = a * (x - x0) ** 2 + b * (y[:, None] - y0) ** 2
    axis.contour(x, y, ground, levels=[0.2, 1, 3, 6, 10, 15, 22], colors="0.8", linewidths=1)
    looks = (ours, "o-", BLUE, "target", 8), (theirs, "x--", RED, "yours", 6)
    for places, line, color, name, size in looks:
        way = torch.stack([*places.way, places[0].detach()])
        axis.plot(*way.T, line, color=color, label=name, ms=size, alpha=0.7)
    axis.legend()
    return png(figure)


ATTACHED = """def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for step in range(steps):
        height(place).backward()
        place = place - lr * place.grad
    return place.detach()
"""
ORDER = (
    "`.grad` is None at the step. The order is `height(place).backward()`, then the step, then "
    "clearing."
)
ONCE = "The height is computed only once, before the loop. Compute it again in each step."
NEW_TENSOR = (
    "`place = place - …` makes a new tensor, which has no `.grad` of its own. Change the old one: "
    "`place -= …`, inside `with torch.no_grad():`."
)
BACKWARD = "        height(place).backward()\n"
STEP = "        with torch.no_grad():\n            place -= lr * place.grad\n"
CLEAR = "        place.grad = None\n"


@exercise(
    "The training loops of the later lessons grow out of this one. They compute another height, "
    "the error of a network, and some of them use the slope in a cleverer way.",
    ask=_walks,
    mistakes=[
        ("You never clear the gradient, so the slopes add up and the walk overshoots. Add "
         "`place.grad = None` to the loop.",
         CLEAR, ""),
        ("You walk uphill, because the slope points uphill. Subtract it.", "-=", "+="),
        ("This is one step too few. `range(steps)` makes exactly `steps`.",
         "range(steps)", "range(steps - 1)"),
        ("This is one step too many. `range(steps)` makes exactly `steps`.",
         "range(steps)", "range(steps + 1)"),
        ("The learning rate has no effect yet: multiply the gradient by `lr`.", "lr * ", ""),
        ("This is still the start: either the place was not changed, or you return `start`.",
         STEP, ""),
        ("Only one step was taken. Is `return` inside the loop?", "    return", "        return"),
        ("You return the height of the last place. Return the place itself.",
         "return place", "return height(place)"),
        ("The step was recorded, too. Put it inside `with torch.no_grad():`.",
         "with torch.no_grad()", "if True"),
        ("The place is right, but the tensor still requires gradients. End with `.detach()`.",
         ".detach()", ""),
        ("The tensor that you passed to `height` does not require gradients. Begin with "
         "`place = start.clone().requires_grad_()`, and compute `height(place)`.",
         ".requires_grad_()", ""),
        ("Only the step belongs inside `no_grad`. Autograd must record the height.",
         BACKWARD + STEP, STEP.replace(":\n", ":\n    " + BACKWARD)),
        ("`place` is not a leaf from the beginning, so it gets no `.grad`. First clone, then ask "
         "for gradients: `place = start.clone().requires_grad_()`.",
         "clone().requires_grad_()", "requires_grad_().clone()"),
        ("After the first step `place` is no longer a leaf, so it gets no `.grad`: `place = place "
         "- …` makes a new tensor that belongs to the graph. Change the old one, `place -= …`, "
         "inside `with torch.no_grad():`.",
         ATTACHED),
        (NEW_TENSOR, "place -= lr", "place = place - lr"),
        (NEW_TENSOR, "place -= lr", "place = place - lr", "grad = None", "grad.zero_()"),
        (ONCE, BACKWARD, "        h.backward()\n", "    for", "    h = height(place)\n    for"),
        (ONCE, BACKWARD, "        h.backward(retain_graph=True)\n",
         "    for", "    h = height(place)\n    for"),
        (ORDER, BACKWARD + STEP, STEP + BACKWARD),
        (ORDER, STEP + CLEAR, CLEAR + STEP),
        ("Here `height` is a function. Call it: `height(place)` computes the number whose slope "
         "you need.",
         "height(place)", "height"),
        ("After `height = height(place)` the name `height` means a number, and the function is "
         "lost. Choose another name for the number.",
         BACKWARD, "        height = height(place)\n        height.backward()\n"),
        ("`item()` makes a number out of a tensor with one element, and `place` may have more. "
         "Return the tensor: `place.detach()`.",
         "place.detach()", "place.item()"),
        ("`backward` returns nothing: it puts the slope into the `.grad` of the tensor that you "
         "passed to `height`.",
         "height(place)", "slope = height(place)", "* place.grad", "* slope"),
    ],
    partly="It is right in one valley, but not in another: use `lr`, `steps` and the shape of "
           "`start`, with no number written in, and keep nothing from an earlier call.",
    otherwise=_of_the_place,
    picture=_two_walks,
)  # fmt: skip
def descend(height, start, lr, steps):
    place = start.clone().requires_grad_()
    for step in range(steps):
        height(place).backward()
        with torch.no_grad():
            place -= lr * place.grad
        place.grad = None
    return place.detach()
